//! Bad input: each fault gets the status the contract names, `errors[]` says where, all faults of a body are told at once, and
//! the database stays as it was.

use zvit_tests::report::complete;
use zvit_tests::{Client, Value, both, fresh, hours_ago, json, raw, report, stamp};

const PATH: &str = "/v1/incidents";
const LIMIT: usize = 256 * 1024;

/// Asserts that a report with this member is refused at exactly these places.
#[track_caller]
fn refused(client: &Client, member: &str, value: impl Into<Value>, places: &[&str]) {
    client.post(PATH).fresh_key().json(report("Подія").with(member, value)).faults(places);
}

both!(what_is_no_json_is_malformed, |server| {
    let hospital = server.hospital();
    server.store.untouched(|| {
        for body in ["", " ", "{", "{\"description\": \"x\"", "{\"description\": \"x\",}", "{'description': 'x'}", "description=x", "{\"description\": \"x\"} x", "\u{feff}", "nul", "{\"description\": \"\\ud800\"}", "{\"description\": \"\u{1}\"}", "{\"affected_users\": 01, \"description\": \"x\"}", "NaN"] {
            hospital.post(PATH).body("application/json", body).problem(400, "malformed_json");
        }
        let invalid: Vec<u8> = [b"{\"description\": \"".as_slice(), &[0xff, 0xfe, 0xc3], b"\"}"].concat();
        let answer = hospital.post(PATH).body("application/json", invalid).send().expect(400);
        assert!(["bad_encoding", "malformed_json"].contains(&answer.str("/code")), "{answer}");
        let utf16: Vec<u8> = "{\"description\": \"x\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        hospital.post(PATH).body("application/json", utf16).expect(400);
    });
});

both!(deep_nesting_is_refused_and_harms_nobody, |server| {
    let hospital = server.hospital();
    server.store.untouched(|| {
        for depth in [200, 10_000, 100_000] {
            let body = format!("{{\"description\": {}1{}}}", "[".repeat(depth), "]".repeat(depth));
            hospital.post(PATH).body("application/json", body).problem(400, "malformed_json");
            let body = format!("{}1{}", "{\"a\":".repeat(depth.min(30_000)), "}".repeat(depth.min(30_000)));
            hospital.post(PATH).body("application/json", body).problem(400, "malformed_json");
        }
    });
    hospital.submit(report("Усе ще приймає"));
});

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
        "description", "title", "language", "became_aware_at", "detected_at", "started_at", "sector", "other_sectors", "affected_services",
        "regions", "symptoms", "danger_to_life", "classification", "impact", "affected_systems", "affected_users", "data_types",
        "suspected_malicious", "cross_border", "indicators", "measures_taken", "assistance_requested", "tlp", "pap", "contact",
        "external_ref", "exercise",
    ];
    let mut sorted: Vec<String> = members.iter().map(|member| format!("/{member}")).collect();
    sorted.sort();
    let places: Vec<&str> = sorted.iter().map(String::as_str).collect();
    server.store.untouched(|| {
        // Nothing here is a number and a half, and nothing is null.
        for wrong in [json!(1.5), Value::Null] {
            let body: serde_json::Map<String, Value> = members.iter().map(|member| ((*member).to_owned(), wrong.clone())).collect();
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
        hospital.post(PATH).body("application/json", "{\"description\":\"x\",\"affected_users\":1e400}").expect(if_either(&hospital));
    });
    hospital.submit(report("Межа").with("affected_users", 9_007_199_254_740_991_i64));
});

/// A number no double holds is unreadable to some parsers and out of range to others; ours says 400.
fn if_either(_: &Client) -> u16 {
    400
}

