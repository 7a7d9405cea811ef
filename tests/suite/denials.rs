//! Refusals leave audit events, repeats of one kind only a count.

use zvit_tests::directory::HOSPITAL;
use zvit_tests::feed::everything;
use zvit_tests::{Server, Store, Value, both, eventually, json};

const DENIED: &str = "/v1/audit-events?type=access_denied";

fn denials(server: &Server, client_id: &str) -> Vec<Value> {
    let events = everything(&server.auditor(), DENIED);
    events.into_iter().filter(|event| event["object_id"] == client_id).collect()
}

/// Waits for the event of a refusal with this code.
#[track_caller]
fn noted(server: &Server, client_id: &str, code: &str) -> Value {
    eventually("the refusal is in the audit", || {
        denials(server, client_id).into_iter().find(|event| event["data"]["code"] == code)
    })
}

both!(each_kind_of_refusal_is_noted_with_who_and_what, |server| {
    let alpha = server.alpha();
    let id = alpha.account().client_id.clone();
    alpha.get("/v1/incidents").problem(403, "scope_lacking");
    let event = noted(server, &id, "scope_lacking");
    assert_eq!((&event["data"]["operation"], &event["data"]["count"]), (&json!("list_incidents"), &json!(1)));
    assert_eq!((&event["actor"]["id"], &event["actor"]["role"]), (&json!(id), &json!("team")));
    assert!(event["data"]["last_at"].is_string(), "{event}");

    let wrong = server.anyone().post("/oauth2/token").header("authorization", &{
        let mut account = alpha.account().clone();
        account.client_secret = "x".repeat(43);
        account.basic()
    });
    wrong.form(&[("grant_type", "client_credentials")]).expect(401);
    let event = noted(server, &id, "invalid_client");
    assert_eq!(event["data"]["operation"], "issue_token");
    assert!(!event.to_string().contains("xxxx"), "{event}");

    let reason = json!({"reason": "Перевірка"});
    server.coordinator().post(&format!("/v1/institutions/{HOSPITAL}/hold")).json(reason.clone()).expect(200);
    let hospital = server.hospital();
    hospital.get("/v1/incidents").problem(403, "institution_on_hold");
    noted(server, &hospital.account().client_id, "institution_on_hold");
    server.coordinator().post(&format!("/v1/institutions/{HOSPITAL}/deactivate")).json(reason).expect(200);
    hospital.get("/v1/me").problem(401, "token_revoked");
    noted(server, &hospital.account().client_id, "token_revoked");
});

both!(repeats_are_counted_and_written_at_a_graceful_stop_at_the_latest, |server| {
    let alpha = server.alpha();
    let id = alpha.account().client_id.clone();
    let store: &std::sync::Arc<Store> = &server.store;
    let mut own = Server::start(store);
    let at_own = alpha.at(&own.base);
    at_own.get("/v1/participants").problem(403, "scope_lacking");
    noted(server, &id, "scope_lacking");
    for _ in 0..50 {
        at_own.get("/v1/participants").problem(403, "scope_lacking");
    }
    own.terminate();
    assert!(own.wait().success());
    let counts: Vec<i64> =
        denials(server, &id).iter().map(|event| event["data"]["count"].as_i64().expect("a count")).collect();
    assert_eq!(counts.iter().sum::<i64>(), 51, "{counts:?}");
    assert!(counts.len() <= 3, "repeats are one event a minute: {counts:?}");
});

both!(nothing_is_noted_of_strangers_or_of_what_is_not_there, |server| {
    server.hospital().get("/v1/incidents/01920000-0000-7000-8000-0000000000ff").problem(404, "not_found");
    server.anyone().get("/v1/me").problem(401, "token_missing");
    let form = [("grant_type", "client_credentials"), ("client_id", "no-such-client"), ("client_secret", "x")];
    server.anyone().post("/oauth2/token").form(&form).expect(401);
    // What is noted later shows that these had their time.
    server.alpha().get("/v1/clients").problem(403, "scope_lacking");
    noted(server, &server.alpha().account().client_id, "scope_lacking");
    assert_eq!(everything(&server.auditor(), DENIED).len(), 1);
});
