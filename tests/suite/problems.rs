//! Problem documents: every error is one, the framework's own included, in both languages.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use zvit_tests::{Server, both, json, raw, report};

fn is_ukrainian(text: &str) -> bool {
    text.chars().any(|c| ('\u{400}'..='\u{4ff}').contains(&c))
}

both!(they_come_in_the_language_that_is_preferred, |server| {
    for (header, ukrainian) in [
        ("uk", true),
        ("uk-UA", true),
        ("UK", true),
        ("uk, en;q=0.9", true),
        ("en;q=0.5, uk;q=0.8", true),
        ("fr, uk;q=0.2", true),
        ("en", false),
        ("en, uk;q=0.9", false),
        ("fr", false),
        ("*", false),
        ("uk;q=0", false),
        ("", false),
        ("!!!;;;", false),
    ] {
        for (answer, code) in [
            (
                server.hospital().post("/v1/incidents").header("accept-language", header).json(json!({})).send(),
                "validation_failed",
            ),
            (server.anyone().get("/v1/me").header("accept-language", header).send(), "token_missing"),
            (server.anyone().get("/nowhere").header("accept-language", header).send(), "not_found"),
        ] {
            let status = answer.status;
            let answer = answer.problem(status, code);
            for member in ["/title", "/detail"] {
                assert_eq!(is_ukrainian(answer.str(member)), ukrainian, "{header:?}: {member}\n{answer}");
            }
        }
    }
    server.anyone().get("/nowhere").problem(404, "not_found").with("/instance", "/nowhere");
});

both!(what_depends_on_the_language_says_so, |server| {
    for (prefers, language) in [("uk-UA, en;q=0.5", "uk"), ("de", "en")] {
        let refused = server.anyone().get("/v1/me").header("accept-language", prefers).problem(401, "token_missing");
        let report = report("Подія з попередженням").with("tlp", "purple");
        let lenient = server.hospital().post("/v1/incidents").fresh_key().lenient().header("accept-language", prefers);
        let taken = lenient.json(report).expect(201);
        assert_eq!(is_ukrainian(taken.str("/warnings/0/detail")), language == "uk", "{taken}");
        for answer in [&refused, &taken] {
            assert_eq!(
                (answer.header("vary"), answer.header("content-language")),
                ("Accept-Language", language),
                "{answer}"
            );
        }
    }
});

