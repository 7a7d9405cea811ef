//! Deadlines that passed while the service was away: nobody could acknowledge then, so nobody loses a case for it.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::conn::Tx;
use zvit_db::error::Result;
use zvit_db::rows::AssignmentRow;
use zvit_db::{escalation, liveness};
use zvit_domain::time::Time;
use zvit_domain::vocabulary::CaseState;

use super::event::Event;
use super::record::{Record, state};
use super::setbacks::Work;
use crate::actor::Actor;
use crate::memory::Directory;

/// The store was away when no process has looked at it for so long. A restart takes seconds.
pub const AWAY_AFTER_S: i64 = 120;

/// After that every team has at least so long to acknowledge: its tool has to poll, and somebody to read.
pub const GRACE_S: i64 = 600;

/// What failed about an incident here is tried again later.
const GRACE: Work = "its time after an outage";

/// What case and timeline say of it.
const EXTENDED: &str = "deadline_extended";

/// Whether no process has looked at the store for long.
///
/// # Errors
/// The store's.
pub fn was_away(tx: &mut Tx<'_>, now: Time) -> Result<bool> {
    Ok(liveness::seen_at(tx)?.is_some_and(|seen| now.seconds_since(seen) > AWAY_AFTER_S))
}

/// Notes that somebody looks at the store.
///
/// # Errors
/// The store's.
pub fn note(change: &mut Change<'_>) -> Result<()> {
    liveness::note(&mut change.tx, change.now)
}

/// Gives teams that have not acknowledged the time they need, for at most so many incidents. Says for how many.
///
/// # Errors
/// The store's.
pub fn extend(change: &mut Change<'_>, directory: &Arc<Directory>, limit: i64) -> Result<usize> {
    let own = directory.coordinator_team()?;
    let before = change.now.plus_seconds(GRACE_S - 1);
    let passed = directory.setbacks.standing(GRACE, change.now);
    let ids = escalation::overdue(&mut change.tx, before, own, &passed, limit)?;
    directory.setbacks.one_by_one(change, &ids, GRACE, |change, record| {
        let is_short = |row: &&AssignmentRow| {
            row.team_id.0 != own
                && state(row) == CaseState::Assigned
                && row.acknowledge_by.is_some_and(|by| by.0 <= before)
        };
        let short: Vec<Uuid> = record.assignments.iter().filter(is_short).map(|row| row.id.0).collect();
        for id in short {
            record.redate(id, EXTENDED, change.now, GRACE_S);
            note_extended(change, record, directory, id);
        }
        record.save(change, &["assignment"], &Actor::service())
    })
}

fn note_extended(change: &mut Change<'_>, record: &Record, directory: &Directory, id: Uuid) {
    let Some(row) = record.assignment(id) else { return };
    let team = row.team_id.0;
    Event::assignment(EXTENDED, record.id(), id, team)
        .with(json!({
            "assignment_id": id,
            "team": {"id": team, "name": directory.team_name(team)},
            "acknowledge_by": row.acknowledge_by.map(|at| at.0),
        }))
        .because(Some("service_was_away"))
        .note(change, &Actor::service());
}
