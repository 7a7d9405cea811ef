//! `GET /v1/cases` and `GET /v1/cases/{id}`: what a team's tool polls.

use std::time::Instant;

use zvit_tests::directory::ALPHA;
use zvit_tests::feed::{Follower, everything, page};
use zvit_tests::{Server, both, both_stores, json, report};

both!(a_case_has_all_a_team_needs_to_begin, |server| {
    let incident = server.hospital().submit(
        report("Усі сервери зашифровано")
            .with("title", "Шифрувальник")
            .with("symptoms", json!(["files_encrypted"]))
            .with("regions", json!(["UA-30"])),
    );
    let list = page(&server.alpha(), "/v1/cases", 50, None);
    assert_eq!(list.list("/items").len(), 1, "{list}");
    assert_eq!(
        list.str("/items/0/id"),
        incident.str("/assignments/0/id"),
        "a case is the assignment as its team sees it"
    );
    let id = list.string("/items/0/id");
    let case = server.alpha().get(&format!("/v1/cases/{id}")).expect(200);
    case.etag();
    assert_eq!(case.value, *list.at("/items/0"), "the list says the same");
    let case = case
        .with("/state", "assigned")
        .with("/role", "lead")
        .with("/team/id", ALPHA)
        .with("/team/name", "Test Team Alpha")
        .with("/incident/id", incident.str("/id"))
        .with("/incident/reference", incident.str("/reference"))
        .with("/incident/status", "assigned")
        .with("/incident/sector", "health")
        .with("/incident/level", incident.int("/level"))
        .with("/incident/classification", incident.at("/classification").clone())
        .with("/incident/regions", json!(["UA-30"]))
        .with("/incident/tlp", "amber")
        .with("/incident/title", "Шифрувальник")
        .with("/incident/description", "Усі сервери зашифровано");
    for member in ["/acknowledge_by", "/assigned_at", "/updated_at"] {
        assert!(case.str(member).ends_with('Z'), "{case}");
    }
    assert!(case.list("/why/rules").contains(&json!("lead-health")), "{case}");
    let change = case.at("/changes/0");
    assert!(change["kind"].is_string() && change["at"].is_string() && change["own"] == false, "{case}");
});

both!(pages_of_one_show_every_case_once_in_its_order, |server| {
    let ids: Vec<String> =
        (0..7).map(|n| server.hospital().submit(report(&format!("Подія {n}"))).string("/assignments/0/id")).collect();
    let mut follower = Follower::new(&server.alpha(), "/v1/cases", 1);
    let mut order = Vec::new();
    for _ in 0..7 {
        let before: Vec<String> = follower.latest.keys().cloned().collect();
        assert_eq!(follower.step(), 1);
        order.extend(follower.latest.keys().find(|id| !before.contains(id)).cloned());
    }
    assert_eq!(order, ids);
    assert_eq!(follower.step(), 0);
});

both!(nothing_new_is_an_empty_page_with_the_same_standing, |server| {
    let alpha = server.alpha();
    let empty = page(&alpha, "/v1/cases", 50, None);
    assert!(empty.list("/items").is_empty(), "{empty}");
    let cursor = empty.string("/next_cursor");
    page(&alpha, "/v1/cases", 50, Some(&cursor)).with("/items", json!([])).at("/next_cursor");
    server.hospital().submit(report("Подія"));
    let one = page(&alpha, "/v1/cases", 50, Some(&cursor));
    assert_eq!(one.list("/items").len(), 1, "{one}");
    let cursor = one.string("/next_cursor");
    page(&alpha, "/v1/cases", 50, Some(&cursor)).with("/items", json!([]));
    // An old cursor still leads to all that came after it.
    assert_eq!(page(&alpha, "/v1/cases", 50, Some(&empty.string("/next_cursor"))).list("/items").len(), 1);
});

both!(an_unchanged_poll_may_be_answered_with_304, |server| {
    let alpha = server.alpha();
    server.hospital().submit(report("Подія"));
    let cursor = page(&alpha, "/v1/cases", 50, None).string("/next_cursor");
    let path = format!("/v1/cases?cursor={cursor}");
    let tag = alpha.get(&path).expect(200).etag();
    assert!(alpha.get(&path).header("if-none-match", &tag).expect(304).bytes.is_empty());
    server.hospital().submit(report("Ще подія"));
    let news = alpha.get(&path).header("if-none-match", &tag).expect(200);
    assert_eq!(news.list("/items").len(), 1, "{news}");
});

both!(a_held_poll_ends_with_the_news_or_empty, |server| {
    let alpha = server.alpha();
    let cursor = page(&alpha, "/v1/cases", 50, None).string("/next_cursor");
    let nothing = alpha.get(&format!("/v1/cases?cursor={cursor}&wait=1")).expect(200);
    assert!(nothing.list("/items").is_empty(), "{nothing}");
    // The poll is held open for longer than anything else here takes; the news must end it.
    let begun = Instant::now();
    let answer = std::thread::scope(|scope| {
        let poll = scope.spawn(|| alpha.get(&format!("/v1/cases?cursor={cursor}&wait=30")).expect(200));
        server.hospital().submit(report("Щойно"));
        poll.join().expect("the poll is answered")
    });
    assert_eq!(answer.list("/items").len(), 1, "{answer}");
    assert!(begun.elapsed().as_secs() < 29, "the news did not end the poll");
    // Without a cursor there is nothing to wait for.
    alpha.get("/v1/cases?wait=30").expect(200);
});