both!(what_is_nowhere_is_not_found, |server| {
    for path in [
        "/v1",
        "/v1/",
        "/v2/incidents",
        "/v1/incidents/",
        "/v1//incidents",
        "/v1/incidents/x/y/z",
        "/.env",
        "/v1/%2e%2e/",
        "/%00",
        "/v1/ме",
    ] {
        let path: String =
            path.bytes().map(|b| if b.is_ascii() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
        for client in [server.anyone(), server.coordinator()] {
            client.get(&path).problem(404, "not_found");
            client.post(&path).json(json!({})).problem(404, "not_found");
        }
    }
    for path in ["/v1/incidents/..%2f", "/v1/incidents/%2e%2e%2fme", "/v1/incidents/..;", "/v1/cases/%00"] {
        server.anyone().get(path).problem(401, "token_missing");
    }
    for path in ["/v1/incidents/..%2f", "/v1/incidents/%2e%2e%2fme", "/v1/incidents/..;"] {
        server.coordinator().get(path).problem(404, "not_found");
    }
});

both!(a_wrong_method_is_answered_with_those_that_are_right, |server| {
    let allowed = |answer: &zvit_tests::Answer| {
        let mut methods: Vec<String> = answer
            .header("allow")
            .split(',')
            .map(|method| method.trim().to_owned())
            .filter(|m| m != "HEAD" && m != "OPTIONS")
            .collect();
        methods.sort();
        methods
    };
    for (method, path, right) in [
        ("DELETE", "/v1/incidents", vec!["GET", "POST"]),
        ("PATCH", "/v1/incidents/01920000-0000-7000-8000-000000000000", vec!["GET"]),
        ("GET", "/v1/incidents/batch", vec!["POST"]),
        ("POST", "/v1/incidents/feed", vec!["GET"]),
        ("GET", "/oauth2/token", vec!["POST"]),
        ("POST", "/v1/me", vec!["GET"]),
        ("POST", "/openapi.json", vec!["GET"]),
        ("DELETE", "/v1/routing-rules", vec!["GET", "PUT"]),
        ("BREW", "/v1/incidents", vec!["GET", "POST"]),
    ] {
        for client in [server.anyone(), server.hospital()] {
            let answer = client.call(method, path).problem(405, "method_not_allowed");
            assert_eq!(allowed(&answer), right, "{answer}");
        }
    }
});

both!(a_request_has_an_id_of_its_callers_or_of_ours, |server| {
    let client = server.anyone();
    let given = client.get("/healthz").header("x-request-id", "hospital-42_a.b").expect(200);
    assert_eq!(given.header("x-request-id"), "hospital-42_a.b");
    let one = client.get("/healthz").expect(200).header("x-request-id").to_owned();
    let other = client.get("/healthz").expect(200).header("x-request-id").to_owned();
    assert!(!one.is_empty() && one != other);
    for bad in ["x".repeat(5_000), "a b\"<script>".to_owned()] {
        let answer = client.get("/nowhere").header("x-request-id", &bad).problem(404, "not_found");
        assert_ne!(answer.header("x-request-id"), bad, "what could hurt a log is replaced\n{answer}");
    }
});

both!(every_answer_about_a_client_is_kept_out_of_caches, |server| {
    let incident = server.hospital().submit(report("Подія"));
    for path in ["/v1/me", "/v1/incidents", &format!("/v1/incidents/{}", incident.str("/id"))] {
        let answer = server.hospital().get(path).expect(200);
        if let Some(control) = answer.find_header("cache-control") {
            assert!(
                control.contains("no-store") || control.contains("private") || control.contains("no-cache"),
                "{answer}"
            );
        }
    }
});

both!(broken_http_is_refused_and_the_server_goes_on, |server| {
    let token = server.hospital().token().unwrap();
    let authorization = format!("Authorization: Bearer {token}\r\n");
    let head = format!(
        "POST /v1/incidents HTTP/1.1\r\nHost: x\r\n{authorization}Content-Type: application/json\r\nConnection: close\r\n"
    );
    server.store.untouched(|| {
        let chunked = raw::exchange(
            &server.base,
            format!("{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}\r\n0\r\n\r\n").as_bytes(),
        );
        assert_eq!(chunked.status, 400, "{chunked}");
        for broken in [
            "GARBAGE\r\n\r\n".to_owned(),
            "GET /v1/me HTTP/9.9\r\nHost: x\r\n\r\n".to_owned(),
            format!("{head}Content-Length: -5\r\n\r\n{{}}"),
            format!("{head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}"),
            format!("{head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ] {
            let answer = raw::exchange(&server.base, broken.as_bytes());
            assert!((400..=505).contains(&answer.status), "{broken}: {answer}");
        }
        let huge = format!("GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Big: {}\r\n\r\n", "x".repeat(1_000_000));
        let mut stream = TcpStream::connect(server.base.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let _ = stream.write_all(huge.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(!String::from_utf8_lossy(&answer).starts_with("HTTP/1.1 200"), "header limits hold");
    });
    server.hospital().submit(report("Усе ще приймає"));
});

#[test]
fn a_body_that_never_ends_is_given_up() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let store = zvit_tests::Store::seeded(zvit_tests::Database::Sqlite).expect("SQLite is always there");
    let server = Server::start(&store);
    let token = server.hospital().token().unwrap();
    let request = format!(
        "POST /v1/incidents HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{\"desc"
    );
    raw::exchange(&server.base, request.as_bytes()).problem(408, "request_timeout");
    assert_eq!(store.count("incidents"), 0);
}

both!(nothing_internal_leaves_the_server, |server| {
    let hospital = server.hospital();
    let answers = [
        hospital.post("/v1/incidents").json(json!({"description": 7, "tlp": {"x": [1]}})).send(),
        hospital.get("/v1/incidents?cursor=AAAA").send(),
        hospital.post("/v1/incidents").body("application/json", "{").send(),
        server.anyone().get("/v1/me").header("authorization", "Bearer x.y.z").send(),
    ];
    for answer in answers {
        let text = answer.text().to_lowercase();
        for word in [
            "serde",
            "diesel",
            "sqlite",
            "postgres",
            "panicked",
            ".rs:",
            "jsonwebtoken",
            "select ",
            "expected value at line",
        ] {
            assert!(!text.contains(word), "{word} tells of the inside\n{answer}");
        }
    }
});
