//! Client assertions (RFC 7521, section 4.2; RFC 7523, section 3): a JWT that a client signs with a key of its own.
//!
//! Reading, judging and the keys are apart from the store: that an assertion counts once is for the caller to see to.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use zvit_domain::time::Time;

use super::client_keys::{ClientKey, ClientKeys, KeyAlgorithm};

/// The only `client_assertion_type` there is (RFC 7523, section 2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Characters of an assertion: a real one has a few hundred. What is longer is not looked at.
pub const MAX_ASSERTION: usize = 4096;

/// Seconds that an assertion may live.
pub const MAX_LIFE_S: i64 = 60;

/// Seconds by which a client's clock may be wrong, either way.
pub const SKEW_S: i64 = 60;

/// Characters of a `jti`.
const MAX_JTI: usize = 255;

/// Header members that bring or point to a key, or ask for extensions (RFC 7515, section 4.1): forgers use the former to have
/// theirs believed, the latter we don't know.
const REFUSED_MEMBERS: [&str; 5] = ["crit", "jwk", "jku", "x5c", "x5u"];

/// Why an assertion is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionFault {
    /// It proves nothing. The reason is for tests, never for the caller.
    #[error("{0}")]
    Invalid(&'static str),
    /// The signature is true, the times are not: the client may be told, as it is the client.
    #[error("{0}")]
    WrongTime(&'static str),
}

use AssertionFault::{Invalid, WrongTime};

/// What a good assertion proved, and what makes it good for once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// Its id.
    pub jti: String,
    /// From then on its times refuse it anyway.
    pub until: Time,
}

/// An assertion that could be read, and nothing more: it may be anybody's.
#[derive(Clone, Debug)]
pub struct Assertion<'a> {
    message: &'a str,
    signature: Vec<u8>,
    algorithm: KeyAlgorithm,
    kid: Option<String>,
    claims: Map<String, Value>,
    client_id: String,
}

