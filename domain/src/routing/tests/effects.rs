//! The effect of one rule set beside another.

use super::*;
use proptest::prelude::*;

fn effect_of(count: usize, present: &RuleSet, draft: &RuleSet) -> RulesEffect {
    let teams = [team(1), team(2), own_team()];
    let roster = Roster::new(&teams, now()).unwrap();
    effect(std::iter::repeat_n(incident(), count), present, draft, &roster, now())
}

fn for_energy() -> RuleSet {
    let mut rule = lead("energy");
    rule.when.sectors = vec![Sector::Energy];
    rules(vec![rule])
}

#[test]
fn rules_that_leave_incidents_to_the_default_are_unsafe() {
    let all = rules(vec![lead("all")]);
    let found = effect_of(10, &all, &for_energy());
    assert_eq!(found, RulesEffect { incidents: 10, changed: 0, to_default_before: 0, to_default_after: 10 });
    assert!(found.is_unsafe());
    assert!(!effect_of(9, &all, &for_energy()).is_unsafe(), "too few to judge by");
    assert!(!effect_of(10, &for_energy(), &all).is_unsafe(), "it got better");
    assert!(!effect_of(10, &for_energy(), &for_energy()).is_unsafe(), "it was so before");
}

#[test]
fn exercises_are_not_looked_at() {
    let teams = [team(1), own_team()];
    let roster = Roster::new(&teams, now()).unwrap();
    let exercise = RoutingInput { exercise: true, ..incident() };
    let found = effect([exercise, incident()], &for_energy(), &for_energy(), &roster, now());
    assert_eq!(found.incidents, 1);
}

proptest! {
    /// Twenty percent is still safe, a single incident more is not.
    #[test]
    fn the_limit_is_at_over_twenty_percent(incidents in 10..=500_i32, before in 0..=500_i32, after in 0..=500_i32) {
        let (before, after) = (before.min(incidents), after.min(incidents));
        let found = RulesEffect { incidents, changed: 0, to_default_before: before, to_default_after: after };
        let share = f64::from(after - before) / f64::from(incidents);
        prop_assert_eq!(found.is_unsafe(), share > 0.2 + 1e-9);
    }

    #[test]
    fn the_same_rules_have_no_effect(count in 0..20_usize) {
        for set in [for_energy(), rules(vec![lead("all")]), RuleSet::default()] {
            let found = effect_of(count, &set, &set);
            prop_assert_eq!(found.changed, 0);
            prop_assert_eq!(found.to_default_before, found.to_default_after);
        }
    }
}
