//! Cases that nobody acknowledges: reminded of, expired, given to the next team, and in the end to the coordinator's.

use zvit_tests::directory::{ALPHA, BRAVO, CHARLIE, DELTA, FRONT_OFFICE};
use zvit_tests::feed::everything;
use zvit_tests::sinks::MailSink;
use zvit_tests::{Answer, Server, Value, both, both_stores, eventually, json, report};

use crate::notices;

const MINUTE: i64 = 60;

#[track_caller]
fn incident(server: &Server, id: &str) -> Answer {
    server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200)
}

/// The assignment that leads at present.
#[track_caller]
pub(crate) fn lead(server: &Server, id: &str) -> Value {
    let incident = incident(server, id);
    let held = ["assigned", "acknowledged", "in_progress", "resolved"];
    let leads: Vec<&Value> = incident
        .list("/assignments")
        .iter()
        .filter(|one| one["role"] == "lead" && one["state"].as_str().is_some_and(|state| held.contains(&state)))
        .collect();
    assert_eq!(leads.len(), 1, "exactly one team leads\n{incident}");
    leads[0].clone()
}

/// Waits until this team leads.
#[track_caller]
pub(crate) fn led_by(server: &Server, id: &str, team: &str) -> Value {
    eventually("the team leads", || Some(lead(server, id)).filter(|lead| lead["team"]["id"] == team))
}

/// Waits until another team leads than this one.
#[track_caller]
pub(crate) fn eventually_not_led_by(server: &Server, id: &str, team: &str) -> Value {
    eventually("another team leads", || Some(lead(server, id)).filter(|lead| lead["team"]["id"] != team))
}

/// The steps of one kind in the incident's timeline.
#[track_caller]
pub(crate) fn steps(server: &Server, id: &str, kind: &str) -> Vec<Value> {
    let items = everything(&server.coordinator(), &format!("/v1/incidents/{id}/timeline"));
    items.into_iter().filter(|event| event["type"] == kind).collect()
}

/// Changes the rules.
#[track_caller]
pub(crate) fn with_rules(server: &Server, change: impl FnOnce(&mut Value)) {
    let path = "/v1/routing-rules";
    let held = server.coordinator().get(path).expect(200);
    let mut body = json!({"reason": "Навчання"});
    for name in ["act_on", "max_tries", "rules"] {
        body[name] = held.at(&format!("/{name}")).clone();
    }
    change(&mut body);
    server.coordinator().put(path).if_match(&held.etag()).json(body).expect(200);
}

both!(a_case_nobody_acknowledges_goes_to_the_next_team_and_says_why, |server| {
    let submitted = server.hospital().submit(report("Шифрувальник")).with("/assignments/0/team/id", ALPHA);
    let (id, first) = (submitted.string("/id"), submitted.string("/assignments/0/acknowledge_by"));
    let cursor = server.alpha().get("/v1/cases").expect(200).string("/next_cursor");
    server.pass(16 * MINUTE);
    let second = led_by(server, &id, BRAVO);
    assert_eq!(second["state"], "assigned");
    assert!(second["acknowledge_by"].as_str().unwrap() > first.as_str(), "it has its own time: {second}");

    let expired = steps(server, &id, "expired");
    assert_eq!(expired.len(), 1, "{expired:#?}");
    let told = &expired[0];
    assert_eq!((&told["reason"], &told["actor"]["role"]), (&json!("not_acknowledged_in_time"), &json!("service")));
    assert_eq!((&told["data"]["team"]["id"], &told["data"]["role"]), (&json!(ALPHA), &json!("lead")));
    assert_eq!((&told["data"]["expiries"], &told["data"]["max_tries"]), (&json!(1), &json!(5)));
    assert_eq!(told["data"]["acknowledge_by"], json!(first));
    let assigned = steps(server, &id, "assigned");
    assert_eq!(assigned.len(), 2, "{assigned:#?}");
    assert_eq!((&assigned[1]["data"]["team"]["id"], &assigned[1]["data"]["outcome"]), (&json!(BRAVO), &json!("rule")));
    let candidates = second["why"]["candidates"].as_array().unwrap();
    let alpha = candidates.iter().find(|one| one["team"] == ALPHA).unwrap();
    assert_eq!(alpha["excluded_by"], json!(["declined"]), "it is not asked again");

    // The institution sees the same steps, the team that let it expire only that it is to forget it.
    let own = everything(&server.hospital(), &format!("/v1/incidents/{id}/timeline"));
    assert!(own.iter().any(|event| event["type"] == "expired"), "{own:#?}");
    let last = server.alpha().get(&format!("/v1/cases?cursor={cursor}")).expect(200);
    last.with("/items/0/state", "expired").with("/items/0/forget", true);
    server.alpha().get(&format!("/v1/cases/{}", submitted.str("/assignments/0/id"))).problem(404, "not_found");
});

