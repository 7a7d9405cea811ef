//! The closed vocabularies of the field other than the incident taxonomy, TLP and regions, which have files of their own.

use crate::words;

words! {
    /// The sector an institution works in or an incident hit. The first four are those the service triages by; the
    /// others may be reported and go to the default routing rule, so that nothing is refused in a crisis.
    Sector {
        Health "health",
        Energy "energy",
        Government "government",
        Registries "registries",
        Transport "transport",
        Finance "finance",
        Telecom "telecom",
        Water "water",
        DigitalInfrastructure "digital_infrastructure",
        Education "education",
        Other "other",
    }
}

words! {
    /// What is seen, in plain words, by somebody who is no security specialist.
    Symptom {
        FilesEncrypted "files_encrypted",
        DataDestroyed "data_destroyed",
        ServiceDown "service_down",
        AccountTaken "account_taken",
        DataLeaked "data_leaked",
        Phishing "phishing",
        SiteDefaced "site_defaced",
        ConnectivityLost "connectivity_lost",
        ProcessControlAffected "process_control_affected",
    }
}

words! {
    /// The kinds of assistance the mechanism gives.
    Assistance {
        CyberDefenseTechnology "cyber_defense_technology",
        IncidentResponse "incident_response",
        SatelliteCommunications "satellite_communications",
        ContinuousAssistance "continuous_assistance",
    }
}

words! {
    /// The stage of a report: those of Resolution 1533 of the Cabinet of Ministers of Ukraine (26 November 2025), and
    /// `update` for anything said between or after them.
    Stage {
        Initial "initial",
        Preliminary "preliminary",
        Interim "interim",
        Final "final",
        Update "update",
    }
}

words! {
    /// Where a reporting stage stands.
    StageState {
        Pending "pending",
        Submitted "submitted",
        Late "late",
        Overdue "overdue",
    }
}

words! {
    /// The status of an incident.
    IncidentStatus {
        Received "received",
        Waiting "waiting",
        Assigned "assigned",
        InProgress "in_progress",
        Resolved "resolved",
        Closed "closed",
        Withdrawn "withdrawn",
        Merged "merged",
    }
}

words! {
    /// The state of a case: one team's assignment to one incident.
    CaseState {
        Assigned "assigned",
        Acknowledged "acknowledged",
        InProgress "in_progress",
        Resolved "resolved",
        Declined "declined",
        Expired "expired",
        HandedOver "handed_over",
        Revoked "revoked",
    }
}

impl CaseState {
    /// Whether the team still has the case (also when it is resolved): other states end the team's sight of it.
    pub fn is_held(self) -> bool {
        matches!(self, Self::Assigned | Self::Acknowledged | Self::InProgress | Self::Resolved)
    }

    /// Whether the case still takes a place of the team's capacity.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Assigned | Self::Acknowledged | Self::InProgress)
    }

    /// Whether the team has said that it works on the case.
    pub fn is_taken_up(self) -> bool {
        matches!(self, Self::Acknowledged | Self::InProgress)
    }
}

words! {
    /// What a team is to an incident: the lead answers for it, support brings one kind of help.
    AssignmentRole {
        Lead "lead",
        Support "support",
    }
}

words! {
    /// The role of a client, which decides its scopes.
    Role {
        Institution "institution",
        Team "team",
        Coordinator "coordinator",
        Observer "observer",
        Donor "donor",
        Auditor "auditor",
    }
}

words! {
    /// The role of a participant of the mechanism.
    ParticipantRole {
        Beneficiary "beneficiary",
        Donor "donor",
        Observer "observer",
    }
}

words! {
    /// Category of a critical-infrastructure object (Law of Ukraine 1882-IX, article 8), I being the most important.
    InfrastructureCategory {
        I "I",
        Ii "II",
        Iii "III",
        Iv "IV",
        None "none",
    }
}

words! {
    /// Kinds of data an incident touched.
    DataType {
        Personal "personal",
        Medical "medical",
        Financial "financial",
        Credentials "credentials",
        Operational "operational",
        StateSecret "state_secret",
        Other "other",
    }
}

words! {
    /// In which language a document is printed.
    PrintLanguage {
        Uk "uk",
        En "en",
        Both "both",
    }
}
