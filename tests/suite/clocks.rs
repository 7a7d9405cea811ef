//! The clocks of the reporting stages, as time passes.

use zvit_domain::time::Time;
use zvit_tests::directory::HOSPITAL;
use zvit_tests::{Answer, Client, Server, Value, both, both_stores, eventually, hours_ago, json, report};

const HOUR: i64 = 3_600;

#[track_caller]
fn read(client: &Client, incident: &str) -> Answer {
    client.get(&format!("/v1/incidents/{incident}")).expect(200)
}

/// Lets team alpha acknowledge, so that it keeps the case while time passes.
#[track_caller]
fn taken_up(server: &Server, incident: &str) {
    let case = server.case_of(&server.alpha(), incident);
    server.verb(&server.alpha(), &case, "acknowledge", json!({})).expect(200);
}

fn stage<'a>(incident: &'a Answer, stage: &str) -> &'a Value {
    let found = incident.list("/deadlines").iter().find(|one| one["stage"] == stage);
    found.unwrap_or_else(|| panic!("no {stage}\n{incident}"))
}

fn events(client: &Client, incident: &str, kind: &str) -> Vec<Value> {
    let all = zvit_tests::feed::everything(client, &format!("/v1/incidents/{incident}/timeline"));
    all.into_iter().filter(|event| event["type"] == kind).collect()
}

#[track_caller]
fn becomes(client: &Client, incident: &str, of: &str, state: &str) -> Answer {
    eventually(&format!("{of} becomes {state}"), || {
        let answer = read(client, incident);
        (stage(&answer, of)["state"] == state).then_some(answer)
    })
}

both!(a_stage_that_did_not_come_in_is_overdue_once, |server| {
    let hospital = server.hospital();
    let id = hospital.submit(report("Подія")).string("/id");
    taken_up(server, &id);
    let before = read(&hospital, &id);
    let other = server.grid().submit(report("Інша подія")).string("/id");
    assert_eq!(stage(&before, "preliminary")["state"], "pending");
    server.pass(25 * HOUR);
    let after = becomes(&hospital, &id, "preliminary", "overdue");
    assert_eq!(stage(&after, "interim")["state"], "pending", "{after}");
    assert_ne!(after.etag(), before.etag(), "overdue is a write");
    for client in [&hospital, &server.coordinator()] {
        let told = events(client, &id, "stage_overdue");
        assert_eq!(told.len(), 1, "{told:#?}");
        assert_eq!(told[0]["data"]["stages"], json!(["preliminary"]));
        assert_eq!(told[0]["data"]["due_at"], stage(&after, "preliminary")["due_at"]);
    }
    assert!(events(&server.alpha(), &id, "stage_overdue").is_empty(), "the team is not who reports");
    // It is said of each stage by itself, and of none twice.
    server.pass(48 * HOUR);
    becomes(&hospital, &id, "interim", "overdue");
    let stages: Vec<Value> =
        events(&hospital, &id, "stage_overdue").iter().map(|event| event["data"]["stages"].clone()).collect();
    assert_eq!(stages, [json!(["preliminary"]), json!(["interim"])]);
    becomes(&server.grid(), &other, "interim", "overdue");
});

both!(a_late_report_ends_it, |server| {
    let hospital = server.hospital();
    let id = hospital.submit(report("Подія")).string("/id");
    server.pass(25 * HOUR);
    becomes(&hospital, &id, "preliminary", "overdue");
    let body = json!({"stage": "preliminary"});
    hospital.post(&format!("/v1/incidents/{id}/reports")).fresh_key().json(body).expect(201);
    assert_eq!(stage(&read(&hospital, &id), "preliminary")["state"], "late");
});

