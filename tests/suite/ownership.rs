//! Who may call what, and whose things are whose. Every operation of the document stands in the table below; what isn't
//! yours is not there.

use std::collections::BTreeSet;

use zvit_tests::{Client, both, json, report};

use crate::docs::operations;

/// Method, path, the roles that may call it, and roles about which nothing is asked.
const TABLE: &[(&str, &str, &[&str], &[&str])] = &[
    ("GET", "/v1/me", EVERYBODY, &[]),
    ("GET", "/v1/vocabularies", EVERYBODY, &[]),
    ("POST", "/v1/incidents", REPORTERS, &[]),
    ("POST", "/v1/incidents/batch", REPORTERS, &[]),
    ("GET", "/v1/incidents", REPORTERS, &[]),
    ("GET", "/v1/incidents/feed", REPORTERS, &[]),
    ("GET", "/v1/incidents/{id}", REPORTERS, &[]),
    ("POST", "/v1/incidents/{id}/reports", &["institution"], &["coordinator"]),
    ("GET", "/v1/incidents/{id}/reports", PARTIES, &[]),
    ("GET", "/v1/incidents/{id}/timeline", PARTIES, &[]),
    ("POST", "/v1/incidents/{id}/withdraw", &["institution"], &["coordinator", "team"]),
    ("POST", "/v1/incidents/{id}/close", COORDINATOR, &[]),
    ("PUT", "/v1/incidents/{id}/triage", COORDINATOR, &[]),
    ("POST", "/v1/incidents/{id}/assignments", COORDINATOR, &[]),
    ("POST", "/v1/assignments/{id}/revoke", COORDINATOR, &[]),
    ("GET", "/v1/cases", TEAM, &["coordinator"]),
    ("GET", "/v1/cases/{id}", TEAM, &["coordinator"]),
    ("POST", "/v1/cases/{id}/acknowledge", TEAM, &[]),
    ("POST", "/v1/cases/{id}/decline", TEAM, &[]),
    ("POST", "/v1/cases/{id}/start", TEAM, &[]),
    ("POST", "/v1/cases/{id}/hand-over", TEAM, &[]),
    ("POST", "/v1/cases/{id}/request-support", TEAM, &[]),
    ("POST", "/v1/cases/{id}/resolve", TEAM, &[]),
    ("GET", "/v1/teams/{id}/availability", &["team", "coordinator"], &[]),
    ("PUT", "/v1/teams/{id}/availability", &["team", "coordinator"], &[]),
    ("GET", "/v1/participants", COORDINATOR, &[]),
    ("POST", "/v1/participants", COORDINATOR, &[]),
    ("GET", "/v1/participants/{id}", COORDINATOR, &[]),
    ("PUT", "/v1/participants/{id}", COORDINATOR, &[]),
    ("POST", "/v1/participants/{id}/deactivate", COORDINATOR, &[]),
    ("POST", "/v1/participants/{id}/activate", COORDINATOR, &[]),
    ("GET", "/v1/institutions", COORDINATOR, &[]),
    ("POST", "/v1/institutions", COORDINATOR, &[]),
    ("GET", "/v1/institutions/{id}", COORDINATOR, &[]),
    ("PUT", "/v1/institutions/{id}", COORDINATOR, &[]),
    ("POST", "/v1/institutions/{id}/deactivate", COORDINATOR, &[]),
    ("POST", "/v1/institutions/{id}/activate", COORDINATOR, &[]),
    ("GET", "/v1/teams", COORDINATOR, &[]),
    ("POST", "/v1/teams", COORDINATOR, &[]),
    ("GET", "/v1/teams/{id}", COORDINATOR, &[]),
    ("PUT", "/v1/teams/{id}", COORDINATOR, &[]),
    ("POST", "/v1/teams/{id}/deactivate", COORDINATOR, &[]),
    ("POST", "/v1/teams/{id}/activate", COORDINATOR, &[]),
    ("GET", "/v1/clients", COORDINATOR, &[]),
    ("POST", "/v1/clients", COORDINATOR, &[]),
    ("GET", "/v1/clients/{id}", COORDINATOR, &[]),
    ("PUT", "/v1/clients/{id}", COORDINATOR, &[]),
    ("POST", "/v1/clients/{id}/deactivate", COORDINATOR, &[]),
    ("POST", "/v1/clients/{id}/activate", COORDINATOR, &[]),
    ("POST", "/v1/clients/{id}/rotate-secret", COORDINATOR, &[]),
    ("POST", "/v1/clients/{id}/enrolment", COORDINATOR, &[]),
    ("GET", "/v1/routing-rules", COORDINATOR, &[]),
    ("PUT", "/v1/routing-rules", COORDINATOR, &[]),
    ("GET", "/v1/routing-rules/versions", COORDINATOR, &[]),
    ("POST", "/v1/routing/simulate", COORDINATOR, &[]),
    ("GET", "/v1/statistics", &["observer", "donor", "coordinator", "auditor"], &[]),
    ("GET", "/v1/audit-events", &["coordinator", "auditor"], &[]),
];

