//! What changed from one document to the next that breaks a client which knows only the first.
//!
//! A request may ask for no more than it did, an answer may promise no less. Redocly's `diff` rates changes as well and is run
//! beside this (`openapi/checks/run`); this one needs no Node, knows that before 1.0.0 the minor number announces a break, and
//! counts names, which become those of types and functions in generated clients.

mod operations;
mod schemas;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document;
use crate::finding::{Finding, Report};

const RULE: &str = "compatibility";

/// Every change from `old` to `new` that breaks a client of `old`. Pointers lead into `new`, or into `old` to what is gone.
pub fn breaks(old: &Value, new: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut report = Report::new(RULE, &mut findings);
    let today: BTreeMap<(&str, &str), _> = document::operations(new)
        .into_iter()
        .map(|operation| ((operation.path, operation.method), operation))
        .collect();
    let mut pair = schemas::Pair::new(old, new);
    for before in document::operations(old) {
        match today.get(&(before.path, before.method)) {
            Some(after) => operations::compare(&mut pair, &before, after, &mut report),
            None => report.add(&before.pointer, "the operation is gone"),
        }
    }
    findings.sort();
    findings.dedup();
    findings
}

/// Whether the version of `new` announces that it breaks clients of `old`: by the major number, before 1.0.0 by the minor one.
pub fn is_announced(old: &Value, new: &Value) -> bool {
    let number = |document: &Value| version(document.pointer("/info/version")?.as_str()?);
    match (number(old), number(new)) {
        (Some((0, before, _)), Some((0, after, _))) => after > before,
        (Some((before, _, _)), Some((after, _, _))) => after > before,
        _ => false,
    }
}

/// The three numbers of a version (semver.org); what follows a hyphen or a plus is left aside.
pub fn version(text: &str) -> Option<(u64, u64, u64)> {
    let core = text.split(['-', '+']).next()?;
    let mut numbers = core.split('.').map(|number| number.parse().ok());
    let found = (numbers.next()??, numbers.next()??, numbers.next()??);
    numbers.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests;
