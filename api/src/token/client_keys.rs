//! The public keys that clients prove themselves with (RFC 7523), as they come in, are stored and verify.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zvit_domain::fault::Fault;
use zvit_texts::text;

/// The names of signature algorithms that an assertion may bear. `Ed25519` is what RFC 9864 calls EdDSA over that curve; newer
/// libraries write it so.
pub const SIGNING_ALGORITHMS: [&str; 3] = ["ES256", "EdDSA", "Ed25519"];

/// Members that only a private or a secret key has (RFC 7518, sections 6.2.2, 6.3.2 and 6.4; RFC 8037, section 2).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Bytes of a coordinate: P-256 and Ed25519 have the same.
const COORDINATE: usize = 32;

/// The algorithm of a client's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// ECDSA over P-256 with SHA-256 (RFC 7518, section 3.4).
    Es256,
    /// EdDSA over Ed25519 (RFC 8037).
    EdDsa,
}

impl KeyAlgorithm {
    /// The algorithm behind the `alg` of a JOSE header.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "ES256" => Some(Self::Es256),
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }

    /// The name it is stored and shown under.
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    fn verification(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Self::Es256 => &ECDSA_P256_SHA256_FIXED,
            Self::EdDsa => &ED25519,
        }
    }
}

/// A public key of a client, as a JSON Web Key (RFC 7517). Only public keys: one with a private member is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientKeyInput {
    /// `EC` with the curve P-256, `OKP` with Ed25519.
    #[schema(max_length = 8, pattern = "^(EC|OKP)$", example = "EC")]
    pub kty: String,
    /// The curve.
    #[schema(max_length = 16, pattern = "^(P-256|Ed25519)$", example = "P-256")]
    pub crv: String,
    /// The public key, or its x coordinate: 32 bytes, base64url without padding.
    #[schema(min_length = 43, max_length = 43, pattern = "^[A-Za-z0-9_-]{43}$")]
    pub x: String,
    /// The y coordinate; of `EC` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 43, max_length = 43, pattern = "^[A-Za-z0-9_-]{43}$")]
    pub y: Option<String>,
    /// The name of the key, unique among those of the client; assertions state it.
    #[schema(min_length = 1, max_length = 100, pattern = "^[!-~]{1,100}$", example = "2026-11")]
    pub kid: String,
    /// `ES256` with P-256; `EdDSA`, or `Ed25519` as RFC 9864 has it, with Ed25519.
    #[schema(max_length = 16, pattern = "^(ES256|EdDSA|Ed25519)$", example = "ES256")]
    pub alg: String,
    /// What it is for: `sig`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 8, pattern = "^sig$", example = "sig")]
    pub r#use: Option<String>,
}

impl ClientKeyInput {
    /// Whether a JWK holds what belongs to a private key.
    pub fn has_private_member(jwk: &serde_json::Value) -> bool {
        PRIVATE_MEMBERS.iter().any(|name| jwk.get(name).is_some())
    }

    /// Says of private members what they are: a private key that was sent somewhere is private no more.
    pub fn name_private_members(faults: &mut [Fault]) {
        for fault in faults {
            let member = fault.pointer.strip_prefix('/').unwrap_or_default();
            if PRIVATE_MEMBERS.contains(&member) {
                *fault = Fault::at(fault.pointer.clone(), "private_member", text!("key-private"));
            }
        }
    }

