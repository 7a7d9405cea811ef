//! The document as OpenAPI 3.0, for generators that read nothing newer.
//!
//! It says the same in older words. What has none is refused, so that nothing is ever left out unseen.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// What the rendition calls itself.
const VERSION: &str = "3.0.3";

/// Where members have names of their own: never to be taken for keywords.
const EXAMPLES: [&str; 5] = ["example", "examples", "default", "enum", "x-extensible-enum"];

/// Keywords of JSON Schema that OpenAPI 3.0 doesn't know.
const UNKNOWN: [&str; 15] = [
    "$defs",
    "$dynamicRef",
    "$schema",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "dependentSchemas",
    "if",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// The document in the words of OpenAPI 3.0.
///
/// # Errors
/// Everything that can't be said in them, a line each.
pub(crate) fn render(mut document: Value) -> Result<Value, String> {
    let mut faults = Vec::new();
    if let Some(root) = document.as_object_mut() {
        root.insert("openapi".into(), json!(VERSION));
        for newer in ["webhooks", "jsonSchemaDialect"].into_iter().filter(|name| root.contains_key(*name)) {
            faults.push(format!("{newer} is not known to OpenAPI 3.0"));
        }
        if let Some(info) = root.get_mut("info").and_then(Value::as_object_mut) {
            info.remove("summary");
            if let Some(licence) = info.get_mut("license").and_then(Value::as_object_mut) {
                licence.remove("identifier");
            }
        }
        if let Some(Value::Object(schemas)) = root.get_mut("components").and_then(|c| c.get_mut("schemas")) {
            let names: BTreeSet<String> = schemas.keys().cloned().collect();
            for (name, inner) in schemas {
                schema(inner, name, &mut faults);
                free_of_namesakes(inner, name, &names);
            }
        }
        for (name, part) in root.iter_mut() {
            around(part, name, &mut faults);
        }
    }
    if faults.is_empty() { Ok(document) } else { Err(faults.join("\n")) }
}

/// Everything but the shared schemas: finds the schemas within, and the media types.
fn around(value: &mut Value, place: &str, faults: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            // In 3.0 a reference stands alone; what else was said of it stands at what it refers to as well.
            if members.get("$ref").is_some_and(Value::is_string) {
                members.retain(|name, _| name == "$ref");
            }
            for (name, inner) in members {
                let place = format!("{place}/{name}");
                match name.as_str() {
                    "schema" => schema(inner, &place, faults),
                    "schemas" => {}
                    "content" => content(inner, &place, faults),
                    name if EXAMPLES.contains(&name) => {}
                    _ => around(inner, &place, faults),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| around(item, place, faults)),
        _ => {}
    }
}

fn content(value: &mut Value, place: &str, faults: &mut Vec<String>) {
    let Some(types) = value.as_object_mut() else { return };
    for (name, inner) in types.iter_mut() {
        around(inner, &format!("{place}/{name}"), faults);
    }
    // Generators of the 3.0 age know a JSON body by this name alone, and would hand out a refusal as raw bytes.
    if let Some(problem) = types.get("application/problem+json").cloned() {
        types.insert("application/json".into(), problem);
    }
}

fn schema(value: &mut Value, place: &str, faults: &mut Vec<String>) {
    let Some(members) = value.as_object_mut() else { return };
    // Which members go together 3.0 can't say; the server does, when it refuses.
    members.shift_remove("dependentRequired");
    for keyword in UNKNOWN.into_iter().filter(|keyword| members.contains_key(*keyword)) {
        faults.push(format!("{place}: {keyword} is not known to OpenAPI 3.0"));
    }
    for bound in ["exclusiveMinimum", "exclusiveMaximum"] {
        if members.get(bound).is_some_and(Value::is_number) {
            faults.push(format!("{place}: {bound} is no number in OpenAPI 3.0"));
        }
    }
    if members.get("type").is_some_and(Value::is_array) {
        faults.push(format!("{place}: OpenAPI 3.0 knows no list of types"));
    }
    if let Some(Value::Array(examples)) = members.remove("examples")
        && let Some(first) = examples.into_iter().next()
    {
        members.insert("example".into(), first);
    }
    if members.contains_key("x-extensible-enum") {
        members.retain(|keyword, _| !matches!(keyword.as_str(), "minLength" | "maxLength" | "pattern"));
    }
    within(members, place, faults);
    // In 3.0 a reference stands alone, so one of which more is said becomes the only part of a whole.
    if members.len() > 1
        && let Some(reference) = members.remove("$ref")
    {
        members.insert("allOf".into(), json!([{ "$ref": reference }]));
    }
}

/// Of each bounded string generators make a type of its own and name it after its place, which may be the name of a schema:
/// `Indicator.type` and `IndicatorType`. Such a string is left unbounded.
fn free_of_namesakes(schema: &mut Value, name: &str, names: &BTreeSet<String>) {
    for (member, inner) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        let own: String = member.split('_').flat_map(capitalised).collect();
        if let Some(inner) = inner.as_object_mut().filter(|_| names.contains(&format!("{name}{own}"))) {
            inner.retain(|keyword, _| !matches!(keyword.as_str(), "minLength" | "maxLength" | "pattern"));
        }
    }
}

