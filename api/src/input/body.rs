//! The body: read under a limit and a minimum rate, judged when the handler asks.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::time::Duration;

use actix_web::body::{BodyStream, MessageBody};
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};
use utoipa::ToSchema;

use zvit_texts::text;

use super::{Checked, Schemas, json};
use crate::auth::Admission;
use crate::problem::{Code, Problem};

/// Limit of a JSON body in bytes.
pub const JSON_LIMIT: usize = 256 * 1024;

/// Limit of a batch of reports in bytes.
pub const BATCH_LIMIT: usize = 4 * 1024 * 1024;

/// What is too large is still read to here before it is refused: a caller that is cut off while it sends never sees the answer.
const DRAIN_LIMIT: usize = 16 * 1024 * 1024;

/// A body may start slowly for so long …
const GRACE: Duration = Duration::from_secs(5);

/// … and must then have arrived at so many bytes per second on the whole: links are bad, so time alone doesn't end it.
const MINIMUM_RATE: u64 = 512;

/// Whoever sends for longer than this is judged again when the body is there: who was shut out meanwhile acts no more.
pub(super) const PROMPT: Duration = Duration::from_millis(500);

/// Nor may what came fast at first buy silence later: nobody is ahead by more than this.
const LONGEST_SILENCE: Duration = Duration::from_secs(15);

/// What is too large is read on for so long at most.
pub(super) const DRAIN_TIME: Duration = Duration::from_secs(5);

/// By when more of a body must have arrived.
#[derive(Debug)]
pub(super) struct Pace {
    due: Instant,
}

impl Pace {
    pub(super) fn new(start: Instant) -> Self {
        Self { due: start + GRACE }
    }

    pub(super) fn due(&self) -> Instant {
        self.due
    }

    pub(super) fn arrived(&mut self, now: Instant, bytes: usize) {
        let bought = Duration::from_millis((bytes as u64).saturating_mul(1000) / MINIMUM_RATE);
        self.due = self.due.checked_add(bought).unwrap_or(self.due).min(now + LONGEST_SILENCE);
    }
}

/// A body of up to `LIMIT` bytes. Extraction never fails.
#[derive(Debug)]
pub struct Body<const LIMIT: usize = JSON_LIMIT> {
    media_type: MediaType,
    content: Result<Bytes, Problem>,
}

/// Limit of a body of `/oauth2/*` in bytes: parameters of 4 KiB at most, of which percent-encoding may make three times as
/// many; and room for who sends too much of one to be told so.
pub const OAUTH_LIMIT: usize = 64 * 1024;

/// The body of a request to `/oauth2/*`.
pub type OauthBody = Body<OAUTH_LIMIT>;

/// The body of a batch of reports.
pub type BatchBody = Body<BATCH_LIMIT>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MediaType {
    Json,
    None,
    Other,
}

impl<const LIMIT: usize> Body<LIMIT> {
    /// Whether nothing was sent at all: of operations whose body is optional.
    pub fn is_empty(&self) -> bool {
        self.content.as_ref().is_ok_and(Bytes::is_empty)
    }

    /// The bytes, of whatever media type.
    ///
    /// # Errors
    /// 401 and 403 when the caller was shut out while they arrived, 413 above the limit, 408 when they arrived too slowly, 400
    /// when the connection broke off.
    pub fn raw(&self) -> Result<&Bytes, Problem> {
        self.content.as_ref().map_err(Problem::clone)
    }

    /// The body as JSON, unjudged but for its form, and its bytes.
    ///
    /// # Errors
    /// 415, 413, 408, and 400 for what is not JSON.
    pub fn value(&self) -> Result<(Value, Bytes), Problem> {
        if self.media_type != MediaType::Json {
            return Err(Problem::new(Code::UnsupportedMediaType).because(text!("body-not-json")));
        }
        let bytes = self.raw()?;
        Ok((json::parse(bytes)?, bytes.clone()))
    }

    /// The body as `T`, with every fault that the schema of `T` finds in it. The caller decides between
    /// [`Checked::strict`] and [`Checked::lenient`].
    ///
    /// # Errors
    /// As [`Body::value`]; and 422 where nothing can be made of it as a `T`.
    pub fn json<T: DeserializeOwned + ToSchema>(&self, schemas: &Schemas) -> Result<Checked<T>, Problem> {
        let (value, raw) = self.value()?;
        schemas.check(value, raw)
    }
}

impl<const LIMIT: usize> FromRequest for Body<LIMIT> {
    type Error = std::convert::Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = media_type(request.headers());
        let declared =
            request.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<usize>().ok());
        let payload = payload.take();
        let (request, start) = (request.clone(), Instant::now());
        Box::pin(async move {
            let content = if declared.is_some_and(|length| length > DRAIN_LIMIT) {
                Err(too_large(LIMIT))
            } else {
                read(payload, LIMIT).await
            };
            let content = match content {
                Ok(_) if start.elapsed() > PROMPT => Admission::holds(&request).and(content),
                content => content,
            };
            Ok(Self { media_type, content })
        })
    }
}

fn media_type(headers: &HeaderMap) -> MediaType {
    if headers.get(CONTENT_ENCODING).is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return MediaType::Other;
    }
    let Some(value) = headers.get(CONTENT_TYPE) else { return MediaType::None };
    let mut parts = value.to_str().unwrap_or_default().split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, charset)) if name.trim().eq_ignore_ascii_case("charset") => {
            charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    if is_json && is_utf8 { MediaType::Json } else { MediaType::Other }
}

