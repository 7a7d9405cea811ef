//! The two wraps that enforce the limits: one within [`crate::problem::edge`], whose refusals it renders, and one around it,
//! which decides whether the connection stays open.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header::{AUTHORIZATION, HeaderName, HeaderValue, TRANSFER_ENCODING};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage, HttpResponse, web};
use futures_core::Stream;

use super::capacity::{Class, is_oauth, routed_path};
use super::rate::Verdict;
use super::{Limits, hygiene};
use crate::problem::{Code, OauthError, Problem};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// A constant answer that costs less than a refusal, and what a load balancer goes by.
const NEVER_LIMITED: &str = "/healthz";

/// Nobody knows where the next request on this connection begins, or it isn't worth finding out.
#[derive(Debug, Clone, Copy)]
struct CloseAfter;

/// The inner wrap (`.wrap(from_fn(limits_edge))`, before [`crate::problem::edge`] is added): judges the head, counts what is at
/// work, and counts what fails against the address.
///
/// # Errors
/// Those of inner wraps, unchanged.
pub async fn limits_edge<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let Some(limits) = request.app_data::<web::Data<Limits>>().cloned() else {
        return Ok(next.call(request).await?.map_into_left_body());
    };
    if let Err(problem) = hygiene::check(request.method(), request.uri(), request.headers()) {
        request.extensions_mut().insert(CloseAfter);
        let verdict = limits.count_address(&request);
        return Ok(refuse(request, verdict.wait_s.map_or(problem, Problem::rate_limited), Some(&verdict)));
    }
    let before = needs_no_proof(&request).then(|| limits.count_address(&request));
    if let Some((verdict, seconds)) = before.and_then(|verdict| Some((verdict, verdict.wait_s?))) {
        return Ok(refuse(request, Problem::rate_limited(seconds), Some(&verdict)));
    }
    let Some(_at_work) = limits.capacity.enter(Class::of(request.method(), routed_path(request.request()))) else {
        return Ok(refuse(request, Problem::overloaded(2), None));
    };
    let mut response = next.call(request).await?;
    let proved = response.request().extensions_mut().remove::<Verdict>();
    let verdict = proved.or(before).or_else(|| failure(&limits, &response));
    let Some(verdict) = verdict else { return Ok(response.map_into_left_body()) };
    if let (None, None, Some(seconds)) = (proved, before, verdict.wait_s)
        && !tells_what_was_proved(&response)
    {
        let refusal = HttpResponse::from_error(Problem::rate_limited(seconds));
        let mut refused = response.into_response(refusal).map_into_right_body();
        say(&mut refused, &verdict);
        return Ok(refused);
    }
    say(&mut response, &verdict);
    Ok(response.map_into_left_body())
}

/// Whether it is plain before any work that the request proves nothing: nobody asks for proof, or none is shown.
fn needs_no_proof(request: &ServiceRequest) -> bool {
    let path = routed_path(request.request());
    let is_public = !path.starts_with("/v1/") && !is_oauth(path);
    let shows_none = path.starts_with("/v1/") && !request.headers().contains_key(AUTHORIZATION);
    (is_public && path != NEVER_LIMITED) || shows_none
}

/// Counts an answer to somebody who has proved nothing. A good request for a token has proved itself by its answer; what is
/// our own fault counts against nobody.
fn failure<B>(limits: &Limits, response: &ServiceResponse<B>) -> Option<Verdict> {
    let path = routed_path(response.request());
    if path == NEVER_LIMITED || !response.status().is_client_error() {
        return None;
    }
    let of_tokens = is_oauth(path);
    let request = response.request();
    Some(if of_tokens { limits.count_token_failure(request) } else { limits.count_address(request) })
}

/// Whether a refusal follows a signature that held: its holder must hear that a new token or assertion will do, whatever others
/// at the address have used up.
fn tells_what_was_proved<B>(response: &ServiceResponse<B>) -> bool {
    response.response().error().is_some_and(|error| {
        let is_of_token = |problem: &Problem| matches!(problem.code(), Code::TokenExpired | Code::TokenRevoked);
        error.as_error::<Problem>().is_some_and(is_of_token)
            || error.as_error::<OauthError>().is_some_and(OauthError::is_proved)
    })
}

fn refuse<B>(request: ServiceRequest, problem: Problem, verdict: Option<&Verdict>) -> ServiceResponse<EitherBody<B>> {
    let mut response = request.error_response(problem);
    if let Some(verdict) = verdict {
        say(&mut response, verdict);
    }
    response.map_into_right_body()
}

fn say<B>(response: &mut ServiceResponse<B>, verdict: &Verdict) {
    for (name, field) in [(RATE_LIMIT_POLICY, verdict.policy_field()), (RATE_LIMIT, verdict.state_field())] {
        if let Ok(value) = HeaderValue::try_from(field) {
            response.headers_mut().insert(name, value);
        }
    }
}

/// The outer wrap (after [`crate::problem::edge`] is added): ends the connection where the body was not taken to its end, where
/// the request was ambiguous, and, when connections are short, after everything that isn't intake.
///
/// # Errors
/// Those of inner wraps, unchanged.
pub async fn close_edge<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let limits = request.app_data::<web::Data<Limits>>().cloned();
    let class = Class::of(request.method(), routed_path(request.request()));
    let body = request.headers().contains_key(TRANSFER_ENCODING).then(|| Shared::of(&mut request));
    let mut response = next.call(request).await?;
    let gives_way = class == Class::Other && limits.is_some_and(|limits| limits.capacity.is_crowded());
    let is_ambiguous = response.request().extensions().get::<CloseAfter>().is_some();
    if gives_way || is_ambiguous || leaves_body(response.status()) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(match body {
        None => response.map_into_left_body(),
        Some(request) => response
            .map_body(|_, answer| EitherBody::right(BoxBody::new(Holding { answer: BoxBody::new(answer), request }))),
    })
}

/// Answers that are given before the body has come to its end.
fn leaves_body(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::REQUEST_TIMEOUT
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::URI_TOO_LONG
            | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
    )
}

/// The body of a request, shared between its reader and the answer. The framework reads on for ever, without a deadline, what
/// is left of a chunked body that nobody holds any more; one that is still held when the answer is out ends the connection.
#[derive(Clone)]
struct Shared(Rc<RefCell<Payload>>);

impl Shared {
    fn of(request: &mut ServiceRequest) -> Self {
        let shared = Self(Rc::new(RefCell::new(request.take_payload())));
        let stream: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> = Box::pin(shared.clone());
        request.set_payload(stream.into());
        shared
    }
}

impl Stream for Shared {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(cx)
    }
}

/// An answer that holds the body of its request until it is out.
struct Holding {
    answer: BoxBody,
    #[allow(dead_code, reason = "it is there to be dropped late")]
    request: Shared,
}

impl MessageBody for Holding {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.answer.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.answer).poll_next(cx)
    }
}
