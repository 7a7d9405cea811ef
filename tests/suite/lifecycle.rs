//! The life of cases and incidents: support, hand-over, and a walk through all verbs beside the written state machine.

use zvit_domain::lifecycle::{CaseVerb, Ending, Holder, IncidentVerb, Lead, Step, status_by_lead};
use zvit_domain::vocabulary::{CaseState, IncidentStatus};
use zvit_domain::word::Word;
use zvit_tests::client::Account;
use zvit_tests::directory::{ALPHA, BRAVO, DELTA, DONOR, FRONT_OFFICE};
use zvit_tests::feed::everything;
use zvit_tests::{Answer, Client, Server, Value, both, json, report};

const SATELLITE: &str = "satellite_communications";

fn reason(text: &str) -> Value {
    json!({ "reason": text })
}

fn ask(kind: &str) -> Value {
    json!({"assistance": kind, "reason": "Канал зв’язку перерізано"})
}

/// An incident of the hospital that alpha leads: its id and alpha's case.
#[track_caller]
fn led_by_alpha(server: &Server) -> (String, String) {
    let incident = server.hospital().submit(report("Файли не відкриваються"));
    assert_eq!(incident.str("/assignments/0/team/id"), ALPHA, "{incident}");
    let case = incident.string("/assignments/0/id");
    server.verb(&server.alpha(), &case, "acknowledge", json!({})).expect(200);
    (incident.string("/id"), case)
}

#[track_caller]
fn read(server: &Server, id: &str) -> Answer {
    server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200)
}

fn is_held(one: &Value) -> bool {
    one["state"].as_str().and_then(CaseState::from_code).is_some_and(CaseState::is_held)
}

/// The teams that support the incident now, with their cases.
fn supports(incident: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let held = incident.list("/assignments").iter().filter(|one| one["role"] == "support" && is_held(one));
    held.map(|one| (text(&one["team"]["id"]), text(&one["id"]))).collect()
}

fn teams(incident: &Answer) -> Vec<String> {
    supports(incident).into_iter().map(|(team, _)| team).collect()
}

fn events(server: &Server, id: &str, kind: &str) -> Vec<Value> {
    let all = everything(&server.coordinator(), &format!("/v1/incidents/{id}/timeline"));
    all.into_iter().filter(|event| event["type"] == kind).collect()
}

/// Another team with terminals; it stands behind delta.
#[track_caller]
fn another_with_terminals(server: &Server) -> String {
    let team = json!({
        "participant_id": DONOR, "name": "Test Team Echo", "sectors": ["health", "energy"], "assistance": [SATELLITE],
        "languages": ["en"], "tlp_ceiling": "amber", "capacity": 10, "priority": 90
    });
    server.coordinator().post("/v1/teams").fresh_key().json(team).expect(201).string("/id")
}

both!(a_lead_asks_for_support_and_a_team_that_gives_it_has_it, |server| {
    let (id, case) = led_by_alpha(server);
    let alpha = server.alpha();
    let path = format!("/v1/cases/{case}/request-support");
    server.store.untouched(|| {
        alpha.post(&path).json(json!({})).faults(&["/assistance", "/reason"]);
        alpha.post(&path).json(json!({"assistance": "coffee", "reason": ""})).faults(&["/assistance", "/reason"]);
        server.bravo().post(&path).json(ask(SATELLITE)).problem(404, "not_found");
        server.hospital().post(&path).json(ask(SATELLITE)).problem(403, "scope_lacking");
    });
    let asked = alpha.post(&path).json(ask(SATELLITE)).expect(200).with("/id", &*case).with("/state", "acknowledged");
    let support = server.case_of(&server.delta(), &id);
    let seen = server.delta().get(&format!("/v1/cases/{support}")).expect(200);
    seen.with("/role", "support").with("/state", "assigned").with("/assistance", SATELLITE);
    let incident = read(server, &id);
    assert_eq!(teams(&incident), [DELTA], "{incident}");
    let noted = events(server, &id, "support_requested");
    assert_eq!((noted.len(), &noted[0]["data"]["assistance"]), (1, &json!(SATELLITE)));
    assert_eq!(noted[0]["reason"], "Канал зв’язку перерізано");
    assert!(events(server, &id, "support_unavailable").is_empty());
    // Asked once more while that is open, nothing changes.
    server.store.untouched(|| {
        let again = alpha.post(&path).json(ask(SATELLITE)).expect(200);
        assert_eq!(again.value, asked.value);
        // Support doesn't ask for support.
        let of_delta = format!("/v1/cases/{support}/request-support");
        server.delta().post(&of_delta).json(ask(SATELLITE)).problem(409, "state_conflict");
    });
    // The incident is resolved by its lead alone, and then nobody asks any more.
    server.verb(&alpha, &case, "resolve", json!({"outcome": "contained", "summary": "Готово"})).expect(200);
    alpha.post(&path).json(ask("incident_response")).problem(409, "state_conflict");
    server.delta().get(&format!("/v1/cases/{support}")).expect(200).with("/incident/status", "resolved");
});

