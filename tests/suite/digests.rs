//! Floods of notices: what a contact is told one by one, and what in a digest; and what becomes of each that is sent together.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;

use zvit_db::rows::NoticeRow;
use zvit_db::types::{At, Id};
use zvit_domain::notice::digest::{SINGLE_AT_MOST, WINDOW_S};
use zvit_tests::directory::ALPHA;
use zvit_tests::sinks::{HookSink, Mail, MailSink};
use zvit_tests::{Server, Value, both_stores, eventually, json, now, report};

use crate::notices::{flags, let_contacts, notices, plant_all, row, secret_of, start, team};

/// Puts the clock to where a window has just begun, so that none turns during the test.
fn at_the_beginning_of_a_window(server: &Server) {
    server.pass(WINDOW_S - now().as_seconds().rem_euclid(WINDOW_S) + 5);
}

fn let_duty(server: &Server) {
    let_contacts(server, &team(ALPHA), json!([{"name": "x", "email": "planted@x.example", "notify": ["assigned"]}]));
}

/// Notices of this level that are due now, to a mail address or to a URL.
fn flood(count: usize, level: i32, url: Option<&str>) -> Vec<NoticeRow> {
    let one = |nth: usize| {
        let mut row = row("message", "pending", None);
        (row.level, row.reference) = (Some(level), Some(format!("UA-{level}-{nth:03}")));
        if let Some(url) = url {
            (row.channel, row.target) = ("webhook".into(), url.into());
        }
        row
    };
    (0..count).map(one).collect()
}

fn count(server: &Server, state: &str) -> usize {
    notices(server, &format!("?limit=200&state={state}")).len()
}

fn digests(mails: &MailSink) -> Vec<Mail> {
    mails.mails().into_iter().filter(|mail| mail.text.contains("Count: ")).collect()
}

