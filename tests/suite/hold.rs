//! An institution on hold may report, and learns nothing by it.

use zvit_tests::directory::{HOSPITAL, MINISTRY, REGISTRY};
use zvit_tests::feed::everything;
use zvit_tests::{Answer, Client, Server, Value, both, json, report};

#[track_caller]
fn set(server: &Server, institution: &str, verb: &str) -> Answer {
    let path = format!("/v1/institutions/{institution}/{verb}");
    server.coordinator().post(&path).json(json!({"reason": "Поштову скриньку захоплено"})).expect(200)
}

/// The hospital with a token of its own: a hold ends those of before.
#[track_caller]
fn anew(server: &Server, client: &Client) -> Client {
    Client::of(&server.base, client.account())
}

fn events(server: &Server, kind: &str) -> Vec<Value> {
    everything(&server.auditor(), &format!("/v1/audit-events?type={kind}"))
}

/// What an answer to a submission may not tell.
fn assert_says_no_more(answer: &Answer) {
    assert!(answer.list("/assignments").is_empty() && answer.list("/deadlines").is_empty(), "{answer}");
    assert!(!answer.text().contains("Alpha") && !answer.text().contains("\"team\""), "{answer}");
    assert_eq!(answer.str("/status"), "received", "{answer}");
}

both!(hold_and_release_take_a_reason_leave_an_event_and_are_idempotent, |server| {
    let coordinator = server.coordinator();
    let path = format!("/v1/institutions/{HOSPITAL}");
    coordinator.get(&path).expect(200).with("/on_hold", false);
    coordinator.post(&format!("{path}/hold")).json(json!({})).faults(&["/reason"]);
    let held = set(server, HOSPITAL, "hold").with("/on_hold", true);
    assert_eq!(coordinator.get(&path).expect(200).with("/on_hold", true).etag(), held.etag());
    let again = set(server, HOSPITAL, "hold");
    assert_eq!((again.etag(), events(server, "institution_held").len()), (held.etag(), 1));
    // Replacing the entry doesn't release it.
    let mut entry = held.value.clone();
    for own in ["id", "active", "on_hold", "version", "created_at", "updated_at"] {
        entry.as_object_mut().unwrap().remove(own);
    }
    coordinator.put(&path).if_match(&held.etag()).json(entry).expect(200).with("/on_hold", true);
    set(server, HOSPITAL, "release").with("/on_hold", false);
    for (kind, reason) in
        [("institution_held", "Поштову скриньку захоплено"), ("institution_released", "Поштову скриньку захоплено")]
    {
        let noted = events(server, kind);
        assert_eq!(noted.len(), 1, "{noted:#?}");
        assert_eq!((&noted[0]["reason"], &noted[0]["object_id"]), (&json!(reason), &json!(HOSPITAL)));
    }
    coordinator
        .post("/v1/institutions/01920000-0000-7000-8000-0000000000ff/hold")
        .json(json!({"reason": "x"}))
        .problem(404, "not_found");
});

