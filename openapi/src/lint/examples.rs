//! Every body has an example, and every example is one.

use serde_json::{Map, Value, json};

use crate::document::{each_schema_of_document, members, operations, resolve};
use crate::finding::{Report, escape};

/// Every request body of a media type for people has examples that its schema takes.
pub(super) fn of_requests(document: &Value, report: &mut Report<'_>) {
    for operation in operations(document) {
        if let Some(body) = operation.value.get("requestBody") {
            of_contents(document, body, &format!("{}/requestBody", operation.pointer), report);
        }
    }
}

/// So has every answer for success.
pub(super) fn of_answers(document: &Value, report: &mut Report<'_>) {
    for operation in operations(document) {
        for (status, response) in operation.responses().filter(|(status, _)| status.starts_with('2')) {
            let at = format!("{}/responses/{status}", operation.pointer);
            of_contents(document, resolve(document, response), &at, report);
        }
    }
}

/// The examples of single schemas are of those schemas.
pub(super) fn of_schemas(document: &Value, report: &mut Report<'_>) {
    each_schema_of_document(document, &mut |at, schema| {
        let several = schema.get("examples").and_then(Value::as_array).into_iter().flatten();
        for example in schema.get("example").into_iter().chain(several) {
            judge(document, schema, example, at, report);
        }
    });
}

fn of_contents(document: &Value, body: &Value, at: &str, report: &mut Report<'_>) {
    for (media_type, content) in members(body, "content").filter(|(name, _)| *name != "application/octet-stream") {
        let at = format!("{at}/content/{}", escape(media_type));
        let named = members(content, "examples").map(|(name, one)| (format!("/examples/{name}"), one));
        let named = named.filter_map(|(place, one)| Some((place, resolve(document, one).get("value")?)));
        let mut found: Vec<(String, &Value)> = named.collect();
        found.extend(content.get("example").map(|one| ("/example".to_owned(), one)));
        if found.is_empty() {
            report
                .add(&at, "there should be an example: add one to api/src/contract/examples.json by the schema's name");
        }
        let Some(schema) = content.get("schema") else { continue };
        for (place, example) in found {
            judge(document, schema, example, &format!("{at}{place}"), report);
        }
    }
}

fn judge(document: &Value, schema: &Value, example: &Value, at: &str, report: &mut Report<'_>) {
    match faults(document, schema, example) {
        Ok(faults) => {
            faults.into_iter().for_each(|fault| report.add(at, format!("the example should fit its schema: {fault}")))
        }
        Err(fault) => report.add(at, format!("the schema should be one of JSON Schema 2020-12: {fault}")),
    }
}

/// What of a value doesn't fit a schema of the document.
fn faults(document: &Value, schema: &Value, value: &Value) -> Result<Vec<String>, String> {
    let mut root = Map::new();
    root.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    root.insert("components".into(), json!({ "schemas": document.pointer("/components/schemas") }));
    root.insert("allOf".into(), json!([schema]));
    let options = jsonschema::options().should_validate_formats(true).with_format("regex", |_: &str| true);
    let validator = options.build(&Value::Object(root)).map_err(|fault| fault.to_string())?;
    Ok(validator
        .iter_errors(value)
        .map(|fault| format!("{} at {:?}", fault, fault.instance_path().to_string()))
        .collect())
}
