//! What a request may look like and how slowly it may come: honest callers on bad links get through, everybody else is told so
//! and loses the connection.

use std::time::{Duration, Instant};

use zvit_tests::raw::{self, Connection};
use zvit_tests::{Answer, Server, both, fresh, run};

/// Sends one request as it stands and asserts that nothing is left of the connection after one answer.
#[track_caller]
fn once_and_closed(server: &Server, bytes: &[u8]) -> Answer {
    let mut connection = Connection::open(&server.base);
    connection.send(bytes);
    let answer = connection.answer();
    connection.expect_closed();
    answer
}

fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: zvit.localhost\r\n{headers}\r\n").into_bytes()
}

both!(headers_and_addresses_have_limits, |server| {
    let many = "X-Filler: 1\r\n".repeat(64);
    let answer = once_and_closed(server, &get("/v1/me", &many)).problem(431, "headers_too_large");
    assert_eq!(answer.header("connection"), "close", "{answer}");
    let large = format!("X-Filler: {}\r\n", "x".repeat(17_000));
    once_and_closed(server, &get("/healthz", &large)).problem(431, "headers_too_large");
    let oauth = format!("POST /oauth2/token HTTP/1.1\r\nHost: z\r\nContent-Length: 0\r\n{large}\r\n");
    once_and_closed(server, oauth.as_bytes()).expect(431).with("/error", "invalid_request");
    let long = format!("/v1/incidents?text={}", "x".repeat(8_200));
    once_and_closed(server, &get(&long, "")).problem(414, "uri_too_long");
    // What the parser itself won't hold.
    let answer = once_and_closed(server, &get("/healthz", &"X-Filler: 1\r\n".repeat(200)));
    assert!([400, 431].contains(&answer.status), "{answer}");
    // Below the limits all is well.
    let sound = format!("{}X-Filler: {}\r\nConnection: close\r\n", "X-Small: 1\r\n".repeat(60), "x".repeat(10_000));
    once_and_closed(server, &get("/healthz", &sound)).expect(200);
});

both!(what_a_proxy_could_read_in_another_way_is_refused, |server| {
    let token = server.hospital().token().unwrap();
    let smuggled = "GET /healthz HTTP/1.1\r\nHost: zvit.localhost\r\n\r\n";
    server.store.untouched(|| {
        for headers in [
            "Content-Length: 4\r\nContent-Length: 5\r\n",
            "Content-Length: 4\r\nContent-Length: 4\r\n",
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
            "Transfer-Encoding : chunked\r\n",
            "Transfer-Encoding:\u{b}chunked\r\n",
            "Content-Length: +4\r\n",
            "Content-Length: 4, 4\r\n",
            "Content-Length: 0x4\r\n",
            "Content-Length: 99999999999999999999\r\n",
            "X-Folded: one\r\n two\r\nContent-Length: 4\r\n",
            "Host: other.example\r\nContent-Length: 4\r\n",
            "X-Nul: a\0b\r\nContent-Length: 4\r\n",
            "X-Return: a\rb\r\nContent-Length: 4\r\n",
        ] {
            let head = format!(
                "POST /v1/incidents HTTP/1.1\r\nHost: zvit.localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n{headers}\r\n"
            );
            let mut connection = Connection::open(&server.base);
            connection.send(format!("{head}0\r\n\r\n{smuggled}").as_bytes());
            let answer = connection.answer();
            assert_eq!(answer.status, 400, "{headers:?}\n{answer}");
            connection.expect_closed();
        }
        let none = format!("GET /v1/me HTTP/1.1\r\nAuthorization: Bearer {token}\r\n\r\n");
        once_and_closed(server, none.as_bytes()).expect(400);
    });
});

both!(what_says_one_thing_stands_once, |server| {
    let token = server.hospital().token().unwrap();
    let authorization = format!("Authorization: Bearer {token}\r\n");
    server.store.untouched(|| {
        for doubled in [
            authorization.as_str(),
            "Content-Type: application/json\r\n",
            "Idempotency-Key: 0123456789\r\n",
            "If-Match: \"1\"\r\n",
        ] {
            let single = if doubled == authorization { "" } else { authorization.as_str() };
            let name = doubled.split(':').next().unwrap_or_default().to_lowercase();
            let request = format!(
                "POST /v1/incidents HTTP/1.1\r\nHost: z\r\n{single}{doubled}{doubled}Content-Length: 19\r\n\r\n{{\"description\":\"x\"}}"
            );
            let answer = once_and_closed(server, request.as_bytes()).problem(400, "bad_request");
            assert_eq!(answer.places(), [format!("header {name}")], "{answer}");
        }
        let basic = server.hospital().account().basic();
        let twice = format!("POST /oauth2/token HTTP/1.1\r\nHost: z\r\nAuthorization: {basic}\r\nAuthorization: {basic}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 29\r\n\r\ngrant_type=client_credentials");
        once_and_closed(server, twice.as_bytes()).expect(400).with("/error", "invalid_request");
        let upgrade = get("/v1/me", &format!("{authorization}Connection: Upgrade\r\nUpgrade: websocket\r\n"));
        once_and_closed(server, &upgrade).problem(400, "bad_request");
    });
});

both!(a_compressed_body_is_not_taken, |server| {
    let zipped = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    let request = server.hospital().post("/v1/incidents").fresh_key().header("content-encoding", "gzip");
    server.store.untouched(|| request.body("application/json", zipped).problem(415, "unsupported_media_type"));
    let answer = server.hospital().get("/v1/vocabularies").header("accept-encoding", "gzip, br, zstd").expect(200);
    assert!(answer.find_header("content-encoding").is_none(), "{answer}");
});

