//! `Idempotency-Key`: whoever repeats a request gets what it was answered the first time, and nothing is done twice.

use zvit_tests::directory::HOSPITAL;
use zvit_tests::{Database, Server, Store, both, both_stores, fresh, in_parallel, json, report};

const PATH: &str = "/v1/incidents";

both!(fifty_posts_at_once_with_one_key_make_one_incident, |server| {
    let hospital = server.hospital();
    hospital.token();
    let key = fresh();
    let body = json!({"description": "Повтор через поганий зв’язок"});
    let answers = in_parallel(50, |_| hospital.post(PATH).key(&key).json(body.clone()).send());
    let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert!(!made.is_empty());
    for answer in &answers {
        // A duplicate may be told to come back when the first takes too long; nothing else.
        assert!(
            answer.status == 201 || (answer.status == 409 && answer.find_header("retry-after").is_some()),
            "{answer}"
        );
    }
    assert!(made.iter().all(|answer| answer.value == made[0].value), "all were told the same");
    let replayed = made.iter().filter(|answer| answer.find_header("idempotency-replayed") == Some("true")).count();
    assert_eq!(made.len() - replayed, 1, "exactly one was first");
    for table in ["incidents", "reports", "assignments"] {
        assert_eq!(server.store.count(table), 1, "{table}");
    }
});

both!(a_replay_repeats_what_was_answered_then, |server| {
    let hospital = server.hospital();
    let first = hospital.post(PATH).key("lost-answer-1").json(report("Подія")).expect(201);
    let case = first.string("/assignments/0/id");
    server.verb(&server.alpha(), &case, "acknowledge", json!({})).expect(200);
    let again = hospital.post(PATH).key("lost-answer-1").json(report("Подія")).expect(201);
    assert_eq!(again.bytes, first.bytes, "status and body of then");
    for header in ["location", "etag"] {
        assert_eq!(again.header(header), first.header(header));
    }
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert!(first.find_header("idempotency-replayed").is_none(), "{first}");
    assert_eq!(server.store.count("incidents"), 1);
});

both!(a_key_with_another_body_is_refused_and_leads_to_the_incident, |server| {
    let hospital = server.hospital();
    let first = hospital.post(PATH).key("one-key-1").json(report("Подія")).expect(201);
    let refused =
        hospital.post(PATH).key("one-key-1").json(report("Інша подія")).problem(422, "idempotency_key_reused");
    let refused = refused.with("/incident_id", first.str("/id"));
    assert!(!refused.str("/detail").is_empty(), "the hint to send an update");
    // The same body is the same bytes.
    hospital
        .post(PATH)
        .key("one-key-1")
        .body("application/json", "{ \"description\": \"Подія\" }")
        .problem(422, "idempotency_key_reused");
});

both!(only_what_succeeded_is_remembered, |server| {
    let hospital = server.hospital();
    hospital.post(PATH).key("first-wrong-1").json(report("Подія").with("tlp", "purple")).faults(&["/tlp"]);
    let right = hospital.post(PATH).key("first-wrong-1").json(report("Подія").with("tlp", "amber")).expect(201);
    assert!(right.find_header("idempotency-replayed").is_none(), "{right}");
});

both!(a_key_belongs_to_its_owner_and_its_path, |server| {
    let hospital = server.hospital();
    let first = hospital.post(PATH).key("shared-key-1").json(report("Подія")).expect(201);
    let other = server.grid().post(PATH).key("shared-key-1").json(report("Подія")).expect(201);
    assert_ne!(first.at("/id"), other.at("/id"), "another institution's key is another key");
    let follow_up = format!("{PATH}/{}/reports", first.str("/id"));
    hospital.post(&follow_up).key("shared-key-1").json(json!({"stage": "update", "affected_users": 1})).expect(201);
    // Another client of the same institution, known after a restart at the latest.
    let colleague = server.another_account("institution", Some(HOSPITAL));
    let server = Server::start(&server.store);
    let again = server.client(&colleague).post(PATH).key("shared-key-1").json(report("Подія")).expect(201);
    assert_eq!(again.at("/id"), first.at("/id"), "the owner is the institution, not the client");
});

both_stores!(a_key_outlives_a_restart, |store| {
    let server = Server::start(store);
    let first = server.hospital().post(PATH).key("before-restart").json(report("Подія")).expect(201);
    drop(server);
    let server = Server::start(store);
    let again = server.hospital().post(PATH).key("before-restart").json(report("Подія")).expect(201);
    assert_eq!((again.bytes.as_slice(), again.header("idempotency-replayed")), (first.bytes.as_slice(), "true"));
});

