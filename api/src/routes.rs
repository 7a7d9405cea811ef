//! The whole surface, readable as the API.

pub mod attachment_content;
pub mod attachments;
pub mod availability;
pub mod cases;
pub mod client_keys;
pub mod clients;
pub mod directory;
pub mod endings;
pub mod enrol;
pub mod events;
pub mod feed;
pub mod grants;
pub mod health;
pub mod hold;
pub mod incidents;
pub mod incidents_batch;
pub mod join;
pub mod links;
pub mod me;
pub mod messages;
pub mod notices;
pub mod oauth2;
pub mod receipt;
pub mod reports;
pub mod reroute;
pub mod rules;
pub mod simulate;
pub mod statistics;
pub mod team_indicators;
pub mod translations;
pub mod triage;
pub mod triage_proposals;
pub mod unmoved;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation. Each handler names its method and path; those with a fixed last part stand before `{id}`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        // tokens
        .service(oauth2::issue_token)
        .service(oauth2::revoke_token)
        .service(enrol::enrol_client)
        .service(oauth2::metadata)
        .service(oauth2::jwks)
        // the service
        .service(me::get_me)
        .service(me::get_vocabularies)
        .service(health::healthz)
        .service(health::readyz)
        // incidents
        .service(incidents_batch::submit_incident_batch)
        .service(incidents::submit_incident)
        .service(incidents::list_incidents)
        .service(incidents::follow_incidents)
        .service(unmoved::list_unmoved_incidents)
        .service(incidents::get_incident)
        .service(reports::add_report)
        .service(reports::list_reports)
        .service(events::get_timeline)
        .service(endings::withdraw_incident)
        .service(endings::confirm_withdrawal)
        .service(endings::reject_withdrawal)
        .service(endings::reopen_incident)
        .service(receipt::get_receipt)
        .service(receipt::print_receipt)
        .service(messages::post_message)
        .service(messages::list_messages)
        .service(attachments::add_external_attachment)
        .service(attachments::add_attachment)
        .service(attachments::list_attachments)
        .service(attachment_content::get_attachment_content)
        .service(translations::add_translation)
        .service(translations::list_translations)
        .service(grants::grant_parts)
        // cases
        .service(cases::follow_cases)
        .service(cases::get_case)
        .service(cases::acknowledge_case)
        .service(cases::decline_case)
        .service(cases::start_case)
        .service(cases::hand_over_case)
        .service(cases::request_support)
        .service(cases::resolve_case)
        .service(team_indicators::add_team_indicators)
        .service(triage_proposals::propose_triage)
        // coordination
        .service(triage_proposals::list_triage_proposals)
        .service(triage_proposals::accept_triage_proposal)
        .service(triage_proposals::reject_triage_proposal)
        .service(triage::override_triage)
        .service(triage::assign_team)
        .service(triage::revoke_assignment)
        .service(triage::close_incident)
        .service(links::link_incident)
        .service(links::list_incident_links)
        .service(links::remove_incident_link)
        // routing rules
        .service(rules::get_routing_rules)
        .service(rules::replace_routing_rules)
        .service(rules::list_routing_rules_versions)
        .service(simulate::simulate_routing)
        .service(reroute::reroute_assignments)
        // directory
        .service(directory::list_participants)
        .service(directory::create_participant)
        .service(directory::get_participant)
        .service(directory::replace_participant)
        .service(directory::activate_participant)
        .service(directory::deactivate_participant)
        .service(directory::list_institutions)
        .service(directory::create_institution)
        .service(directory::get_institution)
        .service(directory::replace_institution)
        .service(directory::activate_institution)
        .service(directory::deactivate_institution)
        .service(hold::hold_institution)
        .service(hold::release_institution)
        .service(join::join_institution)
        .service(directory::list_teams)
        .service(directory::create_team)
        .service(directory::get_team)
        .service(directory::replace_team)
        .service(directory::activate_team)
        .service(directory::deactivate_team)
        .service(availability::get_team_availability)
        .service(availability::set_team_availability)
        // notices
        .service(notices::make_institution_webhook_secret)
        .service(notices::make_team_webhook_secret)
        .service(notices::list_notices)
        .service(notices::retry_notice)
        // clients
        .service(clients::list_clients)
        .service(clients::create_client)
        .service(clients::get_client)
        .service(clients::replace_client)
        .service(clients::activate_client)
        .service(clients::deactivate_client)
        .service(clients::rotate_client_secret)
        .service(client_keys::list_client_keys)
        .service(client_keys::add_client_key)
        .service(client_keys::remove_client_key)
        .service(enrol::issue_enrolment_code)
        // statistics
        .service(statistics::get_statistics)
        .service(statistics::get_statistics_csv)
        // audit
        .service(events::list_audit_events);
}
