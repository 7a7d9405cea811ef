//! `/v1/institutions/{id}/join`.

use zvit_tests::directory::{GRID, HOSPITAL};
use zvit_tests::{both, json, report};

both!(a_provisional_institution_becomes_the_real_one, |server| {
    let coordinator = server.coordinator();
    server.hospital().submit(report("Своє").with("external_ref", "А-1"));
    let told = coordinator
        .submit(report("Телефоном").with("on_behalf_of", json!({"name": "Лікарня"})).with("external_ref", "А-1"));
    let (id, provisional) = (told.string("/id"), told.string("/institution/id"));
    server.hospital().get(&format!("/v1/incidents/{id}")).problem(404, "not_found");
    let path = format!("/v1/institutions/{provisional}/join");
    coordinator.post(&path).json(json!({"to": provisional, "reason": "…"})).faults(&["/to"]);
    for _ in 0..2 {
        let joined = coordinator.post(&path).json(json!({"to": HOSPITAL, "reason": "Передзвонили"})).expect(200);
        joined.with("/active", false).with("/joined_to", HOSPITAL);
    }
    coordinator.post(&path).json(json!({"to": GRID, "reason": "…"})).problem(409, "state_conflict");
    let seen = server.hospital().get(&format!("/v1/incidents/{id}")).expect(200);
    seen.with("/institution/id", HOSPITAL).with("/sector", "health").without("/external_ref");
    let back = format!("/v1/institutions/{provisional}/activate");
    coordinator.post(&back).json(json!({"reason": "…"})).problem(409, "state_conflict");
    let full = format!("/v1/institutions/{GRID}/join");
    coordinator.post(&full).json(json!({"to": HOSPITAL, "reason": "…"})).problem(409, "state_conflict");
});
