//! Requests are closed, answers are open.
//!
//! A member that the server does not know is refused, so request schemas say `additionalProperties: false`. Answers may gain
//! members and words at any time, so theirs say `true` and have no closed vocabularies: clients generated from the document
//! otherwise break on the day something is added. A type used both ways stands in the document twice, `XInput` and `X`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::limits::{self, Side};
use crate::input::references;

const PREFIX: &str = "#/components/schemas/";

type Names = BTreeMap<String, String>;

/// Which component schemas what comes in and what goes out are made of.
#[derive(Debug, Default)]
struct Reach {
    request: BTreeSet<String>,
    /// Part of `request`, but of forms, where unknown parameters are ignored (RFC 6749, section 3.2).
    form: BTreeSet<String>,
    parameter: BTreeSet<String>,
    response: BTreeSet<String>,
}

/// Splits, closes, opens and bounds every schema of the document.
pub(super) fn divide(document: &mut Value) {
    let components = take_schemas(document);
    let reach = reach(document, &components);
    let (incoming, outgoing) = new_names(&components, &reach);
    let enums: Map<String, Value> =
        components.iter().filter(|(_, schema)| is_vocabulary(schema)).map(|(n, s)| (n.clone(), s.clone())).collect();

    let mut divided = Map::new();
    for (name, schema) in &components {
        if reach.request.contains(name) || reach.parameter.contains(name) || reach.form.contains(name) {
            let mut request = schema.clone();
            rename(&mut request, &incoming);
            // A form says nothing of others, which leaves it open as well: generators can't send any, and complain.
            if reach.request.contains(name) || reach.parameter.contains(name) {
                set_additional(&mut request, false);
            }
            limits::tidy(&mut request, Side::Request);
            divided.insert(incoming.get(name).unwrap_or(name).clone(), request);
        }
        if reach.response.contains(name) && !enums.contains_key(name) {
            let to = outgoing.get(name).unwrap_or(name);
            if !divided.contains_key(to) {
                let mut response = schema.clone();
                finish_response(&mut response, &outgoing, &enums);
                divided.insert(to.clone(), response);
            }
        }
    }
    each_operation(document, |operation| divide_operation(operation, &incoming, &outgoing, &enums));
    if let Some(responses) = document.pointer_mut("/components/responses") {
        finish_response(responses, &outgoing, &enums);
    }
    put_schemas(document, divided);
}

fn divide_operation(operation: &mut Value, incoming: &Names, outgoing: &Names, enums: &Map<String, Value>) {
    if let Some(body) = operation.get_mut("requestBody") {
        rename(body, incoming);
        limits::tidy(body, Side::Request);
    }
    if let Some(Value::Array(parameters)) = operation.get_mut("parameters") {
        for schema in parameters.iter_mut().filter_map(|parameter| parameter.get_mut("schema")) {
            rename(schema, incoming);
            limits::tidy(schema, Side::Parameter);
        }
    }
    if let Some(responses) = operation.get_mut("responses") {
        finish_response(responses, outgoing, enums);
    }
}

fn finish_response(schema: &mut Value, outgoing: &Names, enums: &Map<String, Value>) {
    open_vocabularies(schema, enums);
    rename(schema, outgoing);
    set_additional(schema, true);
    limits::tidy(schema, Side::Response);
}

fn reach(document: &Value, components: &Map<String, Value>) -> Reach {
    let mut reach = Reach::default();
    for operation in operations(document) {
        for (media_type, content) in
            operation.pointer("/requestBody/content").and_then(Value::as_object).into_iter().flatten()
        {
            let set =
                if media_type == "application/x-www-form-urlencoded" { &mut reach.form } else { &mut reach.request };
            references(content, components, set);
        }
        operation
            .get("parameters")
            .into_iter()
            .for_each(|parameters| references(parameters, components, &mut reach.parameter));
        operation
            .get("responses")
            .into_iter()
            .for_each(|responses| references(responses, components, &mut reach.response));
    }
    document
        .pointer("/components/responses")
        .into_iter()
        .for_each(|shared| references(shared, components, &mut reach.response));
    reach
}

/// A closed list of words.
fn is_vocabulary(schema: &Value) -> bool {
    schema.get("type") == Some(&json!("string")) && schema.get("enum").is_some()
}

