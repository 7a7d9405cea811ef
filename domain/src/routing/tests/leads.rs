use super::*;
use crate::directory::{DutyHours, DutyWindow, Weekday};

#[test]
fn every_reason_that_excludes_a_team_is_named() {
    let asleep = DutyHours {
        time_zone: "UTC".into(),
        windows: vec![DutyWindow { days: vec![Weekday::Tue], from: "08:00".into(), to: "09:00".into() }],
    };
    let teams = [
        with(1, |entry| entry.active = false),
        with(2, |entry| entry.participant.as_mut().unwrap().valid_until = Some(now())),
        with(3, |entry| entry.participant.as_mut().unwrap().role = ParticipantRole::Observer),
        with(4, |entry| entry.team.duty_hours = Some(asleep.clone())),
        with(5, |entry| entry.team.sectors = vec![Sector::Water]),
        with(6, |entry| entry.team.assistance = vec![Assistance::ContinuousAssistance]),
        with(7, |entry| entry.team.languages = vec!["fr".into()]),
        with(8, |entry| entry.team.tlp_ceiling = Tlp::Clear),
        with(9, |entry| entry.team.capacity = 0),
        team(10),
        team(11),
        with(12, |entry| entry.participant = None),
        with(13, |entry| {
            entry.active = false;
            entry.team.sectors = Vec::new();
            entry.team.capacity = 0;
            entry.team.tlp_ceiling = Tlp::Clear;
        }),
        with(14, |entry| entry.team.sectors.push(Sector::Telecom)),
    ];
    let set = rules(vec![rule(
        "telecom-people",
        AssignmentRole::Lead,
        Pool { sectors: vec![Sector::Health], languages: vec!["en".into()], ..Pool::default() },
    )]);
    let input = RoutingInput {
        assistance: &[Assistance::IncidentResponse],
        excluded: &[id(10)],
        already: &[id(11)],
        ..incident()
    };
    // Team 11 is on the incident and gives incident response, so nobody else must; leave it out for that question.
    let without_helper = RoutingInput { already: &[], excluded: &[id(10), id(11)], ..input };

    let lead = decide(&without_helper, &set, &teams, &Loads::new()).lead;
    assert_eq!((lead.team, lead.rule_id.as_str()), (id(14), "telecom-people"));
    assert_eq!(lead.why.outcome, Outcome::Rule);
    for (number, codes) in [
        (1, vec!["inactive"]),
        (2, vec!["participant_inactive"]),
        (3, vec!["participant_observer"]),
        (4, vec!["off_duty"]),
        (5, vec!["sector_not_served", "not_in_pool"]),
        (6, vec!["assistance_not_offered"]),
        (7, vec!["language_not_spoken"]),
        (8, vec!["tlp_above_ceiling"]),
        (9, vec!["at_capacity"]),
        (10, vec!["declined"]),
        (12, vec!["participant_inactive"]),
        (13, vec!["inactive", "sector_not_served", "tlp_above_ceiling", "at_capacity", "not_in_pool"]),
        (OWN, vec!["coordinator"]),
    ] {
        assert_eq!(excluded(&lead, number), codes, "team {number}");
    }
    let lead = decide(&input, &set, &teams, &Loads::new()).lead;
    assert_eq!(excluded(&lead, 11), ["already_assigned"]);
    assert!(excluded(&lead, 6).is_empty(), "team 11 brings what was asked for");
}

#[test]
fn the_first_rule_that_has_a_candidate_decides() {
    let mut listed = lead("listed");
    listed.assign.pool = None;
    listed.assign.teams = vec![id(2)];
    let mut other_sector = lead("energy-only");
    other_sector.when.sectors = vec![Sector::Energy];
    let set = rules(vec![other_sector, listed, lead("anybody")]);

    let picked = decide(&incident(), &set, &[team(1), team(2)], &Loads::new()).lead;
    assert_eq!((picked.team, picked.why.rules.as_slice()), (id(2), &["listed".to_owned()][..]));
    assert_eq!(excluded(&picked, 1), ["not_in_pool"]);
    assert_eq!(picked.acknowledge_by, Some(now().plus_seconds(45 * 60)));

    let inactive = with(2, |entry| entry.active = false);
    let picked = decide(&incident(), &set, &[team(1), inactive], &Loads::new()).lead;
    assert_eq!((picked.team, picked.why.rules), (id(1), vec!["listed".to_owned(), "anybody".to_owned()]));
}

