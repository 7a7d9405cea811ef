//! Events: steps of an incident's course, and the audit.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::Role;
use zvit_domain::word::Word;

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventActor {
    /// Role of the client.
    #[schema(max_length = 64)]
    pub role: String,
    /// The client's id; absent where the reader may not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 64)]
    pub id: Option<String>,
    /// Name of its institution, team or office.
    #[schema(max_length = 200)]
    pub name: String,
    /// The person who acted, as the client said (`Acting-Person`); absent where the reader may not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub person: Option<String>,
}

/// One step of an incident's course.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelineEvent {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: Time,
    /// What, such as `incident_submitted`, `triaged`, `assigned`, `acknowledged`.
    #[schema(max_length = 64)]
    pub r#type: String,
    /// Who.
    pub actor: EventActor,
    /// Why, where a reason was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 20_000)]
    pub reason: Option<String>,
    /// Particulars, by type.
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
}

/// What a step about a team's own case may say to a team that is not shown the whole course: codes, ids and times.
const OF_ONES_OWN_CASE: &[&str] = &["assignment_id", "team", "role", "rule", "acknowledge_by", "parts", "before"];

impl TimelineEvent {
    /// The step without what others said in it: particulars only by their names, an institution by its role, and while the
    /// team is shown codes only (`minimal`) no reason but one from its `own` side, and no rule, whose id may say what happened.
    #[must_use]
    pub fn narrowed(mut self, minimal: bool, own: bool) -> Self {
        if minimal && !own {
            self.reason = None;
        }
        if let Some(particulars) = self.data.as_object_mut() {
            particulars
                .retain(|name, _| OF_ONES_OWN_CASE.contains(&name.as_str()) && !(minimal && name.as_str() == "rule"));
        }
        if self.actor.role == Role::Institution.code() {
            self.actor.name = Role::Institution.label_en().to_owned();
        }
        self
    }
}

/// One change, as auditors see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditEvent {
    /// Its id.
    pub id: Uuid,
    /// Its place in the one gap-free order of all events.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    pub position: i64,
    /// When.
    pub at: Time,
    /// What.
    #[schema(max_length = 64)]
    pub r#type: String,
    /// Who.
    pub actor: EventActor,
    /// Kind of the thing that changed.
    #[schema(max_length = 64)]
    pub object_type: String,
    /// Id of the thing that changed.
    #[schema(max_length = 128)]
    pub object_id: String,
    /// The incident it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub incident_id: Option<Uuid>,
    /// Why, where a reason was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 20_000)]
    pub reason: Option<String>,
    /// The request that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 128)]
    pub request_id: Option<String>,
    /// Particulars, by type.
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
}
