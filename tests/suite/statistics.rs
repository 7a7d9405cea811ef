//! `/v1/statistics`: numbers in which no incident can be recognised.

use zvit_domain::statistics::Month;
use zvit_tests::client::Account;
use zvit_tests::directory::{ALPHA, BRAVO, CHARLIE};
use zvit_tests::{Answer, Client, Server, Value, both, json, report};

const DAY: i64 = 86_400;

/// The months that the reports of a test may have come in.
fn this_month() -> (String, String) {
    (Month::of(zvit_tests::now()).to_string(), Month::of(zvit_tests::now()).plus(1).to_string())
}

fn query(first: &str, last: &str) -> String {
    format!("/v1/statistics?from={first}&until={last}")
}

/// To the coordinator, up to now.
fn so_far(first: &str) -> String {
    format!("/v1/statistics?from={first}")
}

#[track_caller]
fn figure<'a>(answer: &'a Answer, list: &str, member: &str, code: impl Into<Value>) -> &'a Value {
    let code = code.into();
    let found = answer.list(list).iter().find(|one| one[member] == code);
    found.unwrap_or_else(|| panic!("no {code} in {list}\n{answer}"))
}

fn submit(server: &Server, count: usize) -> Vec<Answer> {
    let sent = |n: usize| {
        let regions = json!(["UA-30", "UA-32"]);
        server.hospital().submit(report(&format!("Подія {n}")).with("tlp", "amber").with("regions", regions))
    };
    (0..count).map(sent).collect()
}

fn finish(server: &Server, team: &Client, incident: &Answer) {
    let case = incident.str("/assignments/0/id");
    server.verb(team, case, "acknowledge", json!({})).expect(200);
    server.verb(team, case, "resolve", json!({"outcome": "contained", "summary": "Готово"})).expect(200);
}

both!(the_coordinator_is_told_every_figure_as_it_is, |server| {
    let (now, next) = this_month();
    let incidents = submit(server, 3);
    server.grid().submit(report("Мережа"));
    server.hospital().submit(report("Навчання").with("exercise", true));
    let alpha = server.alpha();
    for incident in &incidents[..2] {
        finish(server, &alpha, incident);
    }
    let told = server.coordinator().get("/v1/statistics").expect(200);
    assert_eq!(told.list("/by_month").len(), 12, "{told}");
    let told = server.coordinator().get(&format!("/v1/statistics?until={now}&from={now}")).expect(200);
    let told = told
        .with("/rounded", false)
        .with("/period", json!({"from": now, "until": now}))
        .with("/totals/incidents", 4)
        .with("/totals/withdrawn", 0)
        .with("/totals/merged", 0)
        .with("/time_to_acknowledge/count", 2)
        .without("/time_to_acknowledge/suppressed")
        .with("/time_to_resolve/count", 2);
    assert_eq!(figure(&told, "/by_sector", "sector", "health"), &json!({"sector": "health", "count": 3}));
    assert_eq!(figure(&told, "/by_sector", "sector", "energy")["count"], 1);
    assert_eq!(figure(&told, "/by_sector", "sector", "water")["count"], 0);
    assert_eq!(figure(&told, "/by_region", "region", "UA-32")["count"], 3);
    assert_eq!(figure(&told, "/by_month", "month", now.as_str())["count"], 4);
    let levels: i64 = told.list("/by_level").iter().filter_map(|one| one["count"].as_i64()).sum();
    let classes: i64 = told.list("/by_class").iter().filter_map(|one| one["count"].as_i64()).sum();
    assert_eq!((levels, classes), (4, 4), "{told}");
    let initial = figure(&told, "/stages", "stage", "initial");
    assert_eq!((&initial["in_time"], &initial["late"], &initial["share_in_time"]), (&json!(4), &json!(0), &json!(1.0)));
    let team = told.list("/teams").iter().find(|one| one["team"]["id"] == ALPHA).expect("alpha");
    assert!(team["open_cases"].as_i64().is_some_and(|open| (1..=2).contains(&open)), "{told}");
    assert_eq!(figure(&told, "/help", "assistance", "incident_response")["count"], 2);
    let _ = next;
});