fn capitalised(word: &str) -> impl Iterator<Item = char> {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
}

/// The schemas within a schema.
fn within(members: &mut Map<String, Value>, place: &str, faults: &mut Vec<String>) {
    for (keyword, inner) in members {
        let place = format!("{place}/{keyword}");
        match (keyword.as_str(), inner) {
            ("properties", Value::Object(properties)) => {
                for (name, property) in properties {
                    schema(property, &format!("{place}/{name}"), faults);
                }
            }
            ("items" | "additionalProperties" | "not", inner) => schema(inner, &place, faults),
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                parts.iter_mut().for_each(|part| schema(part, &place, faults));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(schema: Value) -> Result<Value, String> {
        let document = json!({"openapi": "3.1.0", "info": {"summary": "A word", "license": {"name": "MIT", "identifier": "MIT"}},
            "paths": {}, "components": {"schemas": {"Thing": schema}}});
        render(document).map(|mut document| document["components"]["schemas"]["Thing"].take())
    }

    #[test]
    fn the_whole_document_can_be_said() {
        let document = render(zvit_api::openapi_document().unwrap()).unwrap();
        assert_eq!(document["openapi"], VERSION);
        assert!(document["info"].get("summary").is_none());
        let refusals = &document["components"]["responses"]["UnprocessableContent"]["content"];
        assert_eq!(refusals["application/json"], refusals["application/problem+json"]);
    }

    #[test]
    fn a_reference_of_which_more_is_said_becomes_the_part_of_a_whole() {
        let thing = json!({"type": "object", "properties": {
            "plain": {"$ref": "#/components/schemas/Other"},
            "$ref": {"$ref": "#/components/schemas/Other", "description": "More."}
        }});
        let expected = json!({"type": "object", "properties": {
            "plain": {"$ref": "#/components/schemas/Other"},
            "$ref": {"allOf": [{"$ref": "#/components/schemas/Other"}], "description": "More."}
        }});
        assert_eq!(rendered(thing).unwrap(), expected);
    }

    #[test]
    fn an_open_word_is_any_string() {
        let word = json!({"type": "string", "maxLength": 64, "pattern": "^[^\\x00]*$", "x-extensible-enum": ["new"]});
        assert_eq!(rendered(word).unwrap(), json!({"type": "string", "x-extensible-enum": ["new"]}));
        let text = json!({"type": "string", "maxLength": 64});
        assert_eq!(rendered(text.clone()).unwrap(), text);
    }

    #[test]
    fn a_string_that_would_be_named_as_a_schema_is_left_unbounded() {
        let names = BTreeSet::from(["ThingMainColour".to_owned()]);
        let bounded = json!({"type": "string", "maxLength": 9, "pattern": "^[a-z]+$"});
        let mut thing = json!({"properties": {"main_colour": bounded, "colour": bounded}});
        free_of_namesakes(&mut thing, "Thing", &names);
        assert_eq!(thing, json!({"properties": {"main_colour": {"type": "string"}, "colour": bounded}}));
    }

    #[test]
    fn examples_become_one_and_are_left_as_they_are() {
        let thing = json!({"type": "object", "examples": [{"$ref": "a", "const": 1, "type": ["x"]}]});
        assert_eq!(
            rendered(thing).unwrap(),
            json!({"type": "object", "example": {"$ref": "a", "const": 1, "type": ["x"]}})
        );
    }

    #[test]
    fn what_can_not_be_said_is_refused_with_its_place() {
        for (thing, keyword) in [
            (json!({"const": 1}), "const"),
            (json!({"type": ["string", "null"]}), "list of types"),
            (json!({"type": "integer", "exclusiveMinimum": 0}), "exclusiveMinimum"),
        ] {
            let said = rendered(json!({"type": "object", "properties": {"deep": {"items": thing}}})).unwrap_err();
            assert!(said.contains("Thing/properties/deep/items") && said.contains(keyword), "{said}");
        }
    }
}
