//! The course of one incident.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;
use zvit_domain::vocabulary::Stage;
use zvit_domain::word::Word;

use super::outcome::{Outcome, Shown};
use super::text::{Paint, level_of, wrap};
use crate::views::TimelineEvent;

/// Columns before the words: `  + 0.123 s  `.
const INDENT: usize = 13;

/// Who has read what is for the audit, not for the course of things; and nobody is told anything from here.
const APART: [&str; 2] = ["incident_read", "notice_failed"];

/// The incident to which most happened, event by event.
pub(super) fn of(outcome: &Outcome, paint: &Paint, width: usize) -> String {
    let Some(shown) = outcome.by_gravity().into_iter().max_by_key(|shown| eventfulness(shown)) else {
        return String::new();
    };
    let mut page = String::new();
    for line in wrap(&format!("The course of {}: {}", shown.incident.reference, shown.heading()), width) {
        let _ = writeln!(page, "{}", paint.bold(&line));
    }
    let start = shown.events.first().map_or(0, |event| event.at.as_micros());
    for event in shown.events.iter().filter(|event| !APART.contains(&event.r#type.as_str())) {
        let after = event.at.as_micros() - start;
        let clock = format!("  +{:2}.{:03} s", after / 1_000_000, after / 1_000 % 1_000);
        for (nth, line) in wrap(&words(event, shown), width.saturating_sub(INDENT)).into_iter().enumerate() {
            let before = if nth == 0 { paint.dim(&clock) } else { " ".repeat(INDENT - 2) };
            let _ = writeln!(page, "{before}  {line}");
        }
    }
    page
}

/// First what was judged more than once, then the more different and the more things.
fn eventfulness(shown: &Shown) -> (usize, usize, usize) {
    let kinds: BTreeSet<&str> = shown.events.iter().map(|event| event.r#type.as_str()).collect();
    let judged = shown.events.iter().filter(|event| event.r#type == "triaged").count();
    let events = shown.events.iter().filter(|event| !APART.contains(&event.r#type.as_str())).count();
    (judged, kinds.len(), events)
}

fn words(event: &TimelineEvent, shown: &Shown) -> String {
    let member = |name: &str| text(event.data.get(name));
    let team = text(event.data.pointer("/team/name"));
    let level = event.data.get("level").and_then(Value::as_u64).and_then(|level| u8::try_from(level).ok()).unwrap_or(0);
    let who = &event.actor.name;
    let said = match event.r#type.as_str() {
        "incident_submitted" => format!("{who} reports{}", quoted(shown, Stage::Initial.code())),
        "report_submitted" => format!("{who} reports again, {}{}", member("stage"), quoted(shown, &member("stage"))),
        "triaged" => {
            format!("judged: {}, level {level} {}, score {}", member("sector"), level_of(level).0, member("score"))
        }
        "triage_overridden" => format!("{who} decides: level {level} {}", level_of(level).0),
        "assigned" => format!("given to {team} as {}, by rule {}", member("role"), member("rule")),
        "revoked" => format!("taken from {team}"),
        "acknowledged" => format!("{who} acknowledges ({})", member("role")),
        "declined" => format!("{who} declines"),
        "started" => format!("{who} starts work"),
        "resolved" => format!("{who} is done"),
        other => format!("{who}: {}", other.replace('_', " ")),
    };
    match event.reason.as_deref() {
        // The service's own reasons are codes.
        Some(code) if !code.contains(' ') => format!("{said}: {}", code.replace('_', " ")),
        Some(reason) => format!("{said}: “{reason}”"),
        None => said,
    }
}

/// What the report of a stage said, as it came.
fn quoted(shown: &Shown, stage: &str) -> String {
    let report = shown.reports.iter().find(|report| report.stage.code() == stage);
    let said =
        report.and_then(|report| report.report.get("description").or_else(|| report.report.get("measures_taken")));
    said.and_then(Value::as_str).map(|said| format!(": “{said}”")).unwrap_or_default()
}

/// A member as text: numbers too.
fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.replace('_', " "),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}
