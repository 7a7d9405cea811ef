//! Intake: a batch of initial reports becomes incidents, triaged and routed, in one change.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use zvit_db::audit::Audience;
use zvit_db::change::Change;
use zvit_db::error::Result;
use zvit_db::idempotency::{self, KeyOf};
use zvit_db::rows::AnswerRow;
use zvit_db::writer::Intake;
use zvit_domain::deadline::Clocks;
use zvit_domain::fault::Fault;
use zvit_domain::report::Parsed;
use zvit_domain::triage::RuleData;
use zvit_texts::text;

use self::batch::Batch;
use super::event::Event;
use super::hold;
use super::idempotency::{Kept, RequestKey, is_expired, kept};
use super::provisional::reporters;
use super::record::Record;
use crate::actor::Actor;
use crate::problem::{Code, Problem};
use crate::state::Memory;
use crate::views::StoredWarning;

mod batch;

/// Who an incident happened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reporter {
    /// An institution of the directory.
    Known(Uuid),
    /// One that is entered provisionally, because it reported by telephone before it was on-boarded.
    Unregistered {
        /// Its name as given.
        name: String,
        /// The number to call back.
        phone: Option<String>,
    },
}

/// An initial report on its way in, already checked.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Who sends it.
    pub actor: Actor,
    /// Whom it happened to.
    pub reporter: Reporter,
    /// The key under which its answer is kept.
    pub key: RequestKey,
    /// What it says.
    pub parsed: Parsed,
    /// What was doubtful and taken in all the same.
    pub warnings: Vec<StoredWarning>,
    /// Its bytes.
    pub body: String,
    /// SHA-256 of its bytes.
    pub body_sha256: Vec<u8>,
}

/// What the sender of one submission is told.
pub type Answer = Result<Kept, Problem>;

/// The flow behind the writer.
#[derive(Debug, Clone)]
pub struct SubmitFlow {
    memory: Arc<Memory>,
    clocks: Clocks,
}

impl SubmitFlow {
    /// A flow with these reporting clocks.
    pub fn new(memory: Arc<Memory>, clocks: Clocks) -> Self {
        Self { memory, clocks }
    }
}

impl Intake for SubmitFlow {
    type Item = Submission;
    type Answer = Answer;

    /// The body; what was read from it takes about as much again.
    fn weight(item: &Submission) -> usize {
        item.body.len()
    }

    fn submit(&mut self, change: &mut Change<'_>, items: &[Submission]) -> Result<Vec<Answer>> {
        submit(change, &self.memory, &self.clocks, items)
    }
}

/// Takes in all submissions, in order.
///
/// # Errors
/// The store's; then none of them counts.
pub fn submit(change: &mut Change<'_>, memory: &Memory, clocks: &Clocks, items: &[Submission]) -> Result<Vec<Answer>> {
    let mut kept_rows = find_kept(change, items)?;
    let reporters = reporters(change, items, |key| kept_rows.contains_key(key))?;
    let directory = memory.directory_for(change)?;
    let reporters: Vec<Uuid> = reporters.into_iter().map(|id| directory.joined(id)).collect();
    directory.coordinator_team()?;
    let roster = directory.roster(change.now)?;
    let mut batch = Batch::open(change, &directory, &reporters, items)?;
    let rule_data = RuleData::current();
    let mut answers = Vec::with_capacity(items.len());
    for (item, institution) in items.iter().zip(&reporters) {
        let answer = match kept_rows.get(&item.key.of) {
            Some(found) => repeat(change, item, found)?,
            None => batch.take(change, item, *institution, &directory, &roster, rule_data, clocks)?,
        };
        if let Ok(given) = &answer
            && !given.replayed
        {
            let row = item.key.row(given, change);
            kept_rows.insert(item.key.of.clone(), Found { row: row.clone(), stored: false });
            batch.rows.answers.push(row);
        }
        answers.push(hold::discreet_answer(answer, item, &directory));
    }
    batch.write(change)?;
    Ok(answers)
}

/// An answer that is kept: in the store, or given earlier in this very batch.
struct Found {
    row: AnswerRow,
    stored: bool,
}

fn find_kept(change: &mut Change<'_>, items: &[Submission]) -> Result<HashMap<KeyOf, Found>> {
    let keys: Vec<KeyOf> = items.iter().map(|item| item.key.of.clone()).collect();
    let mut found = HashMap::new();
    for row in idempotency::find(&mut change.tx, &keys)? {
        if is_expired(&row, change) {
            idempotency::forget(&mut change.tx, &row)?;
        } else {
            let of = KeyOf { owner: row.owner.0, operation: row.operation.clone(), key: row.key.clone() };
            found.insert(of, Found { row, stored: true });
        }
    }
    Ok(found)
}

fn repeat(change: &mut Change<'_>, item: &Submission, found: &Found) -> Result<Answer> {
    if found.row.body_sha256 != item.key.body_sha256 {
        return Ok(Err(item.key.reused(found.row.incident_id.map(|id| id.0))));
    }
    if found.stored {
        idempotency::note_replay(&mut change.tx, &found.row)?;
    }
    Ok(Ok(kept(&found.row)))
}

/// Notes how the incident was judged.
pub fn note_triage(change: &mut Change<'_>, record: &Record) {
    let triage = &record.triage;
    Event::incident("triaged", record.id())
        .with(json!({
            "sector": triage.sector, "level": triage.level, "level_low": triage.level_low, "level_high": triage.level_high,
            "score": triage.score, "rule_version": triage.rule_version,
        }))
        .note(change, &Actor::service());
    if record.warnings.iter().any(|warning| warning.code == "tlp_above_every_ceiling") {
        Event::incident("tlp_above_every_ceiling", record.id())
            .seen_by(Audience::Institution)
            .note(change, &Actor::service());
    }
}

/// What the institution is told when no partner may see its report.
pub fn tlp_above_every_ceiling() -> StoredWarning {
    StoredWarning {
        pointer: Some("/tlp".into()),
        code: "tlp_above_every_ceiling".into(),
        detail: text!("report-above-every-ceiling"),
        value: None,
    }
}

fn unknown_institution() -> Problem {
    Problem::from(vec![Fault::at("/on_behalf_of", "unknown_institution", text!("institution-unknown"))])
}

/// The institution has used this external reference for another incident.
pub fn external_ref_exists(incident: Uuid) -> Problem {
    Problem::new(Code::ExternalRefExists).extension("incident_id", incident)
}
