//! Mails where no mail server is: left to a process that has one, given up when there is none, and told of without noise.

use zvit_tests::directory::ALPHA;
use zvit_tests::feed::everything;
use zvit_tests::sinks::MailSink;
use zvit_tests::{Server, Value, both_stores, eventually, json, report};

use crate::notices::{flags, let_contacts, notices, plant_all, row, start, team};

fn told(server: &Server) -> Vec<Value> {
    let events = everything(&server.auditor(), "/v1/audit-events");
    events.into_iter().filter(|event| event["type"] == "notices_not_sent").collect()
}

fn count(server: &Server, state: &str) -> usize {
    notices(server, &format!("?limit=200&state={state}")).len()
}

both_stores!(a_process_without_a_mail_server_leaves_mails_to_one_that_has_it, |store| {
    let mails = MailSink::start();
    let without = Server::start(store);
    assert!(without.log().contains("no mail server is set"), "{}", without.log());
    let_contacts(&without, &team(ALPHA), json!([{"name": "x", "email": "planted@x.example"}]));
    plant_all(store, vec![row("message", "pending", None)]);
    // A webhook without a secret is settled at once: the outbox was looked into after the mail was there.
    let mut other = row("message", "pending", None);
    (other.channel, other.target) = ("webhook".into(), "https://x.example/".into());
    plant_all(store, vec![other]);
    eventually("the outbox is looked into", || (count(&without, "pending") == 1).then_some(()));
    without.pass(800);
    let with = start(store, &flags(&mails));
    eventually("it is sent", || (count(&without, "sent") == 1).then_some(()));
    assert_eq!(mails.mails().len(), 1);
    drop(with);
    // That one was there keeps its mails for a quarter of an hour, then they are given up.
    plant_all(store, vec![row("message", "pending", None)]);
    without.pass(901);
    eventually("it is given up", || (count(&without, "failed") == 1).then_some(()));
});

both_stores!(without_any_mail_server_the_coordinator_is_told_once_and_timelines_say_nothing, |store| {
    let server = Server::start(store);
    // Not of deadlines: those pass meanwhile.
    let contact = json!({"name": "x", "email": "planted@x.example", "notify": ["assigned"]});
    let_contacts(&server, &team(ALPHA), json!([contact]));
    let incident = server.hospital().submit(report("Подія")).string("/id");
    plant_all(store, (0..30).map(|_| row("message", "pending", None)).collect());
    server.pass(600);
    assert_eq!(count(&server, "failed"), 0, "they wait");
    server.pass(301);
    eventually("all are given up", || (count(&server, "failed") == 31).then_some(()));
    let failed = notices(&server, "?limit=200&state=failed");
    assert!(failed.iter().all(|one| one["last_error"] == "no_mail_server" && one["attempts"] == 0), "{failed:#?}");
    let first = told(&server);
    assert_eq!((first.len(), &first[0]["data"]["count"]), (1, &json!(31)), "{first:#?}");
    let timeline = server.coordinator().get(&format!("/v1/incidents/{incident}/timeline")).expect(200);
    assert!(!timeline.text().contains("notice"), "{timeline}");

    // Within the hour no more is said; what came meanwhile is said after it.
    plant_all(store, vec![row("message", "pending", None), row("message", "pending", None)]);
    server.pass(1_000);
    eventually("they are given up too", || (count(&server, "failed") == 33).then_some(()));
    assert_eq!(told(&server).len(), 1);
    server.pass(3_600);
    let both = eventually("it is told", || Some(told(&server)).filter(|told| told.len() == 2));
    assert!(both.iter().any(|event| event["data"]["count"] == 2), "{both:#?}");

    // Each can be sent again once there is one.
    drop(server);
    let mails = MailSink::start();
    let server = start(store, &flags(&mails));
    let id = failed[0]["id"].as_str().unwrap();
    server.coordinator().post(&format!("/v1/notices/{id}/retry")).expect(200);
    eventually("it is sent", || (count(&server, "sent") == 1).then_some(()));
});
