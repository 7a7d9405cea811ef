//! Operations that are on their way out: marked in the document, and in every answer by `Deprecation` (RFC 9745) and `Sunset`
//! (RFC 8594).
//!
//! To deprecate an operation, give it a row in [`DEPRECATED`]. It goes on working until its sunset, at least twelve months
//! later; see `openapi/README.md`.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue, LINK};
use actix_web::middleware::Next;
use serde_json::{Value, json};

use super::sides::is_method;

const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// Where the policy is explained.
const POLICY: &str = "</docs/>; rel=\"deprecation\"";

/// One operation that is on its way out.
#[derive(Clone, Copy, Debug)]
pub struct Deprecated {
    /// In upper case.
    pub method: &'static str,
    /// With its templates, as the document has it.
    pub path: &'static str,
    /// Since when, in seconds since 1970-01-01T00:00:00Z.
    pub since_s: i64,
    /// When it goes away, as an HTTP date (RFC 9110, section 5.6.7): `Sun, 01 Nov 2026 00:00:00 GMT`.
    pub sunset: &'static str,
    /// What to use in its place, in a sentence.
    pub instead: &'static str,
}

/// Every operation that is on its way out.
pub const DEPRECATED: &[Deprecated] = &[];

/// Marks deprecated operations in the document, and declares what their answers say.
pub(super) fn mark(document: &mut Value, deprecated: &[Deprecated]) {
    if deprecated.is_empty() {
        return;
    }
    for one in deprecated {
        let operation = document
            .get_mut("paths")
            .and_then(|paths| paths.get_mut(one.path))
            .and_then(|item| item.get_mut(one.method.to_ascii_lowercase()));
        let Some(operation) = operation.and_then(Value::as_object_mut) else { continue };
        operation.insert("deprecated".into(), json!(true));
        if let Some(Value::String(said)) = operation.get_mut("description") {
            said.push_str(&format!("\n\nDeprecated; it goes away on {}. {}", one.sunset, one.instead));
        }
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten();
        for (_, response) in responses.filter(|(_, response)| response.get("$ref").is_none()) {
            let headers =
                response.as_object_mut().map(|response| response.entry("headers").or_insert_with(|| json!({})));
            let Some(headers) = headers.and_then(Value::as_object_mut) else { continue };
            for (name, component, ..) in headers_of_answers() {
                headers.insert(name.into(), json!({ "$ref": format!("#/components/headers/{component}") }));
            }
        }
    }
    let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) else { return };
    let shared = components.entry("headers").or_insert_with(|| json!({}));
    for (_, component, said, pattern) in headers_of_answers() {
        let schema = json!({ "type": "string", "maxLength": 100, "pattern": pattern });
        if let Some(shared) = shared.as_object_mut() {
            shared.insert(component.into(), json!({ "description": said, "schema": schema }));
        }
    }
}

/// Field name, component name, description, pattern.
fn headers_of_answers() -> [(&'static str, &'static str, &'static str, &'static str); 2] {
    [
        ("Deprecation", "Deprecation", "Since when the operation is deprecated (RFC 9745).", "^@[0-9]+$"),
        (
            "Sunset",
            "Sunset",
            "When it goes away (RFC 8594).",
            "^[A-Za-z]{3}, [0-9]{2} [A-Za-z]{3} [0-9]{4} [0-9:]{8} GMT$",
        ),
    ]
}

/// The wrap (`.wrap(from_fn(deprecation::edge))`) that says so in every answer, refusals included.
///
/// # Errors
/// Those of inner wraps, unchanged.
pub async fn edge<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    say(request, next, DEPRECATED).await
}

async fn say<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
    deprecated: &'static [Deprecated],
) -> Result<ServiceResponse<B>, Error> {
    let found = match deprecated {
        [] => None,
        _ => of(&request, deprecated),
    };
    let mut response = next.call(request).await?;
    if let Some(one) = found {
        let headers = response.headers_mut();
        if let Ok(since) = HeaderValue::from_str(&format!("@{}", one.since_s)) {
            headers.insert(DEPRECATION, since);
        }
        headers.insert(SUNSET, HeaderValue::from_static(one.sunset));
        headers.append(LINK, HeaderValue::from_static(POLICY));
    }
    Ok(response)
}

