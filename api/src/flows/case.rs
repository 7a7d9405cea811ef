//! What a team does with its case. Which verb is possible in which state stands in `zvit_domain::lifecycle`; a verb that is
//! already in effect by the same team changes nothing and answers the same.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use zvit_db::audit::Audience;
use zvit_db::change::Change;
use zvit_db::rows::AssignmentRow;
use zvit_db::types::At;
use zvit_db::{cases, incidents};
use zvit_domain::fault::Fault;
use zvit_domain::lifecycle::{CaseVerb, Holder, Refusal, Step};
use zvit_domain::routing::standing_at;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::{Assistance, CaseState};
use zvit_domain::word::{Text, Word};
use zvit_texts::text;

use super::assign::{realign, set_state};
use super::by_name::{check_can_be_named, hand_to};
use super::event::Event;
use super::record::{Record, state};
use super::support;
use crate::actor::Actor;
use crate::memory::Directory;
use crate::problem::{Code, Problem};

/// What a team wants of its case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// It takes the case.
    Acknowledge {
        /// Its own number for it.
        external_ref: Option<String>,
    },
    /// It doesn't take the case.
    Decline {
        /// Why.
        reason: String,
    },
    /// It works on it.
    Start,
    /// Another team should have it.
    HandOver {
        /// Why.
        reason: String,
        /// Which; without one the rules decide.
        to_team: Option<Uuid>,
    },
    /// The lead needs help.
    RequestSupport {
        /// Of which kind.
        assistance: Assistance,
        /// Why.
        reason: String,
    },
    /// It is done.
    Resolve {
        /// How it ended.
        outcome: String,
        /// What was done.
        summary: String,
    },
}

impl Verb {
    /// What it is to the state of the case; asking for support leaves it as it is.
    pub fn of_case(&self) -> Option<CaseVerb> {
        match self {
            Self::Acknowledge { .. } => Some(CaseVerb::Acknowledge),
            Self::Decline { .. } => Some(CaseVerb::Decline),
            Self::Start => Some(CaseVerb::Start),
            Self::HandOver { .. } => Some(CaseVerb::HandOver),
            Self::Resolve { .. } => Some(CaseVerb::Resolve),
            Self::RequestSupport { .. } => None,
        }
    }

    /// Whether the team sees nothing of the case any more afterwards.
    pub fn ends_sight(&self) -> bool {
        self.of_case().is_some_and(|verb| !verb.goal().is_held())
    }

    fn reason(&self) -> Option<&str> {
        match self {
            Self::Decline { reason } | Self::HandOver { reason, .. } => Some(reason),
            Self::Resolve { summary, .. } => Some(summary),
            _ => None,
        }
    }
}

/// A team's case with its incident, for a change. What isn't the team's, or no longer, is not found.
///
/// # Errors
/// 404; the store's.
pub fn find(change: &mut Change<'_>, directory: &Directory, team: Uuid, case: Uuid) -> Result<Record, Problem> {
    let row = cases::find_for_team(&mut change.tx, team, case, &directory.labels_seen_by(team))?
        .filter(|row| state(row).is_held())
        .ok_or_else(Problem::not_found)?;
    let incident = incidents::find_all(&mut change.tx, &[row.incident_id.0])?.pop().ok_or_else(Problem::not_found)?;
    Ok(Record::load(&mut change.tx, incident)?)
}

/// Whether the verb makes sense for this incident, whatever state the case is in.
///
/// # Errors
/// 422 for a hand-over to a team that can't have it.
pub fn check_verb(record: &Record, directory: &Directory, verb: &Verb, now: Time) -> Result<(), Problem> {
    match verb {
        Verb::HandOver { to_team: Some(to), .. } => {
            check_can_be_named(record, directory, *to, "/to_team")?;
            check_is_on_duty(directory, *to, now)
        }
        _ => Ok(()),
    }
}

/// Nobody would read what one team hands to another at night; the coordinator, who may know better, can assign it all the same.
fn check_is_on_duty(directory: &Directory, team: Uuid, now: Time) -> Result<(), Problem> {
    let entry = directory.teams.iter().find(|entry| entry.id == team);
    if entry.is_none_or(|entry| entry.team.coordinator || standing_at(&entry.team, now).on_duty) {
        return Ok(());
    }
    Err(vec![Fault::at("/to_team", "team_off_duty", text!("case-team-off-duty"))].into())
}

/// Whether the verb has brought the case where it is already, so that it changes nothing of its state.
pub fn is_in_effect(record: &Record, directory: &Directory, id: Uuid, verb: &Verb) -> bool {
    let (Some(row), Some(verb)) = (record.assignment(id), verb.of_case()) else { return false };
    verb.apply(state(row), holder(directory, row.team_id.0)) == Ok(Step::AlreadyThere)
}

