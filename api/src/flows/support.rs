//! Support that a lead asks for: one kind of help, from a team that gives it.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::error::StoreError;
use zvit_db::rows::AssignmentRow;
use zvit_domain::routing::{Choice, RoundRobin, request_support, serves_kind};
use zvit_domain::vocabulary::{Assistance, CaseState};
use zvit_domain::word::Word;

use super::assign::{
    REVOKED_BY_COORDINATOR, give, held, keep_turns, kept_away, loads, place_filled, places_filled, round_robin,
    routing_input,
};
use super::case::not_from;
use super::event::Event;
use super::record::{Record, state};
use crate::actor::Actor;
use crate::memory::Directory;
use crate::problem::{Code, Problem};

/// The lead asks for help. While a team that was asked for the same kind has its case open, nothing changes.
///
/// # Errors
/// 409 for a case that isn't an open one of the lead; the store's.
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
        return Err(Problem::new(Code::StateConflict).detail(
            "Only the lead asks for support; tell the lead what is needed.",
            "Про підтримку просить лише провідна команда; повідомте їй, що потрібно.",
        ));
    }
    if !state(row).is_open() {
        return Err(not_from(state(row)));
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
    row.assistance.as_deref() == Some(kind.code()) || serves_kind(&directory.rules, &place_filled(row), kind)
}

/// Gives the request to the team that routing chooses. Where no partner can, the timeline says so and the coordinator's own
/// team has it.
fn ask(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Arc<Directory>,
    actor: &Actor,
    kind: Assistance,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    let chosen = choose(change, record, directory, kind)?;
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

fn choose(
    change: &mut Change<'_>,
    record: &Record,
    directory: &Directory,
    kind: Assistance,
) -> Result<Option<(Choice, RoundRobin)>, StoreError> {
    let (loads, turns) = (loads(&mut change.tx, directory)?, round_robin(change)?);
    let roster = directory.roster(change.now)?;
    let (kept_away, places, asked) = (kept_away(record), places_filled(record), [kind]);
    let mut input = routing_input(record, record.classification().class, &[], &kept_away);
    input.assistance = &asked;
    let held = held(record, &places);
    Ok(request_support(&input, &directory.rules, &roster, &held, &loads, &turns, change.now))
}

/// Asks others where the team that was last asked for a kind of help declined it, let it expire or gave it away: what a lead
/// asked for is not dropped. Not once the lead is through, or when the coordinator took it back.
///
/// # Errors
/// The store's.
pub fn ask_others(change: &mut Change<'_>, record: &mut Record, directory: &Arc<Directory>) -> Result<(), StoreError> {
    let is_worked_on = record.lead().is_some_and(|lead| state(lead).is_open());
    if record.ending().is_some() || !is_worked_on {
        return Ok(());
    }
    for kind in Assistance::ALL {
        let of_kind = |row: &&AssignmentRow| row.assistance.as_deref() == Some(kind.code());
        let last = record.assignments.iter().rev().find(of_kind);
        if last.is_some_and(is_unanswered) {
            ask(change, record, directory, &Actor::service(), *kind, None)?;
        }
    }
    Ok(())
}

fn is_unanswered(row: &AssignmentRow) -> bool {
    match state(row) {
        CaseState::Declined | CaseState::Expired | CaseState::HandedOver => true,
        CaseState::Revoked => row.outcome.as_deref() != Some(REVOKED_BY_COORDINATOR),
        _ => false,
    }
}
