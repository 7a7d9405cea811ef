//! `GET /v1/incidents/{id}/timeline`.

use zvit_tests::{Answer, both, json, report};

fn types(timeline: &Answer) -> Vec<&str> {
    timeline.list("/items").iter().filter_map(|event| event["type"].as_str()).collect()
}

both!(it_tells_the_course_oldest_first_with_who_and_why, |server| {
    let incident = server.hospital().submit(report("Подія"));
    let path = format!("/v1/incidents/{}/timeline", incident.str("/id"));
    let case = incident.string("/assignments/0/id");
    server.verb(&server.alpha(), &case, "decline", json!({"reason": "Немає вільних людей"})).expect(200);
    let timeline = server.coordinator().get(&path).expect(200);
    let mut before = String::new();
    for event in timeline.list("/items") {
        assert!(event["id"].is_string() && event["type"].is_string() && event["data"].is_object(), "{event}");
        assert!(event["actor"]["role"].is_string() && event["actor"]["name"].is_string(), "{event}");
        let at = event["at"].as_str().unwrap().to_owned();
        assert!(at >= before, "oldest first\n{timeline}");
        before = at;
    }
    assert!(types(&timeline).len() >= 3, "submitted, assigned, declined, assigned again\n{timeline}");
    let declined = timeline.list("/items").iter().find(|event| event["reason"] == "Немає вільних людей");
    let declined = declined.unwrap_or_else(|| panic!("the reason is told\n{timeline}"));
    assert_eq!(declined["actor"]["role"], "team");
    assert!(declined["actor"]["name"].as_str().is_some_and(|name| name.contains("Alpha")), "{declined}");
});

both!(each_party_sees_what_it_may, |server| {
    let incident = server.hospital().submit(report("Подія"));
    let path = format!("/v1/incidents/{}/timeline", incident.str("/id"));
    let all = types(&server.coordinator().get(&path).expect(200)).len();
    for party in [server.hospital(), server.alpha()] {
        let seen = party.get(&path).expect(200);
        assert!(!seen.list("/items").is_empty() && seen.list("/items").len() <= all, "{seen}");
        assert!(!seen.text().contains("excluded_by"), "the other candidates are the coordinator's business\n{seen}");
    }
    for stranger in [server.bravo(), server.grid()] {
        stranger.get(&path).problem(404, "not_found");
    }
    for outsider in [server.observer(), server.auditor()] {
        outsider.get(&path).problem(403, "scope_lacking");
    }
});

both!(it_goes_by_pages, |server| {
    let incident = server.hospital().submit(report("Подія"));
    let path = format!("/v1/incidents/{}/timeline", incident.str("/id"));
    for number in 0..5 {
        server
            .hospital()
            .post(&format!("/v1/incidents/{}/reports", incident.str("/id")))
            .fresh_key()
            .json(json!({"stage": "update", "affected_users": number}))
            .expect(201);
    }
    let whole = zvit_tests::feed::everything(&server.hospital(), &path);
    let mut paged = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = server.hospital().get(&format!("{path}?limit=2{cursor}")).expect(200);
        paged.extend_from_slice(page.list("/items"));
        match page.value["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(paged, whole);
    server.hospital().get(&format!("{path}?limit=0")).faults(&["parameter limit"]);
});
