//! Who read what is above TLP amber is in the audit, before the answer is out.

use zvit_tests::feed::everything;
use zvit_tests::{Client, Server, Value, both, json, report};

fn reads(server: &Server, incident: &str) -> Vec<Value> {
    everything(&server.auditor(), &format!("/v1/audit-events?type=incident_read&incident_id={incident}"))
}

fn submit(server: &Server, tlp: &str) -> String {
    server.water().submit(report("Таємна подія").with("tlp", tlp)).string("/id")
}

both!(the_first_read_of_a_client_is_noted_whatever_way_it_reads, |server| {
    let by_id = |id: &str| format!("/v1/incidents/{id}");
    let charlie = server.charlie();
    // Charlie has place for two.
    for operation in ["follow_cases", "get_case"] {
        let id = submit(server, "amber+strict");
        let lead = server.coordinator().get(&by_id(&id)).expect(200).string("/assignments/0/id");
        let case = format!("/v1/cases/{lead}");
        charlie.get(if operation == "get_case" { &case } else { "/v1/cases" }).expect(200);
        let by_team = |event: &&Value| event["actor"]["role"] == "team" && event["data"]["operation"] == operation;
        let noted = reads(server, &id);
        assert_eq!(noted.iter().filter(by_team).count(), 1, "{operation}: {noted:#?}");
    }
    let coordinators = [
        ("get_incident", "/v1/incidents/{id}"),
        ("list_reports", "/v1/incidents/{id}/reports"),
        ("get_timeline", "/v1/incidents/{id}/timeline"),
        ("list_incidents", "/v1/incidents"),
        ("follow_incidents", "/v1/incidents/feed"),
    ];
    for (operation, path) in coordinators {
        let id = submit(server, "amber+strict");
        for _ in 0..2 {
            server.coordinator().get(&path.replace("{id}", &id)).expect(200);
        }
        let noted = reads(server, &id);
        assert_eq!(noted.len(), 1, "{operation}: {noted:#?}");
        assert_eq!(noted[0]["data"], json!({"operation": operation, "tlp": "amber+strict"}));
        assert_eq!(noted[0]["actor"]["id"], json!(server.coordinator().account().client_id));
    }
});

both!(another_client_is_noted_too_and_the_owner_is_not, |server| {
    let id = submit(server, "red");
    let path = format!("/v1/incidents/{id}");
    for part in ["", "/reports", "/timeline"] {
        server.water().get(&format!("{path}{part}")).expect(200);
    }
    server.water().get("/v1/incidents").expect(200);
    assert!(reads(server, &id).is_empty());
    let another = server.another_account("coordinator", None);
    for client in [server.coordinator(), Client::of(&server.base, &another)] {
        client.get(&path).expect(200);
    }
    assert_eq!(reads(server, &id).len(), 2);
    // It is no business of the institution's or a team's who read it.
    assert!(!server.water().get(&format!("{path}/timeline")).expect(200).text().contains("incident_read"));
});

both!(reads_up_to_amber_change_nothing, |server| {
    let id = server.hospital().submit(report("Звичайна подія").with("tlp", "amber")).string("/id");
    let path = format!("/v1/incidents/{id}");
    let _ = (server.coordinator().token(), server.alpha().token());
    server.receive_everything();
    server.store.untouched(|| {
        server.coordinator().get(&path).expect(200);
        server.coordinator().get("/v1/incidents").expect(200);
        server.alpha().get("/v1/cases").expect(200);
    });
});

both!(what_cannot_be_noted_is_not_shown, |server| {
    let id = submit(server, "red");
    let path = format!("/v1/incidents/{id}");
    let (coordinator, water) = (server.coordinator(), server.water());
    let _ = (coordinator.token(), water.token());
    server.store.execute("ALTER TABLE audit_events RENAME TO audit_events_gone");
    let refused = coordinator.get(&path).send();
    assert!(refused.status >= 500 && !refused.text().contains("Таємна"), "{refused}");
    water.get(&path).expect(200);
    server.store.execute("ALTER TABLE audit_events_gone RENAME TO audit_events");
    coordinator.get(&path).expect(200);
    assert_eq!(reads(server, &id).len(), 1);
});
