//! What was reported as real stays real until the coordinator says otherwise: an exercise has no clocks, no statistics and no
//! partner's team, so whoever holds stolen credentials could send help away by a word.

use serde_json::json;
use zvit_db::change::Change;
use zvit_domain::report::Content;
use zvit_domain::taxonomy::IncidentClass;
use zvit_texts::text;

use super::event::Event;
use super::follow_up::FollowUp;
use super::record::{Record, is_exercise};
use crate::views::StoredWarning;

/// Takes back what would make an exercise of a real incident, with a warning at each member, and tells everybody that it was
/// claimed. `known` is the content as it was before the report.
pub fn keep_real(change: &mut Change<'_>, record: &mut Record, known: &Content, report: &mut FollowUp) {
    if !is_exercise(&record.content) {
        return;
    }
    if record.content.exercise == Some(true) {
        record.content.exercise = known.exercise;
        report.warnings.push(not_applied("/exercise"));
    }
    if record.content.classification.as_ref().is_some_and(|stated| stated.class == IncidentClass::Test) {
        record.content.classification.clone_from(&known.classification);
        report.warnings.push(not_applied("/classification/class"));
    }
    Event::incident("exercise_claimed", record.id()).with(json!({"stage": report.stage})).note(change, &report.actor);
}

fn not_applied(pointer: &str) -> StoredWarning {
    StoredWarning {
        pointer: Some(pointer.into()),
        code: "exercise_not_applied".into(),
        detail: text!("exercise-not-applied"),
        value: None,
    }
}