#[test]
fn without_a_rule_the_default_takes_any_team_of_the_sector() {
    let picked = decide(&incident(), &rules(Vec::new()), &[team(1)], &Loads::new()).lead;
    assert_eq!((picked.team, picked.rule_id.as_str(), picked.why.outcome), (id(1), "default", Outcome::DefaultRule));
    assert_eq!(picked.acknowledge_by, Some(now().plus_seconds(60 * 60)), "level 2");
}

#[test]
fn where_no_partner_fits_the_coordinators_team_leads() {
    let water = RoutingInput { sector: Sector::Water, level: 4, ..incident() };
    let picked = decide(&water, &rules(Vec::new()), &[team(1)], &Loads::new()).lead;
    assert_eq!((picked.team, picked.rule_id.as_str()), (id(OWN), "coordinator"));
    assert_eq!((picked.why.outcome, picked.waiting), (Outcome::NoCandidate, false));
    assert_eq!(picked.acknowledge_by, Some(now().plus_seconds(15 * 60)));
    assert_eq!(picked.why.candidates[0].team, id(OWN));
    assert_eq!(picked.why.strategy, None);

    // It takes it whatever the label, and even if it gave it back before.
    let again = RoutingInput { tlp: Tlp::Red, excluded: &[id(OWN)], ..water };
    assert_eq!(decide(&again, &rules(Vec::new()), &[], &Loads::new()).lead.team, id(OWN));
}

#[test]
fn a_directory_without_the_coordinators_team_is_refused() {
    assert_eq!(Roster::new(&[team(1)], now()).err(), Some(NoCoordinatorTeam));
}

#[test]
fn weight_counts_toward_capacity_and_the_gravest_may_surge() {
    let teams = [with(1, |entry| {
        entry.team.capacity = 4;
        entry.team.surge_capacity = 3;
    })];
    let fits = |level, weighted| {
        let loads = Loads::from([(id(1), load(weighted, 1))]);
        decide(&RoutingInput { level, ..incident() }, &rules(Vec::new()), &teams, &loads).lead.team == id(1)
    };
    assert!(fits(2, 3) && !fits(2, 4));
    assert!(fits(3, 2) && !fits(3, 3));
    assert!(fits(4, 3) && !fits(4, 4), "4 + 3 places, the case takes 4");
    assert_eq!([0, 1, 2, 3, 4, 5].map(weight), [1, 1, 1, 2, 4, 4]);
}

#[test]
fn a_team_may_say_for_a_while_that_it_takes_more_or_less() {
    let teams = [with(1, |entry| {
        entry.team.availability = Some(Availability { on_duty: true, capacity: Some(1), until: None });
    })];
    let loads = Loads::from([(id(1), load(1, 1))]);
    assert!(decide(&incident(), &rules(Vec::new()), &teams, &loads).lead.waiting);
}

#[test]
fn when_everybody_who_fits_is_full_the_incident_waits_without_a_clock() {
    let full = with(1, |entry| entry.team.capacity = 0);
    let wrong_sector = with(2, |entry| entry.team.sectors = vec![Sector::Water]);
    let picked =
        decide(&incident(), &rules(vec![lead("any")]), &[full.clone(), wrong_sector.clone()], &Loads::new()).lead;
    assert_eq!((picked.team, picked.waiting, picked.acknowledge_by), (id(OWN), true, None));
    assert_eq!(picked.why.outcome, Outcome::Waiting);
    assert_eq!(picked.why.rules, ["any", "default", "coordinator"]);

    let full_and_asleep = with(1, |entry| {
        entry.team.capacity = 0;
        entry.active = false;
    });
    let picked = decide(&incident(), &rules(vec![lead("any")]), &[full_and_asleep, wrong_sector], &Loads::new()).lead;
    assert!(!picked.waiting, "a place becoming free would not help");
}

