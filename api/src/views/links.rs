//! Links between incidents, and incidents that may be duplicates.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_domain::link::LinkKind;
use zvit_domain::similarity::Likeness;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::IncidentStatus;

/// An incident at one end of a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkedIncident {
    /// Its id.
    pub id: Uuid,
    /// Its reference.
    #[schema(max_length = 32)]
    pub reference: String,
}

/// How one incident stands to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IncidentLink {
    /// Its id.
    pub id: Uuid,
    /// How `from` stands to `to`.
    pub kind: LinkKind,
    /// The incident that the link was made for.
    pub from: LinkedIncident,
    /// The other one; of a duplicate, the incident that goes on.
    pub to: LinkedIncident,
    /// Why it was made; whoever may see the link sees it.
    #[schema(max_length = 2000)]
    pub reason: String,
    /// When it was made.
    pub created_at: Time,
    /// Who made it.
    #[schema(max_length = 200)]
    pub created_by: String,
    /// When it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub removed_at: Option<Time>,
}

/// The links of an incident, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IncidentLinkList {
    /// The links.
    #[schema(max_items = 200)]
    pub items: Vec<IncidentLink>,
    /// Where the next page begins; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 256)]
    pub next_cursor: Option<String>,
}

/// An incident of the last day that a new report may be about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PossibleDuplicate {
    /// Its id.
    pub id: Uuid,
    /// Its reference.
    #[schema(max_length = 32)]
    pub reference: String,
    /// Where it stands.
    pub status: IncidentStatus,
    /// When it was reported.
    pub received_at: Time,
    /// What the two have in common.
    #[schema(min_items = 1, max_items = 10)]
    pub why: Vec<Likeness>,
}
