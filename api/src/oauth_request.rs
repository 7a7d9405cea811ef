//! The token request (RFC 6749, sections 2.3.1 and 4.4.2), read strictly, and the documents of the token endpoint. Looking the
//! client up is the handler's part.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

use crate::input::{decode, pairs};
pub use crate::problem::{OauthCode, OauthError, OauthErrorBody};
use crate::token::Secret;

/// The grant type of clients that act for themselves: the only one there is.
pub const CLIENT_CREDENTIALS: &str = "client_credentials";

/// What a client that shows a secret asks for.
#[derive(Debug)]
pub struct TokenRequest {
    /// Who it says it is; 1 to 200 visible ASCII characters.
    pub client_id: String,
    /// What is to prove it.
    pub secret: Secret,
    /// The scopes it wants; none stated means all it holds.
    pub scope: Option<Vec<String>>,
}

/// Reads a token request from its `Content-Type`, its `Authorization` and its body.
///
/// # Errors
/// `invalid_request`, `invalid_client`, `unsupported_grant_type` or `invalid_scope`.
pub fn parse_token_request(
    content_type: Option<&str>,
    authorization: Option<&str>,
    body: &[u8],
) -> Result<TokenRequest, OauthError> {
    let mut form = form(content_type, body)?;
    let by_header = authorization.map(basic).transpose()?;
    let grant_type = form.remove("grant_type").ok_or_else(|| invalid("grant_type is missing"))?;
    if grant_type != CLIENT_CREDENTIALS {
        return Err(OauthError::new(OauthCode::UnsupportedGrantType, "the grant type is client_credentials"));
    }
    let scope = form.remove("scope").map(|scope| scopes(&scope)).transpose()?;
    let (client_id, secret) = credentials(by_header, form.remove("client_id"), form.remove("client_secret"))?;
    if !is_client_id(&client_id) {
        return Err(OauthError::invalid_client());
    }
    Ok(TokenRequest { client_id, secret: Secret::new(secret), scope })
}

/// The one way in which the client has shown its secret (section 2.3: never two at once).
fn credentials(
    header: Option<(String, String)>,
    id: Option<String>,
    secret: Option<String>,
) -> Result<(String, String), OauthError> {
    match (header, id, secret) {
        (Some(_), _, Some(_)) => Err(invalid("the client authenticates twice: by Authorization and by client_secret")),
        (Some((stated, _)), Some(id), None) if stated != id => Err(invalid("client_id differs from Authorization")),
        (Some(shown), _, None) => Ok(shown),
        (None, Some(id), Some(secret)) => Ok((id, secret)),
        (None, _, _) => Err(OauthError::invalid_client()),
    }
}

fn invalid(description: &'static str) -> OauthError {
    OauthError::new(OauthCode::InvalidRequest, description)
}

/// The parameters by name. None may stand twice; one without a value counts as left out (section 3.2).
fn form(content_type: Option<&str>, body: &[u8]) -> Result<BTreeMap<String, String>, OauthError> {
    if !content_type.is_some_and(is_form) {
        return Err(invalid("send the parameters as application/x-www-form-urlencoded"));
    }
    let text = std::str::from_utf8(body).map_err(|_| invalid("the body is not UTF-8"))?;
    let (mut form, mut seen) = (BTreeMap::new(), Vec::new());
    for pair in pairs(text) {
        let (name, value) = pair.map_err(|_| invalid("the body is not UTF-8"))?;
        if seen.contains(&name) {
            return Err(invalid("a parameter stands twice"));
        }
        seen.push(name.clone());
        if value.contains('\0') {
            return Err(invalid("a parameter holds U+0000"));
        }
        if !value.is_empty() {
            form.insert(name, value);
        }
    }
    Ok(form)
}

fn is_form(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let is_form = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    is_form
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, charset)) if name.eq_ignore_ascii_case("charset") => {
                charset.trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            _ => true,
        })
}

