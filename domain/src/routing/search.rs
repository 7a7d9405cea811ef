//! Finds the teams for one incident.

use uuid::Uuid;

use super::decision::Outcome;
use super::exclusion::{Exclusion, Exclusions};
use super::found::{Found, Ranking};
use super::reroute::Held;
use super::roster::{Kinds, Member, Roster, sector_bit};
use super::rules::{ActOn, Pool, Rule, RuleSet, Strategy, When};
use super::{COORDINATOR_RULE, DEFAULT_RULE, Load, Loads, RoundRobin, RoutingInput, may_surge, weight};
use crate::taxonomy::IncidentClass;
use crate::time::Time;
use crate::vocabulary::{AssignmentRole, Assistance, CaseState};
use crate::word::Word;

/// Seconds of the hour in which `upper_first_hour` goes by the upper end of the interval.
const FIRST_HOUR: i64 = 3600;

/// One incident against one roster.
pub(super) struct Search<'a> {
    pub(super) input: &'a RoutingInput<'a>,
    rules: &'a RuleSet,
    pub(super) roster: &'a Roster<'a>,
    round_robin: &'a RoundRobin,
    pub(super) now: Time,
    /// For each member of the roster, what holds for this incident whatever the rule is.
    pub(super) places: Vec<Place>,
    /// The level that rules are compared with.
    pub(super) level_used: u8,
    /// The help asked for.
    asked: Kinds,
    /// Of that, what the lead should give: what no matching support rule and no team on the incident brings.
    lead_needs: Kinds,
}

pub(super) struct Place {
    excluded: Exclusions,
    pub(super) load: Load,
    /// Whether the case would go beyond its capacity as lead.
    full: bool,
}

/// How a search deals with silent teams.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Silent {
    PassedOver,
    LookedAt,
}

/// A rule as the search uses it; also the implicit last one.
#[derive(Clone, Copy)]
pub(super) struct RuleView<'a> {
    pub(super) id: &'a str,
    teams: Teams<'a>,
    /// The kinds of help a support rule brings.
    brings: Kinds,
    pub(super) strategy: Strategy,
    pub(super) minutes: Option<u32>,
    pub(super) escalate_to: Option<Uuid>,
}

#[derive(Clone, Copy)]
enum Teams<'a> {
    Any,
    Listed(&'a [Uuid]),
    Pool(&'a Pool),
}

const ANY_TEAM: RuleView<'static> = RuleView {
    id: DEFAULT_RULE,
    teams: Teams::Any,
    brings: Kinds::NONE,
    strategy: Strategy::LeastLoaded,
    minutes: None,
    escalate_to: None,
};

impl<'a> RuleView<'a> {
    /// As a support rule for whoever gives one of these kinds of help.
    pub(super) fn any_team_that_brings(id: &'a str, kinds: &[Assistance]) -> Self {
        Self { id, brings: Kinds::of(kinds), ..ANY_TEAM }
    }

    /// The kinds of help a support rule brings.
    pub(super) fn brings(&self) -> Vec<Assistance> {
        Assistance::ALL.iter().copied().filter(|kind| self.brings_any(&[*kind])).collect()
    }

    /// Whether any of these kinds of help is among what it brings.
    pub(super) fn brings_any(&self, kinds: &[Assistance]) -> bool {
        !self.brings.and(Kinds::of(kinds)).is_empty()
    }

    fn of(rule: &'a Rule) -> Self {
        let assign = &rule.assign;
        Self {
            id: &rule.id,
            teams: match &assign.pool {
                Some(pool) => Teams::Pool(pool),
                None => Teams::Listed(&assign.teams),
            },
            brings: Kinds::of(assign.brings(&rule.when)),
            strategy: assign.strategy,
            minutes: assign.acknowledge_within_minutes,
            escalate_to: assign.escalate_to,
        }
    }
}

impl<'a> Search<'a> {
    pub(super) fn new(
        input: &'a RoutingInput<'a>,
        rules: &'a RuleSet,
        roster: &'a Roster<'a>,
        held: &[Held<'_>],
        loads: &Loads,
        round_robin: &'a RoundRobin,
        now: Time,
    ) -> Self {
        let in_first_hour = now.seconds_since(input.became_aware_at) < FIRST_HOUR;
        let level_used = match rules.act_on {
            ActOn::UpperFirstHour if in_first_hour => input.level_high.max(input.level),
            _ => input.level,
        };
        let mut search = Self {
            input,
            rules,
            roster,
            round_robin,
            now,
            places: places(input, roster, held, loads),
            level_used,
            asked: Kinds::of(input.assistance),
            lead_needs: Kinds::NONE,
        };
        search.lead_needs = search.asked.less(search.brought(held));
        search
    }

    /// Whether so many leads have let it expire that the coordinator's own team takes it.
    pub(super) fn tries_used_up(&self) -> bool {
        self.input.expiries >= self.rules.max_tries
    }

    pub(super) fn lead_rules(&self) -> impl Iterator<Item = RuleView<'a>> + use<'_, 'a> {
        self.matching(AssignmentRole::Lead).chain([ANY_TEAM])
    }

