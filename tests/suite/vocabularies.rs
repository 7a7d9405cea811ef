//! `/v1/vocabularies`.

use zvit_tests::{Value, both};

/// The array of that name, wherever it stands.
fn find<'a>(value: &'a Value, name: &str) -> Option<&'a Vec<Value>> {
    match value {
        Value::Object(members) => members
            .get(name)
            .and_then(Value::as_array)
            .or_else(|| members.values().find_map(|member| find(member, name))),
        _ => None,
    }
}

fn is_ukrainian(text: &str) -> bool {
    text.chars().any(|c| ('\u{400}'..='\u{4ff}').contains(&c))
}

both!(every_word_has_its_label_in_both_languages, |server| {
    let words = server.hospital().get("/v1/vocabularies").expect(200);
    for (name, count) in [("sectors", 11), ("symptoms", 9), ("regions", 27), ("assistance", 4), ("levels", 6)] {
        let list = find(&words.value, name).unwrap_or_else(|| panic!("{name} is missing\n{words}"));
        assert_eq!(list.len(), count, "{name}\n{words}");
        for word in list {
            let uk = word["label_uk"].as_str().unwrap_or_default();
            let en = word["label_en"].as_str().unwrap_or_default();
            assert!(is_ukrainian(uk) && !en.is_empty() && !is_ukrainian(en), "{name}: {word}");
        }
    }
    let text = words.text();
    for code in ["malicious-code", "ids-alert", "amber+strict", "level_7_safety_systems", "UA-43"] {
        assert!(text.contains(&format!("\"{code}\"")), "{code} is missing");
    }
});

both!(a_tool_keeps_them_until_they_change, |server| {
    let client = server.alpha();
    let tag = client.get("/v1/vocabularies").expect(200).etag();
    let unchanged = client.get("/v1/vocabularies").header("if-none-match", &tag).expect(304);
    assert!(unchanged.bytes.is_empty());
    client.get("/v1/vocabularies").header("if-none-match", "\"something else\"").expect(200);
    server.anyone().get("/v1/vocabularies").problem(401, "token_missing");
});
