//! `/v1/routing-rules`, its versions, and `/v1/routing/simulate`.

use zvit_tests::directory::{ALPHA, BRAVO, CHARLIE};
use zvit_tests::feed::everything;
use zvit_tests::{Answer, Server, Value, both, json, report};

const RULES: &str = "/v1/routing-rules";

/// Everything to one team.
fn all_to(team: &str) -> Value {
    json!({
        "act_on": "score", "max_tries": 3,
        "rules": [{"id": "lead-all", "name": "Усе одній команді", "when": {}, "assign": {"role": "lead", "teams": [team], "strategy": "priority", "acknowledge_within_minutes": 5}}]
    })
}

#[track_caller]
fn put(server: &Server, rules: Value, reason: &str) -> Answer {
    let tag = server.coordinator().get(RULES).expect(200).etag();
    let mut body = rules;
    body["reason"] = json!(reason);
    server.coordinator().put(RULES).if_match(&tag).json(body).send()
}

both!(the_rules_are_one_document_that_is_replaced_whole, |server| {
    let coordinator = server.coordinator();
    let first = coordinator.get(RULES).expect(200).with("/act_on", "score").with("/max_tries", 5);
    assert_eq!(first.list("/rules").len(), 6, "{first}");
    server.hospital().submit(report("За старими")).with("/assignments/0/team/id", ALPHA);
    let second = put(server, all_to(BRAVO), "Навчання").expect(200).with("/rules/0/id", "lead-all");
    assert_ne!(second.etag(), first.etag());
    server
        .hospital()
        .submit(report("За новими"))
        .with("/assignments/0/team/id", BRAVO)
        .with("/assignments/0/why/rules", json!(["lead-all"]));
    let read = coordinator.get(RULES).expect(200);
    assert_eq!(read.at("/rules"), second.at("/rules"));
    assert!(coordinator.get(RULES).header("if-none-match", &read.etag()).expect(304).bytes.is_empty());
});

both!(every_version_is_kept_and_can_come_back, |server| {
    let coordinator = server.coordinator();
    let first = coordinator.get(RULES).expect(200);
    let original = first.int("/version");
    put(server, all_to(BRAVO), "Навчання").expect(200);
    let tag = coordinator.get(RULES).expect(200).etag();
    let restored = coordinator
        .put(RULES)
        .if_match(&tag)
        .json(json!({"restore": original, "reason": "Навчання скінчилися"}))
        .expect(200);
    assert_eq!(restored.at("/rules"), first.at("/rules"));
    assert!(restored.int("/version") > original + 1, "a restored version is a new one\n{restored}");
    let versions = everything(&coordinator, "/v1/routing-rules/versions");
    assert_eq!(versions.len(), 3, "{versions:#?}");
    let text = json!(versions).to_string();
    assert!(text.contains("Навчання скінчилися"), "the reason is kept: {text}");
    server.hospital().submit(report("Знову за першими")).with("/assignments/0/team/id", ALPHA);
    let tag = coordinator.get(RULES).expect(200).etag();
    coordinator.put(RULES).if_match(&tag).json(json!({"restore": 999, "reason": "Спроба"})).faults(&["/restore"]);
});

both!(a_change_needs_the_present_version_and_a_reason, |server| {
    let coordinator = server.coordinator();
    let tag = coordinator.get(RULES).expect(200).etag();
    server.store.untouched(|| {
        let mut with_reason = all_to(BRAVO);
        with_reason["reason"] = json!("Навчання");
        coordinator.put(RULES).json(with_reason.clone()).problem(428, "precondition_required");
        coordinator.put(RULES).if_match("\"99\"").json(with_reason).problem(412, "precondition_failed");
        coordinator.put(RULES).if_match(&tag).json(all_to(BRAVO)).faults(&["/reason"]);
    });
});

both!(rules_that_could_not_work_are_refused_with_every_fault, |server| {
    server.store.untouched(|| {
        let mut rules = all_to("01920000-0000-7003-8000-0000000000ff");
        rules["act_on"] = json!("mood");
        rules["rules"][0]["when"] = json!({"sectors": ["magic"], "level_min": 9, "unknown": 1});
        put(server, rules, "Спроба").problem(422, "validation_failed").places().iter().for_each(|place| {
            assert!(place.starts_with("/act_on") || place.starts_with("/rules/0/"), "{place}");
        });
        put(server, all_to("01920000-0000-7003-8000-0000000000ff"), "Спроба").faults(&["/rules/0/assign/teams/0"]);
        let mut twice = all_to(ALPHA);
        twice["rules"] = json!([twice["rules"][0], twice["rules"][0]]);
        put(server, twice, "Спроба").faults(&["/rules/1/id"]);
        let mut neither = all_to(ALPHA);
        neither["rules"][0]["assign"] = json!({"role": "lead", "strategy": "priority"});
        put(server, neither, "Спроба").problem(422, "validation_failed");
    });
});

both!(without_any_rule_nothing_is_left_unassigned, |server| {
    put(server, json!({"act_on": "score", "max_tries": 5, "rules": []}), "Порожньо").expect(200);
    let incident = server
        .hospital()
        .submit(report("Без правил"))
        .with("/assignments/0/role", "lead")
        .with("/assignments/0/state", "assigned");
    assert_eq!(incident.list("/assignments").len(), 1, "{incident}");
});

both!(a_simulation_says_what_would_change_and_changes_nothing, |server| {
    let coordinator = server.coordinator();
    for number in 0..3 {
        server.hospital().submit(report(&format!("Подія {number}")));
    }
    server.store.untouched(|| {
        let simulate = |body: Value| coordinator.post("/v1/routing/simulate").json(body).expect(200);
        let one = simulate(json!({"report": {"description": "Проба", "sector": "health"}, "institution_id": zvit_tests::directory::HOSPITAL}));
        assert!(one.text().contains(ALPHA), "{one}");
        let drafted = simulate(json!({"last": 3, "draft": all_to(CHARLIE)}));
        assert!(drafted.text().contains(ALPHA) && drafted.text().contains(CHARLIE), "what is and what would be\n{drafted}");
        assert!(drafted.text().contains("lead-all"), "{drafted}");
        let broken = json!({"report": {"description": "", "tlp": "purple"}, "draft": all_to("01920000-0000-7003-8000-0000000000ff")});
        coordinator.post("/v1/routing/simulate").json(broken).faults(&["/draft/rules/0/assign/teams/0", "/report/description", "/report/tlp"]);
        coordinator.post("/v1/routing/simulate").json(json!({"last": 0})).faults(&["/last"]);
    });
    server.hospital().post("/v1/routing/simulate").json(json!({"last": 1})).problem(403, "scope_lacking");
});

both!(only_the_coordinator_has_the_rules, |server| {
    for (role, client) in server.one_of_each_role() {
        if role != "coordinator" {
            client.get(RULES).problem(403, "scope_lacking");
            client.put(RULES).if_match("\"1\"").json(all_to(ALPHA)).problem(403, "scope_lacking");
            client.get("/v1/routing-rules/versions").problem(403, "scope_lacking");
        }
    }
});