both!(outsiders_are_told_of_months_that_are_over_for_good_and_in_steps_of_five, |server| {
    let (now, next) = this_month();
    let incidents = submit(server, 11);
    let few = server.grid();
    (0..4).for_each(|n| drop(few.submit(report(&format!("Мережа {n}")))));
    server
        .coordinator()
        .post("/v1/incidents")
        .fresh_key()
        .json(json!({"description": "…", "sector": "water", "on_behalf_of": {"name": "Водоканал", "phone": "+380"}}))
        .send();
    let alpha = server.alpha();
    incidents.iter().for_each(|incident| finish(server, &alpha, incident));
    for outsider in [server.observer(), server.donor(), server.auditor()] {
        outsider.get(&query(&now, &now)).faults(&["parameter until"]);
    }
    server.pass(100 * DAY);
    let exact = server.coordinator().get(&query(&now, &next)).expect(200);
    let total = exact.int("/totals/incidents");
    for outsider in [server.observer(), server.donor(), server.auditor()] {
        let told = outsider.get(&query(&now, &next)).expect(200).with("/rounded", true).without("/teams");
        let told = told.without("/totals/withdrawn");
        let shown = told.int("/totals/incidents");
        assert!(shown % 5 == 0 && (shown - total).abs() <= 4, "{shown} of {total}");
        assert_eq!(figure(&told, "/by_sector", "sector", "health"), &json!({"sector": "health", "count": 10}));
        for small in ["energy", "water", "finance", "other"] {
            assert_eq!(figure(&told, "/by_sector", "sector", small), &json!({"sector": small, "suppressed": true}));
        }
        assert_eq!(figure(&told, "/by_region", "region", "UA-30")["count"], 10);
        assert_eq!(told.int("/time_to_acknowledge/count"), 10);
        assert_eq!(told.int("/time_to_resolve/median_s") % 300, 0);
        let initial = figure(&told, "/stages", "stage", "initial");
        assert!(initial["in_time"].as_i64().is_some_and(|count| count % 5 == 0), "{told}");
        assert!(initial.get("late").is_none() && initial.get("overdue").is_none(), "{told}");
        assert!(initial["share_in_time"].as_f64().is_some_and(|share| share == 1.0), "{told}");
        assert_eq!(figure(&told, "/stages", "stage", "final")["suppressed"], true);
        for text in ["/by_sector", "/by_level", "/by_class", "/by_region", "/by_month"] {
            for one in told.list(text) {
                let fits = match one.get("count") {
                    Some(count) => count.as_i64().is_some_and(|count| count >= 5 && count % 5 == 0),
                    None => one["suppressed"] == true,
                };
                assert!(fits, "{one}\n{told}");
            }
        }
    }
});

both!(acknowledgement_is_counted_once_from_the_first_report_to_the_first_lead_that_took_it_up, |server| {
    let period = so_far(&this_month().0);
    // Taken up after ten minutes and handed on; who took it over took it up ten minutes later.
    let handed = submit(server, 1).remove(0);
    server.pass(600);
    let case = handed.string("/assignments/0/id");
    server.verb(&server.alpha(), &case, "acknowledge", json!({})).expect(200);
    let to_bravo = json!({"reason": "Знають цей шкідливий код", "to_team": BRAVO});
    server.verb(&server.alpha(), &case, "hand-over", to_bravo).expect(200);
    server.pass(600);
    let taken_over = server.case_of(&server.bravo(), handed.str("/id"));
    server.verb(&server.bravo(), &taken_over, "acknowledge", json!({})).expect(200);
    let told = server.coordinator().get(&period).expect(200).with("/time_to_acknowledge/count", 1);
    for figure in ["median_s", "p90_s"] {
        let seconds = told.int(&format!("/time_to_acknowledge/{figure}"));
        assert!((600..1_200).contains(&seconds), "{seconds}\n{told}");
    }
    // Declined after five minutes, taken up by the next team eight minutes later: the wait was thirteen.
    let declined = submit(server, 1).remove(0);
    server.pass(300);
    let case = declined.string("/assignments/0/id");
    server.verb(&server.alpha(), &case, "decline", json!({"reason": "Немає людей"})).expect(200);
    server.pass(480);
    let case = server.case_of(&server.bravo(), declined.str("/id"));
    server.verb(&server.bravo(), &case, "acknowledge", json!({})).expect(200);
    // A supporting team's word is no lead's.
    let body = json!({"team_id": CHARLIE, "role": "support", "reason": "Допомога"});
    let waiting = submit(server, 1).remove(0);
    let path = format!("/v1/incidents/{}/assignments", waiting.str("/id"));
    let support = server.coordinator().post(&path).fresh_key().json(body).expect(201).string("/id");
    server.verb(&server.charlie(), &support, "acknowledge", json!({})).expect(200);
    let told = server.coordinator().get(&period).expect(200).with("/time_to_acknowledge/count", 2);
    let (median, p90) = (told.int("/time_to_acknowledge/median_s"), told.int("/time_to_acknowledge/p90_s"));
    assert!((600..780).contains(&median) && (780..1_380).contains(&p90), "{told}");
});

