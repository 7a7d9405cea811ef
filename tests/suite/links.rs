//! `/v1/incidents/{id}/links` and `/v1/links/{id}/remove`.

use zvit_tests::directory::{ALPHA, CHARLIE};
use zvit_tests::{Answer, Client, Server, both, json, report};

#[track_caller]
fn link(server: &Server, from: &str, kind: &str, to: &str) -> Answer {
    let body = json!({"kind": kind, "to": to, "reason": "Той самий сервер керування"});
    server.coordinator().post(&format!("/v1/incidents/{from}/links")).fresh_key().json(body).send()
}

#[track_caller]
fn links(client: &Client, incident: &str) -> usize {
    client.get(&format!("/v1/incidents/{incident}/links")).expect(200).list("/items").len()
}

both!(a_link_shows_only_to_those_who_may_see_both_ends, |server| {
    let one = server.hospital().submit(report("Перша")).with("/assignments/0/team/id", ALPHA);
    let own = server.hospital().submit(report("Зовсім друга")).string("/id");
    let foreign = server.grid().submit(report("Чужа подія")).string("/id");
    let id = one.string("/id");
    link(server, &id, "same_attack", &own).expect(201).with("/to/id", own.as_str());
    link(server, &id, "same_attack", &foreign).expect(201);
    assert_eq!(links(&server.coordinator(), &id), 2);
    assert_eq!(links(&server.hospital(), &id), 1);
    assert_eq!(links(&server.grid(), &foreign), 0);
    let timeline = server.grid().get(&format!("/v1/incidents/{foreign}/timeline")).expect(200);
    assert!(!timeline.text().contains("linked") && !timeline.text().contains(&id), "{timeline}");
    server.grid().get(&format!("/v1/incidents/{id}/links")).problem(404, "not_found");
});

both!(a_link_is_made_once_and_in_no_circle, |server| {
    let ids: Vec<String> =
        ["Перша", "Зовсім друга"].iter().map(|text| server.hospital().submit(report(text)).string("/id")).collect();
    link(server, &ids[0], "caused_by", &ids[0]).faults(&["/to"]);
    link(server, &ids[0], "caused_by", "01920000-0000-7000-8000-000000000000").faults(&["/to"]);
    link(server, &ids[0], "caused_by", &ids[1]).expect(201);
    link(server, &ids[0], "caused_by", &ids[1]).problem(409, "already_exists");
    link(server, &ids[1], "caused_by", &ids[0]).problem(409, "state_conflict");
    link(server, &ids[1], "same_attack", &ids[0]).expect(201);
    link(server, &ids[0], "same_attack", &ids[1]).problem(409, "already_exists");
});

both!(a_duplicate_is_merged_and_can_be_parted_again, |server| {
    let survivor = server.hospital().submit(report("Перша")).string("/id");
    let double = server.hospital().submit(report("Зовсім друга")).string("/id");
    let foreign = server.grid().submit(report("Чужа подія")).string("/id");
    link(server, &double, "duplicate_of", &foreign).faults(&["/kind"]);
    let made = link(server, &double, "duplicate_of", &survivor).expect(201).string("/id");
    let path = format!("/v1/incidents/{double}");
    server.hospital().get(&path).expect(200).with("/status", "merged");
    let update = json!({"stage": "update", "affected_users": 1});
    let refused = server.hospital().post(&format!("{path}/reports")).fresh_key().json(update).send();
    refused.clone().problem(409, "state_conflict");
    assert_eq!(refused.str("/incident_id"), survivor);
    let third = server.hospital().submit(report("Ще щось")).string("/id");
    let answer = link(server, &third, "duplicate_of", &double);
    answer.clone().problem(409, "state_conflict");
    assert_eq!(answer.str("/incident_id"), survivor);
    let remove = format!("/v1/links/{made}/remove");
    for _ in 0..2 {
        let removed = server.coordinator().post(&remove).json(json!({"reason": "Помилка"})).expect(200);
        assert!(removed.has("/removed_at"), "{removed}");
    }
    let parted = server.hospital().get(&path).expect(200);
    assert!(["assigned", "in_progress"].contains(&parted.str("/status")), "{parted}");
    assert_eq!(links(&server.coordinator(), &double), 0);
});

both!(a_team_that_does_not_lead_the_survivor_forgets_the_duplicate, |server| {
    let survivor = server.hospital().submit(report("Перша")).string("/id");
    let body = json!({"team_id": CHARLIE, "role": "lead", "reason": "Знають цю програму"});
    server.coordinator().post(&format!("/v1/incidents/{survivor}/assignments")).fresh_key().json(body).expect(201);
    let double = server.hospital().submit(report("Зовсім друга")).with("/assignments/0/team/id", ALPHA);
    let case = double.string("/assignments/0/id");
    link(server, double.str("/id"), "duplicate_of", &survivor).expect(201);
    server.alpha().get(&format!("/v1/cases/{case}")).problem(404, "not_found");
});