const EVERYBODY: &[&str] = &["institution", "team", "coordinator", "observer", "donor", "auditor"];
const REPORTERS: &[&str] = &["institution", "coordinator"];
const PARTIES: &[&str] = &["institution", "team", "coordinator"];
const COORDINATOR: &[&str] = &["coordinator"];
const TEAM: &[&str] = &["team"];

/// The path with the names of its parameters made alike, as the table writes them.
fn plain(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{id}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn call(client: &Client, method: &str, path: &str) -> zvit_tests::Call {
    let path = path.replace("{id}", "01920000-0000-7000-8000-0000000000ff");
    let call = client.call(method, &path);
    if method == "GET" { call } else { call.fresh_key().if_match("\"1\"").json(json!({})) }
}

both!(every_operation_stands_in_the_table_and_wants_a_token, |server| {
    let document = server.anyone().get("/openapi.json").expect(200).value;
    let table: BTreeSet<(String, String)> = TABLE.iter().map(|row| (row.0.to_owned(), row.1.to_owned())).collect();
    for (method, path, operation) in operations(&document) {
        if operation["security"].as_array().is_none_or(|list| list.is_empty()) {
            assert!(!path.starts_with("/v1/"), "{method} {path} needs no token");
            continue;
        }
        let path = plain(&path);
        assert!(table.contains(&(method.clone(), path.clone())), "{method} {path} stands in no authorization table");
        let answer = call(&server.anyone(), &method, &path).problem(401, "token_missing");
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{answer}");
    }
});

both!(every_role_may_what_the_table_says_and_no_more, |server| {
    let document = server.anyone().get("/openapi.json").expect(200).value;
    let documented: BTreeSet<(String, String)> =
        operations(&document).into_iter().map(|(method, path, _)| (method, plain(&path))).collect();
    for (method, path, allowed, open) in TABLE {
        if !documented.contains(&((*method).to_owned(), (*path).to_owned())) {
            // What is not there yet answers nobody.
            continue;
        }
        for (role, client) in server.one_of_each_role() {
            let answer = call(&client, method, path).send();
            if allowed.contains(&role) {
                assert!(
                    ![401, 403].contains(&answer.status) && answer.status < 500,
                    "{role} may {method} {path}\n{answer}"
                );
            } else if !open.contains(&role) {
                assert_eq!(answer.status, 403, "{role} may not {method} {path}\n{answer}");
                answer.problem(403, "scope_lacking");
            }
        }
    }
    assert!(documented.len() > 30, "the document is not empty");
});

both!(the_scopes_of_the_document_are_those_that_are_asked, |server| {
    let document = server.anyone().get("/openapi.json").expect(200).value;
    for (method, path, operation) in operations(&document) {
        let needed: Vec<&str> = operation["security"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one["oauth2"].as_array())
            .flatten()
            .filter_map(|scope| scope.as_str())
            .collect();
        if needed.is_empty() {
            continue;
        }
        // A coordinator's token for something else alone.
        let other = if needed.contains(&"statistics:read") { "routing:read" } else { "statistics:read" };
        let answer = call(&server.coordinator().only(other), &method, &plain(&path)).problem(403, "scope_lacking");
        let challenge = answer.find_header("www-authenticate").unwrap_or_default();
        assert!(challenge.is_empty() || challenge.contains("insufficient_scope"), "{answer}");
    }
});

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
