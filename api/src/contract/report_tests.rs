#![allow(unused_qualifications, reason = "the macros of utoipa write paths out in full")]

//! The report of the field itself, through the whole chain: type, document, judgement.

use super::*;

use actix_web::web::Bytes;
use actix_web::{App, post};
use utoipa_actix_web::AppExt;
use zvit_domain::report::{FollowUpInput, ReportInput};

use crate::input::{Body, Checked};

/// Report
#[utoipa::path(request_body = ReportInput, responses((status = 204, description = "Taken")))]
#[post("/v1/incidents")]
async fn create_incident(_body: Body) -> Bytes {
    Bytes::new()
}

/// Follow up
#[utoipa::path(request_body = FollowUpInput, responses((status = 204, description = "Taken")))]
#[post("/v1/incidents/reports")]
async fn create_report(_body: Body) -> Bytes {
    Bytes::new()
}

fn known() -> Schemas {
    let app = App::new().into_utoipa_app().service(create_incident).service(create_report);
    let row = |id, path| Operation { id, method: "POST", path, access: tests::clients(&[]) };
    let table = [row("create_incident", "/v1/incidents"), row("create_report", "/v1/incidents/reports")];
    let document = finish_with(app.split_for_parts().1, &[&table[0], &table[1]]).unwrap();
    schemas(&document).unwrap()
}

fn report() -> Value {
    json!({
        "description": "Реєстр недоступний, файли зашифровано.", "title": "Реєстр недоступний", "language": "uk",
        "became_aware_at": "2026-11-23T04:10:00+02:00", "detected_at": "2026-11-23T04:05:00+02:00", "started_at": "2026-11-23T02:00:00Z",
        "sector": "registries", "other_sectors": ["government"], "affected_services": ["civil-status register"], "regions": ["UA-30"],
        "symptoms": ["data_destroyed", "service_down"], "danger_to_life": false,
        "classification": {"class": "availability", "type": "sabotage"},
        "impact": {
            "functional_impact": "denial_of_critical_services_or_loss_of_control", "observed_activity": "effect",
            "location_of_observed_activity": "level_6_critical_systems", "actor_characterization": "apt_targeted",
            "information_impact": "destruction_of_critical_system", "recoverability": "extended", "potential_impact": "severe"
        },
        "affected_systems": 120, "affected_users": 5_000_000, "data_types": ["personal"], "suspected_malicious": true, "cross_border": false,
        "indicators": [{"type": "ipv4", "value": "203.0.113[.]7", "description": "staging host"}],
        "measures_taken": "Сервери від’єднано від мережі.", "assistance_requested": ["incident_response", "satellite_communications"],
        "tlp": "amber", "pap": "amber",
        "contact": {"name": "Черговий", "role": "duty officer", "phone": "+380441234567", "email": "duty@example.org"},
        "external_ref": "HD-2231", "exercise": false
    })
}

fn check(schemas: &Schemas, value: Value) -> Checked<ReportInput> {
    schemas.check(value, Bytes::new()).unwrap()
}

#[test]
fn a_complete_report_has_no_fault() {
    let schemas = known();
    let checked = check(&schemas, report());
    assert_eq!(checked.faults, []);
    assert_eq!(serde_json::to_value(checked.strict(vec![]).unwrap()).unwrap(), report());
    assert!(check(&schemas, json!({"description": "x"})).strict(vec![]).is_ok());
}

#[test]
fn any_single_faulty_optional_member_leaves_a_report_that_can_be_accepted() {
    let schemas = known();
    let whole = report();
    for (name, _) in whole.as_object().unwrap() {
        for bad in [json!(null), json!({"nonsense": [1]}), json!(-7.5), json!("\u{0}"), json!([null])] {
            let mut faulty = whole.clone();
            faulty[name] = bad.clone();
            let checked = check(&schemas, faulty);
            assert!(!checked.faults.is_empty(), "{name} = {bad}");
            assert!(
                checked.faults.iter().all(|fault| fault.pointer.starts_with(&format!("/{name}"))),
                "{name} = {bad}: {:?}",
                checked.faults
            );
            let taken = checked.lenient(vec![]);
            assert_eq!(taken.is_ok(), name != "description", "{name} = {bad}");
            if let Ok((value, _)) = taken {
                assert_eq!(value.description, "Реєстр недоступний, файли зашифровано.");
            }
        }
    }
}

#[test]
fn a_follow_up_needs_its_stage() {
    let schemas = known();
    let none = schemas.check::<FollowUpInput>(json!({"description": "x"}), Bytes::new()).unwrap();
    assert_eq!(none.mandatory().iter().map(|fault| fault.pointer.as_str()).collect::<Vec<_>>(), ["/stage"]);
    assert!(none.lenient(vec![]).is_err());
    let update = schemas.check::<FollowUpInput>(json!({"stage": "update", "clear": ["/contact"]}), Bytes::new());
    assert!(update.unwrap().strict(vec![]).is_ok());
}

#[test]
fn limits_are_those_of_the_surface() {
    let schemas = known();
    let codes = |value: Value| {
        check(&schemas, value).faults.iter().map(|f| format!("{} {}", f.pointer, f.code)).collect::<Vec<_>>()
    };
    let long = |n: usize| "ї".repeat(n);
    assert!(codes(json!({"description": long(20_000), "title": long(200), "measures_taken": long(20_000)})).is_empty());
    assert_eq!(codes(json!({"description": long(20_001)})), ["/description too_long"]);
    assert_eq!(codes(json!({"description": "x", "title": long(201)})), ["/title too_long"]);
    assert_eq!(codes(json!({"description": "x", "external_ref": long(201)})), ["/external_ref too_long"]);
    let indicator = json!({"type": "ipv4", "value": "203.0.113.7"});
    assert!(codes(json!({"description": "x", "indicators": vec![indicator.clone(); 1_000]})).is_empty());
    assert_eq!(
        codes(json!({"description": "x", "indicators": vec![indicator; 1_001]})),
        ["/indicators too_many_items"]
    );
    assert_eq!(
        codes(json!({"description": "x", "affected_services": vec!["s"; 21]})),
        ["/affected_services too_many_items"]
    );
}
