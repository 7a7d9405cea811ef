//! A further report about an incident: what it changes, and what follows from that.

use std::sync::Arc;

use serde_json::json;
use zvit_db::change::Change;
use zvit_db::incidents;
use zvit_db::rows::{IndicatorRow, ReportRow};
use zvit_db::types::{At, Id, Json};
use zvit_domain::deadline::{self, Clocks, StageFault};
use zvit_domain::fault::Fault;
use zvit_domain::report::Parsed;
use zvit_domain::triage::{RuleData, Triage, TriageInput, triage};
use zvit_domain::vocabulary::{IncidentStatus, InfrastructureCategory, Role, Sector, Stage};
use zvit_domain::word::Word;
use zvit_texts::text;

use super::assign::{realign, reweigh};
use super::closing;
use super::event::{Event, note_spare};
use super::exercise;
use super::hold;
use super::record::{Record, is_exercise};
use super::show::IndicatorChange;
use super::submit::{external_ref_exists, note_triage, tlp_above_every_ceiling};
use crate::actor::Actor;
use crate::clock;
use crate::memory::Directory;
use crate::problem::{Code, Problem};
use crate::views::StoredWarning;

/// An incident takes so many indicators: each view of it shows them all.
pub const MAX_INDICATORS: usize = 5_000;
/// The newest warnings are kept.
const MAX_WARNINGS: usize = 200;

/// A further report, already checked.
#[derive(Debug, Clone)]
pub struct FollowUp {
    /// Who sends it.
    pub actor: Actor,
    /// Which stage it is.
    pub stage: Stage,
    /// What it says.
    pub parsed: Parsed,
    /// What was doubtful.
    pub warnings: Vec<StoredWarning>,
    /// Its bytes.
    pub body: String,
    /// SHA-256 of its bytes.
    pub body_sha256: Vec<u8>,
}

/// Takes the report in: content, clocks, triage, routing. Gives the report's row.
///
/// # Errors
/// 409 when the stage can't follow or the external reference is another incident's; the store's.
pub fn follow_up(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Arc<Directory>,
    clocks: &Clocks,
    mut report: FollowUp,
) -> Result<ReportRow, Problem> {
    let is_untrusted = hold::is_untrusted(directory, &report.actor);
    if is_untrusted {
        if check_status(record).is_err() {
            return keep_only(change, record, directory, report);
        }
        report.warnings.extend(hold::only_add(&mut report.parsed, record));
        if check_stage(change, record, report.stage)?.is_err() {
            report.stage = Stage::Update;
            report.warnings.push(hold::not_applied("/stage"));
        }
    }
    super::links::check_not_merged(change, record)?;
    check_status(record)?;
    check_stage(change, record, report.stage)??;
    check_external_ref(change, record, &report)?;
    let before = (record.triage.clone(), record.tlp());
    let was_exercise = is_exercise(&record.content);
    let became_aware_before = record.content.became_aware_at;
    let known = record.content.clone();
    record.content.merge(report.parsed.change.clone(), &report.parsed.clear);
    if is_untrusted && is_weaker(record, directory) {
        record.content = known;
        report.warnings.push(hold::not_applied(""));
    } else if !was_exercise && report.actor.role != Role::Coordinator {
        exercise::keep_real(change, record, &known, &mut report);
    }
    take_indicators(change, record, &report.parsed)?;
    let aware_changed = became_aware_before != record.content.became_aware_at;
    move_clocks(change, record, clocks, report.stage, aware_changed);
    record.warnings.retain(|warning| warning.code != "tlp_above_every_ceiling");
    let row = keep(change, record, directory, &report)?;
    reopen(change, record, directory, report.stage, &report.actor)?;
    judge_again(change, record, directory)?;
    let moved = [
        (true, "report"),
        (!report.parsed.indicators.is_empty(), "indicator"),
        ((before.0.level, before.0.sector) != (record.triage.level, record.triage.sector), "triage"),
        (before.1 != record.tlp(), "tlp"),
    ];
    let kinds: Vec<&str> = moved.into_iter().filter_map(|(did, kind)| did.then_some(kind)).collect();
    record.save(change, &kinds, &report.actor)?;
    Ok(row)
}

