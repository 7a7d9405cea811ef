//! One log line per request: method, route, status, time, request id, client. No query strings, bodies or tokens.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};

use crate::auth::LoggedClient;
use crate::problem::REQUEST_ID;

/// Notes the request when it has been answered.
///
/// # Errors
/// What the handler answers, unchanged.
pub async fn log_request<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    if !log::log_enabled!(target: "zvit::request", log::Level::Info) {
        return next.call(request).await;
    }
    let start = Instant::now();
    let method = request.method().clone();
    let response = next.call(request).await?;
    let request = response.request();
    let id = response.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or("-");
    let extensions = request.extensions();
    let client = extensions.get::<LoggedClient>().map_or("-", |client| client.0.as_str());
    log::info!(
        target: "zvit::request",
        "method={method} route={} status={} micros={} request_id={id} client={client}",
        request.match_pattern().as_deref().unwrap_or("-"),
        response.status().as_u16(),
        start.elapsed().as_micros(),
    );
    drop(extensions);
    Ok(response)
}
