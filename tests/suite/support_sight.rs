//! What a support team sees, and `POST /v1/incidents/{id}/grants`.

use zvit_tests::directory::{ALPHA, BRAVO, CHARLIE, DELTA, FRONT_OFFICE};
use zvit_tests::report::complete;
use zvit_tests::{Client, Server, Value, both, fresh, json};

/// An incident of the hospital's that alpha leads and delta supports with satellite terminals.
struct Supported {
    incident: String,
    lead: String,
    support: String,
}

impl Supported {
    fn at(server: &Server) -> Self {
        let report = complete()
            .with("sector", "health")
            .with("external_ref", fresh())
            .with("assistance_requested", json!(["satellite_communications"]));
        let incident = server.hospital().submit(report).string("/id");
        let (lead, support) = (server.case_of(&server.alpha(), &incident), server.case_of(&server.delta(), &incident));
        Self { incident, lead, support }
    }

    fn grants(&self) -> String {
        format!("/v1/incidents/{}/grants", self.incident)
    }

    fn grant(&self, client: &Client, parts: &Value) -> zvit_tests::Answer {
        let body = json!({"assignment_id": self.support, "parts": parts, "reason": "Потрібно для налаштування"});
        client.post(&self.grants()).json(body).send()
    }

    fn seen(&self, server: &Server) -> zvit_tests::Answer {
        server.delta().get(&format!("/v1/cases/{}", self.support)).expect(200)
    }
}

const BY_ITS_KIND: [&str; 6] = ["institution", "contact", "services", "regions", "affected_systems", "affected_users"];

both!(satellite_support_sees_whom_where_and_how_much_and_no_more, |server| {
    let supported = Supported::at(server);
    let seen = supported
        .seen(server)
        .with("/role", "support")
        .with("/disclosed", json!(BY_ITS_KIND))
        .with("/incident/institution/name_en", "Test Hospital")
        .with("/incident/contact/email", "duty@registry.example")
        .with("/incident/regions", json!(["UA-30", "UA-32"]))
        .with("/incident/affected_services", json!(["Реєстр актів (тест)"]))
        .with("/incident/affected_systems", 120)
        .with("/incident/affected_users", 5_000_000)
        .with("/incident/assistance_requested", json!(["satellite_communications"]))
        .with("/incident/pap", "amber");
    for member in
        ["title", "description", "indicators", "measures_taken", "triage", "impact", "became_aware_at", "report_sha256"]
    {
        assert!(!seen.has(&format!("/incident/{member}")), "{member}\n{seen}");
    }
    let delta = server.delta();
    delta.get(&format!("/v1/incidents/{}/reports", supported.incident)).problem(403, "disclosure_withheld");
    let timeline = delta.get(&format!("/v1/incidents/{}/timeline", supported.incident)).expect(200);
    let kinds: Vec<&str> = timeline.list("/items").iter().filter_map(|event| event["type"].as_str()).collect();
    assert_eq!(kinds, ["assigned", "delivered"], "{timeline}");
});

