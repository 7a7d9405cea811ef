//! What every operation shares: refusals and headers, each said once under `components` and referred to.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::security::nobody;
use crate::input::{KEY_LENGTH, MAX_ACTING_PERSON, MAX_DIGEST, MAX_PREFER, MAX_RANGE, MAX_TAGS};
use crate::problem::MEDIA_TYPE;

/// A shared refusal: status, name under `components/responses`, description, headers beside `X-Request-Id`.
type Shared = (u16, &'static str, &'static str, &'static [&'static str]);

const SHARED: [Shared; 30] = [
    (
        400,
        "BadRequest",
        "The request can't be read: a header that stands twice, malformed JSON, a member that stands twice, nesting over 32, or not UTF-8.",
        &[],
    ),
    (401, "Unauthorized", "The token is missing, invalid, expired or revoked.", &["WWW-Authenticate"]),
    (
        401,
        "UnauthorizedByProxy",
        "Not from this service, which lets anybody in here: a proxy in front of it may ask for credentials of its own.",
        &["WWW-Authenticate"],
    ),
    (
        403,
        "Forbidden",
        "The token lacks the scope, the client may not do this, or its institution is on hold.",
        &["WWW-Authenticate"],
    ),
    (404, "NotFound", "There is no such thing, or it belongs to somebody else.", &[]),
    (408, "RequestTimeout", "The body arrived too slowly.", &[]),
    (409, "Conflict", "The present state does not allow this; `code` says why.", &["Retry-After"]),
    (410, "Gone", "The cursor belongs to another store: start again without one.", &[]),
    (412, "PreconditionFailed", "The resource has another version than If-Match names.", &[]),
    (413, "PayloadTooLarge", "The body is larger than this operation takes.", &[]),
    (414, "UriTooLong", "Path and query have more than 8,192 bytes.", &[]),
    (415, "UnsupportedMediaType", "The body is not of the media type that this operation takes.", &[]),
    (416, "RangeNotSatisfiable", "The file has no such part; Content-Range says how large it is.", &["Content-Range"]),
    (422, "UnprocessableContent", "The request has faults: each is listed under `errors` with its place.", &[]),
    (428, "PreconditionRequired", "If-Match is needed.", &[]),
    (
        429,
        "TooManyRequests",
        "Too many requests; Retry-After says when to go on, RateLimit-Policy how many are taken.",
        &["Retry-After"],
    ),
    (431, "HeadersTooLarge", "The request has more than 64 headers, or more than 16,384 bytes of them.", &[]),
    (500, "InternalServerError", "The fault is on our side.", &[]),
    (503, "ServiceUnavailable", "Nothing was accepted; Retry-After says when to try again.", &["Retry-After"]),
    (400, "OauthInvalidRequest", "The token request has faults (RFC 6749, section 5.2).", &["Cache-Control"]),
    (
        401,
        "OauthInvalidClient",
        "Client authentication failed (RFC 6749, section 5.2).",
        &["Cache-Control", "WWW-Authenticate"],
    ),
    (
        401,
        "OauthUnauthorizedByProxy",
        "Not from this service, which lets anybody in here: a proxy in front of it may ask for credentials of its own.",
        &["WWW-Authenticate"],
    ),
    (403, "OauthForbidden", "Nothing is given by plain HTTP from another machine.", &["Cache-Control"]),
    (408, "OauthRequestTimeout", "The body arrived too slowly.", &["Cache-Control"]),
    (413, "OauthPayloadTooLarge", "The body is too large.", &["Cache-Control"]),
    (414, "OauthUriTooLong", "Path and query have more than 8,192 bytes.", &["Cache-Control"]),
    (
        431,
        "OauthHeadersTooLarge",
        "The request has more than 64 headers, or more than 16,384 bytes of them.",
        &["Cache-Control"],
    ),
    (
        429,
        "OauthTooManyRequests",
        "Too many requests; Retry-After says when to go on.",
        &["Cache-Control", "Retry-After"],
    ),
    (500, "OauthServerError", "The fault is on our side.", &["Cache-Control"]),
    (503, "OauthUnavailable", "No token can be given at the moment.", &["Cache-Control", "Retry-After"]),
];

/// What header fields are made of here (RFC 9110, section 5.5, without what is obsolete).
const VISIBLE: &str = r"^[\t -~]*$";

