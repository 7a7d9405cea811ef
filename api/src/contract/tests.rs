#![allow(unused_qualifications, reason = "the macros of utoipa write paths out in full")]

use super::*;

use actix_web::web::{Bytes, Json};
use actix_web::{App, get, post, put};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use utoipa_actix_web::AppExt;
use zvit_domain::vocabulary::Sector;

use crate::input::{Body, Query};
use crate::oauth_request::{TokenAnswer, TokenForm};
use crate::permission::{Access, OnHold, Ownership, Rule};

/// A colour.
#[derive(Serialize, Deserialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Colour {
    Red,
    Green,
}

/// Used both ways.
#[derive(Serialize, Deserialize, ToSchema)]
struct Part {
    /// Its colour.
    colour: Colour,
    #[schema(nullable = false)]
    note: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ThingInput {
    /// Name.
    #[schema(max_length = 20)]
    name: String,
    colour: Option<Colour>,
    parts: Vec<Part>,
    level: Option<u8>,
}

#[derive(Serialize, ToSchema)]
struct Thing {
    id: uuid::Uuid,
    given: ThingInput,
    colours: Vec<Colour>,
}

#[derive(Serialize, ToSchema)]
struct ThingList {
    items: Vec<Thing>,
    #[schema(nullable = false)]
    next_cursor: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
struct ListQuery {
    /// Sector.
    sector: Option<Sector>,
    /// Where to go on.
    cursor: Option<String>,
}

/// List things
#[utoipa::path(params(ListQuery), responses((status = 200, body = ThingList)))]
#[get("/v1/incidents")]
async fn list_things(_query: Query<ListQuery>) -> Json<ThingList> {
    Json(ThingList { items: vec![], next_cursor: None })
}

/// Make a thing
///
/// As often as you like.
#[utoipa::path(request_body = ThingInput, params(("Idempotency-Key" = String, Header)), responses((status = 201, description = "Made", body = Thing)))]
#[post("/v1/incidents")]
async fn create_thing(_body: Body) -> Bytes {
    Bytes::new()
}

/// Change a part
#[utoipa::path(request_body = Part, params(("id" = uuid::Uuid, Path, description = "Which")), responses((status = 200, description = "Changed", body = Part), (status = 404, description = "own")))]
#[put("/v1/teams/{id}/availability")]
async fn put_part(_body: Body) -> Bytes {
    Bytes::new()
}

/// Alive?
#[utoipa::path(responses((status = 204)))]
#[get("/healthz")]
async fn health() -> Bytes {
    Bytes::new()
}

/// Get a token
#[utoipa::path(request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"), responses((status = 200, description = "A token", body = TokenAnswer)))]
#[post("/oauth2/token")]
async fn create_token(_body: Body) -> Bytes {
    Bytes::new()
}

fn document() -> Value {
    let app = App::new().into_utoipa_app();
    let app = app.service(list_things).service(create_thing).service(put_part).service(health).service(create_token);
    let row = |id, method, path, access| Operation { id, method, path, access };
    let table = [
        row("list_things", "GET", "/v1/incidents", clients(&["incidents:read"])),
        row("create_thing", "POST", "/v1/incidents", clients(&[])),
        row("put_part", "PUT", "/v1/teams/{id}/availability", clients(&["cases:write"])),
        row("health", "GET", "/healthz", Access::Public),
        row("create_token", "POST", "/oauth2/token", Access::Public),
    ];
    finish_with(app.split_for_parts().1, &table.iter().collect::<Vec<_>>()).unwrap()
}

/// What clients with one of these scopes may call.
pub(super) fn clients(scopes: &'static [&'static str]) -> Access {
    Access::Clients(Rule { scopes, roles: &[], ownership: Ownership::Nobodys, on_hold: OnHold::Refused })
}

fn schema<'d>(document: &'d Value, name: &str) -> &'d Value {
    document
        .pointer(&format!("/components/schemas/{name}"))
        .unwrap_or_else(|| panic!("{name} in {:#}", document["components"]["schemas"]))
}

#[test]
fn the_finished_document_is_sound() {
    let document = document();
    each_reference(&document, &mut |reference| {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference} is not there");
    });
    assert!(!document.to_string().contains("\"null\""));
}

