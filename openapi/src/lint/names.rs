//! What things are called: functions and types of generated clients get these names.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::{members, operations as all};
use crate::finding::{Report, escape};

/// `operationId` is `verb_noun` in snake_case, and unique.
pub(super) fn operations(document: &Value, report: &mut Report<'_>) {
    let mut seen: BTreeMap<&str, String> = BTreeMap::new();
    for operation in all(document) {
        let (id, at) = (operation.id(), format!("{}/operationId", operation.pointer));
        if !is_verb_noun(id) {
            report.add(&at, format!("{id:?} should be verb_noun in snake_case, such as get_incident"));
        }
        if let Some(first) = seen.get(id) {
            report.add(&at, format!("{id} stands at {first} already: each operation has a name of its own"));
        }
        seen.entry(id).or_insert(operation.pointer);
    }
}

fn is_verb_noun(id: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    id.contains('_') && id.split('_').all(is_word)
}

/// Schemas are in PascalCase.
pub(super) fn schemas(document: &Value, report: &mut Report<'_>) {
    let Some(components) = document.get("components") else { return };
    for (name, _) in members(components, "schemas") {
        let is_pascal = name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.bytes().all(|b| b.is_ascii_alphanumeric())
            && !name.ends_with(|c: char| c.is_ascii_digit());
        if !is_pascal {
            let at = format!("/components/schemas/{}", escape(name));
            report.add(at, format!("{name} should be in PascalCase, without a number at its end"));
        }
    }
}
