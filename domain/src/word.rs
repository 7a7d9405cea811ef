//! Closed vocabularies: a word has a stable code for machines and a label in Ukrainian and English for people.

pub use zvit_texts::{Label, Language, Text, label_of};

/// A word of a closed vocabulary.
pub trait Word: Copy + Eq + Ord + std::fmt::Debug + 'static {
    /// Every word, in the order in which people are shown them.
    const ALL: &'static [Self];
    /// The stable, machine-readable code.
    fn code(self) -> &'static str;
    /// The label, in every language.
    fn label(self) -> Label;
    /// The label in English.
    fn label_en(self) -> &'static str {
        self.label().en()
    }
    /// The label in Ukrainian.
    fn label_uk(self) -> &'static str {
        self.label().uk()
    }
    /// The word with this code, if there is one.
    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|word| word.code() == code)
    }
}

/// Declares a vocabulary: `Variant "code"` per word. Its labels are the texts whose keys are the names of vocabulary and code, as
/// in `sector-health`. The type serialises as its code and has an OpenAPI schema that lists the codes.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($variant:ident $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $(#[doc = concat!("`", $code, "`")] #[serde(rename = $code)] $variant,)+
        }

        impl $crate::word::Word for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
            fn label(self) -> $crate::word::Label {
                match self { $(Self::$variant => const { $crate::word::label_of(stringify!($name), $code) }),+ }
            }
        }

        // Written out, because the derive does not see a rename that comes from a macro.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($code),+]))
                    .description(Some($crate::word::listed::<Self>()))
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

/// The words of a vocabulary with their labels, as the OpenAPI document lists them.
pub fn listed<W: Word>() -> String {
    W::ALL.iter().map(|word| format!("`{}` {}; ", word.code(), word.label_en())).collect()
}

/// The code is not in the vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a word of this vocabulary")]
pub struct UnknownWord;
