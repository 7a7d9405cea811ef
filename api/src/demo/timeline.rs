//! The course of one incident.

use std::fmt::Write;

use serde_json::Value;

use super::outcome::{Outcome, Shown};
use super::text::{Paint, level_of, wrap};
use crate::views::TimelineEvent;

/// Columns before the words: `  + 0.123 s  `.
const INDENT: usize = 13;

/// The incident with the most events, event by event.
pub(super) fn of(outcome: &Outcome, paint: &Paint, width: usize) -> String {
    let Some(shown) = outcome.by_gravity().into_iter().max_by_key(|shown| shown.events.len()) else {
        return String::new();
    };
    let title = format!("The course of {}: {}", shown.incident.reference, shown.heading());
    let mut page = String::new();
    for line in wrap(&title, width) {
        let _ = writeln!(page, "{}", paint.bold(&line));
    }
    for line in wrap(&format!("“{}”", first_words(shown)), width - 2) {
        let _ = writeln!(page, "  {}", paint.dim(&line));
    }
    let start = shown.events.first().map_or(0, |event| event.at.as_micros());
    for event in &shown.events {
        let after = event.at.as_micros() - start;
        let clock = format!("  +{:2}.{:03} s", after / 1_000_000, after / 1_000 % 1_000);
        for (nth, line) in wrap(&words(event), width.saturating_sub(INDENT)).into_iter().enumerate() {
            let before = if nth == 0 { paint.dim(&clock) } else { " ".repeat(INDENT - 2) };
            let _ = writeln!(page, "{before}  {line}");
        }
    }
    page
}

/// The report that opened it, as it came; later reports replace the description.
fn first_words(shown: &Shown) -> &str {
    &shown.incident.description
}

fn words(event: &TimelineEvent) -> String {
    let member = |name: &str| text(event.data.get(name));
    let team = text(event.data.pointer("/team/name"));
    let level = event.data.get("level").and_then(Value::as_u64).and_then(|level| u8::try_from(level).ok()).unwrap_or(0);
    let said = match event.r#type.as_str() {
        "incident_submitted" => format!("{} reports: {}", event.actor.name, member("reference")),
        "report_submitted" => format!("{} reports again: {}", event.actor.name, member("stage")),
        "triaged" => {
            format!("judged: level {level} {}, score {}, {}", level_of(level).0, member("score"), member("sector"))
        }
        "triage_overridden" => format!("{} decides: level {level} {}", event.actor.name, level_of(level).0),
        "assigned" => format!("given to {team} as {}, by rule {}", member("role"), member("rule")),
        "revoked" => format!("taken from {team}"),
        "acknowledged" => format!("{} acknowledges ({})", event.actor.name, member("role")),
        "declined" => format!("{} declines", event.actor.name),
        "started" => format!("{} starts work", event.actor.name),
        "resolved" => format!("{} is done", event.actor.name),
        other => format!("{}: {}", event.actor.name, other.replace('_', " ")),
    };
    event.reason.as_ref().map_or(said.clone(), |reason| format!("{said}: “{reason}”"))
}

/// A member as text: numbers too.
fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.replace('_', " "),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}
