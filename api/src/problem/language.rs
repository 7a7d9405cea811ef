//! Which language a person is answered in.

use std::cmp::Reverse;
use std::fmt::Display;

use actix_web::http::header::{ACCEPT_LANGUAGE, AcceptLanguage, HeaderMap, Preference, Quality};
use zvit_domain::word::Language;

/// So many ranges of a header are looked at: nobody prefers more languages than that.
const MAX_RANGES: usize = 64;

/// Who accepts anything is answered in the first of these that they don't rate themselves.
fn anything() -> impl Iterator<Item = Language> {
    let others = Language::ALL.into_iter().filter(|language| *language != Language::En);
    std::iter::once(Language::En).chain(others)
}

/// The language of an answer, by `Accept-Language` (RFC 9110, section 12.5.4) with its weights: the first that there is of those
/// that the caller prefers, else English. So a tool that says nothing is answered in the language its log readers share.
pub(crate) fn preferred(headers: &HeaderMap) -> Language {
    let lines = headers.get_all(ACCEPT_LANGUAGE).filter_map(|value| value.to_str().ok());
    let ranges = lines.flat_map(|line| line.split(',')).take(MAX_RANGES).filter_map(|range| range.trim().parse().ok());
    let AcceptLanguage(mut ranges) = AcceptLanguage(ranges.collect());
    let named: Vec<Language> = ranges.iter().filter_map(|range| language_of(&range.item)).collect();
    ranges.retain(|range| range.quality > Quality::ZERO);
    // The sort is stable: of equal weights the first counts.
    ranges.sort_by_key(|range| Reverse(range.quality));
    let choice = |range: &Preference<_>| match range {
        Preference::Any => anything().find(|language| !named.contains(language)),
        Preference::Specific(_) => language_of(range),
    };
    ranges.iter().find_map(|range| choice(&range.item)).unwrap_or(Language::En)
}

/// The language of a range such as `uk-UA`, if it is one of ours.
fn language_of(range: &Preference<impl Display>) -> Option<Language> {
    let tag = range.item()?.to_string();
    Language::from_code(&tag.split('-').next()?.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn of(value: &'static str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(value));
        preferred(&headers)
    }

    #[test]
    fn ukrainian_is_answered_to_those_who_prefer_it_and_english_to_all_others() {
        for uk in [
            "uk",
            "uk-UA",
            "UK",
            "uk, en",
            "en;q=0.5, uk;q=0.9",
            "de, uk;q=0.3",
            "uk;q=0.9, *;q=0.5",
            "uk-UA,uk;q=0.9,en-US;q=0.8,en;q=0.7",
            "uk-Cyrl-UA;q=1.0",
            "uk;q=0.2, uk-UA;q=0.9, en;q=0.5",
            "en;q=0, *",
            "en;q=0.5, *;q=0.9",
            "en;q=0.001 , uk ; q=0.002",
            "xx_yy, ;;q, q=, uk",
        ] {
            assert_eq!(of(uk), Language::Uk, "{uk}");
        }
        for en in [
            "",
            "en",
            "*",
            "de",
            "en, uk",
            "uk;q=0",
            "uk;q=0, *",
            "uk;q=0.2, en;q=0.8",
            "uk;q=2",
            ";;,,",
            "en-GB, uk;q=0.9",
            "uk;q=0.5, *",
            "de, en",
            "*;q=0.5, uk;q=0.4",
            "uk;q=-1",
            "uk;q=one",
            "ukr",
            "\"uk\"",
        ] {
            assert_eq!(of(en), Language::En, "{en}");
        }
        assert_eq!(preferred(&HeaderMap::new()), Language::En);
    }

    #[test]
    fn what_is_too_long_or_no_text_does_no_harm() {
        let mut headers = HeaderMap::new();
        let long = format!("{}uk", "de;q=0.1,".repeat(MAX_RANGES));
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_str(&long).unwrap());
        assert_eq!(preferred(&headers), Language::En, "nobody reads so far");
        let long = "x-".repeat(100_000);
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_str(&long).unwrap());
        assert_eq!(preferred(&headers), Language::En);
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_bytes(b"uk\xff").unwrap());
        assert_eq!(preferred(&headers), Language::En);
        headers.append(ACCEPT_LANGUAGE, HeaderValue::from_static("uk"));
        assert_eq!(preferred(&headers), Language::Uk, "every line counts");
    }
}
