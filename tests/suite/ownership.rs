//! Whose things are whose: what isn't yours is not there. (Who may call what at all is in `authorization.rs`.)

use zvit_tests::directory::{MINISTRY, REGISTRY};
use zvit_tests::{Client, Server, Value, both, json, report};

#[track_caller]
fn not_there(client: &Client, paths: &[String]) {
    for path in paths {
        client.get(path).problem(404, "not_found");
    }
}

both!(an_institution_sees_its_own_incidents_only, |server| {
    let incident = server.hospital().submit(report("Таємниця лікарні").with("external_ref", "H-1"));
    let id = incident.str("/id");
    let paths = ["", "/reports", "/timeline"].map(|part| format!("/v1/incidents/{id}{part}"));
    for (client, name) in [(server.grid(), "grid"), (server.ministry(), "ministry"), (server.water(), "water")] {
        not_there(&client, &paths);
        client
            .post(&paths[1])
            .fresh_key()
            .json(json!({"stage": "update", "description": "Підміна"}))
            .problem(404, "not_found");
        for list in [
            "/v1/incidents",
            "/v1/incidents/feed",
            "/v1/incidents?text=%D0%A2%D0%B0%D1%94%D0%BC%D0%BD%D0%B8%D1%86%D1%8F",
            &format!("/v1/incidents?text={}", incident.str("/reference")),
        ] {
            let answer = client.get(list).expect(200);
            assert!(answer.list("/items").is_empty(), "{name} sees it\n{answer}");
        }
    }
    // Nor does it learn that it is there: an id of nothing looks the same.
    let there = server.grid().get(&paths[0]).problem(404, "not_found");
    let nowhere = server.grid().get("/v1/incidents/01920000-0000-7000-8000-0000000000ff").problem(404, "not_found");
    assert_eq!((there.at("/title"), there.at("/detail")), (nowhere.at("/title"), nowhere.at("/detail")));
});

both!(a_team_sees_its_own_cases_only, |server| {
    let incident = server.hospital().submit(report("Справа альфи"));
    let (id, case) = (incident.string("/id"), incident.string("/assignments/0/id"));
    let paths =
        [format!("/v1/cases/{case}"), format!("/v1/incidents/{id}/reports"), format!("/v1/incidents/{id}/timeline")];
    for (client, name) in
        [(server.bravo(), "bravo"), (server.charlie(), "charlie"), (server.front_office(), "front office")]
    {
        not_there(&client, &paths);
        let feed = client.get("/v1/cases").expect(200);
        assert!(feed.list("/items").is_empty(), "{name} sees it\n{feed}");
    }
    for path in &paths {
        server.alpha().get(path).expect(200);
    }
    // The incident itself is not a team's resource: it sees its case.
    server.alpha().get(&format!("/v1/incidents/{id}")).problem(403, "scope_lacking");
});

both!(observers_and_donors_see_no_incident, |server| {
    let incident = server.hospital().submit(report("Не для звітності"));
    let id = incident.str("/id");
    for client in [server.observer(), server.donor(), server.auditor()] {
        for path in [
            "/v1/incidents".to_owned(),
            format!("/v1/incidents/{id}"),
            format!("/v1/incidents/{id}/reports"),
            format!("/v1/incidents/{id}/timeline"),
            "/v1/cases".to_owned(),
            "/v1/incidents/feed".to_owned(),
        ] {
            client.get(&path).problem(403, "scope_lacking");
        }
    }
});

both!(the_coordinator_sees_everything, |server| {
    let incident = server.hospital().submit(report("Подія"));
    let id = incident.str("/id");
    for part in ["", "/reports", "/timeline"] {
        server.coordinator().get(&format!("/v1/incidents/{id}{part}")).expect(200);
    }
});

/// An incident of the registry's that the ministry, which represents it, reported.
#[track_caller]
fn reported_for_the_registry(server: &Server, text: &str) -> String {
    let report = report(text).with("on_behalf_of", REGISTRY);
    server.ministry().submit(report).with("/institution/id", REGISTRY).string("/id")
}

const ON_BEHALF: &str = "/v1/incidents?on_behalf_of=01920000-0000-7002-8000-000000000004";

/// What an institution reads of an incident that it reported for another.
fn readable(id: &str) -> Vec<String> {
    let parts =
        ["", "/reports", "/timeline", "/messages", "/attachments", "/translations", "/receipt", "/receipt/printable"];
    parts.iter().map(|part| format!("/v1/incidents/{id}{part}")).collect()
}

