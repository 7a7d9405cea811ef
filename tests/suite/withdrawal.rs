//! `POST /v1/incidents/{id}/withdraw`, and what lead and coordinator make of it.

use zvit_tests::client::Account;
use zvit_tests::directory::{ALPHA, HOSPITAL};
use zvit_tests::feed::everything;
use zvit_tests::report::Report;
use zvit_tests::{Answer, Client, Server, Value, both, both_stores, fresh, json, report};

fn reason(text: &str) -> Value {
    json!({ "reason": text })
}

/// What is at most of level 2 whatever the rules say.
fn trifle() -> Report {
    report("Здається, дрібниця").with("impact", json!({"functional_impact": "no_impact"}))
}

fn path(id: &str, verb: &str) -> String {
    format!("/v1/incidents/{id}/{verb}")
}

#[track_caller]
fn withdraw(client: &Client, id: &str) -> Answer {
    client.post(&path(id, "withdraw")).json(reason("Плановий перезапуск")).send()
}

#[track_caller]
fn read(server: &Server, id: &str) -> Answer {
    server.hospital().get(&format!("/v1/incidents/{id}")).expect(200)
}

fn events(server: &Server, id: &str, kind: &str) -> Vec<Value> {
    let all = everything(&server.coordinator(), &path(id, "timeline"));
    all.into_iter().filter(|event| event["type"] == kind).collect()
}

/// An incident that alpha works on, with a withdrawal that was asked for: its id and alpha's case.
#[track_caller]
fn asked_for(server: &Server) -> (String, String) {
    let incident = server.hospital().submit(trifle());
    let (id, case) = (incident.string("/id"), incident.string("/assignments/0/id"));
    server.verb(&server.alpha(), &case, "acknowledge", json!({})).expect(200);
    withdraw(&server.hospital(), &id).expect(200).with("/withdrawal/state", "requested").with("/status", "assigned");
    (id, case)
}

both!(a_false_alarm_nobody_has_taken_up_is_withdrawn_at_once, |server| {
    let incident = server.hospital().submit(trifle());
    let (id, case) = (incident.string("/id"), incident.string("/assignments/0/id"));
    assert!(incident.int("/level") <= 2, "{incident}");
    let cursor = server.alpha().get("/v1/cases").expect(200).string("/next_cursor");
    server.store.untouched(|| {
        server.hospital().post(&path(&id, "withdraw")).json(json!({})).faults(&["/reason"]);
        withdraw(&server.grid(), &id).problem(404, "not_found");
        withdraw(&server.alpha(), &id).problem(403, "scope_lacking");
    });
    let gone = withdraw(&server.hospital(), &id).expect(200);
    let gone = gone.with("/status", "withdrawn").with("/withdrawal/state", "confirmed");
    let gone = gone.with("/withdrawal/reason", "Плановий перезапуск").with("/assignments/0/state", "revoked");
    assert_eq!(gone.etag(), read(server, &id).etag());
    let last = server.alpha().get(&format!("/v1/cases?cursor={cursor}")).expect(200);
    last.with("/items/0/id", &*case).with("/items/0/forget", true).without("/items/0/incident");
    server.alpha().get(&format!("/v1/cases/{case}")).problem(404, "not_found");
    let noted = events(server, &id, "withdrawn");
    assert_eq!((noted.len(), &noted[0]["reason"]), (1, &json!("Плановий перезапуск")));
    server.store.untouched(|| {
        assert_eq!(withdraw(&server.hospital(), &id).expect(200).value, gone.value);
        let update = json!({"stage": "update", "affected_users": 1});
        server.hospital().post(&path(&id, "reports")).fresh_key().json(update).problem(409, "state_conflict");
        server.coordinator().post(&path(&id, "close")).json(reason("…")).problem(409, "state_conflict");
    });
    // What was withdrawn by mistake is opened again and routed anew.
    let back = server.coordinator().post(&path(&id, "reopen")).json(reason("Усе ж напад")).expect(200);
    let back = back.with("/status", "assigned").without("/withdrawal");
    let anew = back.list("/assignments").last().unwrap();
    assert!(anew["team"]["id"] == ALPHA && anew["state"] == "assigned" && anew["id"] != json!(case), "{back}");
});

