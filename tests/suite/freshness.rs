//! What a process keeps in memory of clients and keys is as fresh as promised: a change acts at once where it is made, soon in
//! every other process, and a process that hears nothing of the store lets nobody in.

use zvit_tests::client::Account;
use zvit_tests::directory::HOSPITAL;
use zvit_tests::{Answer, Client, Database, Server, Store, both, eventually, json, report};

fn ask(server: &Server, account: &Account) -> Answer {
    server
        .anyone()
        .post("/oauth2/token")
        .header("authorization", &account.basic())
        .form(&[("grant_type", "client_credentials")])
        .send()
}

#[track_caller]
fn act(server: &Server, account: &Account, verb: &str) -> Answer {
    let call = server.coordinator().post(&format!("/v1/clients/{}/{verb}", account.client_id)).fresh_key();
    call.json(json!({"reason": "Підозра на витік"})).expect(200)
}

/// What a client has: its account, and a token for as long as it is good.
fn someone(server: &Server) -> (Account, Client) {
    let made = server
        .coordinator()
        .post("/v1/clients")
        .fresh_key()
        .json(json!({"role": "institution", "owner": HOSPITAL, "name": "Ще один"}))
        .expect(201);
    let account = Account::read(&made.value);
    let token = ask(server, &account).expect(200).string("/access_token");
    (account, Client::with_token(&server.base, &token))
}

#[test]
fn what_is_done_to_a_client_at_one_server_acts_at_the_other() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let Some(store) = Store::seeded(Database::Postgres) else { return };
    let (one, other) = (Server::start(&store), Server::start(&store));
    for (verb, asked_again) in [("deactivate", 401), ("rotate-secret", 401)] {
        let (account, client) = someone(&one);
        let there = client.at(&other.base);
        eventually("the other server knows the client", || (there.get("/v1/me").send().status == 200).then_some(()));
        act(&one, &account, verb);
        client.get("/v1/me").problem(401, "token_revoked");
        assert_eq!(ask(&one, &account).status, asked_again, "{verb}: at once where it was done");
        let refused = eventually("the other server refuses the token", || {
            let answer = there.get("/v1/me").send();
            (answer.status != 200).then_some(answer)
        });
        refused.problem(401, "token_revoked");
        assert_eq!(ask(&other, &account).status, asked_again, "{verb}: and the secret");
    }
}

both!(what_is_done_beside_a_server_acts_there, |server| {
    let (account, client) = someone(server);
    client.get("/v1/me").expect(200);
    let id = &account.client_id;
    server.store.execute(&format!(
        "UPDATE clients SET credential_version = credential_version + 1, version = version + 1 WHERE client_id = '{id}'"
    ));
    // As every change does: the version in the gate says that memory is out of date. No notice is sent.
    server.store.execute("UPDATE gate SET clients_version = clients_version + 1");
    let refused = eventually("the token is refused", || {
        let answer = client.get("/v1/me").send();
        (answer.status != 200).then_some(answer)
    });
    refused.problem(401, "token_revoked");
    let token = ask(server, &account).expect(200).string("/access_token");
    Client::with_token(&server.base, &token).get("/v1/me").expect(200);
});

#[test]
fn a_server_that_hears_nothing_of_the_store_lets_nobody_in() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let Some(store) = Store::seeded(Database::Postgres) else { return };
    let server = Server::start(&store);
    let hospital = server.hospital();
    // This one needs nothing of the database, only what is in memory.
    hospital.get("/v1/me").expect(200);
    store.alter_database("ALLOW_CONNECTIONS false");
    let refused = eventually("a token alone is not enough", || {
        let answer = hospital.get("/v1/me").send();
        (answer.status != 200).then_some(answer)
    });
    let refused = refused.expect(503);
    assert!(!refused.header("retry-after").is_empty(), "{refused}");
    assert_eq!(ask(&server, hospital.account()).status, 503, "no token without knowing who may have one");
    assert_eq!(server.anyone().get("/readyz").send().status, 503);
    server.anyone().get("/healthz").expect(200);

    store.alter_database_for_new_connections("ALLOW_CONNECTIONS true");
    eventually("it lets clients in again", || (hospital.get("/v1/me").send().status == 200).then_some(()));
    eventually("it is ready", || (server.anyone().get("/readyz").send().status == 200).then_some(()));
    eventually("reports are taken", || {
        let answer = hospital.post("/v1/incidents").key("afterwards").json(report("Після обриву")).send();
        assert!([201, 503].contains(&answer.status), "{answer}");
        (answer.status == 201).then_some(())
    });
}
