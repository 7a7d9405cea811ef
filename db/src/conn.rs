//! Connections: chosen by the URL's scheme, never by trying, and refused unless they are durable.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

use crate::error::{Result, StoreError};

/// Where the store is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A SQLite file; its directory must exist.
    Sqlite(PathBuf),
    /// A `postgres://` or `postgresql://` URL, as libpq reads it.
    Postgres(String),
}

impl FromStr for DatabaseUrl {
    type Err = StoreError;

    /// # Errors
    /// [`StoreError::Refused`] for any scheme but `sqlite:`, `postgres:` and `postgresql:`, and for `sslmode=require` or
    /// stronger in a build without the feature `postgres-tls`.
    fn from_str(url: &str) -> Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")) {
            return Ok(Self::Sqlite(path.into()));
        }
        if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
            return Err(StoreError::Refused(
                "the database URL must begin with postgres://, postgresql:// or sqlite:".into(),
            ));
        }
        let wants_tls =
            ["sslmode=require", "sslmode=verify-ca", "sslmode=verify-full"].iter().any(|mode| url.contains(mode));
        if wants_tls && !cfg!(feature = "postgres-tls") {
            return Err(StoreError::Refused(
                "this build of zvit has no TLS to PostgreSQL, but the database URL asks for it with sslmode: \
                 build with --features postgres-tls (the container image has it)"
                    .into(),
            ));
        }
        if !is_readable(url) {
            return Err(malformed());
        }
        Ok(Self::Postgres(url.to_owned()))
    }
}

fn malformed() -> StoreError {
    StoreError::Refused(
        "the database URL can't be read: it looks like postgres://user:password@host:5432/database?name=value, and in the \
         user and the password every character but letters and digits is written as % and two hexadecimal digits (@ is %40, \
         / is %2F, : is %3A, ? is %3F, % is %25)"
            .into(),
    )
}

/// Whether libpq will take the URL apart as it was meant. What it says of others quotes parts of them, such as the rest of a
/// password that holds an `@`, so they don't get there.
fn is_readable(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let (plain, parameters) = rest.split_once('?').map_or((rest, None), |(plain, after)| (plain, Some(after)));
    let (authority, path) = plain.split_once('/').unwrap_or((plain, ""));
    let hosts = authority.split_once('@').map_or(authority, |(_, hosts)| hosts);
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let is_host = |host: &str| match host.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(Some((_, port))) => port.is_empty() || port.strip_prefix(':').is_some_and(is_port),
        Some(None) => false,
        None => host.split_once(':').is_none_or(|(_, port)| is_port(port)),
    };
    let is_escaped = url.split('%').skip(1).all(|after| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit) && digits != b"00")
    });
    let are_pairs = |all: &str| all.is_empty() || all.split('&').all(|pair| pair.matches('=').count() == 1);
    is_escaped
        && !hosts.contains('@')
        && !path.contains('@')
        && hosts.split(',').all(is_host)
        && parameters.is_none_or(are_pairs)
}

impl std::fmt::Debug for DatabaseUrl {
    /// Without the user information and the parameters: either may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => write!(f, "postgres://{}", host_and_name(url)),
        }
    }
}

fn host_and_name(url: &str) -> &str {
    let plain = url.split_once('?').map_or(url, |(plain, _)| plain);
    match plain.rsplit_once('@') {
        Some((_, rest)) => rest,
        None => plain.split_once("://").map_or("…", |(_, rest)| rest),
    }
}

impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

/// An open connection.
#[allow(missing_debug_implementations, reason = "connections have nothing to show")]
pub enum Conn {
    /// SQLite.
    Sqlite(SqliteConnection),
    /// PostgreSQL.
    Pg(PgConnection),
}

