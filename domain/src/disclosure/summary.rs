//! An incident in one line, made of codes alone: what may be told to whoever may not see more yet.

use zvit_texts::text;

use crate::taxonomy::IncidentClass;
use crate::tlp::Tlp;
use crate::vocabulary::{Assistance, Sector, Symptom};
use crate::word::{Language, Text, Word};
use crate::words;

words! {
    /// How many there are, roughly: an exact number can tell whose they are.
    SizeBand {
        Zero "0",
        UpTo10 "1-10",
        UpTo100 "11-100",
        UpTo1000 "101-1000",
        UpTo10000 "1001-10000",
        More "more",
    }
}

impl SizeBand {
    /// The band of a number.
    pub fn of(number: u64) -> Self {
        match number {
            0 => Self::Zero,
            1..=10 => Self::UpTo10,
            11..=100 => Self::UpTo100,
            101..=1_000 => Self::UpTo1000,
            1_001..=10_000 => Self::UpTo10000,
            _ => Self::More,
        }
    }
}

/// What a summary is made of.
#[derive(Clone, Copy, Debug)]
pub struct Codes<'a> {
    /// The sector that was hit.
    pub sector: Sector,
    /// Severity, 0 to 5.
    pub level: u8,
    /// What that severity is called, in English and in Ukrainian.
    pub level_called: (&'a str, &'a str),
    /// The class.
    pub class: IncidentClass,
    /// What is seen.
    pub symptoms: &'a [Symptom],
    /// The help asked for.
    pub assistance: &'a [Assistance],
    /// How many systems, where it is known.
    pub systems: Option<SizeBand>,
    /// How many users, where it is known.
    pub users: Option<SizeBand>,
    /// The label.
    pub tlp: Tlp,
}

/// The summary in both languages: "Health; level 4 (severe); malicious code; files encrypted; asked for: incident response;
/// systems: 11 to 100; TLP:RED".
pub fn summary(codes: &Codes<'_>) -> Text {
    let called = Text::new(codes.level_called.0, codes.level_called.1);
    let mut parts: Vec<Text> = vec![
        codes.sector.label().into(),
        text!("summary-level", level = codes.level, called = called),
        Text::each(|language| within(codes.class, language)),
    ];
    if !codes.symptoms.is_empty() {
        parts.push(list(codes.symptoms));
    }
    if !codes.assistance.is_empty() {
        parts.push(text!("summary-assistance", kinds = list(codes.assistance)));
    }
    parts.extend(codes.systems.map(|band| text!("summary-systems", band = band.label())));
    parts.extend(codes.users.map(|band| text!("summary-users", band = band.label())));
    parts.push(codes.tlp.label().into());
    Text::each(|language| parts.iter().map(|part| part.in_language(language)).collect::<Vec<_>>().join("; "))
}

fn list<W: Word>(words: &[W]) -> Text {
    let label = |word: &W, language| lower_first(word.label().in_language(language));
    Text::each(|language| words.iter().map(|word| label(word, language)).collect::<Vec<_>>().join(", "))
}

/// The label of a class within a sentence: the English ones are written as names are.
fn within(class: IncidentClass, language: Language) -> String {
    let label = class.label().in_language(language);
    if language == Language::En { label.to_lowercase() } else { lower_first(label) }
}

/// A label within a sentence.
fn lower_first(label: &str) -> String {
    let mut letters = label.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_begin_where_the_one_before_ends() {
        let expected = [
            (0, "0"),
            (1, "1-10"),
            (10, "1-10"),
            (11, "11-100"),
            (100, "11-100"),
            (101, "101-1000"),
            (1_000, "101-1000"),
            (1_001, "1001-10000"),
            (10_000, "1001-10000"),
            (10_001, "more"),
            (u64::MAX, "more"),
        ];
        for (number, band) in expected {
            assert_eq!(SizeBand::of(number).code(), band, "{number}");
        }
    }

    #[test]
    fn a_summary_reads_well_in_both_languages() {
        let full = Codes {
            sector: Sector::Health,
            level: 4,
            level_called: ("severe", "критичний"),
            class: IncidentClass::MaliciousCode,
            symptoms: &[Symptom::ServiceDown, Symptom::FilesEncrypted],
            assistance: &[Assistance::IncidentResponse],
            systems: Some(SizeBand::UpTo100),
            users: None,
            tlp: Tlp::Red,
        };
        let text = summary(&full);
        assert_eq!(
            text.en(),
            "Health; level 4 (severe); malicious code; service down, files encrypted; asked for: incident response; \
             systems: 11 to 100; TLP:RED"
        );
        assert_eq!(
            text.uk(),
            "Охорона здоров’я; рівень 4 (критичний); шкідливий програмний код; сервіс не працює, файли зашифровано; \
             запитано: реагування на інциденти; систем: від 11 до 100; TLP:RED"
        );
        let bare = summary(&Codes { symptoms: &[], assistance: &[], systems: None, ..full });
        assert_eq!(bare.en(), "Health; level 4 (severe); malicious code; TLP:RED");
    }
}
