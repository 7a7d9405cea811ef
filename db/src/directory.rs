//! Participants, institutions and teams.

use diesel::prelude::*;
use uuid::Uuid;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::{Result, StoreError};
use crate::on;
use crate::rows::DirectoryRow;
use crate::schema::directory;
use crate::types::{At, Id};

/// Which part of the directory an entry is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A participant of the mechanism.
    Participant,
    /// A reporting institution.
    Institution,
    /// A partner response team.
    Team,
}

impl Kind {
    /// As stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Participant => "participant",
            Self::Institution => "institution",
            Self::Team => "team",
        }
    }
}

/// One entry.
///
/// # Errors
/// The database's own.
pub fn find(tx: &mut Tx<'_>, kind: Kind, id: Uuid) -> Result<Option<DirectoryRow>> {
    Ok(on!(tx, c => directory::table.find(Id(id)).filter(directory::kind.eq(kind.code())).first(*c).optional())?)
}

/// A page of entries in the order of their ids, after `after`.
///
/// # Errors
/// The database's own.
pub fn page(tx: &mut Tx<'_>, kind: Kind, after: Option<Uuid>, limit: i64) -> Result<Vec<DirectoryRow>> {
    let after = Id(after.unwrap_or(Uuid::nil()));
    Ok(on!(tx, c => directory::table
        .filter(directory::kind.eq(kind.code()))
        .filter(directory::id.gt(after))
        .order(directory::id)
        .limit(limit)
        .load(*c))?)
}

/// All of it, for the memory of the process.
///
/// # Errors
/// The database's own.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<DirectoryRow>> {
    Ok(on!(tx, c => directory::table.order(directory::id).load(*c))?)
}

/// Whether nothing is in it.
///
/// # Errors
/// The database's own.
pub fn is_empty(tx: &mut Tx<'_>) -> Result<bool> {
    let count: i64 = on!(tx, c => directory::table.count().get_result(*c))?;
    Ok(count == 0)
}

/// Writes an entry's document, key and state over the version that was read.
///
/// # Errors
/// `NotFound` when the stored version is another one.
pub fn update(tx: &mut Tx<'_>, row: &DirectoryRow, now: Time) -> Result<()> {
    let changed = on!(tx, c => diesel::update(directory::table.find(row.id).filter(directory::version.eq(row.version - 1)))
        .set((
            directory::unique_key.eq(&row.unique_key),
            directory::active.eq(row.active),
            directory::on_hold.eq(row.on_hold),
            directory::joined_to.eq(row.joined_to),
            directory::version.eq(row.version),
            directory::document.eq(&row.document),
            directory::updated_at.eq(At(now)),
        ))
        .execute(*c))?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}