/// Any version, or a list of entity tags (RFC 9110, section 8.8.3).
const TAGS: &str = r#"^(\*|(W/)?"[!#-~]*"([\t ]*,[\t ]*(W/)?"[!#-~]*")*)$"#;

/// Each percent sign begins two hexadecimal digits.
const PERCENT_ENCODED: &str = "^([ -$&-~]|%[0-9A-Fa-f]{2})+$";

/// Headers by their component: field name, component name, description, schema.
fn headers() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let text = |limit: u32| json!({ "type": "string", "maxLength": limit, "pattern": VISIBLE });
    vec![
        (
            "X-Request-Id",
            "RequestId",
            "The id of the request: the caller's own, or a new one.",
            json!({ "type": "string", "maxLength": 64, "pattern": "^[A-Za-z0-9._-]{1,64}$" }),
        ),
        (
            "RateLimit",
            "RateLimit",
            "Where the answer is limited: the requests that remain, and the seconds until all of them are there again.",
            json!({ "type": "string", "maxLength": 100, "pattern": VISIBLE, "examples": ["\"client\";r=1999;t=1"] }),
        ),
        (
            "RateLimit-Policy",
            "RateLimitPolicy",
            "Which limit that is (`client`, `address` or `token-failures`), and how many requests it takes in how many seconds.",
            json!({ "type": "string", "maxLength": 100, "pattern": VISIBLE, "examples": ["\"client\";q=2000;w=4"] }),
        ),
        ("ETag", "ETag", "The version of the resource, for If-Match and If-None-Match.", text(200)),
        ("Location", "Location", "The path of what was made.", text(500)),
        (
            "Retry-After",
            "RetryAfter",
            "Seconds after which another attempt makes sense.",
            json!({ "type": "integer", "format": "int32", "minimum": 0, "maximum": 86400 }),
        ),
        ("WWW-Authenticate", "WwwAuthenticate", "How to authenticate.", text(500)),
        ("Cache-Control", "CacheControl", "`no-store`: tokens and what is said about them are not kept.", text(100)),
        (
            "Idempotency-Replayed",
            "IdempotencyReplayed",
            "`true` where this is the answer of an earlier request with the same key.",
            text(8),
        ),
        (
            "Content-Range",
            "ContentRange",
            "Which bytes of how many these are (RFC 9110, section 14.4).",
            json!({ "type": "string", "maxLength": 100, "pattern": VISIBLE, "examples": ["bytes 1048576-2097151/3145745"] }),
        ),
        (
            "Repr-Digest",
            "ReprDigest",
            "SHA-256 of the whole file (RFC 9530), to check it by once it is put together.",
            json!({ "type": "string", "maxLength": 100, "pattern": VISIBLE }),
        ),
        ("Preference-Applied", "PreferenceApplied", "The preference that was followed (RFC 7240).", text(100)),
    ]
}

/// Header parameters that several operations take: field name, component name, description, schema.
fn parameters() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let text = |limit: usize| json!({ "type": "string", "maxLength": limit, "pattern": VISIBLE });
    vec![
        (
            "Idempotency-Key",
            "IdempotencyKey",
            "Makes a retry safe: the same key with the same body gets the first answer again. A new UUID is a good one.",
            json!({ "type": "string", "minLength": KEY_LENGTH.start(), "maxLength": KEY_LENGTH.end(), "pattern": "^[!-~]+$" }),
        ),
        (
            "If-Match",
            "IfMatch",
            "The ETag of the version that the change is meant for.",
            json!({ "type": "string", "minLength": 1, "maxLength": MAX_TAGS, "pattern": TAGS }),
        ),
        ("If-None-Match", "IfNoneMatch", "The ETag of what the caller has: 304 if it is still that.", text(MAX_TAGS)),
        (
            "Acting-Person",
            "ActingPerson",
            "Who acts, where several people share a tool: a name in percent-encoded UTF-8, 200 characters at most. Kept in the audit as said.",
            json!({ "type": "string", "minLength": 1, "maxLength": MAX_ACTING_PERSON, "pattern": PERCENT_ENCODED }),
        ),
        (
            "Prefer",
            "Prefer",
            "`handling=lenient`: faulty optional members become warnings (RFC 7240).",
            text(MAX_PREFER),
        ),
        (
            "Range",
            "Range",
            "`bytes=FROM-`, `bytes=FROM-TO` or `bytes=-LAST`: only this part (RFC 9110, section 14.2). Several parts at once are not given: then it is the whole.",
            text(MAX_RANGE),
        ),
        (
            "If-Range",
            "IfRange",
            "The ETag of what the part is to go with: of another version it is the whole.",
            text(MAX_RANGE),
        ),
        ("Content-Digest", "ContentDigest", "`sha-256=:…:` (RFC 9530): what the bytes must have.", text(MAX_DIGEST)),
    ]
}