/// A connection inside a transaction, or about to begin one.
#[allow(missing_debug_implementations, reason = "connections have nothing to show")]
pub enum Tx<'a> {
    /// SQLite.
    Sqlite(&'a mut SqliteConnection),
    /// PostgreSQL.
    Pg(&'a mut PgConnection),
}

/// Runs a Diesel expression on whichever connection there is. The body is compiled once per backend, so each query's text
/// stands once: `on!(tx, c => incidents::table.find(id).first(c))`.
#[macro_export]
macro_rules! on {
    ($tx:expr, $c:ident => $body:expr) => {
        match $tx {
            $crate::conn::Tx::Sqlite($c) => $body,
            $crate::conn::Tx::Pg($c) => $body,
        }
    };
}

impl Tx<'_> {
    /// The same connection for a shorter while.
    pub fn again(&mut self) -> Tx<'_> {
        match self {
            Tx::Sqlite(c) => Tx::Sqlite(c),
            Tx::Pg(c) => Tx::Pg(c),
        }
    }

    /// Runs `work` in a savepoint of the running transaction: undone if it fails.
    ///
    /// # Errors
    /// What `work` answers, or the database's own failure.
    pub fn savepoint<T, E: From<StoreError>>(&mut self, work: impl FnOnce(Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        lift(match self {
            Tx::Sqlite(c) => c.transaction(|c| work(Tx::Sqlite(c)).map_err(Carried::Work)),
            Tx::Pg(c) => c.transaction(|c| work(Tx::Pg(c)).map_err(Carried::Work)),
        })
    }
}

impl Conn {
    /// Runs `work` in a transaction that writes: `BEGIN IMMEDIATE` on SQLite (a deferred one fails with "locked" when it
    /// first writes), read committed on PostgreSQL, where the gate row orders the writers.
    ///
    /// # Errors
    /// What `work` answers, or the database's own failure, of the commit too.
    pub fn write<T, E: From<StoreError>>(&mut self, work: impl FnOnce(Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        lift(match self {
            Conn::Sqlite(c) => c.immediate_transaction(|c| work(Tx::Sqlite(c)).map_err(Carried::Work)),
            Conn::Pg(c) => c.transaction(|c| work(Tx::Pg(c)).map_err(Carried::Work)),
        })
    }

    /// The connection outside a transaction.
    pub fn plain(&mut self) -> Tx<'_> {
        match self {
            Conn::Sqlite(c) => Tx::Sqlite(c),
            Conn::Pg(c) => Tx::Pg(c),
        }
    }
}

/// Diesel's transactions want an error made from theirs; the caller's error travels beside it.
enum Carried<E> {
    Work(E),
    Database(diesel::result::Error),
}

impl<E> From<diesel::result::Error> for Carried<E> {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

fn lift<T, E: From<StoreError>>(result: Result<T, Carried<E>>) -> Result<T, E> {
    result.map_err(|carried| match carried {
        Carried::Work(error) => error,
        Carried::Database(error) => E::from(StoreError::from(error)),
    })
}

/// Opens a connection that writes and checks that what it commits survives a power cut.
///
/// # Errors
/// [`StoreError::Unavailable`] when it can't be opened, [`StoreError::Refused`] when it isn't durable.
pub fn open(url: &DatabaseUrl) -> Result<Conn> {
    match url {
        DatabaseUrl::Sqlite(path) => {
            let mut conn = SqliteConnection::establish(&path.to_string_lossy()).map_err(unavailable)?;
            make_sqlite_durable(&mut conn)?;
            Ok(Conn::Sqlite(conn))
        }
        DatabaseUrl::Postgres(url) => {
            let mut conn = PgConnection::establish(&with_defaults(url)).map_err(unreachable)?;
            make_postgres_durable(&mut conn)?;
            Ok(Conn::Pg(conn))
        }
    }
}

fn unavailable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

/// What libpq says of a URL that it can't read quotes it.
fn unreachable(error: diesel::ConnectionError) -> StoreError {
    let text = error.to_string();
    if text.contains("URI") || text.contains("connection option") { malformed() } else { StoreError::Unavailable(text) }
}

/// What a connection to PostgreSQL has unless the URL says otherwise (names of libpq). A server that is gone without a word,
/// as behind a network that swallows packets, is noticed in seconds and not after the kernel's quarter of an hour.
const DEFAULTS: [(&str, &str); 6] = [
    ("connect_timeout", "5"),
    ("application_name", "zvit"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
    // In milliseconds: so long may sent data stay without an acknowledgement.
    ("tcp_user_timeout", "8000"),
];

fn with_defaults(url: &str) -> String {
    let mut url = url.to_owned();
    for (name, value) in DEFAULTS {
        if !url.contains(&format!("{name}=")) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&format!("{name}={value}"));
        }
    }
    url
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
}

