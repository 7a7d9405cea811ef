//! Proposals of triage: a team says what it thinks, the coordinator decides.

use zvit_tests::feed::everything;
use zvit_tests::{Answer, Client, Server, Value, both, json};

use crate::messages::Scene;

fn proposing(client: &Client, case: &str, body: Value) -> zvit_tests::Call {
    client.post(&format!("/v1/cases/{case}/triage-proposals")).fresh_key().json(body)
}

#[track_caller]
fn decide(server: &Server, proposal: &str, verb: &str) -> Answer {
    let path = format!("/v1/triage-proposals/{proposal}/{verb}");
    server.coordinator().post(&path).json(json!({"reason": "Перевірено"})).send()
}

fn incident(server: &Server, scene: &Scene) -> Answer {
    server.coordinator().get(&format!("/v1/incidents/{}", scene.incident)).expect(200)
}

fn types(client: &Client, scene: &Scene) -> Vec<String> {
    let events = everything(client, &scene.path("timeline"));
    let of = events.iter().map(|event| event["type"].as_str().unwrap().to_owned());
    of.filter(|kind| kind.starts_with("triage_")).collect()
}

both!(an_accepted_proposal_is_a_triage_of_the_coordinators, |server| {
    let scene = Scene::of(server);
    let body = json!({"level": 4, "reason": "Резервних копій теж немає"});
    let made = proposing(&server.alpha(), &scene.alpha_case, body).expect(201).with("/state", "pending");
    let id = made.string("/id");
    assert_ne!(incident(server, &scene).int("/level"), 4, "nothing holds before it is decided");
    let listed = server.coordinator().get(&scene.path("triage-proposals")).expect(200);
    assert_eq!(listed.at("/items/0"), &made.value);
    let accepted = decide(server, &id, "accept").expect(200).with("/state", "accepted");
    accepted.with("/decision_reason", "Перевірено");
    let judged = incident(server, &scene);
    assert_eq!((judged.int("/level"), judged.str("/triage/override/reason")), (4, "Перевірено"), "{judged}");
    server.store.untouched(|| {
        decide(server, &id, "accept").expect(200).with("/state", "accepted");
        decide(server, &id, "reject").problem(409, "state_conflict");
    });
    // What a further proposal says nothing about stays as it was decided.
    let body = json!({"sector": "energy", "reason": "Це енергетика"});
    let sector = proposing(&server.bravo(), &scene.bravo_case, body).expect(201).string("/id");
    decide(server, &sector, "accept").expect(200);
    let judged = incident(server, &scene);
    assert_eq!((judged.int("/level"), judged.str("/sector")), (4, "energy"), "{judged}");
});

both!(a_rejected_proposal_changes_nothing_and_says_why, |server| {
    let scene = Scene::of(server);
    let before = incident(server, &scene).at("/triage").clone();
    let first =
        proposing(&server.alpha(), &scene.alpha_case, json!({"level": 5, "reason": "Гірше"})).expect(201).string("/id");
    let second = json!({"level": 4, "reason": "Все ж гірше"});
    proposing(&server.alpha(), &scene.alpha_case, second.clone()).problem(409, "state_conflict");
    decide(server, &first, "reject").expect(200).with("/state", "rejected").with("/decision_reason", "Перевірено");
    assert_eq!(incident(server, &scene).at("/triage"), &before);
    decide(server, &first, "reject").expect(200);
    decide(server, &first, "accept").problem(409, "state_conflict");
    proposing(&server.alpha(), &scene.alpha_case, second).expect(201);
});

both!(a_proposal_is_between_its_team_and_the_coordinator, |server| {
    let scene = Scene::of(server);
    server.receive_everything();
    let place =
        |client: Client, path: &str| client.get(&format!("{path}?limit=200")).expect(200).string("/next_cursor");
    let places = || {
        [
            place(server.hospital(), "/v1/incidents/feed"),
            place(server.bravo(), "/v1/cases"),
            place(server.alpha(), "/v1/cases"),
            place(server.coordinator(), "/v1/incidents/feed"),
        ]
    };
    let before = places();
    let made = proposing(&server.alpha(), &scene.alpha_case, json!({"level": 4, "reason": "Гірше"})).expect(201);
    let after = places();
    let moved: Vec<bool> = before.iter().zip(&after).map(|(before, after)| before != after).collect();
    assert_eq!(moved, [false, false, true, true]);
    decide(server, made.str("/id"), "reject").expect(200);
    let both = ["triage_proposed", "triage_proposal_rejected"];
    assert_eq!(types(&server.alpha(), &scene), both);
    assert_eq!(types(&server.coordinator(), &scene), both);
    assert!(types(&server.hospital(), &scene).is_empty() && types(&server.bravo(), &scene).is_empty());
    let listed = |client: Client| client.get(&scene.path("triage-proposals")).expect(200).list("/items").len();
    assert_eq!((listed(server.alpha()), listed(server.bravo()), listed(server.coordinator())), (1, 0, 1));
    server.hospital().get(&scene.path("triage-proposals")).problem(403, "scope_lacking");
    server.charlie().get(&scene.path("triage-proposals")).problem(404, "not_found");
});

both!(whoever_may_not_propose_or_decide_does_not, |server| {
    let scene = Scene::of(server);
    let body = json!({"level": 4, "reason": "Гірше"});
    let id = proposing(&server.alpha(), &scene.alpha_case, body.clone()).expect(201).string("/id");
    server.store.untouched(|| {
        for stranger in [server.bravo(), server.charlie()] {
            proposing(&stranger, &scene.alpha_case, body.clone()).problem(404, "not_found");
        }
        proposing(&server.bravo(), &scene.bravo_case, json!({"reason": "Просто так"})).faults(&["/level"]);
        proposing(&server.bravo(), &scene.bravo_case, json!({"level": 6, "reason": "x"})).faults(&["/level"]);
        for verb in ["accept", "reject"] {
            let path = format!("/v1/triage-proposals/{id}/{verb}");
            server.alpha().post(&path).json(json!({"reason": "x"})).problem(403, "scope_lacking");
            server.coordinator().post(&path).json(json!({})).faults(&["/reason"]);
            let nothing = format!("/v1/triage-proposals/{}/{verb}", scene.incident);
            server.coordinator().post(&nothing).json(json!({"reason": "x"})).problem(404, "not_found");
        }
    });
    let path = format!("/v1/incidents/{}/close", scene.incident);
    server.coordinator().post(&path).json(json!({"reason": "Усе"})).expect(200);
    server.store.untouched(|| {
        decide(server, &id, "accept").problem(409, "state_conflict");
    });
});
