//! `/v1/incidents/{id}/receipt`: what was received when, and on paper.

use zvit_domain::time::Time;
use zvit_tests::directory::{ALPHA, HOSPITAL, HOSPITAL_EDRPOU};
use zvit_tests::sha256;
use zvit_tests::{Answer, Client, both, fresh, json, report};

use crate::messages::Scene;

fn moment(answer: &Answer, pointer: &str) -> Time {
    Time::parse(answer.str(pointer)).expect("a time")
}

/// A moment as it stands on paper.
fn on_paper(time: Time) -> String {
    time.in_zone_with_offset("Europe/Kyiv").expect("the zone is known")
}

/// The printed receipt, in one language.
#[track_caller]
fn page(client: &Client, incident: &str, language: &str) -> String {
    client.get(&format!("/v1/incidents/{incident}/receipt/printable?language={language}")).expect(200).text()
}

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
    assert_ne!(receipt.header("etag"), early.header("etag"));
    let receipt = receipt
        .with("/incident/reference", first.str("/reference"))
        .with("/incident/received_at", first.str("/received_at"))
        .with("/institution/id", HOSPITAL)
        .with("/institution/edrpou", HOSPITAL_EDRPOU)
        .with("/attachments", json!([]))
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

both!(nothing_but_its_moment_changes_by_the_clock_alone, |server| {
    let hospital = server.hospital();
    let id = hospital.submit(report("Подія")).string("/id");
    let path = format!("/v1/incidents/{id}/receipt");
    let first = hospital.get(&path).expect(200);
    assert!(moment(&first, "/as_of") >= moment(&first, "/incident/received_at"), "{first}");
    server.pass(60);
    let mut again = hospital.get(&path).expect(200);
    assert!(moment(&again, "/as_of").seconds_since(moment(&first, "/as_of")) >= 60, "{again}");
    again.value["as_of"] = first.at("/as_of").clone();
    assert_eq!(again.value, first.value);
    let tag = first.header("etag");
    assert!(tag.starts_with("W/\"") && again.header("etag") == tag, "{again}");
    for known in [tag, tag.trim_start_matches("W/")] {
        assert!(hospital.get(&path).header("if-none-match", known).expect(304).bytes.is_empty());
    }
    let print = |language: &str| hospital.get(&format!("{path}/printable{language}")).expect(200);
    let page = print("");
    server.pass(60);
    let later = print("");
    let known = page.header("etag");
    assert!(known.starts_with("W/\"") && later.header("etag") == known && later.bytes != page.bytes);
    let differing = page.text().lines().zip(later.text().lines()).filter(|(one, other)| one != other).count();
    assert_eq!(differing, 2, "the moment, in each language");
    hospital.get(&format!("{path}/printable")).header("if-none-match", known).expect(304);
    assert_ne!(print("?language=en").header("etag"), known);
});

both!(its_entity_tag_names_all_that_it_says, |server| {
    let (hospital, coordinator) = (server.hospital(), server.coordinator());
    let path = format!("/v1/incidents/{}/receipt", hospital.submit(report("Подія")).str("/id"));
    let before = hospital.get(&path).expect(200).with("/institution/name_uk", "Тестова лікарня");
    let own = format!("/v1/institutions/{HOSPITAL}");
    let known = coordinator.get(&own).expect(200);
    let mut renamed = known.value.clone();
    renamed["name_uk"] = json!("Перейменована лікарня");
    for member in ["id", "active", "version", "created_at", "updated_at", "on_hold"] {
        renamed.as_object_mut().expect("an object").remove(member);
    }
    coordinator.put(&own).if_match(&known.etag()).json(renamed).expect(200);
    let after = hospital.get(&path).header("if-none-match", before.header("etag")).expect(200);
    after.with("/institution/name_uk", "Перейменована лікарня");
});

