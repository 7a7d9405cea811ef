//! What callers are shown.

mod attachments;
mod case_incident;
mod cases;
mod conversation;
mod events;
mod links;
mod notices;
mod receipt;
mod statistics;
mod withdrawal;

pub use attachments::{Attachment, AttachmentList, ExternalLocation, FileBytes};
pub use case_incident::{CaseIncident, GeneratedSummary};
pub use cases::{Case, CaseFeed, CaseItem, CaseTeam};
pub use conversation::{
    Author, Message, MessageList, TeamIndicators, Translation, TranslationList, TranslationOf, TriageProposal,
    TriageProposalList,
};
pub use events::{AuditEvent, EventActor, TimelineEvent};
pub use links::{IncidentLink, IncidentLinkList, LinkedIncident, PossibleDuplicate};
pub use notices::{Notice, NoticeDigest, NoticeList, NoticeRecipient, WebhookSecret};
pub use receipt::{
    PrintableReceipt, Receipt, ReceiptAttachment, ReceiptIncident, ReceiptInstitution, ReceiptReport, ReceiptTeam,
};
pub use statistics::{
    ClassFigure, HelpFigure, LevelFigure, MonthFigure, RegionFigure, SectorFigure, StageFigure, Statistics,
    StatisticsCsv, StatisticsPeriod, StatisticsTotals, TeamFigure, TimeFigure,
};
pub use withdrawal::{Withdrawal, WithdrawalAnswer};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_domain::deadline::Deadline;
use zvit_domain::disclosure::Part;
use zvit_domain::impact::ImpactAnswers;
use zvit_domain::region::Region;
use zvit_domain::report::Contact;
use zvit_domain::routing::Why;
use zvit_domain::taxonomy::Classification;
use zvit_domain::time::Time;
use zvit_domain::tlp::{Pap, Tlp};
use zvit_domain::triage::Triage;
use zvit_domain::vocabulary::{
    AssignmentRole, Assistance, CaseState, DataType, IncidentStatus, Sector, Stage, Symptom,
};

/// A team, by id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TeamRef {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    #[schema(max_length = 200)]
    pub name: String,
}

/// An institution, by id and names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstitutionRef {
    /// Its id.
    pub id: Uuid,
    /// Its name in Ukrainian.
    #[schema(max_length = 200)]
    pub name_uk: String,
    /// Its name in English.
    #[schema(max_length = 200)]
    pub name_en: String,
}

/// Something in the report that was taken in although it is doubtful.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Warning {
    /// Where: JSON Pointer into the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 400)]
    pub pointer: Option<String>,
    /// Stable code.
    #[schema(max_length = 64)]
    pub code: String,
    /// What it is and what to do, in the reader's language.
    #[schema(max_length = 2000)]
    pub detail: String,
    /// The faulty member as it came, as JSON text, where a lenient submission had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 2000)]
    pub value: Option<String>,
}

/// A warning as it is kept: in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredWarning {
    /// As in [`Warning`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// As in [`Warning`].
    pub code: String,
    /// In both languages.
    pub detail: zvit_domain::word::Text,
    /// As in [`Warning`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// An indicator of compromise, normalised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Indicator {
    /// What kind of thing it is.
    #[schema(max_length = 64, example = "ipv4")]
    pub r#type: String,
    /// The normalised value.
    #[schema(max_length = 2000, example = "203.0.113.7")]
    pub value: String,
    /// As it was given, where that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 2000)]
    pub original: Option<String>,
    /// What it was seen doing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub description: Option<String>,
    /// When it was reported.
    pub added_at: Time,
    /// When it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub retracted_at: Option<Time>,
    /// The team that found it; absent where the institution reported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub added_by: Option<TeamRef>,
    /// How far it may be passed on; absent where that is as with the incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 16, example = "amber")]
    pub tlp: Option<String>,
}

/// A team's assignment to an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Assignment {
    /// Its id; to the team this is the case's id.
    pub id: Uuid,
    /// The team.
    pub team: TeamRef,
    /// Lead or support.
    pub role: AssignmentRole,
    /// What a support team was asked for by the lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub assistance: Option<Assistance>,
    /// All that a support team was asked for, the first of which is `assistance`; absent where that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_items = 1, max_items = 20)]
    pub assistance_kinds: Option<Vec<Assistance>>,
    /// Where it stands.
    pub state: CaseState,
    /// Until when the team should acknowledge; absent when nobody is waiting for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub acknowledge_by: Option<Time>,
    /// When it was assigned.
    pub assigned_at: Time,
    /// When the team acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub acknowledged_at: Option<Time>,
    /// When the team resolved its part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub resolved_at: Option<Time>,
    /// When a tool of the team first had the case in an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub first_delivered_at: Option<Time>,
    /// What a support team was granted beyond what its kind of help needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub grants: Vec<Part>,
    /// How it ended, once the team has resolved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 64)]
    pub outcome: Option<String>,
    /// What the team did, in its own words, once it has resolved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 20_000)]
    pub summary: Option<String>,
    /// Why this team.
    pub why: Why,
}

/// What happened to a case since the team was given it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseChange {
    /// What, such as `assigned`, `acknowledged`, `report`, `triage`, `tlp`.
    #[schema(max_length = 64)]
    pub kind: String,
    /// When.
    pub at: Time,
    /// Whether the team did it itself.
    pub own: bool,
}