both!(on_hold_a_report_is_taken_marked_and_answered_with_what_was_sent, |server| {
    let hospital = server.hospital();
    let before = hospital
        .submit(report("До призупинення").with("external_ref", "H-1").with("detected_at", zvit_tests::hours_ago(3)));
    let id = before.string("/id");
    set(server, HOSPITAL, "hold");
    let hospital = anew(server, &hospital);
    let key = zvit_tests::fresh();
    let send = || hospital.post("/v1/incidents").key(&key).json(report("Під час призупинення")).expect(201);
    let (first, again) = (send(), send());
    assert_eq!(first.value, again.value);
    assert_says_no_more(&first.clone().with("/description", "Під час призупинення").with("/submitted_on_hold", true));
    assert_eq!(again.header("idempotency-replayed"), "true");

    // The whole of it is there, with the mark, for those who work on it.
    let new = first.string("/id");
    let whole = server.coordinator().get(&format!("/v1/incidents/{new}")).expect(200).with("/submitted_on_hold", true);
    assert!(!whole.list("/assignments").is_empty() && whole.text().contains("submitted_on_hold"), "{whole}");
    let case = server.case_of(&server.alpha(), &new);
    server.alpha().get(&format!("/v1/cases/{case}")).expect(200).with("/incident/submitted_on_hold", true);
    for reader in [server.coordinator(), server.alpha()] {
        let timeline = reader.get(&format!("/v1/incidents/{new}/timeline")).expect(200);
        assert!(timeline.list("/items").iter().any(|event| event["type"] == "submitted_on_hold"), "{timeline}");
    }

    // What is refused doesn't tell which incident is in the way, nor what is in it.
    let reused = hospital.post("/v1/incidents").key(&key).json(report("Інше"));
    reused.problem(422, "idempotency_key_reused").without("/incident_id");
    let taken = hospital.post("/v1/incidents").fresh_key().json(report("Ще раз").with("external_ref", "H-1"));
    assert_says_no_more(&taken.expect(201).with("/external_ref", "H-1"));
    let follow_up = |body: Value| hospital.post(&format!("/v1/incidents/{id}/reports")).fresh_key().json(body);
    let answer = follow_up(json!({"stage": "update", "started_at": zvit_tests::hours_ago(1)})).expect(201);
    assert!(answer.find_header("etag").is_none() && !answer.text().contains("До призупинення"), "{answer}");
    server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200).with("/submitted_on_hold", true);

    let batch = json!({"items": [{"idempotency_key": "hold-batch-1", "report": {"description": "У пакеті", "external_ref": "H-1"}}]});
    let result = hospital.post("/v1/incidents/batch").json(batch).expect(200);
    result.with("/items/0/status", 201);
    for path in
        ["/v1/incidents", "/v1/incidents/feed", &format!("/v1/incidents/{id}"), &format!("/v1/incidents/{id}/reports")]
    {
        let refused = hospital.get(path).problem(403, "institution_on_hold");
        assert!(!refused.str("/support").is_empty(), "{refused}");
    }
    hospital.get("/v1/me").expect(200);
    hospital.get("/v1/vocabularies").expect(200);

    // Once released, everything is there again: the first answer too.
    set(server, HOSPITAL, "release");
    assert!(!send().list("/assignments").is_empty());
    hospital.get(&format!("/v1/incidents/{id}")).expect(200);
});

both!(an_answer_kept_from_before_tells_no_more_than_a_fresh_one, |server| {
    let hospital = server.hospital();
    let key = zvit_tests::fresh();
    let send = |by: &Client| by.post("/v1/incidents").key(&key).json(report("Подія")).expect(201);
    assert!(!send(&hospital).list("/assignments").is_empty());
    set(server, HOSPITAL, "hold");
    assert_says_no_more(&send(&anew(server, &hospital)));
});

both!(what_a_representative_on_hold_reports_is_marked_and_others_are_not, |server| {
    set(server, MINISTRY, "hold");
    let on_behalf = |institution: &str| report("За іншу установу").with("on_behalf_of", institution);
    let marked = server.ministry().submit(on_behalf(REGISTRY));
    assert_says_no_more(&marked);
    let read = |id: &str| server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200);
    read(marked.str("/id")).with("/submitted_on_hold", true);
    // By telephone the coordinator enters a report for the one on hold: that one is to be trusted.
    let entered = server.coordinator().submit(on_behalf(MINISTRY));
    read(entered.str("/id")).without("/submitted_on_hold");
    let own = server.registry().submit(report("Власна подія"));
    assert!(!own.list("/assignments").is_empty());
    own.without("/submitted_on_hold");
});

