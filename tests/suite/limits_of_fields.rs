//! Every limit that the document states is the one that is enforced: each member of each request body, each query parameter and
//! each header, at the limit, and one beyond it. All members of a body are bent at once, as all faults are told at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use zvit_tests::walk::{Operation, Walk};
use zvit_tests::{Answer, Client, Server, Store, Value, both_stores, json};

use crate::threats_bodies::{Targets, caller, renew, send, with_bodies};

/// What a text is made of that may say anything: one code point, four bytes.
const LETTER: &str = "🚑";

/// The pattern of texts that may say anything.
const ANY_TEXT: &str = r"^[^\x00]*$";

/// The pattern of texts that may say anything, but must say something.
const ANY_BUT_BLANK: &str = r"^\s*[^\s\x00][^\x00]*$";

/// A way to bend a value: the keyword, the value, and the codes of which one is due; none, where it must be taken.
struct Bent {
    keyword: &'static str,
    value: Value,
    /// Any of these must be found at the member; where `is_fault` is not set, none of them may.
    codes: &'static [&'static str],
    is_fault: bool,
}

const TOO_LONG: &[&str] = &["too_long"];
const TOO_SHORT: &[&str] = &["too_short", "required", "pattern_mismatch"];
const TOO_LARGE: &[&str] = &["too_large"];
const TOO_SMALL: &[&str] = &["too_small"];
const TOO_MANY: &[&str] = &["too_many_items", "item_count"];
const TOO_FEW: &[&str] = &["too_few_items", "item_count"];
const OTHER_WORD: &[&str] = &["unknown_word"];
const OTHER_FORM: &[&str] = &["pattern_mismatch"];
const BLANK: &[&str] = &["blank"];
const OTHER_FORMAT: &[&str] = &["uuid_malformed", "time_malformed", "time_without_offset", "format_mismatch"];
/// Of a text that may say anything to its schema, nothing may be wrong but what it would have to be.
const ANYTHING: &[&str] = &["*"];
/// What the field's rules say of a text that is not what it should be, whatever its length.
const NOT_WHAT_IT_SHOULD_BE: &[&str] = &[
    "cannot_clear",
    "email_implausible",
    "indicator_malformed",
    "invalid_format",
    "language_malformed",
    "phone_implausible",
    "type_not_of_class",
    "unknown_time_zone",
];

/// Every way to bend a value of this schema.
fn bends(schema: &Value, sample: &Value) -> Vec<Bent> {
    let mut all = Vec::new();
    let mut push = |keyword, value: Value, codes, is_fault| all.push(Bent { keyword, value, codes, is_fault });
    let size = |keyword: &str| schema[keyword].as_u64().map(|size| usize::try_from(size).expect("a size"));
    let number = |keyword: &str| schema[keyword].as_i64();
    match schema["type"].as_str() {
        Some("string") => {
            let must_say = schema["pattern"] == ANY_BUT_BLANK;
            let is_free = schema["pattern"] == ANY_TEXT || must_say;
            let unit = if is_free { LETTER } else { "0" };
            if let Some(most) = size("maxLength") {
                push("at maxLength", json!(unit.repeat(most)), if is_free { ANYTHING } else { TOO_LONG }, false);
                push("above maxLength", json!(unit.repeat(most + 1)), TOO_LONG, true);
            }
            if let Some(least) = size("minLength").filter(|least| *least > 0) {
                push("at minLength", json!(unit.repeat(least)), if is_free { ANYTHING } else { &["too_short"] }, false);
                push("below minLength", json!(unit.repeat(least - 1)), TOO_SHORT, true);
            }
            if let Some(words) = schema["enum"].as_array() {
                push("first of enum", words[0].clone(), OTHER_WORD, false);
                push("last of enum", words[words.len() - 1].clone(), OTHER_WORD, false);
                push("outside enum", json!("no_such_word"), OTHER_WORD, true);
            }
            if must_say {
                push("blank", json!(" \n\u{a0}\u{3000}"), BLANK, true);
            } else if schema["pattern"].is_string() && !is_free {
                push("outside pattern", json!("\u{1}\n\u{1}"), OTHER_FORM, true);
            }
            if ["uuid", "date-time"].iter().any(|format| schema["format"] == *format) {
                push("outside format", json!("2026-13-41"), OTHER_FORMAT, true);
            }
        }
        Some("integer") => {
            let (low, high) = (number("minimum").expect("a minimum"), number("maximum").expect("a maximum"));
            push("at minimum", json!(low), TOO_SMALL, false);
            push("at maximum", json!(high), TOO_LARGE, false);
            push("below minimum", json!(low - 1), TOO_SMALL, true);
            push("above maximum", json!(high + 1), TOO_LARGE, true);
        }
        Some("array") => {
            let of = |count: usize| Value::Array(vec![sample[0].clone(); count]);
            let most = size("maxItems").expect("maxItems");
            push("at maxItems", of(most), TOO_MANY, false);
            push("above maxItems", of(most + 1), TOO_MANY, true);
            if let Some(least) = size("minItems").filter(|least| *least > 0) {
                push("at minItems", of(least), TOO_FEW, false);
                push("below minItems", of(least - 1), TOO_FEW, true);
            }
        }
        _ => {}
    }
    all
}

