//! Requests that mean one thing to a proxy or a reader and another to the service: paths, methods, hosts,
//! headers. Where it ends: `threats_framing.rs`; its JSON: `threats_json.rs`.

use zvit_tests::{Answer, Server, both, fresh, json, raw, report};

const SECRET: &str = "Таємниця лікарні";

/// A request with another `Host`, since a second one is refused.
fn with_host(request: &[u8], headers: &[(&str, &str)]) -> Vec<u8> {
    let text = String::from_utf8_lossy(request).into_owned();
    match headers.iter().find(|(name, _)| *name == "Host") {
        Some((_, host)) => text
            .replace(&format!("Host: {host}\r\n"), "")
            .replace("Host: zvit.localhost\r\n", &format!("Host: {host}\r\n")),
        None => text,
    }
    .into_bytes()
}

#[track_caller]
fn answered(server: &Server, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let request = with_host(&raw::request(method, target, headers, body), headers);
    let answer = raw::exchange(&server.base, &request);
    assert!((200..500).contains(&answer.status) || answer.status == 501, "{method} {target}: {answer}");
    answer
}

both!(no_way_of_writing_a_path_leads_to_what_is_anothers, |server| {
    let id = server.hospital().submit(report(SECRET).with("title", SECRET)).string("/id");
    let upper = id.to_uppercase();
    let bearer = |client: &zvit_tests::Client| format!("Bearer {}", client.token().expect("a token"));
    let paths = [
        format!("/v1/incidents/{id}"),
        format!("/v1/incidents/{upper}"),
        format!("/v1/incidents//{id}"),
        format!("//v1/incidents/{id}"),
        format!("/v1//incidents/{id}"),
        format!("/v1/incidents/{id}/"),
        format!("/v1/incidents/{id}//"),
        format!("/v1/incidents/{id}/."),
        format!("/v1/incidents/./{id}"),
        format!("/v1/./incidents/{id}"),
        format!("/v1/me/../incidents/{id}"),
        format!("/v1/me/%2e%2e/incidents/{id}"),
        format!("/v1/vocabularies/..%2fincidents%2f{id}"),
        format!("/v1/vocabularies/..%5cincidents%5c{id}"),
        format!("/healthz/../v1/incidents/{id}"),
        format!("/docs/../v1/incidents/{id}"),
        format!("/v1/incidents%2f{id}"),
        format!("/v1/incidents%2F{id}"),
        format!("/v1%2fincidents/{id}"),
        format!("/v1/incidents/%2e/{id}"),
        format!("/v1/incidents/{id};x=1"),
        format!("/v1/incidents;x=1/{id}"),
        format!("/v1/incidents/{id};/timeline"),
        format!("/v1/incidents/{id}%00"),
        format!("/v1/incidents/{id}%00/timeline"),
        format!("/v1/incidents/{id}%20"),
        format!("/v1/incidents/{id}%0d%0aX:%20y"),
        format!("/v1/incidents/{id}%23"),
        format!("/v1/incidents/{id}%3ftext=x"),
        format!("/v1/incidents/%c0%ae%c0%ae/{id}"),
        format!("/v1/incidents%c0%af{id}"),
        format!("/v1/incidents/{id}%ff"),
        format!("/v1/incidents/%252e%252e/{id}"),
        format!("/v1/incidents%252f{id}"),
        format!("/V1/incidents/{id}"),
        format!("/v1/Incidents/{id}"),
        format!("/v1/incidents/{{{id}}}"),
        format!("/v1/incidents/urn:uuid:{id}"),
        format!("/v1/incidents/{}", id.replace('-', "")),
        format!("/v1/incidents/{}", id.replace('-', "%2d")),
        format!("/v1/incidents/{}{}", "%3", id),
        format!("/v1/incidents/{id}/reports"),
        format!("/v1/incidents/{id}/reports/"),
        format!("/v1/incidents/{id}/timeline?x"),
        "/v1/incidents/*".to_owned(),
        format!("/v1/incidents/{}", "%2e%2e%2f".repeat(500)),
        format!("/v1/incidents/{}", "a".repeat(8_000)),
        format!("http://evil.example/v1/incidents/{id}"),
        format!("https://zvit.localhost/v1/incidents/{id}"),
        format!("http://user:password@zvit.localhost/v1/incidents/{id}#x"),
    ];
    for client in [server.grid(), server.alpha(), server.observer(), server.anyone()] {
        let authorization = client.token().map_or_else(String::new, |_| bearer(&client));
        let headers = [("Authorization", authorization.as_str())];
        // The team has the case, but incidents aren't its resource; where it may look, the report is its own to read.
        let may_read = |path: &str| path.contains("/reports") || path.contains("/timeline");
        for path in &paths {
            let answer = answered(server, "GET", path, &headers, b"");
            assert!([400, 401, 403, 404, 414, 422].contains(&answer.status) || may_read(path), "{path}: {answer}");
            assert!(!answer.text().contains(SECRET) || may_read(path), "{path}: {answer}");
        }
    }
    let authorization = bearer(&server.grid());
    for path in paths.iter().filter(|path| path.contains("/reports") || path.contains("/timeline")) {
        let answer = answered(server, "GET", path, &[("Authorization", &authorization)], b"");
        assert!([404, 422].contains(&answer.status), "{path}: {answer}");
    }
    // The owner's own way in, however bent, is either that very incident or nothing.
    let authorization = bearer(&server.hospital());
    for path in &paths {
        let answer = answered(server, "GET", path, &[("Authorization", &authorization)], b"");
        if answer.status == 200 {
            assert!(answer.text().contains(&id) || answer.has("/items"), "{path}: {answer}");
        }
    }
});

