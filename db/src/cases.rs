//! Assignments, which are cases to the teams that hold them.

use diesel::prelude::*;
use uuid::Uuid;

use crate::conn::Tx;
use crate::error::{Result, StoreError};
use crate::on;
use crate::rows::AssignmentRow;
use crate::schema::{assignments, incidents};
use crate::types::Id;

/// The assignments of these incidents, oldest first.
///
/// # Errors
/// The database's own.
pub fn of_incidents(tx: &mut Tx<'_>, incident_ids: &[Id]) -> Result<Vec<AssignmentRow>> {
    if incident_ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on!(tx, c => assignments::table
        .filter(assignments::incident_id.eq_any(incident_ids))
        .order((assignments::incident_id, assignments::id))
        .load(*c))?)
}

/// One assignment of one team, if its incident has one of the TLP labels that the team may see.
///
/// # Errors
/// The database's own.
pub fn find_for_team(tx: &mut Tx<'_>, team: Uuid, id: Uuid, labels: &[&str]) -> Result<Option<AssignmentRow>> {
    Ok(on!(tx, c => assignments::table
        .inner_join(incidents::table.on(incidents::id.eq(assignments::incident_id)))
        .filter(assignments::id.eq(Id(id)))
        .filter(assignments::team_id.eq(Id(team)))
        .filter(incidents::tlp.eq_any(labels))
        .select(AssignmentRow::as_select())
        .first(*c)
        .optional())?)
}

/// One assignment, for the coordinator.
///
/// # Errors
/// The database's own.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<AssignmentRow>> {
    Ok(on!(tx, c => assignments::table.find(Id(id)).first(*c).optional())?)
}

/// A team's feed: what changed after `after`, oldest change first.
///
/// # Errors
/// The database's own.
pub fn feed(tx: &mut Tx<'_>, team: Uuid, after: i64, state: Option<&str>, limit: i64) -> Result<Vec<AssignmentRow>> {
    macro_rules! feed {
        ($c:ident) => {{
            let mut query = assignments::table
                .filter(assignments::team_id.eq(Id(team)))
                .filter(assignments::position.gt(after))
                .order(assignments::position)
                .limit(limit)
                .into_boxed();
            if let Some(state) = state {
                query = query.filter(assignments::state.eq(state));
            }
            query.load(*$c)
        }};
    }
    Ok(on!(tx, c => feed!(c))?)
}

/// Writes what a change may alter of an assignment.
///
/// # Errors
/// `NotFound` when it isn't there, else the database's own.
pub fn update(tx: &mut Tx<'_>, row: &AssignmentRow) -> Result<()> {
    let changed = on!(tx, c => diesel::update(assignments::table.find(row.id))
        .set((
            assignments::state.eq(&row.state),
            assignments::position.eq(row.position),
            assignments::weight.eq(row.weight),
            assignments::acknowledge_by.eq(row.acknowledge_by),
            assignments::updated_at.eq(row.updated_at),
            assignments::acknowledged_at.eq(row.acknowledged_at),
            assignments::external_ref.eq(&row.external_ref),
            assignments::outcome.eq(&row.outcome),
            assignments::summary.eq(&row.summary),
            assignments::changes.eq(&row.changes),
            assignments::remind_at.eq(row.remind_at),
            assignments::escalate_to.eq(row.escalate_to),
            assignments::first_delivered_at.eq(row.first_delivered_at),
            assignments::resolved_at.eq(row.resolved_at),
            assignments::grants.eq(&row.grants),
        ))
        .execute(*c))?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}

/// Load per team, counted anew: weight of the open lead cases, and open cases in either role. The feed rows must agree with it.
///
/// # Errors
/// The database's own.
pub fn recount_loads(tx: &mut Tx<'_>, open_states: &[&str]) -> Result<Vec<(Uuid, i32, i32)>> {
    let rows: Vec<(Id, i32)> = on!(tx, c => assignments::table
        .filter(assignments::state.eq_any(open_states))
        .order(assignments::team_id)
        .select((assignments::team_id, assignments::weight))
        .load(*c))?;
    let mut loads: Vec<(Uuid, i32, i32)> = Vec::new();
    for (team, weight) in rows {
        match loads.last_mut() {
            Some((last, weighted, cases)) if *last == team.0 => {
                *weighted += weight;
                *cases += 1;
            }
            _ => loads.push((team.0, weight, 1)),
        }
    }
    Ok(loads)
}