#[test]
fn requests_are_closed_and_answers_open() {
    let document = document();
    for closed in ["ThingInput", "PartInput"] {
        assert_eq!(schema(&document, closed)["additionalProperties"], false, "{closed}");
    }
    for open in ["Thing", "ThingData", "Part", "ThingList", "Problem", "ProblemError"] {
        assert_eq!(schema(&document, open)["additionalProperties"], true, "{open}");
    }
    assert!(schema(&document, "TokenForm").get("additionalProperties").is_none());
    assert_eq!(schema(&document, "PartInput")["properties"]["colour"]["$ref"], "#/components/schemas/Colour");
    assert_eq!(
        schema(&document, "ThingInput")["properties"]["parts"]["items"]["$ref"],
        "#/components/schemas/PartInput"
    );
    let colour = &schema(&document, "Part")["properties"]["colour"];
    assert_eq!((&colour["type"], &colour["maxLength"], colour.get("enum")), (&json!("string"), &json!(64), None));
    assert_eq!(colour["description"], "Its colour.\n\nKnown words: `red`, `green`. More may be added.");
    assert_eq!(schema(&document, "Thing")["properties"]["given"]["$ref"], "#/components/schemas/ThingData");
    let colours = &schema(&document, "Thing")["properties"]["colours"];
    assert_eq!((&colours["items"]["type"], &colours["maxItems"]), (&json!("string"), &json!(10_000)));
}

#[test]
fn every_operation_says_how_it_refuses() {
    let document = document();
    let statuses = |path: &str, method: &str| {
        let responses = document["paths"][path][method]["responses"].as_object().unwrap();
        responses.keys().map(|status| status.parse::<u16>().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(statuses("/v1/incidents", "get"), [200, 400, 401, 403, 410, 414, 422, 429, 431, 500, 503]);
    assert_eq!(
        statuses("/v1/incidents", "post"),
        [201, 400, 401, 403, 408, 409, 413, 414, 415, 422, 429, 431, 500, 503]
    );
    assert_eq!(
        statuses("/v1/teams/{id}/availability", "put"),
        [200, 400, 401, 403, 404, 408, 409, 412, 413, 414, 415, 422, 428, 429, 431, 500, 503]
    );
    assert_eq!(statuses("/healthz", "get"), [204, 400, 401, 414, 429, 431, 500, 503]);
    assert_eq!(statuses("/oauth2/token", "post"), [200, 400, 401, 403, 408, 413, 414, 429, 431, 500, 503]);
    let post = &document["paths"]["/v1/incidents"]["post"];
    assert_eq!(post["parameters"][0]["$ref"], "#/components/parameters/IdempotencyKeyRequired");
    assert_eq!(post["responses"]["201"]["headers"].as_object().unwrap().len(), 5);
    assert_eq!(post["security"], json!([{"bearerAuth": []}, {"oauth2": []}]));
    assert_eq!(
        document["paths"]["/v1/incidents"]["get"]["security"],
        json!([{"bearerAuth": []}, {"oauth2": ["incidents:read"]}])
    );
    assert_eq!(document["paths"]["/healthz"]["get"]["security"], json!([{}]));
}

#[test]
fn query_parameters_are_documented_once_and_judged_by_the_document() {
    let document = document();
    let parameters = document["paths"]["/v1/incidents"]["get"]["parameters"].as_array().unwrap();
    assert_eq!(parameters.len(), 2, "{parameters:#?}");
    assert_eq!(parameters[0]["schema"]["$ref"], "#/components/schemas/Sector");
    assert!(document.pointer("/components/schemas/Sector").is_some());
}

#[test]
fn bodies_are_judged_by_the_document() {
    let schemas = schemas(&document()).unwrap();
    let codes = |value: Value| {
        let checked = schemas.check::<ThingInput>(value, Bytes::new()).unwrap();
        let mut codes: Vec<_> = checked.faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect();
        codes.sort();
        codes.into_iter().map(|(pointer, code)| format!("{pointer} {code}")).collect::<Vec<_>>()
    };
    assert!(codes(json!({"name": "a", "parts": [{"colour": "red"}]})).is_empty());
    let faulty = json!({"name": "a", "colour": null, "parts": [{"colour": "blue", "x": 1}], "level": 300});
    assert_eq!(
        codes(faulty),
        ["/colour null_not_allowed", "/level not_allowed", "/parts/0/colour unknown_word", "/parts/0/x unknown_member"]
    );
    // Used both ways, the part comes in as `PartInput`.
    assert!(schemas.check::<Part>(json!({"colour": "red"}), Bytes::new()).unwrap().strict(vec![]).is_ok());
}
