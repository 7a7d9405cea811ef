//! Incidents that wait because every team that fits is full, and teams that give their places up.

use zvit_db::cases::recount_loads;
use zvit_domain::overload::OVER_AFTER_S;
use zvit_tests::directory::{ALPHA, BRAVO, CHARLIE, DONOR, FRONT_OFFICE};
use zvit_tests::feed::everything;
use zvit_tests::{Answer, Server, Store, Value, both, eventually, fresh, json, report};

use crate::escalation::{lead, led_by, steps};

/// What the feeds say of each team's load is what its open cases come to.
#[track_caller]
pub(crate) fn loads_agree(store: &Store) {
    let mut counted: Vec<(String, i32, i32)> =
        recount_loads(&mut store.connect().plain(), &["assigned", "acknowledged", "in_progress"])
            .expect("the loads are counted")
            .into_iter()
            .map(|(team, weighted, open)| (team.to_string(), weighted, open))
            .collect();
    counted.sort();
    let teams: Vec<uuid::Uuid> = [ALPHA, BRAVO, CHARLIE, FRONT_OFFICE]
        .into_iter()
        .chain([zvit_tests::directory::DELTA, zvit_tests::directory::GREEN])
        .map(|id| id.parse().expect("an id"))
        .collect();
    let mut kept: Vec<(String, i32, i32)> = zvit_db::feeds::of(&mut store.connect().plain(), &teams)
        .expect("the feeds are read")
        .into_iter()
        .filter(|row| row.open_cases != 0 || row.weighted_load != 0)
        .map(|row| (row.owner.0.to_string(), row.weighted_load, row.open_cases))
        .collect();
    kept.sort();
    assert_eq!(kept, counted);
}

/// Answers that leave an incident at a low level.
fn mild() -> Value {
    json!({
        "functional_impact": "no_impact", "observed_activity": "prepare", "location_of_observed_activity": "level_1_business_dmz",
        "actor_characterization": "hacktivists", "information_impact": "no_impact", "recoverability": "regular", "potential_impact": "minimal"
    })
}

/// For charlie alone: water, TLP red.
fn for_charlie(number: usize) -> Value {
    let one = report(&format!("Насосна станція {number}")).with("tlp", "red");
    (if number.is_multiple_of(3) { one } else { one.with("impact", mild()) }).into()
}

/// Says how many weighted cases charlie takes.
#[track_caller]
fn capacity(server: &Server, capacity: u32) {
    let path = format!("/v1/teams/{CHARLIE}/availability");
    let tag = server.coordinator().get(&path).expect(200).etag();
    let body = json!({"on_duty": true, "capacity": capacity});
    server.coordinator().put(&path).if_match(&tag).json(body).expect(200);
}

fn events(server: &Server, kind: &str) -> usize {
    everything(&server.auditor(), "/v1/audit-events").iter().filter(|event| event["type"] == kind).count()
}

fn waiting(store: &Store) -> i64 {
    store.count("incidents WHERE status = 'waiting'")
}

/// Waits until it is kept that nothing waits any more.
#[track_caller]
fn is_quiet(server: &Server) {
    eventually("it is kept", || (server.store.count("overload WHERE quiet_since IS NOT NULL") == 1).then_some(()));
}

fn reason() -> Value {
    json!({"reason": "Навчання"})
}

