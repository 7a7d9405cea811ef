//! `/v1/incidents/{id}/reports`: what follows the first report.

use zvit_domain::time::Time;
use zvit_tests::directory::{ALPHA, BRAVO, DELTA};
use zvit_tests::{Answer, Client, Value, both, hours_ago, json, report, stamp};

#[track_caller]
fn follow_up(client: &Client, incident: &str, body: impl Into<Value>) -> Answer {
    client.post(&format!("/v1/incidents/{incident}/reports")).fresh_key().json(body).send()
}

#[track_caller]
fn read(client: &Client, incident: &str) -> Answer {
    client.get(&format!("/v1/incidents/{incident}")).expect(200)
}

fn deadline<'a>(incident: &'a Answer, stage: &str) -> &'a Value {
    incident
        .list("/deadlines")
        .iter()
        .find(|one| one["stage"] == stage)
        .unwrap_or_else(|| panic!("no {stage}\n{incident}"))
}

both!(what_is_left_out_stays_and_what_is_said_anew_replaces, |server| {
    let hospital = server.hospital();
    let first = report("Файли не відкриваються")
        .with("title", "Лабораторія")
        .with("symptoms", json!(["files_encrypted"]))
        .with("regions", json!(["UA-30"]))
        .with("contact", json!({"name": "Черговий", "phone": "+380 00 000 00 01"}))
        .with(
            "indicators",
            json!([{"type": "ipv4", "value": "203.0.113.7"}, {"type": "domain", "value": "evil.example"}]),
        );
    let incident = hospital.submit(first);
    let id = incident.string("/id");
    let answer = follow_up(&hospital, &id, json!({
        "stage": "preliminary",
        "regions": ["UA-32", "UA-46"],
        "affected_users": 400,
        "indicators": [{"type": "ipv4", "value": "203.0.113.8"}, {"type": "domain", "value": "evil[.]example", "retracted": true}],
        "clear": ["/contact"]
    }))
    .expect(201);
    assert!(!answer.header("location").is_empty(), "{answer}");
    let after = read(&hospital, &id)
        .with("/title", "Лабораторія")
        .with("/description", "Файли не відкриваються")
        .with("/symptoms", json!(["files_encrypted"]))
        .with("/regions", json!(["UA-32", "UA-46"]))
        .with("/affected_users", 400)
        .without("/contact");
    assert_ne!(after.etag(), incident.etag());
    let standing: Vec<&str> = after
        .list("/indicators")
        .iter()
        .filter(|one| one["retracted"] != true && one.get("retracted_at").is_none())
        .filter_map(|one| one["value"].as_str())
        .collect();
    assert_eq!(standing, ["203.0.113.7", "203.0.113.8"], "{after}");
    let reports = hospital.get(&format!("/v1/incidents/{id}/reports")).expect(200);
    let stages: Vec<&str> = reports.list("/items").iter().filter_map(|one| one["stage"].as_str()).collect();
    assert_eq!(stages, ["initial", "preliminary"], "{reports}");
});

both!(stages_come_once_each_and_only_forward, |server| {
    let hospital = server.hospital();
    let id = hospital.submit(report("Подія").with("became_aware_at", stamp(-60))).string("/id");
    follow_up(&hospital, &id, json!({"stage": "update", "description": "Ще нічого не зрозуміло"})).expect(201);
    follow_up(&hospital, &id, json!({"stage": "interim"})).expect(201);
    follow_up(&hospital, &id, json!({"stage": "preliminary"})).problem(409, "stage_order");
    follow_up(&hospital, &id, json!({"stage": "interim"})).problem(409, "stage_already_submitted");
    follow_up(&hospital, &id, json!({"stage": "final", "description": "Відновлено"})).expect(201);
    for stage in ["preliminary", "interim", "final"] {
        let answer = follow_up(&hospital, &id, json!({"stage": stage}));
        assert_eq!(answer.status, 409, "{stage}: {answer}");
    }
    follow_up(&hospital, &id, json!({"stage": "update", "description": "Після остаточного"})).expect(201);
    follow_up(&hospital, &id, json!({"stage": "initial"})).faults(&["/stage"]);
    follow_up(&hospital, &id, json!({})).faults(&["/stage"]);
    let incident = read(&hospital, &id);
    for stage in ["initial", "interim", "final"] {
        assert_eq!(deadline(&incident, stage)["state"], "submitted", "{incident}");
        assert!(deadline(&incident, stage)["submitted_at"].is_string(), "{incident}");
    }
    assert_eq!(server.store.count("reports"), 5);
});