/// `busy_timeout` stands first: every later PRAGMA may have to wait for another process. WAL with `synchronous=FULL` is
/// what survives a power cut; WAL with NORMAL loses acknowledged rows. `secure_delete` overwrites what is deleted, such as a
/// signing key, in the page it stood on.
fn make_sqlite_durable(conn: &mut SqliteConnection) -> Result<()> {
    conn.batch_execute("PRAGMA busy_timeout = 5000")?;
    write_ahead(conn)?;
    conn.batch_execute(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; \
         PRAGMA secure_delete = FAST",
    )?;
    for (pragma, wanted) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")] {
        let found = sql_query(format!("SELECT CAST({pragma} AS TEXT) AS value FROM pragma_{pragma}"))
            .get_result::<Setting>(conn)?
            .value;
        if found != wanted {
            return Err(StoreError::Refused(format!(
                "SQLite keeps {pragma} = {found}, but {wanted} is needed to never lose an accepted report"
            )));
        }
    }
    Ok(())
}

/// Switching a new file to WAL does not heed `busy_timeout`, so where several processes make it at once it is tried again.
#[allow(clippy::disallowed_methods, reason = "nothing tells when another process has switched the file")]
fn write_ahead(conn: &mut SqliteConnection) -> Result<()> {
    let mut tries = 0;
    loop {
        match conn.batch_execute("PRAGMA journal_mode = WAL") {
            Err(error) if tries < 100 && error.to_string().contains("locked") => {
                tries += 1;
                std::thread::sleep(Duration::from_millis(50));
            }
            result => return Ok(result?),
        }
    }
}

fn make_postgres_durable(conn: &mut PgConnection) -> Result<()> {
    conn.batch_execute("SET synchronous_commit = on; SET TIME ZONE 'UTC'; SET lock_timeout = '10s'; SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s'")?;
    for (name, refused) in
        [("synchronous_commit", &["off", "local"][..]), ("fsync", &["off"]), ("full_page_writes", &["off"])]
    {
        let found = sql_query(format!("SELECT current_setting('{name}') AS value")).get_result::<Setting>(conn)?.value;
        if refused.contains(&found.as_str()) {
            return Err(StoreError::Refused(format!(
                "PostgreSQL runs with {name} = {found}: an accepted report could be lost"
            )));
        }
    }
    Ok(())
}

/// Connections that only read.
#[derive(Clone)]
#[allow(missing_debug_implementations, reason = "connections have nothing to show")]
pub enum Readers {
    /// SQLite.
    Sqlite(Pool<ConnectionManager<SqliteConnection>>),
    /// PostgreSQL.
    Pg(Pool<ConnectionManager<PgConnection>>),
}

/// A caller waits at most so long for a connection; then it is told to come back (r2d2 would wait 30 s).
const POOL_WAIT: Duration = Duration::from_secs(2);

impl Readers {
    /// A pool of at most `size` connections.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when none can be opened.
    pub fn open(url: &DatabaseUrl, size: u32) -> Result<Self> {
        match url {
            DatabaseUrl::Sqlite(path) => {
                let manager = ConnectionManager::new(path.to_string_lossy());
                Ok(Self::Sqlite(builder(size, Box::new(ReadOnlySqlite)).build(manager).map_err(unavailable)?))
            }
            DatabaseUrl::Postgres(url) => {
                let manager = ConnectionManager::new(with_defaults(url));
                Ok(Self::Pg(builder(size, Box::new(ReadOnlyPostgres)).build(manager).map_err(unavailable)?))
            }
        }
    }

