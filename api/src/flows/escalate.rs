//! What becomes of cases that nobody acknowledges.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use zvit_db::audit::Audience;
use zvit_db::change::Change;
use zvit_db::error::Result;
use zvit_db::rows::{AssignmentRow, IncidentRow};
use zvit_db::{escalation, incidents};
use zvit_domain::lifecycle::{CaseVerb, Ending, Holder, Step};
use zvit_domain::vocabulary::CaseState;

use super::assign::{realign, set_state};
use super::event::Event;
use super::held::expired_leads;
use super::notices::{About, Occasion, Recipient, announce};
use super::record::{Record, state};
use super::setbacks::Work;
use crate::actor::Actor;
use crate::memory::Directory;

/// The work on overdue cases, where it fails.
pub const OVERDUE: Work = "its overdue cases";

/// The reason of what happens because a team did not acknowledge.
const NOT_ACKNOWLEDGED: &str = "not_acknowledged_in_time";

/// Ends assignments whose time to acknowledge has run out, and gives their incidents to the next team. Says of how many
/// incidents. One that can't be read holds nobody up.
///
/// # Errors
/// The store's.
pub fn expire_overdue(change: &mut Change<'_>, directory: &Arc<Directory>, limit: i64) -> Result<usize> {
    let own = directory.coordinator_team()?;
    let setbacks = &directory.setbacks;
    let passed = setbacks.standing(OVERDUE, change.now);
    let overdue = escalation::overdue(&mut change.tx, change.now, own, &passed, limit)?;
    setbacks.one_by_one(change, &overdue, OVERDUE, |change, record| expire(change, record, directory, own))
}

fn expire(change: &mut Change<'_>, record: &mut Record, directory: &Arc<Directory>, own: Uuid) -> Result<()> {
    let is_due = |row: &&AssignmentRow| {
        row.team_id.0 != own
            && matches!(CaseVerb::Expire.apply(state(row), Holder::Partner), Ok(Step::To(_)))
            && row.acknowledge_by.is_some_and(|by| by.0 <= change.now)
    };
    let due: Vec<AssignmentRow> = record.assignments.iter().filter(is_due).cloned().collect();
    for row in due {
        set_state(change, record, row.id.0, CaseState::Expired)?;
        note_expired(change, record, directory, &row)?;
    }
    if Ending::of(record.status()).is_none() {
        realign(change, record, directory)?;
    }
    record.save(change, &["assignment"], &Actor::service())
}

/// `row` is the assignment as it was: with the time that has passed.
fn note_expired(change: &mut Change<'_>, record: &Record, directory: &Directory, row: &AssignmentRow) -> Result<()> {
    let id = row.id.0;
    let team = row.team_id.0;
    Event::assignment("expired", record.id(), id, team)
        .with(json!({
            "assignment_id": id,
            "team": {"id": team, "name": directory.team_name(team)},
            "role": row.role,
            "rule": row.rule_id,
            "acknowledge_by": row.acknowledge_by.map(|by| by.0),
            "expiries": expired_leads(record),
            "max_tries": directory.rules.max_tries,
        }))
        .because(Some(NOT_ACKNOWLEDGED))
        .note(change, &Actor::service());
    // Whoever let it pass is told that the case is no longer theirs.
    announce(change, directory, Occasion::Overdue, Recipient::Team(team), &about(&record.row, row))?;
    let Some(told) = row.escalate_to.map(|team| team.0) else { return Ok(()) };
    let is_active = directory.teams.iter().any(|entry| entry.id == told && entry.active);
    let may_be_told = is_active && directory.may_see(told, record.tlp());
    // The one that let it pass knows already.
    if may_be_told && told != team {
        let about = About { case: None, ..about(&record.row, row) };
        announce(change, directory, Occasion::Overdue, Recipient::Team(told), &about)?;
    }
    Event::assignment("escalated", record.id(), id, team)
        .seen_by(Audience::Responders)
        .with(json!({
            "assignment_id": id,
            "to_team": {"id": told, "name": directory.team_name(told)},
            "told": may_be_told,
        }))
        .because(Some(NOT_ACKNOWLEDGED))
        .note(change, &Actor::service());
    Ok(())
}

/// Reminds teams that have let half of their time to acknowledge pass. Says how many assignments were looked at.
///
/// # Errors
/// The store's.
pub fn remind(change: &mut Change<'_>, directory: &Directory, limit: i64) -> Result<usize> {
    let rows = escalation::half_gone(&mut change.tx, change.now, limit)?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.incident_id.0).collect();
    let found = incidents::find_all(&mut change.tx, &ids)?;
    for row in &rows {
        escalation::reminded(&mut change.tx, row.id.0)?;
        let incident = found.iter().find(|incident| incident.id == row.incident_id);
        let Some(incident) = incident.filter(|_| state(row) == CaseState::Assigned) else { continue };
        let team = row.team_id.0;
        announce(change, directory, Occasion::HalfDeadline, Recipient::Team(team), &about(incident, row))?;
        Event::assignment("half_deadline", incident.id.0, row.id.0, team)
            .seen_by(Audience::Responders)
            .with(json!({
                "assignment_id": row.id.0,
                "team": {"id": team, "name": directory.team_name(team)},
                "acknowledge_by": row.acknowledge_by.map(|by| by.0),
            }))
            .note(change, &Actor::service());
    }
    Ok(rows.len())
}

fn about<'a>(incident: &'a IncidentRow, row: &AssignmentRow) -> About<'a> {
    About {
        incident: Some(incident.id.0),
        reference: Some(&incident.reference),
        level: u8::try_from(incident.level).ok(),
        case: Some(row.id.0),
        deadline: row.acknowledge_by.map(|by| by.0),
    }
}
