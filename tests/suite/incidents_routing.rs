//! Routing from outside: who gets what, and why.

use zvit_tests::directory::{ALPHA, BRAVO, CHARLIE, DELTA, FRONT_OFFICE, GREEN};
use zvit_tests::{Answer, Server, Value, both, json, report};

/// The team that has this role, or none.
fn team(incident: &Answer, role: &str) -> Option<String> {
    let assignment =
        incident.list("/assignments").iter().find(|one| one["role"] == role && one["state"] == "assigned")?;
    assignment["team"]["id"].as_str().map(str::to_owned)
}

#[track_caller]
fn lead(incident: &Answer) -> String {
    team(incident, "lead").unwrap_or_else(|| panic!("there is no lead\n{incident}"))
}

/// Makes every partner team but those blind to TLP red.
fn deactivate(server: &Server, team: &str) {
    server
        .coordinator()
        .post(&format!("/v1/teams/{team}/deactivate"))
        .fresh_key()
        .json(json!({"reason": "Навчання"}))
        .expect(200);
}

both!(nobody_sees_more_than_the_label_allows, |server| {
    let hospital = server.hospital();
    let green = hospital.submit(report("Фішинговий лист").with("tlp", "green"));
    assert_eq!(lead(&green), GREEN, "{green}");
    assert_eq!(lead(&hospital.submit(report("Внутрішнє").with("tlp", "amber"))), ALPHA);
    assert_eq!(lead(&hospital.submit(report("Суворо внутрішнє").with("tlp", "amber+strict"))), BRAVO);
    let red = hospital.submit(report("Лише для адресата").with("tlp", "red"));
    assert_eq!(lead(&red), CHARLIE);
    for (other, name) in [(server.alpha(), "alpha"), (server.bravo(), "bravo"), (server.green(), "green")] {
        let cases = other.get("/v1/cases?limit=200").expect(200);
        assert!(!cases.text().contains("Лише для адресата"), "{name} sees red\n{cases}");
    }
});

both!(a_label_above_every_ceiling_goes_to_the_coordinator_and_is_said, |server| {
    deactivate(server, CHARLIE);
    let red = server.hospital().submit(report("Лише для адресата").with("tlp", "red"));
    assert_eq!(lead(&red), FRONT_OFFICE, "no incident is ever unassigned\n{red}");
    let said = red.text().to_lowercase();
    assert!(
        said.contains("tlp_above_every_ceiling") || said.contains("tlp_above"),
        "the 201 says so and how to widen it\n{red}"
    );
});

both!(a_full_team_leaves_the_incident_waiting_at_the_coordinator, |server| {
    let water = server.water();
    for number in 0..2 {
        let incident =
            water.submit(report(&format!("Насосна станція {number}")).with("tlp", "red").with("impact", mild()));
        assert_eq!(lead(&incident), CHARLIE, "{incident}");
        incident.with("/status", "assigned");
    }
    let third = water.submit(report("Насосна станція 3").with("tlp", "red").with("impact", mild()));
    assert_eq!(lead(&third), FRONT_OFFICE, "{third}");
    let third = third.with("/status", "waiting");
    let assignment = &third.list("/assignments")[0];
    assert!(assignment.get("acknowledge_by").is_none(), "no clock runs while it waits\n{third}");
    let emergency = water.submit(report("Отруєно воду").with("tlp", "red").with("danger_to_life", true));
    assert_eq!(lead(&emergency), CHARLIE, "levels 4 and 5 may use the surge\n{emergency}");
});

/// Answers that leave an incident at level 2 or below, where it weighs 1.
fn mild() -> Value {
    json!({
        "functional_impact": "no_impact", "observed_activity": "prepare", "location_of_observed_activity": "level_1_business_dmz",
        "actor_characterization": "hacktivists", "information_impact": "no_impact", "recoverability": "regular", "potential_impact": "minimal"
    })
}

both!(whoever_asks_for_satellite_terminals_gets_a_second_team, |server| {
    let incident = server.grid().submit(
        report("Зв’язку з підстанціями немає").with("assistance_requested", json!(["satellite_communications"])),
    );
    assert_eq!(team(&incident, "support").as_deref(), Some(DELTA), "{incident}");
    assert!([ALPHA, BRAVO].contains(&lead(&incident).as_str()), "{incident}");
    let case = server.delta().get("/v1/cases").expect(200);
    assert_eq!(case.list("/items").len(), 1, "{case}");
    case.with("/items/0/role", "support").with("/items/0/incident/id", incident.str("/id"));
});

both!(least_loaded_and_round_robin_share_the_work, |server| {
    let grid: Vec<String> = (0..4).map(|n| lead(&server.grid().submit(report(&format!("Підстанція {n}"))))).collect();
    assert_eq!(grid.iter().filter(|team| *team == ALPHA).count(), 2, "{grid:?}");
    let registry: Vec<String> =
        (0..4).map(|n| lead(&server.registry().submit(report(&format!("Реєстр {n}"))))).collect();
    assert_ne!(registry[0], registry[1]);
    assert_eq!(registry[..2], registry[2..], "in turn: {registry:?}");
});

both!(an_institution_is_told_which_team_but_not_who_else_was_asked, |server| {
    let incident = server.hospital().submit(report("Не працює сервер"));
    let own = incident.at("/assignments/0");
    assert!(own["why"]["rules"].as_array().is_some_and(|rules| rules.contains(&json!("lead-health"))), "{incident}");
    assert!(own["why"].get("candidates").is_none(), "{incident}");
    assert!(own["acknowledge_by"].is_string(), "{incident}");
    let seen = server.coordinator().get(&format!("/v1/incidents/{}", incident.str("/id"))).expect(200);
    let candidates = seen.list("/assignments/0/why/candidates");
    assert!(
        candidates
            .iter()
            .any(|one| one["team"] == GREEN && one["excluded_by"].as_array().is_some_and(|list| !list.is_empty())),
        "{seen}"
    );
    assert!(
        candidates.iter().any(|one| one["team"] == ALPHA && one["excluded_by"].as_array().is_some_and(Vec::is_empty)),
        "{seen}"
    );
});

both!(an_exercise_has_no_clocks_and_troubles_only_those_who_take_part, |server| {
    for exercise in [
        report("Навчання: шифрувальник").with("exercise", true),
        report("Перевірка").with("classification", json!({"class": "test"})),
    ] {
        // Energy goes to alpha and bravo in turn, so two in a row would reach bravo if it took part.
        for _ in 0..2 {
            let incident = server.grid().submit(&exercise);
            assert!(incident.list("/deadlines").is_empty(), "{incident}");
            assert!([ALPHA, FRONT_OFFICE].contains(&lead(&incident).as_str()), "bravo did not opt in\n{incident}");
        }
    }
});
