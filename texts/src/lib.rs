//! Every text for people. The words stand in `locales/`, a folder for each language and a Fluent resource for each area; this
//! crate makes sure, when it is built, that every language says everything with the same variables, and that every key asked for
//! in code is there and is given what it wants.
//!
//! [`text!`] makes a [`Text`], which says the same in all languages; [`label!`] is for what has nothing to be put in. Both are
//! looked up by the compiler, so neither costs a search.

#![allow(clippy::explicit_auto_deref, reason = "without the star what is asked for each language would have no size")]

mod argument;
mod bundles;
mod language;
mod text;

pub use argument::Argument;
pub use language::Language;
pub use text::{Label, Message, Text, label_of, message};

use language::COUNT;

/// A text in all languages, by its key, with what is put into it by name: `text!("too-long", limit = 20)`. Whether there is such a
/// key, and whether it wants these very variables, is found out by the compiler.
#[macro_export]
macro_rules! text {
    ($key:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        const MESSAGE: $crate::Message = $crate::message($key, &[$(stringify!($name)),*]);
        $crate::Text::of(MESSAGE, &[$((stringify!($name), $crate::Argument::from($value))),*])
    }};
}

/// A text in all languages, by its key, into which nothing is put: `label!("receipt-title")`.
#[macro_export]
macro_rules! label {
    ($key:literal) => {{
        const LABEL: $crate::Label = $crate::message($key, &[]).label();
        LABEL
    }};
}

/// What is known of a key when the program is compiled.
#[derive(Debug)]
pub(crate) struct Entry {
    key: &'static str,
    /// In alphabetical order.
    variables: &'static [&'static str],
    said: Said,
}

/// A text in every language, as far as it is known when the program is compiled.
#[derive(Debug)]
pub(crate) enum Said {
    /// Nothing is put into it.
    Fixed([&'static str; COUNT]),
    /// Something is put between its parts: too simple and too frequent for more than that.
    Parts([&'static [Part]; COUNT]),
    /// Its words follow from what is put in, by the rules of the language.
    Chosen,
}

#[derive(Debug)]
pub(crate) enum Part {
    Words(&'static str),
    Variable(&'static str),
}
