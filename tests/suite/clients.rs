//! `/v1/clients`: machine accounts.

use zvit_tests::client::Account;
use zvit_tests::directory::{ALPHA, DELTA, HOSPITAL, OBSERVER};
use zvit_tests::feed::everything;
use zvit_tests::{Answer, Client, Server, Value, both, eventually, json, report};

fn new_client(role: &str, owner: Option<&str>) -> Value {
    let mut body = json!({"role": role, "name": "Новий клієнт (тест)"});
    if let Some(owner) = owner {
        body["owner"] = json!(owner);
    }
    body
}

#[track_caller]
fn create(server: &Server, role: &str, owner: Option<&str>) -> Answer {
    server.coordinator().post("/v1/clients").fresh_key().json(new_client(role, owner)).expect(201)
}

#[track_caller]
fn account(made: &Answer) -> Account {
    Account::read(&made.value)
}

#[track_caller]
fn act(server: &Server, client_id: &str, verb: &str) -> Answer {
    server
        .coordinator()
        .post(&format!("/v1/clients/{client_id}/{verb}"))
        .fresh_key()
        .json(json!({"reason": "Перевірка"}))
        .send()
}

both!(a_client_is_made_for_its_owner_and_its_secret_is_shown_once, |server| {
    let made = create(server, "institution", Some(HOSPITAL));
    let account = account(&made);
    assert!(account.client_secret.len() >= 43, "32 random bytes\n{made}");
    let path = format!("/v1/clients/{}", account.client_id);
    assert_eq!(made.header("location"), path);
    let read = server
        .coordinator()
        .get(&path)
        .expect(200)
        .with("/role", "institution")
        .with("/active", true)
        .without("/client_secret");
    assert!(!read.text().contains(&account.client_secret), "{read}");
    let client = server.client(&account);
    let incident = client.submit(report("Від нового клієнта")).with("/institution/id", HOSPITAL);
    server.hospital().get(&format!("/v1/incidents/{}", incident.str("/id"))).expect(200);
    for item in everything(&server.coordinator(), "/v1/clients") {
        assert!(item.get("client_secret").is_none() && item.get("secret_sha256").is_none(), "{item}");
    }
    assert!(!server.log().contains(&account.client_secret), "a secret stands in the log");
});

both!(each_role_has_the_owner_that_fits_it, |server| {
    create(server, "team", Some(DELTA));
    create(server, "observer", Some(OBSERVER));
    create(server, "coordinator", None);
    server.store.untouched(|| {
        for (role, owner) in [
            ("institution", Some(ALPHA)),
            ("team", Some(HOSPITAL)),
            ("institution", None),
            ("team", None),
            ("coordinator", Some(HOSPITAL)),
            ("team", Some("x")),
        ] {
            server.coordinator().post("/v1/clients").fresh_key().json(new_client(role, owner)).faults(&["/owner"]);
        }
        server
            .coordinator()
            .post("/v1/clients")
            .fresh_key()
            .json(json!({"role": "king", "more": 1}))
            .faults(&["/more", "/name", "/role"]);
    });
});

both!(a_disabled_client_is_shut_out_at_once, |server| {
    let made = account(&create(server, "institution", Some(HOSPITAL)));
    let client = server.client(&made);
    client.get("/v1/incidents").expect(200);
    act(server, &made.client_id, "deactivate").expect(200).with("/active", false);
    client.get("/v1/incidents").problem(401, "token_revoked");
    let token = server
        .anyone()
        .post("/oauth2/token")
        .header("authorization", &made.basic())
        .form(&[("grant_type", "client_credentials")]);
    token.expect(401).with("/error", "invalid_client");
    act(server, &made.client_id, "activate").expect(200).with("/active", true);
    Client::of(&server.base, &made).get("/v1/incidents").expect(200);
    client.get("/v1/incidents").problem(401, "token_revoked");
});

