//! Who may call an operation, and how it answers.

use serde_json::Value;

use crate::document::{Operation, members, operations, resolve, schema_name};
use crate::finding::Report;

/// Every operation says who may call it: by either scheme, or everybody by one empty alternative.
pub(super) fn security(document: &Value, report: &mut Report<'_>) {
    let schemes: Vec<&str> = document
        .get("components")
        .map(|components| members(components, "securitySchemes").map(|(name, _)| name).collect())
        .unwrap_or_default();
    for operation in operations(document) {
        let at = format!("{}/security", operation.pointer);
        let Some(alternatives) = operation.value.get("security").and_then(Value::as_array) else {
            report.add(operation.pointer, "security should be said of the operation itself");
            continue;
        };
        if alternatives.is_empty() {
            report.add(&at, "an operation for everybody should say [{}]: an empty list reads as forgotten");
        }
        let named: Vec<&String> = alternatives.iter().filter_map(Value::as_object).flat_map(|one| one.keys()).collect();
        for name in named.iter().filter(|name| !schemes.contains(&name.as_str())) {
            report.add(&at, format!("{name} should be one of the security schemes"));
        }
        if !operation.is_public() {
            for scheme in ["bearerAuth", "oauth2"].iter().filter(|scheme| !named.iter().any(|name| name == *scheme)) {
                report.add(&at, format!("{scheme} should be among the alternatives"));
            }
        }
    }
}

/// Every operation has an answer for success.
pub(super) fn success(document: &Value, report: &mut Report<'_>) {
    for operation in operations(document) {
        if !operation.responses().any(|(status, _)| status.starts_with('2')) {
            report.add(format!("{}/responses", operation.pointer), "there should be an answer for success");
        }
    }
}

/// Every operation says how it refuses, by the shared responses or with the same body.
pub(super) fn complete(document: &Value, report: &mut Report<'_>) {
    for operation in operations(document) {
        let at = format!("{}/responses", operation.pointer);
        let listed: Vec<&str> = operation.responses().map(|(status, _)| status).collect();
        for status in due(document, &operation) {
            if !listed.contains(&status) {
                report.add(&at, format!("{status} should be listed, by $ref"));
            }
        }
        let refusals = operation.responses().filter(|(status, _)| status.starts_with(['4', '5']));
        for (status, response) in refusals.filter(|(_, response)| response.get("$ref").is_none()) {
            let is_problem = members(resolve(document, response), "content").all(|(media_type, content)| {
                let schema = content.get("schema").and_then(schema_name);
                matches!(
                    (media_type, schema),
                    ("application/problem+json", Some("Problem")) | ("application/json", Some("OauthError"))
                )
            });
            if !is_problem || response.get("content").is_none() {
                report.add(format!("{at}/{status}"), "a refusal should be a shared response, or have its body");
            }
        }
    }
}

/// The refusals that an operation of this kind can answer with.
fn due(document: &Value, operation: &Operation<'_>) -> Vec<&'static str> {
    let mut due = vec!["400", "401", "429", "500", "503"];
    let takes_something = operation.value.get("requestBody").is_some() || !operation.parameters(document).is_empty();
    if !operation.is_public() {
        due.push("403");
    }
    if operation.path.contains('{') {
        due.push("404");
    }
    if !operation.is_oauth() && takes_something {
        due.push("422");
    }
    due
}

/// Statuses are named one by one.
pub(super) fn no_default(document: &Value, report: &mut Report<'_>) {
    for operation in operations(document) {
        for (status, _) in operation.responses().filter(|(status, _)| status.parse::<u16>().is_err()) {
            let at = format!("{}/responses/{status}", operation.pointer);
            report.add(at, "each status should be named: a client can do nothing with the rest");
        }
    }
}

/// A status has one media type.
pub(super) fn one_media_type(document: &Value, report: &mut Report<'_>) {
    for operation in operations(document) {
        for (status, response) in operation.responses() {
            if members(resolve(document, response), "content").count() > 1 {
                let at = format!("{}/responses/{status}/content", operation.pointer);
                report.add(at, "a status should have one media type");
            }
        }
    }
}

/// An operation is refused in one form: clients of some generators have one type for all of its refusals.
pub(super) fn one_form(document: &Value, report: &mut Report<'_>) {
    for operation in operations(document) {
        let mut first = None;
        for (status, response) in operation.responses().filter(|(status, _)| status.starts_with(['4', '5'])) {
            for (_, body) in members(resolve(document, response), "content") {
                let form = body.get("schema").and_then(schema_name);
                if *first.get_or_insert(form) != form {
                    let at = format!("{}/responses/{status}", operation.pointer);
                    report.add(at, "all refusals of an operation should have the same schema");
                }
            }
        }
    }
}
