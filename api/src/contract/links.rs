//! OpenAPI links: where the answer of one operation names what the next one is about.

use serde_json::{Map, Value, json};

use super::sides::each_operation;

/// From an operation's answer of success: where the id stands, in it or in what was asked, and the operations that take it as `id`.
type Id = (&'static str, &'static str, &'static [&'static str]);

const IDS: &[Id] = &[
    ("get_me", "$response.body#/owner/id", OWN),
    ("get_me", "$response.body#/client_id", &["list_client_keys", "add_client_key"]),
    ("submit_incident", "$response.body#/id", OF_INCIDENTS),
    ("list_incidents", "$response.body#/items/0/id", OF_INCIDENTS),
    ("follow_incidents", "$response.body#/items/0/id", &["get_incident", "override_triage", "assign_team"]),
    ("list_unmoved_incidents", "$response.body#/items/0/id", &["get_incident", "assign_team"]),
    ("get_incident", "$response.body#/assignments/0/id", &["revoke_assignment"]),
    ("add_report", ASKED, &["get_incident", "list_reports", "get_timeline"]),
    ("override_triage", ASKED, &["get_incident", "get_timeline"]),
    ("withdraw_incident", ASKED, &["get_incident", "confirm_withdrawal", "reject_withdrawal"]),
    ("confirm_withdrawal", ASKED, &["get_timeline"]),
    ("reject_withdrawal", ASKED, &["get_timeline", "confirm_withdrawal"]),
    ("close_incident", ASKED, &["get_incident", "reopen_incident"]),
    ("reopen_incident", ASKED, &["get_incident", "close_incident"]),
    ("assign_team", "$response.body#/id", &["revoke_assignment"]),
    ("assign_team", ASKED, &["get_incident"]),
    ("follow_cases", "$response.body#/items/0/id", OF_CASES),
    ("follow_cases", "$response.body#/items/0/incident/id", OF_INCIDENTS_OF_CASES),
    ("get_case", "$response.body#/incident/id", OF_INCIDENTS_OF_CASES),
    ("acknowledge_case", ASKED, &["get_case", "start_case", "hand_over_case", "request_support", "resolve_case"]),
    ("start_case", ASKED, &["get_case", "hand_over_case", "request_support", "resolve_case", "add_team_indicators"]),
    ("request_support", ASKED, &["get_case", "resolve_case"]),
    ("add_team_indicators", ASKED, &["get_case"]),
    ("propose_triage", "$response.body#/id", &["accept_triage_proposal", "reject_triage_proposal"]),
    ("propose_triage", "$response.body#/incident_id", &["list_triage_proposals"]),
    ("list_triage_proposals", "$response.body#/items/0/id", &["accept_triage_proposal", "reject_triage_proposal"]),
    ("accept_triage_proposal", "$response.body#/incident_id", &["get_incident", "list_triage_proposals"]),
    ("reject_triage_proposal", "$response.body#/incident_id", &["list_triage_proposals"]),
    ("link_incident", "$response.body#/id", &["remove_incident_link"]),
    ("link_incident", ASKED, &["list_incident_links"]),
    ("list_incident_links", "$response.body#/items/0/id", &["remove_incident_link"]),
    ("post_message", ASKED, &["list_messages"]),
    ("add_translation", ASKED, &["list_translations"]),
    ("add_attachment", "$response.body#/id", &["get_attachment_content"]),
    ("add_attachment", ASKED, &["list_attachments"]),
    ("add_external_attachment", ASKED, &["list_attachments"]),
    ("list_attachments", "$response.body#/items/0/id", &["get_attachment_content"]),
    ("list_notices", "$response.body#/items/0/id", &["retry_notice"]),
    ("list_notices", "$response.body#/items/0/incident_id", &["get_incident"]),
    ("create_participant", "$response.body#/id", OF_PARTICIPANTS),
    ("create_institution", "$response.body#/id", OF_INSTITUTIONS),
    ("create_team", "$response.body#/id", OF_TEAMS),
    ("list_participants", "$response.body#/items/0/id", OF_PARTICIPANTS),
    ("list_institutions", "$response.body#/items/0/id", OF_INSTITUTIONS),
    ("list_teams", "$response.body#/items/0/id", OF_TEAMS),
    ("deactivate_participant", ASKED, &["get_participant", "activate_participant"]),
    ("deactivate_institution", ASKED, &["get_institution", "activate_institution"]),
    ("hold_institution", ASKED, &["get_institution", "release_institution"]),
    ("deactivate_team", ASKED, &["get_team", "activate_team"]),
    ("set_team_availability", ASKED, &["get_team_availability"]),
    ("create_client", "$response.body#/client_id", OF_CLIENTS),
    ("list_clients", "$response.body#/items/0/client_id", OF_CLIENTS),
    ("deactivate_client", ASKED, &["get_client", "activate_client"]),
    ("add_client_key", ASKED, &["list_client_keys"]),
];

