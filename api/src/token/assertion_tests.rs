use super::*;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use proptest::prelude::*;
use serde_json::json;

use super::super::client_keys::ClientKeyInput;

const ISSUER: &str = "https://zvit.localhost";
const CLIENT: &str = "client-1";

enum Pair {
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl Pair {
    fn ec() -> Self {
        Self::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn ed() -> Self {
        Self::Ed(Ed25519KeyPair::generate().unwrap())
    }

    fn alg(&self) -> &'static str {
        if matches!(self, Self::Ec(_)) { "ES256" } else { "EdDSA" }
    }

    fn public(&self, kid: &str) -> ClientKeyInput {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let (kty, crv, x, y) = match self {
            Self::Ec(pair) => {
                let point = pair.public_key().as_ref();
                ("EC", "P-256", text(&point[1..33]), Some(text(&point[33..])))
            }
            Self::Ed(pair) => ("OKP", "Ed25519", text(pair.public_key().as_ref()), None),
        };
        let (kty, crv, kid, alg) = (kty.into(), crv.into(), kid.into(), self.alg().into());
        ClientKeyInput { kty, crv, x, y, kid, alg, r#use: None }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ec(pair) => pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Self::Ed(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    fn signed(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", part(header), part(claims));
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(self.sign(message.as_bytes())))
    }
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn keys(pairs: &[(&str, &Pair)]) -> ClientKeys {
    let mut keys = ClientKeys::default();
    for (kid, pair) in pairs {
        keys.push(pair.public(kid).read().unwrap());
    }
    keys
}

fn now() -> Time {
    Time::parse("2026-11-23T02:10:00Z").unwrap()
}

fn claims() -> Value {
    let now = now().as_seconds();
    json!({"iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": "1"})
}

fn judge(text: &str, keys: &ClientKeys) -> Result<Proved, AssertionFault> {
    Assertion::read(text)?.verify(Some(keys), ISSUER, now())
}

/// An assertion of a client with this one key, its claims changed; null takes one away.
fn with(pair: &Pair, changes: &Value) -> Result<Proved, AssertionFault> {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    judge(&pair.signed(&json!({"alg": pair.alg()}), &claims), &keys(&[("a", pair)]))
}

fn is_invalid(result: &Result<Proved, AssertionFault>) -> bool {
    matches!(result, Err(Invalid(_)))
}

#[test]
fn a_good_assertion_of_either_kind_is_taken() {
    for (pair, names) in [(Pair::ec(), ["ES256", "ES256"]), (Pair::ed(), ["EdDSA", "Ed25519"])] {
        let keys = keys(&[("a", &pair)]);
        for alg in names {
            for header in [
                json!({"alg": alg}),
                json!({"alg": alg, "kid": "a", "typ": "JWT"}),
                json!({"alg": alg, "typ": "client-authentication+jwt", "x5t": "ignored"}),
            ] {
                let text = pair.signed(&header, &claims());
                let read = Assertion::read(&text).unwrap();
                assert_eq!(read.client_id(), CLIENT);
                let proved = read.verify(Some(&keys), ISSUER, now()).unwrap();
                assert_eq!(proved, Proved { jti: "1".into(), until: now().plus_seconds(120) });
            }
        }
        assert!(with(&pair, &json!({"aud": [ISSUER], "more": {"a": 1}})).is_ok());
    }
}

#[test]
fn a_header_that_asks_for_more_is_refused() {
    let pair = Pair::ec();
    let keys = keys(&[("a", &pair)]);
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("jwk", json!(pair.public("a"))),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("x5c", json!(["AAAA"])),
        ("typ", json!("at+jwt")),
        ("typ", json!(7)),
        ("typ", json!(null)),
        ("kid", json!("b")),
        ("kid", json!("")),
        ("kid", json!(["a"])),
        ("kid", json!(null)),
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("EdDSA")),
        ("alg", json!("Ed25519")),
        ("alg", json!("ES384")),
        ("alg", json!("es256")),
        ("alg", json!(null)),
    ] {
        let mut header = json!({"alg": "ES256", "kid": "a"});
        header[name] = value.clone();
        assert!(is_invalid(&judge(&pair.signed(&header, &claims()), &keys)), "{name} = {value}");
    }
    let twice = format!("{}.{}", URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","kid":"b","kid":"a"}"#), part(&claims()));
    let twice = format!("{twice}.{}", URL_SAFE_NO_PAD.encode(pair.sign(twice.as_bytes())));
    assert!(is_invalid(&judge(&twice, &keys)));
}

#[test]
fn a_key_is_used_for_its_own_algorithm_only() {
    let (ec, ed) = (Pair::ec(), Pair::ed());
    let both = keys(&[("ec", &ec), ("ed", &ed)]);
    for (pair, kid, alg, good) in [
        (&ec, Some("ec"), "ES256", true),
        (&ed, Some("ed"), "EdDSA", true),
        (&ec, Some("ec"), "EdDSA", false),
        (&ed, Some("ed"), "ES256", false),
        (&ec, Some("ed"), "ES256", false),
        (&ec, Some("ed"), "EdDSA", false),
        // With several keys the one that is meant is named.
        (&ec, None, "ES256", false),
    ] {
        let header = kid.map_or_else(|| json!({"alg": alg}), |kid| json!({"alg": alg, "kid": kid}));
        assert_eq!(judge(&pair.signed(&header, &claims()), &both).is_ok(), good, "{header}");
    }
}

#[test]
fn unsigned_and_hmac_assertions_are_refused() {
    for pair in [Pair::ec(), Pair::ed()] {
        let keys = keys(&[("a", &pair)]);
        for alg in ["none", "HS256", pair.alg()] {
            let message = format!("{}.{}", part(&json!({"alg": alg, "kid": "a"})), part(&claims()));
            assert!(is_invalid(&judge(&format!("{message}."), &keys)), "{alg}");
            let public = pair.public("a");
            let bytes = [Some(public.x), public.y].into_iter().flatten();
            let bytes: Vec<u8> = bytes.flat_map(|text| URL_SAFE_NO_PAD.decode(text).unwrap()).collect();
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &bytes), message.as_bytes());
            assert!(is_invalid(&judge(&format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag)), &keys)), "{alg}");
        }
    }
}

