//! `POST /v1/incidents` and `GET /v1/incidents/{id}`: what is taken in, and how it is shown.

use zvit_domain::ids::Reference;
use zvit_domain::time::Time;
use zvit_tests::directory::{ALPHA, HOSPITAL, REGISTRY};
use zvit_tests::report::complete;
use zvit_tests::{Server, Value, both, both_stores, hours_ago, json, report, sha256, stamp};

both!(a_description_is_enough, |server| {
    let hospital = server.hospital();
    let body = r#"{"description":"На всіх комп’ютерах приймального відділення файли не відкриваються."}"#;
    let incident = hospital.post("/v1/incidents").fresh_key().body("application/json", body).expect(201);
    let id = incident.string("/id");
    assert_eq!(incident.header("location"), format!("/v1/incidents/{id}"));
    incident.etag();
    assert!(uuid_version(&id) == Some('7'), "ids are UUIDv7: {id}");
    assert!(
        Reference::parse(incident.str("/reference")).is_ok_and(|r| r.as_str() == incident.str("/reference")),
        "{incident}"
    );
    let incident = incident
        .with("/status", "assigned")
        .with("/sector", "health")
        .with("/tlp", "amber")
        .with("/assignments/0/role", "lead")
        .with("/assignments/0/team/id", ALPHA)
        .with("/institution/id", HOSPITAL)
        .with("/institution/name_uk", "Тестова лікарня")
        .with("/institution/name_en", "Test Hospital")
        .with("/classification/class", "other")
        .with("/classification/type", "undetermined")
        .with("/report_sha256", sha256::hex(body.as_bytes()));
    assert!(incident.list("/triage/assumptions").len() >= 8, "everything left out is a named assumption\n{incident}");
    for assumption in incident.list("/triage/assumptions") {
        for member in ["code", "assumed", "detail"] {
            assert!(assumption[member].as_str().is_some_and(|text| !text.is_empty()), "{member}\n{incident}");
        }
    }
    for factor in incident.list("/triage/factors") {
        assert!(factor["code"].is_string() && factor["contribution"].is_number(), "{factor}\n{incident}");
    }
    assert_eq!(incident.int("/level"), incident.int("/triage/level"));
    assert!(
        incident.at("/triage/score_low").as_f64() < incident.at("/triage/score_high").as_f64(),
        "unknown is not low\n{incident}"
    );
    assert!(!incident.str("/triage/rule_version").is_empty());
    let again = hospital.get(&format!("/v1/incidents/{id}")).expect(200);
    assert_eq!(again.value, incident.value, "what was answered is what is kept");
    assert_eq!(again.etag(), incident.etag());
});

fn uuid_version(id: &str) -> Option<char> {
    id.chars().nth(14)
}

both!(a_complete_report_is_kept_as_it_was_told, |server| {
    let told = Value::from(complete());
    let incident = server.registry().submit(told.clone());
    for member in [
        "title",
        "description",
        "language",
        "sector",
        "other_sectors",
        "affected_services",
        "regions",
        "symptoms",
        "danger_to_life",
        "classification",
        "impact",
        "affected_systems",
        "affected_users",
        "data_types",
        "suspected_malicious",
        "cross_border",
        "measures_taken",
        "assistance_requested",
        "tlp",
        "pap",
        "contact",
        "became_aware_at",
        "detected_at",
        "started_at",
    ] {
        assert_eq!(incident.value.get(member), told.get(member), "{member}\n{incident}");
    }
    assert_eq!(incident.at("/triage/score_low"), incident.at("/triage/score_high"), "all is answered\n{incident}");
    assert_eq!(incident.at("/triage/score"), incident.at("/triage/score_low"), "{incident}");
    let values: Vec<&str> =
        incident.list("/indicators").iter().filter_map(|indicator| indicator["value"].as_str()).collect();
    assert_eq!(values, ["203.0.113.7", "http://evil.example/drop"], "normalised\n{incident}");
    assert!(!incident.has("/warnings") || incident.list("/warnings").is_empty(), "{incident}");
});

both!(what_is_left_out_is_absent_and_never_null, |server| {
    fn no_nulls(value: &Value, path: &str) {
        match value {
            Value::Null => panic!("{path} is null"),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(at, item)| no_nulls(item, &format!("{path}/{at}")))
            }
            Value::Object(members) => {
                members.iter().for_each(|(name, member)| no_nulls(member, &format!("{path}/{name}")))
            }
            _ => {}
        }
    }
    let incident = server.hospital().submit(report("Не працює сервер"));
    no_nulls(&incident.value, "");
    no_nulls(&zvit_tests::feed::page(&server.alpha(), "/v1/cases", 10, None).value, "");
});

