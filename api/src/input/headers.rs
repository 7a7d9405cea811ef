//! Headers that several operations share.

use std::convert::Infallible;
use std::fmt::Display;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpRequest};
use zvit_domain::word::{Language, Text};
use zvit_texts::text;

use crate::problem::{Code, ErrorItem, Problem, language};

/// Extractors that read headers only and never fail.
macro_rules! from_headers {
    ($($name:ident),+) => {$(
        impl FromRequest for $name {
            type Error = Infallible;
            type Future = Ready<Result<Self, Infallible>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                ready(Ok(Self::of(request.headers())))
            }
        }
    )+};
}

from_headers!(AcceptLanguage, IdempotencyKey, IfMatch);

/// Extractors that read headers only; one that is longer than the document allows is refused.
macro_rules! from_bounded_headers {
    ($($name:ident),+) => {$(
        impl FromRequest for $name {
            type Error = Problem;
            type Future = Ready<Result<Self, Problem>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                ready(Self::of(request.headers()))
            }
        }
    )+};
}

from_bounded_headers!(IfNoneMatch, Prefer);

/// Characters that `If-Match` and `If-None-Match` may have, of all lines together.
pub(crate) const MAX_TAGS: usize = 500;
/// Characters that `Prefer` may have.
pub(crate) const MAX_PREFER: usize = 200;
/// Characters that `Content-Digest` may have.
pub(crate) const MAX_DIGEST: usize = 500;
/// Characters that an idempotency key has.
pub(crate) const KEY_LENGTH: std::ops::RangeInclusive<usize> = 8..=128;

/// All lines of a header as one list, where it is sent.
///
/// # Errors
/// 422 for one that is longer than `limit`, or isn't visible ASCII.
pub(crate) fn bounded(headers: &HeaderMap, name: &'static str, limit: usize) -> Result<Option<String>, Problem> {
    let Some(text) = list(headers, name) else { return Ok(None) };
    if let Some(text) = text.filter(|text| text.len() <= limit) {
        return Ok(Some(text));
    }
    let detail = text!("header-too-long", name = name, limit = limit);
    Err(Problem::validation([ErrorItem::header(name, "header_invalid", detail)]))
}

/// A strong entity tag in the form in which it stands in headers: `"7"`.
pub fn etag(version: impl Display) -> String {
    format!("\"{version}\"")
}

/// A weak entity tag, of what says the same although not to the byte: `W/"7"`.
pub fn weak_etag(version: impl Display) -> String {
    format!("W/\"{version}\"")
}

/// The caller's language: Ukrainian where `Accept-Language` prefers it, else English.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptLanguage(pub Language);

impl AcceptLanguage {
    fn of(headers: &HeaderMap) -> Self {
        Self(language::preferred(headers))
    }
}

/// All lines of a header as one list; nothing if one of them is not visible ASCII.
fn list(headers: &HeaderMap, name: &str) -> Option<Option<String>> {
    let mut lines = headers.get_all(name).peekable();
    lines.peek()?;
    Some(lines.map(|line| line.to_str().ok()).collect::<Option<Vec<_>>>().map(|lines| lines.join(",")))
}

/// Entity tags of `If-Match` and `If-None-Match` (RFC 9110, section 13.1).
#[derive(Clone, Debug, PartialEq, Eq)]
enum Tags {
    Absent,
    Any,
    Listed(Vec<Tag>),
    Malformed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Tag {
    is_weak: bool,
    /// With its quotation marks.
    opaque: String,
}

impl Tags {
    fn of(text: Option<&str>) -> Self {
        match text {
            None => Self::Absent,
            Some(text) if text.trim() == "*" => Self::Any,
            Some(text) => tags(text).map_or(Self::Malformed, Self::Listed),
        }
    }
}

/// `W/"a", "b"`; an opaque tag may hold commas, so the text is read from quotation mark to quotation mark.
fn tags(text: &str) -> Option<Vec<Tag>> {
    let mut found = Vec::new();
    let mut rest = text.trim_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let (is_weak, quoted) = rest.strip_prefix("W/").map_or((false, rest), |quoted| (true, quoted));
        let (opaque, after) = quoted.strip_prefix('"')?.split_once('"')?;
        if opaque.bytes().any(|b| b <= b' ' || b == 0x7f) {
            return None;
        }
        found.push(Tag { is_weak, opaque: format!("\"{opaque}\"") });
        let next = after.trim_start_matches([' ', '\t']);
        if !next.is_empty() && !next.starts_with(',') {
            return None;
        }
        rest = next.trim_start_matches([' ', '\t', ',']);
    }
    (!found.is_empty()).then_some(found)
}

/// `If-Match`: the version that the caller means to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfMatch(Tags);

impl IfMatch {
    fn of(headers: &HeaderMap) -> Self {
        Self(bounded(headers, "If-Match", MAX_TAGS).map_or(Tags::Malformed, |text| Tags::of(text.as_deref())))
    }

