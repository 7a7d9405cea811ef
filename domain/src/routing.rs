//! Routing: which partner team leads an incident, which support it, and why.
//!
//! Everything a decision depends on is an argument: the rules, the teams, how loaded they are, whose turn it is, and the
//! time. The same arguments give the same decision in whatever order the teams come, so a stored decision can be replayed.
//!
//! The order of things:
//! 1. Facts about a team alone (deactivated, off duty …) are worked out once for many incidents: [`Roster`].
//! 2. Rules are tried in their order. The first lead rule that has a candidate decides; the implicit last one, `default`,
//!    takes any team that serves the sector. Every matching support rule adds one team.
//! 3. Where no partner fits, the coordinator's own team leads. So there is always a lead.

mod check;
mod decision;
mod duty;
mod effect;
mod exclusion;
mod found;
mod request;
mod reroute;
mod roster;
mod rules;
mod search;
mod standard;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub use check::RESERVED_RULE_IDS;
pub use decision::{CandidateView, Choice, Decision, Outcome, Why};
pub use duty::{Standing, check_duty_hours, is_on_duty, standing_at};
pub use effect::{EFFECT_INCIDENTS, RulesEffect, effect};
pub use exclusion::{Exclusion, Exclusions};
pub use request::{called_for, request_support, serves_kind};
pub use reroute::{Changes, Held, Revocation, RevocationReason, reroute};
pub use roster::{NoCoordinatorTeam, Roster, TeamEntry};
pub use rules::{ActOn, Assign, Pool, Rule, RuleSet, Strategy, When};
pub use standard::acknowledge_minutes;

use crate::region::Region;
use crate::taxonomy::IncidentClass;
use crate::time::Time;
use crate::tlp::Tlp;
use crate::vocabulary::{Assistance, Sector, Symptom};

/// Rule id of the implicit last rule: any team that serves the sector.
pub const DEFAULT_RULE: &str = "default";
/// Rule id of an assignment to the coordinator's own team because no partner fits.
pub const COORDINATOR_RULE: &str = "coordinator";
/// Rule id of an assignment the coordinator made by hand. Re-routing takes it back only for its TLP label.
pub const MANUAL_RULE: &str = "manual";
/// Rule id of support that a lead asked for. Re-routing takes it back only for its TLP label, as no rule of the document calls
/// for it.
pub const REQUESTED_RULE: &str = "requested";

/// What is known of the incident to be routed.
#[derive(Clone, Copy, Debug)]
pub struct RoutingInput<'a> {
    /// The sector that was hit (the effective one of the triage).
    pub sector: Sector,
    /// The effective level, 0 to 5: decides weight and surge capacity.
    pub level: u8,
    /// The highest level the open questions allow.
    pub level_high: u8,
    /// The class; `test` is routed like an exercise.
    pub class: IncidentClass,
    /// What is seen.
    pub symptoms: &'a [Symptom],
    /// Regions hit.
    pub regions: &'a [Region],
    /// Help asked for.
    pub assistance: &'a [Assistance],
    /// How far the report may be passed on.
    pub tlp: Tlp,
    /// Language of the report, where it is known (`uk`).
    pub language: Option<&'a str>,
    /// Whether it is an exercise: then only teams that take part in exercises are candidates.
    pub exercise: bool,
    /// When the institution became aware of it.
    pub became_aware_at: Time,
    /// Teams that are on the incident already: never chosen again, and the help they give counts as brought.
    pub already: &'a [Uuid],
    /// Teams that declined it, let it expire or handed it over: never chosen again, the coordinator's own team excepted.
    pub excluded: &'a [Uuid],
    /// How many assignments of a lead have expired so far; from `max_tries` on the coordinator's team leads.
    pub expiries: u32,
    /// Only for re-routing: look for a lead although the incident is resolved.
    pub reassign_resolved: bool,
}

/// How loaded a team is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TeamLoad)]
pub struct Load {
    /// Unfinished cases it leads, each with the weight of its level: this is what counts toward capacity.
    #[schema(minimum = 0, maximum = 2_147_483_647)]
    pub weighted: u32,
    /// Unfinished cases in either role: breaks ties.
    #[schema(minimum = 0, maximum = 2_147_483_647)]
    pub open_cases: u32,
}

/// The load of each team; a team that isn't listed has none.
pub type Loads = BTreeMap<Uuid, Load>;

/// Per rule id, the place in the rule's pool (teams in the order of their ids) whose turn is next; 0 where none is listed.
pub type RoundRobin = BTreeMap<String, u64>;

/// What a case of this level takes of its lead's capacity.
pub fn weight(level: u8) -> u32 {
    match level {
        0..=2 => 1,
        3 => 2,
        _ => 4,
    }
}

/// Whether a case of this level may use surge capacity.
pub fn may_surge(level: u8) -> bool {
    level >= 4
}

/// Routes an incident: one lead, always, and a team for each matching support rule that has a candidate.
///
/// `loads` and `round_robin` are not changed; [`Decision::apply`] brings them up to date for the next incident of a batch.
pub fn route(
    input: &RoutingInput<'_>,
    rules: &RuleSet,
    roster: &Roster<'_>,
    loads: &Loads,
    round_robin: &RoundRobin,
    now: Time,
) -> Decision {
    let search = search::Search::new(input, rules, roster, &[], loads, round_robin, now);
    let lead = search.lead(search.tries_used_up(), None);
    let mut team_ids = vec![lead.member];
    let supports: Vec<_> = search
        .support_rules()
        .filter_map(|rule| {
            let found = search.support(&rule, &team_ids)?;
            team_ids.push(found.member);
            Some(found)
        })
        .collect();
    let uncovered = search.uncovered(&team_ids);
    let mut advanced = RoundRobin::new();
    let supports = supports.into_iter().map(|found| found.into_choice(&uncovered, &mut advanced)).collect();
    Decision {
        lead: lead.into_choice(&uncovered, &mut advanced),
        supports,
        tlp_above_every_ceiling: roster.is_above_every_ceiling(input.tlp),
        round_robin: advanced,
    }
}
