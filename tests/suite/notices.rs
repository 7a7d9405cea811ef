//! Notices to people: `GET /v1/notices`, what arrives by mail and at webhooks, and what becomes of what doesn't.

use std::collections::BTreeSet;
use std::sync::Arc;

use zvit_db::rows::NoticeRow;
use zvit_db::types::{At, Id};
use zvit_domain::notice::WAITS_S;
use zvit_tests::directory::{ALPHA, HOSPITAL};
use zvit_tests::sinks::{HookSink, MailSink};
use zvit_tests::{Answer, Database, Server, Store, Value, both, both_stores, eventually, json, now, report};

/// What a server needs so that notices reach the sinks.
pub(crate) fn flags(mails: &MailSink) -> Vec<String> {
    [
        "--smtp-url",
        &mails.url(),
        "--mail-from",
        "Zvit <zvit@zvit.example>",
        "--public-url",
        "https://zvit.example",
        "--webhook-allow",
        "127.0.0.0/8",
    ]
    .map(str::to_owned)
    .to_vec()
}

pub(crate) fn start(store: &Arc<Store>, flags: &[String]) -> Server {
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    Server::start_with(store, &flags)
}

/// Gives an entry of the directory these contacts.
pub(crate) fn let_contacts(server: &Server, path: &str, contacts: Value) {
    let coordinator = server.coordinator();
    let found = coordinator.get(path).expect(200);
    let mut entry = found.value.clone();
    let members = entry.as_object_mut().unwrap();
    for shown in ["id", "active", "on_hold", "version", "created_at", "updated_at"] {
        members.remove(shown);
    }
    entry["contacts"] = contacts;
    coordinator.put(path).if_match(&found.etag()).json(entry).expect(200);
}

pub(crate) fn team(id: &str) -> String {
    format!("/v1/teams/{id}")
}

pub(crate) fn secret_of(server: &Server, team: &str) -> String {
    server.coordinator().post(&format!("/v1/teams/{team}/webhook-secret")).expect(200).string("/secret")
}

pub(crate) fn notices(server: &Server, query: &str) -> Vec<Value> {
    server.coordinator().get(&format!("/v1/notices{query}")).expect(200).list("/items").to_vec()
}

/// The only notice, once it is in this state.
fn only(server: &Server, state: &str) -> Value {
    eventually(&format!("the notice is {state}"), || {
        let all = notices(server, "");
        assert!(all.len() <= 1, "{all:#?}");
        all.into_iter().find(|notice| notice["state"] == state)
    })
}

fn types_in_timeline(answer: &Answer) -> Vec<String> {
    answer.list("/items").iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
}

