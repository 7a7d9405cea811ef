//! Which language a person is answered in.

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};
use zvit_domain::word::Language;

/// The language of an answer, by `Accept-Language` (RFC 9110, section 12.5.4) with its weights: Ukrainian where the caller
/// prefers it to English, else English. So a tool that says nothing is answered in the language its log readers share.
pub(crate) fn preferred(headers: &HeaderMap) -> Language {
    let header = headers.get_all(ACCEPT_LANGUAGE).filter_map(|value| value.to_str().ok()).collect::<Vec<_>>().join(",");
    let ranges: Vec<(&str, f32)> = header.split(',').filter_map(range).collect();
    let weight = |wanted: &str| {
        let named = ranges.iter().enumerate().filter(|(_, (tag, _))| is_language(tag, wanted));
        let best = named.max_by(|a, b| a.1.1.total_cmp(&b.1.1).then(b.0.cmp(&a.0)));
        best.or_else(|| ranges.iter().enumerate().find(|(_, (tag, _))| *tag == "*")).map(|(at, (_, q))| (*q, at))
    };
    match (weight("uk"), weight("en")) {
        (Some((uk, _)), None) if uk > 0.0 => Language::Uk,
        (Some((uk, uk_at)), Some((en, en_at))) if uk > en || (uk == en && uk > 0.0 && uk_at < en_at) => Language::Uk,
        _ => Language::En,
    }
}

/// `uk-UA;q=0.8` as its tag and weight; a weight that can't be read counts as none at all.
fn range(text: &str) -> Option<(&str, f32)> {
    let mut parts = text.split(';').map(str::trim);
    let tag = parts.next().filter(|tag| !tag.is_empty())?;
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let weight = match weight {
        None => 1.0,
        Some(text) => text.trim().parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q))?,
    };
    Some((tag, weight))
}

fn is_language(tag: &str, wanted: &str) -> bool {
    tag.split('-').next().is_some_and(|primary| primary.eq_ignore_ascii_case(wanted))
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
        ] {
            assert_eq!(of(en), Language::En, "{en}");
        }
        assert_eq!(preferred(&HeaderMap::new()), Language::En);
    }
}
