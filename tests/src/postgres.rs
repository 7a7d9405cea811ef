//! PostgreSQL for a run: a private cluster from whatever binaries are installed, or the server that `TEST_DATABASE_URL` names
//! (a role that may create databases). Each store is a database made from a template.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use crate::run::pause;
use crate::scratch::{self, say_loudly};

/// Set to `1`, a run without PostgreSQL fails instead of saying that it was not tested.
pub const REQUIRE: &str = "ZVIT_TEST_REQUIRE_POSTGRES";

/// A PostgreSQL server that databases can be made on.
#[allow(missing_debug_implementations, reason = "a connection has nothing to show")]
pub struct Cluster {
    /// Everything before the database's name, with the slash.
    base: String,
    /// `?…` of the given URL, or nothing.
    query: String,
    admin: Mutex<PgConnection>,
}

/// The cluster of this run; none when PostgreSQL is not to be had, which is said loudly and once.
///
/// # Panics
/// When there is none although [`REQUIRE`] asks for it.
pub fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
    let found = CLUSTER.get_or_init(|| {
        let found = match given() {
            Some(url) => Cluster::connect(&url).map_err(|error| format!("{GIVEN} can't be reached: {error}")),
            None => Cluster::start(),
        };
        found.inspect_err(|why| say_loudly(&format!("PostgreSQL WAS NOT TESTED\n{why}")))
    });
    if let Err(why) = found {
        assert!(!is_required(), "PostgreSQL is asked for by {REQUIRE}=1 or {GIVEN}, but there is none: {why}");
    }
    found.as_ref().ok()
}

/// Names a server to use instead of a private cluster.
const GIVEN: &str = "TEST_DATABASE_URL";

fn given() -> Option<String> {
    std::env::var(GIVEN).ok().filter(|url| !url.is_empty())
}

/// Whether a run without PostgreSQL must fail: when that is said, or a server is named.
fn is_required() -> bool {
    given().is_some() || std::env::var(REQUIRE).is_ok_and(|value| value == "1")
}

/// A place for one database; given back when it is dropped.
#[derive(Debug)]
pub struct Place(());

static TAKEN: Mutex<usize> = Mutex::new(0);
static FREED: Condvar = Condvar::new();

/// Databases in use at once: with a handful of connections per server they stay below the cluster's limit, however many
/// processors, and so test threads, the machine has.
const PLACES: usize = 16;

impl Place {
    /// Waits for a place.
    pub fn take() -> Self {
        let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = FREED.wait_while(taken, |taken| *taken >= PLACES).unwrap_or_else(PoisonError::into_inner);
        *taken += 1;
        Self(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        FREED.notify_one();
    }
}

impl Cluster {
    /// The URL of a database.
    pub fn url(&self, name: &str) -> String {
        format!("{}{name}{}", self.base, self.query)
    }

    /// Makes a database, empty or as a copy.
    pub fn create(&self, name: &str, template: Option<&str>) {
        self.run(&format!("CREATE DATABASE {name} TEMPLATE {}", template.unwrap_or("template0")));
    }

    /// Makes a database that lives as long as the run.
    pub fn create_template(&self, name: &str) {
        self.create(name, None);
        if let Some(url) = given() {
            scratch::watch_database(&url, name);
        }
    }

