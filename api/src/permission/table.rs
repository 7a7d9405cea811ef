//! The table: every operation of the document, one row each. See [the module above](super) for how to add one.

use zvit_domain::vocabulary::Role;

use super::{Access, OnHold, Operation, Ownership, Permission, Rule};

/// Makes the table, and of each row that asks for a token a type for `Caller<…>`.
macro_rules! operations {
    (
        clients { $($name:ident $id:literal $method:ident $path:literal [$($scope:literal),*] [$($role:ident),*] $ownership:ident $on_hold:ident;)+ }
        public { $($public_id:literal $public_method:ident $public_path:literal;)+ }
    ) => {
        $(
            #[doc = concat!("`", $id, "`: ", stringify!($method), " ", $path)]
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl Permission for $name {
                const OPERATION: &'static Operation = &Operation {
                    id: $id,
                    method: stringify!($method),
                    path: $path,
                    access: Access::Clients(Rule {
                        scopes: &[$($scope),*],
                        roles: &[$(Role::$role),*],
                        ownership: Ownership::$ownership,
                        on_hold: OnHold::$on_hold,
                    }),
                };
            }
        )+

        /// Every operation of the document.
        pub const OPERATIONS: &[&Operation] = &[
            $($name::OPERATION,)+
            $(&Operation { id: $public_id, method: stringify!($public_method), path: $public_path, access: Access::Public },)+
        ];
    };
}

