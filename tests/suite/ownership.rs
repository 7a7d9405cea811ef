//! Whose things are whose: what isn't yours is not there. (Who may call what at all is in `authorization.rs`.)

use zvit_tests::{Client, both, json, report};

#[track_caller]
fn not_there(client: &Client, paths: &[String]) {
    for path in paths {
        client.get(path).problem(404, "not_found");
    }
}

both!(an_institution_sees_its_own_incidents_only, |server| {
    let incident = server.hospital().submit(report("Таємниця лікарні").with("external_ref", "H-1"));
    let id = incident.str("/id");
    let paths = ["", "/reports", "/timeline"].map(|part| format!("/v1/incidents/{id}{part}"));
    for (client, name) in [(server.grid(), "grid"), (server.ministry(), "ministry"), (server.water(), "water")] {
        not_there(&client, &paths);
        client
            .post(&paths[1])
            .fresh_key()
            .json(json!({"stage": "update", "description": "Підміна"}))
            .problem(404, "not_found");
        for list in [
            "/v1/incidents",
            "/v1/incidents/feed",
            "/v1/incidents?text=%D0%A2%D0%B0%D1%94%D0%BC%D0%BD%D0%B8%D1%86%D1%8F",
            &format!("/v1/incidents?text={}", incident.str("/reference")),
        ] {
            let answer = client.get(list).expect(200);
            assert!(answer.list("/items").is_empty(), "{name} sees it\n{answer}");
        }
    }
    // Nor does it learn that it is there: an id of nothing looks the same.
    let there = server.grid().get(&paths[0]).problem(404, "not_found");
    let nowhere = server.grid().get("/v1/incidents/01920000-0000-7000-8000-0000000000ff").problem(404, "not_found");
    assert_eq!((there.at("/title"), there.at("/detail")), (nowhere.at("/title"), nowhere.at("/detail")));
});

both!(a_team_sees_its_own_cases_only, |server| {
    let incident = server.hospital().submit(report("Справа альфи"));
    let (id, case) = (incident.string("/id"), incident.string("/assignments/0/id"));
    let paths =
        [format!("/v1/cases/{case}"), format!("/v1/incidents/{id}/reports"), format!("/v1/incidents/{id}/timeline")];
    for (client, name) in
        [(server.bravo(), "bravo"), (server.charlie(), "charlie"), (server.front_office(), "front office")]
    {
        not_there(&client, &paths);
        let feed = client.get("/v1/cases").expect(200);
        assert!(feed.list("/items").is_empty(), "{name} sees it\n{feed}");
    }
    for path in &paths {
        server.alpha().get(path).expect(200);
    }
    // The incident itself is not a team's resource: it sees its case.
    server.alpha().get(&format!("/v1/incidents/{id}")).problem(403, "scope_lacking");
});

both!(observers_and_donors_see_no_incident, |server| {
    let incident = server.hospital().submit(report("Не для звітності"));
    let id = incident.str("/id");
    for client in [server.observer(), server.donor(), server.auditor()] {
        for path in [
            "/v1/incidents".to_owned(),
            format!("/v1/incidents/{id}"),
            format!("/v1/incidents/{id}/reports"),
            format!("/v1/incidents/{id}/timeline"),
            "/v1/cases".to_owned(),
            "/v1/incidents/feed".to_owned(),
        ] {
            client.get(&path).problem(403, "scope_lacking");
        }
    }
});

both!(the_coordinator_sees_everything, |server| {
    let incident = server.hospital().submit(report("Подія"));
    let id = incident.str("/id");
    for part in ["", "/reports", "/timeline"] {
        server.coordinator().get(&format!("/v1/incidents/{id}{part}")).expect(200);
    }
});