both!(files_stand_on_it_with_hash_and_sender_and_those_kept_elsewhere_are_told_apart, |server| {
    let scene = Scene::of(server);
    let hospital = server.hospital();
    let early = hospital.get(&scene.path("receipt")).expect(200);
    for (language, none) in [("uk", "Вкладень немає."), ("en", "There are no attachments.")] {
        assert!(page(&hospital, &scene.incident, language).contains(none), "{language}");
    }
    let query = "attachments?kind=log&filename=%3Cb%3E%D0%B6%D1%83%D1%80%D0%BD%D0%B0%D0%BB%26.log";
    let first = hospital.post(&scene.path(query)).fresh_key().header("acting-person", "O.%20Lysenko");
    let first = first.body("application/octet-stream", b"one line").expect(201);
    let found = server.alpha().post(&scene.path("attachments?kind=log&filename=found.log")).fresh_key();
    let found = found.header("acting-person", "A.%20Analyst").body("application/octet-stream", b"what alpha found");
    let found = found.expect(201);
    let elsewhere = json!({
        "filename": "memory.raw", "kind": "memory_image", "url": "https://files.example/secret-place/memory.raw",
        "sha256": "ab".repeat(32), "size": 8_589_934_592_u64
    });
    let elsewhere =
        server.coordinator().post(&scene.path("attachments/external")).fresh_key().json(elsewhere).expect(201);
    let receipt = hospital.get(&scene.path("receipt")).expect(200);
    assert_ne!(receipt.header("etag"), early.header("etag"));
    for (place, (sent, role)) in
        [(&first, "institution"), (&found, "team"), (&elsewhere, "coordinator")].iter().enumerate()
    {
        let file = &receipt.list("/attachments")[place];
        assert_eq!(file["id"], *sent.at("/id"), "{receipt}");
        assert_eq!(file["filename"], *sent.at("/filename"), "{receipt}");
        assert_eq!(file["bytes"], *sent.at("/size"), "{receipt}");
        assert_eq!(file["sha256"], *sent.at("/sha256"), "{receipt}");
        assert_eq!(file["received_at"], *sent.at("/uploaded_at"), "{receipt}");
        assert_eq!(file["submitted_by"]["role"], *role, "{receipt}");
        assert_eq!(file["submitted_by"]["name"], *sent.at("/uploaded_by/name"), "{receipt}");
        assert_eq!(file["external"], json!(*role == "coordinator"), "{receipt}");
        assert!(file["submitted_by"].get("id").is_none(), "client ids are the coordinator's business\n{receipt}");
    }
    assert_eq!(receipt.list("/attachments").len(), 3, "{receipt}");
    let receipt = receipt.with("/attachments/0/submitted_by/person", "O. Lysenko");
    let receipt = receipt.without("/attachments/1/submitted_by/person");
    assert!(!receipt.text().contains("secret-place"), "where a file is stands nowhere\n{receipt}");
    let whole = server.coordinator().get(&scene.path("receipt")).expect(200);
    assert_eq!(whole.str("/attachments/1/submitted_by/id"), server.alpha().account().client_id);
    assert_eq!(whole.str("/attachments/1/submitted_by/person"), "A. Analyst");
    for (language, words) in [
        (
            "uk",
            ["Файл: _b_журнал&amp;.log", "Test Team Alpha (команда)", "Зберігається поза сервісом", "Ким надіслано"],
        ),
        ("en", ["File: _b_журнал&amp;.log", "Test Team Alpha (team)", "Kept elsewhere", "Sent by"]),
    ] {
        let page = page(&hospital, &scene.incident, language);
        for text in words.into_iter().chain(["8589934592", "O. Lysenko", first.str("/sha256"), found.str("/sha256")]) {
            assert!(page.contains(text), "{language}: {text}\n{page}");
        }
        assert_eq!(page.matches(words[2]).count(), 1, "of the one alone\n{page}");
        assert!(page.contains(&on_paper(moment(&found, "/uploaded_at"))), "{page}");
        assert!(!page.contains("secret-place"), "{page}");
    }
});