    /// Takes a database away, whoever is connected.
    pub fn drop_database(&self, name: &str) {
        self.run(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    }

    /// Changes a setting of a database: `ALTER DATABASE name …`.
    pub fn alter_database(&self, name: &str, what: &str) {
        self.run(&format!("ALTER DATABASE {name} {what}"));
    }

    /// Drops every connection to a database.
    pub fn disconnect(&self, name: &str) {
        self.run(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
    }

    fn run(&self, statement: &str) {
        let mut admin = self.admin.lock().unwrap_or_else(PoisonError::into_inner);
        admin.batch_execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    fn connect(url: &str) -> Result<Self, String> {
        let (before, query) =
            url.split_once('?').map_or((url, String::new()), |(before, query)| (before, format!("?{query}")));
        let authority = before.find("://").map_or(0, |at| at + 3);
        let base = before[authority..]
            .find('/')
            .map_or_else(|| format!("{before}/"), |slash| before[..=authority + slash].to_owned());
        let admin = PgConnection::establish(url).map_err(|error| error.to_string())?;
        Ok(Self { base, query, admin: Mutex::new(admin) })
    }

    fn start() -> Result<Self, String> {
        let binaries =
            binaries().ok_or("no initdb in PATH or /usr/lib/postgresql/*/bin, and TEST_DATABASE_URL is not set")?;
        let account = Account::for_postgres()?;
        let directory = scratch::root().join("cluster");
        std::fs::create_dir_all(&directory).map_err(|error| error.to_string())?;
        account.own(&directory)?;
        let data = directory.join("data");
        let initdb = account
            .command(&binaries.join("initdb"))
            .args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "--no-instructions",
            ])
            .arg("--pgdata")
            .arg(&data)
            .current_dir("/")
            .output()
            .map_err(|error| format!("initdb: {error}"))?;
        if !initdb.status.success() {
            return Err(format!("initdb: {}", String::from_utf8_lossy(&initdb.stderr)));
        }
        (0..3).find_map(|_| Self::start_on_free_port(&binaries, &account, &directory, &data)).ok_or_else(|| {
            let log = std::fs::read_to_string(directory.join("log")).unwrap_or_default();
            format!("the private PostgreSQL cluster does not start:\n{log}")
        })
    }

    fn start_on_free_port(binaries: &Path, account: &Account, directory: &Path, data: &Path) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
        let log = std::fs::File::create(directory.join("log")).ok()?;
        // fsync stays on: the service refuses a server without it.
        let mut server = account
            .command(&binaries.join("postgres"))
            .arg("-D")
            .arg(data)
            .args(["-c", "listen_addresses=127.0.0.1", "-c", &format!("port={port}"), "-c", "max_connections=300"])
            .args(["-c", &format!("unix_socket_directories={}", directory.display()), "-c", "shared_buffers=128MB"])
            .args(["-c", "autovacuum=off", "-c", "max_wal_size=256MB", "-c", "jit=off"])
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .ok()?;
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        let until = Instant::now() + Duration::from_secs(30);
        while Instant::now() < until && server.try_wait().ok()?.is_none() {
            if let Ok(cluster) = Self::connect(&url) {
                return Some(cluster);
            }
            pause();
        }
        let _ = server.kill();
        let _ = server.wait();
        None
    }
}

fn binaries() -> Option<PathBuf> {
    let in_path =
        std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let mut packaged: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    packaged.sort_by_key(|path| path.iter().rev().nth(1).and_then(|version| version.to_str()?.parse::<u32>().ok()));
    packaged
        .into_iter()
        .rev()
        .chain(in_path)
        .find(|path| path.join("initdb").is_file() && path.join("postgres").is_file())
}

/// Whom PostgreSQL runs as: it refuses root.
enum Account {
    Own,
    Postgres { setpriv: bool },
}

impl Account {
    fn for_postgres() -> Result<Self, String> {
        if output("id", &["-u"]).as_deref() != Some("0") {
            return Ok(Self::Own);
        }
        output("id", &["-u", "postgres"]).ok_or("PostgreSQL refuses to run as root, and there is no user postgres")?;
        Ok(Self::Postgres { setpriv: output("setpriv", &["--version"]).is_some() })
    }

    fn own(&self, directory: &Path) -> Result<(), String> {
        if matches!(self, Self::Own) {
            return Ok(());
        }
        let done = Command::new("chown").arg("postgres:").arg(directory).status().map_err(|error| error.to_string())?;
        if done.success() { Ok(()) } else { Err("chown failed".into()) }
    }

    fn command(&self, program: &Path) -> Command {
        match self {
            Self::Own => Command::new(program),
            Self::Postgres { setpriv: true } => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]).arg(program);
                command
            }
            Self::Postgres { setpriv: false } => {
                let mut command = Command::new("su");
                command.args(["postgres", "-s", "/bin/sh", "-c", r#"exec "$0" "$@""#]).arg(program);
                command
            }
        }
    }
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
