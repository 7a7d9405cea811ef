//! JSON that two readers would read differently.

use zvit_tests::{both, json};

both!(json_that_readers_disagree_about_is_refused_or_read_as_it_stands, |server| {
    let hospital = server.hospital();
    let post = |body: &str| hospital.post("/v1/incidents").fresh_key().body("application/json", body).send();
    server.store.untouched(|| {
        for (body, status) in [
            (r#"{"description":"a","description":"b"}"#, 400),
            (r#"{"description":"a","\u0064escription":"b"}"#, 400),
            (r#"{"description":"a","contact":{"name":"a","name":"b"}}"#, 400),
            (r#"{"description":"a","affected_users":1e999}"#, 400),
            (r#"{"description":"a","affected_users":-1e999}"#, 400),
            (r#"{"description":"a","affected_users":9007199254740993}"#, 422),
            (r#"{"description":"a","affected_users":18446744073709551616}"#, 422),
            (r#"{"description":"a","affected_users":99999999999999999999999999999999999999}"#, 422),
            (r#"{"description":"a","affected_users":0.1}"#, 422),
            (r#"{"description":"a","affected_users":+1}"#, 400),
            (r#"{"description":"a","affected_users":Infinity}"#, 400),
            (r#"{"description":"a","affected_users":0x10}"#, 400),
            (r#"{"description":"a","affected_users":"1"}"#, 422),
            (r#"{"description":"a"}{"description":"b"}"#, 400),
            ("{\"description\":\"a\"}\0", 400),
            ("{\"description\":\"a\"} // ok", 400),
            ("\u{feff}{\"description\":\"a\"}", 400),
            ("\u{2028}{\"description\":\"a\"}", 400),
            ("{\u{a0}\"description\":\"a\"}", 400),
            (r#"{"description":"\ud800"}"#, 400),
            (r#"{"description":"\udc00\ud800"}"#, 400),
            (r#"{"description":"\ud83d"}"#, 400),
            (r#"{"\ud800":"x","description":"a"}"#, 400),
            (r#"{"description":"a\u0000b"}"#, 422),
            (r#"{"description":"a","a\u0000b":1}"#, 400),
            (r#"{"description":"\x41"}"#, 400),
            (r#"{"description":"a","$serde_json::private::Number":"1"}"#, 422),
            (r#"{"$serde_json::private::Number":"1"}"#, 422),
            (r#"{"$serde_json::private::RawValue":"{\"description\":\"a\"}"}"#, 422),
            (r#"{"description":{"$serde_json::private::Number":"1"}}"#, 422),
            (r#"{"description":["a"]}"#, 422),
            (r#"{"description":{"toString":"a"}}"#, 422),
            (r#"{"__proto__":{"description":"a"}}"#, 422),
            (r#"["description","a"]"#, 422),
        ] {
            let answer = post(body);
            assert_eq!(answer.status, status, "{body}\n{answer}");
            let code = answer.string("/code");
            answer.problem(status, &code);
        }
        for charset in ["utf-16", "iso-8859-1", "windows-1251", "utf-7", "cesu-8"] {
            let answer = hospital
                .post("/v1/incidents")
                .fresh_key()
                .body(&format!("application/json; charset={charset}"), r#"{"description":"a"}"#);
            answer.problem(415, "unsupported_media_type");
        }
        for bytes in [
            b"{\"description\":\"\xd2\xe5\xf1\xf2\"}".as_slice(),
            b"{\"description\":\"\xed\xa0\x80\"}",
            b"{\"description\":\"\xc0\xaf\"}",
            b"{\"description\":\"\xf4\x90\x80\x80\"}",
            b"\xff\xfe{\0}\0",
        ] {
            assert_eq!(hospital.post("/v1/incidents").fresh_key().body("application/json", bytes).send().status, 400);
        }
        for coding in ["gzip", "deflate", "br", "identity, gzip", "x"] {
            hospital
                .post("/v1/incidents")
                .fresh_key()
                .json(json!({"description": "a"}))
                .header("content-encoding", coding)
                .problem(415, "unsupported_media_type");
        }
    });
    for (number, read) in [
        ("-0", json!(0)),
        // No double is nearer.
        ("1e-400", json!(0)),
        ("1.0", json!(1)),
        ("1e3", json!(1000)),
        ("10E-1", json!(1)),
        ("9007199254740991", json!(9_007_199_254_740_991_i64)),
    ] {
        let made = post(&format!(r#"{{"description":"a {number}","affected_users":{number}}}"#));
        let made = made.expect(201);
        assert_eq!(made.at("/affected_users"), &read, "{number}\n{made}");
    }
});