both!(u_0000_is_refused_wherever_it_stands, |server| {
    let hospital = server.hospital();
    server.store.untouched(|| {
        hospital.post(PATH).json(json!({"description": "до\u{0}після"})).faults(&["/description"]);
        for member in ["title", "measures_taken", "external_ref", "language"] {
            refused(&hospital, member, "до\u{0}після", &[&format!("/{member}")]);
        }
        refused(&hospital, "affected_services", json!(["добре", "a\u{0}"]), &["/affected_services/1"]);
        refused(&hospital, "contact", json!({"name": "\u{0}"}), &["/contact/name"]);
        refused(&hospital, "indicators", json!([{"type": "filename", "value": "a\u{0}.exe", "description": "\u{0}"}]), &["/indicators/0/description", "/indicators/0/value"]);
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
        refused(&hospital, "indicators", json!([{"type": "filename", "value": "x".repeat(201)}]), &["/indicators/0/value"]);
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
        refused(&hospital, "indicators", many(1_001, json!({"type": "domain", "value": "evil.example"})), &["/indicators"]);
        refused(&hospital, "affected_services", many(21, json!("Пошта")), &["/affected_services"]);
        refused(&hospital, "regions", many(28, json!("UA-30")), &["/regions"]);
        for (member, word) in [("other_sectors", "energy"), ("symptoms", "phishing"), ("data_types", "personal"), ("assistance_requested", "incident_response")] {
            refused(&hospital, member, many(51, json!(word)), &[&format!("/{member}")]);
        }
    });
    let distinct: Vec<Value> = (0..1_000).map(|n| json!({"type": "domain", "value": format!("host-{n}.example")})).collect();
    let incident = hospital.submit(report("Межа").with("indicators", distinct).with("regions", many(27, json!("UA-30"))));
    assert_eq!((incident.list("/indicators").len(), incident.list("/regions").len()), (1_000, 1), "what is said twice counts once");
});

