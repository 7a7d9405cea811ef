//! `POST /v1/cases/{id}/…`: what a team does with a case.

use zvit_tests::directory::{ALPHA, BRAVO, CHARLIE, FRONT_OFFICE};
use zvit_tests::feed::everything;
use zvit_tests::{Answer, Client, Server, Value, both, fresh, json, report};

struct Case {
    incident: String,
    id: String,
    team: Client,
}

/// An incident of the hospital, at team alpha.
#[track_caller]
fn at_alpha(server: &Server) -> Case {
    let incident = server.hospital().submit(report("Файли не відкриваються"));
    assert_eq!(incident.str("/assignments/0/team/id"), ALPHA, "{incident}");
    Case { incident: incident.string("/id"), id: incident.string("/assignments/0/id"), team: server.alpha() }
}

#[track_caller]
fn status(server: &Server, case: &Case) -> String {
    server.hospital().get(&format!("/v1/incidents/{}", case.incident)).expect(200).string("/status")
}

/// The team that holds the lead at present.
#[track_caller]
fn lead(server: &Server, case: &Case) -> (String, String) {
    let incident = server.coordinator().get(&format!("/v1/incidents/{}", case.incident)).expect(200);
    let held = ["assigned", "acknowledged", "in_progress", "resolved"];
    let leads: Vec<&Value> = incident
        .list("/assignments")
        .iter()
        .filter(|one| one["role"] == "lead" && one["state"].as_str().is_some_and(|state| held.contains(&state)))
        .collect();
    assert_eq!(leads.len(), 1, "exactly one team leads\n{incident}");
    (leads[0]["team"]["id"].as_str().unwrap().to_owned(), leads[0]["id"].as_str().unwrap().to_owned())
}

fn reason(text: &str) -> Value {
    json!({ "reason": text })
}

both!(a_case_goes_from_assigned_to_resolved, |server| {
    let case = at_alpha(server);
    let acknowledged =
        server.verb(&case.team, &case.id, "acknowledge", json!({"external_ref": "ALPHA-17"})).expect(200);
    acknowledged.etag();
    let acknowledged =
        acknowledged.with("/state", "acknowledged").with("/external_ref", "ALPHA-17").without("/acknowledge_by");
    assert!(
        acknowledged.list("/changes").iter().any(|change| change["own"] == true),
        "its own doing is marked\n{acknowledged}"
    );
    assert_eq!(status(server, &case), "assigned");
    server
        .verb(&case.team, &case.id, "start", json!({}))
        .expect(200)
        .with("/state", "in_progress")
        .with("/incident/status", "in_progress");
    assert_eq!(status(server, &case), "in_progress");
    let end = json!({"outcome": "contained", "summary": "Відновлено з резервної копії"});
    let resolved = server.verb(&case.team, &case.id, "resolve", end).expect(200).with("/state", "resolved");
    resolved
        .with("/outcome", "contained")
        .with("/summary", "Відновлено з резервної копії")
        .with("/incident/status", "resolved");
    assert_eq!(status(server, &case), "resolved");
});

both!(a_verb_already_in_effect_answers_200_again_and_changes_nothing, |server| {
    let case = at_alpha(server);
    for (verb, body) in [
        ("acknowledge", json!({})),
        ("start", json!({})),
        ("resolve", json!({"outcome": "contained", "summary": "Готово"})),
    ] {
        let first = server.verb(&case.team, &case.id, verb, body.clone()).expect(200);
        server.store.untouched(|| {
            let again = case.team.post(&format!("/v1/cases/{}/{verb}", case.id)).json(body).expect(200);
            assert_eq!(again.value, first.value, "{verb}");
            assert_eq!(again.etag(), first.etag(), "{verb}");
        });
    }
});

both!(a_verb_repeated_with_its_key_is_replayed, |server| {
    let case = at_alpha(server);
    let key = fresh();
    let path = format!("/v1/cases/{}/acknowledge", case.id);
    let first = case.team.post(&path).key(&key).json(json!({})).expect(200);
    server.verb(&case.team, &case.id, "start", json!({})).expect(200);
    let again = case.team.post(&path).key(&key).json(json!({})).expect(200);
    assert_eq!(again.value, first.value, "what was answered then");
    assert_eq!(again.header("idempotency-replayed"), "true");
    case.team.post(&path).key(&key).json(json!({"external_ref": "X"})).problem(422, "idempotency_key_reused");
});

