//! An incident with all that belongs to it, read for a change or a view, and written back.

use uuid::Uuid;
use zvit_db::conn::Tx;
use zvit_db::error::Result;
use zvit_db::rows::{AssignmentRow, IncidentRow, IndicatorRow};
use zvit_db::types::{At, Id};
use zvit_db::{cases, incidents};
use zvit_domain::deadline::{self, Deadline};
use zvit_domain::lifecycle::{Ending, Lead, status_by_lead};
use zvit_domain::report::Content;
use zvit_domain::taxonomy::Classification;
use zvit_domain::time::Time;
use zvit_domain::tlp::Tlp;
use zvit_domain::triage::{RuleData, Triage, classify};
use zvit_domain::vocabulary::{CaseState, IncidentStatus};
use zvit_domain::word::Word;

use crate::views::StoredWarning;

mod saving;

pub(super) use saving::note_changes;

/// What a report without a TLP label is treated as.
pub const DEFAULT_TLP: Tlp = Tlp::Amber;

/// An incident and its parts.
#[derive(Debug, Clone)]
pub struct Record {
    /// The row; [`Record::save`] brings its columns up to date.
    pub row: IncidentRow,
    /// What the reports say.
    pub content: Content,
    /// How it was judged.
    pub triage: Triage,
    /// The stages and their clocks.
    pub deadlines: Vec<Deadline>,
    /// What was doubtful.
    pub warnings: Vec<StoredWarning>,
    /// Indicators, in the order given.
    pub indicators: Vec<IndicatorRow>,
    /// Assignments, oldest first.
    pub assignments: Vec<AssignmentRow>,
    added: Vec<Id>,
    altered: Vec<Id>,
    touched: Vec<(Id, &'static str)>,
    /// The status as it was read.
    status_read: String,
    /// Whose it was when it was read.
    institution_read: Id,
}

impl Record {
    /// A new incident: nothing of it is stored yet.
    pub fn new(
        row: IncidentRow,
        content: Content,
        triage: Triage,
        deadlines: Vec<Deadline>,
        warnings: Vec<StoredWarning>,
    ) -> Self {
        let (indicators, assignments) = (Vec::new(), Vec::new());
        let (status_read, institution_read) = (row.status.clone(), row.institution_id);
        Self {
            row,
            content,
            triage,
            deadlines,
            warnings,
            indicators,
            assignments,
            added: Vec::new(),
            altered: Vec::new(),
            touched: Vec::new(),
            status_read,
            institution_read,
        }
    }

    /// Reads what belongs to these incidents: two queries, however many there are.
    ///
    /// # Errors
    /// The store's.
    pub fn load_all(tx: &mut Tx<'_>, rows: Vec<IncidentRow>) -> Result<Vec<Self>> {
        let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
        let indicators = incidents::indicators_of(tx, &ids)?;
        let assignments = cases::of_incidents(tx, &ids)?;
        let mut records = rows.into_iter().map(Self::read).collect::<Result<Vec<_>>>()?;
        let places: std::collections::HashMap<Id, usize> =
            ids.into_iter().enumerate().map(|(place, id)| (id, place)).collect();
        let place = |id: Id| places.get(&id).copied();
        for indicator in indicators {
            if let Some(record) = place(indicator.incident_id).and_then(|place| records.get_mut(place)) {
                record.indicators.push(indicator);
            }
        }
        for assignment in assignments {
            if let Some(record) = place(assignment.incident_id).and_then(|place| records.get_mut(place)) {
                record.assignments.push(assignment);
            }
        }
        Ok(records)
    }

    /// Reads what belongs to one incident.
    ///
    /// # Errors
    /// The store's.
    pub fn load(tx: &mut Tx<'_>, row: IncidentRow) -> Result<Self> {
        let ids = [row.id];
        let mut record = Self::read(row)?;
        record.indicators = incidents::indicators_of(tx, &ids)?;
        record.assignments = cases::of_incidents(tx, &ids)?;
        Ok(record)
    }

    /// The incident alone, without indicators and assignments: for looking at many.
    ///
    /// # Errors
    /// When a part can't be read.
    pub fn read(row: IncidentRow) -> Result<Self> {
        let (content, triage) = (row.content.read()?, row.triage.read()?);
        let (deadlines, warnings) = (row.deadlines.read()?, row.warnings.read()?);
        Ok(Self::new(row, content, triage, deadlines, warnings))
    }

    /// The incident's id.
    pub fn id(&self) -> Uuid {
        self.row.id.0
    }

    /// Its status.
    pub fn status(&self) -> IncidentStatus {
        IncidentStatus::from_code(&self.row.status).unwrap_or(IncidentStatus::Received)
    }

    /// How far it may be passed on.
    pub fn tlp(&self) -> Tlp {
        self.content.tlp.unwrap_or(DEFAULT_TLP)
    }