both!(the_lead_shows_more_and_takes_it_back, |server| {
    let supported = Supported::at(server);
    let (alpha, delta) = (server.alpha(), server.delta());
    let reports = format!("/v1/incidents/{}/reports", supported.incident);
    let timeline = format!("/v1/incidents/{}/timeline", supported.incident);
    let cursor = delta.get("/v1/cases").expect(200).string("/next_cursor");
    let granted = supported
        .grant(&alpha, &json!(["reports", "title", "title"]))
        .expect(200)
        .with("/assignment_id", supported.support.as_str())
        .with("/team/id", DELTA)
        .with("/parts", json!(["title", "reports"]));
    assert_eq!(granted.list("/disclosed").len(), BY_ITS_KIND.len() + 2, "{granted}");
    let seen = supported.seen(server).with("/disclosed", granted.at("/disclosed").clone());
    seen.with("/incident/title", "Реєстр недоступний").without("/incident/description");
    delta.get(&reports).expect(200);
    // Its tools learn of it.
    let news = delta.get(&format!("/v1/cases?cursor={cursor}")).expect(200);
    assert_eq!(news.at("/items/0/incident/title"), "Реєстр недоступний");
    let changes = news.list("/items/0/changes");
    assert_eq!(changes.last().map(|change| &change["kind"]), Some(&json!("grant")), "{news}");
    // So does everybody who follows the incident, with the reason.
    for client in [server.hospital(), alpha.clone(), delta.clone(), server.coordinator()] {
        let events = client.get(&timeline).expect(200);
        let event = events.list("/items").iter().find(|event| event["type"] == "grant_changed").expect("the event");
        assert_eq!(event["data"]["parts"], json!(["title", "reports"]), "{event}");
        assert_eq!(event["reason"], "Потрібно для налаштування");
    }
    let assignments = server.hospital().get(&format!("/v1/incidents/{}", supported.incident)).expect(200);
    let shown = assignments.list("/assignments").iter().find(|one| one["id"] == supported.support.as_str());
    assert_eq!(shown.map(|one| &one["grants"]), Some(&json!(["title", "reports"])), "{assignments}");
    // The same again changes nothing; with nothing, it is taken back.
    let again = supported.grant(&alpha, &json!(["title", "reports"])).expect(200);
    assert_eq!(again.etag(), granted.etag());
    supported.grant(&server.coordinator(), &json!([])).expect(200).with("/parts", json!([]));
    supported.seen(server).with("/disclosed", json!(BY_ITS_KIND)).without("/incident/title");
    delta.get(&reports).problem(403, "disclosure_withheld");
});

both!(who_may_not_grant_is_refused, |server| {
    let supported = Supported::at(server);
    let parts = json!(["title"]);
    server.store.untouched(|| {
        supported.grant(&server.delta(), &parts).problem(403, "forbidden");
        supported.grant(&server.bravo(), &parts).problem(404, "not_found");
        supported.grant(&server.front_office(), &parts).problem(404, "not_found");
    });
    supported.grant(&server.hospital(), &parts).problem(403, "scope_lacking");
    supported.seen(server).without("/incident/title");
});

both!(what_cannot_be_granted_is_said, |server| {
    let (supported, other) = (Supported::at(server), Supported::at(server));
    let alpha = server.alpha();
    let body = |assignment: &str, parts: Value, reason: &str| json!({"assignment_id": assignment, "parts": parts, "reason": reason});
    let send = |body: Value| alpha.post(&supported.grants()).json(body).send();
    server.store.untouched(|| {
        send(body(&other.support, json!([]), "x")).faults(&["/assignment_id"]);
        send(body(&supported.incident, json!([]), "x")).faults(&["/assignment_id"]);
        send(body(&supported.support, json!(["everything"]), "x")).faults(&["/parts/0"]);
        send(body(&supported.support, json!([]), "")).faults(&["/reason"]);
        send(json!({"parts": []})).faults(&["/assignment_id", "/reason"]);
        send(body(&supported.lead, json!([]), "x")).problem(409, "state_conflict");
    });
    // Taken up, so that the lead stays although nobody brings satellite terminals any more.
    server.verb(&alpha, &supported.lead, "acknowledge", json!({})).expect(200);
    server.verb(&server.delta(), &supported.support, "decline", json!({"reason": "Немає терміналів"})).expect(200);
    send(body(&supported.support, json!([]), "x")).problem(409, "state_conflict");
});