both!(on_paper_every_time_has_its_seconds_and_its_offset, |server| {
    let hospital = server.hospital();
    let aware = "2026-07-01T20:59:58Z";
    let first = hospital.submit(report("Подія").with("became_aware_at", aware));
    let id = first.str("/id");
    let receipt = hospital.get(&format!("/v1/incidents/{id}/receipt")).expect(200);
    for (language, as_of) in [("uk", "Станом на "), ("en", "As of ")] {
        let page = page(&hospital, id, language);
        // Summer time there, and the next day.
        assert!(page.contains(">2026-07-01 23:59:58 +03:00</time>"), "{page}");
        for place in ["/incident/received_at", "/reports/0/received_at", "/deadlines/3/due_at", "/teams/0/assigned_at"]
        {
            assert!(page.contains(&on_paper(moment(&receipt, place))), "{place}\n{page}");
        }
        let stated = page.split(as_of).nth(1).and_then(|rest| rest.get(..26)).expect("a moment");
        let stated = Time::parse(&stated.replacen(' ', "T", 1).replacen(' ', "", 1)).expect("a time");
        assert!((-1..60).contains(&stated.seconds_since(moment(&receipt, "/as_of"))), "{stated}\n{page}");
        assert!(page.contains(HOSPITAL_EDRPOU), "{page}");
    }
    assert!(page(&hospital, id, "uk").contains("Час київський, поряд указано зміщення від UTC"));
});

both!(who_has_no_code_gets_a_receipt_without_one, |server| {
    let coordinator = server.coordinator();
    let body =
        json!({"description": "По телефону", "on_behalf_of": {"name": "Сільська рада", "phone": "+380 00 000 00 00"}});
    let id = coordinator.post("/v1/incidents").fresh_key().json(body).expect(201).string("/id");
    coordinator.get(&format!("/v1/incidents/{id}/receipt")).expect(200).without("/institution/edrpou");
    let page = page(&coordinator, &id, "uk");
    assert!(!page.contains("ЄДРПОУ") && page.contains("координатор, зі слів установи"), "{page}");
});

both!(a_stage_that_a_later_one_replaced_is_neither_in_time_nor_late_nor_missing, |server| {
    let (hospital, ministry) = (server.hospital(), server.ministry());
    let interim = hospital.submit(report("Подія")).string("/id");
    let last = ministry.submit(report("Інша подія")).string("/id");
    for (client, id, stage) in [(&hospital, &interim, "interim"), (&ministry, &last, "final")] {
        let path = format!("/v1/incidents/{id}/reports");
        client.post(&path).fresh_key().json(json!({"stage": stage, "affected_users": 3})).expect(201);
    }
    for (client, id, uk, en, count) in [
        (&hospital, &interim, "Замінено проміжним звітом", "Replaced by the interim report", 1),
        (&ministry, &last, "Замінено остаточним звітом", "Replaced by the final report", 2),
    ] {
        for (language, replaced, in_time) in [("uk", uk, "Подано вчасно"), ("en", en, "Submitted in time")]
        {
            let page = page(client, id, language);
            assert_eq!(page.matches(replaced).count(), count, "{page}");
            assert_eq!(page.matches(in_time).count(), 2, "the first report and the one that came\n{page}");
        }
    }
});

both!(a_team_that_declined_stands_on_it_in_words_that_agree, |server| {
    let hospital = server.hospital();
    let incident = hospital.submit(report("Подія"));
    let case = incident.str("/assignments/0/id");
    server.verb(&server.alpha(), case, "decline", json!({"reason": "Немає людей"})).expect(200);
    let page = page(&hospital, incident.str("/id"), "uk");
    assert!(page.contains("Команда відмовилася") && !page.contains("Відхилено"), "{page}");
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
    let (uk, en) = ("Підтвердження отримання повідомлень", "Receipt of incident reports");
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
