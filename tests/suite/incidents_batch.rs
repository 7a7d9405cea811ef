//! `POST /v1/incidents/batch`.

use zvit_tests::{Value, both, fresh, json, report};

fn item(report: impl Into<Value>) -> Value {
    json!({"idempotency_key": fresh(), "report": report.into()})
}

both!(a_bad_item_fails_alone_and_says_where, |server| {
    let items = json!({"items": [
        item(report("Перше")),
        item(report("Друге").with("tlp", "purple").with("regions", json!(["UA-99"]))),
        item(report("Третє").with("external_ref", "X-1")),
        item(report("Четверте").with("external_ref", "X-1")),
        item(json!({})),
        {"idempotency_key": "short", "report": {"description": "П’яте"}},
        {"report": {"description": "Шосте"}},
        item(report("Сьоме")),
    ]});
    let answer = server.hospital().post("/v1/incidents/batch").json(items).expect(200);
    let statuses: Vec<i64> = answer.list("/items").iter().map(|item| item["status"].as_i64().unwrap()).collect();
    assert_eq!(statuses, [201, 422, 201, 409, 422, 422, 422, 201], "{answer}");
    let places = |number: usize| {
        let mut places: Vec<String> = answer
            .list(&format!("/items/{number}/problem/errors"))
            .iter()
            .map(|error| {
                error["pointer"].as_str().unwrap_or_else(|| panic!("a pointer was expected: {error}")).to_owned()
            })
            .collect();
        places.sort();
        places.dedup();
        places
    };
    assert_eq!(places(1), ["/items/1/report/regions/0", "/items/1/report/tlp"]);
    assert_eq!(places(4), ["/items/4/report/description"]);
    assert_eq!(places(5), ["/items/5/idempotency_key"]);
    assert_eq!(places(6), ["/items/6/idempotency_key"]);
    assert_eq!(answer.str("/items/3/problem/code"), "external_ref_exists");
    assert_eq!(answer.at("/items/3/problem/incident_id"), answer.at("/items/2/id"));
    for (number, status) in statuses.iter().enumerate() {
        let item = answer.at(&format!("/items/{number}"));
        assert_eq!(item.get("id").is_some(), *status == 201, "{item}");
        assert_eq!(item.get("reference").is_some(), *status == 201, "{item}");
        assert_eq!(item.get("problem").is_none(), *status == 201, "{item}");
        if *status == 201 {
            let path = format!("/v1/incidents/{}", item["id"].as_str().unwrap());
            server
                .hospital()
                .get(&path)
                .expect(200)
                .with("/reference", item["reference"].clone())
                .with("/status", "assigned");
        }
    }
    assert_eq!(server.store.count("incidents"), 3);
});

both!(a_repeated_batch_changes_nothing, |server| {
    let hospital = server.hospital();
    let items: Vec<Value> = (0..20).map(|number| item(report(&format!("Подія {number}")))).collect();
    let body = json!({"items": items});
    let first = hospital.post("/v1/incidents/batch").json(body.clone()).expect(200);
    let before = server.store.count("incidents");
    assert_eq!(before, 20);
    let again = hospital.post("/v1/incidents/batch").json(body).expect(200);
    for number in 0..20 {
        for member in ["status", "id", "reference"] {
            let pointer = format!("/items/{number}/{member}");
            assert_eq!(first.at(&pointer), again.at(&pointer));
        }
    }
    assert_eq!(server.store.count("incidents"), 20);
    // A key of the batch is a key like any other, and the same key with another report is another matter.
    let mut other = items[0].clone();
    other["report"]["description"] = json!("Зовсім інше");
    let refused =
        hospital.post("/v1/incidents/batch").json(json!({"items": [other]})).expect(200).with("/items/0/status", 422);
    refused
        .with("/items/0/problem/code", "idempotency_key_reused")
        .with("/items/0/problem/incident_id", first.str("/items/0/id"));
});