/// `Basic` with the id and the secret each form-encoded before they are joined (section 2.3.1).
fn basic(authorization: &str) -> Result<(String, String), OauthError> {
    let (scheme, encoded) = authorization.split_once(' ').unwrap_or((authorization, ""));
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(OauthError::invalid_client());
    }
    let joined = STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let joined = joined.ok_or_else(OauthError::invalid_client)?;
    let (id, secret) = joined.split_once(':').ok_or_else(OauthError::invalid_client)?;
    match (decode(id), decode(secret)) {
        (Ok(id), Ok(secret)) => Ok((id, secret)),
        _ => Err(OauthError::invalid_client()),
    }
}

fn is_client_id(id: &str) -> bool {
    (1..=200).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic())
}

/// The tokens of a scope (section 3.3), in order, none twice.
fn scopes(text: &str) -> Result<Vec<String>, OauthError> {
    let mut found: Vec<String> = Vec::new();
    for token in text.split(' ') {
        let fits = !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\');
        if !fits {
            return Err(OauthError::new(
                OauthCode::InvalidScope,
                "scope is a list of names with one blank between them",
            ));
        }
        if !found.iter().any(|known| known == token) {
            found.push(token.to_owned());
        }
    }
    Ok(found)
}

/// The scopes of the token: those asked for, else all that the client holds.
///
/// # Errors
/// `invalid_scope` if it asks for one that it does not hold.
pub fn grant_scopes(requested: Option<&[String]>, held: &[String]) -> Result<Vec<String>, OauthError> {
    match requested {
        None => Ok(held.to_vec()),
        Some(requested) if requested.iter().all(|scope| held.contains(scope)) => Ok(requested.to_vec()),
        Some(_) => Err(OauthError::new(OauthCode::InvalidScope, "the client does not hold every scope it asks for")),
    }
}

/// The body of a token request.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its schema is used: the request is read by parse_token_request")]
pub struct TokenForm {
    /// Always `client_credentials`.
    #[schema(max_length = 64, pattern = "^client_credentials$", example = "client_credentials")]
    grant_type: String,
    /// The scopes wanted, with one blank between them; left out, all that the client holds.
    #[schema(nullable = false, max_length = 1000, example = "incidents:read incidents:write")]
    scope: Option<String>,
    /// With `client_secret_post`: the client's id.
    #[schema(nullable = false, max_length = 200)]
    client_id: Option<String>,
    /// With `client_secret_post`: its secret. With `client_secret_basic` both stand in `Authorization` instead.
    #[schema(nullable = false, max_length = 200)]
    client_secret: Option<String>,
}

/// An access token (RFC 6749, section 5.1).
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenAnswer {
    /// The token: a signed JWT (RFC 9068). Treat it as opaque.
    #[schema(max_length = 4096)]
    pub access_token: String,
    /// How to use it: `Authorization: Bearer …`.
    #[schema(max_length = 16, example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds until it expires.
    #[schema(minimum = 1, maximum = 86400, example = 600)]
    pub expires_in: i32,
    /// The scopes it holds, with one blank between them.
    #[schema(max_length = 1000, example = "incidents:read incidents:write")]
    pub scope: String,
}

impl TokenAnswer {
    /// The answer for a token that lives so many seconds.
    pub fn new(access_token: String, expires_in: i32, scopes: &[String]) -> Self {
        Self { access_token, token_type: "Bearer", expires_in, scope: scopes.join(" ") }
    }
}

/// Metadata of the authorization server (RFC 8414). Only what holds is claimed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuthorizationServer)]
pub struct Metadata {
    /// Who issues the tokens; their `iss` and `aud`.
    #[schema(max_length = 500, example = "https://zvit.localhost")]
    issuer: String,
    /// Where tokens are given.
    #[schema(max_length = 500)]
    token_endpoint: String,
    /// Where the keys are that verify them.
    #[schema(max_length = 500)]
    jwks_uri: String,
    /// Every scope there is.
    #[schema(max_items = 50)]
    scopes_supported: Vec<String>,
    /// None: there is no authorization endpoint and no person logs in.
    #[schema(max_items = 10)]
    response_types_supported: Vec<String>,
    /// `client_credentials`.
    #[schema(max_items = 10)]
    grant_types_supported: Vec<String>,
    /// How clients may prove who they are.
    #[schema(max_items = 10)]
    token_endpoint_auth_methods_supported: Vec<String>,
    /// The documentation for people.
    #[schema(max_length = 500)]
    service_documentation: String,
}