both!(a_grant_opens_nothing_before_the_support_team_acknowledges_what_is_red, |server| {
    let report = complete()
        .with("sector", "water")
        .with("tlp", "red")
        .with("assistance_requested", json!(["cyber_defense_technology"]));
    let incident = server.water().submit(report).string("/id");
    let coordinator = server.coordinator();
    let path = format!("/v1/incidents/{incident}");
    // The coordinator's own team leads, charlie supports.
    for (team, role) in [(zvit_tests::directory::FRONT_OFFICE, "lead"), (CHARLIE, "support")] {
        let body = json!({"team_id": team, "role": role, "reason": "Перевірка"});
        coordinator.post(&format!("{path}/assignments")).fresh_key().json(body).expect(201);
    }
    let front_office = server.front_office();
    let (lead, support) = (server.case_of(&front_office, &incident), server.case_of(&server.charlie(), &incident));
    let body = json!({"assignment_id": support, "parts": ["description"], "reason": "Перевірка"});
    let grants = format!("{path}/grants");
    // Who sees only codes opens nothing to others.
    front_office.post(&grants).json(body.clone()).problem(403, "disclosure_withheld");
    coordinator.post(&grants).json(body.clone()).expect(200).with("/disclosed", json!([]));
    let case = format!("/v1/cases/{support}");
    server.charlie().get(&case).expect(200).with("/disclosed", json!([])).without("/incident/description");
    server.verb(&server.charlie(), &support, "acknowledge", json!({})).expect(200);
    let seen = server.charlie().get(&case).expect(200);
    assert!(seen.has("/incident/description") && !seen.has("/incident/title"), "{seen}");
    server.verb(&front_office, &lead, "acknowledge", json!({})).expect(200);
    front_office.post(&grants).json(body).expect(200).with("/parts", json!(["description"]));
});

both!(support_handed_over_by_name_sees_what_its_help_needs_not_what_the_team_could_give, |server| {
    let supported = Supported::at(server);
    let to_bravo = json!({"reason": "Мають вільні термінали", "to_team": BRAVO});
    server.verb(&server.delta(), &supported.support, "hand-over", to_bravo).expect(200);
    let case = server.case_of(&server.bravo(), &supported.incident);
    let seen = server.bravo().get(&format!("/v1/cases/{case}")).expect(200);
    let seen = seen.with("/disclosed", json!(BY_ITS_KIND)).with("/assistance", "satellite_communications");
    assert!(!seen.has("/incident/description") && !seen.has("/incident/indicators"), "{seen}");
    server.bravo().get(&format!("/v1/incidents/{}/reports", supported.incident)).problem(403, "disclosure_withheld");
    // However often it changes hands.
    let to_charlie = json!({"reason": "Зміна закінчилась", "to_team": CHARLIE});
    server.verb(&server.bravo(), &case, "hand-over", to_charlie).expect(200);
    let case = server.case_of(&server.charlie(), &supported.incident);
    server.charlie().get(&format!("/v1/cases/{case}")).expect(200).with("/disclosed", json!(BY_ITS_KIND));
});

both!(a_support_team_that_the_coordinator_names_sees_what_the_report_asks_for, |server| {
    let supported = Supported::at(server);
    let body = json!({"team_id": BRAVO, "role": "support", "reason": "Допоможуть"});
    let path = format!("/v1/incidents/{}/assignments", supported.incident);
    server.coordinator().post(&path).fresh_key().json(body).expect(201);
    let case = server.case_of(&server.bravo(), &supported.incident);
    let seen = server.bravo().get(&format!("/v1/cases/{case}")).expect(200);
    seen.with("/disclosed", json!(BY_ITS_KIND)).without("/incident/description");
});

both!(who_has_not_taken_a_case_up_opens_it_to_nobody_else, |server| {
    let report = complete().with("sector", "water").with("tlp", "red").with("assistance_requested", json!([]));
    let id = server.water().submit(report).with("/assignments/0/team/id", CHARLIE).string("/id");
    let charlie = server.charlie();
    let lead = server.case_of(&charlie, &id);
    charlie.get(&format!("/v1/cases/{lead}")).expect(200).with("/disclosed", json!([]));
    let ask = json!({"assistance": "incident_response", "reason": "Потрібні люди"});
    let path = format!("/v1/cases/{lead}/request-support");
    server.store.untouched(|| charlie.post(&path).json(ask.clone()).problem(409, "state_conflict"));
    server.verb(&charlie, &lead, "acknowledge", json!({})).expect(200);
    charlie.post(&path).json(ask).expect(200);
    // The support sees codes only until it acknowledges itself, whatever the lead has done.
    let own = server.front_office();
    let support = server.case_of(&own, &id);
    let seen = own.get(&format!("/v1/cases/{support}")).expect(200).with("/role", "support");
    seen.with("/disclosed", json!([])).without("/incident/description").without("/incident/institution");
    own.get(&format!("/v1/incidents/{id}/reports")).problem(403, "disclosure_withheld");
    server.verb(&own, &support, "acknowledge", json!({})).expect(200);
    assert!(own.get(&format!("/v1/cases/{support}")).expect(200).has("/incident/description"));
});

