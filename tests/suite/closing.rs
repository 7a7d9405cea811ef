//! Closing after quiet days, and opening again: `POST /v1/incidents/{id}/reopen`, and reports about what had ended.

use zvit_tests::directory::{ALPHA, BRAVO};
use zvit_tests::feed::everything;

use zvit_tests::report::Report;
use zvit_tests::{Answer, Server, Value, both, both_stores, eventually, json, report};

const DAY: i64 = 86_400;

fn reason(text: &str) -> Value {
    json!({ "reason": text })
}

fn path(id: &str, verb: &str) -> String {
    format!("/v1/incidents/{id}/{verb}")
}

#[track_caller]
fn read(server: &Server, id: &str) -> Answer {
    server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200)
}

#[track_caller]
fn tell(server: &Server, id: &str, body: Value) {
    server.hospital().post(&path(id, "reports")).fresh_key().json(body).expect(201);
}

/// An incident that alpha has resolved: its id and alpha's case.
#[track_caller]
fn resolved(server: &Server, first: Report) -> (String, String) {
    let incident = server.hospital().submit(first);
    let (id, case) = (incident.string("/id"), incident.string("/assignments/0/id"));
    let done = json!({"outcome": "recovered", "summary": "Відновлено з копій"});
    server.verb(&server.alpha(), &case, "resolve", done).expect(200).at("/resolved_at");
    read(server, &id).with("/status", "resolved").at("/resolved_at");
    (id, case)
}

fn events(server: &Server, id: &str, kind: &str) -> Vec<Value> {
    let all = everything(&server.coordinator(), &path(id, "timeline"));
    all.into_iter().filter(|event| event["type"] == kind).collect()
}

#[track_caller]
fn closes(server: &Server, id: &str) -> Answer {
    eventually("it is closed", || Some(read(server, id)).filter(|incident| incident.str("/status") == "closed"))
}

both!(what_is_resolved_and_quiet_for_two_weeks_is_closed, |server| {
    let (early, _) = resolved(server, report("Подія"));
    tell(server, &early, json!({"stage": "final", "description": "Відновлено"}));
    let (without_final, _) = resolved(server, report("Подія без остаточного"));
    let (exercise, _) = resolved(server, report("Навчання").with("exercise", true));
    let open = server.hospital().submit(report("Триває")).string("/id");
    tell(server, &open, json!({"stage": "final"}));
    server.pass(10 * DAY);
    let (late, _) = resolved(server, report("Пізніша подія"));
    tell(server, &late, json!({"stage": "final"}));
    server.pass(5 * DAY);
    let closed = closes(server, &early);
    assert!(closed.has("/closed_at") && closed.str("/closed_at") > closed.str("/resolved_at"), "{closed}");
    let noted = events(server, &early, "closed");
    assert_eq!(noted.len(), 1, "{noted:#?}");
    assert_eq!((&noted[0]["actor"]["role"], &noted[0]["data"]["quiet_days"]), (&json!("service"), &json!(14)));
    assert_eq!(noted[0]["reason"], "resolved_and_quiet");
    // Looked at together with it, and left alone.
    closes(server, &exercise);
    for (id, why) in [(&without_final, "no final report"), (&late, "not quiet for long enough")] {
        assert_eq!(read(server, id).str("/status"), "resolved", "{why}");
    }
    assert_ne!(read(server, &open).str("/status"), "closed");
});

both_stores!(two_servers_close_an_incident_once, |store| {
    let (first, second) = (Server::start(store), Server::start(store));
    let (id, _) = resolved(&first, report("Подія"));
    tell(&first, &id, json!({"stage": "final"}));
    first.pass(15 * DAY);
    closes(&first, &id);
    let again = Server::start(store);
    let (other, _) = resolved(&again, report("Інша"));
    tell(&again, &other, json!({"stage": "final"}));
    again.pass(15 * DAY);
    drop(second);
    closes(&again, &other);
    assert_eq!((events(&again, &id, "closed").len(), events(&again, &other, "closed").len()), (1, 1));
});

both_stores!(the_quiet_days_are_a_setting, |store| {
    let server = Server::start_with(store, &["--close-after-days", "1"]);
    let (id, _) = resolved(&server, report("Подія"));
    tell(&server, &id, json!({"stage": "final"}));
    server.pass(2 * DAY);
    closes(&server, &id);
    assert_eq!(events(&server, &id, "closed")[0]["data"]["quiet_days"], 1);
});

both!(the_coordinator_opens_again_what_was_closed, |server| {
    let (id, case) = resolved(server, report("Подія"));
    server.coordinator().post(&path(&id, "close")).json(reason("Завершено")).expect(200).at("/closed_at");
    server.store.untouched(|| {
        server.coordinator().post(&path(&id, "reopen")).json(json!({})).faults(&["/reason"]);
        server.hospital().post(&path(&id, "reopen")).json(reason("…")).problem(403, "scope_lacking");
        server.alpha().post(&path(&id, "reopen")).json(reason("…")).problem(403, "scope_lacking");
        let nothing = path("01920000-0000-7000-8000-0000000000ff", "reopen");
        server.coordinator().post(&nothing).json(reason("…")).problem(404, "not_found");
        // Nobody is given what has ended.
        let revoke = format!("/v1/assignments/{case}/revoke");
        server.coordinator().post(&revoke).json(reason("…")).problem(409, "state_conflict");
    });
    let back = server.coordinator().post(&path(&id, "reopen")).json(reason("Знову те саме")).expect(200);
    back.with("/status", "in_progress").without("/closed_at").without("/resolved_at");
    let mine = server.alpha().get(&format!("/v1/cases/{case}")).expect(200).with("/state", "in_progress");
    mine.without("/outcome").without("/summary").without("/resolved_at");
    assert_eq!(events(server, &id, "reopened")[0]["reason"], "Знову те саме");
    let now = server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200);
    server.store.untouched(|| {
        let again = server.coordinator().post(&path(&id, "reopen")).json(reason("Ще раз")).expect(200);
        assert_eq!(again.value, now.value);
    });
    let done = json!({"outcome": "recovered", "summary": "Тепер справді"});
    server.verb(&server.alpha(), &case, "resolve", done).expect(200).with("/incident/status", "resolved");
});

