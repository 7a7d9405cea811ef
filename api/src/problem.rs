//! Refusals as problem documents (RFC 9457), and the one place where the HTTP edge turns errors into answers.
//!
//! Handlers return `Result<_, Problem>` and never name a status: [`Code`] holds the table. [`edge`], the outermost wrap of the
//! application, renders problems (and the errors that the framework itself makes) as `application/problem+json` in the
//! caller's language.

mod body;
mod codes;
mod edge;
pub(crate) mod language;
mod oauth;

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER, VARY, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::Value;
use zvit_domain::fault::Fault;
use zvit_domain::word::{Language, Text};
use zvit_texts::text;

pub use body::{MEDIA_TYPE, ProblemBody};
pub use codes::Code;
pub use edge::{DutyLine, REQUEST_ID, RequestId, edge};
pub use oauth::{OauthCode, OauthError, OauthErrorBody};

/// So many faults are listed at most: an answer must not be many times as large as the request that it refuses.
pub const MAX_ERRORS: usize = 1_000;

/// A refusal on its way to the caller. Nothing in it but [`Problem::internal`]'s cause stays inside.
#[derive(Clone, Debug)]
pub struct Problem(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    code: Code,
    detail: Option<Text>,
    errors: Vec<ErrorItem>,
    extensions: Vec<(&'static str, Extension)>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<String>,
}

#[derive(Clone, Debug)]
enum Extension {
    Json(Value),
    Text(Text),
}

/// One of several faults, with the place it is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorItem {
    /// Where it is.
    pub place: Place,
    /// Stable code in snake_case.
    pub code: &'static str,
    /// What is wrong and what would be right.
    pub detail: Text,
}

/// The part of a request that is at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// JSON Pointer (RFC 6901) into the body; the whole body is the empty pointer.
    Pointer(String),
    /// Name of a query parameter.
    Parameter(String),
    /// Name of a header.
    Header(String),
}

impl ErrorItem {
    /// A fault of the body.
    pub fn pointer(pointer: impl Into<String>, code: &'static str, detail: Text) -> Self {
        Self { place: Place::Pointer(pointer.into()), code, detail }
    }

    /// A fault of a query parameter.
    pub fn parameter(name: impl Into<String>, code: &'static str, detail: Text) -> Self {
        Self { place: Place::Parameter(name.into()), code, detail }
    }

    /// A fault of a header.
    pub fn header(name: impl Into<String>, code: &'static str, detail: Text) -> Self {
        Self { place: Place::Header(name.into()), code, detail }
    }
}

impl From<Fault> for ErrorItem {
    fn from(fault: Fault) -> Self {
        Self { place: Place::Pointer(fault.pointer), code: fault.code, detail: fault.detail }
    }
}

impl Problem {
    /// A problem of this kind; without further words its detail repeats the title.
    pub fn new(code: Code) -> Self {
        let (errors, extensions, headers) = (Vec::new(), Vec::new(), Vec::new());
        Self(Box::new(Parts { code, detail: None, errors, extensions, headers, cause: None }))
    }

    /// What happened here and what to do about it.
    #[must_use]
    pub fn because(mut self, detail: Text) -> Self {
        self.0.detail = Some(detail);
        self
    }

    /// Adds one located fault.
    #[must_use]
    pub fn error(mut self, item: ErrorItem) -> Self {
        self.0.errors.push(item);
        self
    }

    /// Adds located faults.
    #[must_use]
    pub fn errors(mut self, items: impl IntoIterator<Item = ErrorItem>) -> Self {
        self.0.errors.extend(items);
        self
    }

    /// Adds a member of its own to the document, such as `incident_id`. What can't be written as JSON is left out.
    #[must_use]
    pub fn extension(mut self, name: &'static str, value: impl Serialize) -> Self {
        if let Ok(value) = serde_json::to_value(value) {
            self.0.extensions.push((name, Extension::Json(value)));
        }
        self
    }

