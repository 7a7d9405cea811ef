//! What isn't yours looks exactly like what isn't there: at every operation of the document, with others' true ids; and at the
//! side doors, where a key, a reference or a search could tell.

use std::collections::BTreeMap;

use zvit_tests::directory::{ALPHA, HOSPITAL, MINISTRY, OBSERVER, REGISTRY};
use zvit_tests::feed::everything;
use zvit_tests::walk::{Operation, Walk};
use zvit_tests::{Answer, Client, Value, both, fresh, json, report};

const NOTHING: &str = "01920000-0000-7abc-8def-0000000000ff";

/// All of an answer but what names the request or the moment; `id` reads as [`NOTHING`].
fn seen(answer: &Answer, id: &str) -> (u16, BTreeMap<String, String>, String) {
    let mut headers = BTreeMap::new();
    for (name, value) in &answer.headers {
        let ignored = matches!(name.as_str(), "date" | "x-request-id") || name.as_str().starts_with("ratelimit");
        if !ignored {
            headers.insert(name.to_string(), String::from_utf8_lossy(value.as_bytes()).replace(id, NOTHING));
        }
    }
    let mut body = answer.value.clone();
    if let Some(members) = body.as_object_mut() {
        members.remove("request_id");
    }
    (answer.status, headers, body.to_string().replace(id, NOTHING))
}

fn ask(walk: &Walk, operation: &Operation, client: &Client, id: &str) -> Answer {
    let body = walk.body(operation);
    operation.call(client, &operation.at(id), body.as_ref()).if_match("\"1\"").send()
}

both!(what_is_anothers_can_not_be_told_from_nothing, |server| {
    let incident = server.hospital().submit(report("Таємниця лікарні").with("external_ref", "H-1"));
    let (id, case) = (incident.string("/id"), incident.string("/assignments/0/id"));
    assert_eq!(incident.str("/assignments/0/team/id"), ALPHA);
    let client_id = server.hospital().account().client_id.clone();
    let walk = Walk::of(&server.anyone());
    let outsiders = [
        ("grid", server.grid()),
        ("bravo", server.bravo()),
        ("observer", server.observer()),
        ("auditor", server.auditor()),
    ];
    let mut walked = 0;
    server.store.untouched(|| {
        for operation in walk.operations().iter().filter(|one| one.names_something() && one.needs_token()) {
            for (name, outsider) in &outsiders {
                let nothing = seen(&ask(&walk, operation, outsider, NOTHING), NOTHING);
                assert!([403, 404].contains(&nothing.0), "{name} {} {}: {nothing:?}", operation.method, operation.path);
                for true_id in [id.as_str(), &case, HOSPITAL, ALPHA, OBSERVER, &client_id] {
                    let there = seen(&ask(&walk, operation, outsider, true_id), true_id);
                    assert_eq!(there, nothing, "{name} {} {} {true_id}", operation.method, operation.path);
                    walked += 1;
                }
            }
        }
    });
    assert!(walked > 600, "{walked}");
});

both!(an_id_of_one_kind_opens_nothing_of_another, |server| {
    let incident = server.hospital().submit(report("Подія"));
    let (id, case) = (incident.string("/id"), incident.string("/assignments/0/id"));
    let coordinator = server.coordinator();
    for (path, foreign) in [
        ("/v1/incidents/{id}", vec![case.as_str(), HOSPITAL, ALPHA]),
        ("/v1/incidents/{id}/reports", vec![&case, HOSPITAL, ALPHA]),
        ("/v1/incidents/{id}/timeline", vec![&case, HOSPITAL, ALPHA]),
        ("/v1/institutions/{id}", vec![&id, ALPHA, OBSERVER]),
        ("/v1/teams/{id}", vec![&id, HOSPITAL, OBSERVER]),
        ("/v1/participants/{id}", vec![&id, HOSPITAL, ALPHA]),
        ("/v1/clients/{id}", vec![&id, HOSPITAL, ALPHA]),
    ] {
        for id in foreign {
            coordinator.get(&path.replace("{id}", id)).problem(404, "not_found");
        }
    }
    for id in [id.as_str(), HOSPITAL, ALPHA] {
        server.alpha().get(&format!("/v1/cases/{id}")).problem(404, "not_found");
    }
    let reason = json!({"reason": "Перевірка"});
    server.store.untouched(|| {
        for (path, id) in
            [("assignments", id.as_str()), ("institutions", ALPHA), ("teams", HOSPITAL), ("participants", ALPHA)]
        {
            let verb = if path == "assignments" { "revoke" } else { "deactivate" };
            coordinator
                .post(&format!("/v1/{path}/{id}/{verb}"))
                .fresh_key()
                .json(reason.clone())
                .problem(404, "not_found");
        }
    });
});

