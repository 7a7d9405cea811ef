use super::*;
use serde::Deserialize;
use serde_json::json;
use zvit_domain::word::Text;

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Report {
    description: String,
    title: Option<String>,
    level: Option<u8>,
    at: Option<String>,
    by: Option<String>,
    contact: Option<Contact>,
    nothing: Option<Nothing>,
    #[serde(default)]
    symptoms: Vec<Symptom>,
    target: Option<Target>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Contact {
    name: String,
    email: Option<String>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Symptom {
    DataEncrypted,
    ServiceDown,
}

#[derive(Deserialize, Debug)]
#[serde(untagged)]
#[allow(dead_code)]
enum Target {
    Host { kind: String, host: String },
    Net { kind: String, net: String },
}

impl utoipa::PartialSchema for Report {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::schema::Object::new().into()
    }
}

impl ToSchema for Report {}

fn schemas() -> Schemas {
    let components = json!({
        "Report": {
            "type": "object", "required": ["description"], "additionalProperties": false,
            "properties": {
                "description": {"type": "string", "minLength": 1, "maxLength": 10},
                "title": {"type": "string", "maxLength": 5},
                "level": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 5},
                "at": {"type": "string", "format": "date-time"},
                "by": {"type": "string", "format": "uuid", "maxLength": 36},
                "contact": {"$ref": "#/components/schemas/Contact"},
                "nothing": {"type": "object", "additionalProperties": false},
                "symptoms": {"type": "array", "maxItems": 3, "items": {"$ref": "#/components/schemas/Symptom"}},
                "target": {"oneOf": [{"$ref": "#/components/schemas/Host"}, {"$ref": "#/components/schemas/Net"}],
                           "discriminator": {"propertyName": "kind"}}
            }
        },
        "Contact": {
            "type": "object", "required": ["name"], "additionalProperties": false,
            "properties": {"name": {"type": "string"}, "email": {"type": "string", "pattern": "^[^@]+@[^@]+$"}}
        },
        "Symptom": {"type": "string", "enum": ["data_encrypted", "service_down"]},
        "Host": {"type": "object", "required": ["kind", "host"], "additionalProperties": false,
                 "properties": {"kind": {"type": "string", "enum": ["host"]}, "host": {"type": "string"}}},
        "Net": {"type": "object", "required": ["kind", "net"], "additionalProperties": false,
                "properties": {"kind": {"type": "string", "enum": ["net"]}, "net": {"type": "string"}}}
    });
    let components = components.as_object().unwrap().clone();
    let names = components.keys().cloned().collect();
    Schemas::new(components, &names).unwrap()
}

fn check(value: Value) -> Checked<Report> {
    schemas().check(value, Bytes::new()).unwrap()
}

fn found(value: Value) -> Vec<(String, &'static str)> {
    let mut found: Vec<_> = check(value).faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect();
    found.sort();
    found
}

fn expect(value: Value, expected: &[(&str, &str)]) {
    let found = found(value.clone());
    let found: Vec<_> = found.iter().map(|(pointer, code)| (pointer.as_str(), *code)).collect();
    assert_eq!(found, expected, "{value}");
}

#[test]
fn every_kind_of_fault_has_its_code_at_its_pointer() {
    expect(json!({"description": "x"}), &[]);
    expect(json!({}), &[("/description", "missing")]);
    expect(json!([]), &[("", "wrong_type")]);
    expect(json!(null), &[("", "null_not_allowed")]);
    let of = |member: &str, value: Value| json!({"description": "x", member: value});
    expect(of("title", json!(null)), &[("/title", "null_not_allowed")]);
    expect(of("title", json!(5)), &[("/title", "wrong_type")]);
    expect(of("title", json!("їїїїї")), &[]);
    expect(of("title", json!("їїїїїї")), &[("/title", "too_long")]);
    expect(of("title", json!("a\u{0}b")), &[("/title", "nul_character")]);
    expect(of("level", json!(6)), &[("/level", "too_large")]);
    expect(of("level", json!(-1)), &[("/level", "too_small")]);
    expect(of("level", json!(1.5)), &[("/level", "wrong_type")]);
    expect(of("at", json!("2026-11-23T04:10:00")), &[("/at", "time_without_offset")]);
    expect(of("at", json!("yesterday")), &[("/at", "time_malformed")]);
    expect(of("by", json!("00000000000000000000000000000000")), &[("/by", "uuid_malformed")]);
    let symptoms = json!(["service_down", "rain", null, 7]);
    expect(
        of("symptoms", symptoms),
        &[
            ("/symptoms", "too_many_items"),
            ("/symptoms/1", "unknown_word"),
            ("/symptoms/2", "null_not_allowed"),
            ("/symptoms/3", "wrong_type"),
        ],
    );
    expect(of("contact", json!(null)), &[("/contact", "null_not_allowed")]);
    expect(
        of("contact", json!({"email": "nobody"})),
        &[("/contact/email", "pattern_mismatch"), ("/contact/name", "missing")],
    );
    expect(of("a/b~c", json!(1)), &[("/a~1b~0c", "unknown_member")]);
    let too_much = json!({"x": null, "y": 1});
    expect(of("nothing", too_much), &[("/nothing/x", "unknown_member"), ("/nothing/y", "unknown_member")]);
    expect(of("nothing", json!({})), &[]);
}

