//! What comes to `/oauth2/*` (RFC 6749, sections 2.3.1 and 4.4.2; RFC 7009, section 2.1; RFC 7521, section 4.2), read strictly,
//! and the documents of the token endpoint. Looking the client up is not done here.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

use crate::input::{decode, pairs};
pub use crate::problem::{OauthCode, OauthError, OauthErrorBody};
use crate::token::{ASSERTION_TYPE, Assertion, Secret};

/// The grant type of clients that act for themselves: the only one there is.
pub const CLIENT_CREDENTIALS: &str = "client_credentials";

/// The parameters by which a client authenticates in the body, those of a token request and those of a revocation.
const OF_CLIENTS: &[&str] = &["client_id", "client_secret", "client_assertion_type", "client_assertion"];
const OF_TOKENS: &[&str] = &["grant_type", "scope"];
const OF_REVOCATIONS: &[&str] = &["token", "token_type_hint"];

/// What a client shows to prove who it is.
#[derive(Debug)]
pub enum Credentials {
    /// `client_secret_basic` or `client_secret_post`.
    Secret {
        /// Who it says it is; 1 to 200 visible ASCII characters.
        client_id: String,
        /// What is to prove it.
        secret: Secret,
    },
    /// `private_key_jwt`.
    Assertion {
        /// Who it says it is, where it says so beside the assertion.
        client_id: Option<String>,
        /// The assertion.
        assertion: Secret,
    },
}

impl Credentials {
    /// Who it says it is: proved is nothing yet.
    pub fn stated_client(&self) -> Option<String> {
        match self {
            Self::Secret { client_id, .. } => Some(client_id.clone()),
            Self::Assertion { client_id, assertion } => client_id
                .clone()
                .or_else(|| Assertion::read(assertion.expose()).ok().map(|assertion| assertion.client_id().to_owned())),
        }
    }
}

/// A request for a token.
#[derive(Debug)]
pub struct TokenRequest {
    /// What is to prove the client.
    pub credentials: Credentials,
    /// The scopes it wants; none stated means all it holds.
    pub scope: Option<Vec<String>>,
}

/// A request to revoke a token.
#[derive(Debug)]
pub struct RevocationRequest {
    /// What is to prove the client.
    pub credentials: Credentials,
    /// The token. What kind it is need not be said: there is one kind.
    pub token: Secret,
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
    let mut form = form(content_type, body, OF_TOKENS)?;
    let by_header = authorization.map(basic).transpose()?;
    let grant_type = form.remove("grant_type").ok_or_else(|| invalid("grant_type is missing"))?;
    if grant_type != CLIENT_CREDENTIALS {
        return Err(OauthError::new(OauthCode::UnsupportedGrantType, "the grant type is client_credentials"));
    }
    let scope = form.remove("scope").map(|scope| scopes(&scope)).transpose()?;
    Ok(TokenRequest { credentials: credentials(by_header, &mut form)?, scope })
}

/// Reads a revocation request.
///
/// # Errors
/// `invalid_request` or `invalid_client`.
pub fn parse_revocation_request(
    content_type: Option<&str>,
    authorization: Option<&str>,
    body: &[u8],
) -> Result<RevocationRequest, OauthError> {
    let mut form = form(content_type, body, OF_REVOCATIONS)?;
    let by_header = authorization.map(basic).transpose()?;
    let credentials = credentials(by_header, &mut form)?;
    let token = form.remove("token").ok_or_else(|| invalid("token is missing"))?;
    Ok(RevocationRequest { credentials, token: Secret::new(token) })
}

/// The one way in which the client has shown who it is (RFC 6749, section 2.3: never two at once).
fn credentials(
    header: Option<(String, String)>,
    form: &mut BTreeMap<String, String>,
) -> Result<Credentials, OauthError> {
    let mut take = |name: &str| form.remove(name);
    let (id, secret) = (take("client_id"), take("client_secret"));
    let (kind, assertion) = (take("client_assertion_type"), take("client_assertion"));
    let has_assertion = kind.is_some() || assertion.is_some();
    if [header.is_some(), secret.is_some(), has_assertion].into_iter().filter(|shown| *shown).count() > 1 {
        return Err(invalid("the client authenticates in several ways at once: choose one"));
    }
    if id.as_deref().is_some_and(|id| !is_client_id(id)) {
        return Err(OauthError::invalid_client());
    }
    match (header, id, secret) {
        (Some((stated, _)), Some(id), _) if stated != id => Err(invalid("client_id differs from Authorization")),
        (Some((client_id, _)), _, _) if !is_client_id(&client_id) => Err(OauthError::invalid_client()),
        (Some((client_id, secret)), _, _) => Ok(Credentials::Secret { client_id, secret: Secret::new(secret) }),
        (None, client_id, None) if has_assertion => assertion_of(client_id, kind.as_deref(), assertion),
        (None, Some(client_id), Some(secret)) => Ok(Credentials::Secret { client_id, secret: Secret::new(secret) }),
        (None, _, _) => Err(OauthError::invalid_client()),
    }
}

