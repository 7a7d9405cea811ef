//! The figures of a run, counted from what the service shows.

use std::collections::BTreeMap;

use serde::Serialize;
use zvit_domain::vocabulary::{CaseState, IncidentStatus};

use super::happened::Happening;
use super::outcome::{Outcome, Shown};

/// Cases of a team.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(super) struct TeamFigures {
    pub(super) lead: usize,
    pub(super) support: usize,
    pub(super) declined: usize,
    /// Not acknowledged in time.
    pub(super) late: usize,
    pub(super) handed_over: usize,
}

/// What a run comes to.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    /// Incidents the service shows, one for each accepted report.
    pub(super) accepted: usize,
    /// Those with a lead team.
    pub(super) routed: usize,
    /// Those without.
    pub(super) unassigned: usize,
    /// Those that wait with the coordinator's team because all others are full.
    pub(super) waiting: usize,
    /// Assignments that a team gave back.
    pub(super) declined: usize,
    /// Incidents that were given back and have another lead.
    pub(super) routed_on: usize,
    /// Assignments that were not acknowledged in time.
    pub(super) late: usize,
    /// Assignments that a team handed over.
    pub(super) handed_over: usize,
    /// Incidents whose lead asked for help and has it.
    pub(super) supported: usize,
    /// Mails in the mailbox of the demonstration.
    pub(super) mails: usize,
    /// Reports that were refused.
    pub(super) refused: usize,
    pub(super) follow_ups: usize,
    /// Levels or sectors decided by the coordinator.
    pub(super) overridden: usize,
    pub(super) exercises: usize,
    /// Incidents whose lead has said that it has them.
    pub(super) acknowledged: usize,
    /// Incidents whose lead is done.
    pub(super) resolved: usize,
    /// Polls of all teams.
    pub(super) polls: usize,
    pub(super) by_level: BTreeMap<u8, usize>,
    pub(super) by_sector: BTreeMap<String, usize>,
    pub(super) by_team: BTreeMap<String, TeamFigures>,
    pub(super) elapsed_ms: u64,
}

impl Figures {
    /// Counts.
    pub(super) fn of(outcome: &Outcome) -> Self {
        let shown = &outcome.shown;
        let count = |is: &dyn Fn(&Shown) -> bool| shown.iter().filter(|shown| is(shown)).count();
        let mut by_level: BTreeMap<u8, usize> = (0..=5).map(|level| (level, 0)).collect();
        let mut by_sector = BTreeMap::<String, usize>::new();
        let mut by_team = BTreeMap::<String, TeamFigures>::new();
        for one in shown {
            *by_level.entry(one.incident.level).or_default() += 1;
            *by_sector.entry(one.incident.sector.to_string()).or_default() += 1;
            if let Some(lead) = one.lead() {
                by_team.entry(lead.team.name.clone()).or_default().lead += 1;
            }
            for support in one.supports() {
                by_team.entry(support.team.name.clone()).or_default().support += 1;
            }
            for declined in one.declined() {
                by_team.entry(declined.team.name.clone()).or_default().declined += 1;
            }
            for late in one.ended(CaseState::Expired) {
                by_team.entry(late.team.name.clone()).or_default().late += 1;
            }
            for handed_over in one.ended(CaseState::HandedOver) {
                by_team.entry(handed_over.team.name.clone()).or_default().handed_over += 1;
            }
        }
        let routed = count(&|one| one.lead().is_some());
        Self {
            accepted: shown.len(),
            routed,
            unassigned: shown.len() - routed,
            waiting: count(&|one| one.incident.status == IncidentStatus::Waiting),
            declined: shown.iter().map(|one| one.declined().count()).sum(),
            routed_on: count(&|one| one.declined().next().is_some() && one.lead().is_some()),
            late: shown.iter().map(|one| one.ended(CaseState::Expired).count()).sum(),
            handed_over: shown.iter().map(|one| one.ended(CaseState::HandedOver).count()).sum(),
            supported: count(&|one| one.is(Happening::Supported)),
            mails: outcome.mails.len(),
            refused: outcome.refused.len(),
            follow_ups: outcome.follow_ups,
            overridden: count(&|one| one.incident.triage.r#override.is_some()),
            exercises: count(&|one| one.incident.exercise),
            acknowledged: count(&|one| one.is_acknowledged()),
            resolved: count(&|one| one.incident.status == IncidentStatus::Resolved),
            polls: outcome.polls,
            by_level,
            by_sector,
            by_team,
            elapsed_ms: outcome.elapsed_ms,
        }
    }
}
