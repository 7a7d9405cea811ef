use super::*;

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    headers
}

#[test]
fn if_match_wants_the_present_strong_tag() {
    let judge = |value: &str| IfMatch::of(&headers(&[("if-match", value)])).required("\"7\"").map_err(|p| p.status());
    for good in ["\"7\"", "*", "\"6\", \"7\"", "\"a,b\",\"7\"", "W/\"7\" , \"7\""] {
        assert_eq!(judge(good), Ok(()), "{good}");
    }
    for stale in ["\"6\"", "W/\"7\"", "\"7 \"".trim_end_matches(" \"")] {
        assert!(matches!(judge(stale), Err(412 | 422)), "{stale}");
    }
    for malformed in ["7", "\"7", "\"6\" \"7\"", "", "W/7"] {
        assert_eq!(judge(malformed), Err(422), "{malformed:?}");
    }
    let absent = IfMatch::of(&headers(&[]));
    assert_eq!(absent.required("\"7\"").map_err(|p| p.status()), Err(428));
    assert_eq!(absent.optional("\"7\"").map_err(|p| p.status()), Ok(()));
    assert_eq!(etag(7), "\"7\"");
}

#[test]
fn if_none_match_compares_weakly() {
    let matches = |value: &str| IfNoneMatch::of(&headers(&[("if-none-match", value)])).unwrap().matches("\"7\"");
    assert!(matches("\"7\"") && matches("W/\"7\"") && matches("*") && matches("\"1\",\"7\""));
    assert!(!matches("\"8\"") && !matches("7") && !IfNoneMatch::of(&headers(&[])).unwrap().matches("\"7\""));
}

#[test]
fn an_idempotency_key_has_8_to_128_visible_characters() {
    let key =
        |value: &str| IdempotencyKey::of(&headers(&[("idempotency-key", value)])).required().map_err(|p| p.code());
    assert_eq!(key("12345678"), Ok("12345678".into()));
    assert!(key(&"x".repeat(128)).is_ok());
    for bad in ["1234567", &"x".repeat(129), "with blank", ""] {
        assert_eq!(key(bad), Err(Code::IdempotencyKeyInvalid), "{bad:?}");
    }
    let none = IdempotencyKey::of(&headers(&[]));
    assert_eq!(none.required().map_err(|p| p.code()), Err(Code::IdempotencyKeyRequired));
    assert_eq!(none.optional().map_err(|p| p.code()), Ok(None));
    let twice = IdempotencyKey::of(&headers(&[("idempotency-key", "12345678"), ("idempotency-key", "12345678")]));
    assert_eq!(twice.optional().map_err(|p| p.code()), Err(Code::IdempotencyKeyInvalid));
}

#[test]
fn lenient_handling_is_asked_for_by_prefer() {
    let prefer = |lines: &[(&'static str, &str)]| Prefer::of(&headers(lines)).unwrap();
    for lenient in ["handling=lenient", "respond-async, Handling=Lenient; x=1", "handling=\"lenient\""] {
        let prefer = prefer(&[("prefer", lenient)]);
        assert!(prefer.lenient, "{lenient}");
        assert_eq!(prefer.applied().unwrap().1, "handling=lenient");
    }
    assert!(prefer(&[("prefer", "wait=1"), ("prefer", "handling=lenient")]).lenient);
    assert!(!prefer(&[("prefer", "handling=strict, handling=lenient")]).lenient);
    assert!(prefer(&[]).applied().is_none() && prefer(&[("prefer", "handling=maybe")]).applied().is_none());
    assert_eq!(prefer(&[("prefer", "handling=strict")]).applied().unwrap().1, "handling=strict");
}

#[test]
fn what_is_longer_than_the_document_allows_is_refused() {
    let longest = |limit: usize| "x".repeat(limit);
    assert!(Prefer::of(&headers(&[("prefer", &longest(MAX_PREFER))])).is_ok());
    for (name, limit) in [("prefer", MAX_PREFER), ("if-none-match", MAX_TAGS)] {
        let sent = headers(&[(name, &longest(limit + 1))]);
        let refused = if name == "prefer" { Prefer::of(&sent).err() } else { IfNoneMatch::of(&sent).err() };
        assert_eq!(refused.unwrap().code(), Code::ValidationFailed, "{name}");
    }
    let too_long = format!("\"{}\"", longest(MAX_TAGS));
    assert_eq!(IfMatch::of(&headers(&[("if-match", &too_long)])).0, Tags::Malformed);
}
