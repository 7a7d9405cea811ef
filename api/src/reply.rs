//! Answers as HTTP responses.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LOCATION};
use serde::Serialize;

use crate::flows::idempotency::Kept;
use crate::problem::Problem;

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A kept answer, fresh or repeated.
pub fn kept(answer: Kept) -> HttpResponse {
    let mut response = HttpResponse::build(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK));
    response.insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json")));
    if let Some(location) = answer.location {
        response.insert_header((LOCATION, location));
    }
    if let Some(etag) = answer.etag {
        response.insert_header((ETAG, etag));
    }
    if answer.replayed {
        response.insert_header((REPLAYED, HeaderValue::from_static("true")));
    }
    response.body(answer.body)
}

/// A value as it stands now.
///
/// # Errors
/// When it can't be JSON: a defect.
pub fn json(value: &impl Serialize) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().content_type("application/json").body(serde_json::to_string(value)?))
}

/// A value with its version.
///
/// # Errors
/// When it can't be JSON: a defect.
pub fn tagged(value: &impl Serialize, etag: &str) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_string(value)?;
    Ok(HttpResponse::Ok().content_type("application/json").insert_header((ETAG, etag)).body(body))
}

/// Nothing has changed.
pub fn not_modified(etag: &str) -> HttpResponse {
    HttpResponse::NotModified().insert_header((ETAG, etag)).finish()
}
