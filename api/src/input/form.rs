//! `application/x-www-form-urlencoded`, as query strings and token requests use it.

use percent_encoding::percent_decode_str;

/// A name and its value, or neither where the decoded bytes are not UTF-8.
pub(crate) type Pair = Result<(String, String), NotUtf8>;

/// The bytes behind the percent signs are not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotUtf8;

/// The pairs in their order; empty ones (`&&`) are skipped.
pub(crate) fn pairs(text: &str) -> impl Iterator<Item = Pair> + '_ {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((decode(name)?, decode(value)?))
    })
}

/// One part, `+` being a blank.
pub(crate) fn decode(text: &str) -> Result<String, NotUtf8> {
    let blanks = text.replace('+', " ");
    percent_decode_str(&blanks).decode_utf8().map(std::borrow::Cow::into_owned).map_err(|_| NotUtf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded_in_order() {
        let read: Vec<_> = pairs("a=1&&b=%D1%8F+%2B&c&a=2&=x").collect::<Result<_, _>>().unwrap();
        let expected = [("a", "1"), ("b", "я +"), ("c", ""), ("a", "2"), ("", "x")];
        assert_eq!(read, expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
        assert_eq!(pairs("a=%FF").next(), Some(Err(NotUtf8)));
    }
}
