//! What a team sees of an incident, by TLP label, role and state: marked words in every free text of a complete report, looked
//! for in everything that the team can read.

use zvit_domain::edrpou::Edrpou;
use zvit_tests::directory::CHARLIE;
use zvit_tests::report::{Report, complete};
use zvit_tests::{Answer, Client, Server, both, fresh, json, report};

const LABELS: [&str; 5] = ["clear", "green", "amber", "amber+strict", "red"];

/// A part, and a word that stands in the incident only there. The institution's names are those of the test directory.
const MARKED: &[(&str, &str)] = &[
    ("institution", "Тестова лікарня"),
    ("institution", "Test Hospital"),
    ("contact", "мітка-ім’я"),
    ("contact", "мітка-посада"),
    ("contact", "+380 44 7654321"),
    ("contact", "mark@contact.example"),
    ("title", "мітка-назва"),
    ("description", "мітка-опис"),
    ("measures_taken", "мітка-заходи"),
    ("services", "мітка-сервіс"),
    ("indicators", "mark-indicator.example"),
    ("indicators", "мітка-індикатор"),
    ("triage", "мітка-рішення"),
    ("external_ref", "MARK-REF"),
];

/// What the coordinator wrote when the team was given the incident.
const MARKED_REASON: &str = "мітка-причина";

/// Every word a team may see while only codes are disclosed; other members would be new, and have to be thought about.
const CODES: &[&str] = &[
    "affected_systems_band",
    "affected_users_band",
    "assistance_requested",
    "classification",
    "exercise",
    "id",
    "language",
    "level",
    "received_at",
    "reference",
    "sector",
    "status",
    "summary",
    "symptoms",
    "tlp",
    "updated_at",
];

fn marked(tlp: &str, asked: &str) -> Report {
    complete()
        .with("description", "мітка-опис")
        .with("title", "мітка-назва")
        .with("language", "uk-x-mark")
        .with("sector", "health")
        .with("affected_services", json!(["мітка-сервіс"]))
        .with("measures_taken", "мітка-заходи")
        .with("indicators", json!([{"type": "domain", "value": "mark-indicator.example", "description": "мітка-індикатор"}]))
        .with("contact", json!({"name": "мітка-ім’я", "role": "мітка-посада", "phone": "+380 44 7654321", "email": "mark@contact.example"}))
        .with("external_ref", format!("MARK-REF-{}", fresh()))
        .with("assistance_requested", json!([asked]))
        .with("tlp", tlp)
}

/// An incident with a mark in every text, given to charlie in this role; the incident's id and the case's.
fn given(server: &Server, tlp: &str, role: &str, asked: &str) -> (String, String) {
    let incident = server.hospital().submit(marked(tlp, asked)).string("/id");
    let coordinator = server.coordinator();
    let path = format!("/v1/incidents/{incident}");
    let tag = coordinator.get(&path).expect(200).etag();
    let decision = json!({"level": 4, "reason": "мітка-рішення"});
    coordinator.put(&format!("{path}/triage")).if_match(&tag).json(decision).expect(200);
    let team = json!({"team_id": CHARLIE, "role": role, "reason": MARKED_REASON});
    // Where the rules gave it to charlie already, it stays.
    let lead = coordinator.get(&path).expect(200);
    let holds = lead.list("/assignments").iter().any(|one| one["team"]["id"] == CHARLIE && one["state"] == "assigned");
    if holds && role == "support" {
        let other = json!({"team_id": zvit_tests::directory::FRONT_OFFICE, "role": "lead", "reason": "Інша команда"});
        coordinator.post(&format!("{path}/assignments")).fresh_key().json(other).expect(201);
    }
    if !holds || role == "support" {
        coordinator.post(&format!("{path}/assignments")).fresh_key().json(team).expect(201);
    }
    (incident.clone(), server.case_of(&server.charlie(), &incident))
}