both!(a_poll_that_waits_while_the_hold_comes_is_refused_too, |server| {
    let hospital = server.hospital();
    let id = hospital.submit(report("Подія")).string("/id");
    let feed = hospital.get("/v1/incidents/feed").expect(200);
    let poll = format!("/v1/incidents/feed?wait=30&cursor={}", feed.str("/next_cursor"));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| hospital.get(&poll).send());
        set(server, HOSPITAL, "hold");
        let path = format!("/v1/incidents/{id}");
        server.coordinator().post(&format!("{path}/close")).json(json!({"reason": "Перевірка"})).expect(200);
        waiting.join().unwrap().problem(401, "token_revoked");
    });
});

both!(tokens_from_before_a_hold_are_not_good_again, |server| {
    let hospital = server.hospital();
    hospital.get("/v1/incidents").expect(200);
    set(server, HOSPITAL, "hold");
    hospital.post("/v1/incidents").fresh_key().json(report("Подія")).problem(401, "token_revoked");
    set(server, HOSPITAL, "release");
    hospital.get("/v1/incidents").problem(401, "token_revoked");
    anew(server, &hospital).get("/v1/incidents").expect(200);
});

both!(on_hold_a_further_report_takes_nothing_from_a_running_case, |server| {
    let hospital = server.hospital();
    let first = report("Шифрувальник")
        .with("external_ref", "H-1")
        .with("regions", json!(["UA-46", "UA-30"]))
        .with("indicators", json!([{"type": "ipv4", "value": "203.0.113.7"}]));
    let id = hospital.submit(first).string("/id");
    hospital.submit(report("Інша подія").with("external_ref", "H-2"));
    let case = server.case_of(&server.alpha(), &id);
    server.verb(&server.alpha(), &case, "acknowledge", json!({})).expect(200);
    let path = format!("/v1/incidents/{id}/reports");
    hospital.post(&path).fresh_key().json(json!({"stage": "final", "danger_to_life": true})).expect(201);
    let before = server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200);
    set(server, HOSPITAL, "hold");
    let hospital = anew(server, &hospital);
    let send = |body: Value| hospital.post(&path).fresh_key().json(body).expect(201);
    let doubled = send(json!({"stage": "final", "affected_users": 7})).with("/stage", "final");
    send(json!({"stage": "preliminary", "description": "Спроба"}));
    let taking = json!({"stage": "update", "tlp": "red", "exercise": true, "danger_to_life": false,
        "external_ref": "H-2", "regions": ["UA-46"], "clear": ["/impact"],
        "indicators": [{"type": "ipv4", "value": "203.0.113.7", "retracted": true}, {"type": "ipv4", "value": "203.0.113.8"}]});
    let taken = send(taking);
    for answer in [&doubled, &taken] {
        assert!(!answer.text().contains("not_applied"), "the receipt tells\n{answer}");
    }
    send(json!({"stage": "update", "tlp": "clear", "classification": {"class": "test"}}));
    send(json!({"stage": "update", "regions": ["UA-30", "UA-51", "UA-46"]}));

    let after = server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200);
    for same in ["/tlp", "/exercise", "/danger_to_life", "/external_ref", "/classification", "/indicators/0"] {
        assert_eq!(after.at(same), before.at(same), "{same}");
    }
    let after = after.with("/affected_users", 7).with("/indicators/1/value", "203.0.113.8");
    assert_eq!(after.list("/regions").len(), 3, "a longer list only adds\n{after}");
    let named: Vec<&str> = after
        .list("/warnings")
        .iter()
        .filter(|warning| warning["code"] == "not_applied")
        .filter_map(|warning| warning["pointer"].as_str())
        .collect();
    for pointer in
        ["/stage", "/tlp", "/exercise", "/danger_to_life", "/external_ref", "/regions", "/clear", "/indicators"]
    {
        assert!(named.contains(&pointer), "{pointer}\n{after}");
    }
    server.alpha().get(&format!("/v1/cases/{case}")).expect(200).with("/state", "acknowledged");
    let reports = everything(&server.alpha(), &path);
    assert_eq!(reports[2]["stage"], "update", "{reports:#?}");
    assert_eq!((&reports[4]["report"]["tlp"], &reports[4]["report"]["exercise"]), (&json!("red"), &json!(true)));
    assert!(reports[4]["warnings"].as_array().is_some_and(|all| all.iter().any(|one| one["pointer"] == "/tlp")));
});

