use super::*;

const SATELLITE: &[Assistance] = &[Assistance::SatelliteCommunications];

fn with_terminals(number: u128) -> TeamEntry {
    with(number, |entry| entry.team.assistance = SATELLITE.to_vec())
}

#[test]
fn a_matching_support_rule_adds_a_team_and_relieves_the_lead() {
    let input = RoutingInput { assistance: SATELLITE, ..incident() };
    let decision =
        decide(&input, &rules(vec![lead("any"), satellite_support()]), &[team(1), with_terminals(2)], &Loads::new());
    // Team 1 gives no satellite communications, but the support does.
    assert_eq!(decision.lead.team, id(1));
    let [support] = decision.supports.as_slice() else { panic!("one support: {decision:?}") };
    assert_eq!((support.team, support.role, support.rule_id.as_str()), (id(2), AssignmentRole::Support, "satellite"));
    assert_eq!(excluded(support, 1), ["assistance_not_offered", "already_assigned", "not_in_pool"]);
    assert!(decision.lead.why.uncovered_assistance.is_empty());
    assert_eq!(support.why.weight, None);
}

#[test]
fn a_support_that_nobody_can_give_is_asked_of_the_lead() {
    let input = RoutingInput { assistance: SATELLITE, ..incident() };
    let set = rules(vec![lead("any"), satellite_support()]);
    let asleep = with(2, |entry| {
        entry.team.assistance = SATELLITE.to_vec();
        entry.team.tlp_ceiling = Tlp::Clear;
    });
    let decision = decide(&input, &set, &[team(1), asleep], &Loads::new());
    assert_eq!(decision.lead.team, id(OWN));
    assert_eq!(excluded(&decision.lead, 1), ["assistance_not_offered"]);
    assert_eq!(decision.lead.why.uncovered_assistance, SATELLITE);
    assert!(decision.supports.is_empty());
}

#[test]
fn support_is_never_the_lead_nor_twice_the_same_team() {
    let input = RoutingInput { assistance: SATELLITE, ..incident() };
    let mut second = satellite_support();
    second.id = "satellite-two".into();
    let set = rules(vec![lead("any"), satellite_support(), second]);
    let decision = decide(&input, &set, &[with_terminals(1), with_terminals(2)], &Loads::new());
    let mut teams: Vec<_> = decision.choices().map(|choice| choice.team.as_u128()).collect();
    teams.sort_unstable();
    assert_eq!(teams, [1, 2], "three roles, two teams");
    assert!(decision.lead.why.uncovered_assistance.is_empty());

    let alone = decide(&input, &set, &[with_terminals(1)], &Loads::new());
    assert_eq!((alone.lead.team, alone.supports.len()), (id(1), 0));
}

#[test]
fn support_does_not_count_toward_capacity() {
    let input = RoutingInput { assistance: SATELLITE, ..incident() };
    let full = with(2, |entry| {
        entry.team.assistance = SATELLITE.to_vec();
        entry.team.capacity = 0;
    });
    let decision = decide(&input, &rules(vec![lead("any"), satellite_support()]), &[team(1), full], &Loads::new());
    assert_eq!(decision.supports[0].team, id(2));
    let (mut loads, mut turns) = (Loads::new(), RoundRobin::new());
    decision.apply(3, &mut loads, &mut turns);
    assert_eq!((loads[&id(1)], loads[&id(2)]), (load(2, 1), load(0, 1)));
}

#[test]
fn a_support_rule_may_list_teams_or_follow_a_symptom() {
    let mut listed = satellite_support();
    listed.assign.pool = None;
    listed.assign.teams = vec![id(2), id(3)];
    let input = RoutingInput { assistance: SATELLITE, ..incident() };
    let decision = decide(&input, &rules(vec![listed]), &[team(1), team(2), with_terminals(3)], &Loads::new());
    assert_eq!(decision.supports[0].team, id(3), "team 2 has no terminals");

    let mut by_symptom = satellite_support();
    by_symptom.when = When { symptoms: vec![Symptom::ConnectivityLost], ..When::default() };
    let input = RoutingInput { symptoms: &[Symptom::ConnectivityLost], ..incident() };
    let decision = decide(&input, &rules(vec![by_symptom]), &[team(1), with_terminals(3)], &Loads::new());
    assert_eq!(decision.supports[0].team, id(3));
}
