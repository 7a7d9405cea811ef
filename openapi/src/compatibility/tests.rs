#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use serde_json::{Value, json};

use super::{breaks, is_announced, version};

fn released() -> Value {
    let named = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let content = |name: &str| json!({ "application/json": { "schema": named(name) } });
    json!({
        "info": { "version": "0.1.0" },
        "paths": {
            "/v1/things": {
                "get": {
                    "operationId": "list_things", "security": [{ "bearerAuth": [] }, { "oauth2": ["a"] }, { "oauth2": ["b"] }],
                    "parameters": [{ "name": "limit", "in": "query", "required": false, "schema": { "type": "integer", "minimum": 1, "maximum": 200 } }],
                    "responses": {
                        "200": { "headers": { "ETag": {} }, "content": content("Thing") },
                        "404": { "$ref": "#/components/responses/NotFound" }
                    }
                },
                "post": {
                    "operationId": "create_thing", "security": [{}], "requestBody": { "required": false, "content": content("ThingInput") },
                    "responses": { "201": { "content": content("Thing") } }
                }
            }
        },
        "components": {
            "responses": { "NotFound": { "content": { "application/problem+json": { "schema": named("Thing") } } } },
            "schemas": {
                "ThingInput": { "type": "object", "required": ["name"], "additionalProperties": false, "properties": {
                    "name": { "type": "string", "minLength": 1, "maxLength": 20 },
                    "colour": { "type": "string", "enum": ["red", "green"] },
                    "parts": { "type": "array", "maxItems": 5, "items": { "type": "integer", "minimum": 0, "maximum": 9 } },
                    "whose": { "oneOf": [named("Own"), named("Part")] }
                } },
                "Own": { "type": "object", "properties": {} },
                "Part": { "type": "object", "properties": { "of": named("Part") } },
                "Other": { "type": "object" },
                "Thing": { "type": "object", "required": ["name"], "additionalProperties": true, "properties": {
                    "name": { "type": "string", "maxLength": 20 },
                    "note": { "type": "string", "maxLength": 20, "pattern": "^a*$" },
                    "kind": { "type": "string", "enum": ["one", "two"] },
                    "state": { "type": "string", "maxLength": 64, "x-extensible-enum": ["new"] },
                    "count": { "type": "integer", "format": "int32", "minimum": 0, "maximum": 9 },
                    "within": named("Thing"),
                    "is": { "oneOf": [named("Own"), named("Part")] }
                } }
            }
        }
    })
}

const GET: &str = "/paths/~1v1~1things/get";
const POST: &str = "/paths/~1v1~1things/post";
const INPUT: &str = "/components/schemas/ThingInput";
const THING: &str = "/components/schemas/Thing";

/// The released document with `value` at a place, or without what is there.
fn changed(pointer: &str, value: Option<Value>) -> Value {
    let mut document = released();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/");
    match (document.pointer_mut(parent).unwrap_or_else(|| panic!("{parent}")), value) {
        (Value::Array(items), Some(value)) => items[name.parse::<usize>().unwrap()] = value,
        (Value::Object(members), Some(value)) => drop(members.insert(name, value)),
        (Value::Object(members), None) => drop(members.remove(&name).unwrap()),
        (other, _) => panic!("{other}"),
    }
    document
}

#[test]
fn nothing_changed_breaks_nobody() {
    assert_eq!(breaks(&released(), &released()), []);
    let document = zvit_api::openapi_document().unwrap();
    assert_eq!(breaks(&document, &document), []);
}

