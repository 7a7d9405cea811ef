use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::report::{FollowUpInput, ReportInput};

fn now() -> Time {
    Time::parse("2026-11-23T12:00:00Z").unwrap()
}

fn initial(report: Value) -> Parsed {
    let input: ReportInput = serde_json::from_value(report).unwrap();
    parse(&input.into(), &Circumstances { now: now(), current: None })
}

fn follow_up(report: Value, current: &Content) -> Parsed {
    let input: FollowUpInput = serde_json::from_value(report).unwrap();
    parse(&input.into(), &Circumstances { now: now(), current: Some(current) })
}

fn places(faults: &[Fault]) -> Vec<(&str, &str)> {
    faults.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect()
}

fn hours_ahead(hours: f64) -> String {
    Time::from_micros(now().as_micros() + (hours * 3.6e9) as i64).to_string()
}

#[test]
fn a_description_is_enough() {
    let parsed = initial(json!({"description": "  Все зашифровано\n"}));
    assert!(parsed.faults.is_empty() && parsed.warnings.is_empty());
    assert_eq!(parsed.change.description.as_deref(), Some("  Все зашифровано\n"), "texts are kept as they are");
    assert_eq!(parsed.change, Change { description: parsed.change.description.clone(), ..Default::default() });
}

#[test]
fn all_faults_are_named_at_once_each_at_its_place() {
    let parsed = initial(json!({
        "description": " \n",
        "title": "a\u{0}",
        "language": "Ukrainian!",
        "became_aware_at": "2026-11-23T04:10:00",
        "detected_at": "yesterday",
        "started_at": "1999-12-31T23:59:59Z",
        "notified_at": hours_ahead(25.0),
        "classification": {"class": "fraud", "type": "ddos"},
        "affected_services": ["mail", "\u{0}"],
        "indicators": [
            {"type": "ipv4", "value": "203.0.113[.]7"},
            {"type": "domain", "value": "203.0.113.7"},
            {"type": "filename", "value": "a\u{0}"},
            {"type": "cve", "value": "CVE-2021-44228", "retracted": true}
        ],
        "contact": {"phone": "none", "email": "nobody"}
    }));
    let mut found = places(&parsed.faults);
    found.sort_unstable();
    let expected = [
        ("/affected_services/1", "nul_character"),
        ("/became_aware_at", "time_without_offset"),
        ("/classification/type", "type_not_of_class"),
        ("/contact/email", "email_implausible"),
        ("/contact/phone", "phone_implausible"),
        ("/description", "blank"),
        ("/detected_at", "time_malformed"),
        ("/indicators/1/value", "indicator_malformed"),
        ("/indicators/2/value", "nul_character"),
        ("/indicators/3/retracted", "nothing_to_retract"),
        ("/language", "language_malformed"),
        ("/notified_at", "time_in_future"),
        ("/started_at", "time_too_early"),
        ("/title", "nul_character"),
    ];
    assert_eq!(found, expected);
    for fault in &parsed.faults {
        assert!(fault.detail.uk().chars().any(|c| ('а'..='я').contains(&c)), "{}", fault.code);
        assert!(!fault.detail.en().is_empty() && fault.detail.en() != fault.detail.uk(), "{}", fault.code);
    }
}

#[test]
fn a_time_without_offset_is_answered_with_an_example() {
    let parsed = initial(json!({"description": "x", "detected_at": "2026-11-23T04:10:00"}));
    assert!(parsed.faults[0].detail.en().contains("2026-11-23T04:10:00+02:00"));
    assert!(parsed.faults[0].detail.uk().contains("2026-11-23T04:10:00+02:00"));
}

#[test]
fn a_time_ahead_is_taken_then_warned_of_then_refused() {
    for (hours, warnings, faults) in [(0.08, 0, 0), (0.1, 1, 0), (23.9, 1, 0), (24.1, 0, 1)] {
        let parsed = initial(json!({"description": "x", "became_aware_at": hours_ahead(hours)}));
        assert_eq!((parsed.warnings.len(), parsed.faults.len()), (warnings, faults), "{hours}");
        assert_eq!(parsed.change.became_aware_at.is_some(), faults == 0);
    }
}

#[test]
fn times_stand_in_their_order() {
    let order = |started: i64, detected: i64, aware: i64| {
        let at = |hours: i64| now().plus_seconds(hours * 3_600).to_string();
        let parsed = initial(json!({
            "description": "x", "started_at": at(started), "detected_at": at(detected), "became_aware_at": at(aware)
        }));
        parsed.faults.iter().map(|fault| fault.pointer.clone()).collect::<Vec<_>>()
    };
    assert!(order(-3, -2, -1).is_empty());
    assert!(order(-1, -1, -1).is_empty());
    assert_eq!(order(-1, -2, -1), ["/started_at"]);
    assert_eq!(order(-3, -1, -2), ["/detected_at"]);
    assert_eq!(order(-1, -2, -3), ["/started_at", "/detected_at"]);
    let parsed =
        initial(json!({"description": "x", "started_at": hours_ahead(-1.0), "became_aware_at": hours_ahead(-2.0)}));
    assert_eq!(places(&parsed.faults), [("/started_at", "time_order")]);
}

#[test]
fn a_follow_up_is_judged_against_what_is_known() {
    let current = Content { detected_at: Some(now().plus_seconds(-3_600)), ..Default::default() };
    let early = now().plus_seconds(-7_200).to_string();
    let parsed = follow_up(json!({"stage": "update", "became_aware_at": early}), &current);
    assert_eq!(places(&parsed.faults), [("/became_aware_at", "time_order")]);
    let parsed = follow_up(json!({"stage": "update", "became_aware_at": early, "clear": ["/detected_at"]}), &current);
    assert!(parsed.faults.is_empty());
    let parsed = follow_up(json!({"stage": "update", "title": "x"}), &current);
    assert!(parsed.faults.is_empty() && parsed.change.description.is_none());
}

