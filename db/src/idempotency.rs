//! Answers kept for repeated requests.

use diesel::prelude::*;
use uuid::Uuid;

use crate::conn::Tx;
use crate::error::Result;
use crate::on;
use crate::rows::AnswerRow;
use crate::schema::idempotency_keys;
use crate::types::Id;

/// What a key is unique within, and the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyOf {
    /// Owner of the client: institution, team, or nil for the coordinator.
    pub owner: Uuid,
    /// Method and path.
    pub operation: String,
    /// The key the client chose, or a derived one.
    pub key: String,
}

/// The answers stored under these keys.
///
/// # Errors
/// The database's own.
pub fn find(tx: &mut Tx<'_>, keys: &[KeyOf]) -> Result<Vec<AnswerRow>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    // A superset by columns (each may be an array on PostgreSQL), narrowed to the exact triples below.
    let mut owners: Vec<Id> = keys.iter().map(|key| Id(key.owner)).collect();
    let mut operations: Vec<&str> = keys.iter().map(|key| key.operation.as_str()).collect();
    owners.sort_unstable();
    owners.dedup();
    operations.sort_unstable();
    operations.dedup();
    let names: Vec<&str> = keys.iter().map(|key| key.key.as_str()).collect();
    let mut found: Vec<AnswerRow> = on!(tx, c => idempotency_keys::table
        .filter(idempotency_keys::owner.eq_any(&owners))
        .filter(idempotency_keys::operation.eq_any(&operations))
        .filter(idempotency_keys::key.eq_any(&names))
        .load(*c))?;
    found.retain(|row| {
        keys.iter().any(|key| row.owner.0 == key.owner && row.operation == key.operation && row.key == key.key)
    });
    Ok(found)
}

/// Notes that an answer was repeated. It must be a write: under synchronous replication a mere read could acknowledge a
/// row that the standby doesn't have yet.
///
/// # Errors
/// The database's own.
pub fn note_replay(tx: &mut Tx<'_>, row: &AnswerRow) -> Result<()> {
    on!(tx, c => diesel::update(idempotency_keys::table.find((row.owner, &row.operation, &row.key)))
        .set(idempotency_keys::replays.eq(idempotency_keys::replays + 1))
        .execute(*c))?;
    Ok(())
}

/// Forgets a derived key that has run out.
///
/// # Errors
/// The database's own.
pub fn forget(tx: &mut Tx<'_>, row: &AnswerRow) -> Result<()> {
    on!(tx, c => diesel::delete(idempotency_keys::table.find((row.owner, &row.operation, &row.key))).execute(*c))?;
    Ok(())
}

/// Forgets the answers that told of something that is no more: a key lives as long as what it made.
///
/// # Errors
/// The database's own.
pub fn forget_made(tx: &mut Tx<'_>, owners: &[Uuid], operation: &str, location: &str) -> Result<()> {
    let owners: Vec<Id> = owners.iter().copied().map(Id).collect();
    on!(tx, c => diesel::delete(
        idempotency_keys::table
            .filter(idempotency_keys::owner.eq_any(&owners))
            .filter(idempotency_keys::operation.eq(operation))
            .filter(idempotency_keys::location.eq(Some(location))),
    )
    .execute(*c))?;
    Ok(())
}