both_stores!(a_team_is_woken_by_mail_and_webhook_when_it_is_given_a_case, |store| {
    let (mails, hooks) = (MailSink::start(), HookSink::start());
    let server = start(store, &flags(&mails));
    let contact =
        json!({"name": "Duty", "email": "duty@alpha.example", "webhook": {"url": hooks.url("/zvit?t=kanarka")}});
    // The same address once more is told once.
    let_contacts(&server, &team(ALPHA), json!([contact, {"name": "Lead", "email": "duty@alpha.example"}]));
    let secret = secret_of(&server, ALPHA);
    let incident = server.hospital().submit(report("Таємний опис").with("title", "Таємна назва"));
    let (id, case) = (incident.string("/id"), incident.string("/assignments/0/id"));
    let reference = incident.string("/reference");
    let link = format!("https://zvit.example/v1/cases/{case}");

    let mail = eventually("the mail arrives", || mails.mails().pop());
    assert_eq!(mail.to, ["duty@alpha.example"]);
    for line in ["From: Zvit <zvit@zvit.example>", "Auto-Submitted: auto-generated", "To: duty@alpha.example"] {
        assert!(mail.head.contains(line), "{}", mail.head);
    }
    let deadline = incident.string("/assignments/0/acknowledge_by");
    for part in [&reference, &link, &deadline, "Призначено справу", "A case was assigned"] {
        assert!(mail.text.contains(part), "{part}\n{}", mail.text);
    }

    let hook = eventually("the webhook is called", || hooks.calls().pop());
    assert_eq!(hook.path, "/zvit?t=kanarka");
    assert!(hook.is_signed_with(&secret), "{hook:?}");
    let body: Value = serde_json::from_str(&hook.body).unwrap();
    assert_eq!(body["type"], "notice.assigned");
    let told = json!({
        "reference": reference, "level": incident.int("/level"), "deadline": deadline, "link": link, "exercise": false,
    });
    assert_eq!(body["data"], told, "nothing else");
    assert!(!format!("{mail:?}{hook:?}").contains("Таємн"));

    let sent = eventually("both are settled", || Some(notices(&server, "?state=sent")).filter(|sent| sent.len() == 2));
    assert!(
        sent.iter().all(|one| one["attempts"] == 1 && one["sent_at"].is_string() && one["incident_id"] == json!(id))
    );
    assert!(mail.head.contains(&format!(
        "<{}@zvit.example>",
        sent.iter().find(|one| one["channel"] == "email").unwrap()["id"].as_str().unwrap()
    )));
    assert_eq!(notices(&server, "").len(), 2);

    // Coordinator and team see that they were sent, and not where to; the institution sees nothing of it.
    let path = format!("/v1/incidents/{id}/timeline");
    for party in [server.coordinator(), server.alpha()] {
        let timeline = party.get(&path).expect(200);
        assert_eq!(types_in_timeline(&timeline).iter().filter(|kind| *kind == "notice_sent").count(), 2, "{timeline}");
        assert!(!timeline.text().contains("alpha.example") && !timeline.text().contains("kanarka"), "{timeline}");
    }
    let timeline = server.hospital().get(&path).expect(200);
    assert!(!timeline.text().contains("notice_"), "{timeline}");
    let log = server.log();
    assert!(!log.contains("kanarka") && !log.contains(&secret) && !log.contains("duty@alpha"), "{log}");
});

both_stores!(contacts_are_told_what_they_want_to_know, |store| {
    let mails = MailSink::start();
    let server = start(store, &flags(&mails));
    let wants = |address: &str, notify: &[&str]| json!({"name": "x", "email": address, "notify": notify});
    let_contacts(
        &server,
        &team(ALPHA),
        json!([
            wants("none@x.example", &[]),
            wants("other@x.example", &["message", "overdue"]),
            wants("this@x.example", &["assigned"])
        ]),
    );
    server.hospital().submit(report("Подія"));
    eventually("the notice is sent", || Some(notices(&server, "?state=sent")).filter(|sent| sent.len() == 1));
    let told: Vec<String> = mails.mails().into_iter().flat_map(|mail| mail.to).collect();
    // The hospital's contact has an address as well, and has asked for nothing.
    assert_eq!(told, ["this@x.example"]);
    server
        .coordinator()
        .post("/v1/teams")
        .fresh_key()
        .json(json!({
            "name": "x", "sectors": [], "assistance": [], "languages": [], "tlp_ceiling": "green", "capacity": 0,
            "participant_id": zvit_tests::directory::DONOR,
            "contacts": [{"name": "x", "notify": ["lunch"], "webhook": {"url": "ftp://x.example"}}],
        }))
        .faults(&["/contacts/0/notify/0", "/contacts/0/webhook/url"]);
});

both_stores!(an_exercise_is_marked_as_one, |store| {
    let mails = MailSink::start();
    let server = start(store, &flags(&mails));
    let given = server.hospital().submit(report("Навчання").with("exercise", true)).string("/assignments/0/team/id");
    let_contacts(&server, &team(&given), json!([{"name": "x", "email": "desk@x.example"}]));
    server.hospital().submit(report("Навчання").with("exercise", true));
    let mail = eventually("the mail arrives", || mails.mails().pop());
    assert!(mail.text.contains("This is an exercise."), "{mail:?}");
    assert_eq!(only(&server, "sent")["exercise"], true);
});

