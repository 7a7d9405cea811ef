use serde_json::{Value, json};
use utoipa::PartialSchema;

use super::*;

fn schema<T: PartialSchema>() -> Value {
    serde_json::to_value(T::schema()).unwrap()
}

/// The initial report as the surface describes it, with every member.
fn whole() -> Value {
    json!({
        "description": "Реєстр недоступний із 04:00", "title": "Реєстр недоступний", "language": "uk",
        "became_aware_at": "2026-11-23T04:10:00+02:00", "detected_at": "2026-11-23T04:05:00+02:00",
        "started_at": "2026-11-23T03:00:00+02:00", "sector": "registries", "other_sectors": ["government"],
        "affected_services": ["civil-status register"], "regions": ["UA-30"],
        "symptoms": ["data_destroyed", "service_down"], "danger_to_life": false,
        "classification": {"class": "availability", "type": "sabotage"},
        "impact": {
            "functional_impact": "denial_of_critical_services_or_loss_of_control", "recoverability": "extended"},
        "affected_systems": 120, "affected_users": 5_000_000, "data_types": ["personal"],
        "suspected_malicious": true, "cross_border": false,
        "indicators": [{"type": "ipv4", "value": "203.0.113[.]7", "description": "staging host"}],
        "measures_taken": "Сервери від’єднано", "assistance_requested": ["incident_response"],
        "tlp": "white", "pap": "amber",
        "contact": {"name": "Чергова зміна", "role": "duty officer", "phone": "+380", "email": "duty@registry.example"},
        "external_ref": "HD-2231", "exercise": false
    })
}

#[test]
fn every_member_is_read() {
    let input: ReportInput = serde_json::from_value(whole()).unwrap();
    assert_eq!(input.tlp, Some(Tlp::Clear));
    let mut follow_up = whole();
    follow_up["stage"] = json!("interim");
    follow_up["clear"] = json!(["/contact"]);
    let input: FollowUpInput = serde_json::from_value(follow_up).unwrap();
    assert_eq!(ReportFields::from(input).stage, Stage::Interim);
}

#[test]
fn the_coordinator_names_an_institution_by_id_or_by_name() {
    let read = |value: Value| serde_json::from_value::<OnBehalfOf>(value).unwrap();
    let id = "0199a0a0-0000-7000-8000-000000000001";
    assert!(matches!(read(json!(id)), OnBehalfOf::Institution(InstitutionId(uuid)) if uuid.to_string() == id));
    assert!(matches!(read(json!({"name": "Лікарня", "phone": "+380"})), OnBehalfOf::Unregistered(_)));
    assert!(serde_json::from_value::<OnBehalfOf>(json!({"name": "x", "edrpou": "00000000"})).is_err());
}

#[test]
fn unknown_members_are_refused_and_only_the_description_is_mandatory() {
    for value in [
        json!({"description": "x", "severity": 5}),
        json!({"title": "x"}),
        json!({"description": "x", "stage": "final"}),
    ] {
        assert!(serde_json::from_value::<ReportInput>(value).is_err());
    }
    assert!(serde_json::from_value::<ReportInput>(json!({"description": "x"})).is_ok());
    assert!(serde_json::from_value::<FollowUpInput>(json!({"stage": "update"})).is_ok());
    assert!(serde_json::from_value::<FollowUpInput>(json!({"stage": "initial"})).is_err());
    assert_eq!(schema::<ReportInput>()["required"], json!(["description"]));
    assert_eq!(schema::<FollowUpInput>()["required"], json!(["stage"]));
}

/// Every text, list and number of the schema has a limit; nothing may be null; no object stands inline.
fn assert_limited(name: &str, schema: &Value) {
    assert_eq!(schema["additionalProperties"], json!(false), "{name}");
    for (member, sub) in schema["properties"].as_object().unwrap() {
        let place = format!("{name}.{member}");
        match sub.get("type").and_then(Value::as_str) {
            Some("string") => assert!(sub.get("maxLength").is_some(), "{place}"),
            Some("array") => {
                assert!(sub.get("maxItems").is_some() && sub["items"].get("$ref").is_some(), "{place}");
            }
            Some("integer") => {
                assert!(["minimum", "maximum", "format"].iter().all(|key| sub.get(key).is_some()), "{place}");
            }
            Some("boolean") => {}
            _ => assert!(sub.get("$ref").is_some(), "{place}: {sub}"),
        }
    }
}

#[test]
fn the_schemas_carry_every_limit() {
    assert_limited("ReportInput", &schema::<ReportInput>());
    assert_limited("FollowUpInput", &schema::<FollowUpInput>());
    assert_limited("IndicatorInput", &schema::<IndicatorInput>());
    assert_limited("ClassificationInput", &schema::<ClassificationInput>());
    assert_limited("ContactInput", &schema::<ContactInput>());
    assert_limited("ImpactAnswersInput", &schema::<ImpactAnswersInput>());
    assert_limited("UnregisteredInstitution", &schema::<UnregisteredInstitution>());
    let report = schema::<ReportInput>();
    assert_eq!(report["properties"]["tlp"]["$ref"], "#/components/schemas/TlpInput");
    assert_eq!(report["properties"]["became_aware_at"]["$ref"], "#/components/schemas/Time");
    assert_eq!(report["properties"]["affected_users"]["maximum"], json!(9_007_199_254_740_991_u64));
}
