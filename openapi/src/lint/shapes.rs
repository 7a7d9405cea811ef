//! What schemas look like: every type has a name, requests are closed, answers can grow.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::{each_schema, each_schema_of_document, list, members, operations, resolve, schema_name, sides};
use crate::finding::{Report, escape};

fn is_type(schema: &Value, name: &str) -> bool {
    let kind = schema.get("type");
    kind.is_some_and(|kind| kind == name || kind.as_array().is_some_and(|kinds| kinds.iter().any(|one| one == name)))
}

/// The schema of a body is a reference: its name is that of the type.
pub(super) fn bodies_are_named(document: &Value, report: &mut Report<'_>) {
    for operation in operations(document) {
        let mut check = |at: String, of: &Value| {
            for (media_type, content) in members(of, "content") {
                let at = format!("{at}/content/{}/schema", escape(media_type));
                let Some(schema) = content.get("schema") else {
                    report.add(at, "a body should have a schema");
                    continue;
                };
                // Bytes are no type of ours.
                let is_bytes = media_type == "application/octet-stream";
                if !is_bytes && schema_name(schema).is_none() {
                    report.add(at, "the schema of a body should be a reference to one with a name");
                }
            }
        };
        if let Some(body) = operation.value.get("requestBody") {
            check(format!("{}/requestBody", operation.pointer), body);
        }
        for (status, response) in operation.responses() {
            check(format!("{}/responses/{status}", operation.pointer), resolve(document, response));
        }
    }
}

/// An object with members is a component: within another it would have no name.
pub(super) fn objects_are_named(document: &Value, report: &mut Report<'_>) {
    each_schema_of_document(document, &mut |at, schema| {
        let is_component = at.strip_prefix("/components/schemas/").is_some_and(|rest| !rest.contains('/'));
        if schema.get("properties").is_some() && !is_component {
            report.add(at, "an object with members should be a component of its own, so that it has a name");
        }
    });
}

/// No `allOf`, no null, and no `oneOf` or `anyOf` of one.
pub(super) fn nothing_is_composed(document: &Value, report: &mut Report<'_>) {
    each_schema_of_document(document, &mut |at, schema| {
        if schema.get("allOf").is_some() {
            report.add(format!("{at}/allOf"), "members should be listed: a closed object can't be part of another");
        }
        for keyword in ["oneOf", "anyOf"] {
            let alternatives = list(schema, keyword);
            if alternatives.iter().any(|one| is_type(one, "null")) {
                report.add(format!("{at}/{keyword}"), "an optional member should be absent, never null");
            } else if alternatives.len() == 1 {
                report.add(format!("{at}/{keyword}"), "one alternative should stand by itself");
            }
        }
        if is_type(schema, "null") {
            report.add(format!("{at}/type"), "an optional member should be absent, never null");
        }
    });
}

/// Every object of a JSON request refuses members that it doesn't know.
pub(super) fn requests_are_closed(document: &Value, report: &mut Report<'_>) {
    let (requests, _) = sides(document);
    objects_of(document, &requests, &mut |at, schema| {
        let is_map = schema.get("additionalProperties").is_some_and(Value::is_object);
        if schema.get("additionalProperties") != Some(&Value::Bool(false)) && !is_map {
            report.add(at, "a request should have additionalProperties: false");
        }
    });
}

/// Every object that only answers have may gain members.
pub(super) fn answers_are_open(document: &Value, report: &mut Report<'_>) {
    let (requests, answers) = sides(document);
    let only_answers: BTreeSet<&str> = answers.difference(&requests).copied().collect();
    objects_of(document, &only_answers, &mut |at, schema| {
        let additional = schema.get("additionalProperties");
        if additional != Some(&Value::Bool(true)) && !additional.is_some_and(Value::is_object) {
            report.add(at, "an answer should have additionalProperties: true");
        }
    });
}

/// Vocabularies grow: in answers they are open strings that name the words known so far.
pub(super) fn vocabularies_are_open_in_answers(document: &Value, report: &mut Report<'_>) {
    let (_, answers) = sides(document);
    for name in answers {
        let at = format!("/components/schemas/{}", escape(name));
        let Some(schema) = document.pointer(&at) else { continue };
        each_schema(schema, &at, &mut |at, schema| {
            // One word is no vocabulary: it tells the forms of a union apart.
            if list(schema, "enum").len() > 1 {
                report.add(format!("{at}/enum"), "an answer should have an open string with x-extensible-enum");
            }
        });
    }
}

fn objects_of<'d>(document: &'d Value, names: &BTreeSet<&str>, found: &mut impl FnMut(&str, &'d Value)) {
    for name in names {
        let at = format!("/components/schemas/{}", escape(name));
        let Some(schema) = document.pointer(&at) else { continue };
        each_schema(schema, &at, &mut |at, schema| {
            if is_type(schema, "object") || schema.get("properties").is_some() {
                found(at, schema);
            }
        });
    }
}
