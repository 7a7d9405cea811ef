//! Teams whose tools don't poll and who have no contact that can be told.

use std::sync::Arc;

use zvit_tests::directory::{ALPHA, BRAVO, CHARLIE, DELTA, GREEN};
use zvit_tests::sinks::{HookSink, MailSink};
use zvit_tests::{Answer, Server, Store, both_stores, eventually, json, report};

use crate::notices::{flags, let_contacts, secret_of};

/// A server on whose store every partner team but these has a contact that can be told.
#[track_caller]
fn start(store: &Arc<Store>, minutes: &str, mails: &MailSink, without: &[&str]) -> Server {
    let server = serve(store, minutes, mails);
    for team in [ALPHA, BRAVO, CHARLIE, DELTA, GREEN].into_iter().filter(|team| !without.contains(team)) {
        give_contact(&server, team);
    }
    server
}

#[track_caller]
fn serve(store: &Arc<Store>, minutes: &str, mails: &MailSink) -> Server {
    let mut flags = flags(mails);
    flags.extend(["--silent-after-minutes", minutes].map(str::to_owned));
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    Server::start_with(store, &flags)
}

#[track_caller]
fn give_contact(server: &Server, team: &str) {
    let_contacts(server, &format!("/v1/teams/{team}"), json!([{"name": "Duty desk", "email": "duty@team.example"}]));
}

#[track_caller]
fn submitted(server: &Server, what: &str) -> Answer {
    let id = server.hospital().submit(report(what)).string("/id");
    server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200)
}

both_stores!(a_silent_team_is_passed_over_until_it_polls, |store| {
    let server = &start(store, "60", &MailSink::start(), &[ALPHA]);
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
    let server = start(store, "60", &MailSink::start(), &[ALPHA, BRAVO, CHARLIE, DELTA]);
    submitted(&server, "Усі мовчать").with("/assignments/0/team/id", ALPHA).with("/assignments/0/why/outcome", "rule");
});

both_stores!(other_processes_and_later_ones_know_who_polled, |store| {
    let server = start(store, "60", &MailSink::start(), &[ALPHA]);
    server.alpha().get("/v1/cases").expect(200);
    server.pass(31);
    eventually("the poll is written", || (store.count("team_polls") == 1).then_some(()));
    let later = Server::start_with(store, &["--silent-after-minutes", "60"]);
    submitted(&later, "Після запуску").with("/assignments/0/team/id", ALPHA);
    drop(server);
    submitted(&later, "Іншому процесові").with("/assignments/0/team/id", ALPHA);
});

both_stores!(how_long_is_a_setting, |store| {
    let mails = MailSink::start();
    let server = start(store, "0", &mails, &[ALPHA]);
    submitted(&server, "Ніхто не мовчить").with("/assignments/0/team/id", ALPHA);
    drop(server);
    let server = serve(store, "5", &mails);
    server.alpha().get("/v1/cases").expect(200);
    submitted(&server, "Щойно").with("/assignments/0/team/id", ALPHA);
    server.pass(301);
    submitted(&server, "За п’ять хвилин").with("/assignments/0/team/id", BRAVO);
});

both_stores!(a_mail_address_is_no_contact_where_nobody_can_send_mails, |store| {
    let server = Server::start_with(store, &["--silent-after-minutes", "60"]);
    give_contact(&server, ALPHA);
    server.bravo().get("/v1/cases").expect(200);
    submitted(&server, "Пошти немає").with("/assignments/0/team/id", BRAVO);
    // Another process that has a mail server is enough, once it has said so.
    let mails = MailSink::start();
    let _other = serve(store, "60", &mails);
    eventually("there is a mail server", || {
        server.pass(31);
        (submitted(&server, "Пошта є").string("/assignments/0/team/id") == ALPHA).then_some(())
    });
    drop(_other);
    server.pass(900);
    server.bravo().get("/v1/cases").expect(200);
    submitted(&server, "Пошти знову немає").with("/assignments/0/team/id", BRAVO);
});

both_stores!(a_webhook_is_no_contact_before_its_team_has_a_secret, |store| {
    let (mails, hooks) = (MailSink::start(), HookSink::start());
    let server = serve(store, "60", &mails);
    let_contacts(
        &server,
        &format!("/v1/teams/{ALPHA}"),
        json!([{"name": "Tool", "webhook": {"url": hooks.url("/zvit")}}]),
    );
    server.bravo().get("/v1/cases").expect(200);
    submitted(&server, "Підписати нічим").with("/assignments/0/team/id", BRAVO);
    secret_of(&server, ALPHA);
    eventually("the secret is known", || {
        server.pass(31);
        (submitted(&server, "Є чим підписати").string("/assignments/0/team/id") == ALPHA).then_some(())
    });
});