both!(a_key_belongs_to_its_owner_and_its_operation, |server| {
    let key = fresh();
    let body = json!({"description": "Однакове повідомлення"});
    let post = |client: &Client, path: &str, body: &Value| client.post(path).key(&key).json(body.clone()).send();
    let first = post(&server.hospital(), "/v1/incidents", &body).expect(201);
    // The same key and body of another institution make an incident of its own.
    let other = post(&server.grid(), "/v1/incidents", &body).expect(201);
    assert!(other.find_header("idempotency-replayed").is_none(), "{other}");
    assert_ne!(first.str("/id"), other.str("/id"));
    assert!(!other.text().contains(HOSPITAL), "{other}");
    // Another body doesn't learn of the first one's incident.
    let changed = post(&server.water(), "/v1/incidents", &json!({"description": "Інше"})).expect(201);
    assert!(changed.find_header("idempotency-replayed").is_none(), "{changed}");
    let mine = post(&server.hospital(), "/v1/incidents", &json!({"description": "Інше"}))
        .problem(422, "idempotency_key_reused");
    assert_eq!(mine.str("/incident_id"), first.str("/id"));
    // Without a key, equal reports of two institutions are two.
    let blind = |client: &Client| {
        client.post("/v1/incidents").json(json!({"description": "Без ключа"})).expect(201).string("/id")
    };
    assert_ne!(blind(&server.hospital()), blind(&server.grid()));
    // One's own key on another operation or another's incident opens nothing.
    let path = |answer: &Answer| format!("/v1/incidents/{}/reports", answer.str("/id"));
    let update = json!({"stage": "update", "description": "Ще"});
    post(&server.hospital(), &path(&first), &update).expect(201);
    post(&server.grid(), &path(&first), &update).problem(404, "not_found");
    let batch = json!({"items": [{"idempotency_key": key, "report": body}]});
    let answer = server.water().post("/v1/incidents/batch").json(batch).expect(200);
    assert!(!answer.text().contains(first.str("/id")) && !answer.text().contains(other.str("/id")), "{answer}");
    // A derived key can't be guessed into: what is stored has a blank, which no header may.
    for guess in ["derived 00000000", "last word"] {
        server.grid().post("/v1/incidents").key(guess).json(body.clone()).problem(422, "idempotency_key_invalid");
    }
});

both!(an_external_reference_says_nothing_about_others, |server| {
    let first = server.hospital().submit(report("Подія").with("external_ref", "HD-2231"));
    let other = server.grid().submit(report("Подія").with("external_ref", "HD-2231"));
    assert_ne!(first.str("/id"), other.str("/id"));
    let again = server.grid().post("/v1/incidents").fresh_key().json(report("Ще").with("external_ref", "HD-2231"));
    let again = again.problem(409, "external_ref_exists");
    assert_eq!(again.str("/incident_id"), other.str("/id"), "its own one");
    let update = json!({"stage": "update", "external_ref": "HD-2231"});
    let water = server.water().submit(report("Подія")).string("/id");
    server.water().post(&format!("/v1/incidents/{water}/reports")).fresh_key().json(update).expect(201);
    let items: Vec<Value> = ["HD-2231", "HD-1"]
        .iter()
        .map(|one| json!({"idempotency_key": fresh(), "report": {"description": "x", "external_ref": one}}))
        .collect();
    let batch = server.registry().post("/v1/incidents/batch").json(json!({ "items": items })).expect(200);
    for item in batch.list("/items") {
        assert_eq!(item["status"], 201, "{batch}");
    }
    assert!(!batch.text().contains(first.str("/id")), "{batch}");
});

