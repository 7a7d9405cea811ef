//! How an incident is closed, by the coordinator or after quiet days, and opened again.

use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::error::StoreError;
use zvit_db::incidents;
use zvit_db::rows::AssignmentRow;
use zvit_domain::lifecycle::{CaseVerb, Ending, IncidentVerb, Step};
use zvit_domain::time::Time;
use zvit_domain::vocabulary::{CaseState, IncidentStatus};
use zvit_domain::word::{Text, Word};
use zvit_texts::text;

use super::assign::{realign, reweigh, set_state, take_away};
use super::case::holder;
use super::event::Event;
use super::record::{Record, state};
use super::setbacks::Work;
use crate::actor::Actor;
use crate::memory::Directory;
use crate::problem::{Code, Problem};

/// Why the service closes an incident by itself.
const RESOLVED_AND_QUIET: &str = "resolved_and_quiet";
/// Why a team loses what it had not taken up when the incident ended.
const CLOSED: &str = "closed";
/// Why a team does not get back what it had resolved, or had not taken up when it ended.
const REOPENED: &str = "reopened";

/// Closes the incident; cases that are still open end as resolved, those that nobody has taken up as revoked, and a withdrawal
/// nobody decided on is moot.
///
/// # Errors
/// 409 when it was withdrawn or merged; the store's.
pub fn close(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Directory,
    actor: &Actor,
    reason: &str,
) -> Result<(), Problem> {
    match IncidentVerb::Close.apply(record.status()).map_err(|_| over(record))? {
        Step::To(Some(ending)) => Ok(end(change, record, directory, actor, (ending, reason, json!({})))?),
        Step::To(None) | Step::AlreadyThere => Ok(()),
    }
}

fn end(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Directory,
    actor: &Actor,
    (ending, reason, data): (Ending, &str, Value),
) -> Result<(), StoreError> {
    for row in record.assignments.clone() {
        if state(&row) == CaseState::Assigned {
            take_away(change, record, row.id.0, directory, &Actor::service(), CLOSED)?;
        } else if let Ok(Step::To(to)) = CaseVerb::Resolve.apply(state(&row), holder(directory, row.team_id.0)) {
            set_state(change, record, row.id.0, to)?;
        }
    }
    record.row.withdrawal = None;
    record.row.status = ending.status().to_string();
    Event::incident("closed", record.id()).because(Some(reason)).with(data).note(change, actor);
    record.save(change, &["closed"], actor)
}

/// The work on what is quiet, where it fails.
pub const QUIET: Work = "its quiet end";

/// Closes what is resolved, has its final report, and has not changed since `before`; at most so many at once. Gives how many.
/// One that can't be read holds nobody up.
///
/// # Errors
/// The store's.
pub fn close_quiet(
    change: &mut Change<'_>,
    directory: &Directory,
    before: Time,
    days: u32,
    at_once: i64,
) -> Result<usize, StoreError> {
    let passed = directory.setbacks.standing(QUIET, change.now);
    let ids = incidents::quiet(&mut change.tx, before, &passed, at_once)?;
    directory.setbacks.one_by_one(change, &ids, QUIET, |change, record| {
        let how = (Ending::Closed, RESOLVED_AND_QUIET, json!({"quiet_days": days}));
        end(change, record, directory, &Actor::service(), how)
    })
}

/// Opens an incident again, by decision of the coordinator.
///
/// # Errors
/// 409 when it is part of another one; the store's.
pub fn reopen_by_hand(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Arc<Directory>,
    actor: &Actor,
    reason: &str,
) -> Result<(), Problem> {
    if reopen(change, record, directory, actor, Some(reason))? {
        realign(change, record, directory)?;
        record.save(change, &[REOPENED], actor)?;
    }
    Ok(())
}

/// Opens an incident again: its lead goes on, or loses the case if it may not hold it any more or had never taken it up, and
/// support goes on that the end had cut short. The caller routes anew and saves. Says whether it wasn't open.
///
/// # Errors
/// 409 when it is part of another one; the store's.
pub fn reopen(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Arc<Directory>,
    actor: &Actor,
    reason: Option<&str>,
) -> Result<bool, Problem> {
    if IncidentVerb::Reopen.apply(record.status()).map_err(|_| over(record))? == Step::AlreadyThere {
        return Ok(false);
    }
    record.row.withdrawal = None;
    record.row.status = IncidentStatus::Received.to_string();
    Event::incident(REOPENED, record.id()).because(reason).note(change, actor);
    let lead = record.lead().map(|row| row.id.0);
    for row in record.assignments.clone() {
        let is_lead = Some(row.id.0) == lead;
        let was_cut_short = row.outcome.is_none();
        if state(&row) == CaseState::Resolved && (is_lead || was_cut_short) {
            go_on(change, record, directory, &row)?;
        }
    }
    reweigh(change, record)?;
    Ok(true)
}

/// One team goes on, or loses the case.
fn go_on(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Arc<Directory>,
    row: &AssignmentRow,
) -> Result<(), Problem> {
    let (id, team) = (row.id.0, row.team_id.0);
    let had_taken_it_up = row.acknowledged_at.is_some();
    if !(had_taken_it_up && can_hold(record, directory, team, change.now)) {
        take_away(change, record, id, directory, &Actor::service(), REOPENED)?;
        return Ok(());
    }
    if let Ok(Step::To(to)) = CaseVerb::Reopen.apply(state(row), holder(directory, team)) {
        set_state(change, record, id, to)?;
        record.alter(id, |row| (row.outcome, row.summary) = (None, None));
    }
    Ok(())
}

/// Whether a team may still have what it had.
pub(super) fn can_hold(record: &Record, directory: &Directory, team: Uuid, now: Time) -> bool {
    let entry = directory.teams.iter().find(|entry| entry.id == team);
    entry.is_some_and(|entry| {
        let takes_part = entry.participant.as_ref().is_none_or(|participant| participant.is_valid_at(now));
        entry.active && takes_part && directory.may_see(team, record.tlp())
    })
}

/// The refusal of what is not possible with an incident that has ended.
pub fn over(record: &Record) -> Problem {
    let status = record.status();
    Problem::new(Code::StateConflict)
        .because(text!("incident-over", status = Text::new(status.code(), status.label_uk())))
}
