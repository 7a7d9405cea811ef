//! `/v1/incidents/{id}/messages`: who says something to whom, and who never learns that anything was said.

use zvit_tests::directory::BRAVO;
use zvit_tests::feed::everything;
use zvit_tests::{Answer, Client, Server, Value, both, fresh, json, report};

/// An incident of the hospital, led by alpha, supported by bravo.
pub(crate) struct Scene {
    pub(crate) incident: String,
    pub(crate) alpha_case: String,
    pub(crate) bravo_case: String,
}

impl Scene {
    #[track_caller]
    pub(crate) fn of(server: &Server) -> Self {
        let incident = server.hospital().submit(report("Подія").with("title", "Назва"));
        let id = incident.string("/id");
        let body = json!({"team_id": BRAVO, "role": "support", "reason": "Знають цей шкідливий код"});
        let path = format!("/v1/incidents/{id}/assignments");
        let bravo = server.coordinator().post(&path).fresh_key().json(body).expect(201);
        Self { incident: id, alpha_case: incident.string("/assignments/0/id"), bravo_case: bravo.string("/id") }
    }

    pub(crate) fn path(&self, part: &str) -> String {
        format!("/v1/incidents/{}/{part}", self.incident)
    }
}

#[track_caller]
pub(crate) fn say(client: &Client, scene: &Scene, text: &str, visibility: &str) -> Answer {
    let body = json!({"text": text, "language": "uk", "visibility": visibility});
    client.post(&scene.path("messages")).fresh_key().json(body).expect(201)
}