both!(what_a_team_works_on_is_withdrawn_only_if_the_lead_or_the_coordinator_confirms, |server| {
    let (id, case) = asked_for(server);
    let seen = server.alpha().get(&format!("/v1/cases/{case}")).expect(200);
    seen.with("/incident/withdrawal/state", "requested").with("/incident/withdrawal/reason", "Плановий перезапуск");
    server.store.untouched(|| {
        withdraw(&server.hospital(), &id).expect(200).with("/withdrawal/state", "requested");
        for verb in ["withdrawal/confirm", "withdrawal/reject"] {
            let decide = |client: &Client| client.post(&path(&id, verb)).json(reason("Так")).send();
            decide(&server.bravo()).problem(404, "not_found");
            decide(&server.hospital()).problem(403, "scope_lacking");
            server.alpha().post(&path(&id, verb)).json(json!({})).faults(&["/reason"]);
        }
    });
    let no = server.alpha().post(&path(&id, "withdrawal/reject")).json(reason("Сторонній вхід у журналах")).expect(200);
    let no = no.with("/withdrawal/state", "rejected").with("/status", "assigned");
    let no = no.with("/withdrawal/decision_reason", "Сторонній вхід у журналах");
    assert_eq!(no.etag(), read(server, &id).with("/withdrawal/state", "rejected").etag());
    server.store.untouched(|| {
        let again = server.alpha().post(&path(&id, "withdrawal/reject")).json(reason("Ще раз")).expect(200);
        assert_eq!(again.value, no.value);
        let late = server.coordinator().post(&path(&id, "withdrawal/confirm")).json(reason("Пізно"));
        late.problem(409, "state_conflict");
    });
    // It may be asked for anew, and the lead confirms; that it loses the case by it doesn't hinder a repetition.
    withdraw(&server.hospital(), &id).expect(200).with("/withdrawal/state", "requested");
    let key = fresh();
    let confirm =
        || server.alpha().post(&path(&id, "withdrawal/confirm")).key(&key).json(reason("Перевірено")).expect(200);
    let yes = confirm().with("/withdrawal/state", "confirmed").with("/status", "withdrawn");
    assert_eq!(confirm().value, yes.value);
    server.alpha().post(&path(&id, "withdrawal/confirm")).json(reason("Так")).problem(404, "not_found");
    server.alpha().get(&format!("/v1/cases/{case}")).problem(404, "not_found");
    read(server, &id).with("/status", "withdrawn").with("/withdrawal/decided_by", "Test Team Alpha");
    let again = server.coordinator().post(&path(&id, "withdrawal/confirm")).json(reason("Так")).expect(200);
    again.with("/withdrawal/decision_reason", "Перевірено");
    for (kind, count) in [("withdrawal_requested", 2), ("withdrawal_rejected", 1), ("withdrawn", 1)] {
        assert_eq!(events(server, &id, kind).len(), count, "{kind}");
    }
});

both!(what_was_taken_up_and_handed_over_is_still_withdrawn_only_if_somebody_confirms, |server| {
    let incident = server.hospital().submit(trifle());
    let (id, case) = (incident.string("/id"), incident.string("/assignments/0/id"));
    server.verb(&server.alpha(), &case, "acknowledge", json!({})).expect(200);
    server.verb(&server.alpha(), &case, "hand-over", reason("Зміна закінчилась")).expect(200);
    read(server, &id).with("/status", "assigned");
    withdraw(&server.hospital(), &id).expect(200).with("/withdrawal/state", "requested").with("/status", "assigned");
});

both!(what_is_grave_is_withdrawn_only_if_somebody_confirms, |server| {
    let incident = server.hospital().submit(report("Апарати зупинилися").with("danger_to_life", true));
    let id = incident.string("/id");
    assert!(incident.int("/level") >= 3, "{incident}");
    withdraw(&server.hospital(), &id).expect(200).with("/status", "assigned").with("/withdrawal/state", "requested");
    let confirmed = server.coordinator().post(&path(&id, "withdrawal/confirm")).json(reason("Перевірено телефоном"));
    confirmed.expect(200).with("/status", "withdrawn");
    assert!(everything(&server.alpha(), "/v1/cases").iter().all(|case| case["forget"] == true));
});