both!(any_offset_comes_in_and_utc_goes_out, |server| {
    let aware = zvit_tests::now().plus_seconds(-3_600);
    let kyiv = aware.plus_seconds(2 * 3_600).to_string().replace('Z', "+02:00");
    let incident = server.hospital().submit(report("Зник зв’язок").with("became_aware_at", kyiv));
    let incident = incident.with("/became_aware_at", aware.to_string());
    let due: Vec<(String, i64)> = incident
        .list("/deadlines")
        .iter()
        .map(|deadline| {
            let due = Time::parse(deadline["due_at"].as_str().unwrap()).unwrap();
            (deadline["stage"].as_str().unwrap().to_owned(), due.seconds_since(aware) / 3_600)
        })
        .collect();
    let expected = [("initial", 1), ("preliminary", 24), ("interim", 72), ("final", 720)]
        .map(|(stage, hours)| (stage.to_owned(), hours));
    assert_eq!(due, expected, "counted from becoming aware\n{incident}");
    assert!(["submitted", "late"].contains(&incident.str("/deadlines/0/state")), "{incident}");
    incident.with("/deadlines/1/state", "pending").without("/deadlines/1/submitted_at");
});

both!(a_report_that_comes_late_says_so, |server| {
    let late = server.hospital().submit(report("Учора вранці").with("became_aware_at", hours_ago(20)));
    late.with("/deadlines/0/state", "late");
    let in_time = server.hospital().submit(report("Щойно").with("became_aware_at", stamp(-60)));
    in_time.with("/deadlines/0/state", "submitted");
});

both!(a_clock_that_runs_ahead_is_borne_with, |server| {
    let hospital = server.hospital();
    let a_little = hospital.submit(report("Годинник поспішає").with("became_aware_at", stamp(240)));
    assert!(!a_little.has("/warnings") || a_little.list("/warnings").is_empty(), "{a_little}");
    let far = hospital.submit(report("Годинник поспішає на добу").with("became_aware_at", stamp(20 * 3_600)));
    assert_eq!(far.list("/warnings").len(), 1, "{far}");
    assert!(far.list("/warnings")[0]["pointer"] == "/became_aware_at", "{far}");
    let received = Time::parse(far.str("/received_at")).unwrap();
    let due = Time::parse(far.str("/deadlines/0/due_at")).unwrap();
    assert_eq!(due.seconds_since(received), 3_600, "clocks run from the receipt\n{far}");
    let beyond = hospital
        .post("/v1/incidents")
        .json(report("Годинник поспішає на два дні").with("became_aware_at", stamp(49 * 3_600)));
    beyond.faults(&["/became_aware_at"]);
});

both!(lenient_handling_takes_the_report_and_keeps_what_is_wrong_with_it, |server| {
    let hospital = server.hospital();
    let odd = report("Лікарня без серверів")
        .with("tlp", "purple")
        .with("regions", json!(["UA-30", "UA-99"]))
        .with("affected_users", -5)
        .with("became_aware_at", "учора")
        .with("something_else", true);
    hospital.post("/v1/incidents").fresh_key().json(&odd).faults(&[
        "/affected_users",
        "/became_aware_at",
        "/regions/1",
        "/something_else",
        "/tlp",
    ]);
    let incident = hospital.post("/v1/incidents").fresh_key().lenient().json(&odd).expect(201);
    assert_eq!(incident.header("preference-applied"), "handling=lenient");
    let mut places: Vec<&str> =
        incident.list("/warnings").iter().filter_map(|warning| warning["pointer"].as_str()).collect();
    places.sort_unstable();
    assert_eq!(places, ["/affected_users", "/became_aware_at", "/regions/1", "/something_else", "/tlp"], "{incident}");
    let reports = hospital.get(&format!("/v1/incidents/{}/reports", incident.str("/id"))).expect(200);
    assert!(reports.text().contains("purple") && reports.text().contains("учора"), "kept verbatim\n{reports}");
    incident.with("/tlp", "amber").with("/status", "assigned");
    // Only the description can't be done without.
    hospital.post("/v1/incidents").fresh_key().lenient().json(json!({"tlp": "amber"})).faults(&["/description"]);
    hospital
        .post("/v1/incidents")
        .fresh_key()
        .lenient()
        .json(json!({"description": 7, "tlp": "purple"}))
        .problem(422, "validation_failed");
    hospital.post("/v1/incidents").fresh_key().lenient().body("application/json", "{").problem(400, "malformed_json");
});

both!(white_is_taken_for_clear_and_the_label_goes_with_the_incident, |server| {
    server.hospital().submit(report("Можна показувати всім").with("tlp", "white")).with("/tlp", "clear");
    server.hospital().submit(report("Лише адресатам").with("tlp", "amber+strict")).with("/tlp", "amber+strict");
});

