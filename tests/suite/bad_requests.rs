//! Requests that are wrong before their content is looked at: no JSON, too much of it, the wrong kind, the wrong header; and
//! which complaint comes first.

use zvit_tests::{Answer, both, fresh, json, raw, report};

const PATH: &str = "/v1/incidents";
const LIMIT: usize = 256 * 1024;

/// Asserts a problem whose status may be either of two.
#[track_caller]
fn either(answer: Answer, statuses: [u16; 2]) {
    assert!(statuses.contains(&answer.status), "{statuses:?} was expected\n{answer}");
    let (status, code) = (answer.status, answer.string("/code"));
    answer.problem(status, &code);
}

both!(what_is_no_json_is_malformed, |server| {
    let hospital = server.hospital();
    server.store.untouched(|| {
        for body in [
            "",
            " ",
            "{",
            "{\"description\": \"x\"",
            "{\"description\": \"x\",}",
            "{'description': 'x'}",
            "description=x",
            "{\"description\": \"x\"} x",
            "\u{feff}",
            "nul",
            "{\"description\": \"\\ud800\"}",
            "{\"description\": \"\u{1}\"}",
            "{\"affected_users\": 01, \"description\": \"x\"}",
            "NaN",
        ] {
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

both!(a_body_of_256_kib_is_the_largest, |server| {
    let token = server.hospital().token().unwrap();
    let authorization = format!("Bearer {token}");
    let key = fresh();
    let headers = [
        ("Authorization", authorization.as_str()),
        ("Content-Type", "application/json"),
        ("Idempotency-Key", key.as_str()),
    ];
    // Blanks are part of the body as well.
    let exactly = |size: usize| {
        let mut body = br#"{"description": "Large"}"#.to_vec();
        body.resize(size, b' ');
        body
    };
    server.store.untouched(|| {
        for size in [LIMIT + 1, 2 * LIMIT, 40 * LIMIT] {
            raw::exchange(&server.base, &raw::request("POST", PATH, &headers, &exactly(size)))
                .problem(413, "payload_too_large");
        }
        // Nor does it help to say nothing of the size.
        let mut chunked =
            raw::request("POST", PATH, &[headers.as_slice(), &[("Transfer-Encoding", "chunked")]].concat(), &[]);
        for _ in 0..20 {
            chunked.extend_from_slice(format!("{:x}\r\n{}\r\n", 64 * 1024, " ".repeat(64 * 1024)).as_bytes());
        }
        chunked.extend_from_slice(b"0\r\n\r\n");
        raw::exchange(&server.base, &chunked).problem(413, "payload_too_large");
        let batch = exactly(4 * 1024 * 1024 + 1);
        raw::exchange(&server.base, &raw::request("POST", "/v1/incidents/batch", &headers, &batch))
            .problem(413, "payload_too_large");
    });
    raw::exchange(&server.base, &raw::request("POST", PATH, &headers, &exactly(LIMIT))).expect(201);
});

both!(another_media_type_is_refused_before_anything_is_read, |server| {
    let hospital = server.hospital();
    server.store.untouched(|| {
        for media_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/merge-patch+json",
            "multipart/form-data; boundary=x",
            "application/xml",
            "json",
            "",
            "application/json2",
        ] {
            hospital.post(PATH).body(media_type, r#"{"description":"x"}"#).problem(415, "unsupported_media_type");
        }
        // Nothing at all has no media type either; both complaints are true.
        either(hospital.post(PATH).send(), [400, 415]);
    });
    for media_type in ["application/json; charset=utf-8", "Application/JSON"] {
        hospital.post(PATH).fresh_key().body(media_type, r#"{"description":"x"}"#).expect(201);
    }
});

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
        let weak = server
            .coordinator()
            .put(&path)
            .if_match(&format!("W/{tag}"))
            .json(json!({"level": 3, "reason": "…"}))
            .send();
        assert!([412, 422].contains(&weak.status), "{weak}");
    });
});

both!(a_query_that_is_no_query_is_refused, |server| {
    for query in ["limit=%ff", "limit=1&limit=2", "%zz=1"] {
        either(server.hospital().get(&format!("/v1/incidents?{query}")).send(), [400, 422]);
    }
});

both!(a_body_made_of_faults_is_refused_without_listing_or_keeping_them_all, |server| {
    let zeros = vec![0; 900];
    let lists = ["regions", "symptoms", "other_sectors", "affected_services", "data_types"];
    let mut body = json!({"description": "x"});
    for list in lists {
        body[list] = json!(zeros);
    }
    server.store.untouched(|| {
        let answer = server.hospital().post("/v1/incidents").fresh_key().lenient().json(body.clone()).send();
        assert_eq!(answer.status, 422, "leniency has an end");
        assert!(answer.list("/errors").len() <= 1_000);
        let long = json!({"description": "x", "regions": vec![0; 5_000]});
        let answer = server.hospital().post("/v1/incidents").fresh_key().json(long).problem(422, "validation_failed");
        assert_eq!(answer.list("/errors").len(), 1, "what is far too long is one fault\n{answer}");
        let nul = r#"{"description":"x","a\u0000b":1}"#;
        let request = server.hospital().post("/v1/incidents").fresh_key().lenient();
        assert_eq!(request.body("application/json", nul).send().status, 400);
    });
});

both!(whom_it_happened_to_is_never_dropped_by_a_lenient_reading, |server| {
    server.store.untouched(|| {
        for whom in [json!(5), json!("not-an-id"), json!("01a19467-e801-7001-8001-0000000000ff")] {
            let body = json!({"description": "x", "on_behalf_of": whom});
            server
                .hospital()
                .post("/v1/incidents")
                .fresh_key()
                .lenient()
                .json(body.clone())
                .problem(422, "validation_failed");
            server
                .coordinator()
                .post("/v1/incidents")
                .fresh_key()
                .lenient()
                .json(body)
                .problem(422, "validation_failed");
        }
        let body = json!({"description": "x"});
        server.coordinator().post("/v1/incidents").fresh_key().lenient().json(body).problem(422, "validation_failed");
    });
});

both!(a_fault_of_content_comes_before_a_stale_version_and_a_conflict_of_state, |server| {
    let coordinator = server.coordinator();
    let nowhere = "01920000-0000-7000-8000-0000000000ff";
    let client = format!("/v1/clients/{}", server.auditor().account().client_id);
    let scopes = json!({"name": "x", "scopes": ["cases:write"]});
    coordinator.put(&client).if_match("\"stale\"").json(scopes).faults(&["/scopes/0"]);
    let tag = coordinator.get(&client).expect(200).etag();
    assert!(coordinator.get(&client).header("if-none-match", &tag).expect(304).bytes.is_empty());
    let restore = json!({"restore": 4711, "reason": "x"});
    coordinator.put("/v1/routing-rules").if_match("\"stale\"").json(restore).faults(&["/restore"]);

    let incident = server.hospital().submit(zvit_tests::report("Подія"));
    let (id, case) = (incident.string("/id"), incident.string("/assignments/0/id"));
    let to_nobody = json!({"reason": "x", "to_team": nowhere});
    let hand_over = |tag: &str| {
        server.alpha().post(&format!("/v1/cases/{case}/hand-over")).if_match(tag).json(to_nobody.clone()).send()
    };
    hand_over("\"stale\"").faults(&["/to_team"]);
    server.verb(&server.alpha(), &case, "acknowledge", json!({})).expect(200);
    coordinator.post(&format!("/v1/incidents/{id}/close")).json(json!({"reason": "x"})).expect(200);
    hand_over("*").faults(&["/to_team"]);
    let assign = coordinator.post(&format!("/v1/incidents/{id}/assignments")).fresh_key();
    assign.json(json!({"team_id": nowhere, "role": "support", "reason": "x"})).faults(&["/team_id"]);
});
