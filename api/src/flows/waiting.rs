//! Incidents that wait because every team that fits is full: given out by level, then by age, as places get free.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use zvit_db::audit::Audience;
use zvit_db::change::Change;
use zvit_db::conn::Tx;
use zvit_db::error::{Result, StoreError};
use zvit_db::{escalation, feeds, waiting};
use zvit_domain::overload::{self, Step};
use zvit_domain::routing::RoundRobin;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::{AssignmentRole, CaseState, IncidentStatus};
use zvit_domain::word::Word;

use super::assign::{loads, realign, take_away};
use super::event::Event;
use super::held::{Around, changes_for};
use super::notices::{About, Occasion, Recipient, announce};
use super::record::state;
use super::setbacks::Work;
use crate::actor::Actor;
use crate::memory::Directory;

/// The reason of what happens because a team takes part no more.
const DEACTIVATED: &str = "team_deactivated";

/// So many that wait are looked at in one plan; whoever stands behind has waited less, or for less.
pub const LOOKED_AT: i64 = 5_000;

/// So many are looked at, and so many given out, within the change that makes a place free: all others wait for its end.
const NEXT_LOOKED_AT: i64 = 50;
const NEXT: usize = 4;

/// So often it is looked again where some of them could not be given out.
const ROUNDS: usize = 3;

/// The work on what waits, where it fails.
const QUEUE: Work = "its place in the queue";

/// The work on cases of deactivated teams, where it fails.
const RELEASE: Work = "the cases of a deactivated team";

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
    let passed = directory.setbacks.standing(QUEUE, now);
    for ids in waiting::in_order(tx, &codes, &passed, looked_at)?.chunks(READ_AT_ONCE) {
        let records = directory.setbacks.readable(tx, ids, QUEUE, now)?;
        for record in ids.iter().filter_map(|id| records.get(id)) {
            if room.is_empty() || movable.len() >= limit {
                return Ok(movable);
            }
            if !room.contains(&record.triage.sector) {
                continue;
            }
            let around = Around { directory, roster: &roster, loads: &loads, turns: &turns, now };
            let changes = changes_for(record, &around);
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
    directory.setbacks.one_by_one(change, ids, QUEUE, |change, record| {
        if record.status() != IncidentStatus::Waiting {
            return Ok(());
        }
        realign(change, record, directory)?;
        if record.is_altered() { record.save(change, &["assignment"], &Actor::service()) } else { Ok(()) }
    })
}

/// At the end of a change by which places got free: who waits first has them in the same change, before a report that comes in
/// meanwhile could take them.
///
/// # Errors
/// The store's.
pub fn give_next(change: &mut Change<'_>, directory: &Arc<Directory>) -> Result<()> {
    let relieved = change.relieved();
    let is_room =
        directory.teams.iter().any(|entry| entry.active && !entry.team.coordinator && relieved.contains(&entry.id));
    if !is_room || !waiting::is_any(&mut change.tx)? {
        return Ok(());
    }
    let given = change.attempt(|change| {
        // What can't be given out is passed over from then on, and whoever stands behind it is next.
        for _ in 0..ROUNDS {
            let ids = plan(&mut change.tx, directory, change.now, NEXT_LOOKED_AT, NEXT)?;
            if give_out(change, directory, &ids)? == ids.len() {
                break;
            }
        }
        Ok(())
    });
    match given {
        Err(error) if StoreError::is_outage(&error) => Err(error),
        Err(error) => {
            // What made the place free stands all the same; the queue is looked at again in a second.
            log::error!("the queue: {error}");
            Ok(())
        }
        Ok(()) => Ok(()),
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
    let passed = directory.setbacks.standing(RELEASE, change.now);
    let ids = escalation::incidents_of(&mut change.tx, &teams, &open, &passed, limit)?;
    directory.setbacks.one_by_one(change, &ids, RELEASE, |change, record| {
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

/// Whether there is something to keep or to tell about incidents that wait.
///
/// # Errors
/// The store's.
pub fn is_untold(tx: &mut Tx<'_>, now: Time) -> Result<bool> {
    Ok(overload::step(waiting::overload(tx)?, waiting::is_any(tx)?, now).is_some())
}

/// Tells the coordinator that incidents begin to wait, or have waited no longer for a while; each once, as the store keeps that
/// it was told.
///
/// # Errors
/// The store's.
pub fn tell_overload(change: &mut Change<'_>, directory: &Directory) -> Result<()> {
    let now = change.now;
    let told = |kind, data| Event::other(kind, "service", "waiting").seen_by(Audience::Coordinator).with(data);
    let known = waiting::overload(&mut change.tx)?;
    match overload::step(known, waiting::is_any(&mut change.tx)?, now) {
        Some(Step::Begin) => {
            waiting::begin_overload(&mut change.tx, now)?;
            told("overload_began", json!({})).note(change, &Actor::service());
            let about = About { incident: None, reference: None, level: None, case: None, deadline: None };
            announce(change, directory, Occasion::Overload, Recipient::Coordinator, &about)
        }
        Some(Step::Quieten) => waiting::quieten_overload(&mut change.tx, Some(now)),
        Some(Step::GoOn) => waiting::quieten_overload(&mut change.tx, None),
        Some(Step::End) => {
            waiting::end_overload(&mut change.tx)?;
            let data = json!({"since": known.map(|known| known.began_at), "quiet_since": known.and_then(|known| known.quiet_since)});
            told("overload_ended", data).note(change, &Actor::service());
            Ok(())
        }
        None => Ok(()),
    }
}
