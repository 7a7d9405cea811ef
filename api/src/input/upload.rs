//! A body that is too large for memory: handed on in pieces, at the same minimum rate as every other.

use std::future::{Ready, poll_fn, ready};
use std::pin::Pin;

use actix_web::body::{BodyStream, MessageBody};
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::time::{Instant, timeout_at};
use zvit_texts::text;

use super::body::{DRAIN_TIME, PROMPT, Pace, broken_off, too_slow};
use super::headers::{MAX_DIGEST, bounded};
use crate::auth::Admission;
use crate::problem::{Code, ErrorItem, Problem};

/// A body of bytes. Extraction reads nothing and never fails.
pub struct Upload {
    request: HttpRequest,
    body: Pin<Box<BodyStream<Payload>>>,
    start: Instant,
    pace: Pace,
    received: u64,
    is_over: bool,
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload").field("received", &self.received).finish_non_exhaustive()
    }
}

impl FromRequest for Upload {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (body, start) = (Box::pin(BodyStream::new(payload.take())), Instant::now());
        let request = request.clone();
        ready(Ok(Self { request, body, start, pace: Pace::new(start), received: 0, is_over: false }))
    }
}

impl Upload {
    /// Whether the body is said to be bytes.
    ///
    /// # Errors
    /// 415 otherwise.
    pub fn check_media_type(&self) -> Result<(), Problem> {
        if is_bytes(self.request.headers()) {
            return Ok(());
        }
        Err(Problem::new(Code::UnsupportedMediaType).because(text!("attachment-media-type")))
    }

    /// How long the body is said to be; nothing where that isn't said.
    pub fn declared(&self) -> Option<u64> {
        self.request
            .headers()
            .get(CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.parse().ok())
    }

    /// The SHA-256 that the body must have by its `Content-Digest` (RFC 9530), if one is stated. Other algorithms are passed by.
    ///
    /// # Errors
    /// 422 for one that can't be read.
    pub fn digest(&self) -> Result<Option<[u8; 32]>, Problem> {
        let stated = bounded(self.request.headers(), "Content-Digest", MAX_DIGEST)?.unwrap_or_default();
        let Some(value) = stated.split(',').find_map(|one| one.trim().strip_prefix("sha-256=")) else {
            return Ok(None);
        };
        let decoded = value
            .strip_prefix(':')
            .and_then(|rest| rest.strip_suffix(':'))
            .and_then(|text| STANDARD.decode(text).ok())
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        decoded.map(Some).ok_or_else(|| {
            let detail = text!("attachment-digest-malformed");
            Problem::validation([ErrorItem::header("Content-Digest", "digest_malformed", detail)])
        })
    }

    /// The next bytes; nothing at the end.
    ///
    /// # Errors
    /// 408 when they arrive too slowly, 400 when the connection broke off.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        if self.is_over {
            return Ok(None);
        }
        match timeout_at(self.pace.due(), poll_fn(|cx| self.body.as_mut().poll_next(cx))).await {
            Err(_) => self.ended(Err(too_slow())),
            Ok(Some(Err(_))) => self.ended(Err(broken_off())),
            Ok(None) => self.ended(Ok(None)),
            Ok(Some(Ok(chunk))) => {
                self.pace.arrived(Instant::now(), chunk.len());
                self.received = self.received.saturating_add(chunk.len() as u64);
                Ok(Some(chunk))
            }
        }
    }

    fn ended<T>(&mut self, with: T) -> T {
        self.is_over = true;
        with
    }

    /// Bytes that have arrived.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Judges the caller again, if the body took its time: who was shut out meanwhile acts no more.
    ///
    /// # Errors
    /// 401 and 403, as when it was let in.
    pub fn let_in_again(&self) -> Result<(), Problem> {
        if self.start.elapsed() > PROMPT { Admission::holds(&self.request) } else { Ok(()) }
    }

    /// Reads on for a while what is not wanted any more: a caller that is cut off while it sends never sees the answer.
    pub async fn drain(&mut self) {
        let end = Instant::now() + DRAIN_TIME;
        while !self.is_over && Instant::now() < end {
            match timeout_at(end, poll_fn(|cx| self.body.as_mut().poll_next(cx))).await {
                Ok(Some(Ok(_))) => {}
                _ => self.is_over = true,
            }
        }
    }
}

fn is_bytes(headers: &HeaderMap) -> bool {
    let is_plain =
        headers.get(CONTENT_ENCODING).is_none_or(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let essence =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).and_then(|text| text.split(';').next());
    is_plain && essence.is_some_and(|text| text.trim().eq_ignore_ascii_case("application/octet-stream"))
}
