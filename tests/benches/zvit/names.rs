//! What the rows of the table are called.

use zvit_tests::Database;

/// The bare handler.
pub const FLOOR: &str = "bare handler";
/// The bare handler without the schema's check.
pub const UNJUDGED: &str = "bare handler, body unjudged";
/// The bare authenticated GET.
pub const AUTHENTICATED: &str = "bare authenticated GET";
/// pgbench, inserts only.
pub const INSERTS: &str = "pgbench, inserts";
/// pgbench, behind the gate.
pub const GATE: &str = "pgbench, behind the gate";

/// The database, for people.
pub fn database(database: Database) -> &'static str {
    match database {
        Database::Sqlite => "SQLite",
        Database::Postgres => "PostgreSQL",
    }
}

/// Intake as it is.
pub fn intake(database: Database) -> &'static str {
    match database {
        Database::Sqlite => "intake, SQLite",
        Database::Postgres => "intake, PostgreSQL",
    }
}

/// Intake with a transaction per request.
pub fn single(database: Database) -> &'static str {
    match database {
        Database::Sqlite => "intake, SQLite, a transaction each",
        Database::Postgres => "intake, PostgreSQL, a transaction each",
    }
}

/// The rows about reading.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// A poll that finds nothing new.
    pub unchanged: &'static str,
    /// Fifty of a team's cases.
    pub cases: &'static str,
    /// Fifty of the coordinator's incidents.
    pub incidents: &'static str,
}

impl Reading {
    /// Those of a database.
    pub fn of(database: Database) -> Self {
        match database {
            Database::Sqlite => Self {
                unchanged: "unchanged poll, SQLite",
                cases: "page of 50 cases, SQLite",
                incidents: "page of 50 incidents, SQLite",
            },
            Database::Postgres => Self {
                unchanged: "unchanged poll, PostgreSQL",
                cases: "page of 50 cases, PostgreSQL",
                incidents: "page of 50 incidents, PostgreSQL",
            },
        }
    }
}

/// The rows about tokens.
#[derive(Debug, Clone, Copy)]
pub struct Tokens {
    /// `client_secret_basic`.
    pub secret: &'static str,
    /// `private_key_jwt` with ES256.
    pub es256: &'static str,
    /// `private_key_jwt` with EdDSA.
    pub eddsa: &'static str,
}

impl Tokens {
    /// Those of a database.
    pub fn of(database: Database) -> Self {
        match database {
            Database::Sqlite => Self {
                secret: "token by secret, SQLite",
                es256: "token by ES256, SQLite",
                eddsa: "token by EdDSA, SQLite",
            },
            Database::Postgres => Self {
                secret: "token by secret, PostgreSQL",
                es256: "token by ES256, PostgreSQL",
                eddsa: "token by EdDSA, PostgreSQL",
            },
        }
    }

    /// All of them.
    pub fn all(self) -> [&'static str; 3] {
        [self.secret, self.es256, self.eddsa]
    }
}

/// The rows about TLS.
#[derive(Debug, Clone, Copy)]
pub struct Scheme {
    /// A connection for each request.
    pub once: &'static str,
    /// Connections that are kept.
    pub kept: &'static str,
}

/// Without TLS.
pub const PLAIN: Scheme = Scheme { once: "connect, GET /healthz, close; HTTP", kept: "GET /v1/me, kept open; HTTP" };
/// With TLS.
pub const HTTPS: Scheme = Scheme { once: "connect, GET /healthz, close; HTTPS", kept: "GET /v1/me, kept open; HTTPS" };