#[track_caller]
fn listed(client: &Client) -> Vec<String> {
    let items = zvit_tests::feed::everything(client, ON_BEHALF);
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

both!(who_reports_for_another_sees_exactly_what_it_reported, |server| {
    let (ministry, registry) = (server.ministry(), server.registry());
    let own = registry.submit(report("Власне повідомлення реєстру")).string("/id");
    let ids: Vec<String> = (0..3).map(|n| reported_for_the_registry(server, &format!("Подія {n}"))).collect();
    let id = &ids[0];
    for path in readable(id) {
        ministry.get(&path).expect(200);
        registry.get(&path).expect(200);
    }
    not_there(&ministry, &readable(&own));
    not_there(&server.grid(), &readable(id));
    // The list in pages; its own list and its feed hold what is its own.
    let first = ministry.get(&format!("{ON_BEHALF}&limit=2")).expect(200);
    assert_eq!(first.list("/items").len(), 2, "{first}");
    let rest = ministry.get(&format!("{ON_BEHALF}&limit=2&cursor={}", first.str("/next_cursor"))).expect(200);
    let shown: Vec<&Value> = first.list("/items").iter().chain(rest.list("/items")).map(|item| &item["id"]).collect();
    assert_eq!(shown, ids.iter().rev().collect::<Vec<_>>(), "each once, the newest first");
    for path in ["/v1/incidents", "/v1/incidents/feed"] {
        let answer = ministry.get(path).expect(200);
        assert!(answer.list("/items").is_empty(), "{answer}");
    }
    assert!(listed(&server.grid()).is_empty() && listed(&registry).is_empty());
    // It reports further, and the teams and the registry see that.
    let update = json!({"stage": "update", "affected_users": 7});
    let reports = format!("/v1/incidents/{id}/reports");
    ministry.post(&reports).fresh_key().json(update.clone()).expect(201);
    assert_eq!(registry.get(&reports).expect(200).list("/items").len(), 2);
    ministry.post(&format!("/v1/incidents/{own}/reports")).fresh_key().json(update).problem(404, "not_found");
});

both!(who_reports_for_another_does_nothing_else_in_its_name, |server| {
    let (ministry, registry) = (server.ministry(), server.registry());
    let id = reported_for_the_registry(server, "Подія");
    let path = |part: &str| format!("/v1/incidents/{id}/{part}");
    let private = json!({"text": "Лише координаторові", "visibility": "coordinator"});
    registry.post(&path("messages")).fresh_key().json(private).expect(201);
    let open = json!({"text": "Для всіх", "visibility": "all"});
    registry.post(&path("messages")).fresh_key().json(open.clone()).expect(201);
    let messages = ministry.get(&path("messages")).expect(200);
    assert!(messages.list("/items").len() == 1 && !messages.text().contains("координаторові"), "{messages}");
    let attachment = crate::attachments::attach(&registry, &id, b"content").string("/id");
    ministry.get(&format!("/v1/attachments/{attachment}/content")).expect(200);
    server.store.untouched(|| {
        ministry.post(&path("messages")).fresh_key().json(open).problem(404, "not_found");
        ministry.post(&path("withdraw")).json(json!({"reason": "Хибна тривога"})).problem(404, "not_found");
        let external = json!({"url": "https://files.example/disk.img", "filename": "disk.img", "size": 1, "sha256": "0".repeat(64)});
        let refused = ministry.post(&path("attachments/external")).fresh_key().json(external).send();
        refused.problem(404, "not_found");
    });
});

both!(sight_for_another_ends_with_the_right_to_report_for_it_and_on_hold, |server| {
    let (ministry, coordinator) = (server.ministry(), server.coordinator());
    let id = reported_for_the_registry(server, "Подія");
    let key = zvit_tests::fresh();
    let update = || {
        let body = json!({"stage": "update", "affected_users": 7});
        ministry.post(&format!("/v1/incidents/{id}/reports")).key(&key).json(body).send()
    };
    update().expect(201);
    let is_shut = || {
        not_there(&ministry, &readable(&id));
        assert!(listed(&ministry).is_empty());
        update().problem(404, "not_found");
    };
    let reason = json!({"reason": "Перевірка"});
    let hold = |verb: &str| {
        coordinator.post(&format!("/v1/institutions/{REGISTRY}/{verb}")).json(reason.clone()).expect(200);
    };
    hold("hold");
    is_shut();
    hold("release");
    ministry.get(&format!("/v1/incidents/{id}")).expect(200);
    assert_eq!(listed(&ministry), std::slice::from_ref(&id));
    let path = format!("/v1/institutions/{MINISTRY}");
    let entry = coordinator.get(&path).expect(200);
    let mut body = entry.value.clone();
    for name in ["id", "active", "on_hold", "version", "created_at", "updated_at", "joined_to"] {
        body.as_object_mut().unwrap().remove(name);
    }
    body["represents"] = json!([]);
    coordinator.put(&path).if_match(&entry.etag()).json(body).expect(200);
    is_shut();
    server.registry().get(&format!("/v1/incidents/{id}")).expect(200);
});