/// What the operation itself was asked about.
const ASKED: &str = "$request.path.id";

/// What a client asks about the team or institution that it belongs to.
const OWN: &[&str] =
    &["get_team_availability", "set_team_availability", "make_team_webhook_secret", "make_institution_webhook_secret"];

const OF_INCIDENTS: &[&str] = &[
    "get_incident",
    "list_reports",
    "add_report",
    "get_timeline",
    "list_messages",
    "post_message",
    "list_attachments",
    "add_attachment",
    "add_external_attachment",
    "list_translations",
    "add_translation",
    "get_receipt",
    "print_receipt",
    "withdraw_incident",
    "confirm_withdrawal",
    "reject_withdrawal",
    "override_triage",
    "assign_team",
    "grant_parts",
    "list_triage_proposals",
    "list_incident_links",
    "link_incident",
    "close_incident",
    "reopen_incident",
];

/// What a team may ask about the incident of a case.
const OF_INCIDENTS_OF_CASES: &[&str] = &[
    "list_reports",
    "get_timeline",
    "list_messages",
    "post_message",
    "list_attachments",
    "add_attachment",
    "add_external_attachment",
    "list_translations",
    "add_translation",
    "grant_parts",
    "confirm_withdrawal",
    "reject_withdrawal",
    "list_triage_proposals",
    "list_incident_links",
];

const OF_CASES: &[&str] = &[
    "get_case",
    "acknowledge_case",
    "decline_case",
    "start_case",
    "hand_over_case",
    "request_support",
    "resolve_case",
    "add_team_indicators",
    "propose_triage",
];

const OF_PARTICIPANTS: &[&str] =
    &["get_participant", "replace_participant", "activate_participant", "deactivate_participant"];

const OF_INSTITUTIONS: &[&str] = &[
    "get_institution",
    "replace_institution",
    "activate_institution",
    "deactivate_institution",
    "hold_institution",
    "release_institution",
    "join_institution",
    "make_institution_webhook_secret",
];

const OF_TEAMS: &[&str] = &[
    "get_team",
    "replace_team",
    "activate_team",
    "deactivate_team",
    "get_team_availability",
    "set_team_availability",
    "make_team_webhook_secret",
];

const OF_CLIENTS: &[&str] = &[
    "get_client",
    "replace_client",
    "activate_client",
    "deactivate_client",
    "rotate_client_secret",
    "issue_enrolment_code",
    "list_client_keys",
    "add_client_key",
];

/// What a resource that was read is changed by, with its `ETag` as `If-Match`.
const REPLACED_BY: &[(&str, &str)] = &[
    ("get_participant", "replace_participant"),
    ("get_institution", "replace_institution"),
    ("get_team", "replace_team"),
    ("get_team_availability", "set_team_availability"),
    ("get_client", "replace_client"),
    ("get_incident", "override_triage"),
    ("get_routing_rules", "replace_routing_rules"),
];

/// Of what they read there is one only: it has no id.
const SINGLE: &[&str] = &["get_routing_rules"];

/// A key stands under its client.
const KEYS: &[(&str, &str)] =
    &[("add_client_key", "$response.body#/kid"), ("list_client_keys", "$response.body#/items/0/kid")];

