//! Schemas without nulls and with limits: whatever a type leaves open is bounded here, once, for the document and for the
//! server, which judges by the document.

use serde_json::{Map, Value, json};

/// What a schema is for, which decides how generous the fall-back limits are: tight for what comes in; for what goes out only
/// so tight that no answer ever breaks them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Part of a request body.
    Request,
    /// A query parameter or a header.
    Parameter,
    /// Part of an answer.
    Response,
}

impl Side {
    fn max_length(self) -> u64 {
        match self {
            Self::Request => 200,
            Self::Parameter => 500,
            Self::Response => 32_768,
        }
    }

    fn max_items(self) -> u64 {
        match self {
            Self::Request | Self::Parameter => 50,
            Self::Response => 10_000,
        }
    }
}

/// What every text keeps to, in requests as in answers: no database and few programs take a U+0000.
pub(crate) const NO_NUL: &str = r"^[^\x00]*$";

/// How a text is declared that must say something.
pub(crate) const NOT_BLANK: &str = r"\S";

/// What the document says of such a text, which must do without U+0000 as well; matched in time linear in its length.
pub(crate) const SAYS_SOMETHING: &str = r"^\s*[^\s\x00][^\x00]*$";

/// JSON numbers are exact up to here in every language (RFC 8259, section 6).
const MAX_SAFE: i64 = 9_007_199_254_740_991;

/// Takes null out of a schema and everything within it, and bounds strings, arrays and integers that have no bounds.
pub(crate) fn tidy(schema: &mut Value, side: Side) {
    match schema {
        Value::Object(members) => {
            without_null(members);
            bound(members, side);
            for (keyword, inner) in members.iter_mut() {
                if !matches!(keyword.as_str(), "example" | "examples" | "default" | "enum" | "const") {
                    tidy(inner, side);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| tidy(item, side)),
        _ => {}
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type") == Some(&json!("null"))
}

/// An optional member is absent, never null: so no schema speaks of null.
fn without_null(members: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = members.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            members.insert("type".into(), only);
        }
    }
    if members.get("default").is_some_and(Value::is_null) {
        members.remove("default");
    }
    for union in ["oneOf", "anyOf"] {
        let Some(Value::Array(alternatives)) = members.get_mut(union) else { continue };
        let before = alternatives.len();
        alternatives.retain(|alternative| !is_null(alternative));
        if alternatives.len() == before {
            continue;
        }
        if let [Value::Object(only)] = alternatives.as_slice() {
            let only = only.clone();
            members.remove(union);
            for (keyword, inner) in only {
                members.entry(keyword).or_insert(inner);
            }
        }
    }
}

fn bound(members: &mut Map<String, Value>, side: Side) {
    let has = |name: &str| members.contains_key(name);
    match members.get("type").and_then(Value::as_str) {
        Some("string") if !has("enum") && !has("const") && !has("contentMediaType") => {
            let format = members.get("format").and_then(Value::as_str);
            let limit = match format {
                Some("uuid") => 36,
                Some("date-time") => 64,
                Some("binary") => return,
                _ => side.max_length(),
            };
            if format.is_none() {
                let pattern = members.entry("pattern").or_insert_with(|| json!(NO_NUL));
                if pattern == NOT_BLANK {
                    *pattern = json!(SAYS_SOMETHING);
                }
            }
            members.entry("maxLength").or_insert_with(|| limit.into());
        }
        Some("array") if !has("maxItems") => {
            members.insert("maxItems".into(), side.max_items().into());
        }
        Some("integer") if !has("enum") && !has("const") => {
            let is_int32 = members.get("format") == Some(&json!("int32"));
            let (low, high) = if is_int32 { (i32::MIN.into(), i32::MAX.into()) } else { (-MAX_SAFE, MAX_SAFE) };
            members.entry("format").or_insert_with(|| json!("int64"));
            members.entry("minimum").or_insert_with(|| json!(low));
            members.entry("maximum").or_insert_with(|| json!(high));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tidied(mut schema: Value) -> Value {
        tidy(&mut schema, Side::Request);
        schema
    }

    #[test]
    fn null_is_nowhere() {
        assert_eq!(tidied(json!({"type": ["boolean", "null"], "default": null})), json!({"type": "boolean"}));
        let union = json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/A", "description": "inner"}], "description": "outer"});
        assert_eq!(tidied(union), json!({"$ref": "#/components/schemas/A", "description": "outer"}));
        let two = json!({"oneOf": [{"type": "null"}, {"$ref": "#/a"}, {"$ref": "#/b"}]});
        assert_eq!(tidied(two), json!({"oneOf": [{"$ref": "#/a"}, {"$ref": "#/b"}]}));
    }

    #[test]
    fn what_is_open_is_bounded_and_what_is_bounded_stays() {
        let schema = json!({"type": "object", "properties": {
            "a": {"type": "string"}, "b": {"type": "string", "maxLength": 5}, "c": {"type": "string", "format": "uuid"},
            "type": {"type": "integer", "format": "int32", "minimum": 0}, "e": {"type": "array", "items": {"type": "integer"}},
            "f": {"type": "string", "enum": ["x"]}, "g": {"type": "string", "example": {"type": "string"}}
        }});
        let expected = json!({"type": "object", "properties": {
            "a": {"type": "string", "pattern": NO_NUL, "maxLength": 200}, "b": {"type": "string", "maxLength": 5, "pattern": NO_NUL}, "c": {"type": "string", "format": "uuid", "maxLength": 36},
            "type": {"type": "integer", "format": "int32", "minimum": 0, "maximum": i32::MAX},
            "e": {"type": "array", "maxItems": 50, "items": {"type": "integer", "format": "int64", "minimum": -MAX_SAFE, "maximum": MAX_SAFE}},
            "f": {"type": "string", "enum": ["x"]}, "g": {"type": "string", "pattern": NO_NUL, "maxLength": 200, "example": {"type": "string"}}
        }});
        assert_eq!(tidied(schema), expected);
    }
}
