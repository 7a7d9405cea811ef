//! Routing again, when something about the incident, its teams or their places has changed.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::decision::Choice;
use super::found::Found;
use super::roster::Roster;
use super::rules::RuleSet;
use super::search::{RuleView, Search};
use super::standard::acknowledge_minutes;
use super::{Loads, MANUAL_RULE, REQUESTED_RULE, RoundRobin, RoutingInput};
use crate::time::Time;
use crate::vocabulary::{AssignmentRole, CaseState};
use crate::words;

/// An assignment of the incident as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held<'a> {
    /// The assignment.
    pub assignment_id: Uuid,
    /// The team.
    pub team: Uuid,
    /// Whether it leads or supports.
    pub role: AssignmentRole,
    /// The rule that chose it ([`Choice::rule_id`]).
    pub rule_id: &'a str,
    /// Where it stands. Those that ended may be given too: a team that gave the incident back does not get it again.
    pub state: CaseState,
}

words! {
    /// Why re-routing takes an assignment back.
    RevocationReason {
        TlpAboveCeiling "tlp_above_ceiling",
        NoLongerEligible "no_longer_eligible",
        NoLongerNeeded "no_longer_needed",
        PartnerAvailable "partner_available",
    }
}

/// An assignment to be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// The assignment.
    pub assignment_id: Uuid,
    /// Its team.
    pub team: Uuid,
    /// Why.
    pub reason: RevocationReason,
}

/// How long a team that stays and has not acknowledged may still take, by the rules of now. Never a reason to give it more time
/// than it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// The assignment.
    pub assignment_id: Uuid,
    /// The rule that would give it to this team now.
    pub rule_id: String,
    /// Minutes from now.
    pub minutes: u32,
    /// Who is told when it does not acknowledge.
    pub escalate_to: Option<Uuid>,
}

/// What is to be changed about an incident's assignments; nothing, if both lists are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Assignments that end.
    pub revoke: Vec<Revocation>,
    /// Assignments that begin, a lead first. There is one whenever the incident would otherwise be without.
    pub add: Vec<Choice>,
    /// How fast those must be that stay without having acknowledged.
    #[serde(default)]
    pub paces: Vec<Pace>,
    /// The TLP label is above what any active partner team may see.
    pub tlp_above_every_ceiling: bool,
    /// The places that moved on, by rule id.
    #[serde(default)]
    pub round_robin: RoundRobin,
}

impl Changes {
    /// Whether assignments begin or end at all.
    pub fn is_empty(&self) -> bool {
        self.revoke.is_empty() && self.add.is_empty()
    }
}