both!(whom_one_may_report_for_is_no_directory_of_ids, |server| {
    let post = |client: &Client, whom: &str| {
        let answer =
            client.post("/v1/incidents").fresh_key().json(json!({"description": "x", "on_behalf_of": whom})).send();
        seen(&answer.faults(&["/on_behalf_of"]), whom)
    };
    server.store.untouched(|| {
        let nothing = post(&server.grid(), NOTHING);
        for whom in [HOSPITAL, REGISTRY, MINISTRY, ALPHA] {
            assert_eq!(post(&server.grid(), whom), nothing, "{whom}");
        }
    });
});

both!(lists_searches_and_feeds_hold_only_ones_own, |server| {
    let marker = "Пролісок";
    let hidden = server.hospital().submit(report(marker).with("title", marker).with("external_ref", marker));
    let reference = hidden.string("/reference");
    server.grid().submit(report("Своє").with("title", "Своє"));
    let searches = [
        marker.to_owned(),
        reference.clone(),
        "%".into(),
        "_".into(),
        "%%".into(),
        "\\".into(),
        "\\%".into(),
        "' OR '1'='1".into(),
        "*".into(),
        "П*".into(),
        "Про%".into(),
        "П_олісок".into(),
        format!("{marker}' --"),
        "\" OR \"\"=\"".into(),
        "[А-Я]".into(),
        ") OR (1=1".into(),
        "$1".into(),
        "?1".into(),
        ":text".into(),
        "x' UNION SELECT * FROM clients --".into(),
    ];
    let encode = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    for client in [server.grid(), server.water(), server.ministry()] {
        for text in &searches {
            let answer = client.get(&format!("/v1/incidents?text={}", encode(text))).expect(200);
            assert!(!answer.text().contains(marker) && !answer.text().contains(&reference), "{text}\n{answer}");
        }
        for path in ["/v1/incidents", "/v1/incidents/feed"] {
            for item in everything(&client, path) {
                assert_eq!(item["institution"]["id"], client.owner(), "{path}: {item}");
            }
        }
    }
    // A wildcard is a character like any other, for the one who may see it all too.
    for text in ["%", "_", "П%", "%к", "П_олісок"] {
        let answer = server.coordinator().get(&format!("/v1/incidents?text={}", encode(text))).expect(200);
        assert!(answer.list("/items").is_empty(), "{text}\n{answer}");
    }
    for team in [server.bravo(), server.charlie(), server.delta(), server.green(), server.front_office()] {
        for case in everything(&team, "/v1/cases") {
            assert_eq!(case["incident"]["title"], "Своє", "{case}");
        }
    }
});

both!(who_tries_things_out_learns_nothing_of_incidents, |server| {
    let id = server.hospital().submit(report("Подія")).string("/id");
    for (role, client) in server.one_of_each_role() {
        if role == "coordinator" {
            continue;
        }
        let simulated = client.post("/v1/routing/simulate").json(json!({"last": 100})).problem(403, "scope_lacking");
        assert!(!simulated.text().contains(&id), "{simulated}");
        if role != "auditor" {
            client.get(&format!("/v1/audit-events?incident_id={id}")).problem(403, "scope_lacking");
        }
    }
});

