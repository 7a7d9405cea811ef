//! Incidents that wait until a team that fits has room.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use uuid::Uuid;
use zvit_domain::overload::Overload;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::Result;
use crate::on;
use crate::rows::OverloadRow;
use crate::schema::{incidents, overload};
use crate::types::{At, Id};

/// The condition of the index `incidents_waiting`, to the letter: SQLite doesn't use it for a bound parameter.
const IS_WAITING: &str = "incidents.status = 'waiting'";
const THE_ONE: i32 = 1;

/// Whether any incident waits.
///
/// # Errors
/// The database's own.
pub fn is_any(tx: &mut Tx<'_>) -> Result<bool> {
    let one: Option<Id> = on!(tx, c => incidents::table
        .filter(sql::<Bool>(IS_WAITING))
        .select(incidents::id)
        .first(*c)
        .optional())?;
    Ok(one.is_some())
}

/// Those that wait in these sectors, in the order in which they are given out: by level, then by age; without those that are
/// `passed` over.
///
/// # Errors
/// The database's own.
pub fn in_order(tx: &mut Tx<'_>, sectors: &[&str], passed: &[Uuid], limit: i64) -> Result<Vec<Uuid>> {
    let passed: Vec<Id> = passed.iter().copied().map(Id).collect();
    let ids: Vec<Id> = on!(tx, c => incidents::table
        .filter(sql::<Bool>(IS_WAITING))
        .filter(incidents::sector.eq_any(sectors))
        .filter(incidents::id.ne_all(&passed))
        .order((incidents::level.desc(), incidents::received_at, incidents::id))
        .limit(limit)
        .select(incidents::id)
        .load(*c))?;
    Ok(ids.into_iter().map(|id| id.0).collect())
}

/// The overload that was told, if it isn't over.
///
/// # Errors
/// The database's own.
pub fn overload(tx: &mut Tx<'_>) -> Result<Option<Overload>> {
    let row: Option<OverloadRow> = on!(tx, c => overload::table.find(THE_ONE).first(*c).optional())?;
    Ok(row.map(|row| Overload { began_at: row.began_at.0, quiet_since: row.quiet_since.map(|at| at.0) }))
}

/// Keeps that it was told.
///
/// # Errors
/// The database's own.
pub fn begin_overload(tx: &mut Tx<'_>, now: Time) -> Result<()> {
    OverloadRow::insert_all(tx, vec![OverloadRow { id: THE_ONE, began_at: At(now), quiet_since: None }])
}

/// Keeps since when nothing waits any more; none, once something does again.
///
/// # Errors
/// The database's own.
pub fn quieten_overload(tx: &mut Tx<'_>, since: Option<Time>) -> Result<()> {
    on!(tx, c => diesel::update(overload::table.find(THE_ONE))
        .set(overload::quiet_since.eq(since.map(At)))
        .execute(*c))?;
    Ok(())
}

/// It is over.
///
/// # Errors
/// The database's own.
pub fn end_overload(tx: &mut Tx<'_>) -> Result<()> {
    on!(tx, c => diesel::delete(overload::table.find(THE_ONE)).execute(*c))?;
    Ok(())
}
