//! `/v1/incidents/unmoved`.

use zvit_tests::feed::everything;
use zvit_tests::{Server, both, json, report};

fn ids(server: &Server, query: &str) -> Vec<String> {
    let found = everything(&server.coordinator(), &format!("/v1/incidents/unmoved?{query}"));
    found.iter().map(|incident| incident["id"].as_str().unwrap().to_owned()).collect()
}

both!(what_nobody_has_moved_stands_longest_first, |server| {
    let first = server.hospital().submit(report("Перша")).string("/id");
    let second = server.grid().submit(report("Друга")).string("/id");
    assert!(ids(server, "minutes=5").is_empty());
    server.pass(600);
    let third = server.hospital().submit(report("Третя")).string("/id");
    assert_eq!(ids(server, "minutes=5"), [first.as_str(), second.as_str()]);
    let page = server.coordinator().get("/v1/incidents/unmoved?minutes=5&limit=1").expect(200);
    let path = format!("/v1/incidents/unmoved?minutes=5&limit=1&cursor={}", page.str("/next_cursor"));
    let rest = server.coordinator().get(&path).expect(200).without("/next_cursor");
    assert_eq!((page.str("/items/0/id"), rest.str("/items/0/id")), (first.as_str(), second.as_str()));
    let path = format!("/v1/incidents/{first}/close");
    server.coordinator().post(&path).json(json!({"reason": "Готово"})).expect(200);
    server.pass(600);
    assert_eq!(ids(server, "minutes=5"), [second.as_str(), third.as_str()]);
    server.hospital().get("/v1/incidents/unmoved").problem(403, "scope_lacking");
});

both!(what_the_institution_adds_and_the_service_does_moves_nothing, |server| {
    let id = server.hospital().submit(report("Подія")).string("/id");
    server.pass(20 * 60);
    // The first team has let it expire, and the hospital asks.
    crate::escalation::eventually_not_led_by(server, &id, zvit_tests::directory::ALPHA);
    let say = |client: &zvit_tests::Client| {
        let path = format!("/v1/incidents/{id}/messages");
        client.post(&path).fresh_key().json(json!({"text": "Є хтось?", "visibility": "all"})).expect(201);
    };
    say(&server.hospital());
    assert_eq!(ids(server, "minutes=15"), [id.as_str()]);
    say(&server.bravo());
    assert!(ids(server, "minutes=15").is_empty(), "a team has answered");
});
