//! Records as the parties see them.

use zvit_db::error::Result;
use zvit_db::rows::{AssignmentRow, IndicatorRow};
use zvit_db::types::{At, Id};
use zvit_domain::disclosure::{Part, Parts};
use zvit_domain::report::NewIndicator;
use zvit_domain::routing::Why;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::{AssignmentRole, Assistance, CaseState, Role};
use zvit_domain::word::{Language, Word};

use super::disclosure::{self, Disclosure};
use super::record::{Record, state};
use super::withdrawal::withdrawal;
use crate::memory::Directory;
use crate::views::{
    Assignment, Case, CaseItem, CaseTeam, Incident, Indicator, InstitutionRef, StoredWarning, TeamRef, Warning,
};

/// Builds the view of an incident; the members of its own follow.
macro_rules! view {
    ($name:ident, $record:expr, $directory:expr, $team:expr, $updated_at:expr, $($own:ident: $value:expr),*) => {{
        let (record, content) = ($record, &$record.content);
        $name {
            id: record.id(),
            reference: record.row.reference.clone(),
            status: record.status(),
            received_at: record.row.received_at.0,
            resolved_at: record.row.resolved_at.map(|at| at.0),
            closed_at: record.row.closed_at.map(|at| at.0),
            withdrawal: withdrawal(record),
            updated_at: $updated_at,
            report_sha256: crate::hex(&record.row.report_sha256),
            institution: institution(record, $directory),
            sector: record.triage.sector,
            other_sectors: content.other_sectors.clone(),
            level: record.triage.level,
            classification: record.classification(),
            regions: content.regions.clone(),
            symptoms: content.symptoms.clone(),
            tlp: record.tlp(),
            pap: content.pap,
            title: content.title.clone(),
            description: content.description.clone(),
            language: content.language.clone(),
            became_aware_at: record.became_aware_at(),
            detected_at: content.detected_at,
            started_at: content.started_at,
            danger_to_life: content.danger_to_life,
            affected_services: content.affected_services.clone(),
            impact: content.impact,
            affected_systems: content.affected_systems,
            affected_users: content.affected_users,
            data_types: content.data_types.clone(),
            suspected_malicious: content.suspected_malicious,
            cross_border: content.cross_border,
            indicators: super::team_indicators::seen_by(record, $directory, $team).map(|row| indicator(row, $directory)).collect(),
            measures_taken: content.measures_taken.clone(),
            assistance_requested: content.assistance_requested.clone(),
            contact: content.contact.clone(),
            external_ref: content.external_ref.clone(),
            exercise: record.row.exercise,
            submitted_on_hold: super::hold::is_marked(record).then_some(true),
            triage: record.triage.clone(),
            deadlines: record.shown_deadlines(),
            $($own: $value,)*
        }
    }};
}

impl Record {
    /// As its institution or the coordinator sees it. An institution does not learn which other teams were looked at.
    pub fn incident(&self, directory: &Directory, language: Language, reader: Role) -> Incident {
        let with_candidates = reader == Role::Coordinator;
        view!(Incident, self, directory, None, self.row.updated_at.0,
            assignments: self.assignments.iter().map(|row| assignment(row, directory, with_candidates)).collect(),
            warnings: warnings(&self.warnings, language),
            possible_duplicates: Vec::new())
    }

    /// As a team sees it: one of its assignments, with as much of the incident as is disclosed to it.
    ///
    /// # Errors
    /// When a stored document can't be read.
    pub fn case(&self, row: &AssignmentRow, directory: &Directory) -> Result<Case> {
        self.case_as_far_as(disclosure::of(self, row, directory), row, directory)
    }

    /// The same for a team that gives the case away: codes only, as this answer may be repeated to it at any time.
    ///
    /// # Errors
    /// When a stored document can't be read.
    pub fn parting_case(&self, row: &AssignmentRow, directory: &Directory) -> Result<Case> {
        self.case_as_far_as(Disclosure::codes_only(), row, directory)
    }

    fn case_as_far_as(&self, disclosed: Disclosure, row: &AssignmentRow, directory: &Directory) -> Result<Case> {
        Ok(Case {
            id: row.id.0,
            state: state(row),
            role: role(row),
            team: TeamRef { id: row.team_id.0, name: directory.team_name(row.team_id.0) },
            acknowledge_by: row.acknowledge_by.map(|at| at.0),
            assigned_at: row.assigned_at.0,
            updated_at: row.updated_at.0,
            acknowledged_at: row.acknowledged_at.map(|at| at.0),
            assistance: assistance(row).and_then(|kinds| kinds.first().copied()),
            assistance_kinds: assistance(row),
            resolved_at: row.resolved_at.map(|at| at.0),
            external_ref: row.external_ref.clone(),
            outcome: row.outcome.clone(),
            summary: row.summary.clone(),
            why: row.why.read::<Why>()?.for_team(row.team_id.0, disclosed.is_minimal()),
            changes: row.changes.read()?,
            disclosed: disclosed.parts().iter().collect(),
            other_teams: disclosed.has(Part::Course).then(|| self.other_teams(row, directory)),
            incident: disclosure::case_incident(self, row, disclosed, directory),
        })
    }

    fn other_teams(&self, own: &AssignmentRow, directory: &Directory) -> Vec<CaseTeam> {
        let others = self.assignments.iter().filter(|row| row.id != own.id && state(row).is_held());
        let shown = others.map(|row| CaseTeam {
            assignment_id: row.id.0,
            team: TeamRef { id: row.team_id.0, name: directory.team_name(row.team_id.0) },
            role: role(row),
            state: state(row),
            assigned_at: row.assigned_at.0,
            acknowledged_at: row.acknowledged_at.map(|at| at.0),
            grants: Parts::read(&row.grants).iter().collect(),
        });
        shown.collect()
    }