both!(the_course_of_an_incident_names_no_client_to_its_parties, |server| {
    let incident = server.hospital().submit(report("Подія"));
    let (id, case) = (incident.string("/id"), incident.string("/assignments/0/id"));
    server.verb(&server.alpha(), &case, "acknowledge", json!({})).expect(200);
    let triage = server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200).etag();
    let reason = json!({"level": 4, "reason": "Перевірка"});
    server.coordinator().put(&format!("/v1/incidents/{id}/triage")).if_match(&triage).json(reason).expect(200);
    let ids: Vec<String> = server.store.accounts.iter().map(|account| account.client_id.clone()).collect();
    let parties: [(&str, Client, Vec<String>); 2] = [
        (
            "hospital",
            server.hospital(),
            vec![
                format!("/v1/incidents/{id}"),
                format!("/v1/incidents/{id}/timeline"),
                format!("/v1/incidents/{id}/reports"),
            ],
        ),
        (
            "alpha",
            server.alpha(),
            vec![
                format!("/v1/cases/{case}"),
                format!("/v1/incidents/{id}/timeline"),
                format!("/v1/incidents/{id}/reports"),
                "/v1/cases".into(),
            ],
        ),
    ];
    for (name, client, paths) in parties {
        for path in paths {
            let text = client.get(&path).expect(200).text();
            assert!(!ids.iter().any(|id| text.contains(id)), "{name} {path}: {text}");
        }
    }
});

both!(an_institution_learns_nothing_of_the_teams_that_were_passed_over, |server| {
    let hospital = server.hospital();
    let key = fresh();
    let send = || hospital.post("/v1/incidents").key(&key).json(report("Подія").with("tlp", "amber")).expect(201);
    let (made, again) = (send(), send());
    let (id, case) = (made.string("/id"), made.string("/assignments/0/id"));
    server.verb(&server.alpha(), &case, "decline", json!({"reason": "Усі на виїзді"})).expect(200);
    let update = json!({"stage": "update", "tlp": "amber+strict", "description": "Ще"});
    let updated = hospital.post(&format!("/v1/incidents/{id}/reports")).fresh_key().json(update).expect(201);
    let mut answers = vec![made, again, updated];
    for path in [
        format!("/v1/incidents/{id}"),
        format!("/v1/incidents/{id}/timeline"),
        format!("/v1/incidents/{id}/reports"),
        "/v1/incidents".into(),
        "/v1/incidents/feed".into(),
    ] {
        answers.push(hospital.get(&path).expect(200));
    }
    for answer in &answers {
        for word in ["candidates", "excluded_by", "tlp_ceiling", "capacity", "open_load", "client_id"] {
            assert!(!answer.text().contains(&format!("\"{word}\"")), "{word}\n{answer}");
        }
    }
    let seen = server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200).text();
    assert!(seen.contains("\"candidates\""), "the coordinator sees why");
});

both!(whoever_may_report_for_another_reads_nothing_else_of_it, |server| {
    let hidden =
        server.registry().submit(report("Таємниця держателя").with("external_ref", "R-1").with("title", "Таємниця"));
    let ministry = server.ministry();
    let made =
        ministry.submit(report("Від імені держателя").with("on_behalf_of", REGISTRY).with("external_ref", "R-2"));
    made.clone().with("/institution/id", REGISTRY);
    for part in ["", "/reports", "/timeline"] {
        ministry.get(&format!("/v1/incidents/{}{part}", hidden.str("/id"))).problem(404, "not_found");
        ministry.get(&format!("/v1/incidents/{}{part}", made.str("/id"))).expect(200);
    }
    let clash = ministry
        .post("/v1/incidents")
        .fresh_key()
        .json(report("Ще").with("on_behalf_of", REGISTRY).with("external_ref", "R-1"));
    let clash = clash.problem(409, "external_ref_exists");
    assert!(!clash.text().contains("Таємниця"), "{clash}");
    for path in ["/v1/incidents", "/v1/incidents/feed"] {
        assert!(everything(&ministry, path).is_empty(), "{path}");
    }
});
