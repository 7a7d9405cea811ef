//! The coordinator's hand: override, assign, revoke, close.

use zvit_tests::directory::{ALPHA, BRAVO, CHARLIE, DELTA};
use zvit_tests::{Answer, Server, Value, both, json, report};

#[track_caller]
fn read(server: &Server, id: &str) -> Answer {
    server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200)
}

#[track_caller]
fn override_triage(server: &Server, id: &str, body: Value) -> Answer {
    let tag = read(server, id).etag();
    server.coordinator().put(&format!("/v1/incidents/{id}/triage")).if_match(&tag).json(body).send()
}

both!(an_override_stands_beside_what_was_computed, |server| {
    let incident = server.hospital().submit(report("Здається, дрібниця"));
    let id = incident.string("/id");
    let raised =
        override_triage(server, &id, json!({"level": 5, "sector": "registries", "reason": "Дзвінок міністра"}))
            .expect(200);
    let raised = raised
        .with("/level", 5)
        .with("/sector", "registries")
        .with("/triage/override/reason", "Дзвінок міністра")
        .with("/triage/override/level", 5);
    assert_eq!(raised.at("/triage/score"), incident.at("/triage/score"), "the score is what it was\n{raised}");
    assert!(raised.has("/triage/override/by") && raised.has("/triage/override/at"), "{raised}");
    // It holds through further reports.
    server
        .hospital()
        .post(&format!("/v1/incidents/{id}/reports"))
        .fresh_key()
        .json(json!({"stage": "update", "affected_users": 1}))
        .expect(201);
    read(server, &id).with("/level", 5).with("/sector", "registries");
    let case = server.case_of(&server.alpha(), &id);
    server.alpha().get(&format!("/v1/cases/{case}")).expect(200).with("/incident/level", 5);
    // With neither level nor sector the earlier decision is taken back.
    let back = override_triage(server, &id, json!({"reason": "Помилка"})).expect(200).without("/triage/override");
    assert_eq!((back.at("/level"), back.at("/sector")), (incident.at("/level"), incident.at("/sector")));
});

both!(an_override_needs_a_reason_the_version_and_something_to_say, |server| {
    let id = server.hospital().submit(report("Подія")).string("/id");
    let path = format!("/v1/incidents/{id}/triage");
    let coordinator = server.coordinator();
    server.store.untouched(|| {
        coordinator.put(&path).json(json!({"level": 3, "reason": "…"})).problem(428, "precondition_required");
        coordinator
            .put(&path)
            .if_match("\"0\"")
            .json(json!({"level": 3, "reason": "…"}))
            .problem(412, "precondition_failed");
        override_triage(server, &id, json!({"level": 3})).faults(&["/reason"]);
        let blank = override_triage(server, &id, json!({"level": 3, "reason": "  "})).faults(&["/reason"]);
        blank.with("/errors/0/code", "blank");
        override_triage(server, &id, json!({"level": 6, "sector": "magic", "reason": ""}))
            .faults(&["/level", "/reason", "/sector"]);
        server
            .hospital()
            .put(&path)
            .if_match("\"1\"")
            .json(json!({"level": 0, "reason": "…"}))
            .problem(403, "scope_lacking");
        server
            .alpha()
            .put(&path)
            .if_match("\"1\"")
            .json(json!({"level": 0, "reason": "…"}))
            .problem(403, "scope_lacking");
        coordinator
            .put("/v1/incidents/01920000-0000-7000-8000-000000000000/triage")
            .if_match("\"1\"")
            .json(json!({"level": 1, "reason": "…"}))
            .problem(404, "not_found");
    });
});

