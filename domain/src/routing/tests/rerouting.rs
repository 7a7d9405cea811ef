use super::*;

fn held(team: u128, role: AssignmentRole, rule_id: &str, state: CaseState) -> Held<'_> {
    Held { assignment_id: id(5000 + team), team: id(team), role, rule_id, state }
}

fn leading(team: u128, state: CaseState) -> Held<'static> {
    held(team, AssignmentRole::Lead, "any", state)
}

fn again(input: &RoutingInput<'_>, set: &RuleSet, teams: &[TeamEntry], current: &[Held<'_>]) -> Changes {
    again_loaded(input, set, teams, current, &Loads::new())
}

fn again_loaded(
    input: &RoutingInput<'_>,
    set: &RuleSet,
    teams: &[TeamEntry],
    current: &[Held<'_>],
    loads: &Loads,
) -> Changes {
    let mut teams = teams.to_vec();
    teams.push(own_team());
    let roster = Roster::new(&teams, now()).unwrap();
    reroute(input, set, &roster, current, loads, &RoundRobin::new(), now())
}

/// Who loses it and why, and who gets it.
type Summary = (Vec<(u128, &'static str)>, Vec<(u128, AssignmentRole)>);

fn summary(changes: &Changes) -> Summary {
    use crate::word::Word;
    (
        changes.revoke.iter().map(|gone| (gone.team.as_u128(), gone.reason.code())).collect(),
        changes.add.iter().map(|new| (new.team.as_u128(), new.role)).collect(),
    )
}

fn any() -> RuleSet {
    rules(vec![lead("any"), satellite_support()])
}

const STATES: [CaseState; 3] = [CaseState::Assigned, CaseState::Acknowledged, CaseState::InProgress];

#[test]
fn nothing_changes_while_everything_still_fits() {
    for state in STATES {
        assert!(again(&incident(), &any(), &[team(1), team(2)], &[leading(2, state)]).is_empty());
    }
}

#[test]
fn a_team_below_the_label_loses_it_at_once_and_is_replaced() {
    let cleared = with(2, |entry| entry.team.tlp_ceiling = Tlp::Red);
    let red = RoutingInput { tlp: Tlp::Red, ..incident() };
    for state in STATES {
        let changes = again(&red, &any(), &[team(1), cleared.clone()], &[leading(1, state)]);
        assert_eq!(summary(&changes), (vec![(1, "tlp_above_ceiling")], vec![(2, AssignmentRole::Lead)]));
        assert_eq!(changes.revoke[0].assignment_id, id(5001));
    }
    let nobody = again(&red, &any(), &[team(1)], &[leading(1, CaseState::InProgress)]);
    assert_eq!(summary(&nobody).1, [(OWN, AssignmentRole::Lead)]);
    assert!(nobody.tlp_above_every_ceiling);
    let by_hand = held(1, AssignmentRole::Lead, MANUAL_RULE, CaseState::Acknowledged);
    assert_eq!(summary(&again(&red, &any(), &[team(1)], &[by_hand])).0, [(1, "tlp_above_ceiling")]);
    // The coordinator's own team sees everything.
    assert!(again(&red, &any(), &[team(1)], &[leading(OWN, CaseState::Assigned)]).is_empty());
}

#[test]
fn work_that_was_taken_up_stays_whatever_else_changes() {
    let water = RoutingInput { sector: Sector::Water, level: 0, ..incident() };
    for state in [CaseState::Acknowledged, CaseState::InProgress] {
        assert!(again(&water, &any(), &[team(1)], &[leading(1, state)]).is_empty());
    }
}

#[test]
fn a_case_nobody_acknowledged_goes_to_whom_the_rules_now_name() {
    let water = RoutingInput { sector: Sector::Water, ..incident() };
    let of_water = with(2, |entry| entry.team.sectors = vec![Sector::Water]);
    let changes = again(&water, &any(), &[team(1), of_water], &[leading(1, CaseState::Assigned)]);
    assert_eq!(summary(&changes), (vec![(1, "no_longer_eligible")], vec![(2, AssignmentRole::Lead)]));

    // A graver level has a rule of its own, with a team of its own.
    let mut severe = lead("severe");
    severe.when.level_min = Some(4);
    severe.assign.pool = None;
    severe.assign.teams = vec![id(2)];
    let set = rules(vec![severe, lead("any")]);
    let raised = RoutingInput { level: 4, ..incident() };
    let changes = again(&raised, &set, &[team(1), team(2)], &[leading(1, CaseState::Assigned)]);
    assert_eq!(summary(&changes), (vec![(1, "no_longer_eligible")], vec![(2, AssignmentRole::Lead)]));
    assert!(again(&raised, &set, &[team(1)], &[leading(1, CaseState::Assigned)]).is_empty(), "nobody better");

    let by_hand = held(1, AssignmentRole::Lead, MANUAL_RULE, CaseState::Assigned);
    assert!(again(&water, &any(), &[team(1)], &[by_hand]).is_empty());
}

#[test]
fn a_team_keeps_its_case_though_it_is_full() {
    let full = with(1, |entry| entry.team.capacity = 1);
    let loads = Loads::from([(id(1), load(1, 1))]);
    let raised = RoutingInput { level: 4, ..incident() };
    assert!(again_loaded(&raised, &any(), &[full, team(2)], &[leading(1, CaseState::Assigned)], &loads).is_empty());
}

#[test]
fn the_coordinators_team_gives_way_while_it_has_not_acknowledged() {
    let waiting = held(OWN, AssignmentRole::Lead, COORDINATOR_RULE, CaseState::Assigned);
    let changes = again(&incident(), &any(), &[team(1)], &[waiting]);
    assert_eq!(summary(&changes), (vec![(OWN, "partner_available")], vec![(1, AssignmentRole::Lead)]));

    let full = with(1, |entry| entry.team.capacity = 0);
    assert!(again(&incident(), &any(), &[full], &[waiting]).is_empty());
    assert!(again(&RoutingInput { expiries: 5, ..incident() }, &any(), &[team(1)], &[waiting]).is_empty());
    assert!(again(&RoutingInput { excluded: &[id(1)], ..incident() }, &any(), &[team(1)], &[waiting]).is_empty());
    let busy = Held { state: CaseState::Acknowledged, ..waiting };
    assert!(again(&incident(), &any(), &[team(1)], &[busy]).is_empty());
}

#[test]
fn a_missing_lead_is_found_among_those_who_have_not_given_it_back() {
    let current = [leading(1, CaseState::Declined), leading(2, CaseState::Expired), leading(3, CaseState::HandedOver)];
    let changes = again(&incident(), &any(), &[team(1), team(2), team(3), team(4)], &current);
    assert_eq!(summary(&changes), (vec![], vec![(4, AssignmentRole::Lead)]));
    assert_eq!(excluded(&changes.add[0], 1), ["declined"]);
    // One that was revoked may get it again.
    let changes = again(&incident(), &any(), &[team(1)], &[leading(1, CaseState::Revoked)]);
    assert_eq!(summary(&changes).1, [(1, AssignmentRole::Lead)]);
}

#[test]
fn support_is_added_kept_and_ended_as_rules_call_for_it() {
    let satellite = &[Assistance::SatelliteCommunications];
    let asks = RoutingInput { assistance: satellite, ..incident() };
    let teams = [
        team(1),
        with(2, |entry| entry.team.assistance = satellite.to_vec()),
        with(3, |entry| entry.team.assistance = satellite.to_vec()),
    ];
    let lead = leading(1, CaseState::Acknowledged);
    let support = |team, state| held(team, AssignmentRole::Support, "satellite", state);

    let changes = again(&asks, &any(), &teams, &[lead]);
    assert_eq!(summary(&changes), (vec![], vec![(2, AssignmentRole::Support)]));
    assert!(again(&asks, &any(), &teams, &[lead, support(3, CaseState::Assigned)]).is_empty());
    let declined = again(&asks, &any(), &teams, &[lead, support(2, CaseState::Declined)]);
    assert_eq!(summary(&declined).1, [(3, AssignmentRole::Support)]);

    let no_more = again(&incident(), &any(), &teams, &[lead, support(2, CaseState::Assigned)]);
    assert_eq!(summary(&no_more), (vec![(2, "no_longer_needed")], vec![]));
    assert!(again(&incident(), &any(), &teams, &[lead, support(2, CaseState::InProgress)]).is_empty());
    let by_hand = held(2, AssignmentRole::Support, MANUAL_RULE, CaseState::Assigned);
    assert!(again(&incident(), &any(), &teams, &[lead, by_hand]).is_empty());

    let water = RoutingInput { sector: Sector::Water, ..asks };
    let changes = again(&water, &any(), &teams, &[lead, support(2, CaseState::Assigned)]);
    assert_eq!(summary(&changes), (vec![(2, "no_longer_eligible")], vec![]));
}

#[test]
fn a_resolved_incident_is_left_alone_unless_asked() {
    let done = leading(1, CaseState::Resolved);
    assert!(again(&incident(), &any(), &[team(1), team(2)], &[done]).is_empty());
    let red = RoutingInput { tlp: Tlp::Red, ..incident() };
    // Unless the one who resolved it may no longer see it: then somebody else must have it.
    let moved = summary(&again(&red, &any(), &[team(1)], &[done]));
    assert_eq!(moved, (vec![(1, "tlp_above_ceiling")], vec![(1000, AssignmentRole::Lead)]));
    let asked = RoutingInput { reassign_resolved: true, ..incident() };
    assert_eq!(summary(&again(&asked, &any(), &[team(1), team(2)], &[done])).1, [(2, AssignmentRole::Lead)]);
}

#[test]
fn who_stays_without_having_acknowledged_must_be_as_fast_as_the_rules_of_now() {
    let mut urgent = lead("urgent");
    urgent.when.level_min = Some(4);
    urgent.assign.acknowledge_within_minutes = Some(15);
    urgent.assign.escalate_to = Some(id(7));
    let set = rules(vec![urgent, lead("any")]);
    let pace = |level, current: Held<'_>| {
        let input = RoutingInput { level, level_high: level, ..incident() };
        let changes = again(&input, &set, &[team(1), team(2)], &[current]);
        assert!(changes.is_empty());
        changes.paces.into_iter().next()
    };
    let raised = pace(5, leading(1, CaseState::Assigned)).unwrap();
    assert_eq!((raised.minutes, raised.rule_id.as_str(), raised.escalate_to), (15, "urgent", Some(id(7))));
    let calm = pace(1, leading(1, CaseState::Assigned)).unwrap();
    assert_eq!((calm.minutes, calm.rule_id.as_str(), calm.escalate_to), (45, "any", None));
    for state in [CaseState::Acknowledged, CaseState::InProgress] {
        assert_eq!(pace(5, leading(1, state)), None, "nobody waits for it any more");
    }
    let by_hand = held(1, AssignmentRole::Lead, MANUAL_RULE, CaseState::Assigned);
    assert_eq!(pace(5, by_hand).unwrap().minutes, acknowledge_minutes(5), "a person chose the team, not the time");
}

#[test]
fn a_lead_is_not_taken_away_because_nobody_brings_what_is_asked() {
    const SATELLITE: &[Assistance] = &[Assistance::SatelliteCommunications];
    let input = RoutingInput { assistance: SATELLITE, ..incident() };
    let terminals = || with(2, |entry| entry.team.assistance = SATELLITE.to_vec());
    let gave_back = held(2, AssignmentRole::Support, "satellite", CaseState::Declined);
    let lead = leading(1, CaseState::Assigned);
    // Team 2 was the only one with terminals.
    let changes = again(&input, &any(), &[team(1), terminals()], &[lead, gave_back]);
    assert!(changes.is_empty(), "{changes:?}");
    // Where another brings them as its support, or as lead, things go on as ever.
    let third = with(3, |entry| entry.team.assistance = SATELLITE.to_vec());
    let changes = again(&input, &any(), &[team(1), terminals(), third], &[lead, gave_back]);
    assert_eq!(summary(&changes), (vec![], vec![(3, AssignmentRole::Support)]));
    // A partner that brings them and is only full is waited for.
    let full = with(3, |entry| (entry.team.assistance, entry.team.capacity) = (SATELLITE.to_vec(), 0));
    let as_lead = rules(vec![super::lead("any")]);
    let changes = again(&input, &as_lead, &[team(1), full], &[lead]);
    assert_eq!(summary(&changes), (vec![(1, "no_longer_eligible")], vec![(OWN, AssignmentRole::Lead)]));
    assert!(changes.add[0].waiting);
    // What else speaks against the team still does.
    let asleep = with(1, |entry| entry.team.sectors = vec![Sector::Finance]);
    let changes = again(&input, &any(), &[asleep, terminals()], &[lead, gave_back]);
    assert_eq!(summary(&changes), (vec![(1, "no_longer_eligible")], vec![(OWN, AssignmentRole::Lead)]));
}