#[test]
fn the_audience_is_this_issuer_alone() {
    let pair = Pair::ed();
    for aud in [
        json!(null),
        json!(7),
        json!(""),
        json!([]),
        json!([ISSUER, "https://other.example"]),
        json!([ISSUER, ISSUER]),
        json!([[ISSUER]]),
        json!("https://other.example"),
        json!(format!("{ISSUER}/oauth2/token")),
        json!(format!("{ISSUER}/")),
        json!({"aud": ISSUER}),
    ] {
        assert!(is_invalid(&with(&pair, &json!({"aud": aud}))), "{aud}");
    }
}

#[test]
fn issuer_subject_and_id_are_needed() {
    let pair = Pair::ed();
    for changes in [
        json!({"iss": null}),
        json!({"sub": null}),
        json!({"iss": "other"}),
        json!({"sub": "other"}),
        json!({"iss": "", "sub": ""}),
        json!({"iss": [CLIENT], "sub": [CLIENT]}),
        json!({"jti": null}),
        json!({"jti": ""}),
        json!({"jti": 7}),
        json!({"jti": "x".repeat(256)}),
    ] {
        assert!(is_invalid(&with(&pair, &changes)), "{changes}");
    }
    assert!(with(&pair, &json!({"jti": "ї".repeat(255)})).is_ok());
}

#[test]
fn times_are_judged_with_a_minute_of_tolerance_and_a_minute_of_life() {
    let pair = Pair::ed();
    let now = now().as_seconds();
    let times = |iat: Option<i64>, nbf: Option<i64>, exp: i64| {
        let date = |offset: i64| json!(now + offset);
        with(&pair, &json!({"iat": iat.map(date), "nbf": nbf.map(date), "exp": date(exp)}))
    };
    for (iat, nbf, exp) in [
        (Some(0), None, 60),
        (Some(0), Some(0), 60),
        (None, Some(0), 60),
        (None, None, 60),
        (None, None, 120),
        (Some(59), Some(59), 119),
        (Some(60), None, 120),
        (Some(-119), None, -59),
        (Some(0), None, 1),
    ] {
        assert!(times(iat, nbf, exp).is_ok(), "{iat:?} {nbf:?} {exp}: {:?}", times(iat, nbf, exp));
    }
    for (iat, nbf, exp) in [
        (Some(0), None, 61),
        (None, Some(0), 61),
        (None, None, 121),
        (Some(61), None, 121),
        (Some(0), Some(61), 60),
        (None, Some(61), 121),
        (Some(-120), None, -60),
        (Some(-121), None, -61),
        (None, None, -61),
        (Some(10), None, 5),
        (Some(0), Some(30), 20),
        (Some(1_000_000), None, 1_000_060),
    ] {
        assert!(matches!(times(iat, nbf, exp), Err(WrongTime(_))), "{iat:?} {nbf:?} {exp}: {:?}", times(iat, nbf, exp));
    }
    for changes in [
        json!({"exp": null}),
        json!({"exp": "soon"}),
        json!({"exp": -1}),
        json!({"exp": 1e300}),
        json!({"iat": "now"}),
        json!({"nbf": true}),
    ] {
        assert!(is_invalid(&with(&pair, &changes)), "{changes}");
    }
    #[allow(clippy::cast_precision_loss, reason = "a date has room")]
    let begin = now as f64 + 0.25;
    assert!(with(&pair, &json!({"iat": begin, "exp": begin + 60.0})).is_ok(), "a date may have a fraction");
    assert!(with(&pair, &json!({"iat": begin, "exp": begin + 60.5})).is_err());
}

