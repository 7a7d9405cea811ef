//! How a test runs: on each database, with the server's log shown when it fails, and without timed assertions.

use std::panic::resume_unwind;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use zvit_domain::time::Time;

use crate::server::Server;
use crate::store::{Database, Store};

/// Declares a test that runs on both databases with a server of its own: `both!(name, |server| { … });`.
#[macro_export]
macro_rules! both {
    ($name:ident, |$server:ident| $body:block) => {
        $crate::on_both_databases!($name, with_server, fn body($server: &$crate::Server) $body);
    };
}

/// Declares a test that runs on both databases with a seeded store and no server yet: `both_stores!(name, |store| { … });`.
#[macro_export]
macro_rules! both_stores {
    ($name:ident, |$store:ident| $body:block) => {
        $crate::on_both_databases!($name, with_store, fn body($store: &std::sync::Arc<$crate::Store>) $body);
    };
}

/// What `both!` and `both_stores!` become: a module named after the test, with one test per database.
#[macro_export]
macro_rules! on_both_databases {
    ($name:ident, $with:ident, $body:item) => {
        mod $name {
            #[allow(unused_imports, reason = "shared by every test of the file")]
            use super::*;

            $body

            #[test]
            fn on_sqlite() {
                $crate::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
                $crate::run::$with($crate::Database::Sqlite, body);
            }

            #[test]
            fn on_postgres() {
                $crate::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
                $crate::run::$with($crate::Database::Postgres, body);
            }
        }
    };
}

/// Runs a test with a seeded store. On a machine without PostgreSQL its half ends here, having said so.
pub fn with_store(database: Database, body: fn(&std::sync::Arc<Store>)) {
    if let Some(store) = Store::seeded(database) {
        body(&store);
    }
}

/// Runs a test with a server on a seeded store. The server shows its log when it goes away in a failing test.
pub fn with_server(database: Database, body: fn(&Server)) {
    if let Some(store) = Store::seeded(database) {
        body(&Server::start(&store));
    }
}

/// One step of a loop that polls. Nothing waits for an outcome by sleeping for as long as it might take.
#[allow(clippy::disallowed_methods, reason = "polling another process has no other means")]
pub fn pause() {
    std::thread::sleep(Duration::from_millis(5));
}

/// How long anything may take before a test calls it stuck.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Polls until there is an answer.
///
/// # Panics
/// When there is none for so long that something must be stuck.
#[track_caller]
pub fn eventually<T>(what: &str, mut poll: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = poll() {
            return found;
        }
        assert!(Instant::now() < until, "{what}: not within {PATIENCE:?}");
        pause();
    }
}

/// Runs the same work in several threads at once, each told its number; a panic in one of them is a panic here.
pub fn in_parallel<T: Send>(threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|number| {
                scope.spawn({
                    let work = &work;
                    move || work(number)
                })
            })
            .collect();
        handles.into_iter().map(|handle| handle.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

/// A text that was never used before.
pub fn fresh() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// The present moment.
#[allow(clippy::disallowed_methods, reason = "the tests are an edge of their own")]
pub fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    Time::from_micros(i64::try_from(since.as_micros()).expect("before the year 294246"))
}

/// The moment so many seconds from now (before now, when negative), as reports say it.
pub fn stamp(seconds: i64) -> String {
    now().plus_seconds(seconds).to_string()
}

/// The moment so many hours ago.
pub fn hours_ago(hours: i64) -> String {
    stamp(-hours * 3_600)
}
