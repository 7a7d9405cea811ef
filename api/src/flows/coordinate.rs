//! What the coordinator decides: always with a reason.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_domain::lifecycle::{CaseVerb, Step};
use zvit_domain::triage::Override;
use zvit_domain::vocabulary::{AssignmentRole, Sector};

use super::assign::{REVOKED_BY_COORDINATOR, give, realign, reweigh, take_away};
use super::by_name::{by_hand, check_can_be_named, check_can_hold, end_support_of};
use super::case::{holder, not_from};
use super::closing::over;
use super::event::Event;
use super::follow_up::triage_of;
use super::record::{Record, state};
use crate::actor::Actor;
use crate::memory::Directory;
use crate::problem::Problem;

/// Sets level or sector above what was computed; neither of them takes the decision back.
///
/// # Errors
/// 409 when the incident is over; the store's.
pub fn override_triage(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Arc<Directory>,
    actor: &Actor,
    (level, sector): (Option<u8>, Option<Sector>),
    reason: &str,
) -> Result<(), Problem> {
    check_open(record)?;
    let decision = (level.is_some() || sector.is_some()).then(|| Override {
        level,
        sector,
        reason: reason.to_owned(),
        by: actor.name.clone(),
        at: change.now,
    });
    record.triage = triage_of(record, directory, decision);
    Event::incident("triage_overridden", record.id())
        .with(json!({"level": record.triage.level, "sector": record.triage.sector, "decided": {"level": level, "sector": sector}}))
        .because(Some(reason))
        .note(change, actor);
    reweigh(change, record)?;
    realign(change, record, directory)?;
    record.save(change, &["triage"], actor)?;
    Ok(())
}

/// Gives the incident to a team. A new lead takes the place of the one that holds it. Gives the assignment's id.
///
/// # Errors
/// 422 for a team that can't have it, 409 when the incident is over or the team has it; the store's.
pub fn assign(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Arc<Directory>,
    actor: &Actor,
    (team, role): (Uuid, AssignmentRole),
    reason: &str,
) -> Result<Uuid, Problem> {
    check_can_be_named(record, directory, team, "/team_id")?;
    check_open(record)?;
    check_can_hold(record, directory, (team, role), "/team_id")?;
    if role == AssignmentRole::Lead {
        end_support_of(change, record, directory, team)?;
    }
    if role == AssignmentRole::Lead
        && let Some(lead) = record.lead().map(|row| row.id.0)
    {
        take_away(change, record, lead, directory, actor, reason)?;
        keep_away(record, lead);
    }
    let level = record.triage.level;
    let choice = by_hand(change, team, role, level);
    let id = give(change, record, &choice, directory, actor, Some(reason))?;
    record.save(change, &["assignment"], actor)?;
    Ok(id)
}

/// Takes an assignment back; a missing lead is found again by the rules.
///
/// # Errors
/// 409 when it is over already; the store's.
pub fn revoke(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Arc<Directory>,
    actor: &Actor,
    id: Uuid,
    reason: &str,
) -> Result<(), Problem> {
    let row = record.assignment(id).ok_or_else(Problem::not_found)?;
    let (from, team) = (state(row), row.team_id.0);
    if CaseVerb::Revoke.apply(from, holder(directory, team)).map_err(|_| not_from(from))? == Step::AlreadyThere {
        return Ok(());
    }
    check_open(record)?;
    take_away(change, record, id, directory, actor, reason)?;
    keep_away(record, id);
    realign(change, record, directory)?;
    record.save(change, &["assignment"], actor)?;
    Ok(())
}

/// What the coordinator took from a team, the rules do not give back to it.
fn keep_away(record: &mut Record, id: Uuid) {
    record.alter(id, |row| row.outcome = Some(REVOKED_BY_COORDINATOR.to_owned()));
}

/// Refuses what an incident that has ended can't have any more.
///
/// # Errors
/// 409 then.
pub fn check_open(record: &Record) -> Result<(), Problem> {
    if record.ending().is_some() { Err(over(record)) } else { Ok(()) }
}
