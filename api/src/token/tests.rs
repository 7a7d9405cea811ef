use super::*;
use aws_lc_rs::hmac;
use serde_json::json;

const ISSUER: &str = "https://zvit.localhost";

struct Fixture {
    key: SigningKey,
    keys: KeySet,
    now: Time,
}

impl Fixture {
    fn new() -> Self {
        let key = SigningKey::generate().unwrap();
        let keys = KeySet::new([(key.kid.clone(), key.public_x.clone())]).unwrap();
        Self { key, keys, now: Time::parse("2026-11-23T02:10:00Z").unwrap() }
    }

    fn claims(&self) -> Claims {
        Claims::new(
            ISSUER,
            "client-1",
            &["incidents:read".to_owned(), "incidents:write".to_owned()],
            3,
            "id-1",
            self.now,
        )
    }

    fn verify(&self, token: &str) -> Result<Claims, TokenFault> {
        verify(token, &self.keys, ISSUER, self.now)
    }

    /// A token with whatever header and claims, truly signed.
    fn signed(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", part(header), part(claims));
        let pair = aws_lc_rs::signature::Ed25519KeyPair::from_pkcs8(&self.key.pkcs8).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(pair.sign(message.as_bytes()).as_ref()))
    }

    fn header(&self) -> Value {
        json!({"typ": "at+jwt", "alg": "EdDSA", "kid": self.key.kid})
    }

    fn with_header(&self, name: &str, value: Value) -> Result<Claims, TokenFault> {
        let mut header = self.header();
        header[name] = value;
        self.verify(&self.signed(&header, &json!(self.claims())))
    }

    fn with_claim(&self, name: &str, value: Option<Value>) -> Result<Claims, TokenFault> {
        let mut claims = json!(self.claims());
        match value {
            Some(value) => claims[name] = value,
            None => drop(claims.as_object_mut().unwrap().remove(name)),
        }
        self.verify(&self.signed(&self.header(), &claims))
    }
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn refused(result: Result<Claims, TokenFault>) -> bool {
    matches!(result, Err(TokenFault::Invalid(_)))
}

#[test]
fn what_was_issued_is_verified() {
    let f = Fixture::new();
    let claims = f.claims();
    let token = issue(&f.key, &claims).unwrap();
    assert_eq!(f.verify(&token), Ok(claims.clone()));
    assert_eq!(f.verify(&f.signed(&f.header(), &json!(claims))), Ok(claims.clone()));
    assert!(claims.has_scope("incidents:read") && !claims.has_scope("incidents") && !claims.has_scope(""));
}

#[test]
fn a_header_that_says_anything_else_is_refused() {
    let f = Fixture::new();
    for typ in [json!("JWT"), json!("application/at+jwt"), json!("AT+JWT"), json!(7), json!(null)] {
        assert!(refused(f.with_header("typ", typ.clone())), "{typ}");
    }
    for alg in [json!("none"), json!("None"), json!("HS256"), json!("ES256"), json!("eddsa"), json!(null)] {
        assert!(refused(f.with_header("alg", alg.clone())), "{alg}");
    }
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("x5c", json!(["AAAA"])),
        ("jwk", json!({"kty": "OKP", "crv": "Ed25519", "x": f.key.public_x})),
        ("b64", json!(false)),
    ] {
        assert!(refused(f.with_header(name, value)), "{name}");
    }
    for kid in [json!("unknown"), json!(""), json!(null), json!([f.key.kid])] {
        assert!(refused(f.with_header("kid", kid.clone())), "{kid}");
    }
    let twice = format!(r#"{{"typ":"at+jwt","alg":"EdDSA","kid":"x","kid":"{}"}}"#, f.key.kid);
    let token = f.signed(&f.header(), &json!(f.claims()));
    let rest = token.split_once('.').unwrap().1;
    assert!(refused(f.verify(&format!("{}.{rest}", URL_SAFE_NO_PAD.encode(twice)))));
}

#[test]
fn unsigned_and_hmac_tokens_are_refused() {
    let f = Fixture::new();
    let unsigned = |header: &Value| format!("{}.{}.", part(header), part(&json!(f.claims())));
    assert!(refused(f.verify(&unsigned(&f.header()))));
    assert!(refused(f.verify(&unsigned(&json!({"typ": "at+jwt", "alg": "none", "kid": f.key.kid})))));

    for alg in ["HS256", "EdDSA"] {
        let message =
            format!("{}.{}", part(&json!({"typ": "at+jwt", "alg": alg, "kid": f.key.kid})), part(&json!(f.claims())));
        let public = URL_SAFE_NO_PAD.decode(&f.key.public_x).unwrap();
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &public), message.as_bytes());
        assert!(refused(f.verify(&format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag)))), "{alg}");
    }
}

