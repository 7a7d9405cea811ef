//! Withdrawals, as the parties see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_domain::lifecycle::WithdrawalState;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::IncidentStatus;

/// A withdrawal that the institution asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Withdrawal {
    /// Where it stands; a confirmed one has ended the incident.
    pub state: WithdrawalState,
    /// Why the incident should be withdrawn.
    #[schema(max_length = 2000)]
    pub reason: String,
    /// When it was asked for.
    pub requested_at: Time,
    /// Who asked for it.
    #[schema(max_length = 200)]
    pub requested_by: String,
    /// When it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub decided_at: Option<Time>,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub decided_by: Option<String>,
    /// Why it was decided so; absent where nobody had to be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 2000)]
    pub decision_reason: Option<String>,
}

/// What became of a withdrawal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WithdrawalAnswer {
    /// The incident.
    pub incident_id: Uuid,
    /// Its reference.
    #[schema(max_length = 32, example = "UA-2026-7KQ4-M")]
    pub reference: String,
    /// Its status now.
    pub status: IncidentStatus,
    /// The withdrawal.
    pub withdrawal: Withdrawal,
}
