//! `/v1/teams/{id}/availability`: whether a team takes cases now, and how many.

use zvit_tests::directory::{ALPHA, BRAVO, CHARLIE, FRONT_OFFICE};
use zvit_tests::feed::everything;
use zvit_tests::{both, json, report, stamp};

fn of(team: &str) -> String {
    format!("/v1/teams/{team}/availability")
}

both!(a_team_says_by_itself_whether_it_takes_cases, |server| {
    let alpha = server.alpha();
    let first = alpha.get(&of(ALPHA)).expect(200);
    assert_eq!(first.value, json!({"on_duty": true, "capacity": 100_000, "declared": false}));
    assert!(alpha.get(&of(ALPHA)).header("if-none-match", &first.etag()).expect(304).bytes.is_empty());
    server.hospital().submit(report("До")).with("/assignments/0/team/id", ALPHA);

    let until = stamp(3_600);
    let word = json!({"on_duty": false, "until": until});
    let off = alpha.put(&of(ALPHA)).if_match(&first.etag()).json(word).expect(200);
    let off = off.with("/on_duty", false).with("/declared", true).with("/capacity", 100_000).with("/until", until);
    assert_ne!(off.etag(), first.etag());
    assert_eq!(alpha.get(&of(ALPHA)).expect(200).value, off.value);
    let away = server.hospital().submit(report("Під час")).with("/assignments/0/team/id", BRAVO);
    let why = server.coordinator().get(&format!("/v1/incidents/{}", away.str("/id"))).expect(200);
    let candidates = why.list("/assignments/0/why/candidates");
    assert!(candidates.iter().any(|one| one["team"] == ALPHA && one["excluded_by"] == json!(["off_duty"])), "{why}");

    // It ends by itself.
    server.pass(3_601);
    let back = alpha.get(&of(ALPHA)).expect(200);
    assert_eq!(back.value, first.value);
    assert_ne!(back.etag(), off.etag(), "what is shown is another");
    server.hospital().submit(report("Після")).with("/assignments/0/team/id", ALPHA);
});

both!(a_word_without_an_end_holds_until_it_is_taken_back, |server| {
    let bravo = server.bravo();
    let put = |body| {
        let tag = bravo.get(&of(BRAVO)).expect(200).etag();
        bravo.put(&of(BRAVO)).if_match(&tag).json(body).expect(200)
    };
    put(json!({"on_duty": true, "capacity": 3})).with("/capacity", 3).with("/declared", true).without("/until");
    server.pass(30 * 86_400);
    bravo.get(&of(BRAVO)).expect(200).with("/capacity", 3);
    put(json!({})).with("/capacity", 100_000).with("/declared", false);
    let kinds: Vec<_> = everything(&server.auditor(), "/v1/audit-events")
        .into_iter()
        .filter(|event| event["type"] == "team_availability_changed")
        .collect();
    assert_eq!(kinds.len(), 2, "{kinds:#?}");
    assert_eq!((&kinds[0]["object_id"], &kinds[0]["actor"]["role"]), (&json!(BRAVO), &json!("team")));
    assert_eq!(kinds[0]["data"]["availability"]["capacity"], 3);
});

both!(nobody_speaks_for_another_team_but_the_coordinator, |server| {
    let tag = server.alpha().get(&of(ALPHA)).expect(200).etag();
    let word = json!({"on_duty": false});
    server.store.untouched(|| {
        server.bravo().get(&of(ALPHA)).problem(404, "not_found");
        server.bravo().put(&of(ALPHA)).if_match(&tag).json(word.clone()).problem(404, "not_found");
        server.hospital().get(&of(ALPHA)).problem(403, "scope_lacking");
        server
            .alpha()
            .only("cases:read")
            .put(&of(ALPHA))
            .if_match(&tag)
            .json(word.clone())
            .problem(403, "scope_lacking");
        server
            .coordinator()
            .only("directory:read")
            .put(&of(ALPHA))
            .if_match(&tag)
            .json(word.clone())
            .problem(403, "scope_lacking");
        server.coordinator().get(&of("01920000-0000-7abc-8def-0000000000ff")).problem(404, "not_found");
    });
    server.coordinator().put(&of(ALPHA)).if_match(&tag).json(word).expect(200).with("/on_duty", false);
    server.front_office().get(&of(FRONT_OFFICE)).expect(200);
});