both!(a_blind_retry_without_a_key_never_doubles, |server| {
    let hospital = server.hospital();
    let first = hospital.post(PATH).body("application/json", r#"{"description":"Подія","tlp":"green"}"#).expect(201);
    for same in [
        r#"{"description":"Подія","tlp":"green"}"#,
        "{ \"tlp\": \"green\",\n \"description\": \"\\u041f\\u043e\\u0434\\u0456\\u044f\" }",
    ] {
        let again = hospital.post(PATH).body("application/json", same).expect(201);
        assert_eq!(again.at("/id"), first.at("/id"), "the canonical body is the same");
        assert_eq!(again.header("idempotency-replayed"), "true");
    }
    let answers =
        in_parallel(10, |_| hospital.post(PATH).json(json!({"description": "Водночас"})).expect(201).string("/id"));
    assert!(answers.iter().all(|id| *id == answers[0]), "{answers:?}");
    assert_eq!(server.store.count("incidents"), 2);
    let other = hospital.post(PATH).json(json!({"description": "Подія", "tlp": "amber"})).expect(201);
    assert_ne!(other.at("/id"), first.at("/id"));
    let elsewhere = server.grid().post(PATH).json(json!({"description": "Подія", "tlp": "green"})).expect(201);
    assert_ne!(elsewhere.at("/id"), first.at("/id"), "another institution's report is another report");
});

both!(an_equal_report_of_another_day_is_never_swallowed, |server| {
    let hospital = server.hospital();
    let first = hospital.post(PATH).json(json!({"description": "Знову те саме"})).expect(201);
    let keyed = hospital.post(PATH).key("with-a-key-1").json(json!({"description": "З ключем"})).expect(201);
    let earlier = match server.store.database {
        Database::Sqlite => "expires_at - 16 * 60 * 1000000",
        Database::Postgres => "expires_at - interval '16 minutes'",
    };
    server.store.execute(&format!("UPDATE idempotency_keys SET expires_at = {earlier} WHERE expires_at IS NOT NULL"));
    let second = hospital.post(PATH).json(json!({"description": "Знову те саме"})).expect(201);
    assert_ne!(second.at("/id"), first.at("/id"), "a quarter of an hour later it is news");
    assert!(second.find_header("idempotency-replayed").is_none(), "{second}");
    let again = hospital.post(PATH).key("with-a-key-1").json(json!({"description": "З ключем"})).expect(201);
    assert_eq!(again.at("/id"), keyed.at("/id"), "a stated key lives as long as what it made");
});

both!(a_malformed_key_is_refused, |server| {
    let hospital = server.hospital();
    server.store.untouched(|| {
        for key in ["short", "seven77", "with blank in it", &*"x".repeat(129), "табуляція-і-кирилиця"]
        {
            let answer =
                hospital.post(PATH).header_bytes("idempotency-key", key.as_bytes()).json(report("Подія")).send();
            let answer = answer.problem(422, "idempotency_key_invalid");
            assert_eq!(
                answer.places().iter().map(|place| place.to_lowercase()).collect::<Vec<_>>(),
                ["header idempotency-key"],
                "{answer}"
            );
        }
    });
    for key in ["12345678".to_owned(), "x".repeat(128), "!#$%&'()*+,-./:;<=>?@[]^_`{|}~".to_owned()] {
        hospital.post(PATH).key(&key).json(report(&format!("Ключ {key}"))).expect(201);
    }
});

both!(everything_that_creates_wants_a_key, |server| {
    let coordinator = server.coordinator();
    let incident = server.hospital().submit(report("Подія")).string("/id");
    server.store.untouched(|| {
        for (path, body) in [
            (
                "/v1/participants".to_owned(),
                json!({"code": "NL", "name_uk": "Нідерланди", "name_en": "Netherlands", "role": "donor"}),
            ),
            ("/v1/clients".to_owned(), json!({"role": "coordinator", "name": "Ще один"})),
            (
                format!("/v1/incidents/{incident}/assignments"),
                json!({"team_id": zvit_tests::directory::DELTA, "role": "support", "reason": "Треба"}),
            ),
        ] {
            let answer = coordinator.post(&path).json(body).problem(422, "idempotency_key_required");
            assert_eq!(
                answer.places().iter().map(|place| place.to_lowercase()).collect::<Vec<_>>(),
                ["header idempotency-key"],
                "{answer}"
            );
        }
    });
    let participant = json!({"code": "NL", "name_uk": "Нідерланди", "name_en": "Netherlands", "role": "donor"});
    let answers = in_parallel(8, |_| {
        coordinator.post("/v1/participants").key("netherlands").json(participant.clone()).expect(201).string("/id")
    });
    assert!(answers.iter().all(|id| *id == answers[0]), "{answers:?}");
});

#[test]
fn fifty_posts_at_two_servers_with_one_key_make_one_incident() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let Some(store) = Store::seeded(Database::Postgres) else { return };
    let servers = [Server::start(&store), Server::start(&store)];
    let clients = [servers[0].hospital(), servers[0].hospital().at(&servers[1].base)];
    clients[0].token();
    let key = fresh();
    let answers =
        in_parallel(50, |number| clients[number % 2].post(PATH).key(&key).json(report("Водночас на двох")).send());
    let ids: std::collections::BTreeSet<String> =
        answers.iter().filter(|answer| answer.status == 201).map(|answer| answer.string("/id")).collect();
    assert_eq!(ids.len(), 1);
    assert!(answers.iter().all(|answer| [201, 409].contains(&answer.status)));
    assert_eq!(store.count("incidents"), 1);
}