both!(the_same_key_twice_in_one_batch_makes_one_incident, |server| {
    let twice = item(report("Двічі"));
    let answer = server.hospital().post("/v1/incidents/batch").json(json!({"items": [twice, twice]})).expect(200);
    let answer = answer.with("/items/0/status", 201).with("/items/1/status", 201);
    assert_eq!(answer.at("/items/0/id"), answer.at("/items/1/id"), "{answer}");
    assert_eq!(server.store.count("incidents"), 1);
});

both!(five_hundred_reports_go_in_at_once_and_loads_advance_item_by_item, |server| {
    let items: Vec<Value> = (0..500).map(|number| item(report(&format!("Підстанція {number}")))).collect();
    let answer = server.grid().post("/v1/incidents/batch").json(json!({"items": items})).expect(200);
    assert!(answer.list("/items").iter().all(|item| item["status"] == 201), "{answer}");
    for team in [server.alpha(), server.bravo()] {
        let cases = zvit_tests::feed::everything(&team, "/v1/cases");
        assert_eq!(cases.len(), 250, "least loaded shares evenly within the batch");
    }
});

both!(a_batch_has_its_own_limits, |server| {
    let hospital = server.hospital();
    server.store.untouched(|| {
        let many: Vec<Value> = (0..501).map(|_| item(report("…"))).collect();
        hospital.post("/v1/incidents/batch").json(json!({"items": many})).faults(&["/items"]);
        hospital.post("/v1/incidents/batch").json(json!({"items": []})).faults(&["/items"]);
        hospital.post("/v1/incidents/batch").json(json!({})).faults(&["/items"]);
        hospital.post("/v1/incidents/batch").json(json!({"items": "x", "more": 1})).faults(&["/items", "/more"]);
        hospital.post("/v1/incidents/batch").json(json!([])).problem(422, "validation_failed");
        server.alpha().post("/v1/incidents/batch").json(json!({"items": []})).problem(403, "scope_lacking");
    });
    // More than the limit of a single report, less than the batch's own.
    let long = report(&"Довгий опис. ".repeat(1_500));
    let items: Vec<Value> = (0..40).map(|_| item(&long)).collect();
    let body = json!({"items": items}).to_string();
    assert!(body.len() > 1024 * 1024 && body.len() < 4 * 1024 * 1024);
    let answer = hospital.post("/v1/incidents/batch").body("application/json", body).expect(200);
    assert!(answer.list("/items").iter().all(|item| item["status"] == 201), "{answer}");
});

both!(a_single_report_above_its_limit_fails_alone_in_a_batch, |server| {
    let huge = report("Завелике").with("measures_taken", "x".repeat(19_000)).with("indicators", indicators(1_000));
    assert!(Value::from(&huge).to_string().len() > 256 * 1024);
    let answer = server
        .hospital()
        .post("/v1/incidents/batch")
        .json(json!({"items": [item(huge), item(report("Мале"))]}))
        .expect(200);
    assert!([413, 201].contains(&answer.int("/items/0/status")), "{answer}");
    answer.with("/items/1/status", 201);
});

fn indicators(count: usize) -> Value {
    (0..count)
        .map(|n| json!({"type": "domain", "value": format!("host-{n}.example"), "description": "д".repeat(199)}))
        .collect()
}

both!(the_coordinator_sends_a_batch_for_several_institutions, |server| {
    let items = json!({"items": [
        item(report("Лікарня").with("on_behalf_of", zvit_tests::directory::HOSPITAL)),
        item(report("Мережа").with("on_behalf_of", zvit_tests::directory::GRID)),
        item(report("Ніхто")),
    ]});
    let answer = server.coordinator().post("/v1/incidents/batch").json(items).expect(200);
    let answer = answer.with("/items/0/status", 201).with("/items/1/status", 201).with("/items/2/status", 422);
    assert_eq!(answer.str("/items/2/problem/errors/0/pointer"), "/items/2/report/on_behalf_of");
    assert_eq!(zvit_tests::feed::everything(&server.hospital(), "/v1/incidents").len(), 1);
});