    /// Class and type, stated or inferred.
    pub fn classification(&self) -> Classification {
        classify(&self.content, RuleData::current()).0
    }

    /// When the institution became aware.
    pub fn became_aware_at(&self) -> Time {
        self.content.became_aware_at.unwrap_or(self.row.received_at.0)
    }

    /// Whether somebody has ended it: then no clock runs.
    pub fn is_over(&self) -> bool {
        self.ending().is_some()
    }

    /// Whether its clocks run: neither for what somebody has ended nor for an exercise.
    pub fn clocks_run(&self) -> bool {
        !self.is_over() && !is_exercise(&self.content)
    }

    /// The stages and their clocks as parties are shown them; an exercise shows none.
    pub fn shown_deadlines(&self) -> Vec<Deadline> {
        if is_exercise(&self.content) { Vec::new() } else { self.deadlines.iter().map(Deadline::shown).collect() }
    }

    /// The moment from which its clocks run.
    pub fn clock_start(&self) -> Time {
        deadline::clock_start(self.content.became_aware_at, self.row.received_at.0)
    }

    /// The lead that holds the case now.
    pub fn lead(&self) -> Option<&AssignmentRow> {
        self.assignments.iter().rev().find(|assignment| assignment.role == "lead" && state(assignment).is_held())
    }

    /// An assignment of this incident.
    pub fn assignment(&self, id: Uuid) -> Option<&AssignmentRow> {
        self.assignments.iter().find(|assignment| assignment.id.0 == id)
    }

    /// The same, to set what goes along with a change that [`Record::save`] knows of.
    pub fn assignment_mut(&mut self, id: Uuid) -> Option<&mut AssignmentRow> {
        self.assignments.iter_mut().find(|assignment| assignment.id.0 == id)
    }

    /// Adds an assignment, to be written by [`Record::save`].
    pub fn add(&mut self, assignment: AssignmentRow) {
        self.added.push(assignment.id);
        self.assignments.push(assignment);
    }

    /// Changes one assignment; [`Record::save`] writes it and moves it in its team's feed, even if the team loses it.
    pub fn alter(&mut self, id: Uuid, change: impl FnOnce(&mut AssignmentRow)) {
        if let Some(assignment) = self.assignments.iter_mut().find(|assignment| assignment.id.0 == id) {
            change(assignment);
            self.altered.push(Id(id));
        }
    }

    /// Sets another time to acknowledge for one assignment, with a reminder at half of it. Its case notes `kind` beside what
    /// else changed.
    pub fn redate(&mut self, id: Uuid, kind: &'static str, now: Time, seconds: i64) {
        if let Some(assignment) = self.assignment_mut(id) {
            assignment.acknowledge_by = Some(At(now.plus_seconds(seconds)));
            assignment.remind_at = Some(At(now.plus_seconds(seconds / 2)));
            self.touch(id, kind);
        }
    }

    /// Moves one assignment that stays as it is, and notes `kind`: its team is told something that its view of the incident doesn't
    /// tell.
    pub fn touch(&mut self, id: Uuid, kind: &'static str) {
        self.touched.push((Id(id), kind));
    }

    /// Whether assignments were added or altered that [`Record::save`] has not written yet.
    pub fn is_altered(&self) -> bool {
        !(self.added.is_empty() && self.altered.is_empty() && self.touched.is_empty())
    }

    /// The status that follows from the assignments, unless somebody has ended the incident.
    pub fn follow_status(&mut self) {
        if self.ending().is_none() {
            self.row.status = status_by_lead(self.lead_standing()).to_string();
        }
    }

    /// How somebody has ended the incident, if so.
    pub fn ending(&self) -> Option<Ending> {
        Ending::of(self.status())
    }

    /// Its lead, as far as the status depends on it.
    pub fn lead_standing(&self) -> Option<Lead> {
        self.lead().map(|row| Lead { state: state(row), waiting: is_waiting(row) })
    }
}

/// The state of an assignment.
pub fn state(assignment: &AssignmentRow) -> CaseState {
    CaseState::from_code(&assignment.state).unwrap_or(CaseState::Revoked)
}

/// Whether the coordinator's team only keeps the incident until a place is free: nobody is waited for.
pub fn is_waiting(assignment: &AssignmentRow) -> bool {
    assignment.rule_id == zvit_domain::routing::COORDINATOR_RULE
        && assignment.acknowledge_by.is_none()
        && state(assignment) == CaseState::Assigned
}

/// Whether a report is an exercise: no clocks, no statistics.
pub fn is_exercise(content: &Content) -> bool {
    content.exercise == Some(true)
        || content.classification.as_ref().is_some_and(|classification| classification.class.code() == "test")
}