both!(what_a_report_asked_for_is_not_asked_for_twice, |server| {
    let asking = report("Зв’язку немає").with("assistance_requested", json!([SATELLITE]));
    let incident = server.hospital().submit(asking);
    let case = server.case_of(&server.alpha(), incident.str("/id"));
    server.verb(&server.alpha(), &case, "acknowledge", json!({})).expect(200);
    assert_eq!(teams(&read(server, incident.str("/id"))), [DELTA]);
    let path = format!("/v1/cases/{case}/request-support");
    server.store.untouched(|| server.alpha().post(&path).json(ask(SATELLITE)).expect(200));
});

both!(a_request_that_no_partner_can_meet_is_the_coordinators, |server| {
    let (id, case) = led_by_alpha(server);
    server.verb(&server.alpha(), &case, "request-support", ask("continuous_assistance")).expect(200);
    let incident = read(server, &id);
    assert_eq!(teams(&incident), [FRONT_OFFICE], "{incident}");
    let why = events(server, &id, "support_unavailable");
    assert_eq!((why.len(), &why[0]["data"]["assistance"]), (1, &json!("continuous_assistance")));
    let seen = server.hospital().get(&format!("/v1/incidents/{id}/timeline")).expect(200);
    assert!(seen.text().contains("support_unavailable"), "{seen}");
    let own = server.case_of(&server.front_office(), &id);
    server.verb(&server.front_office(), &own, "decline", reason("Ні")).problem(409, "state_conflict");
    server.store.untouched(|| {
        let path = format!("/v1/cases/{case}/request-support");
        server.alpha().post(&path).json(ask("continuous_assistance")).expect(200);
    });
    // It has found somebody: the role and what was asked for go along.
    let to_bravo = json!({"reason": "Браво погодилися", "to_team": BRAVO});
    server.verb(&server.front_office(), &own, "hand-over", to_bravo).expect(200);
    let incident = read(server, &id);
    assert_eq!(teams(&incident), [BRAVO], "{incident}");
    let handed = server.case_of(&server.bravo(), &id);
    let handed = server.bravo().get(&format!("/v1/cases/{handed}")).expect(200);
    handed.with("/role", "support").with("/assistance", "continuous_assistance");
});

both!(the_coordinators_team_does_not_support_what_it_leads, |server| {
    let (id, case) = led_by_alpha(server);
    let kind = "continuous_assistance";
    server.verb(&server.alpha(), &case, "request-support", ask(kind)).expect(200);
    assert_eq!(teams(&read(server, &id)), [FRONT_OFFICE]);
    // One after the other gives it back, until the coordinator's own team leads.
    for team in [server.alpha(), server.bravo(), server.charlie(), server.delta()] {
        server.verb(&team, &server.case_of(&team, &id), "decline", reason("Немає людей")).expect(200);
    }
    let incident = read(server, &id);
    assert!(teams(&incident).is_empty(), "{incident}");
    let own = everything(&server.front_office(), "/v1/cases").into_iter().filter(|one| one["forget"] != true);
    let own: Vec<Value> = own.collect();
    assert!(own.len() == 1 && own[0]["role"] == "lead", "{own:#?}");
    // What nobody else gives it has to find itself.
    let case = own[0]["id"].as_str().unwrap();
    server.verb(&server.front_office(), case, "acknowledge", json!({})).expect(200);
    server.verb(&server.front_office(), case, "request-support", ask(kind)).expect(200);
    assert!(teams(&read(server, &id)).is_empty());
    assert_eq!(events(server, &id, "support_unavailable").len(), 2, "once for each time it was asked for");
});