fn of(request: &ServiceRequest, deprecated: &'static [Deprecated]) -> Option<&'static Deprecated> {
    let pattern = request.match_pattern()?;
    deprecated.iter().find(|one| one.path == pattern && one.method == request.method().as_str())
}

/// Rows that name no operation of the document: each a mistake.
pub fn unknown<'a>(document: &Value, deprecated: &'a [Deprecated]) -> Vec<&'a Deprecated> {
    let is_known = |one: &Deprecated| {
        let method = one.method.to_ascii_lowercase();
        is_method(&method) && document.get("paths").and_then(|paths| paths.get(one.path)?.get(&method)).is_some()
    };
    deprecated.iter().filter(|one| !is_known(one)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::StatusCode;
    use actix_web::middleware::from_fn;
    use actix_web::{App, HttpResponse, test, web};

    const OLD: &[Deprecated] = &[Deprecated {
        method: "GET",
        path: "/v1/things/{id}",
        since_s: 1_688_169_599,
        sunset: "Sun, 30 Jun 2024 23:59:59 GMT",
        instead: "Use GET /v2/things/{id}.",
    }];

    async fn old<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
        say(request, next, OLD).await
    }

    #[actix_web::test]
    async fn every_answer_of_a_deprecated_operation_says_so_and_no_other() {
        let thing = |id: web::Path<String>| async move {
            HttpResponse::build(if *id == "none" { StatusCode::NOT_FOUND } else { StatusCode::OK }).finish()
        };
        let service = web::resource("/v1/things/{id}").route(web::get().to(thing)).route(web::put().to(thing));
        let app = test::init_service(App::new().wrap(from_fn(old)).service(service)).await;
        let said = async |request: test::TestRequest| {
            let answer = test::call_service(&app, request.to_request()).await;
            let field = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            (field("deprecation"), field("sunset"), field("link"))
        };
        let yes = (Some("@1688169599".to_owned()), Some(OLD[0].sunset.to_owned()), Some(POLICY.to_owned()));
        assert_eq!(said(test::TestRequest::get().uri("/v1/things/one")).await, yes);
        assert_eq!(said(test::TestRequest::get().uri("/v1/things/none")).await, yes);
        assert_eq!(said(test::TestRequest::put().uri("/v1/things/one")).await, (None, None, None));
        assert_eq!(said(test::TestRequest::get().uri("/v1/others")).await, (None, None, None));
    }

    #[::core::prelude::v1::test]
    fn the_document_marks_it() {
        let operation = || json!({ "description": "A thing.", "responses": { "200": { "description": "It" }, "404": { "$ref": "#/x" } } });
        let mut document =
            json!({ "components": {}, "paths": { "/v1/things/{id}": { "get": operation(), "put": operation() } } });
        mark(&mut document, OLD);
        let item = &document["paths"]["/v1/things/{id}"];
        assert_eq!(item["get"]["deprecated"], true);
        assert!(
            item["get"]["description"]
                .as_str()
                .unwrap()
                .ends_with("30 Jun 2024 23:59:59 GMT. Use GET /v2/things/{id}.")
        );
        assert_eq!(item["get"]["responses"]["200"]["headers"]["Sunset"]["$ref"], "#/components/headers/Sunset");
        assert_eq!(item["put"], operation());
        assert!(document["components"]["headers"]["Deprecation"]["schema"]["pattern"].is_string());
    }

    #[::core::prelude::v1::test]
    fn every_row_is_an_operation() {
        let document = crate::openapi_document().unwrap();
        assert!(unknown(&document, DEPRECATED).is_empty());
        assert_eq!(unknown(&document, OLD).len(), 1);
        for one in DEPRECATED {
            assert!(one.sunset.ends_with(" GMT") && one.since_s > 0, "{one:?}");
        }
    }
}
