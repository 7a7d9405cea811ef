//! Every operation, called by everybody: what the authorization table says is what happens, and who is refused has changed
//! nothing.

use std::collections::BTreeSet;

use aws_lc_rs::signature::Ed25519KeyPair;
use zvit_api::permission::{Access, OPERATIONS, OnHold, Operation, Ownership, Rule};
use zvit_domain::vocabulary::Role;
use zvit_domain::word::Word;
use zvit_tests::client::Account;
use zvit_tests::directory::{ALPHA, BRAVO, DONOR, GRID, HOSPITAL, REGISTRY, WATER};
use zvit_tests::{Answer, Client, Server, Value, both, json, report};

use crate::docs::operations;
use crate::oauth2::{part, signed, signing_key};

/// What a caller is to the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Its token is good.
    Good,
    /// Its institution is on hold.
    OnHold,
    /// Refused whatever it asks, with this code of a 401.
    Out(&'static str),
}

struct Caller {
    name: &'static str,
    client: Client,
    role: Role,
    standing: Standing,
}

/// Things that exist, of the hospital and of team alpha.
struct Things {
    incident: String,
    case: String,
    client: String,
    notice: String,
    attachment: String,
    proposal: String,
    link: String,
}

#[derive(Debug, PartialEq, Eq)]
enum Expected {
    Refused(u16, &'static str),
    LetIn,
}

both!(the_table_and_the_document_have_the_same_operations, |server| {
    let document = server.anyone().get("/openapi.json").expect(200).value;
    let documented: BTreeSet<(String, String)> =
        operations(&document).into_iter().map(|(method, path, _)| (method, path)).collect();
    let listed: BTreeSet<(String, String)> =
        OPERATIONS.iter().map(|row| (row.method.to_owned(), row.path.to_owned())).collect();
    assert_eq!(documented, listed);
    for (method, path, operation) in operations(&document) {
        let row = OPERATIONS.iter().find(|row| row.method == method && row.path == path).unwrap();
        let scopes: Vec<&str> = operation["security"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one["oauth2"].as_array())
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        assert_eq!(scopes, row.rule().map_or(&[][..], |rule| rule.scopes), "{method} {path}");
        assert_eq!(operation["security"] == json!([{}]), row.access == Access::Public, "{method} {path}");
    }
});

both!(each_operation_answers_everybody_as_the_table_says, |server| {
    let document = server.anyone().get("/openapi.json").expect(200).value;
    let things = prepare(server);
    let callers = callers(server);
    let refusing: Vec<(&Operation, &Caller)> = each(&callers)
        .filter(|(operation, caller)| matches!(expected(operation, caller), Expected::Refused(..)))
        .collect();
    server.store.untouched(|| {
        for (operation, caller) in &refusing {
            let answer = call(&document, operation, &caller.client, &things);
            assert_refused(&answer, operation, caller.name, &expected(operation, caller));
        }
        wrong_scopes(server, &document, &things);
    });
    assert!(refusing.len() > OPERATIONS.len() * 3);
    // Those who are let in say too little to change much: what they may is the business of other tests.
    for (operation, caller) in each(&callers).filter(|pair| expected(pair.0, pair.1) == Expected::LetIn) {
        let call = caller.client.call(operation.method, &path_of(operation, &things));
        let call = if operation.changes() { call.fresh_key().if_match("\"1\"").json(json!({})) } else { call };
        let answer = call.send();
        assert!(
            ![401, 403].contains(&answer.status) && answer.status < 500,
            "{} may {}\n{answer}",
            caller.name,
            operation.id
        );
        assert!(answer.status != 404 || operation.path.contains("{kid}"), "{}: {answer}", caller.name);
    }
});

both!(public_operations_look_at_no_token, |server| {
    for operation in OPERATIONS.iter().filter(|operation| operation.access == Access::Public) {
        for client in [server.anyone(), Client::with_token(&server.base, "not.a.token")] {
            let call = client.call(operation.method, operation.path);
            let answer = if operation.changes() { call.form(&[("x", "y")]) } else { call }.send();
            let code = answer.value["code"].as_str().unwrap_or_default();
            assert!(answer.status != 403 && answer.status < 500 && !code.starts_with("token_"), "{answer}");
        }
    }
});

fn each(callers: &[Caller]) -> impl Iterator<Item = (&'static Operation, &Caller)> {
    let with_token = OPERATIONS.iter().copied().filter(|operation| operation.access != Access::Public);
    with_token.flat_map(move |operation| callers.iter().map(move |caller| (operation, caller)))
}

/// A case of alpha's about the hospital, and a client of the hospital that does nothing itself.
fn prepare(server: &Server) -> Things {
    let incident = server.hospital().submit(report("Подія для обходу всіх операцій"));
    let id = incident.string("/id");
    let case = server.case_of(&server.alpha(), &id);
    let client = made(server, "institution", Some(HOSPITAL)).account().client_id.clone();
    let other = server.hospital().submit(report("Інша подія")).string("/id");
    let body = json!({"kind": "same_attack", "to": other, "reason": "Обхід"});
    let link = server.coordinator().post(&format!("/v1/incidents/{id}/links")).fresh_key().json(body).expect(201);
    let notice = crate::notices::a_settled_notice(&server.store);
    let attachment = crate::attachments::attach(&server.hospital(), &id, b"content").string("/id");
    let proposal = json!({"level": 3, "reason": "Обхід"});
    let proposal = server.verb(&server.alpha(), &case, "triage-proposals", proposal).expect(201).string("/id");
    Things { incident: id, case, client, notice, attachment, proposal, link: link.string("/id") }
}

fn made(server: &Server, role: &str, owner: Option<&str>) -> Client {
    let mut body = json!({"role": role, "name": "Обхід"});
    if let Some(owner) = owner {
        body["owner"] = json!(owner);
    }
    let made = server.coordinator().post("/v1/clients").fresh_key().json(body).expect(201);
    let client = Client::of(&server.base, &Account::read(&made.value));
    let _ = client.token();
    client
}

fn callers(server: &Server) -> Vec<Caller> {
    let good = |name, client, role| Caller { name, client, role, standing: Standing::Good };
    let out = |name, client, role, code| Caller { name, client, role, standing: Standing::Out(code) };
    let role = |code: &str| Role::from_code(code).expect("a role");
    let mut callers: Vec<Caller> =
        server.one_of_each_role().into_iter().map(|(name, client)| good(name, client, role(name))).collect();
    callers.push(good("another institution", server.grid(), Role::Institution));
    callers.push(good("another team", server.bravo(), Role::Team));
    callers.push(out("nobody", server.anyone(), Role::Coordinator, "token_missing"));
    let expired = Client::with_token(&server.base, &expired(server));
    callers.push(out("an expired token", expired, Role::Coordinator, "token_expired"));

    let coordinator = server.coordinator();
    let reason = json!({"reason": "Обхід усіх операцій"});
    let deactivated = made(server, "coordinator", None);
    let path = format!("/v1/clients/{}/deactivate", deactivated.account().client_id);
    coordinator.post(&path).json(reason.clone()).expect(200);
    callers.push(out("a deactivated client", deactivated, Role::Coordinator, "token_revoked"));
    let orphan = made(server, "institution", Some(WATER));
    coordinator.post(&format!("/v1/institutions/{WATER}/deactivate")).json(reason.clone()).expect(200);
    callers.push(out("a client of a deactivated owner", orphan, Role::Institution, "token_revoked"));
    coordinator.post(&format!("/v1/institutions/{REGISTRY}/hold")).json(reason).expect(200).with("/on_hold", true);
    let held = Client::of(&server.base, server.registry().account());
    callers.push(Caller { name: "on hold", client: held, role: Role::Institution, standing: Standing::OnHold });
    callers
}

/// A token of the coordinator's that was once good.
fn expired(server: &Server) -> String {
    let (_, key): (String, Ed25519KeyPair) = signing_key(server);
    let token = server.coordinator().token().expect("a token");
    let (header, mut claims) = (part(&token, 0), part(&token, 1));
    let now = zvit_tests::now().as_seconds();
    for (name, at) in [("iat", now - 700), ("nbf", now - 700), ("exp", now - 100)] {
        claims[name] = json!(at);
    }
    signed(&key, &header, &claims)
}

fn expected(operation: &Operation, caller: &Caller) -> Expected {
    let rule: &Rule = operation.rule().expect("not public");
    if let Standing::Out(code) = caller.standing {
        return Expected::Refused(401, code);
    }
    if !operation.admits_role(caller.role) {
        return Expected::Refused(403, "scope_lacking");
    }
    if caller.standing == Standing::OnHold && rule.on_hold == OnHold::Refused {
        return Expected::Refused(403, "institution_on_hold");
    }
    let is_of_one = operation.path.contains("{id}");
    if is_of_one && !owns(operation, rule.ownership, caller) {
        Expected::Refused(404, "not_found")
    } else {
        Expected::LetIn
    }
}

/// Whether the thing that the path names is the caller's.
fn owns(operation: &Operation, ownership: Ownership, caller: &Caller) -> bool {
    let own_name = match ownership {
        Ownership::Nobodys | Ownership::ReportsFor | Ownership::WholeService => return true,
        Ownership::OwnIncidents | Ownership::ReportedIncidents => ["institution", ""],
        Ownership::PartiesOfIncident => ["institution", "team"],
        Ownership::OwnCases | Ownership::LedIncidents => ["team", ""],
        Ownership::OwnOrCoordinator if operation.path.starts_with("/v1/teams/") => ["team", ""],
        Ownership::OwnOrCoordinator => ["institution", ""],
    };
    caller.role == Role::Coordinator || own_name.contains(&caller.name)
}

fn path_of(operation: &Operation, things: &Things) -> String {
    let id = match operation.path.split('/').nth(2).unwrap_or_default() {
        "incidents" => &things.incident,
        "cases" | "assignments" => &things.case,
        "clients" => &things.client,
        "attachments" => &things.attachment,
        "triage-proposals" => &things.proposal,
        "links" => &things.link,
        "participants" => DONOR,
        "notices" => &things.notice,
        "institutions" if operation.path.ends_with("/webhook-secret") => HOSPITAL,
        "institutions" => GRID,
        "teams" if ["/availability", "/webhook-secret"].iter().any(|own| operation.path.ends_with(own)) => ALPHA,
        "teams" => BRAVO,
        other => {
            assert!(!operation.path.contains('{'), "which {other} is to be named in {}?", operation.path);
            ""
        }
    };
    operation.path.replace("{id}", id).replace("{kid}", "no-such-key")
}

/// A call as complete as the document lets us make it, so that a missing check would be seen to change something.
fn call(document: &Value, operation: &Operation, client: &Client, things: &Things) -> Answer {
    let call = client.call(operation.method, &path_of(operation, things));
    if !operation.changes() {
        return call.send();
    }
    let pointer = format!(
        "/paths/{}/{}/requestBody/content/application~1json/example",
        operation.path.replace('/', "~1"),
        operation.method.to_lowercase()
    );
    let body = document.pointer(&pointer).cloned().unwrap_or_else(|| match operation.id {
        "acknowledge_case" | "start_case" => json!({}),
        "resolve_case" => json!({"outcome": "contained", "summary": "…"}),
        _ => json!({"reason": "…"}),
    });
    call.fresh_key().if_match("*").json(body).send()
}

#[track_caller]
fn assert_refused(answer: &Answer, operation: &Operation, who: &str, expected: &Expected) {
    let Expected::Refused(status, code) = expected else { panic!("{who} is let in") };
    assert!(answer.status == *status, "{who}: {} should be {status} {code}\n{answer}", operation.id);
    let answer = answer.clone().problem(*status, code);
    match *status {
        401 => assert!(answer.header("www-authenticate").starts_with("Bearer"), "{answer}"),
        403 if *code == "institution_on_hold" => assert!(answer.has("/support"), "the duty line is named\n{answer}"),
        403 => assert!(answer.header("www-authenticate").contains("insufficient_scope"), "{answer}"),
        _ => {}
    }
}

/// The coordinator's token for something else alone.
fn wrong_scopes(server: &Server, document: &Value, things: &Things) {
    let (statistics, routing) =
        (server.coordinator().only("statistics:read"), server.coordinator().only("routing:read"));
    for operation in OPERATIONS {
        let Some(rule) = operation.rule().filter(|rule| !rule.scopes.is_empty()) else { continue };
        let client = if rule.scopes.contains(&"statistics:read") { &routing } else { &statistics };
        let answer = call(document, operation, client, things);
        assert_refused(&answer, operation, "a wrong scope", &Expected::Refused(403, "scope_lacking"));
    }
}