    /// Runs `work` in one read-only snapshot, so that what several queries see belongs together.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] after a bounded wait for a connection, else what `work` answers.
    pub fn read<T, E: From<StoreError>>(&self, work: impl FnOnce(Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        match self {
            Self::Sqlite(pool) => {
                let mut conn = pool.get().map_err(unavailable)?;
                lift(conn.transaction(|c| work(Tx::Sqlite(c)).map_err(Carried::Work)))
            }
            Self::Pg(pool) => {
                let mut conn = pool.get().map_err(unavailable)?;
                lift(
                    conn.build_transaction()
                        .repeatable_read()
                        .read_only()
                        .run(|c| work(Tx::Pg(c)).map_err(Carried::Work)),
                )
            }
        }
    }

    /// Runs a single query without a transaction around it (two round trips fewer on PostgreSQL).
    ///
    /// # Errors
    /// As [`Readers::read`].
    pub fn one<T, E: From<StoreError>>(&self, work: impl FnOnce(Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        match self {
            Self::Sqlite(pool) => work(Tx::Sqlite(&mut *pool.get().map_err(unavailable)?)),
            Self::Pg(pool) => work(Tx::Pg(&mut *pool.get().map_err(unavailable)?)),
        }
    }
}

fn builder<M: diesel::r2d2::ManageConnection<Error = diesel::r2d2::Error>>(
    size: u32,
    customizer: Box<dyn CustomizeConnection<M::Connection, diesel::r2d2::Error>>,
) -> diesel::r2d2::Builder<M> {
    Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .connection_timeout(POOL_WAIT)
        .test_on_check_out(false)
        .connection_customizer(customizer)
}

#[derive(Debug)]
struct ReadOnlySqlite;

impl CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for ReadOnlySqlite {
    fn on_acquire(&self, conn: &mut SqliteConnection) -> Result<(), diesel::r2d2::Error> {
        conn.batch_execute(
            "PRAGMA busy_timeout = 2000; PRAGMA foreign_keys = ON; PRAGMA cache_size = -4096; PRAGMA query_only = ON",
        )
        .map_err(diesel::r2d2::Error::QueryError)
    }
}

#[derive(Debug)]
struct ReadOnlyPostgres;

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for ReadOnlyPostgres {
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        conn.batch_execute("SET default_transaction_read_only = on; SET TIME ZONE 'UTC'; SET statement_timeout = '10s'")
            .map_err(diesel::r2d2::Error::QueryError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_decides_and_nothing_is_guessed() {
        assert!(matches!("sqlite:/tmp/x.db".parse(), Ok(DatabaseUrl::Sqlite(_))));
        assert!(matches!("postgresql://h/d".parse(), Ok(DatabaseUrl::Postgres(_))));
        for wrong in ["postgre://h/d", "/tmp/x.db", "mysql://h/d", ""] {
            assert!(matches!(wrong.parse::<DatabaseUrl>(), Err(StoreError::Refused(_))), "{wrong}");
        }
    }

    #[test]
    fn no_password_is_shown() {
        for url in [
            "postgres://u:hush@h:5/d?sslmode=prefer",
            "postgres://h:5/d?password=hush",
            "postgres://u:p%40ss:hush@h:5/d",
        ] {
            let shown = url.parse::<DatabaseUrl>().unwrap().to_string();
            assert_eq!(shown, "postgres://h:5/d", "{url}");
        }
    }

    #[test]
    fn a_url_that_would_be_taken_apart_wrongly_is_refused_without_a_word_of_it() {
        for wrong in [
            "postgres://u:p@hush@h/d",
            "postgres://u:p@ss:hush@h:5/d",
            "postgres://u:hush/x@h/d",
            "postgres://u:1/hush@h/d",
            "postgres://u:hush?x@h/d",
            "postgres://u:hush%zz@h/d",
            "postgres://u:hush%@h/d",
            "postgres://u:hush%00@h/d",
            "postgres://u@h:hush/d",
            "postgres://u@[::1/d?password=hush",
            "postgres://h/d?password=a&hush",
            "postgres://h/d?password=a=hush",
        ] {
            let refused = wrong.parse::<DatabaseUrl>().unwrap_err().to_string();
            assert!(!refused.contains("hush") && refused.contains("%40"), "{wrong}: {refused}");
        }
        for right in [
            "postgres://",
            "postgres:///d",
            "postgres://u@h1:1,h2:2/d",
            "postgres://u:p%40s@[::1]:5432/d?sslmode=prefer&application_name=x",
            "postgres://u@%2Frun%2Fpostgresql/d",
            "postgres:///d?host=/run/postgresql&user=me@there",
        ] {
            assert!(right.parse::<DatabaseUrl>().is_ok(), "{right}");
        }
    }

    #[test]
    fn a_vanished_server_is_noticed_unless_the_url_says_otherwise() {
        let plain = with_defaults("postgres://h/d");
        assert!(plain.starts_with("postgres://h/d?connect_timeout=5&"), "{plain}");
        assert!(plain.contains("&keepalives_idle=5&") && plain.ends_with("&tcp_user_timeout=8000"), "{plain}");
        let own = with_defaults("postgres://h/d?tcp_user_timeout=60000&keepalives_idle=60");
        assert_eq!(own.matches("tcp_user_timeout=").count(), 1, "{own}");
        assert_eq!(own.matches("keepalives_idle=").count(), 1, "{own}");
        assert!(own.contains("&keepalives_count=3"), "{own}");
    }

    #[cfg(not(feature = "postgres-tls"))]
    #[test]
    fn a_build_without_tls_says_so() {
        let refused = "postgres://h/d?sslmode=require".parse::<DatabaseUrl>().unwrap_err().to_string();
        assert!(refused.contains("postgres-tls"), "{refused}");
    }
}