both!(what_a_support_team_gives_back_goes_to_others_and_never_to_it_again, |server| {
    let echo = another_with_terminals(server);
    let account = json!({"role": "team", "owner": echo, "name": "Echo"});
    let account = server.coordinator().post("/v1/clients").fresh_key().json(account).expect(201);
    let of_echo = server.client(&Account::read(&account.value));
    let (id, case) = led_by_alpha(server);
    server.verb(&server.alpha(), &case, "request-support", ask(SATELLITE)).expect(200);
    let first = supports(&read(server, &id)).remove(0);
    assert!([DELTA, &echo].contains(&first.0.as_str()), "{first:?}");
    let (first, second) = if first.0 == DELTA { (DELTA, echo.as_str()) } else { (echo.as_str(), DELTA) };
    let mut asked = Vec::new();
    for expected in [first, second, FRONT_OFFICE] {
        let (team, support) = supports(&read(server, &id)).remove(0);
        assert_eq!(team, expected);
        assert!(!asked.contains(&team), "{team} is asked again after {asked:?}");
        if team == FRONT_OFFICE {
            break;
        }
        let client = if team == DELTA { server.delta() } else { of_echo.clone() };
        let verb = if asked.is_empty() { "hand-over" } else { "decline" };
        server.verb(&client, &support, verb, reason("Термінали скінчилися")).expect(200);
        asked.push(team);
    }
    assert_eq!(teams(&read(server, &id)), [FRONT_OFFICE], "one at a time");
    // Not by name either.
    let own = server.case_of(&server.front_office(), &id);
    let back = json!({"reason": "Ще раз", "to_team": DELTA});
    server.verb(&server.front_office(), &own, "hand-over", back).faults(&["/to_team"]);
});

both!(support_that_is_handed_over_by_name_is_not_called_for_again, |server| {
    another_with_terminals(server);
    let asking = report("Зв’язку немає").with("assistance_requested", json!([SATELLITE]));
    let id = server.hospital().submit(asking).string("/id");
    let (team, support) = supports(&read(server, &id)).remove(0);
    assert_eq!(team, DELTA, "delta goes first");
    let to_bravo = json!({"reason": "Браво ближче", "to_team": BRAVO});
    server.verb(&server.delta(), &support, "hand-over", to_bravo).expect(200);
    assert_eq!(teams(&read(server, &id)), [BRAVO], "no second team");
    // Neither when the incident is routed again, and back to routing the rule chooses.
    let update = json!({"stage": "update", "affected_users": 7});
    server.hospital().post(&format!("/v1/incidents/{id}/reports")).fresh_key().json(update).expect(201);
    let (team, support) = supports(&read(server, &id)).remove(0);
    assert_eq!(team, BRAVO);
    server.verb(&server.bravo(), &support, "hand-over", reason("Не встигаємо")).expect(200);
    let after = read(server, &id);
    assert!(teams(&after).len() == 1 && ![DELTA, BRAVO].contains(&teams(&after)[0].as_str()), "{after}");
});

both!(a_team_may_number_its_case_when_it_acknowledges_again, |server| {
    let (_, case) = led_by_alpha(server);
    let path = format!("/v1/cases/{case}/acknowledge");
    let numbered = server.alpha().post(&path).json(json!({"external_ref": "ALPHA-1"})).expect(200);
    let numbered = numbered.with("/external_ref", "ALPHA-1").with("/state", "acknowledged");
    server.store.untouched(|| {
        server.alpha().post(&path).json(json!({"external_ref": "ALPHA-1"})).expect(200);
        assert_eq!(server.alpha().post(&path).json(json!({})).expect(200).value, numbered.value);
    });
    server.alpha().post(&path).json(json!({"external_ref": "ALPHA-2"})).expect(200).with("/external_ref", "ALPHA-2");
});

/// Numbers that look like chance, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// One incident, walked through.
struct Walk<'a> {
    server: &'a Server,
    id: String,
    coordinator: Client,
}

#[derive(Debug, Clone)]
struct Held {
    case: String,
    team: String,
    state: CaseState,
}