/// Gives every operation its links. Those to operations that the document doesn't have are left out.
pub(super) fn add(document: &mut Value) {
    let mut known = Vec::new();
    each_operation(document, |operation| known.extend(id_of(operation)));
    each_operation(document, |operation| {
        let Some(id) = id_of(operation) else { return };
        let mut links = links_of(&id, operation);
        links.retain(|_, link| {
            link.get("operationId").and_then(Value::as_str).is_some_and(|to| known.iter().any(|id| id == to))
        });
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten();
        let success = responses.filter(|(status, _)| status.starts_with('2')).find_map(|(_, r)| r.as_object_mut());
        if let Some(response) = success.filter(|_| !links.is_empty()) {
            response.insert("links".into(), links.into());
        }
    });
}

fn id_of(operation: &Value) -> Option<String> {
    operation.get("operationId").and_then(Value::as_str).map(str::to_owned)
}

fn links_of(id: &str, operation: &Value) -> Map<String, Value> {
    let mut links = Map::new();
    let mut link = |to: &str, parameters: Value| {
        links.insert(to.to_owned(), json!({ "operationId": to, "parameters": parameters }));
    };
    for (_, at, operations) in IDS.iter().filter(|(from, _, _)| *from == id) {
        operations.iter().for_each(|to| link(to, json!({ "id": at })));
    }
    for (_, to) in REPLACED_BY.iter().filter(|(from, _)| *from == id) {
        let mut parameters = json!({ "If-Match": "$response.header.ETag" });
        if !SINGLE.contains(&id)
            && let Some(parameters) = parameters.as_object_mut()
        {
            parameters.insert("id".into(), json!(ASKED));
        }
        link(to, parameters);
    }
    for (_, at) in KEYS.iter().filter(|(from, _)| *from == id) {
        link("remove_client_key", json!({ "id": ASKED, "kid": at }));
    }
    // A list goes on where its last page ended.
    let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    if parameters.into_iter().any(|one| one.get("name") == Some(&json!("cursor"))) {
        let mut next = json!({ "cursor": "$response.body#/next_cursor" });
        let names_something = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
        if names_something.into_iter().any(|one| one.get("in") == Some(&json!("path")))
            && let Some(next) = next.as_object_mut()
        {
            next.insert("id".into(), json!(ASKED));
        }
        link(id, next);
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_takes_an_id_is_led_to() {
        let mut document = crate::openapi_document().unwrap();
        let (mut takers, mut led_to) = (Vec::new(), Vec::new());
        each_operation(&mut document, |operation| {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            if parameters.into_iter().any(|one| one["in"] == "path") {
                takers.extend(id_of(operation));
            }
            let responses = operation["responses"].as_object().into_iter().flatten();
            let links = responses.filter_map(|(_, response)| response["links"].as_object()).flatten();
            led_to.extend(links.filter_map(|(_, link)| link["operationId"].as_str().map(str::to_owned)));
        });
        assert!(takers.len() > 60, "{takers:?}");
        takers.retain(|id| !led_to.contains(id));
        assert!(takers.is_empty(), "no answer leads to {takers:?}");
    }

    #[test]
    fn every_link_joins_operations_of_this_service() {
        let mut document = crate::openapi_document().unwrap();
        let mut known = Vec::new();
        each_operation(&mut document, |operation| known.extend(id_of(operation)));
        let ends = IDS.iter().flat_map(|(from, _, to)| to.iter().chain(std::iter::once(from)));
        let ends =
            ends.chain(REPLACED_BY.iter().flat_map(|(from, to)| [from, to])).chain(KEYS.iter().map(|(from, _)| from));
        for end in ends {
            assert!(known.iter().any(|id| id == end), "{end} is no operation");
        }
        let submitted = &document["paths"]["/v1/incidents"]["post"]["responses"]["201"]["links"];
        assert_eq!(submitted["get_incident"]["parameters"]["id"], "$response.body#/id");
        let next = &document["paths"]["/v1/cases"]["get"]["responses"]["200"]["links"]["follow_cases"];
        assert_eq!(next["parameters"], json!({ "cursor": "$response.body#/next_cursor" }));
    }
}