both_stores!(a_flood_of_cases_is_five_mails_and_one_digest, |store| {
    let mails = MailSink::start();
    let server = start(store, &flags(&mails));
    let_duty(&server);
    at_the_beginning_of_a_window(&server);
    let mut cases = BTreeMap::new();
    for n in 0..9 {
        let incident = server.hospital().submit(report(&format!("Подія {n}")));
        assert_eq!(incident.str("/assignments/0/team/id"), ALPHA);
        cases.insert(incident.string("/reference"), incident.string("/assignments/0/id"));
    }
    let gathered =
        eventually("four are gathered", || Some(notices(&server, "?state=gathered")).filter(|all| all.len() == 4));
    eventually("five are sent", || (count(&server, "sent") == SINGLE_AT_MOST).then_some(()));
    let ids: BTreeSet<&str> = gathered.iter().map(|one| one["digest_id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 1, "{gathered:#?}");
    let waits = notices(&server, "?state=pending");
    assert!(
        waits.len() == 1 && ids.contains(waits[0]["id"].as_str().unwrap()) && waits[0].get("digest").is_none(),
        "{waits:#?}"
    );
    assert_eq!((mails.mails().len(), digests(&mails).len()), (SINGLE_AT_MOST, 0));

    // Of one that is somebody else's by then nobody need be told.
    let reference = |notice: &Value| notice["reference"].as_str().unwrap().to_owned();
    let lost = reference(&gathered[0]);
    server.verb(&server.alpha(), &cases[&lost], "decline", json!({"reason": "не наша"})).expect(200);
    server.pass(WINDOW_S);
    let mail = eventually("the digest comes", || digests(&mails).pop());
    assert!(mail.head.contains(&format!("<{}@zvit.example>", waits[0]["id"].as_str().unwrap())), "{}", mail.head);
    let told: BTreeSet<String> = gathered.iter().map(reference).filter(|reference| *reference != lost).collect();
    let named: BTreeSet<String> = cases.keys().filter(|reference| mail.text.contains(*reference)).cloned().collect();
    assert_eq!(named, told, "{}", mail.text);
    for part in
        ["Count: 3", "Кількість: 3", "Highest level: ", "Earliest deadline: ", "Link: https://zvit.example/v1/cases\r"]
    {
        assert!(mail.text.contains(part), "{part}\n{}", mail.text);
    }
    let digest = eventually("it is settled", || {
        notices(&server, "?state=sent").into_iter().find(|one| one.get("digest").is_some())
    });
    assert_eq!((&digest["digest"]["count"], &digest["attempts"]), (&json!(3), &json!(1)), "{digest}");
    assert_eq!(mails.mails().len(), SINGLE_AT_MOST + 1);
});

both_stores!(what_is_grave_or_for_a_machine_is_never_held_back, |store| {
    let (mails, hooks) = (MailSink::start(), HookSink::start());
    let server = start(store, &flags(&mails));
    let url = hooks.url("/");
    let contact = json!({"name": "x", "email": "planted@x.example", "webhook": {"url": url}});
    let_contacts(&server, &team(ALPHA), json!([contact]));
    secret_of(&server, ALPHA);
    at_the_beginning_of_a_window(&server);
    let mut rows = flood(12, 4, None);
    rows.extend(flood(12, 1, Some(&url)));
    plant_all(store, rows);
    eventually("all are sent", || (count(&server, "sent") == 24).then_some(()));
    assert_eq!((mails.mails().len(), hooks.calls().len(), count(&server, "gathered")), (12, 12, 0));
    // They count all the same: who has got twelve mails is awake.
    plant_all(store, flood(3, 3, None));
    eventually("the lesser ones are gathered", || (count(&server, "gathered") == 3).then_some(()));
});

both_stores!(two_processes_and_a_death_lose_and_double_nothing_of_a_digest, |store| {
    let mails = MailSink::start();
    let mut first = start(store, &flags(&mails));
    let second = start(store, &flags(&mails));
    let_duty(&second);
    at_the_beginning_of_a_window(&second);
    plant_all(store, flood(40, 2, None));
    eventually("all are sent or gathered", || {
        (count(&second, "sent") == SINGLE_AT_MOST && count(&second, "gathered") == 40 - SINGLE_AT_MOST).then_some(())
    });
    plant_all(store, flood(10, 3, None));
    eventually("later ones join them", || (count(&second, "gathered") == 50 - SINGLE_AT_MOST).then_some(()));
    first.kill();
    second.pass(WINDOW_S);
    let mail = eventually("the digest comes", || digests(&mails).pop());
    for part in ["Count: 45", "Highest level: 3", "(+25)", "UA-3-000, "] {
        assert!(mail.text.contains(part), "{part}\n{}", mail.text);
    }
    eventually("it is settled", || (count(&second, "sent") == SINGLE_AT_MOST + 1).then_some(()));
    // The next window begins anew.
    plant_all(store, flood(1, 2, None));
    eventually("a single one is sent again", || (count(&second, "sent") == SINGLE_AT_MOST + 2).then_some(()));
    assert_eq!((mails.mails().len(), digests(&mails).len()), (SINGLE_AT_MOST + 2, 1));
});

both_stores!(a_digest_that_fails_is_tried_again_and_says_the_same, |store| {
    let mails = MailSink::start();
    let server = start(store, &flags(&mails));
    let_duty(&server);
    at_the_beginning_of_a_window(&server);
    plant_all(store, flood(8, 2, None));
    eventually("three are gathered", || (count(&server, "gathered") == 3 && count(&server, "sent") == 5).then_some(()));
    mails.refuse(Some("451 later"));
    server.pass(WINDOW_S);
    eventually("it fails", || notices(&server, "?state=pending").into_iter().find(|one| one["attempts"] == 1));
    mails.refuse(None);
    server.pass(7);
    let mail = eventually("it comes", || digests(&mails).pop());
    assert!(mail.text.contains("Count: 3"), "{}", mail.text);
});

both_stores!(each_notice_to_a_target_has_an_outcome_of_its_own, |store| {
    let (mails, hooks) = (MailSink::start(), HookSink::start());
    let server = start(store, &flags(&mails));
    let url = hooks.url("/");
    let_contacts(&server, &team(ALPHA), json!([{"name": "x", "webhook": {"url": url}}]));
    secret_of(&server, ALPHA);
    hooks.answer_first(&[410, 204, 503, 204]);
    let rows = flood(4, 2, Some(&url));
    let ids: Vec<String> = rows.iter().map(|row| row.id.0.to_string()).collect();
    plant_all(store, rows);
    let state = |id: &String| {
        let all = notices(&server, "");
        let one = all.iter().find(|one| one["id"] == json!(id)).expect("it is there").clone();
        (one["state"].as_str().unwrap().to_owned(), one["attempts"].as_u64().unwrap())
    };
    let expected =
        [("failed", 1), ("sent", 1), ("pending", 1), ("sent", 1)].map(|(state, tries)| (state.to_owned(), tries));
    eventually("each has its own", || (ids.iter().map(state).collect::<Vec<_>>() == expected).then_some(()));
});

both_stores!(where_nobody_answers_the_others_wait_without_losing_a_try, |store| {
    let mails = MailSink::start();
    let server = start(store, &flags(&mails));
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", free.local_addr().unwrap());
    drop(free);
    let_contacts(&server, &team(ALPHA), json!([{"name": "x", "webhook": {"url": url}}]));
    secret_of(&server, ALPHA);
    let mut rows = flood(4, 2, Some(&url));
    // The last was let through long ago: for so long nobody has answered.
    let long_ago = At(now().plus_seconds(-2 * 86_400));
    if let Some(last) = rows.last_mut() {
        (last.passed_at, last.lease) = (Some(long_ago), Some(Id(uuid::Uuid::new_v4())));
    }
    let last = rows.last().unwrap().id.0.to_string();
    plant_all(store, rows);
    let all = eventually("they are looked at", || {
        let all = notices(&server, "");
        all.iter().all(|one| one["last_error"] == "connection_failed").then_some(all)
    });
    let tries: u64 = all.iter().map(|one| one["attempts"].as_u64().unwrap()).sum();
    let failed: Vec<&Value> = all.iter().filter(|one| one["state"] == "failed").collect();
    assert_eq!((tries, failed.len()), (1, 1), "{all:#?}");
    assert_eq!(failed[0]["id"], json!(last), "it has waited for as long as any is tried");
});
