use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::properties::{any_incident, any_loads, any_rules, any_teams};
use super::*;
use crate::word::Word;

const SATELLITE: &[Assistance] = &[Assistance::SatelliteCommunications];

fn asking() -> RoutingInput<'static> {
    RoutingInput { assistance: SATELLITE, ..incident() }
}

fn satellite(number: u128) -> TeamEntry {
    with(number, |entry| entry.team.assistance = SATELLITE.to_vec())
}

fn held(team: u128, role: AssignmentRole, state: CaseState) -> Held<'static> {
    Held { assignment_id: id(5000 + team), team: id(team), role, rule_id: "any", state }
}

fn ask(set: &RuleSet, teams: &[TeamEntry], current: &[Held<'_>]) -> Option<Choice> {
    let mut teams = teams.to_vec();
    teams.push(own_team());
    let roster = Roster::new(&teams, now()).unwrap();
    let found = request_support(&asking(), set, &roster, current, &Loads::new(), &RoundRobin::new(), now());
    found.map(|(choice, _)| choice)
}

fn lead_of(team: u128) -> Held<'static> {
    held(team, AssignmentRole::Lead, CaseState::InProgress)
}

#[test]
fn a_team_that_gives_it_and_is_not_on_the_incident_is_asked() {
    let teams = [team(1), satellite(2), satellite(3)];
    let choice = ask(&rules(Vec::new()), &teams, &[lead_of(1)]).unwrap();
    assert_eq!((choice.team, choice.role, choice.rule_id.as_str()), (id(2), AssignmentRole::Support, REQUESTED_RULE));
    assert_eq!(choice.why.rules, [REQUESTED_RULE]);
    assert_eq!(excluded(&choice, 1), ["assistance_not_offered", "already_assigned"]);
    let next = ask(&rules(Vec::new()), &teams, &[lead_of(1), held(2, AssignmentRole::Support, CaseState::Declined)]);
    assert_eq!(next.unwrap().team, id(3));
}

#[test]
fn the_rules_of_the_document_go_first() {
    let mut listed = satellite_support();
    listed.assign.pool = None;
    listed.assign.teams = vec![id(3)];
    let set = rules(vec![listed]);
    let choice = ask(&set, &[team(1), satellite(2), satellite(3)], &[lead_of(1)]).unwrap();
    assert_eq!((choice.team, choice.rule_id.as_str()), (id(3), REQUESTED_RULE));
    assert_eq!(choice.why.rules, ["satellite"]);
    // Whom the rule names can't: anybody else who gives it.
    let gone = held(3, AssignmentRole::Support, CaseState::Expired);
    let choice = ask(&set, &[team(1), satellite(2), satellite(3)], &[lead_of(1), gone]).unwrap();
    assert_eq!((choice.team, choice.why.rules.len()), (id(2), 2));
}

#[test]
fn when_nobody_can_the_coordinators_team_finds_the_help() {
    let choice = ask(&rules(Vec::new()), &[team(1)], &[lead_of(1)]).unwrap();
    assert_eq!(
        (choice.team, choice.role, choice.why.outcome),
        (id(OWN), AssignmentRole::Support, Outcome::NoCandidate)
    );
    assert_eq!(choice.why.uncovered_assistance, SATELLITE);
    let own_leads = held(OWN, AssignmentRole::Lead, CaseState::InProgress);
    assert_eq!(ask(&rules(Vec::new()), &[team(1)], &[own_leads]), None);
}

#[test]
fn support_that_was_asked_for_stays_although_no_rule_calls_for_it() {
    let mut teams = vec![team(1), satellite(2), own_team()];
    teams.sort_by_key(|entry| entry.id);
    let roster = Roster::new(&teams, now()).unwrap();
    let asked = Held { rule_id: REQUESTED_RULE, ..held(2, AssignmentRole::Support, CaseState::Assigned) };
    let current = [lead_of(1), asked];
    let changes = reroute(&incident(), &rules(Vec::new()), &roster, &current, &Loads::new(), &RoundRobin::new(), now());
    assert!(changes.is_empty(), "{changes:?}");
}

#[test]
fn a_rule_serves_the_kinds_it_brings() {
    let set = rules(vec![satellite_support(), lead("lead")]);
    assert!(serves_kind(&set, "satellite", Assistance::SatelliteCommunications));
    assert!(!serves_kind(&set, "satellite", Assistance::IncidentResponse));
    assert!(!serves_kind(&set, "lead", Assistance::SatelliteCommunications));
    assert!(!serves_kind(&set, "gone", Assistance::SatelliteCommunications));
}

/// An assignment of a course of events, with its rule.
struct Course(Vec<(Uuid, AssignmentRole, String, CaseState)>);

impl Course {
    fn held(&self) -> Vec<Held<'_>> {
        let rows = self.0.iter().enumerate();
        rows.map(|(place, (team, role, rule_id, state))| Held {
            assignment_id: id(place as u128),
            team: *team,
            role: *role,
            rule_id,
            state: *state,
        })
        .collect()
    }

    fn gave_back(&self, team: Uuid) -> bool {
        let ended = [CaseState::Declined, CaseState::Expired, CaseState::HandedOver];
        self.0.iter().any(|(held, _, _, state)| *held == team && ended.contains(state))
    }

    fn add(&mut self, choice: &Choice) -> Result<(), TestCaseError> {
        prop_assert!(choice.team == id(OWN) || !self.gave_back(choice.team), "asked again: {choice:?}");
        let on_it = self.0.iter().any(|(team, _, _, state)| *team == choice.team && state.is_held());
        prop_assert!(!on_it, "on it twice: {choice:?}");
        self.0.push((choice.team, choice.role, choice.rule_id.clone(), CaseState::Assigned));
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn who_gave_an_incident_back_is_never_asked_again(
        teams in any_teams(), set in any_rules(), one in any_incident(), loads in any_loads(),
        steps in vec((any::<Index>(), select(CaseState::ALL), any::<bool>()), 1..20),
    ) {
        let mut teams = teams;
        teams.push(own_team());
        let roster = Roster::new(&teams, now()).unwrap();
        let turns = RoundRobin::new();
        let mut course = Course(Vec::new());
        for choice in route(&one.input(), &set, &roster, &loads, &turns, now()).choices() {
            course.add(choice)?;
        }
        for (which, state, asks) in steps {
            let held: Vec<usize> = (0..course.0.len()).filter(|place| course.0[*place].3.is_held()).collect();
            if !held.is_empty() {
                let place = held[which.index(held.len())];
                // The coordinator's own team stands last: it hands over at most.
                let own = course.0[place].0 == id(OWN) && matches!(state, CaseState::Declined | CaseState::Expired);
                course.0[place].3 = if own { CaseState::HandedOver } else { state };
            }
            let changes = reroute(&one.input(), &set, &roster, &course.held(), &loads, &turns, now());
            for gone in &changes.revoke {
                course.0[usize::try_from(gone.assignment_id.as_u128()).unwrap()].3 = CaseState::Revoked;
            }
            for choice in &changes.add {
                course.add(choice)?;
            }
            if asks {
                let input = RoutingInput { assistance: SATELLITE, ..one.input() };
                let found = request_support(&input, &set, &roster, &course.held(), &loads, &turns, now());
                if let Some((choice, _)) = found {
                    course.add(&choice)?;
                }
            }
            let leads = course.0.iter().filter(|(_, role, _, state)| *role == AssignmentRole::Lead && state.is_held());
            prop_assert_eq!(leads.count(), 1);
        }
    }
}
