//! What is put into a text.

use std::borrow::Cow;

use fluent_bundle::FluentValue;

use crate::{Label, Language, Text};

/// Something put into a text: the same in every language, or in each its own.
#[derive(Clone, Debug)]
pub enum Argument<'a> {
    /// A word as it is.
    Word(Cow<'a, str>),
    /// A number, by which a text may choose its words.
    Number(i64),
    /// A text that is itself in every language.
    Text(Text),
}

impl Argument<'_> {
    /// As it stands in a text.
    pub(crate) fn write(&self, language: Language, into: &mut String) {
        match self {
            Self::Word(word) => into.push_str(word),
            Self::Number(number) => into.push_str(&number.to_string()),
            Self::Text(text) => into.push_str(text.in_language(language)),
        }
    }

    pub(crate) fn value(&self, language: Language) -> FluentValue<'_> {
        match self {
            Self::Word(word) => FluentValue::from(word.as_ref()),
            Self::Number(number) => FluentValue::from(*number),
            Self::Text(text) => FluentValue::from(text.in_language(language)),
        }
    }
}

impl<'a> From<&'a str> for Argument<'a> {
    fn from(word: &'a str) -> Self {
        Self::Word(word.into())
    }
}

impl<'a> From<&'a String> for Argument<'a> {
    fn from(word: &'a String) -> Self {
        Self::Word(word.as_str().into())
    }
}

impl From<String> for Argument<'_> {
    fn from(word: String) -> Self {
        Self::Word(word.into())
    }
}

impl From<Text> for Argument<'_> {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<Label> for Argument<'_> {
    fn from(label: Label) -> Self {
        Self::Text(label.into())
    }
}

/// Numbers that fit are numbers; a larger one is written as it is.
macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl From<$number> for Argument<'_> {
            fn from(number: $number) -> Self {
                i64::try_from(number).map_or_else(|_| Self::Word(number.to_string().into()), Self::Number)
            }
        }
    )+};
}

numbers!(u8, u16, u32, u64, usize, i32, i64);
