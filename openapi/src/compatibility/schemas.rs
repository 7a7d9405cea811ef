//! Schemas compared, by what they are for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::document::{list, members, resolve, schema_name};
use crate::finding::{Report, escape};

/// What a schema is for: what clients send must still be taken, what they get must still be what they know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Request,
    Answer,
}

/// Two documents, and which of their schemas have been compared: they refer to each other in circles.
pub(super) struct Pair<'d> {
    pub(super) old: &'d Value,
    pub(super) new: &'d Value,
    seen: BTreeSet<(String, Side)>,
}

/// Limits from above, and what they limit.
const HIGH: [(&str, &str); 3] = [("maxLength", "length"), ("maxItems", "length"), ("maximum", "range")];
/// Limits from below.
const LOW: [(&str, &str); 3] = [("minLength", "length"), ("minItems", "length"), ("minimum", "range")];

impl<'d> Pair<'d> {
    pub(super) fn new(old: &'d Value, new: &'d Value) -> Self {
        Self { old, new, seen: BTreeSet::new() }
    }

    /// Notes what of a schema breaks clients.
    pub(super) fn compare(&mut self, old: &Value, new: &Value, side: Side, at: &str, report: &mut Report<'_>) {
        let mut at = at.to_owned();
        match (schema_name(old), schema_name(new)) {
            (Some(before), Some(after)) => {
                if before != after {
                    report.add(&at, format!("was {before}: types of clients have that name"));
                }
                at = format!("/components/schemas/{}", escape(after));
                if !self.seen.insert((after.to_owned(), side)) {
                    return;
                }
            }
            (Some(before), None) => report.add(&at, format!("was {before}: types of clients have that name")),
            _ => {}
        }
        let (old, new) = (resolve(self.old, old), resolve(self.new, new));
        types(old, new, side, &at, report);
        words(old, new, side, &at, report);
        limits(old, new, side, &at, report);
        self.objects(old, new, side, &at, report);
        if let (Some(before), Some(after)) = (old.get("items"), new.get("items")) {
            self.compare(before, after, side, &format!("{at}/items"), report);
        }
        self.unions(old, new, side, &at, report);
    }

    fn objects(&mut self, old: &Value, new: &Value, side: Side, at: &str, report: &mut Report<'_>) {
        let required = |schema: &Value| -> BTreeSet<String> {
            list(schema, "required").iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
        };
        let (needed, needed_now) = (required(old), required(new));
        let after: BTreeMap<&str, &Value> = members(new, "properties").collect();
        if side == Side::Request {
            for name in needed_now.difference(&needed) {
                report.add(format!("{at}/required"), format!("{name} is required now"));
            }
        } else {
            // One that is gone altogether is told below.
            for name in needed.difference(&needed_now).filter(|name| after.contains_key(name.as_str())) {
                report.add(format!("{at}/required"), format!("{name} may be absent now"));
            }
        }
        for (name, before) in members(old, "properties") {
            let here = format!("{at}/properties/{}", escape(name));
            match after.get(name) {
                Some(now) => self.compare(before, now, side, &here, report),
                None => report.add(here, "the member is gone"),
            }
        }
        match (old.get("additionalProperties"), new.get("additionalProperties")) {
            (Some(before), Some(now)) if before.is_object() && now.is_object() => {
                self.compare(before, now, side, &format!("{at}/additionalProperties"), report);
            }
            (before, Some(Value::Bool(false))) if side == Side::Request && before != Some(&Value::Bool(false)) => {
                report.add(format!("{at}/additionalProperties"), "other members are refused now");
            }
            _ => {}
        }
    }

    /// The alternatives of a union, by their names: those that may be sent must stay, and none may come that isn't known.
    fn unions(&mut self, old: &Value, new: &Value, side: Side, at: &str, report: &mut Report<'_>) {
        for keyword in ["oneOf", "anyOf"] {
            let (before, after) = (list(old, keyword), list(new, keyword));
            if before.is_empty() && after.is_empty() {
                continue;
            }
            let names = |all: &'_ [Value]| -> BTreeSet<String> {
                all.iter().map(|one| schema_name(one).map_or_else(|| one.to_string(), str::to_owned)).collect()
            };
            let (known, today) = (names(before), names(after));
            let (gone, odd) = match side {
                Side::Request => (known.difference(&today).next(), "can't be sent any more"),
                Side::Answer => (today.difference(&known).next(), "is nothing that clients know"),
            };
            if let Some(name) = gone {
                report.add(format!("{at}/{keyword}"), format!("{name} {odd}"));
            }
            for one in before.iter().filter(|one| schema_name(one).is_some()) {
                if let Some(now) = after.iter().find(|now| schema_name(now) == schema_name(one)) {
                    self.compare(one, now, side, &format!("{at}/{keyword}"), report);
                }
            }
        }
    }
}

