//! Proposals of triage: a team says what level or sector should be, and the coordinator decides.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::conversation;
use zvit_db::error::{Result, StoreError};
use zvit_db::rows::TriageProposalRow;
use zvit_db::types::{At, Id};
use zvit_domain::conversation::ProposalState;
use zvit_domain::vocabulary::{IncidentStatus, Sector};
use zvit_domain::word::{Text, Word};
use zvit_texts::text;

use super::coordinate::override_triage;
use super::event::Event;
use super::record::{Record, state};
use super::stir::Circle;
use crate::actor::Actor;
use crate::clock;
use crate::memory::Directory;
use crate::problem::{Code, Problem};

/// Keeps what a team proposes; it and the coordinator alone hear of it.
///
/// # Errors
/// 409 when the incident is over, or an earlier proposal of the team is not decided on yet; the store's.
pub fn propose(
    change: &mut Change<'_>,
    record: &mut Record,
    actor: &Actor,
    team: Uuid,
    (level, sector): (Option<u8>, Option<Sector>),
    reason: String,
) -> Result<TriageProposalRow, Problem> {
    check_open(record)?;
    let mut after = None;
    loop {
        let page = conversation::proposals_of(&mut change.tx, record.id(), Some(team), after, 200)?;
        if page.iter().any(|row| row.state == ProposalState::Pending.code()) {
            return Err(Problem::new(Code::StateConflict).because(text!("proposal-undecided")));
        }
        match page.last() {
            Some(last) if page.len() == 200 => after = Some(last.id.0),
            _ => break,
        }
    }
    let row = TriageProposalRow {
        id: Id(clock::new_id(change.now)),
        incident_id: record.row.id,
        team_id: Id(team),
        level: level.map(i32::from),
        sector: sector.map(|sector| sector.to_string()),
        reason,
        state: ProposalState::Pending.code().into(),
        created_at: At(change.now),
        decided_at: None,
        decided_by: None,
        decision_reason: None,
    };
    TriageProposalRow::insert_all(&mut change.tx, vec![row.clone()])?;
    note(change, record, actor, "triage_proposed", &row, Some(&row.reason));
    record.stir(change, &["triage_proposal"], actor, &Circle::of(record, false, |other| other == team))?;
    Ok(row)
}

/// Does what the proposal says, as [`override_triage`] does; what it says nothing about stays as it was decided before.
///
/// # Errors
/// 409 when it was rejected before or the incident is over; the store's.
pub fn accept(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Arc<Directory>,
    actor: &Actor,
    row: TriageProposalRow,
    reason: &str,
) -> Result<TriageProposalRow, Problem> {
    let Some(row) = decide(change, actor, row, ProposalState::Accepted, reason)? else { return Err(decided()) };
    let Decided::Now(row) = row else { return Ok(row.row()) };
    check_open(record)?;
    note(change, record, actor, "triage_proposal_accepted", &row, Some(reason));
    // Whether it sees the triage or not: it is told what became of its proposal.
    let proposing = record.assignments.iter().filter(|held| held.team_id == row.team_id && state(held).is_held());
    let proposing: Vec<Uuid> = proposing.map(|held| held.id.0).collect();
    proposing.into_iter().for_each(|id| record.touch(id, "triage_proposal"));
    let before = record.triage.r#override.clone();
    let level = row.level.and_then(|level| u8::try_from(level).ok()).or(before.as_ref().and_then(|one| one.level));
    let sector = row.sector.as_deref().and_then(Sector::from_code).or(before.and_then(|one| one.sector));
    override_triage(change, record, directory, actor, (level, sector), reason)?;
    Ok(row)
}

/// Leaves the triage as it is.
///
/// # Errors
/// 409 when it was accepted before; the store's.
pub fn reject(
    change: &mut Change<'_>,
    record: &mut Record,
    actor: &Actor,
    row: TriageProposalRow,
    reason: &str,
) -> Result<TriageProposalRow, Problem> {
    let Some(row) = decide(change, actor, row, ProposalState::Rejected, reason)? else { return Err(decided()) };
    let Decided::Now(row) = row else { return Ok(row.row()) };
    note(change, record, actor, "triage_proposal_rejected", &row, Some(reason));
    let team = row.team_id.0;
    record.stir(change, &["triage_proposal"], actor, &Circle::of(record, false, |other| other == team))?;
    Ok(row)
}

/// A decision, made now or the same one before.
enum Decided {
    Now(TriageProposalRow),
    Before(TriageProposalRow),
}

impl Decided {
    fn row(self) -> TriageProposalRow {
        match self {
            Self::Now(row) | Self::Before(row) => row,
        }
    }
}

/// Writes the decision; none where another one was made before.
fn decide(
    change: &mut Change<'_>,
    actor: &Actor,
    mut row: TriageProposalRow,
    to: ProposalState,
    reason: &str,
) -> Result<Option<Decided>, StoreError> {
    if row.state == to.code() {
        return Ok(Some(Decided::Before(row)));
    }
    if row.state != ProposalState::Pending.code() {
        return Ok(None);
    }
    row.state = to.code().into();
    row.decided_at = Some(At(change.now));
    row.decided_by = Some(actor.name.clone());
    row.decision_reason = Some(reason.to_owned());
    conversation::decide(&mut change.tx, &row)?;
    Ok(Some(Decided::Now(row)))
}

fn decided() -> Problem {
    Problem::new(Code::StateConflict).because(text!("proposal-decided-otherwise"))
}

fn check_open(record: &Record) -> Result<(), Problem> {
    let status = record.status();
    if !matches!(status, IncidentStatus::Closed | IncidentStatus::Withdrawn | IncidentStatus::Merged) {
        return Ok(());
    }
    Err(Problem::new(Code::StateConflict)
        .because(text!("incident-over", status = Text::new(status.code(), status.label_uk()))))
}

fn note(
    change: &mut Change<'_>,
    record: &Record,
    actor: &Actor,
    kind: &'static str,
    row: &TriageProposalRow,
    reason: Option<&str>,
) {
    Event::incident(kind, record.id())
        .with(json!({"proposal_id": row.id.0, "level": row.level, "sector": row.sector}))
        .because(reason)
        .for_team(row.team_id.0)
        .note(change, actor);
}
