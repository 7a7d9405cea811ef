//! The resources as Fluent reads them, for texts into which something is put.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

use crate::language::{COUNT, RESOURCES};
use crate::{Argument, Language};

static BUNDLES: LazyLock<[FluentBundle<FluentResource>; COUNT]> =
    LazyLock::new(|| Language::ALL.map(|language| bundle(language, *language.of(&RESOURCES))));

/// The resources of one language. They were read when they were built in, so nothing is left out here.
fn bundle(language: Language, resources: &[&str]) -> FluentBundle<FluentResource> {
    let tag = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Answers are read by programs and in terminals: the invisible marks around what is put in would be part of the text there.
    bundle.set_use_isolating(false);
    for resource in resources {
        let resource = FluentResource::try_new((*resource).to_owned()).unwrap_or_else(|(read, _)| read);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// A text in one language. A key that isn't there is shown itself.
pub(crate) fn format(language: Language, key: &'static str, arguments: &[(&str, Argument<'_>)]) -> String {
    let bundle = language.of(&BUNDLES);
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else { return key.into() };
    let arguments: FluentArgs<'_> =
        arguments.iter().map(|(name, argument)| (*name, argument.value(language))).collect();
    let mut faults = Vec::new();
    bundle.format_pattern(pattern, Some(&arguments), &mut faults).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(language: Language, resource: &str, count: i64) -> String {
        let bundle = bundle(language, &[resource]);
        let count = Argument::Number(count);
        let arguments: FluentArgs<'_> = [("count", count.value(language))].into_iter().collect();
        let pattern = bundle.get_message("reports").and_then(|message| message.value()).unwrap();
        bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
    }

    #[test]
    fn words_follow_the_number_as_the_language_wants() {
        let ukrainian = "reports = { $count ->\n    [one] { $count } звіт\n    [few] { $count } звіти\n    [many] { $count } звітів\n   *[other] { $count } звіту\n }";
        for (count, expected) in [
            (0, "0 звітів"),
            (1, "1 звіт"),
            (2, "2 звіти"),
            (4, "4 звіти"),
            (5, "5 звітів"),
            (11, "11 звітів"),
            (12, "12 звітів"),
            (21, "21 звіт"),
            (22, "22 звіти"),
            (101, "101 звіт"),
            (111, "111 звітів"),
            (1_000_000, "1000000 звітів"),
        ] {
            assert_eq!(said(Language::Uk, ukrainian, count), expected);
        }
        let english = "reports = { $count ->\n    [one] { $count } report\n   *[other] { $count } reports\n }";
        for (count, expected) in [(0, "0 reports"), (1, "1 report"), (2, "2 reports"), (21, "21 reports")] {
            assert_eq!(said(Language::En, english, count), expected);
        }
    }

    /// The parts that the crate is built with say what Fluent makes of the resource.
    #[test]
    fn the_short_way_says_what_fluent_says() {
        use crate::language::ENTRIES;
        use crate::{Message, Text};
        let mut compared = 0;
        for entry in ENTRIES {
            let arguments: Vec<(&str, Argument<'_>)> = entry
                .variables
                .iter()
                .zip(1_234..)
                .map(|(name, number)| {
                    (*name, if number % 2 == 0 { Argument::Number(number) } else { Argument::from("«слово»") })
                })
                .collect();
            let text = Text::of(Message(entry), &arguments);
            for language in Language::ALL {
                assert_eq!(text.in_language(language), format(language, entry.key, &arguments), "{}", entry.key);
                compared += 1;
            }
        }
        assert!(compared > 800);
    }

    #[test]
    fn nothing_invisible_is_put_around_what_is_put_in() {
        assert_eq!(said(Language::En, "reports = ({ $count })", 7), "(7)");
    }
}
