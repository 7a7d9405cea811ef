//! `Acting-Person`: the person behind a tool that several share.

use zvit_tests::feed::everything;
use zvit_tests::{Answer, Value, both, json, report};

const OLHA: &str = "%D0%9E%D0%BB%D1%8C%D0%B3%D0%B0 (%D0%B7%D0%BC%D1%96%D0%BD%D0%B0 2)";
const NAME: &str = "Ольга (зміна 2)";

fn person<'a>(timeline: &'a Answer, kind: &str) -> &'a Value {
    let found = timeline.list("/items").iter().find(|event| event["type"] == kind);
    &found.unwrap_or_else(|| panic!("no {kind}\n{timeline}"))["actor"]["person"]
}

both!(it_is_kept_and_shown_to_the_coordinator_and_the_own_side_only, |server| {
    let submitted = server
        .hospital()
        .post("/v1/incidents")
        .fresh_key()
        .header("acting-person", OLHA)
        .json(report("Подія"))
        .expect(201);
    let path = format!("/v1/incidents/{}/timeline", submitted.str("/id"));
    let case = server.case_of(&server.alpha(), submitted.str("/id"));
    server
        .alpha()
        .post(&format!("/v1/cases/{case}/acknowledge"))
        .header("acting-person", "Duty officer A")
        .json(json!({}))
        .expect(200);
    for (reader, submitter, acknowledger) in [
        (server.coordinator(), json!(NAME), json!("Duty officer A")),
        (server.hospital(), json!(NAME), Value::Null),
        (server.alpha(), Value::Null, json!("Duty officer A")),
    ] {
        let timeline = reader.get(&path).expect(200);
        assert_eq!(person(&timeline, "incident_submitted"), &submitter, "{timeline}");
        assert_eq!(person(&timeline, "acknowledged"), &acknowledger, "{timeline}");
    }
    let events = everything(&server.auditor(), "/v1/audit-events?type=incident_submitted");
    assert!(events.iter().any(|event| event["actor"]["person"] == NAME), "{events:#?}");
});

both!(a_faulty_one_is_refused_and_reading_ignores_it, |server| {
    let long = "a".repeat(201);
    server.store.untouched(|| {
        for bad in ["%", "%FF", "a%0Ab", "%20", "%E2%80%AE", long.as_str()] {
            let call = server.hospital().post("/v1/incidents").fresh_key().header("acting-person", bad);
            call.json(report("Подія")).faults(&["header Acting-Person"]);
        }
    });
    server.hospital().get("/v1/incidents").header("acting-person", "%FF").expect(200);
});

both!(every_operation_that_changes_something_documents_it, |server| {
    let document = server.anyone().get("/openapi.json").expect(200).value;
    for (method, path, operation) in crate::docs::operations(&document) {
        let reference = json!({"$ref": "#/components/parameters/ActingPerson"});
        let documented = operation["parameters"].as_array().is_some_and(|list| list.contains(&reference));
        assert_eq!(documented, path.starts_with("/v1/") && method != "GET", "{method} {path}");
    }
});
