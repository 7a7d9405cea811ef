//! The public key that a client brings to its enrolment: one JWK (RFC 7517), ES256 (RFC 7518, section 6.2) or EdDSA (RFC 8037).

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

/// A public key that may be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicJwk {
    /// Its id: the client's own, else the thumbprint.
    pub kid: String,
    /// `ES256` or `EdDSA`.
    pub alg: &'static str,
    /// Thumbprint of RFC 7638: the same for the same key, whatever else is said of it.
    pub thumbprint: String,
    /// The key with its id and algorithm, and nothing else.
    pub jwk: Value,
}

/// Members of RFC 7518, section 6, that only private and symmetric keys have.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The `y` of the points of small order on edwards25519, canonical or not, little-endian and without the sign bit: under such
/// a key anybody can make signatures that verify.
const SMALL_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// Checks a public JWK: type, curve, length and place of the point, and that nothing private came along.
///
/// # Errors
/// What is wrong, in English, for the developer of the client.
pub fn check_jwk(jwk: &Value) -> Result<PublicJwk, &'static str> {
    let jwk = jwk.as_object().ok_or("key is a JSON object: a public JWK")?;
    if PRIVATE.iter().any(|name| jwk.contains_key(*name)) {
        return Err("key holds private members: send the public key alone, and make a new pair, as this one was sent");
    }
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    if jwk.get("use").is_some_and(|used| used != "sig") {
        return Err("the use of key is sig");
    }
    let (alg, members) = match (text("kty"), text("crv")) {
        (Some("EC"), Some("P-256")) => ("ES256", p256(text("x"), text("y"))?),
        (Some("OKP"), Some("Ed25519")) => ("EdDSA", ed25519(text("x"), jwk.contains_key("y"))?),
        _ => return Err("key is of kty EC with crv P-256, or of kty OKP with crv Ed25519"),
    };
    if jwk.get("alg").is_some_and(|stated| stated != alg) {
        return Err("the alg of key is ES256 with P-256, EdDSA with Ed25519");
    }
    let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, Value::Object(members.clone()).to_string().as_bytes()));
    let kid = match jwk.get("kid") {
        None => thumbprint.clone(),
        Some(Value::String(kid)) if is_kid(kid) => kid.clone(),
        Some(_) => return Err("the kid of key is 1 to 128 visible ASCII characters"),
    };
    let mut jwk = members;
    jwk.insert("kid".into(), json!(kid));
    jwk.insert("alg".into(), json!(alg));
    jwk.insert("use".into(), json!("sig"));
    Ok(PublicJwk { kid, alg, thumbprint, jwk: Value::Object(jwk) })
}

fn is_kid(kid: &str) -> bool {
    (1..=128).contains(&kid.len()) && kid.bytes().all(|byte| byte.is_ascii_graphic())
}

fn bytes(text: Option<&str>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text?).ok().filter(|bytes| bytes.len() == 32)
}

/// The members that the thumbprint is made of, in their order (RFC 7638, section 3.2).
fn p256(x: Option<&str>, y: Option<&str>) -> Result<Map<String, Value>, &'static str> {
    const LENGTH: &str = "x and y of key are 32 bytes each, in base64url without padding";
    let (x_bytes, y_bytes) = (bytes(x).ok_or(LENGTH)?, bytes(y).ok_or(LENGTH)?);
    let point = [&[4][..], &x_bytes, &y_bytes].concat();
    ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(|_| "x and y of key are not a point of P-256")?;
    Ok(members([("crv", "P-256"), ("kty", "EC"), ("x", x.unwrap_or_default()), ("y", y.unwrap_or_default())]))
}

fn ed25519(x: Option<&str>, has_y: bool) -> Result<Map<String, Value>, &'static str> {
    let point = bytes(x).ok_or("x of key is 32 bytes in base64url without padding")?;
    if has_y {
        return Err("a key of Ed25519 has no y");
    }
    let mut unsigned = point.clone();
    if let Some(last) = unsigned.last_mut() {
        *last &= 0x7f;
    }
    let is_weak = SMALL_ORDER.contains(&crate::hex(&unsigned).as_str());
    if is_weak || ParsedPublicKey::new(&ED25519, point).is_err() {
        return Err("x of key is not a public key of Ed25519");
    }
    Ok(members([("crv", "Ed25519"), ("kty", "OKP"), ("x", x.unwrap_or_default())]))
}

fn members<const N: usize>(pairs: [(&str, &str); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The public key of RFC 7517, appendix A.1.
    fn ec() -> Value {
        json!({
            "kty": "EC", "crv": "P-256",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        })
    }

    /// The public key of RFC 8037, appendix A.2.
    fn okp() -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
    }

    fn with(mut jwk: Value, name: &str, value: Value) -> Value {
        jwk[name] = value;
        jwk
    }

    #[test]
    fn the_examples_of_the_rfcs_are_taken() {
        let key = check_jwk(&okp()).unwrap();
        assert_eq!((key.alg, key.kid.as_str()), ("EdDSA", "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"));
        let key = check_jwk(&with(ec(), "kid", json!("1"))).unwrap();
        assert_eq!((key.alg, key.kid.as_str()), ("ES256", "1"));
        assert_eq!(key.jwk["kid"], "1");
        assert_eq!(key.thumbprint, check_jwk(&ec()).unwrap().kid, "it does not depend on what is said of the key");
    }

    #[test]
    fn anything_else_is_refused() {
        let moved = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyI";
        for bad in [
            json!("x"),
            json!({}),
            with(ec(), "y", json!(moved)),
            with(ec(), "y", json!("AA")),
            with(ec(), "crv", json!("P-384")),
            with(ec(), "alg", json!("EdDSA")),
            with(ec(), "use", json!("enc")),
            with(ec(), "kid", json!("")),
            with(ec(), "kid", json!(7)),
            with(okp(), "y", json!("AA")),
            with(okp(), "alg", json!("none")),
            with(okp(), "x", json!("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=")),
            with(okp(), "x", json!(URL_SAFE_NO_PAD.encode([0; 32]))),
            with(okp(), "x", json!(URL_SAFE_NO_PAD.encode([0; 31]))),
            json!({"kty": "oct", "k": "AAAA"}),
        ] {
            assert!(check_jwk(&bad).is_err(), "{bad}");
        }
        for private in PRIVATE {
            assert!(check_jwk(&with(okp(), private, json!("AAAA"))).unwrap_err().contains("private"), "{private}");
        }
    }
}
