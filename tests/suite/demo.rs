//! `zvit demo --once --json`.

use serde_json::Value;
use zvit_tests::program::zvit;

#[test]
fn the_demonstration_accepts_and_routes_every_report() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let finished = zvit(["demo", "--once", "--json"]).expect(0);
    let lines: Vec<Value> = finished
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let last = lines.last().unwrap_or_else(|| panic!("no output\n{finished}"));
    let count = |name: &str| last[name].as_i64().unwrap_or_else(|| panic!("{name} is missing in {last}"));
    assert!(count("accepted") >= 30, "{last}");
    assert_eq!(count("routed"), count("accepted"), "{last}");
    assert_eq!(count("unassigned"), 0, "{last}");
}
