//! `/v1/routing/reroute`.

use zvit_tests::directory::{ALPHA, BRAVO};
use zvit_tests::{both, json, report};

both!(what_faulty_rules_decided_is_decided_again, |server| {
    let coordinator = server.coordinator();
    let all_to = |team: &str| {
        let tag = coordinator.get("/v1/routing-rules").expect(200).etag();
        let rules = json!([{"id": "all", "name": "Усе", "when": {}, "assign": {"role": "lead", "teams": [team], "strategy": "priority"}}]);
        let body = json!({"rules": rules, "reason": "Перевірка"});
        coordinator.put("/v1/routing-rules").if_match(&tag).json(body).expect(200).int("/version")
    };
    let faulty = all_to(BRAVO);
    let open = server.hospital().submit(report("Перша")).with("/assignments/0/team/id", BRAVO).string("/id");
    let taken = server.hospital().submit(report("Зовсім друга"));
    let case = taken.string("/assignments/0/id");
    server.verb(&server.bravo(), &case, "acknowledge", json!({})).expect(200);
    all_to(ALPHA);
    let run = json!({"rule_version": faulty, "dry_run": true, "reason": "Хибні правила"});
    let dry = coordinator.post("/v1/routing/reroute").json(run.clone()).expect(200);
    assert_eq!((dry.int("/incidents"), dry.int("/moved")), (1, 1), "{dry}");
    let dry = dry.with("/items/0/from/id", BRAVO).with("/items/0/to/id", ALPHA);
    let path = format!("/v1/incidents/{open}");
    coordinator.get(&path).expect(200).with("/assignments/0/state", "assigned");
    let mut run = run;
    run["dry_run"] = json!(false);
    coordinator.post("/v1/routing/reroute").json(run.clone()).problem(422, "idempotency_key_required");
    let done = coordinator.post("/v1/routing/reroute").key("reroute-0001").json(run.clone()).expect(200);
    assert_eq!(done.at("/items"), dry.at("/items"));
    let again = coordinator.post("/v1/routing/reroute").key("reroute-0001").json(run).expect(200);
    assert_eq!(again.at("/items"), done.at("/items"));
    let moved = coordinator.get(&path).expect(200).with("/assignments/0/state", "revoked");
    assert_eq!(moved.str("/assignments/1/team/id"), ALPHA);
    server.bravo().get(&format!("/v1/cases/{case}")).expect(200);
    let unknown = json!({"rule_version": 99, "dry_run": true, "reason": "…"});
    coordinator.post("/v1/routing/reroute").json(unknown).faults(&["/rule_version"]);
});