both!(what_is_acknowledged_stays, |server| {
    let taken = server.hospital().submit(report("Підтверджено")).string("/id");
    let left = server.hospital().submit(report("Не підтверджено")).string("/id");
    let case = server.case_of(&server.alpha(), &taken);
    server.verb(&server.alpha(), &case, "acknowledge", json!({})).expect(200);
    server.pass(16 * MINUTE);
    led_by(server, &left, BRAVO);
    let lead = lead(server, &taken);
    assert_eq!((&lead["team"]["id"], &lead["state"]), (&json!(ALPHA), &json!("acknowledged")));
    assert!(steps(server, &taken, "expired").is_empty() && steps(server, &taken, "half_deadline").is_empty());
});

both!(half_of_the_time_is_reminded_of_once, |server| {
    let id = server.hospital().submit(report("Нагадування")).string("/id");
    server.pass(8 * MINUTE);
    eventually("the reminder", || (steps(server, &id, "half_deadline").len() == 1).then_some(()));
    let told = &steps(server, &id, "half_deadline")[0];
    assert_eq!(told["data"]["team"]["id"], json!(ALPHA));
    assert!(
        everything(&server.hospital(), &format!("/v1/incidents/{id}/timeline"))
            .iter()
            .all(|event| { event["type"] != "half_deadline" })
    );
    server.pass(8 * MINUTE);
    led_by(server, &id, BRAVO);
    server.pass(8 * MINUTE);
    eventually("the next team's reminder", || (steps(server, &id, "half_deadline").len() >= 2).then_some(()));
    let told: Vec<Value> =
        steps(server, &id, "half_deadline").iter().map(|event| event["data"]["team"]["id"].clone()).collect();
    assert_eq!(told, [json!(ALPHA), json!(BRAVO)], "each team once");
});

both!(after_so_many_tries_the_coordinators_team_has_it_and_keeps_it, |server| {
    with_rules(server, |rules| rules["max_tries"] = json!(2));
    let id = server.hospital().submit(report("Ніхто не відповідає")).string("/id");
    server.pass(16 * MINUTE);
    led_by(server, &id, BRAVO);
    server.pass(16 * MINUTE);
    let last = led_by(server, &id, FRONT_OFFICE);
    assert_eq!(last["why"]["outcome"], "tries_used_up", "charlie could have had it: {last}");
    assert_eq!(steps(server, &id, "assigned")[2]["data"]["outcome"], "tries_used_up");
    assert_eq!(steps(server, &id, "expired")[1]["data"]["expiries"], 2);
    // Whoever stands last runs out of no time: another incident shows that the deadlines were looked at since.
    server.pass(24 * 60 * MINUTE);
    let other = server.hospital().submit(report("Інший")).string("/id");
    server.pass(16 * MINUTE);
    led_by(server, &other, BRAVO);
    let still = lead(server, &id);
    assert_eq!((&still["id"], &still["state"]), (&last["id"], &json!("assigned")));
    assert_eq!(steps(server, &id, "expired").len(), 2);
});

both!(support_that_does_not_answer_ends_and_tries_of_leads_are_not_used_up_by_it, |server| {
    with_rules(server, |rules| rules["max_tries"] = json!(1));
    let asked = report("Немає зв’язку").with("assistance_requested", json!(["satellite_communications"]));
    let id = server.hospital().submit(asked).string("/id");
    let case = server.case_of(&server.alpha(), &id);
    server.verb(&server.alpha(), &case, "acknowledge", json!({})).expect(200);
    server.pass(61 * MINUTE);
    eventually("the support expires", || (!steps(server, &id, "expired").is_empty()).then_some(()));
    let told = steps(server, &id, "expired").remove(0);
    assert_eq!((&told["data"]["team"]["id"], &told["data"]["role"]), (&json!(DELTA), &json!("support")));
    assert_eq!(told["data"]["expiries"], 0, "of leads");
    server.verb(&server.alpha(), &case, "decline", json!({"reason": "Немає людей"})).expect(200);
    // Nobody else gives what was asked for: the coordinator's own team is to find it, and another partner leads.
    let supports: Vec<Value> = incident(server, &id)
        .list("/assignments")
        .iter()
        .filter(|one| one["role"] == "support" && one["state"] == "assigned")
        .map(|one| one["team"]["id"].clone())
        .collect();
    assert_eq!(supports, [json!(FRONT_OFFICE)]);
    assert_eq!(steps(server, &id, "support_unavailable").len(), 1);
    let next = lead(server, &id);
    assert_eq!((&next["team"]["id"], &next["why"]["outcome"]), (&json!(BRAVO), &json!("rule")));
});

