//! Key pairs of clients, and the assertions they sign (RFC 7523): whatever the test wants them to say.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::client::Client;
use crate::run::{fresh, now};
use crate::server::Server;

/// The issuer of the seeded stores.
pub const ISSUER: &str = "https://zvit.localhost";

/// What goes with every assertion in a form.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A key pair with its name.
#[allow(missing_debug_implementations, reason = "a private key is not shown")]
pub struct KeyPair {
    /// Its name, as registered.
    pub kid: String,
    pair: Pair,
}

enum Pair {
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl KeyPair {
    /// A new pair on P-256.
    pub fn es256(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("randomness");
        Self { kid: kid.into(), pair: Pair::Ec(pair) }
    }

    /// A new pair on Ed25519.
    pub fn eddsa(kid: &str) -> Self {
        Self { kid: kid.into(), pair: Pair::Ed(Ed25519KeyPair::generate().expect("randomness")) }
    }

    /// The name of its algorithm.
    pub fn alg(&self) -> &'static str {
        if matches!(self.pair, Pair::Ec(_)) { "ES256" } else { "EdDSA" }
    }

    /// The bytes of the public key, as forgers take them for a secret.
    pub fn public_bytes(&self) -> &[u8] {
        match &self.pair {
            Pair::Ec(pair) => pair.public_key().as_ref(),
            Pair::Ed(pair) => pair.public_key().as_ref(),
        }
    }

    /// The public key as a JWK.
    pub fn public(&self) -> Value {
        let (kid, alg, text) = (&self.kid, self.alg(), |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes));
        match &self.pair {
            Pair::Ec(pair) => {
                let point = pair.public_key().as_ref();
                json!({"kty": "EC", "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..]), "kid": kid, "alg": alg})
            }
            Pair::Ed(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref()), "kid": kid, "alg": alg})
            }
        }
    }

    /// A JWT with this header and these claims.
    pub fn signed(&self, header: &Value, claims: &Value) -> String {
        let message = unsigned(header, claims);
        let signature = match &self.pair {
            Pair::Ec(pair) => pair.sign(&SystemRandom::new(), message.as_bytes()).expect("it signs").as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(message.as_bytes()).as_ref().to_vec(),
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The header of its assertions.
    pub fn header(&self) -> Value {
        json!({"typ": "JWT", "alg": self.alg(), "kid": self.kid})
    }

    /// A good assertion.
    pub fn assertion(&self, client_id: &str) -> String {
        self.signed(&self.header(), &claims(client_id))
    }
}

/// Header and claims without a signature.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// The claims of a good assertion, made now.
pub fn claims(client_id: &str) -> Value {
    let now = now().as_seconds();
    json!({"iss": client_id, "sub": client_id, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": fresh()})
}

/// Asks for a token with an assertion.
pub fn ask_with(server: &Server, assertion: &str) -> Answer {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion),
    ];
    server.anyone().post("/oauth2/token").form(&form).send()
}

/// Registers a key of the caller's own client.
#[track_caller]
pub fn register(client: &Client, key: &KeyPair) {
    let path = format!("/v1/clients/{}/keys", client.account().client_id);
    client.post(&path).fresh_key().json(key.public()).expect(201);
}
