//! Path parameters: what can't be an id names nothing, so it is 404.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use uuid::Uuid;

use super::schemas::is_uuid;
use crate::problem::Problem;

/// The UUID of `{id}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathId(pub Uuid);

impl FromRequest for PathId {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(path_id(request, "id").map(Self))
    }
}

/// A UUID of the path, in its hyphenated form.
///
/// # Errors
/// 404 for anything else.
pub fn path_id(request: &HttpRequest, name: &str) -> Result<Uuid, Problem> {
    let text = request.match_info().get(name).filter(|text| is_uuid(text)).ok_or_else(Problem::not_found)?;
    Uuid::try_parse(text).map_err(|_| Problem::not_found())
}

/// A name of the path (a client id, a key id): 1 to 128 visible ASCII characters.
///
/// # Errors
/// 404 for anything else.
pub fn path_text(request: &HttpRequest, name: &str) -> Result<String, Problem> {
    let text = request.match_info().get(name).ok_or_else(Problem::not_found)?;
    let fits = (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    if fits { Ok(text.to_owned()) } else { Err(Problem::not_found()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn what_is_no_id_is_not_found() {
        let id = Uuid::now_v7();
        let request = |text: &str| TestRequest::default().param("id", text.to_owned()).to_http_request();
        assert_eq!(path_id(&request(&id.to_string()), "id").unwrap(), id);
        for bad in ["", "x", &id.simple().to_string(), &format!("{{{id}}}"), &format!("{id}0"), "%00"] {
            assert_eq!(path_id(&request(bad), "id").unwrap_err().status(), 404, "{bad}");
        }
        assert_eq!(path_text(&request("client-1"), "id").unwrap(), "client-1");
        for bad in ["", "a b", "é", &"x".repeat(129)] {
            assert!(path_text(&request(bad), "id").is_err(), "{bad}");
        }
    }
}
