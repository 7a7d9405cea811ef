//! Bad input: each fault of a report gets the status the contract names, `errors[]` says where, all faults of a body are told
//! at once, and the database stays as it was. Requests that are wrong before their content is read: `bad_requests.rs`.

use zvit_tests::report::complete;
use zvit_tests::{Client, Value, both, hours_ago, json, report, stamp};

const PATH: &str = "/v1/incidents";

#[track_caller]
fn refused(client: &Client, member: &str, value: impl Into<Value>, places: &[&str]) {
    client.post(PATH).fresh_key().json(report("Подія").with(member, value)).faults(places);
}

both!(another_shape_than_an_object_has_a_fault_at_its_root, |server| {
    let hospital = server.hospital();
    server.store.untouched(|| {
        for body in ["[]", "1", "\"x\"", "true", "null", "[{\"description\": \"x\"}]"] {
            let answer = hospital.post(PATH).body("application/json", body).problem(422, "validation_failed");
            assert_eq!(answer.places(), [""], "{answer}");
        }
    });
});

both!(every_member_of_a_wrong_type_is_named, |server| {
    let hospital = server.hospital();
    let members = [
        "description",
        "title",
        "language",
        "became_aware_at",
        "detected_at",
        "started_at",
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
        "indicators",
        "measures_taken",
        "assistance_requested",
        "tlp",
        "pap",
        "contact",
        "external_ref",
        "exercise",
    ];
    let mut sorted: Vec<String> = members.iter().map(|member| format!("/{member}")).collect();
    sorted.sort();
    let places: Vec<&str> = sorted.iter().map(String::as_str).collect();
    server.store.untouched(|| {
        // Nothing here is a number and a half, and nothing is null.
        for wrong in [json!(1.5), Value::Null] {
            let body: serde_json::Map<String, Value> =
                members.iter().map(|member| ((*member).to_owned(), wrong.clone())).collect();
            hospital.post(PATH).fresh_key().json(body).faults(&places);
        }
    });
});

both!(words_outside_their_vocabulary_are_named, |server| {
    let hospital = server.hospital();
    server.store.untouched(|| {
        refused(&hospital, "sector", "Health", &["/sector"]);
        refused(&hospital, "other_sectors", json!(["energy", "magic"]), &["/other_sectors/1"]);
        refused(&hospital, "regions", json!(["UA-30", "UA-99", "Київ"]), &["/regions/1", "/regions/2"]);
        refused(&hospital, "symptoms", json!(["phishing", "smoke"]), &["/symptoms/1"]);
        refused(&hospital, "tlp", "TLP:AMBER", &["/tlp"]);
        refused(&hospital, "pap", "amber+strict", &["/pap"]);
        refused(&hospital, "assistance_requested", json!(["money"]), &["/assistance_requested/0"]);
        refused(&hospital, "data_types", json!([""]), &["/data_types/0"]);
        refused(&hospital, "classification", json!({"class": "virus"}), &["/classification/class"]);
        refused(&hospital, "classification", json!({"type": "ddos"}), &["/classification/class"]);
        refused(&hospital, "classification", json!({"class": "fraud", "type": "ddos"}), &["/classification/type"]);
        refused(&hospital, "classification", json!({"class": "availability", "type": "nothing"}), &["/classification/type"]);
        refused(&hospital, "impact", json!({"functional_impact": "huge", "recoverability": 3, "mood": "bad"}), &["/impact/functional_impact", "/impact/mood", "/impact/recoverability"]);
        refused(&hospital, "impact", json!({"cross_sector_dependency": "energy"}), &["/impact/cross_sector_dependency"]);
        refused(&hospital, "language", "ukrainian language", &["/language"]);
        refused(&hospital, "contact", json!({"phone": "?", "email": "no address", "fax": "1"}), &["/contact/email", "/contact/fax", "/contact/phone"]);
        refused(&hospital, "indicators", json!([
            {"type": "ipv4", "value": "203.0.113.7"}, {"type": "ipv4", "value": "203.0.113.777"}, {"type": "smell", "value": "x"},
            {"value": "x"}, {"type": "domain"}, {"type": "file_sha256", "value": "abc"}, {"type": "attack_technique", "value": "T1"},
            {"type": "cidr", "value": "203.0.113.0/33"}, {"type": "cve", "value": "CVE-1"}, {"type": "url", "value": "not a url"}, {"type": "domain", "value": "a.example", "x": 1}
        ]), &[
            "/indicators/1/value", "/indicators/10/x", "/indicators/2/type", "/indicators/3/type", "/indicators/4/value", "/indicators/5/value",
            "/indicators/6/value", "/indicators/7/value", "/indicators/8/value", "/indicators/9/value",
        ]);
    });
});

