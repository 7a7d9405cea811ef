//! From a routing decision to assignments, and what ends an assignment.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use zvit_db::audit::Audience;
use zvit_db::change::Change;
use zvit_db::conn::Tx;
use zvit_db::error::{Result, StoreError};
use zvit_db::rows::{AssignmentRow, FeedRow, NoticeRow};
use zvit_db::types::{At, Id, Json};
use zvit_db::{feeds, incidents};
use zvit_domain::routing::{Choice, Load, Loads, MANUAL_RULE, Outcome, RoundRobin, weight};
use zvit_domain::time::Time;
use zvit_domain::tlp::Tlp;
use zvit_domain::vocabulary::{AssignmentRole, CaseState};
use zvit_domain::word::Word;

use super::event::Event;
use super::held::{Around, changes_for};
use super::notices::{self, About, Occasion, Recipient};
use super::record::{Record, is_exercise, state};
use super::support;
use crate::actor::Actor;
use crate::clock;
use crate::memory::Directory;
use crate::views::CaseChange;

/// Outcome of an assignment that the coordinator took back: routing does not give the incident to this team again.
pub const REVOKED_BY_COORDINATOR: &str = "revoked_by_coordinator";

/// A new assignment from a choice; its position is given out when it is written. `own` is the coordinator's team.
///
/// # Errors
/// When the reason can't be written as JSON: a defect.
pub fn assignment(choice: &Choice, incident: Uuid, level: u8, own: Uuid, now: Time) -> Result<AssignmentRow> {
    Ok(AssignmentRow {
        id: Id(clock::new_id(now)),
        incident_id: Id(incident),
        team_id: Id(choice.team),
        role: choice.role.to_string(),
        state: CaseState::Assigned.to_string(),
        position: 0,
        rule_id: choice.rule_id.clone(),
        weight: if choice.role == AssignmentRole::Lead { i32::try_from(weight(level)).unwrap_or(4) } else { 0 },
        acknowledge_by: choice.acknowledge_by.map(At),
        assigned_at: At(now),
        updated_at: At(now),
        acknowledged_at: None,
        external_ref: None,
        outcome: None,
        summary: None,
        why: Json::of(&choice.why)?,
        changes: Json::of(&[CaseChange { kind: "assigned".into(), at: now, own: false }])?,
        escalate_to: choice.escalate_to.map(Id),
        remind_at: choice.acknowledge_by.map(|by| At(now.plus_seconds(by.seconds_since(now) / 2))),
        rule_version: 0,
        first_delivered_at: None,
        resolved_at: None,
        assistance: None,
        grants: String::new(),
        expires: choice.team != own,
    })
}

/// Notes that a team was given the incident.
pub fn note_assigned(
    change: &mut Change<'_>,
    actor: &Actor,
    row: &AssignmentRow,
    directory: &Directory,
    reason: Option<&str>,
) {
    Event::assignment("assigned", row.incident_id.0, row.id.0, row.team_id.0)
        .with(json!({
            "assignment_id": row.id.0,
            "team": {"id": row.team_id.0, "name": directory.team_name(row.team_id.0)},
            "role": row.role,
            "rule": row.rule_id,
            "outcome": outcome_of(row),
            "acknowledge_by": row.acknowledge_by.map(|at| at.0),
        }))
        .because(reason)
        .note(change, actor);
}

/// How it came to the assignment: a code of the reason it is stored with.
fn outcome_of(row: &AssignmentRow) -> Option<Outcome> {
    #[derive(serde::Deserialize)]
    struct How {
        outcome: Outcome,
    }
    row.why.read::<How>().ok().map(|how| how.outcome)
}

/// The load of every team, from the feed rows.
pub fn loads_of(rows: &[FeedRow]) -> Loads {
    rows.iter()
        .map(|row| {
            let load = Load {
                weighted: u32::try_from(row.weighted_load).unwrap_or(0),
                open_cases: u32::try_from(row.open_cases).unwrap_or(0),
            };
            (row.owner.0, load)
        })
        .collect()
}

/// Reads the load of every team.
///
/// # Errors
/// The store's.
pub fn loads(tx: &mut Tx<'_>, directory: &Directory) -> Result<Loads> {
    let teams: Vec<Uuid> = directory.teams.iter().map(|team| team.id).collect();
    Ok(loads_of(&feeds::of(tx, &teams)?))
}

/// Whose turn it is, by rule.
///
/// # Errors
/// When the stored positions can't be read.
pub fn round_robin(change: &Change<'_>) -> Result<RoundRobin> {
    Ok(change.gate.round_robin.read::<BTreeMap<String, u64>>()?)
}

/// Puts a new assignment on the incident: load, event and row.
///
/// # Errors
/// The store's.
pub fn give(
    change: &mut Change<'_>,
    record: &mut Record,
    choice: &Choice,
    directory: &Directory,
    actor: &Actor,
    reason: Option<&str>,
) -> Result<Uuid> {
    let own = directory.coordinator_team()?;
    let mut row = assignment(choice, record.id(), record.triage.level, own, change.now)?;
    if choice.rule_id != MANUAL_RULE {
        row.rule_version = change.gate.rules_version;
    }
    change.add_load(choice.team, row.weight, 1)?;
    note_assigned(change, actor, &row, directory, reason);
    let about = about_assigned(record, &row);
    let told = notices::rows(
        directory,
        Occasion::Assigned,
        Recipient::Team(choice.team),
        &about,
        is_exercise(&record.content),
        change.now,
    );
    NoticeRow::insert_all(&mut change.tx, told)?;
    let id = row.id.0;
    record.add(row);
    Ok(id)
}

