//! Signing keys and the set of those that verify.

use std::collections::BTreeMap;
use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A key can't be made or used.
#[derive(Clone, Debug, thiserror::Error)]
#[error("signing key: {0}")]
pub struct KeyFault(String);

impl KeyFault {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// A key that signs tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its id: the thumbprint of RFC 7638 over the public key.
    pub kid: String,
    /// The private key, PKCS#8 version 2, DER.
    pub pkcs8: Vec<u8>,
    /// The public key: 32 bytes, base64url without padding (`x` of RFC 8037).
    pub public_x: String,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).field("pkcs8", &"[redacted]").finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A new key from the system's randomness.
    ///
    /// # Errors
    /// When there is none to be had.
    pub fn generate() -> Result<Self, KeyFault> {
        let document =
            Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| KeyFault::new("can't be generated"))?;
        Self::from_pkcs8(document.as_ref().to_vec())
    }

    /// A key that was stored.
    ///
    /// # Errors
    /// When the bytes are not a PKCS#8 document of an Ed25519 key.
    pub fn from_pkcs8(pkcs8: Vec<u8>) -> Result<Self, KeyFault> {
        let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).map_err(|_| KeyFault::new("not PKCS#8 of an Ed25519 key"))?;
        let public_x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        Ok(Self { kid: thumbprint(&public_x), pkcs8, public_x })
    }
}

/// RFC 7638, section 3, over the members that RFC 8037 requires, in their order.
fn thumbprint(public_x: &str) -> String {
    let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{public_x}"}}"#);
    URL_SAFE_NO_PAD.encode(digest(&SHA256, canonical.as_bytes()))
}

/// The keys that verify tokens: the active one, the next, and retired ones whose tokens still live.
#[derive(Clone, Debug, Default)]
pub struct KeySet(BTreeMap<String, Verifying>);

#[derive(Clone, Debug)]
struct Verifying {
    key: DecodingKey,
    public_x: String,
}

impl KeySet {
    /// A set of `(kid, public_x)`.
    ///
    /// # Errors
    /// When an `x` is not 32 bytes in base64url.
    pub fn new(keys: impl IntoIterator<Item = (String, String)>) -> Result<Self, KeyFault> {
        let read = |(kid, public_x): (String, String)| {
            let bytes = URL_SAFE_NO_PAD.decode(&public_x).ok().filter(|bytes| bytes.len() == 32);
            let bytes = bytes.ok_or_else(|| KeyFault::new(format!("x of {kid} is not 32 bytes in base64url")))?;
            Ok((kid, Verifying { key: DecodingKey::from_ed_der(&bytes), public_x }))
        };
        keys.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn get(&self, kid: &str) -> Option<&DecodingKey> {
        self.0.get(kid).map(|verifying| &verifying.key)
    }

    /// The set as it is published.
    pub fn jwks(&self) -> Jwks {
        let jwk = |(kid, verifying): (&String, &Verifying)| Jwk {
            kty: "OKP".into(),
            crv: "Ed25519".into(),
            x: verifying.public_x.clone(),
            kid: kid.clone(),
            alg: "EdDSA".into(),
            r#use: "sig".into(),
        };
        Jwks { keys: self.0.iter().map(jwk).collect() }
    }
}

/// The public keys that verify access tokens (RFC 7517).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = KeySet)]
pub struct Jwks {
    /// The keys.
    #[schema(max_items = 20)]
    pub keys: Vec<Jwk>,
}

/// A public key of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PublicKey)]
pub struct Jwk {
    /// `OKP` (RFC 8037).
    #[schema(max_length = 16, example = "OKP")]
    pub kty: String,
    /// `Ed25519`.
    #[schema(max_length = 16, example = "Ed25519")]
    pub crv: String,
    /// The public key, base64url.
    #[schema(max_length = 100)]
    pub x: String,
    /// Thumbprint of RFC 7638.
    #[schema(max_length = 100)]
    pub kid: String,
    /// `EdDSA`.
    #[schema(max_length = 16, example = "EdDSA")]
    pub alg: String,
    /// `sig`.
    #[schema(max_length = 16, example = "sig")]
    pub r#use: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key and its thumbprint that RFC 8037 gives as an example (appendices A.2 and A.3).
    #[test]
    fn the_thumbprint_is_that_of_rfc_8037() {
        assert_eq!(
            thumbprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }

    #[test]
    fn a_stored_key_is_the_same_key() {
        let key = SigningKey::generate().unwrap();
        assert_eq!(SigningKey::from_pkcs8(key.pkcs8.clone()).unwrap(), key);
        assert_ne!(SigningKey::generate().unwrap().kid, key.kid);
        assert!(SigningKey::from_pkcs8(vec![1, 2, 3]).is_err());
        assert!(format!("{key:?}").contains("[redacted]"));
    }

    #[test]
    fn what_is_published_holds_no_private_member() {
        let key = SigningKey::generate().unwrap();
        let set = KeySet::new([(key.kid.clone(), key.public_x.clone())]).unwrap();
        let published = serde_json::to_value(set.jwks()).unwrap();
        let expected = serde_json::json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": key.public_x, "kid": key.kid, "alg": "EdDSA", "use": "sig"}]});
        assert_eq!(published, expected);
        assert!(KeySet::new([("k".to_owned(), "AAAA".to_owned())]).is_err());
    }
}
