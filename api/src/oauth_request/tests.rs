use super::*;
use actix_web::ResponseError;
use actix_web::http::header::{CACHE_CONTROL, PRAGMA, WWW_AUTHENTICATE};

const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

fn by_header(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

fn shown(credentials: &Credentials) -> (&str, &str) {
    match credentials {
        Credentials::Secret { client_id, secret } => (client_id, secret.expose()),
        Credentials::Assertion { client_id, assertion } => {
            (client_id.as_deref().unwrap_or_default(), assertion.expose())
        }
    }
}

fn refused(content_type: Option<&str>, authorization: Option<&str>, body: &str) -> OauthCode {
    parse_token_request(content_type, authorization, body.as_bytes()).unwrap_err().code()
}

#[test]
fn a_client_shows_its_secret_by_header_or_by_body() {
    let header = by_header("a%3Ab%2B", "s+%25t");
    let request = parse_token_request(FORM, Some(&header), b"grant_type=client_credentials&scope=a%3Ax+b").unwrap();
    assert_eq!(shown(&request.credentials), ("a:b+", "s %t"));
    assert_eq!(request.scope, Some(vec!["a:x".to_owned(), "b".to_owned()]));

    let body = b"grant_type=client_credentials&client_id=c&client_secret=s%2B&scope=&unknown=1";
    let request = parse_token_request(Some("Application/x-www-form-urlencoded;charset=UTF-8"), None, body).unwrap();
    assert_eq!((shown(&request.credentials), request.scope), (("c", "s+"), None));

    let same = parse_token_request(FORM, Some(&by_header("c", "s")), b"client_id=c&grant_type=client_credentials");
    assert_eq!(shown(&same.unwrap().credentials).0, "c");
}

const ASSERTION: &str =
    "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=a.b.c";

#[test]
fn a_client_shows_an_assertion_with_its_type_and_nothing_else() {
    let body = |rest: &str| format!("grant_type=client_credentials&{ASSERTION}{rest}");
    let read = |rest: &str| parse_token_request(FORM, None, body(rest).as_bytes());
    assert_eq!(shown(&read("").unwrap().credentials), ("", "a.b.c"));
    assert_eq!(shown(&read("&client_id=c").unwrap().credentials), ("c", "a.b.c"));
    assert!(!format!("{:?}", read("").unwrap()).contains("a.b.c"), "an assertion is not printed");
    let code = |rest: &str| read(rest).unwrap_err().code();
    assert_eq!(code("&client_id=c&client_secret=s"), OauthCode::InvalidRequest);
    assert_eq!(code("&client_id=a%20b"), OauthCode::InvalidClient);
    assert_eq!(refused(FORM, Some(&by_header("c", "s")), &body("")), OauthCode::InvalidRequest);
    for (body, code) in [
        ("grant_type=client_credentials&client_assertion=a.b.c", OauthCode::InvalidRequest),
        (ASSERTION.split_once('&').unwrap().0, OauthCode::InvalidRequest),
        ("client_assertion_type=urn%3Aother&client_assertion=a.b.c", OauthCode::InvalidClient),
    ] {
        assert_eq!(refused(FORM, None, &format!("grant_type=client_credentials&{body}")), code, "{body}");
    }
}

#[test]
fn a_revocation_names_a_token_and_needs_a_client() {
    let read = |authorization: Option<&str>, body: &str| parse_revocation_request(FORM, authorization, body.as_bytes());
    let header = by_header("c", "s");
    let request = read(Some(&header), "token=t&token_type_hint=whatever").unwrap();
    assert_eq!((shown(&request.credentials), request.token.expose()), (("c", "s"), "t"));
    assert_eq!(read(Some(&header), "").unwrap_err().code(), OauthCode::InvalidRequest);
    assert_eq!(read(None, "token=t").unwrap_err().code(), OauthCode::InvalidClient);
}

#[test]
fn what_is_ambiguous_or_unreadable_is_an_invalid_request() {
    let header = by_header("c", "s");
    for (content_type, authorization, body) in [
        (None, None, "grant_type=client_credentials&client_id=c&client_secret=s"),
        (Some("application/json"), None, "{}"),
        (FORM, None, "client_id=c&client_secret=s"),
        (FORM, None, "grant_type=&client_id=c&client_secret=s"),
        (FORM, None, "grant_type=client_credentials&grant_type=client_credentials&client_id=c&client_secret=s"),
        (FORM, None, "grant_type=client_credentials&client_id=c&client_secret=s&scope=&scope="),
        (FORM, None, "grant_type=client_credentials&client_id=c&client_secret=s%00"),
        (FORM, Some(header.as_str()), "grant_type=client_credentials&client_id=c&client_secret=s"),
        (FORM, Some(header.as_str()), "grant_type=client_credentials&client_id=other"),
        (FORM, None, "grant_type=client_credentials&client_id=%FF&client_secret=s"),
    ] {
        assert_eq!(refused(content_type, authorization, body), OauthCode::InvalidRequest, "{body}");
    }
    assert_eq!(refused(FORM, None, "grant_type=password&client_id=c&client_secret=s"), OauthCode::UnsupportedGrantType);
    for scope in ["+a", "a++b", "%22", "a%0A", "%D1%8F"] {
        assert_eq!(
            refused(FORM, Some(&header), &format!("grant_type=client_credentials&scope={scope}")),
            OauthCode::InvalidScope,
            "{scope}"
        );
    }
}

#[test]
fn what_is_not_asked_for_is_ignored_however_often_it_stands() {
    let token = "grant_type=client_credentials&client_id=c&client_secret=s&x=1&x=2&x=&=&=&token=a&token=b&y=%00";
    let request = parse_token_request(FORM, None, token.as_bytes()).unwrap();
    assert_eq!(shown(&request.credentials), ("c", "s"));
    let revocation = "token=t&client_id=c&client_secret=s&x=1&x=2&scope=a&scope=b";
    let request = parse_revocation_request(FORM, None, revocation.as_bytes()).unwrap();
    assert_eq!((shown(&request.credentials), request.token.expose()), (("c", "s"), "t"));
}

#[test]
fn every_parameter_of_the_document_may_stand_once_only() {
    let document = crate::openapi_document().unwrap();
    type Read = fn(&[u8]) -> Option<OauthCode>;
    let token: Read = |body| parse_token_request(FORM, None, body).err().map(|error| error.code());
    let revocation: Read = |body| parse_revocation_request(FORM, None, body).err().map(|error| error.code());
    for (schema, read, these) in [("TokenForm", token, OF_TOKENS), ("RevocationForm", revocation, OF_REVOCATIONS)] {
        let properties = document["components"]["schemas"][schema]["properties"].as_object().unwrap();
        let mut known: Vec<&str> = OF_CLIENTS.iter().chain(these).copied().collect();
        known.sort_unstable();
        let mut documented: Vec<&str> = properties.keys().map(String::as_str).collect();
        documented.sort_unstable();
        assert_eq!(documented, known, "{schema}");
        for name in known {
            assert_eq!(read(format!("{name}=&{name}=").as_bytes()), Some(OauthCode::InvalidRequest), "{name}");
        }
    }
}

#[test]
fn a_client_without_proof_is_an_invalid_client() {
    for (authorization, body) in [
        (None, "grant_type=client_credentials"),
        (None, "grant_type=client_credentials&client_id=c"),
        (None, "grant_type=client_credentials&client_id=c&client_secret="),
        (Some("Bearer abc"), "grant_type=client_credentials"),
        (Some("Basic ???"), "grant_type=client_credentials"),
        (Some("Basic"), "grant_type=client_credentials"),
        (Some("Basic Yw=="), "grant_type=client_credentials"),
        (None, "grant_type=client_credentials&client_id=a%20b&client_secret=s"),
    ] {
        assert_eq!(refused(FORM, authorization, body), OauthCode::InvalidClient, "{body}");
    }
}

#[test]
fn only_held_scopes_are_granted() {
    let held = ["a".to_owned(), "b".to_owned()];
    assert_eq!(grant_scopes(None, &held).unwrap(), held);
    assert_eq!(grant_scopes(Some(&held[1..]), &held).unwrap(), ["b"]);
    assert_eq!(
        grant_scopes(Some(&["a".to_owned(), "c".to_owned()]), &held).unwrap_err().code(),
        OauthCode::InvalidScope
    );
}

#[actix_web::test]
async fn a_refusal_has_the_form_of_rfc_6749() {
    let response = OauthError::invalid_client().error_response();
    assert_eq!(response.status(), 401);
    let headers = response.headers();
    assert_eq!(headers.get(CACHE_CONTROL).unwrap(), "no-store");
    assert_eq!(headers.get(PRAGMA).unwrap(), "no-cache");
    assert!(headers.get(WWW_AUTHENTICATE).unwrap().to_str().unwrap().starts_with("Basic "));
    let body = actix_web::body::to_bytes(response.into_body()).await.ok().unwrap();
    assert_eq!(body, r#"{"error":"invalid_client","error_description":"client authentication failed"}"#);
}
