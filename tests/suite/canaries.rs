//! What callers send stays out of the log, whatever becomes of the request; and refusals repeat no values.
//!
//! Every text that is sent holds a canary: a word that nothing else has. Refused and accepted, with every level of this
//! service's own log, in both formats, none of them may be found in what the process writes.

use std::sync::atomic::{AtomicU32, Ordering};

use zvit_tests::report::complete;
use zvit_tests::{Answer, Call, Client, Database, Server, Store, Value, both_stores, eventually, json};

use crate::docs::operations;

/// What every canary begins with.
const CANARY: &str = "kanarka7q";

/// A new one.
fn canary() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{CANARY}{:05}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Every text in it replaced by a canary; `keep` are the members whose words must stay for it to be accepted.
fn sung(value: &Value, keep: &[&str]) -> Value {
    match value {
        Value::String(_) => canary().into(),
        Value::Array(items) => items.iter().map(|item| sung(item, keep)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, inner)| {
                let inner = if keep.contains(&name.as_str()) { inner.clone() } else { sung(inner, keep) };
                (name.clone(), inner)
            })
            .collect(),
        other => other.clone(),
    }
}

/// Every header that a request may have, with a canary.
fn with_headers(call: Call) -> Call {
    ["cookie", "user-agent", "x-forwarded-for", "forwarded", "referer", "origin", "accept-language", "traceparent"]
        .into_iter()
        .fold(call, |call, name| call.header(name, &canary()))
        // Not plain, so another id takes its place.
        .header("x-request-id", &format!("{} \t{}", canary(), canary()))
}

/// What a refusal may repeat: the path, and the names of members and parameters that are not known.
fn without_places(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for place in ["instance", "pointer", "parameter"] {
                members.remove(place);
            }
            members.values_mut().for_each(without_places);
        }
        Value::Array(items) => items.iter_mut().for_each(without_places),
        _ => {}
    }
}

#[track_caller]
fn repeats_nothing(answer: &Answer) {
    if answer.status < 400 {
        return;
    }
    let mut body = answer.value.clone();
    without_places(&mut body);
    let text = if body.is_null() { answer.text() } else { body.to_string() };
    assert!(!text.contains(CANARY), "a value is repeated\n{answer}");
    for (name, value) in &answer.headers {
        assert!(!String::from_utf8_lossy(value.as_bytes()).contains(CANARY), "{name}\n{answer}");
    }
}