both!(numbers_outside_their_range_are_named, |server| {
    let hospital = server.hospital();
    server.store.untouched(|| {
        for number in [json!(-1), json!(1.5), json!(9_007_199_254_740_992_i64), json!("12"), json!(1e300)] {
            refused(&hospital, "affected_users", number, &["/affected_users"]);
        }
        refused(&hospital, "affected_systems", -1, &["/affected_systems"]);
        refused(&hospital, "affected_systems", 4_294_967_296_i64, &["/affected_systems"]);
        // No double holds it, so there is no number to judge.
        let beyond = r#"{"description":"x","affected_users":1e400}"#;
        hospital.post(PATH).body("application/json", beyond).problem(400, "malformed_json");
    });
    hospital.submit(report("Межа").with("affected_users", 9_007_199_254_740_991_i64));
});

both!(u_0000_is_refused_wherever_it_stands, |server| {
    let hospital = server.hospital();
    server.store.untouched(|| {
        hospital.post(PATH).json(json!({"description": "до\u{0}після"})).faults(&["/description"]);
        for member in ["title", "measures_taken", "external_ref", "language"] {
            refused(&hospital, member, "до\u{0}після", &[&format!("/{member}")]);
        }
        refused(&hospital, "affected_services", json!(["добре", "a\u{0}"]), &["/affected_services/1"]);
        refused(&hospital, "contact", json!({"name": "\u{0}"}), &["/contact/name"]);
        refused(
            &hospital,
            "indicators",
            json!([{"type": "filename", "value": "a\u{0}.exe", "description": "\u{0}"}]),
            &["/indicators/0/description", "/indicators/0/value"],
        );
    });
});

both!(lengths_are_counted_in_code_points, |server| {
    let hospital = server.hospital();
    // Each is four bytes of UTF-8 and one code point.
    let of = |count: usize| "🚑".repeat(count);
    server.store.untouched(|| {
        hospital.post(PATH).json(json!({"description": of(20_001)})).faults(&["/description"]);
        refused(&hospital, "measures_taken", of(20_001), &["/measures_taken"]);
        refused(&hospital, "title", of(201), &["/title"]);
        refused(&hospital, "external_ref", "x".repeat(201), &["/external_ref"]);
        refused(&hospital, "affected_services", json!([of(201)]), &["/affected_services/0"]);
        refused(&hospital, "contact", json!({"name": of(201), "role": of(201)}), &["/contact/name", "/contact/role"]);
        refused(
            &hospital,
            "indicators",
            json!([{"type": "filename", "value": "x".repeat(201)}]),
            &["/indicators/0/value"],
        );
        for blank in ["", " ", "\n\t ", "\u{a0}"] {
            hospital.post(PATH).json(json!({"description": blank})).faults(&["/description"]);
        }
    });
    hospital.submit(report(&of(20_000)).with("title", of(200)).with("external_ref", "x".repeat(200)));
});

both!(lists_that_are_too_long_are_named_as_a_whole, |server| {
    let hospital = server.hospital();
    let many = |count: usize, item: Value| Value::Array(vec![item; count]);
    server.store.untouched(|| {
        refused(
            &hospital,
            "indicators",
            many(1_001, json!({"type": "domain", "value": "evil.example"})),
            &["/indicators"],
        );
        refused(&hospital, "affected_services", many(21, json!("Пошта")), &["/affected_services"]);
        refused(&hospital, "regions", many(28, json!("UA-30")), &["/regions"]);
        for (member, word) in [
            ("other_sectors", "energy"),
            ("symptoms", "phishing"),
            ("data_types", "personal"),
            ("assistance_requested", "incident_response"),
        ] {
            refused(&hospital, member, many(51, json!(word)), &[&format!("/{member}")]);
        }
    });
    let distinct: Vec<Value> =
        (0..1_000).map(|n| json!({"type": "domain", "value": format!("host-{n}.example")})).collect();
    let incident =
        hospital.submit(report("Межа").with("indicators", distinct).with("regions", many(27, json!("UA-30"))));
    assert_eq!(
        (incident.list("/indicators").len(), incident.list("/regions").len()),
        (1_000, 1),
        "what is said twice counts once"
    );
});

