//! `Range` and `If-Range` (RFC 9110, sections 13.1.5 and 14): which part of a file is asked for, so that a download that broke off
//! goes on where it did.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_RANGE, HeaderMap, HeaderValue};
use actix_web::{FromRequest, HttpRequest};

use super::headers::bounded;
use crate::problem::{Code, Problem};

/// Characters that `Range` may have.
pub(crate) const MAX_RANGE: usize = 200;

/// What part is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range {
    range: Option<String>,
    /// The tag of what the caller has the beginning of.
    only_of: Option<String>,
}

/// A part of a file: where it begins, and how many bytes it has; at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The number of bytes before it.
    pub from: u64,
    /// Its bytes.
    pub length: u64,
}

impl FromRequest for Range {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request.headers()))
    }
}

impl Range {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let range = bounded(headers, "Range", MAX_RANGE)?;
        Ok(Self { range, only_of: bounded(headers, "If-Range", MAX_RANGE)? })
    }

    /// The part of a file of `size` bytes that is asked for; none where it is all of it. What can't be read, several parts at once, and
    /// a part of another version are taken as if they were not there, as the standard lets a server do.
    ///
    /// # Errors
    /// 416 for a part that the file doesn't have.
    pub fn part(&self, size: u64, tag: &str) -> Result<Option<Part>, Problem> {
        let is_another = self.only_of.as_ref().is_some_and(|only_of| only_of != tag);
        let Some(asked) = self.range.as_deref().filter(|_| !is_another).and_then(read) else { return Ok(None) };
        let part = match asked {
            Asked::From(from, last) if from < size => {
                let end = last.map_or(size, |last| last.saturating_add(1).min(size));
                Part { from, length: end - from }
            }
            Asked::Last(length) if length > 0 && size > 0 => {
                let length = length.min(size);
                Part { from: size - length, length }
            }
            _ => return Err(out_of(size)),
        };
        Ok(Some(part))
    }
}

fn out_of(size: u64) -> Problem {
    let problem = Problem::new(Code::RangeNotSatisfiable);
    match HeaderValue::try_from(format!("bytes */{size}")) {
        Ok(value) => problem.header(CONTENT_RANGE, value),
        Err(_) => problem,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// From this byte on, to another one if it is said.
    From(u64, Option<u64>),
    /// So many at the end.
    Last(u64),
}

fn read(text: &str) -> Option<Asked> {
    let (unit, set) = text.split_once('=')?;
    let (first, last) = set.trim().split_once('-')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // What is larger than any file is out of every one.
        is_number.then(|| text.parse().unwrap_or(u64::MAX))
    };
    match (first, last) {
        ("", last) => number(last).map(Asked::Last),
        (first, "") => number(first).map(|first| Asked::From(first, None)),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(Asked::From(first, Some(last)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> Range {
        Range { range: Some(text.into()), only_of: None }
    }

    #[test]
    fn one_part_is_read_in_every_form() {
        for (text, from, length) in [
            ("bytes=0-0", 0, 1),
            ("bytes=0-9", 0, 10),
            ("bytes=3-", 3, 7),
            ("bytes=3-5", 3, 3),
            ("Bytes = 3-99999999999999999999", 3, 7),
            ("bytes=-4", 6, 4),
            ("bytes=-99", 0, 10),
            ("bytes=9-", 9, 1),
        ] {
            assert_eq!(range(text).part(10, "\"t\"").unwrap(), Some(Part { from, length }), "{text}");
        }
    }

    #[test]
    fn what_the_file_does_not_have_is_refused() {
        for (text, size) in [("bytes=10-", 10), ("bytes=10-12", 10), ("bytes=-0", 10), ("bytes=0-", 0), ("bytes=-1", 0)]
        {
            let refused = range(text).part(size, "\"t\"").unwrap_err();
            assert_eq!(refused.code(), Code::RangeNotSatisfiable, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_as_if_it_were_not_there() {
        for text in
            ["", "bytes", "bytes=", "bytes=-", "bytes=5-3", "bytes=a-b", "bytes=+1-2", "lines=1-2", "bytes=0-1,3-4"]
        {
            assert_eq!(range(text).part(10, "\"t\"").unwrap(), None, "{text}");
        }
        assert_eq!(Range::default().part(10, "\"t\"").unwrap(), None);
    }

    #[test]
    fn a_part_of_another_version_is_not_given() {
        let of = |tag: &str| Range { only_of: Some(tag.into()), ..range("bytes=3-") };
        assert!(of("\"t\"").part(10, "\"t\"").unwrap().is_some());
        for other in ["\"u\"", "W/\"t\"", "Sun, 29 Nov 2026 00:00:00 GMT"] {
            assert_eq!(of(other).part(10, "\"t\"").unwrap(), None, "{other}");
        }
        assert_eq!(Range { only_of: Some("\"u\"".into()), ..range("bytes=10-") }.part(10, "\"t\"").unwrap(), None);
    }
}