    /// Takes a member of its own out again.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.extensions.retain(|(own, _)| *own != name);
        self
    }

    /// Adds a member whose text follows the caller's language, such as `support`. The last one of a name wins.
    #[must_use]
    pub fn text(mut self, name: &'static str, text: Text) -> Self {
        self.0.extensions.push((name, Extension::Text(text)));
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// Says after how many seconds another attempt makes sense.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// The same problem seen from an enclosing document: every pointer gets `prefix` in front.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        for item in &mut self.0.errors {
            if let Place::Pointer(pointer) = &mut item.place {
                pointer.insert_str(0, prefix);
            }
        }
        self
    }

    /// Lists at most so many located faults.
    #[must_use]
    pub fn at_most(mut self, errors: usize) -> Self {
        self.0.errors.truncate(errors);
        self
    }

    /// The kind.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.0.code.status()
    }

    /// The located faults.
    pub fn error_items(&self) -> &[ErrorItem] {
        &self.0.errors
    }

    /// 404, for what is not there and for what is not the caller's: the two are not told apart.
    pub fn not_found() -> Self {
        Self::new(Code::NotFound).because(text!("nothing-here"))
    }

    /// 500. The cause goes to the log beside the request id and never to the caller.
    pub fn internal(cause: impl fmt::Display) -> Self {
        let mut problem = Self::new(Code::Internal).because(text!("fault-is-ours"));
        problem.0.cause = Some(cause.to_string());
        problem
    }

    /// 503 until `seconds` have passed.
    pub fn unavailable(seconds: u64) -> Self {
        Self::try_later(Code::Unavailable, seconds)
    }

    /// 503 because a queue or pool is full.
    pub fn overloaded(seconds: u64) -> Self {
        Self::try_later(Code::Overloaded, seconds)
    }

    /// 429 until `seconds` have passed.
    pub fn rate_limited(seconds: u64) -> Self {
        Self::new(Code::RateLimited).because(text!("too-many-requests")).retry_after(seconds)
    }

    /// 503 because the store does not answer; the cause goes to the log only.
    pub fn store_unavailable(cause: impl fmt::Display) -> Self {
        let mut problem = Self::try_later(Code::StoreUnavailable, 2);
        problem.0.cause = Some(cause.to_string());
        problem
    }

    fn try_later(code: Code, seconds: u64) -> Self {
        Self::new(code).because(text!("try-later")).retry_after(seconds)
    }

    /// 401 without any credentials (RFC 6750, section 3: no error code then).
    pub fn token_missing() -> Self {
        Self::new(Code::TokenMissing)
            .because(text!("token-needed"))
            .header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"zvit\""))
    }

    /// 401 for a token that does not hold; why exactly is of use to forgers only.
    pub fn token_invalid() -> Self {
        Self::token_refused(Code::TokenInvalid).because(text!("token-does-not-verify"))
    }

    /// 401 for a token whose time is over.
    pub fn token_expired() -> Self {
        Self::token_refused(Code::TokenExpired).because(text!("token-too-old"))
    }

    /// 401 for a token that was revoked, or whose client was disabled or got new credentials.
    pub fn token_revoked() -> Self {
        Self::token_refused(Code::TokenRevoked).because(text!("token-ended"))
    }

    fn token_refused(code: Code) -> Self {
        let challenge = HeaderValue::from_static("Bearer realm=\"zvit\", error=\"invalid_token\"");
        Self::new(code).header(WWW_AUTHENTICATE, challenge)
    }

    /// 403 for an institution whose credentials may be in an attacker's hands.
    pub fn institution_on_hold() -> Self {
        Self::new(Code::InstitutionOnHold).because(text!("access-on-hold"))
    }

    /// 403 naming the scope that would be needed (RFC 6750, section 3.1).
    pub fn scope_lacking(scope: &'static str) -> Self {
        let problem = Self::new(Code::ScopeLacking).because(text!("scope-needed", scope = scope));
        match HeaderValue::try_from(format!("Bearer realm=\"zvit\", error=\"insufficient_scope\", scope=\"{scope}\"")) {
            Ok(challenge) => problem.header(WWW_AUTHENTICATE, challenge),
            Err(_) => problem,
        }
    }

    /// 405 with the methods that the path has.
    pub fn method_not_allowed(allowed: &[&str]) -> Self {
        let allowed = allowed.join(", ");
        let problem = Self::new(Code::MethodNotAllowed).because(text!("methods-here", allowed = &allowed));
        match HeaderValue::try_from(allowed) {
            Ok(value) => problem.header(ALLOW, value),
            Err(_) => problem,
        }
    }

    /// 422 with located faults, wherever they are.
    pub fn validation(items: impl IntoIterator<Item = ErrorItem>) -> Self {
        let mut problem = Self::new(Code::ValidationFailed).errors(items);
        let count = problem.0.errors.len();
        problem.0.errors.truncate(MAX_ERRORS);
        problem.because(text!("faults-listed", count = count))
    }

    fn detail_in(&self, language: Language) -> &str {
        self.0.detail.as_ref().map_or(self.0.code.title(language), |text| text.in_language(language))
    }

    fn response(&self, body: &ProblemBody, language: Language) -> HttpResponse {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        response.insert_header(("Content-Type", MEDIA_TYPE)).insert_header(("Cache-Control", "no-store"));
        response.insert_header(("Content-Language", language.code())).insert_header((VARY, "Accept-Language"));
        for (name, value) in &self.0.headers {
            response.append_header((name.clone(), value.clone()));
        }
        response.body(body.to_string())
    }
}

impl From<Vec<Fault>> for Problem {
    fn from(faults: Vec<Fault>) -> Self {
        Self::validation(faults.into_iter().map(ErrorItem::from))
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::validation([fault.into()])
    }
}

/// For logs: the code and, of an internal error, its cause.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code.code())?;
        self.0.cause.as_ref().map_or(Ok(()), |cause| write!(f, ": {cause}"))
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Without a request at hand, so in English and without `instance`: [`edge`] writes it anew.
    fn error_response(&self) -> HttpResponse {
        self.response(&self.body(Language::En, None, None), Language::En)
    }
}