both!(a_corrected_moment_of_awareness_moves_the_clocks, |server| {
    let hospital = server.hospital();
    let aware = zvit_tests::now().plus_seconds(-1_800);
    let id = hospital.submit(report("Подія").with("became_aware_at", aware.to_string())).string("/id");
    let earlier = aware.plus_seconds(-10 * 3_600);
    follow_up(&hospital, &id, json!({"stage": "update", "became_aware_at": earlier.to_string()})).expect(201);
    let incident = read(&hospital, &id).with("/became_aware_at", earlier.to_string());
    let due = Time::parse(deadline(&incident, "preliminary")["due_at"].as_str().unwrap()).unwrap();
    assert_eq!(due.seconds_since(earlier), 24 * 3_600, "{incident}");
    assert_eq!(deadline(&incident, "initial")["state"], "late", "{incident}");
    let reports = hospital.get(&format!("/v1/incidents/{id}/reports")).expect(200);
    assert!(reports.text().contains(&earlier.to_string()), "both values stay visible\n{reports}");
    let timeline = hospital.get(&format!("/v1/incidents/{id}/timeline")).expect(200);
    assert!(
        timeline.text().contains("became_aware_at") || reports.text().contains(&aware.to_string()),
        "both values stay visible\n{timeline}\n{reports}"
    );
});

both!(worse_news_raises_the_level_and_tells_the_team, |server| {
    let hospital = server.hospital();
    let incident = hospital.submit(report("Повільно працює"));
    let id = incident.string("/id");
    let before = server.alpha().get("/v1/cases").expect(200).string("/next_cursor");
    follow_up(&hospital, &id, json!({"stage": "update", "danger_to_life": true})).expect(201);
    let after = read(&hospital, &id);
    assert!(after.int("/level") >= 4 && after.int("/level") > incident.int("/level"), "{after}");
    let changed = server
        .alpha()
        .get(&format!("/v1/cases?cursor={before}"))
        .expect(200)
        .with("/items/0/incident/level", after.int("/level"));
    let kinds: Vec<&str> = changed.list("/items/0/changes").iter().filter_map(|one| one["kind"].as_str()).collect();
    assert!(
        kinds.iter().any(|kind| kind.contains("report")) && kinds.iter().any(|kind| kind.contains("triage")),
        "{changed}"
    );
});

both!(a_stricter_label_takes_the_case_from_whoever_may_not_see_it, |server| {
    let hospital = server.hospital();
    let id = hospital.submit(report("Внутрішнє")).string("/id");
    let alpha = server.alpha();
    let case = server.case_of(&alpha, &id);
    server.verb(&alpha, &case, "acknowledge", json!({})).expect(200);
    let cursor = alpha.get("/v1/cases").expect(200).string("/next_cursor");
    follow_up(&hospital, &id, json!({"stage": "update", "tlp": "amber+strict"})).expect(201);
    let last = alpha.get(&format!("/v1/cases?cursor={cursor}")).expect(200);
    assert_eq!(last.list("/items").len(), 1, "{last}");
    let last = last
        .with("/items/0/id", &*case)
        .with("/items/0/state", "revoked")
        .with("/items/0/forget", true)
        .without("/items/0/incident");
    assert!(last.at("/items/0/reference").is_string() && last.at("/items/0/at").is_string(), "{last}");
    alpha.get(&format!("/v1/cases/{case}")).problem(404, "not_found");
    alpha.get(&format!("/v1/incidents/{id}/reports")).problem(404, "not_found");
    let incident = read(&hospital, &id);
    let held: Vec<&Value> = incident.list("/assignments").iter().filter(|one| one["state"] == "assigned").collect();
    assert!(held.len() == 1 && held[0]["team"]["id"] == BRAVO, "{incident}");
});

both!(acknowledged_work_stays_when_the_news_get_better, |server| {
    let hospital = server.hospital();
    let id = hospital.submit(report("Небезпека").with("danger_to_life", true)).string("/id");
    let alpha = server.alpha();
    let case = server.case_of(&alpha, &id);
    server.verb(&alpha, &case, "acknowledge", json!({})).expect(200);
    follow_up(&hospital, &id, json!({"stage": "update", "danger_to_life": false, "sector": "energy"})).expect(201);
    let incident = read(&hospital, &id).with("/sector", "energy");
    assert_eq!(incident.list("/assignments").len(), 1, "{incident}");
    incident.with("/assignments/0/state", "acknowledged").with("/assignments/0/team/id", ALPHA);
});

