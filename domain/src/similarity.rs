//! Whether two reports of one institution may be about the same thing.
//!
//! Each incident keeps a short [`Features`] text: what it is compared by, each as a kind and a hash, so that comparing costs
//! neither its content nor its indicators. A likeness is a hint for a person, never a decision.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::report::Content;
use crate::word::Word;
use crate::words;

/// So many incidents are named at most: a person is to look at each of them.
pub const MAX_NAMED: usize = 5;

/// From this score on two reports count as alike.
const THRESHOLD: u32 = 3;

/// Of each kind so many are kept.
const KEPT: usize = 32;

/// Words shorter than this say little.
const SHORTEST_WORD: usize = 3;

words! {
    /// What two reports have in common.
    Likeness {
        Indicators "indicators",
        Words "words",
        Services "services",
        Symptoms "symptoms",
    }
}

impl Likeness {
    /// What it counts. An indicator or the same words are enough by themselves; a service needs its symptoms.
    fn weight(self) -> u32 {
        match self {
            Self::Indicators | Self::Words => THRESHOLD,
            Self::Services => 2,
            Self::Symptoms => 1,
        }
    }

    /// How a feature of this kind begins.
    fn letter(self) -> char {
        match self {
            Self::Indicators => 'i',
            Self::Words => 'w',
            Self::Services => 's',
            Self::Symptoms => 'y',
        }
    }
}

/// What an incident is compared by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features(BTreeSet<(char, u32)>);

impl Features {
    /// Of a report and its indicators, each as kind and normalised value.
    pub fn of<'a>(content: &Content, indicators: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut features = Self::default();
        features.add(Likeness::Indicators, indicators.into_iter().map(|(kind, value)| hash(&[kind, value])));
        let text = content.title.as_deref().unwrap_or(&content.description);
        features.add(Likeness::Words, words_of(text).iter().map(|word| hash(&[word])));
        features.add(
            Likeness::Services,
            content.affected_services.iter().map(|service| hash(&[&service.trim().to_lowercase()])),
        );
        features.add(Likeness::Symptoms, content.symptoms.iter().map(|symptom| hash(&[symptom.code()])));
        features
    }

    fn add(&mut self, kind: Likeness, hashes: impl Iterator<Item = u32>) {
        self.0.extend(hashes.take(KEPT).map(|hash| (kind.letter(), hash)));
    }

    /// As stored: a letter and eight hexadecimal digits each, with blanks between.
    pub fn to_text(&self) -> String {
        self.0.iter().fold(String::with_capacity(self.0.len() * 10), |mut text, (kind, hash)| {
            let blank = if text.is_empty() { "" } else { " " };
            // Writing to a string can't fail.
            let _ = write!(text, "{blank}{kind}{hash:08x}");
            text
        })
    }

    /// Reads what is stored; what can't be read is no feature.
    pub fn from_text(text: &str) -> Self {
        let feature = |part: &str| {
            let mut symbols = part.chars();
            let kind = symbols.next()?;
            Some((kind, u32::from_str_radix(symbols.as_str(), 16).ok()?))
        };
        Self(text.split_ascii_whitespace().filter_map(feature).collect())
    }

    fn count(&self, kind: Likeness) -> usize {
        self.of_kind(kind).count()
    }

    fn of_kind(&self, kind: Likeness) -> impl Iterator<Item = &(char, u32)> {
        self.0.range((kind.letter(), 0)..=(kind.letter(), u32::MAX))
    }

    fn shared(&self, other: &Self, kind: Likeness) -> usize {
        self.of_kind(kind).filter(|feature| other.0.contains(feature)).count()
    }
}

/// What the two have in common, if that is enough to look at both; the same in either order.
pub fn likeness(one: &Features, other: &Features) -> Option<Vec<Likeness>> {
    let is_alike = |kind: Likeness| {
        let shared = one.shared(other, kind);
        let all = one.count(kind) + other.count(kind) - shared;
        match kind {
            Likeness::Indicators | Likeness::Services => shared > 0,
            // Most of what either says, so that one long list isn't like every short one.
            Likeness::Words => shared > 0 && shared * 5 >= all * 3,
            Likeness::Symptoms => shared > 0 && shared * 2 >= all,
        }
    };
    let alike: Vec<Likeness> = Likeness::ALL.iter().copied().filter(|kind| is_alike(*kind)).collect();
    let score: u32 = alike.iter().map(|kind| kind.weight()).sum();
    (score >= THRESHOLD).then_some(alike)
}

fn words_of(text: &str) -> BTreeSet<String> {
    text.split(|symbol: char| !symbol.is_alphanumeric())
        .filter(|word| word.chars().count() >= SHORTEST_WORD)
        .map(str::to_lowercase)
        .take(KEPT)
        .collect()
}

