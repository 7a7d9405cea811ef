//! Who received what and when: the first answer in which a team's tool had a case.

use zvit_tests::feed::{everything, page};
use zvit_tests::{Answer, Client, Server, both, both_stores, eventually, in_parallel, json, report};

#[track_caller]
fn read(client: &Client, incident: &str) -> Answer {
    client.get(&format!("/v1/incidents/{incident}")).expect(200)
}

/// The note may come a moment after the answer.
#[track_caller]
fn delivered(client: &Client, incident: &str) -> Answer {
    eventually("the delivery is noted", || {
        let answer = read(client, incident);
        answer.has("/assignments/0/first_delivered_at").then_some(answer)
    })
}

fn notes(client: &Client, incident: &str) -> usize {
    let timeline = everything(client, &format!("/v1/incidents/{incident}/timeline"));
    timeline.iter().filter(|event| event["type"] == "delivered").count()
}

both!(the_institution_is_told_who_received_it_and_when, |server| {
    let (hospital, alpha) = (server.hospital(), server.alpha());
    let incident = hospital.submit(report("Подія")).without("/assignments/0/first_delivered_at");
    let id = incident.string("/id");
    let follow = hospital.get("/v1/incidents/feed").expect(200).string("/next_cursor");
    read(&hospital, &id).without("/assignments/0/first_delivered_at");
    page(&alpha, "/v1/cases", 50, None);
    let after = delivered(&hospital, &id);
    assert_ne!(after.etag(), incident.etag(), "what is shown has changed");
    assert_eq!(after.str("/updated_at"), incident.str("/updated_at"), "the incident itself has not");
    let news = hospital.get(&format!("/v1/incidents/feed?cursor={follow}")).expect(200);
    assert_eq!(news.at("/items/0/assignments/0/first_delivered_at"), after.at("/assignments/0/first_delivered_at"));
    let timeline = hospital.get(&format!("/v1/incidents/{id}/timeline")).expect(200);
    let event = timeline.list("/items").iter().find(|event| event["type"] == "delivered");
    let event = event.unwrap_or_else(|| panic!("no delivery\n{timeline}"));
    assert_eq!(event["actor"]["role"], "team");
    assert_eq!(event["data"]["assignment_id"], *incident.at("/assignments/0/id"));
    assert_eq!(event["data"]["first_delivered_at"], *after.at("/assignments/0/first_delivered_at"));
    assert_eq!(event["at"], *after.at("/assignments/0/first_delivered_at"));
});

both!(it_is_noted_once_and_moves_nothing_of_the_team_s, |server| {
    let (hospital, alpha) = (server.hospital(), server.alpha());
    let incident = hospital.submit(report("Подія"));
    let id = incident.string("/id");
    let first = page(&alpha, "/v1/cases", 50, None);
    let noted = delivered(&hospital, &id);
    let cursor = first.string("/next_cursor");
    page(&alpha, "/v1/cases", 50, Some(&cursor)).with("/items", json!([]));
    let path = format!("/v1/cases/{}", incident.str("/assignments/0/id"));
    let case = alpha.get(&path).expect(200);
    assert_eq!(case.value, *first.at("/items/0"));
    in_parallel(4, |_| {
        page(&alpha, "/v1/cases", 50, None);
        alpha.get(&path).expect(200);
    });
    server.verb(&alpha, incident.str("/assignments/0/id"), "acknowledge", json!({})).expect(200);
    page(&alpha, "/v1/cases", 50, None);
    let after = read(&hospital, &id);
    assert_eq!(after.at("/assignments/0/first_delivered_at"), noted.at("/assignments/0/first_delivered_at"));
    assert_eq!(notes(&hospital, &id), 1);
});

both!(asking_for_the_one_case_is_receiving_it_too, |server| {
    let (hospital, alpha) = (server.hospital(), server.alpha());
    let incident = hospital.submit(report("Подія"));
    let path = format!("/v1/cases/{}", incident.str("/assignments/0/id"));
    server.bravo().get(&path).problem(404, "not_found");
    assert_eq!(notes(&hospital, incident.str("/id")), 0, "who may not see it has received nothing");
    alpha.get(&path).expect(200);
    delivered(&hospital, incident.str("/id"));
});

both!(what_a_filter_hides_or_a_team_has_lost_is_not_received, |server| {
    let (hospital, alpha) = (server.hospital(), server.alpha());
    let incident = hospital.submit(report("Подія"));
    let lost = hospital.submit(report("Червона подія"));
    page(&alpha, "/v1/cases?state=resolved", 50, None);
    let path = format!("/v1/incidents/{}/reports", lost.str("/id"));
    hospital.post(&path).fresh_key().json(json!({"stage": "update", "tlp": "red"})).expect(201);
    page(&alpha, "/v1/cases?state=revoked", 50, None);
    // What follows is noted in its order, so the others would have been by now.
    alpha.get(&format!("/v1/cases/{}", incident.str("/assignments/0/id"))).expect(200);
    delivered(&hospital, incident.str("/id"));
    assert_eq!((notes(&hospital, incident.str("/id")), notes(&hospital, lost.str("/id"))), (1, 0));
});

both_stores!(two_servers_note_it_once, |store| {
    let (one, other) = (Server::start(store), Server::start(store));
    let ids: Vec<String> =
        (0..10).map(|n| one.hospital().submit(report(&format!("Подія {n}"))).string("/id")).collect();
    in_parallel(4, |n| {
        let server = if n % 2 == 0 { &one } else { &other };
        eventually("it is there", || (everything(&server.alpha(), "/v1/cases").len() == ids.len()).then_some(()));
    });
    for id in &ids {
        delivered(&other.hospital(), id);
        assert_eq!(notes(&one.hospital(), id), 1);
    }
});

both!(a_long_page_is_noted_in_parts_and_moves_each_incident_once, |server| {
    let (hospital, alpha) = (server.hospital(), server.alpha());
    let ids: Vec<String> = (0..120).map(|n| hospital.submit(report(&format!("Подія {n}"))).string("/id")).collect();
    let before = read(&hospital, &ids[0]);
    let follow = hospital.get("/v1/incidents/feed?limit=200").expect(200).string("/next_cursor");
    page(&alpha, "/v1/cases", 200, None);
    for id in &ids {
        delivered(&hospital, id);
    }
    let news = hospital.get(&format!("/v1/incidents/feed?limit=200&cursor={follow}")).expect(200);
    let moved: Vec<&str> = news.list("/items").iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(moved.len(), ids.len(), "each once");
    assert!(ids.iter().all(|id| moved.contains(&id.as_str())), "{moved:?}");
    assert_ne!(read(&hospital, &ids[0]).etag(), before.etag());
    assert_eq!(notes(&hospital, &ids[119]), 1);
});
