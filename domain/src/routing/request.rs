//! Support that a lead asks for while it works on an incident.

use uuid::Uuid;

use super::decision::{Choice, Outcome};
use super::found::Found;
use super::reroute::Held;
use super::roster::Roster;
use super::rules::RuleSet;
use super::search::{RuleView, Search};
use super::{Loads, REQUESTED_RULE, RoundRobin, RoutingInput};
use crate::time::Time;
use crate::vocabulary::{AssignmentRole, Assistance};

/// Chooses a team that brings the help in `input.assistance`, which is what is asked for now: by the support rules that bring
/// it, were it asked for in the report; else any team that gives it and may be on this incident. Where there is none, the
/// coordinator's own team finds the help; if that one is on the incident itself, there is no choice.
///
/// `current` are all assignments of the incident: who is on it isn't chosen, nor who gave it back. The turns that moved on come
/// back with the choice.
pub fn request_support(
    input: &RoutingInput<'_>,
    rules: &RuleSet,
    roster: &Roster<'_>,
    current: &[Held<'_>],
    loads: &Loads,
    round_robin: &RoundRobin,
    now: Time,
) -> Option<(Choice, RoundRobin)> {
    let search = Search::new(input, rules, roster, current, loads, round_robin, now);
    let any = RuleView::any_team_that_brings(REQUESTED_RULE, input.assistance);
    let of_the_document = search.support_rules().filter(|rule| rule.brings_any(input.assistance));
    let mut tried = Vec::new();
    let mut best: Option<Found<'_>> = None;
    for rule in of_the_document.chain([any]) {
        tried.push(rule.id);
        best = search.support(&rule, &[]);
        if best.is_some() {
            break;
        }
    }
    let best = match best {
        Some(found) => Found { tried, ..found },
        None if on_it(current, roster.coordinator()) => return None,
        None => search.coordinator_supports(any, tried),
    };
    let uncovered = if best.outcome == Outcome::NoCandidate { input.assistance.to_vec() } else { Vec::new() };
    let mut advanced = RoundRobin::new();
    let choice = best.into_choice(&uncovered, &mut advanced);
    Some((Choice { rule_id: REQUESTED_RULE.to_owned(), ..choice }, advanced))
}

fn on_it(current: &[Held<'_>], team: Uuid) -> bool {
    current.iter().any(|held| held.team == team && held.state.is_held())
}

/// Whether an assignment, made by a rule of the document, is support that brings this kind of help.
pub fn serves_kind(rules: &RuleSet, rule_id: &str, kind: Assistance) -> bool {
    called_for(rules, rule_id).contains(&kind)
}

/// The kinds of help that a support rule of the document calls for; none where there is no such rule, or it calls for none.
pub fn called_for<'a>(rules: &'a RuleSet, rule_id: &str) -> &'a [Assistance] {
    let rule = rules.rules.iter().find(|rule| rule.id == rule_id && rule.assign.role == AssignmentRole::Support);
    rule.map_or(&[], |rule| rule.assign.brings(&rule.when))
}
