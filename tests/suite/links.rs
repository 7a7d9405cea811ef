//! `/v1/incidents/{id}/links` and `/v1/links/{id}/remove`.

use zvit_tests::directory::{ALPHA, CHARLIE};
use zvit_tests::{Answer, Client, Server, Value, both, json, report};

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
    let split = server.hospital().submit(report("Третя, виокремлена")).string("/id");
    link(server, &split, "split_from", &own).expect(201).with("/kind", "split_from").with("/to/id", own.as_str());
    assert_eq!(links(&server.hospital(), &own), 2, "from either end");
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

#[track_caller]
fn update(server: &Server, incident: &str, change: Value) {
    let mut body = json!({"stage": "update"});
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    server.hospital().post(&format!("/v1/incidents/{incident}/reports")).fresh_key().json(body).expect(201);
}

#[track_caller]
fn read(server: &Server, incident: &str) -> Answer {
    server.coordinator().get(&format!("/v1/incidents/{incident}")).expect(200)
}

both!(nothing_is_merged_into_what_has_ended, |server| {
    let coordinator = server.coordinator();
    for ending in ["close", "withdraw"] {
        let survivor = server.hospital().submit(report("Перша")).string("/id");
        let double = server.hospital().submit(report("Зовсім друга")).with("/assignments/0/team/id", ALPHA);
        let (id, case) = (double.string("/id"), double.string("/assignments/0/id"));
        let path = format!("/v1/incidents/{survivor}/{ending}");
        coordinator.post(&path).json(json!({"reason": "Завершено"})).expect(200);
        server.store.untouched(|| {
            let refused = link(server, &id, "duplicate_of", &survivor).problem(409, "state_conflict");
            assert!(refused.str("/detail").contains("eopen"), "it says how\n{refused}");
        });
        server.alpha().get(&format!("/v1/cases/{case}")).expect(200).with("/state", "assigned");
        let reopen = format!("/v1/incidents/{survivor}/reopen");
        coordinator.post(&reopen).json(json!({"reason": "Триває"})).expect(200);
        link(server, &id, "duplicate_of", &survivor).expect(201);
    }
});

both!(what_is_resolved_takes_in_only_what_nobody_works_on, |server| {
    let done = json!({"outcome": "contained", "summary": "Готово"});
    let resolve = |incident: &Answer| {
        let case = incident.str("/assignments/0/id");
        server.verb(&server.alpha(), case, "resolve", done.clone()).expect(200);
    };
    let [survivor, double] = ["Перша", "Зовсім друга"].map(|text| server.hospital().submit(report(text)));
    resolve(&survivor);
    server.store.untouched(|| {
        link(server, double.str("/id"), "duplicate_of", survivor.str("/id")).problem(409, "state_conflict");
    });
    resolve(&double);
    link(server, double.str("/id"), "duplicate_of", survivor.str("/id")).expect(201);
});

both!(a_merger_taken_back_leaves_no_lead_that_never_acknowledged, |server| {
    let survivor = server.hospital().submit(report("Перша")).with("/assignments/0/team/id", ALPHA).string("/id");
    let double = server.hospital().submit(report("Зовсім друга")).with("/assignments/0/team/id", ALPHA);
    let (id, case) = (double.string("/id"), double.string("/assignments/0/id"));
    let made = link(server, &id, "duplicate_of", &survivor).expect(201).string("/id");
    server.alpha().get(&format!("/v1/cases/{case}")).expect(200).with("/state", "resolved");
    let remove = format!("/v1/links/{made}/remove");
    server.coordinator().post(&remove).json(json!({"reason": "Помилка"})).expect(200);
    let parted = read(server, &id).with("/status", "assigned").with("/assignments/0/state", "revoked");
    let anew = parted.with("/assignments/1/team/id", ALPHA).with("/assignments/1/state", "assigned");
    assert!(anew.has("/assignments/1/acknowledge_by"), "somebody is asked to take it up\n{anew}");
    assert_eq!(anew.list("/assignments").len(), 2, "{anew}");
    server.alpha().get(&format!("/v1/cases/{case}")).problem(404, "not_found");
});

both!(a_link_is_judged_at_its_other_end_too, |server| {
    let [one, other] = ["Перша", "Зовсім друга"].map(|text| server.hospital().submit(report(text)).string("/id"));
    link(server, &one, "same_attack", &other).expect(201);
    let alpha = server.alpha();
    assert_eq!((links(&alpha, &one), links(&alpha, &other)), (1, 1));
    // A team that leads the one and supports the other sees the link once it is shown the course of both.
    let assign = |incident: &str, role: &str| {
        let body = json!({"team_id": CHARLIE, "role": role, "reason": "Знають цю програму"});
        let path = format!("/v1/incidents/{incident}/assignments");
        server.coordinator().post(&path).fresh_key().json(body).expect(201).string("/id")
    };
    let more = json!({"assistance_requested": ["satellite_communications"]});
    update(server, &other, more);
    assign(&one, "lead");
    let support = assign(&other, "support");
    let charlie = server.charlie();
    assert_eq!(links(&charlie, &one), 0);
    charlie.get(&format!("/v1/incidents/{other}/links")).problem(403, "disclosure_withheld");
    let grant = json!({"assignment_id": support, "parts": ["course"], "reason": "Потрібен увесь перебіг"});
    server.coordinator().post(&format!("/v1/incidents/{other}/grants")).json(grant).expect(200);
    assert_eq!((links(&charlie, &one), links(&charlie, &other)), (1, 1));
    // What rises above a team's ceiling takes its links along, also from the end that the team still holds.
    let third = server.hospital().submit(report("Третя подія")).with("/assignments/0/team/id", ALPHA).string("/id");
    link(server, &third, "same_attack", &other).expect(201);
    assert_eq!(links(&alpha, &third), 1);
    let cursor = alpha.get("/v1/cases").expect(200).string("/next_cursor");
    update(server, &other, json!({"tlp": "red"}));
    assert_eq!((links(&alpha, &third), links(&server.hospital(), &third)), (0, 1));
    let news = alpha.get(&format!("/v1/cases?cursor={cursor}")).expect(200);
    assert!(news.list("/items").iter().all(|item| item["forget"] == true), "{news}");
});
