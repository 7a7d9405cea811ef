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
        Conn::Sqlite(c) => c.run_pending_migrations(SQLITE).map(|versions| versions.iter().map(ToString::to_string).collect()),
        Conn::Pg(c) => {
            c.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
            let done = c.run_pending_migrations(POSTGRES).map(|versions| versions.iter().map(ToString::to_string).collect());
            c.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
            done
        }
    };
    done.map_err(|error| StoreError::Failed(format!("migration: {error}")))
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