both!(a_later_cry_for_help_brings_the_missing_team, |server| {
    let hospital = server.hospital();
    let id = hospital.submit(report("Зникає зв’язок")).string("/id");
    follow_up(&hospital, &id, json!({"stage": "update", "assistance_requested": ["satellite_communications"]}))
        .expect(201);
    let incident = read(&hospital, &id);
    assert!(
        incident.list("/assignments").iter().any(|one| one["role"] == "support" && one["team"]["id"] == DELTA),
        "{incident}"
    );
});

both!(a_follow_up_needs_a_key_and_repeats_harmlessly_with_it, |server| {
    let hospital = server.hospital();
    let id = hospital.submit(report("Подія")).string("/id");
    let path = format!("/v1/incidents/{id}/reports");
    let body = json!({"stage": "preliminary", "affected_users": 7});
    hospital.post(&path).json(body.clone()).problem(422, "idempotency_key_required");
    let first = hospital.post(&path).key("preliminary-1").json(body.clone()).expect(201);
    let again = hospital.post(&path).key("preliminary-1").json(body).expect(201);
    assert_eq!(again.value, first.value);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert!(first.find_header("idempotency-replayed").is_none());
    assert_eq!(server.store.count("reports"), 2);
});

both!(a_lenient_follow_up_is_taken_too, |server| {
    let hospital = server.hospital();
    let id = hospital.submit(report("Подія")).string("/id");
    let path = format!("/v1/incidents/{id}/reports");
    let odd = json!({"stage": "update", "tlp": "purple", "affected_users": 12});
    hospital.post(&path).fresh_key().json(odd.clone()).faults(&["/tlp"]);
    hospital.post(&path).fresh_key().lenient().json(odd).expect(201);
    read(&hospital, &id).with("/affected_users", 12).with("/tlp", "amber");
    hospital.post(&path).fresh_key().lenient().json(json!({"stage": "someday"})).faults(&["/stage"]);
});

both!(what_a_follow_up_may_not_say, |server| {
    let hospital = server.hospital();
    let incident =
        hospital.submit(report("Подія").with("started_at", hours_ago(5)).with("became_aware_at", hours_ago(4)));
    let id = incident.string("/id");
    server.store.untouched(|| {
        follow_up(&hospital, &id, json!({"stage": "update", "clear": ["/description", "/no-such", "contact"]}))
            .faults(&["/clear/0", "/clear/1", "/clear/2"]);
        follow_up(&hospital, &id, json!({"stage": "update", "on_behalf_of": incident.str("/institution/id")}))
            .faults(&["/on_behalf_of"]);
        follow_up(&hospital, &id, json!({"stage": "update", "description": null})).faults(&["/description"]);
        follow_up(&hospital, &id, json!({"stage": "update", "started_at": hours_ago(1)})).faults(&["/started_at"]);
        follow_up(&server.grid(), &id, json!({"stage": "update"})).problem(404, "not_found");
        follow_up(&server.alpha(), &id, json!({"stage": "update"})).problem(403, "scope_lacking");
    });
});

both!(the_assigned_team_and_the_coordinator_read_the_reports, |server| {
    let id = server.hospital().submit(report("Дослівно так")).string("/id");
    let path = format!("/v1/incidents/{id}/reports");
    for client in [server.hospital(), server.alpha(), server.coordinator()] {
        assert!(client.get(&path).expect(200).text().contains("Дослівно так"));
    }
    for stranger in [server.bravo(), server.grid()] {
        stranger.get(&path).problem(404, "not_found");
    }
});

both!(a_report_after_the_end_opens_the_incident_again, |server| {
    let hospital = server.hospital();
    let id = hospital.submit(report("Подія")).string("/id");
    let alpha = server.alpha();
    let case = server.case_of(&alpha, &id);
    for (verb, body) in [
        ("acknowledge", json!({})),
        ("start", json!({})),
        ("resolve", json!({"outcome": "contained", "summary": "Відновлено з копій"})),
    ] {
        server.verb(&alpha, &case, verb, body).expect(200);
    }
    read(&hospital, &id).with("/status", "resolved");
    follow_up(&hospital, &id, json!({"stage": "update", "description": "Знову шифрує"})).expect(201);
    let again = read(&hospital, &id);
    assert!(["in_progress", "assigned"].contains(&again.str("/status")), "{again}");
});