/// What the team is told of its new case.
pub(super) fn about_assigned<'a>(record: &'a Record, row: &AssignmentRow) -> About<'a> {
    About {
        incident: Some(record.id()),
        reference: Some(&record.row.reference),
        level: Some(record.triage.level),
        case: Some(row.id.0),
        deadline: row.acknowledge_by.map(|at| at.0),
    }
}

/// Moves an assignment to another state; one that ends gives its place back. Nobody waits for an acknowledgement any more.
/// The caller notes the event and saves.
///
/// # Errors
/// `NotFound` when the incident has no such assignment.
pub fn set_state(change: &mut Change<'_>, record: &mut Record, id: Uuid, to: CaseState) -> Result<()> {
    let assignment = record.assignment(id).ok_or(StoreError::NotFound)?;
    let (was_open, team, weight) = (state(assignment).is_open(), assignment.team_id.0, assignment.weight);
    if was_open && !to.is_open() {
        change.add_load(team, -weight, -1)?;
    } else if !was_open && to.is_open() {
        change.add_load(team, weight, 1)?;
    }
    let now = At(change.now);
    record.alter(id, |row| {
        row.state = to.to_string();
        (row.acknowledge_by, row.remind_at) = (None, None);
        row.resolved_at = (to == CaseState::Resolved).then_some(now);
    });
    Ok(())
}

/// Takes an assignment from its team: the team's last word about it is to forget it.
///
/// # Errors
/// The store's.
pub fn take_away(
    change: &mut Change<'_>,
    record: &mut Record,
    id: Uuid,
    directory: &Directory,
    actor: &Actor,
    reason: &str,
) -> Result<()> {
    set_state(change, record, id, CaseState::Revoked)?;
    let team = record.assignment(id).map(|row| row.team_id.0).ok_or(StoreError::NotFound)?;
    Event::assignment("revoked", record.id(), id, team)
        .with(json!({"assignment_id": id, "team": {"id": team, "name": directory.team_name(team)}}))
        .because(Some(reason))
        .note(change, actor);
    Ok(())
}

/// After the level changed, open lead cases weigh differently.
///
/// # Errors
/// The store's.
pub fn reweigh(change: &mut Change<'_>, record: &mut Record) -> Result<()> {
    let weight = i32::try_from(weight(record.triage.level)).unwrap_or(4);
    let stale: Vec<(Uuid, Uuid, i32)> = record
        .assignments
        .iter()
        .filter(|row| row.role == "lead" && row.weight != weight && state(row).is_open())
        .map(|row| (row.id.0, row.team_id.0, weight - row.weight))
        .collect();
    for (id, team, difference) in stale {
        change.add_load(team, difference, 0)?;
        if let Some(row) = record.assignments.iter_mut().find(|row| row.id.0 == id) {
            row.weight = weight;
        }
    }
    Ok(())
}

/// Brings the assignments in line with the incident: takes away what no longer fits, fills what is missing. What has ended gets
/// nobody new. Says whether the TLP label is above every partner's ceiling.
///
/// # Errors
/// The store's.
pub fn realign(change: &mut Change<'_>, record: &mut Record, directory: &Arc<Directory>) -> Result<bool> {
    let service = Actor::service();
    let loads = loads(&mut change.tx, directory)?;
    let turns = round_robin(change)?;
    let roster = directory.roster(change.now)?;
    let around = Around { directory, roster: &roster, loads: &loads, turns: &turns, now: change.now };
    let changes = changes_for(record, &around);
    for revocation in &changes.revoke {
        let reason = revocation.reason.code();
        take_away(change, record, revocation.assignment_id, directory, &service, reason)?;
    }
    for choice in &changes.add {
        give(change, record, choice, directory, &service, None)?;
    }
    keep_turns(change, turns, changes.round_robin)?;
    support::ask_others(change, record, directory)?;
    if changes.tlp_above_every_ceiling {
        Event::incident("tlp_above_every_ceiling", record.id())
            .seen_by(Audience::Institution)
            .with(json!({"tlp": record.tlp()}))
            .note(change, &service);
    }
    Ok(changes.tlp_above_every_ceiling)
}

/// Takes from a team what is above its TLP ceiling, after the ceiling was lowered: its tools are told to forget, and
/// somebody else has the incidents in the same change.
///
/// # Errors
/// The store's.
pub fn withdraw_above_ceiling(change: &mut Change<'_>, team: Uuid, directory: &Arc<Directory>) -> Result<()> {
    let above: Vec<&str> =
        Tlp::ALL.iter().filter(|label| !directory.may_see(team, **label)).map(|label| label.code()).collect();
    let held: Vec<&str> = CaseState::ALL.iter().filter(|state| state.is_held()).map(|state| state.code()).collect();
    let ids = incidents::held_under(&mut change.tx, team, &held, &above)?;
    // What can't be read is shown to nobody either; it holds up no lowering.
    directory.setbacks.one_by_one(change, &ids, "what is above a ceiling", |change, record| {
        realign(change, record, directory)?;
        record.save(change, &["assignment"], &Actor::service())
    })?;
    Ok(())
}

/// Keeps whose turn it is now.
///
/// # Errors
/// When the positions can't be written as JSON: a defect.
pub fn keep_turns(change: &mut Change<'_>, mut turns: RoundRobin, advanced: RoundRobin) -> Result<()> {
    if !advanced.is_empty() {
        turns.extend(advanced);
        change.gate.round_robin = Json::of(&turns)?;
    }
    Ok(())
}