both!(one_case_can_be_asked_for_until_it_changes, |server| {
    let alpha = server.alpha();
    let incident = server.hospital().submit(report("Подія"));
    let path = format!("/v1/cases/{}", server.case_of(&alpha, incident.str("/id")));
    let tag = alpha.get(&path).expect(200).etag();
    assert!(alpha.get(&path).header("if-none-match", &tag).expect(304).bytes.is_empty());
    server
        .hospital()
        .post(&format!("/v1/incidents/{}/reports", incident.str("/id")))
        .fresh_key()
        .json(json!({"stage": "update", "affected_users": 3}))
        .expect(201);
    let changed = alpha.get(&path).header("if-none-match", &tag).expect(200).with("/incident/affected_users", 3);
    assert_ne!(changed.etag(), tag);
});

both!(a_state_filter_hides_but_the_cursor_goes_on, |server| {
    let alpha = server.alpha();
    let ids: Vec<String> =
        (0..6).map(|n| server.hospital().submit(report(&format!("Подія {n}"))).string("/assignments/0/id")).collect();
    for id in &ids[..3] {
        server.verb(&alpha, id, "acknowledge", json!({})).expect(200);
    }
    let mut acknowledged = Follower::new(&alpha, "/v1/cases?state=acknowledged", 2);
    for _ in 0..10 {
        acknowledged.step();
    }
    let mut seen: Vec<&String> = acknowledged.latest.keys().collect();
    seen.sort();
    assert_eq!(seen, ids[..3].iter().collect::<Vec<_>>());
    let end = page(&alpha, "/v1/cases", 200, None).string("/next_cursor");
    assert!(
        page(&alpha, "/v1/cases", 50, acknowledged.cursor()).list("/items").is_empty(),
        "it has passed what was hidden; all ends at {end}"
    );
    assert_eq!(everything(&alpha, "/v1/cases?state=assigned").len(), 3);
});

both!(wrong_parameters_are_named, |server| {
    let alpha = server.alpha();
    for (query, parameter) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("wait=31", "wait"),
        ("wait=-1", "wait"),
        ("wait=soon", "wait"),
        ("cursor=x", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=AAAAAAAAAAAAAAAA", "cursor"),
        ("state=sleeping", "state"),
        ("since=now", "since"),
    ] {
        alpha.get(&format!("/v1/cases?{query}")).faults(&[&format!("parameter {parameter}")]);
    }
    alpha.get("/v1/cases?limit=0&wait=99&state=x&y=z").faults(&[
        "parameter limit",
        "parameter state",
        "parameter wait",
        "parameter y",
    ]);
});

both_stores!(a_cursor_of_another_store_is_gone, |store| {
    let Some(other) = zvit_tests::Store::seeded(store.database) else { return };
    // The templates are copies of one store, so a truly other one is made afresh.
    let fresh = zvit_tests::Store::empty(other.database).expect("the database is there");
    let file = zvit_tests::store::directory_file();
    let arguments: Vec<String> =
        ["seed".to_owned(), file.display().to_string()].into_iter().chain(fresh.flags()).collect();
    let accounts = zvit_tests::program::zvit(&arguments).expect(0).json();
    let server = Server::start(store);
    let elsewhere = Server::start(&fresh);
    let account = accounts
        .as_array()
        .unwrap()
        .iter()
        .map(zvit_tests::client::Account::read)
        .find(|account| account.owner.as_deref() == Some(ALPHA))
        .unwrap();
    let foreign = page(&elsewhere.client(&account), "/v1/cases", 50, None).string("/next_cursor");
    server.alpha().get(&format!("/v1/cases?cursor={foreign}")).problem(410, "cursor_expired");
    server.alpha().get("/v1/cases").expect(200);
});

both_stores!(a_cursor_outlives_a_restart, |store| {
    let server = Server::start(store);
    server.hospital().submit(report("Перша"));
    let cursor = page(&server.alpha(), "/v1/cases", 50, None).string("/next_cursor");
    drop(server);
    let server = Server::start(store);
    assert!(page(&server.alpha(), "/v1/cases", 50, Some(&cursor)).list("/items").is_empty());
    server.hospital().submit(report("Друга"));
    let news = page(&server.alpha(), "/v1/cases", 50, Some(&cursor));
    assert_eq!(news.list("/items").len(), 1, "{news}");
});

both!(teams_only_have_cases, |server| {
    for client in [server.hospital(), server.observer(), server.auditor()] {
        client.get("/v1/cases").problem(403, "scope_lacking");
    }
    for id in ["01920000-0000-7000-8000-000000000000", "x"] {
        server.alpha().get(&format!("/v1/cases/{id}")).problem(404, "not_found");
    }
});

both!(nothing_in_a_body_changes_by_the_clock_alone, |server| {
    server.hospital().submit(report("Подія").with("became_aware_at", zvit_tests::hours_ago(100)));
    let one = page(&server.alpha(), "/v1/cases", 50, None);
    let other = page(&server.alpha(), "/v1/cases", 50, None);
    assert_eq!(one.value, other.value);
});