both!(what_waits_goes_out_by_level_and_then_by_age_as_places_get_free, |server| {
    let (store, charlie) = (&server.store, server.charlie());
    let mut all: Vec<(i64, String, String)> = Vec::new();
    for batch in 0..3 {
        let items: Vec<Value> =
            (0..110).map(|n| json!({"idempotency_key": fresh(), "report": for_charlie(batch * 110 + n)})).collect();
        let taken = server.water().post("/v1/incidents/batch").json(json!({"items": items})).expect(200);
        all.extend(taken.list("/items").iter().map(|item| (0, String::new(), item["id"].as_str().unwrap().to_owned())));
    }
    for incident in everything(&server.coordinator(), "/v1/incidents") {
        let one = all.iter_mut().find(|one| incident["id"] == one.2).expect("it was submitted");
        (one.0, one.1) = (incident["level"].as_i64().unwrap(), incident["received_at"].as_str().unwrap().to_owned());
    }
    assert!(all.iter().all(|one| one.0 <= 2), "each weighs one");
    assert!(all.iter().any(|one| one.0 != all[0].0), "there are several levels");
    // The first two found charlie free, whatever their level; the others wait.
    assert_eq!((waiting(store), all.len()), (328, 330));
    let mut queue = all.split_off(2);
    queue.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (&a.1, &a.2).cmp(&(&b.1, &b.2))));
    loads_agree(store);
    eventually("it is told", || (events(server, "overload_began") == 1).then_some(()));

    let held = |count: usize| {
        eventually("the places are taken", || {
            let cases = everything(&charlie, "/v1/cases?state=assigned");
            (cases.len() == count).then_some(cases)
        })
    };
    let is_next = |cases: &[Value], expected: &[(i64, String, String)]| {
        for (_, _, id) in expected {
            assert!(cases.iter().any(|case| case["incident"]["id"] == **id), "{id} was due\n{cases:#?}");
        }
    };
    capacity(server, 42);
    let cases = held(42);
    is_next(&cases, &queue[..40]);
    assert_eq!(waiting(store), 288);
    loads_agree(store);

    // Five are done: the next five come, each in the same change, so that no report can come in between.
    for (_, _, id) in &queue[..5] {
        let case = server.case_of(&charlie, id);
        server.verb(&charlie, &case, "resolve", json!({"outcome": "contained", "summary": "Готово"})).expect(200);
    }
    assert_eq!(waiting(store), 283);
    server.water().submit(for_charlie(1)).with("/status", "waiting");
    is_next(&held(42), &queue[40..45]);
    let moved = steps(server, &queue[44].2, "revoked").remove(0);
    assert_eq!(moved["reason"], "partner_available");
    assert_eq!(events(server, "overload_ended"), 0, "others still wait");

    capacity(server, 100_000);
    held(326);
    assert_eq!(waiting(store), 0, "nothing is lost and nothing waits");
    is_quiet(server);
    assert_eq!(events(server, "overload_ended"), 0, "more may come");
    server.pass(OVER_AFTER_S);
    eventually("it is told", || (events(server, "overload_ended") == 1).then_some(()));
    assert_eq!(events(server, "overload_began"), 1, "it was told once");
    loads_agree(store);
});

both!(what_waits_gives_way_to_nobody_who_fits_as_little, |server| {
    let ids: Vec<String> = (0..3)
        .map(|n| {
            server
                .water()
                .submit(Value::from(report(&format!("{n}")).with("tlp", "red").with("impact", mild())))
                .string("/id")
        })
        .collect();
    let third = lead(server, &ids[2]);
    assert_eq!((&third["team"]["id"], &third["why"]["outcome"]), (&json!(FRONT_OFFICE), &json!("waiting")));
    // What the coordinator's team takes up itself waits no longer.
    let case = server.case_of(&server.front_office(), &ids[2]);
    server.verb(&server.front_office(), &case, "acknowledge", json!({})).expect(200);
    capacity(server, 10);
    let fourth = server.water().submit(for_charlie(1)).string("/id");
    led_by(server, &fourth, CHARLIE);
    assert_eq!(lead(server, &ids[2])["team"]["id"], FRONT_OFFICE);
});

both!(a_deactivated_team_gives_up_its_cases_also_those_it_works_on, |server| {
    let ids: Vec<String> =
        (0..30).map(|n| server.hospital().submit(report(&format!("Подія {n}"))).string("/id")).collect();
    let case = server.case_of(&server.alpha(), &ids[0]);
    server.verb(&server.alpha(), &case, "start", json!({})).expect(200);
    server.coordinator().post(&format!("/v1/teams/{ALPHA}/deactivate")).fresh_key().json(reason()).expect(200);
    for id in &ids {
        led_by(server, id, BRAVO);
        let taken = steps(server, id, "revoked");
        assert_eq!((taken.len(), &taken[0]["reason"]), (1, &json!("team_deactivated")));
    }
    loads_agree(&server.store);
});

both!(the_teams_of_a_deactivated_participant_give_up_their_cases, |server| {
    let id = server.hospital().submit(report("Подія")).with("/assignments/0/team/id", ALPHA).string("/id");
    server.coordinator().post(&format!("/v1/participants/{DONOR}/deactivate")).fresh_key().json(reason()).expect(200);
    led_by(server, &id, BRAVO);
    assert_eq!(steps(server, &id, "revoked")[0]["reason"], "team_deactivated");
    loads_agree(&server.store);
});

both!(a_team_that_comes_on_duty_gets_what_waits, |server| {
    let path = format!("/v1/teams/{CHARLIE}/availability");
    for n in 0..3 {
        server.water().submit(Value::from(report(&format!("{n}")).with("tlp", "red").with("impact", mild())));
    }
    assert_eq!(waiting(&server.store), 1);
    // No room for the next hour; then the clock alone gives the place.
    let tag = server.coordinator().get(&path).expect(200).etag();
    let until = zvit_tests::stamp(3_600);
    let body = json!({"on_duty": true, "capacity": 0, "until": until});
    server.coordinator().put(&path).if_match(&tag).json(body).expect(200);
    for case in everything(&server.charlie(), "/v1/cases?state=assigned") {
        let verb = json!({"outcome": "contained", "summary": "Готово"});
        server.verb(&server.charlie(), case["id"].as_str().unwrap(), "resolve", verb).expect(200);
    }
    assert_eq!(waiting(&server.store), 1);
    server.pass(3_601);
    eventually("it is given out", || (waiting(&server.store) == 0).then_some(()));
    assert_eq!(everything(&server.charlie(), "/v1/cases?state=assigned").len(), 1);
});

