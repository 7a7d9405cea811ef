//! Incidents that wait until a team that fits has room.

use diesel::prelude::*;
use uuid::Uuid;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::Result;
use crate::on;
use crate::rows::OverloadRow;
use crate::schema::{incidents, overload};
use crate::types::{At, Id};

const WAITING: &str = "waiting";
const THE_ONE: i32 = 1;

/// Whether any incident waits.
///
/// # Errors
/// The database's own.
pub fn is_any(tx: &mut Tx<'_>) -> Result<bool> {
    let one: Option<Id> = on!(tx, c => incidents::table
        .filter(incidents::status.eq(WAITING))
        .select(incidents::id)
        .first(*c)
        .optional())?;
    Ok(one.is_some())
}

/// Those that wait in these sectors, in the order in which they are given out: by level, then by age.
///
/// # Errors
/// The database's own.
pub fn in_order(tx: &mut Tx<'_>, sectors: &[&str], limit: i64) -> Result<Vec<Uuid>> {
    let ids: Vec<Id> = on!(tx, c => incidents::table
        .filter(incidents::status.eq(WAITING))
        .filter(incidents::sector.eq_any(sectors))
        .order((incidents::level.desc(), incidents::received_at, incidents::id))
        .limit(limit)
        .select(incidents::id)
        .load(*c))?;
    Ok(ids.into_iter().map(|id| id.0).collect())
}

/// Since when incidents wait, as far as it was told.
///
/// # Errors
/// The database's own.
pub fn overload_since(tx: &mut Tx<'_>) -> Result<Option<Time>> {
    let began: Option<At> =
        on!(tx, c => overload::table.find(THE_ONE).select(overload::began_at).first(*c).optional())?;
    Ok(began.map(|at| at.0))
}

/// Keeps that it was told.
///
/// # Errors
/// The database's own.
pub fn begin_overload(tx: &mut Tx<'_>, now: Time) -> Result<()> {
    OverloadRow::insert_all(tx, vec![OverloadRow { id: THE_ONE, began_at: At(now) }])
}

/// It is over.
///
/// # Errors
/// The database's own.
pub fn end_overload(tx: &mut Tx<'_>) -> Result<()> {
    on!(tx, c => diesel::delete(overload::table.find(THE_ONE)).execute(*c))?;
    Ok(())
}