both_stores!(what_fails_is_tried_again_then_given_up_and_can_be_sent_again, |store| {
    let (mails, hooks) = (MailSink::start(), HookSink::start());
    let server = start(store, &flags(&mails));
    hooks.answer(503);
    let_contacts(&server, &team(ALPHA), json!([{"name": "x", "webhook": {"url": hooks.url("/")}}]));
    let secret = secret_of(&server, ALPHA);
    let submitted = server.hospital().submit(report("Подія"));
    let incident = submitted.string("/id");
    // Else the case would go to another team meanwhile, and the notice with it.
    server.verb(&server.alpha(), submitted.str("/assignments/0/id"), "acknowledge", json!({})).expect(200);
    for (failures, wait) in (1..).zip(WAITS_S) {
        eventually("it is tried", || (only(&server, "pending")["attempts"] == failures).then_some(()));
        let notice = only(&server, "pending");
        assert_eq!(notice["last_error"], "status_503", "{notice}");
        server.pass(i64::from(wait) * 6 / 5 + 1);
    }
    let failed = only(&server, "failed");
    assert_eq!((&failed["attempts"], &failed["last_error"]), (&json!(8), &json!("status_503")), "{failed}");
    let path = format!("/v1/incidents/{incident}/timeline");
    let timeline = server.alpha().get(&path).expect(200);
    assert!(types_in_timeline(&timeline).contains(&"notice_failed".to_owned()), "{timeline}");

    hooks.answer(200);
    let retry = format!("/v1/notices/{}/retry", failed["id"].as_str().unwrap());
    server.coordinator().post(&retry).expect(200).with("/state", "pending").with("/attempts", 0);
    only(&server, "sent");
    server.coordinator().post(&retry).problem(409, "state_conflict");
    let calls = hooks.calls();
    assert_eq!(calls.len(), 9);
    let ids: BTreeSet<&str> = calls.iter().map(|call| call.header("webhook-id")).collect();
    let bodies: BTreeSet<&str> = calls.iter().map(|call| call.body.as_str()).collect();
    assert_eq!((ids.len(), bodies.len()), (1, 1), "a repetition can be told");
    assert!(calls.iter().all(|call| call.is_signed_with(&secret)));
    let timeline = server.alpha().get(&path).expect(200);
    assert!(types_in_timeline(&timeline).contains(&"notice_sent".to_owned()), "{timeline}");
});

both_stores!(some_answers_leave_no_hope, |store| {
    let (mails, hooks) = (MailSink::start(), HookSink::start());
    let server = start(store, &flags(&mails));
    secret_of(&server, ALPHA);
    hooks.answer(410);
    let_contacts(&server, &team(ALPHA), json!([{"name": "x", "webhook": {"url": hooks.url("/")}}]));
    server.hospital().submit(report("Подія"));
    let failed = only(&server, "failed");
    assert_eq!((&failed["attempts"], &failed["last_error"]), (&json!(1), &json!("status_410")), "{failed}");

    mails.refuse(Some("550 no such mailbox"));
    let_contacts(&server, &team(ALPHA), json!([{"name": "x", "email": "gone@x.example"}]));
    server.hospital().submit(report("Подія"));
    let is_mail = |notice: &Value| notice["channel"] == "email";
    let failed = eventually("it is given up", || notices(&server, "?state=failed").into_iter().find(is_mail));
    assert_eq!((&failed["attempts"], &failed["last_error"]), (&json!(1), &json!("smtp_550")), "{failed}");

    // A server that is only busy is asked again; what it says beside the number is not kept.
    mails.refuse(Some("451 greylisted, secret words"));
    let retry = format!("/v1/notices/{}/retry", failed["id"].as_str().unwrap());
    server.coordinator().post(&retry).expect(200);
    let waits = eventually("it failed for now", || {
        notices(&server, "?state=pending").into_iter().find(|notice| notice["attempts"] == 1)
    });
    assert_eq!(waits["last_error"], "smtp_451");
    mails.refuse(None);
    server.pass(7);
    eventually("it is sent", || notices(&server, "?state=sent").into_iter().find(is_mail));
});

