//! `/oauth2/revoke` (RFC 7009).

use zvit_tests::feed::everything;
use zvit_tests::key_pair::{ASSERTION_TYPE, register};
use zvit_tests::{Answer, Client, Database, KeyPair, Server, Store, both, both_stores, eventually, in_parallel};

fn revoke(server: &Server, by: &Client, form: &[(&str, &str)]) -> Answer {
    server.anyone().post("/oauth2/revoke").header("authorization", &by.account().basic()).form(form).send()
}

/// A client of the account with a token of its own.
fn another(server: &Server, of: &Client) -> (Client, String) {
    let client = Client::of(&server.base, of.account());
    let token = client.token().expect("a token");
    (client, token)
}

both!(a_revoked_token_is_refused_at_once_and_the_others_are_not, |server| {
    let hospital = server.hospital();
    let (client, token) = another(server, &hospital);
    client.get("/v1/me").expect(200);
    hospital.get("/v1/me").expect(200);
    let answer = revoke(server, &hospital, &[("token", &token), ("token_type_hint", "access_token")]).expect(200);
    assert!(answer.bytes.is_empty() && answer.header("cache-control").contains("no-store"), "{answer}");
    let refused = client.get("/v1/me").problem(401, "token_revoked");
    assert!(refused.header("www-authenticate").contains("invalid_token"), "{refused}");
    hospital.get("/v1/me").expect(200);
    let events = everything(&server.auditor(), "/v1/audit-events");
    assert_eq!(events.iter().filter(|event| event["type"] == "token_revoked").count(), 1, "{events:#?}");
    // Once more is the same, and no further event.
    server.store.untouched(|| revoke(server, &hospital, &[("token", &token)]).expect(200));
});

both!(every_way_to_authenticate_is_good_here_too, |server| {
    let hospital = server.hospital();
    let account = hospital.account().clone();
    let key = KeyPair::eddsa("a");
    register(&hospital, &key);
    let assertion = key.assertion(&account.client_id);
    let ways: [&[(&str, &str)]; 2] = [
        &[("client_id", &account.client_id), ("client_secret", &account.client_secret)],
        &[("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)],
    ];
    for way in ways {
        let (client, token) = another(server, &hospital);
        let form: Vec<_> = way.iter().copied().chain([("token", &*token)]).collect();
        server.anyone().post("/oauth2/revoke").form(&form).expect(200);
        client.get("/v1/me").problem(401, "token_revoked");
    }
});

both!(what_is_not_ones_own_living_token_is_answered_alike_and_left_alone, |server| {
    let (client, token) = another(server, &server.hospital());
    let (head, signature) = token.rsplit_once('.').expect("a token");
    let mut forged = signature.to_owned();
    let first = if forged.starts_with('A') { "B" } else { "A" };
    forged.replace_range(..1, first);
    let forged = format!("{head}.{forged}");
    server.store.untouched(|| {
        // Another client's, though it has it in its hands.
        revoke(server, &server.alpha(), &[("token", &token)]).expect(200);
        for nonsense in [&*forged, head, "x", "a.b.c", &"x".repeat(10_000)] {
            revoke(server, &server.hospital(), &[("token", nonsense), ("token_type_hint", "refresh_token")])
                .expect(200);
        }
    });
    client.get("/v1/me").expect(200);
});

both!(a_revocation_needs_a_client_and_a_token, |server| {
    let (client, token) = another(server, &server.hospital());
    let account = client.account().clone();
    let wrong = zvit_tests::client::Account { client_secret: "x".repeat(43), ..account.clone() };
    let post = || server.anyone().post("/oauth2/revoke");
    server.store.untouched(|| {
        post().form(&[("token", &token)]).expect(401).with("/error", "invalid_client");
        let refused = post().header("authorization", &wrong.basic()).form(&[("token", &token)]).expect(401);
        assert!(refused.header("www-authenticate").starts_with("Basic"), "{refused}");
        post().header("authorization", &account.basic()).form(&[]).expect(400).with("/error", "invalid_request");
        let twice = [("token", &*token), ("client_id", &account.client_id), ("client_secret", &account.client_secret)];
        post().header("authorization", &account.basic()).form(&twice).expect(400).with("/error", "invalid_request");
        let twice = [("token", &*token), ("token", &*token)];
        post().header("authorization", &account.basic()).form(&twice).expect(400).with("/error", "invalid_request");
        server.anyone().get("/oauth2/revoke").problem(405, "method_not_allowed");
    });
    client.get("/v1/me").expect(200);
    let with_others = [("token", &*token), ("x", "1"), ("x", "2"), ("", ""), ("", "")];
    post().header("authorization", &account.basic()).form(&with_others).expect(200);
    client.get("/v1/me").problem(401, "token_revoked");
});

both!(many_at_once_revoke_it_once, |server| {
    let hospital = server.hospital();
    let (client, token) = another(server, &hospital);
    for answer in in_parallel(10, |_| revoke(server, &hospital, &[("token", &token)])) {
        answer.expect(200);
    }
    client.get("/v1/me").problem(401, "token_revoked");
    assert_eq!(server.store.count("revoked_tokens"), 1);
    assert_eq!(server.store.count("audit_events WHERE kind = 'token_revoked'"), 1);
});

both_stores!(a_revocation_outlives_a_restart, |store| {
    let server = Server::start(store);
    let (_, token) = another(&server, &server.hospital());
    revoke(&server, &server.hospital(), &[("token", &token)]).expect(200);
    drop(server);
    let server = Server::start(store);
    Client::with_token(&server.base, &token).get("/v1/me").problem(401, "token_revoked");
});

#[test]
fn a_token_revoked_at_one_server_is_soon_refused_at_the_other() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let Some(store) = Store::seeded(Database::Postgres) else { return };
    let (one, other) = (Server::start(&store), Server::start(&store));
    let (client, token) = another(&one, &one.hospital());
    let there = client.at(&other.base);
    there.get("/v1/me").expect(200);
    revoke(&one, &one.hospital(), &[("token", &token)]).expect(200);
    client.get("/v1/me").problem(401, "token_revoked");
    eventually("the other server learns of it", || (there.get("/v1/me").send().status == 401).then_some(()));
    there.get("/v1/me").problem(401, "token_revoked");
    one.hospital().at(&other.base).get("/v1/me").expect(200);
}