fn assertion_of(
    client_id: Option<String>,
    kind: Option<&str>,
    assertion: Option<String>,
) -> Result<Credentials, OauthError> {
    match (kind, assertion) {
        (Some(ASSERTION_TYPE), Some(assertion)) => {
            Ok(Credentials::Assertion { client_id, assertion: Secret::new(assertion) })
        }
        (Some(ASSERTION_TYPE), None) => Err(invalid("client_assertion is missing")),
        (None, _) => Err(invalid("client_assertion_type is missing")),
        // RFC 6749, section 5.2: an unsupported way to authenticate is an invalid client.
        (Some(_), _) => Err(OauthError::invalid_client()),
    }
}

fn invalid(description: &'static str) -> OauthError {
    OauthError::new(OauthCode::InvalidRequest, description)
}

/// The parameters by name: those of the client and these. None of them may stand twice, one without a value counts as left out,
/// and what else is sent is ignored, however often it stands (RFC 6749, section 3.2).
fn form(content_type: Option<&str>, body: &[u8], these: &[&str]) -> Result<BTreeMap<String, String>, OauthError> {
    if !content_type.is_some_and(is_form) {
        return Err(invalid("send the parameters as application/x-www-form-urlencoded"));
    }
    let text = std::str::from_utf8(body).map_err(|_| invalid("the body is not UTF-8"))?;
    let (mut form, mut seen) = (BTreeMap::new(), Vec::new());
    for pair in pairs(text) {
        let (name, value) = pair.map_err(|_| invalid("the body is not UTF-8"))?;
        if !OF_CLIENTS.iter().chain(these).any(|known| *known == name) {
            continue;
        }
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
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 1000,
        pattern = "^[!#-\\[\\]-~]+( [!#-\\[\\]-~]+)*$",
        example = "incidents:read incidents:write"
    )]
    scope: Option<String>,
    /// With `client_secret_post`: the client's id. With `private_key_jwt` it may be left out.
    #[schema(nullable = false, min_length = 1, max_length = 200, pattern = "^[!-~]+$")]
    client_id: Option<String>,
    /// With `client_secret_post`: its secret. With `client_secret_basic` both stand in `Authorization` instead.
    #[schema(nullable = false, min_length = 1, max_length = 200, pattern = "^[ -~]+$")]
    client_secret: Option<String>,
    /// With `private_key_jwt`: what kind of assertion follows.
    #[schema(nullable = false, max_length = 100, pattern = "^urn:ietf:params:oauth:client-assertion-type:jwt-bearer$")]
    client_assertion_type: Option<String>,
    /// With `private_key_jwt`: a JWT signed with a key of the client (RFC 7523), for one use, within a minute.
    #[schema(nullable = false, min_length = 1, max_length = 4096, pattern = "^[A-Za-z0-9._-]+$")]
    client_assertion: Option<String>,
}

/// The body of a revocation request (RFC 7009, section 2.1). The client authenticates as at the token endpoint.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its schema is used: the request is read by parse_revocation_request")]
pub struct RevocationForm {
    /// The access token.
    #[schema(min_length = 1, max_length = 4096, pattern = "^[ -~]+$")]
    token: String,
    /// Ignored: there is one kind of token.
    #[schema(nullable = false, max_length = 64, example = "access_token")]
    token_type_hint: Option<String>,
    /// With `client_secret_post`: the client's id. With `private_key_jwt` it may be left out.
    #[schema(nullable = false, min_length = 1, max_length = 200, pattern = "^[!-~]+$")]
    client_id: Option<String>,
    /// With `client_secret_post`: its secret. With `client_secret_basic` both stand in `Authorization` instead.
    #[schema(nullable = false, min_length = 1, max_length = 200, pattern = "^[ -~]+$")]
    client_secret: Option<String>,
    /// With `private_key_jwt`: what kind of assertion follows.
    #[schema(nullable = false, max_length = 100, pattern = "^urn:ietf:params:oauth:client-assertion-type:jwt-bearer$")]
    client_assertion_type: Option<String>,
    /// With `private_key_jwt`: a JWT signed with a key of the client (RFC 7523), for one use, within a minute.
    #[schema(nullable = false, min_length = 1, max_length = 4096, pattern = "^[A-Za-z0-9._-]+$")]
    client_assertion: Option<String>,
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

#[cfg(test)]
mod tests;
