//! For each operation of the document a body that it takes, a true id and somebody who may call it: what the walks of
//! `threats_fields.rs` bend.

use zvit_domain::edrpou::Edrpou;
use zvit_tests::directory::{BRAVO, DELTA, DONOR, WATER};
use zvit_tests::report::complete;
use zvit_tests::walk::{Operation, Walk};
use zvit_tests::{Answer, Client, Server, Value, fresh, json, report, stamp};

/// True ids for whatever an operation is about; things that may be broken.
pub(crate) struct Targets {
    incident: String,
    case: String,
    client: String,
    notice: String,
    attachment: String,
    proposal: String,
    link: String,
}

impl Targets {
    pub(crate) fn at(server: &Server) -> Self {
        let incident = server.hospital().submit(report("Подія"));
        let body = json!({"role": "team", "owner": DELTA, "name": "На заміну"});
        let client = server.coordinator().post("/v1/clients").fresh_key().json(body).expect(201);
        let other = server.hospital().submit(report("Інша подія")).string("/id");
        let linked = json!({"kind": "same_attack", "to": other, "reason": "Перевірка"});
        let path = format!("/v1/incidents/{}/links", incident.str("/id"));
        let link = server.coordinator().post(&path).fresh_key().json(linked).expect(201).string("/id");
        let attachment = crate::attachments::attach(&server.hospital(), incident.str("/id"), b"content");
        let proposal = server.verb(
            &server.alpha(),
            incident.str("/assignments/0/id"),
            "triage-proposals",
            json!({"level": 3, "reason": "Перевірка"}),
        );
        Self {
            link,
            attachment: attachment.string("/id"),
            proposal: proposal.expect(201).string("/id"),
            incident: incident.string("/id"),
            case: incident.string("/assignments/0/id"),
            client: client.string("/client_id"),
            notice: crate::notices::a_settled_notice(&server.store),
        }
    }

    /// The path with a true id in it; verbs of cases get a case of their own each time, in the state that they start from.
    pub(crate) fn path(&self, server: &Server, operation: &Operation) -> String {
        let id = self.id(&operation.path);
        let ends = ["/withdraw", "/withdrawal/confirm", "/withdrawal/reject"];
        if ends.iter().any(|end| operation.path.ends_with(end)) {
            return operation.at(&Self::nearly_withdrawn(server, &operation.path));
        }
        let is_verb = id == self.case && operation.method == "POST";
        if !is_verb {
            return operation.at(id);
        }
        let case = server.hospital().submit(report("Подія")).string("/assignments/0/id");
        if ["start", "resolve", "request-support"].iter().any(|verb| operation.path.ends_with(verb)) {
            server.verb(&server.alpha(), &case, "acknowledge", json!({})).expect(200);
        }
        operation.at(&case)
    }

    /// An incident of its own, as none takes anything once it is withdrawn: one that may be, or whose withdrawal waits for a
    /// decision.
    fn nearly_withdrawn(server: &Server, path: &str) -> String {
        let incident = server.hospital().submit(report("Подія"));
        let id = incident.string("/id");
        if !path.ends_with("/withdraw") {
            server.verb(&server.alpha(), incident.str("/assignments/0/id"), "acknowledge", json!({})).expect(200);
            let ask = server.hospital().post(&format!("/v1/incidents/{id}/withdraw"));
            ask.json(json!({"reason": "Помилка"})).expect(200);
        }
        id
    }

    /// The id that the path asks for; one of nothing where this table doesn't know the kind.
    pub(crate) fn id(&self, path: &str) -> &str {
        match path.split('/').nth(2).unwrap_or_default() {
            "incidents" => &self.incident,
            "cases" | "assignments" => &self.case,
            "notices" => &self.notice,
            "links" => &self.link,
            "institutions" => WATER,
            "teams" => DELTA,
            "participants" => DONOR,
            "clients" => &self.client,
            "attachments" => &self.attachment,
            "triage-proposals" => &self.proposal,
            _ => "01920000-0000-7abc-8def-0000000000ff",
        }
    }
}

