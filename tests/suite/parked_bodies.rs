//! A body may take its time on a bad link; who is shut out while it arrives doesn't act any more.

use std::time::{Duration, Instant};

use zvit_tests::directory::HOSPITAL;
use zvit_tests::raw::Connection;
use zvit_tests::{Answer, Client, KeyPair, Server, Value, both, eventually, fresh, json, report};

/// A request of which ten bytes of the body have been sent.
struct Parked {
    connection: Connection,
    rest: Vec<u8>,
}

impl Parked {
    /// Sends the beginning and lets more time go by than any prompt sender needs.
    #[track_caller]
    fn begin(server: &Server, client: &Client, path: &str, body: &Value) -> Self {
        let (token, key, mut body) = (client.token().expect("a token"), fresh(), body.to_string().into_bytes());
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: zvit.localhost\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let rest = body.split_off(10);
        let mut connection = Connection::open(&server.base);
        assert!(connection.send(head.as_bytes()) && connection.send(&body));
        let begun = Instant::now();
        eventually("time goes by", || (begun.elapsed() > Duration::from_millis(700)).then_some(()));
        assert!(!connection.is_answered());
        Self { connection, rest }
    }

    #[track_caller]
    fn end(mut self) -> Answer {
        assert!(self.connection.send(&self.rest));
        self.connection.answer()
    }
}

#[track_caller]
fn deactivate(server: &Server, client: &Client) {
    let path = format!("/v1/clients/{}/deactivate", client.account().client_id);
    server.coordinator().post(&path).json(json!({"reason": "Токен викрадено"})).expect(200);
}

both!(a_slow_report_is_taken_while_its_sender_may_act, |server| {
    let hospital = server.hospital();
    let parked = Parked::begin(server, &hospital, "/v1/incidents", &report("Повільно").into());
    parked.end().expect(201);
});

both!(a_client_that_is_disabled_meanwhile_writes_nothing, |server| {
    let hospital = server.hospital();
    let parked = Parked::begin(server, &hospital, "/v1/incidents", &report("Запізно").into());
    let key = KeyPair::es256("late").public();
    let path = format!("/v1/clients/{}/keys", hospital.account().client_id);
    let registering = Parked::begin(server, &hospital, &path, &key);
    deactivate(server, &hospital);
    parked.end().problem(401, "token_revoked");
    registering.end().problem(401, "token_revoked");
    assert_eq!((server.store.count("incidents"), server.store.count("client_keys")), (0, 0));
});

both!(an_institution_put_on_hold_meanwhile_registers_no_key, |server| {
    let hospital = server.hospital();
    let path = format!("/v1/clients/{}/keys", hospital.account().client_id);
    let parked = Parked::begin(server, &hospital, &path, &KeyPair::es256("late").public());
    let reason = json!({"reason": "Поштову скриньку захоплено"});
    server.coordinator().post(&format!("/v1/institutions/{HOSPITAL}/hold")).json(reason).expect(200);
    // A hold ends the tokens of before; a new one is good for reports alone.
    parked.end().problem(401, "token_revoked");
    Client::of(&server.base, hospital.account())
        .post(&path)
        .fresh_key()
        .json(KeyPair::es256("late").public())
        .problem(403, "institution_on_hold");
    assert_eq!(server.store.count("client_keys"), 0);
});

both!(a_scope_taken_away_meanwhile_is_gone, |server| {
    let (coordinator, hospital) = (server.coordinator(), server.hospital());
    let path = format!("/v1/clients/{}", hospital.account().client_id);
    let parked = Parked::begin(server, &hospital, "/v1/incidents", &report("Без дозволу").into());
    let before = coordinator.get(&path).expect(200);
    let narrow = json!({"name": before.str("/name"), "scopes": ["incidents:read"]});
    coordinator.put(&path).if_match(&before.etag()).json(narrow).expect(200);
    parked.end().problem(403, "scope_lacking");
    assert_eq!(server.store.count("incidents"), 0);
});