/// Puts the shared parts under `components`.
pub(super) fn add_components(components: &mut Map<String, Value>) {
    let (mut shared_headers, mut shared_parameters, mut responses) = (Map::new(), Map::new(), Map::new());
    for (_, name, said, schema) in headers() {
        shared_headers.insert(name.to_owned(), json!({ "description": said, "schema": schema }));
    }
    for (field, name, said, schema) in parameters() {
        for (name, is_required) in [(name.to_owned(), false), (format!("{name}Required"), true)] {
            let parameter = json!({ "name": field, "in": "header", "required": is_required, "description": said, "schema": schema });
            shared_parameters.insert(name, parameter);
        }
    }
    for (_, name, said, fields) in SHARED {
        let (media_type, schema) =
            if name.starts_with("Oauth") { ("application/json", "OauthError") } else { (MEDIA_TYPE, "Problem") };
        let content = json!({ media_type: { "schema": { "$ref": format!("#/components/schemas/{schema}") } } });
        let mut response = json!({ "description": said, "content": content });
        add_headers(&mut response, fields);
        responses.insert(name.to_owned(), response);
    }
    components.insert("responses".into(), responses.into());
    components.insert("headers".into(), shared_headers.into());
    components.insert("parameters".into(), shared_parameters.into());
}

/// Headers that stand in every answer, or may.
const IN_EVERY_ANSWER: [&str; 3] = ["X-Request-Id", "RateLimit", "RateLimit-Policy"];

/// Adds references to shared headers.
fn add_headers(response: &mut Value, fields: &[&str]) {
    let Some(response) = response.as_object_mut() else { return };
    let known = headers();
    let Some(listed) = response.entry("headers").or_insert_with(|| json!({})).as_object_mut() else { return };
    for (field, name, _, _) in &known {
        if IN_EVERY_ANSWER.contains(field) || fields.contains(field) || listed.contains_key(*field) {
            listed.insert((*field).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }));
        }
    }
}

/// Completes one operation.
pub(super) fn complete(path: &str, method: &str, operation: &mut Map<String, Value>) {
    if path.starts_with("/v1/") && method != "get" {
        add_acting_person(operation);
    }
    let sent = share_parameters(operation);
    let facts = Facts::of(path, method, operation, &sent);
    let Some(responses) = operation.entry("responses").or_insert_with(|| json!({})).as_object_mut() else { return };
    for (status, response) in responses.iter_mut() {
        describe(status, response);
        add_headers(response, &facts.headers_of(status));
    }
    for (status, name, _, _) in SHARED {
        let status_text = status.to_string();
        // What says more than the shared refusal (its own content) stays.
        let says_more = responses.get(&status_text).is_some_and(|own| own.get("content").is_some());
        if facts.needs(name) && !says_more {
            responses.insert(status_text, json!({ "$ref": format!("#/components/responses/{name}") }));
        }
    }
    responses.sort_keys();
    if operation.get("description").and_then(Value::as_str).is_none_or(str::is_empty)
        && let Some(summary) = operation.get("summary").filter(|summary| summary.is_string()).cloned()
    {
        operation.insert("description".into(), summary);
    }
}

/// Whatever changes something may be told which person does it.
fn add_acting_person(operation: &mut Map<String, Value>) {
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    if let Some(parameters) = parameters.as_array_mut() {
        parameters.push(json!({ "name": "Acting-Person", "in": "header", "required": false }));
    }
}

/// What of an operation decides which refusals it can answer with.
struct Facts {
    operation: String,
    is_oauth: bool,
    is_public: bool,
    has_path_id: bool,
    changes: bool,
    is_put: bool,
    has_body: bool,
    has_parameters: bool,
    has_cursor: bool,
    sent: BTreeSet<String>,
}