/// Under which names the schemas that are used both ways stand for requests and for answers. What holds no other schema and no
/// members (a time, an id) can be shared.
fn new_names(components: &Map<String, Value>, reach: &Reach) -> (Names, Names) {
    let (mut incoming, mut outgoing) = (Names::new(), Names::new());
    for (name, schema) in
        components.iter().filter(|(name, _)| reach.request.contains(*name) && reach.response.contains(*name))
    {
        let is_composed = ["properties", "items", "oneOf", "anyOf", "allOf", "$ref"]
            .iter()
            .any(|keyword| schema.get(keyword).is_some());
        if !is_composed {
            continue;
        }
        let free = |wanted: String, otherwise: &str| {
            if components.contains_key(&wanted) { format!("{wanted}{otherwise}") } else { wanted }
        };
        match name.strip_suffix("Input") {
            Some(stem) => outgoing.insert(name.clone(), free(stem.to_owned(), "Data")),
            None => incoming.insert(name.clone(), free(format!("{name}Input"), "2")),
        };
    }
    (incoming, outgoing)
}

/// Gives references (and the mapping of a discriminator) their new names.
fn rename(value: &mut Value, names: &Names) {
    match value {
        Value::String(text) => {
            if let Some(new) = text.strip_prefix(PREFIX).and_then(|name| names.get(name)) {
                *text = format!("{PREFIX}{new}");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        Value::Object(members) => members.values_mut().for_each(|member| rename(member, names)),
        _ => {}
    }
}

/// A reference to a vocabulary becomes an open string that names the words known so far.
fn open_vocabularies(value: &mut Value, enums: &Map<String, Value>) {
    match value {
        Value::Object(members) => {
            let reference = members.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix(PREFIX));
            if let Some(vocabulary) = reference.and_then(|name| enums.get(name)) {
                *members = open(members, vocabulary);
                return;
            }
            members.values_mut().for_each(|member| open_vocabularies(member, enums));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| open_vocabularies(item, enums)),
        _ => {}
    }
}

fn open(reference: &Map<String, Value>, vocabulary: &Value) -> Map<String, Value> {
    let words: Vec<&str> =
        vocabulary.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let said = reference
        .get("description")
        .or_else(|| vocabulary.get("description"))
        .and_then(Value::as_str)
        .unwrap_or_default()
        .trim_end();
    let known: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let description = format!("{said}\n\nKnown words: {}. More may be added.", known.join(", "));
    let mut open = Map::new();
    open.insert("type".into(), json!("string"));
    open.insert("description".into(), json!(description.trim_start()));
    open.insert("maxLength".into(), json!(64));
    open.insert("x-extensible-enum".into(), json!(words));
    for keyword in ["example", "examples"] {
        if let Some(example) = reference.get(keyword) {
            open.insert(keyword.into(), example.clone());
        }
    }
    open
}

/// Says of every object with members whether it may have others; maps (whose other members have a schema) stay as they are.
fn set_additional(schema: &mut Value, is_open: bool) {
    match schema {
        Value::Object(members) => {
            let is_map = members.get("additionalProperties").is_some_and(Value::is_object);
            let has_members = members.get("properties").is_some_and(Value::is_object);
            // An object about which nothing is said holds anything: a request says so itself, or it is closed.
            let is_free = is_open && members.get("type") == Some(&json!("object"));
            if (has_members || is_free) && !is_map {
                members.insert("additionalProperties".into(), json!(is_open));
            }
            for (keyword, inner) in members.iter_mut() {
                if !matches!(keyword.as_str(), "example" | "examples" | "default" | "enum" | "const") {
                    set_additional(inner, is_open);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| set_additional(item, is_open)),
        _ => {}
    }
}

/// Every operation of the document.
pub(super) fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    paths
        .filter_map(|(_, item)| item.as_object())
        .flatten()
        .filter(|(method, _)| is_method(method))
        .map(|(_, operation)| operation)
}

/// Changes every operation of the document.
pub(super) fn each_operation(document: &mut Value, mut change: impl FnMut(&mut Value)) {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    for (method, operation) in paths.filter_map(|(_, item)| item.as_object_mut()).flatten() {
        if is_method(method) {
            change(operation);
        }
    }
}

/// Whether a member of a path item is an operation.
pub(super) fn is_method(name: &str) -> bool {
    matches!(name, "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace")
}

fn take_schemas(document: &mut Value) -> Map<String, Value> {
    match document.pointer_mut("/components/schemas").map(Value::take) {
        Some(Value::Object(schemas)) => schemas,
        _ => Map::new(),
    }
}

fn put_schemas(document: &mut Value, schemas: Map<String, Value>) {
    if let Some(slot) = document.pointer_mut("/components/schemas") {
        *slot = Value::Object(schemas);
    }
}