impl Walk<'_> {
    #[track_caller]
    fn held(&self) -> Vec<Held> {
        let incident = read(self.server, &self.id);
        let all = incident.list("/assignments").iter();
        let leads = all.filter(|one| one["role"] == "lead").map(|one| Held {
            case: one["id"].as_str().unwrap().to_owned(),
            team: one["team"]["id"].as_str().unwrap().to_owned(),
            state: CaseState::from_code(one["state"].as_str().unwrap()).unwrap(),
        });
        leads.collect()
    }

    #[track_caller]
    fn status(&self) -> IncidentStatus {
        IncidentStatus::from_code(read(self.server, &self.id).str("/status")).unwrap()
    }

    /// The status is what the written machine makes of the cases, and somebody leads.
    #[track_caller]
    fn check(&self, what: &str) {
        let incident = read(self.server, &self.id);
        let status = self.status();
        let leads: Vec<Held> = self.held().into_iter().filter(|case| case.state.is_held()).collect();
        if Ending::of(status).is_none() {
            assert_eq!(leads.len(), 1, "after {what}: one team leads\n{incident}");
            let lead = Lead { state: leads[0].state, waiting: false };
            assert_eq!(status, status_by_lead(Some(lead)), "after {what}\n{incident}");
        }
        let resolved = matches!(status, IncidentStatus::Resolved | IncidentStatus::Closed);
        assert!(!resolved || incident.has("/resolved_at"), "after {what}\n{incident}");
        assert!(Ending::of(status).is_some() || !incident.has("/closed_at"), "after {what}\n{incident}");
        assert_eq!(status == IncidentStatus::Resolved || resolved, resolved);
    }

    /// A verb on a case that its team holds, by that team or, to revoke, by the coordinator.
    #[track_caller]
    fn on_case(&self, verb: CaseVerb, case: &Held) {
        let (path, body) = match verb {
            CaseVerb::Acknowledge => ("acknowledge", json!({})),
            CaseVerb::Start => ("start", json!({})),
            CaseVerb::Resolve => ("resolve", json!({"outcome": "other", "summary": "Готово"})),
            CaseVerb::Decline => ("decline", reason("Ні")),
            CaseVerb::HandOver => ("hand-over", reason("Далі")),
            _ => ("revoke", reason("Назад")),
        };
        let before = self.status();
        let answer = if path == "revoke" {
            self.coordinator.post(&format!("/v1/assignments/{}/revoke", case.case)).json(body).send()
        } else {
            self.server.verb(&self.server.owned_by(&case.team, "team"), &case.case, path, body)
        };
        let after = self.held().into_iter().find(|one| one.case == case.case).expect("no case is lost");
        let holder = if case.team == FRONT_OFFICE { Holder::Coordinator } else { Holder::Partner };
        // What has ended gives up no assignment any more.
        let bound = verb == CaseVerb::Revoke && Ending::of(before).is_some();
        match verb.apply(case.state, holder) {
            Ok(Step::To(state)) if !bound => {
                assert!(answer.status == 200 && after.state == state, "{verb} from {}: {answer}", case.state);
            }
            Ok(Step::AlreadyThere) => {
                assert!(answer.status == 200 && after.state == case.state, "{verb} from {}: {answer}", case.state);
            }
            _ => {
                assert!(answer.status == 409 && after.state == case.state, "{verb} from {}: {answer}", case.state);
            }
        }
    }

    /// A verb on the incident, by the coordinator.
    #[track_caller]
    fn on_incident(&self, verb: IncidentVerb) {
        let before = self.status();
        let path = format!("/v1/incidents/{}/{verb}", self.id);
        let answer = self.coordinator.post(&path).json(reason("Рішення координатора")).send();
        match verb.apply(before) {
            Ok(Step::To(ending)) => {
                assert_eq!((answer.status, Ending::of(self.status())), (200, ending), "{verb} from {before}");
            }
            Ok(Step::AlreadyThere) => assert_eq!((answer.status, self.status()), (200, before), "{verb}"),
            Err(_) => assert_eq!((answer.status, self.status()), (409, before), "{verb}: {answer}"),
        }
    }
}

both!(a_walk_through_all_verbs_never_leaves_the_written_machine, |server| {
    let verbs = [
        CaseVerb::Acknowledge,
        CaseVerb::Start,
        CaseVerb::Resolve,
        CaseVerb::Decline,
        CaseVerb::HandOver,
        CaseVerb::Revoke,
    ];
    let endings = [IncidentVerb::Close, IncidentVerb::Withdraw, IncidentVerb::Reopen, IncidentVerb::Reopen];
    for seed in 1..=4 {
        let mut dice = Dice(seed);
        let id = server.hospital().submit(report("Подія")).string("/id");
        let walk = Walk { server, id, coordinator: server.coordinator() };
        for _ in 0..24 {
            let held: Vec<Held> = walk.held().into_iter().filter(|case| case.state.is_held()).collect();
            if held.is_empty() || dice.roll(4) == 0 {
                let verb = endings[dice.roll(endings.len())];
                walk.on_incident(verb);
                walk.check(verb.code());
            } else {
                let verb = verbs[dice.roll(verbs.len())];
                walk.on_case(verb, &held[dice.roll(held.len())]);
                walk.check(verb.code());
            }
        }
    }
    let wrong = server.store.lines(
        "SELECT CAST(COUNT(*) AS TEXT) AS line FROM feeds WHERE \
         open_cases <> (SELECT COUNT(*) FROM assignments WHERE team_id = owner \
         AND state IN ('assigned', 'acknowledged', 'in_progress')) OR \
         weighted_load <> (SELECT COALESCE(SUM(weight), 0) FROM assignments WHERE team_id = owner \
         AND state IN ('assigned', 'acknowledged', 'in_progress'))",
    );
    assert_eq!(wrong, ["0"], "the load of each team is that of its open cases");
});