both!(a_declined_case_goes_to_the_next_team_and_never_back, |server| {
    let case = at_alpha(server);
    let cursor = case.team.get("/v1/cases").expect(200).string("/next_cursor");
    server.verb(&case.team, &case.id, "decline", json!({})).faults(&["/reason"]);
    server.verb(&case.team, &case.id, "decline", reason("Немає вільних людей")).expect(200).with("/state", "declined");
    let (team, second) = lead(server, &case);
    assert_eq!(team, BRAVO);
    // The one that declined sees the end of it once, and no more.
    let last = case.team.get(&format!("/v1/cases?cursor={cursor}")).expect(200);
    let last = last
        .with("/items/0/id", &*case.id)
        .with("/items/0/state", "declined")
        .with("/items/0/forget", true)
        .without("/items/0/incident");
    assert_eq!(last.list("/items").len(), 1, "{last}");
    case.team.get(&format!("/v1/cases/{}", case.id)).problem(404, "not_found");
    server.verb(&case.team, &case.id, "acknowledge", json!({})).problem(404, "not_found");
    // All the others decline as well; whoever is left is the coordinator's own team, which can't.
    let mut asked = vec![ALPHA.to_owned()];
    let (mut team, mut id) = (team, second);
    while team != FRONT_OFFICE {
        assert!(!asked.contains(&team), "{team} is asked again after {asked:?}");
        server.verb(&server.owned_by(&team, "team"), &id, "decline", reason("Немає людей")).expect(200);
        asked.push(team);
        (team, id) = lead(server, &case);
    }
    assert!(asked.len() >= 3 && asked[1] == BRAVO && asked[2] == CHARLIE, "in the order of the rule: {asked:?}");
    server.verb(&server.front_office(), &id, "decline", reason("Не можна")).problem(409, "state_conflict");
    assert_eq!(lead(server, &case).0, FRONT_OFFICE);
    assert_eq!(everything(&case.team, "/v1/cases").iter().filter(|item| item.get("forget").is_none()).count(), 0);
});

both!(work_is_handed_over_with_a_reason, |server| {
    let case = at_alpha(server);
    server.verb(&case.team, &case.id, "acknowledge", json!({})).expect(200);
    server.verb(&case.team, &case.id, "start", json!({})).expect(200);
    server.verb(&case.team, &case.id, "hand-over", json!({})).faults(&["/reason"]);
    server
        .verb(&case.team, &case.id, "hand-over", reason("Зміна закінчилася"))
        .expect(200)
        .with("/state", "handed_over");
    let (team, next) = lead(server, &case);
    assert_eq!(team, BRAVO);
    assert_eq!(status(server, &case), "assigned");
    case.team.get(&format!("/v1/cases/{}", case.id)).problem(404, "not_found");
    server.verb(&server.bravo(), &next, "acknowledge", json!({})).expect(200);
    // The coordinator's team can't decline, but it may hand over.
    for _ in 0..3 {
        server.water().submit(
            report(&format!("Насоси {}", fresh()))
                .with("tlp", "red")
                .with("impact", json!({"functional_impact": "no_impact"})),
        );
    }
    let own = everything(&server.front_office(), "/v1/cases");
    assert_eq!(own.len(), 1, "charlie has room for two, and nobody else may see red");
    let own = own[0]["id"].as_str().unwrap();
    server.verb(&server.front_office(), own, "acknowledge", json!({})).expect(200);
    server
        .verb(&server.front_office(), own, "hand-over", json!({"reason": "Чарлі погодилися", "to_team": CHARLIE}))
        .expect(200);
    assert_eq!(everything(&server.charlie(), "/v1/cases").len(), 3);
    // To one that may not see it nothing is handed over.
    let case = at_alpha(server);
    server
        .verb(&case.team, &case.id, "hand-over", json!({"reason": "Спроба", "to_team": zvit_tests::directory::GREEN}))
        .faults(&["/to_team"]);
});

