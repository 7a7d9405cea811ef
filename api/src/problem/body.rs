//! The problem document as it is sent.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};
use zvit_domain::word::Language;

use super::{ErrorItem, Extension, Place, Problem};

/// The media type of RFC 9457.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Characters of what the caller sent and a problem repeats, as the document states them: of more only the beginning is said.
const MAX_PATH: usize = 2000;
const MAX_POINTER: usize = 2000;
const MAX_NAME: usize = 200;

/// A problem document in one language, ready to be sent or to stand inside an answer about several items.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct ProblemBody(Map<String, Value>);

impl fmt::Display for ProblemBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl Problem {
    /// The document in one language. `instance` is the path that was asked for; both it and the request id are left out
    /// where the document is part of a larger answer.
    pub fn body(&self, language: Language, instance: Option<&str>, request_id: Option<&str>) -> ProblemBody {
        let code = self.code();
        let mut members = Map::new();
        let mut set = |name: &str, value: Value| members.insert(name.to_owned(), value);
        // A tag URI (RFC 4151) names the kind without promising a page behind it, as RFC 9457, section 3.1.1 allows.
        set("type", json!(format!("tag:zvit.example,2026:problem/{}", code.code())));
        set("title", json!(code.title(language)));
        set("status", json!(code.status()));
        set("detail", json!(self.detail_in(language)));
        if let Some(instance) = instance {
            set("instance", json!(beginning(instance, MAX_PATH)));
        }
        set("code", json!(code.code()));
        if let Some(request_id) = request_id {
            set("request_id", json!(request_id));
        }
        if !self.error_items().is_empty() {
            set("errors", self.error_items().iter().map(|item| item_in(item, language)).collect());
        }
        for (name, value) in &self.0.extensions {
            let value = match value {
                Extension::Json(value) => value.clone(),
                Extension::Text(text) => json!(text.in_language(language)),
            };
            set(name, value);
        }
        ProblemBody(members)
    }
}

fn item_in(item: &ErrorItem, language: Language) -> Value {
    let (kind, place, limit) = match &item.place {
        Place::Pointer(pointer) => ("pointer", pointer, MAX_POINTER),
        Place::Parameter(name) => ("parameter", name, MAX_NAME),
        Place::Header(name) => ("header", name, MAX_NAME),
    };
    json!({ kind: beginning(place, limit), "code": item.code, "detail": item.detail.in_language(language) })
}

/// The first so many characters.
fn beginning(text: &str, limit: usize) -> &str {
    text.char_indices().nth(limit).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Why a request was refused (RFC 9457). Further members may be present.
#[derive(ToSchema)]
#[schema(as = Problem)]
#[allow(dead_code, reason = "only its schema is used: the document itself is open")]
struct Shape {
    /// Names the kind of problem; a tag URI, not a page.
    #[schema(format = "uri", max_length = 200, example = "tag:zvit.example,2026:problem/validation_failed")]
    r#type: String,
    /// The kind in words, in the caller's language.
    #[schema(max_length = 200, example = "The request has faults")]
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 422)]
    status: i32,
    /// What happened this time, in the caller's language.
    #[schema(max_length = 2000, example = "Faults: 1. They are listed under `errors`.")]
    detail: String,
    /// The path that was asked for.
    #[schema(nullable = false, max_length = 2000, example = "/v1/incidents")]
    instance: Option<String>,
    /// The kind of problem as a stable word. New ones may be added.
    #[schema(max_length = 64, pattern = "^[a-z_]+$", example = "validation_failed")]
    code: String,
    /// The id of the request, to be named when asking for help.
    #[schema(nullable = false, max_length = 64, example = "01920000-0000-7000-8000-000000000000")]
    request_id: Option<String>,
    /// Every fault of the request, each with its place.
    #[schema(nullable = false, max_items = 1000)]
    errors: Option<Vec<ProblemError>>,
    /// The incident that the request is about or that already exists.
    #[schema(nullable = false, format = Uuid, max_length = 36)]
    incident_id: Option<String>,
    /// How to reach the duty line, in the caller's language: a report can always be made by telephone.
    #[schema(nullable = false, max_length = 500)]
    support: Option<String>,
}

/// One fault: exactly one of `pointer`, `parameter` and `header` says where.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct ProblemError {
    /// JSON Pointer (RFC 6901) into the body. A missing member points at itself. Of a longer one the beginning.
    #[schema(nullable = false, max_length = 2000, pattern = r"^[\s\S]*$", example = "/impact/recoverability")]
    pointer: Option<String>,
    /// Name of the query parameter, as it was sent; of a longer one the beginning.
    #[schema(nullable = false, max_length = 200, pattern = r"^[\s\S]*$")]
    parameter: Option<String>,
    /// Name of the header.
    #[schema(nullable = false, max_length = 200)]
    header: Option<String>,
    /// The fault as a stable word. New ones may be added.
    #[schema(max_length = 64, pattern = "^[a-z0-9_]+$", example = "unknown_word")]
    code: String,
    /// What is wrong and what would be right, in the caller's language.
    #[schema(max_length = 2000)]
    detail: String,
}

impl PartialSchema for ProblemBody {
    fn schema() -> RefOr<Schema> {
        Shape::schema()
    }
}

impl ToSchema for ProblemBody {
    fn name() -> Cow<'static, str> {
        "Problem".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Shape::schemas(schemas);
        schemas.push((ProblemError::name().into_owned(), ProblemError::schema()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zvit_texts::text;

    #[test]
    fn what_is_repeated_is_no_longer_than_the_document_says() {
        let long = "я".repeat(9000);
        let items = [
            ErrorItem::pointer(long.as_str(), "unknown_member", text!("parameter-unknown")),
            ErrorItem::parameter(long.as_str(), "unknown_parameter", text!("parameter-unknown")),
            ErrorItem::header(long.as_str(), "header_invalid", text!("parameter-unknown")),
        ];
        let body = json!(Problem::validation(items).body(Language::En, Some(&long), None));
        let document = crate::openapi_document().unwrap();
        let limit = |schema: &str, member: &str| {
            document["components"]["schemas"][schema]["properties"][member]["maxLength"].as_u64().unwrap()
        };
        let length = |text: &Value| text.as_str().unwrap().chars().count() as u64;
        assert_eq!(length(&body["instance"]), limit("Problem", "instance"));
        for (index, member) in ["pointer", "parameter", "header"].into_iter().enumerate() {
            assert_eq!(length(&body["errors"][index][member]), limit("ProblemError", member), "{member}");
        }
        assert_eq!((beginning("їжак", 2), beginning("їжак", 4), beginning("", 1)), ("їж", "їжак", ""));
    }
}
