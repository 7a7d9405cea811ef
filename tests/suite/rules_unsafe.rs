//! Rules that would leave many incidents to the default.

use zvit_tests::directory::ALPHA;
use zvit_tests::{both, json, report};

both!(rules_that_leave_too_much_to_the_default_need_force, |server| {
    for number in 0..10 {
        server.hospital().submit(report(&format!("Подія {number}")));
    }
    let coordinator = server.coordinator();
    let tag = coordinator.get("/v1/routing-rules").expect(200).etag();
    let mut body = json!({"reason": "Перевірка", "rules": [{"id": "energy", "name": "Лише енергетика", "when": {"sectors": ["energy"]},
        "assign": {"role": "lead", "teams": [ALPHA], "strategy": "priority"}}]});
    let put = |body| coordinator.put("/v1/routing-rules").if_match(&tag).json(body).send();
    let refused = put(body.clone());
    refused.clone().problem(409, "rules_unsafe");
    assert_eq!(refused.int("/effect/incidents"), 10);
    assert_eq!(refused.int("/effect/to_default_after"), 10);
    body["force"] = json!(true);
    let set = put(body).expect(200);
    assert_eq!(set.int("/effect/to_default_after"), 10);
    coordinator.get("/v1/routing-rules").expect(200).without("/effect");
});