/// FNV-1a, 32 bits: it must be the same in every version of the program, as its results are stored.
fn hash(parts: &[&str]) -> u32 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Symptom;
    use proptest::prelude::*;

    fn content(title: Option<&str>, description: &str, services: &[&str], symptoms: &[Symptom]) -> Content {
        Content {
            title: title.map(str::to_owned),
            description: description.to_owned(),
            affected_services: services.iter().map(|service| (*service).to_owned()).collect(),
            symptoms: symptoms.to_vec(),
            ..Content::default()
        }
    }

    fn features(title: Option<&str>, description: &str, services: &[&str], symptoms: &[Symptom]) -> Features {
        Features::of(&content(title, description, services, symptoms), [])
    }

    #[test]
    fn the_same_words_or_an_indicator_are_enough() {
        let one = features(None, "Сервери реєстратури зашифровано вночі", &[], &[]);
        let same = features(None, "Вночі зашифровано сервери реєстратури!", &[], &[]);
        assert_eq!(likeness(&one, &same), Some(vec![Likeness::Words]));
        let other = features(None, "Фішингові листи від імені міністерства", &[], &[]);
        assert_eq!(likeness(&one, &other), None);
        let with = |text| Features::of(&content(None, text, &[], &[]), [("ipv4", "203.0.113.7")]);
        assert_eq!(likeness(&with("Щось одне"), &with("Зовсім інше")), Some(vec![Likeness::Indicators]));
    }

    #[test]
    fn a_service_needs_its_symptoms_and_a_title_stands_for_the_text() {
        let symptoms = [Symptom::ServiceDown];
        let one = features(Some("Лабораторія"), "…", &["Реєстратура"], &symptoms);
        let service_alone = features(Some("Аптека"), "…", &["реєстратура "], &[Symptom::Phishing]);
        assert_eq!(likeness(&one, &service_alone), None);
        let both = features(Some("Аптека"), "…", &["реєстратура "], &symptoms);
        assert_eq!(likeness(&one, &both), Some(vec![Likeness::Services, Likeness::Symptoms]));
        let symptoms_alone = features(Some("Аптека"), "…", &[], &symptoms);
        assert_eq!(likeness(&one, &symptoms_alone), None, "many incidents look like that");
    }

    #[test]
    fn nothing_said_is_like_nothing() {
        assert_eq!(likeness(&Features::default(), &Features::default()), None);
        assert_eq!(likeness(&features(None, "…", &[], &[]), &features(None, "…", &[], &[])), None);
    }

    #[test]
    fn what_is_stored_keeps_its_meaning() {
        // Of FNV-1a's published vectors: the empty text, and "a"; parts end with a nought byte here.
        assert_eq!(hash(&[]), 0x811c_9dc5);
        assert_eq!(hash(&["a"]), (0xe40c_292c_u32).wrapping_mul(0x0100_0193));
    }

    fn any_features() -> impl Strategy<Value = Features> {
        let texts = || prop::collection::vec("[а-яa-z]{1,6}", 0..12);
        (texts(), texts(), prop::collection::vec(prop::sample::select(Symptom::ALL), 0..6), texts()).prop_map(
            |(words, services, symptoms, indicators)| {
                let services: Vec<&str> = services.iter().map(String::as_str).collect();
                let content = content(None, &words.join(" "), &services, &symptoms);
                Features::of(&content, indicators.iter().map(|value| ("domain", value.as_str())))
            },
        )
    }

    proptest! {
        #[test]
        fn likeness_has_no_direction(one in any_features(), other in any_features()) {
            prop_assert_eq!(likeness(&one, &other), likeness(&other, &one));
        }

        #[test]
        fn what_says_enough_is_like_itself(one in any_features()) {
            let says_enough = one.count(Likeness::Indicators) + one.count(Likeness::Words) > 0;
            prop_assert!(likeness(&one, &one).is_some() || !says_enough);
        }

        #[test]
        fn what_is_stored_is_read_again(one in any_features()) {
            let text = one.to_text();
            prop_assert!(text.len() <= 4 * KEPT * 10);
            prop_assert_eq!(Features::from_text(&text), one);
        }

        #[test]
        fn no_stored_text_makes_it_panic(text in ".{0,200}", one in any_features()) {
            let read = Features::from_text(&text);
            let _ = likeness(&read, &one);
        }

        /// Without anything in common there is no likeness, whatever else they say.
        #[test]
        fn strangers_are_not_alike(one in any_features(), other in any_features()) {
            if one.0.is_disjoint(&other.0) {
                prop_assert_eq!(likeness(&one, &other), None);
            }
        }
    }
}
