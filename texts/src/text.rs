//! A text for people: the same said in every language.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::Error;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::language::{COUNT, ENTRIES};
use crate::{Argument, Entry, Language, Part, Said, bundles};

/// What a key stands for; made by [`message`].
#[derive(Clone, Copy, Debug)]
pub struct Message(pub(crate) &'static Entry);

/// A text into which nothing is put, in every language. It costs nothing to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(&'static [&'static str; COUNT]);

/// A text in every language, all that was to be put in being put in. It is stored as an object with a member for each language;
/// of a language that came later, what was stored before says it in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text([Cow<'static, str>; COUNT]);

/// Looks a key up and compares its variables with the names given, in any order. Only for constants: there it is the compiler that
/// looks.
///
/// # Panics
/// When there is no such key, or it has other variables.
#[allow(clippy::panic, clippy::indexing_slicing, reason = "of constants, the compiler makes an error of it")]
#[must_use]
pub const fn message(key: &str, names: &[&str]) -> Message {
    let Some(entry) = find(key.as_bytes(), key.len()) else { panic!("no language has a text with this key") };
    if names.len() != entry.variables.len() {
        panic!("the text has other variables");
    }
    let mut at = 0;
    while at < names.len() {
        if !contains(entry.variables, names[at]) {
            panic!("the text has other variables");
        }
        at += 1;
    }
    Message(entry)
}

/// The label of a word: the text whose key is the names of vocabulary and word, as in `incident-status-in-progress` for
/// `IncidentStatus` and `in_progress`. Only for constants, as [`message`].
///
/// # Panics
/// When there is no such text, or something is to be put into it.
#[allow(clippy::panic, reason = "of constants, the compiler makes an error of it")]
#[must_use]
pub const fn label_of(vocabulary: &str, code: &str) -> Label {
    let (key, length) = key_of(vocabulary.as_bytes(), code.as_bytes());
    let Some(entry) = find(&key, length) else { panic!("no language has a label for this word") };
    Message(entry).label()
}

impl Message {
    /// The text, if nothing is to be put into it. Only for constants, as [`message`].
    ///
    /// # Panics
    /// When something is to be put into it.
    #[allow(clippy::panic, reason = "of constants, the compiler makes an error of it")]
    #[must_use]
    pub const fn label(self) -> Label {
        match &self.0.said {
            Said::Fixed(each) => Label(each),
            Said::Parts(_) | Said::Chosen => panic!("something is to be put into the text"),
        }
    }
}

impl Label {
    /// The text in one language.
    pub const fn in_language(self, language: Language) -> &'static str {
        *language.of(self.0)
    }

    /// The text in English.
    pub const fn en(self) -> &'static str {
        self.in_language(Language::En)
    }

    /// The text in Ukrainian.
    pub const fn uk(self) -> &'static str {
        self.in_language(Language::Uk)
    }
}

impl Text {
    /// Both texts at once, English first: for what is no text of the program's own, such as a name.
    pub fn new(en: impl Into<String>, uk: impl Into<String>) -> Self {
        let (en, uk): (String, String) = (en.into(), uk.into());
        let said = |language| if matches!(language, Language::Uk) { &uk } else { &en };
        Self(Language::ALL.map(|language| Cow::Owned(said(language).clone())))
    }

    /// A text with what is to be put into it; `text!` makes sure that it is that.
    pub fn of(message: Message, arguments: &[(&'static str, Argument<'_>)]) -> Self {
        match &message.0.said {
            Said::Fixed(each) => Self(each.map(Cow::Borrowed)),
            Said::Parts(each) => Self::each(|language| joined(language, *language.of(each), arguments)),
            Said::Chosen => Self::each(|language| bundles::format(language, message.0.key, arguments)),
        }
    }

    /// A text that is put together anew in each language.
    pub fn each(said: impl Fn(Language) -> String) -> Self {
        Self(Language::ALL.map(|language| Cow::Owned(said(language))))
    }

    /// The text in one language.
    pub fn in_language(&self, language: Language) -> &str {
        language.of(&self.0).as_ref()
    }

    /// The text in one language, to be kept: what stands in the program itself isn't copied.
    pub fn to_language(&self, language: Language) -> Cow<'static, str> {
        language.of(&self.0).clone()
    }

    /// The text in English.
    pub fn en(&self) -> &str {
        self.in_language(Language::En)
    }

    /// The text in Ukrainian.
    pub fn uk(&self) -> &str {
        self.in_language(Language::Uk)
    }
}

impl From<Label> for Text {
    fn from(label: Label) -> Self {
        Self(label.0.map(Cow::Borrowed))
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(COUNT))?;
        for language in Language::ALL {
            map.serialize_entry(language.code(), self.in_language(language))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut stored: BTreeMap<String, String> = BTreeMap::deserialize(deserializer)?;
        let en = stored.get("en").cloned().ok_or_else(|| D::Error::missing_field("en"))?;
        if !stored.contains_key("uk") {
            return Err(D::Error::missing_field("uk"));
        }
        let own = |language: Language| stored.remove(language.code()).unwrap_or_else(|| en.clone());
        Ok(Self(Language::ALL.map(own).map(Cow::Owned)))
    }
}

