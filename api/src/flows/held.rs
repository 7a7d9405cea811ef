//! The assignments of an incident as routing looks at them, and what it finds must change about them.

use uuid::Uuid;
use zvit_db::rows::AssignmentRow;
use zvit_domain::routing::{Changes, Held, Loads, MANUAL_RULE, Roster, RoundRobin, RoutingInput, Why, reroute};
use zvit_domain::time::Time;
use zvit_domain::vocabulary::{AssignmentRole, CaseState};

use super::assign::REVOKED_BY_COORDINATOR;
use super::record::{Record, is_exercise, state};
use crate::memory::Directory;

/// What routing has to know of an incident.
pub fn routing_input<'a>(
    record: &'a Record,
    class: zvit_domain::taxonomy::IncidentClass,
    already: &'a [Uuid],
    excluded: &'a [Uuid],
) -> RoutingInput<'a> {
    RoutingInput {
        sector: record.triage.sector,
        level: record.triage.level,
        level_high: record.triage.level_high,
        class,
        symptoms: &record.content.symptoms,
        regions: &record.content.regions,
        assistance: &record.content.assistance_requested,
        tlp: record.tlp(),
        language: record.content.language.as_deref(),
        exercise: is_exercise(&record.content),
        became_aware_at: record.became_aware_at(),
        already,
        excluded,
        expiries: expired_leads(record),
        reassign_resolved: false,
    }
}

/// How many teams have let it expire as lead.
pub fn expired_leads(record: &Record) -> u32 {
    let expired = |row: &&AssignmentRow| row.role == "lead" && state(row) == CaseState::Expired;
    u32::try_from(record.assignments.iter().filter(expired).count()).unwrap_or(u32::MAX)
}

/// The rule whose place an assignment fills: its own, or, of support that was handed to a team by name, the one that called for
/// it.
pub fn place_filled(row: &AssignmentRow) -> String {
    if row.rule_id == MANUAL_RULE && row.role != "lead" {
        let why = row.why.read::<Why>().ok();
        if let Some(rule) = why.and_then(|why| why.rules.into_iter().next()) {
            return rule;
        }
    }
    row.rule_id.clone()
}

/// The rules whose places the assignments of an incident fill, in their order.
pub fn places_filled(record: &Record) -> Vec<String> {
    record.assignments.iter().map(place_filled).collect()
}

/// The assignments of an incident as routing looks at them. Support that a person gave to a team by name stays, as if it had
/// been taken up; so does what else is `settled`.
pub fn held<'a>(record: &'a Record, places: &'a [String], settled: impl Fn(&AssignmentRow) -> bool) -> Vec<Held<'a>> {
    let rows = record.assignments.iter().zip(places);
    rows.map(|(row, place)| {
        let is_lead = row.role == "lead";
        let is_by_name = !is_lead && row.rule_id == MANUAL_RULE;
        let is_settled = state(row) == CaseState::Assigned && (is_by_name || settled(row));
        Held {
            assignment_id: row.id.0,
            team: row.team_id.0,
            role: if is_lead { AssignmentRole::Lead } else { AssignmentRole::Support },
            rule_id: place,
            state: if is_settled { CaseState::Acknowledged } else { state(row) },
        }
    })
    .collect()
}

/// The teams from which the coordinator took the incident.
pub fn kept_away(record: &Record) -> Vec<Uuid> {
    let taken = record.assignments.iter().filter(|row| row.outcome.as_deref() == Some(REVOKED_BY_COORDINATOR));
    taken.map(|row| row.team_id.0).collect()
}

/// What decisions depend on beside the incident: the teams, their loads, and whose turn it is.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The rules, and the teams' entries.
    pub directory: &'a Directory,
    /// The teams as they stand now.
    pub roster: &'a Roster<'a>,
    /// Their loads.
    pub loads: &'a Loads,
    /// Whose turn it is, by rule.
    pub turns: &'a RoundRobin,
    /// The moment of the decision.
    pub now: Time,
}

/// What must change about the assignments of an incident so that they fit it again.
pub fn changes_for(record: &Record, around: &Around<'_>) -> Changes {
    changes_but(record, around, |_| false)
}

/// The same, where what is `settled` stays as if it had been taken up.
pub fn changes_but(record: &Record, around: &Around<'_>, settled: impl Fn(&AssignmentRow) -> bool) -> Changes {
    let (kept_away, places) = (kept_away(record), places_filled(record));
    let held = held(record, &places, settled);
    let input = routing_input(record, record.classification().class, &[], &kept_away);
    let Around { directory, roster, loads, turns, now } = *around;
    let mut changes = reroute(&input, &directory.rules, roster, &held, loads, turns, now);
    if record.ending().is_some() {
        changes.add.clear();
        changes.round_robin.clear();
    }
    changes
}