both!(the_team_that_the_rule_names_is_told, |server| {
    with_rules(server, |rules| rules["rules"][0]["assign"]["escalate_to"] = json!(CHARLIE));
    let id = server.hospital().submit(report("Ескалація")).string("/id");
    server.pass(16 * MINUTE);
    led_by(server, &id, BRAVO);
    let told = steps(server, &id, "escalated");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!((&told[0]["data"]["to_team"]["id"], &told[0]["data"]["told"]), (&json!(CHARLIE), &json!(true)));
});

both_stores!(each_deadline_is_acted_on_once_by_two_processes_of_which_one_dies, |store| {
    const REPORTS: usize = 40;
    let mut first = Server::start(store);
    let second = Server::start(store);
    let item =
        |n: usize| json!({"idempotency_key": zvit_tests::fresh(), "report": Value::from(report(&format!("{n}")))});
    let items: Vec<Value> = (0..REPORTS).map(item).collect();
    let taken = first.hospital().post("/v1/incidents/batch").json(json!({"items": items})).expect(200);
    let ids: Vec<String> =
        taken.list("/items").iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect();
    // One dies when it has begun, or was just about to.
    second.pass(16 * MINUTE);
    eventually("one of them begins", || (store.count("assignments") > 40).then_some(()));
    first.kill();
    eventually("the other goes on", || (store.count("assignments") >= 80).then_some(()));
    for id in &ids {
        led_by(&second, id, BRAVO);
    }
    // The next deadline finds one process only.
    second.pass(16 * MINUTE);
    for id in &ids {
        eventually("the next one", || (lead(&second, id)["team"]["id"] != BRAVO).then_some(()));
        assert_eq!(steps(&second, id, "expired").len(), 2);
        assert_eq!(steps(&second, id, "assigned").len(), 3);
    }
    assert_eq!(store.count("audit_events WHERE kind = 'expired'"), 80, "each once");
    assert_eq!(store.count("assignments"), 120);
    crate::waiting::loads_agree(store);
});

/// Makes an incident one that nobody can read, as a fault or a damaged disk would.
#[track_caller]
pub(crate) fn spoil(server: &Server, id: &str) {
    let reference = incident(server, id).string("/reference");
    server.store.execute(&format!("UPDATE incidents SET triage = '[]' WHERE reference = '{reference}'"));
}

both!(cases_that_can_not_be_read_hold_up_no_others, |server| {
    // More than are looked at in one change.
    let spoiled: Vec<String> =
        (0..26).map(|n| server.hospital().submit(report(&format!("Нечитна {n}"))).string("/id")).collect();
    for id in &spoiled {
        spoil(server, id);
    }
    let good = server.hospital().submit(report("Читна")).with("/assignments/0/team/id", ALPHA).string("/id");
    server.pass(16 * MINUTE);
    led_by(server, &good, BRAVO);
    let log = server.log();
    let said = log.lines().filter(|line| line.contains(&spoiled[0]) && line.contains("its overdue cases"));
    assert_eq!(said.count(), 1, "it is said once, although it was looked again meanwhile");
});

both_stores!(the_team_that_lets_its_time_pass_is_told_so, |store| {
    let mails = MailSink::start();
    let server = notices::start(store, &notices::flags(&mails));
    let contact = |address: &str| json!([{"name": "x", "email": address, "notify": ["overdue"]}]);
    notices::let_contacts(&server, &notices::team(ALPHA), contact("alpha@x.example"));
    notices::let_contacts(&server, &notices::team(BRAVO), contact("bravo@x.example"));
    let submitted = server.hospital().submit(report("Проґавлено").with("title", "Таємна назва"));
    let (id, reference) = (submitted.string("/id"), submitted.string("/reference"));
    server.pass(16 * MINUTE);
    led_by(&server, &id, BRAVO);
    let mail = eventually("the mail arrives", || mails.mails().pop());
    assert_eq!(mail.to, ["alpha@x.example"]);
    assert!(mail.text.contains(&reference) && !mail.text.contains("Таємна"), "{mail:?}");
    // The case is no longer its own: the link leads to where its tool is told so.
    assert!(mail.text.lines().any(|line| line.ends_with("https://zvit.example/v1/cases")), "{mail:?}");
    assert_eq!(mails.mails().len(), 1, "whoever has it now has let nothing pass");
});
