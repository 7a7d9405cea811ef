//! Teams whose tools don't poll and who have no contact that can be told.

use std::sync::Arc;

use zvit_tests::directory::{ALPHA, BRAVO, CHARLIE, DELTA, GREEN};
use zvit_tests::{Answer, Server, Store, both_stores, eventually, json, report};

/// A server on whose store every partner team but these has a contact that can be told.
#[track_caller]
fn start(store: &Arc<Store>, minutes: &str, without: &[&str]) -> Server {
    let server = Server::start_with(store, &["--silent-after-minutes", minutes]);
    for team in [ALPHA, BRAVO, CHARLIE, DELTA, GREEN].into_iter().filter(|team| !without.contains(team)) {
        give_contact(&server, team);
    }
    server
}

#[track_caller]
fn give_contact(server: &Server, team: &str) {
    let path = format!("/v1/teams/{team}");
    let held = server.coordinator().get(&path).expect(200);
    let mut body = held.value.clone();
    for name in ["id", "active", "version", "created_at", "updated_at"] {
        body.as_object_mut().unwrap().remove(name);
    }
    body["contacts"] = json!([{"name": "Duty desk", "email": "duty@team.example"}]);
    server.coordinator().put(&path).if_match(&held.etag()).json(body).expect(200);
}

#[track_caller]
fn submitted(server: &Server, what: &str) -> Answer {
    let id = server.hospital().submit(report(what)).string("/id");
    server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200)
}

both_stores!(a_silent_team_is_passed_over_until_it_polls, |store| {
    let server = &start(store, "60", &[ALPHA]);
    let passed_over = submitted(server, "Ніхто не помітить").with("/assignments/0/team/id", BRAVO);
    let candidates = passed_over.list("/assignments/0/why/candidates");
    assert!(
        candidates.iter().any(|one| one["team"] == ALPHA && one["excluded_by"] == json!(["silent"])),
        "{passed_over}"
    );
    let cursor = server.alpha().get("/v1/cases").expect(200).string("/next_cursor");
    submitted(server, "Опитано").with("/assignments/0/team/id", ALPHA);
    server.pass(3_540);
    submitted(server, "Ще ні").with("/assignments/0/team/id", ALPHA);
    server.pass(120);
    submitted(server, "Знову мовчить").with("/assignments/0/team/id", BRAVO);
    // A poll that brings nothing new is a poll too.
    server.alpha().get(&format!("/v1/cases?cursor={cursor}")).expect(200);
    submitted(server, "І знову чує").with("/assignments/0/team/id", ALPHA);
});

both_stores!(among_silent_teams_the_rules_hold_as_ever, |store| {
    let server = start(store, "60", &[ALPHA, BRAVO, CHARLIE, DELTA]);
    submitted(&server, "Усі мовчать").with("/assignments/0/team/id", ALPHA).with("/assignments/0/why/outcome", "rule");
});

both_stores!(other_processes_and_later_ones_know_who_polled, |store| {
    let server = start(store, "60", &[ALPHA]);
    server.alpha().get("/v1/cases").expect(200);
    server.pass(31);
    eventually("the poll is written", || (store.count("team_polls") == 1).then_some(()));
    let later = Server::start_with(store, &["--silent-after-minutes", "60"]);
    submitted(&later, "Після запуску").with("/assignments/0/team/id", ALPHA);
    drop(server);
    submitted(&later, "Іншому процесові").with("/assignments/0/team/id", ALPHA);
});

both_stores!(how_long_is_a_setting, |store| {
    let server = start(store, "0", &[ALPHA]);
    submitted(&server, "Ніхто не мовчить").with("/assignments/0/team/id", ALPHA);
    drop(server);
    let server = Server::start_with(store, &["--silent-after-minutes", "5"]);
    server.alpha().get("/v1/cases").expect(200);
    submitted(&server, "Щойно").with("/assignments/0/team/id", ALPHA);
    server.pass(301);
    submitted(&server, "За п’ять хвилин").with("/assignments/0/team/id", BRAVO);
});
