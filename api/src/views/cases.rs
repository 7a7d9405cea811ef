//! Cases, as teams see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_domain::disclosure::Part;
use zvit_domain::routing::Why;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::{AssignmentRole, Assistance, CaseState};

use super::{CaseChange, CaseIncident, TeamRef};

/// A case: a team's assignment together with the incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Case {
    /// Its id, which is the assignment's.
    pub id: Uuid,
    /// Where it stands.
    pub state: CaseState,
    /// Lead or support.
    pub role: AssignmentRole,
    /// The team.
    pub team: TeamRef,
    /// Until when the team should acknowledge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub acknowledge_by: Option<Time>,
    /// When it was assigned.
    pub assigned_at: Time,
    /// When anything last changed.
    pub updated_at: Time,
    /// When the team acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub acknowledged_at: Option<Time>,
    /// What a support team was asked for by the lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub assistance: Option<Assistance>,
    /// All that a support team was asked for, the first of which is `assistance`; absent where that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_items = 1, max_items = 20)]
    pub assistance_kinds: Option<Vec<Assistance>>,
    /// When the team resolved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub resolved_at: Option<Time>,
    /// The team's own number for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub external_ref: Option<String>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 64)]
    pub outcome: Option<String>,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 20_000)]
    pub summary: Option<String>,
    /// Why this team.
    pub why: Why,
    /// The latest changes, oldest first.
    #[schema(max_items = 20)]
    pub changes: Vec<CaseChange>,
    /// The parts of the incident that the team is shown beside the codes that every team sees; which, depends on the TLP
    /// label, the team's role, whether it has acknowledged, and what it was granted.
    #[schema(max_items = 50)]
    pub disclosed: Vec<Part>,
    /// The other teams that have the incident now, oldest first: for whom the course of the incident is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 100)]
    pub other_teams: Option<Vec<CaseTeam>>,
    /// The incident.
    pub incident: CaseIncident,
}

/// Another team that has the same incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseTeam {
    /// Its assignment, which grants name.
    pub assignment_id: Uuid,
    /// The team.
    pub team: TeamRef,
    /// Lead or support.
    pub role: AssignmentRole,
    /// Where its case stands.
    pub state: CaseState,
    /// When it was assigned.
    pub assigned_at: Time,
    /// When it acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub acknowledged_at: Option<Time>,
    /// What more of the incident it was granted.
    #[schema(max_items = 50)]
    pub grants: Vec<Part>,
}

/// One item of a team's feed: a case in its current state, or, when the team has lost it, a last word to forget it
/// (`forget`, with `reference` and `at`, and nothing else of it).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CaseItem {
    /// The case's id.
    pub id: Uuid,
    /// Where it stands.
    pub state: CaseState,
    /// True when the team has lost the case and is to forget it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub forget: Option<bool>,
    /// With `forget`: the incident's reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 32)]
    pub reference: Option<String>,
    /// With `forget`: when the team lost it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub at: Option<Time>,
    /// Lead or support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub role: Option<AssignmentRole>,
    /// The team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub team: Option<TeamRef>,
    /// Until when the team should acknowledge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub acknowledge_by: Option<Time>,
    /// When it was assigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub assigned_at: Option<Time>,
    /// When anything last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub updated_at: Option<Time>,
    /// When the team acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub acknowledged_at: Option<Time>,
    /// What a support team was asked for by the lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub assistance: Option<Assistance>,
    /// All that a support team was asked for, the first of which is `assistance`; absent where that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_items = 1, max_items = 20)]
    pub assistance_kinds: Option<Vec<Assistance>>,
    /// When the team resolved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub resolved_at: Option<Time>,
    /// The team's own number for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub external_ref: Option<String>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 64)]
    pub outcome: Option<String>,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 20_000)]
    pub summary: Option<String>,
    /// Why this team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub why: Option<Why>,
    /// The latest changes, oldest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 20)]
    pub changes: Option<Vec<CaseChange>>,
    /// The parts of the incident that the team is shown beside the codes that every team sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 50)]
    pub disclosed: Option<Vec<Part>>,
    /// The other teams that have the incident now, oldest first: for whom the course of the incident is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 100)]
    pub other_teams: Option<Vec<CaseTeam>>,
    /// The incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub incident: Option<CaseIncident>,
}

impl From<Case> for CaseItem {
    fn from(case: Case) -> Self {
        Self {
            id: case.id,
            state: case.state,
            forget: None,
            reference: None,
            at: None,
            role: Some(case.role),
            team: Some(case.team),
            acknowledge_by: case.acknowledge_by,
            assigned_at: Some(case.assigned_at),
            updated_at: Some(case.updated_at),
            acknowledged_at: case.acknowledged_at,
            assistance: case.assistance,
            assistance_kinds: case.assistance_kinds,
            resolved_at: case.resolved_at,
            external_ref: case.external_ref,
            outcome: case.outcome,
            summary: case.summary,
            why: Some(case.why),
            changes: Some(case.changes),
            disclosed: Some(case.disclosed),
            other_teams: case.other_teams,
            incident: Some(case.incident),
        }
    }
}

impl CaseItem {
    /// The last word about a case the team has lost.
    pub fn forgotten(id: Uuid, state: CaseState, reference: String, at: Time) -> Self {
        Self {
            id,
            state,
            forget: Some(true),
            reference: Some(reference),
            at: Some(at),
            role: None,
            team: None,
            acknowledge_by: None,
            assigned_at: None,
            updated_at: None,
            acknowledged_at: None,
            assistance: None,
            assistance_kinds: None,
            resolved_at: None,
            external_ref: None,
            outcome: None,
            summary: None,
            why: None,
            changes: None,
            disclosed: None,
            other_teams: None,
            incident: None,
        }
    }
}

/// A page of a team's feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CaseFeed {
    /// Cases that changed after the cursor, each once, in its current state.
    #[schema(max_items = 200)]
    pub items: Vec<CaseItem>,
    /// Where to go on; always present.
    #[schema(max_length = 256)]
    pub next_cursor: String,
}