#[test]
fn the_audience_is_one_text_and_ours() {
    let f = Fixture::new();
    for aud in [
        None,
        Some(json!([ISSUER])),
        Some(json!(7)),
        Some(json!(null)),
        Some(json!("")),
        Some(json!("https://other.example")),
        Some(json!([])),
    ] {
        assert!(refused(f.with_claim("aud", aud.clone())), "{aud:?}");
    }
    for iss in [None, Some(json!([ISSUER])), Some(json!("https://other.example")), Some(json!(null))] {
        assert!(refused(f.with_claim("iss", iss.clone())), "{iss:?}");
    }
}

#[test]
fn every_claim_is_needed_in_its_type() {
    let f = Fixture::new();
    for name in ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "scope", "cv"] {
        assert!(refused(f.with_claim(name, None)), "{name}");
        assert!(refused(f.with_claim(name, Some(json!({})))), "{name}");
    }
    assert!(refused(f.with_claim("sub", Some(json!("")))));
    assert!(refused(f.with_claim("exp", Some(json!("9999999999")))));
}

#[test]
fn times_are_judged_by_the_callers_clock_with_five_seconds_of_leeway() {
    let f = Fixture::new();
    let token = issue(&f.key, &f.claims()).unwrap();
    let at = |seconds: i64| verify(&token, &f.keys, ISSUER, f.now.plus_seconds(seconds));
    assert!(at(-5).is_ok() && at(0).is_ok() && at(604).is_ok());
    assert!(refused(at(-6)));
    assert_eq!(at(605), Err(TokenFault::Expired));
    assert_eq!(at(1_000_000), Err(TokenFault::Expired));
    let later = f.now.as_seconds() + 60;
    assert!(refused(f.with_claim("nbf", Some(json!(later)))));
    assert!(refused(f.with_claim("iat", Some(json!(later)))));
    assert_eq!(f.with_claim("exp", Some(json!(1))), Err(TokenFault::Expired));
    assert!(refused(f.with_claim("exp", Some(json!(-1)))));
    assert!(refused(f.with_claim("nbf", Some(json!(i64::MAX)))));
    let longer = f.now.as_seconds() + LIFETIME_S + 1;
    for exp in [json!(longer), json!(i64::MAX)] {
        assert!(refused(f.with_claim("exp", Some(exp))));
    }
    assert!(refused(f.with_claim("iat", Some(json!(i64::MIN)))));
}

#[test]
fn a_changed_or_foreign_token_is_refused() {
    let f = Fixture::new();
    let token = issue(&f.key, &f.claims()).unwrap();
    let (head, signature) = token.rsplit_once('.').unwrap();
    let (header, _) = head.split_once('.').unwrap();
    let mut claims = f.claims();
    claims.scope = "audit:read".into();
    assert!(refused(f.verify(&format!("{header}.{}.{signature}", part(&json!(claims))))));
    assert!(refused(verify(&token, &Fixture::new().keys, ISSUER, f.now)));
    let mut other = Fixture::new();
    other.key.kid.clone_from(&f.key.kid);
    assert!(refused(f.verify(&issue(&other.key, &f.claims()).unwrap())));
    for nonsense in
        ["", ".", "..", "...", "a.b.c", head, &format!("{token}.x"), &format!("{token}="), &"x".repeat(5000)]
    {
        assert!(refused(f.verify(nonsense)), "{nonsense}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(500))]

    #[test]
    fn no_change_of_a_token_is_verified(
        changes in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), proptest::char::range(' ', '~'), 0..4_u8), 1..4),
    ) {
        static FIXTURE: std::sync::OnceLock<(Fixture, String)> = std::sync::OnceLock::new();
        let (f, token) = FIXTURE.get_or_init(|| {
            let f = Fixture::new();
            let token = issue(&f.key, &f.claims()).unwrap();
            (f, token)
        });
        let mut changed: Vec<char> = token.chars().collect();
        for (place, character, how) in changes {
            let at = place.index(changed.len() + 1);
            match (how, changed.get_mut(at)) {
                (0, Some(place)) => *place = character,
                (1, Some(_)) => drop(changed.remove(at)),
                (2, Some(_)) => changed.truncate(at),
                _ => changed.insert(at, character),
            }
        }
        let changed: String = changed.into_iter().collect();
        proptest::prop_assert!(changed == *token || refused(f.verify(&changed)), "{changed}");
    }

    #[test]
    fn no_text_makes_verification_panic(text in proptest::prelude::any::<String>(), parts in proptest::collection::vec(proptest::prelude::any::<Vec<u8>>(), 1..5)) {
        let f = Fixture::new();
        proptest::prop_assert!(refused(f.verify(&text)));
        let encoded: Vec<String> = parts.iter().map(|part| URL_SAFE_NO_PAD.encode(part)).collect();
        proptest::prop_assert!(refused(f.verify(&encoded.join("."))));
    }
}
