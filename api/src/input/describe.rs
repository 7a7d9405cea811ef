//! What a JSON Schema validator finds, said to people: where it is, a stable code, and what would be right.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;
use zvit_domain::fault::Fault;
use zvit_domain::time::{Time, TimeFault};

use super::json::escape;

/// A vocabulary of up to so many words is spelt out in the detail.
const WORDS_SPELT_OUT: usize = 15;

/// The faults behind one error of the validator: one per member that is at fault.
pub(crate) fn faults_of(error: &ValidationError<'_>, into: &mut Vec<Fault>) {
    let at = error.instance_path().as_str();
    match error.kind() {
        Kind::Required { property } => {
            let pointer = format!("{at}/{}", escape(property.as_str().unwrap_or_default()));
            into.push(Fault::new(pointer, "missing", "This member is needed.", "Цей елемент є обов’язковим."));
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                let pointer = format!("{at}/{}", escape(name));
                into.push(Fault::new(
                    pointer,
                    "unknown_member",
                    "There is no such member here.",
                    "Тут немає такого елемента.",
                ));
            }
        }
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => alternatives(at, context, error.instance(), into),
        _ if error.instance().is_null() => into.push(null(at)),
        kind => into.push(single(at, kind, error.instance())),
    }
}

fn null(at: &str) -> Fault {
    Fault::new(
        at,
        "null_not_allowed",
        "null is not taken: leave the member out.",
        "Значення null не приймається: просто не зазначайте цей елемент.",
    )
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
        None => into.push(Fault::new(
            at,
            "no_alternative_fits",
            "This fits none of the forms that are possible here.",
            "Це не відповідає жодній із можливих тут форм.",
        )),
    }
}

fn single(at: &str, kind: &Kind, instance: &Value) -> Fault {
    match kind {
        Kind::Type { kind } => wrong_type(at, kind, instance),
        Kind::Enum { options } => unknown_word(at, options),
        Kind::Constant { expected_value } => Fault::new(
            at,
            "unknown_word",
            format!("Only {expected_value} is possible here."),
            format!("Тут можливе лише значення {expected_value}."),
        ),
        Kind::Format { format } => format_fault(at, format, instance),
        Kind::Pattern { pattern } => Fault::new(
            at,
            "pattern_mismatch",
            format!("The text must match the pattern {pattern}"),
            format!("Текст має відповідати шаблону {pattern}"),
        ),
        kind => limit(at, kind).unwrap_or_else(|| {
            Fault::new(at, "not_allowed", "This value is not possible here.", "Таке значення тут неможливе.")
        }),
    }
}

fn limit(at: &str, kind: &Kind) -> Option<Fault> {
    let (code, en, uk) = match kind {
        Kind::MaxLength { limit } => {
            ("too_long", format!("At most {limit} characters."), format!("Найбільша кількість символів: {limit}."))
        }
        Kind::MinLength { limit } => {
            ("too_short", format!("At least {limit} characters."), format!("Найменша кількість символів: {limit}."))
        }
        Kind::MaxItems { limit } => {
            ("too_many_items", format!("At most {limit} items."), format!("Найбільша кількість елементів: {limit}."))
        }
        Kind::MinItems { limit } => {
            ("too_few_items", format!("At least {limit} items."), format!("Найменша кількість елементів: {limit}."))
        }
        Kind::MaxProperties { limit } => {
            ("too_many_members", format!("At most {limit} members."), format!("Найбільша кількість полів: {limit}."))
        }
        Kind::MinProperties { limit } => {
            ("too_few_members", format!("At least {limit} members."), format!("Найменша кількість полів: {limit}."))
        }
        Kind::Maximum { limit } => ("too_large", format!("At most {limit}."), format!("Не більше ніж {limit}.")),
        Kind::Minimum { limit } => ("too_small", format!("At least {limit}."), format!("Не менше ніж {limit}.")),
        Kind::ExclusiveMaximum { limit } => ("too_large", format!("Less than {limit}."), format!("Менше ніж {limit}.")),
        Kind::ExclusiveMinimum { limit } => {
            ("too_small", format!("More than {limit}."), format!("Більше ніж {limit}."))
        }
        Kind::UniqueItems => {
            ("duplicate_items", "No item may stand twice.".into(), "Елементи не мають повторюватися.".into())
        }
        _ => return None,
    };
    Some(Fault::new(at, code, en, uk))
}

