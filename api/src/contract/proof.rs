//! What a finished document must hold, so that clients in every language come out of it clean; asked by tests and by the check
//! of the committed document.

use std::collections::BTreeSet;

use serde_json::Value;

use super::sides::{is_method, operations};

/// What is wrong with a document; nothing, when it is sound.
pub fn faults(document: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    each_reference(document, &mut |reference| {
        let target = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
        if target.is_none() {
            faults.push(format!("{reference} is not there"));
        }
    });
    for operation in operations(document) {
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
            faults.push(format!("operationId {id:?} is not in snake_case"));
        }
        if !ids.insert(id.to_owned()) {
            faults.push(format!("operationId {id} stands twice"));
        }
        faults.extend(faults_of_operation(id, operation));
    }
    faults.extend(path_faults(document));
    faults.extend(schema_faults(document));
    faults
}

fn faults_of_operation(id: &str, operation: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for member in ["summary", "description"] {
        if operation.get(member).and_then(Value::as_str).is_none_or(str::is_empty) {
            faults.push(format!("{id} has no {member}"));
        }
    }
    let responses = operation.get("responses").and_then(Value::as_object);
    let is_success = |status: &String| status.starts_with('2');
    if !responses.is_some_and(|responses| responses.keys().any(is_success)) {
        faults.push(format!("{id} has no answer for success"));
    }
    for (status, response) in responses.into_iter().flatten() {
        let media_types = response.get("content").and_then(Value::as_object).map_or(0, serde_json::Map::len);
        if media_types > 1 {
            faults.push(format!("{id} answers {status} in several media types"));
        }
    }
    let contents = operation
        .pointer("/requestBody/content")
        .into_iter()
        .chain(responses.into_iter().flat_map(|r| r.values().filter_map(|r| r.get("content"))));
    for (media_type, content) in contents.filter_map(Value::as_object).flatten() {
        let schema = content.get("schema");
        let is_inline = schema.is_some_and(|schema| schema.get("$ref").is_none() && schema.get("properties").is_some());
        if schema.is_none() || is_inline {
            faults.push(format!("{id}: the schema of {media_type} has no name"));
        }
    }
    let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    for parameter in parameters
        .filter(|p| p.get("$ref").is_none() && p.get("description").and_then(Value::as_str).is_none_or(str::is_empty))
    {
        faults.push(format!("{id}: parameter {} has no description", parameter.get("name").unwrap_or(&Value::Null)));
    }
    faults
}

/// Every parameter of a path template is declared by each of its operations, and no other is.
fn path_faults(document: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let names: Vec<&str> =
            path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}')).collect();
        for (method, operation) in item.as_object().into_iter().flatten() {
            let declared = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
            let of_path = declared.filter(|p| p.get("in").is_some_and(|place| place == "path"));
            for name in of_path.filter_map(|p| p.get("name")?.as_str()).filter(|name| !names.contains(name)) {
                faults.push(format!("{method} {path} declares {{{name}}}, which its path does not have"));
            }
        }
        for name in names {
            let declares = |operation: &Value| {
                let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
                parameters.into_iter().any(|p| {
                    p.get("in").is_some_and(|place| place == "path") && p.get("name").is_some_and(|own| own == name)
                })
            };
            for (method, _) in item
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(method, operation)| is_method(method) && !declares(operation))
            {
                faults.push(format!("{method} {path} does not declare {{{name}}}"));
            }
        }
    }
    faults
}

fn schema_faults(document: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, schema) in document.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten() {
        for (member, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if inner.get("properties").is_some() {
                faults.push(format!("schema {name}: the object {member} has no name"));
            }
        }
        if schema.get("allOf").is_some() {
            faults.push(format!("schema {name} is an allOf, which closed objects can't be part of"));
        }
    }
    faults
}

/// Calls `found` with every `$ref`.
pub(super) fn each_reference(value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                match inner {
                    Value::String(reference) if name == "$ref" => found(reference),
                    inner => each_reference(inner, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| each_reference(item, found)),
        _ => {}
    }
}