both!(the_state_machine_refuses_what_does_not_follow, |server| {
    let case = at_alpha(server);
    let conflict = |verb: &str, body: Value| {
        server.store.untouched(|| server.verb(&case.team, &case.id, verb, body).problem(409, "state_conflict"));
    };
    // Whoever starts has taken the case, said or not.
    server.verb(&case.team, &case.id, "start", json!({})).expect(200).at("/acknowledged_at");
    server.verb(&case.team, &case.id, "resolve", json!({"outcome": "contained", "summary": "Готово"})).expect(200);
    for (verb, body) in
        [("acknowledge", json!({})), ("start", json!({})), ("hand-over", reason("Пізно")), ("decline", reason("Пізно"))]
    {
        conflict(verb, body);
    }
});

both!(if_match_guards_where_it_is_given, |server| {
    let case = at_alpha(server);
    let path = format!("/v1/cases/{}", case.id);
    let tag = case.team.get(&path).expect(200).etag();
    server
        .hospital()
        .post(&format!("/v1/incidents/{}/reports", case.incident))
        .fresh_key()
        .json(json!({"stage": "update", "affected_users": 5}))
        .expect(201);
    let stale = case.team.post(&format!("{path}/acknowledge")).if_match(&tag).json(json!({}));
    stale.problem(412, "precondition_failed");
    let tag = case.team.get(&path).expect(200).etag();
    case.team.post(&format!("{path}/acknowledge")).if_match(&tag).json(json!({})).expect(200);
});

both!(the_bodies_of_verbs_are_checked, |server| {
    let case = at_alpha(server);
    server.store.untouched(|| {
        let faults = |verb: &str, body: Value, places: &[&str]| {
            server.verb(&case.team, &case.id, verb, body).faults(places);
        };
        faults("acknowledge", json!({"external_ref": "x".repeat(201), "more": 1}), &["/external_ref", "/more"]);
        faults("acknowledge", json!({"external_ref": null}), &["/external_ref"]);
        faults("decline", json!({"reason": ""}), &["/reason"]);
        faults("decline", json!({"reason": " \n\u{a0}"}), &["/reason"]);
        faults("resolve", json!({"outcome": "contained", "summary": "\t "}), &["/summary"]);
        faults("decline", json!({"reason": 7}), &["/reason"]);
        faults("decline", json!({"reason": "a\u{0}b"}), &["/reason"]);
        faults("resolve", json!({}), &["/outcome", "/summary"]);
        case.team
            .post(&format!("/v1/cases/{}/decline", case.id))
            .body("application/json", "{")
            .problem(400, "malformed_json");
        case.team
            .post(&format!("/v1/cases/{}/decline", case.id))
            .body("text/plain", "x")
            .problem(415, "unsupported_media_type");
        case.team
            .post(&format!("/v1/cases/{}/decline", case.id))
            .key("x")
            .json(reason("…"))
            .problem(422, "idempotency_key_invalid");
        case.team.get(&format!("/v1/cases/{}/decline", case.id)).problem(405, "method_not_allowed");
        case.team.post(&format!("/v1/cases/{}/explode", case.id)).json(json!({})).problem(404, "not_found");
    });
});

both!(another_teams_case_is_not_there, |server| {
    let case = at_alpha(server);
    server.store.untouched(|| {
        for (verb, body) in [
            ("acknowledge", json!({})),
            ("start", json!({})),
            ("decline", reason("Не моє")),
            ("hand-over", reason("Не моє")),
            ("resolve", json!({"outcome": "contained", "summary": "Не моє"})),
        ] {
            server.verb(&server.bravo(), &case.id, verb, body.clone()).problem(404, "not_found");
            server.verb(&server.hospital(), &case.id, verb, body.clone()).problem(403, "scope_lacking");
            let readonly = server.alpha().only("cases:read");
            server.verb(&readonly, &case.id, verb, body).problem(403, "scope_lacking");
        }
    });
});

both!(a_support_team_resolves_its_part_without_ending_the_incident, |server| {
    let incident =
        server.grid().submit(report("Зв’язку немає").with("assistance_requested", json!(["satellite_communications"])));
    let case = server.case_of(&server.delta(), incident.str("/id"));
    for (verb, body) in [
        ("acknowledge", json!({})),
        ("start", json!({})),
        ("resolve", json!({"outcome": "other", "summary": "Термінали передано"})),
    ] {
        server.verb(&server.delta(), &case, verb, body).expect(200);
    }
    let after: Answer = server.grid().get(&format!("/v1/incidents/{}", incident.str("/id"))).expect(200);
    assert_ne!(after.str("/status"), "resolved", "the lead resolves\n{after}");
});

