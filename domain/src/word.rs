//! Closed vocabularies: a word has a stable code for machines and a label in Ukrainian and English for people.

use serde::{Deserialize, Serialize};

/// A word of a closed vocabulary.
pub trait Word: Copy + Eq + Ord + std::fmt::Debug + 'static {
    /// Every word, in the order in which people are shown them.
    const ALL: &'static [Self];
    /// The stable, machine-readable code.
    fn code(self) -> &'static str;
    /// The label in English.
    fn label_en(self) -> &'static str;
    /// The label in Ukrainian.
    fn label_uk(self) -> &'static str;
    /// The word with this code, if there is one.
    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|word| word.code() == code)
    }
}

/// A language people are answered in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Ukrainian (ISO 639-1 `uk`).
    #[default]
    Uk,
    /// English (ISO 639-1 `en`).
    En,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::Uk, Self::En];

    /// Its code (ISO 639-1), which is also its language tag.
    pub fn code(self) -> &'static str {
        match self {
            Self::Uk => "uk",
            Self::En => "en",
        }
    }
}

/// A text for people in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Ukrainian.
    pub uk: String,
    /// English.
    pub en: String,
}

impl Text {
    /// Both texts at once, English first.
    pub fn new(en: impl Into<String>, uk: impl Into<String>) -> Self {
        Self { uk: uk.into(), en: en.into() }
    }

    /// The text in one language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Uk => &self.uk,
            Language::En => &self.en,
        }
    }
}

/// Declares a vocabulary: `Variant "code" "English" "Ukrainian"` per word. The type serialises as its code and has an
/// OpenAPI schema that lists the codes.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($variant:ident $code:literal $en:literal $uk:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $(#[doc = $en] #[serde(rename = $code)] $variant,)+
        }

        impl $crate::word::Word for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
            fn label_en(self) -> &'static str {
                match self { $(Self::$variant => $en),+ }
            }
            fn label_uk(self) -> &'static str {
                match self { $(Self::$variant => $uk),+ }
            }
        }

        // Written out, because the derive does not see a rename that comes from a macro.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($code),+]))
                    .description(Some(concat!($("`", $code, "` ", $en, "; "),+)))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::word::Word::code(*self))
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::word::UnknownWord;
            fn from_str(code: &str) -> Result<Self, Self::Err> {
                $crate::word::Word::from_code(code).ok_or($crate::word::UnknownWord)
            }
        }
    };
}

/// The code is not in the vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a word of this vocabulary")]
pub struct UnknownWord;