#[test]
fn the_least_loaded_goes_first_then_fewer_cases_then_priority_then_language_then_id() {
    let picked = |teams: &[TeamEntry], loads: &[(u128, Load)]| {
        let loads = loads.iter().map(|(team, load)| (id(*team), *load)).collect();
        let input = RoutingInput { language: Some("uk-UA"), ..incident() };
        let lead = decide(&input, &rules(vec![lead("any")]), teams, &loads).lead;
        lead.team.as_u128()
    };
    assert_eq!(picked(&[team(1), team(2)], &[(1, load(3, 1)), (2, load(2, 2))]), 2);
    assert_eq!(picked(&[team(1), team(2)], &[(1, load(2, 2)), (2, load(2, 1))]), 2);
    assert_eq!(picked(&[team(1), with(2, |entry| entry.team.priority = 5)], &[]), 2);
    assert_eq!(picked(&[team(1), with(2, |entry| entry.team.languages = vec!["uk".into()])], &[]), 2);
    assert_eq!(picked(&[team(2), team(1)], &[]), 1);
}

#[test]
fn by_priority_the_smaller_number_goes_first_however_loaded() {
    let mut by_priority = lead("any");
    by_priority.assign.strategy = Strategy::Priority;
    let loads = Loads::from([(id(2), load(5, 5))]);
    let teams = [team(1), with(2, |entry| entry.team.priority = 5)];
    assert_eq!(decide(&incident(), &rules(vec![by_priority]), &teams, &loads).lead.team, id(2));
}

#[test]
fn turns_go_round_and_pass_over_who_cannot_take_one() {
    let mut in_turns = lead("turns");
    in_turns.assign.strategy = Strategy::RoundRobin;
    let set = rules(vec![in_turns]);
    let teams = [team(3), team(1), with(2, |entry| entry.team.capacity = 0), team(4)];
    let (mut loads, mut turns) = (Loads::new(), RoundRobin::new());
    let mut order = Vec::new();
    for _ in 0..5 {
        let decision = decide_in_turn(&incident(), &set, &teams, &loads, &turns);
        assert_eq!(decision.lead.why.round_robin, Some(turns.get("turns").copied().unwrap_or(0)));
        order.push(decision.lead.team.as_u128());
        decision.apply(2, &mut loads, &mut turns);
    }
    assert_eq!(order, [1, 3, 4, 1, 3]);
    assert_eq!(loads[&id(1)], load(2, 2));

    // A place from a time when there were more teams still leads somewhere.
    let far = RoundRobin::from([("turns".to_owned(), u64::MAX)]);
    assert_ne!(decide_in_turn(&incident(), &set, &teams, &Loads::new(), &far).lead.team, id(OWN));
}

#[test]
fn a_lead_that_gives_more_of_what_is_asked_goes_first_and_the_rest_is_named() {
    let both = [Assistance::IncidentResponse, Assistance::CyberDefenseTechnology, Assistance::ContinuousAssistance];
    let input = RoutingInput { assistance: &both, ..incident() };
    let better = with(2, |entry| entry.team.assistance = both[..2].to_vec());
    let loads = Loads::from([(id(2), load(6, 6))]);
    let picked = decide(&input, &rules(vec![lead("any")]), &[team(1), better], &loads).lead;
    assert_eq!(picked.team, id(2));
    assert_eq!(picked.why.uncovered_assistance, [Assistance::ContinuousAssistance]);
    let ranks: Vec<_> = picked.why.candidates.iter().map(|view| (view.team, view.rank)).collect();
    assert_eq!(ranks[..2], [(id(2), Some(1)), (id(1), Some(2))]);
    assert_eq!(picked.why.candidates[0].load, Some(load(6, 6)));
}