operations! {
    // type, operation_id, method, path, any of these scopes, only these roles, whose things, for an institution on hold
    clients {
        // the client itself
        GetMe "get_me" GET "/v1/me" [] [] Nobodys Allowed;
        GetVocabularies "get_vocabularies" GET "/v1/vocabularies" [] [] Nobodys Allowed;
        // incidents
        SubmitIncidentBatch "submit_incident_batch" POST "/v1/incidents/batch" ["incidents:write"] [] ReportsFor Allowed;
        ListIncidents "list_incidents" GET "/v1/incidents" ["incidents:read"] [] ReportedIncidents Refused;
        SubmitIncident "submit_incident" POST "/v1/incidents" ["incidents:write"] [] ReportsFor Allowed;
        FollowIncidents "follow_incidents" GET "/v1/incidents/feed" ["incidents:read"] [] OwnIncidents Refused;
        ListUnmovedIncidents "list_unmoved_incidents" GET "/v1/incidents/unmoved" ["incidents:read"] [Coordinator] WholeService Refused;
        GetIncident "get_incident" GET "/v1/incidents/{id}" ["incidents:read"] [] ReportedIncidents Refused;
        ListReports "list_reports" GET "/v1/incidents/{id}/reports" ["incidents:read", "cases:read"] [] PartiesOfIncident Refused;
        AddReport "add_report" POST "/v1/incidents/{id}/reports" ["incidents:write"] [] ReportedIncidents Allowed;
        GetTimeline "get_timeline" GET "/v1/incidents/{id}/timeline" ["incidents:read", "cases:read"] [] PartiesOfIncident Refused;
        GetReceipt "get_receipt" GET "/v1/incidents/{id}/receipt" ["incidents:read"] [] ReportedIncidents Refused;
        PrintReceipt "print_receipt" GET "/v1/incidents/{id}/receipt/printable" ["incidents:read"] [] ReportedIncidents Refused;
        GrantParts "grant_parts" POST "/v1/incidents/{id}/grants" ["cases:write", "triage:write"] [] PartiesOfIncident Refused;
        OverrideTriage "override_triage" PUT "/v1/incidents/{id}/triage" ["triage:write"] [] WholeService Refused;
        AssignTeam "assign_team" POST "/v1/incidents/{id}/assignments" ["triage:write"] [] WholeService Refused;
        CloseIncident "close_incident" POST "/v1/incidents/{id}/close" ["triage:write"] [] WholeService Refused;
        ReopenIncident "reopen_incident" POST "/v1/incidents/{id}/reopen" ["triage:write"] [] WholeService Refused;
        WithdrawIncident "withdraw_incident" POST "/v1/incidents/{id}/withdraw" ["incidents:write"] [] OwnIncidents Refused;
        ConfirmWithdrawal "confirm_withdrawal" POST "/v1/incidents/{id}/withdrawal/confirm" ["cases:write", "triage:write"] [] LedIncidents Refused;
        RejectWithdrawal "reject_withdrawal" POST "/v1/incidents/{id}/withdrawal/reject" ["cases:write", "triage:write"] [] LedIncidents Refused;
        PostMessage "post_message" POST "/v1/incidents/{id}/messages" ["incidents:write", "cases:write"] [] PartiesOfIncident Refused;
        ListMessages "list_messages" GET "/v1/incidents/{id}/messages" ["incidents:read", "cases:read"] [] PartiesOfIncident Refused;
        AddAttachment "add_attachment" POST "/v1/incidents/{id}/attachments" ["incidents:write", "cases:write"] [] PartiesOfIncident Refused;
        AddExternalAttachment "add_external_attachment" POST "/v1/incidents/{id}/attachments/external" ["incidents:write", "cases:write"] [] PartiesOfIncident Refused;
        ListAttachments "list_attachments" GET "/v1/incidents/{id}/attachments" ["incidents:read", "cases:read"] [] PartiesOfIncident Refused;
        GetAttachmentContent "get_attachment_content" GET "/v1/attachments/{id}/content" ["incidents:read", "cases:read"] [] PartiesOfIncident Refused;
        AddTranslation "add_translation" POST "/v1/incidents/{id}/translations" ["cases:write", "triage:write"] [] PartiesOfIncident Refused;
        ListTranslations "list_translations" GET "/v1/incidents/{id}/translations" ["incidents:read", "cases:read"] [] PartiesOfIncident Refused;
        ListTriageProposals "list_triage_proposals" GET "/v1/incidents/{id}/triage-proposals" ["cases:read", "triage:write"] [] PartiesOfIncident Refused;
        LinkIncident "link_incident" POST "/v1/incidents/{id}/links" ["triage:write"] [] WholeService Refused;
        ListIncidentLinks "list_incident_links" GET "/v1/incidents/{id}/links" ["incidents:read", "cases:read"] [] PartiesOfIncident Refused;
        RemoveIncidentLink "remove_incident_link" POST "/v1/links/{id}/remove" ["triage:write"] [] WholeService Refused;
        // cases
        FollowCases "follow_cases" GET "/v1/cases" ["cases:read"] [Team] OwnCases Refused;
        GetCase "get_case" GET "/v1/cases/{id}" ["cases:read"] [Team] OwnCases Refused;
        AcknowledgeCase "acknowledge_case" POST "/v1/cases/{id}/acknowledge" ["cases:write"] [Team] OwnCases Refused;
        DeclineCase "decline_case" POST "/v1/cases/{id}/decline" ["cases:write"] [Team] OwnCases Refused;
        StartCase "start_case" POST "/v1/cases/{id}/start" ["cases:write"] [Team] OwnCases Refused;
        HandOverCase "hand_over_case" POST "/v1/cases/{id}/hand-over" ["cases:write"] [Team] OwnCases Refused;
        ResolveCase "resolve_case" POST "/v1/cases/{id}/resolve" ["cases:write"] [Team] OwnCases Refused;
        RequestSupport "request_support" POST "/v1/cases/{id}/request-support" ["cases:write"] [Team] OwnCases Refused;
        AddTeamIndicators "add_team_indicators" POST "/v1/cases/{id}/indicators" ["cases:write"] [Team] OwnCases Refused;
        ProposeTriage "propose_triage" POST "/v1/cases/{id}/triage-proposals" ["cases:write"] [Team] OwnCases Refused;
        AcceptTriageProposal "accept_triage_proposal" POST "/v1/triage-proposals/{id}/accept" ["triage:write"] [] WholeService Refused;
        RejectTriageProposal "reject_triage_proposal" POST "/v1/triage-proposals/{id}/reject" ["triage:write"] [] WholeService Refused;
        // assignments
        RevokeAssignment "revoke_assignment" POST "/v1/assignments/{id}/revoke" ["triage:write"] [] WholeService Refused;
        // routing rules
        GetRoutingRules "get_routing_rules" GET "/v1/routing-rules" ["routing:read"] [] WholeService Refused;
        ReplaceRoutingRules "replace_routing_rules" PUT "/v1/routing-rules" ["routing:write"] [] WholeService Refused;
        ListRoutingRulesVersions "list_routing_rules_versions" GET "/v1/routing-rules/versions" ["routing:read"] [] WholeService Refused;
        SimulateRouting "simulate_routing" POST "/v1/routing/simulate" ["routing:write"] [] WholeService Refused;
        RerouteAssignments "reroute_assignments" POST "/v1/routing/reroute" ["routing:write"] [] WholeService Refused;
        // participants, institutions, teams
        ListParticipants "list_participants" GET "/v1/participants" ["directory:read"] [] WholeService Refused;
        CreateParticipant "create_participant" POST "/v1/participants" ["directory:write"] [] WholeService Refused;
        GetParticipant "get_participant" GET "/v1/participants/{id}" ["directory:read"] [] WholeService Refused;
        ReplaceParticipant "replace_participant" PUT "/v1/participants/{id}" ["directory:write"] [] WholeService Refused;
        ActivateParticipant "activate_participant" POST "/v1/participants/{id}/activate" ["directory:write"] [] WholeService Refused;
        DeactivateParticipant "deactivate_participant" POST "/v1/participants/{id}/deactivate" ["directory:write"] [] WholeService Refused;
        ListInstitutions "list_institutions" GET "/v1/institutions" ["directory:read"] [] WholeService Refused;
        CreateInstitution "create_institution" POST "/v1/institutions" ["directory:write"] [] WholeService Refused;
        GetInstitution "get_institution" GET "/v1/institutions/{id}" ["directory:read"] [] WholeService Refused;
        ReplaceInstitution "replace_institution" PUT "/v1/institutions/{id}" ["directory:write"] [] WholeService Refused;
        ActivateInstitution "activate_institution" POST "/v1/institutions/{id}/activate" ["directory:write"] [] WholeService Refused;
        DeactivateInstitution "deactivate_institution" POST "/v1/institutions/{id}/deactivate" ["directory:write"] [] WholeService Refused;
        HoldInstitution "hold_institution" POST "/v1/institutions/{id}/hold" ["directory:write"] [] WholeService Refused;
        ReleaseInstitution "release_institution" POST "/v1/institutions/{id}/release" ["directory:write"] [] WholeService Refused;
        JoinInstitution "join_institution" POST "/v1/institutions/{id}/join" ["directory:write"] [] WholeService Refused;
        ListTeams "list_teams" GET "/v1/teams" ["directory:read"] [] WholeService Refused;
        CreateTeam "create_team" POST "/v1/teams" ["directory:write"] [] WholeService Refused;
        GetTeam "get_team" GET "/v1/teams/{id}" ["directory:read"] [] WholeService Refused;
        ReplaceTeam "replace_team" PUT "/v1/teams/{id}" ["directory:write"] [] WholeService Refused;
        ActivateTeam "activate_team" POST "/v1/teams/{id}/activate" ["directory:write"] [] WholeService Refused;
        DeactivateTeam "deactivate_team" POST "/v1/teams/{id}/deactivate" ["directory:write"] [] WholeService Refused;
        GetTeamAvailability "get_team_availability" GET "/v1/teams/{id}/availability" ["directory:read", "cases:read"] [Team, Coordinator] OwnOrCoordinator Refused;
        SetTeamAvailability "set_team_availability" PUT "/v1/teams/{id}/availability" ["directory:write", "cases:write"] [Team, Coordinator] OwnOrCoordinator Refused;
        // notices
        MakeInstitutionWebhookSecret "make_institution_webhook_secret" POST "/v1/institutions/{id}/webhook-secret" ["directory:write", "incidents:write"] [Institution, Coordinator] OwnOrCoordinator Refused;
        MakeTeamWebhookSecret "make_team_webhook_secret" POST "/v1/teams/{id}/webhook-secret" ["directory:write", "cases:write"] [Team, Coordinator] OwnOrCoordinator Refused;
        ListNotices "list_notices" GET "/v1/notices" ["directory:read"] [] WholeService Refused;
        RetryNotice "retry_notice" POST "/v1/notices/{id}/retry" ["directory:write"] [] WholeService Refused;
        // clients
        ListClients "list_clients" GET "/v1/clients" ["directory:read"] [] WholeService Refused;
        CreateClient "create_client" POST "/v1/clients" ["directory:write"] [] WholeService Refused;
        GetClient "get_client" GET "/v1/clients/{id}" ["directory:read"] [] WholeService Refused;
        ReplaceClient "replace_client" PUT "/v1/clients/{id}" ["directory:write"] [] WholeService Refused;
        ActivateClient "activate_client" POST "/v1/clients/{id}/activate" ["directory:write"] [] WholeService Refused;
        DeactivateClient "deactivate_client" POST "/v1/clients/{id}/deactivate" ["directory:write"] [] WholeService Refused;
        RotateClientSecret "rotate_client_secret" POST "/v1/clients/{id}/rotate-secret" ["directory:write"] [] WholeService Refused;
        ListClientKeys "list_client_keys" GET "/v1/clients/{id}/keys" ["directory:read", "incidents:read", "incidents:write", "cases:read", "cases:write"] [Institution, Team, Coordinator] OwnOrCoordinator Refused;
        AddClientKey "add_client_key" POST "/v1/clients/{id}/keys" ["directory:write", "incidents:write", "cases:write"] [Institution, Team, Coordinator] OwnOrCoordinator Refused;
        RemoveClientKey "remove_client_key" DELETE "/v1/clients/{id}/keys/{kid}" ["directory:write", "incidents:write", "cases:write"] [Institution, Team, Coordinator] OwnOrCoordinator Refused;
        IssueEnrolmentCode "issue_enrolment_code" POST "/v1/clients/{id}/enrolment" ["directory:write"] [] WholeService Refused;
        // statistics
        GetStatistics "get_statistics" GET "/v1/statistics" ["statistics:read"] [] WholeService Refused;
        GetStatisticsCsv "get_statistics_csv" GET "/v1/statistics/csv" ["statistics:read"] [] WholeService Refused;
        // audit
        ListAuditEvents "list_audit_events" GET "/v1/audit-events" ["audit:read"] [] WholeService Refused;
    }
    // operation_id, method, path
    public {
        "issue_token" POST "/oauth2/token";
        "revoke_token" POST "/oauth2/revoke";
        "enrol_client" POST "/oauth2/enrol";
        "get_authorization_server_metadata" GET "/.well-known/oauth-authorization-server";
        "get_jwks" GET "/.well-known/jwks.json";
        "get_health" GET "/healthz";
        "get_readiness" GET "/readyz";
    }
}
