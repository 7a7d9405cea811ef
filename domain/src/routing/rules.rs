//! The routing rules: one versioned document, kept by the coordinator.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::region::Region;
use crate::taxonomy::IncidentClass;
use crate::tlp::Tlp;
use crate::vocabulary::{AssignmentRole, Assistance, Sector, Symptom};
use crate::words;

words! {
    /// Which level the rules' `level_min` is compared with.
    ActOn {
        Score "score",
        UpperFirstHour "upper_first_hour",
    }
}

words! {
    /// How the best of several candidates is chosen.
    Strategy {
        LeastLoaded "least_loaded",
        Priority "priority",
        RoundRobin "round_robin",
    }
}

/// The routing rules. Lead rules are tried in their order and the first that has a candidate decides; every matching
/// support rule adds one team. Behind them all stand the implicit rule `default` and the coordinator's own team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoutingRules)]
pub struct RuleSet {
    /// Which level `level_min` is compared with.
    #[serde(default = "default_act_on")]
    #[schema(default = "score")]
    pub act_on: ActOn,
    /// After so many assignments that nobody acknowledged in time the coordinator's own team leads.
    #[serde(default = "default_max_tries")]
    #[schema(minimum = 1, maximum = 50, default = 5)]
    pub max_tries: u32,
    /// The rules, in the order in which they are tried.
    #[schema(max_items = 200)]
    pub rules: Vec<Rule>,
}

/// One routing rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoutingRule)]
pub struct Rule {
    /// Id by which decisions name the rule, unique within the document; `default`, `coordinator`, `manual` and `requested` are
    /// taken.
    #[schema(pattern = "^[a-z0-9][a-z0-9_-]{0,63}$", min_length = 1, max_length = 64, example = "health-severe")]
    pub id: String,
    /// Name for people.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Which incidents it is for.
    #[serde(default)]
    pub when: When,
    /// Which teams it gives them to.
    pub assign: Assign,
}

/// The incidents a rule is for. Each member that is given must hold; of a list, one entry is enough. An empty condition
/// matches every incident.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoutingCondition)]
pub struct When {
    /// The sector hit is one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 11)]
    pub sectors: Vec<Sector>,
    /// The level is at least this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 5)]
    pub level_min: Option<u8>,
    /// The class is one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 11)]
    pub classes: Vec<IncidentClass>,
    /// One of these symptoms is seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub symptoms: Vec<Symptom>,
    /// One of these regions is hit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 27)]
    pub regions: Vec<Region>,
    /// One of these kinds of help is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 4)]
    pub assistance: Vec<Assistance>,
    /// The TLP label restricts no more than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub tlp_max: Option<Tlp>,
}

/// Whom a rule gives incidents to: either `teams` or a `pool`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoutingAssignment)]
pub struct Assign {
    /// Whether the team leads or supports.
    pub role: AssignmentRole,
    /// These teams and no others. They must still serve the sector, be on duty and so on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 200)]
    pub teams: Vec<Uuid>,
    /// Every team of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pool: Option<Pool>,
    /// How the best candidate is chosen.
    #[serde(default = "default_strategy")]
    #[schema(default = "least_loaded")]
    pub strategy: Strategy,
    /// Minutes within which the team must acknowledge; left out, by level: 15 at 4 and 5, 30 at 3, 60 at 2, 240 below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 43_200)]
    pub acknowledge_within_minutes: Option<u32>,
    /// The team that is told when the acknowledgement does not come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub escalate_to: Option<Uuid>,
}

/// Teams by what they can do. Of each list one entry is enough; an empty list asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoutingPool)]
pub struct Pool {
    /// The team serves one of these sectors (and, as always, the sector hit).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 11)]
    pub sectors: Vec<Sector>,
    /// The team gives one of these kinds of help.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 4)]
    pub assistance: Vec<Assistance>,
    /// The team speaks one of these languages (ISO 639-1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub languages: Vec<String>,
}

fn default_act_on() -> ActOn {
    ActOn::Score
}

fn default_max_tries() -> u32 {
    5
}

fn default_strategy() -> Strategy {
    Strategy::LeastLoaded
}

impl Assign {
    /// What a support rule brings: the kinds its pool is chosen by, else the kinds that call for it.
    pub(super) fn brings<'a>(&'a self, when: &'a When) -> &'a [Assistance] {
        match &self.pool {
            Some(pool) if !pool.assistance.is_empty() => &pool.assistance,
            _ => &when.assistance,
        }
    }
}
