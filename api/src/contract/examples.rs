//! Examples of bodies, each said once under `components/examples`, by the name of its schema.
//!
//! They are answers of a service with the demonstration directory, cut short. `zvit-openapi lint` judges each by its schema, so
//! that none grows stale, and misses none.

use serde_json::{Map, Value, json};

use super::sides::each_operation;

/// What stands in `examples.json`: examples of `requests` and of `answers`, by schema.
const EXAMPLES: &str = include_str!("examples.json");

const PREFIX: &str = "#/components/schemas/";

/// Examples of refusals, by their shared response.
const OF_REFUSALS: [(&str, &str); 3] = [
    ("Unauthorized", "Unauthorized"),
    ("UnprocessableContent", "ValidationFailed"),
    ("OauthInvalidClient", "InvalidClient"),
];

/// Gives an example to every body that has none of its own.
pub(super) fn add(document: &mut Value) {
    let known: Value = serde_json::from_str(EXAMPLES).unwrap_or_default();
    let (requests, answers) = (side(&known, "requests"), side(&known, "answers"));
    each_operation(document, |operation| {
        if let Some(contents) = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut) {
            contents.values_mut().for_each(|content| fill(content, &requests));
        }
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten();
        for (_, response) in responses.filter(|(status, _)| status.starts_with('2')) {
            let contents = response.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten();
            contents.for_each(|(_, content)| fill(content, &answers));
        }
    });
    for (response, name) in OF_REFUSALS {
        let at = format!("/components/responses/{response}/content");
        let contents = document.pointer_mut(&at).and_then(Value::as_object_mut).into_iter().flatten();
        contents.for_each(|(_, content)| refer(content, name));
    }
    let all = requests.into_iter().chain(answers).map(|(name, value)| (name, json!({ "value": value })));
    let all: Map<String, Value> = all.collect();
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.insert("examples".into(), all.into());
    }
}

fn side(known: &Value, name: &str) -> Map<String, Value> {
    known.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
}

fn fill(content: &mut Value, known: &Map<String, Value>) {
    if content.get("example").is_some() || content.get("examples").is_some() {
        return;
    }
    let schema = content.pointer("/schema/$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix(PREFIX));
    if let Some(name) = schema.filter(|name| known.contains_key(*name)).map(str::to_owned) {
        refer(content, &name);
    }
}

fn refer(content: &mut Value, name: &str) {
    if let Some(content) = content.as_object_mut() {
        let reference = json!({ "$ref": format!("#/components/examples/{name}") });
        content.insert("examples".into(), json!({ "example": reference }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_without_an_example_gets_that_of_its_schema() {
        let content = |schema: &str| json!({ "schema": { "$ref": format!("{PREFIX}{schema}") } });
        let own = json!({ "schema": { "$ref": format!("{PREFIX}ReasonInput") }, "example": { "reason": "own" } });
        let mut document = json!({ "components": {}, "paths": { "/a": {
            "post": {
                "requestBody": { "content": { "application/json": content("ReasonInput") } },
                "responses": { "200": { "content": { "application/json": content("Health") } } }
            },
            "put": { "requestBody": { "content": { "application/json": own } }, "responses": {} }
        }}});
        add(&mut document);
        let at = |pointer: &str| document.pointer(pointer).cloned().unwrap_or_default();
        let named = |name: &str| json!({ "$ref": format!("#/components/examples/{name}") });
        assert_eq!(at("/paths/~1a/post/requestBody/content/application~1json/examples/example"), named("ReasonInput"));
        assert_eq!(at("/paths/~1a/post/responses/200/content/application~1json/examples/example"), named("Health"));
        assert_eq!(at("/paths/~1a/put/requestBody/content/application~1json/examples"), Value::Null);
        assert!(at("/components/examples/ReasonInput/value/reason").is_string());
    }
}
