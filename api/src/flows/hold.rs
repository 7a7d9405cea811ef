//! Institutions on hold: their credentials may be in an attacker's hands. What they report is taken in and marked, and the
//! answer shows no more than what was just sent, with what is needed to know that it arrived.

use serde_json::json;
use zvit_db::audit::Audience;
use zvit_db::change::Change;
use zvit_domain::report::{Content, Parsed};
use zvit_domain::triage::{RuleData, TriageInput, triage};
use zvit_domain::vocabulary::{IncidentStatus, InfrastructureCategory, Role, Sector, Stage};
use zvit_domain::word::Language;
use zvit_texts::text;

use super::event::Event;
use super::follow_up::MAX_INDICATORS;
use super::idempotency::Kept;
use super::record::Record;
use super::show::warnings;
use super::submit::{Answer, Submission};
use crate::actor::Actor;
use crate::memory::Directory;
use crate::problem::Problem;
use crate::views::{Incident, Report, StoredWarning};

/// Code of the warning, and type of the event, that mark what was reported on hold.
pub const SUBMITTED_ON_HOLD: &str = "submitted_on_hold";

/// Whether the one who acts belongs to an institution on hold.
pub fn is_held(directory: &Directory, actor: &Actor) -> bool {
    actor.role == Role::Institution && actor.owner.is_some_and(|owner| directory.is_on_hold(owner))
}

/// Whether what is sent may be an attacker's: from an institution on hold, or with a printed spare, which may be stolen paper.
/// It is kept, and takes nothing from what is known.
pub fn is_untrusted(directory: &Directory, actor: &Actor) -> bool {
    actor.spare || is_held(directory, actor)
}

/// Code of the warning that names what an untrusted report says and the incident did not take over.
const NOT_APPLIED: &str = "not_applied";

/// The warning about one member that was not taken over.
pub fn not_applied(pointer: &str) -> StoredWarning {
    StoredWarning {
        pointer: Some(pointer.into()),
        code: NOT_APPLIED.into(),
        detail: text!("hold-not-applied"),
        value: None,
    }
}

/// The same submission without an external reference that is taken: to refuse it would lose the report, and tell which exist.
pub fn without_reference(item: &Submission) -> Submission {
    let mut item = item.clone();
    item.parsed.change.external_ref = None;
    item.warnings.push(not_applied("/external_ref"));
    item
}

/// Takes out of a further report what would take something from the incident; gives what that was.
pub fn only_add(parsed: &mut Parsed, record: &Record) -> Vec<StoredWarning> {
    let mut left_out = parsed.change.only_add_to(&record.content);
    if !std::mem::take(&mut parsed.clear).is_empty() {
        left_out.push("/clear");
    }
    let (said, room) = (parsed.indicators.len(), MAX_INDICATORS.saturating_sub(record.own_indicators()));
    parsed.indicators.retain(|indicator| !indicator.retracted);
    parsed.indicators.truncate(room);
    if parsed.indicators.len() < said {
        left_out.push("/indicators");
    }
    left_out.into_iter().map(not_applied).collect()
}

/// Marks the incident, so that coordinator and teams don't trust the report blindly. The institution's own timeline does not
/// show it.
pub fn mark(change: &mut Change<'_>, record: &mut Record, actor: &Actor) {
    if !is_marked(record) {
        record.warnings.push(StoredWarning {
            pointer: None,
            code: SUBMITTED_ON_HOLD.into(),
            detail: text!("hold-reported"),
            value: None,
        });
    }
    Event::incident(SUBMITTED_ON_HOLD, record.id())
        .seen_by(Audience::Responders)
        .with(json!({"reference": record.row.reference}))
        .note(change, actor);
}

/// Whether any report about the incident came on hold.
pub fn is_marked(record: &Record) -> bool {
    record.warnings.iter().any(|warning| warning.code == SUBMITTED_ON_HOLD)
}

/// The answer to a submission as who may be an attacker gets it: an institution on hold a receipt, a spare not what others
/// have reported. What is kept is the whole of it.
///
/// # Errors
/// As the answer, but without saying which incident is in the way.
pub fn discreet_answer(answer: Answer, item: &Submission, directory: &Directory) -> Answer {
    let shown = match (is_held(directory, &item.actor), item.actor.spare) {
        (true, _) => answer.and_then(|kept| receipt(kept, &item.parsed, &item.warnings, item.actor.language)),
        (false, true) => answer.and_then(|kept| echo(kept, &item.parsed)),
        (false, false) => return answer,
    };
    shown.map_err(discreet)
}

/// The answer without a trace of whether the external reference was taken.
fn echo(mut kept: Kept, parsed: &Parsed) -> Result<Kept, Problem> {
    let mut incident: Incident = serde_json::from_str(&kept.body)?;
    incident.external_ref = parsed.change.external_ref.clone();
    incident.possible_duplicates.clear();
    incident.warnings.retain(|warning| warning.code != NOT_APPLIED);
    kept.body = serde_json::to_string(&incident)?;
    Ok(kept)
}

/// The answer to an initial report, fresh or repeated, without what the service knows beyond it: teams, deadlines, and a
/// triage that the institution's entry has a part in.
///
/// # Errors
/// When the kept answer can't be read: a defect.
fn receipt(mut kept: Kept, parsed: &Parsed, doubts: &[StoredWarning], language: Language) -> Result<Kept, Problem> {
    let mut incident: Incident = serde_json::from_str(&kept.body)?;
    let mut content = Content::default();
    content.merge(parsed.change.clone(), &[]);
    let input = TriageInput {
        content: &content,
        institution_sector: Sector::Other,
        institution_services: &[],
        category: InfrastructureCategory::None,
    };
    incident.triage = triage(&input, RuleData::current());
    incident.sector = incident.triage.sector;
    incident.level = incident.triage.level;
    incident.external_ref = parsed.change.external_ref.clone();
    incident.status = IncidentStatus::Received;
    incident.updated_at = incident.received_at;
    incident.assignments.clear();
    incident.deadlines.clear();
    incident.possible_duplicates.clear();
    incident.warnings = warnings(doubts, language);
    incident.submitted_on_hold = Some(true);
    kept.body = serde_json::to_string(&incident)?;
    Ok(kept)
}

/// The answer to a follow-up without traces of what the incident held before: the stage is the one that was sent, doubts are
/// those of this report alone, and the incident's version is not told.
///
/// # Errors
/// When the kept answer can't be read: a defect.
pub fn report_receipt(
    mut kept: Kept,
    stage: Stage,
    doubts: &[StoredWarning],
    language: Language,
) -> Result<Kept, Problem> {
    let mut report: Report = serde_json::from_str(&kept.body)?;
    report.stage = stage;
    report.warnings = warnings(doubts, language);
    kept.body = serde_json::to_string(&report)?;
    kept.etag = None;
    Ok(kept)
}

/// A refusal that doesn't say which incident is in the way.
pub fn discreet(problem: Problem) -> Problem {
    problem.without("incident_id")
}