both!(a_word_is_checked_and_guarded, |server| {
    let alpha = server.alpha();
    let tag = alpha.get(&of(ALPHA)).expect(200).etag();
    server.store.untouched(|| {
        let put = |body| alpha.put(&of(ALPHA)).if_match(&tag).json(body);
        put(json!({"on_duty": true, "until": stamp(-1)})).faults(&["/until"]);
        put(json!({"until": stamp(-1), "capacity": 1})).faults(&["/on_duty", "/until"]);
        put(json!({"on_duty": "yes", "capacity": -1, "else": 1})).faults(&["/capacity", "/else", "/on_duty"]);
        put(json!({"on_duty": true, "capacity": 100_001})).faults(&["/capacity"]);
        alpha.put(&of(ALPHA)).json(json!({"on_duty": true})).problem(428, "precondition_required");
        let stale = alpha.put(&of(ALPHA)).if_match("\"0-11\"").json(json!({"on_duty": true}));
        stale.problem(412, "precondition_failed");
    });
});

both!(a_team_goes_only_so_far_by_its_own_word, |server| {
    let charlie = server.charlie();
    let put = |client: &zvit_tests::Client, capacity: u32| {
        let tag = client.get(&of(CHARLIE)).expect(200).etag();
        client.put(&of(CHARLIE)).if_match(&tag).json(json!({"on_duty": true, "capacity": capacity})).send()
    };
    // Its entry gives it 2.
    put(&charlie, 4).expect(200).with("/capacity", 4);
    server.store.untouched(|| put(&charlie, 5).faults(&["/capacity"]));
    put(&server.coordinator(), 7).expect(200).with("/capacity", 7);
    // An entry that gives it less bounds what was said before.
    let path = format!("/v1/teams/{CHARLIE}");
    let held = server.coordinator().get(&path).expect(200);
    let mut entry = held.value.clone();
    for shown in ["id", "active", "version", "created_at", "updated_at", "availability"] {
        entry.as_object_mut().unwrap().remove(shown);
    }
    entry["priority"] = json!(31);
    let same = server.coordinator().put(&path).if_match(&held.etag()).json(entry.clone()).expect(200);
    assert_eq!(charlie.get(&of(CHARLIE)).expect(200).int("/capacity"), 7, "{same}");
    entry["capacity"] = json!(1);
    server.coordinator().put(&path).if_match(&same.etag()).json(entry).expect(200);
    charlie.get(&of(CHARLIE)).expect(200).with("/capacity", 2);
    put(&charlie, 3).faults(&["/capacity"]);
});

both!(an_entry_that_is_replaced_keeps_the_teams_own_word, |server| {
    let alpha = server.alpha();
    let tag = alpha.get(&of(ALPHA)).expect(200).etag();
    alpha.put(&of(ALPHA)).if_match(&tag).json(json!({"on_duty": false})).expect(200);
    let path = format!("/v1/teams/{ALPHA}");
    let coordinator = server.coordinator();
    let replaced = |change: &dyn Fn(&mut zvit_tests::Value)| {
        let held = coordinator.get(&path).expect(200);
        let mut entry = held.value.clone();
        for shown in ["id", "active", "version", "created_at", "updated_at", "availability"] {
            entry.as_object_mut().unwrap().remove(shown);
        }
        change(&mut entry);
        coordinator.put(&path).if_match(&held.etag()).json(entry).expect(200)
    };
    replaced(&|entry| entry["priority"] = json!(11)).with("/availability/on_duty", false);
    alpha.get(&of(ALPHA)).expect(200).with("/on_duty", false).with("/declared", true);
    server.hospital().submit(report("Команди немає")).with("/assignments/0/team/id", BRAVO);
    replaced(&|entry| entry["availability"] = json!({"on_duty": true})).with("/availability/on_duty", true);
});