fn kinds(schema: &Value) -> BTreeSet<String> {
    let Some(kind) = schema.get("type") else { return BTreeSet::new() };
    let several = kind.as_array().map(Vec::as_slice).unwrap_or_default();
    kind.as_str().into_iter().chain(several.iter().filter_map(Value::as_str)).map(str::to_owned).collect()
}

fn types(old: &Value, new: &Value, side: Side, at: &str, report: &mut Report<'_>) {
    let (before, after) = (kinds(old), kinds(new));
    // What is taken or given: everything, where no type is said.
    let fits = |inner: &BTreeSet<String>, outer: &BTreeSet<String>| {
        let is_in = |kind: &String| outer.contains(kind) || (kind == "integer" && outer.contains("number"));
        outer.is_empty() || (!inner.is_empty() && inner.iter().all(is_in))
    };
    let holds = match side {
        Side::Request => fits(&before, &after),
        Side::Answer => fits(&after, &before),
    };
    if !holds {
        report.add(format!("{at}/type"), format!("was {}, is {}", shown(&before), shown(&after)));
    }
}

fn shown(kinds: &BTreeSet<String>) -> String {
    if kinds.is_empty() { "anything".to_owned() } else { kinds.iter().cloned().collect::<Vec<_>>().join(" or ") }
}

/// The words of a closed vocabulary; none, where it is open.
fn vocabulary(schema: &Value) -> Option<BTreeSet<String>> {
    let closed = schema.get("enum").and_then(Value::as_array).cloned();
    let closed = closed.or_else(|| schema.get("const").map(|only| vec![only.clone()]));
    closed.map(|words| words.iter().map(Value::to_string).collect())
}

fn words(old: &Value, new: &Value, side: Side, at: &str, report: &mut Report<'_>) {
    let (inner, outer, odd) = match side {
        Side::Request => (vocabulary(old), vocabulary(new), "can't be sent any more"),
        Side::Answer => (vocabulary(new), vocabulary(old), "is no word that clients know"),
    };
    let here = || format!("{at}/enum");
    match (inner, outer) {
        (_, None) => {}
        (None, Some(_)) if side == Side::Request => report.add(here(), "only some words are taken now"),
        (None, Some(_)) => report.add(here(), "any word may come now"),
        (Some(inner), Some(outer)) => {
            inner.difference(&outer).for_each(|word| report.add(here(), format!("{word} {odd}")));
        }
    }
}

fn limits(old: &Value, new: &Value, side: Side, at: &str, report: &mut Report<'_>) {
    // A number without a limit goes on for ever.
    let limit =
        |schema: &Value, keyword: &str, without: f64| schema.get(keyword).and_then(Value::as_f64).unwrap_or(without);
    for (all, is_high) in [(HIGH, true), (LOW, false)] {
        for (keyword, what) in all {
            let without = match keyword {
                "minimum" => f64::NEG_INFINITY,
                "minLength" | "minItems" => 0.0,
                _ => f64::INFINITY,
            };
            let (before, after) = (limit(old, keyword, without), limit(new, keyword, without));
            let narrowed = if is_high { after < before } else { after > before };
            let widened = if is_high { after > before } else { after < before };
            if (side == Side::Request && narrowed) || (side == Side::Answer && widened) {
                let how = if narrowed { "narrower" } else { "wider" };
                report.add(format!("{at}/{keyword}"), format!("the {what} is {how} than it was ({before} before)"));
            }
        }
    }
    for keyword in ["pattern", "format"] {
        let (before, after) = (old.get(keyword), new.get(keyword));
        let breaks = match side {
            Side::Request => after.is_some() && before != after,
            Side::Answer => before.is_some() && before != after,
        };
        if breaks {
            let shown = |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), Value::to_string);
            report.add(format!("{at}/{keyword}"), format!("was {}, is {}", shown(before), shown(after)));
        }
    }
}