/// Whether what was found at one place is what is due there.
fn is_right(bent: &Bent, found: &BTreeSet<String>) -> bool {
    let hit = if bent.codes == ANYTHING {
        found.iter().any(|code| !NOT_WHAT_IT_SHOULD_BE.contains(&code.as_str()))
    } else {
        bent.codes.iter().any(|code| found.contains(*code))
    };
    hit == bent.is_fault
}

/// The codes found at each place: of the whole body, or of the only item of a batch.
fn codes(answer: &Answer, of: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let errors = ["/errors", "/items/0/problem/errors"].iter().filter_map(|at| answer.value.pointer(at)?.as_array());
    for error in errors.flatten() {
        let (Some(place), Some(code)) = (error[of].as_str(), error["code"].as_str()) else { continue };
        found.entry(place.to_owned()).or_default().insert(code.to_owned());
    }
    found
}

/// The body with every member that its schema has; of unions the alternative of this number.
fn full(walk: &Walk, schema: &Value, body: Option<&Value>, alternative: usize, depth: usize) -> Value {
    let schema = walk.resolve(schema);
    let forms = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
    if let Some(forms) = forms {
        let form = &forms[alternative.min(forms.len() - 1)];
        return full(walk, form, body.filter(|_| alternative == 0), alternative, depth);
    }
    if let Some(members) = schema["properties"].as_object() {
        let inner = |(name, inner): (&String, &Value)| {
            (name.clone(), full(walk, inner, body.and_then(|body| body.get(name)), alternative, depth + 1))
        };
        return members.iter().map(inner).collect::<serde_json::Map<_, _>>().into();
    }
    if schema["type"] == "array" && depth < 12 {
        return json!([full(walk, &schema["items"], body.and_then(|body| body.get(0)), alternative, depth + 1)]);
    }
    body.cloned().unwrap_or_else(|| walk.sample(schema))
}

/// How many alternatives a schema has anywhere within it.
fn alternatives(walk: &Walk, schema: &Value, depth: usize) -> usize {
    let schema = walk.resolve(schema);
    if depth > 12 {
        return 1;
    }
    let forms = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
    let within = schema["properties"].as_object().into_iter().flatten().map(|(_, inner)| inner);
    let within = within.chain(schema.get("items")).chain(forms.into_iter().flatten());
    let most = within.map(|inner| alternatives(walk, inner, depth + 1)).max().unwrap_or(1);
    most.max(forms.map_or(1, Vec::len))
}

/// A server that lets a client call as often as the walks do.
fn unlimited(store: &Arc<Store>) -> Server {
    Server::start_with(store, &["--client-rate", "100000", "--client-burst", "100000"])
}

