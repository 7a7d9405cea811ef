//! The receipt: what was received about an incident, and who has it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_domain::deadline::Deadline;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::{AssignmentRole, CaseState, IncidentStatus, Stage};

use super::{EventActor, TeamRef};

/// What was received about an incident and when, which report was due when, and which teams have it. It says nothing of what
/// happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    /// When this receipt was given: whatever had been taken in by then stands in it.
    pub as_of: Time,
    /// The incident.
    pub incident: ReceiptIncident,
    /// Who reported.
    pub institution: ReceiptInstitution,
    /// Every submission, oldest first.
    #[schema(max_items = 10_000)]
    pub reports: Vec<ReceiptReport>,
    /// The files that belong to it, oldest first: the first 10,000 of them.
    #[schema(max_items = 10_000)]
    pub attachments: Vec<ReceiptAttachment>,
    /// The reporting stages: what was due when, and whether it came in time.
    #[schema(max_items = 4)]
    pub deadlines: Vec<Deadline>,
    /// The teams it was given to, oldest assignment first.
    #[schema(max_items = 1000)]
    pub teams: Vec<ReceiptTeam>,
    /// The service that gives the receipt.
    #[schema(max_length = 500)]
    pub issuer: String,
    /// The store in which the reports are.
    pub store_id: Uuid,
}

/// The incident a receipt is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptIncident {
    /// Its id.
    pub id: Uuid,
    /// For people.
    #[schema(max_length = 32, example = "UA-2026-7KQ4-M")]
    pub reference: String,
    /// Where it stands.
    pub status: IncidentStatus,
    /// When the initial report came in.
    pub received_at: Time,
    /// When the institution became aware: from then the stages are counted.
    pub became_aware_at: Time,
    /// Whether it is an exercise.
    pub exercise: bool,
}

/// The institution that a receipt is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptInstitution {
    /// Its id.
    pub id: Uuid,
    /// Its name in Ukrainian.
    #[schema(max_length = 200)]
    pub name_uk: String,
    /// Its name in English.
    #[schema(max_length = 200)]
    pub name_en: String,
    /// Its code in the Unified State Register of Enterprises and Organisations of Ukraine; a provisional institution may have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[0-9]{8}$", min_length = 8, max_length = 8)]
    pub edrpou: Option<String>,
}

/// One submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptReport {
    /// Its id.
    pub id: Uuid,
    /// Its stage.
    pub stage: Stage,
    /// When it came in.
    pub received_at: Time,
    /// SHA-256 of its bytes, hexadecimal.
    #[schema(min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
    /// How many bytes it has.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub bytes: i64,
    /// Who sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub submitted_by: Option<EventActor>,
}

/// One file that belongs to the incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptAttachment {
    /// Its id.
    pub id: Uuid,
    /// Its name, without a path.
    #[schema(max_length = 200, example = "proxy.log")]
    pub filename: String,
    /// When it came in; of an external file, when it was named.
    pub received_at: Time,
    /// SHA-256 of its bytes, hexadecimal.
    #[schema(min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
    /// How many bytes it has.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub bytes: i64,
    /// Whether it is kept elsewhere: then this service never had it, and hash and size are as its sender stated them.
    pub external: bool,
    /// Who sent or named it.
    pub submitted_by: EventActor,
}

/// A team that the incident was given to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptTeam {
    /// The team.
    pub team: TeamRef,
    /// Lead or support.
    pub role: AssignmentRole,
    /// Where its case stands.
    pub state: CaseState,
    /// When it was assigned.
    pub assigned_at: Time,
    /// When a tool of the team first had the case in an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub first_delivered_at: Option<Time>,
    /// When the team acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub acknowledged_at: Option<Time>,
}

/// A receipt to be printed, as an HTML document.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(value_type = String, max_length = 64_000_000)]
pub struct PrintableReceipt(pub String);
