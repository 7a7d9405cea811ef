use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

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
    ]);
    assert_eq!(protect(&month), Counts::from([((Breakdown::Sector, "health".to_owned()), 1_000)]));
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

    #[test]
    fn percentiles_are_among_the_durations(mut durations in prop::collection::vec(0..100_000_i64, 1..200)) {
        let (median, p90) = percentiles(&mut durations).unwrap();
        prop_assert!(median <= p90 && durations.contains(&median) && durations.contains(&p90));
        let at_most = |limit| durations.iter().filter(|one| **one <= limit).count() * 100;
        prop_assert!(at_most(median) >= durations.len() * 50 && at_most(p90) >= durations.len() * 90);
    }
}