/// Each operation of the document: without a token, with what its schema refuses, with its own example sung over, and with
/// what can't be read at all.
fn every_operation(server: &Server) {
    let document = server.anyone().get("/openapi.json").expect(200).value;
    let clients = server.one_of_each_role();
    for (method, path, operation) in operations(&document) {
        let segments = path.split('/').map(|part| if part.starts_with('{') { canary() } else { part.to_owned() });
        let sung_path = segments.collect::<Vec<_>>().join("/");
        let plain_path = path.split('/').map(|part| if part.starts_with('{') { UNKNOWN } else { part });
        let plain_path = plain_path.collect::<Vec<_>>().join("/");
        let query = format!("?cursor={0}&limit={0}&{0}={0}&access_token={0}", canary());
        let content = &operation["requestBody"]["content"]["application/json"];
        let examples: Vec<&Value> = [&content["example"]]
            .into_iter()
            .filter(|example| !example.is_null())
            .chain(content["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]))
            .collect();
        let callers = clients.iter().map(|(_, client)| client.clone()).chain([server.anyone()]);
        for client in callers {
            let send = |path: &str, body: Option<(&str, Vec<u8>)>| {
                let call = with_headers(client.call(&method, path));
                let call = call.header("if-none-match", &canary());
                let call = match body {
                    Some((media_type, body)) => call
                        .body(media_type, body)
                        .header("idempotency-key", &canary())
                        .header("if-match", &canary())
                        .header("prefer", &canary()),
                    None => call,
                };
                repeats_nothing(&call.send());
            };
            send(&format!("{sung_path}{query}"), None);
            send(&format!("{plain_path}{query}"), None);
            if method == "GET" {
                continue;
            }
            let every_member = members(&document, &content["schema"], 0);
            send(&plain_path, Some(("application/json", every_member.to_string().into_bytes())));
            for example in &examples {
                send(&plain_path, Some(("application/json", sung(example, &[]).to_string().into_bytes())));
                let unknown = json!({ canary(): canary(), "description": { canary(): [canary()] } });
                send(&plain_path, Some(("application/json", unknown.to_string().into_bytes())));
            }
            for broken in [format!("{{\"{0}\": \"{0}\" {0}", canary()), format!("\"{}", canary()), canary()] {
                send(&plain_path, Some(("application/json", broken.into_bytes())));
            }
            send(&plain_path, Some((&canary(), canary().into_bytes())));
            send(&plain_path, Some(("application/json", [canary().as_bytes(), &[0xff]].concat())));
        }
    }
}

/// Every member that a schema has, with a canary, whatever should be there.
fn members(document: &Value, schema: &Value, depth: usize) -> Value {
    let schema = match schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        Some(name) => &document["components"]["schemas"][name],
        None => schema,
    };
    match (schema["properties"].as_object(), &schema["items"]) {
        (Some(properties), _) if depth < 5 => {
            properties.iter().map(|(name, inner)| (name.clone(), members(document, inner, depth + 1))).collect()
        }
        (None, items) if items.is_object() && depth < 5 => json!([members(document, items, depth + 1)]),
        _ => canary().into(),
    }
}

const UNKNOWN: &str = "01920000-0000-7000-8000-0000000000ff";

/// Secrets and tokens that hold nothing.
fn false_proofs(server: &Server) {
    let form = |members: &[(&str, &str)]| server.anyone().post("/oauth2/token").form(members);
    let grant = ("grant_type", "client_credentials");
    let account = server.hospital().account().clone();
    for call in [
        form(&[grant, ("client_id", &canary()), ("client_secret", &canary())]),
        form(&[grant, ("client_id", &account.client_id), ("client_secret", &canary())]),
        form(&[("grant_type", &canary()), ("scope", &canary()), (&canary(), &canary())]),
        form(&[grant, ("scope", &canary())]).header("authorization", &account.basic()),
        form(&[grant, ("client_assertion", &canary()), ("client_assertion_type", &canary())]),
        form(&[grant]).header("authorization", &format!("Basic {}", canary())),
        form(&[grant]).header("authorization", &format!("{} {}", canary(), canary())),
        server.anyone().post("/oauth2/token").body(&canary(), canary()),
    ] {
        repeats_nothing(&with_headers(call).send());
    }
    for authorization in [format!("Bearer {}", canary()), format!("Bearer {0}.{0}.{0}", canary()), canary()] {
        let call = server.anyone().get("/v1/me").header("authorization", &authorization);
        repeats_nothing(&with_headers(call).send());
    }
    let strange = server.anyone().call(&canary().to_uppercase(), &format!("/{}/%0A{}", canary(), canary()));
    repeats_nothing(&with_headers(strange).send());
}

/// A full report, accepted and carried on.
fn accepted(hospital: &Client, alpha: &Client) {
    let full = sung(&complete().into(), KEPT);
    let key = canary();
    let incident = with_headers(hospital.post("/v1/incidents")).key(&key).json(full.clone()).expect(201);
    with_headers(hospital.post("/v1/incidents")).key(&key).json(full.clone()).expect(201);
    let other = sung(&complete().into(), KEPT);
    repeats_nothing(&with_headers(hospital.post("/v1/incidents")).key(&key).json(other).expect(422));
    let lenient =
        json!({"description": canary(), "tlp": canary(), "regions": [canary()], "contact": {"email": canary()}});
    with_headers(hospital.post("/v1/incidents")).fresh_key().lenient().json(lenient).expect(201);
    let id = incident.str("/id");
    let more = json!({"stage": "preliminary", "measures_taken": canary()});
    with_headers(hospital.post(&format!("/v1/incidents/{id}/reports"))).key(&canary()).json(more).expect(201);
    for item in zvit_tests::feed::everything(alpha, "/v1/cases") {
        let case = item["id"].as_str().expect("an id");
        let body = json!({"external_ref": canary(), "note": canary()});
        repeats_nothing(&with_headers(alpha.post(&format!("/v1/cases/{case}/acknowledge"))).json(body).send());
    }
}

/// Members of the full report whose words are checked.
const KEPT: &[&str] = &[
    "stage",
    "language",
    "became_aware_at",
    "detected_at",
    "started_at",
    "ended_at",
    "occurred_at",
    "sector",
    "other_sectors",
    "regions",
    "symptoms",
    "classification",
    "impact",
    "data_types",
    "type",
    "value",
    "assistance_requested",
    "tlp",
    "pap",
    "email",
    "phone",
];

/// The store fails under the same requests.
fn with_a_broken_store(server: &Server) {
    let (hospital, alpha) = (server.hospital(), server.alpha());
    hospital.get("/v1/me").expect(200);
    alpha.get("/v1/me").expect(200);
    for table in ["incidents", "reports", "idempotency_keys"] {
        if !server.store.tables().iter().any(|known| known.0 == table) {
            continue;
        }
        server.store.execute(&format!("ALTER TABLE {table} RENAME TO {table}_away"));
        let full = sung(&complete().into(), KEPT);
        let answer = with_headers(hospital.post("/v1/incidents")).key(&canary()).json(full).send();
        assert!([500, 503].contains(&answer.status), "{answer}");
        repeats_nothing(&answer);
        repeats_nothing(&with_headers(hospital.get(&format!("/v1/incidents?{}={0}", canary()))).send());
        repeats_nothing(&with_headers(hospital.get("/v1/incidents")).send());
        server.store.execute(&format!("ALTER TABLE {table}_away RENAME TO {table}"));
        eventually("the store is good again", || {
            let call = hospital.post("/v1/incidents").fresh_key().json(json!({"description": canary()}));
            (call.send().status == 201).then_some(())
        });
    }
}

/// What a database says of a row that it doesn't take may hold the whole row.
fn with_rows_that_are_not_taken(server: &Server) {
    let store = &server.store;
    for table in ["incidents", "reports"] {
        let (forbid, allow) = match store.database {
            Database::Sqlite => (
                format!("CREATE TRIGGER never BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'never'); END"),
                "DROP TRIGGER never".to_owned(),
            ),
            Database::Postgres => (
                format!("ALTER TABLE {table} ADD CONSTRAINT never CHECK (false) NOT VALID"),
                format!("ALTER TABLE {table} DROP CONSTRAINT never"),
            ),
        };
        store.execute(&forbid);
        let full = sung(&complete().into(), KEPT);
        let answer = with_headers(server.hospital().post("/v1/incidents")).key(&canary()).json(full).send();
        assert!(answer.status >= 500, "{answer}");
        repeats_nothing(&answer);
        store.execute(&allow);
    }
}

fn sing_to(store: &std::sync::Arc<Store>, format: &str) {
    let level = "info,actix_server=warn,zvit=trace,zvit_api=trace,zvit_db=trace,zvit_domain=trace";
    let server = Server::start_in(store, &["--log-format", format], &[("RUST_LOG", level)]);
    every_operation(&server);
    false_proofs(&server);
    accepted(&server.hospital(), &server.alpha());
    with_a_broken_store(&server);
    with_rows_that_are_not_taken(&server);
    let log = server.log();
    assert!(log.contains("/v1/incidents/batch") && log.contains("500"), "the log is there\n{log}");
    let leaks: Vec<&str> = log.lines().filter(|line| line.to_lowercase().contains(CANARY)).take(10).collect();
    assert!(leaks.is_empty(), "canaries in the log:\n{}", leaks.join("\n"));
    for account in &store.accounts {
        assert!(!log.contains(&account.client_secret), "a secret of {} is in the log", account.client_id);
    }
    let token = server.hospital().token().expect("a token");
    assert!(!log.contains(&token) && !log.contains("eyJ"), "a token is in the log");
    if format == "json" {
        for line in log.lines() {
            let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(value["level"].is_string() && value["target"].is_string(), "{line}");
        }
    }
}

both_stores!(nothing_of_a_request_reaches_the_log_as_text, |store| {
    sing_to(store, "text");
});

both_stores!(nothing_of_a_request_reaches_the_log_as_json, |store| {
    sing_to(store, "json");
});
