//! Access tokens (RFC 9068: JWTs of the type `at+jwt`, signed with Ed25519), the keys that sign them, and the secrets that
//! clients get them for.

mod assertion;
mod client_keys;
mod ed25519;
mod keys;
mod secret;

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zvit_domain::time::Time;

use crate::problem::Problem;
pub use assertion::{ASSERTION_TYPE, Assertion, AssertionFault, MAX_ASSERTION, MAX_LIFE_S, Proved, SKEW_S};
pub use client_keys::{ClientKey, ClientKeyInput, ClientKeys, KeyAlgorithm, SIGNING_ALGORITHMS};
pub use keys::{Jwk, Jwks, KeyFault, KeySet, SigningKey};
pub use secret::{Secret, as_typed, hash_secret, new_secret, new_typeable, secret_matches};

/// Seconds that an access token lives.
pub const LIFETIME_S: i64 = 600;

/// Seconds by which the clocks of two servers that share a key may differ.
pub const LEEWAY_S: i64 = 5;

/// No token of ours comes near this; what is longer is not looked at.
const MAX_LENGTH: usize = 4096;

const TYPE: &str = "at+jwt";

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The issuer.
    pub iss: String,
    /// The client (RFC 9068, section 2.2: with client credentials the subject is the client itself).
    pub sub: String,
    /// Whom it is for: the issuer's own API, so the issuer again. A single text, never a list.
    pub aud: String,
    /// End, in seconds since 1970.
    pub exp: i64,
    /// Begin.
    pub nbf: i64,
    /// When it was made.
    pub iat: i64,
    /// Its id.
    pub jti: String,
    /// The client.
    pub client_id: String,
    /// Its scopes, with one blank between them.
    pub scope: String,
    /// The version of the client's credentials: a token of an earlier one is revoked.
    pub cv: i64,
}

impl Claims {
    /// Claims of a token that begins at `now` and lives [`LIFETIME_S`].
    pub fn new(issuer: &str, client_id: &str, scopes: &[String], cv: i64, jti: impl Into<String>, now: Time) -> Self {
        let (iss, aud) = (issuer.to_owned(), issuer.to_owned());
        let (sub, client_id, scope) = (client_id.to_owned(), client_id.to_owned(), scopes.join(" "));
        let iat = now.as_seconds();
        Self { iss, sub, aud, exp: iat + LIFETIME_S, nbf: iat, iat, jti: jti.into(), client_id, scope, cv }
    }

    /// Whether the token holds a scope.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scope.split(' ').any(|held| held == scope)
    }
}

/// Why a token is refused. The reason is for logs and tests, never for the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// It was once valid.
    #[error("expired")]
    Expired,
    /// It never was, or is not yet.
    #[error("{0}")]
    Invalid(Cow<'static, str>),
}

impl From<TokenFault> for Problem {
    fn from(fault: TokenFault) -> Self {
        match fault {
            TokenFault::Expired => Self::token_expired(),
            TokenFault::Invalid(_) => Self::token_invalid(),
        }
    }
}

fn invalid<T>(reason: impl Into<Cow<'static, str>>) -> Result<T, TokenFault> {
    Err(TokenFault::Invalid(reason.into()))
}

/// Signs a token.
///
/// # Errors
/// When the key can't be used.
pub fn issue(key: &SigningKey, claims: &Claims) -> Result<String, KeyFault> {
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(key.kid.clone());
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_ed_der(&key.pkcs8))
        .map_err(|fault| KeyFault::new(fault.to_string()))
}

/// Reads a token and trusts nothing in it: neither the algorithm it names nor any key it brings along, only keys of `keys`.
///
/// # Errors
/// [`TokenFault::Expired`] for a genuine token whose time is over, else [`TokenFault::Invalid`].
pub fn verify(token: &str, keys: &KeySet, issuer: &str, now: Time) -> Result<Claims, TokenFault> {
    if token.len() > MAX_LENGTH {
        return invalid("too long");
    }
    let kid = kid_of_strict_header(token)?;
    let Some(key) = keys.get(&kid) else { return invalid("unknown kid") };
    let claims = match jsonwebtoken::decode::<Claims>(token, key, &validation(issuer)) {
        Ok(data) => data.claims,
        Err(fault) => return invalid(fault.to_string()),
    };
    check(&claims, issuer, now)?;
    Ok(claims)
}

/// The library's own checks are what is asked of it here, no more: left to its defaults it takes tokens without `aud` or `iss`,
/// of any type, and not yet valid ones. It reads the system's clock, so times are judged in [`check`], by the caller's.
fn validation(issuer: &str) -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[issuer]);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation
}

fn check(claims: &Claims, issuer: &str, now: Time) -> Result<(), TokenFault> {
    // Reading `aud` and `iss` as single texts has refused lists, numbers and their absence.
    if claims.iss != issuer || claims.aud != issuer {
        return invalid("of another issuer or for another audience");
    }
    if claims.sub.is_empty() || claims.client_id.is_empty() || claims.jti.is_empty() {
        return invalid("an empty claim");
    }
    let now = now.as_seconds();
    if claims.nbf > now.saturating_add(LEEWAY_S) || claims.iat > now.saturating_add(LEEWAY_S) {
        return invalid("not yet valid");
    }
    // None of ours lives longer: a retired key is forgotten when the last that it signed has ended.
    if claims.exp.saturating_sub(claims.iat) > LIFETIME_S {
        return invalid("a longer life than is ever given");
    }
    if claims.exp.saturating_add(LEEWAY_S) <= now { Err(TokenFault::Expired) } else { Ok(()) }
}

/// The key id of a header that says exactly what ours say. `crit` asks for extensions that we don't know (RFC 7515, section
/// 4.1.11); `jwk`, `jku`, `x5c` and `x5u` bring or point to keys, which is how forgers would have us use theirs.
fn kid_of_strict_header(token: &str) -> Result<String, TokenFault> {
    let encoded = token.split('.').next().unwrap_or_default();
    let header = URL_SAFE_NO_PAD.decode(encoded).ok().and_then(|bytes| crate::input::parse_json(&bytes).ok());
    let Some(Value::Object(header)) = header else { return invalid("an unreadable header") };
    if header.get("typ").and_then(Value::as_str) != Some(TYPE) {
        return invalid("not of the type at+jwt");
    }
    if header.get("alg").and_then(Value::as_str) != Some("EdDSA") {
        return invalid("not of the algorithm EdDSA");
    }
    if let Some(name) = header.keys().find(|name| !matches!(name.as_str(), "typ" | "alg" | "kid")) {
        return invalid(format!("header member {name}"));
    }
    match header.get("kid") {
        Some(Value::String(kid)) => Ok(kid.clone()),
        _ => invalid("no kid"),
    }
}

#[cfg(test)]
#[path = "token/tests.rs"]
mod tests;