/// An incident for charlie that weighs one.
#[track_caller]
fn light(server: &Server, name: &str) -> Answer {
    server.water().submit(report(name).with("tlp", "red").with("impact", mild()))
}

/// When the newest event of this kind with this reason happened.
#[track_caller]
fn newest(server: &Server, kind: &str, reason: &str) -> String {
    let events = everything(&server.auditor(), "/v1/audit-events");
    let found = events.iter().rev().find(|event| event["type"] == kind && event["reason"] == reason);
    found.unwrap_or_else(|| panic!("no {kind} because of {reason}\n{events:#?}"))["at"].as_str().unwrap().to_owned()
}

both!(a_place_is_filled_within_the_change_that_makes_it_free_whatever_that_was, |server| {
    let ids: Vec<String> = (0..8).map(|n| light(server, &format!("Станція {n}")).string("/id")).collect();
    assert_eq!(waiting(&server.store), 6, "charlie has room for two");
    let coordinator = server.coordinator();
    let held = || {
        let cases = everything(&server.charlie(), "/v1/cases?state=assigned");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        cases.iter().map(|case| (text(&case["incident"]["id"]), text(&case["id"]))).collect::<Vec<_>>()
    };
    for (number, verb) in ["close", "withdraw", "assignments", "links", "revoke"].iter().enumerate() {
        let (before, because) = (held(), format!("Причина {number}"));
        assert_eq!(before.len(), 2, "{verb}");
        let (incident, case) = &before[0];
        let path = format!("/v1/incidents/{incident}/{verb}");
        let (path, body, status, kind) = match *verb {
            "close" => (path, json!({"reason": because}), 200, "closed"),
            "withdraw" => (path, json!({"reason": because}), 200, "withdrawn"),
            "assignments" => {
                let body = json!({"team_id": FRONT_OFFICE, "role": "lead", "reason": because});
                (path, body, 201, "assigned")
            }
            "links" => (path, json!({"kind": "duplicate_of", "to": before[1].0, "reason": because}), 201, "merged"),
            _ => (format!("/v1/assignments/{case}/revoke"), json!({"reason": because}), 200, "revoked"),
        };
        coordinator.post(&path).fresh_key().json(body).expect(status);
        let after = held();
        assert!(after.len() == 2 && after.iter().all(|(id, _)| id != incident), "{verb}: {after:?}");
        assert_eq!(newest(server, kind, &because), newest(server, "revoked", "partner_available"), "{verb}");
    }
    assert!(ids.len() > 5);
    loads_agree(&server.store);
});

both!(an_overload_is_told_once_while_incidents_come_and_go, |server| {
    let charlie = server.charlie();
    let done = |id: &str| {
        let end = json!({"outcome": "contained", "summary": "Готово"});
        server.verb(&charlie, &server.case_of(&charlie, id), "resolve", end).expect(200);
    };
    let mut ids: Vec<String> = (0..3).map(|n| light(server, &format!("Станція {n}")).string("/id")).collect();
    eventually("it is told", || (events(server, "overload_began") == 1).then_some(()));
    for number in 3..5 {
        done(&ids.remove(0));
        is_quiet(server);
        server.pass(OVER_AFTER_S / 2);
        ids.push(light(server, &format!("Станція {number}")).with("/status", "waiting").string("/id"));
        let goes_on = "overload WHERE quiet_since IS NULL";
        eventually("it goes on", || (server.store.count(goes_on) == 1).then_some(()));
        assert_eq!((events(server, "overload_began"), events(server, "overload_ended")), (1, 0));
    }
    done(&ids.remove(0));
    is_quiet(server);
    server.pass(OVER_AFTER_S);
    eventually("it is over", || (events(server, "overload_ended") == 1).then_some(()));
    light(server, "Станція 5").with("/status", "waiting");
    eventually("it is told anew", || (events(server, "overload_began") == 2).then_some(()));
});

both!(what_can_not_be_read_keeps_no_place_from_others, |server| {
    let ids: Vec<String> = (0..6).map(|n| light(server, &format!("Станція {n}")).string("/id")).collect();
    for id in &ids[2..4] {
        crate::escalation::spoil(server, id);
    }
    let done = json!({"outcome": "contained", "summary": "Готово"});
    let charlie = server.charlie();
    server.verb(&charlie, &server.case_of(&charlie, &ids[0]), "resolve", done.clone()).expect(200);
    let cases = everything(&charlie, "/v1/cases?state=assigned");
    assert!(cases.iter().any(|case| case["incident"]["id"] == ids[4]), "the next that can be read has it\n{cases:#?}");
    capacity(server, 10);
    eventually("whoever can be read has a place", || (waiting(&server.store) == 2).then_some(()));
});
