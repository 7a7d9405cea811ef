//! An incident as a team sees it in its case: codes always, the other parts where they are disclosed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_domain::deadline::Deadline;
use zvit_domain::disclosure::SizeBand;
use zvit_domain::impact::ImpactAnswers;
use zvit_domain::region::Region;
use zvit_domain::report::Contact;
use zvit_domain::taxonomy::Classification;
use zvit_domain::time::Time;
use zvit_domain::tlp::{Pap, Tlp};
use zvit_domain::triage::Triage;
use zvit_domain::vocabulary::{Assistance, DataType, IncidentStatus, Sector, Symptom};

use super::{Indicator, InstitutionRef, Withdrawal};

/// A text that the service made of codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GeneratedSummary {
    /// In Ukrainian.
    #[schema(max_length = 2000, example = "Охорона здоров’я; рівень 4 (критичний); шкідливий програмний код; TLP:RED")]
    pub uk: String,
    /// In English.
    #[schema(max_length = 2000, example = "Health; level 4 (severe); malicious code; TLP:RED")]
    pub en: String,
}

/// An incident, as a team sees it in its case. A member that may be left out is absent where the team is not shown it
/// (`disclosed` of the case says what it is shown) or where nothing was reported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CaseIncident {
    /// Its id.
    pub id: Uuid,
    /// For people: random, with a check character, readable over the telephone.
    #[schema(max_length = 32, example = "UA-2026-7KQ4-M")]
    pub reference: String,
    /// Where it stands.
    pub status: IncidentStatus,
    /// When the initial report came in.
    pub received_at: Time,
    /// When anything last changed.
    pub updated_at: Time,
    /// When its lead was done with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub resolved_at: Option<Time>,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub closed_at: Option<Time>,
    /// The withdrawal that the institution asked for, where the description is disclosed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub withdrawal: Option<Withdrawal>,
    /// The incident in one line, made of codes.
    pub summary: GeneratedSummary,
    /// The sector that was hit.
    pub sector: Sector,
    /// Severity, 0 to 5.
    #[schema(minimum = 0, maximum = 5)]
    pub level: u8,
    /// RSIT class; with its type where `incident_type` is disclosed.
    pub classification: Classification,
    /// What is seen.
    #[schema(max_items = 50)]
    pub symptoms: Vec<Symptom>,
    /// The help that is asked for.
    #[schema(max_items = 50)]
    pub assistance_requested: Vec<Assistance>,
    /// The language of the texts; without its variant until the team has acknowledged where only codes are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 64)]
    pub language: Option<String>,
    /// How far it may be passed on.
    pub tlp: Tlp,
    /// Number of systems affected, roughly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub affected_systems_band: Option<SizeBand>,
    /// Number of users affected, roughly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub affected_users_band: Option<SizeBand>,
    /// Whether it is an exercise.
    pub exercise: bool,
    /// What may be done with it. As all that follows: where it is disclosed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pap: Option<Pap>,
    /// True when a report about it came while access of the institution was on hold: don't trust it unverified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub submitted_on_hold: Option<bool>,
    /// Regions that were hit; without `regions` being disclosed, those in which at least five institutions of the directory work in the incident's sector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 27)]
    pub regions: Option<Vec<Region>>,
    /// SHA-256 of the initial report's bytes, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$")]
    pub report_sha256: Option<String>,
    /// Who reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub institution: Option<InstitutionRef>,
    /// Whom to reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub contact: Option<Contact>,
    /// A short title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub title: Option<String>,
    /// What happened, in the institution's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 20_000)]
    pub description: Option<String>,
    /// What has been done so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 20_000)]
    pub measures_taken: Option<String>,
    /// Services that were hit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 20)]
    pub affected_services: Option<Vec<String>>,
    /// Number of systems affected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 2_147_483_647)]
    pub affected_systems: Option<u32>,
    /// Number of users affected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub affected_users: Option<u64>,
    /// Indicators of compromise, those taken back among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 100_000)]
    pub indicators: Option<Vec<Indicator>>,
    /// Further sectors that were hit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 50)]
    pub other_sectors: Option<Vec<Sector>>,
    /// Whether lives are in danger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub danger_to_life: Option<bool>,
    /// Kinds of data touched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 50)]
    pub data_types: Option<Vec<DataType>>,
    /// Whether an attack is suspected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub suspected_malicious: Option<bool>,
    /// Whether other countries are affected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub cross_border: Option<bool>,
    /// The answers given so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub impact: Option<ImpactAnswers>,
    /// When the institution became aware; when nothing was said, when the report came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub became_aware_at: Option<Time>,
    /// When it was detected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detected_at: Option<Time>,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub started_at: Option<Time>,
    /// The reporting stages and their clocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 4)]
    pub deadlines: Option<Vec<Deadline>>,
    /// How sector and level came about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub triage: Option<Triage>,
    /// The institution's own number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub external_ref: Option<String>,
}