#[test]
fn within_the_first_hour_rules_may_go_by_the_upper_end() {
    let mut severe = lead("severe");
    severe.when.level_min = Some(4);
    let set = RuleSet { act_on: ActOn::UpperFirstHour, ..rules(vec![severe]) };
    let rule_after = |seconds: i64| {
        let input = RoutingInput { became_aware_at: now().plus_seconds(-seconds), ..incident() };
        let lead = decide(&input, &set, &[team(1)], &Loads::new()).lead;
        (lead.rule_id, lead.why.level_used)
    };
    assert_eq!(rule_after(3599), ("severe".to_owned(), 4));
    assert_eq!(rule_after(3600), ("default".to_owned(), 2));
    let by_score = RuleSet { act_on: ActOn::Score, ..set.clone() };
    assert_eq!(decide(&incident(), &by_score, &[team(1)], &Loads::new()).lead.rule_id, "default");
}

#[test]
fn exercises_go_only_to_those_who_take_part() {
    let taking_part = with(2, |entry| entry.team.accepts_exercises = true);
    let teams = [team(1), taking_part];
    for input in
        [RoutingInput { exercise: true, ..incident() }, RoutingInput { class: IncidentClass::Test, ..incident() }]
    {
        let picked = decide(&input, &rules(Vec::new()), &teams, &Loads::new()).lead;
        assert_eq!(picked.team, id(2));
        assert_eq!(excluded(&picked, 1), ["exercise_not_opted_in"]);
        let nobody = decide(&input, &rules(Vec::new()), &teams[..1], &Loads::new()).lead;
        assert_eq!(nobody.team, id(OWN));
    }
}

#[test]
fn a_label_above_every_ceiling_is_reported() {
    let red = RoutingInput { tlp: Tlp::AmberStrict, ..incident() };
    let decision = decide(&red, &rules(Vec::new()), &[team(1), team(2)], &Loads::new());
    assert!(decision.tlp_above_every_ceiling);
    assert_eq!(decision.lead.team, id(OWN));
    let one_may = with(2, |entry| entry.team.tlp_ceiling = Tlp::Red);
    assert!(!decide(&red, &rules(Vec::new()), &[team(1), one_may.clone()], &Loads::new()).tlp_above_every_ceiling);
    let inactive = TeamEntry { active: false, ..one_may };
    assert!(decide(&red, &rules(Vec::new()), &[team(1), inactive], &Loads::new()).tlp_above_every_ceiling);
}

#[test]
fn after_too_many_expiries_the_coordinators_team_leads() {
    let input = RoutingInput { expiries: 5, ..incident() };
    let picked = decide(&input, &rules(vec![lead("any")]), &[team(1)], &Loads::new()).lead;
    assert_eq!((picked.team, picked.why.outcome, picked.waiting), (id(OWN), Outcome::TriesUsedUp, false));
    let once_more = RoutingInput { expiries: 4, ..incident() };
    assert_eq!(decide(&once_more, &rules(vec![lead("any")]), &[team(1)], &Loads::new()).lead.team, id(1));
}

#[test]
fn an_explanation_is_bounded() {
    let teams: Vec<_> = (1..=300).map(team).collect();
    let why = decide(&incident(), &rules(Vec::new()), &teams, &Loads::new()).lead.why;
    assert_eq!((why.candidates.len(), why.candidates_omitted), (200, Some(101)));
    assert_eq!(why.candidates[0].rank, Some(1));
}

#[test]
fn an_explanation_is_read_back_as_it_was_stored() {
    let decision = decide(&incident(), &RuleSet::default(), &[team(1), team(2)], &Loads::from([(id(1), load(1, 1))]));
    let json = serde_json::to_value(&decision).unwrap();
    assert_eq!(json["lead"]["why"]["candidates"][0]["excluded_by"], serde_json::json!([]));
    assert_eq!(serde_json::from_value::<Decision>(json).unwrap(), decision);
    let newer = serde_json::json!({"team": id(1), "excluded_by": ["inactive", "not_invented_yet"]});
    let view: CandidateView = serde_json::from_value(newer).unwrap();
    assert_eq!(view.excluded_by, Exclusion::Inactive.into());
}