both!(times_must_say_which_moment_they_mean, |server| {
    let hospital = server.hospital();
    server.store.untouched(|| {
        for time in [
            "2026-01-01T04:10:00",
            "2026-01-01",
            "вчора",
            "",
            "2026-13-01T00:00:00Z",
            "2026-01-01T25:00:00Z",
            "2026-02-30T00:00:00Z",
            "1767225600",
            "2026-01-01T00:00:00+25:00",
            "2026-01-01T00:00:00+0200",
        ] {
            refused(&hospital, "became_aware_at", time, &["/became_aware_at"]);
        }
        let answer = hospital
            .post(PATH)
            .json(report("Подія").with("became_aware_at", "2026-01-01T04:10:00"))
            .faults(&["/became_aware_at"]);
        assert!(
            answer.str("/errors/0/detail").contains("+02:00") || answer.str("/errors/0/detail").contains('Z'),
            "with an example\n{answer}"
        );
        refused(&hospital, "became_aware_at", stamp(25 * 3_600), &["/became_aware_at"]);
        refused(&hospital, "detected_at", stamp(25 * 3_600), &["/detected_at"]);
        refused(&hospital, "started_at", "1999-12-31T23:59:59Z", &["/started_at"]);
        refused(&hospital, "became_aware_at", 1_767_225_600, &["/became_aware_at"]);
        let started_after = report("Подія")
            .with("started_at", hours_ago(1))
            .with("detected_at", hours_ago(2))
            .with("became_aware_at", hours_ago(1));
        hospital.post(PATH).fresh_key().json(started_after).faults(&["/started_at"]);
        let detected_after = report("Подія")
            .with("started_at", hours_ago(9))
            .with("detected_at", hours_ago(1))
            .with("became_aware_at", hours_ago(2));
        hospital.post(PATH).fresh_key().json(detected_after).faults(&["/detected_at"]);
        let began_after = report("Подія").with("started_at", hours_ago(1)).with("became_aware_at", hours_ago(2));
        hospital.post(PATH).fresh_key().json(began_after).faults(&["/started_at"]);
    });
    hospital.submit(report("Межа").with("started_at", "2000-01-01T00:00:00Z"));
});

both!(all_faults_of_a_body_are_told_at_once, |server| {
    let hospital = server.hospital();
    let body = json!({
        "description": "",
        "title": "x".repeat(201),
        "became_aware_at": "2026-01-01T00:00:00",
        "sector": "magic",
        "regions": ["UA-30", "UA-98", "UA-99"],
        "classification": {"class": "fraud", "type": "ddos"},
        "impact": {"recoverability": "never"},
        "affected_users": -1,
        "indicators": [{"type": "ipv4", "value": "x"}, {"type": "ipv4", "value": "203.0.113.7", "confidence": 3}],
        "tlp": "purple",
        "contact": {"email": "x"},
        "nonsense": true,
        "tpl": "amber"
    });
    server.store.untouched(|| {
        let answer = hospital.post(PATH).fresh_key().json(body.clone()).faults(&[
            "/affected_users",
            "/became_aware_at",
            "/classification/type",
            "/contact/email",
            "/description",
            "/impact/recoverability",
            "/indicators/0/value",
            "/indicators/1/confidence",
            "/nonsense",
            "/regions/1",
            "/regions/2",
            "/sector",
            "/title",
            "/tlp",
            "/tpl",
        ]);
        assert_eq!(answer.places().len(), 15, "each place once\n{answer}");
        let uk = hospital.post(PATH).fresh_key().in_ukrainian().json(body);
        let uk = uk.problem(422, "validation_failed");
        for error in uk.list("/errors") {
            let detail = error["detail"].as_str().unwrap();
            assert!(detail.chars().any(|c| ('\u{400}'..='\u{4ff}').contains(&c)), "not in Ukrainian: {error}");
        }
    });
});

both!(a_missing_description_points_at_itself, |server| {
    server.store.untouched(|| {
        server.hospital().post(PATH).json(json!({})).faults(&["/description"]);
        server.hospital().post(PATH).json(Value::from(complete().without("description"))).faults(&["/description"]);
    });
});

both!(members_with_odd_names_are_pointed_at_properly, |server| {
    server.store.untouched(|| {
        let body = json!({"description": "x", "a/b": 1, "c~d": 2, "": 3, "їжак": 4});
        server.hospital().post(PATH).json(body).faults(&["/", "/a~1b", "/c~0d", "/їжак"]);
    });
});