/// Whether the incident, as it would now be judged, is less grave or another team's business than before.
fn is_weaker(record: &Record, directory: &Directory) -> bool {
    let judged = triage_of(record, directory, record.triage.r#override.clone());
    judged.level < record.triage.level || judged.sector != record.triage.sector
}

/// Keeps a report about an incident that takes none any more, because to refuse it would tell that and lose it. The incident
/// itself stays as it is.
fn keep_only(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Directory,
    mut report: FollowUp,
) -> Result<ReportRow, Problem> {
    report.stage = Stage::Update;
    report.warnings.push(hold::not_applied(""));
    let row = keep(change, record, directory, &report)?;
    record.save(change, &["report"], &report.actor)?;
    Ok(row)
}

/// Puts the report as it came beside the others, with its warnings, marks and events.
fn keep(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Directory,
    report: &FollowUp,
) -> Result<ReportRow, Problem> {
    record.warnings.extend(report.warnings.iter().cloned());
    let surplus = record.warnings.len().saturating_sub(MAX_WARNINGS);
    record.warnings.drain(..surplus);

    let row = ReportRow {
        id: Id(clock::new_id(change.now)),
        incident_id: record.row.id,
        stage: report.stage.to_string(),
        received_at: At(change.now),
        client_id: report.actor.client_id.clone(),
        sha256: report.body_sha256.clone(),
        body: report.body.clone(),
        warnings: Json::of(&report.warnings)?,
    };
    ReportRow::insert_all(&mut change.tx, vec![row.clone()])?;
    Event::incident("report_submitted", record.id())
        .with(json!({"report_id": row.id.0, "stage": report.stage, "sha256": crate::hex(&report.body_sha256)}))
        .note(change, &report.actor);
    if hold::is_held(directory, &report.actor) {
        hold::mark(change, record, &report.actor);
    }
    note_spare(change, &report.actor, record.id(), &row.stage);
    Ok(row)
}

fn check_status(record: &Record) -> Result<(), Problem> {
    match record.status() {
        IncidentStatus::Withdrawn | IncidentStatus::Merged => {
            Err(Problem::new(Code::StateConflict).because(text!("incident-ended")))
        }
        _ => Ok(()),
    }
}

/// Whether the stage can follow; the outer error is the store's.
fn check_stage(change: &mut Change<'_>, record: &Record, stage: Stage) -> Result<Result<(), Problem>, Problem> {
    let submitted: Vec<Stage> =
        incidents::stages_of(&mut change.tx, record.id())?.iter().filter_map(|code| Stage::from_code(code)).collect();
    Ok(deadline::may_follow(&submitted, stage).map_err(|fault| {
        let code = match fault {
            StageFault::AlreadySubmitted => Code::StageAlreadySubmitted,
            _ => Code::StageOrder,
        };
        Problem::new(code)
    }))
}

fn check_external_ref(change: &mut Change<'_>, record: &Record, report: &FollowUp) -> Result<(), Problem> {
    let Some(external) = &report.parsed.change.external_ref else { return Ok(()) };
    let owner = record.row.institution_id.0;
    let taken = incidents::with_external_refs(&mut change.tx, &[owner], std::slice::from_ref(external))?;
    match taken.into_iter().find(|(_, _, id)| *id != record.id()) {
        Some((_, _, other)) => Err(external_ref_exists(other)),
        None => Ok(()),
    }
}

fn take_indicators(change: &mut Change<'_>, record: &mut Record, parsed: &Parsed) -> Result<(), Problem> {
    if record.own_indicators() + parsed.indicators.len() > MAX_INDICATORS {
        return Err(vec![Fault::at("/indicators", "too_many_indicators", text!("indicators-at-most"))].into());
    }
    let mut added: Vec<IndicatorRow> = Vec::new();
    for indicator in &parsed.indicators {
        match record.add_indicator(indicator, change.now) {
            IndicatorChange::Added(row) => added.push(row),
            IndicatorChange::Retracted(ordinal) => {
                incidents::retract_indicator(&mut change.tx, record.id(), ordinal, change.now)?
            }
            IndicatorChange::None => {}
        }
    }
    Ok(IndicatorRow::insert_all(&mut change.tx, added)?)
}

fn move_clocks(change: &mut Change<'_>, record: &mut Record, clocks: &Clocks, stage: Stage, aware_changed: bool) {
    let start = record.clock_start();
    if aware_changed {
        deadline::restart(&mut record.deadlines, start, clocks, change.now);
        if !is_exercise(&record.content) {
            Event::incident("clocks_restarted", record.id())
                .with(json!({"became_aware_at": record.became_aware_at(), "start": start}))
                .note(change, &Actor::service());
        }
    }
    deadline::submit(&mut record.deadlines, stage, change.now);
}

/// Any report about a closed incident opens it again, an update also a resolved one. The stages that are due anyway do not:
/// an interim or final report about what is resolved is what the rules ask for.
fn reopen(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Arc<Directory>,
    stage: Stage,
    actor: &Actor,
) -> Result<(), Problem> {
    let opens = match record.status() {
        IncidentStatus::Closed => true,
        IncidentStatus::Resolved => stage == Stage::Update,
        _ => false,
    };
    if opens {
        closing::reopen(change, record, directory, actor, None)?;
    }
    Ok(())
}

/// Judges and routes the incident again after it changed.
///
/// # Errors
/// The store's.
pub fn judge_again(change: &mut Change<'_>, record: &mut Record, directory: &Arc<Directory>) -> Result<(), Problem> {
    let before = record.triage.clone();
    record.triage = triage_of(record, directory, before.r#override.clone());
    if (before.level, before.sector, before.score) != (record.triage.level, record.triage.sector, record.triage.score) {
        note_triage(change, record);
        reweigh(change, record)?;
    }
    if realign(change, record, directory)? {
        record.warnings.push(tlp_above_every_ceiling());
    }
    Ok(())
}

/// The triage of an incident as it stands, a decision of the coordinator on top.
pub fn triage_of(record: &Record, directory: &Directory, decision: Option<zvit_domain::triage::Override>) -> Triage {
    let institution = directory.institutions.get(&record.row.institution_id.0).map(|institution| &institution.entry);
    let judged = triage(
        &TriageInput {
            content: &record.content,
            institution_sector: institution.map_or(Sector::Other, |entry| entry.sector),
            institution_services: institution.map_or(&[], |entry| &entry.services),
            category: institution
                .and_then(|entry| entry.infrastructure_category)
                .unwrap_or(InfrastructureCategory::None),
        },
        RuleData::current(),
    );
    match decision {
        Some(decision) => judged.with_override(decision),
        None => judged,
    }
}