fn texts(client: &Client, scene: &Scene) -> Vec<String> {
    let found = everything(client, &scene.path("messages"));
    found.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

fn posted(client: &Client, scene: &Scene) -> usize {
    let events = everything(client, &scene.path("timeline"));
    events.iter().filter(|event| event["type"] == "message_posted").count()
}

/// The newest place in each party's feed.
fn cursors(server: &Server) -> [String; 4] {
    [
        (server.hospital(), "/v1/incidents/feed"),
        (server.coordinator(), "/v1/incidents/feed"),
        (server.alpha(), "/v1/cases"),
        (server.bravo(), "/v1/cases"),
    ]
    .map(|(client, path)| client.get(&format!("{path}?limit=200")).expect(200).string("/next_cursor"))
}

both!(each_party_reads_what_it_may_and_feeds_move_for_those_alone, |server| {
    let scene = Scene::of(server);
    let parties = [
        ("hospital", server.hospital()),
        ("coordinator", server.coordinator()),
        ("alpha", server.alpha()),
        ("bravo", server.bravo()),
    ];
    // Who writes, how it is addressed, and which of hospital, coordinator, alpha and bravo see it.
    let cases = [
        ("hospital", "all", [true, true, true, true]),
        ("hospital", "coordinator", [true, true, false, false]),
        ("alpha", "all", [true, true, true, true]),
        ("alpha", "responders", [false, true, true, true]),
        ("alpha", "coordinator", [false, true, true, false]),
        ("bravo", "coordinator", [false, true, false, true]),
        ("coordinator", "all", [true, true, true, true]),
        ("coordinator", "responders", [false, true, true, true]),
        ("coordinator", "coordinator", [false, true, false, false]),
    ];
    let mut expected: [Vec<String>; 4] = Default::default();
    for (author, visibility, seen) in cases {
        let text = format!("{author} до {visibility}");
        let before = cursors(server);
        let client = &parties.iter().find(|(name, _)| *name == author).unwrap().1;
        let message = say(client, &scene, &text, visibility);
        assert_eq!(
            (message.str("/author/role"), message.str("/text")),
            (client.account().role.as_str(), text.as_str())
        );
        let after = cursors(server);
        for (at, sees) in seen.into_iter().enumerate() {
            assert_eq!(before[at] != after[at], sees, "{}: {text}", parties[at].0);
            if sees {
                expected[at].push(text.clone());
            }
            assert_eq!(texts(&parties[at].1, &scene), expected[at], "{}: {text}", parties[at].0);
            assert_eq!(posted(&parties[at].1, &scene), expected[at].len(), "{}: {text}", parties[at].0);
        }
    }
});

both!(what_is_hidden_changes_nothing_of_what_others_are_shown, |server| {
    let scene = Scene::of(server);
    server.receive_everything();
    let seen = |client: &Client, path: &str| {
        let answer = client.get(path).expect(200);
        (answer.find_header("etag").map(str::to_owned), answer.text())
    };
    let views = [
        (server.hospital(), format!("/v1/incidents/{}", scene.incident)),
        (server.hospital(), scene.path("timeline")),
        (server.hospital(), "/v1/incidents".to_owned()),
        (server.bravo(), format!("/v1/cases/{}", scene.bravo_case)),
        (server.bravo(), scene.path("timeline")),
    ];
    let before: Vec<_> = views.iter().map(|(client, path)| seen(client, path)).collect();
    say(&server.alpha(), &scene, "Між нами", "coordinator");
    for ((client, path), before) in views.iter().zip(&before) {
        assert_eq!(&seen(client, path), before, "{path}");
    }
    say(&server.hospital(), &scene, "Лише вам", "coordinator");
    for ((client, path), before) in views.iter().zip(&before).skip(3) {
        assert_eq!(&seen(client, path), before, "{path}");
    }
    let case = server.alpha().get(&format!("/v1/cases/{}", scene.alpha_case)).expect(200);
    let changes: Vec<&Value> = case.list("/changes").iter().filter(|change| change["kind"] == "message").collect();
    assert_eq!(changes.len(), 1, "its own word, not the hospital's\n{case}");
    assert_eq!(changes[0]["own"], true);
});

both!(whoever_is_no_party_finds_nothing, |server| {
    let scene = Scene::of(server);
    say(&server.hospital(), &scene, "Таємне", "all");
    let body = json!({"text": "x", "visibility": "all"});
    for stranger in [server.grid(), server.charlie()] {
        stranger.get(&scene.path("messages")).problem(404, "not_found");
        stranger.post(&scene.path("messages")).fresh_key().json(body.clone()).problem(404, "not_found");
    }
    for outsider in [server.observer(), server.auditor(), server.donor()] {
        outsider.get(&scene.path("messages")).problem(403, "scope_lacking");
        outsider.post(&scene.path("messages")).fresh_key().json(body.clone()).problem(403, "scope_lacking");
    }
    let given_up = json!({"reason": "Немає людей"});
    server.verb(&server.bravo(), &scene.bravo_case, "decline", given_up).expect(200);
    server.bravo().get(&scene.path("messages")).problem(404, "not_found");
    server.bravo().post(&scene.path("messages")).fresh_key().json(body).problem(404, "not_found");
});

both!(a_message_is_posted_once_and_says_something, |server| {
    let scene = Scene::of(server);
    let (hospital, path, key) = (server.hospital(), scene.path("messages"), fresh());
    let body = json!({"text": " Раз\n", "language": "UA", "visibility": "all"});
    let first = hospital.post(&path).key(&key).json(body.clone()).expect(201);
    assert_eq!((first.str("/text"), first.str("/language")), (" Раз\n", "uk"), "{first}");
    let again = hospital.post(&path).key(&key).json(body.clone()).expect(201);
    assert_eq!((again.header("idempotency-replayed"), &again.value), ("true", &first.value));
    assert_eq!(everything(&hospital, &path).len(), 1);
    let other = json!({"text": "Два", "visibility": "all"});
    hospital.post(&path).key(&key).json(other.clone()).problem(422, "idempotency_key_reused");
    hospital.post(&path).json(other).problem(422, "idempotency_key_required");
    server.store.untouched(|| {
        let bad = json!({"text": " \n ", "language": "українська", "visibility": "everybody"});
        hospital.post(&path).fresh_key().json(bad).faults(&["/language", "/text", "/visibility"]);
        let among_them = json!({"text": "x", "visibility": "responders"});
        hospital.post(&path).fresh_key().json(among_them).faults(&["/visibility"]);
        hospital.post(&path).fresh_key().json(json!({"text": "x"})).faults(&["/visibility"]);
        let long = json!({"text": "ї".repeat(20_001), "visibility": "all"});
        hospital.post(&path).fresh_key().json(long).faults(&["/text"]);
    });
});

both!(messages_come_by_pages_oldest_first, |server| {
    let scene = Scene::of(server);
    for number in 0..5 {
        say(&server.alpha(), &scene, &format!("{number}"), if number % 2 == 0 { "all" } else { "responders" });
    }
    let mut paged = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = server.bravo().get(&format!("{}?limit=2{cursor}", scene.path("messages"))).expect(200);
        paged.extend(page.list("/items").iter().map(|message| message["text"].as_str().unwrap().to_owned()));
        match page.value["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(paged, ["0", "1", "2", "3", "4"]);
    assert_eq!(texts(&server.hospital(), &scene), ["0", "2", "4"]);
    server.bravo().get(&format!("{}?limit=0", scene.path("messages"))).faults(&["parameter limit"]);
});

both!(on_hold_nothing_is_said_and_nothing_read, |server| {
    let scene = Scene::of(server);
    let path = format!("/v1/institutions/{}/hold", zvit_tests::directory::HOSPITAL);
    server.coordinator().post(&path).json(json!({"reason": "Скриньку захоплено"})).expect(200);
    let held = Client::of(&server.base, server.hospital().account());
    held.get(&scene.path("messages")).problem(403, "institution_on_hold");
    let body = json!({"text": "x", "visibility": "coordinator"});
    held.post(&scene.path("messages")).fresh_key().json(body).problem(403, "institution_on_hold");
});

#[track_caller]
fn answer(client: &Client, scene: &Scene, to: &str, text: &str, visibility: &str) -> Answer {
    let body = json!({"text": text, "visibility": visibility, "in_reply_to": to});
    client.post(&scene.path("messages")).fresh_key().json(body).send()
}

both!(the_coordinator_answers_in_confidence_whoever_spoke_in_confidence, |server| {
    let scene = Scene::of(server);
    let parties = [server.hospital(), server.coordinator(), server.alpha(), server.bravo()];
    let (hospital, coordinator, alpha) = (server.hospital(), server.coordinator(), server.alpha());
    let of_hospital = say(&hospital, &scene, "Лікарня: лише вам", "coordinator").string("/id");
    let of_alpha = say(&alpha, &scene, "Альфа: лише вам", "coordinator").string("/id");
    let to_all = say(&alpha, &scene, "Альфа: усім", "all").string("/id");
    // What is answered, and which of hospital, coordinator, alpha and bravo see the answer.
    let cases = [
        (&of_hospital, [true, true, false, false]),
        (&of_alpha, [false, true, true, false]),
        (&to_all, [false, true, true, false]),
    ];
    let mut answers = Vec::new();
    for (to, seen) in cases {
        let text = format!("Відповідь на {to}");
        let before = cursors(server);
        let sent = answer(&coordinator, &scene, to, &text, "coordinator").expect(201).with("/in_reply_to", to.as_str());
        let after = cursors(server);
        for (at, sees) in seen.into_iter().enumerate() {
            assert_eq!(texts(&parties[at], &scene).contains(&text), sees, "{at}: {text}");
            assert_eq!(before[at] != after[at], sees, "{at}: {text}");
            let told = everything(&parties[at], &scene.path("timeline"));
            let is_told = told.iter().any(|event| event["data"]["message_id"] == *sent.at("/id"));
            assert_eq!(is_told, sees, "{at}: {text}");
        }
        answers.push(sent.string("/id"));
    }
    // The word goes back and forth between the two, and a translation of it stays between them.
    answer(&alpha, &scene, &answers[1], "Дякуємо", "coordinator").expect(201);
    let again = answer(&coordinator, &scene, &answers[1], "І ще одне", "coordinator").expect(201).string("/id");
    assert!(texts(&alpha, &scene).contains(&"І ще одне".to_owned()));
    let of = json!({"kind": "message", "message_id": again});
    let translation = json!({"of": of, "language": "en", "text": "One more thing", "machine": false});
    coordinator.post(&scene.path("translations")).fresh_key().json(translation.clone()).expect(201);
    server.bravo().post(&scene.path("translations")).fresh_key().json(translation).faults(&["/of/message_id"]);
    for (party, sees) in parties.iter().zip([false, true, true, false]) {
        let found = everything(party, &scene.path("translations"));
        assert_eq!(found.iter().any(|one| one["text"] == "One more thing"), sees);
        assert_eq!(texts(party, &scene).contains(&"І ще одне".to_owned()), sees);
    }
});

both!(an_answer_shows_nobody_more_than_what_it_answers, |server| {
    let scene = Scene::of(server);
    let (hospital, alpha, coordinator) = (server.hospital(), server.alpha(), server.coordinator());
    let hidden = say(&hospital, &scene, "Лише вам", "coordinator").string("/id");
    let among = say(&alpha, &scene, "Між командами", "responders").string("/id");
    let other = Scene::of(server);
    let elsewhere = say(&hospital, &other, "Інша подія", "all").string("/id");
    server.store.untouched(|| {
        answer(&coordinator, &scene, &hidden, "x", "responders").faults(&["/visibility"]);
        answer(&coordinator, &scene, &hidden, "x", "all").faults(&["/visibility"]);
        answer(&alpha, &scene, &among, "x", "all").faults(&["/visibility"]);
        answer(&alpha, &scene, &hidden, "x", "coordinator").faults(&["/in_reply_to"]);
        answer(&hospital, &scene, &among, "x", "coordinator").faults(&["/in_reply_to"]);
        answer(&hospital, &scene, &elsewhere, "x", "all").faults(&["/in_reply_to"]);
        answer(&hospital, &scene, "01920000-0000-7abc-8def-0000000000ff", "x", "all").faults(&["/in_reply_to"]);
    });
    answer(&server.bravo(), &scene, &among, "Згода", "responders").expect(201);
    answer(&coordinator, &scene, &among, "Лише вам", "coordinator").expect(201);
});
