//! One thing wrong with a document: where, and what would be right.

use std::fmt;

/// A fault of a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// A JSON Pointer (RFC 6901) into the document.
    pub pointer: String,
    /// The rule that found it.
    pub rule: &'static str,
    /// What would be right.
    pub said: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} [{}]", self.pointer, self.said, self.rule)
    }
}

/// A member's name as it stands in a JSON Pointer.
pub(crate) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The findings of one rule.
#[derive(Debug)]
pub(crate) struct Report<'f> {
    rule: &'static str,
    findings: &'f mut Vec<Finding>,
}

impl<'f> Report<'f> {
    pub(crate) fn new(rule: &'static str, findings: &'f mut Vec<Finding>) -> Self {
        Self { rule, findings }
    }

    /// Adds one.
    pub(crate) fn add(&mut self, pointer: impl Into<String>, said: impl Into<String>) {
        self.findings.push(Finding { pointer: pointer.into(), rule: self.rule, said: said.into() });
    }
}