both!(the_method_is_the_one_of_the_first_line, |server| {
    let hospital = server.hospital();
    let id = hospital.submit(report("Подія")).string("/id");
    let authorization = format!("Bearer {}", server.coordinator().token().expect("a token"));
    let path = format!("/v1/incidents/{id}");
    server.store.untouched(|| {
        for name in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Original-Method"] {
            for method in ["DELETE", "PUT", "PATCH", "POST"] {
                let headers = [("Authorization", authorization.as_str()), (name, method)];
                answered(server, "GET", &path, &headers, b"").expect(200).with("/id", id.as_str());
            }
        }
        for name in ["X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Path", "X-Forwarded-Prefix"] {
            let headers = [("Authorization", authorization.as_str()), (name, "/v1/audit-events")];
            answered(server, "GET", &path, &headers, b"").expect(200).with("/id", id.as_str());
        }
        let hidden = format!("{path}?_method=DELETE");
        answered(server, "POST", &hidden, &[("Authorization", &authorization)], b"").problem(405, "method_not_allowed");
        for method in [
            "TRACE",
            "TRACK",
            "DEBUG",
            "CONNECT",
            "PROPFIND",
            "PATCH",
            "get",
            "Get",
            "PURGE",
            "PRI",
            "X".repeat(200).as_str(),
        ] {
            let headers = [("Authorization", authorization.as_str()), ("X-Marker", "comes-back")];
            let answer = answered(server, method, &path, &headers, b"");
            assert!([400, 404, 405, 501].contains(&answer.status), "{method}: {answer}");
            let said = answer.text();
            assert!(!said.contains("comes-back") && !said.contains(&authorization[7..60]), "{method} echoes\n{answer}");
        }
    });
    for (method, target) in
        [("CONNECT", "evil.example:443"), ("OPTIONS", "*"), ("GET", "*"), ("GET", "evil.example:443"), ("CONNECT", "/")]
    {
        let answer = answered(server, method, target, &[("Authorization", &authorization)], b"");
        assert!([204, 400, 404, 405, 501].contains(&answer.status), "{method} {target}: {answer}");
    }
});