both!(a_support_team_is_moved_by_what_it_may_read_and_by_its_own_word, |server| {
    let supported = Supported::at(server);
    server.receive_everything();
    let (hospital, alpha, delta) = (server.hospital(), server.alpha(), server.delta());
    let path = |part: &str| format!("/v1/incidents/{}/{part}", supported.incident);
    let cursor = || delta.get("/v1/cases?limit=200").expect(200).string("/next_cursor");
    let say = |client: &Client| {
        client.post(&path("messages")).fresh_key().json(json!({"text": "Вітання", "visibility": "all"})).expect(201);
    };
    let before = (cursor(), supported.seen(server).text());
    say(&hospital);
    let english = json!({"of": {"kind": "title"}, "language": "en", "text": "Registry down", "machine": false});
    server.coordinator().post(&path("translations")).fresh_key().json(english).expect(201);
    let found = json!({"indicators": [{"type": "domain", "value": "c2.example"}]});
    alpha.post(&format!("/v1/cases/{}/indicators", supported.lead)).fresh_key().json(found).expect(201);
    assert_eq!((cursor(), supported.seen(server).text()), before);
    // Neither by reports of which it is shown nothing, nor by what others do with their cases.
    let report = |body: Value| hospital.post(&path("reports")).fresh_key().json(body).expect(201);
    report(json!({"stage": "update", "measures_taken": "Відключено сегмент"}));
    server.verb(&alpha, &supported.lead, "acknowledge", json!({})).expect(200);
    server.verb(&alpha, &supported.lead, "start", json!({})).expect(200);
    let started = cursor();
    report(json!({"stage": "update", "title": "Нова назва"}));
    assert_eq!(cursor(), started);
    report(json!({"stage": "update", "affected_systems": 121}));
    assert_ne!(cursor(), started, "what it is shown");
    supported.seen(server).with("/incident/affected_systems", 121);
    say(&delta);
    let own = cursor();
    assert_ne!(own, before.0);
    supported.grant(&alpha, &json!(["conversation"])).expect(200);
    let granted = cursor();
    say(&hospital);
    assert_ne!(cursor(), granted);
});

both!(a_support_team_gets_the_translations_of_the_texts_that_it_may_read, |server| {
    let supported = Supported::at(server);
    let (coordinator, delta) = (server.coordinator(), server.delta());
    let path = |part: &str| format!("/v1/incidents/{}/{part}", supported.incident);
    let said = json!({"text": "Вітання", "visibility": "all"});
    let message = server.hospital().post(&path("messages")).fresh_key().json(said).expect(201).string("/id");
    for (of, text) in [
        (json!({"kind": "title"}), "title in English"),
        (json!({"kind": "description"}), "description in English"),
        (json!({"kind": "measures_taken"}), "measures in English"),
        (json!({"kind": "message", "message_id": message}), "message in English"),
    ] {
        let body = json!({"of": of, "language": "en", "text": text, "machine": false});
        coordinator.post(&path("translations")).fresh_key().json(body).expect(201);
    }
    delta.get(&path("translations")).problem(403, "disclosure_withheld");
    for (parts, texts) in [
        (json!(["title"]), json!(["title in English"])),
        (json!(["measures_taken", "conversation"]), json!(["measures in English", "message in English"])),
    ] {
        supported.grant(&server.alpha(), &parts).expect(200);
        let seen = delta.get(&path("translations")).expect(200);
        let shown: Vec<&Value> = seen.list("/items").iter().map(|one| &one["text"]).collect();
        assert_eq!(json!(shown), texts, "{parts}");
    }
    let body = json!({"of": {"kind": "description"}, "language": "pl", "text": "x", "machine": false});
    delta.post(&path("translations")).fresh_key().json(body).problem(403, "disclosure_withheld");
});

