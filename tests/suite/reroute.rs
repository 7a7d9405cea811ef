//! `/v1/routing/reroute`.

use zvit_tests::directory::{ALPHA, BRAVO, CHARLIE};
use zvit_tests::{Answer, Server, Value, both, json, report};

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

/// The teams on an incident with their roles, lead first.
fn on_it(incident: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let held = incident
        .list("/assignments")
        .iter()
        .filter(|one| ["assigned", "acknowledged", "in_progress"].contains(&one["state"].as_str().unwrap_or_default()));
    let mut teams: Vec<(String, String)> = held.map(|one| (text(&one["role"]), text(&one["team"]["id"]))).collect();
    teams.sort();
    teams
}

fn pairs(teams: &[(&str, &str)]) -> Vec<(String, String)> {
    teams.iter().map(|(role, team)| ((*role).to_owned(), (*team).to_owned())).collect()
}

/// Rules by which this team leads everything and whoever has terminals, which is delta, supports it; gives their version.
#[track_caller]
fn all_to(server: &Server, team: &str) -> i64 {
    let coordinator = server.coordinator();
    let tag = coordinator.get("/v1/routing-rules").expect(200).etag();
    let rules = json!([
        {"id": "all", "name": "Усе", "when": {}, "assign": {"role": "lead", "teams": [team], "strategy": "priority"}},
        {"id": "terminals", "name": "Термінали", "when": {},
            "assign": {"role": "support", "pool": {"assistance": ["satellite_communications"]}, "strategy": "priority"}}
    ]);
    let body = json!({"rules": rules, "reason": "Перевірка"});
    coordinator.put("/v1/routing-rules").if_match(&tag).json(body).expect(200).int("/version")
}

/// Tries it out, does it, and asserts that both say the same.
#[track_caller]
fn rerouted(server: &Server, faulty: i64) -> Answer {
    let run = |dry_run: bool| {
        let body = json!({"rule_version": faulty, "dry_run": dry_run, "reason": "Хибні правила"});
        server.coordinator().post("/v1/routing/reroute").fresh_key().json(body).expect(200)
    };
    let dry = server.store.untouched(|| run(true));
    let done = run(false);
    assert_eq!(done.at("/items"), dry.at("/items"), "{done}");
    done
}

both!(support_that_was_handed_over_by_name_stays_and_is_not_called_for_again, |server| {
    let faulty = all_to(server, BRAVO);
    let id = server.hospital().submit(report("Зв’язку немає")).string("/id");
    let support = server.case_of(&server.delta(), &id);
    let to_charlie = json!({"reason": "Ближче", "to_team": CHARLIE});
    server.verb(&server.delta(), &support, "hand-over", to_charlie).expect(200);
    all_to(server, ALPHA);
    rerouted(server, faulty).with("/moved", 1).with("/items/0/to/id", ALPHA);
    let after = server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200);
    assert_eq!(on_it(&after), pairs(&[("lead", ALPHA), ("support", CHARLIE)]), "{after}");
});
