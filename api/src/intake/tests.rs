//! Whatever comes in is taken or refused in order: the way of a report from its bytes to its judgement.

use std::sync::OnceLock;

use actix_web::web::Bytes;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::*;
use crate::input::{Schemas, parse_json};
use crate::problem::Place;

fn schemas() -> &'static Schemas {
    static SCHEMAS: OnceLock<Schemas> = OnceLock::new();
    SCHEMAS.get_or_init(|| crate::contract::schemas(&crate::server::openapi_document().unwrap()).unwrap())
}

fn complete() -> Value {
    json!({
        "description": "Реєстр недоступний, файли зашифровано.", "title": "Реєстр недоступний", "language": "uk",
        "became_aware_at": "2026-11-23T04:10:00+02:00", "detected_at": "2026-11-23T04:05:00+02:00",
        "started_at": "2026-11-23T02:00:00Z", "sector": "registries", "other_sectors": ["government"],
        "affected_services": ["civil-status register"], "regions": ["UA-30"], "symptoms": ["data_destroyed", "service_down"],
        "danger_to_life": false, "classification": {"class": "availability", "type": "sabotage"},
        "impact": {"functional_impact": "denial_of_critical_services_or_loss_of_control", "recoverability": "extended"},
        "affected_systems": 120, "affected_users": 5_000_000, "data_types": ["personal"], "suspected_malicious": true,
        "indicators": [
            {"type": "ipv4", "value": "203.0.113[.]7", "description": "staging host"},
            {"type": "url", "value": "hxxp://evil[.]example/drop"}
        ],
        "measures_taken": "Сервери від’єднано від мережі.", "assistance_requested": ["incident_response"], "tlp": "amber",
        "contact": {"name": "Черговий", "role": "duty officer", "phone": "+380441234567", "email": "duty@example.org"},
        "external_ref": "HD-2231", "exercise": false
    })
}

/// The handler's own way, but for whom the report is about.
fn judged(bytes: &[u8], lenient: bool) -> Result<Vec<StoredWarning>, Problem> {
    let checked = schemas().check::<ReportInput>(parse_json(bytes)?, Bytes::copy_from_slice(bytes))?;
    let now = Time::parse("2026-11-23T12:00:00Z").unwrap();
    let parsed = parse(&ReportFields::from(checked.value.clone()), &Circumstances { now, current: None });
    accept(checked, &parsed, Vec::new(), lenient)
}

/// A fault is at something that is there, or at a member that is missing where it could stand.
fn is_a_place(body: &Value, pointer: &str) -> bool {
    let missing = || {
        let (outer, _) = pointer.rsplit_once('/')?;
        body.pointer(outer).map(|outer| outer.is_object() || outer.is_array())
    };
    body.pointer(pointer).is_some() || missing() == Some(true)
}

fn orderly(bytes: &[u8]) -> Result<(), TestCaseError> {
    let (strict, lenient) = (judged(bytes, false), judged(bytes, true));
    for problem in [strict.as_ref().err(), lenient.as_ref().err()].into_iter().flatten() {
        prop_assert!([400, 422].contains(&problem.status()), "{:?}", problem);
        prop_assert!(problem.status() != 422 || !problem.error_items().is_empty());
        let Ok(body) = parse_json(bytes) else { continue };
        for item in problem.error_items() {
            let Place::Pointer(pointer) = &item.place else { return Err(TestCaseError::fail("no pointer")) };
            prop_assert!(is_a_place(&body, pointer), "{pointer} in {body}");
            prop_assert!(!item.detail.en().is_empty() && !item.detail.uk().is_empty());
        }
    }
    match (&strict, &lenient) {
        (Ok(doubts), taken) => prop_assert_eq!(taken.as_ref().ok(), Some(doubts), "leniently the same"),
        (Err(_), Ok(warnings)) => prop_assert!(!warnings.is_empty(), "what was left out is said"),
        (Err(_), Err(_)) => {}
    }
    Ok(())
}

/// Values of every kind, and those that are nearly right somewhere.
fn values() -> impl Strategy<Value = Value> {
    let words = select(vec![
        "",
        " ",
        "x",
        "\u{0}",
        "amber",
        "uk",
        "energy",
        "UA-30",
        "ipv4",
        "203.0.113.7",
        "2026-11-23T04:10:00Z",
        "2026-11-23",
        "9999-12-31T23:59:59Z",
        "phishing",
        "type",
        "a@b",
        "+380",
        "🚑",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        (195_usize..205).prop_map(|length| Value::from("ї".repeat(length))),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((names(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn names() -> impl Strategy<Value = String> {
    let known =
        select(vec!["description", "type", "value", "name", "class", "tlp", "indicators", "a/b", "c~d", "", "0", "-"]);
    prop_oneof![known.prop_map(str::to_owned), "\\PC{0,5}"]
}

/// Where anything could be put: at every value, and beside it.
fn places(value: &Value, at: String, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                places(member, format!("{at}/{}", crate::input::escape(name)), into);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, format!("{at}/{index}"), into);
            }
        }
        _ => {}
    }
    into.push(at);
}

fn bend(report: &mut Value, place: Index, how: u8, name: String, value: Value) {
    let mut found = Vec::new();
    places(report, String::new(), &mut found);
    let pointer = place.get(&found).clone();
    let Some(at) = report.pointer_mut(&pointer) else { return };
    match (how, at) {
        (0, Value::Object(members)) => drop(members.insert(name, value)),
        (0, Value::Array(items)) => items.push(value),
        (1, Value::Object(members)) => drop(members.remove(&name)),
        (1, Value::Array(items)) => drop(items.pop()),
        (2, Value::Array(items)) if !items.is_empty() => {
            let again = items.clone();
            (0..30).for_each(|_| items.extend(again.iter().cloned()));
        }
        (_, at) => *at = value,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_bent_report_is_taken_or_refused_in_order(
        bends in prop::collection::vec((any::<Index>(), 0..4_u8, names(), values()), 0..6),
    ) {
        let mut report = complete();
        for (place, how, name, value) in bends {
            bend(&mut report, place, how, name, value);
        }
        orderly(report.to_string().as_bytes())?;
    }

    #[test]
    fn bytes_that_were_changed_on_their_way_are_too(
        changes in prop::collection::vec((any::<Index>(), any::<u8>(), 0..3_u8), 1..4),
    ) {
        let mut bytes = complete().to_string().into_bytes();
        for (place, byte, how) in changes {
            let at = place.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
        }
        orderly(&bytes)?;
    }

    #[test]
    fn and_so_is_anything_at_all(bytes in prop::collection::vec(any::<u8>(), 0..200), value in values()) {
        orderly(&bytes)?;
        orderly(value.to_string().as_bytes())?;
    }
}

#[test]
fn a_whole_report_is_taken_either_way() {
    let bytes = complete().to_string();
    assert_eq!(judged(bytes.as_bytes(), false).unwrap(), judged(bytes.as_bytes(), true).unwrap());
}