both!(a_support_team_without_the_conversation_sees_its_own_words_and_what_answers_them, |server| {
    let supported = Supported::at(server);
    let (alpha, delta, coordinator) = (server.alpha(), server.delta(), server.coordinator());
    let path = |part: &str| format!("/v1/incidents/{}/{part}", supported.incident);
    let say = |client: &Client, body: Value| client.post(&path("messages")).fresh_key().json(body).expect(201);
    let texts = |client: &Client| -> Vec<Value> {
        client.get(&path("messages")).expect(200).list("/items").iter().map(|one| one["text"].clone()).collect()
    };
    say(&alpha, json!({"text": "Між командами", "visibility": "responders"}));
    say(&alpha, json!({"text": "Усім", "visibility": "all"}));
    assert!(texts(&delta).is_empty());
    say(&delta, json!({"text": "Термінали в дорозі", "visibility": "all"}));
    let quiet = say(&delta, json!({"text": "Потрібна адреса", "visibility": "coordinator"})).string("/id");
    let body = json!({"text": "Адреса така", "visibility": "coordinator", "in_reply_to": quiet});
    say(&coordinator, body);
    say(&coordinator, json!({"text": "Для нас", "visibility": "coordinator"}));
    assert_eq!(texts(&delta), ["Термінали в дорозі", "Потрібна адреса", "Адреса така"].map(|text| json!(text)));
    assert_eq!(texts(&alpha), ["Між командами", "Усім", "Термінали в дорозі"].map(|text| json!(text)));

    let send = |client: &Client, name: &str| {
        let path = path(&format!("attachments?filename={name}&kind=log"));
        client.post(&path).fresh_key().body("application/octet-stream", name.as_bytes()).expect(201).string("/id")
    };
    let (of_alpha, of_delta) = (send(&alpha, "alpha.log"), send(&delta, "delta.log"));
    let files = delta.get(&path("attachments")).expect(200);
    assert_eq!(files.list("/items").iter().map(|one| one["id"].clone()).collect::<Vec<_>>(), [json!(of_delta)]);
    assert_eq!(delta.get(&format!("/v1/attachments/{of_delta}/content")).expect(200).bytes, b"delta.log");
    delta.get(&format!("/v1/attachments/{of_alpha}/content")).problem(404, "not_found");
    supported.grant(&alpha, &json!(["conversation"])).expect(200);
    assert_eq!(texts(&delta).len(), 5);
    assert_eq!(delta.get(&path("attachments")).expect(200).list("/items").len(), 2);
});

both!(the_lead_sees_who_else_has_the_incident_and_support_does_not, |server| {
    let supported = Supported::at(server);
    let (alpha, delta) = (server.alpha(), server.delta());
    let lead = || alpha.get(&format!("/v1/cases/{}", supported.lead)).expect(200);
    let before = lead().with("/other_teams/0/team/id", DELTA).with("/other_teams/0/state", "assigned");
    let known = before.with("/other_teams/0/assignment_id", supported.support.as_str()).without("/other_teams/1");
    assert!(!supported.seen(server).has("/other_teams"));
    let cursor = alpha.get("/v1/cases").expect(200).string("/next_cursor");
    server.verb(&delta, &supported.support, "acknowledge", json!({})).expect(200);
    supported.grant(&alpha, &json!(["title"])).expect(200);
    let after = lead().with("/other_teams/0/state", "acknowledged").with("/other_teams/0/grants", json!(["title"]));
    assert_ne!(after.etag(), known.etag());
    let item = alpha.get(&format!("/v1/cases?cursor={cursor}")).expect(200);
    item.with("/items/0/other_teams/0/state", "acknowledged");
    supported.grant(&alpha, &json!(["course"])).expect(200);
    supported.seen(server).with("/other_teams/0/team/id", ALPHA).with("/other_teams/0/role", "lead");
    server.verb(&delta, &supported.support, "decline", json!({"reason": "Немає терміналів"})).expect(200);
    // Nobody else has terminals: the coordinator's own team has it to find some, and everybody is told.
    let others = lead();
    assert_eq!(others.list("/other_teams").len(), 1, "{others}");
    others.with("/other_teams/0/team/id", FRONT_OFFICE).with("/other_teams/0/role", "support");
    let told = server.hospital().get(&format!("/v1/incidents/{}/timeline?limit=200", supported.incident)).expect(200);
    let unavailable: Vec<&Value> =
        told.list("/items").iter().filter(|event| event["type"] == "support_unavailable").collect();
    assert_eq!(unavailable.len(), 1, "{told}");
    assert_eq!(unavailable[0]["data"]["assistance"], "satellite_communications");
});

