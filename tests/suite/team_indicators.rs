//! `POST /v1/cases/{id}/indicators`: what a team found, under a label of its own.

use zvit_tests::directory::BRAVO;
use zvit_tests::feed::everything;
use zvit_tests::{Answer, Client, Server, Value, both, fresh, json};

use crate::messages::Scene;

fn adding(client: &Client, case: &str, body: Value) -> zvit_tests::Call {
    client.post(&format!("/v1/cases/{case}/indicators")).fresh_key().json(body)
}

fn one(value: &str) -> Value {
    json!([{"type": "domain", "value": value}])
}

fn values(answer: &Answer, pointer: &str) -> Vec<String> {
    answer.list(pointer).iter().map(|one| one["value"].as_str().unwrap().to_owned()).collect()
}

fn of_case(client: &Client, case: &str) -> Vec<String> {
    values(&client.get(&format!("/v1/cases/{case}")).expect(200), "/incident/indicators")
}

fn of_incident(client: &Client, scene: &Scene) -> Vec<String> {
    values(&client.get(&format!("/v1/incidents/{}", scene.incident)).expect(200), "/indicators")
}

fn places(server: &Server) -> [String; 2] {
    [server.alpha(), server.bravo()].map(|team| team.get("/v1/cases?limit=200").expect(200).string("/next_cursor"))
}

both!(what_a_team_found_stands_beside_what_was_reported_with_its_name, |server| {
    let scene = Scene::of(server);
    let body = json!({"indicators": [{"type": "domain", "value": "C2[.]Evil.example", "description": "керування"}], "tlp": "white"});
    let added = adding(&server.alpha(), &scene.alpha_case, body).expect(201);
    let expected = json!({
        "type": "domain", "value": "c2.evil.example", "original": "C2[.]Evil.example", "description": "керування",
        "added_at": added.at("/items/0/added_at"), "added_by": {"id": server.alpha().owner(), "name": "Test Team Alpha"}, "tlp": "clear",
    });
    assert_eq!((added.at("/items/0"), added.int("/unchanged")), (&expected, 0), "{added}");
    for party in [server.hospital(), server.coordinator()] {
        let incident = party.get(&format!("/v1/incidents/{}", scene.incident)).expect(200);
        assert_eq!(incident.at("/indicators/0"), &expected, "{incident}");
    }
    let case = server.bravo().get(&format!("/v1/cases/{}", scene.bravo_case)).expect(200);
    assert_eq!(case.at("/incident/indicators/0"), &expected, "{case}");
    let again = adding(&server.bravo(), &scene.bravo_case, json!({"indicators": one("c2.evil.example")})).expect(201);
    assert_eq!((again.list("/items").len(), again.int("/unchanged")), (0, 1), "it is known to that team");
});

both!(a_team_below_the_label_neither_sees_nor_counts_it, |server| {
    let scene = Scene::of(server);
    server.receive_everything();
    let alpha = || {
        let case = server.alpha().get(&format!("/v1/cases/{}", scene.alpha_case)).expect(200);
        let timeline = server.alpha().get(&scene.path("timeline")).expect(200);
        (case.etag(), case.text(), timeline.text())
    };
    let (before, was) = (alpha(), places(server));
    let strict = json!({"indicators": one("hidden.example"), "tlp": "amber+strict"});
    let tag = server.hospital().get(&format!("/v1/incidents/{}", scene.incident)).expect(200).etag();
    adding(&server.bravo(), &scene.bravo_case, strict).expect(201).with("/items/0/tlp", "amber+strict");
    assert_eq!(alpha(), before);
    let now = places(server);
    assert_eq!((was[0] == now[0], was[1] == now[1]), (true, false));
    for party in [server.hospital(), server.coordinator()] {
        assert_eq!(of_incident(&party, &scene), ["hidden.example"]);
    }
    assert_ne!(server.hospital().get(&format!("/v1/incidents/{}", scene.incident)).expect(200).etag(), tag);
    assert_eq!(of_case(&server.bravo(), &scene.bravo_case), ["hidden.example"]);
    assert!(of_case(&server.alpha(), &scene.alpha_case).is_empty());
    // Nor can it find out by sending the same: to that team it is new.
    let same = adding(&server.alpha(), &scene.alpha_case, json!({"indicators": one("hidden.example")})).expect(201);
    assert_eq!((same.list("/items").len(), same.int("/unchanged")), (1, 0));
    assert_eq!(of_case(&server.alpha(), &scene.alpha_case), ["hidden.example"]);
});

