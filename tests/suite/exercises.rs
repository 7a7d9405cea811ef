//! What was reported as real stays real until the coordinator says otherwise; the clocks of an exercise stand still.

use zvit_tests::directory::{ALPHA, BRAVO};
use zvit_tests::feed::everything;
use zvit_tests::{Answer, Client, Value, both, eventually, json, report};

const HOUR: i64 = 3_600;

fn read(client: &Client, id: &str) -> Answer {
    client.get(&format!("/v1/incidents/{id}")).expect(200)
}

fn send(client: &Client, id: &str, body: Value) -> Answer {
    client.post(&format!("/v1/incidents/{id}/reports")).fresh_key().json(body).expect(201)
}

fn steps(client: &Client, id: &str, kind: &str) -> Vec<Value> {
    let all = everything(client, &format!("/v1/incidents/{id}/timeline"));
    all.into_iter().filter(|event| event["type"] == kind).collect()
}

fn state_of(incident: &Answer, stage: &str) -> String {
    let found = incident.list("/deadlines").iter().find(|one| one["stage"] == stage);
    found.and_then(|one| one["state"].as_str()).unwrap_or_else(|| panic!("no {stage}\n{incident}")).to_owned()
}

both!(an_institution_makes_no_exercise_of_what_it_reported_as_real, |server| {
    let (ministry, coordinator) = (server.ministry(), server.coordinator());
    let submitted = ministry.submit(report("Реєстр зашифровано").with("danger_to_life", true));
    let id = submitted.string("/id");
    let held = |answer: &Answer| {
        let lead = answer.list("/assignments").iter().find(|one| one["role"] == "lead").cloned().unwrap();
        (lead["team"]["id"].clone(), lead["state"].clone(), answer.list("/deadlines").len())
    };
    let before = held(&submitted);
    for (body, pointer) in [
        (json!({"stage": "update", "exercise": true, "affected_users": 7}), "/exercise"),
        (json!({"stage": "update", "classification": {"class": "test"}}), "/classification/class"),
    ] {
        let kept = send(&ministry, &id, body);
        assert!(
            kept.list("/warnings").iter().any(|one| one["code"] == "exercise_not_applied" && one["pointer"] == pointer),
            "{kept}"
        );
        let after = read(&ministry, &id).with("/exercise", false);
        assert_eq!(held(&after), before, "{after}");
    }
    read(&ministry, &id).with("/affected_users", 7);
    assert_eq!(steps(&coordinator, &id, "exercise_claimed").len(), 2);
    // The coordinator decides.
    send(&coordinator, &id, json!({"stage": "update", "exercise": true}));
    let after = read(&ministry, &id).with("/exercise", true);
    assert!(after.list("/deadlines").is_empty(), "{after}");
});

both!(the_clocks_of_an_exercise_stand_still_and_go_on_where_they_were, |server| {
    let (ministry, coordinator) = (server.ministry(), server.coordinator());
    let id = ministry.submit(report("Подія")).string("/id");
    send(&ministry, &id, json!({"stage": "preliminary"}));
    server.pass(73 * HOUR);
    eventually("interim is overdue", || {
        let seen = read(&ministry, &id);
        (state_of(&seen, "interim") == "overdue").then_some(())
    });
    send(&coordinator, &id, json!({"stage": "update", "exercise": true}));
    assert!(read(&ministry, &id).list("/deadlines").is_empty());
    // An exercise that proves real is said to be so by anybody.
    send(&ministry, &id, json!({"stage": "update", "exercise": false}));
    let seen = read(&ministry, &id);
    let states: Vec<String> = ["initial", "preliminary", "interim", "final"].map(|stage| state_of(&seen, stage)).into();
    assert_eq!(states, ["submitted", "submitted", "overdue", "pending"], "{seen}");
    server.pass(HOUR);
    server.coordinator().get("/healthz").expect(200);
    assert_eq!(steps(&ministry, &id, "stage_overdue").len(), 1, "said once");
});

both!(a_stage_that_a_later_one_came_in_place_of_says_so, |server| {
    let ministry = server.ministry();
    let id = ministry.submit(report("Подія")).string("/id");
    send(&ministry, &id, json!({"stage": "final"}));
    let seen = read(&ministry, &id);
    let covered: Vec<Value> = seen.list("/deadlines").iter().map(|one| one["covered_by"].clone()).collect();
    assert_eq!(covered, [Value::Null, json!("final"), json!("final"), Value::Null], "{seen}");
});

both!(an_exercise_goes_by_name_to_those_alone_who_take_part, |server| {
    let submitted = server.grid().submit(report("Навчання").with("exercise", true));
    let id = submitted.string("/id");
    let path = format!("/v1/incidents/{id}/assignments");
    let body = json!({"team_id": BRAVO, "role": "support", "reason": "Перевірка"});
    let refused = server.coordinator().post(&path).fresh_key().json(body).faults(&["/team_id"]);
    assert_eq!(refused.value["errors"][0]["code"], "exercise_not_opted_in");
    let lead = submitted.list("/assignments").iter().find(|one| one["role"] == "lead").unwrap();
    if lead["team"]["id"] == ALPHA {
        let case = lead["id"].as_str().unwrap();
        let body = json!({"reason": "Зміна", "to_team": BRAVO});
        server.verb(&server.alpha(), case, "hand-over", body).faults(&["/to_team"]);
    }
});
