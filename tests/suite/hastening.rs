//! A level that rises shortens the time of who has not acknowledged; nothing lengthens it.

use zvit_tests::directory::CHARLIE;
use zvit_tests::feed::everything;
use zvit_tests::{Answer, Client, Server, Value, both, json, report};

use crate::escalation::{lead, steps, with_rules};

/// Below level 4 the default rule of the tests gives two hours; from there on a quarter of an hour.
#[track_caller]
fn urgent_rule(server: &Server) {
    with_rules(server, |set| {
        let mut urgent =
            set["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == "lead-default").unwrap().clone();
        urgent["id"] = json!("lead-urgent");
        urgent["when"] = json!({"level_min": 4});
        urgent["assign"]["acknowledge_within_minutes"] = json!(15);
        urgent["assign"]["escalate_to"] = json!(CHARLIE);
        set["rules"].as_array_mut().unwrap().insert(0, urgent);
    });
}

#[track_caller]
fn decide(server: &Server, id: &str, level: u8) -> Answer {
    let path = format!("/v1/incidents/{id}");
    let tag = server.coordinator().get(&path).expect(200).etag();
    let body = json!({"level": level, "reason": "Нові відомості"});
    server.coordinator().put(&format!("{path}/triage")).if_match(&tag).json(body).expect(200)
}

fn due(server: &Server, id: &str) -> Value {
    lead(server, id)["acknowledge_by"].clone()
}

fn team_of(server: &Server, id: &str) -> Client {
    server.owned_by(lead(server, id)["team"]["id"].as_str().unwrap(), "team")
}

both!(a_level_that_rises_brings_the_deadline_forward, |server| {
    urgent_rule(server);
    let id = server.ministry().submit(report("Сайт недоступний").with("sector", "education")).string("/id");
    let before = (due(server, &id), lead(server, &id)["id"].clone());
    let team = team_of(server, &id);
    let cursor = team.get("/v1/cases").expect(200).string("/next_cursor");
    decide(server, &id, 5);
    let after = lead(server, &id);
    assert_eq!(after["id"], before.1, "the team keeps it");
    assert!(after["acknowledge_by"].as_str() < before.0.as_str(), "{after} after {}", before.0);
    let told = steps(server, &id, "hastened");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!((&told[0]["data"]["rule"], &told[0]["data"]["level"]), (&json!("lead-urgent"), &json!(5)));
    let news = team.get(&format!("/v1/cases?cursor={cursor}")).expect(200);
    let kinds: Vec<&Value> = news.list("/items/0/changes").iter().map(|change| &change["kind"]).collect();
    assert!(kinds.contains(&&json!("hastened")) && kinds.contains(&&json!("triage")), "{news}");
    // A level that falls again gives nothing back, and the same level once more changes nothing.
    let held = due(server, &id);
    decide(server, &id, 1);
    assert_eq!(due(server, &id), held);
    assert_eq!(steps(server, &id, "hastened").len(), 1);
    // It is the new time that counts.
    server.pass(16 * 60);
    crate::escalation::eventually_not_led_by(server, &id, team.owner());
    // And whom the rule of now wants told is told.
    let told = steps(server, &id, "escalated");
    assert_eq!(told.first().map(|event| &event["data"]["to_team"]["id"]), Some(&json!(CHARLIE)), "{told:#?}");
});

both!(a_further_report_hastens_as_well, |server| {
    urgent_rule(server);
    let id = server.ministry().submit(report("Сайт недоступний").with("sector", "education")).string("/id");
    let before = due(server, &id);
    let body = json!({"stage": "update", "danger_to_life": true});
    server.ministry().post(&format!("/v1/incidents/{id}/reports")).fresh_key().json(body).expect(201);
    assert!(due(server, &id).as_str() < before.as_str());
});

both!(nobody_who_has_acknowledged_is_hastened, |server| {
    urgent_rule(server);
    let id = server.ministry().submit(report("Сайт недоступний").with("sector", "education")).string("/id");
    let team = team_of(server, &id);
    let case = server.case_of(&team, &id);
    server.verb(&team, &case, "acknowledge", json!({})).expect(200);
    decide(server, &id, 5);
    assert!(everything(&team, &format!("/v1/incidents/{id}/timeline")).iter().all(|event| event["type"] != "hastened"));
    team.get(&format!("/v1/cases/{case}")).expect(200).without("/acknowledge_by");
});