both!(support_does_not_decide_on_a_withdrawal, |server| {
    let asking = trifle().with("assistance_requested", json!(["satellite_communications"]));
    let id = server.hospital().submit(asking).string("/id");
    let case = server.case_of(&server.alpha(), &id);
    server.verb(&server.alpha(), &case, "start", json!({})).expect(200);
    withdraw(&server.hospital(), &id).expect(200).with("/withdrawal/state", "requested");
    server.delta().post(&path(&id, "withdrawal/confirm")).json(reason("Так")).problem(404, "not_found");
    server.alpha().post(&path(&id, "withdrawal/confirm")).json(reason("Так")).expect(200);
    let support = everything(&server.delta(), "/v1/cases");
    assert!(support.len() == 1 && support[0]["forget"] == true, "every team forgets it\n{support:#?}");
});

both!(without_a_request_there_is_nothing_to_decide, |server| {
    let id = server.hospital().submit(trifle()).string("/id");
    server.store.untouched(|| {
        for verb in ["withdrawal/confirm", "withdrawal/reject"] {
            for client in [server.alpha(), server.coordinator()] {
                client.post(&path(&id, verb)).json(reason("Так")).problem(409, "state_conflict");
            }
        }
    });
    server.coordinator().post(&path(&id, "close")).json(reason("Завершено")).expect(200);
    server.store.untouched(|| withdraw(&server.hospital(), &id).problem(409, "state_conflict"));
});

both!(the_coordinator_withdraws_for_an_institution_that_calls, |server| {
    let (id, _) = asked_for(server);
    let gone = server.coordinator().post(&path(&id, "withdraw")).json(reason("Дзвінок установи")).expect(200);
    gone.with("/status", "withdrawn").with("/withdrawal/state", "confirmed");
});

both!(closing_settles_a_withdrawal_that_nobody_decided_on, |server| {
    let (id, _) = asked_for(server);
    server.coordinator().post(&path(&id, "close")).json(reason("Завершено")).expect(200).without("/withdrawal");
    server.coordinator().post(&path(&id, "withdrawal/confirm")).json(reason("Так")).problem(409, "state_conflict");
});

both!(an_intruder_withdraws_nothing, |server| {
    let id = server.hospital().submit(trifle()).string("/id");
    let body = json!({"role": "institution", "owner": HOSPITAL, "name": "Запасний", "spare": true, "enrolment": true});
    let made = server.coordinator().post("/v1/clients").fresh_key().json(body).expect(201);
    let given = server.anyone().post("/oauth2/enrol").json(json!({"code": made.str("/enrolment/code")})).expect(200);
    let spare = server.client(&Account::read(&given.value));
    withdraw(&spare, &id).problem(403, "forbidden");
    let hold = format!("/v1/institutions/{HOSPITAL}/hold");
    server.coordinator().post(&hold).json(reason("Поштову скриньку захоплено")).expect(200);
    let held = Client::of(&server.base, server.hospital().account());
    let refused = withdraw(&held, &id).problem(403, "institution_on_hold");
    assert!(!refused.str("/support").is_empty(), "{refused}");
    let incident = server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200);
    incident.with("/status", "assigned").without("/withdrawal");
});

both!(of_two_who_decide_at_once_one_decides, |server| {
    let (id, _) = asked_for(server);
    let coordinator = server.coordinator();
    coordinator.token();
    let answers = zvit_tests::in_parallel(6, |number| {
        let verb = if number % 2 == 0 { "withdrawal/confirm" } else { "withdrawal/reject" };
        coordinator.post(&path(&id, verb)).json(reason("Так")).send().status
    });
    let done =
        |even: bool| answers.iter().enumerate().filter(move |(number, _)| (number % 2 == 0) == even).map(|one| *one.1);
    let (confirmed, rejected): (Vec<u16>, Vec<u16>) = (done(true).collect(), done(false).collect());
    let status = read(server, &id).string("/status");
    let (won, lost) = if status == "withdrawn" { (confirmed, rejected) } else { (rejected, confirmed) };
    assert!(won.iter().all(|status| *status == 200) && lost.iter().all(|status| *status == 409), "{answers:?}");
    let decided = events(server, &id, "withdrawn").len() + events(server, &id, "withdrawal_rejected").len();
    assert_eq!(decided, 1);
});