both_stores!(every_limit_of_every_member_of_a_body_is_enforced_as_written, |store| {
    let server = &unlimited(store);
    let walk = Walk::of(&server.anyone());
    let targets = Targets::at(server);
    let (mut tried, mut wrong) = (0, Vec::new());
    for (operation, body) in with_bodies(&walk) {
        let client = caller(server, &operation);
        let schema = walk.body_schema(&operation).expect("a schema");
        for alternative in 0..alternatives(&walk, &schema, 0) {
            let body = full(&walk, &schema, Some(&body), alternative, 0);
            let places = walk.places(&schema, &body);
            let mut by_keyword: BTreeMap<&str, Vec<(String, Bent)>> = BTreeMap::new();
            for (place, schema) in places.iter().chain(arrays(&walk, &schema, &body).iter()) {
                for bent in bends(schema, body.pointer(place).unwrap_or(&Value::Null)) {
                    by_keyword.entry(bent.keyword).or_default().push((place.clone(), bent));
                }
            }
            for (keyword, all) in by_keyword {
                // A list that is as long as it may be is tried by itself: what stands in it is tried elsewhere. The reports of
                // a batch are judged only if nothing is wrong with the batch.
                let (reports, others): (Vec<_>, Vec<_>) =
                    all.into_iter().partition(|(place, _)| place.starts_with("/items/0/report"));
                let one_by_one = keyword.ends_with("Items");
                let groups = [&reports, &others].into_iter().filter(|group| !group.is_empty());
                let groups = groups.flat_map(|group| group.chunks(if one_by_one { 1 } else { group.len() }));
                for group in groups {
                    let found = probe(&client, &operation, &targets, &body, group);
                    for (place, bent) in group {
                        tried += 1;
                        let at = found.get(place).cloned().unwrap_or_default();
                        if !is_right(bent, &at) {
                            wrong.push(format!("{} {} {place} {keyword}: {at:?}", operation.method, operation.path));
                        }
                    }
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "of {tried}:\n{}", wrong.join("\n"));
    assert!(tried > 1_500, "{tried}");
});

/// The lists of a body with their schemas, which the walk itself doesn't name.
fn arrays(walk: &Walk, schema: &Value, body: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    arrays_at(walk, schema, body, String::new(), &mut found);
    found
}

fn arrays_at(walk: &Walk, schema: &Value, body: &Value, at: String, into: &mut BTreeMap<String, Value>) {
    let schema = walk.resolve(schema);
    match body {
        Value::Array(items) if !items.is_empty() => {
            arrays_at(walk, &schema["items"], &items[0], format!("{at}/0"), into);
            into.insert(at, schema.clone());
        }
        Value::Object(members) => {
            for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
                if let Some(member) = members.get(name) {
                    arrays_at(walk, inner, member, format!("{at}/{name}"), into);
                }
            }
        }
        _ => {}
    }
}

/// Sends the body with every value of the group in its place. One more member makes sure that nothing is taken: what is at its
/// limit must not be refused beside it.
fn probe(
    client: &Client,
    operation: &Operation,
    targets: &Targets,
    body: &Value,
    group: &[(String, Bent)],
) -> BTreeMap<String, BTreeSet<String>> {
    let mut bent = body.clone();
    renew(&mut bent, "");
    // The reports of a batch are judged each by itself, unless something is wrong with the batch.
    let inner = if operation.path.ends_with("/batch") { "/items/0/report" } else { "" };
    if let Some(Value::Object(members)) = bent.pointer_mut(inner) {
        members.insert("no_such_member".to_owned(), json!(1));
    }
    for (place, one) in group {
        if let Some(slot) = bent.pointer_mut(place) {
            *slot = one.value.clone();
        }
    }
    let path = operation.at(targets.id(&operation.path));
    let answer = send(client, operation, &path, &bent.to_string());
    let is_judged = answer.status == 422 || (answer.status == 200 && !inner.is_empty());
    assert!(is_judged, "{} {path}\n{answer}", operation.method);
    codes(&answer, "pointer")
}

both_stores!(every_limit_of_every_query_parameter_is_enforced_as_written, |store| {
    let server = &unlimited(store);
    let walk = Walk::of(&server.anyone());
    let targets = Targets::at(server);
    let (mut tried, mut wrong) = (0, Vec::new());
    for operation in walk.operations().into_iter().filter(Operation::needs_token) {
        let (client, path) = (caller(server, &operation), operation.at(targets.id(&operation.path)));
        for (name, schema) in operation.query() {
            let schema = walk.resolve(&schema);
            for bent in bends(schema, &Value::Null) {
                let text = bent.value.as_str().map_or_else(|| bent.value.to_string(), str::to_owned);
                // A parameter that doesn't exist keeps polls from waiting.
                let query = format!("{name}={}&no_such_parameter=1", percent_encoded(&text));
                let call = client.call(&operation.method, &format!("{path}?{query}"));
                let call = if operation.method == "GET" {
                    call
                } else {
                    call.fresh_key().body("application/octet-stream", "x")
                };
                let answer = call.send();
                assert_eq!(answer.status, 422, "{} {path}?{query}\n{answer}", operation.method);
                let found = codes(&answer, "parameter");
                tried += 1;
                let at = found.get(&name).cloned().unwrap_or_default();
                // What may say anything to the schema may still have to be something (a cursor).
                let is_right = if bent.codes == ANYTHING { !at.contains("too_long") } else { is_right(&bent, &at) };
                if !is_right {
                    wrong.push(format!("{} {} {name} {}: {at:?}", operation.method, operation.path, bent.keyword));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "of {tried}:\n{}", wrong.join("\n"));
    assert!(tried > 150, "{tried}");
});

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

both_stores!(every_limit_of_every_header_is_enforced_as_written, |store| {
    let server = &unlimited(store);
    let walk = Walk::of(&server.anyone());
    let targets = Targets::at(server);
    let bodies: BTreeMap<String, Value> =
        with_bodies(&walk).into_iter().map(|(operation, body)| (id(&operation), body)).collect();
    let (mut tried, mut wrong) = (BTreeSet::new(), Vec::new());
    for operation in walk.operations().into_iter().filter(Operation::needs_token) {
        for (name, schema) in headers(&walk, &operation) {
            let (most, least) =
                (schema["maxLength"].as_u64().expect("maxLength"), schema["minLength"].as_u64().unwrap_or(0));
            let mut lengths = vec![(most, false), (most + 1, true)];
            if least > 1 {
                lengths.extend([(least, false), (least - 1, true)]);
            }
            for (length, is_fault) in lengths {
                let value = header_value(&name, usize::try_from(length).expect("a length"));
                let path =
                    if is_fault { operation.at(targets.id(&operation.path)) } else { targets.path(server, &operation) };
                let client = caller(server, &operation);
                let mut call = client.call(&operation.method, &path).header(&name, &value);
                if name != "Idempotency-Key" && operation.method != "GET" {
                    call = call.fresh_key();
                }
                if let Some(body) = bodies.get(&id(&operation)) {
                    let mut body = body.clone();
                    renew(&mut body, "");
                    call = call.json(body);
                } else if operation.path.ends_with("/attachments") && operation.method == "POST" {
                    call = client.call("POST", &format!("{path}?filename=a&kind=log")).header(&name, &value);
                    call = if name == "Idempotency-Key" { call } else { call.fresh_key() };
                    call = call.body("application/octet-stream", format!("{name} {length}"));
                }
                if name != "If-Match" && operation.method == "PUT" {
                    call = call.if_match("*");
                }
                let answer = call.send();
                let is_refused = answer.status == 422 && codes(&answer, "header").contains_key(&name);
                if is_refused != is_fault {
                    wrong.push(format!("{} {path} {name} of {length}: {answer}", operation.method));
                }
                tried.insert(name.clone());
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let all = [
        "Acting-Person",
        "Content-Digest",
        "Idempotency-Key",
        "If-Match",
        "If-None-Match",
        "If-Range",
        "Prefer",
        "Range",
    ];
    assert_eq!(tried.iter().map(String::as_str).collect::<Vec<_>>(), all);
});

fn id(operation: &Operation) -> String {
    operation.described["operationId"].as_str().expect("an id").to_owned()
}

/// The header parameters of an operation, with their schemas.
fn headers(walk: &Walk, operation: &Operation) -> Vec<(String, Value)> {
    let parameters = operation.described["parameters"].as_array().into_iter().flatten().map(|one| walk.resolve(one));
    let of_header = parameters.filter(|one| one["in"] == "header");
    of_header.map(|one| (one["name"].as_str().expect("a name").to_owned(), one["schema"].clone())).collect()
}

/// A value of this length that has nothing wrong but its length.
fn header_value(name: &str, length: usize) -> String {
    match name {
        "If-Match" | "If-None-Match" | "If-Range" => format!("\"{}\"", "x".repeat(length - 2)),
        // Four bytes of UTF-8 for each of 200 code points, three characters for each byte.
        "Acting-Person" => ["%F0%9F%9A%91".repeat(length / 12), "x".repeat(length % 12)].concat(),
        "Content-Digest" => format!("sha-512={}", "x".repeat(length - 8)),
        "Prefer" => format!("x={}", "x".repeat(length - 2)),
        _ => {
            let unique = uuid::Uuid::new_v4().simple().to_string();
            unique.chars().cycle().take(length).collect()
        }
    }
}