#[test]
fn what_cannot_be_removed_is_said() {
    let clear = [
        "/contact",
        "/description",
        "/impact/recoverability",
        "/nonsense",
        "contact",
        "/impact/x",
        "/regions/0",
        "",
        "/",
    ];
    let parsed = follow_up(json!({"stage": "update", "clear": clear}), &Content::default());
    assert_eq!(parsed.clear, ["/contact", "/impact/recoverability"]);
    let refused: Vec<&str> = parsed.faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(refused, ["/clear/1", "/clear/3", "/clear/4", "/clear/5", "/clear/6", "/clear/7", "/clear/8"]);
    assert!(parsed.faults.iter().all(|fault| fault.code == "cannot_clear"));
}

#[test]
fn optional_blanks_count_as_left_out_and_doubles_once() {
    let parsed = initial(json!({
        "description": "x", "title": " ", "external_ref": " HD-1 ", "measures_taken": "", "language": "UA",
        "affected_services": ["mail", " ", "mail ", "web"], "regions": ["UA-30", "UA-46", "UA-30"],
        "contact": {"name": " "}, "classification": {"class": "fraud", "type": ""}
    }));
    assert!(parsed.faults.is_empty(), "{:?}", parsed.faults);
    let change = parsed.change;
    assert_eq!((change.title, change.measures_taken, change.contact), (None, None, None));
    assert_eq!((change.external_ref.as_deref(), change.language.as_deref()), (Some("HD-1"), Some("uk")));
    assert_eq!(change.affected_services.unwrap(), ["mail", "web"]);
    assert_eq!(change.regions.unwrap().len(), 2);
}

#[test]
fn indicators_keep_what_was_sent_and_stand_once() {
    let parsed = follow_up(
        json!({"stage": "update", "indicators": [
            {"type": "ipv4", "value": "203.0.113[.]7", "description": "first"},
            {"type": "domain", "value": "evil.example"},
            {"type": "ipv4", "value": "203.0.113.7", "retracted": true}
        ]}),
        &Content::default(),
    );
    assert_eq!(parsed.indicators.len(), 2);
    assert!(parsed.indicators[0].retracted && parsed.indicators[0].original.is_none());
    assert_eq!(parsed.indicators[1].value, "evil.example");
    let parsed = initial(json!({"description": "x", "indicators": [{"type": "ipv4", "value": "203.0.113[.]7"}]}));
    assert_eq!(parsed.indicators[0].original.as_deref(), Some("203.0.113[.]7"));
}

#[test]
fn an_unregistered_institution_needs_a_name() {
    let parsed = initial(
        json!({"description": "x", "on_behalf_of": {"name": " ", "phone": "+380 44"}, "reported_via": "telephone"}),
    );
    assert_eq!(places(&parsed.faults), [("/on_behalf_of/name", "blank")]);
    assert_eq!(parsed.reported_via.as_deref(), Some("telephone"));
}

/// Takes out what a fault points at, or the item around it where the member itself is mandatory, as lenient intake
/// does.
fn prune(report: &mut Value, faults: &[Fault]) {
    let mut places: Vec<Vec<&str>> = faults.iter().map(|fault| fault.pointer.split('/').skip(1).collect()).collect();
    for place in &mut places {
        if place[0] == "indicators" {
            place.truncate(2);
        }
    }
    places.sort_by_key(|place| std::cmp::Reverse(place.get(1).and_then(|at| at.parse::<usize>().ok())));
    places.dedup();
    for place in places {
        match place.as_slice() {
            [member] => drop(report.as_object_mut().unwrap().remove(*member)),
            [member, at] => match &mut report[*member] {
                Value::Array(items) => drop(items.remove(at.parse().unwrap())),
                Value::Object(members) => drop(members.remove(*at)),
                other => panic!("{other}"),
            },
            other => panic!("{other:?}"),
        }
    }
}

fn time_text() -> impl Strategy<Value = String> {
    prop_oneof![
        (-500..30_i32).prop_map(|hours| hours_ahead(f64::from(hours))),
        Just("2026-11-23T04:10:00".to_owned()),
        Just("nonsense".to_owned()),
        Just("1999-01-01T00:00:00Z".to_owned()),
    ]
}

fn report() -> impl Strategy<Value = Value> {
    let word =
        || prop_oneof![Just("пошта".to_owned()), Just("\u{0}".to_owned()), Just(" ".to_owned()), any::<String>()];
    let times = (time_text(), time_text(), time_text());
    let indicator = (prop::sample::select(vec!["ipv4", "url", "cve", "filename"]), word())
        .prop_map(|(kind, value)| json!({"type": kind, "value": value}));
    let lists = (prop::collection::vec(word(), 0..4), prop::collection::vec(indicator, 0..5));
    (word(), word(), times, lists, (word(), word()), prop::sample::select(vec!["ddos", "phishing", "x"])).prop_map(
        |(title, language, (started, detected, aware), (services, indicators), (phone, email), kind)| {
            json!({
                "description": "x", "title": title, "language": language, "started_at": started,
                "detected_at": detected, "became_aware_at": aware, "affected_services": services,
                "indicators": indicators,
                "classification": {"class": "availability", "type": kind}, "contact": {"phone": phone, "email": email}
            })
        },
    )
}

proptest! {
    #[test]
    fn without_what_the_faults_point_at_a_report_has_none(mut report in report()) {
        let parsed = initial(report.clone());
        prune(&mut report, &parsed.faults);
        let again = initial(report.clone());
        prop_assert!(again.faults.is_empty(), "{:?} in {report}", again.faults);
    }
}