both!(whom_a_request_calls_its_host_changes_nothing, |server| {
    let token = format!("Bearer {}", server.hospital().token().expect("a token"));
    let plain = server.anyone().get("/.well-known/oauth-authorization-server").expect(200);
    for (name, value) in [
        ("Host", "evil.example"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "gopher"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-Forwarded-For", "1, ' OR 1=1 --, ::1"),
        ("X-Real-IP", "127.0.0.1"),
        ("Forwarded", "host=evil.example;proto=https;for=\"[::1]\""),
        ("X-Original-Host", "evil.example"),
        ("Referer", "http://evil.example/"),
        ("Origin", "http://evil.example"),
    ] {
        let metadata =
            answered(server, "GET", "/.well-known/oauth-authorization-server", &[(name, value)], b"").expect(200);
        assert_eq!(metadata.value, plain.value, "{name}: {value}");
        let key = fresh();
        let headers = [
            (name, value),
            ("Authorization", token.as_str()),
            ("Content-Type", "application/json"),
            ("Idempotency-Key", &key),
        ];
        let made =
            answered(server, "POST", "/v1/incidents", &headers, json!({"description": "Подія"}).to_string().as_bytes())
                .expect(201);
        assert!(made.header("location").starts_with("/v1/incidents/"), "{made}");
        for answer in [&metadata, &made] {
            assert!(!answer.to_string().replace(&answer.sent, "").contains("evil.example"), "{answer}");
            assert!(answer.find_header("access-control-allow-origin").is_none(), "{answer}");
        }
        let moved = answered(server, "GET", "/docs", &[(name, value)], b"");
        assert!(moved.header("location").starts_with('/') && !moved.header("location").starts_with("//"), "{moved}");
    }
    for path in ["//evil.example/docs", "//evil.example/%2e%2e", "/docs//evil.example", "/docs/..//evil.example/"] {
        let answer = answered(server, "GET", path, &[], b"");
        assert!(
            answer.find_header("location").is_none_or(|to| to.starts_with('/') && !to.starts_with("//")),
            "{answer}"
        );
    }
});

both!(headers_full_of_nonsense_are_answered_calmly, |server| {
    let hospital = server.hospital();
    let incident = hospital.submit(report("Подія"));
    let path = format!("/v1/incidents/{}", incident.str("/id"));
    let tag = hospital.get(&path).expect(200).etag();
    let long = "x".repeat(6_000);
    let many = "uk;q=0.1,".repeat(600);
    for garbage in [
        "",
        ",",
        ";",
        "=",
        "\"",
        "\"\"",
        "*",
        "**",
        "*;q=0",
        "q=1",
        "uk;q=NaN",
        "uk;q=inf",
        "uk;q=-1",
        "uk;q=1e9",
        "W/",
        "W/\"",
        "\"a",
        "a\"",
        "handling=",
        "handling=lenient=strict",
        "handling=\"lenient",
        "respond-async, wait=1e99",
        "' OR 1=1 --",
        "\u{7f}",
        "%00",
        long.as_str(),
        many.as_str(),
    ] {
        for name in [
            "accept-language",
            "prefer",
            "accept",
            "accept-charset",
            "if-none-match",
            "if-modified-since",
            "range",
            "x-request-id",
            "cookie",
            "te",
            "upgrade",
            "sec-websocket-key",
            "idempotency-key",
            "if-match",
            "content-language",
            "priority",
            "traceparent",
        ] {
            let Ok(value) = header_value(garbage) else { continue };
            let answer = hospital.get(&path).header_bytes(name, &value).send();
            // What is too long for a tag is said to be so.
            let is_bounded = name == "if-none-match" && answer.status == 422;
            assert!(is_bounded || [200, 304, 400].contains(&answer.status), "{name}: {garbage:.100}\n{answer}");
            let id = answer.header("x-request-id");
            assert!(id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)), "{answer}");
        }
        let Ok(value) = header_value(garbage) else { continue };
        for name in ["accept-language", "prefer"] {
            // Half a quotation mark doesn't hide what was meant.
            if garbage == "handling=\"lenient" {
                continue;
            }
            hospital
                .post("/v1/incidents")
                .fresh_key()
                .json(json!({"description": "x", "title": 7}))
                .header_bytes(name, &value)
                .problem(422, "validation_failed");
        }
        let answer = hospital
            .post("/v1/incidents")
            .json(json!({"description": garbage.to_owned() + "x"}))
            .header_bytes("idempotency-key", &value)
            .send();
        assert!([201, 422].contains(&answer.status), "{garbage:.100}\n{answer}");
    }
    // A tag matches as a whole or not at all.
    let inner = tag.trim_matches('"');
    for other in [
        format!("\"{inner} \""),
        format!("\"{inner}"),
        inner.to_owned(),
        format!("\"0{inner}\""),
        format!("'{inner}'"),
        format!("\"{inner}\\\""),
        format!("\"{}\"", "9".repeat(40)),
        "\"\"".to_owned(),
    ] {
        assert_ne!(hospital.get(&path).header("if-none-match", &other).send().status, 304, "{other}");
        let triage = server
            .coordinator()
            .put(&format!("{path}/triage"))
            .if_match(&other)
            .json(json!({"level": 3, "reason": "Перевірка"}))
            .send();
        assert!([412, 422].contains(&triage.status), "{other}: {triage}");
    }
    hospital.get(&path).header("if-none-match", &format!("W/\"x\", {tag}")).expect(304);
});

/// What a header may hold on the wire; nothing for what no header line can carry.
fn header_value(text: &str) -> Result<Vec<u8>, ()> {
    let fits = text.bytes().all(|b| (b >= b' ' && b != 0x7f) || b == b'\t');
    fits.then(|| text.as_bytes().to_vec()).ok_or(())
}