    /// Where the header must be sent. `current` is the resource's tag, as [`etag`] makes it.
    ///
    /// # Errors
    /// 428 without the header, 412 when the resource has another version, 422 when the header can't be read.
    pub fn required(&self, current: &str) -> Result<(), Problem> {
        if self.0 == Tags::Absent {
            return Err(Problem::new(Code::PreconditionRequired).because(text!("if-match-needed")));
        }
        self.optional(current)
    }

    /// Where the header may be sent.
    ///
    /// # Errors
    /// 412 when the resource has another version, 422 when the header can't be read.
    pub fn optional(&self, current: &str) -> Result<(), Problem> {
        let holds = match &self.0 {
            Tags::Absent | Tags::Any => true,
            // The comparison is the strong one: a weak tag matches nothing.
            Tags::Listed(tags) => tags.iter().any(|tag| !tag.is_weak && tag.opaque == current),
            Tags::Malformed => {
                let detail = text!("if-match-malformed");
                return Err(Problem::validation([ErrorItem::header("If-Match", "if_match_malformed", detail)]));
            }
        };
        if holds {
            return Ok(());
        }
        Err(Problem::new(Code::PreconditionFailed).because(text!("if-match-differs")))
    }
}

/// `If-None-Match`: what the caller already has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfNoneMatch(Tags);

impl IfNoneMatch {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        Ok(Self(Tags::of(bounded(headers, "If-None-Match", MAX_TAGS)?.as_deref())))
    }

    /// Whether the caller has what `current` names, so that 304 is the answer: the comparison is the weak one. What can't be read
    /// matches nothing.
    pub fn matches(&self, current: &str) -> bool {
        let current = current.strip_prefix("W/").unwrap_or(current);
        match &self.0 {
            Tags::Any => true,
            Tags::Listed(tags) => tags.iter().any(|tag| tag.opaque == current),
            Tags::Absent | Tags::Malformed => false,
        }
    }
}

/// `Idempotency-Key`: 8 to 128 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(Option<Option<String>>);

impl IdempotencyKey {
    fn of(headers: &HeaderMap) -> Self {
        let mut lines = headers.get_all("idempotency-key");
        let Some(first) = lines.next() else { return Self(None) };
        let is_alone = lines.next().is_none();
        Self(Some(first.to_str().ok().filter(|key| is_alone && is_key(key)).map(str::to_owned)))
    }

    /// Where an operation can't do without it.
    ///
    /// # Errors
    /// 422 `idempotency_key_required` or `idempotency_key_invalid`.
    pub fn required(&self) -> Result<String, Problem> {
        let missing = || key_fault(Code::IdempotencyKeyRequired, text!("key-needed"));
        self.optional()?.ok_or_else(missing)
    }

    /// Where an operation can do without it.
    ///
    /// # Errors
    /// 422 `idempotency_key_invalid`.
    pub fn optional(&self) -> Result<Option<String>, Problem> {
        match &self.0 {
            None => Ok(None),
            Some(Some(key)) => Ok(Some(key.clone())),
            Some(None) => Err(key_fault(Code::IdempotencyKeyInvalid, text!("key-malformed"))),
        }
    }
}

/// Whether a text can be an idempotency key: also for the keys that stand in the body of a batch.
pub(crate) fn is_key(text: &str) -> bool {
    KEY_LENGTH.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

fn key_fault(code: Code, detail: Text) -> Problem {
    Problem::new(code).because(detail.clone()).error(ErrorItem::header("Idempotency-Key", code.code(), detail))
}

/// `Prefer` (RFC 7240), of which `handling` is honoured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefer {
    /// `handling=lenient`: what is optional and faulty becomes a warning.
    pub lenient: bool,
    is_stated: bool,
}

impl Prefer {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let text = bounded(headers, "Prefer", MAX_PREFER)?.unwrap_or_default();
        let preferences = text.split(',').filter_map(|preference| preference.split(';').next());
        let handling = preferences.filter_map(|preference| preference.split_once('=')).find_map(|(name, value)| {
            // The first one counts, whatever it says (RFC 7240, section 2).
            name.trim().eq_ignore_ascii_case("handling").then(|| value.trim().trim_matches('"').to_ascii_lowercase())
        });
        let is_stated = handling.as_deref().is_some_and(|value| value == "lenient" || value == "strict");
        Ok(Self { lenient: handling.as_deref() == Some("lenient"), is_stated })
    }

    /// `Preference-Applied`, if a preference was stated that was followed.
    pub fn applied(&self) -> Option<(HeaderName, HeaderValue)> {
        let value = if self.lenient { "handling=lenient" } else { "handling=strict" };
        self.is_stated.then(|| (HeaderName::from_static("preference-applied"), HeaderValue::from_static(value)))
    }
}

#[cfg(test)]
#[path = "headers_tests.rs"]
mod tests;