both!(a_new_secret_ends_the_old_one_and_its_tokens, |server| {
    let made = account(&create(server, "team", Some(ALPHA)));
    let client = server.client(&made);
    client.get("/v1/cases").expect(200);
    let rotated = act(server, &made.client_id, "rotate-secret").expect(200);
    let fresh = Account { client_secret: rotated.string("/client_secret"), ..made.clone() };
    assert_ne!(fresh.client_secret, made.client_secret);
    client.get("/v1/cases").problem(401, "token_revoked");
    let old = server
        .anyone()
        .post("/oauth2/token")
        .header("authorization", &made.basic())
        .form(&[("grant_type", "client_credentials")]);
    old.expect(401).with("/error", "invalid_client");
    Client::of(&server.base, &fresh).get("/v1/cases").expect(200);
});

both!(a_client_can_not_disable_or_renew_itself, |server| {
    let own = server.coordinator().account().client_id.clone();
    server.store.untouched(|| {
        for verb in ["deactivate", "rotate-secret"] {
            act(server, &own, verb).problem(409, "self_change");
        }
    });
    let second = create(server, "coordinator", None);
    act(server, second.str("/client_id"), "deactivate").expect(200);
});

both!(a_client_is_changed_with_if_match, |server| {
    let made = create(server, "institution", Some(HOSPITAL));
    let path = format!("/v1/clients/{}", made.str("/client_id"));
    let coordinator = server.coordinator();
    let tag = coordinator.get(&path).expect(200).etag();
    let changed = json!({"name": "Перейменований", "scopes": ["incidents:read"]});
    coordinator.put(&path).json(changed.clone()).problem(428, "precondition_required");
    coordinator.put(&path).if_match(&tag).json(changed.clone()).expect(200).with("/name", "Перейменований");
    coordinator.put(&path).if_match(&tag).json(changed).problem(412, "precondition_failed");
    server.client(&account(&made)).only("incidents:read").get("/v1/incidents").expect(200);
    let tag = coordinator.get(&path).expect(200).etag();
    let too_much = json!({"name": "Перейменований", "scopes": ["incidents:read", "directory:write"]});
    coordinator.put(&path).if_match(&tag).json(too_much).faults(&["/scopes/1"]);
    coordinator.get("/v1/clients/no-such-client").problem(404, "not_found");
});

both!(a_client_made_beside_the_running_server_is_known_to_it_soon, |server| {
    let made = server.another_account("institution", Some(HOSPITAL));
    let client = eventually("the server learns of the client", || {
        let token = server
            .anyone()
            .post("/oauth2/token")
            .header("authorization", &made.basic())
            .form(&[("grant_type", "client_credentials")])
            .send();
        (token.status == 200).then(|| Client::with_token(&server.base, token.str("/access_token")))
    });
    client.get("/v1/me").expect(200).with("/role", "institution");
});

#[test]
fn a_client_disabled_at_one_server_is_soon_shut_out_at_the_other() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let Some(store) = zvit_tests::Store::seeded(zvit_tests::Database::Postgres) else { return };
    let (one, other) = (Server::start(&store), Server::start(&store));
    let made = account(&create(&one, "institution", Some(HOSPITAL)));
    let client = one.client(&made);
    client.get("/v1/incidents").expect(200);
    let client = client.at(&other.base);
    eventually("the other server learns of the client", || {
        (client.get("/v1/incidents").send().status == 200).then_some(())
    });
    act(&one, &made.client_id, "deactivate").expect(200);
    eventually("the other server shuts it out", || (client.get("/v1/incidents").send().status == 401).then_some(()));
}

both!(only_the_coordinator_has_the_clients, |server| {
    for (role, client) in server.one_of_each_role() {
        if role != "coordinator" {
            client.get("/v1/clients").problem(403, "scope_lacking");
            client.post("/v1/clients").fresh_key().json(new_client("coordinator", None)).problem(403, "scope_lacking");
        }
    }
});
