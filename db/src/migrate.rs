//! Migrations, embedded for both databases.

use diesel::connection::SimpleConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::conn::Conn;
use crate::error::{Result, StoreError};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number will do, as long as every version of the program takes the same advisory lock.
const LOCK: i64 = 0x5A56_4954;

/// Brings the store to the newest version; several processes may try at once.
///
/// # Errors
/// When a migration fails; it is undone as a whole.
pub fn up(conn: &mut Conn) -> Result<Vec<String>> {
    let done = match conn {
        // One transaction around looking and running: another process waits, and then finds nothing to do.
        Conn::Sqlite(c) => c
            .immediate_transaction(|c| {
                let done = c.run_pending_migrations(SQLITE).map_err(Failed::Migration)?;
                Ok(done.iter().map(ToString::to_string).collect())
            })
            .map_err(Failed::into_inner),
        Conn::Pg(c) => {
            // A migration of a large table may take long; waiting for a lock that a running server holds must not.
            c.batch_execute(&format!("SET statement_timeout = 0; SELECT pg_advisory_lock({LOCK})"))?;
            let done =
                c.run_pending_migrations(POSTGRES).map(|versions| versions.iter().map(ToString::to_string).collect());
            c.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
            done
        }
    };
    done.map_err(|error| StoreError::Failed(format!("migration: {error}")))
}

/// Diesel's transactions want an error made from theirs.
enum Failed {
    Migration(Box<dyn std::error::Error + Send + Sync>),
    Database(diesel::result::Error),
}

impl From<diesel::result::Error> for Failed {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

impl Failed {
    fn into_inner(self) -> Box<dyn std::error::Error + Send + Sync> {
        match self {
            Self::Migration(error) => error,
            Self::Database(error) => Box::new(error),
        }
    }
}

/// Takes every migration back: the store is empty afterwards.
///
/// # Errors
/// When a migration can't be taken back.
pub fn down(conn: &mut Conn) -> Result<()> {
    match conn {
        Conn::Sqlite(c) => c.revert_all_migrations(SQLITE).map(drop),
        Conn::Pg(c) => c.revert_all_migrations(POSTGRES).map(drop),
    }
    .map_err(|error| StoreError::Failed(format!("migration: {error}")))
}

/// Whether migrations are missing.
///
/// # Errors
/// When the store can't be asked.
pub fn is_pending(conn: &mut Conn) -> Result<bool> {
    match conn {
        Conn::Sqlite(c) => c.has_pending_migration(SQLITE),
        Conn::Pg(c) => c.has_pending_migration(POSTGRES),
    }
    .map_err(|error| StoreError::Failed(format!("migration: {error}")))
}