    /// As an item of the team's feed.
    ///
    /// # Errors
    /// When a stored document can't be read.
    pub fn case_item(&self, row: &AssignmentRow, directory: &Directory) -> Result<CaseItem> {
        if state(row).is_held() && directory.may_see(row.team_id.0, self.tlp()) {
            return self.case(row, directory).map(CaseItem::from);
        }
        Ok(CaseItem::forgotten(row.id.0, state(row), self.row.reference.clone(), row.updated_at.0))
    }

    /// Adds an indicator of the institution, or takes back one that it gave before; what teams have found is theirs. Gives the row that is new, or the ordinal taken back.
    pub fn add_indicator(&mut self, new: &NewIndicator, now: Time) -> IndicatorChange {
        let kind = new.r#type.to_string();
        let is_it = |row: &&mut IndicatorRow| row.added_by.is_none() && row.kind == kind && row.value == new.value;
        let known = self.indicators.iter_mut().find(is_it);
        if new.retracted {
            return match known {
                Some(row) if row.retracted_at.is_none() => {
                    row.retracted_at = Some(At(now));
                    IndicatorChange::Retracted(row.ordinal)
                }
                _ => IndicatorChange::None,
            };
        }
        if known.is_some_and(|row| row.retracted_at.is_none()) {
            return IndicatorChange::None;
        }
        let row = IndicatorRow {
            incident_id: self.row.id,
            ordinal: i32::try_from(self.indicators.len()).unwrap_or(i32::MAX),
            kind,
            value: new.value.clone(),
            original: new.original.clone(),
            description: new.description.clone(),
            added_at: At(now),
            retracted_at: None,
            added_by: None,
            tlp: None,
        };
        self.indicators.push(row.clone());
        IndicatorChange::Added(row)
    }
}

/// What became of an indicator in a report.
#[derive(Debug, Clone, PartialEq)]
pub enum IndicatorChange {
    /// It is new.
    Added(IndicatorRow),
    /// The one with this ordinal was taken back.
    Retracted(i32),
    /// It was known already, or there was nothing to take back.
    None,
}

/// An assignment, with the other candidates or without.
pub fn assignment(row: &AssignmentRow, directory: &Directory, with_candidates: bool) -> Assignment {
    let why = row.why.read::<Why>().unwrap_or_else(|_| Why::manual(role(row), 0));
    // Of other assignments the column says why they ended.
    let is_resolved = state(row) == CaseState::Resolved;
    Assignment {
        id: row.id.0,
        team: TeamRef { id: row.team_id.0, name: directory.team_name(row.team_id.0) },
        role: role(row),
        assistance: assistance(row).and_then(|kinds| kinds.first().copied()),
        assistance_kinds: assistance(row),
        state: state(row),
        acknowledge_by: row.acknowledge_by.map(|at| at.0),
        assigned_at: row.assigned_at.0,
        acknowledged_at: row.acknowledged_at.map(|at| at.0),
        resolved_at: row.resolved_at.map(|at| at.0),
        first_delivered_at: row.first_delivered_at.map(|at| at.0),
        grants: Parts::read(&row.grants).iter().collect(),
        outcome: row.outcome.clone().filter(|_| is_resolved),
        summary: row.summary.clone().filter(|_| is_resolved),
        why: if with_candidates { why } else { why.without_candidates() },
    }
}

pub(super) fn role(row: &AssignmentRow) -> AssignmentRole {
    if row.role == "lead" { AssignmentRole::Lead } else { AssignmentRole::Support }
}

/// What a team was asked for, where that was said.
fn assistance(row: &AssignmentRow) -> Option<Vec<Assistance>> {
    let kinds = row.assistance.as_deref()?.split_whitespace().filter_map(Assistance::from_code);
    Some(kinds.collect()).filter(|kinds: &Vec<Assistance>| !kinds.is_empty())
}

pub(super) fn institution(record: &Record, directory: &Directory) -> InstitutionRef {
    let Id(id) = record.row.institution_id;
    match directory.institutions.get(&id) {
        Some(known) => {
            InstitutionRef { id, name_uk: known.entry.name_uk.clone(), name_en: known.entry.name_en.clone() }
        }
        None => InstitutionRef { id, name_uk: id.to_string(), name_en: id.to_string() },
    }
}

/// An indicator, with the team that found it where it wasn’t the institution.
pub fn indicator(row: &IndicatorRow, directory: &Directory) -> Indicator {
    Indicator {
        r#type: row.kind.clone(),
        value: row.value.clone(),
        original: row.original.clone(),
        description: row.description.clone(),
        added_at: row.added_at.0,
        retracted_at: row.retracted_at.map(|at| at.0),
        added_by: row.added_by.map(|Id(id)| TeamRef { id, name: directory.team_name(id) }),
        tlp: row.tlp.clone(),
    }
}

/// Warnings in the reader's language.
pub fn warnings(stored: &[StoredWarning], language: Language) -> Vec<Warning> {
    stored
        .iter()
        .map(|warning| Warning {
            pointer: warning.pointer.clone(),
            code: warning.code.clone(),
            detail: warning.detail.in_language(language).to_owned(),
            value: warning.value.clone(),
        })
        .collect()
}
