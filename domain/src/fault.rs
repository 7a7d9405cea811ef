//! What is wrong with an input, and where.

use crate::word::Text;

/// One fault of an input, with the place it is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// JSON Pointer (RFC 6901) to the faulty member; a missing member points at itself.
    pub pointer: String,
    /// Stable code in snake_case, for machines.
    pub code: &'static str,
    /// What is wrong and what would be right, in both languages. Never repeats more of the input than needed.
    pub detail: Text,
}

impl Fault {
    /// A fault at `pointer`.
    pub fn at(pointer: impl Into<String>, code: &'static str, detail: Text) -> Self {
        Self { pointer: pointer.into(), code, detail }
    }

    /// The same fault seen from an enclosing document: `/items/3/report` + `/tlp`.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.pointer.insert_str(0, prefix);
        self
    }
}
