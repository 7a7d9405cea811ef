//! `Acting-Person`: who sits at a tool that several people share. Kept in the audit as said; proof of nothing.

use actix_web::http::header::{HeaderMap, HeaderName};
use percent_encoding::percent_decode_str;
use zvit_texts::text;

use crate::problem::{ErrorItem, Problem};

/// The header.
pub const ACTING_PERSON: HeaderName = HeaderName::from_static("acting-person");

/// Its field name as people write it.
const NAME: &str = "Acting-Person";

/// Code points that a name may have.
const MAX_LENGTH: usize = 200;

/// Characters of the header: four bytes for each code point, three for each of them.
pub(crate) const MAX_ENCODED: usize = MAX_LENGTH * 12;

/// The person named, if any: percent-encoded UTF-8.
///
/// # Errors
/// 422 for a header that stands twice, is no percent-encoded UTF-8, is blank, too long, or holds control characters.
pub fn acting_person(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut lines = headers.get_all(ACTING_PERSON);
    let Some(first) = lines.next() else { return Ok(None) };
    let mut read = || {
        if lines.next().is_some() {
            return None;
        }
        let text = first.to_str().ok().filter(|text| text.len() <= MAX_ENCODED && is_encoded_well(text))?;
        let name = percent_decode_str(text).decode_utf8().ok()?.trim().to_owned();
        let fits = !name.is_empty() && name.chars().count() <= MAX_LENGTH && !name.chars().any(is_unprintable);
        fits.then_some(name)
    };
    read().map(Some).ok_or_else(fault)
}

/// Every percent sign begins two hexadecimal digits: the decoder lets others stand as they are.
fn is_encoded_well(text: &str) -> bool {
    let starts_well =
        |part: &str| part.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    text.split('%').skip(1).all(starts_well)
}

/// Control characters, and those that break lines or turn the direction of writing: the name stands beside others.
fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn fault() -> Problem {
    let detail = text!("acting-person-invalid");
    Problem::validation([ErrorItem::header(NAME, "acting_person_invalid", detail)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn read(lines: &[&str]) -> Result<Option<String>, String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACTING_PERSON, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        acting_person(&headers).map_err(|problem| problem.code().code().to_owned())
    }

    #[test]
    fn a_name_is_read_or_refused() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["%D0%9E%D0%BB%D1%8F Koval"]), Ok(Some("Оля Koval".to_owned())));
        assert_eq!(read(&["100%25"]), Ok(Some("100%".to_owned())));
        assert_eq!(read(&[&"%D0%AF".repeat(200)]).unwrap().unwrap().chars().count(), 200);
        let too_long = "%D0%AF".repeat(201);
        for bad in [
            "",
            " ",
            "%20",
            "%",
            "%D",
            "%GG",
            "a%0Ab",
            "a%00",
            "%FF",
            "%E2%80%A8",
            "%E2%80%AE",
            too_long.as_str(),
            "Оля",
        ] {
            assert_eq!(read(&[bad]), Err("validation_failed".to_owned()), "{bad}");
        }
        assert!(read(&["a", "b"]).is_err());
    }
}
