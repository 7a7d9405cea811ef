//! What the compiler can't find out: that every text is used, and that none stands in the source.
//! (That every key used is there, with these variables, and in every language, is checked when the program is built.)

#![allow(clippy::expect_used, reason = "what is missing fails the test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The sources of the program without their tests.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut found = Vec::new();
    for package in ["domain", "db", "api", "openapi"] {
        walk(&root.join(package).join("src"), &mut found);
    }
    assert!(found.len() > 100);
    found
}

fn walk(dir: &Path, into: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            walk(&path, into);
        } else if name.ends_with(".rs") && name != "tests.rs" && !name.ends_with("_tests.rs") {
            let text = std::fs::read_to_string(&path).expect("a source");
            let without_tests = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
            into.push((path, without_tests));
        }
    }
}

fn keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("locales/en")).expect("English") {
        let text = std::fs::read_to_string(entry.expect("an entry").path()).expect("a resource");
        keys.extend(text.lines().filter_map(|line| line.split_once(" =")).map(|(key, _)| key.to_owned()));
    }
    keys.retain(|key| !key.starts_with([' ', '#']));
    assert!(keys.len() > 400);
    keys
}

/// The literal that a text begins with.
fn literal(text: &str) -> Option<&str> {
    text.trim_start().strip_prefix('"')?.split('"').next()
}

fn literals_after<'a>(source: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    source.split(start).skip(1).filter_map(literal)
}

/// As `label_of` makes it, written anew.
fn key_of(vocabulary: &str, code: &str) -> String {
    let mut key = String::new();
    for letter in vocabulary.chars() {
        if letter.is_uppercase() && !key.is_empty() && !key.ends_with('-') {
            key.push('-');
        }
        key.extend(letter.to_lowercase());
    }
    let code = code.to_lowercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
    format!("{key}-{code}")
}

/// The second word of a line such as `Health "health",`, if it is a code.
fn code_of(line: &str) -> Option<&str> {
    let (name, rest) = line.trim().split_once(' ')?;
    name.starts_with(|first: char| first.is_ascii_uppercase()).then_some(rest).and_then(literal)
}

fn keys_of_words(source: &str, used: &mut BTreeSet<String>) {
    for start in ["\nwords! {\n", "\nquestion! {\n"] {
        for block in source.split(start).skip(1) {
            let block = block.split("\n}\n").next().unwrap_or_default();
            let mut lines = block.lines().filter(|line| !line.trim_start().starts_with("//"));
            let head = lines.next().unwrap_or_default();
            let name = head.trim().split([' ', ':']).next().unwrap_or_default();
            used.extend(head.split_once(": ").and_then(|(_, rest)| literal(rest)).map(|code| key_of("Question", code)));
            used.extend(lines.filter_map(code_of).map(|code| key_of(name, code)));
        }
    }
    for block in source.split("\ncodes! {\n").skip(1) {
        let lines = block.split("\n}\n").next().unwrap_or_default().lines();
        used.extend(lines.filter_map(code_of).map(|code| key_of("Problem", code)));
    }
    for entry in source.split("entry!(").skip(1) {
        let Some((class, code)) = entry.split_once(' ') else { continue };
        used.extend(literal(code).map(|code| key_of(&format!("IncidentType-{class}"), code)));
    }
    for call in source.split("label_of(").skip(1) {
        let Some((vocabulary, code)) = call.split_once(',') else { continue };
        used.extend(literal(vocabulary).zip(literal(code)).map(|(vocabulary, code)| key_of(vocabulary, code)));
    }
}

#[test]
fn every_text_is_used() {
    let mut used = BTreeSet::new();
    for (_, source) in sources() {
        for start in ["text!(", "label!("] {
            used.extend(literals_after(&source, start).map(str::to_owned));
        }
        keys_of_words(&source, &mut used);
    }
    let unused: Vec<String> = keys().into_iter().filter(|key| !used.contains(key)).collect();
    assert!(unused.is_empty(), "nobody asks for {unused:?}");
}

/// Where Cyrillic letters stand that are no text for people: letters that look like Latin ones, and examples in the document.
const NO_TEXTS: [&str; 5] = [
    "domain/src/ids.rs",
    "domain/src/typeable.rs",
    "api/src/import/table.rs",
    "api/src/contract/about.rs",
    "api/src/views/case_incident.rs",
];

#[test]
fn no_text_stands_in_the_source() {
    let mut found = Vec::new();
    for (path, source) in sources() {
        let path = path.to_string_lossy().replace('\\', "/");
        if NO_TEXTS.iter().any(|known| path.contains(known)) {
            continue;
        }
        let mut is_example = false;
        for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
            is_example = (is_example && !line.contains("responses(")) || line.contains("example = json!(");
            if !is_example && line.chars().any(|letter| ('\u{400}'..='\u{4ff}').contains(&letter)) {
                found.push(format!("{path}: {}", line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "these belong into texts/locales:\n{}", found.join("\n"));
}