both!(what_is_whose_is_taken_back_by_whom_it_belongs_to, |server| {
    let scene = Scene::of(server);
    let retracted = json!([{"type": "domain", "value": "c2.example", "retracted": true}]);
    adding(&server.alpha(), &scene.alpha_case, json!({"indicators": one("c2.example")})).expect(201);
    let others = adding(&server.bravo(), &scene.bravo_case, json!({"indicators": retracted})).expect(201);
    assert_eq!((others.list("/items").len(), others.int("/unchanged")), (0, 1), "not its own");
    // The institution's reports have indicators of their own, whatever teams have found.
    let report = |indicators: &Value| {
        let body = json!({"stage": "update", "indicators": indicators});
        server.hospital().post(&scene.path("reports")).fresh_key().json(body).expect(201);
    };
    report(&retracted);
    let path = format!("/v1/incidents/{}", scene.incident);
    let standing = |at: usize| !server.hospital().get(&path).expect(200).has(&format!("/indicators/{at}/retracted_at"));
    assert!(standing(0));
    report(&one("c2.example"));
    assert_eq!(of_incident(&server.hospital(), &scene).len(), 2);
    adding(&server.alpha(), &scene.alpha_case, json!({"indicators": retracted})).expect(201);
    assert_eq!((standing(0), standing(1)), (false, true));
});

both!(a_team_adds_to_its_own_case_what_can_be_read, |server| {
    let scene = Scene::of(server);
    let body = json!({"indicators": one("c2.example")});
    server.store.untouched(|| {
        for stranger in [server.bravo(), server.charlie()] {
            adding(&stranger, &scene.alpha_case, body.clone()).problem(404, "not_found");
        }
        adding(&server.hospital(), &scene.alpha_case, body.clone()).problem(403, "scope_lacking");
        let bad =
            json!({"indicators": [{"type": "ipv4", "value": "999.1.1.1"}, {"type": "domain", "value": "ok.example"}]});
        adding(&server.alpha(), &scene.alpha_case, bad).faults(&["/indicators/0/value"]);
        adding(&server.alpha(), &scene.alpha_case, json!({"indicators": []})).faults(&["/indicators"]);
        let tlp = json!({"indicators": one("c2.example"), "tlp": "purple"});
        adding(&server.alpha(), &scene.alpha_case, tlp).faults(&["/tlp"]);
    });
    let key = fresh();
    let post = || {
        server
            .alpha()
            .post(&format!("/v1/cases/{}/indicators", scene.alpha_case))
            .key(&key)
            .json(body.clone())
            .expect(201)
    };
    let (first, again) = (post(), post());
    assert_eq!((first.value, again.header("idempotency-replayed")), (again.value.clone(), "true"));
    let events = everything(&server.hospital(), &scene.path("timeline"));
    assert_eq!(events.iter().filter(|event| event["type"] == "indicators_added").count(), 1, "{events:#?}");
});

both!(no_team_takes_the_room_of_the_institution, |server| {
    let scene = Scene::of(server);
    let many = |from: usize, to: usize| -> Value {
        (from..to).map(|number| json!({"type": "domain", "value": format!("c{number}.example")})).collect()
    };
    adding(&server.alpha(), &scene.alpha_case, json!({"indicators": many(0, 1000)})).expect(201);
    adding(&server.alpha(), &scene.alpha_case, json!({"indicators": one("more.example")})).faults(&["/indicators"]);
    adding(&server.bravo(), &scene.bravo_case, json!({"indicators": one("more.example")})).expect(201);
    assert_eq!(BRAVO, server.bravo().owner());
    let report = json!({"stage": "update", "indicators": many(2000, 3000)});
    server.hospital().post(&scene.path("reports")).fresh_key().json(report).expect(201);
});

both!(what_was_hidden_is_taken_back_unseen, |server| {
    let scene = Scene::of(server);
    let hidden = |retracted: bool| {
        let one = json!([{"type": "domain", "value": "hidden.example", "retracted": retracted}]);
        adding(&server.bravo(), &scene.bravo_case, json!({"indicators": one, "tlp": "amber+strict"})).expect(201)
    };
    hidden(false);
    server.receive_everything();
    let alpha = || {
        let case = server.alpha().get(&format!("/v1/cases/{}", scene.alpha_case)).expect(200);
        (case.etag(), case.text(), server.alpha().get(&scene.path("timeline")).expect(200).text())
    };
    let (before, was) = (alpha(), places(server));
    hidden(true);
    assert_eq!(alpha(), before);
    let now = places(server);
    assert_eq!((was[0] == now[0], was[1] == now[1]), (true, false), "whoever saw it hears that it was taken back");
});
