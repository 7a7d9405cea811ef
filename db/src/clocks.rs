//! Reporting clocks: which incidents have one that is due.

use diesel::prelude::*;
use uuid::Uuid;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::{Result, StoreError};
use crate::on;
use crate::rows::IncidentRow;
use crate::schema::incidents;
use crate::types::{At, Id};

/// Incidents with a stage that was due before `now`, and those whose institution is to be told by now that one soon will be;
/// the longest due first, at most `limit` of either, without those that are `passed` over.
///
/// # Errors
/// The database's own.
pub fn due(tx: &mut Tx<'_>, now: Time, passed: &[Uuid], limit: i64) -> Result<Vec<Uuid>> {
    let passed: Vec<Id> = passed.iter().copied().map(Id).collect();
    let mut ids: Vec<Id> = on!(&mut *tx, c => incidents::table
        .filter(incidents::next_due_at.assume_not_null().lt(At(now)))
        .filter(incidents::next_due_at.is_not_null())
        .filter(incidents::id.ne_all(&passed))
        .order(incidents::next_due_at)
        .limit(limit)
        .select(incidents::id)
        .load(*c))?;
    let soon: Vec<Id> = on!(tx, c => incidents::table
        .filter(incidents::remind_at.assume_not_null().le(At(now)))
        .filter(incidents::remind_at.is_not_null())
        .filter(incidents::id.ne_all(&passed))
        .order(incidents::remind_at)
        .limit(limit)
        .select(incidents::id)
        .load(*c))?;
    ids.extend(soon.into_iter().filter(|id| !ids.contains(id)).collect::<Vec<_>>());
    Ok(ids.into_iter().map(|id| id.0).collect())
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