fn wrong_type(at: &str, expected: &TypeKind, instance: &Value) -> Fault {
    let expected: Vec<JsonType> = match expected {
        TypeKind::Single(one) => vec![*one],
        TypeKind::Multiple(set) => set.iter().collect(),
    };
    let names =
        |name: fn(JsonType) -> &'static str, or: &str| expected.iter().map(|t| name(*t)).collect::<Vec<_>>().join(or);
    let found = match instance {
        Value::Null => JsonType::Null,
        Value::Bool(_) => JsonType::Boolean,
        Value::Number(_) => JsonType::Number,
        Value::String(_) => JsonType::String,
        Value::Array(_) => JsonType::Array,
        Value::Object(_) => JsonType::Object,
    };
    let (en, uk) = (names(type_en, " or "), names(type_uk, " або "));
    Fault::new(
        at,
        "wrong_type",
        format!("Expected: {en}; found: {}.", type_en(found)),
        format!("Очікується: {uk}; отримано: {}.", type_uk(found)),
    )
}

fn type_en(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Null => "null",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::String => "a string",
        JsonType::Array => "an array",
        JsonType::Object => "an object",
    }
}

fn type_uk(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Null => "null",
        JsonType::Boolean => "true або false",
        JsonType::Integer => "ціле число",
        JsonType::Number => "число",
        JsonType::String => "рядок",
        JsonType::Array => "масив",
        JsonType::Object => "об’єкт",
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
        return Fault::new(
            at,
            "unknown_word",
            format!("Not one of the {count} words of this vocabulary; GET /v1/vocabularies lists them."),
            format!(
                "Такого значення немає в цьому словнику (усього значень: {count}); перелік дає GET /v1/vocabularies."
            ),
        );
    }
    let words = words.join(", ");
    Fault::new(at, "unknown_word", format!("Possible are: {words}."), format!("Можливі значення: {words}."))
}

fn format_fault(at: &str, format: &str, instance: &Value) -> Fault {
    match format {
        "date-time" => time(at, instance.as_str().unwrap_or_default()),
        "uuid" => Fault::new(
            at,
            "uuid_malformed",
            "Not a UUID such as 01930c2e-5b7a-7c3e-8f21-4d6a9b0c1e2f.",
            "Це не UUID на зразок 01930c2e-5b7a-7c3e-8f21-4d6a9b0c1e2f.",
        ),
        _ => Fault::new(
            at,
            "format_mismatch",
            format!("Not of the format {format}."),
            format!("Не відповідає формату {format}."),
        ),
    }
}

fn time(at: &str, text: &str) -> Fault {
    match Time::parse(text) {
        Err(TimeFault::NoOffset) => Fault::new(
            at,
            "time_without_offset",
            "The offset from UTC is missing: write 2026-11-23T04:10:00+02:00 or 2026-11-23T02:10:00Z.",
            "Не зазначено зсув від UTC: напишіть 2026-11-23T04:10:00+02:00 або 2026-11-23T02:10:00Z.",
        ),
        _ => Fault::new(
            at,
            "time_malformed",
            "Not a date and time of RFC 3339 such as 2026-11-23T04:10:00+02:00.",
            "Це не дата й час за RFC 3339 на зразок 2026-11-23T04:10:00+02:00.",
        ),
    }
}

/// A character that PostgreSQL can't keep in a text; refused everywhere, so that both stores hold the same.
pub(crate) fn nul(at: &str) -> Fault {
    Fault::new(at, "nul_character", "The character U+0000 is not taken.", "Символ U+0000 не приймається.")
}