both_stores!(who_acknowledges_and_who_withdraws_at_once_agree_on_what_came_first, |store| {
    let (first, second) = (Server::start(store), Server::start(store));
    let (alpha, hospital) = (first.alpha(), second.hospital());
    alpha.token();
    let incidents: Vec<Answer> = (0..6).map(|_| hospital.submit(trifle())).collect();
    zvit_tests::in_parallel(2, |number| {
        for incident in &incidents {
            if number == 0 {
                let answer = first.verb(&alpha, incident.str("/assignments/0/id"), "acknowledge", json!({}));
                assert!([200, 404].contains(&answer.status), "{answer}");
            } else {
                withdraw(&hospital, incident.str("/id")).expect(200);
            }
        }
    });
    for incident in &incidents {
        let after = first.coordinator().get(&format!("/v1/incidents/{}", incident.str("/id"))).expect(200);
        let seen = (after.str("/status"), after.str("/assignments/0/state"), after.str("/withdrawal/state"));
        let expected = [("assigned", "acknowledged", "requested"), ("withdrawn", "revoked", "confirmed")];
        assert!(expected.contains(&seen), "{after}");
        assert_eq!(after.has("/assignments/0/acknowledged_at"), seen.0 == "assigned", "{after}");
    }
});

/// Tells a grave incident down to a level at which it could be withdrawn.
#[track_caller]
fn told_down(server: &Server) -> String {
    let id = server.hospital().submit(report("Апарати зупинилися").with("danger_to_life", true)).string("/id");
    assert!(read(server, &id).int("/level") >= 4);
    let mild = json!({
        "stage": "update", "danger_to_life": false, "impact": {
            "functional_impact": "no_impact", "observed_activity": "prepare", "information_impact": "no_impact",
            "location_of_observed_activity": "level_1_business_dmz", "actor_characterization": "hacktivists",
            "recoverability": "regular", "potential_impact": "minimal"
        }
    });
    server.hospital().post(&path(&id, "reports")).fresh_key().json(mild).expect(201);
    assert!(read(server, &id).int("/level") <= 2);
    id
}

#[track_caller]
fn set_level(server: &Server, id: &str, level: Option<u8>) {
    let mut body = reason("Перевірено телефоном");
    if let Some(level) = level {
        body["level"] = json!(level);
    }
    server.coordinator().put(&path(id, "triage")).if_match(&read(server, id).etag()).json(body).expect(200);
}

both!(what_was_told_down_is_as_grave_to_a_withdrawal_as_it_ever_was, |server| {
    let id = told_down(server);
    withdraw(&server.hospital(), &id).expect(200).with("/withdrawal/state", "requested").with("/status", "assigned");
});

both!(what_a_person_decided_about_the_level_counts_for_a_withdrawal_as_long_as_it_holds, |server| {
    let id = told_down(server);
    set_level(server, &id, Some(1));
    withdraw(&server.hospital(), &id).expect(200).with("/status", "withdrawn");
    let id = told_down(server);
    set_level(server, &id, Some(1));
    set_level(server, &id, None);
    withdraw(&server.hospital(), &id).expect(200).with("/withdrawal/state", "requested");
    // So does what a team proposed and the coordinator accepted.
    let id = told_down(server);
    let case = server.case_of(&server.alpha(), &id);
    let proposal = json!({"level": 1, "reason": "Навчальна тривога"});
    let proposal = server.verb(&server.alpha(), &case, "triage-proposals", proposal).expect(201).string("/id");
    let accept = format!("/v1/triage-proposals/{proposal}/accept");
    server.coordinator().post(&accept).json(reason("Погоджено")).expect(200);
    withdraw(&server.hospital(), &id).expect(200).with("/status", "withdrawn");
});

both!(what_only_a_support_team_has_taken_up_is_withdrawn_only_if_somebody_confirms, |server| {
    let asking = trifle().with("assistance_requested", json!(["satellite_communications"]));
    let id = server.hospital().submit(asking).string("/id");
    let support = server.case_of(&server.delta(), &id);
    server.verb(&server.delta(), &support, "acknowledge", json!({})).expect(200);
    read(server, &id).with("/assignments/0/state", "assigned");
    withdraw(&server.hospital(), &id).expect(200).with("/withdrawal/state", "requested").with("/status", "assigned");
    server.delta().get(&format!("/v1/cases/{support}")).expect(200).with("/state", "acknowledged");
});
