//! The refusals of `/oauth2/*`, which speaks RFC 6749 and not problem documents.

use std::borrow::Cow;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use super::Problem;

/// Error codes of RFC 6749, section 5.2, and two of its section 4.1.2.1 for faults that are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OauthCode {
    /// A parameter is missing, stands twice or can't be read.
    InvalidRequest,
    /// What is asked for can't be done with what was sent, though all of it could be read. RFC 6749 has no status of its own
    /// for it; it is used where the request is not one of that RFC.
    Unprocessable,
    /// The body arrived too slowly.
    RequestTimeout,
    /// The body is too large.
    PayloadTooLarge,
    /// The address is too long.
    UriTooLong,
    /// The headers are too large.
    HeadersTooLarge,
    /// Client authentication failed; it is not said how.
    InvalidClient,
    /// What was presented to be traded in for a credential does not hold: the request was good, the code is not.
    InvalidGrant,
    /// The client may not use this grant type.
    UnauthorizedClient,
    /// A grant type that does not exist here.
    UnsupportedGrantType,
    /// A scope that the client does not hold.
    InvalidScope,
    /// The caller's: by this way nothing is given (a code of section 4.1.2.1 as well).
    AccessDenied,
    /// Ours: too busy, or the store does not answer.
    TemporarilyUnavailable,
    /// The caller's: too many requests. RFC 6749 has no word of its own for it.
    TooManyRequests,
    /// Ours: a defect.
    ServerError,
}

impl OauthCode {
    /// The value of `error`.
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status.
    pub fn status(self) -> u16 {
        self.row().1
    }

    fn row(self) -> (&'static str, u16) {
        match self {
            Self::InvalidRequest => ("invalid_request", 400),
            Self::Unprocessable => ("invalid_request", 422),
            Self::RequestTimeout => ("invalid_request", 408),
            Self::PayloadTooLarge => ("invalid_request", 413),
            Self::UriTooLong => ("invalid_request", 414),
            Self::HeadersTooLarge => ("invalid_request", 431),
            Self::InvalidClient => ("invalid_client", 401),
            Self::InvalidGrant => ("invalid_grant", 403),
            Self::UnauthorizedClient => ("unauthorized_client", 400),
            Self::UnsupportedGrantType => ("unsupported_grant_type", 400),
            Self::InvalidScope => ("invalid_scope", 400),
            Self::AccessDenied => ("access_denied", 403),
            Self::TemporarilyUnavailable => ("temporarily_unavailable", 503),
            Self::TooManyRequests => ("temporarily_unavailable", 429),
            Self::ServerError => ("server_error", 500),
        }
    }
}

/// A refusal of the token endpoint and its sisters.
#[derive(Clone, Debug)]
pub struct OauthError {
    code: OauthCode,
    description: Cow<'static, str>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<String>,
    is_proved: bool,
}

impl OauthError {
    /// A refusal; `description` is in English and ASCII, as RFC 6749 wants it.
    pub fn new(code: OauthCode, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: description.into(), headers: Vec::new(), cause: None, is_proved: false }
    }

    /// 401 for every way in which a client can fail to prove who it is. Unknown clients and wrong secrets look alike.
    pub fn invalid_client() -> Self {
        Self::new(OauthCode::InvalidClient, "client authentication failed")
    }

    /// 401 for a client that has proved who it is with an assertion that can't count, and may be told why.
    pub fn unusable_assertion(why: impl Into<Cow<'static, str>>) -> Self {
        Self { is_proved: true, ..Self::new(OauthCode::InvalidClient, why) }
    }

    /// 503 until `seconds` have passed.
    pub fn unavailable(seconds: u64) -> Self {
        let mut error = Self::new(OauthCode::TemporarilyUnavailable, "try again later");
        error.headers.push((RETRY_AFTER, HeaderValue::from(seconds)));
        error
    }

    /// The code.
    pub fn code(&self) -> OauthCode {
        self.code
    }

    /// Whether it answers somebody whose signature held.
    pub fn is_proved(&self) -> bool {
        self.is_proved
    }

    /// What goes to the log and never to the caller.
    pub(super) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }
}

/// What fails beneath the token endpoint comes up as a [`Problem`].
impl From<Problem> for OauthError {
    fn from(problem: Problem) -> Self {
        let parts = *problem.0;
        let (code, description) = match parts.code.status() {
            500 => (OauthCode::ServerError, "the fault is on our side"),
            429 => (OauthCode::TooManyRequests, "too many requests: try again later"),
            501..=599 => (OauthCode::TemporarilyUnavailable, "try again later"),
            403 => (OauthCode::AccessDenied, "not allowed by this way: call the service by HTTPS"),
            413 => (OauthCode::PayloadTooLarge, "the body is too large"),
            408 => (OauthCode::RequestTimeout, "the body arrived too slowly"),
            414 => (OauthCode::UriTooLong, "path and query may have 8192 bytes"),
            431 => (OauthCode::HeadersTooLarge, "a request may have 64 headers with 16384 bytes together"),
            _ => (OauthCode::InvalidRequest, "the request can't be read"),
        };
        let headers = parts.headers.into_iter().filter(|(name, _)| name == RETRY_AFTER).collect();
        Self { code, description: description.into(), headers, cause: parts.cause, is_proved: false }
    }
}

/// For logs.
impl fmt::Display for OauthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.code(), self.description)
    }
}

impl std::error::Error for OauthError {}

/// A refusal of `/oauth2/*` (RFC 6749, section 5.2).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OauthError)]
pub struct OauthErrorBody {
    /// The kind, such as `invalid_client`.
    #[schema(max_length = 64, pattern = "^[a-z_]+$", example = "invalid_client")]
    error: &'static str,
    /// For the developer of the client, in English.
    #[schema(max_length = 500, example = "client authentication failed")]
    error_description: String,
}

impl ResponseError for OauthError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((CACHE_CONTROL, "no-store")).insert_header((PRAGMA, "no-cache"));
        if self.code == OauthCode::InvalidClient {
            // RFC 9110, section 11.6.1 wants a challenge with every 401, however the client had tried.
            response.insert_header((WWW_AUTHENTICATE, "Basic realm=\"zvit\", charset=\"UTF-8\""));
        }
        for (name, value) in &self.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        response.json(OauthErrorBody { error: self.code.code(), error_description: self.description.to_string() })
    }
}
