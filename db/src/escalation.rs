//! Assignments that time, or the end of their team, does something to.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use uuid::Uuid;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::Result;
use crate::on;
use crate::rows::AssignmentRow;
use crate::schema::{assignments, feeds};
use crate::types::{At, Id};

/// The condition of the index `assignments_expiring`, to the letter: SQLite doesn't use it for a bound parameter.
const CAN_EXPIRE: &str = "assignments.state = 'assigned' AND assignments.expires";

/// Incidents that have an assignment whose time to acknowledge has run out, the longest overdue first, each perhaps several
/// times; without those that are `passed` over. `own` is the coordinator's team, whose time never runs out.
///
/// # Errors
/// The database's own.
pub fn overdue(tx: &mut Tx<'_>, now: Time, own: Uuid, passed: &[Uuid], limit: i64) -> Result<Vec<Uuid>> {
    let passed: Vec<Id> = passed.iter().copied().map(Id).collect();
    let ids: Vec<Id> = on!(tx, c => assignments::table
        .filter(sql::<Bool>(CAN_EXPIRE))
        .filter(assignments::acknowledge_by.le(At(now)))
        .filter(assignments::team_id.ne(Id(own)))
        .filter(assignments::incident_id.ne_all(&passed))
        .order(assignments::acknowledge_by)
        .limit(limit)
        .select(assignments::incident_id)
        .load(*c))?;
    Ok(ids.into_iter().map(|id| id.0).collect())
}

/// Assignments of which half of the time to acknowledge is gone, and nobody was reminded yet.
///
/// # Errors
/// The database's own.
pub fn half_gone(tx: &mut Tx<'_>, now: Time, limit: i64) -> Result<Vec<AssignmentRow>> {
    Ok(on!(tx, c => assignments::table
        .filter(assignments::remind_at.le(At(now)))
        .order(assignments::remind_at)
        .limit(limit)
        .load(*c))?)
}

/// The reminder was given. Nothing that anybody sees of the case changes by it.
///
/// # Errors
/// The database's own.
pub fn reminded(tx: &mut Tx<'_>, assignment: Uuid) -> Result<()> {
    on!(tx, c => diesel::update(assignments::table.find(Id(assignment)))
        .set(assignments::remind_at.eq(None::<At>))
        .execute(*c))?;
    Ok(())
}

/// Of these teams those that have open cases.
///
/// # Errors
/// The database's own.
pub fn with_open_cases(tx: &mut Tx<'_>, teams: &[Uuid]) -> Result<Vec<Uuid>> {
    let teams: Vec<Id> = teams.iter().copied().map(Id).collect();
    let ids: Vec<Id> = on!(tx, c => feeds::table
        .filter(feeds::owner.eq_any(&teams))
        .filter(feeds::open_cases.gt(0))
        .select(feeds::owner)
        .load(*c))?;
    Ok(ids.into_iter().map(|id| id.0).collect())
}

/// Incidents of which one of these teams has a case in one of these states, each perhaps several times; without those that are
/// `passed` over.
///
/// # Errors
/// The database's own.
pub fn incidents_of(
    tx: &mut Tx<'_>,
    teams: &[Uuid],
    states: &[&str],
    passed: &[Uuid],
    limit: i64,
) -> Result<Vec<Uuid>> {
    let passed: Vec<Id> = passed.iter().copied().map(Id).collect();
    let teams: Vec<Id> = teams.iter().copied().map(Id).collect();
    let ids: Vec<Id> = on!(tx, c => assignments::table
        .filter(assignments::team_id.eq_any(&teams))
        .filter(assignments::state.eq_any(states))
        .filter(assignments::incident_id.ne_all(&passed))
        .order(assignments::id)
        .limit(limit)
        .select(assignments::incident_id)
        .load(*c))?;
    Ok(ids.into_iter().map(|id| id.0).collect())
}