#[test]
fn what_breaks_clients_is_found_where_it_stands() {
    let part = json!({ "$ref": "#/components/schemas/Part" });
    let parameter = |required: bool| json!([{ "name": "limit", "in": "query", "required": required, "schema": { "type": "integer", "minimum": 1, "maximum": 200 } }]);
    let cases: Vec<(String, Option<Value>, &str)> = vec![
        // Operations.
        (GET.to_owned(), None, GET),
        ("/paths/~1v1~1things".to_owned(), None, POST),
        (format!("{GET}/operationId"), Some(json!("get_things")), "/paths/~1v1~1things/get/operationId"),
        // Parameters.
        (format!("{GET}/parameters"), Some(json!([])), "/paths/~1v1~1things/get/parameters/0"),
        (format!("{GET}/parameters"), Some(parameter(true)), "/paths/~1v1~1things/get/parameters/0"),
        (format!("{POST}/parameters"), Some(parameter(true)), "/paths/~1v1~1things/post/parameters/0"),
        (
            format!("{GET}/parameters/0/schema/maximum"),
            Some(json!(100)),
            "/paths/~1v1~1things/get/parameters/0/schema/maximum",
        ),
        // Bodies.
        (format!("{GET}/requestBody"), Some(json!({ "required": true })), "/paths/~1v1~1things/get/requestBody"),
        (format!("{POST}/requestBody"), None, "/paths/~1v1~1things/post/requestBody"),
        (format!("{POST}/requestBody/required"), Some(json!(true)), "/paths/~1v1~1things/post/requestBody"),
        (
            format!("{POST}/requestBody/content"),
            Some(json!({ "text/csv": {} })),
            "/paths/~1v1~1things/post/requestBody/content/application~1json",
        ),
        // Answers.
        (format!("{GET}/responses/404"), None, "/paths/~1v1~1things/get/responses/404"),
        (format!("{POST}/responses/202"), Some(json!({})), "/paths/~1v1~1things/post/responses/202"),
        (
            format!("{POST}/responses/201/content"),
            Some(json!({ "text/csv": {} })),
            "/paths/~1v1~1things/post/responses/201/content/application~1json",
        ),
        (format!("{GET}/responses/200/headers"), Some(json!({})), "/paths/~1v1~1things/get/responses/200/headers"),
        // Who may call.
        (
            format!("{GET}/security"),
            Some(json!([{ "bearerAuth": [] }, { "oauth2": ["a"] }])),
            "/paths/~1v1~1things/get/security",
        ),
        (format!("{GET}/security/1"), Some(json!({ "oauth2": ["a", "c"] })), "/paths/~1v1~1things/get/security"),
        (format!("{POST}/security"), Some(json!([{ "bearerAuth": [] }])), "/paths/~1v1~1things/post/security"),
        // What is sent.
        (format!("{INPUT}/required"), Some(json!(["name", "colour"])), "/components/schemas/ThingInput/required"),
        (format!("{INPUT}/properties/colour"), None, "/components/schemas/ThingInput/properties/colour"),
        (
            format!("{INPUT}/properties/colour/enum"),
            Some(json!(["red"])),
            "/components/schemas/ThingInput/properties/colour/enum",
        ),
        (
            format!("{INPUT}/properties/name/enum"),
            Some(json!(["One"])),
            "/components/schemas/ThingInput/properties/name/enum",
        ),
        (
            format!("{INPUT}/properties/name/maxLength"),
            Some(json!(19)),
            "/components/schemas/ThingInput/properties/name/maxLength",
        ),
        (
            format!("{INPUT}/properties/name/minLength"),
            Some(json!(2)),
            "/components/schemas/ThingInput/properties/name/minLength",
        ),
        (
            format!("{INPUT}/properties/name/pattern"),
            Some(json!("^a$")),
            "/components/schemas/ThingInput/properties/name/pattern",
        ),
        (
            format!("{INPUT}/properties/name/format"),
            Some(json!("uuid")),
            "/components/schemas/ThingInput/properties/name/format",
        ),
        (
            format!("{INPUT}/properties/name/type"),
            Some(json!("integer")),
            "/components/schemas/ThingInput/properties/name/type",
        ),
        (
            format!("{INPUT}/properties/parts/maxItems"),
            Some(json!(4)),
            "/components/schemas/ThingInput/properties/parts/maxItems",
        ),
        (
            format!("{INPUT}/properties/parts/minItems"),
            Some(json!(1)),
            "/components/schemas/ThingInput/properties/parts/minItems",
        ),
        (
            format!("{INPUT}/properties/parts/items/minimum"),
            Some(json!(1)),
            "/components/schemas/ThingInput/properties/parts/items/minimum",
        ),
        (
            format!("{INPUT}/properties/whose/oneOf"),
            Some(json!([part])),
            "/components/schemas/ThingInput/properties/whose/oneOf",
        ),
        // What comes back.
        (format!("{THING}/properties/note"), None, "/components/schemas/Thing/properties/note"),
        (format!("{THING}/required"), Some(json!([])), "/components/schemas/Thing/required"),
        (
            format!("{THING}/properties/count/type"),
            Some(json!(["integer", "string"])),
            "/components/schemas/Thing/properties/count/type",
        ),
        (
            format!("{THING}/properties/count/type"),
            Some(json!("number")),
            "/components/schemas/Thing/properties/count/type",
        ),
        (
            format!("{THING}/properties/count/format"),
            Some(json!("int64")),
            "/components/schemas/Thing/properties/count/format",
        ),
        (
            format!("{THING}/properties/count/maximum"),
            Some(json!(10)),
            "/components/schemas/Thing/properties/count/maximum",
        ),
        (
            format!("{THING}/properties/kind/enum"),
            Some(json!(["one", "two", "three"])),
            "/components/schemas/Thing/properties/kind/enum",
        ),
        (format!("{THING}/properties/kind/enum"), None, "/components/schemas/Thing/properties/kind/enum"),
        (
            format!("{THING}/properties/name/maxLength"),
            Some(json!(21)),
            "/components/schemas/Thing/properties/name/maxLength",
        ),
        (format!("{THING}/properties/note/pattern"), None, "/components/schemas/Thing/properties/note/pattern"),
        (
            format!("{THING}/properties/within"),
            Some(json!({ "$ref": "#/components/schemas/Other" })),
            "/components/schemas/Thing/properties/within",
        ),
        (
            format!("{THING}/properties/is/oneOf"),
            Some(json!([{ "$ref": "#/components/schemas/Own" }, part, { "$ref": "#/components/schemas/Other" }])),
            "/components/schemas/Thing/properties/is/oneOf",
        ),
    ];
    for (place, value, found) in cases {
        let all = breaks(&released(), &changed(&place, value.clone()));
        assert!(
            all.iter().any(|one| one.pointer == found),
            "{place} {value:?} should be found at {found}, not {all:#?}"
        );
    }
}

