//! One text for one JSON value, whatever order and spacing it came in.

use serde_json::{Number, Value};

/// Writes a value in the canonical form of RFC 8785: no blanks, members sorted by UTF-16 code units, texts escaped as
/// little as can be, numbers as ECMAScript writes them. Whole numbers beyond 2^53 keep their digits instead of being
/// rounded.
pub fn canonical_hash_input(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&number_text(number)),
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (at, (name, member)) in members.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write(member, out);
            }
            out.push('}');
        }
    }
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\u{1f}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            other => out.push(other),
        }
    }
    out.push('"');
}

fn number_text(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => ecmascript(float),
        _ => number.to_string(),
    }
}

/// ECMA-262, Number::toString: the shortest digits that give the number back, with an exponent only outside 1e-6 …
/// 1e21.
fn ecmascript(float: f64) -> String {
    if float == 0.0 {
        return "0".to_owned();
    }
    let shortest = format!("{:e}", float.abs());
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    let (head, tail) = digits.split_at_checked(usize::try_from(exponent + 1).unwrap_or(0)).unwrap_or((&digits, ""));
    let text = match exponent {
        e if !(-6..21).contains(&e) => {
            let (first, rest) = digits.split_at_checked(1).unwrap_or((&digits, ""));
            let point = if rest.is_empty() { "" } else { "." };
            format!("{first}{point}{rest}e{}{}", if e < 0 { "-" } else { "+" }, e.abs())
        }
        e if e < 0 => format!("0.{}{digits}", zeros(-e - 1)),
        e if count <= e + 1 => format!("{digits}{}", zeros(e + 1 - count)),
        _ => format!("{head}.{tail}"),
    };
    if float < 0.0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn order_and_blanks_make_no_difference() {
        let one: Value =
            serde_json::from_str(r#"{ "b": [1, 2.0, {"y": null, "x": true}], "a": "ї\u000a\u001f\"\\" }"#).unwrap();
        let other: Value = serde_json::from_str(r#"{"a":"\u0457\n\u001F\"\\","b":[1,2,{"x":true,"y":null}]}"#).unwrap();
        assert_eq!(canonical_hash_input(&one), canonical_hash_input(&other));
        assert_eq!(canonical_hash_input(&one), "{\"a\":\"ї\\n\\u001f\\\"\\\\\",\"b\":[1,2,{\"x\":true,\"y\":null}]}");
    }

    #[test]
    fn members_are_sorted_by_utf_16() {
        // U+1F600 begins with the surrogate D83D and so comes before U+FB33.
        let value = json!({"\u{fb33}": 1, "\u{1f600}": 2, "1": 3, "\r": 4, "ö": 5, "€": 6});
        assert_eq!(canonical_hash_input(&value), "{\"\\r\":4,\"1\":3,\"ö\":5,\"€\":6,\"😀\":2,\"\u{fb33}\":1}");
    }

    #[test]
    fn numbers_are_written_as_ecmascript_writes_them() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (2.0, "2"),
            (-4.5, "-4.5"),
            (0.002, "0.002"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (123.456, "123.456"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.5e300, "1.5e+300"),
            (333_333_333.333_333_3, "333333333.3333333"),
            (5e-324, "5e-324"),
        ];
        for (number, text) in cases {
            assert_eq!(ecmascript(number), text);
        }
        assert_eq!(canonical_hash_input(&json!(u64::MAX)), "18446744073709551615");
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_json_for_the_same_value(
            number in prop::num::f64::NORMAL,
            text in any::<String>(),
            n in any::<i64>(),
        ) {
            let value = json!({"number": number, text.clone(): [text, n]});
            let back: Value = serde_json::from_str(&canonical_hash_input(&value)).unwrap();
            prop_assert_eq!(canonical_hash_input(&back), canonical_hash_input(&value));
            if let Some(read) = back.get("number").and_then(Value::as_f64) {
                prop_assert_eq!(read, number);
            }
        }
    }
}
