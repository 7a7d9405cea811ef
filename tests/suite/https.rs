//! HTTPS in the process: what is spoken, whose certificate is shown, and what is refused; and whose word counts behind a proxy.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rustls::version::{TLS12, TLS13};
use zvit_tests::program::{use_program, zvit};
use zvit_tests::tls::{Authority, PairFiles, connect, tcp};
use zvit_tests::{Client, Database, Server, Store, Value, both, both_stores, eventually, report};

/// A server with a certificate of this authority.
fn certified(store: &std::sync::Arc<Store>, authority: &Authority) -> (Server, PairFiles) {
    let files = PairFiles::within(store.directory());
    files.write(&authority.issue(2090));
    let flags = files.flags();
    (Server::start_with(store, &flags.each_ref().map(String::as_str)), files)
}

fn sqlite() -> std::sync::Arc<Store> {
    use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    Store::seeded(Database::Sqlite).expect("SQLite is always there")
}

/// The certificate that a new connection is shown.
fn shown(server: &Server) -> Vec<u8> {
    let stream = connect(&server.base, &[&TLS13], &[]).expect("a handshake");
    stream.conn.peer_certificates().and_then(|chain| chain.first()).expect("a certificate").to_vec()
}

/// All that comes until the other side closes, or breaks off.
fn until_closed(stream: &mut impl Read) -> Vec<u8> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return bytes,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => panic!("the connection hangs"),
            Err(_) => return bytes,
        }
    }
}

both_stores!(a_self_signed_certificate_is_made_once_and_used_again, |store| {
    let file = store.directory().join("tls-cert.pem");
    let first = {
        let server = Server::start_with(store, &["--tls", "self-signed"]);
        assert!(server.base.starts_with("https://"), "{}", server.base);
        assert!(server.log().contains(&format!("--cacert {}", file.display())), "{}", server.log());
        let answer = server.hospital().submit(report("Через HTTPS"));
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
        let refused = server.anyone().get("/v1/me").problem(401, "token_missing");
        assert_eq!(refused.header("strict-transport-security"), "max-age=31536000");
        std::fs::read(&file).unwrap()
    };
    let server = Server::start_with(store, &["--tls", "self-signed"]);
    assert_eq!(std::fs::read(&file).unwrap(), first, "the same certificate");
    server.hospital().get("/v1/me").expect(200);
});

both!(plain_answers_do_not_speak_of_https, |server| {
    let answer = server.anyone().get("/healthz").expect(200);
    assert!(answer.headers.get("strict-transport-security").is_none(), "{answer}");
});

#[test]
fn tls_1_2_and_1_3_with_http_1_1_and_nothing_else() {
    let store = sqlite();
    let (server, _) = certified(&store, &Authority::new());
    for version in [&TLS12, &TLS13] {
        let mut stream = connect(&server.base, &[version], &["h2", "http/1.1"]).expect("a handshake");
        assert_eq!(stream.conn.protocol_version(), Some(version.version));
        assert_eq!(stream.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        assert!(until_closed(&mut stream).starts_with(b"HTTP/1.1 200"));
        connect(&server.base, &[version], &["h2"]).expect_err("HTTP/2 alone is refused");
    }
    // A ClientHello of TLS 1.1 (RFC 4346, section 7.4.1.2) with TLS_RSA_WITH_AES_128_CBC_SHA and no extensions.
    let mut hello = vec![0x16, 3, 1, 0, 45, 1, 0, 0, 41, 3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0, 2, 0, 0x2f, 1, 0]);
    let mut stream = tcp(&server.base);
    stream.write_all(&hello).unwrap();
    let answer = until_closed(&mut stream);
    assert!(matches!(answer.as_slice(), [0x15, _, _, 0, 2, 2, _]), "a fatal alert and no ServerHello: {answer:?}");
}

#[test]
fn a_new_certificate_outside_its_validity_has_to_wait() {
    let store = sqlite();
    let authority = Authority::new();
    let (server, files) = certified(&store, &authority);
    let good = shown(&server);
    files.write(&authority.issue(2021));
    let told = || server.log().lines().filter(|line| line.contains("the old one stays")).count();
    eventually("it is told about", || (told() > 0).then_some(()));
    assert!(shown(&server) == good, "callers can still connect");
    assert!(server.log().contains("has expired at 2021-12-31"), "{}", server.log());
    server.hospital().get("/v1/me").expect(200);
    files.write(&authority.issue(2092));
    eventually("a good one is taken", || (shown(&server) != good).then_some(()));
    assert_eq!(told(), 1, "{}", server.log());
}

