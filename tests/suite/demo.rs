//! `zvit demo --once`: the whole main job on a store of its own.

use std::collections::BTreeSet;

use std::process::{Command, Stdio};
use zvit_domain::ids::Reference;

use zvit_tests::program::{self, zvit};
use zvit_tests::scratch::{Directory, Watched};
use zvit_tests::{Value, eventually};

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
    for (name, least) in
        [("declined", 1), ("late", 1), ("supported", 1), ("handed_over", 1), ("resolved", 3), ("mails", 1)]
    {
        assert!(count(name) >= least, "{name}: {last}");
    }
    let happened = last["happened"].as_array().expect("what happened");
    let what: Vec<&str> = happened.iter().map(|one| one["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["declined", "lapsed", "supported", "handed_over", "resolved"], "{last}");
    let lapsed = &happened[1];
    let incident = incidents.iter().find(|line| line["reference"] == lapsed["reference"]).expect("its line");
    assert!(incident["acknowledged"] == true && incident["late"][0] != incident["team"], "{incident}");
    assert!(lapsed["mail"].to_string().contains(lapsed["reference"].as_str().unwrap()), "{lapsed}");
    assert!(happened[2]["course"].to_string().contains("satellite"), "{last}");
}

#[test]
fn the_demonstration_shows_people_a_table() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let finished = zvit(["demo", "--once"]).expect(0);
    assert!(
        finished.stdout.lines().all(|line| line.chars().count() <= 140),
        "nothing is wider than what is usual\n{finished}"
    );
    let words = finished.stdout.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let references: BTreeSet<&str> =
        words.filter(|word| word.starts_with("UA-20") && Reference::parse(word).is_ok()).collect();
    assert!(references.len() >= 30, "{finished}");
    for told in
        ["0 unassigned", "What happened", "has not acknowledged in time", "asks for satellite", "hands it over", "To: "]
    {
        assert!(finished.stdout.contains(told), "{told}: {finished}");
    }
}

#[test]
fn the_lines_it_prints_can_be_pasted_into_a_shell() {
    program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let place = Directory::new("demo");
    let page = place.path().join("page");
    let out = std::fs::File::create(&page).unwrap();
    let mut command = program::command();
    command.arg("demo").env("TMPDIR", place.path()).stdout(out).stderr(Stdio::null());
    let mut child = command.spawn().expect("the program starts");
    let _watched = Watched::new(child.id(), program::path());
    let text = eventually("the invitation is printed", || {
        assert!(child.try_wait().unwrap().is_none(), "it ended early");
        std::fs::read_to_string(&page).ok().filter(|text| text.contains("level_min=4") && text.ends_with("\n\n"))
    });
    let lines = &text[text.find("# a token for").expect("lines to paste")..];
    let pasted = Command::new("sh").args(["-c", lines]).stdin(Stdio::null()).output().expect("sh is there");
    let answers = String::from_utf8_lossy(&pasted.stdout).into_owned();
    let answers: Vec<Value> = answers.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let stopped = Command::new("sh").args(["-c", "kill -TERM \"$1\"", "sh"]).arg(child.id().to_string()).status();
    assert!(stopped.is_ok_and(|status| status.success()) && child.wait().unwrap().success(), "{text}");
    let [report, cases, gravest] = answers.as_slice() else {
        panic!("three answers: {answers:?}\n{lines}\n{pasted:?}")
    };
    assert!(report["reference"].is_string() && report["assignments"][0]["team"]["name"].is_string(), "{report}");
    assert!(!cases["items"].as_array().unwrap().is_empty() && cases["next_cursor"].is_string(), "{cases}");
    assert!(!gravest["items"].as_array().unwrap().is_empty(), "{gravest}");
    let left: Vec<_> = std::fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["page"], "its directory is removed, with the key");
}
