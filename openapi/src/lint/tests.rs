#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{RULES, findings};

/// A small document that keeps to every rule.
fn sound() -> Value {
    let text = |limit: u32| json!({ "type": "string", "description": "A text.", "maxLength": limit, "pattern": "^[^\\x00]*$" });
    let shared = |said: &str| {
        let schema = json!({ "$ref": "#/components/schemas/Problem" });
        json!({ "description": said, "content": { "application/problem+json": { "schema": schema } } })
    };
    let refusals = |statuses: &[u16]| -> serde_json::Map<String, Value> {
        let reference =
            |status: &u16| (status.to_string(), json!({ "$ref": format!("#/components/responses/R{status}") }));
        statuses.iter().map(reference).collect()
    };
    let body = |schema: &str, example: Value| json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") }, "example": example } });
    let all: &[u16] = &[400, 401, 403, 404, 422, 429, 500, 503];
    let mut document = json!({
        "openapi": "3.1.0", "tags": [{ "name": "things", "description": "Things." }],
        "paths": { "/v1/things/{id}": { "put": {
            "operationId": "replace_thing", "tags": ["things"], "summary": "Replace a thing", "description": "All of it.",
            "security": [{ "bearerAuth": [] }, { "oauth2": ["things:write"] }],
            "parameters": [{ "name": "id", "in": "path", "required": true, "description": "Which.", "schema": { "type": "string", "format": "uuid", "maxLength": 36 } }],
            "requestBody": { "required": true, "content": body("ThingInput", json!({ "name": "One", "colour": "red" })) },
            "responses": { "200": {
                "description": "The thing.", "content": body("Thing", json!({ "name": "One", "colour": "red", "parts": [1] })),
                "headers": { "ETag": { "description": "Its version.", "schema": text(20) } },
                "links": { "replace_thing": { "operationId": "replace_thing", "parameters": { "id": "$request.path.id" } } }
            } }
        } } },
        "components": {
            "securitySchemes": { "bearerAuth": {}, "oauth2": {} },
            "responses": {},
            "schemas": {
                "ThingInput": { "type": "object", "required": ["name"], "additionalProperties": false, "properties": {
                    "name": text(200), "colour": { "$ref": "#/components/schemas/Colour" }
                } },
                "Colour": { "type": "string", "enum": ["red", "green"] },
                "Thing": { "type": "object", "required": ["name"], "additionalProperties": true, "properties": {
                    "name": text(200), "colour": text(64),
                    "parts": { "type": "array", "maxItems": 10, "items": { "type": "integer", "format": "int32", "minimum": 0, "maximum": 9 } }
                } },
                "Problem": { "type": "object", "additionalProperties": true, "properties": { "title": text(200) } }
            }
        }
    });
    for status in all {
        document["components"]["responses"][format!("R{status}")] = shared("Refused.");
    }
    let responses = document["paths"]["/v1/things/{id}"]["put"]["responses"].as_object_mut().unwrap();
    responses.extend(refusals(all));
    document
}

const OPERATION: &str = "/paths/~1v1~1things~1{id}/put";

/// Breaks the document at `pointer`, where `value` is put (nothing: it is taken away).
fn broken(pointer: &str, value: Option<Value>) -> Value {
    let mut document = sound();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/");
    let parent = document.pointer_mut(parent).unwrap_or_else(|| panic!("{parent} is not there"));
    match (parent, value) {
        (Value::Array(items), Some(value)) => items[name.parse::<usize>().unwrap()] = value,
        (Value::Object(members), Some(value)) => drop(members.insert(name, value)),
        (Value::Object(members), None) => drop(members.remove(&name).unwrap()),
        (other, _) => panic!("{other}"),
    }
    document
}

#[test]
fn a_sound_document_has_no_findings() {
    assert_eq!(findings(&sound()), []);
}

#[test]
fn the_document_of_this_service_has_no_findings() {
    let found = findings(&zvit_api::openapi_document().unwrap());
    assert!(found.is_empty(), "{}", found.iter().map(|one| format!("{one}\n")).collect::<String>());
}

