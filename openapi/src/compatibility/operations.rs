//! Operations compared: names, parameters, bodies, responses, security.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::schemas::{Pair, Side};
use crate::document::{Operation, list, members, resolve};
use crate::finding::{Report, escape};

/// Notes what of an operation breaks its callers.
pub(super) fn compare(pair: &mut Pair<'_>, old: &Operation<'_>, new: &Operation<'_>, report: &mut Report<'_>) {
    let at = &new.pointer;
    if old.id() != new.id() {
        report.add(format!("{at}/operationId"), format!("was {}: functions of clients have that name", old.id()));
    }
    parameters(pair, old, new, report);
    request_body(pair, old, new, report);
    responses(pair, old, new, report);
    security(old, new, report);
}

type Place<'d> = (&'d str, String);

fn by_name<'d>(operation: &Operation<'d>, document: &'d Value) -> BTreeMap<Place<'d>, (String, &'d Value)> {
    let named = operation.parameters(document).into_iter().filter_map(|(at, parameter)| {
        let text = |member: &str| parameter.get(member).and_then(Value::as_str);
        Some(((text("in")?, text("name")?.to_ascii_lowercase()), (at, parameter)))
    });
    named.collect()
}

fn is_required(value: &Value) -> bool {
    value.get("required").and_then(Value::as_bool).unwrap_or(false)
}

fn parameters(pair: &mut Pair<'_>, old: &Operation<'_>, new: &Operation<'_>, report: &mut Report<'_>) {
    let (before, after) = (by_name(old, pair.old), by_name(new, pair.new));
    for (place, (at, parameter)) in &after {
        let was_required = before.get(place).is_some_and(|(_, parameter)| is_required(parameter));
        if is_required(parameter) && !was_required {
            report.add(at, format!("the {} parameter {} is required now", place.0, place.1));
        }
    }
    for (place, (at, parameter)) in &before {
        match after.get(place) {
            None => report.add(at, format!("the {} parameter {} is gone", place.0, place.1)),
            Some((at, now)) => {
                if let (Some(old), Some(new)) = (parameter.get("schema"), now.get("schema")) {
                    pair.compare(old, new, Side::Request, &format!("{at}/schema"), report);
                }
            }
        }
    }
}

fn request_body(pair: &mut Pair<'_>, old: &Operation<'_>, new: &Operation<'_>, report: &mut Report<'_>) {
    let at = format!("{}/requestBody", new.pointer);
    match (old.value.get("requestBody"), new.value.get("requestBody")) {
        (Some(_), None) => report.add(at, "the body is gone"),
        (None, Some(body)) if is_required(body) => report.add(at, "a body is required now"),
        (Some(before), Some(after)) => {
            if is_required(after) && !is_required(before) {
                report.add(&at, "the body is required now");
            }
            contents(pair, before, after, Side::Request, &at, report);
        }
        _ => {}
    }
}

fn contents(pair: &mut Pair<'_>, old: &Value, new: &Value, side: Side, at: &str, report: &mut Report<'_>) {
    let after: BTreeMap<&str, &Value> = members(new, "content").collect();
    for (media_type, before) in members(old, "content") {
        let here = format!("{at}/content/{}", escape(media_type));
        let Some(now) = after.get(media_type) else {
            report.add(here, "the media type is gone");
            continue;
        };
        if let (Some(old), Some(new)) = (before.get("schema"), now.get("schema")) {
            pair.compare(old, new, side, &format!("{here}/schema"), report);
        }
    }
}

fn responses(pair: &mut Pair<'_>, old: &Operation<'_>, new: &Operation<'_>, report: &mut Report<'_>) {
    let at = format!("{}/responses", new.pointer);
    let (before, after): (BTreeMap<_, _>, BTreeMap<_, _>) = (old.responses().collect(), new.responses().collect());
    for status in after.keys().filter(|status| status.starts_with('2') && !before.contains_key(*status)) {
        report.add(format!("{at}/{status}"), "an answer for success that clients don't know");
    }
    for (status, response) in before {
        let here = format!("{at}/{status}");
        let Some(now) = after.get(status) else {
            report.add(here, "the answer is gone");
            continue;
        };
        let (response, now) = (resolve(pair.old, response), resolve(pair.new, now));
        contents(pair, response, now, Side::Answer, &here, report);
        let names = |response: &Value| -> BTreeSet<String> {
            members(response, "headers").map(|(name, _)| name.to_ascii_lowercase()).collect()
        };
        for name in names(response).difference(&names(now)) {
            report.add(format!("{here}/headers"), format!("the header {name} is gone"));
        }
    }
}

/// Whatever a client may show today, it may show tomorrow: each alternative still holds, or one that asks for less.
fn security(old: &Operation<'_>, new: &Operation<'_>, report: &mut Report<'_>) {
    let asks = |one: &Value| -> BTreeMap<String, BTreeSet<String>> {
        let schemes = one.as_object().into_iter().flatten();
        let scopes = |value: &Value| {
            value.as_array().into_iter().flatten().filter_map(|s| s.as_str().map(str::to_owned)).collect()
        };
        schemes.map(|(name, value)| (name.clone(), scopes(value))).collect()
    };
    let now: Vec<_> = list(new.value, "security").iter().map(asks).collect();
    for alternative in list(old.value, "security") {
        let shown = asks(alternative);
        let suffices = |asked: &BTreeMap<String, BTreeSet<String>>| {
            asked.iter().all(|(name, scopes)| shown.get(name).is_some_and(|shown| scopes.is_subset(shown)))
        };
        if !now.iter().any(suffices) {
            report.add(format!("{}/security", new.pointer), format!("{alternative} is not enough any more"));
        }
    }
}