/// Says what must change about the assignments of an incident so that they fit it again.
///
/// - A team whose ceiling is now below the TLP label loses it at once, whatever state its case is in.
/// - Work that was taken up otherwise stays, also when the level has fallen or the rules have changed.
/// - A case nobody has acknowledged is taken back when the rules would no longer give it to that team. Capacity is not held
///   against a team for a case it already has. What the coordinator assigned by hand stays, and so does what a lead asked for.
/// - Such a case stays where no partner offers the help asked for, if that is all that speaks against its team.
/// - The coordinator's own team, while it has not acknowledged, gives way to a partner that fits, unless it leads because
///   too many partners let the incident expire.
/// - Whoever comes to lead no longer supports: only the coordinator's own team can, when nobody else is left.
/// - Roles that nobody holds are filled, support rules that now match included.
/// - A team that stays without having acknowledged must be as fast as the rules of now ask: the level may have risen.
/// - A resolved incident gets no new teams, unless `reassign_resolved` asks for it.
///
/// `current` teams need not be listed in `input.already`.
pub fn reroute(
    input: &RoutingInput<'_>,
    rules: &RuleSet,
    roster: &Roster<'_>,
    current: &[Held<'_>],
    loads: &Loads,
    round_robin: &RoundRobin,
    now: Time,
) -> Changes {
    let mut changes =
        Changes { tlp_above_every_ceiling: roster.is_above_every_ceiling(input.tlp), ..Changes::default() };
    let staying: Vec<Held<'_>> =
        current.iter().filter(|held| !(held.state.is_held() && must_not_see(held, input, roster))).copied().collect();
    let revoked = current.iter().filter(|held| held.state.is_held() && must_not_see(held, input, roster));
    changes.revoke.extend(revoked.map(|held| held.revoked(RevocationReason::TlpAboveCeiling)));
    // A resolved lead that may no longer see the incident is no lead: somebody must have it.
    if !input.reassign_resolved && staying.iter().any(Held::is_resolved_lead) {
        return changes;
    }

    let search = Search::new(input, rules, roster, &staying, loads, round_robin, now);
    let mut on_it: Vec<usize> = Vec::new();
    let mut found = Vec::new();
    fill_lead(&search, &staying, &mut changes, &mut on_it, &mut found);
    fill_supports(&search, &staying, &mut changes, &mut on_it, &mut found);
    if !found.is_empty() {
        let uncovered = search.uncovered(&on_it);
        let advanced = &mut changes.round_robin;
        changes.add = found.into_iter().map(|found| found.into_choice(&uncovered, advanced)).collect();
    }
    changes
}

/// Keeps, replaces or finds the lead.
fn fill_lead<'a>(
    search: &'a Search<'a>,
    staying: &[Held<'_>],
    changes: &mut Changes,
    on_it: &mut Vec<usize>,
    found: &mut Vec<Found<'a>>,
) {
    let lead = staying.iter().find(|held| held.role == AssignmentRole::Lead && held.state.is_open());
    let place = lead.and_then(|held| search.roster.place(held.team));
    let Some(lead) = lead else {
        let chosen = search.lead(search.tries_used_up(), None);
        on_it.push(chosen.member);
        found.push(chosen);
        return;
    };
    let settled = lead.state.is_taken_up() || lead.rule_id == MANUAL_RULE;
    let own_team = place == Some(search.roster.coordinator_place());
    let stays = settled || (own_team && search.tries_used_up());
    if stays {
        changes.paces.extend(lead.pace(None, search));
        on_it.extend(place);
        return;
    }
    let chosen = search.lead(false, place);
    let (stays, reason) = if own_team {
        (chosen.is_last_resort(), RevocationReason::PartnerAvailable)
    } else {
        (place.is_some_and(|place| chosen.considered(place)), RevocationReason::NoLongerEligible)
    };
    if stays {
        changes.paces.extend(lead.pace(Some(&chosen.rule), search));
        on_it.extend(place);
        return;
    }
    // Where no partner can bring what is asked for (who could has given it back), a partner is still better than none.
    if place.is_some_and(|place| chosen.lacks_only_assistance(place)) {
        changes.paces.extend(lead.pace(None, search));
        on_it.extend(place);
        return;
    }
    changes.revoke.push(lead.revoked(reason));
    on_it.push(chosen.member);
    found.push(chosen);
}

/// Keeps, replaces or finds a team for every matching support rule, and ends support that nothing calls for any more.
fn fill_supports<'a>(
    search: &'a Search<'a>,
    staying: &[Held<'_>],
    changes: &mut Changes,
    on_it: &mut Vec<usize>,
    found: &mut Vec<Found<'a>>,
) {
    let held_supports = || staying.iter().filter(|held| held.role == AssignmentRole::Support && held.state.is_held());
    let rule_of = |held: &Held<'_>| search.support_rules().find(|rule| rule.id == held.rule_id);
    let settled =
        |held: &Held<'_>| held.state != CaseState::Assigned || [MANUAL_RULE, REQUESTED_RULE].contains(&held.rule_id);
    let still_fits = |held: &Held<'_>, rule: &RuleView<'_>| {
        search.roster.place(held.team).is_some_and(|place| search.support_allows(rule, place))
    };
    // First all that stay, so that no rule chooses a team another one has.
    let mut kept_rules = Vec::new();
    for held in held_supports() {
        let leads = search.roster.place(held.team).is_some_and(|place| on_it.contains(&place));
        let reason = match rule_of(held) {
            _ if leads => Some(RevocationReason::NoLongerNeeded),
            _ if settled(held) => None,
            None => Some(RevocationReason::NoLongerNeeded),
            Some(rule) if still_fits(held, &rule) => None,
            Some(_) => Some(RevocationReason::NoLongerEligible),
        };
        match reason {
            None => {
                changes.paces.extend(held.pace(rule_of(held).as_ref(), search));
                kept_rules.push(held.rule_id);
                on_it.extend(search.roster.place(held.team));
            }
            Some(reason) => changes.revoke.push(held.revoked(reason)),
        }
    }
    for rule in search.support_rules().filter(|rule| !kept_rules.contains(&rule.id)) {
        if let Some(chosen) = search.support(&rule, on_it) {
            on_it.push(chosen.member);
            found.push(chosen);
        }
    }
}

/// Whether the team must no longer see the incident. The coordinator's own team sees everything.
fn must_not_see(held: &Held<'_>, input: &RoutingInput<'_>, roster: &Roster<'_>) -> bool {
    let member = roster.place(held.team).and_then(|place| roster.members().get(place));
    member.is_some_and(|member| !member.team.coordinator && input.tlp > member.team.tlp_ceiling)
}

impl Held<'_> {
    fn is_resolved_lead(&self) -> bool {
        self.role == AssignmentRole::Lead && self.state == CaseState::Resolved
    }

    /// How fast the team must be under `rule`, or, where a person chose it, at this level; none once it has taken the case up.
    fn pace(&self, rule: Option<&RuleView<'_>>, search: &Search<'_>) -> Option<Pace> {
        (self.state == CaseState::Assigned).then(|| Pace {
            assignment_id: self.assignment_id,
            rule_id: rule.map_or(self.rule_id, |rule| rule.id).to_owned(),
            minutes: rule.and_then(|rule| rule.minutes).unwrap_or_else(|| acknowledge_minutes(search.level_used)),
            escalate_to: rule.and_then(|rule| rule.escalate_to),
        })
    }

    fn revoked(&self, reason: RevocationReason) -> Revocation {
        Revocation { assignment_id: self.assignment_id, team: self.team, reason }
    }
}