both!(stages_that_a_later_one_replaced_are_in_no_share, |server| {
    let (now, next) = this_month();
    let (hospital, grid) = (server.hospital(), server.grid());
    let incidents = submit(server, 6);
    let of_grid: Vec<Answer> = (0..6).map(|n| grid.submit(report(&format!("Мережа {n}")))).collect();
    let send = |client: &Client, incident: &Answer, stage: &str| {
        let path = format!("/v1/incidents/{}/reports", incident.str("/id"));
        client.post(&path).fresh_key().json(json!({"stage": stage, "affected_users": 1})).expect(201);
    };
    for incident in &incidents {
        ["preliminary", "interim", "final"].iter().for_each(|stage| send(&hospital, incident, stage));
    }
    of_grid.iter().for_each(|incident| send(&grid, incident, "final"));
    let told = server.coordinator().get(&so_far(&now)).expect(200);
    for (stage, in_time) in [("initial", 12), ("preliminary", 6), ("interim", 6), ("final", 12)] {
        let of = figure(&told, "/stages", "stage", stage);
        let expected = json!({"stage": stage, "in_time": in_time, "late": 0, "overdue": 0, "share_in_time": 1.0});
        assert_eq!(*of, expected, "{told}");
    }
    server.pass(100 * DAY);
    let told = server.observer().get(&query(&now, &next)).expect(200);
    for (stage, in_time) in [("initial", 10), ("preliminary", 5), ("interim", 5), ("final", 10)] {
        let of = figure(&told, "/stages", "stage", stage);
        assert_eq!(*of, json!({"stage": stage, "in_time": in_time, "share_in_time": 1.0}), "{told}");
    }
});

both!(help_of_several_kinds_counts_under_each, |server| {
    let (now, next) = this_month();
    let coordinator = server.coordinator();
    let tag = coordinator.get("/v1/routing-rules").expect(200).etag();
    let kinds = json!(["incident_response", "cyber_defense_technology"]);
    let rules = json!([
        {"id": "lead", "name": "Веде", "when": {}, "assign": {"role": "lead", "teams": [BRAVO], "strategy": "priority"}},
        {"id": "help", "name": "Допомагає", "when": {},
            "assign": {"role": "support", "pool": {"assistance": kinds}, "strategy": "priority"}}
    ]);
    coordinator
        .put("/v1/routing-rules")
        .if_match(&tag)
        .json(json!({"rules": rules, "reason": "Перевірка"}))
        .expect(200);
    let alpha = server.alpha();
    for incident in submit(server, 6) {
        let case = server.case_of(&alpha, incident.str("/id"));
        let case = server.verb(&alpha, &case, "acknowledge", json!({})).expect(200).with("/role", "support");
        let first = case.at("/assistance_kinds/0").clone();
        let mut both = case.list("/assistance_kinds").to_vec();
        both.sort_by_key(|kind| std::cmp::Reverse(kind.as_str().map(str::to_owned)));
        assert_eq!((json!(both), case.at("/assistance")), (kinds.clone(), &first), "{case}");
        let seen = coordinator.get(&format!("/v1/incidents/{}", incident.str("/id"))).expect(200);
        let of_alpha = seen.list("/assignments").iter().find(|one| one["role"] == "support").expect("support");
        assert_eq!(of_alpha["assistance_kinds"], *case.at("/assistance_kinds"), "{seen}");
        let lead = seen.list("/assignments").iter().find(|one| one["role"] == "lead").expect("a lead");
        assert!(lead.get("assistance_kinds").is_none(), "{seen}");
    }
    let exact = coordinator.get(&so_far(&now)).expect(200);
    server.pass(100 * DAY);
    let told = server.donor().get(&query(&now, &next)).expect(200);
    for kind in ["incident_response", "cyber_defense_technology"] {
        assert_eq!(figure(&exact, "/help", "assistance", kind)["count"], 6, "{exact}");
        assert_eq!(figure(&told, "/help", "assistance", kind)["count"], 5, "{told}");
    }
});