both!(the_institution_is_told_before_a_stage_is_due, |server| {
    let hospital = server.hospital();
    let first = hospital.submit(report("Подія"));
    let id = first.string("/id");
    taken_up(server, &id);
    server.pass(20 * HOUR);
    let early =
        hospital.submit(report("Пізніша подія").with("became_aware_at", first.str("/received_at"))).string("/id");
    server.pass(2 * HOUR);
    let told = eventually("the reminder", || {
        let told = events(&hospital, &id, "stage_due_soon");
        (!told.is_empty()).then_some(told)
    });
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0]["data"], json!({"stage": "preliminary", "due_at": stage(&first, "preliminary")["due_at"]}));
    let now = read(&hospital, &id);
    assert_eq!(now.at("/deadlines"), first.at("/deadlines"), "nothing of it changes");
    assert!(!now.text().contains("reminded"), "{now}");
    assert!(events(&server.alpha(), &id, "stage_due_soon").is_empty());
    // The interim reports of both are due at the same moment, and so are their reminders.
    server.pass(44 * HOUR);
    for id in [&id, &early] {
        eventually("both are told of the interim report", || {
            let told = events(&hospital, id, "stage_due_soon");
            told.iter().any(|event| event["data"]["stage"] == "interim").then_some(())
        });
        let told = events(&hospital, id, "stage_due_soon");
        assert_eq!(told.iter().filter(|event| event["data"]["stage"] == "interim").count(), 1, "{told:#?}");
    }
});

both!(another_start_is_another_clock, |server| {
    let hospital = server.hospital();
    let id = hospital.submit(report("Подія").with("became_aware_at", hours_ago(20))).string("/id");
    server.pass(5 * HOUR);
    becomes(&hospital, &id, "preliminary", "overdue");
    let path = format!("/v1/incidents/{id}/reports");
    let aware = hours_ago(1);
    hospital.post(&path).fresh_key().json(json!({"stage": "update", "became_aware_at": aware})).expect(201);
    let again = read(&hospital, &id);
    assert_eq!(stage(&again, "preliminary")["state"], "pending", "{again}");
    server.pass(20 * HOUR);
    let after = becomes(&hospital, &id, "preliminary", "overdue");
    let due = Time::parse(stage(&after, "preliminary")["due_at"].as_str().unwrap()).unwrap();
    assert_eq!(due.seconds_since(Time::parse(&aware).unwrap()), 24 * HOUR);
    assert_eq!(events(&hospital, &id, "stage_overdue").len(), 2, "each moment once");
});

both!(nothing_runs_for_exercises_and_for_what_is_closed, |server| {
    let hospital = server.hospital();
    let exercise = hospital.submit(report("Навчання").with("exercise", true)).string("/id");
    let closed = hospital.submit(report("Подія")).string("/id");
    let open = hospital.submit(report("Ще подія")).string("/id");
    let body = json!({"reason": "Повторне повідомлення"});
    server.coordinator().post(&format!("/v1/incidents/{closed}/close")).fresh_key().json(body).expect(200);
    server.pass(1_000 * HOUR);
    // The three are looked at together, so when the one has run out, so would the others.
    becomes(&hospital, &open, "final", "overdue");
    assert_eq!(read(&hospital, &exercise).at("/deadlines"), &json!([]));
    assert_eq!(stage(&read(&hospital, &closed), "preliminary")["state"], "pending");
    for id in [&exercise, &closed] {
        assert!(events(&hospital, id, "stage_overdue").is_empty());
    }
});

both_stores!(two_servers_say_it_once, |store| {
    let (one, other) = (Server::start(store), Server::start(store));
    let ids: Vec<String> =
        (0..30).map(|n| one.hospital().submit(report(&format!("Подія {n}"))).string("/id")).collect();
    one.pass(22 * HOUR);
    other.pass(6 * HOUR);
    let (hospital, coordinator) = (one.hospital(), other.coordinator());
    for id in &ids {
        becomes(&hospital, id, "preliminary", "overdue");
        assert_eq!(events(&hospital, id, "stage_overdue").len(), 1);
        assert!(events(&hospital, id, "stage_due_soon").len() <= 1);
        read(&coordinator, id).with("/institution/id", HOSPITAL);
    }
});