#[test]
fn what_only_adds_or_allows_more_breaks_nobody() {
    let text = json!({ "type": "string", "maxLength": 5 });
    let optional = json!([
        { "name": "limit", "in": "query", "required": false, "schema": { "type": "integer", "minimum": 0, "maximum": 500 } },
        { "name": "cursor", "in": "query", "required": false, "schema": text }
    ]);
    let cases: Vec<(String, Option<Value>)> = vec![
        ("/paths/~1v1~1others".to_owned(), Some(json!({ "get": { "operationId": "list_others", "responses": {} } }))),
        (format!("{GET}/parameters"), Some(optional)),
        (
            format!("{GET}/security"),
            Some(json!([{ "bearerAuth": [] }, { "oauth2": ["a"] }, { "oauth2": ["b"] }, { "oauth2": ["c"] }])),
        ),
        (format!("{GET}/security"), Some(json!([{ "bearerAuth": [] }, { "oauth2": [] }]))),
        (format!("{GET}/responses/410"), Some(json!({ "$ref": "#/components/responses/NotFound" }))),
        (format!("{GET}/responses/200/headers"), Some(json!({ "etag": {}, "Location": {} }))),
        (format!("{GET}/description"), Some(json!("Better words."))),
        (format!("{INPUT}/properties/more"), Some(text.clone())),
        (format!("{INPUT}/required"), Some(json!([]))),
        (format!("{INPUT}/properties/colour/enum"), Some(json!(["red", "green", "blue"]))),
        (format!("{INPUT}/properties/colour/enum"), None),
        (format!("{INPUT}/properties/name/maxLength"), Some(json!(21))),
        (format!("{INPUT}/properties/name/minLength"), Some(json!(0))),
        (format!("{INPUT}/properties/parts/items/type"), Some(json!("number"))),
        (format!("{INPUT}/properties/parts/maxItems"), None),
        (format!("{THING}/properties/more"), Some(text)),
        (format!("{THING}/required"), Some(json!(["name", "kind"]))),
        (format!("{THING}/properties/kind/enum"), Some(json!(["one"]))),
        (format!("{THING}/properties/state/x-extensible-enum"), Some(json!(["new", "old"]))),
        (format!("{THING}/properties/name/maxLength"), Some(json!(10))),
        (format!("{THING}/properties/name/pattern"), Some(json!("^a$"))),
        (format!("{THING}/properties/is/oneOf"), Some(json!([{ "$ref": "#/components/schemas/Own" }]))),
    ];
    for (place, value) in cases {
        let all = breaks(&released(), &changed(&place, value.clone()));
        assert!(all.is_empty(), "{place} {value:?} breaks nobody: {all:#?}");
    }
}

#[test]
fn a_break_is_announced_by_the_number_that_counts() {
    let of = |text: &str| json!({ "info": { "version": text } });
    for (old, new, announced) in [
        ("0.1.0", "0.1.0", false),
        ("0.1.0", "0.1.9", false),
        ("0.1.9", "0.2.0", true),
        ("0.9.0", "1.0.0", true),
        ("1.2.0", "1.3.0", false),
        ("1.2.0", "2.0.0-rc.1", true),
        ("1.0.0", "0.9.0", false),
        ("1.0.0", "next", false),
    ] {
        assert_eq!(is_announced(&of(old), &of(new)), announced, "{old} {new}");
    }
    assert_eq!(version("1.20.3-rc.1+build"), Some((1, 20, 3)));
    assert_eq!(version("1.2"), None);
    assert!(version("0.10.0") > version("0.9.0"));
}
