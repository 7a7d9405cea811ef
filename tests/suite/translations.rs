//! `/v1/incidents/{id}/translations`: a text in another language, for whoever sees the original.

use zvit_tests::feed::everything;
use zvit_tests::{Answer, Client, both, json};

use crate::messages::{Scene, say};

fn translated(client: &Client, scene: &Scene, of: zvit_tests::Value, text: &str) -> zvit_tests::Call {
    let body = json!({"of": of, "language": "EN", "text": text, "machine": true});
    client.post(&scene.path("translations")).fresh_key().json(body)
}

fn texts(client: &Client, scene: &Scene) -> Vec<String> {
    let found = everything(client, &scene.path("translations"));
    found.iter().map(|one| one["text"].as_str().unwrap().to_owned()).collect()
}

both!(any_text_may_be_translated_and_its_original_never_changes, |server| {
    let scene = Scene::of(server);
    let path = format!("/v1/incidents/{}", scene.incident);
    let report = json!({"stage": "update", "measures_taken": "Мережу від’єднано"});
    server.hospital().post(&format!("{path}/reports")).fresh_key().json(report).expect(201);
    let message = say(&server.hospital(), &scene, "Вітання", "all").string("/id");
    let end = json!({"outcome": "contained", "summary": "Відновлено"});
    server.verb(&server.bravo(), &scene.bravo_case, "resolve", end).expect(200);
    let before = server.hospital().get(&path).expect(200).value;
    for (of, text) in [
        (json!({"kind": "title"}), "Title"),
        (json!({"kind": "description"}), "Event"),
        (json!({"kind": "measures_taken"}), "Network cut off"),
        (json!({"kind": "message", "message_id": message}), "Greetings"),
        (json!({"kind": "resolution_summary", "assignment_id": scene.bravo_case}), "Restored"),
    ] {
        let made = translated(&server.alpha(), &scene, of.clone(), text).expect(201);
        assert_eq!((made.at("/of"), made.str("/language"), made.str("/author/name")), (&of, "en", "Test Team Alpha"));
        made.with("/machine", true).with("/outdated", false);
    }
    let all = ["Title", "Event", "Network cut off", "Greetings", "Restored"];
    for party in [server.hospital(), server.coordinator(), server.alpha(), server.bravo()] {
        assert_eq!(texts(&party, &scene), all);
    }
    let mut after = server.hospital().get(&path).expect(200).value;
    after["updated_at"] = before["updated_at"].clone();
    assert_eq!(after, before, "the incident says what it said");
    let messages = everything(&server.hospital(), &scene.path("messages"));
    assert_eq!(
        (&messages[0]["text"], &messages[0]["translations"][0]["text"]),
        (&json!("Вітання"), &json!("Greetings"))
    );
});

both!(a_translation_says_when_its_original_has_changed, |server| {
    let scene = Scene::of(server);
    translated(&server.coordinator(), &scene, json!({"kind": "description"}), "Event").expect(201);
    let outdated = |answer: &Answer| answer.at("/items/0/outdated").clone();
    let path = scene.path("translations");
    assert_eq!(outdated(&server.hospital().get(&path).expect(200)), json!(false));
    let report = json!({"stage": "update", "description": "Інше"});
    server.hospital().post(&scene.path("reports")).fresh_key().json(report).expect(201);
    assert_eq!(outdated(&server.hospital().get(&path).expect(200)), json!(true));
});

both!(a_hidden_message_is_translated_for_those_who_see_it, |server| {
    let scene = Scene::of(server);
    let of = |id: &str| json!({"kind": "message", "message_id": id});
    let private = say(&server.alpha(), &scene, "Між нами", "coordinator").string("/id");
    let among = say(&server.alpha(), &scene, "Між командами", "responders").string("/id");
    let institution = server.hospital().get("/v1/incidents/feed").expect(200).string("/next_cursor");
    let nothing = translated(&server.bravo(), &scene, of("01920000-0000-7abc-8def-0000000000ff"), "x").send();
    let hidden = translated(&server.bravo(), &scene, of(&private), "x").send();
    assert_eq!((hidden.status, hidden.at("/errors")), (422, nothing.at("/errors")), "as if it were not there");
    hidden.faults(&["/of/message_id"]);
    translated(&server.coordinator(), &scene, of(&private), "Between us").expect(201);
    translated(&server.bravo(), &scene, of(&among), "Among teams").expect(201);
    for (party, seen) in [
        (server.hospital(), vec![]),
        (server.alpha(), vec!["Between us", "Among teams"]),
        (server.bravo(), vec!["Among teams"]),
        (server.coordinator(), vec!["Between us", "Among teams"]),
    ] {
        assert_eq!(texts(&party, &scene), seen);
        let events = everything(&party, &scene.path("timeline"));
        assert_eq!(events.iter().filter(|event| event["type"] == "translation_added").count(), seen.len());
    }
    assert_eq!(server.hospital().get("/v1/incidents/feed").expect(200).str("/next_cursor"), institution);
});

both!(only_teams_of_the_incident_and_the_coordinator_translate, |server| {
    let scene = Scene::of(server);
    let of = json!({"kind": "description"});
    translated(&server.hospital(), &scene, of.clone(), "x").problem(403, "scope_lacking");
    translated(&server.charlie(), &scene, of.clone(), "x").problem(404, "not_found");
    for stranger in [server.grid(), server.charlie()] {
        stranger.get(&scene.path("translations")).problem(404, "not_found");
    }
    server.store.untouched(|| {
        translated(&server.alpha(), &scene, json!({"kind": "message"}), "x").faults(&["/of/message_id"]);
        translated(&server.alpha(), &scene, json!({"kind": "resolution_summary"}), "x").faults(&["/of/assignment_id"]);
        let both = json!({"kind": "title", "message_id": scene.incident, "assignment_id": scene.alpha_case});
        translated(&server.alpha(), &scene, both, "x").faults(&["/of/assignment_id", "/of/message_id"]);
        translated(&server.alpha(), &scene, json!({"kind": "measures_taken"}), "x").faults(&["/of/kind"]);
        let unresolved = json!({"kind": "resolution_summary", "assignment_id": scene.alpha_case});
        translated(&server.alpha(), &scene, unresolved, "x").faults(&["/of/assignment_id"]);
        translated(&server.alpha(), &scene, of.clone(), "  ").faults(&["/text"]);
    });
});
