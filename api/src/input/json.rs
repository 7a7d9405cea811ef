//! JSON read strictly: UTF-8 without a byte order mark, no member twice, bounded depth.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use zvit_domain::word::Text;
use zvit_texts::text;

use crate::problem::{Code, ErrorItem, Problem};

/// Objects and arrays may stand so deep in each other.
pub(crate) const MAX_DEPTH: usize = 32;

/// Integral floats up to 2^53 are integers to JSON Schema, and so they are to the types behind it.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Reads one JSON text.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        return Err(malformed("", "byte_order_mark", text!("json-byte-order-mark")));
    }
    let text = std::str::from_utf8(bytes).map_err(|fault| {
        let at = fault.valid_up_to();
        Problem::new(Code::BadEncoding).because(text!("json-not-utf8", at = at))
    })?;
    let state = State::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Node { state: &state, depth: 0 }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|fault| state.refusal.take().unwrap_or_else(|| syntax(&fault)))
}

fn syntax(fault: &serde_json::Error) -> Problem {
    let (line, column) = (fault.line(), fault.column());
    Problem::new(Code::MalformedJson).because(text!("json-malformed", line = line, column = column))
}

fn malformed(pointer: &str, code: &'static str, detail: Text) -> Problem {
    Problem::new(Code::MalformedJson).because(detail.clone()).error(ErrorItem::pointer(pointer, code, detail))
}

/// The longest list of the contract (indicators), and more members than any object of it has.
const MAX_ITEMS: usize = 1_000;
const MAX_MEMBERS: usize = 200;

#[derive(Default)]
struct State {
    path: RefCell<Vec<String>>,
    refusal: RefCell<Option<Problem>>,
}

impl State {
    /// A fault of content, not of syntax, that is refused before anything is judged: what it costs to list all faults of a
    /// body must not grow far beyond what a sound body costs.
    fn excess<E: Error>(&self, code: &'static str, detail: Text) -> E {
        let pointer: String = self.path.borrow().iter().map(|segment| format!("/{}", escape(segment))).collect();
        self.refusal.replace(Some(Problem::validation([ErrorItem::pointer(pointer, code, detail)])));
        E::custom(code)
    }

    fn refuse<E: Error>(&self, code: &'static str, detail: Text) -> E {
        let pointer: String = self.path.borrow().iter().map(|segment| format!("/{}", escape(segment))).collect();
        self.refusal.replace(Some(malformed(&pointer, code, detail)));
        E::custom(code)
    }
}

/// A member name as a segment of a JSON Pointer (RFC 6901, section 3).
pub(crate) fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// The member name that a segment of a JSON Pointer stands for.
pub(crate) fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

#[derive(Clone, Copy)]
struct Node<'s> {
    state: &'s State,
    depth: usize,
}

impl Node<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(self.state.refuse("too_deep", text!("json-too-deep")));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        if value.fract() == 0.0 && value.abs() <= EXACT {
            #[allow(clippy::cast_possible_truncation, reason = "integral and within 2^53")]
            return Ok((value as i64).into());
        }
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut array = Vec::new();
        loop {
            self.state.path.borrow_mut().push(array.len().to_string());
            let Some(item) = items.next_element_seed(inner)? else { break };
            self.state.path.borrow_mut().pop();
            array.push(item);
            if array.len() > MAX_ITEMS {
                return Err(self.state.excess("too_many_items", text!("json-too-many-items")));
            }
        }
        self.state.path.borrow_mut().pop();
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            self.state.path.borrow_mut().push(name.clone());
            if name.contains('\0') {
                return Err(self.state.refuse("nul_character", text!("json-nul-in-name")));
            }
            if object.len() >= MAX_MEMBERS {
                return Err(self.state.excess("too_many_members", text!("json-too-many-members")));
            }
            if object.contains_key(&name) {
                return Err(self.state.refuse("duplicate_member", text!("json-member-twice")));
            }
            let value = members.next_value_seed(inner)?;
            self.state.path.borrow_mut().pop();
            object.insert(name, value);
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Place;
    use serde_json::json;

    fn pointer(text: &str) -> (String, &'static str) {
        let problem = parse(text.as_bytes()).unwrap_err();
        assert_eq!(problem.status(), 400, "{text}");
        match problem.error_items() {
            [ErrorItem { place: Place::Pointer(pointer), code, .. }] => (pointer.clone(), *code),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_json_is_read_as_it_is() {
        let text = r#"{"a":[1,-2,1.5,"x",true,null,{"b":{}}],"c":1.0,"d":18446744073709551615,"e":1e300}"#;
        let value = parse(text.as_bytes()).unwrap();
        assert_eq!(value, json!({"a":[1,-2,1.5,"x",true,null,{"b":{}}],"c":1,"d":u64::MAX,"e":1e300}));
        assert!(value["c"].is_i64() || value["c"].is_u64());
    }

    #[test]
    fn a_member_that_stands_twice_is_named() {
        assert_eq!(pointer(r#"{"a":[{"x":1},{"y/z":1,"y/z":2}]}"#), ("/a/1/y~1z".into(), "duplicate_member"));
        assert_eq!(pointer(r#"{"a":1,"\u0061":2}"#), ("/a".into(), "duplicate_member"));
    }

    #[test]
    fn depth_is_bounded_at_32() {
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(parse(deep(32).as_bytes()).is_ok());
        assert_eq!(pointer(&deep(33)).1, "too_deep");
        assert_eq!(pointer(&deep(100_000)).1, "too_deep");
        assert_eq!(pointer(&format!("{}1{}", "{\"a\":".repeat(33), "}".repeat(33))).1, "too_deep");
    }

    #[test]
    fn everything_else_is_malformed() {
        for bad in
            ["", " ", "{", "{} {}", "nul", "[1,]", "{\"a\":01}", "\"\u{1}\"", "1e999", "{'a':1}", r#""\ud800""#, "NaN"]
        {
            let problem = parse(bad.as_bytes()).unwrap_err();
            assert_eq!(problem.code(), Code::MalformedJson, "{bad:?}");
        }
        assert_eq!(parse(b"\xEF\xBB\xBF{}").unwrap_err().code(), Code::MalformedJson);
        assert_eq!(parse(b"{\"a\":\"\xFF\"}").unwrap_err().code(), Code::BadEncoding);
        assert_eq!(
            parse("{}".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>().as_slice()).unwrap_err().code(),
            Code::MalformedJson
        );
    }
}