/// Everything charlie can read of the incident: its case first.
fn all_reads(charlie: &Client, incident: &str, case: &str) -> (Answer, Vec<Answer>) {
    let shown = charlie.get(&format!("/v1/cases/{case}")).expect(200);
    let feed = zvit_tests::feed::everything(charlie, "/v1/cases");
    let item = feed.iter().find(|item| item["id"] == case).expect("its item");
    assert_eq!(*item, shown.value, "the feed says the same");
    let others = ["timeline", "reports"].map(|part| charlie.get(&format!("/v1/incidents/{incident}/{part}")).send());
    (shown, others.to_vec())
}

fn has(shown: &Answer, part: &str) -> bool {
    shown.list("/disclosed").contains(&json!(part))
}

/// That the case shows the words of what is disclosed and no others, and that lists and timeline follow.
#[track_caller]
fn assert_agrees(shown: &Answer, others: &[Answer], about: &str) {
    for (part, word) in MARKED {
        assert_eq!(shown.text().contains(word), has(shown, part), "{about}: {word}\n{shown}");
        for other in others.iter().filter(|_| !has(shown, part)) {
            assert!(!other.text().contains(word), "{about}: {word}\n{other}");
        }
    }
    let [timeline, reports] = others else { panic!("two lists") };
    assert_eq!(timeline.status, 200, "{about}: {timeline}");
    let is_whole = timeline.list("/items").iter().any(|event| event["type"] == "incident_submitted");
    assert_eq!(is_whole, has(shown, "course"), "{about}: {timeline}");
    match has(shown, "reports") {
        true => assert_eq!(reports.status, 200, "{about}: {reports}"),
        false => drop(reports.clone().problem(403, "disclosure_withheld")),
    }
}

both!(a_team_sees_the_words_that_are_disclosed_and_no_others, |server| {
    let charlie = server.charlie();
    let technology = json!(["institution", "contact", "services", "affected_systems", "incident_type"]);
    for tlp in LABELS {
        for (role, asked) in
            [("lead", "incident_response"), ("support", "incident_response"), ("support", "cyber_defense_technology")]
        {
            let (incident, case) = given(server, tlp, role, asked);
            for state in ["assigned", "acknowledged", "in_progress", "resolved"] {
                let about = format!("{tlp} {role} {asked} {state}");
                let body = if state == "resolved" {
                    json!({"outcome": "contained", "summary": "Зроблено"})
                } else {
                    json!({})
                };
                let verb = match state {
                    "acknowledged" => Some("acknowledge"),
                    "in_progress" => Some("start"),
                    "resolved" => Some("resolve"),
                    _ => None,
                };
                let answer = verb.map(|verb| server.verb(&charlie, &case, verb, body).expect(200));
                let (shown, others) = all_reads(&charlie, &incident, &case);
                let shown = shown.with("/state", state);
                assert_agrees(&shown, &others, &about);
                if let Some(answer) = answer {
                    assert_eq!(answer.value, shown.value, "{about}: the verb answers what holds after it");
                }
                let is_minimal = state == "assigned" && ["amber+strict", "red"].contains(&tlp);
                let expected = match (is_minimal, asked) {
                    (true, _) => json!([]),
                    (false, "cyber_defense_technology") => technology.clone(),
                    (false, _) => json!(all_parts(server)),
                };
                assert_eq!(*shown.at("/disclosed"), expected, "{about}");
                if is_minimal {
                    assert_minimal(&shown, &others);
                }
            }
        }
    }
});

fn all_parts(server: &Server) -> Vec<String> {
    let words = server.alpha().get("/v1/vocabularies").expect(200);
    words.list("/disclosure_parts").iter().map(|word| word["code"].as_str().unwrap().to_owned()).collect()
}

fn assert_minimal(shown: &Answer, others: &[Answer]) {
    let mut members: Vec<&String> = shown.at("/incident").as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, CODES, "{shown}");
    let shown = shown
        .clone()
        .with("/incident/sector", "health")
        .with("/incident/level", 4)
        .with("/incident/classification", json!({"class": "availability"}))
        .with("/incident/symptoms", json!(["data_destroyed", "service_down"]))
        .with("/incident/language", "uk")
        .with("/incident/affected_systems_band", "101-1000")
        .with("/incident/affected_users_band", "more");
    let summary = shown.str("/incident/summary/en");
    assert!(summary.starts_with("Health; level 4 (severe); availability; data destroyed, service down;"), "{shown}");
    assert!(shown.str("/incident/summary/uk").starts_with("Охорона здоров’я; рівень 4 (критичний);"), "{shown}");
    for answer in others.iter().chain([&shown]) {
        for word in [MARKED_REASON, "sabotage", "x-mark", "UA-30", "5000000"] {
            assert!(!answer.text().contains(word), "{word}\n{answer}");
        }
    }
}

