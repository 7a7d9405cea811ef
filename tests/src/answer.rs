//! What the service answered, with everything a failing assertion should show.

use serde_json::Value;
use ureq::http::HeaderMap;

/// An answer over HTTP.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The method that was used.
    pub method: String,
    /// The URL that was asked for.
    pub url: String,
    /// What was sent, for messages.
    pub sent: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub bytes: Vec<u8>,
    /// The body as JSON; null when it is none.
    pub value: Value,
}

/// A problem document (RFC 9457).
pub type Problem = Answer;

const SHOWN: usize = 6_000;

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{} {}", self.method, self.url)?;
        if !self.sent.is_empty() {
            writeln!(f, "{}", shortened(&self.sent))?;
        }
        writeln!(f, "-> {}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        match &self.value {
            Value::Null => write!(f, "{}", shortened(&self.text())),
            value => write!(f, "{}", shortened(&format!("{value:#}"))),
        }
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}… ({} bytes)", &text[..at], text.len()),
        None => text.to_owned(),
    }
}

impl Answer {
    /// Asserts the status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert!(self.status == status, "status {status} was expected\n{self}");
        self
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header that may be there.
    pub fn find_header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A header that must be there.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        self.find_header(name).unwrap_or_else(|| panic!("the header {name} was expected\n{self}"))
    }

    /// The entity tag, which must be strong.
    #[track_caller]
    pub fn etag(&self) -> String {
        let tag = self.header("etag").to_owned();
        assert!(
            tag.len() > 2 && tag.starts_with('"') && tag.ends_with('"'),
            "a strong entity tag was expected\n{self}"
        );
        tag
    }

    /// A member of the body by JSON Pointer; it must be there.
    #[track_caller]
    pub fn at(&self, pointer: &str) -> &Value {
        self.value.pointer(pointer).unwrap_or_else(|| panic!("{pointer} was expected\n{self}"))
    }

    /// A member that must be a text.
    #[track_caller]
    pub fn str(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap_or_else(|| panic!("a text was expected at {pointer}\n{self}"))
    }

    /// A member that must be a text, as a value of its own.
    #[track_caller]
    pub fn string(&self, pointer: &str) -> String {
        self.str(pointer).to_owned()
    }

    /// A member that must be an integer.
    #[track_caller]
    pub fn int(&self, pointer: &str) -> i64 {
        self.at(pointer).as_i64().unwrap_or_else(|| panic!("an integer was expected at {pointer}\n{self}"))
    }

    /// A member that must be an array.
    #[track_caller]
    pub fn list(&self, pointer: &str) -> &[Value] {
        self.at(pointer).as_array().unwrap_or_else(|| panic!("an array was expected at {pointer}\n{self}"))
    }

    /// Whether the member is there.
    pub fn has(&self, pointer: &str) -> bool {
        self.value.pointer(pointer).is_some()
    }

    /// Asserts a member's value.
    #[track_caller]
    pub fn with(self, pointer: &str, expected: impl Into<Value>) -> Self {
        let expected = expected.into();
        let found = self.value.pointer(pointer);
        assert!(found == Some(&expected), "{pointer} = {expected} was expected, found {found:?}\n{self}");
        self
    }

    /// Asserts that a member is not there.
    #[track_caller]
    pub fn without(self, pointer: &str) -> Self {
        assert!(!self.has(pointer), "no {pointer} was expected\n{self}");
        self
    }

    /// Asserts a complete problem document with this status and code.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Problem {
        let answer = self.expect(status);
        let media_type = answer.find_header("content-type").unwrap_or_default();
        assert!(media_type.starts_with("application/problem+json"), "application/problem+json was expected\n{answer}");
        for member in ["/type", "/title", "/detail", "/code", "/request_id"] {
            assert!(!answer.str(member).is_empty(), "{member} is empty\n{answer}");
        }
        assert!(
            answer.find_header("x-request-id") == Some(answer.str("/request_id")),
            "X-Request-Id and request_id differ\n{answer}"
        );
        let answer = answer.with("/status", i64::from(status));
        assert!(answer.str("/code") == code, "the code {code} was expected\n{answer}");
        answer
    }

    /// The places that `errors[]` names, sorted: pointers as they are, parameters and headers with their kind.
    pub fn places(&self) -> Vec<String> {
        let mut places: Vec<String> = self
            .value
            .pointer("/errors")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|error| {
                let named = ["pointer", "parameter", "header"]
                    .iter()
                    .filter_map(|kind| {
                        error[*kind]
                            .as_str()
                            .map(|place| if *kind == "pointer" { place.to_owned() } else { format!("{kind} {place}") })
                    })
                    .collect::<Vec<_>>();
                assert!(
                    named.len() == 1,
                    "exactly one of pointer, parameter and header was expected in {error}\n{self}"
                );
                for member in ["code", "detail"] {
                    assert!(
                        error[member].as_str().is_some_and(|text| !text.is_empty()),
                        "no {member} in {error}\n{self}"
                    );
                }
                named.concat()
            })
            .collect();
        places.sort();
        places
    }

    /// Asserts 422 with faults at exactly these places (sorted).
    #[track_caller]
    pub fn faults(self, places: &[&str]) -> Problem {
        let answer = self.problem(422, "validation_failed");
        let mut found = answer.places();
        found.dedup();
        assert!(found == places, "faults at {places:?} were expected, found {found:?}\n{answer}");
        answer
    }
}