#[test]
fn the_time_is_told_to_nobody_whose_signature_is_not_true() {
    let (pair, other) = (Pair::ed(), Pair::ed());
    let mut late = claims();
    late["exp"] = json!(1);
    late["iat"] = json!(0);
    let header = json!({"alg": "EdDSA", "kid": "a"});
    assert!(matches!(judge(&pair.signed(&header, &late), &keys(&[("a", &pair)])), Err(WrongTime(_))));
    assert!(is_invalid(&judge(&other.signed(&header, &late), &keys(&[("a", &pair)]))));
    let text = pair.signed(&header, &late);
    let read = Assertion::read(&text).unwrap();
    assert!(
        is_invalid(&read.verify(None, ISSUER, now()))
            && is_invalid(&read.verify(Some(&ClientKeys::default()), ISSUER, now()))
    );
}

#[test]
fn the_key_that_is_nobodys_lets_nobody_in() {
    // Whoever knows the private key of RFC 8037, appendix A.1, is still no client.
    let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
    let public = URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
    let pair = Pair::Ed(Ed25519KeyPair::from_seed_and_public_key(&seed, &public).unwrap());
    let text = pair.signed(&json!({"alg": "EdDSA"}), &claims());
    assert!(is_invalid(&Assertion::read(&text).unwrap().verify(None, ISSUER, now())));
}

#[test]
fn what_is_too_long_is_not_looked_at() {
    let pair = Pair::ed();
    assert!(with(&pair, &json!({"more": "x".repeat(2000)})).is_ok());
    assert_eq!(with(&pair, &json!({"more": "x".repeat(4000)})), Err(Invalid("too long")));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    /// One character changed to another, taken out or put in: it never passes.
    #[test]
    fn a_changed_assertion_never_passes(place in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.=-]", how in 0..3) {
        let pair = Pair::ed();
        let text = pair.signed(&json!({"alg": "EdDSA", "kid": "a"}), &claims());
        let at = place.index(text.len());
        let end = if how == 2 { at } else { at + 1 };
        let changed = format!("{}{}{}", &text[..at], if how == 1 { "" } else { to.as_str() }, &text[end..]);
        prop_assume!(changed != text);
        prop_assert!(judge(&changed, &keys(&[("a", &pair)])).is_err(), "{changed}");
    }

    /// A signature never carries another message.
    #[test]
    fn claims_under_a_foreign_signature_never_pass(name in "iss|sub|aud|exp|iat|jti|more", value in "[a-z0-9]{1,8}") {
        let pair = Pair::ec();
        let header = json!({"alg": "ES256", "kid": "a"});
        let text = pair.signed(&header, &claims());
        let mut other = claims();
        other[name] = json!(value);
        prop_assume!(other != claims());
        let forged = format!("{}.{}.{}", part(&header), part(&other), text.rsplit_once('.').unwrap().1);
        prop_assert!(judge(&forged, &keys(&[("a", &pair)])).is_err());
    }

    #[test]
    fn whatever_comes_is_answered(text in "\\PC{0,300}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let keys = ClientKeys::default();
        prop_assert!(judge(&text, &keys).is_err());
        let three = format!("{}.{}.{}", URL_SAFE_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&text), text);
        prop_assert!(judge(&three, &keys).is_err());
    }

    /// Any JSON in the place of a claim is judged, never trusted.
    #[test]
    fn whatever_a_claim_holds_is_judged(name in "iss|sub|aud|exp|iat|nbf|jti", number in any::<f64>(), text in "\\PC{0,20}") {
        let pair = Pair::ed();
        for value in [json!(number), json!(text), json!([number]), json!({"a": text}), json!(true)] {
            let mut changed = claims();
            changed[&name] = value;
            let result = judge(&pair.signed(&json!({"alg": "EdDSA"}), &changed), &keys(&[("a", &pair)]));
            let harmless = name == "jti" && changed["jti"].is_string();
            prop_assert!(result.is_err() || harmless || changed[&name].is_number(), "{changed}");
        }
    }
}
