//! What routing decides, and how it explains itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::exclusion::Exclusions;
use super::rules::Strategy;
use super::{Load, Loads, MANUAL_RULE, RoundRobin, weight};
use crate::time::Time;
use crate::vocabulary::{AssignmentRole, Assistance};
use crate::words;

/// Candidates shown in one explanation; the best stand first, so what is left out was excluded anyway or ranked far behind.
pub(super) const CANDIDATES_SHOWN: usize = 200;

words! {
    /// How it came to an assignment.
    Outcome {
        Rule "rule",
        DefaultRule "default_rule",
        Waiting "waiting",
        NoCandidate "no_candidate",
        TriesUsedUp "tries_used_up",
        Manual "manual",
    }
}

/// Where an incident goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The team that leads.
    pub lead: Choice,
    /// The teams that support it, in the order of the rules that added them.
    pub supports: Vec<Choice>,
    /// The TLP label is above what any active partner team may see: only the coordinator's own team can take it.
    pub tlp_above_every_ceiling: bool,
    /// The places that moved on, by rule id.
    #[serde(default)]
    pub round_robin: RoundRobin,
}

/// One team chosen for an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RoutingChoice)]
pub struct Choice {
    /// The team.
    pub team: Uuid,
    /// Whether it leads or supports.
    pub role: AssignmentRole,
    /// The rule that chose it; `default` and `coordinator` stand for the two last resorts.
    #[schema(max_length = 64)]
    pub rule_id: String,
    /// When it must have acknowledged; none while the incident waits for a free team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub acknowledge_by: Option<Time>,
    /// The team that is told when it has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub escalate_to: Option<Uuid>,
    /// The coordinator's own team holds it only until another has room.
    pub waiting: bool,
    /// Of a supporting team the kinds of help it is called for; empty where nobody said for what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 4)]
    pub assistance: Vec<Assistance>,
    /// Why this team.
    pub why: Why,
}

/// Why a team was chosen, with all that is needed to decide again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AssignmentReason)]
pub struct Why {
    /// How it came to this: `rule`, `default_rule`, `waiting`, `no_candidate`, `tries_used_up` or `manual`. More may come.
    #[schema(value_type = String, max_length = 40)]
    pub outcome: Outcome,
    /// The matching rules that were tried, in their order; the last one decided. Empty for a team that is shown codes only.
    #[serde(default)]
    #[schema(max_items = 202)]
    pub rules: Vec<String>,
    /// How the best candidate was chosen; none for the coordinator's own team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false, max_length = 40)]
    pub strategy: Option<Strategy>,
    /// The level that rules were compared with.
    #[schema(minimum = 0, maximum = 5)]
    pub level_used: u8,
    /// What the case takes of its lead's capacity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 4)]
    pub weight: Option<u32>,
    /// Whose turn it was among the rule's teams, before this choice. Not to teams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub round_robin: Option<u64>,
    /// Help that was asked for and that none of the teams on the incident gives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 4)]
    pub uncovered_assistance: Vec<Assistance>,
    /// The teams that were looked at for the deciding rule: first the candidates, best first, then the others by id. To a team
    /// itself alone, to an institution none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 200)]
    pub candidates: Vec<CandidateView>,
    /// How many more teams were looked at than are shown. To the coordinator only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 2_147_483_647)]
    pub candidates_omitted: Option<u32>,
}

/// One team that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RoutingCandidate)]
pub struct CandidateView {
    /// The team.
    pub team: Uuid,
    /// Codes of all the reasons that exclude it; empty for a candidate. More codes may come.
    #[schema(value_type = Vec<String>, max_items = 20)]
    pub excluded_by: Exclusions,
    /// Its place among the candidates, 1 being the best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 2_147_483_647)]
    pub rank: Option<u32>,
    /// Its load at the time; left out, it had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub load: Option<Load>,
}

impl Decision {
    /// The lead and the supports, the lead first.
    pub fn choices(&self) -> impl Iterator<Item = &Choice> {
        std::iter::once(&self.lead).chain(&self.supports)
    }

    /// Brings loads and turns up to date, so that the next incident of a batch is routed as if this one stood in the store.
    /// `level` is that of the incident.
    pub fn apply(&self, level: u8, loads: &mut Loads, round_robin: &mut RoundRobin) {
        for choice in self.choices() {
            choice.add_to(level, loads);
        }
        for (rule, position) in &self.round_robin {
            round_robin.insert(rule.clone(), *position);
        }
    }
}

impl Choice {
    /// Adds the case to its team's load.
    pub fn add_to(&self, level: u8, loads: &mut Loads) {
        let load = loads.entry(self.team).or_default();
        load.open_cases = load.open_cases.saturating_add(1);
        if self.role == AssignmentRole::Lead {
            load.weighted = load.weighted.saturating_add(weight(level));
        }
    }
}

impl Why {
    /// The reason of an assignment made by hand, for an incident of this level.
    pub fn manual(role: AssignmentRole, level: u8) -> Self {
        Self {
            outcome: Outcome::Manual,
            rules: vec![MANUAL_RULE.to_owned()],
            strategy: None,
            level_used: level,
            weight: (role == AssignmentRole::Lead).then(|| weight(level)),
            round_robin: None,
            uncovered_assistance: Vec::new(),
            candidates: Vec::new(),
            candidates_omitted: None,
        }
    }

    /// The same without what is known about other teams: what an institution may see.
    #[must_use]
    pub fn without_candidates(mut self) -> Self {
        self.candidates = Vec::new();
        self.candidates_omitted = None;
        self
    }

    /// The same as the team that was chosen may see it: of the candidates itself alone, as the others' loads, duty and TLP
    /// ceilings are theirs. Whose turn it was says how many others there were. With `codes_only` no rule is named either: a
    /// rule's id is a word of the coordinator's own, and may say what happened.
    #[must_use]
    pub fn for_team(mut self, team: Uuid, codes_only: bool) -> Self {
        self.candidates.retain(|candidate| candidate.team == team);
        self.candidates_omitted = None;
        self.round_robin = None;
        if codes_only {
            self.rules = Vec::new();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::exclusion::Exclusion;

    #[test]
    fn a_team_learns_why_it_was_chosen_and_nothing_of_others() {
        let (own, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let load = Some(Load { weighted: 3, open_cases: 2 });
        let chosen = CandidateView { team: own, excluded_by: Exclusions::NONE, rank: Some(2), load };
        let others = CandidateView { team: other, excluded_by: Exclusion::TlpAboveCeiling.into(), rank: None, load };
        let why = Why {
            outcome: Outcome::Rule,
            rules: vec!["registry-destroyed".into()],
            round_robin: Some(7),
            candidates: vec![others, chosen],
            candidates_omitted: Some(40),
            ..Why::manual(AssignmentRole::Lead, 4)
        };
        let shown = why.clone().for_team(own, false);
        assert_eq!((shown.candidates.as_slice(), shown.candidates_omitted), (&[chosen][..], None));
        assert_eq!((shown.round_robin, shown.rules.len(), shown.outcome), (None, 1, Outcome::Rule));
        assert!(why.for_team(own, true).rules.is_empty());
    }
}