both!(a_report_about_what_is_closed_opens_it_again, |server| {
    let (id, case) = resolved(server, report("Подія"));
    tell(server, &id, json!({"stage": "final"}));
    assert_eq!(read(server, &id).str("/status"), "resolved", "a stage that is due opens nothing");
    server.coordinator().post(&path(&id, "close")).json(reason("Завершено")).expect(200);
    tell(server, &id, json!({"stage": "update", "description": "Знову шифрує", "danger_to_life": true}));
    let back = read(server, &id).with("/status", "in_progress").without("/closed_at").without("/resolved_at");
    assert!(back.int("/level") >= 4, "{back}");
    server.alpha().get(&format!("/v1/cases/{case}")).expect(200).with("/state", "in_progress");
});

both!(a_lead_that_can_not_go_on_is_replaced, |server| {
    let (id, _) = resolved(server, report("Подія"));
    let deactivate = format!("/v1/teams/{ALPHA}/deactivate");
    server.coordinator().post(&deactivate).json(reason("Команду розпущено")).expect(200);
    tell(server, &id, json!({"stage": "update", "description": "Знову шифрує"}));
    let back = read(server, &id).with("/status", "assigned");
    let states: Vec<_> =
        back.list("/assignments").iter().map(|one| (one["team"]["id"].clone(), one["state"].clone())).collect();
    let expected = [(json!(ALPHA), json!("revoked")), (json!(BRAVO), json!("assigned"))];
    assert_eq!(states, expected, "{back}");
    // The same where its ceiling is below the label by now.
    let (id, case) = {
        let incident = server.hospital().submit(report("Подія"));
        (incident.string("/id"), incident.string("/assignments/0/id"))
    };
    let done = json!({"outcome": "recovered", "summary": "Відновлено з копій"});
    server.verb(&server.bravo(), &case, "resolve", done).expect(200);
    tell(server, &id, json!({"stage": "update", "tlp": "red"}));
    let back = read(server, &id).with("/status", "assigned").with("/assignments/0/state", "revoked");
    assert_eq!(back.list("/assignments").len(), 2, "{back}");
    server.bravo().get(&format!("/v1/cases/{case}")).problem(404, "not_found");
});

both!(who_had_not_taken_it_up_is_asked_anew, |server| {
    let incident = server.hospital().submit(report("Подія"));
    let (id, case) = (incident.string("/id"), incident.string("/assignments/0/id"));
    server.coordinator().post(&path(&id, "close")).json(reason("Помилка")).expect(200);
    let back = server.coordinator().post(&path(&id, "reopen")).json(reason("Не помилка")).expect(200);
    let back = back.with("/status", "assigned").with("/assignments/0/state", "revoked");
    let anew = back.with("/assignments/1/state", "assigned").with("/assignments/1/team/id", ALPHA);
    assert!(anew.has("/assignments/1/acknowledge_by") && anew.str("/assignments/1/id") != case, "{anew}");
});

both!(support_that_was_cut_short_goes_on_and_what_it_had_done_stays_done, |server| {
    let asking = report("Зв’язку немає").with("assistance_requested", json!(["satellite_communications"]));
    let incidents: Vec<(String, String)> = (0..2)
        .map(|_| {
            let id = server.hospital().submit(asking.clone()).string("/id");
            let support = server.case_of(&server.delta(), &id);
            server.verb(&server.alpha(), &server.case_of(&server.alpha(), &id), "start", json!({})).expect(200);
            server.verb(&server.delta(), &support, "start", json!({})).expect(200);
            (id, support)
        })
        .collect();
    let done = json!({"outcome": "other", "summary": "Термінали передано"});
    server.verb(&server.delta(), &incidents[1].1, "resolve", done).expect(200);
    for ((id, support), state) in incidents.iter().zip(["in_progress", "resolved"]) {
        server.coordinator().post(&path(id, "close")).json(reason("Завершено")).expect(200);
        server.delta().get(&format!("/v1/cases/{support}")).expect(200).with("/state", "resolved");
        server.coordinator().post(&path(id, "reopen")).json(reason("Ні")).expect(200).with("/status", "in_progress");
        server.delta().get(&format!("/v1/cases/{support}")).expect(200).with("/state", state);
    }
});

both!(what_can_not_be_read_holds_up_no_closing, |server| {
    let ids: Vec<String> = ["Нечитна", "Читна"]
        .iter()
        .map(|text| {
            let (id, _) = resolved(server, report(text));
            tell(server, &id, json!({"stage": "final"}));
            id
        })
        .collect();
    crate::escalation::spoil(server, &ids[0]);
    server.pass(15 * DAY);
    closes(server, &ids[1]);
});