both!(a_grant_is_told_to_its_team_whatever_it_opens_or_closes, |server| {
    let supported = Supported::at(server);
    let (alpha, delta) = (server.alpha(), server.delta());
    let path = format!("/v1/cases/{}", supported.support);
    let mut cursor = delta.get("/v1/cases").expect(200).string("/next_cursor");
    let mut tag = delta.get(&path).expect(200).etag();
    for parts in [json!(["title"]), json!(["title", "conversation"]), json!(["title"]), json!([])] {
        supported.grant(&alpha, &parts).expect(200);
        let told = delta.get(&format!("/v1/cases?cursor={cursor}")).expect(200);
        assert_eq!(told.list("/items").len(), 1, "{parts}");
        let kinds: Vec<&Value> = told.list("/items/0/changes").iter().map(|one| &one["kind"]).collect();
        assert_eq!(kinds.last(), Some(&&json!("grant")), "{parts}: {told}");
        cursor = told.string("/next_cursor");
        let seen = delta.get(&path).header("if-none-match", &tag).expect(200);
        assert_eq!(seen.has("/incident/title"), parts != json!([]), "{seen}");
        tag = seen.etag();
    }
});

both!(translations_of_what_a_team_may_not_read_leave_no_gap_in_its_pages, |server| {
    let supported = Supported::at(server);
    let (coordinator, delta) = (server.coordinator(), server.delta());
    let path = format!("/v1/incidents/{}/translations", supported.incident);
    for (kind, text) in [("description", "hidden"), ("title", "shown"), ("measures_taken", "hidden")] {
        let body = json!({"of": {"kind": kind}, "language": "en", "text": text, "machine": false});
        coordinator.post(&path).fresh_key().json(body).expect(201);
    }
    supported.grant(&server.alpha(), &json!(["title"])).expect(200);
    let page = delta.get(&format!("{path}?limit=1")).expect(200).with("/items/0/text", "shown");
    assert!(!page.has("/next_cursor") && page.list("/items").len() == 1, "{page}");
});

both!(a_proposer_is_told_what_became_of_it_whatever_it_sees, |server| {
    let supported = Supported::at(server);
    let (coordinator, delta) = (server.coordinator(), server.delta());
    let incident = format!("/v1/incidents/{}", supported.incident);
    let level = coordinator.get(&incident).expect(200).int("/level");
    let path = format!("/v1/cases/{}/triage-proposals", supported.support);
    // It proposes what holds already: accepting it changes nothing of what it is shown.
    let body = json!({"level": level, "reason": "Так і є"});
    let proposal = delta.post(&path).fresh_key().json(body).expect(201).string("/id");
    let cursor = delta.get("/v1/cases").expect(200).string("/next_cursor");
    let accept = format!("/v1/triage-proposals/{proposal}/accept");
    coordinator.post(&accept).json(json!({"reason": "Згода"})).expect(200);
    let told = delta.get(&format!("/v1/cases?cursor={cursor}")).expect(200);
    let kinds: Vec<&Value> = told.list("/items/0/changes").iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds.last(), Some(&&json!("triage_proposal")), "{told}");
    assert!(!kinds.contains(&&json!("triage")), "what it isn't shown: {told}");
});