#[test]
fn of_several_forms_the_one_that_was_meant_is_judged() {
    let of = |value: Value| json!({"description": "x", "target": value});
    expect(of(json!({"kind": "net", "net": "a"})), &[]);
    expect(of(json!({"kind": "net", "host": "a"})), &[("/target/host", "unknown_member"), ("/target/net", "missing")]);
    expect(of(json!({"kind": "host", "host": 5})), &[("/target/host", "wrong_type")]);
    expect(of(json!({"kind": "sea"})), &[("/target", "no_alternative_fits")]);
    expect(of(json!("net")), &[("/target", "no_alternative_fits")]);
    expect(of(json!(null)), &[("/target", "null_not_allowed")]);
}

#[test]
fn strictly_taken_all_faults_of_schema_and_field_come_at_once() {
    let body = json!({"title": "too long", "nonsense": 1, "level": 9});
    let semantic = vec![
        Fault::at("/started_at", "in_future", Text::new("en", "uk")),
        Fault::at("/description", "blank", Text::new("en", "uk")),
        Fault::at("/level/x", "y", Text::new("en", "uk")),
    ];
    let problem = check(body).strict(semantic).unwrap_err();
    let mut codes: Vec<_> = problem.error_items().iter().map(|item| item.code).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["in_future", "missing", "too_large", "too_long", "unknown_member"]);
    assert!(check(json!({"description": "x"})).strict(vec![]).is_ok());
}

#[test]
fn leniently_taken_optional_faults_are_warnings_and_the_rest_stays() {
    let body = json!({
        "description": "fire", "title": "too long", "level": 9, "at": "noon", "nonsense": {"a": null}, "contact": {"email": "x"},
        "symptoms": ["rain", "service_down", null], "target": {"kind": "net"}
    });
    let checked = check(body);
    assert_eq!(checked.json, json!({"description": "fire", "symptoms": ["service_down"]}));
    assert!(checked.mandatory().is_empty());
    let (report, warnings) =
        checked.lenient(vec![Fault::at("/started_at", "in_future", Text::new("en", "uk"))]).unwrap();
    assert_eq!(report.symptoms, [Symptom::ServiceDown]);
    let mut pointers: Vec<_> = warnings.iter().map(|fault| fault.pointer.as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(
        pointers,
        [
            "/at",
            "/contact/email",
            "/contact/name",
            "/level",
            "/nonsense",
            "/started_at",
            "/symptoms/0",
            "/symptoms/2",
            "/target/net",
            "/title"
        ]
    );
}

#[test]
fn of_a_contact_only_the_faulty_optional_part_goes() {
    let checked = check(json!({"description": "x", "contact": {"name": "N", "email": "x"}}));
    assert_eq!(checked.json, json!({"description": "x", "contact": {"name": "N"}}));
}

#[test]
fn a_fault_at_a_mandatory_member_refuses_in_both_ways() {
    for description in [json!(5), json!(null), json!(""), json!("far too long"), json!("a\u{0}")] {
        let checked = check(json!({"description": description, "title": "too long"}));
        assert_eq!(checked.mandatory().len(), 1, "{description}");
        assert!(checked.is_mandatory("/description") && !checked.is_mandatory("/title"));
        assert_eq!(checked.lenient(vec![]).unwrap_err().error_items().len(), 2, "{description}");
    }
    let blank =
        check(json!({"description": " "})).lenient(vec![Fault::at("/description", "blank", Text::new("en", "uk"))]);
    assert_eq!(blank.unwrap_err().status(), 422);
    let list = check(json!(["x"]));
    assert_eq!(list.mandatory().len(), 1);
    assert!(list.lenient(vec![]).is_err());
}

#[test]
fn the_details_are_in_both_languages_and_list_short_vocabularies() {
    let checked = check(json!({"description": "x", "symptoms": ["rain"], "level": "x"}));
    let detail = |pointer: &str| checked.faults.iter().find(|fault| fault.pointer == pointer).unwrap().detail.clone();
    assert_eq!(detail("/symptoms/0").en(), "Possible are: data_encrypted, service_down.");
    assert_eq!(detail("/level").uk(), "Очікується: ціле число; отримано: рядок.");
}
