//! What the parties of an incident say to each other.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_domain::conversation::{ProposalState, TranslatedText, Visibility};
use zvit_domain::time::Time;
use zvit_domain::vocabulary::Sector;

use super::{Indicator, TeamRef, lists};

/// Who wrote or sent something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Author {
    /// `institution`, `team` or `coordinator`.
    #[schema(max_length = 64)]
    pub role: String,
    /// The institution or the team; absent for the coordinator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<Uuid>,
    /// Its name.
    #[schema(max_length = 200)]
    pub name: String,
}

/// A text in another language; the original never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Translation {
    /// Its id.
    pub id: Uuid,
    /// What was translated.
    pub of: TranslationOf,
    /// The language of the translation (BCP 47).
    #[schema(max_length = 35, example = "en")]
    pub language: String,
    /// The translation.
    #[schema(max_length = 40_000)]
    pub text: String,
    /// Whether a machine made it.
    pub machine: bool,
    /// Whether the original says something else by now.
    pub outdated: bool,
    /// Who added it.
    pub author: Author,
    /// When.
    pub at: Time,
}

/// Which text was translated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TranslationOf {
    /// The kind of text.
    pub kind: TranslatedText,
    /// Which message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub message_id: Option<Uuid>,
    /// Whose summary: the assignment that was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub assignment_id: Option<Uuid>,
}

/// A message about an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// Its id.
    pub id: Uuid,
    /// When it was written.
    pub at: Time,
    /// Who wrote it.
    pub author: Author,
    /// Who may see it, beside its author's side and the coordinator.
    pub visibility: Visibility,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub in_reply_to: Option<Uuid>,
    /// The language it is written in (BCP 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 35, example = "uk")]
    pub language: Option<String>,
    /// What it says.
    #[schema(max_length = 20_000)]
    pub text: String,
    /// The same in other languages.
    #[schema(max_items = 1000)]
    pub translations: Vec<Translation>,
}

/// What became of the indicators that a team sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TeamIndicators {
    /// Those that are new, or taken back by this.
    #[schema(max_items = 1000)]
    pub items: Vec<Indicator>,
    /// How many were known already, or not there to be taken back.
    #[schema(minimum = 0, maximum = 1000)]
    pub unchanged: u32,
}

/// A triage that a team proposes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TriageProposal {
    /// Its id.
    pub id: Uuid,
    /// The incident.
    pub incident_id: Uuid,
    /// The team.
    pub team: TeamRef,
    /// The level that should hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 5)]
    pub level: Option<u8>,
    /// The sector that should hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sector: Option<Sector>,
    /// Why.
    #[schema(max_length = 2000)]
    pub reason: String,
    /// Where it stands.
    pub state: ProposalState,
    /// When it was made.
    pub created_at: Time,
    /// When it was decided on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub decided_at: Option<Time>,
    /// Why it was decided so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 2000)]
    pub decision_reason: Option<String>,
}

lists! {
    /// Messages, oldest first.
    MessageList of Message;
    /// Translations, oldest first.
    TranslationList of Translation;
    /// Proposals of triage, oldest first.
    TriageProposalList of TriageProposal;
}
