//! The course of one incident.

use std::collections::BTreeSet;

use serde_json::Value;
use zvit_domain::routing::REQUESTED_RULE;
use zvit_domain::vocabulary::Stage;
use zvit_domain::word::Word;

use super::outcome::{Outcome, Shown};
use super::text::{Paint, level_of, wrap};
use crate::views::TimelineEvent;

/// Columns before the words: `  +15:02 min  `.
const INDENT: usize = 14;

/// Who has read what, and which mails went out, is for the audit, not for the course of things.
const APART: [&str; 3] = ["incident_read", "notice_sent", "notice_cancelled"];

/// The incident to which most happened, event by event.
pub(super) fn of(outcome: &Outcome, paint: &Paint, width: usize) -> String {
    let Some(shown) = outcome.by_gravity().into_iter().max_by_key(|shown| eventfulness(shown)) else {
        return String::new();
    };
    let heading = wrap(&format!("The course of {}: {}", shown.incident.reference, shown.heading()), width);
    let mut lines: Vec<String> = heading.iter().map(|line| paint.bold(line)).collect();
    put(&mut lines, &course(shown, &|event| !APART.contains(&event.r#type.as_str())), paint, width, 0);
    lines.push(String::new());
    lines.join("\n")
}

/// These events: when, and in words.
pub(super) fn course(shown: &Shown, is_wanted: &dyn Fn(&TimelineEvent) -> bool) -> Vec<(String, String)> {
    let start = shown.events.first().map_or(0, |event| event.at.as_micros());
    let wanted = shown.events.iter().filter(|event| is_wanted(event));
    wanted.map(|event| (clock(event.at.as_micros() - start), words(event, shown))).collect()
}

/// `+ 0.123 s`, and from a minute on `+15:02 min`: always as wide.
fn clock(after: i64) -> String {
    let seconds = after / 1_000_000;
    if seconds < 60 {
        format!("+{seconds:2}.{:03} s ", after / 1_000 % 1_000)
    } else {
        format!("+{:2}:{:02} min", seconds / 60, seconds % 60)
    }
}

/// Adds a course to the lines, so far in.
pub(super) fn put(lines: &mut Vec<String>, course: &[(String, String)], paint: &Paint, width: usize, indent: usize) {
    let margin = indent + INDENT;
    for (clock, words) in course {
        for (nth, line) in wrap(words, width.saturating_sub(margin)).into_iter().enumerate() {
            let before =
                if nth == 0 { format!("{}{}  ", " ".repeat(indent + 2), paint.dim(clock)) } else { " ".repeat(margin) };
            lines.push(format!("{before}{line}"));
        }
    }
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
        "handed_over" => format!("{who} hands it over"),
        "expired" => format!("{team} has not acknowledged in time"),
        "half_deadline" => format!("half of the time is gone, {team} is reminded"),
        "escalated" => format!("{} is told", text(event.data.pointer("/to_team/name"))),
        "support_requested" => format!("{who} asks for {}", member("assistance")),
        "delivered" => format!("{team} has it in its tool"),
        other => format!("{who}: {}", other.replace('_', " ")),
    };
    // Said by the event itself, or by the one before it.
    let is_said = matches!(event.r#type.as_str(), "expired" | "escalated") || member("rule") == REQUESTED_RULE;
    match event.reason.as_deref().filter(|_| !is_said) {
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
