//! Support that a lead asks for: one kind of help, from a team that gives it.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::error::StoreError;
use zvit_db::rows::AssignmentRow;
use zvit_domain::lifecycle::may_request_support;
use zvit_domain::routing::{Choice, REQUESTED_RULE, RoundRobin, request_support, serves_kind};
use zvit_domain::vocabulary::{Assistance, CaseState};
use zvit_domain::word::Word;
use zvit_texts::text;

use super::assign::{REVOKED_BY_COORDINATOR, give, keep_turns, loads, round_robin};
use super::case::not_from;
use super::event::Event;
use super::held::{Around, held, kept_away, place_filled, places_filled, routing_input};
use super::record::{Record, state};
use crate::actor::Actor;
use crate::memory::Directory;
use crate::problem::{Code, Problem};

/// The lead asks for help. While a team that was asked for the same kind has its case open, nothing changes.
///
/// # Errors
/// 409 for a case that the lead hasn't taken up, or that isn't the lead's; the store's.
pub fn request(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Arc<Directory>,
    actor: &Actor,
    id: Uuid,
    (kind, reason): (Assistance, &str),
) -> Result<(), Problem> {
    let row = record.assignment(id).ok_or_else(Problem::not_found)?;
    if row.role != "lead" {
        return Err(Problem::new(Code::StateConflict).because(text!("support-asked-by-lead-only")));
    }
    if !may_request_support(state(row)) {
        return Err(match state(row) {
            CaseState::Assigned => Problem::new(Code::StateConflict).because(text!("support-after-acknowledging")),
            other => not_from(other),
        });
    }
    let team = row.team_id.0;
    if record.assignments.iter().any(|row| state(row).is_open() && brings(row, directory, kind)) {
        return Ok(());
    }
    Event::assignment("support_requested", record.id(), id, team)
        .with(json!({
            "assignment_id": id,
            "team": {"id": team, "name": directory.team_name(team)},
            "assistance": kind,
        }))
        .because(Some(reason))
        .note(change, actor);
    ask(change, record, directory, actor, kind, Some(reason))?;
    record.save(change, &["support_requested"], actor)?;
    Ok(())
}

/// Whether an assignment is support for this kind of help.
fn brings(row: &AssignmentRow, directory: &Directory, kind: Assistance) -> bool {
    if row.role == "lead" {
        return false;
    }
    is_named(row, kind) || serves_kind(&directory.rules, &place_filled(row), kind)
}

/// Gives the request to the team that routing chooses.
fn ask(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Arc<Directory>,
    actor: &Actor,
    kind: Assistance,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    let (loads, turns) = (loads(&mut change.tx, directory)?, round_robin(change)?);
    let roster = directory.roster(change.now)?;
    let around = Around { directory, roster: &roster, loads: &loads, turns: &turns, now: change.now };
    let chosen = choose(record, &around, kind);
    give_asked(change, record, directory, actor, kind, chosen, reason)
}

/// Gives what was asked for to the team that was chosen. Where no partner can, the timeline says so and the coordinator's own
/// team has it. Without a reason it is a request that is only given on.
///
/// # Errors
/// The store's.
pub fn give_asked(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Directory,
    actor: &Actor,
    kind: Assistance,
    chosen: Option<(Choice, RoundRobin)>,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    let own = directory.coordinator_team()?;
    let is_new = reason.is_some() || chosen.is_some();
    if is_new && chosen.as_ref().is_none_or(|(choice, _)| choice.team == own) {
        Event::incident("support_unavailable", record.id())
            .with(json!({"assistance": kind}))
            .note(change, &Actor::service());
    }
    let Some((choice, advanced)) = chosen else { return Ok(()) };
    let turns = round_robin(change)?;
    keep_turns(change, turns, advanced)?;
    let given = give(change, record, &choice, directory, actor, reason)?;
    record.alter(given, |row| row.assistance = Some(kind.to_string()));
    Ok(())
}

/// The team that routing chooses for a kind of help, if there is one that isn't on the incident.
pub fn choose(record: &Record, around: &Around<'_>, kind: Assistance) -> Option<(Choice, RoundRobin)> {
    let (kept_away, places, asked) = (kept_away(record), places_filled(record), [kind]);
    let mut input = routing_input(record, record.classification().class, &[], &kept_away);
    input.assistance = &asked;
    let held = held(record, &places, |_| false);
    request_support(&input, &around.directory.rules, around.roster, &held, around.loads, around.turns, around.now)
}

/// Asks others where the team that was last asked for a kind of help declined it, let it expire or gave it away: what a lead or the
/// institution asked for is not dropped.
///
/// # Errors
/// The store's.
pub fn ask_others(change: &mut Change<'_>, record: &mut Record, directory: &Arc<Directory>) -> Result<(), StoreError> {
    for kind in unanswered(record, directory) {
        ask(change, record, directory, &Actor::service(), kind, None)?;
    }
    Ok(())
}

/// The kinds of help that a lead asked for, or the report while the lead doesn't give them, and that nobody gives any more. None once the
/// lead is through, nor what the coordinator took back.
pub fn unanswered(record: &Record, directory: &Directory) -> Vec<Assistance> {
    let Some(lead) = record.lead().filter(|lead| record.ending().is_none() && state(lead).is_open()) else {
        return Vec::new();
    };
    let leading = directory.teams.iter().find(|entry| entry.id == lead.team_id.0);
    let lead_gives = |kind: &Assistance| leading.is_some_and(|entry| entry.team.assistance.contains(kind));
    let is_asked = |kind: &Assistance| record.content.assistance_requested.contains(kind) && !lead_gives(kind);
    let is_lost = |kind: &Assistance| {
        let of_kind = |row: &&AssignmentRow| {
            row.role != "lead" && is_named(row, *kind) && (row.rule_id == REQUESTED_RULE || is_asked(kind))
        };
        let is_brought = || record.assignments.iter().any(|row| state(row).is_held() && brings(row, directory, *kind));
        record.assignments.iter().rev().find(of_kind).is_some_and(is_unanswered) && !is_brought()
    };
    Assistance::ALL.iter().copied().filter(is_lost).collect()
}

/// Whether support was given for this kind of help.
fn is_named(row: &AssignmentRow, kind: Assistance) -> bool {
    row.assistance.as_deref().unwrap_or_default().split_whitespace().any(|code| code == kind.code())
}

fn is_unanswered(row: &AssignmentRow) -> bool {
    match state(row) {
        CaseState::Declined | CaseState::Expired | CaseState::HandedOver => true,
        CaseState::Revoked => row.outcome.as_deref() != Some(REVOKED_BY_COORDINATOR),
        _ => false,
    }
}