/// Declares the view of an incident: what stands in its reports, and what is the view's own. Teams see `CaseIncident`.
macro_rules! incident_view {
    ($(#[$doc:meta])* $name:ident { $($(#[$own_doc:meta])* $own:ident: $own_type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
        pub struct $name {
            /// Its id.
            pub id: Uuid,
            /// For people: random, with a check character, readable over the telephone.
            #[schema(max_length = 32, example = "UA-2026-7KQ4-M")]
            pub reference: String,
            /// Where it stands.
            pub status: IncidentStatus,
            /// When the initial report came in.
            pub received_at: Time,
            /// Since when it is resolved.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false)]
            pub resolved_at: Option<Time>,
            /// Since when it is closed.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false)]
            pub closed_at: Option<Time>,
            /// The withdrawal that its institution asked for.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false)]
            pub withdrawal: Option<Withdrawal>,
            /// When anything last changed.
            pub updated_at: Time,
            /// SHA-256 of the initial report's bytes, hexadecimal.
            #[schema(min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$")]
            pub report_sha256: String,
            /// Who reported.
            pub institution: InstitutionRef,
            /// The sector that was hit.
            pub sector: Sector,
            /// Further sectors that were hit.
            #[schema(max_items = 50)]
            pub other_sectors: Vec<Sector>,
            /// Severity, 0 to 5.
            #[schema(minimum = 0, maximum = 5)]
            pub level: u8,
            /// RSIT class and type.
            pub classification: Classification,
            /// Regions that were hit.
            #[schema(max_items = 27)]
            pub regions: Vec<Region>,
            /// What is seen.
            #[schema(max_items = 50)]
            pub symptoms: Vec<Symptom>,
            /// How far it may be passed on.
            pub tlp: Tlp,
            /// What may be done with it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false)]
            pub pap: Option<Pap>,
            /// A short title.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false, max_length = 200)]
            pub title: Option<String>,
            /// What happened, in the institution's own words.
            #[schema(max_length = 20_000)]
            pub description: String,
            /// The language of the texts.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false, max_length = 64)]
            pub language: Option<String>,
            /// When the institution became aware; when nothing was said, when the report came in.
            pub became_aware_at: Time,
            /// When it was detected.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false)]
            pub detected_at: Option<Time>,
            /// When it began.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false)]
            pub started_at: Option<Time>,
            /// Whether lives are in danger.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false)]
            pub danger_to_life: Option<bool>,
            /// Services that were hit.
            #[schema(max_items = 20)]
            pub affected_services: Vec<String>,
            /// The answers given so far.
            pub impact: ImpactAnswers,
            /// Number of systems affected.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false, minimum = 0, maximum = 2_147_483_647)]
            pub affected_systems: Option<u32>,
            /// Number of users affected.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
            pub affected_users: Option<u64>,
            /// Kinds of data touched.
            #[schema(max_items = 50)]
            pub data_types: Vec<DataType>,
            /// Whether an attack is suspected.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false)]
            pub suspected_malicious: Option<bool>,
            /// Whether other countries are affected.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false)]
            pub cross_border: Option<bool>,
            /// Indicators of compromise, those taken back among them.
            #[schema(max_items = 100_000)]
            pub indicators: Vec<Indicator>,
            /// What has been done so far.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false, max_length = 20_000)]
            pub measures_taken: Option<String>,
            /// The help that is asked for.
            #[schema(max_items = 50)]
            pub assistance_requested: Vec<Assistance>,
            /// Whom to reach.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false)]
            pub contact: Option<Contact>,
            /// The institution's own number.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false, max_length = 200)]
            pub external_ref: Option<String>,
            /// Whether it is an exercise.
            pub exercise: bool,
            /// True when a report about it came while access of the institution was on hold: don't trust it unverified.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false)]
            pub submitted_on_hold: Option<bool>,
            /// How sector and level came about.
            pub triage: Triage,
            /// The reporting stages and their clocks.
            #[schema(max_items = 4)]
            pub deadlines: Vec<Deadline>,
            $($(#[$own_doc])* pub $own: $own_type,)*
        }
    };
}

incident_view! {
    /// An incident, as its institution and the coordinator see it.
    Incident {
        /// The teams it was given to, oldest assignment first.
        #[schema(max_items = 1000)]
        assignments: Vec<Assignment>,
        /// What was doubtful in the reports.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(max_items = 2000)]
        warnings: Vec<Warning>,
        /// Only in the answer to the report that opened it: incidents of the last day that it may be about. If one of them
        /// is the same, follow that one up.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(max_items = 5)]
        possible_duplicates: Vec<PossibleDuplicate>,
    }
}

/// One submission about an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// Its id.
    pub id: Uuid,
    /// Its stage.
    pub stage: Stage,
    /// When it came in.
    pub received_at: Time,
    /// SHA-256 of its bytes, hexadecimal.
    #[schema(min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
    /// What was sent, member by member.
    #[schema(value_type = Object)]
    pub report: serde_json::Value,
    /// What was doubtful in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 2000)]
    pub warnings: Vec<Warning>,
}

/// Declares the body of a list.
macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident of $item:ty;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
        pub struct $name {
            /// The items.
            #[schema(max_items = 200)]
            pub items: Vec<$item>,
            /// Where the next page begins; absent on the last one.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false, max_length = 256)]
            pub next_cursor: Option<String>,
        }
    )+};
}

pub(crate) use lists;

lists! {
    /// Incidents, newest change first.
    IncidentList of Incident;
    /// Submissions, oldest first.
    ReportList of Report;
    /// An incident's course, oldest first.
    Timeline of TimelineEvent;
    /// Audit events, oldest first.
    AuditEventList of AuditEvent;
}

/// A page of an institution's or the coordinator's feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IncidentFeed {
    /// Incidents that changed after the cursor, each once, in its current state.
    #[schema(max_items = 200)]
    pub items: Vec<Incident>,
    /// Where to go on; always present.
    #[schema(max_length = 256)]
    pub next_cursor: String,
}