both!(times_must_say_which_moment_they_mean, |server| {
    let hospital = server.hospital();
    server.store.untouched(|| {
        for time in ["2026-01-01T04:10:00", "2026-01-01", "вчора", "", "2026-13-01T00:00:00Z", "2026-01-01T25:00:00Z", "2026-02-30T00:00:00Z", "1767225600", "2026-01-01T00:00:00+25:00", "2026-01-01T00:00:00+0200"] {
            refused(&hospital, "became_aware_at", time, &["/became_aware_at"]);
        }
        let answer = hospital.post(PATH).json(report("Подія").with("became_aware_at", "2026-01-01T04:10:00")).faults(&["/became_aware_at"]);
        assert!(answer.str("/errors/0/detail").contains("+02:00") || answer.str("/errors/0/detail").contains('Z'), "with an example\n{answer}");
        refused(&hospital, "became_aware_at", stamp(25 * 3_600), &["/became_aware_at"]);
        refused(&hospital, "detected_at", stamp(25 * 3_600), &["/detected_at"]);
        refused(&hospital, "started_at", "1999-12-31T23:59:59Z", &["/started_at"]);
        refused(&hospital, "became_aware_at", 1_767_225_600, &["/became_aware_at"]);
        let started_after = report("Подія").with("started_at", hours_ago(1)).with("detected_at", hours_ago(2)).with("became_aware_at", hours_ago(1));
        hospital.post(PATH).fresh_key().json(started_after).faults(&["/started_at"]);
        let detected_after = report("Подія").with("started_at", hours_ago(9)).with("detected_at", hours_ago(1)).with("became_aware_at", hours_ago(2));
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
            "/affected_users", "/became_aware_at", "/classification/type", "/contact/email", "/description", "/impact/recoverability",
            "/indicators/0/value", "/indicators/1/confidence", "/nonsense", "/regions/1", "/regions/2", "/sector", "/title", "/tlp", "/tpl",
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

both!(a_body_of_256_kib_is_the_largest, |server| {
    let token = server.hospital().token().unwrap();
    let authorization = format!("Bearer {token}");
    let key = fresh();
    let headers = [("Authorization", authorization.as_str()), ("Content-Type", "application/json"), ("Idempotency-Key", key.as_str())];
    // Blanks are part of the body as well.
    let body = |size: usize| format!("{{\"description\": \"Велике\"}}{}", " ".repeat(size)).into_bytes()[..].to_vec();
    let exactly = |size: usize| body(size)[..size].to_vec();
    server.store.untouched(|| {
        for size in [LIMIT + 1, 2 * LIMIT, 40 * LIMIT] {
            raw::exchange(&server.base, &raw::request("POST", PATH, &headers, &exactly(size))).problem(413, "payload_too_large");
        }
        // Nor does it help to say nothing of the size.
        let mut chunked = raw::request("POST", PATH, &[headers.as_slice(), &[("Transfer-Encoding", "chunked")]].concat(), &[]);
        for _ in 0..20 {
            chunked.extend_from_slice(format!("{:x}\r\n{}\r\n", 64 * 1024, " ".repeat(64 * 1024)).as_bytes());
        }
        chunked.extend_from_slice(b"0\r\n\r\n");
        raw::exchange(&server.base, &chunked).problem(413, "payload_too_large");
        let batch = exactly(4 * 1024 * 1024 + 1);
        raw::exchange(&server.base, &raw::request("POST", "/v1/incidents/batch", &headers, &batch)).problem(413, "payload_too_large");
    });
    raw::exchange(&server.base, &raw::request("POST", PATH, &headers, &exactly(LIMIT))).expect(201);
});

both!(another_media_type_is_refused_before_anything_is_read, |server| {
    let hospital = server.hospital();
    server.store.untouched(|| {
        for media_type in ["text/plain", "application/x-www-form-urlencoded", "application/merge-patch+json", "multipart/form-data; boundary=x", "application/xml", "json", "", "application/json2"] {
            hospital.post(PATH).body(media_type, r#"{"description":"x"}"#).problem(415, "unsupported_media_type");
        }
        hospital.post(PATH).problem_without_body();
    });
    for media_type in ["application/json; charset=utf-8", "Application/JSON"] {
        hospital.post(PATH).fresh_key().body(media_type, r#"{"description":"x"}"#).expect(201);
    }
});

trait WithoutBody {
    fn problem_without_body(self);
}

impl WithoutBody for zvit_tests::Call {
    /// Nothing at all has no media type either; both complaints are true.
    #[track_caller]
    fn problem_without_body(self) {
        let answer = self.send();
        assert!([400, 415].contains(&answer.status), "{answer}");
        let status = answer.status;
        let code = answer.string("/code");
        answer.problem(status, &code);
    }
}

both!(what_judges_first_is_told_first, |server| {
    let hospital = server.hospital();
    let nowhere = "/v1/incidents/01920000-0000-7000-8000-000000000000/reports";
    // 401 before 403 before 404 before 415 and 413 before 400 and 422 before 428 before 412 before 409.
    server.anyone().post(nowhere).body("text/plain", "x").problem(401, "token_missing");
    server.alpha().post(nowhere).body("text/plain", "x").problem(403, "scope_lacking");
    hospital.post(nowhere).fresh_key().body("text/plain", "x").problem(404, "not_found");
    let id = hospital.submit(report("Подія")).string("/id");
    let path = format!("/v1/incidents/{id}/reports");
    hospital.post(&path).fresh_key().body("text/plain", "{").problem(415, "unsupported_media_type");
    hospital.post(&path).fresh_key().json(json!({"stage": "final"})).expect(201);
    // The stage alone would be a conflict; the faulty member comes first.
    hospital.post(&path).fresh_key().json(json!({"stage": "interim", "tlp": "purple"})).faults(&["/tlp"]);
    hospital.post(&path).fresh_key().json(json!({"stage": "interim"})).problem(409, "stage_order");
    let triage = format!("/v1/incidents/{id}/triage");
    server.coordinator().put(&triage).json(json!({"level": 9})).faults(&["/level", "/reason"]);
    server.coordinator().put(&triage).json(json!({"level": 3, "reason": "…"})).problem(428, "precondition_required");
});

both!(malformed_if_match_is_a_fault_of_the_header, |server| {
    let id = server.hospital().submit(report("Подія")).string("/id");
    let path = format!("/v1/incidents/{id}/triage");
    server.store.untouched(|| {
        for tag in ["no quotes", "\"open"] {
            let answer = server.coordinator().put(&path).if_match(tag).json(json!({"level": 3, "reason": "…"})).send();
            assert!([412, 422].contains(&answer.status), "{answer}");
        }
        // A weak tag never matches strongly.
        let tag = server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200).etag();
        let weak = server.coordinator().put(&path).if_match(&format!("W/{tag}")).json(json!({"level": 3, "reason": "…"})).send();
        assert!([412, 422].contains(&weak.status), "{weak}");
    });
});

both!(a_query_that_is_no_query_is_refused, |server| {
    let hospital = server.hospital();
    for query in ["limit=%ff", "limit=1&limit=2", "%zz=1"] {
        let answer = hospital.get(&format!("/v1/incidents?{query}")).send();
        assert!([400, 422].contains(&answer.status), "{answer}");
        let (status, code) = (answer.status, answer.string("/code"));
        answer.problem(status, &code);
    }
});
