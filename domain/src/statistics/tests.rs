use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::vocabulary::Stage;

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

#[test]
fn a_month_begins_at_midnight_in_kyiv() {
    assert_eq!(month("2026-07").start().to_string(), "2026-06-30T21:00:00Z");
    assert_eq!(month("2026-12").end().to_string(), "2026-12-31T22:00:00Z");
    assert_eq!(Month::of(Time::parse("2026-06-30T21:00:00Z").unwrap()), month("2026-07"));
    assert_eq!(Month::of(Time::parse("2026-06-30T20:59:59Z").unwrap()), month("2026-06"));
}

#[test]
fn months_are_counted_across_years() {
    assert_eq!(month("2026-11").plus(3), month("2027-02"));
    assert_eq!(month("2026-01").plus(-1), month("2025-12"));
    let span: Vec<String> = month("2025-11").to(month("2026-02")).map(|month| month.to_string()).collect();
    assert_eq!(span, ["2025-11", "2025-12", "2026-01", "2026-02"]);
    assert_eq!(month("2026-02").to(month("2026-01")).count(), 0);
    for wrong in ["2026", "2026-13", "2026-00", "26-01", "2026-1", "2026-+1", "-026-01", ""] {
        assert_eq!(Month::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn percentiles_are_of_nearest_rank() {
    assert_eq!(percentiles(&mut []), None);
    assert_eq!(percentiles(&mut [7]), Some((7, 7)));
    let mut ten: Vec<i64> = (1..=10).rev().collect();
    assert_eq!(percentiles(&mut ten), Some((5, 9)));
    assert_eq!((rounded_duration(149), rounded_duration(150), rounded_duration(-4)), (0, 300, 0));
}

#[test]
fn counts_go_out_in_steps_and_small_ones_not_at_all() {
    let count = |n: u64| protect(&Counts::from([((Breakdown::Total, String::new()), n)])).into_values().next();
    let told: Vec<Option<u64>> = (0..=13).map(count).collect();
    let five = Some(5);
    let ten = Some(10);
    let none = None;
    assert_eq!(told, [none, none, none, none, none, five, five, five, ten, ten, ten, ten, ten, Some(15)]);
}

#[test]
fn one_category_of_each_breakdown_that_adds_up_is_held_back() {
    let many = |breakdown, code: &str| ((breakdown, code.to_owned()), 1_000);
    let month = Counts::from([
        many(Breakdown::Sector, "other"),
        many(Breakdown::Class, "other"),
        many(Breakdown::Level, "0"),
        many(Breakdown::Sector, "health"),
        many(Breakdown::Total, ""),
    ]);
    let told = [many(Breakdown::Sector, "health"), many(Breakdown::Total, "")];
    assert_eq!(protect(&month), Counts::from(told));
}

#[test]
fn of_a_month_with_few_incidents_nothing_is_told_however_many_cases_they_had() {
    let key = |breakdown| (breakdown, String::new());
    let month = |total| Counts::from([(key(Breakdown::Total), total), (key(Breakdown::Acknowledged), 12)]);
    assert_eq!(protect(&month(4)), Counts::new());
    assert_eq!(protect(&month(5)).len(), 2);
}

#[test]
fn a_month_is_published_once_its_final_reports_are_due() {
    let last = |text: &str| Month::last_published(Time::parse(text).unwrap()).to_string();
    // January ends on the 31st at 22:00 UTC; 35 days later it is the 7th of March.
    assert_eq!(last("2026-03-07T21:59:59Z"), "2025-12");
    assert_eq!(last("2026-03-07T22:00:00Z"), "2026-01");
}

/// A month of its own with so many incidents, each acknowledged after a time that occurs nowhere else.
fn publish(incidents: &[i64], complete: &[Stage]) -> Published {
    let count = u64::try_from(incidents.len()).unwrap();
    let key = |breakdown, code: &str| (breakdown, code.to_owned());
    let counts = Counts::from([
        (key(Breakdown::Total, ""), count),
        (key(Breakdown::Acknowledged, ""), count),
        (key(Breakdown::InTime, "initial"), count),
        (key(Breakdown::InTime, "final"), count),
        (key(Breakdown::Due, "initial"), count),
        (key(Breakdown::Due, "final"), count),
        (key(Breakdown::Help, "incident_response"), count),
    ]);
    let durations = Durations { acknowledge: incidents.to_vec(), resolve: Vec::new() };
    Published::of(&counts, durations, complete)
}

#[test]
fn of_a_stage_that_may_still_be_due_nothing_is_told() {
    let month = publish(&[0; 20], &[Stage::Initial]);
    for breakdown in [Breakdown::InTime, Breakdown::Due] {
        let told: Vec<String> =
            month.counts().into_keys().filter(|(of, _)| *of == breakdown).map(|(_, code)| code).collect();
        assert_eq!(told, ["initial"]);
    }
    assert!(month.is_complete(Stage::Initial) && !month.is_complete(Stage::Final));
}

#[test]
fn what_a_donor_is_told_beside_it_is_its_help_alone() {
    let help = publish(&[0; 20], &[Stage::Initial]).only(Breakdown::Help);
    assert_eq!(help.counts().into_keys().map(|(of, _)| of).collect::<Vec<_>>(), [Breakdown::Help]);
    assert_eq!((help.durations(), help.is_complete(Stage::Initial)), (&Durations::default(), false));
}

#[test]
fn what_is_published_is_read_as_it_was_kept() {
    let month = publish(&(0..20).map(|n| n * 400).collect::<Vec<_>>(), &[Stage::Initial]);
    let kept = serde_json::to_string(&month).unwrap();
    assert_eq!(serde_json::from_str::<Published>(&kept).unwrap(), month);
}

/// Every way to put `total` incidents into three categories.
fn tables(total: u64) -> Vec<[u64; 3]> {
    (0..=total).flat_map(|a| (0..=total - a).map(move |b| [a, b, total - a - b])).collect()
}

fn counts(sectors: &[u64; 3], levels: &[u64; 3]) -> Counts {
    let mut all = Counts::from([((Breakdown::Total, String::new()), sectors.iter().sum())]);
    for (code, count) in ["health", "energy", "other"].iter().zip(sectors) {
        all.insert((Breakdown::Sector, (*code).to_owned()), *count);
    }
    for (code, count) in ["4", "2", "0"].iter().zip(levels) {
        all.insert((Breakdown::Level, (*code).to_owned()), *count);
    }
    all
}

/// The strongest reader there is: one who knows the rule, has tried it on every table, and keeps those that give what was
/// published. Of no small count is there only one value left.
#[test]
fn nobody_can_work_out_a_small_count_from_all_that_is_published() {
    let mut readings: BTreeMap<Counts, Vec<BTreeSet<u64>>> = BTreeMap::new();
    let each = || (0..=16).flat_map(|total| tables(total).into_iter().map(move |sectors| (total, sectors)));
    for (total, sectors) in each() {
        for levels in tables(total) {
            let seen = readings.entry(protect(&counts(&sectors, &levels))).or_insert_with(|| vec![BTreeSet::new(); 7]);
            for (place, count) in seen.iter_mut().zip(sectors.iter().chain(&levels).chain(&[total])) {
                place.insert(*count);
            }
        }
    }
    assert!(readings.len() > 20, "more than one thing is published");
    for (published, possible) in &readings {
        for place in possible {
            let only = place.len() == 1;
            let is_small = place.iter().all(|count| (1..STEP).contains(count));
            assert!(!(only && is_small), "{published:?} leaves only {place:?}");
        }
    }
}

/// Of a stage are told how many came in time and how many were due for themselves, of all incidents: how many were late, and how
/// many were given with a later one, follows only to within steps.
#[test]
fn nobody_can_work_out_how_few_were_late_or_replaced() {
    let mut readings: BTreeMap<Counts, [BTreeSet<u64>; 2]> = BTreeMap::new();
    for total in 0..=27_u64 {
        for due in 0..=total {
            for in_time in 0..=due {
                let month = Counts::from([
                    ((Breakdown::Total, String::new()), total),
                    ((Breakdown::Due, "interim".to_owned()), due),
                    ((Breakdown::InTime, "interim".to_owned()), in_time),
                ]);
                let [late, replaced] = readings.entry(protect(&month)).or_default();
                late.insert(due - in_time);
                replaced.insert(total - due);
            }
        }
    }
    for (published, places) in &readings {
        for place in places {
            assert!(place.len() >= 3, "{published:?} leaves only {place:?}");
        }
    }
}

fn table() -> impl Strategy<Value = Counts> {
    let codes = ["health", "energy", "water", "other"];
    let levels = ["0", "1", "2", "3", "4", "5"];
    let classes = ["availability", "fraud", "other"];
    prop::collection::vec((0..codes.len(), 0..levels.len(), 0..classes.len()), 0..60).prop_map(move |incidents| {
        let mut all = Counts::new();
        for (sector, level, class) in incidents {
            for (breakdown, code) in [
                (Breakdown::Total, ""),
                (Breakdown::Sector, codes[sector]),
                (Breakdown::Level, levels[level]),
                (Breakdown::Class, classes[class]),
            ] {
                *all.entry((breakdown, code.to_owned())).or_default() += 1;
            }
        }
        all
    })
}

/// The same month, but for one incident of a category that is said to have been in the one held back.
fn with_one_less(month: &Counts, key: &(Breakdown, String), held_back: &str) -> Counts {
    let mut other = month.clone();
    *other.entry(key.clone()).or_default() -= 1;
    *other.entry((key.0, held_back.to_owned())).or_default() += 1;
    other
}

proptest! {
    #[test]
    fn a_small_count_may_always_have_been_another(month in table()) {
        for (key, count) in &month {
            let held_back = match key.0 {
                Breakdown::Sector | Breakdown::Class => "other",
                Breakdown::Level => "0",
                _ => continue,
            };
            if (1..STEP).contains(count) && key.1 != held_back {
                let other = with_one_less(&month, key, held_back);
                prop_assert_eq!(protect(&other), protect(&month));
            }
        }
    }

    #[test]
    fn what_is_published_is_rounded_and_near_the_truth(month in table()) {
        for (key, told) in protect(&month) {
            prop_assert!(told % STEP == 0 && told >= STEP);
            prop_assert!(told.abs_diff(month[&key]) <= 2);
            prop_assert!(!is_held_back(key.0, &key.1));
        }
    }

    /// Overlapping periods are sums of the same published months: their difference is a sum of published months again.
    #[test]
    fn a_period_says_no_more_than_its_months(months in prop::collection::vec(table(), 1..6)) {
        let published: Vec<Counts> = months.iter().map(protect).collect();
        let whole = sum(&published);
        let (first, rest) = published.split_first().unwrap();
        let mut again = sum(rest);
        for (key, count) in first {
            *again.entry(key.clone()).or_default() += count;
        }
        prop_assert_eq!(whole, again);
    }

    /// Of a month with too few incidents for times of its own not one duration is in any period: taking months away from one
    /// another gives whole months that are told anyway.
    #[test]
    fn no_subtraction_of_periods_leaves_the_times_of_a_small_month(
        months in prop::collection::vec(prop::collection::vec(0..1_000_000_i64, 0..16), 1..6),
    ) {
        let published: Vec<Published> = months.iter().map(|month| publish(month, &[])).collect();
        for (month, told) in months.iter().zip(&published) {
            let told = &told.durations().acknowledge;
            let of_itself = percentiles(&mut told.clone());
            let mut rounded: Vec<i64> = month.iter().map(|one| rounded_duration(*one)).collect();
            let is_large = month.len() >= 8;
            prop_assert_eq!(of_itself, if is_large { percentiles(&mut rounded) } else { None });
            prop_assert_eq!(told.len(), if is_large { month.len() } else { 0 });
            prop_assert!(told.is_sorted());
        }
        let period = |months: &[Published]| {
            percentiles(&mut months.iter().flat_map(|month| month.durations().acknowledge.clone()).collect::<Vec<_>>())
        };
        let large: Vec<Published> =
            published.iter().filter(|month| !month.durations().acknowledge.is_empty()).cloned().collect();
        prop_assert_eq!(period(&published), period(&large));
    }

    #[test]
    fn rounding_before_gives_the_percentiles_that_rounding_after_gives(
        durations in prop::collection::vec(0..100_000_i64, 1..50),
    ) {
        let rounded = |mut all: Vec<i64>| percentiles(&mut all).unwrap();
        let (median, p90) = rounded(durations.clone());
        let after = (rounded_duration(median), rounded_duration(p90));
        prop_assert_eq!(rounded(durations.into_iter().map(rounded_duration).collect()), after);
    }

    #[test]
    fn percentiles_are_among_the_durations(mut durations in prop::collection::vec(0..100_000_i64, 1..200)) {
        let (median, p90) = percentiles(&mut durations).unwrap();
        prop_assert!(median <= p90 && durations.contains(&median) && durations.contains(&p90));
        let at_most = |limit| durations.iter().filter(|one| **one <= limit).count() * 100;
        prop_assert!(at_most(median) >= durations.len() * 50 && at_most(p90) >= durations.len() * 90);
    }
}