both!(the_coordinator_reports_for_an_institution_that_telephones, |server| {
    let coordinator = server.coordinator();
    let told = report("Телефонують із лікарні: немає світла і серверів")
        .with("reported_via", "telephone")
        .with("notified_at", stamp(-600));
    let incident = coordinator
        .submit(told.clone().with("on_behalf_of", HOSPITAL))
        .with("/institution/id", HOSPITAL)
        .with("/sector", "health");
    let reports = server.hospital().get(&format!("/v1/incidents/{}/reports", incident.str("/id"))).expect(200);
    assert!(reports.text().contains("telephone") && reports.text().contains("notified_at"), "{reports}");
    let unknown = coordinator.submit(
        told.clone().with("on_behalf_of", json!({"name": "Сільська амбулаторія", "phone": "+380 00 000 00 09"})),
    );
    let provisional = unknown.string("/institution/id");
    let entry = coordinator.get(&format!("/v1/institutions/{provisional}")).expect(200).with("/provisional", true);
    assert!(entry.text().contains("Сільська амбулаторія"), "{entry}");
    coordinator.post("/v1/incidents").fresh_key().json(&told).faults(&["/on_behalf_of"]);
    let nobody = told.with("on_behalf_of", "01920000-0000-7002-8000-0000000000ff");
    coordinator.post("/v1/incidents").fresh_key().json(nobody).faults(&["/on_behalf_of"]);
});

both!(an_institution_reports_only_for_those_it_represents, |server| {
    let for_the_registry = report("Реєстр не відповідає").with("on_behalf_of", REGISTRY);
    let incident = server.ministry().submit(for_the_registry.clone()).with("/institution/id", REGISTRY);
    server.registry().get(&format!("/v1/incidents/{}", incident.str("/id"))).expect(200);
    let refused = server.hospital().post("/v1/incidents").fresh_key().json(for_the_registry).send();
    assert!([403, 422].contains(&refused.status), "{refused}");
    let unregistered = report("Хтось інший").with("on_behalf_of", json!({"name": "Хтось"}));
    let refused = server.hospital().post("/v1/incidents").fresh_key().json(unregistered).send();
    assert!([403, 422].contains(&refused.status), "{refused}");
});

both!(a_repeated_external_reference_leads_to_the_incident, |server| {
    let hospital = server.hospital();
    let first = hospital.submit(report("Перше").with("external_ref", "HD-2231")).with("/external_ref", "HD-2231");
    let conflict = hospital.post("/v1/incidents").fresh_key().json(report("Друге").with("external_ref", "HD-2231"));
    conflict.problem(409, "external_ref_exists").with("/incident_id", first.str("/id"));
    // Another institution counts by itself.
    server.grid().submit(report("Інша установа").with("external_ref", "HD-2231"));
    assert_eq!(server.store.count("incidents"), 2);
});

both!(an_unchanged_incident_costs_no_second_reading, |server| {
    let hospital = server.hospital();
    let incident = hospital.submit(report("Не працює сервер"));
    let path = format!("/v1/incidents/{}", incident.str("/id"));
    let tag = incident.etag();
    assert!(hospital.get(&path).header("if-none-match", &tag).expect(304).bytes.is_empty());
    assert!(hospital.get(&path).header("if-none-match", &format!("\"x\", {tag}")).expect(304).bytes.is_empty());
    let case = server.case_of(&server.alpha(), incident.str("/id"));
    server.verb(&server.alpha(), &case, "acknowledge", json!({})).expect(200);
    let changed = hospital.get(&path).header("if-none-match", &tag).expect(200);
    assert_ne!(changed.etag(), tag, "bumped with its assignments");
    changed.with("/assignments/0/state", "acknowledged");
});

both!(an_incident_that_is_not_there_and_a_malformed_id_are_not_found, |server| {
    for id in [
        "01920000-0000-7000-8000-000000000000",
        "not-an-id",
        "0",
        "%00",
        "UA-2026-7KQ4-M",
        "01920000000070008000000000000000",
    ] {
        server.hospital().get(&format!("/v1/incidents/{id}")).problem(404, "not_found");
    }
});

both_stores!(with_a_duty_line_every_refusal_of_a_report_says_whom_to_call, |store| {
    let server = Server::start_with(store, &["--duty-line", "+380 00 000 11 22"]);
    let hospital = server.hospital();
    let en = hospital.post("/v1/incidents").json(json!({})).faults(&["/description"]);
    assert!(en.str("/support").contains("+380 00 000 11 22"), "{en}");
    let uk = hospital.post("/v1/incidents").in_ukrainian().json(json!({})).faults(&["/description"]);
    assert!(uk.str("/support").contains("+380 00 000 11 22"), "{uk}");
    hospital.post("/v1/incidents").without_token().json(json!({})).problem(401, "token_missing").at("/support");
    hospital.post("/v1/incidents").body("text/plain", "x").problem(415, "unsupported_media_type").at("/support");
    hospital.get("/v1/incidents?limit=0").problem(422, "validation_failed").without("/support");
});
