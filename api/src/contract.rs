//! The finishing pass over the OpenAPI document.
//!
//! The handlers' annotations say what is particular to each operation. What holds for all of them is said here, once: shared
//! refusals and headers, limits, security, closed requests and open answers, and the introduction. The server then judges
//! requests by the finished document, so that what it says and what is done can't differ.

pub mod about;
mod answers;
pub mod deprecation;
mod examples;
mod forms;
pub(crate) mod limits;
mod links;
mod routes;
mod security;
mod sides;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use utoipa::openapi::{OpenApi, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::input::{Schemas, SchemasFault, references};
use crate::oauth_request::OauthErrorBody;
use crate::permission::{OPERATIONS, Operation};
use crate::problem::ProblemBody;
pub(crate) use limits::{NO_NUL, NOT_BLANK, SAYS_SOMETHING};
pub use routes::{RouteTable, routes_of, unmatched};
pub use security::UnauthorizedOperations;

/// The version of OpenAPI that the document is written in.
const OPENAPI: &str = "3.1.0";

/// The finished document of what the handlers' annotations have said, with the security of the authorization table.
///
/// # Errors
/// Operations that the table doesn't have, and rows of it that are no operation.
pub fn finish(document: OpenApi) -> Result<Value, UnauthorizedOperations> {
    finish_with(document, OPERATIONS)
}

fn finish_with(document: OpenApi, table: &[&Operation]) -> Result<Value, UnauthorizedOperations> {
    let mut rough = serde_json::to_value(document).unwrap_or_default();
    let mut components = match rough.get_mut("components").map(Value::take) {
        Some(Value::Object(components)) => components,
        _ => Map::new(),
    };
    add_schema::<ProblemBody>(&mut components);
    add_schema::<OauthErrorBody>(&mut components);
    add_vocabularies(&mut components);
    answers::add_components(&mut components);
    components.insert("securitySchemes".into(), about::security_schemes());

    let mut document = json!({
        "openapi": OPENAPI, "info": about::info(), "servers": about::servers(), "tags": [],
        "paths": rough.get_mut("paths").map(Value::take).unwrap_or_else(|| json!({})),
        "components": components,
    });
    security::derive(&mut document, table)?;
    complete_operations(&mut document);
    sides::divide(&mut document);
    forms::constrain(&mut document);
    examples::add(&mut document);
    links::add(&mut document);
    deprecation::mark(&mut document, deprecation::DEPRECATED);
    drop_unused(&mut document);
    Ok(document)
}

/// The schemas by which the server judges request bodies and query parameters.
///
/// # Errors
/// A schema that can't be compiled.
pub fn schemas(document: &Value) -> Result<Schemas, SchemasFault> {
    let components = document.pointer("/components/schemas").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut names = BTreeSet::new();
    for body in
        sides::operations(document).filter_map(|operation| operation.pointer("/requestBody/content/application~1json"))
    {
        references(body, &components, &mut names);
    }
    Schemas::new(components, &names)
}

fn add_schema<T: ToSchema>(components: &mut Map<String, Value>) {
    let mut needed: Vec<(String, RefOr<Schema>)> = vec![(T::name().into_owned(), <T as PartialSchema>::schema())];
    T::schemas(&mut needed);
    let Some(schemas) = components.entry("schemas").or_insert_with(|| json!({})).as_object_mut() else { return };
    for (name, schema) in needed {
        schemas.entry(name).or_insert_with(|| serde_json::to_value(schema).unwrap_or_default());
    }
}

/// Query parameters refer to vocabularies, but the generator collects schemas of bodies and answers only. What nothing refers
/// to is dropped again.
fn add_vocabularies(components: &mut Map<String, Value>) {
    use zvit_domain::vocabulary as words;
    macro_rules! add {
        ($($word:ty),+ $(,)?) => { $(add_schema::<$word>(components);)+ };
    }
    add!(
        words::Sector,
        words::Symptom,
        words::Assistance,
        words::Stage,
        words::StageState,
        words::IncidentStatus,
        words::CaseState,
        words::PrintLanguage
    );
    add!(words::AssignmentRole, words::Role, words::ParticipantRole, words::InfrastructureCategory, words::DataType);
    add!(
        zvit_domain::taxonomy::IncidentClass,
        zvit_domain::tlp::Tlp,
        zvit_domain::tlp::Pap,
        zvit_domain::region::Region
    );
}

fn complete_operations(document: &mut Value) {
    let mut used = BTreeSet::new();
    for (path, item) in document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten() {
        for (method, operation) in
            item.as_object_mut().into_iter().flatten().filter(|(method, _)| sides::is_method(method))
        {
            let Some(operation) = operation.as_object_mut() else { continue };
            let tag = about::tag_of(path);
            used.insert(tag);
            operation.insert("tags".into(), json!([tag]));
            answers::complete(path, method, operation);
        }
    }
    if let Some(tags) = document.get_mut("tags") {
        *tags = about::tags(|name| used.contains(name));
    }
}

/// Calls `found` with every `$ref`.
fn each_reference(value: &Value, found: &mut impl FnMut(&str)) {
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

/// Shared parts to which nothing refers only puzzle the reader. Parts refer to other parts, so it is done until nothing goes.
fn drop_unused(document: &mut Value) {
    for _ in 0..8 {
        let mut used = BTreeSet::new();
        each_reference(document, &mut |reference| {
            used.insert(reference.to_owned());
        });
        let mut dropped = false;
        for kind in ["schemas", "responses", "parameters", "headers", "examples"] {
            let Some(parts) = document.pointer_mut(&format!("/components/{kind}")).and_then(Value::as_object_mut)
            else {
                continue;
            };
            let before = parts.len();
            parts.retain(|name, _| used.contains(&format!("#/components/{kind}/{name}")));
            dropped |= parts.len() != before;
        }
        if !dropped {
            return;
        }
    }
}

#[cfg(test)]
mod report_tests;
#[cfg(test)]
mod tests;
