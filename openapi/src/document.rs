//! Walking an OpenAPI document: operations, references, schemas, each with the pointer to where it stands.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::finding::escape;

const SCHEMAS: &str = "#/components/schemas/";

/// An operation and where it stands.
#[derive(Clone, Debug)]
pub struct Operation<'d> {
    /// A JSON Pointer.
    pub pointer: String,
    /// The path with its templates.
    pub path: &'d str,
    /// In lower case.
    pub method: &'d str,
    /// What the document says of it.
    pub value: &'d Value,
}

impl<'d> Operation<'d> {
    /// Its `operationId`; empty where there is none.
    pub fn id(&self) -> &'d str {
        self.value.get("operationId").and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether anybody may call it.
    pub fn is_public(&self) -> bool {
        let asks = |one: &Value| one.as_object().is_some_and(|schemes| !schemes.is_empty());
        !list(self.value, "security").iter().any(asks)
    }

    /// Whether it is one of those that speak RFC 6749.
    pub fn is_oauth(&self) -> bool {
        self.path.starts_with("/oauth2/")
    }

    /// Its parameters, with what stands behind references, and where each stands.
    pub fn parameters(&self, document: &'d Value) -> Vec<(String, &'d Value)> {
        let all = list(self.value, "parameters").iter().enumerate();
        all.map(|(n, one)| (format!("{}/parameters/{n}", self.pointer), resolve(document, one))).collect()
    }

    /// Its responses by status, as they stand: maybe references.
    pub fn responses(&self) -> impl Iterator<Item = (&'d str, &'d Value)> + use<'d> {
        members(self.value, "responses")
    }
}

/// Every operation of the document.
pub fn operations(document: &Value) -> Vec<Operation<'_>> {
    let mut found = Vec::new();
    for (path, item) in members(document, "paths") {
        for (method, value) in item.as_object().into_iter().flatten().filter(|(name, _)| is_method(name)) {
            let pointer = format!("/paths/{}/{method}", escape(path));
            found.push(Operation { pointer, path, method, value });
        }
    }
    found
}

/// Whether a member of a path item is an operation.
pub fn is_method(name: &str) -> bool {
    matches!(name, "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace")
}

/// The items of a member that is a list.
pub fn list<'d>(value: &'d Value, name: &str) -> &'d [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The members of a member that is an object.
pub fn members<'d>(value: &'d Value, name: &str) -> impl Iterator<Item = (&'d str, &'d Value)> + use<'d> {
    value.get(name).and_then(Value::as_object).into_iter().flatten().map(|(name, inner)| (name.as_str(), inner))
}

/// What stands behind a reference, or a chain of them.
pub fn resolve<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    let mut at = value;
    for _ in 0..8 {
        let next = at.get("$ref").and_then(Value::as_str).and_then(|r| document.pointer(r.strip_prefix('#')?));
        let Some(next) = next else { break };
        at = next;
    }
    at
}

/// The name of the component schema that a reference leads to.
pub fn schema_name(value: &Value) -> Option<&str> {
    value.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix(SCHEMAS))
}

/// Whether a member of a schema holds values, in which nothing is a schema.
pub fn is_data(keyword: &str) -> bool {
    matches!(
        keyword,
        "example" | "examples" | "default" | "enum" | "const" | "x-extensible-enum" | "required" | "mapping"
    )
}

/// Calls `found` with every schema within this one, itself first, and where it stands.
pub fn each_schema<'d>(schema: &'d Value, at: &str, found: &mut impl FnMut(&str, &'d Value)) {
    let Some(keywords) = schema.as_object() else { return };
    found(at, schema);
    for (keyword, inner) in keywords {
        match keyword.as_str() {
            "properties" => {
                for (name, member) in inner.as_object().into_iter().flatten() {
                    each_schema(member, &format!("{at}/properties/{}", escape(name)), found);
                }
            }
            "items" | "additionalProperties" => each_schema(inner, &format!("{at}/{keyword}"), found),
            "oneOf" | "anyOf" | "allOf" => {
                for (n, one) in inner.as_array().into_iter().flatten().enumerate() {
                    each_schema(one, &format!("{at}/{keyword}/{n}"), found);
                }
            }
            _ => {}
        }
    }
}

/// Every schema of the document that is not reached by a reference alone: components, and those of parameters, headers and
/// bodies.
pub fn each_schema_of_document<'d>(document: &'d Value, found: &mut impl FnMut(&str, &'d Value)) {
    roots(document, "", found);
}

fn roots<'d>(value: &'d Value, at: &str, found: &mut impl FnMut(&str, &'d Value)) {
    match value {
        Value::Object(inner) => {
            for (name, member) in inner {
                let here = format!("{at}/{}", escape(name));
                match name.as_str() {
                    "schema" => each_schema(member, &here, found),
                    "schemas" if at == "/components" => {
                        for (name, schema) in member.as_object().into_iter().flatten() {
                            each_schema(schema, &format!("{here}/{}", escape(name)), found);
                        }
                    }
                    name if is_data(name) => {}
                    _ => roots(member, &here, found),
                }
            }
        }
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                roots(item, &format!("{at}/{n}"), found);
            }
        }
        _ => {}
    }
}

/// The names of all component schemas that `value` refers to, directly or not.
pub fn reached<'d>(document: &'d Value, value: &'d Value, into: &mut BTreeSet<&'d str>) {
    match value {
        Value::Object(inner) => {
            if let Some(reference) = inner.get("$ref").and_then(Value::as_str) {
                let target = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
                let is_new = reference.strip_prefix(SCHEMAS).is_none_or(|name| into.insert(name));
                if let Some(target) = target.filter(|_| is_new) {
                    reached(document, target, into);
                }
            }
            for (_, member) in inner.iter().filter(|(name, _)| !is_data(name)) {
                reached(document, member, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| reached(document, item, into)),
        _ => {}
    }
}

/// The component schemas that JSON request bodies are made of, and those that answers are made of.
pub fn sides(document: &Value) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let (mut requests, mut answers) = (BTreeSet::new(), BTreeSet::new());
    for operation in operations(document) {
        if let Some(body) = operation.value.pointer("/requestBody/content/application~1json") {
            reached(document, body, &mut requests);
        }
        for (_, response) in operation.responses() {
            reached(document, response, &mut answers);
        }
    }
    (requests, answers)
}
