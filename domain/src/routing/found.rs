//! A team that the search found, turned into a choice that explains itself.

use super::decision::{CANDIDATES_SHOWN, CandidateView, Choice, Outcome, Why};
use super::exclusion::{Exclusion, Exclusions};
use super::search::{RuleView, Search};
use super::standard::acknowledge_minutes;
use super::{Load, RoundRobin, weight};
use crate::disclosure::brought_by_rule;
use crate::vocabulary::{AssignmentRole, Assistance};

/// What became of every member under one rule.
pub(super) struct Ranking {
    /// By place in the roster.
    pub(super) excluded: Vec<Exclusions>,
    /// Places of the candidates, best first.
    pub(super) order: Vec<usize>,
    /// The turn before this choice, and after the best candidate was chosen.
    pub(super) turn: Option<(u64, u64)>,
}

/// A team that was found.
pub(super) struct Found<'a> {
    /// Its place in the roster.
    pub(super) member: usize,
    pub(super) search: &'a Search<'a>,
    pub(super) role: AssignmentRole,
    pub(super) rule: RuleView<'a>,
    pub(super) outcome: Outcome,
    pub(super) tried: Vec<&'a str>,
    pub(super) ranking: Option<Ranking>,
}

impl Found<'_> {
    /// Whether the team at this place was among the candidates.
    pub(super) fn considered(&self, place: usize) -> bool {
        self.ranking.as_ref().is_some_and(|ranking| ranking.order.contains(&place))
    }

    /// Whether no partner was found, not even one that is only full, and nothing speaks against the team at this place but that it doesn't offer the help asked for.
    pub(super) fn lacks_only_assistance(&self, place: usize) -> bool {
        let excluded = self.ranking.as_ref().and_then(|ranking| ranking.excluded.get(place));
        self.outcome == Outcome::NoCandidate
            && excluded.is_some_and(|excluded| excluded.is_only(Exclusion::AssistanceNotOffered))
    }

    /// Whether no partner was found.
    pub(super) fn is_last_resort(&self) -> bool {
        self.member == self.search.roster.coordinator_place()
    }

    /// The choice with its reasons; the turn that moved on is put into `advanced`.
    pub(super) fn into_choice(self, uncovered: &[Assistance], advanced: &mut RoundRobin) -> Choice {
        let search = self.search;
        let waiting = self.outcome == Outcome::Waiting;
        let minutes = self.rule.minutes.unwrap_or_else(|| acknowledge_minutes(search.level_used));
        let turn = self.ranking.as_ref().and_then(|ranking| ranking.turn);
        if let Some((_, next)) = turn {
            advanced.insert(self.rule.id.to_owned(), next);
        }
        let (candidates, candidates_omitted) = self.candidates();
        Choice {
            team: search.roster.members().get(self.member).map(|member| member.id).unwrap_or_default(),
            role: self.role,
            rule_id: self.rule.id.to_owned(),
            acknowledge_by: (!waiting).then(|| search.now.plus_seconds(i64::from(minutes) * 60)),
            escalate_to: self.rule.escalate_to,
            waiting,
            assistance: self.assistance(),
            why: Why {
                outcome: self.outcome,
                rules: self.tried.iter().map(|id| (*id).to_owned()).collect(),
                strategy: (!self.is_last_resort()).then_some(self.rule.strategy),
                level_used: search.level_used,
                weight: (self.role == AssignmentRole::Lead).then(|| weight(search.input.level)),
                round_robin: turn.map(|(before, _)| before),
                uncovered_assistance: uncovered.to_vec(),
                candidates,
                candidates_omitted,
            },
        }
    }

    /// What a supporting team is called for: it is kept with the choice, as rules change and what is shown goes by it.
    fn assistance(&self) -> Vec<Assistance> {
        let member = self.search.roster.members().get(self.member);
        match (self.role, member) {
            (AssignmentRole::Support, Some(member)) => {
                brought_by_rule(&member.team.assistance, &self.rule.brings(), self.search.input.assistance)
            }
            _ => Vec::new(),
        }
    }

    /// The teams that were looked at, and how many are left out.
    fn candidates(&self) -> (Vec<CandidateView>, Option<u32>) {
        let view = |place: usize, excluded_by: Exclusions, rank: Option<u32>| {
            let member = self.search.roster.members().get(place)?;
            let load = self.search.places.get(place).map(|known| known.load).filter(|load| *load != Load::default());
            Some(CandidateView { team: member.id, excluded_by, rank, load })
        };
        let last_resort = self.is_last_resort().then_some(self.member);
        let order = self.ranking.as_ref().map_or(&[][..], |ranking| &ranking.order);
        let excluded = self.ranking.as_ref().map_or(&[][..], |ranking| &ranking.excluded);
        let ranked = order.iter().copied().chain(last_resort).zip(1_u32..);
        let others =
            excluded.iter().enumerate().filter(|(place, excluded)| !excluded.is_empty() && Some(*place) != last_resort);
        let mut all = ranked
            .filter_map(|(place, rank)| view(place, Exclusions::NONE, Some(rank)))
            .chain(others.filter_map(|(place, excluded)| view(place, *excluded, None)));
        let mut shown = Vec::with_capacity(self.search.places.len().min(CANDIDATES_SHOWN));
        shown.extend(all.by_ref().take(CANDIDATES_SHOWN));
        let omitted = u32::try_from(all.count()).unwrap_or(u32::MAX);
        (shown, (omitted > 0).then_some(omitted))
    }
}
