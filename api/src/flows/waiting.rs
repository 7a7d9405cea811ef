//! Incidents that wait because every team that fits is full: given out by level, then by age, as places get free.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use zvit_db::audit::Audience;
use zvit_db::change::Change;
use zvit_db::conn::Tx;
use zvit_db::error::{Result, StoreError};
use zvit_db::{escalation, feeds, incidents, waiting};
use zvit_domain::routing::RoundRobin;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::{AssignmentRole, CaseState, IncidentStatus};
use zvit_domain::word::Word;

use super::assign::{changes_for, loads, realign, take_away};
use super::escalate::one_by_one;
use super::event::Event;
use super::notices::{About, Occasion, Recipient, announce};
use super::record::{Record, state};
use crate::actor::Actor;
use crate::memory::Directory;

/// The reason of what happens because a team takes part no more.
const DEACTIVATED: &str = "team_deactivated";

/// So many that wait are looked at in one plan; whoever stands behind has waited less, or for less.
pub const LOOKED_AT: i64 = 5_000;

/// So many are looked at, and so many given out, within the change that makes a place free: all others wait for its end.
const NEXT_LOOKED_AT: i64 = 50;
const NEXT: usize = 4;

/// So many are read at once.
const READ_AT_ONCE: usize = 100;

/// Which of those that wait would now find a partner, in the order in which they are due: of the first `looked_at` at most
/// `limit`. Nothing is read of them while no partner has room.
///
/// # Errors
/// The store's.
pub fn plan(tx: &mut Tx<'_>, directory: &Directory, now: Time, looked_at: i64, limit: usize) -> Result<Vec<Uuid>> {
    let roster = directory.roster(now)?;
    let mut loads = loads(tx, directory)?;
    let mut turns: RoundRobin = feeds::gate(tx)?.round_robin.read()?;
    let mut room = roster.sectors_with_room(&loads);
    let codes: Vec<&str> = room.iter().map(|sector| sector.code()).collect();
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let mut movable = Vec::new();
    for ids in waiting::in_order(tx, &codes, looked_at)?.chunks(READ_AT_ONCE) {
        let rows = incidents::find_all(tx, ids)?;
        let records: HashMap<Uuid, Record> =
            Record::load_all(tx, rows)?.into_iter().map(|record| (record.id(), record)).collect();
        for record in ids.iter().filter_map(|id| records.get(id)) {
            if room.is_empty() || movable.len() >= limit {
                return Ok(movable);
            }
            if !room.contains(&record.triage.sector) {
                continue;
            }
            let changes = changes_for(record, directory, &roster, &loads, &turns, now);
            if !changes.add.iter().any(|choice| choice.role == AssignmentRole::Lead) {
                continue;
            }
            for choice in &changes.add {
                choice.add_to(record.triage.level, &mut loads);
            }
            turns.extend(changes.round_robin);
            room = roster.sectors_with_room(&loads);
            movable.push(record.id());
        }
    }
    Ok(movable)
}

/// Gives these to whoever has room by now. Says how many were looked at.
///
/// # Errors
/// The store's.
pub fn give_out(change: &mut Change<'_>, directory: &Arc<Directory>, ids: &[Uuid]) -> Result<usize> {
    one_by_one(change, ids, "its place in the queue", |change, record| {
        if record.status() != IncidentStatus::Waiting {
            return Ok(());
        }
        realign(change, record, directory)?;
        if record.is_altered() { record.save(change, &["assignment"], &Actor::service()) } else { Ok(()) }
    })
}

/// After a place got free: who waits first has it in the same change, before a report that comes in meanwhile could take it.
///
/// # Errors
/// The store's.
pub fn give_next(change: &mut Change<'_>, directory: &Arc<Directory>) -> Result<()> {
    if !waiting::is_any(&mut change.tx)? {
        return Ok(());
    }
    let given = change.attempt(|change| {
        let ids = plan(&mut change.tx, directory, change.now, NEXT_LOOKED_AT, NEXT)?;
        give_out(change, directory, &ids)
    });
    match given {
        Err(error @ (StoreError::Unavailable(_) | StoreError::NotWritable(_))) => Err(error),
        Err(error) => {
            // What made the place free stands all the same; the queue is looked at again in a second.
            log::error!("the queue: {error}");
            Ok(())
        }
        Ok(_) => Ok(()),
    }
}

/// Teams that take part no more and still have open cases.
///
/// # Errors
/// The store's.
pub fn deactivated_with_cases(tx: &mut Tx<'_>, directory: &Directory) -> Result<Vec<Uuid>> {
    let inactive = directory.teams.iter().filter(|entry| !entry.active && !entry.team.coordinator);
    let teams: Vec<Uuid> = inactive.map(|entry| entry.id).collect();
    if teams.is_empty() { Ok(teams) } else { escalation::with_open_cases(tx, &teams) }
}

/// Takes the open cases of deactivated teams back, also those that were taken up, as nobody can work on them; other teams have
/// their incidents. Says of how many incidents.
///
/// # Errors
/// The store's.
pub fn release(change: &mut Change<'_>, directory: &Arc<Directory>, limit: i64) -> Result<usize> {
    let teams = deactivated_with_cases(&mut change.tx, directory)?;
    if teams.is_empty() {
        return Ok(0);
    }
    let open: Vec<&str> = CaseState::ALL.iter().filter(|state| state.is_open()).map(|state| state.code()).collect();
    let ids = escalation::incidents_of(&mut change.tx, &teams, &open, limit)?;
    one_by_one(change, &ids, "the cases of a deactivated team", |change, record| {
        let service = Actor::service();
        let held = record.assignments.iter().filter(|row| teams.contains(&row.team_id.0) && state(row).is_open());
        let held: Vec<Uuid> = held.map(|row| row.id.0).collect();
        for id in held {
            take_away(change, record, id, directory, &service, DEACTIVATED)?;
        }
        realign(change, record, directory)?;
        record.save(change, &["assignment"], &service)
    })
}

/// Whether the coordinator is to be told that incidents begin to wait, or wait no longer.
///
/// # Errors
/// The store's.
pub fn is_untold(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(waiting::is_any(tx)? != waiting::overload_since(tx)?.is_some())
}

/// Tells it, once: the store keeps that it was.
///
/// # Errors
/// The store's.
pub fn tell_overload(change: &mut Change<'_>, directory: &Directory) -> Result<()> {
    let now = change.now;
    let told = |kind, data| Event::other(kind, "service", "waiting").seen_by(Audience::Coordinator).with(data);
    match (waiting::is_any(&mut change.tx)?, waiting::overload_since(&mut change.tx)?) {
        (true, None) => {
            waiting::begin_overload(&mut change.tx, now)?;
            told("overload_began", json!({})).note(change, &Actor::service());
            let about = About { incident: None, reference: None, level: None, case: None, deadline: None };
            announce(change, directory, Occasion::Overload, Recipient::Coordinator, &about)
        }
        (false, Some(since)) => {
            waiting::end_overload(&mut change.tx)?;
            told("overload_ended", json!({"since": since})).note(change, &Actor::service());
            Ok(())
        }
        _ => Ok(()),
    }
}
