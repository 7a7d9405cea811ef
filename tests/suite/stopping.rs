//! A stop doesn't wait for those who wait for news, and cuts nobody short.

use std::io::Write;
use std::net::TcpStream;

use zvit_tests::raw::{connect, receive, request};
use zvit_tests::{Server, Value, both_stores, eventually, fresh, report};

const POLLS: usize = 20;

both_stores!(a_stop_answers_who_waits_and_finishes_what_is_being_sent, |store| {
    let mut server = Server::start(store);
    let (hospital, alpha) = (server.hospital(), server.alpha());
    let accepted = hospital.submit(report("До зупинки"));
    let cursor = alpha.get("/v1/cases").expect(200).string("/next_cursor");

    let bearer = |token: Option<String>| format!("Bearer {}", token.expect("a token"));
    let path = format!("/v1/cases?cursor={cursor}&wait=30");
    let poll = request("GET", &path, &[("Authorization", &bearer(alpha.token()))], b"");
    let mut polls: Vec<TcpStream> = (0..POLLS).map(|_| connect(&server.base)).collect();
    for stream in &mut polls {
        stream.write_all(&poll).expect("the request is sent");
    }
    let body = Value::from(report("Під час зупинки")).to_string();
    let headers = [
        ("Authorization", &*bearer(hospital.token())),
        ("Content-Type", "application/json"),
        ("Idempotency-Key", &fresh()),
    ];
    let submission = request("POST", "/v1/incidents", &headers, body.as_bytes());
    let (begin, rest) = submission.split_at(submission.len() - body.len() / 2);
    let mut sender = connect(&server.base);
    sender.write_all(begin).expect("the first half is sent");
    // Connections that came later are answered, so those before were read.
    for _ in 0..50 {
        server.anyone().get("/healthz").expect(200);
    }

    server.terminate();
    for mut stream in polls {
        let answer = receive(&mut stream, &poll).expect(200).with("/next_cursor", cursor.as_str());
        assert_eq!(answer.list("/items").len(), 0, "{answer}");
    }
    eventually("nobody new is let in", || {
        let address = server.base.strip_prefix("http://").expect("plain HTTP");
        TcpStream::connect(address).is_err().then_some(())
    });
    sender.write_all(rest).expect("the second half is sent");
    let late = receive(&mut sender, begin).expect(201);
    drop(sender);
    let status = server.wait();
    assert!(status.success(), "{status}\n{}", server.log());

    let server = Server::start(store);
    for answer in [accepted, late] {
        server.hospital().get(&format!("/v1/incidents/{}", answer.str("/id"))).expect(200);
    }
    assert_eq!(store.count("incidents"), 2);
});
