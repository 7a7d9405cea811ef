//! What people read.

use serde_json::Value;

use crate::document::{Operation, list, members, operations as all, resolve};
use crate::finding::{Report, escape};

fn is_said(value: &Value, member: &str) -> bool {
    value.get(member).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty())
}

/// An operation has one tag, which the document explains.
pub(super) fn one_tag(document: &Value, report: &mut Report<'_>) {
    let known: Vec<&str> = list(document, "tags").iter().filter_map(|tag| tag.get("name")?.as_str()).collect();
    for operation in all(document) {
        let at = format!("{}/tags", operation.pointer);
        match list(operation.value, "tags") {
            [Value::String(tag)] if known.contains(&tag.as_str()) => {}
            [Value::String(tag)] => report.add(at, format!("{tag} should be explained under /tags")),
            tags => report.add(at, format!("there should be one tag, not {}", tags.len())),
        }
    }
}

/// An operation has a summary of one line and a description.
pub(super) fn operations(document: &Value, report: &mut Report<'_>) {
    for Operation { pointer, value, .. } in all(document) {
        for member in ["summary", "description"] {
            if !is_said(value, member) {
                report.add(&pointer, format!("there should be a {member}"));
            }
        }
        if value.get("summary").and_then(Value::as_str).is_some_and(|text| text.contains('\n') || text.ends_with('.')) {
            report.add(format!("{pointer}/summary"), "a summary should be one line without a full stop");
        }
    }
}

/// Every response, shared ones included, and every header says what it is.
pub(super) fn responses(document: &Value, report: &mut Report<'_>) {
    let mut check = |at: String, response: &Value| {
        if !is_said(response, "description") {
            report.add(&at, "a response should have a description");
        }
        for (name, header) in members(response, "headers") {
            if !is_said(resolve(document, header), "description") {
                report.add(format!("{at}/headers/{}", escape(name)), "a header should have a description");
            }
        }
    };
    for operation in all(document) {
        for (status, response) in operation.responses().filter(|(_, response)| response.get("$ref").is_none()) {
            check(format!("{}/responses/{status}", operation.pointer), response);
        }
    }
    if let Some(components) = document.get("components") {
        members(components, "responses").for_each(|(name, r)| check(format!("/components/responses/{name}"), r));
    }
}

/// Every parameter says what it is.
pub(super) fn parameters(document: &Value, report: &mut Report<'_>) {
    for operation in all(document) {
        for (at, parameter) in operation.parameters(document) {
            if !is_said(parameter, "description") {
                report.add(at, "a parameter should have a description");
            }
        }
    }
}