/// Does what the verb says.
///
/// # Errors
/// 409 when the case's state doesn't allow it, 422 for a hand-over to a team that can't have it; the store's.
pub fn act(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Arc<Directory>,
    actor: &Actor,
    id: Uuid,
    verb: &Verb,
) -> Result<(), Problem> {
    let row = record.assignment(id).ok_or_else(Problem::not_found)?.clone();
    let Some(case_verb) = verb.of_case() else {
        let Verb::RequestSupport { assistance, reason } = verb else { return Ok(()) };
        return support::request(change, record, directory, actor, id, (*assistance, reason));
    };
    let (from, team) = (state(&row), row.team_id.0);
    let to = match case_verb.apply(from, holder(directory, team)).map_err(|refusal| refused(refusal, from))? {
        Step::To(to) => to,
        Step::AlreadyThere => {
            return match verb {
                Verb::Resolve { outcome, summary } => {
                    keep_late_summary(change, record, directory, actor, &row, (outcome, summary))
                }
                _ => keep_new_reference(change, record, directory, actor, &row, verb),
            };
        }
    };
    set_state(change, record, id, to)?;
    keep_particulars(change, record, id, verb);
    let data = match verb {
        Verb::Resolve { outcome, .. } => about_resolved(&row, directory, outcome),
        _ => about(&row, directory),
    };
    Event::assignment(event_of(to), record.id(), id, team).with(data).because(verb.reason()).note(change, actor);
    match verb {
        Verb::Decline { .. } | Verb::HandOver { to_team: None, .. } => {
            realign(change, record, directory)?;
        }
        Verb::HandOver { reason, to_team: Some(to) } => hand_to(change, record, directory, actor, &row, *to, reason)?,
        _ => {}
    }
    record.save(change, &[event_of(to)], actor)?;
    Ok(())
}

/// Whose team it is.
pub fn holder(directory: &Directory, team: Uuid) -> Holder {
    let is_own = directory.teams.iter().any(|entry| entry.id == team && entry.team.coordinator);
    if is_own { Holder::Coordinator } else { Holder::Partner }
}

fn about(row: &AssignmentRow, directory: &Directory) -> serde_json::Value {
    let (id, team) = (row.id.0, row.team_id.0);
    json!({"assignment_id": id, "team": {"id": team, "name": directory.team_name(team)}, "role": row.role})
}

/// The same of what was resolved, with how it ended.
fn about_resolved(row: &AssignmentRow, directory: &Directory, outcome: &str) -> serde_json::Value {
    let (id, team) = (row.id.0, row.team_id.0);
    let named = json!({"id": team, "name": directory.team_name(team)});
    json!({"assignment_id": id, "team": named, "role": row.role, "outcome": outcome})
}

/// The coordinator may have closed what a team was working on: what it did is told all the same. What it has told stays.
fn keep_late_summary(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Directory,
    actor: &Actor,
    row: &AssignmentRow,
    (outcome, summary): (&String, &String),
) -> Result<(), Problem> {
    if row.outcome.as_ref() == Some(outcome) && row.summary.as_ref() == Some(summary) {
        return Ok(());
    }
    if row.outcome.is_some() || row.summary.is_some() {
        return Err(Problem::new(Code::StateConflict).because(text!("case-resolved-otherwise")));
    }
    record.alter(row.id.0, |row| {
        row.outcome = Some(outcome.clone());
        row.summary = Some(summary.clone());
    });
    Event::assignment("resolved", record.id(), row.id.0, row.team_id.0)
        .with(about_resolved(row, directory, outcome))
        .because(Some(summary))
        .note(change, actor);
    record.save(change, &["resolved"], actor)?;
    Ok(())
}

/// A team that acknowledges once more may have numbered the case meanwhile.
fn keep_new_reference(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Directory,
    actor: &Actor,
    row: &AssignmentRow,
    verb: &Verb,
) -> Result<(), Problem> {
    let Verb::Acknowledge { external_ref: Some(external_ref) } = verb else { return Ok(()) };
    if row.external_ref.as_ref() == Some(external_ref) {
        return Ok(());
    }
    record.alter(row.id.0, |row| row.external_ref = Some(external_ref.clone()));
    Event::assignment("case_numbered", record.id(), row.id.0, row.team_id.0)
        .seen_by(Audience::Team)
        .with(about(row, directory))
        .note(change, actor);
    record.save(change, &["case_numbered"], actor)?;
    Ok(())
}

fn refused(refusal: Refusal, from: CaseState) -> Problem {
    match refusal {
        Refusal::State => not_from(from),
        Refusal::StandsLast => Problem::new(Code::StateConflict).because(text!("case-coordinator-stands-last")),
    }
}

/// The refusal of what is not possible in this state.
pub fn not_from(from: CaseState) -> Problem {
    Problem::new(Code::StateConflict)
        .because(text!("case-not-from-state", state = Text::new(from.code(), from.label_uk())))
}

fn event_of(to: CaseState) -> &'static str {
    match to {
        CaseState::InProgress => "started",
        other => zvit_domain::word::Word::code(other),
    }
}

fn keep_particulars(change: &Change<'_>, record: &mut Record, id: Uuid, verb: &Verb) {
    let now = At(change.now);
    record.alter(id, |row| match verb {
        Verb::Acknowledge { external_ref } => {
            row.acknowledged_at = Some(now);
            row.external_ref.clone_from(external_ref);
        }
        Verb::Start => row.acknowledged_at = row.acknowledged_at.or(Some(now)),
        Verb::Resolve { outcome, summary } => {
            row.acknowledged_at = row.acknowledged_at.or(Some(now));
            row.outcome = Some(outcome.clone());
            row.summary = Some(summary.clone());
        }
        _ => {}
    });
}
