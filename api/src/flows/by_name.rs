//! Cases given to a team that a person names: when it may have them, and what goes along.

use std::sync::Arc;

use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::rows::AssignmentRow;
use zvit_domain::fault::Fault;
use zvit_domain::routing::{Choice, MANUAL_RULE, REQUESTED_RULE, RevocationReason, Why, acknowledge_minutes};
use zvit_domain::vocabulary::{AssignmentRole, CaseState};
use zvit_domain::word::Word;
use zvit_texts::text;

use super::assign::{REVOKED_BY_COORDINATOR, codes, give, realign, take_away};
use super::disclosure;
use super::held::place_filled;
use super::record::{Record, is_exercise, state};
use crate::actor::Actor;
use crate::memory::Directory;
use crate::problem::{Code, Problem};

/// Gives the role to the team that was named, if it may have the incident: of support also what it was asked for.
///
/// # Errors
/// 422 or 409 where it may not, or gave the incident up before; the store's.
pub fn hand_to(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Arc<Directory>,
    actor: &Actor,
    from: &AssignmentRow,
    to: Uuid,
    reason: &str,
) -> Result<(), Problem> {
    let is_lead = from.role == "lead";
    let role = if is_lead { AssignmentRole::Lead } else { AssignmentRole::Support };
    check_can_hold(record, directory, (to, role), "/to_team")?;
    if record.assignments.iter().any(|row| row.team_id.0 == to && has_given_up(row)) {
        return Err(vec![Fault::at("/to_team", "team_gave_it_up", text!("case-team-gave-it-up"))].into());
    }
    if is_lead {
        end_support_of(change, record, directory, to)?;
    }
    let mut choice = by_hand(change, to, role, record.triage.level);
    if !is_lead {
        fill_place_of(from, &mut choice);
    }
    // The help that is needed goes along, and with it what is shown: not what else the named team could give.
    let assistance = if is_lead { None } else { Some(disclosure::brought(record, from, directory)) };
    let given = give(change, record, &choice, directory, actor, Some(reason))?;
    record.alter(given, |row| row.assistance = assistance.map(|kinds| codes(&kinds)));
    realign(change, record, directory)?;
    Ok(())
}

/// Ends the support of a team that comes to lead: it has the whole of the incident then.
///
/// # Errors
/// The store's.
pub fn end_support_of(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Directory,
    team: Uuid,
) -> Result<(), Problem> {
    let supports = |row: &&AssignmentRow| row.team_id.0 == team && row.role != "lead" && state(row).is_open();
    let ended: Vec<Uuid> = record.assignments.iter().filter(supports).map(|row| row.id.0).collect();
    for id in ended {
        let reason = RevocationReason::NoLongerNeeded.code();
        take_away(change, record, id, directory, &Actor::service(), reason)?;
    }
    Ok(())
}

/// Notes which rule called for the support, so that it isn't called for a second time.
fn fill_place_of(from: &AssignmentRow, choice: &mut Choice) {
    let place = place_filled(from);
    if place == REQUESTED_RULE {
        choice.rule_id.clone_from(&place);
    }
    if place != MANUAL_RULE {
        choice.why.rules.insert(0, place);
    }
}

fn has_given_up(row: &AssignmentRow) -> bool {
    matches!(state(row), CaseState::Declined | CaseState::HandedOver | CaseState::Expired)
        || row.outcome.as_deref() == Some(REVOKED_BY_COORDINATOR)
}

/// An assignment made by hand.
pub fn by_hand(change: &Change<'_>, team: Uuid, role: AssignmentRole, level: u8) -> Choice {
    Choice {
        team,
        role,
        rule_id: MANUAL_RULE.to_owned(),
        acknowledge_by: Some(change.now.plus_seconds(i64::from(acknowledge_minutes(level)) * 60)),
        escalate_to: None,
        waiting: false,
        assistance: Vec::new(),
        why: Why::manual(role, level),
    }
}

/// Whether a team may be given the incident by name: it must be there, active, and allowed to see it.
///
/// # Errors
/// 422 at `pointer`.
pub fn check_can_be_named(record: &Record, directory: &Directory, team: Uuid, pointer: &str) -> Result<(), Problem> {
    let fault = |code: &'static str, detail| Err(Problem::from(vec![Fault::at(pointer, code, detail)]));
    let Some(entry) = directory.teams.iter().find(|entry| entry.id == team) else {
        return fault("unknown_team", text!("case-unknown-team"));
    };
    if !entry.active {
        return fault("team_inactive", text!("case-team-inactive"));
    }
    if !entry.team.coordinator && record.tlp() > entry.team.tlp_ceiling {
        return fault("tlp_above_ceiling", text!("case-above-ceiling"));
    }
    if is_exercise(&record.content) && !entry.team.coordinator && !entry.team.accepts_exercises {
        return fault("exercise_not_opted_in", text!("case-exercise-not-opted-in"));
    }
    Ok(())
}

/// The same, and that it doesn't have the incident already. Whoever supports may come to lead.
///
/// # Errors
/// 422 at `pointer`, or 409 when it has the incident already.
pub fn check_can_hold(
    record: &Record,
    directory: &Directory,
    (team, role): (Uuid, AssignmentRole),
    pointer: &str,
) -> Result<(), Problem> {
    check_can_be_named(record, directory, team, pointer)?;
    let is_in_the_way = |row: &&AssignmentRow| {
        let may_rise = role == AssignmentRole::Lead && row.role != "lead" && state(row).is_open();
        row.team_id.0 == team && state(row).is_held() && !may_rise
    };
    if record.assignments.iter().any(|row| is_in_the_way(&row)) {
        return Err(Problem::new(Code::StateConflict).because(text!("case-team-has-it")));
    }
    Ok(())
}