#[test]
fn a_new_certificate_is_shown_without_losing_a_connection_or_a_request() {
    let store = sqlite();
    let authority = Authority::new();
    let (server, files) = certified(&store, &authority);
    let old = shown(&server);
    let (done, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut kept = connect(&server.base, &[&TLS13], &[]).expect("a handshake");
    std::thread::scope(|scope| {
        for number in 0..4 {
            let (client, base, done, answered) = (server.hospital(), &server.base, &done, &answered);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    client.submit(report(&format!("Під час заміни {number}")));
                    // One with a connection of its own each time.
                    Client::anonymous(base).get("/healthz").expect(200);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let moved = |more: usize| {
            let before = answered.load(Ordering::Relaxed);
            eventually("requests are answered", || (answered.load(Ordering::Relaxed) >= before + more).then_some(()));
        };
        moved(8);
        files.write(&authority.issue(2091));
        eventually("new connections see it", || (shown(&server) != old).then_some(()));
        moved(8);
        done.store(true, Ordering::Relaxed);
    });
    kept.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    assert!(until_closed(&mut kept).starts_with(b"HTTP/1.1 200"), "a connection of before is still good");
}

#[test]
fn a_pair_that_can_not_be_used_leaves_the_old_one() {
    let store = sqlite();
    let authority = Authority::new();
    let (server, files) = certified(&store, &authority);
    let old = shown(&server);
    let (one, other) = (authority.issue(2092), authority.issue(2093));
    let said = |server: &Server| server.log().matches("is not taken").count();
    for (number, bad) in [(one.0.clone(), other.1.clone()), (one.0[..200].to_owned(), one.1.clone())].iter().enumerate()
    {
        files.write(bad);
        eventually("the log says so", || (said(&server) > number).then_some(()));
        assert_eq!(shown(&server), old);
    }
    files.write(&authority.issue(2021));
    eventually("an expired one is told about", || (said(&server) > 2).then_some(()));
    assert_eq!(shown(&server), old);
    files.write(&one);
    eventually("a good one is taken", || {
        let stream = connect(&server.base, &[&TLS13], &[]).ok()?;
        (stream.conn.peer_certificates()?.first()?.to_vec() != old).then_some(())
    });
    assert_eq!(said(&server), 3, "each is told about once\n{}", server.log());
}

#[test]
fn what_is_no_handshake_neither_hangs_nor_harms() {
    let store = sqlite();
    let (server, _) = certified(&store, &Authority::new());
    for bytes in [&b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..], &[0x16, 3, 1, 0xff, 0xff, 1], &[0; 600], b""] {
        let mut stream = tcp(&server.base);
        stream.write_all(bytes).unwrap();
        let answer = until_closed(&mut stream);
        assert!(!answer.starts_with(b"HTTP/1.1 2"), "{answer:?}");
    }
    // Begun and never ended.
    let mut slow = tcp(&server.base);
    slow.write_all(&[0x16, 3, 1]).unwrap();
    until_closed(&mut slow);
    server.anyone().get("/healthz").expect(200);
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

#[test]
fn plain_http_beyond_this_machine_is_refused_with_the_ways_out() {
    let store = sqlite();
    let refused = |more: &[&str]| {
        let flags = store.flags();
        zvit(["serve"].into_iter().chain(flags.iter().map(String::as_str)).chain(more.iter().copied())).expect(2)
    };
    for address in ["0.0.0.0:0", "[::]:0"] {
        let finished = refused(&["--listen", address]);
        for way in ["--tls-cert", "--tls self-signed", "--behind-proxy", "--listen 127.0.0.1"] {
            assert!(finished.stderr.contains(way), "{way}\n{finished}");
        }
    }
    for flags in [
        &["--tls-cert", "/no/such/chain.pem", "--tls-key", "/no/such/key.pem"][..],
        &["--tls-cert", "/no/such/chain.pem"],
        &["--tls-key", "/no/such/key.pem"],
        &["--behind-proxy", "10.0.0.0/33"],
        &["--tls", "sometimes"],
    ] {
        let finished = refused(&[&["--listen", "127.0.0.1:0"], flags].concat());
        assert!(!finished.stderr.is_empty() && !finished.stderr.contains("panicked"), "{finished}");
    }
    let finished =
        zvit(["serve", "--database-url", "postgres://nobody@127.0.0.1:1/zvit", "--tls", "self-signed"]).expect(2);
    assert!(finished.stderr.contains("--tls-dir"), "{finished}");
}

#[test]
fn behind_a_proxy_plain_http_is_for_the_proxy_alone() {
    let store = sqlite();
    let server = Server::start_with(&store, &["--listen", "0.0.0.0:0", "--behind-proxy", "192.0.2.0/24,198.51.100.7"]);
    for path in ["/healthz", "/readyz"] {
        server.anyone().get(path).expect(200);
    }
    for path in ["/v1/me", "/docs/", "/no/such/path"] {
        // Who forwards what it likes is no proxy for that.
        server.anyone().get(path).header("x-forwarded-for", "192.0.2.1").problem(403, "forbidden");
    }
    let account = server.hospital().account().clone();
    let token = server.anyone().post("/oauth2/token").header("authorization", &account.basic());
    token.form(&[("grant_type", "client_credentials")]).expect(403).with("/error", "access_denied");
}

#[test]
fn a_supervisor_may_ask_by_command_whether_it_is_ready() {
    let store = sqlite();
    let ask = |listen: &str, more: &[&str]| {
        let flags = store.flags();
        let flags = flags.iter().map(String::as_str).chain(["--listen", listen]).chain(more.iter().copied());
        zvit(["ready"].into_iter().chain(flags))
    };
    let listen = {
        let server = Server::start_with(&store, &["--tls", "self-signed"]);
        let listen = server.base.trim_start_matches("https://").to_owned();
        ask(&listen, &["--tls", "self-signed"]).expect(0);
        ask(&listen, &[]).expect(1);
        listen
    };
    let finished = ask(&listen, &[]).expect(1);
    assert!(finished.stderr.contains("/readyz"), "{finished}");
    let server = Server::start(&store);
    ask(server.base.trim_start_matches("http://"), &[]).expect(0);
}

#[test]
fn the_same_may_be_set_by_file_and_environment() {
    let store = sqlite();
    let config = store.directory().join("zvit.toml");
    let dir = store.directory().join("certificate");
    let text = format!("tls = \"self-signed\"\ntls_dir = {dir:?}\nbehind_proxy = [\"127.0.0.1\", \"fd00::/8\"]\n");
    std::fs::write(&config, text).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // Off is stronger, wherever the rest is said; and the flag is stronger than the variable.
    let flags = ["--config", config.to_str().unwrap(), "--tls", "off"];
    let variables = [("ZVIT_BEHIND_PROXY", "127.0.0.2,192.0.2.0/24"), ("ZVIT_TLS", "self-signed")];
    let server = Server::start_in(&store, &flags, &variables);
    assert!(server.base.starts_with("http://"), "{}", server.base);
    server.anyone().get("/healthz").expect(200);
    drop(server);
    let finished = zvit(["ready", "--config", config.to_str().unwrap(), "--listen", &port.to_string()]).expect(1);
    assert!(finished.stderr.contains(&format!("https://{port}/readyz")), "{finished}");
    std::fs::write(&config, "behind_proxy = [\"10.0.0.0/40\"]\n").unwrap();
    let finished = zvit(["ready", "--config", config.to_str().unwrap()]).expect(2);
    assert!(finished.stderr.contains("line 1, column "), "{finished}");
}

/// The addresses that the server's log has for its requests.
fn addresses(server: &Server) -> Vec<String> {
    let lines = server.log();
    let values = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let of_me = values.filter(|value| value["route"] == "/v1/me");
    of_me.map(|value| value["address"].as_str().unwrap_or("none").to_owned()).collect()
}

#[test]
fn the_word_of_a_listed_proxy_counts_and_no_other() {
    let store = sqlite();
    let ask = |flags: &[&str], level: &str| {
        let flags = [&["--log-format", "json"], flags].concat();
        let server = Server::start_in(&store, &flags, &[("RUST_LOG", level)]);
        server.anyone().get("/v1/me").header("x-forwarded-for", "203.0.113.5, 198.51.100.9, 192.0.2.1").expect(401);
        server.anyone().get("/v1/me").header("forwarded", "for=203.0.113.77").expect(401);
        eventually("both are logged", || Some(addresses(&server)).filter(|found| found.len() == 2))
    };
    let debug = "info,zvit::request=debug";
    assert_eq!(ask(&[], debug), ["127.0.0.1", "127.0.0.1"]);
    assert_eq!(ask(&["--behind-proxy", "10.0.0.0/8"], debug), ["127.0.0.1", "127.0.0.1"]);
    assert_eq!(
        ask(&["--behind-proxy", "127.0.0.0/8", "--behind-proxy", "192.0.2.0/24"], debug),
        ["198.51.100.9", "127.0.0.1"]
    );
    let https = ["--behind-proxy", "127.0.0.0/8,192.0.2.0/24", "--tls", "self-signed"];
    assert_eq!(ask(&https, debug), ["198.51.100.9", "127.0.0.1"], "with HTTPS as well");
    assert_eq!(ask(&[], "info"), ["none", "none"], "an address is personal data");
}