    pub(super) fn support_rules(&self) -> impl Iterator<Item = RuleView<'a>> + use<'_, 'a> {
        self.matching(AssignmentRole::Support)
    }

    fn matching(&self, role: AssignmentRole) -> impl Iterator<Item = RuleView<'a>> + use<'_, 'a> {
        self.rules
            .rules
            .iter()
            .filter(move |rule| rule.assign.role == role && self.is_for(&rule.when))
            .map(RuleView::of)
    }

    /// Whether the incident meets the condition.
    fn is_for(&self, when: &When) -> bool {
        fn any<T: PartialEq>(wanted: &[T], given: &[T]) -> bool {
            wanted.is_empty() || wanted.iter().any(|one| given.contains(one))
        }
        let input = self.input;
        any(&when.sectors, &[input.sector])
            && when.level_min.is_none_or(|level| self.level_used >= level)
            && any(&when.classes, &[input.class])
            && any(&when.symptoms, input.symptoms)
            && any(&when.regions, input.regions)
            && any(&when.assistance, input.assistance)
            && when.tlp_max.is_none_or(|tlp| input.tlp <= tlp)
    }

    /// The help that comes without the lead: what the candidates of a matching support rule can bring of it, and what
    /// the teams on the incident give. A team counts here even if it ends up leading: then the lead gives it.
    fn brought(&self, held: &[Held<'_>]) -> Kinds {
        let supports = || held.iter().filter(|held| held.role == AssignmentRole::Support && held.state.is_held());
        let mut brought = Kinds::NONE;
        for rule in self.support_rules() {
            let wanted = self.support_needs(&rule);
            for (place, member) in self.roster.members().iter().enumerate() {
                if self.support_allows(&rule, place) {
                    brought = brought.or(member.assistance.and(wanted));
                }
            }
            let own = supports().filter(|held| held.rule_id == rule.id);
            brought = own.fold(brought, |brought, held| brought.or(self.gives(held.team).and(wanted)));
        }
        let others = supports().filter(|held| self.support_rules().all(|rule| rule.id != held.rule_id));
        let teams = others.map(|held| held.team).chain(self.input.already.iter().copied());
        teams.fold(brought, |brought, team| brought.or(self.gives(team)))
    }

    fn gives(&self, team: Uuid) -> Kinds {
        self.roster.place(team).map_or(Kinds::NONE, |place| self.assistance(place))
    }

    fn assistance(&self, place: usize) -> Kinds {
        self.roster.members().get(place).map_or(Kinds::NONE, |member| member.assistance)
    }

    /// What a support rule looks for: what it brings of the help asked for; all it brings when nobody asked for any of it.
    fn support_needs(&self, rule: &RuleView<'_>) -> Kinds {
        let asked = rule.brings.and(self.asked);
        if asked.is_empty() { rule.brings } else { asked }
    }

    /// Whether a team may support under this rule, were it not on the incident already.
    pub(super) fn support_allows(&self, rule: &RuleView<'_>, place: usize) -> bool {
        let excluded = self.excluded(rule, AssignmentRole::Support, self.support_needs(rule), place);
        excluded.without(Exclusion::AlreadyAssigned).is_empty()
    }

    /// The lead. `forced`: the coordinator's own team, without looking at others. `holder`: the place of a team that leads
    /// already and is looked at as if it did not, so that it can be seen whether it still could.
    pub(super) fn lead(&'a self, forced: bool, holder: Option<usize>) -> Found<'a> {
        let mut tried = Vec::new();
        let mut only_full = false;
        let mut last = None;
        for silent in self.silent_turns().iter().filter(|_| !forced) {
            tried.clear();
            for rule in self.lead_rules() {
                tried.push(rule.id);
                let ranking = self.rank(&rule, AssignmentRole::Lead, self.lead_needs, &[], holder, *silent);
                if let Some(&member) = ranking.order.first() {
                    let outcome = if rule.id == DEFAULT_RULE { Outcome::DefaultRule } else { Outcome::Rule };
                    return self.found(member, AssignmentRole::Lead, rule, outcome, tried, Some(ranking));
                }
                only_full |= ranking.excluded.iter().any(|excluded| excluded.is_only(Exclusion::AtCapacity));
                last = Some(ranking);
            }
        }
        tried.push(COORDINATOR_RULE);
        let outcome = match (forced, only_full) {
            (true, _) => Outcome::TriesUsedUp,
            (false, true) => Outcome::Waiting,
            (false, false) => Outcome::NoCandidate,
        };
        let rule = RuleView { id: COORDINATOR_RULE, ..ANY_TEAM };
        self.found(self.roster.coordinator_place(), AssignmentRole::Lead, rule, outcome, tried, last)
    }

    /// The team that a support rule adds, other than those taken.
    pub(super) fn support(&'a self, rule: &RuleView<'a>, taken: &[usize]) -> Option<Found<'a>> {
        self.silent_turns().iter().find_map(|silent| {
            let ranking = self.rank(rule, AssignmentRole::Support, self.support_needs(rule), taken, None, *silent);
            let &member = ranking.order.first()?;
            Some(self.found(member, AssignmentRole::Support, *rule, Outcome::Rule, vec![rule.id], Some(ranking)))
        })
    }

    /// Silent teams are passed over at first, under all rules; only where nobody else fits are they looked at as well.
    fn silent_turns(&self) -> &'static [Silent] {
        let any = self.roster.members().iter().any(|member| member.silent);
        if any { &[Silent::PassedOver, Silent::LookedAt] } else { &[Silent::LookedAt] }
    }

    /// The coordinator's own team, to find the help that no partner gives.
    pub(super) fn coordinator_supports(&'a self, rule: RuleView<'a>, tried: Vec<&'a str>) -> Found<'a> {
        let needs = self.support_needs(&rule);
        let judge = |place| self.excluded(&rule, AssignmentRole::Support, needs, place);
        let ranking = Ranking { excluded: (0..self.places.len()).map(judge).collect(), order: Vec::new(), turn: None };
        let place = self.roster.coordinator_place();
        self.found(place, AssignmentRole::Support, rule, Outcome::NoCandidate, tried, Some(ranking))
    }

    fn found(
        &'a self,
        member: usize,
        role: AssignmentRole,
        rule: RuleView<'a>,
        outcome: Outcome,
        tried: Vec<&'a str>,
        ranking: Option<Ranking>,
    ) -> Found<'a> {
        Found { member, search: self, role, rule, outcome, tried, ranking }
    }

    /// The help asked for that none of these teams, nor any that was on the incident before, gives.
    pub(super) fn uncovered(&self, places: &[usize]) -> Vec<Assistance> {
        let given = places.iter().fold(Kinds::NONE, |given, place| given.or(self.assistance(*place)));
        let given = self.input.already.iter().fold(given, |given, team| given.or(self.gives(*team)));
        let open = self.asked.less(given);
        Assistance::ALL.iter().copied().filter(|kind| open.contains(*kind)).collect()
    }

    /// All that excludes the team at this place under this rule.
    fn excluded(&self, rule: &RuleView<'_>, role: AssignmentRole, needs: Kinds, place: usize) -> Exclusions {
        let (Some(known), Some(member)) = (self.places.get(place), self.roster.members().get(place)) else {
            return Exclusion::NotInPool.into();
        };
        let mut excluded = known.excluded;
        if member.team.coordinator {
            return excluded;
        }
        match rule.teams {
            Teams::Any => {}
            Teams::Listed(ids) => excluded.add_if(!ids.contains(&member.id), Exclusion::NotInPool),
            Teams::Pool(pool) => {
                let serves =
                    pool.sectors.is_empty() || pool.sectors.iter().any(|one| member.sectors & sector_bit(*one) != 0);
                let gives =
                    pool.assistance.is_empty() || !Kinds::of(&pool.assistance).and(member.assistance).is_empty();
                let speaks = pool.languages.is_empty() || pool.languages.iter().any(|one| speaks(member, one));
                excluded.add_if(!serves || !gives, Exclusion::NotInPool);
                excluded.add_if(!speaks, Exclusion::LanguageNotSpoken);
            }
        }
        let helps = needs.is_empty() || !needs.and(member.assistance).is_empty();
        excluded.add_if(!helps, Exclusion::AssistanceNotOffered);
        excluded.add_if(role == AssignmentRole::Lead && known.full, Exclusion::AtCapacity);
        excluded
    }

    /// Judges every team and puts the candidates in order.
    fn rank(
        &self,
        rule: &RuleView<'_>,
        role: AssignmentRole,
        needs: Kinds,
        taken: &[usize],
        holder: Option<usize>,
        silent: Silent,
    ) -> Ranking {
        let mut excluded: Vec<Exclusions> =
            (0..self.places.len()).map(|place| self.excluded(rule, role, needs, place)).collect();
        for ((place, excluded), member) in excluded.iter_mut().enumerate().zip(self.roster.members()) {
            excluded.add_if(taken.contains(&place), Exclusion::AlreadyAssigned);
            // What a team has already is not taken from it because it is silent: its time to acknowledge runs out by itself.
            excluded.add_if(silent == Silent::PassedOver && member.silent && holder != Some(place), Exclusion::Silent);
            if holder == Some(place) {
                *excluded = excluded.without(Exclusion::AlreadyAssigned).without(Exclusion::AtCapacity);
            }
        }
        // Turns go round the rule's teams in the order of their ids, whether or not each can take this incident.
        let takes_turns = |excluded: &Exclusions| {
            !excluded.contains(Exclusion::NotInPool) && !excluded.contains(Exclusion::Coordinator)
        };
        let in_turn = excluded.iter().filter(|excluded| takes_turns(excluded)).count() as u64;
        let turn = self.round_robin.get(rule.id).copied().unwrap_or(0);
        let start = turn % in_turn.max(1);

        let mut seat = 0_u64;
        let mut keyed = Vec::new();
        let members = self.roster.members().iter().zip(&self.places);
        for (place, ((member, known), excluded)) in members.zip(&excluded).enumerate() {
            let own_seat = seat;
            seat += u64::from(takes_turns(excluded));
            if !excluded.is_empty() {
                continue;
            }
            let first = match rule.strategy {
                Strategy::LeastLoaded => i64::from(known.load.weighted),
                Strategy::Priority => i64::from(member.team.priority),
                Strategy::RoundRobin => ((own_seat + in_turn - start) % in_turn.max(1)).cast_signed(),
            };
            let missing = needs.less(member.assistance).count();
            let stranger = self.input.language.is_some_and(|language| !speaks(member, language));
            let key = (missing, first, known.load.open_cases, member.team.priority, stranger, place);
            keyed.push((key, own_seat));
        }
        keyed.sort_unstable();
        let turn = match (rule.strategy, keyed.first()) {
            (Strategy::RoundRobin, Some((_, own_seat))) => Some((turn, (own_seat + 1) % in_turn.max(1))),
            _ => None,
        };
        let order = keyed.into_iter().map(|((.., place), _)| place).collect();
        Ranking { excluded, order, turn }
    }
}

