//! The store as a whole: prepared once, read by many, written by one writer per process.

use diesel::prelude::*;
use uuid::Uuid;

use crate::conn::{Conn, DatabaseUrl, Readers, Tx, open};
use crate::error::{Result, StoreError};
use crate::migrate;
use crate::on;
use crate::rows::GateRow;
use crate::schema::gate;
use crate::types::{Id, Json};

/// Opens the store, brings it to the newest version and gives a new one its identity.
///
/// # Errors
/// When it can't be opened, isn't durable, or a migration fails.
pub fn prepare(url: &DatabaseUrl, store_id: Uuid) -> Result<Conn> {
    let mut conn = open(url)?;
    for version in migrate::up(&mut conn)? {
        log::info!("migrated the store to {version}");
    }
    conn.write(|mut tx| identify(&mut tx, store_id))?;
    Ok(conn)
}

fn identify(tx: &mut Tx<'_>, store_id: Uuid) -> Result<()> {
    let row = GateRow {
        id: 1,
        store_id: Id(store_id),
        issuer: None,
        position: 0,
        audit_position: 0,
        directory_version: 0,
        clients_version: 0,
        rules_version: 0,
        round_robin: Json("{}".into()),
    };
    on!(tx, c => diesel::insert_into(gate::table).values(&row).on_conflict_do_nothing().execute(*c))?;
    Ok(())
}

/// Opens a pool of readers on a store that is prepared.
///
/// # Errors
/// When no connection can be opened.
pub fn readers(url: &DatabaseUrl, size: u32) -> Result<Readers> {
    Readers::open(url, size)
}

/// Whether the store answers.
///
/// # Errors
/// When it doesn't.
pub fn ping(readers: &Readers) -> Result<()> {
    readers.one(|mut tx| crate::feeds::gate(&mut tx).map(drop))
}

/// The database's own size and settings are its business; this only says which one it is.
pub fn name_of(url: &DatabaseUrl) -> &'static str {
    match url {
        DatabaseUrl::Sqlite(_) => "sqlite",
        DatabaseUrl::Postgres(_) => "postgresql",
    }
}

impl From<StoreError> for std::io::Error {
    fn from(error: StoreError) -> Self {
        Self::other(error.to_string())
    }
}