both!(only_one_of_many_who_act_at_once_changes_the_state, |server| {
    let case = at_alpha(server);
    let answers = zvit_tests::in_parallel(8, |number| {
        let verb = if number % 2 == 0 { "acknowledge" } else { "decline" };
        server.verb(&case.team, &case.id, verb, if number % 2 == 0 { json!({}) } else { reason("Немає людей") }).status
    });
    assert!(answers.iter().all(|status| [200, 404, 409].contains(status)), "{answers:?}");
    let (team, _) = lead(server, &case);
    assert!([ALPHA, BRAVO].contains(&team.as_str()));
});

both!(what_is_resolved_keeps_a_team_even_when_its_label_rises_above_the_lead, |server| {
    let case = at_alpha(server);
    let done = json!({"outcome": "recovered", "summary": "Відновлено з копій."});
    server.verb(&case.team, &case.id, "resolve", done).expect(200);
    let path = format!("/v1/incidents/{}/reports", case.incident);
    server.hospital().post(&path).fresh_key().json(json!({"stage": "final", "tlp": "red"})).expect(201);
    let (team, _) = lead(server, &case);
    assert_ne!(team, ALPHA, "alpha may not see red");
    server.verb(&case.team, &case.id, "start", json!({})).problem(404, "not_found");
});

both!(a_kept_answer_of_a_verb_is_not_repeated_to_a_team_that_lost_the_case, |server| {
    let verbs = [
        ("acknowledge", json!({"external_ref": "ALPHA-7"})),
        ("start", json!({})),
        ("request-support", json!({"assistance": "satellite_communications", "reason": "Канал перерізано"})),
        ("resolve", json!({"outcome": "contained", "summary": "Готово"})),
    ];
    let lost_by_label = |case: &Case| {
        let path = format!("/v1/incidents/{}/reports", case.incident);
        server.hospital().post(&path).fresh_key().json(json!({"stage": "update", "tlp": "red"})).expect(201);
    };
    let lost_by_coordinator = |case: &Case| {
        let path = format!("/v1/assignments/{}/revoke", case.id);
        server.coordinator().post(&path).json(reason("Помилково призначено")).expect(200);
    };
    let ways: [&dyn Fn(&Case); 2] = [&lost_by_label, &lost_by_coordinator];
    for lose in ways {
        let case = at_alpha(server);
        let keys: Vec<String> = verbs.iter().map(|_| fresh()).collect();
        let repeat = |number: usize| {
            let (verb, body) = &verbs[number];
            let path = format!("/v1/cases/{}/{verb}", case.id);
            case.team.post(&path).key(&keys[number]).json(body.clone()).send()
        };
        for number in 0..verbs.len() {
            repeat(number).expect(200);
        }
        assert_eq!(repeat(0).expect(200).header("idempotency-replayed"), "true");
        lose(&case);
        for number in 0..verbs.len() {
            let refused = repeat(number).problem(404, "not_found");
            assert!(!refused.text().contains(&case.incident), "{refused}");
        }
    }
});

both!(how_it_ended_is_told_to_institution_and_coordinator, |server| {
    let case = at_alpha(server);
    let end = json!({"outcome": "false_alarm", "summary": "Перевірено, загрози немає"});
    server.verb(&case.team, &case.id, "resolve", end.clone()).expect(200);
    for client in [server.hospital(), server.coordinator()] {
        let seen = client.get(&format!("/v1/incidents/{}", case.incident)).expect(200);
        seen.with("/assignments/0/outcome", "false_alarm").with("/assignments/0/summary", "Перевірено, загрози немає");
        let told = everything(&client, &format!("/v1/incidents/{}/timeline", case.incident));
        let resolved = told.iter().find(|event| event["type"] == "resolved").unwrap();
        assert_eq!(resolved["data"]["outcome"], "false_alarm");
    }
    // What was said stays; another word is refused rather than dropped.
    let path = format!("/v1/cases/{}/resolve", case.id);
    case.team.post(&path).json(end).expect(200);
    let other = json!({"outcome": "contained", "summary": "Перевірено, загрози немає"});
    server.store.untouched(|| case.team.post(&path).json(other).problem(409, "state_conflict"));
});