both_stores!(redirects_are_not_followed, |store| {
    let (mails, hooks) = (MailSink::start(), HookSink::start());
    let server = start(store, &flags(&mails));
    secret_of(&server, ALPHA);
    hooks.answer(307);
    let_contacts(&server, &team(ALPHA), json!([{"name": "x", "webhook": {"url": hooks.url("/here")}}]));
    server.hospital().submit(report("Подія"));
    eventually("it is tried", || (only(&server, "pending")["last_error"] == "status_307").then_some(()));
    let paths: Vec<String> = hooks.calls().into_iter().map(|call| call.path).collect();
    assert_eq!(paths, ["/here"]);
});

both!(without_leave_nothing_on_this_machine_is_called, |server| {
    let hooks = HookSink::start();
    secret_of(server, ALPHA);
    let port = hooks.address.port();
    for host in [
        format!("http://127.0.0.1:{port}/"),
        format!("https://localhost:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
    ] {
        let_contacts(server, &team(ALPHA), json!([{"name": "x", "webhook": {"url": host}}]));
        server.hospital().submit(report("Подія"));
        eventually("it is given up", || {
            notices(server, "?state=failed")
                .into_iter()
                .find(|notice| notice["target"] == json!(host) && notice["last_error"] == "address_not_allowed")
        });
    }
    assert!(hooks.calls().is_empty());
});

both_stores!(without_a_secret_no_webhook_is_called, |store| {
    let (mails, hooks) = (MailSink::start(), HookSink::start());
    let server = start(store, &flags(&mails));
    let_contacts(&server, &team(ALPHA), json!([{"name": "x", "webhook": {"url": hooks.url("/")}}]));
    server.hospital().submit(report("Подія"));
    let failed = only(&server, "failed");
    assert_eq!(failed["last_error"], "no_webhook_secret");
    secret_of(&server, ALPHA);
    server.coordinator().post(&format!("/v1/notices/{}/retry", failed["id"].as_str().unwrap())).expect(200);
    only(&server, "sent");
    assert_eq!(hooks.calls().len(), 1);
});

both_stores!(a_notice_outlives_the_process_that_was_sending_it, |store| {
    let (mails, hooks) = (MailSink::start(), HookSink::start());
    let flags = flags(&mails);
    let mut first = start(store, &flags);
    let secret = secret_of(&first, ALPHA);
    let_contacts(&first, &team(ALPHA), json!([{"name": "x", "webhook": {"url": hooks.url("/")}}]));
    hooks.hold(true);
    let cases: BTreeSet<String> =
        (0..5).map(|n| first.hospital().submit(report(&format!("Подія {n}"))).string("/assignments/0/id")).collect();
    eventually("a call is under way", || (!hooks.calls().is_empty()).then_some(()));
    // On PostgreSQL another process is there already, and leaves alone what is leased.
    let early = (store.database == Database::Postgres).then(|| start(store, &flags));
    first.kill();
    let under_way = hooks.calls().len();
    hooks.hold(false);
    let second = early.unwrap_or_else(|| start(store, &flags));
    second.pass(61);
    eventually("all are sent", || Some(()).filter(|()| notices(&second, "?state=sent").len() == 5));
    let calls = hooks.calls();
    let ids: BTreeSet<&str> = calls.iter().map(|call| call.header("webhook-id")).collect();
    let known: BTreeSet<String> =
        notices(&second, "").iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, known.iter().map(String::as_str).collect(), "an id for each notice");
    assert_eq!(calls.len(), 5 + under_way, "only what was under way is repeated");
    let link =
        |call: &zvit_tests::sinks::Hook| serde_json::from_str::<Value>(&call.body).unwrap()["data"]["link"].clone();
    let told: BTreeSet<String> =
        calls.iter().map(|call| link(call).as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect();
    assert_eq!(told, cases);
    assert!(calls.iter().all(|call| call.is_signed_with(&secret)));
});

both_stores!(one_target_that_hangs_holds_up_nobody_else, |store| {
    let (mails, hanging) = (MailSink::start(), HookSink::start());
    let server = start(store, &flags(&mails));
    secret_of(&server, ALPHA);
    hanging.hold(true);
    let contacts = json!([{"name": "x", "webhook": {"url": hanging.url("/")}}, {"name": "y", "email": "y@x.example"}]);
    let_contacts(&server, &team(ALPHA), contacts);
    for n in 0..3 {
        server.hospital().submit(report(&format!("Подія {n}")));
        eventually("the mail arrives", || (mails.mails().len() == n + 1).then_some(()));
    }
    assert!(notices(&server, "?state=sent").iter().all(|one| one["channel"] == "email"));
    hanging.hold(false);
});

/// A notice as another part of the service would have written it, to the team Alpha.
pub(crate) fn row(occasion: &str, state: &str, case: Option<&str>) -> NoticeRow {
    let at = At(now());
    NoticeRow {
        id: Id(uuid::Uuid::now_v7()),
        occasion: occasion.into(),
        channel: "email".into(),
        target: "planted@x.example".into(),
        owner: Id(ALPHA.parse().unwrap()),
        incident_id: None,
        case_id: case.map(|case| Id(case.parse().unwrap())),
        reference: None,
        level: Some(3),
        deadline: None,
        exercise: false,
        state: state.into(),
        attempts: 0,
        created_at: at,
        next_try_at: (state == "pending").then_some(at),
        lease: None,
        sent_at: None,
        last_error: None,
        passed_at: None,
        digest_id: None,
        gathers_until: None,
        gathered: None,
        settled_at: None,
    }
}

/// Writes notices behind the service's back, all at once.
pub(crate) fn plant_all(store: &Store, rows: Vec<NoticeRow>) {
    store.connect().write(|mut tx| NoticeRow::insert_all(&mut tx, rows)).expect("the rows are written");
}

fn plant(store: &Store, occasion: &str, state: &str, case: Option<&str>) -> String {
    let row = row(occasion, state, case);
    let id = row.id.0.to_string();
    plant_all(store, vec![row]);
    id
}

/// A notice that nothing happens to any more.
pub(crate) fn a_settled_notice(store: &Store) -> String {
    plant(store, "message", "sent", None)
}

both_stores!(what_is_no_longer_needed_is_not_sent, |store| {
    let mails = MailSink::start();
    let server = start(store, &flags(&mails));
    let_contacts(&server, &team(ALPHA), json!([{"name": "x", "email": "planted@x.example", "notify": []}]));
    let case = || server.hospital().submit(report("Подія")).string("/assignments/0/id");
    let (acknowledged, waiting) = (case(), case());
    server.verb(&server.alpha(), &acknowledged, "acknowledge", json!({})).expect(200);
    let late = plant(store, "half_deadline", "pending", Some(&acknowledged));
    let due = plant(store, "half_deadline", "pending", Some(&waiting));
    let state = |id: &str, state: &str| {
        let all = notices(&server, "");
        all.into_iter().find(|one| one["id"] == json!(id) && one["state"] == json!(state))
    };
    let cancelled = eventually("it is cancelled", || state(&late, "cancelled"));
    assert_eq!(cancelled["last_error"], "no_longer_waiting");
    eventually("the other is sent", || state(&due, "sent"));
    // Who is no longer a contact is told nothing more.
    let_contacts(&server, &team(ALPHA), json!([]));
    let gone = plant(store, "overdue", "pending", Some(&waiting));
    let cancelled = eventually("it is cancelled", || state(&gone, "cancelled"));
    assert_eq!(cancelled["last_error"], "no_longer_a_contact");
    assert_eq!(mails.mails().len(), 1);
});

both_stores!(the_outbox_is_read_in_pages_and_cleared_in_time, |store| {
    let server = Server::start(store);
    let ids: Vec<String> = (0..5).map(|_| a_settled_notice(store)).collect();
    let failed = plant(store, "message", "failed", None);
    let mut seen = Vec::new();
    let mut query = "?state=sent&limit=2".to_owned();
    loop {
        let page = server.coordinator().get(&format!("/v1/notices{query}")).expect(200);
        seen.extend(page.list("/items").iter().map(|one| one["id"].as_str().unwrap().to_owned()));
        match page.value["next_cursor"].as_str() {
            Some(cursor) => query = format!("?state=sent&limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, ids.into_iter().rev().collect::<Vec<_>>(), "the newest first");
    server.coordinator().get("/v1/notices?state=lost&limit=0&cursor=x").faults(&["parameter limit", "parameter state"]);
    server.pass(31 * 86_400);
    eventually("old ones are cleared away", || {
        let left = notices(&server, "");
        (left.len() == 1 && left[0]["id"] == json!(failed)).then_some(())
    });
    // What was given up is there to be looked at for 90 days since then, whenever it was written.
    let mut again = row("message", "failed", None);
    again.settled_at = Some(At(now().plus_seconds(50 * 86_400)));
    let again_id = again.id.0.to_string();
    plant_all(store, vec![again]);
    server.pass(60 * 86_400);
    eventually("the older one is cleared away", || {
        let left = notices(&server, "");
        (left.len() == 1 && left[0]["id"] == json!(again_id)).then_some(())
    });
    server.pass(50 * 86_400);
    eventually("so is the other", || notices(&server, "").is_empty().then_some(()));
});

both_stores!(a_new_secret_signs_beside_the_old_one_for_a_day, |store| {
    let (mails, hooks) = (MailSink::start(), HookSink::start());
    let server = start(store, &flags(&mails));
    let_contacts(&server, &team(ALPHA), json!([{"name": "x", "webhook": {"url": hooks.url("/")}}]));
    let path = format!("/v1/teams/{ALPHA}/webhook-secret");
    let first = server.alpha().post(&path).expect(200);
    assert_eq!(first.header("cache-control"), "no-store");
    assert!(
        first.str("/secret").starts_with("whsec_")
            && first.find_header("etag").is_none()
            && !first.has("/previous_until")
    );
    let second = server.coordinator().post(&path).expect(200);
    second.at("/previous_until");
    let (old, new) = (first.string("/secret"), second.string("/secret"));
    assert_ne!(old, new);
    let call = |count: usize| {
        server.hospital().submit(report("Подія"));
        eventually("the webhook is called", || hooks.calls().get(count).cloned())
    };
    let during = call(0);
    assert!(during.is_signed_with(&old) && during.is_signed_with(&new), "{during:?}");
    server.pass(86_401);
    let after = call(1);
    assert!(!after.is_signed_with(&old) && after.is_signed_with(&new), "{after:?}");

    // It is shown nowhere else, and is nobody else's to make.
    let entry = server.coordinator().get(&team(ALPHA)).expect(200);
    assert!(!entry.text().contains("whsec_") && !entry.text().contains(&new[6..]), "{entry}");
    server.bravo().post(&path).problem(404, "not_found");
    server.hospital().post(&path).problem(403, "scope_lacking");
    let own = format!("/v1/institutions/{HOSPITAL}/webhook-secret");
    server.hospital().post(&own).expect(200);
    server.grid().post(&own).problem(404, "not_found");
    server.coordinator().only("incidents:write").post(&own).problem(403, "scope_lacking");
});