both!(whoever_declines_has_seen_codes_only, |server| {
    let (_, case) = given(server, "red", "lead", "incident_response");
    let body = json!({"reason": "Немає людей"});
    for _ in 0..2 {
        let answer = server.verb(&server.charlie(), &case, "decline", body.clone()).expect(200);
        let answer = answer.with("/state", "declined").with("/disclosed", json!([]));
        for (_, word) in MARKED {
            assert!(!answer.text().contains(word), "{word}\n{answer}");
        }
    }
});

both!(a_label_that_narrows_takes_the_words_back_until_the_team_acknowledges, |server| {
    let incident = server.grid().submit(report("мітка-опис").with("tlp", "amber"));
    let id = incident.string("/id");
    let bravo = server.bravo();
    let by_hand = json!({"team_id": zvit_tests::directory::BRAVO, "role": "lead", "reason": "Перевірка"});
    let held = incident.str("/assignments/0/team/id") == bravo.owner();
    if !held {
        server.coordinator().post(&format!("/v1/incidents/{id}/assignments")).fresh_key().json(by_hand).expect(201);
    }
    let case = server.case_of(&bravo, &id);
    let path = format!("/v1/cases/{case}");
    bravo.get(&path).expect(200).with("/incident/description", "мітка-опис");
    let narrower = json!({"stage": "update", "tlp": "amber+strict", "title": "мітка-назва"});
    server.grid().post(&format!("/v1/incidents/{id}/reports")).fresh_key().json(narrower).expect(201);
    let hidden = bravo.get(&path).expect(200).with("/disclosed", json!([]));
    assert!(!hidden.text().contains("мітка"), "{hidden}");
    server.verb(&bravo, &case, "acknowledge", json!({})).expect(200).with("/incident/title", "мітка-назва");
});

both!(the_region_is_told_where_five_institutions_share_it, |server| {
    let (_, case) = given(server, "red", "lead", "incident_response");
    let path = format!("/v1/cases/{case}");
    let another = |number: usize, member: &str, value: serde_json::Value| {
        let edrpou = Edrpou::from_prefix(&format!("998801{number}")).expect("seven digits");
        let mut entry = json!({
            "edrpou": edrpou.as_str(), "name_uk": "Ще одна лікарня", "name_en": "Another hospital", "sector": "health", "region": "UA-30",
        });
        entry[member] = value;
        server.coordinator().post("/v1/institutions").fresh_key().json(entry).expect(201);
    };
    another(1, "region", json!("UA-46"));
    another(2, "sector", json!("energy"));
    for number in 3..6 {
        another(number, "sector", json!("health"));
        server.charlie().get(&path).expect(200).without("/incident/regions");
    }
    another(6, "sector", json!("health"));
    server.charlie().get(&path).expect(200).with("/incident/regions", json!(["UA-30"]));
});

both!(the_words_for_parts_and_bands_are_in_the_vocabularies, |server| {
    let words = server.alpha().get("/v1/vocabularies").expect(200);
    for (list, code) in [("/disclosure_parts", "indicators"), ("/size_bands", "11-100")] {
        let found = words.list(list).iter().find(|word| word["code"] == code).expect("the word");
        assert!(found["label_uk"].is_string() && found["label_en"].is_string(), "{found}");
    }
});

/// What charlie is shown of a case, and where its feed stands.
fn standing(server: &Server, case: &str, incident: &str) -> (String, Option<String>, String, String) {
    let charlie = server.charlie();
    let shown = charlie.get(&format!("/v1/cases/{case}")).expect(200);
    let timeline = charlie.get(&format!("/v1/incidents/{incident}/timeline")).expect(200).text();
    let cursor = charlie.get("/v1/cases?limit=200").expect(200).string("/next_cursor");
    (shown.text(), shown.find_header("etag").map(str::to_owned), timeline, cursor)
}