both!(an_answer_waits_for_a_team_that_is_shown_codes_only, |server| {
    let supported = Supported::at(server);
    let (hospital, coordinator, delta) = (server.hospital(), server.coordinator(), server.delta());
    let path = |part: &str| format!("/v1/incidents/{}/{part}", supported.incident);
    let said = json!({"text": "Потрібна адреса", "visibility": "coordinator"});
    let asked = delta.post(&path("messages")).fresh_key().json(said).expect(201).string("/id");
    let narrower = json!({"stage": "update", "tlp": "amber+strict"});
    // Delta's ceiling is amber: it would lose the case. Charlie could keep it.
    let by_hand = json!({"team_id": CHARLIE, "role": "support", "reason": "Має термінали"});
    let support = coordinator.post(&path("assignments")).fresh_key().json(by_hand).expect(201).string("/id");
    let charlie = server.charlie();
    let said = json!({"text": "І мені", "visibility": "coordinator"});
    let other = charlie.post(&path("messages")).fresh_key().json(said).expect(201).string("/id");
    hospital.post(&path("reports")).fresh_key().json(narrower).expect(201);
    let cursor = charlie.get("/v1/cases").expect(200).string("/next_cursor");
    let answer = json!({"text": "Адреса така", "visibility": "coordinator", "in_reply_to": other});
    coordinator.post(&path("messages")).fresh_key().json(answer).expect(201);
    let still = charlie.get(&format!("/v1/cases?cursor={cursor}")).expect(200);
    assert!(still.list("/items").is_empty(), "{still}");
    charlie.get(&path("messages")).problem(403, "disclosure_withheld");
    delta.get(&path("messages")).problem(404, "not_found");
    server.verb(&charlie, &support, "acknowledge", json!({})).expect(200);
    let heard = charlie.get(&path("messages")).expect(200);
    assert!(heard.text().contains("Адреса така") && !heard.text().contains(&asked), "{heard}");
});

both!(support_is_moved_by_a_region_that_it_is_told_with_many_others, |server| {
    let (hospital, coordinator) = (server.hospital(), server.coordinator());
    let number = |prefix: u32| zvit_domain::edrpou::Edrpou::from_prefix(&prefix.to_string()).expect("seven digits");
    for (at, region) in (0..5).map(|at| (9_988_020 + at, "UA-30")).chain((0..5).map(|at| (9_988_030 + at, "UA-63"))) {
        let entry = json!({
            "edrpou": number(at).as_str(), "name_uk": "Ще одна лікарня", "name_en": "Another hospital", "sector": "health",
            "region": region,
        });
        coordinator.post("/v1/institutions").fresh_key().json(entry).expect(201);
    }
    let report = complete().with("sector", "health").with("external_ref", fresh()).with("regions", json!(["UA-30"]));
    let incident = hospital.submit(report.with("assistance_requested", json!(["cyber_defense_technology"])));
    let path = |part: &str| format!("/v1/incidents/{}/{part}", incident.str("/id"));
    let (alpha, charlie) = (server.alpha(), server.charlie());
    let lead = server.case_of(&alpha, incident.str("/id"));
    server.verb(&alpha, &lead, "acknowledge", json!({})).expect(200);
    let asked = json!({"assistance": "cyber_defense_technology", "reason": "Потрібен аналіз"});
    alpha.post(&format!("/v1/cases/{lead}/request-support")).fresh_key().json(asked).expect(200);
    let case = server.case_of(&charlie, incident.str("/id"));
    let seen = || charlie.get(&format!("/v1/cases/{case}")).expect(200);
    let before = seen().with("/incident/regions", json!(["UA-30"]));
    assert!(!before.list("/disclosed").contains(&json!("regions")), "{before}");
    let cursor = charlie.get("/v1/cases").expect(200).string("/next_cursor");
    let more = json!({"stage": "update", "regions": ["UA-30", "UA-63"]});
    hospital.post(&path("reports")).fresh_key().json(more).expect(201);
    let after = seen().with("/incident/regions", json!(["UA-30", "UA-63"]));
    assert_ne!(after.etag(), before.etag());
    assert_eq!(charlie.get(&format!("/v1/cases?cursor={cursor}")).expect(200).list("/items").len(), 1);
});
