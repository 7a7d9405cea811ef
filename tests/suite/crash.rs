//! kill -9 under load: every report that was answered 201 is there, whole, once, and assigned; and whoever got no answer may
//! try again with the same key without doubling anything.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use zvit_tests::feed::everything;
use zvit_tests::{Answer, Client, Server, Value, both_stores, eventually, fresh, json, report};

const SENDERS: usize = 8;
const ROUNDS: usize = 3;

/// What was sent, and what was answered if anything was.
struct Sent {
    key: String,
    body: String,
    answer: Option<Answer>,
}

both_stores!(no_accepted_report_is_lost_when_the_server_is_killed, |store| {
    let mut sent: Vec<Sent> = Vec::new();
    for round in 0..ROUNDS {
        let mut server = Server::start(store);
        sent.extend(load_until_killed(&mut server, round));
    }
    let accepted = sent.iter().filter(|one| one.answer.is_some()).count();
    assert!(accepted >= ROUNDS * SENDERS, "there was load: {accepted} accepted");

    let server = Server::start(store);
    let coordinator = server.coordinator();
    for one in sent.iter().filter(|one| one.answer.is_some()) {
        is_there_whole_and_assigned(&coordinator, one);
    }
    let before = server.store.count("incidents");
    let unanswered = i64::try_from(sent.len() - accepted).unwrap();
    let known = i64::try_from(accepted).unwrap();
    assert!(
        (known..=known + unanswered).contains(&before),
        "{known} accepted, {unanswered} unanswered, {before} there"
    );

    // Everybody tries again with the same key: those who were answered get the same, the others are taken in once.
    let hospital = server.hospital();
    let mut ids = BTreeSet::new();
    for one in &sent {
        let again = hospital.post("/v1/incidents").key(&one.key).body("application/json", one.body.clone()).expect(201);
        if let Some(answer) = &one.answer {
            assert_eq!(again.bytes, answer.bytes, "the answer of then");
            assert_eq!(again.header("idempotency-replayed"), "true");
        }
        assert!(ids.insert(again.string("/id")), "two keys lead to one incident\n{again}");
    }
    let all = i64::try_from(sent.len()).unwrap();
    for table in ["incidents", "reports", "assignments"] {
        assert_eq!(server.store.count(table), all, "{table}: each once");
    }
    let cases = everything(&server.alpha(), "/v1/cases");
    let seen: BTreeSet<String> = cases.iter().map(|case| case["incident"]["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!((cases.len(), seen), (ids.len(), ids.clone()), "the team's feed has each once");
    let feed: BTreeSet<String> =
        everything(&hospital, "/v1/incidents/feed").iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(feed, ids, "and so has the institution's");
});

/// Several senders at once; the server dies in the midst of it.
fn load_until_killed(server: &mut Server, round: usize) -> Vec<Sent> {
    let hospital = server.hospital();
    hospital.token();
    let accepted = AtomicUsize::new(0);
    let dead = AtomicBool::new(false);
    let sent = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for number in 0..SENDERS {
            let (hospital, accepted, dead, sent) = (&hospital, &accepted, &dead, &sent);
            scope.spawn(move || {
                for turn in 0.. {
                    let text = format!("Раунд {round}, відправник {number}, звіт {turn}. {}", "Докладно. ".repeat(50));
                    let body = Value::from(
                        report(&text).with("affected_users", turn).with("symptoms", json!(["service_down"])),
                    )
                    .to_string();
                    let key = fresh();
                    let outcome =
                        hospital.post("/v1/incidents").key(&key).body("application/json", body.clone()).try_send().ok();
                    let lost = outcome.is_none();
                    let answer = outcome.filter(|answer| answer.status != 503).map(|answer| answer.expect(201));
                    accepted.fetch_add(usize::from(answer.is_some()), Ordering::SeqCst);
                    sent.lock().unwrap().push(Sent { key, body, answer });
                    if lost {
                        assert!(dead.load(Ordering::SeqCst) || turn > 0, "the first report of a sender got no answer");
                        return;
                    }
                }
            });
        }
        // Not at the first commit, and not at the same point every time.
        let enough = SENDERS * (2 + round * 2);
        eventually("there is load", || (accepted.load(Ordering::SeqCst) >= enough).then_some(()));
        dead.store(true, Ordering::SeqCst);
        server.kill();
    });
    sent.into_inner().unwrap()
}

#[track_caller]
fn is_there_whole_and_assigned(coordinator: &Client, sent: &Sent) {
    let told: Value = serde_json::from_str(&sent.body).unwrap();
    let answer = sent.answer.as_ref().unwrap();
    let there = coordinator.get(&format!("/v1/incidents/{}", answer.str("/id"))).expect(200);
    for member in [
        "reference",
        "received_at",
        "report_sha256",
        "description",
        "affected_users",
        "symptoms",
        "triage",
        "deadlines",
    ] {
        assert_eq!(there.value.get(member), answer.value.get(member), "{member}\n{there}");
    }
    assert_eq!(there.value["description"], told["description"]);
    let there = there.with("/report_sha256", zvit_tests::sha256::hex(sent.body.as_bytes())).with("/status", "assigned");
    assert_eq!(there.list("/assignments").len(), 1, "{there}");
    assert_eq!(there.at("/assignments/0/id"), answer.at("/assignments/0/id"));
    let there = there.with("/assignments/0/state", "assigned").with("/assignments/0/role", "lead");
    let reports = coordinator.get(&format!("/v1/incidents/{}/reports", there.str("/id"))).expect(200);
    assert_eq!(reports.list("/items").len(), 1, "{reports}");
}