impl<'a> Assertion<'a> {
    /// Reads an assertion.
    ///
    /// # Errors
    /// When it is none, or says of itself what makes it worthless whoever signed it.
    pub fn read(text: &'a str) -> Result<Self, AssertionFault> {
        if text.len() > MAX_ASSERTION {
            return Err(Invalid("too long"));
        }
        let (message, signature) = text.rsplit_once('.').ok_or(Invalid("not in three parts"))?;
        let (header, claims) = message.split_once('.').ok_or(Invalid("not in three parts"))?;
        let (header, claims) = (object(header)?, object(claims)?);
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Invalid("a signature not in base64url"))?;
        let (algorithm, kid) = judge_header(&header)?;
        let client_id = match (text_of(&claims, "iss"), text_of(&claims, "sub")) {
            (Some(iss), Some(sub)) if iss == sub && !sub.is_empty() => sub.to_owned(),
            _ => return Err(Invalid("iss and sub are not both the client")),
        };
        Ok(Self { message, signature, algorithm, kid, claims, client_id })
    }

    /// The client that it says it is of.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Judges it by the keys of that client; none where there is no such client, which takes as long to find out.
    ///
    /// # Errors
    /// [`AssertionFault::WrongTime`] only after the signature has proved true, else [`AssertionFault::Invalid`].
    pub fn verify(&self, keys: Option<&ClientKeys>, issuer: &str, now: Time) -> Result<Proved, AssertionFault> {
        let known = keys.and_then(|keys| keys.find(self.kid.as_deref(), self.algorithm));
        let key = known.unwrap_or_else(|| ClientKey::nobodys(self.algorithm));
        let is_signed = key.verifies(self.message.as_bytes(), &self.signature);
        if known.is_none() || !is_signed {
            return Err(Invalid("not signed by a key of the client"));
        }
        if !is_sole_audience(self.claims.get("aud"), issuer) {
            return Err(Invalid("not for this issuer alone"));
        }
        let jti = text_of(&self.claims, "jti").filter(|jti| (1..=MAX_JTI).contains(&jti.chars().count()));
        let jti = jti.ok_or(Invalid("no jti of 1 to 255 characters"))?.to_owned();
        let until = self.judge_times(now)?;
        Ok(Proved { jti, until })
    }

    /// The end of the assertion, tolerance included. All in milliseconds, as a NumericDate may have a fraction (RFC 7519, section 2).
    fn judge_times(&self, now: Time) -> Result<Time, AssertionFault> {
        let (now, skew, longest) = (now.as_micros() / 1000, SKEW_S * 1000, MAX_LIFE_S * 1000);
        let (exp, iat, nbf) = (self.time("exp")?, self.time("iat")?, self.time("nbf")?);
        let exp = exp.ok_or(Invalid("no exp"))?;
        let life = match iat.or(nbf) {
            Some(begin) => exp - begin,
            // Counted from now, so the client's clock counts in.
            None => exp - now - skew,
        };
        if life > longest {
            return Err(WrongTime("it lives longer than 60 seconds"));
        }
        if [iat, nbf].into_iter().flatten().any(|begin| begin > exp) {
            return Err(WrongTime("it ends before it begins"));
        }
        if [iat, nbf].into_iter().flatten().any(|begin| begin > now + skew) {
            return Err(WrongTime("it is not valid yet"));
        }
        if exp + skew <= now {
            return Err(WrongTime("it has expired"));
        }
        Ok(Time::from_micros((exp + skew) * 1000))
    }

    fn time(&self, name: &str) -> Result<Option<i64>, AssertionFault> {
        /// The year 9999, in seconds: numbers beyond are no dates.
        const LAST: f64 = 253_402_300_799.0;
        let Some(value) = self.claims.get(name) else { return Ok(None) };
        let seconds = value.as_f64().filter(|seconds| (0.0..=LAST).contains(seconds));
        let seconds = seconds.ok_or(Invalid("a time that is none"))?;
        #[allow(clippy::cast_possible_truncation, reason = "within the years 1970 to 9999")]
        Ok(Some((seconds * 1000.0).round() as i64))
    }
}

/// A part of the JWT: an object in which no member stands twice.
fn object(part: &str) -> Result<Map<String, Value>, AssertionFault> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Invalid("a part not in base64url"))?;
    match crate::input::parse_json(&bytes) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(Invalid("a part that is no JSON object")),
    }
}

fn text_of<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    members.get(name).and_then(Value::as_str)
}

fn judge_header(header: &Map<String, Value>) -> Result<(KeyAlgorithm, Option<String>), AssertionFault> {
    if REFUSED_MEMBERS.iter().any(|name| header.contains_key(*name)) {
        return Err(Invalid("a header member that is refused"));
    }
    let has_type = match header.get("typ") {
        None => true,
        // Media types don't differ by case (RFC 7515, section 4.1.9).
        Some(Value::String(typ)) => {
            ["JWT", "client-authentication+jwt"].iter().any(|known| typ.eq_ignore_ascii_case(known))
        }
        Some(_) => false,
    };
    if !has_type {
        return Err(Invalid("of another type"));
    }
    let algorithm = text_of(header, "alg").and_then(KeyAlgorithm::named).ok_or(Invalid("of another algorithm"))?;
    let kid = match header.get("kid") {
        None => None,
        Some(Value::String(kid)) => Some(kid.clone()),
        Some(_) => return Err(Invalid("a kid that is no text")),
    };
    Ok((algorithm, kid))
}

/// An assertion that others accept too could be passed on to us by them: so for us alone (RFC 7523bis, section 4).
fn is_sole_audience(audience: Option<&Value>, issuer: &str) -> bool {
    match audience {
        Some(Value::String(only)) => only == issuer,
        Some(Value::Array(list)) => matches!(list.as_slice(), [Value::String(only)] if only == issuer),
        _ => false,
    }
}

#[cfg(test)]
#[path = "assertion_tests.rs"]
mod tests;