both!(on_hold_nobody_is_called_back_at_another_number_and_nothing_gets_less_grave, |server| {
    let hospital = server.hospital();
    let first = report("Шифрувальник")
        .with("title", "Реанімація на папері")
        .with("contact", json!({"phone": "+380 00 000 00 01"}))
        .with("impact", json!({"functional_impact": "denial_of_critical_services_or_loss_of_control"}));
    let id = hospital.submit(first).string("/id");
    let incident = || server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200);
    let before = incident();
    set(server, HOSPITAL, "hold");
    let hospital = anew(server, &hospital);
    let send = |body: Value| {
        hospital.post(&format!("/v1/incidents/{id}/reports")).fresh_key().json(body).expect(201);
        incident()
    };
    let after = send(json!({"stage": "update", "title": "Усе гаразд", "description": "Нічого не сталося",
        "contact": {"phone": "+380 00 666 66 66"}, "affected_users": 3}));
    for same in ["/title", "/description", "/contact"] {
        assert_eq!(after.at(same), before.at(same), "{same}\n{after}");
    }
    let after = after.with("/affected_users", 3);
    let less = send(json!({"stage": "update", "impact": {"functional_impact": "no_impact"}, "affected_systems": 1}));
    assert_eq!(less.at("/level"), after.at("/level"), "{less}");
    let elsewhere = send(json!({"stage": "update", "sector": "water"})).without("/affected_systems");
    assert_eq!(elsewhere.at("/sector"), before.at("/sector"), "{elsewhere}");
    // What makes it worse counts.
    let worse = send(json!({"stage": "update", "danger_to_life": true}));
    assert!(worse.int("/level") > before.int("/level"), "{worse}");
});

both!(on_hold_a_report_about_a_withdrawn_incident_is_kept, |server| {
    let hospital = server.hospital();
    let id = hospital.submit(report("Подія")).string("/id");
    // Nothing ends an incident so yet.
    server.store.execute("UPDATE incidents SET status = 'withdrawn'");
    set(server, HOSPITAL, "hold");
    let path = format!("/v1/incidents/{id}/reports");
    let body = json!({"stage": "update", "affected_users": 9});
    anew(server, &hospital).post(&path).fresh_key().json(body).expect(201);
    let after = server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200);
    after.with("/status", "withdrawn").with("/submitted_on_hold", true).without("/affected_users");
    assert_eq!(everything(&server.coordinator(), &path).len(), 2);
});

#[test]
fn a_hold_is_known_to_every_server_of_the_store() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let Some(store) = zvit_tests::Store::seeded(zvit_tests::Database::Postgres) else { return };
    let (one, other) = (Server::start(&store), Server::start(&store));
    let at_other = one.hospital().at(&other.base);
    at_other.get("/v1/incidents").expect(200);
    set(&one, HOSPITAL, "hold");
    // With a new token each time, so that it is not the token that is refused.
    let account = at_other.account().clone();
    let refused = zvit_tests::eventually("the other server knows of the hold", || {
        let answer = Client::of(&other.base, &account).get("/v1/incidents").send();
        (answer.status == 403).then_some(answer)
    });
    refused.problem(403, "institution_on_hold");
    // What it takes in is marked even by the one that was told last; a token it gave before it knew is refused.
    let key = zvit_tests::fresh();
    let taken = zvit_tests::eventually("a report with a new token", || {
        let at_other = Client::of(&other.base, &account);
        let answer = at_other.post("/v1/incidents").key(&key).json(report("Подія")).send();
        (answer.status != 401).then_some(answer)
    });
    taken.expect(201).with("/submitted_on_hold", true);
}