    /// The key, ready to verify.
    ///
    /// # Errors
    /// Every fault of the members as they stand together.
    pub fn read(&self) -> Result<ClientKey, Vec<Fault>> {
        let is_ec = self.kty == "EC";
        let (curve, algorithm) = if is_ec { ("P-256", KeyAlgorithm::Es256) } else { ("Ed25519", KeyAlgorithm::EdDsa) };
        let mut faults = Vec::new();
        if self.crv != curve {
            faults.push(Fault::at("/crv", "wrong_curve", text!("key-curve", curve = curve)));
        }
        if KeyAlgorithm::named(&self.alg) != Some(algorithm) {
            let name = algorithm.name();
            faults.push(Fault::at("/alg", "wrong_algorithm", text!("key-algorithm", name = name)));
        }
        match (is_ec, &self.y) {
            (true, None) => faults.push(Fault::at("/y", "required", text!("key-needs-y"))),
            (false, Some(_)) => faults.push(Fault::at("/y", "not_allowed", text!("key-without-y"))),
            _ => {}
        }
        let bytes: Vec<Option<Vec<u8>>> =
            [Some(&self.x), self.y.as_ref()].into_iter().flatten().map(|text| coordinate(text)).collect();
        for (name, _) in ["/x", "/y"].into_iter().zip(&bytes).filter(|(_, bytes)| bytes.is_none()) {
            faults.push(Fault::at(name, "wrong_length", text!("key-length")));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let key = ClientKey::of(&self.kid, algorithm, bytes.into_iter().flatten());
        if key.is_sound() {
            return Ok(key);
        }
        Err(vec![Fault::at("/x", "no_such_point", text!("key-no-point"))])
    }

    /// A key that was judged when it came in and is stored: none where it is no key at all.
    pub fn stored(&self) -> Option<ClientKey> {
        let algorithm = KeyAlgorithm::named(&self.alg)?;
        let coordinates = [Some(&self.x), self.y.as_ref()].into_iter().flatten().map(|text| coordinate(text));
        let coordinates: Vec<Vec<u8>> = coordinates.collect::<Option<_>>()?;
        Some(ClientKey::of(&self.kid, algorithm, coordinates))
    }

    /// The thumbprint of RFC 7638 (SHA-256, base64url): the required members in the order of their names.
    pub fn thumbprint(&self) -> String {
        let y = self.y.as_ref().map(|y| format!(r#","y":"{y}""#)).unwrap_or_default();
        let canonical = format!(r#"{{"crv":"{}","kty":"{}","x":"{}"{y}}}"#, self.crv, self.kty, self.x);
        URL_SAFE_NO_PAD.encode(digest(&SHA256, canonical.as_bytes()))
    }
}

fn coordinate(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == COORDINATE)
}

/// A public key that verifies.
#[derive(Clone, Debug)]
pub struct ClientKey {
    /// Its name.
    pub kid: String,
    /// Its algorithm.
    pub algorithm: KeyAlgorithm,
    /// As the library reads it when it verifies. Reading every key beforehand would take each process a good while whenever it
    /// reads the clients anew.
    bytes: Vec<u8>,
}

impl ClientKey {
    fn of(kid: &str, algorithm: KeyAlgorithm, coordinates: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let coordinates: Vec<u8> = coordinates.into_iter().flatten().collect();
        let bytes = match algorithm {
            // SEC 1, section 2.3.3: an uncompressed point.
            KeyAlgorithm::Es256 => [&[4], coordinates.as_slice()].concat(),
            KeyAlgorithm::EdDsa => coordinates,
        };
        Self { kid: kid.to_owned(), algorithm, bytes }
    }

    /// Whether it is a point that can prove anything.
    fn is_sound(&self) -> bool {
        let is_suspect = self.algorithm == KeyAlgorithm::EdDsa && !super::ed25519::is_sound(&self.bytes);
        !is_suspect && ParsedPublicKey::new(self.algorithm.verification(), &self.bytes).is_ok()
    }

    /// Whether the signature is one of this key over the message.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(self.algorithm.verification(), &self.bytes);
        key.verify(message, signature).is_ok()
    }

    /// A key that is nobody's, so that refusing an unknown client or key takes the same work as refusing a wrong signature.
    /// What it verifies counts for nothing: it is the example of RFC 7515, appendix A.3, or of RFC 8037, appendix A.2.
    pub(super) fn nobodys(algorithm: KeyAlgorithm) -> &'static Self {
        static ES256: LazyLock<ClientKey> = LazyLock::new(|| {
            let point = ["f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"];
            ClientKey::of("", KeyAlgorithm::Es256, point.into_iter().filter_map(coordinate))
        });
        static EDDSA: LazyLock<ClientKey> = LazyLock::new(|| {
            ClientKey::of("", KeyAlgorithm::EdDsa, coordinate("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"))
        });
        match algorithm {
            KeyAlgorithm::Es256 => &ES256,
            KeyAlgorithm::EdDsa => &EDDSA,
        }
    }
}

/// The keys of one client.
#[derive(Clone, Debug, Default)]
pub struct ClientKeys(Vec<ClientKey>);

impl ClientKeys {
    /// Adds a key.
    pub fn push(&mut self, key: ClientKey) {
        self.0.push(key);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key an assertion names; where it names none, the only one.
    pub(super) fn find(&self, kid: Option<&str>, algorithm: KeyAlgorithm) -> Option<&ClientKey> {
        let found = match (kid, self.0.as_slice()) {
            (Some(kid), keys) => keys.iter().find(|key| key.kid == kid),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        found.filter(|key| key.algorithm == algorithm)
    }
}

#[cfg(test)]
mod tests {
    use zvit_domain::word::Text;

    use super::*;

    fn ec() -> ClientKeyInput {
        ClientKeyInput {
            kty: "EC".into(),
            crv: "P-256".into(),
            x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU".into(),
            y: Some("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0".into()),
            kid: "1".into(),
            alg: "ES256".into(),
            r#use: None,
        }
    }

    fn okp() -> ClientKeyInput {
        ClientKeyInput {
            kty: "OKP".into(),
            crv: "Ed25519".into(),
            x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".into(),
            y: None,
            kid: "2".into(),
            alg: "EdDSA".into(),
            r#use: Some("sig".into()),
        }
    }

    fn places(input: &ClientKeyInput) -> Vec<String> {
        input.read().unwrap_err().into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn keys_of_both_kinds_are_read_and_those_that_do_not_fit_are_refused() {
        for input in [ec(), okp()] {
            let (read, stored) = (input.read().unwrap(), input.stored().unwrap());
            assert_eq!((read.kid, read.algorithm, read.bytes), (stored.kid, stored.algorithm, stored.bytes));
        }
        assert!(ClientKeyInput { alg: "RS256".into(), ..ec() }.stored().is_none());
        assert!(ClientKeyInput { x: "AAAA".into(), ..ec() }.stored().is_none());
        assert_eq!(ec().read().unwrap().algorithm, KeyAlgorithm::Es256);
        assert_eq!(okp().read().unwrap().algorithm, KeyAlgorithm::EdDsa);
        assert_eq!(ClientKeyInput { alg: "Ed25519".into(), ..okp() }.read().unwrap().algorithm, KeyAlgorithm::EdDsa);
        for (input, place) in [
            (ClientKeyInput { crv: "Ed25519".into(), ..ec() }, "/crv"),
            (ClientKeyInput { crv: "P-256".into(), ..okp() }, "/crv"),
            (ClientKeyInput { alg: "EdDSA".into(), ..ec() }, "/alg"),
            (ClientKeyInput { alg: "ES256".into(), ..okp() }, "/alg"),
            (ClientKeyInput { y: None, ..ec() }, "/y"),
            (ClientKeyInput { y: ec().y, ..okp() }, "/y"),
            (ClientKeyInput { x: "AAAA".into(), ..ec() }, "/x"),
            // The last character has bits that belong to no byte.
            (ClientKeyInput { x: format!("{}B", "A".repeat(42)), ..ec() }, "/x"),
            (ClientKeyInput { y: Some("A".repeat(43)), ..ec() }, "/x"),
            (ClientKeyInput { x: ec().y.unwrap(), y: Some(ec().x), ..ec() }, "/x"),
            (ClientKeyInput { x: "A".repeat(43), ..okp() }, "/x"),
        ] {
            assert_eq!(places(&input), [place], "{input:?}");
        }
    }

    #[test]
    fn the_thumbprint_of_a_key_is_that_of_rfc_8037() {
        assert_eq!(okp().thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_ne!(ec().thumbprint(), okp().thumbprint());
    }

    #[test]
    fn a_key_is_found_by_its_name_or_by_being_the_only_one() {
        let mut keys = ClientKeys::default();
        assert!(keys.is_empty() && keys.find(None, KeyAlgorithm::Es256).is_none());
        keys.push(ec().read().unwrap());
        assert_eq!(keys.find(None, KeyAlgorithm::Es256).unwrap().kid, "1");
        assert!(keys.find(Some("2"), KeyAlgorithm::Es256).is_none() && keys.find(None, KeyAlgorithm::EdDsa).is_none());
        keys.push(okp().read().unwrap());
        assert!(keys.find(None, KeyAlgorithm::Es256).is_none(), "which one is not said");
        assert!(
            keys.find(Some("2"), KeyAlgorithm::EdDsa).is_some() && keys.find(Some("2"), KeyAlgorithm::Es256).is_none()
        );
        assert_eq!(keys.len(), 2);
    }

    #[test]
    fn nobodys_keys_are_keys() {
        for algorithm in [KeyAlgorithm::Es256, KeyAlgorithm::EdDsa] {
            let key = ClientKey::nobodys(algorithm);
            assert!(key.is_sound() && !key.verifies(b"x", &[0; 64]));
        }
    }

    #[test]
    fn private_members_are_named_as_such() {
        let mut faults = vec![
            Fault::at("/d", "unknown_member", Text::new("", "")),
            Fault::at("/more", "unknown_member", Text::new("", "")),
        ];
        ClientKeyInput::name_private_members(&mut faults);
        assert_eq!((faults[0].code, faults[1].code), ("private_member", "unknown_member"));
    }
}
