//! Routing: the rules of the house as examples, then as properties.

mod duty;
mod effects;
mod flood;
mod leads;
mod properties;
mod requests;
mod rerouting;
mod rule_set;
mod silence;
mod supports;

use std::collections::BTreeSet;

use super::*;
use crate::directory::{Availability, ParticipantInput, TeamInput};
use crate::vocabulary::{AssignmentRole, CaseState, ParticipantRole};

/// 2026-11-23T10:00:00Z, a Monday.
fn now() -> Time {
    Time::parse("2026-11-23T10:00:00Z").unwrap()
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// The coordinator's own team.
const OWN: u128 = 1000;

fn team(number: u128) -> TeamEntry {
    TeamEntry {
        id: id(number),
        active: true,
        participant: Some(ParticipantInput {
            code: "EE".into(),
            name_uk: "Естонія".into(),
            name_en: "Estonia".into(),
            role: ParticipantRole::Donor,
            valid_from: None,
            valid_until: None,
        }),
        team: TeamInput {
            name: format!("Team {number}"),
            participant_id: Some(id(1)),
            coordinator: false,
            sectors: vec![Sector::Health, Sector::Energy],
            assistance: vec![Assistance::IncidentResponse],
            languages: vec!["en".into()],
            tlp_ceiling: Tlp::Amber,
            capacity: 10,
            surge_capacity: 0,
            duty_hours: None,
            priority: 100,
            accepts_exercises: false,
            contacts: Vec::new(),
            availability: None,
        },
    }
}

fn with(number: u128, change: impl FnOnce(&mut TeamEntry)) -> TeamEntry {
    let mut entry = team(number);
    change(&mut entry);
    entry
}

fn own_team() -> TeamEntry {
    with(OWN, |entry| {
        entry.participant = None;
        entry.team.participant_id = None;
        entry.team.coordinator = true;
        entry.team.capacity = 0;
        entry.team.tlp_ceiling = Tlp::Clear;
        entry.team.sectors = Vec::new();
        entry.team.assistance = Vec::new();
    })
}

fn incident() -> RoutingInput<'static> {
    RoutingInput {
        sector: Sector::Health,
        level: 2,
        level_high: 4,
        class: IncidentClass::Other,
        symptoms: &[],
        regions: &[],
        assistance: &[],
        tlp: Tlp::Green,
        language: None,
        exercise: false,
        became_aware_at: now(),
        already: &[],
        excluded: &[],
        expiries: 0,
        reassign_resolved: false,
    }
}

fn rules(rules: Vec<Rule>) -> RuleSet {
    RuleSet { act_on: ActOn::Score, max_tries: 5, rules }
}

fn rule(id: &str, role: AssignmentRole, pool: Pool) -> Rule {
    Rule {
        id: id.into(),
        name: id.into(),
        when: When::default(),
        assign: Assign {
            role,
            teams: Vec::new(),
            pool: Some(pool),
            strategy: Strategy::LeastLoaded,
            acknowledge_within_minutes: Some(45),
            escalate_to: None,
        },
    }
}

fn lead(id: &str) -> Rule {
    rule(id, AssignmentRole::Lead, Pool::default())
}

fn satellite_support() -> Rule {
    let satellite = vec![Assistance::SatelliteCommunications];
    let mut rule =
        rule("satellite", AssignmentRole::Support, Pool { assistance: satellite.clone(), ..Pool::default() });
    rule.when.assistance = satellite;
    rule
}

fn load(weighted: u32, open_cases: u32) -> Load {
    Load { weighted, open_cases }
}

/// Routes among these teams and the coordinator's own.
fn decide(input: &RoutingInput<'_>, rules: &RuleSet, teams: &[TeamEntry], loads: &Loads) -> Decision {
    decide_in_turn(input, rules, teams, loads, &RoundRobin::new())
}

fn decide_in_turn(
    input: &RoutingInput<'_>,
    rules: &RuleSet,
    teams: &[TeamEntry],
    loads: &Loads,
    turns: &RoundRobin,
) -> Decision {
    let mut teams = teams.to_vec();
    teams.push(own_team());
    let roster = Roster::new(&teams, now()).unwrap();
    route(input, rules, &roster, loads, turns, now())
}

/// The codes that exclude a team, as the choice shows them.
fn excluded(choice: &Choice, team: u128) -> Vec<&'static str> {
    let view = choice.why.candidates.iter().find(|view| view.team == id(team)).unwrap();
    view.excluded_by.codes().collect()
}