/// Parts and what is put between them.
fn joined(language: Language, parts: &[Part], arguments: &[(&'static str, Argument<'_>)]) -> String {
    let mut said = String::new();
    for part in parts {
        match part {
            Part::Words(words) => said.push_str(words),
            Part::Variable(wanted) => {
                let given = arguments.iter().find(|(name, _)| name == wanted);
                given.iter().for_each(|(_, argument)| argument.write(language, &mut said));
            }
        }
    }
    said
}

/// The longest key there may be.
const KEY_MAX: usize = 128;

/// `IncidentStatus` and `in_progress` as `incident-status-in-progress`.
#[allow(clippy::indexing_slicing, reason = "of constants, the compiler makes an error of it")]
const fn key_of(vocabulary: &[u8], code: &[u8]) -> ([u8; KEY_MAX], usize) {
    let (mut key, mut length, mut at) = ([0; KEY_MAX], 0, 0);
    while at < vocabulary.len() {
        if vocabulary[at].is_ascii_uppercase() && at > 0 && vocabulary[at - 1] != b'-' {
            key[length] = b'-';
            length += 1;
        }
        key[length] = vocabulary[at].to_ascii_lowercase();
        length += 1;
        at += 1;
    }
    key[length] = b'-';
    length += 1;
    at = 0;
    while at < code.len() {
        key[length] = if code[at].is_ascii_alphanumeric() { code[at].to_ascii_lowercase() } else { b'-' };
        length += 1;
        at += 1;
    }
    (key, length)
}

/// The entry of a key: the first `length` bytes.
#[allow(clippy::indexing_slicing, reason = "of constants, the compiler makes an error of it")]
const fn find(key: &[u8], length: usize) -> Option<&'static Entry> {
    let (mut from, mut to) = (0, ENTRIES.len());
    while from < to {
        let middle = usize::midpoint(from, to);
        let own = ENTRIES[middle].key.as_bytes();
        let mut at = 0;
        while at < own.len() && at < length && own[at] == key[at] {
            at += 1;
        }
        if at == own.len() && at == length {
            return Some(&ENTRIES[middle]);
        }
        if at == own.len() || (at < length && own[at] < key[at]) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    None
}

#[allow(clippy::indexing_slicing, reason = "of constants, the compiler makes an error of it")]
const fn contains(names: &[&str], wanted: &str) -> bool {
    let mut at = 0;
    while at < names.len() {
        let (own, wanted) = (names[at].as_bytes(), wanted.as_bytes());
        let mut same = 0;
        while same < own.len() && same < wanted.len() && own[same] == wanted[same] {
            same += 1;
        }
        if same == own.len() && same == wanted.len() {
            return true;
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_has_the_key_of_vocabulary_and_code() {
        for (vocabulary, code, expected) in [
            ("Sector", "health", "sector-health"),
            ("IncidentStatus", "in_progress", "incident-status-in-progress"),
            ("Tlp", "amber+strict", "tlp-amber-strict"),
            ("InfrastructureCategory", "II", "infrastructure-category-ii"),
            ("IncidentType-MaliciousCode", "c2-server", "incident-type-malicious-code-c2-server"),
        ] {
            let (key, length) = key_of(vocabulary.as_bytes(), code.as_bytes());
            assert_eq!(&key[..length], expected.as_bytes());
        }
    }

    #[test]
    fn every_key_is_found_and_no_other() {
        for entry in ENTRIES {
            assert_eq!(find(entry.key.as_bytes(), entry.key.len()).map(|found| found.key), Some(entry.key));
            let longer = format!("{}-", entry.key);
            assert!(find(longer.as_bytes(), longer.len()).is_none());
            assert!(
                find(entry.key.as_bytes(), entry.key.len() - 1).is_none_or(|found| found.key.len() < entry.key.len())
            );
        }
    }

    #[test]
    fn a_text_is_stored_with_a_member_for_each_language() {
        let text = Text::new("yes", "так");
        let stored = serde_json::to_string(&text).unwrap();
        assert_eq!(stored, r#"{"uk":"так","en":"yes"}"#);
        assert_eq!(serde_json::from_str::<Text>(&stored).unwrap(), text);
        let with_another = r#"{"en":"yes","uk":"так","xx":"!"}"#;
        assert_eq!(serde_json::from_str::<Text>(with_another).unwrap(), text);
        for lacking in [r#"{"en":"yes"}"#, r#"{"uk":"так"}"#, "{}", "[]"] {
            assert!(serde_json::from_str::<Text>(lacking).is_err(), "{lacking}");
        }
    }

    #[test]
    fn what_is_put_in_may_itself_differ_between_languages() {
        let text = crate::text!("summary-level", level = 4_u8, called = Text::new("severe", "критичний"));
        assert_eq!((text.en(), text.uk()), ("level 4 (severe)", "рівень 4 (критичний)"));
    }
}