both!(before_it_acknowledges_what_is_red_a_team_is_moved_by_codes_alone, |server| {
    let (incident, case) = given(server, "red", "lead", "incident_response");
    let (hospital, coordinator) = (server.hospital(), server.coordinator());
    server.receive_everything();
    let path = |part: &str| format!("/v1/incidents/{incident}/{part}");
    let report = |body: serde_json::Value| drop(hospital.post(&path("reports")).fresh_key().json(body).expect(201));
    let before = standing(server, &case, &incident);
    hospital.post(&path("messages")).fresh_key().json(json!({"text": "Чуєте?", "visibility": "all"})).expect(201);
    let file = json!({"filename": "disk.raw", "kind": "disk_image", "url": "https://files.example/disk.raw", "sha256": "0".repeat(64), "size": 9});
    hospital.post(&path("attachments/external")).fresh_key().json(file).expect(201);
    let english = json!({"of": {"kind": "description"}, "language": "en", "text": "Event", "machine": false});
    coordinator.post(&path("translations")).fresh_key().json(english).expect(201);
    report(
        json!({"stage": "update", "measures_taken": "Від’єднано", "title": "Інша назва", "data_types": ["credentials"]}),
    );
    report(json!({"stage": "preliminary", "indicators": [{"type": "domain", "value": "new.example"}]}));
    assert_eq!(standing(server, &case, &incident), before, "there was nothing that it may read");
    let mut cursor = before.3;
    let mut moved = |what: &str| {
        let news = server.charlie().get(&format!("/v1/cases?cursor={cursor}")).expect(200);
        assert_eq!(news.list("/items").len(), 1, "{what}\n{news}");
        cursor = news.string("/next_cursor");
        news.at("/items/0/incident").clone()
    };
    report(json!({"stage": "update", "symptoms": ["service_down"]}));
    assert_eq!(moved("another code")["symptoms"], json!(["service_down"]));
    let tag = coordinator.get(&path("triage").replace("/triage", "")).expect(200).etag();
    let decision = json!({"level": 5, "reason": "Гірше"});
    coordinator.put(&path("triage")).if_match(&tag).json(decision).expect(200);
    assert_eq!(moved("another level")["level"], 5);
    report(json!({"stage": "update", "tlp": "amber+strict"}));
    assert_eq!(moved("another label")["tlp"], "amber+strict");
    server.verb(&server.charlie(), &case, "acknowledge", json!({})).expect(200).with("/incident/title", "Інша назва");
    moved("its own acknowledgement");
    hospital.post(&path("messages")).fresh_key().json(json!({"text": "А тепер?", "visibility": "all"})).expect(201);
    moved("a message that it may read");
});

both!(a_team_is_told_why_it_was_chosen_and_nothing_of_other_teams, |server| {
    let incident = server.hospital().submit(report("Подія").with("tlp", "red"));
    let id = incident.string("/id");
    assert_eq!(incident.str("/assignments/0/team/id"), CHARLIE, "{incident}");
    let charlie = server.charlie();
    let case = server.case_of(&charlie, &id);
    let path = format!("/v1/cases/{case}");
    let own = |why: &serde_json::Value| {
        let all = why["candidates"].as_array().expect("candidates");
        assert_eq!(all.iter().map(|one| &one["team"]).collect::<Vec<_>>(), [&json!(CHARLIE)], "{why}");
        assert!(why.get("candidates_omitted").is_none() && why.get("round_robin").is_none(), "{why}");
    };
    let minimal = charlie.get(&path).expect(200).with("/why/outcome", "rule").with("/why/rules", json!([]));
    own(minimal.at("/why"));
    let timeline = charlie.get(&format!("/v1/incidents/{id}/timeline")).expect(200);
    assert!(!minimal.text().contains("lead-health") && !timeline.text().contains("lead-health"), "{timeline}");
    let shown = server.verb(&charlie, &case, "acknowledge", json!({})).expect(200);
    own(shown.with("/why/rules", json!(["lead-health"])).at("/why"));
    let all = server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200);
    assert!(all.list("/assignments/0/why/candidates").len() > 1, "the coordinator sees who else was looked at\n{all}");
});
