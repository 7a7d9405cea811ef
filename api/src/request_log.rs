//! One log line per request: method, route, status, time, size, request id, client. The caller's address is personal data and
//! stands there only at the level `debug`. Never logged are paths as they came, query strings, headers, bodies and tokens.

use std::time::Instant;

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};

use crate::auth::LoggedClient;
use crate::net::address::CallerAddress;
use crate::problem::REQUEST_ID;

/// The target of these lines. Their text is a list of `name=value` without blanks in the values; the JSON form of the log makes
/// members of them.
pub const TARGET: &str = "zvit::request";

/// Notes the request when it has been answered.
///
/// # Errors
/// What the handler answers, unchanged.
pub async fn log_request<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    if !log::log_enabled!(target: TARGET, log::Level::Info) {
        return next.call(request).await;
    }
    let start = Instant::now();
    let method = known(request.method());
    let address = log::log_enabled!(target: TARGET, log::Level::Debug).then(|| CallerAddress::of(&request));
    let address = address.map(|address| format!(" address={address}")).unwrap_or_default();
    let response = match next.call(request).await {
        Ok(response) => response,
        Err(error) => {
            let (status, micros) = (error.as_response_error().status_code().as_u16(), start.elapsed().as_micros());
            log::info!(target: TARGET, "method={method} route=- status={status} micros={micros}{address}");
            return Err(error);
        }
    };
    let request = response.request();
    let id = response.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or("-");
    let extensions = request.extensions();
    let client = extensions.get::<LoggedClient>().map_or("-", |client| client.0.as_str());
    let bytes = match response.response().body().size() {
        BodySize::Sized(bytes) => format!(" bytes={bytes}"),
        BodySize::None | BodySize::Stream => String::new(),
    };
    log::info!(
        target: TARGET,
        "method={method} route={} status={} micros={}{bytes} request_id={id} client={client}{address}",
        request.match_pattern().as_deref().unwrap_or("-"),
        response.status().as_u16(),
        start.elapsed().as_micros(),
    );
    drop(extensions);
    Ok(response)
}

/// A method may be any word of the caller's.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "-",
    }
}
