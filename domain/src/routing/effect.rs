//! What a rule set would have done with the incidents there were, beside what the present one does.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::roster::Roster;
use super::rules::RuleSet;
use super::{DEFAULT_RULE, Loads, RoundRobin, RoutingInput, route};
use crate::time::Time;

/// So many incidents are looked at.
pub const EFFECT_INCIDENTS: u32 = 500;
/// With fewer there is nothing to judge by.
const LEAST_INCIDENTS: i32 = 10;
/// More percent than this that newly fall to the default rule or the coordinator make a rule set unsafe.
const UNSAFE_PERCENT: i32 = 20;

/// The effect of a rule set on the newest incidents: where each would go with the teams of this moment, as if all of them had
/// room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RulesEffect {
    /// How many incidents were looked at; exercises are not.
    #[schema(minimum = 0, maximum = 500)]
    pub incidents: i32,
    /// How many would have another lead than by the rules that held.
    #[schema(minimum = 0, maximum = 500)]
    pub changed: i32,
    /// How many no rule had a team for by the rules that held: they go to the rule `default` or to the coordinator's team.
    #[schema(minimum = 0, maximum = 500)]
    pub to_default_before: i32,
    /// How many no rule would have a team for now.
    #[schema(minimum = 0, maximum = 500)]
    pub to_default_after: i32,
}

impl RulesEffect {
    /// Whether over 20 percent more of the incidents would fall to the default.
    pub fn is_unsafe(&self) -> bool {
        let more = self.to_default_after - self.to_default_before;
        self.incidents >= LEAST_INCIDENTS && more * 100 > self.incidents * UNSAFE_PERCENT
    }
}

/// Compares two rule sets over these incidents. Loads are left aside: a busy day must not make any two sets look the same.
pub fn effect<'a>(
    incidents: impl IntoIterator<Item = RoutingInput<'a>>,
    present: &RuleSet,
    draft: &RuleSet,
    roster: &Roster<'_>,
    now: Time,
) -> RulesEffect {
    let (loads, turns) = (Loads::new(), RoundRobin::new());
    let mut found = RulesEffect::default();
    for incident in incidents.into_iter().filter(|incident| !incident.exercise) {
        let lead = |rules| route(&incident, rules, roster, &loads, &turns, now).lead;
        let (before, after) = (lead(present), lead(draft));
        let is_default = |rule: &str, team| rule == DEFAULT_RULE || team == roster.coordinator();
        found.incidents += 1;
        found.changed += i32::from(before.team != after.team);
        found.to_default_before += i32::from(is_default(&before.rule_id, before.team));
        found.to_default_after += i32::from(is_default(&after.rule_id, after.team));
    }
    found
}