impl Facts {
    fn of(path: &str, method: &str, operation: &Map<String, Value>, sent: &BTreeSet<String>) -> Self {
        let in_query = |name: Option<&str>| {
            let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
            parameters
                .filter(|p| p.get("in") == Some(&json!("query")))
                .any(|p| name.is_none_or(|name| p.get("name") == Some(&json!(name))))
        };
        Self {
            operation: operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned(),
            is_oauth: path.starts_with("/oauth2/"),
            is_public: operation.get("security") == Some(&nobody()),
            has_path_id: path.contains('{'),
            changes: method != "get",
            is_put: method == "put",
            has_body: operation.contains_key("requestBody"),
            has_parameters: in_query(None) || !sent.is_empty(),
            has_cursor: in_query(Some("cursor")),
            sent: sent.clone(),
        }
    }

    fn needs(&self, name: &str) -> bool {
        let is_api = !self.is_oauth;
        match name {
            // The code is all there is to it; and what is on hold may be held again.
            "OauthInvalidClient" if self.operation == "enrol_client" => false,
            "OauthUnauthorizedByProxy" => self.operation == "enrol_client",
            "UnauthorizedByProxy" => is_api && self.is_public,
            "Conflict" if ["hold_institution", "release_institution"].contains(&self.operation.as_str()) => false,
            name if name.starts_with("Oauth") => self.is_oauth,
            "Unauthorized" | "Forbidden" => is_api && !self.is_public,
            "NotFound" => is_api && self.has_path_id,
            "RequestTimeout" | "PayloadTooLarge" | "UnsupportedMediaType" => is_api && self.has_body,
            "Conflict" => is_api && self.changes,
            "Gone" => is_api && self.has_cursor,
            "PreconditionFailed" => is_api && (self.is_put || self.sent.contains("If-Match")),
            "PreconditionRequired" => is_api && self.is_put,
            "RangeNotSatisfiable" => self.sent.contains("Range"),
            "UnprocessableContent" => is_api && (self.has_body || self.has_parameters || !self.is_public),
            _ => is_api,
        }
    }

    /// Headers of an answer that is no refusal, by what can be sent with the request.
    fn headers_of(&self, status: &str) -> Vec<&'static str> {
        let sends = |field: &str| self.sent.contains(field);
        let mut fields = Vec::new();
        if status == "201" {
            fields.push("Location");
        }
        if status == "304" || (status.starts_with('2') && (self.is_put || sends("If-Match") || sends("If-None-Match")))
        {
            fields.push("ETag");
        }
        if status.starts_with('2') && sends("Idempotency-Key") {
            fields.push("Idempotency-Replayed");
        }
        if status == "206" {
            fields.extend(["Content-Range", "Repr-Digest"]);
        }
        if status.starts_with('2') && sends("Prefer") {
            fields.push("Preference-Applied");
        }
        if status.starts_with('2') && self.is_oauth {
            fields.push("Cache-Control");
        }
        fields
    }
}

/// Known header parameters become references; returns the field names of all header parameters.
fn share_parameters(operation: &mut Map<String, Value>) -> BTreeSet<String> {
    let mut sent = BTreeSet::new();
    let known = parameters();
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        if parameter.get("in") != Some(&json!("header")) {
            continue;
        }
        let field = parameter.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some((shared, name, _, _)) = known.iter().find(|(shared, _, _, _)| shared.eq_ignore_ascii_case(&field)) {
            let suffix = if parameter.get("required") == Some(&json!(true)) { "Required" } else { "" };
            *parameter = json!({ "$ref": format!("#/components/parameters/{name}{suffix}") });
            sent.insert((*shared).to_owned());
        } else {
            sent.insert(field);
        }
    }
    sent
}

/// OpenAPI wants a description in every answer; an empty one is left out by the generator, which makes the document invalid.
fn describe(status: &str, response: &mut Value) {
    let Some(response) = response.as_object_mut().filter(|response| !response.contains_key("$ref")) else { return };
    if response.get("description").and_then(Value::as_str).is_none_or(str::is_empty) {
        let reason = status
            .parse()
            .ok()
            .and_then(|status| actix_web::http::StatusCode::from_u16(status).ok())
            .and_then(|status| status.canonical_reason());
        response.insert("description".into(), json!(reason.unwrap_or("Answer")));
    }
}
