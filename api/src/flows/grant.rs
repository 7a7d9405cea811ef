//! Showing a support team more than its kind of help needs: decided by the lead's team or the coordinator, with a reason.

use serde_json::json;
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_domain::disclosure::Parts;
use zvit_domain::fault::Fault;
use zvit_domain::vocabulary::{AssignmentRole, Role};
use zvit_texts::text;

use super::disclosure::{check_can_be_granted, of_holder};
use super::event::Event;
use super::record::{Record, state};
use super::show::role;
use crate::actor::Actor;
use crate::memory::Directory;
use crate::problem::{Code, Problem};

/// Whether this caller may decide what support teams see: the coordinator, or the lead's team. A lead that sees only codes
/// itself opens nothing to others.
///
/// # Errors
/// 403.
pub fn check_may_grant(record: &Record, directory: &Directory, actor: &Actor) -> Result<(), Problem> {
    if actor.role == Role::Coordinator {
        return Ok(());
    }
    let leads = |row: &&zvit_db::rows::AssignmentRow| {
        actor.owner == Some(row.team_id.0) && role(row) == AssignmentRole::Lead && state(row).is_held()
    };
    let Some(lead) = record.assignments.iter().find(leads) else {
        return Err(Problem::new(Code::Forbidden).because(text!("grant-by-lead-only")));
    };
    Parts::all().iter().try_for_each(|part| of_holder(record, directory, lead.team_id.0).require(part))
}

/// Grants exactly these parts to an assignment; what was granted before and is not named is taken back.
///
/// # Errors
/// 422 for an assignment that the incident doesn't have, 409 for one that can't be granted anything; the store's.
pub fn grant(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Directory,
    actor: &Actor,
    (assignment, parts): (Uuid, Parts),
    reason: &str,
) -> Result<(), Problem> {
    let row = record.assignments.iter_mut().find(|row| row.id.0 == assignment).ok_or_else(unknown)?;
    check_can_be_granted(row)?;
    let before = Parts::read(&row.grants);
    if before == parts {
        return Ok(());
    }
    // Not `alter`: the case's own state did not change, and its team is told of the grant.
    row.grants = parts.write();
    let team = row.team_id.0;
    Event::assignment("grant_changed", record.id(), assignment, team)
        .with(json!({
            "assignment_id": assignment,
            "team": {"id": team, "name": directory.team_name(team)},
            "parts": parts.iter().collect::<Vec<_>>(),
            "before": before.iter().collect::<Vec<_>>(),
        }))
        .because(Some(reason))
        .note(change, actor);
    record.touch(assignment, "grant");
    record.save(change, &["grant"], actor)?;
    Ok(())
}

fn unknown() -> Problem {
    Problem::from(vec![Fault::at("/assignment_id", "unknown_assignment", text!("grant-unknown-assignment"))])
}
