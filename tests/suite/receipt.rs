//! `/v1/incidents/{id}/receipt`: what was received when, and on paper.

use zvit_tests::directory::{ALPHA, HOSPITAL};
use zvit_tests::sha256;
use zvit_tests::{both, fresh, json, report};

both!(it_says_what_was_received_when_and_by_whom, |server| {
    let (hospital, alpha) = (server.hospital(), server.alpha());
    let body = serde_json::to_string(&zvit_tests::Value::from(report("Файли зашифровано"))).unwrap();
    let first = hospital
        .post("/v1/incidents")
        .fresh_key()
        .header("acting-person", "O.%20Lysenko")
        .body("application/json", body.as_str())
        .expect(201);
    let id = first.string("/id");
    let path = format!("/v1/incidents/{id}/receipt");
    let early = hospital.get(&path).expect(200);
    assert!(!early.has("/teams/0/first_delivered_at"), "{early}");
    alpha.get(&format!("/v1/cases/{}", first.str("/assignments/0/id"))).expect(200);
    server.verb(&alpha, first.str("/assignments/0/id"), "acknowledge", json!({})).expect(200);
    let update = "{\"stage\": \"preliminary\", \"affected_users\": 7}";
    hospital.post(&format!("/v1/incidents/{id}/reports")).key(&fresh()).body("application/json", update).expect(201);
    let receipt = hospital.get(&path).expect(200);
    assert_ne!(receipt.etag(), early.etag());
    let receipt = receipt
        .with("/incident/reference", first.str("/reference"))
        .with("/incident/received_at", first.str("/received_at"))
        .with("/institution/id", HOSPITAL)
        .with("/reports/0/stage", "initial")
        .with("/reports/0/sha256", sha256::hex(body.as_bytes()))
        .with("/reports/0/bytes", body.len())
        .with("/reports/0/submitted_by/role", "institution")
        .with("/reports/0/submitted_by/person", "O. Lysenko")
        .with("/reports/1/stage", "preliminary")
        .with("/reports/1/sha256", sha256::hex(update.as_bytes()))
        .with("/reports/1/bytes", update.len())
        .without("/reports/1/submitted_by/person")
        .without("/reports/2")
        .with("/teams/0/team/id", ALPHA)
        .with("/teams/0/state", "acknowledged")
        .with("/deadlines/1/state", "submitted");
    for moment in ["assigned_at", "first_delivered_at", "acknowledged_at"] {
        assert!(receipt.str(&format!("/teams/0/{moment}")).ends_with('Z'), "{receipt}");
    }
    assert!(receipt.str("/issuer").starts_with("https://"), "{receipt}");
    assert!(!receipt.text().contains("зашифровано"), "it repeats nothing of what was said\n{receipt}");
    assert!(!receipt.has("/reports/0/submitted_by/id"), "client ids are the coordinator's business\n{receipt}");
    let whole = server.coordinator().get(&path).expect(200);
    assert_eq!(whole.str("/reports/0/submitted_by/id"), hospital.account().client_id);
});

both!(nothing_in_it_changes_by_the_clock_alone, |server| {
    let hospital = server.hospital();
    let path = format!("/v1/incidents/{}/receipt", hospital.submit(report("Подія")).str("/id"));
    let first = hospital.get(&path).expect(200);
    server.pass(60);
    let again = hospital.get(&path).expect(200);
    assert_eq!((again.bytes.clone(), again.etag()), (first.bytes.clone(), first.etag()));
    assert!(hospital.get(&path).header("if-none-match", &first.etag()).expect(304).bytes.is_empty());
    let page = hospital.get(&format!("{path}/printable")).expect(200);
    server.pass(60);
    assert_eq!(hospital.get(&format!("{path}/printable")).expect(200).bytes, page.bytes);
    hospital.get(&format!("{path}/printable")).header("if-none-match", &page.etag()).expect(304);
    assert_ne!(hospital.get(&format!("{path}/printable?language=en")).expect(200).etag(), page.etag());
});

both!(it_is_its_institution_s_and_the_coordinator_s, |server| {
    let id = server.hospital().submit(report("Подія")).string("/id");
    for path in [format!("/v1/incidents/{id}/receipt"), format!("/v1/incidents/{id}/receipt/printable")] {
        for client in [server.hospital(), server.coordinator()] {
            client.get(&path).expect(200);
        }
        server.grid().get(&path).problem(404, "not_found");
        for client in [server.alpha(), server.observer(), server.auditor()] {
            client.get(&path).problem(403, "scope_lacking");
        }
    }
});

both!(it_can_be_printed_in_both_languages, |server| {
    let hospital = server.hospital();
    let first = hospital.submit(report("Подія"));
    let path = format!("/v1/incidents/{}/receipt/printable", first.str("/id"));
    let both = hospital.get(&path).expect(200);
    assert_eq!(both.header("content-type"), "text/html; charset=utf-8");
    let policy = both.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.contains("sandbox"), "{policy}");
    assert_eq!(both.header("x-content-type-options"), "nosniff");
    let (uk, en) = ("Підтвердження про отримання", "Receipt of incident reports");
    for (language, has, has_not) in
        [("both", vec![uk, en], ""), ("uk", vec![uk, "Тестова лікарня"], en), ("en", vec![en, "Test Hospital"], uk)]
    {
        let page = hospital.get(&format!("{path}?language={language}")).expect(200).text();
        assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
        for text in has.into_iter().chain([first.str("/reference"), first.str("/report_sha256")]) {
            assert!(page.contains(text), "{language}: {text}\n{page}");
        }
        assert!(has_not.is_empty() || !page.contains(has_not), "{language}\n{page}");
        for foreign in ["<script", "<link", "<img", "://cdn", "url(", "javascript:"] {
            assert!(!page.contains(foreign), "{language}: {foreign}");
        }
    }
    hospital.get(&format!("{path}?language=de")).faults(&["parameter language"]);
});

both!(a_name_that_looks_like_markup_stays_a_name, |server| {
    let coordinator = server.coordinator();
    let body = json!({
        "description": "По телефону",
        "on_behalf_of": {"name": "<b onclick=\"x\">Лікарня & Ко</b>", "phone": "+380 00 000 00 00"}
    });
    let id = coordinator.post("/v1/incidents").fresh_key().json(body).expect(201).string("/id");
    let page = coordinator.get(&format!("/v1/incidents/{id}/receipt/printable")).expect(200).text();
    assert!(page.contains("&lt;b onclick=&quot;x&quot;&gt;Лікарня &amp; Ко&lt;/b&gt;"), "{page}");
    assert!(!page.contains("<b onclick"), "{page}");
});