both!(a_donor_is_told_of_its_own_teams_help, |server| {
    let (now, next) = this_month();
    let incidents = submit(server, 6);
    let alpha = server.alpha();
    incidents.iter().for_each(|incident| finish(server, &alpha, incident));
    server.pass(100 * DAY);
    let own = server.donor().get(&query(&now, &next)).expect(200);
    assert_eq!(
        figure(&own, "/help", "assistance", "incident_response"),
        &json!({"assistance": "incident_response", "count": 5}),
        "alpha is of that donor"
    );
    assert_eq!(figure(&own, "/help", "assistance", "satellite_communications")["suppressed"], true);
    let body = json!({"name": "Інший донор", "role": "donor", "owner": "01920000-0000-7001-8000-000000000003"});
    let other = Account::read(&server.coordinator().post("/v1/clients").fresh_key().json(body).expect(201).value);
    let none = Client::of(&server.base, &other).get(&query(&now, &next)).expect(200);
    assert_eq!(figure(&none, "/help", "assistance", "incident_response")["suppressed"], true);
    server.observer().get(&query(&now, &next)).expect(200).without("/help");
    server.auditor().get(&query(&now, &next)).expect(200).without("/help");
});

both!(a_longer_period_is_the_sum_of_its_months, |server| {
    let (now, next) = this_month();
    submit(server, 7);
    server.pass(32 * DAY);
    submit(server, 3);
    server.pass(100 * DAY);
    let observer = server.observer();
    let last = Month::parse(&next).expect("a month").plus(1).to_string();
    let whole = observer.get(&query(&now, &last)).expect(200);
    assert_eq!(whole.int("/totals/incidents"), 5, "three of the second month are told nowhere");
    let mut sum = 0;
    for month in whole.list("/by_month") {
        let name = month["month"].as_str().expect("a month");
        let one = observer.get(&query(name, name)).expect(200);
        assert_eq!(one.value.pointer("/totals/incidents"), month.get("count"), "{one}");
        sum += month["count"].as_i64().unwrap_or(0);
    }
    assert_eq!(sum, 5);
});

both!(periods_that_make_no_sense_are_named, |server| {
    let coordinator = server.coordinator();
    for (wrong, places) in [
        ("from=2026-01&until=2025-12", &["parameter from"][..]),
        ("from=2020-01&until=2022-01", &["parameter from"]),
        ("from=2999-01&until=2999-02", &["parameter until"]),
        ("from=2026-13", &["parameter from"]),
        ("until=yesterday", &["parameter until"]),
        ("month=2026-01", &["parameter month"]),
    ] {
        for path in ["/v1/statistics", "/v1/statistics/csv"] {
            coordinator.get(&format!("{path}?{wrong}")).faults(places);
        }
    }
    coordinator.get("/v1/statistics?from=2020-01&until=2021-12").expect(200).with("/totals/incidents", 0);
    for client in [server.hospital(), server.alpha()] {
        client.get("/v1/statistics").problem(403, "scope_lacking");
        client.get("/v1/statistics/csv").problem(403, "scope_lacking");
    }
});