/// Whoever may call it: the first role whose token opens it.
pub(crate) fn caller(server: &Server, operation: &Operation) -> Client {
    let scopes = operation.described["security"].to_string();
    let alone = |scope: &str| scopes.contains(scope);
    if alone("directory:write") || operation.path == "/v1/incidents/unmoved" || alone("directory:read") {
        server.coordinator()
    } else if alone("cases:write") || (alone("cases:read") && !alone("incidents:read")) {
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

/// A body that the operation takes but for what is done to it: where the document alone can't know what is free and what
/// exists, by hand.
fn body(walk: &Walk, operation: &Operation) -> Option<Value> {
    let mut body = walk.body(operation)?;
    let contact = json!({"name": "Черговий", "role": "черговий", "phone": "+380 00 000 00 00", "email": "duty@x.example",
            "webhook": {"url": "https://x.example/zvit"}, "notify": ["message"]});
    match operation.path.as_str() {
        "/v1/incidents" => {
            body = complete().into();
            body["external_ref"] = json!(fresh());
        }
        "/v1/incidents/batch" => body["items"].as_array_mut().expect("items").truncate(1),
        "/v1/incidents/{id}/reports" => {
            body = complete().into();
            body["external_ref"] = json!(fresh());
            body["stage"] = json!("update");
        }
        "/v1/incidents/{id}/assignments" => body = json!({"team_id": BRAVO, "role": "support", "reason": "Перевірка"}),
        "/v1/cases/{id}/request-support" => {
            body = json!({"assistance": "incident_response", "reason": "Перевірка"});
        }
        "/v1/cases/{id}/hand-over" => body = json!({"reason": "Перевірка"}),
        "/v1/clients" => body = json!({"name": "Новий", "role": "auditor"}),
        "/v1/clients/{id}" => body = json!({"name": "Новий", "scopes": ["cases:read"]}),
        "/v1/institutions" | "/v1/institutions/{id}" => {
            body["edrpou"] = json!(free_edrpou());
            body["represents"] = json!([]);
            body["contacts"] = json!([contact]);
        }
        "/v1/participants" | "/v1/participants/{id}" => {
            body["code"] = json!(free_code());
            body["valid_until"] = json!("2036-01-01T00:00:00Z");
        }
        "/v1/teams" | "/v1/teams/{id}" => {
            body["participant_id"] = json!(DONOR);
            body["languages"] = json!(["uk"]);
            body["capacity"] = json!(1);
            body["surge_capacity"] = json!(2);
            body["contacts"] = json!([contact]);
            body["duty_hours"] =
                json!({"time_zone": "Europe/Kyiv", "windows": [{"days": ["mon"], "from": "08:00", "to": "20:00"}]});
            body["availability"] = json!({"on_duty": true, "capacity": 1, "until": stamp(86_400)});
        }
        _ => {}
    }
    Some(body)
}

fn free_edrpou() -> String {
    let prefix = format!("{:07}", uuid::Uuid::new_v4().as_u128() % 10_000_000);
    Edrpou::from_prefix(&prefix).expect("seven digits").as_str().to_owned()
}

fn free_code() -> String {
    let id = uuid::Uuid::new_v4();
    id.as_bytes().iter().take(8).map(|byte| char::from(b'A' + byte % 26)).collect()
}

/// What must be new each time, unless it is what a test bends.
pub(crate) fn renew(body: &mut Value, bent: &str) {
    for (member, value) in
        [("edrpou", free_edrpou()), ("code", free_code()), ("external_ref", fresh()), ("kid", fresh())]
    {
        if body.get(member).is_some() && bent != format!("/{member}") {
            body[member] = json!(value);
        }
    }
}

pub(crate) fn with_bodies(walk: &Walk) -> Vec<(Operation, Value)> {
    let operations = walk.operations().into_iter().filter(Operation::needs_token);
    operations.filter_map(|operation| body(walk, &operation).map(|body| (operation, body))).collect()
}

pub(crate) fn send(client: &Client, operation: &Operation, path: &str, body: &str) -> Answer {
    let call = client.call(&operation.method, path).fresh_key().body("application/json", body);
    let call = if operation.method == "PUT" { call.if_match(&tag(client, path)) } else { call };
    call.send()
}

/// Status and places of a refusal; of the only item of a batch, which is refused by itself.
pub(crate) fn refusal(answer: &Answer) -> (u16, Vec<String>) {
    let Some(problem) = answer.value.pointer("/items/0/problem") else { return (answer.status, answer.places()) };
    let places = problem["errors"].as_array().into_iter().flatten().filter_map(|error| error["pointer"].as_str());
    let status = problem["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or_default();
    (status, places.map(str::to_owned).collect())
}
