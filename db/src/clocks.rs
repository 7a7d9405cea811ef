//! Reporting clocks: which incidents have one that is due.

use diesel::prelude::*;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::{Result, StoreError};
use crate::on;
use crate::rows::IncidentRow;
use crate::schema::incidents;
use crate::types::{At, Id};

/// Incidents with a stage that was due before `now`, and those whose institution is to be told by now that one soon will be;
/// the longest due first, at most `limit` of either.
///
/// # Errors
/// The database's own.
pub fn due(tx: &mut Tx<'_>, now: Time, limit: i64) -> Result<Vec<IncidentRow>> {
    let mut rows: Vec<IncidentRow> = on!(&mut *tx, c => incidents::table
        .filter(incidents::next_due_at.assume_not_null().lt(At(now)))
        .filter(incidents::next_due_at.is_not_null())
        .order(incidents::next_due_at)
        .limit(limit)
        .load(*c))?;
    let known: Vec<Id> = rows.iter().map(|row| row.id).collect();
    let soon: Vec<IncidentRow> = on!(tx, c => incidents::table
        .filter(incidents::remind_at.assume_not_null().le(At(now)))
        .filter(incidents::remind_at.is_not_null())
        .order(incidents::remind_at)
        .limit(limit)
        .load(*c))?;
    rows.extend(soon.into_iter().filter(|row| !known.contains(&row.id)));
    Ok(rows)
}

/// Whether there are any of those.
///
/// # Errors
/// The database's own.
pub fn any_due(tx: &mut Tx<'_>, now: Time) -> Result<bool> {
    let overdue: Option<Id> = on!(&mut *tx, c => incidents::table
        .filter(incidents::next_due_at.assume_not_null().lt(At(now)))
        .filter(incidents::next_due_at.is_not_null())
        .select(incidents::id)
        .first(*c)
        .optional())?;
    if overdue.is_some() {
        return Ok(true);
    }
    let soon: Option<Id> = on!(tx, c => incidents::table
        .filter(incidents::remind_at.assume_not_null().le(At(now)))
        .filter(incidents::remind_at.is_not_null())
        .select(incidents::id)
        .first(*c)
        .optional())?;
    Ok(soon.is_some())
}

/// Writes the clocks of an incident and nothing else: what parties are shown of it stays as it is.
///
/// # Errors
/// `NotFound` when it isn't there, else the database's own.
pub fn keep(tx: &mut Tx<'_>, row: &IncidentRow) -> Result<()> {
    let changed = on!(tx, c => diesel::update(incidents::table.find(row.id))
        .set((
            incidents::next_due_at.eq(row.next_due_at),
            incidents::remind_at.eq(row.remind_at),
            incidents::deadlines.eq(&row.deadlines),
        ))
        .execute(*c))?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}
