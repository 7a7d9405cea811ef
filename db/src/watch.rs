//! Watching what other processes change.
//!
//! On PostgreSQL every commit sends a notice; a notice that gets lost only delays, because the gate is read again at an
//! interval anyway. On SQLite there is only the interval (`zvit client …` may run beside `zvit serve`).

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use diesel::PgConnection;
use diesel::connection::SimpleConnection;

use crate::change::{Moved, Versions};
use crate::conn::{Conn, DatabaseUrl, open};
use crate::error::Result;
use crate::feeds;

/// The gate is read at least so often.
pub const INTERVAL: Duration = Duration::from_millis(500);

/// Notices are fetched so often: libpq has no blocking wait that also heeds a stop.
const NOTICES: Duration = Duration::from_millis(10);

/// What the watcher tells.
#[derive(Debug)]
pub enum Seen {
    /// The gate was read; what moved since the last time, and when the store was asked.
    Moved(Moved, Instant),
    /// The gate could not be read.
    Lost,
}

/// Watches until `stop` is dropped or told. Runs on a thread of its own.
pub fn watch(url: &DatabaseUrl, stop: &Receiver<()>, mut tell: impl FnMut(Seen)) {
    let mut conn: Option<Conn> = None;
    let mut seen: Option<i64> = None;
    let mut versions = Versions::default();
    let mut due = Instant::now();
    loop {
        let pause =
            if matches!(conn, Some(Conn::Pg(_))) { NOTICES } else { due.saturating_duration_since(Instant::now()) };
        match stop.recv_timeout(pause) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
        let noticed = match &mut conn {
            Some(Conn::Pg(c)) => has_notice(c),
            _ => Some(false),
        };
        let noticed = noticed.unwrap_or_else(|| {
            conn = None;
            false
        });
        if !noticed && Instant::now() < due {
            continue;
        }
        let asked_at = Instant::now();
        due = asked_at + INTERVAL;
        match look(url, &mut conn, seen) {
            Ok(moved) => {
                if seen != Some(moved.coordinator) || versions != moved.versions || !moved.feeds.is_empty() {
                    seen = Some(moved.coordinator);
                    versions = moved.versions;
                }
                tell(Seen::Moved(moved, asked_at));
            }
            Err(error) => {
                log::warn!("the store can't be watched: {error}");
                conn = None;
                tell(Seen::Lost);
            }
        }
    }
}

/// Whether a notice came in; none when the connection is lost. On a lost one the iterator gives errors without end.
fn has_notice(conn: &mut PgConnection) -> Option<bool> {
    let mut any = false;
    for notice in conn.notifications_iter() {
        if let Err(error) = notice {
            log::warn!("no notices from the store: {error}");
            return None;
        }
        any = true;
    }
    Some(any)
}

fn look(url: &DatabaseUrl, conn: &mut Option<Conn>, seen: Option<i64>) -> Result<Moved> {
    let conn = match conn {
        Some(conn) => conn,
        none => {
            let mut fresh = open(url)?;
            if let Conn::Pg(c) = &mut fresh {
                c.batch_execute("LISTEN zvit")?;
            }
            none.insert(fresh)
        }
    };
    let mut tx = conn.plain();
    let gate = feeds::gate(&mut tx)?;
    // A feed's gate_position is the gate's at the time it moved, so everything after what was seen, and what moved at it.
    let moved = match seen {
        Some(seen) if seen == gate.position => Vec::new(),
        Some(seen) => feeds::moved_since(&mut tx, seen.saturating_sub(1))?,
        None => feeds::moved_since(&mut tx, -1)?,
    };
    Ok(Moved { feeds: moved, coordinator: gate.position, versions: Versions::from(&gate) })
}
