//! Links between incidents. Nothing moves between institutions by a link: reports stay where they are, and nobody learns of an
//! incident at the other end that isn't theirs to see.

use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;
use zvit_db::audit::Audience;
use zvit_db::change::Change;
use zvit_db::conn::Tx;
use zvit_db::incidents::{self, Sight};
use zvit_db::rows::LinkRow;
use zvit_db::types::{At, Id};
use zvit_db::{cases, links};
use zvit_domain::fault::Fault;
use zvit_domain::lifecycle::{IncidentVerb, Step, can_take_in, take_merger_back};
use zvit_domain::link::{LinkKind, closes_a_circle};
use zvit_domain::vocabulary::{CaseState, IncidentStatus};
use zvit_domain::word::{Text, Word};
use zvit_texts::text;

use super::assign::{realign, set_state, take_away};
use super::closing::{can_hold, over};
use super::event::Event;
use super::record::{Record, note_changes, state};
use crate::actor::Actor;
use crate::clock;
use crate::memory::Directory;
use crate::problem::{Code, Problem};
use crate::views::{IncidentLink, LinkedIncident};

/// Outcome of a case that ended because its incident was merged into one that the same team leads.
const MERGED: &str = "merged";

/// A chain of links is followed over so many incidents at most.
const LONGEST_CHAIN: usize = 1_000;

/// A link that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    /// How the one incident stands to the other.
    pub kind: LinkKind,
    /// The other incident.
    pub to: Uuid,
    /// Why.
    pub reason: String,
}

/// Links two incidents; a duplicate is merged into the other one.
///
/// # Errors
/// 422 for an end that can't be linked so, 409 when the link is there, would close a circle, or one of the two is over; the
/// store's.
pub fn link(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Arc<Directory>,
    actor: &Actor,
    new: &NewLink,
) -> Result<LinkRow, Problem> {
    let mut other = other_end(change, record, new)?;
    check_new(change, record, new)?;
    if new.kind == LinkKind::DuplicateOf {
        check_merge(change, record, &other)?;
    }
    let row = LinkRow {
        id: Id(clock::new_id(change.now)),
        from_incident: record.row.id,
        to_incident: other.row.id,
        kind: new.kind.to_string(),
        reason: new.reason.clone(),
        created_at: At(change.now),
        created_by: actor.name.clone(),
        removed_at: None,
    };
    LinkRow::insert_all(&mut change.tx, vec![row.clone()])?;
    note(change, actor, "linked", &row, [record, &other], &new.reason);
    let teams = teams_at_both(directory, record, &other);
    if new.kind == LinkKind::DuplicateOf {
        merge(change, record, &other, directory, actor, &new.reason)?;
    } else {
        show(change, record, &other, &teams, actor)?;
    }
    show(change, &mut other, record, &teams, actor)?;
    Ok(row)
}

/// Removes a link; a duplicate goes on as an incident of its own.
///
/// # Errors
/// The store's.
pub fn unlink(
    change: &mut Change<'_>,
    mut row: LinkRow,
    directory: &Arc<Directory>,
    actor: &Actor,
    reason: &str,
) -> Result<LinkRow, Problem> {
    if row.removed_at.is_some() {
        return Ok(row);
    }
    row.removed_at = Some(At(change.now));
    links::remove(&mut change.tx, &row)?;
    let mut from = load(change, row.from_incident.0)?.ok_or_else(Problem::not_found)?;
    let mut to = load(change, row.to_incident.0)?.ok_or_else(Problem::not_found)?;
    note(change, actor, "unlinked", &row, [&from, &to], reason);
    let teams = teams_at_both(directory, &from, &to);
    if row.kind == LinkKind::DuplicateOf.code() && from.row.merged_into == Some(row.to_incident) {
        part(change, &mut from, directory, actor, reason)?;
    } else {
        show(change, &mut from, &to, &teams, actor)?;
    }
    show(change, &mut to, &from, &teams, actor)?;
    Ok(row)
}

/// Links as they are shown, with the references of both ends.
///
/// # Errors
/// The store's.
pub fn shown(tx: &mut Tx<'_>, rows: &[LinkRow]) -> Result<Vec<IncidentLink>, Problem> {
    let ends: Vec<Id> = rows.iter().flat_map(|row| [row.from_incident, row.to_incident]).collect();
    let references = links::references(tx, &ends)?;
    let end = |Id(id): Id| {
        let found = references.iter().find(|(known, _)| *known == id);
        LinkedIncident { id, reference: found.map_or_else(String::new, |(_, reference)| reference.clone()) }
    };
    let view = |row: &LinkRow| {
        Ok(IncidentLink {
            id: row.id.0,
            kind: row.kind.parse().map_err(Problem::internal)?,
            from: end(row.from_incident),
            to: end(row.to_incident),
            reason: row.reason.clone(),
            created_at: row.created_at.0,
            created_by: row.created_by.clone(),
            removed_at: row.removed_at.map(|at| at.0),
        })
    };
    rows.iter().map(view).collect()
}