both!(what_a_team_did_is_kept_though_the_coordinator_closed_it, |server| {
    let case = at_alpha(server);
    server.verb(&case.team, &case.id, "acknowledge", json!({})).expect(200);
    let path = format!("/v1/incidents/{}/close", case.incident);
    server.coordinator().post(&path).json(reason("Готово")).expect(200);
    let end = json!({"outcome": "contained", "summary": "Відновлено"});
    let late = server.verb(&case.team, &case.id, "resolve", end).expect(200);
    late.with("/outcome", "contained").with("/summary", "Відновлено").with("/incident/status", "closed");
});

both!(a_case_nobody_took_up_is_not_called_resolved_when_the_incident_is_closed, |server| {
    let case = at_alpha(server);
    let path = format!("/v1/incidents/{}/close", case.incident);
    server.coordinator().post(&path).json(reason("Хибна тривога")).expect(200);
    let seen = server.hospital().get(&format!("/v1/incidents/{}", case.incident)).expect(200);
    seen.with("/status", "closed").with("/assignments/0/state", "revoked").without("/assignments/0/resolved_at");
});

both!(acknowledging_what_is_in_progress_changes_nothing, |server| {
    let case = at_alpha(server);
    server.verb(&case.team, &case.id, "start", json!({})).expect(200);
    server.store.untouched(|| {
        let path = format!("/v1/cases/{}/acknowledge", case.id);
        case.team.post(&path).json(json!({})).expect(200).with("/state", "in_progress");
    });
});

both!(what_is_in_effect_may_be_repeated_with_the_tag_of_before, |server| {
    let case = at_alpha(server);
    let path = format!("/v1/cases/{}", case.id);
    let tag = case.team.get(&path).expect(200).etag();
    let acknowledge = || case.team.post(&format!("{path}/acknowledge")).if_match(&tag).json(json!({}));
    acknowledge().expect(200);
    acknowledge().expect(200).with("/state", "acknowledged");
    case.team.post(&format!("{path}/start")).if_match(&tag).json(json!({})).problem(412, "precondition_failed");
});

both!(who_gave_a_case_away_is_answered_with_codes, |server| {
    for (verb, body) in [("decline", reason("Ні")), ("hand-over", reason("Ні"))] {
        let case = at_alpha(server);
        let full = case.team.get(&format!("/v1/cases/{}", case.id)).expect(200);
        assert!(full.has("/incident/description"), "{full}");
        for _ in 0..2 {
            let parting = server.verb(&case.team, &case.id, verb, body.clone()).expect(200);
            let parting = parting.without("/incident/description").without("/incident/institution");
            parting.without("/incident/contact").with("/disclosed", json!([]));
        }
    }
});

both!(a_hand_over_to_another_team_than_then_is_refused, |server| {
    let case = at_alpha(server);
    let to = |team: &str| json!({"reason": "Зміна закінчилась", "to_team": team});
    server.verb(&case.team, &case.id, "hand-over", to(BRAVO)).expect(200);
    server.verb(&case.team, &case.id, "hand-over", to(BRAVO)).expect(200);
    server.verb(&case.team, &case.id, "hand-over", to(CHARLIE)).problem(409, "state_conflict");
    assert_eq!(lead(server, &case).0, BRAVO);
});

both!(who_supports_may_come_to_lead, |server| {
    let hand = |case: &Case, id: &str| {
        let body = json!({"reason": "Знають це краще", "to_team": BRAVO});
        server.verb(&case.team, id, "hand-over", body).expect(200);
    };
    let assign = |case: &Case, role: &str| {
        let path = format!("/v1/incidents/{}/assignments", case.incident);
        let body = json!({"team_id": BRAVO, "role": role, "reason": "Допоможуть"});
        server.coordinator().post(&path).fresh_key().json(body).expect(201);
    };
    for by_coordinator in [false, true] {
        let case = at_alpha(server);
        assign(&case, "support");
        if by_coordinator {
            assign(&case, "lead")
        } else {
            hand(&case, &case.id)
        }
        assert_eq!(lead(server, &case).0, BRAVO);
        let seen = server.coordinator().get(&format!("/v1/incidents/{}", case.incident)).expect(200);
        let held: Vec<&Value> = seen
            .list("/assignments")
            .iter()
            .filter(|one| one["team"]["id"] == BRAVO && one["state"] == "assigned")
            .map(|one| &one["role"])
            .collect();
        assert_eq!(held, [&json!("lead")], "{seen}");
    }
});