both!(the_coordinator_assigns_by_hand, |server| {
    let id = server.hospital().submit(report("Подія")).string("/id");
    let path = format!("/v1/incidents/{id}/assignments");
    let coordinator = server.coordinator();
    server.store.untouched(|| {
        coordinator
            .post(&path)
            .json(json!({"team_id": DELTA, "role": "support", "reason": "Потрібен зв’язок"}))
            .problem(422, "idempotency_key_required");
        coordinator.post(&path).fresh_key().json(json!({"team_id": DELTA, "role": "support"})).faults(&["/reason"]);
        coordinator
            .post(&path)
            .fresh_key()
            .json(json!({"team_id": "x", "role": "boss", "reason": ""}))
            .faults(&["/reason", "/role", "/team_id"]);
        coordinator
            .post(&path)
            .fresh_key()
            .json(json!({"team_id": "01920000-0000-7003-8000-0000000000ff", "role": "lead", "reason": "…"}))
            .faults(&["/team_id"]);
    });
    coordinator
        .post(&path)
        .fresh_key()
        .json(json!({"team_id": DELTA, "role": "support", "reason": "Потрібен зв’язок"}))
        .expect(201);
    let case = server.case_of(&server.delta(), &id);
    server.delta().get(&format!("/v1/cases/{case}")).expect(200).with("/role", "support").with("/state", "assigned");
    // A new lead takes the place of the one before.
    coordinator
        .post(&path)
        .fresh_key()
        .json(json!({"team_id": CHARLIE, "role": "lead", "reason": "Просить установа"}))
        .expect(201);
    let incident = read(server, &id);
    let state = |team: &str| {
        let found = incident
            .list("/assignments")
            .iter()
            .find(|one| one["team"]["id"] == team)
            .unwrap_or_else(|| panic!("{team}\n{incident}"));
        found["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (state(ALPHA).as_str(), state(CHARLIE).as_str(), state(DELTA).as_str()),
        ("revoked", "assigned", "assigned"),
        "{incident}"
    );
    // The same team twice is a conflict.
    coordinator
        .post(&path)
        .fresh_key()
        .json(json!({"team_id": DELTA, "role": "support", "reason": "Ще раз"}))
        .expect(409);
});

both!(nobody_is_given_what_the_label_forbids_not_even_by_hand, |server| {
    let id = server.hospital().submit(report("Лише адресату").with("tlp", "red")).string("/id");
    let path = format!("/v1/incidents/{id}/assignments");
    let answer = server
        .coordinator()
        .post(&path)
        .fresh_key()
        .json(json!({"team_id": ALPHA, "role": "support", "reason": "Спроба"}))
        .send();
    assert!([409, 422].contains(&answer.status), "{answer}");
    assert!(server.alpha().get("/v1/cases").expect(200).list("/items").is_empty());
});

both!(a_revoked_assignment_is_given_to_the_next, |server| {
    let incident = server.hospital().submit(report("Подія"));
    let (id, assignment) = (incident.string("/id"), incident.string("/assignments/0/id"));
    let path = format!("/v1/assignments/{assignment}/revoke");
    let coordinator = server.coordinator();
    coordinator.post(&path).fresh_key().json(json!({})).faults(&["/reason"]);
    coordinator.post(&path).fresh_key().json(json!({"reason": "Не та команда"})).expect(200);
    let after = read(server, &id);
    let leads: Vec<&Value> =
        after.list("/assignments").iter().filter(|one| one["role"] == "lead" && one["state"] == "assigned").collect();
    assert!(leads.len() == 1 && leads[0]["team"]["id"] == BRAVO, "{after}");
    server.alpha().get(&format!("/v1/cases/{assignment}")).problem(404, "not_found");
    coordinator
        .post("/v1/assignments/01920000-0000-7000-8000-000000000000/revoke")
        .fresh_key()
        .json(json!({"reason": "…"}))
        .problem(404, "not_found");
    server.alpha().post(&path).fresh_key().json(json!({"reason": "…"})).problem(403, "scope_lacking");
});

both!(the_coordinator_closes_what_is_resolved, |server| {
    let incident = server.hospital().submit(report("Подія"));
    let id = incident.string("/id");
    let path = format!("/v1/incidents/{id}/close");
    let coordinator = server.coordinator();
    coordinator.post(&path).fresh_key().json(json!({})).faults(&["/reason"]);
    let case = incident.string("/assignments/0/id");
    for (verb, body) in [
        ("acknowledge", json!({})),
        ("start", json!({})),
        ("resolve", json!({"outcome": "contained", "summary": "Готово"})),
    ] {
        server.verb(&server.alpha(), &case, verb, body).expect(200);
    }
    coordinator
        .post(&path)
        .fresh_key()
        .json(json!({"reason": "Справу завершено"}))
        .expect(200)
        .with("/status", "closed");
    read(server, &id).with("/status", "closed");
    server.hospital().post(&path).fresh_key().json(json!({"reason": "…"})).problem(403, "scope_lacking");
});
