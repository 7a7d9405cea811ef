//! `GET /v1/audit-events`: every change leaves its event.

use zvit_tests::feed::everything;
use zvit_tests::{both, json, report};

const EVENTS: &str = "/v1/audit-events";

both!(every_change_leaves_an_event_that_says_who_and_what, |server| {
    let coordinator = server.coordinator();
    let auditor = server.auditor();
    let mut count = everything(&auditor, EVENTS).len();
    let mut grown = |what: &str| {
        let events = everything(&auditor, EVENTS);
        assert!(events.len() > count, "{what} left no event");
        let fresh = events[count..].to_vec();
        count = events.len();
        fresh
    };
    let incident = server.hospital().submit(report("Подія"));
    let events = grown("a report");
    assert!(events.iter().any(|event| event["incident_id"] == *incident.at("/id")), "{events:#?}");
    assert!(
        events.iter().any(|event| event["actor"]["id"] == json!(server.hospital().account().client_id)),
        "{events:#?}"
    );
    let id = incident.string("/id");
    let case = incident.string("/assignments/0/id");
    server
        .hospital()
        .post(&format!("/v1/incidents/{id}/reports"))
        .fresh_key()
        .json(json!({"stage": "update", "affected_users": 2}))
        .expect(201);
    grown("a follow-up");
    for (verb, body) in
        [("acknowledge", json!({})), ("start", json!({})), ("hand-over", json!({"reason": "Зміна скінчилася"}))]
    {
        server.verb(&server.alpha(), &case, verb, body).expect(200);
        grown(verb);
    }
    let tag = coordinator.get(&format!("/v1/incidents/{id}")).expect(200).etag();
    coordinator
        .put(&format!("/v1/incidents/{id}/triage"))
        .if_match(&tag)
        .json(json!({"level": 4, "reason": "Важливо"}))
        .expect(200);
    assert!(grown("an override").iter().any(|event| event["reason"] == "Важливо"));
    coordinator
        .post("/v1/participants")
        .fresh_key()
        .json(json!({"code": "NL", "name_uk": "Нідерланди", "name_en": "Netherlands", "role": "donor"}))
        .expect(201);
    grown("a directory entry");
    coordinator.post("/v1/clients").fresh_key().json(json!({"role": "coordinator", "name": "Ще один"})).expect(201);
    let made = grown("a client");
    assert!(!json!(made).to_string().contains("secret\":\""), "{made:#?}");
    let rules = coordinator.get("/v1/routing-rules").expect(200);
    coordinator
        .put("/v1/routing-rules")
        .if_match(&rules.etag())
        .json(json!({"restore": rules.int("/version"), "reason": "Перевірка"}))
        .expect(200);
    grown("new rules");
});

both!(positions_have_no_gaps_even_with_refused_requests_between, |server| {
    for number in 0..5 {
        server.hospital().submit(report(&format!("Подія {number}")));
        server.hospital().post("/v1/incidents").fresh_key().json(json!({})).faults(&["/description"]);
    }
    let events = everything(&server.auditor(), EVENTS);
    let positions: Vec<i64> = events.iter().map(|event| event["position"].as_i64().unwrap()).collect();
    let expected: Vec<i64> = (positions[0]..).take(positions.len()).collect();
    assert_eq!(positions, expected);
    for event in &events {
        assert!(event["at"].is_string() && event["type"].is_string() && event["actor"]["role"].is_string(), "{event}");
    }
});

both!(a_refused_request_leaves_no_event, |server| {
    server.store.untouched(|| {
        server
            .hospital()
            .post("/v1/incidents")
            .fresh_key()
            .json(json!({"description": "x", "tlp": "purple"}))
            .faults(&["/tlp"]);
        server.hospital().get("/v1/incidents").expect(200);
    });
});

both!(the_request_id_leads_from_the_answer_to_the_event, |server| {
    let answer = server
        .hospital()
        .post("/v1/incidents")
        .fresh_key()
        .header("x-request-id", "trace-4711")
        .json(report("Подія"))
        .expect(201);
    assert_eq!(answer.header("x-request-id"), "trace-4711");
    let events = everything(&server.auditor(), EVENTS);
    assert!(events.iter().any(|event| event["request_id"] == "trace-4711"), "{events:#?}");
});

both!(only_coordinator_and_auditor_read_them, |server| {
    for (role, client) in server.one_of_each_role() {
        if ["coordinator", "auditor"].contains(&role) {
            client.get(EVENTS).expect(200);
            client.get(&format!("{EVENTS}?limit=0")).faults(&["parameter limit"]);
        } else {
            client.get(EVENTS).problem(403, "scope_lacking");
        }
    }
});