/// Refuses a report about a merged incident, naming the one that goes on if it is the same institution's.
///
/// # Errors
/// 409; the store's.
pub fn check_not_merged(change: &mut Change<'_>, record: &Record) -> Result<(), Problem> {
    if record.status() != IncidentStatus::Merged {
        return Ok(());
    }
    let problem = Problem::new(Code::StateConflict).because(text!("incident-merged"));
    let survivor = survivor(change, record)?.filter(|id| *id != record.id());
    let owner = match survivor {
        Some(id) => load(change, id)?.map(|survivor| survivor.row.institution_id),
        None => None,
    };
    Err(match survivor.filter(|_| owner == Some(record.row.institution_id)) {
        Some(id) => problem.extension("incident_id", id),
        None => problem,
    })
}

fn load(change: &mut Change<'_>, id: Uuid) -> Result<Option<Record>, Problem> {
    let row = incidents::find(&mut change.tx, Sight::All, id)?;
    Ok(row.map(|row| Record::load(&mut change.tx, row)).transpose()?)
}

/// The incident that goes on, over however many mergers.
fn survivor(change: &mut Change<'_>, record: &Record) -> Result<Option<Uuid>, Problem> {
    let (mut found, mut next) = (None, record.row.merged_into);
    for _ in 0..LONGEST_CHAIN {
        let Some(Id(id)) = next else { break };
        found = Some(id);
        next = incidents::find(&mut change.tx, Sight::All, id)?.and_then(|row| row.merged_into);
    }
    Ok(found)
}

/// The incident at the other end.
fn other_end(change: &mut Change<'_>, record: &Record, new: &NewLink) -> Result<Record, Problem> {
    let fault = |pointer: &str, code, detail| Problem::from(vec![Fault::at(pointer, code, detail)]);
    if new.to == record.id() {
        return Err(fault("/to", "self_link", text!("link-to-itself")));
    }
    let Some(other) = load(change, new.to)? else {
        return Err(fault("/to", "unknown_incident", text!("link-unknown-incident")));
    };
    if new.kind == LinkKind::DuplicateOf && other.row.institution_id != record.row.institution_id {
        return Err(fault("/kind", "other_institution", text!("link-other-institution")));
    }
    if new.kind == LinkKind::DuplicateOf && other.row.exercise != record.row.exercise {
        return Err(fault("/to", "exercise", text!("link-exercise")));
    }
    Ok(other)
}

/// Whether the link is new and leads nowhere in a circle.
fn check_new(change: &mut Change<'_>, record: &Record, new: &NewLink) -> Result<(), Problem> {
    let (from, kind) = (record.id(), new.kind.code());
    let is_there = links::between(&mut change.tx, from, new.to, kind)?.is_some()
        || (new.kind.is_mutual() && links::between(&mut change.tx, new.to, from, kind)?.is_some());
    if is_there {
        return Err(Problem::new(Code::AlreadyExists).because(text!("link-exists")));
    }
    if new.kind.is_mutual() {
        return Ok(());
    }
    let (mut known, mut edge) = (Vec::new(), vec![new.to]);
    while !edge.is_empty() && known.len() < LONGEST_CHAIN {
        let onward = links::onward(&mut change.tx, &edge, kind)?;
        edge = onward.iter().map(|(_, to)| *to).filter(|to| !known.iter().any(|(from, _)| from == to)).collect();
        known.extend(onward);
    }
    if closes_a_circle(&known, from, new.to) {
        return Err(Problem::new(Code::StateConflict).because(text!("link-circle")));
    }
    Ok(())
}

/// Whether the one can be told as part of the other.
fn check_merge(change: &mut Change<'_>, record: &Record, other: &Record) -> Result<(), Problem> {
    if other.status() == IncidentStatus::Merged {
        let problem = Problem::new(Code::StateConflict).because(text!("link-to-merged"));
        let survivor = survivor(change, other)?;
        return Err(match survivor {
            Some(id) => problem.extension("incident_id", id),
            None => problem,
        });
    }
    if !matches!(IncidentVerb::Merge.apply(record.status()), Ok(Step::To(_))) {
        return Err(over(record));
    }
    if !can_take_in(other.status(), record.status()) {
        let status = other.status();
        return Err(Problem::new(Code::StateConflict)
            .because(text!("link-other-ended", status = Text::new(status.code(), status.label_uk()))));
    }
    Ok(())
}

