//! The languages: those that have a folder.

use serde::{Deserialize, Serialize};

use crate::{Entry, Part, Said};

include!(concat!(env!("OUT_DIR"), "/locales.rs"));

/// How many there are.
pub(crate) const COUNT: usize = LANGUAGES.len();

impl Language {
    /// Every language, Ukrainian and English first.
    pub const ALL: [Self; COUNT] = LANGUAGES;

    /// Its code (ISO 639), which is also its language tag.
    pub const fn code(self) -> &'static str {
        *self.of(&CODES)
    }

    /// The language of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// What belongs to this language, of what there is for each.
    #[allow(clippy::indexing_slicing, reason = "as many as there are variants")]
    pub(crate) const fn of<T>(self, each: &[T; COUNT]) -> &T {
        &each[self as usize]
    }
}
