//! What a JSON Schema validator finds, said to people: where it is, a stable code, and what would be right.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;
use zvit_domain::fault::Fault;
use zvit_domain::time::{Time, TimeFault};
use zvit_domain::word::{Label, Text};
use zvit_texts::{label, text};

use super::json::escape;
use crate::contract::NOT_BLANK;

/// A vocabulary of up to so many words is spelt out in the detail.
const WORDS_SPELT_OUT: usize = 15;

/// The faults behind one error of the validator: one per member that is at fault.
pub(crate) fn faults_of(error: &ValidationError<'_>, into: &mut Vec<Fault>) {
    let at = error.instance_path().as_str();
    match error.kind() {
        Kind::Required { property } => {
            let pointer = format!("{at}/{}", escape(property.as_str().unwrap_or_default()));
            into.push(Fault::at(pointer, "missing", text!("member-missing")));
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                let pointer = format!("{at}/{}", escape(name));
                into.push(Fault::at(pointer, "unknown_member", text!("member-unknown")));
            }
        }
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => alternatives(at, context, error.instance(), into),
        // That it is too short is said already.
        Kind::Pattern { pattern } if pattern == NOT_BLANK && error.instance().as_str() == Some("") => {}
        _ if error.instance().is_null() => into.push(null(at)),
        kind => into.push(single(at, kind, error.instance())),
    }
}

fn null(at: &str) -> Fault {
    Fault::at(at, "null_not_allowed", text!("null-not-taken"))
}

/// Of several alternatives the faults of that one which was most likely meant: the one with the fewest faults, where a
/// wrong tag or a wrong type of the whole counts most.
fn alternatives(at: &str, context: &[Vec<ValidationError<'static>>], instance: &Value, into: &mut Vec<Fault>) {
    if instance.is_null() {
        return into.push(null(at));
    }
    let depth = at.matches('/').count();
    let misfit = |error: &ValidationError<'_>| {
        let path = error.instance_path().as_str();
        let is_tag =
            path.matches('/').count() <= depth + 1 && matches!(error.kind(), Kind::Enum { .. } | Kind::Constant { .. });
        is_tag || (path == at && matches!(error.kind(), Kind::Type { .. }))
    };
    let meant = context.iter().filter(|errors| !errors.iter().any(misfit)).min_by_key(|errors| errors.len());
    match meant {
        Some(errors) => errors.iter().for_each(|error| faults_of(error, into)),
        None => into.push(Fault::at(at, "no_alternative_fits", text!("no-form-fits"))),
    }
}

fn single(at: &str, kind: &Kind, instance: &Value) -> Fault {
    match kind {
        Kind::Type { kind } => wrong_type(at, kind, instance),
        Kind::Enum { options } => unknown_word(at, options),
        Kind::Constant { expected_value } => {
            Fault::at(at, "unknown_word", text!("only-possible", value = expected_value.to_string()))
        }
        Kind::Format { format } => format_fault(at, format, instance),
        Kind::Pattern { pattern } if pattern == NOT_BLANK => Fault::at(at, "blank", text!("text-empty")),
        Kind::Pattern { pattern } => Fault::at(at, "pattern_mismatch", text!("pattern-mismatch", pattern = pattern)),
        kind => limit(at, kind).unwrap_or_else(|| Fault::at(at, "not_allowed", text!("value-not-possible"))),
    }
}

fn limit(at: &str, kind: &Kind) -> Option<Fault> {
    let (code, detail) = match kind {
        Kind::MaxLength { limit } => ("too_long", text!("characters-at-most", limit = *limit)),
        Kind::MinLength { limit } => ("too_short", text!("characters-at-least", limit = *limit)),
        Kind::MaxItems { limit } => ("too_many_items", text!("items-at-most", limit = *limit)),
        Kind::MinItems { limit } => ("too_few_items", text!("items-at-least", limit = *limit)),
        Kind::MaxProperties { limit } => ("too_many_members", text!("members-at-most", limit = *limit)),
        Kind::MinProperties { limit } => ("too_few_members", text!("members-at-least", limit = *limit)),
        Kind::Maximum { limit } => ("too_large", text!("number-at-most", limit = limit.to_string())),
        Kind::Minimum { limit } => ("too_small", text!("number-at-least", limit = limit.to_string())),
        Kind::ExclusiveMaximum { limit } => ("too_large", text!("number-below", limit = limit.to_string())),
        Kind::ExclusiveMinimum { limit } => ("too_small", text!("number-above", limit = limit.to_string())),
        Kind::UniqueItems => ("duplicate_items", text!("items-repeated")),
        _ => return None,
    };
    Some(Fault::at(at, code, detail))
}

fn wrong_type(at: &str, expected: &TypeKind, instance: &Value) -> Fault {
    let expected: Vec<JsonType> = match expected {
        TypeKind::Single(one) => vec![*one],
        TypeKind::Multiple(set) => set.iter().collect(),
    };
    let found = match instance {
        Value::Null => JsonType::Null,
        Value::Bool(_) => JsonType::Boolean,
        Value::Number(_) => JsonType::Number,
        Value::String(_) => JsonType::String,
        Value::Array(_) => JsonType::Array,
        Value::Object(_) => JsonType::Object,
    };
    let expected = Text::each(|language| {
        let names: Vec<&str> = expected.iter().map(|one| type_of(*one).in_language(language)).collect();
        names.join(&format!(" {} ", label!("json-or").in_language(language)))
    });
    Fault::at(at, "wrong_type", text!("type-expected", expected = expected, found = type_of(found)))
}

fn type_of(kind: JsonType) -> Label {
    match kind {
        JsonType::Null => label!("json-null"),
        JsonType::Boolean => label!("json-boolean"),
        JsonType::Integer => label!("json-integer"),
        JsonType::Number => label!("json-number"),
        JsonType::String => label!("json-string"),
        JsonType::Array => label!("json-array"),
        JsonType::Object => label!("json-object"),
    }
}

fn unknown_word(at: &str, options: &Value) -> Fault {
    let words: Vec<String> = options
        .as_array()
        .into_iter()
        .flatten()
        .map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned))
        .collect();
    if words.len() > WORDS_SPELT_OUT {
        let count = words.len();
        return Fault::at(at, "unknown_word", text!("word-unknown", count = count));
    }
    let words = words.join(", ");
    Fault::at(at, "unknown_word", text!("words-possible", words = words))
}

fn format_fault(at: &str, format: &str, instance: &Value) -> Fault {
    match format {
        "date-time" => time(at, instance.as_str().unwrap_or_default()),
        "uuid" => Fault::at(at, "uuid_malformed", text!("uuid-malformed")),
        _ => Fault::at(at, "format_mismatch", text!("format-mismatch", format = format)),
    }
}

fn time(at: &str, text: &str) -> Fault {
    match Time::parse(text) {
        Err(TimeFault::NoOffset) => Fault::at(at, "time_without_offset", text!("time-offset-missing")),
        _ => Fault::at(at, "time_malformed", text!("time-malformed")),
    }
}

/// A character that PostgreSQL can't keep in a text; refused everywhere, so that both stores hold the same.
pub(crate) fn nul(at: &str) -> Fault {
    Fault::at(at, "nul_character", text!("nul-not-taken"))
}