impl Metadata {
    /// The document of the issuer, whose endpoints hang below its own address.
    pub fn new(issuer: &str, scopes: &[&str]) -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let base = issuer.trim_end_matches('/');
        Self {
            issuer: issuer.to_owned(),
            token_endpoint: format!("{base}/oauth2/token"),
            jwks_uri: format!("{base}/.well-known/jwks.json"),
            scopes_supported: words(scopes),
            response_types_supported: Vec::new(),
            grant_types_supported: words(&[CLIENT_CREDENTIALS]),
            token_endpoint_auth_methods_supported: words(&["client_secret_basic", "client_secret_post"]),
            service_documentation: format!("{base}/docs/"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::ResponseError;
    use actix_web::http::header::{CACHE_CONTROL, PRAGMA, WWW_AUTHENTICATE};

    const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

    fn by_header(id: &str, secret: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
    }

    fn refused(content_type: Option<&str>, authorization: Option<&str>, body: &str) -> OauthCode {
        parse_token_request(content_type, authorization, body.as_bytes()).unwrap_err().code()
    }

    #[test]
    fn a_client_shows_its_secret_by_header_or_by_body() {
        let header = by_header("a%3Ab%2B", "s+%25t");
        let request = parse_token_request(FORM, Some(&header), b"grant_type=client_credentials&scope=a%3Ax+b").unwrap();
        assert_eq!((request.client_id.as_str(), request.secret.expose()), ("a:b+", "s %t"));
        assert_eq!(request.scope, Some(vec!["a:x".to_owned(), "b".to_owned()]));

        let body = b"grant_type=client_credentials&client_id=c&client_secret=s%2B&scope=&unknown=1";
        let request = parse_token_request(Some("Application/x-www-form-urlencoded;charset=UTF-8"), None, body).unwrap();
        assert_eq!((request.client_id.as_str(), request.secret.expose(), request.scope), ("c", "s+", None));

        let same = parse_token_request(FORM, Some(&by_header("c", "s")), b"client_id=c&grant_type=client_credentials");
        assert_eq!(same.unwrap().client_id, "c");
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
            (FORM, None, "grant_type=client_credentials&client_id=c&client_secret=s&x=&x="),
            (FORM, Some(header.as_str()), "grant_type=client_credentials&client_id=c&client_secret=s"),
            (FORM, Some(header.as_str()), "grant_type=client_credentials&client_id=other"),
            (FORM, None, "grant_type=client_credentials&client_id=%FF&client_secret=s"),
        ] {
            assert_eq!(refused(content_type, authorization, body), OauthCode::InvalidRequest, "{body}");
        }
        assert_eq!(
            refused(FORM, None, "grant_type=password&client_id=c&client_secret=s"),
            OauthCode::UnsupportedGrantType
        );
        for scope in ["+a", "a++b", "%22", "a%0A", "%D1%8F"] {
            assert_eq!(
                refused(FORM, Some(&header), &format!("grant_type=client_credentials&scope={scope}")),
                OauthCode::InvalidScope,
                "{scope}"
            );
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

    #[test]
    fn metadata_claims_only_what_holds() {
        let metadata = serde_json::to_value(Metadata::new("https://zvit.localhost", &["a"])).unwrap();
        assert_eq!(metadata["token_endpoint"], "https://zvit.localhost/oauth2/token");
        assert_eq!(metadata["response_types_supported"], serde_json::json!([]));
        assert!(metadata.get("authorization_endpoint").is_none());
    }
}