/// What excludes each team from this incident whatever the rule is, and its load.
fn places(input: &RoutingInput<'_>, roster: &Roster<'_>, held: &[Held<'_>], loads: &Loads) -> Vec<Place> {
    let exercise = input.exercise || input.class == IncidentClass::Test;
    let takes = weight(input.level);
    // Both are in the order of the ids, so one walk finds every load.
    let mut loads = loads.iter().peekable();
    let place = |member: &Member<'_>| {
        while loads.next_if(|(id, _)| **id < member.id).is_some() {}
        let load = loads.next_if(|(id, _)| **id == member.id).map(|(_, load)| *load).unwrap_or_default();
        let mut excluded = member.standing;
        if !member.team.coordinator {
            let mut own = held.iter().filter(|held| held.team == member.id);
            let gave_back = |state| matches!(state, CaseState::Declined | CaseState::Expired | CaseState::HandedOver);
            excluded.add_if(member.sectors & sector_bit(input.sector) == 0, Exclusion::SectorNotServed);
            excluded.add_if(input.tlp > member.team.tlp_ceiling, Exclusion::TlpAboveCeiling);
            excluded.add_if(exercise && !member.team.accepts_exercises, Exclusion::ExerciseNotOptedIn);
            excluded.add_if(
                input.excluded.contains(&member.id) || own.clone().any(|held| gave_back(held.state)),
                Exclusion::Declined,
            );
            excluded.add_if(
                input.already.contains(&member.id) || own.any(|held| held.state.is_held()),
                Exclusion::AlreadyAssigned,
            );
        }
        let limit = if may_surge(input.level) { member.surge } else { member.capacity };
        Place { excluded, load, full: load.weighted.saturating_add(takes) > limit }
    };
    roster.members().iter().map(place).collect()
}

/// Whether the team works in this language; of a tag such as `uk-UA` the language counts.
fn speaks(member: &Member<'_>, language: &str) -> bool {
    let primary = language.split('-').next().unwrap_or(language);
    member.team.languages.iter().any(|spoken| spoken.eq_ignore_ascii_case(primary))
}
