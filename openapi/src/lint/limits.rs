//! Everything has an end: bodies, parameters, headers; in requests because the server enforces it, in answers because a client
//! can count on it.

use serde_json::Value;

use crate::document::each_schema_of_document;
use crate::finding::Report;

/// Strings have a length and a form, arrays a length, numbers a range.
pub(super) fn everything_is_bounded(document: &Value, report: &mut Report<'_>) {
    each_schema_of_document(document, &mut |at, schema| {
        let has = |keyword: &str| schema.get(keyword).is_some();
        let is_closed = has("enum") || has("const");
        match schema.get("type").and_then(Value::as_str) {
            Some("string") if !is_closed && !is_bytes(schema) => {
                if !has("maxLength") {
                    report.add(at, "a string should have maxLength");
                }
                if !has("pattern") && !has("format") {
                    report.add(at, "a string should have a pattern, a format or an enum");
                }
            }
            Some("array") if !has("maxItems") => report.add(at, "an array should have maxItems"),
            Some("integer") if !is_closed => {
                for keyword in ["format", "minimum", "maximum"].iter().filter(|keyword| !has(keyword)) {
                    report.add(at, format!("an integer should have {keyword}"));
                }
            }
            Some("number") if !(is_closed || has("minimum") && has("maximum")) => {
                report.add(at, "a number should have minimum and maximum");
            }
            _ => {}
        }
        if let (Some(low), Some(high)) = (number(schema, "minLength"), number(schema, "maxLength"))
            && low > high
        {
            report.add(at, "minLength should not be above maxLength");
        }
    });
}

fn number(schema: &Value, keyword: &str) -> Option<u64> {
    schema.get(keyword).and_then(Value::as_u64)
}

/// The bytes of a file: bounded by 413.
fn is_bytes(schema: &Value) -> bool {
    schema.get("contentMediaType").is_some() || schema.get("format").is_some_and(|format| format == "binary")
}