async fn read(payload: Payload, limit: usize) -> Result<Bytes, Problem> {
    let mut stream = pin!(BodyStream::new(payload));
    let (mut pace, mut received, mut kept) = (Pace::new(Instant::now()), 0_usize, BytesMut::new());
    let mut drained: Option<Instant> = None;
    loop {
        let due = drained.map_or(pace.due, |end| end.min(pace.due));
        match timeout_at(due, poll_fn(|cx| stream.as_mut().poll_next(cx))).await {
            Err(_) if drained.is_some() => break,
            Err(_) => return Err(too_slow()),
            Ok(None) => break,
            Ok(Some(Err(_))) => return Err(broken_off()),
            Ok(Some(Ok(chunk))) => {
                let now = Instant::now();
                pace.arrived(now, chunk.len());
                received = received.saturating_add(chunk.len());
                if received <= limit {
                    kept.extend_from_slice(&chunk);
                    continue;
                }
                kept = BytesMut::new();
                // A stream that is always ready never lets the time-out speak.
                if received > DRAIN_LIMIT || now >= *drained.get_or_insert(now + DRAIN_TIME) {
                    break;
                }
            }
        }
    }
    if received > limit { Err(too_large(limit)) } else { Ok(kept.freeze()) }
}

fn too_large(limit: usize) -> Problem {
    let kib = limit / 1024;
    Problem::new(Code::PayloadTooLarge).because(text!("body-too-large", kib = kib))
}

pub(super) fn too_slow() -> Problem {
    Problem::new(Code::RequestTimeout).because(text!("body-too-slow"))
}

pub(super) fn broken_off() -> Problem {
    Problem::new(Code::BadRequest).because(text!("body-broke-off"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    async fn body(request: TestRequest) -> Body<16> {
        let (request, mut payload) = request.to_http_parts();
        Body::from_request(&request, &mut payload).await.unwrap()
    }

    #[actix_web::test]
    async fn the_media_type_is_judged_before_the_size() {
        for good in ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""] {
            let body = body(TestRequest::post().insert_header(("Content-Type", good)).set_payload("{}")).await;
            assert!(body.value().is_ok(), "{good}");
        }
        for bad in ["text/plain", "application/json; charset=latin1", "application/problem+json", ""] {
            let body = body(TestRequest::post().insert_header(("Content-Type", bad)).set_payload("x".repeat(17))).await;
            assert_eq!(body.value().unwrap_err().code(), Code::UnsupportedMediaType, "{bad}");
        }
        let none = body(TestRequest::post().set_payload("{}")).await;
        assert_eq!(none.value().unwrap_err().code(), Code::UnsupportedMediaType);
        let zipped = TestRequest::post()
            .insert_header(("Content-Type", "application/json"))
            .insert_header(("Content-Encoding", "gzip"));
        assert_eq!(body(zipped).await.value().unwrap_err().code(), Code::UnsupportedMediaType);
    }

    #[test]
    fn what_came_fast_buys_no_long_silence_and_a_slow_link_is_no_fault() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let mut burst = Pace::new(start);
        assert_eq!(burst.due, at(5));
        burst.arrived(at(1), BATCH_LIMIT);
        assert_eq!(burst.due, at(16), "four megabytes buy no more than fifteen seconds");
        burst.arrived(at(15), 1);
        assert!(burst.due < at(17), "nor does a byte in time");
        let mut steady = Pace::new(start);
        for second in 1..=10_000 {
            assert!(at(second) < steady.due, "{second}");
            steady.arrived(at(second), 512);
        }
        let mut slow = Pace::new(start);
        let ends = (1..=1_000).find(|second| {
            let is_late = at(*second) >= slow.due;
            slow.arrived(at(*second), 500);
            is_late
        });
        assert!(ends.is_some(), "less than that on the whole ends it");
    }

    #[actix_web::test]
    async fn a_body_too_large_is_drained_for_five_seconds_at_most() {
        struct Dripping(usize);
        impl futures_core::Stream for Dripping {
            type Item = Result<Bytes, actix_web::error::PayloadError>;
            fn poll_next(
                mut self: Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Option<Self::Item>> {
                if self.0 == 0 {
                    return std::task::Poll::Pending;
                }
                self.0 -= 1;
                std::task::Poll::Ready(Some(Ok(Bytes::from(vec![b' '; 10_000]))))
            }
        }
        let stream: Pin<Box<dyn futures_core::Stream<Item = _>>> = Box::pin(Dripping(10));
        let start = Instant::now();
        let fault = read(Payload::from(stream), 16).await.unwrap_err();
        assert_eq!(fault.code(), Code::PayloadTooLarge);
        assert!((4..10).contains(&start.elapsed().as_secs()));
    }

    #[actix_web::test]
    async fn the_limit_is_the_last_byte_that_is_taken() {
        let json = |text: &str| {
            TestRequest::post().insert_header(("Content-Type", "application/json")).set_payload(text.to_owned())
        };
        assert!(body(json("[1234567890,123]")).await.value().is_ok());
        assert_eq!(body(json("[1234567890,1234]")).await.value().unwrap_err().code(), Code::PayloadTooLarge);
        assert!(body(json("")).await.is_empty());
    }
}