/// Ends the duplicate: its teams forget it, unless they lead the one that goes on.
fn merge(
    change: &mut Change<'_>,
    record: &mut Record,
    survivor: &Record,
    directory: &Arc<Directory>,
    actor: &Actor,
    reason: &str,
) -> Result<(), Problem> {
    let leads = survivor.lead().map(|row| row.team_id);
    let open: Vec<(Uuid, bool)> = record
        .assignments
        .iter()
        .filter(|row| state(row).is_open())
        .map(|row| (row.id.0, Some(row.team_id) == leads))
        .collect();
    for (id, keeps_sight) in open {
        if keeps_sight {
            set_state(change, record, id, CaseState::Resolved)?;
            record.alter(id, |row| {
                row.outcome = Some(MERGED.to_owned());
                row.acknowledge_by = None;
            });
        } else {
            take_away(change, record, id, directory, actor, reason)?;
        }
    }
    record.row.status = IncidentStatus::Merged.to_string();
    record.row.merged_into = Some(survivor.row.id);
    record.row.withdrawal = None;
    Event::incident("merged", record.id())
        .seen_by(Audience::Institution)
        .with(json!({"into": end(survivor)}))
        .because(Some(reason))
        .note(change, actor);
    record.save(change, &["merged"], actor)?;
    Ok(())
}

/// Takes a merger back: whoever led both goes on, else the rules find a team.
fn part(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Arc<Directory>,
    actor: &Actor,
    reason: &str,
) -> Result<(), Problem> {
    take_merger_back(record.status()).map_err(Problem::internal)?;
    record.row.status = IncidentStatus::Received.to_string();
    record.row.merged_into = None;
    let kept: Vec<(Uuid, bool)> = record
        .assignments
        .iter()
        .filter(|row| state(row) == CaseState::Resolved && row.outcome.as_deref() == Some(MERGED))
        .map(|row| {
            let goes_on = row.acknowledged_at.is_some() && can_hold(record, directory, row.team_id.0, change.now);
            (row.id.0, goes_on)
        })
        .collect();
    for (id, goes_on) in kept {
        // Nobody works on what was never acknowledged, nor would anything remind of it.
        if !goes_on {
            take_away(change, record, id, directory, &Actor::service(), "reopened")?;
            continue;
        }
        set_state(change, record, id, CaseState::InProgress)?;
        record.alter(id, |row| row.outcome = None);
    }
    Event::incident("merger_taken_back", record.id())
        .seen_by(Audience::Institution)
        .because(Some(reason))
        .note(change, actor);
    realign(change, record, directory)?;
    record.save(change, &["reopened"], actor)?;
    Ok(())
}

/// Moves an incident in the feeds of those who may see its link with `other`; to everybody else nothing has happened.
fn show(
    change: &mut Change<'_>,
    record: &mut Record,
    other: &Record,
    teams: &[Uuid],
    actor: &Actor,
) -> Result<(), Problem> {
    record.row.coordinator_position = change.next_position();
    if record.row.institution_id == other.row.institution_id {
        record.row.institution_position = change.next_feed_position(record.row.institution_id.0)?;
    }
    incidents::update(&mut change.tx, &record.row)?;
    let seeing = |team: &Id| teams.contains(&team.0);
    for row in record.assignments.iter_mut().filter(|row| state(row).is_held() && seeing(&row.team_id)) {
        row.position = change.next_feed_position(row.team_id.0)?;
        row.updated_at = At(change.now);
        note_changes(row, &["link"], change.now, actor.owner == Some(row.team_id.0))?;
        cases::update(&mut change.tx, row)?;
    }
    Ok(())
}

/// The teams that hold a case of both and may see both.
fn teams_at_both(directory: &Directory, one: &Record, other: &Record) -> Vec<Uuid> {
    let holds = |record: &Record, team: Uuid| {
        directory.may_see(team, record.tlp())
            && record.assignments.iter().any(|row| row.team_id.0 == team && state(row).is_held())
    };
    let mut teams: Vec<Uuid> = one.assignments.iter().map(|row| row.team_id.0).collect();
    teams.sort_unstable();
    teams.dedup();
    teams.retain(|team| holds(one, *team) && holds(other, *team));
    teams
}

/// Notes it in the course of both incidents; their institution sees it only where both are its own.
fn note(change: &mut Change<'_>, actor: &Actor, kind: &'static str, row: &LinkRow, ends: [&Record; 2], reason: &str) {
    let [from, to] = ends;
    let is_own = from.row.institution_id == to.row.institution_id;
    let audience = if is_own { Audience::Institution } else { Audience::Coordinator };
    for incident in ends {
        Event::incident(kind, incident.id())
            .seen_by(audience)
            .with(json!({"link_id": row.id.0, "kind": row.kind, "from": end(from), "to": end(to)}))
            .because(Some(reason))
            .note(change, actor);
    }
}

fn end(record: &Record) -> Value {
    json!({"id": record.id(), "reference": record.row.reference})
}
