//! What responders and coordinator need beside incidents and assignments: notices, conversation, links, clocks of the service.

use super::*;

rows! {
    /// When a tool of a team last asked for its cases.
    pub struct PollRow => team_polls {
        team_id: Id as Uid,
        polled_at: At as Moment,
    }
}

rows! {
    /// A notice to somebody: see the migration.
    pub struct NoticeRow => notices {
        id: Id as Uid,
        occasion: String as Text,
        channel: String as Text,
        target: String as Text,
        owner: Id as Uid,
        incident_id: Option<Id> as Nullable<Uid>,
        case_id: Option<Id> as Nullable<Uid>,
        reference: Option<String> as Nullable<Text>,
        level: Option<i32> as Nullable<Integer>,
        deadline: Option<At> as Nullable<Moment>,
        exercise: bool as Bool,
        state: String as Text,
        attempts: i32 as Integer,
        created_at: At as Moment,
        next_try_at: Option<At> as Nullable<Moment>,
        lease: Option<Id> as Nullable<Uid>,
        sent_at: Option<At> as Nullable<Moment>,
        last_error: Option<String> as Nullable<Text>,
        passed_at: Option<At> as Nullable<Moment>,
        digest_id: Option<Id> as Nullable<Uid>,
        gathers_until: Option<At> as Nullable<Moment>,
        gathered: Option<String> as Nullable<Text>,
        settled_at: Option<At> as Nullable<Moment>,
    }
}

rows! {
    /// Whether mails can be sent: see the migration.
    pub struct MailMeansRow => mail_means {
        id: i32 as Integer,
        seen_at: Option<At> as Nullable<Moment>,
        untold: i32 as Integer,
        told_at: Option<At> as Nullable<Moment>,
    }
}

rows! {
    /// When any process last looked at the store.
    pub struct LivenessRow => liveness {
        id: i32 as Integer,
        seen_at: At as Moment,
    }
}

rows! {
    /// Since when incidents wait because every team that fits is full.
    pub struct OverloadRow => overload {
        id: i32 as Integer,
        began_at: At as Moment,
        quiet_since: Option<At> as Nullable<Moment>,
    }
}

rows! {
    /// What webhooks of a team or an institution are signed with.
    pub struct WebhookSecretRow => webhook_secrets {
        owner: Id as Uid,
        secret: Vec<u8> as Binary,
        previous: Option<Vec<u8>> as Nullable<Binary>,
        previous_until: Option<At> as Nullable<Moment>,
        created_at: At as Moment,
    }
}

rows! {
    /// A message about an incident.
    pub struct MessageRow => messages {
        id: Id as Uid,
        incident_id: Id as Uid,
        author_role: String as Text,
        author_owner: Option<Id> as Nullable<Uid>,
        author_name: String as Text,
        visibility: String as Text,
        language: Option<String> as Nullable<Text>,
        text: String as Text,
        created_at: At as Moment,
        in_reply_to: Option<Id> as Nullable<Uid>,
        side_role: Option<String> as Nullable<Text>,
        side_owner: Option<Id> as Nullable<Uid>,
    }
}

rows! {
    /// A file that belongs to an incident, here or elsewhere.
    pub struct AttachmentRow => attachments {
        id: Id as Uid,
        incident_id: Id as Uid,
        owner: Id as Uid,
        uploaded_role: String as Text,
        uploaded_name: String as Text,
        filename: String as Text,
        kind: String as Text,
        hazardous: bool as Bool,
        size: i64 as BigInt,
        sha256: Vec<u8> as Binary,
        external_url: Option<String> as Nullable<Text>,
        uploaded_at: At as Moment,
    }
}

rows! {
    /// A text of an incident in another language.
    pub struct TranslationRow => translations {
        id: Id as Uid,
        incident_id: Id as Uid,
        kind: String as Text,
        message_id: Option<Id> as Nullable<Uid>,
        assignment_id: Option<Id> as Nullable<Uid>,
        language: String as Text,
        text: String as Text,
        machine: bool as Bool,
        source_sha256: Vec<u8> as Binary,
        author_role: String as Text,
        author_name: String as Text,
        created_at: At as Moment,
    }
}

rows! {
    /// A triage that a team proposes.
    pub struct TriageProposalRow => triage_proposals {
        id: Id as Uid,
        incident_id: Id as Uid,
        team_id: Id as Uid,
        level: Option<i32> as Nullable<Integer>,
        sector: Option<String> as Nullable<Text>,
        reason: String as Text,
        state: String as Text,
        created_at: At as Moment,
        decided_at: Option<At> as Nullable<Moment>,
        decided_by: Option<String> as Nullable<Text>,
        decision_reason: Option<String> as Nullable<Text>,
    }
}

rows! {
    /// How one incident stands to another.
    pub struct LinkRow => incident_links {
        id: Id as Uid,
        from_incident: Id as Uid,
        to_incident: Id as Uid,
        kind: String as Text,
        reason: String as Text,
        created_at: At as Moment,
        created_by: String as Text,
        removed_at: Option<At> as Nullable<Moment>,
    }
}

rows! {
    /// What outsiders are told of a month.
    pub struct PublishedMonthRow => published_months {
        month: String as Text,
        audience: Id as Uid,
        published_at: At as Moment,
        document: Json as JsonDoc,
    }
}
