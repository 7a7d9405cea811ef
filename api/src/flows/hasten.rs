//! A level that rises shortens the time of those who have not acknowledged yet: an hour that was right for level 2 is not for
//! level 5. Nobody gets more time than was given.

use serde_json::json;
use zvit_db::change::Change;
use zvit_db::error::Result;
use zvit_db::rows::NoticeRow;
use zvit_db::types::Id;
use zvit_domain::routing::Pace;

use super::assign::about_assigned;
use super::event::Event;
use super::notices::{self, Occasion, Recipient};
use super::record::{Record, is_exercise};
use crate::actor::Actor;
use crate::memory::Directory;

/// What case and timeline say of it.
const HASTENED: &str = "hastened";

/// Brings the deadlines forward to what the rules of now ask, and tells the teams.
///
/// # Errors
/// The store's.
pub fn hasten(change: &mut Change<'_>, record: &mut Record, directory: &Directory, paces: &[Pace]) -> Result<()> {
    for pace in paces {
        let seconds = i64::from(pace.minutes) * 60;
        let by = change.now.plus_seconds(seconds);
        let Some(row) = record.assignment(pace.assignment_id) else { continue };
        // The coordinator's own team waits for a free place without a deadline.
        if row.acknowledge_by.is_none_or(|given| given.0 <= by) {
            continue;
        }
        record.redate(pace.assignment_id, HASTENED, change.now, seconds);
        if let (Some(told), Some(row)) = (pace.escalate_to, record.assignment_mut(pace.assignment_id)) {
            row.escalate_to = Some(Id(told));
        }
        tell(change, record, directory, pace)?;
    }
    Ok(())
}

fn tell(change: &mut Change<'_>, record: &Record, directory: &Directory, pace: &Pace) -> Result<()> {
    let Some(row) = record.assignment(pace.assignment_id) else { return Ok(()) };
    let (id, team) = (row.id.0, row.team_id.0);
    Event::assignment(HASTENED, record.id(), id, team)
        .with(json!({
            "assignment_id": id,
            "team": {"id": team, "name": directory.team_name(team)},
            "rule": pace.rule_id,
            "level": record.triage.level,
            "acknowledge_by": row.acknowledge_by.map(|at| at.0),
        }))
        .note(change, &Actor::service());
    let about = about_assigned(record, row);
    let exercise = is_exercise(&record.content);
    let told = notices::rows(directory, Occasion::Assigned, Recipient::Team(team), &about, exercise, change.now);
    NoticeRow::insert_all(&mut change.tx, told)
}