both!(what_is_too_large_ends_the_connection, |server| {
    let token = format!("Bearer {}", server.hospital().token().unwrap());
    let headers = [("Authorization", token.as_str()), ("Content-Type", "application/json"), ("X-Keep", "1")];
    let body = vec![b' '; 300 * 1024];
    let request = raw::request("POST", "/v1/incidents", &headers, &body);
    let request = String::from_utf8(request).unwrap().replace("Connection: close\r\n", "");
    let answer = once_and_closed(server, request.as_bytes()).problem(413, "payload_too_large");
    assert_eq!(answer.header("connection"), "close", "{answer}");
});

/// Sends one byte after the other until the server has had enough; says what it answered.
fn drip(server: &Server, head: &str, drop: &[u8]) -> Answer {
    let mut connection = Connection::open(&server.base);
    connection.send(head.as_bytes());
    let until = Instant::now() + run::PATIENCE;
    while !connection.is_answered() {
        assert!(Instant::now() < until, "the server takes this for ever: {head}");
        connection.send(drop);
        for _ in 0..20 {
            run::pause();
        }
    }
    let answer = connection.answer();
    let until = Instant::now() + run::PATIENCE;
    // Nor does it read on once it has answered.
    while connection.send(drop) {
        assert!(Instant::now() < until, "the connection stays open after {answer}");
        for _ in 0..20 {
            run::pause();
        }
    }
    answer
}

both!(a_dripping_body_ends_with_408_wherever_a_body_is_taken, |server| {
    let token = server.hospital().token().unwrap();
    let coordinator = server.coordinator().token().unwrap();
    let json = |token: &str| format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
    let form = "Content-Type: application/x-www-form-urlencoded\r\n".to_owned();
    let sized = ("Content-Length: 100000\r\n", b" ".as_slice());
    let chunked = ("Transfer-Encoding: chunked\r\n", b"1\r\n \r\n".as_slice());
    let cases = [
        ("/v1/incidents", json(&token), sized),
        ("/v1/incidents", json(&token), chunked),
        ("/v1/incidents/batch", json(&token), chunked),
        ("/v1/clients", format!("{}Idempotency-Key: {}\r\n", json(&coordinator), fresh()), sized),
        ("/oauth2/token", form.clone(), sized),
        ("/oauth2/token", form, chunked),
    ];
    server.store.untouched(|| {
        std::thread::scope(|scope| {
            for (path, headers, (length, drop)) in cases {
                scope.spawn(move || {
                    let head = format!("POST {path} HTTP/1.1\r\nHost: zvit.localhost\r\n{headers}{length}\r\n");
                    let answer = drip(server, &head, drop).expect(408);
                    assert_eq!(answer.header("connection"), "close", "{answer}");
                    if path.starts_with("/oauth2/") {
                        answer.with("/error", "invalid_request");
                    } else {
                        answer.problem(408, "request_timeout");
                    }
                });
            }
        });
    });
});

both!(a_body_that_nobody_reads_does_not_hold_the_connection, |server| {
    let token = server.hospital().token().unwrap();
    std::thread::scope(|scope| {
        for (line, status) in [
            ("GET /healthz", 200),
            ("GET /v1/me", 200),
            ("GET /nowhere", 404),
            ("POST /v1/me", 405),
            ("POST /v1/triage", 404),
        ] {
            for (length, drop) in
                [("Content-Length: 100000\r\n", b" ".as_slice()), ("Transfer-Encoding: chunked\r\n", b"1\r\n \r\n")]
            {
                let head = format!("{line} HTTP/1.1\r\nHost: z\r\nAuthorization: Bearer {token}\r\n{length}\r\n");
                scope.spawn(move || drip(server, &head, drop).expect(status));
            }
        }
    });
});

both!(a_head_that_never_ends_is_given_up, |server| {
    std::thread::scope(|scope| {
        for head in ["", "GET /healthz HT", "GET /healthz HTTP/1.1\r\nHost: z\r\nX-Slow: "] {
            scope.spawn(move || {
                let mut connection = Connection::open(&server.base);
                assert!(connection.send(head.as_bytes()));
                connection.expect_closed();
            });
        }
    });
    server.anyone().get("/healthz").expect(200);
});

both!(an_honest_upload_over_a_bad_link_is_taken, |server| {
    let token = server.hospital().token().unwrap();
    let mut body = br#"{"description": "A slow link"}"#.to_vec();
    body.resize(12_000, b' ');
    let head = format!(
        "POST /v1/incidents HTTP/1.1\r\nHost: zvit.localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nIdempotency-Key: {}\r\nContent-Length: {}\r\n\r\n",
        fresh(),
        body.len()
    );
    let mut connection = Connection::open(&server.base);
    assert!(connection.send(head.as_bytes()));
    // 1,500 bytes a second: three times what is asked for, and longer than any grace.
    let begun = Instant::now();
    let mut sent = 0;
    while sent < body.len() {
        let due = body.len().min(usize::try_from(begun.elapsed().as_millis()).unwrap() * 3 / 2);
        assert!(connection.send(&body[sent..due]), "the server gave up");
        sent = due;
        run::pause();
    }
    assert!(begun.elapsed() > Duration::from_secs(7));
    connection.answer().expect(201);
});

both!(a_connection_serves_on_after_chunked_bodies_and_faults, |server| {
    let token = server.hospital().token().unwrap();
    let mut connection = Connection::open(&server.base);
    for (body, status) in
        [("{\"description\":\"a\"}", 201), ("{\"description\":", 400), ("{\"description\":\"b\"}", 201)]
    {
        let request = format!(
            "POST /v1/incidents HTTP/1.1\r\nHost: zvit.localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
            body.len()
        );
        assert!(connection.send(request.as_bytes()));
        connection.answer().expect(status);
    }
});
