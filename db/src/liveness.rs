//! When any process last looked at the store.

use diesel::prelude::*;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::Result;
use crate::on;
use crate::rows::LivenessRow;
use crate::schema::liveness;
use crate::types::At;

const THE_ONE: i32 = 1;

/// The moment; none in a store that nobody has looked at.
///
/// # Errors
/// The database's own.
pub fn seen_at(tx: &mut Tx<'_>) -> Result<Option<Time>> {
    let seen: Option<At> = on!(tx, c => liveness::table.find(THE_ONE).select(liveness::seen_at).first(*c).optional())?;
    Ok(seen.map(|at| at.0))
}

/// Notes it.
///
/// # Errors
/// The database's own.
pub fn note(tx: &mut Tx<'_>, now: Time) -> Result<()> {
    let changed = on!(tx, c => diesel::update(liveness::table.find(THE_ONE))
        .set(liveness::seen_at.eq(At(now)))
        .execute(*c))?;
    if changed == 0 {
        LivenessRow::insert_all(tx, vec![LivenessRow { id: THE_ONE, seen_at: At(now) }])?;
    }
    Ok(())
}
