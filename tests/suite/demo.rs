//! `zvit demo --once`: the whole main job on a store of its own.

use std::collections::BTreeSet;

use zvit_domain::ids::Reference;
use zvit_tests::Value;
use zvit_tests::program::zvit;

#[test]
fn the_demonstration_accepts_and_routes_every_report() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let finished = zvit(["demo", "--once", "--json"]).expect(0);
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let lines: Vec<Value> = finished.stdout.lines().map(read).collect();
    let (last, incidents) = lines.split_last().unwrap_or_else(|| panic!("no output\n{finished}"));
    let count = |name: &str| last[name].as_i64().unwrap_or_else(|| panic!("{name} is missing in {last}"));
    assert!(count("accepted") >= 30, "{last}");
    assert_eq!(count("routed"), count("accepted"), "{last}");
    assert_eq!(count("unassigned"), 0, "{last}");
    let references: BTreeSet<&str> = incidents.iter().filter_map(|line| line["reference"].as_str()).collect();
    assert_eq!(i64::try_from(references.len()).unwrap(), count("accepted"), "one line for each\n{finished}");
    assert!(references.iter().all(|reference| Reference::parse(reference).is_ok()), "{references:?}");
}

#[test]
fn the_demonstration_shows_people_a_table() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let finished = zvit(["demo", "--once"]).expect(0);
    let words = finished.stdout.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let references: BTreeSet<&str> =
        words.filter(|word| word.starts_with("UA-20") && Reference::parse(word).is_ok()).collect();
    assert!(references.len() >= 30, "{finished}");
    assert!(finished.stdout.contains("0 unassigned"), "{finished}");
}
