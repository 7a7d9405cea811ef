//! What the head of a request may look like. The parser has refused already what it can't read and what could be read in two
//! ways: `Content-Length` twice or beside `Transfer-Encoding`, a coding other than chunked, no `Host` or two, folded lines.

use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, IF_MATCH, UPGRADE};
use actix_web::http::{Method, Uri};
use zvit_texts::text;

use crate::problem::{Code, ErrorItem, Problem};

/// Bytes of path and query.
pub const MAX_URI: usize = 8 * 1024;
/// Bytes of all header lines.
pub const MAX_HEADER_BYTES: usize = 16 * 1024;
/// Header lines.
pub const MAX_HEADERS: usize = 64;

/// Headers that say one thing: where one stands twice, a proxy and this service could each believe another one.
const SINGLE: [HeaderName; 4] = [AUTHORIZATION, CONTENT_TYPE, HeaderName::from_static("idempotency-key"), IF_MATCH];

/// Judges the head of a request.
///
/// # Errors
/// 414, 431, and 400 for what is ambiguous.
pub fn check(method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
    if uri.path_and_query().map_or(0, |target| target.as_str().len()) > MAX_URI {
        return Err(Problem::new(Code::UriTooLong).because(text!("address-too-long")));
    }
    // A line is `name: value` and its end.
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if headers.len() > MAX_HEADERS || bytes > MAX_HEADER_BYTES {
        return Err(Problem::new(Code::HeadersTooLarge).because(text!("headers-too-large")));
    }
    for name in &SINGLE {
        if headers.get_all(name).nth(1).is_some() {
            return Err(ambiguous(name));
        }
    }
    // Nothing here speaks another protocol, and the framework would take the rest of the connection for a body.
    if method == Method::CONNECT
        || headers.get(UPGRADE).is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket"))
    {
        return Err(Problem::new(Code::BadRequest).because(text!("http-only")));
    }
    Ok(())
}

fn ambiguous(name: &HeaderName) -> Problem {
    let detail = text!("header-twice", name = name.as_str());
    Problem::new(Code::BadRequest).error(ErrorItem::header(name.as_str(), "repeated_header", detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn refused(uri: &str, headers: &[(&'static str, &str)]) -> Option<Code> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        check(&Method::GET, &uri.parse().unwrap(), &map).err().map(|problem| problem.code())
    }

    #[test]
    fn the_limits_are_the_last_that_is_taken() {
        assert_eq!(refused(&format!("/{}", "a".repeat(MAX_URI - 1)), &[]), None);
        assert_eq!(refused(&format!("/{}", "a".repeat(MAX_URI)), &[]), Some(Code::UriTooLong));
        let most = "v".repeat(MAX_HEADER_BYTES - 5);
        assert_eq!(refused("/", &[("x", &most)]), None);
        assert_eq!(refused("/", &[("x", &format!("{most}v"))]), Some(Code::HeadersTooLarge));
        assert_eq!(refused("/", &vec![("x", "1"); MAX_HEADERS]), None);
        assert_eq!(refused("/", &vec![("x", "1"); MAX_HEADERS + 1]), Some(Code::HeadersTooLarge));
    }

    #[test]
    fn what_says_one_thing_stands_once() {
        for name in ["authorization", "content-type", "idempotency-key", "if-match"] {
            assert_eq!(refused("/", &[(name, "a")]), None);
            assert_eq!(refused("/", &[(name, "a"), (name, "a")]), Some(Code::BadRequest), "{name}");
        }
        assert_eq!(refused("/", &[("accept-language", "uk"), ("accept-language", "en")]), None);
    }

    #[test]
    fn there_are_no_other_protocols() {
        assert_eq!(refused("/", &[("upgrade", "WebSocket")]), Some(Code::BadRequest));
        assert_eq!(refused("/", &[("upgrade", "h2c")]), None, "it may be ignored (RFC 9110, section 7.8)");
        let connect = check(&Method::CONNECT, &"example.com:443".parse().unwrap(), &HeaderMap::new());
        assert_eq!(connect.unwrap_err().code(), Code::BadRequest);
    }
}