both!(the_table_says_the_same, |server| {
    let (now, _) = this_month();
    submit(server, 2);
    let coordinator = server.coordinator();
    let mut team = coordinator.get(&format!("/v1/teams/{ALPHA}")).expect(200);
    let tag = team.etag();
    team.value["name"] = json!("=HYPERLINK(\"x\"), \"Alpha\"");
    let mut body = team.value.clone();
    for member in ["id", "active", "version", "created_at", "updated_at"] {
        body.as_object_mut().expect("an object").remove(member);
    }
    coordinator.put(&format!("/v1/teams/{ALPHA}")).if_match(&tag).json(body).expect(200);
    let answer = coordinator.get(&format!("/v1/statistics/csv?from={now}&until={now}")).expect(200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert!(answer.bytes.starts_with(b"\xef\xbb\xbfbreakdown,"), "Excel knows UTF-8 by the mark alone\n{answer}");
    assert_eq!(
        answer.header("content-disposition"),
        format!("attachment; filename=\"zvit-statistics-{now}-{now}.csv\"")
    );
    let text = answer.text().trim_start_matches('\u{feff}').to_owned();
    assert!(!text.contains('\u{feff}'), "once, at the beginning\n{text}");
    assert!(text.ends_with("\r\n") && text.lines().count() > 50, "{text}");
    for line in ["breakdown,category,measure,value,suppressed", "by_sector,health,count,2,", "totals,,incidents,2,"] {
        assert!(text.split("\r\n").any(|one| one == line), "{line}\n{text}");
    }
    assert!(text.contains("teams,\"'=HYPERLINK(\"\"x\"\"), \"\"Alpha\"\"\",open_cases,"), "{text}");
    server.pass(70 * DAY);
    let told = server.observer().get(&format!("/v1/statistics/csv?from={now}&until={now}")).expect(200).text();
    assert!(told.contains("by_sector,health,count,,true\r\n") && !told.contains("teams,"), "{told}");
});

both!(a_published_month_stays_as_it_was_whatever_becomes_of_its_incidents, |server| {
    let (now, next) = this_month();
    let incidents = submit(server, 20);
    let alpha = server.alpha();
    incidents[..10].iter().for_each(|incident| finish(server, &alpha, incident));
    let late = incidents[10].string("/assignments/0/id");
    server.verb(&alpha, &late, "acknowledge", json!({})).expect(200);
    server.pass(100 * DAY);
    let period = query(&now, &next);
    let (observer, donor, coordinator) = (server.observer(), server.donor(), server.coordinator());
    let before = observer.get(&period).expect(200).with("/time_to_resolve/count", 10);
    assert!(before.int("/totals/incidents") >= 20, "{before}");
    let helped = donor.get(&period).expect(200);
    let exact = coordinator.get(&period).expect(200).value;
    // One is resolved at last, others turn out to have been nothing, or far worse.
    let end = json!({"outcome": "contained", "summary": "Готово"});
    server.verb(&server.alpha(), &late, "resolve", end).expect(200);
    for incident in &incidents[11..18] {
        let path = format!("/v1/incidents/{}/withdraw", incident.str("/id"));
        server.hospital().post(&path).fresh_key().json(json!({"reason": "Хибна тривога"})).expect(200);
    }
    for incident in &incidents[18..] {
        let path = format!("/v1/incidents/{}", incident.str("/id"));
        let decision = json!({"level": 5, "reason": "Гірше, ніж здавалося"});
        coordinator.put(&format!("{path}/triage")).if_match("*").json(decision).expect(200);
    }
    let known = coordinator.get(&period).expect(200);
    assert_eq!(known.int("/totals/withdrawn"), 7, "{known}");
    assert_ne!(known.value, exact);
    for (outsider, told) in [(&observer, &before), (&donor, &helped)] {
        assert_eq!(outsider.get(&period).expect(200).value, told.value, "no difference to take");
    }
    // Whoever asks for the first time is told the same, and so is a tool that reads the table.
    let mut auditor = server.auditor().get(&period).expect(200).value;
    assert_eq!(auditor, before.value);
    auditor = server.observer().get(&query(&now, &now)).expect(200).value;
    assert_eq!(auditor["by_month"][0], before.value["by_month"][0]);
    let published = "audit_events WHERE kind = 'statistics_published'";
    let events = server.store.count(published);
    observer.get(&period).expect(200);
    assert_eq!(server.store.count(published), events, "a month is published once to each");
});

both!(a_small_month_gives_nothing_to_the_times_of_a_longer_period, |server| {
    let (now, _) = this_month();
    let alpha = server.alpha();
    submit(server, 10).iter().for_each(|incident| finish(server, &alpha, incident));
    server.pass(32 * DAY);
    // Six of the next month, taken up at once and resolved two days later.
    let few = submit(server, 6);
    let of = |incident: &Answer| incident.string("/assignments/0/id");
    few.iter().for_each(|one| drop(server.verb(&server.alpha(), &of(one), "acknowledge", json!({})).expect(200)));
    server.pass(2 * DAY);
    let end = json!({"outcome": "contained", "summary": "Готово"});
    few.iter().for_each(|one| drop(server.verb(&server.alpha(), &of(one), "resolve", end.clone()).expect(200)));
    server.pass(100 * DAY);
    let second = Month::parse(&now).expect("a month").plus(1);
    let months = [second.to_string(), second.plus(1).to_string()];
    let observer = server.observer();
    // The 32 days may have led past a short month.
    let small = months.iter().map(|month| observer.get(&query(month, month)).expect(200));
    let small = small.into_iter().find(|told| told.value.pointer("/time_to_resolve/count") == Some(&json!(5)));
    let small = small.expect("the month of the six");
    for times in ["/time_to_acknowledge", "/time_to_resolve"] {
        assert!(
            !small.has(&format!("{times}/median_s")) && *small.at(&format!("{times}/suppressed")) == true,
            "{small}"
        );
    }
    let alone = observer.get(&query(&now, &now)).expect(200);
    let both = observer.get(&query(&now, &months[1])).expect(200).with("/time_to_resolve/count", 15);
    for figure in ["median_s", "p90_s"] {
        let place = format!("/time_to_resolve/{figure}");
        assert_eq!(both.at(&place), alone.at(&place), "{both}");
        assert!(both.int(&place) < DAY, "{both}");
    }
});
