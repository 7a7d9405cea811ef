//! `GET /v1/incidents/feed`: the gap-free feed of an institution and of the coordinator.

use zvit_tests::feed::{Follower, page};
use zvit_tests::{both, eventually, json, report};

const FEED: &str = "/v1/incidents/feed";

both!(an_institution_follows_its_incidents_to_their_latest_state, |server| {
    let hospital = server.hospital();
    let mut follower = Follower::new(&hospital, FEED, 2);
    assert_eq!(follower.step(), 0, "nothing yet, but a cursor all the same");
    let ids: Vec<String> = (0..5).map(|n| hospital.submit(report(&format!("Подія {n}"))).string("/id")).collect();
    server.grid().submit(report("Чужа"));
    let case = server.case_of(&server.alpha(), &ids[1]);
    // That the team received them is news by itself.
    eventually("each is noted as delivered", || {
        let list = hospital.get("/v1/incidents").expect(200);
        list.list("/items").iter().all(|one| !one["assignments"][0]["first_delivered_at"].is_null()).then_some(())
    });
    follower.catch_up();
    assert_eq!(follower.latest.len(), 5);
    assert_eq!(follower.seen, 5, "each once");
    for verb in ["acknowledge", "start"] {
        server.verb(&server.alpha(), &case, verb, json!({})).expect(200);
    }
    follower.catch_up();
    assert_eq!(follower.seen, 6, "compacted: two changes, one item");
    assert_eq!(follower.latest[&ids[1]]["status"], "in_progress");
    let from_start = page(&hospital, FEED, 200, None);
    let order: Vec<&str> = from_start.list("/items").iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(order, [&*ids[0], &*ids[2], &*ids[3], &*ids[4], &*ids[1]], "each at the position of its latest change");
});

both!(the_coordinators_feed_has_every_incident, |server| {
    let mut follower = Follower::new(&server.coordinator(), FEED, 3);
    for (client, times) in [(server.hospital(), 3), (server.grid(), 2), (server.water(), 4)] {
        for number in 0..times {
            client.submit(report(&format!("Подія {number}")));
        }
        follower.catch_up();
    }
    assert_eq!((follower.latest.len(), follower.seen), (9, 9));
});

both!(only_institutions_and_the_coordinator_have_one, |server| {
    server.alpha().get(FEED).problem(403, "scope_lacking");
    server.anyone().get(FEED).problem(401, "token_missing");
    // A cursor of the team's feed is none of this feed.
    server.hospital().submit(report("Подія"));
    let foreign = page(&server.alpha(), "/v1/cases", 1, None).string("/next_cursor");
    let answer = server.hospital().get(&format!("{FEED}?cursor={foreign}")).send();
    assert!([200, 422].contains(&answer.status), "{answer}");
    assert!(answer.status == 422 || !answer.text().contains("\"team\":null"), "{answer}");
});
