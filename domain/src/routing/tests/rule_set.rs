use super::*;

fn faults(set: &RuleSet, teams: &[u128]) -> Vec<(String, &'static str)> {
    let teams: BTreeSet<Uuid> = teams.iter().map(|team| id(*team)).collect();
    set.check(&teams).into_iter().map(|fault| (fault.pointer, fault.code)).collect()
}

#[test]
fn the_standard_rules_are_sound_and_cover_every_level() {
    let set = RuleSet::default();
    assert_eq!(faults(&set, &[]), []);
    for sector in [Sector::Health, Sector::Energy] {
        for (level, minutes) in [(0, 240), (1, 240), (2, 60), (3, 30), (4, 15), (5, 15)] {
            let input = RoutingInput { sector, level, ..incident() };
            let lead = decide(&input, &set, &[team(1)], &Loads::new()).lead;
            assert_eq!(lead.why.outcome, Outcome::Rule);
            assert_eq!(lead.acknowledge_by, Some(now().plus_seconds(minutes * 60)), "{sector} {level}");
            assert_eq!(i64::from(acknowledge_minutes(level)), minutes);
        }
    }
}

#[test]
fn every_fault_of_the_rules_is_found_at_once() {
    let mut listed_and_pool = lead("Not an id");
    listed_and_pool.name = " ".into();
    listed_and_pool.when.level_min = Some(6);
    listed_and_pool.assign.teams = vec![id(1), id(1), id(99)];
    listed_and_pool.assign.acknowledge_within_minutes = Some(0);
    listed_and_pool.assign.escalate_to = Some(id(98));
    let mut neither = lead("default");
    neither.assign.pool = None;
    let idle = rule("same", AssignmentRole::Support, Pool { languages: vec!["English".into()], ..Pool::default() });
    let set = RuleSet { max_tries: 51, ..rules(vec![listed_and_pool, neither, idle, lead("same")]) };
    let at = |pointer: &str, code| (pointer.to_owned(), code);
    assert_eq!(
        faults(&set, &[1]),
        [
            at("/max_tries", "out_of_range"),
            at("/rules/0/id", "invalid_format"),
            at("/rules/0/name", "required"),
            at("/rules/0/when/level_min", "out_of_range"),
            at("/rules/0/assign", "conflict"),
            at("/rules/0/assign/teams/1", "duplicate"),
            at("/rules/0/assign/teams/2", "unknown_team"),
            at("/rules/0/assign/acknowledge_within_minutes", "out_of_range"),
            at("/rules/0/assign/escalate_to", "unknown_team"),
            at("/rules/1/id", "reserved"),
            at("/rules/1/assign", "required"),
            at("/rules/2/assign/pool/languages/0", "invalid_format"),
            at("/rules/2/assign", "nothing_to_bring"),
            at("/rules/3/id", "duplicate"),
        ]
    );
}

#[test]
fn lists_and_names_are_bounded() {
    let mut long = lead("long");
    long.name = "я".repeat(201);
    long.when.assistance = vec![Assistance::IncidentResponse; 5];
    let mut many = vec![long];
    many.extend((0..200).map(|i| lead(&format!("rule-{i}"))));
    assert_eq!(
        faults(&rules(many), &[]),
        [
            ("/rules".to_owned(), "too_many_items"),
            ("/rules/0/name".to_owned(), "too_long"),
            ("/rules/0/when/assistance".to_owned(), "too_many_items"),
        ]
    );
}

#[test]
fn the_document_is_read_and_written_as_the_api_shows_it() {
    let json = serde_json::json!({
        "act_on": "upper_first_hour", "max_tries": 3,
        "rules": [{
            "id": "health-severe", "name": "Health, severe", "when": {"sectors": ["health"], "level_min": 4, "tlp_max": "amber"},
            "assign": {"role": "lead", "pool": {"sectors": ["health"], "languages": ["uk"]}, "strategy": "round_robin",
                       "acknowledge_within_minutes": 15},
        }],
    });
    let set: RuleSet = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(serde_json::to_value(&set).unwrap(), json);
    assert_eq!(faults(&set, &[]), []);

    let least = serde_json::json!({"rules": [{"id": "a", "name": "A", "assign": {"role": "lead", "teams": [id(1)]}}]});
    let set: RuleSet = serde_json::from_value(least).unwrap();
    assert_eq!((set.act_on, set.max_tries, set.rules[0].assign.strategy), (ActOn::Score, 5, Strategy::LeastLoaded));
    assert!(serde_json::from_value::<RuleSet>(serde_json::json!({"rules": [], "extra": 1})).is_err());
}