/// A rule, where the document is broken, what is put there, and where that is found.
type Case = (&'static str, String, Option<Value>, String);

fn cases() -> Vec<Case> {
    let at = |place: &str| format!("{OPERATION}{place}");
    let schema = |place: &str| format!("/components/schemas/{place}");
    let case = |rule, place: String, value: Option<Value>, found: String| (rule, place, value, found);
    let same = |rule, place: String, value: Option<Value>| (rule, place.clone(), value, place);
    let content = "/content/application~1json";
    let mut all = vec![
        same("references", at("/responses/404/$ref"), Some(json!("#/components/responses/None"))),
        case("path-parameters", at("/parameters"), Some(json!([])), OPERATION.to_owned()),
        case("path-parameters", at("/parameters/0/name"), Some(json!("other")), OPERATION.to_owned()),
        case(
            "links",
            at("/responses/200/links/replace_thing/operationId"),
            Some(json!("none")),
            at("/responses/200/links/replace_thing"),
        ),
        case(
            "links",
            at("/responses/200/links/replace_thing/parameters"),
            Some(json!({ "x": "" })),
            at("/responses/200/links/replace_thing"),
        ),
        same("operation-names", at("/operationId"), Some(json!("replaceThing"))),
        same("operation-names", at("/operationId"), Some(json!("replace"))),
        same("schema-names", schema("thing_input"), Some(json!({}))),
        same("schema-names", schema("Thing2"), Some(json!({}))),
        same("tags", at("/tags"), Some(json!(["things", "others"]))),
        same("tags", at("/tags"), Some(json!(["others"]))),
        case("operation-texts", at("/summary"), None, OPERATION.to_owned()),
        case("operation-texts", at("/description"), Some(json!(" ")), OPERATION.to_owned()),
        same("operation-texts", at("/summary"), Some(json!("Replace a thing."))),
        case("response-texts", at("/responses/200/description"), None, at("/responses/200")),
        case("response-texts", at("/responses/200/headers/ETag/description"), None, at("/responses/200/headers/ETag")),
        case(
            "response-texts",
            "/components/responses/R404/description".to_owned(),
            None,
            "/components/responses/R404".to_owned(),
        ),
        case("parameter-texts", at("/parameters/0/description"), None, at("/parameters/0")),
        case(
            "request-examples",
            at(&format!("/requestBody{content}/example")),
            None,
            at(&format!("/requestBody{content}")),
        ),
        same("request-examples", at(&format!("/requestBody{content}/example")), Some(json!({ "name": "One", "x": 1 }))),
        case(
            "answer-examples",
            at(&format!("/responses/200{content}/example")),
            None,
            at(&format!("/responses/200{content}")),
        ),
        same("answer-examples", at(&format!("/responses/200{content}/example")), Some(json!({ "parts": ["one"] }))),
        case("schema-examples", schema("Colour/example"), Some(json!("blue")), schema("Colour")),
        case("limits", schema("ThingInput/properties/name/maxLength"), None, schema("ThingInput/properties/name")),
        case("limits", schema("ThingInput/properties/name/pattern"), None, schema("ThingInput/properties/name")),
        case(
            "limits",
            schema("ThingInput/properties/name/minLength"),
            Some(json!(201)),
            schema("ThingInput/properties/name"),
        ),
        case("limits", schema("Thing/properties/parts/maxItems"), None, schema("Thing/properties/parts")),
        case("limits", at("/parameters/0/schema/maxLength"), None, at("/parameters/0/schema")),
        case(
            "limits",
            at("/responses/200/headers/ETag/schema/maxLength"),
            None,
            at("/responses/200/headers/ETag/schema"),
        ),
        case("security", at("/security"), None, OPERATION.to_owned()),
        same("security", at("/security"), Some(json!([]))),
        same("security", at("/security"), Some(json!([{ "bearerAuth": [] }]))),
        same("security", at("/security"), Some(json!([{ "bearerAuth": [] }, { "oauth2": [] }, { "apiKey": [] }]))),
        case("success", at("/responses/200"), None, at("/responses")),
        case("refusals", at("/responses/409"), Some(json!({ "description": "No." })), at("/responses/409")),
        same("no-default", at("/responses/default"), Some(json!({ "$ref": "#/components/responses/R500" }))),
        same(
            "one-form",
            at("/responses/409"),
            Some(
                json!({ "description": "No.", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/OauthError" } } } }),
            ),
        ),
        same("one-media-type", at("/responses/200/content"), Some(json!({ "text/csv": {}, "application/json": {} }))),
        same(
            "named-bodies",
            at(&format!("/requestBody{content}/schema")),
            Some(json!({ "type": "object", "additionalProperties": false })),
        ),
        same("named-objects", schema("Thing/properties/parts/items"), Some(json!({ "properties": {} }))),
        case("no-composition", schema("Problem/allOf"), Some(json!([])), schema("Problem/allOf")),
        same("no-composition", schema("Problem/oneOf"), Some(json!([{ "type": "null" }, { "type": "boolean" }]))),
        same("no-composition", schema("Problem/anyOf"), Some(json!([{ "type": "boolean" }]))),
        same("no-composition", schema("Problem/properties/title/type"), Some(json!(["string", "null"]))),
        case("closed-requests", schema("ThingInput/additionalProperties"), Some(json!(true)), schema("ThingInput")),
        case("open-answers", schema("Thing/additionalProperties"), Some(json!(false)), schema("Thing")),
        case(
            "open-vocabularies",
            schema("Thing/properties/colour"),
            Some(json!({ "$ref": "#/components/schemas/Colour" })),
            schema("Colour/enum"),
        ),
    ];
    for keyword in ["format", "minimum", "maximum"] {
        let place = schema("Thing/properties/parts/items");
        all.push(case("limits", format!("{place}/{keyword}"), None, place));
    }
    for status in ["400", "401", "403", "404", "422", "429", "500", "503"] {
        all.push(case("refusals", at(&format!("/responses/{status}")), None, at("/responses")));
    }
    all
}

#[test]
fn each_rule_finds_what_is_broken_on_purpose_and_says_where() {
    let mut tried = BTreeSet::new();
    for (rule, place, value, found) in cases() {
        let all = findings(&broken(&place, value.clone()));
        let hit = all.iter().any(|one| one.rule == rule && one.pointer == found);
        assert!(hit, "{rule}: {place} {value:?} should be found at {found}, not {all:#?}");
        tried.insert(rule);
    }
    let untried: Vec<_> = RULES.iter().map(|(rule, _)| *rule).filter(|rule| !tried.contains(rule)).collect();
    assert!(untried.is_empty(), "{untried:?} have no broken document");
}

#[test]
fn an_operation_name_that_stands_twice_is_found() {
    let mut document = sound();
    let item = document["paths"]["/v1/things/{id}"].clone();
    document["paths"]["/v1/others/{id}"] = item;
    let found = findings(&document);
    assert!(found.iter().any(|one| one.rule == "operation-names" && one.said.contains("already")), "{found:#?}");
}
