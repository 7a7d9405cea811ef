//! An incident with all that belongs to it, read for a change or a view, and written back.

use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::conn::Tx;
use zvit_db::error::{Result, StoreError};
use zvit_db::rows::{AssignmentRow, IncidentRow, IndicatorRow};
use zvit_db::types::{At, Id, Json};
use zvit_db::{cases, incidents};
use zvit_domain::deadline::{self, Deadline};
use zvit_domain::disclosure::MINIMAL_FROM;
use zvit_domain::lifecycle::{Ending, Lead, status_by_lead};
use zvit_domain::report::Content;
use zvit_domain::similarity::Features;
use zvit_domain::taxonomy::Classification;
use zvit_domain::time::Time;
use zvit_domain::tlp::Tlp;
use zvit_domain::triage::{RuleData, Triage, classify};
use zvit_domain::vocabulary::{CaseState, IncidentStatus, Role};
use zvit_domain::word::Word;

use super::disclosure::{codes, shows_the_same};
use crate::actor::Actor;
use crate::views::{CaseChange, StoredWarning};

/// So many changes are kept with a case.
const CHANGES_KEPT: usize = 20;

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
    redated: Vec<(Id, &'static str)>,
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
            redated: Vec::new(),
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
            self.redated.push((Id(id), kind));
        }
    }

    /// Whether assignments were added or altered that [`Record::save`] has not written yet.
    pub fn is_altered(&self) -> bool {
        !(self.added.is_empty() && self.altered.is_empty() && self.redated.is_empty())
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

    /// Since when it has been resolved and closed; an incident that was opened again is neither.
    fn keep_ends(&mut self, now: Time) {
        let (status, now) = (self.status(), Some(At(now)));
        match status {
            IncidentStatus::Resolved => {
                self.row.resolved_at = self.row.resolved_at.or(now);
                self.row.closed_at = None;
            }
            IncidentStatus::Closed => {
                self.row.resolved_at = self.row.resolved_at.or(now);
                self.row.closed_at = self.row.closed_at.or(now);
            }
            IncidentStatus::Withdrawn | IncidentStatus::Merged => {}
            _ => (self.row.resolved_at, self.row.closed_at) = (None, None),
        }
    }

    /// What it is compared by with other reports; indicators that were taken back don't count.
    fn features(&self) -> Features {
        let standing = self.indicators.iter().filter(|row| row.retracted_at.is_none());
        Features::of(&self.content, standing.map(|row| (row.kind.as_str(), row.value.as_str())))
    }

    /// Settles the row; gives the cases whose teams are shown the same as before: codes only, or the little that their support needs.
    fn settle_and_compare(&mut self, now: Time) -> Result<Vec<Id>> {
        let (minimal, support) = {
            let shown_codes = |row: &&AssignmentRow| row.acknowledged_at.is_none() && self.tlp() >= MINIMAL_FROM;
            let held = || self.assignments.iter().filter(|row| state(row).is_held());
            let minimal: Vec<Id> = held().filter(shown_codes).map(|row| row.id).collect();
            let support = held().filter(|row| row.role != "lead" && !minimal.contains(&row.id));
            (minimal.clone(), support.map(|row| row.id).collect::<Vec<Id>>())
        };
        // The row's documents are those that were read, until it is settled.
        let read = || {
            let (status, institution_id) = (self.status_read.clone(), self.institution_read);
            Self::read(IncidentRow { status, institution_id, ..self.row.clone() })
        };
        let before = if minimal.is_empty() && support.is_empty() { None } else { Some(read()?) };
        self.keep_ends(now);
        self.settle(now)?;
        let Some(before) = before else { return Ok(Vec::new()) };
        let is_same = before.tlp() >= MINIMAL_FROM && codes(&before) == codes(self);
        let mut unmoved = if is_same { minimal } else { Vec::new() };
        let is_unmoved = |id: &Id| self.assignment(id.0).is_some_and(|row| shows_the_same(&before, self, row));
        unmoved.extend(support.into_iter().filter(is_unmoved));
        Ok(unmoved)
    }

    /// Brings the row's columns in line with the parts.
    ///
    /// # Errors
    /// When a part can't be written as JSON: a defect.
    pub fn settle(&mut self, now: Time) -> Result<()> {
        let classification = self.classification();
        self.row.sector = self.triage.sector.to_string();
        self.row.level = i32::from(self.triage.level);
        self.row.class = classification.class.to_string();
        self.row.tlp = self.tlp().to_string();
        self.row.exercise = is_exercise(&self.content);
        self.row.external_ref = self.content.external_ref.clone();
        self.row.regions = words(&self.content.regions);
        self.row.search_text = search_text(&self.row.reference, &self.content);
        self.row.updated_at = At(now);
        self.settle_clocks()?;
        self.row.content = Json::of(&self.content)?;
        self.row.triage = Json::of(&self.triage)?;
        self.row.warnings = Json::of(&self.warnings)?;
        self.row.features = self.features().to_text();
        Ok(())
    }

    /// Notes that a responder or the coordinator has done something about it. What the service does by itself, and what the
    /// institution adds, moves nothing: an incident that goes from team to team unanswered is one that nobody moves.
    pub fn note_moved(&mut self, now: Time, actor: &Actor) {
        if !actor.is_service() && matches!(actor.role, Role::Team | Role::Coordinator) {
            self.row.moved_at = Some(At(now));
        }
    }

    /// Brings the columns of the clocks in line with whether they run.
    ///
    /// # Errors
    /// When the deadlines can't be written as JSON: a defect.
    pub fn settle_clocks(&mut self) -> Result<()> {
        let (due, remind) =
            if self.clocks_run() { deadline::next_moments(&self.deadlines, self.clock_start()) } else { (None, None) };
        (self.row.next_due_at, self.row.remind_at) = (due.map(At), remind.map(At));
        self.row.deadlines = Json::of(&self.deadlines)?;
        Ok(())
    }

    /// Writes the incident and moves it in every feed it stands in: the coordinator's, its institution's, and those of the
    /// teams that hold it or have just lost it. `kinds` is what its cases note as the change. A team that is shown codes only, or
    /// little more as it supports, is not moved by what changes nothing of that.
    ///
    /// # Errors
    /// The store's.
    pub fn save(&mut self, change: &mut Change<'_>, kinds: &[&str], actor: &Actor) -> Result<()> {
        self.follow_status();
        if self.status() == IncidentStatus::Received {
            return Err(StoreError::Failed(format!("incident {} would be left without a team: not saved", self.id())));
        }
        let unmoved = self.settle_and_compare(change.now)?;
        self.note_moved(change.now, actor);
        self.row.version += 1;
        self.row.coordinator_position = change.next_position();
        self.row.institution_position = change.next_feed_position(self.row.institution_id.0)?;
        self.status_read.clone_from(&self.row.status);
        self.institution_read = self.row.institution_id;
        incidents::update(&mut change.tx, &self.row)?;
        let (added, altered) = (std::mem::take(&mut self.added), std::mem::take(&mut self.altered));
        let redated = std::mem::take(&mut self.redated);
        for assignment in &mut self.assignments {
            let (is_new, is_altered) = (added.contains(&assignment.id), altered.contains(&assignment.id));
            if !(is_new || is_altered || state(assignment).is_held()) {
                continue;
            }
            let redated = redated.iter().find(|(id, _)| *id == assignment.id).map(|(_, kind)| *kind);
            if !(is_new || is_altered || redated.is_some()) && unmoved.contains(&assignment.id) {
                // Its weight may be another.
                cases::update(&mut change.tx, assignment)?;
                continue;
            }
            assignment.position = change.next_feed_position(assignment.team_id.0)?;
            assignment.updated_at = At(change.now);
            if !is_new {
                let own = actor.owner == Some(assignment.team_id.0);
                let state = assignment.state.clone();
                let mut kinds = if is_altered { vec![state.as_str()] } else { kinds.to_vec() };
                kinds.extend(redated);
                note_changes(assignment, &kinds, change.now, own)?;
                cases::update(&mut change.tx, assignment)?;
            }
        }
        let new = self.assignments.iter().filter(|assignment| added.contains(&assignment.id)).cloned().collect();
        AssignmentRow::insert_all(&mut change.tx, new)
    }
}

/// Notes on the case what changed; so many are kept.
pub(super) fn note_changes(assignment: &mut AssignmentRow, kinds: &[&str], at: Time, own: bool) -> Result<()> {
    let mut changes: Vec<CaseChange> = assignment.changes.read()?;
    changes.extend(kinds.iter().map(|kind| CaseChange { kind: (*kind).to_owned(), at, own }));
    let surplus = changes.len().saturating_sub(CHANGES_KEPT);
    changes.drain(..surplus);
    assignment.changes = Json::of(&changes)?;
    Ok(())
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

/// Codes between blanks, so that one can be looked for with its blanks around it.
fn words<W: Word>(list: &[W]) -> String {
    list.iter().fold(String::from(" "), |mut text, word| {
        text.push_str(word.code());
        text.push(' ');
        text
    })
}

/// Lower-case words with a blank before each: title, reference and external reference.
fn search_text(reference: &str, content: &Content) -> String {
    let parts = [content.title.as_deref(), Some(reference), content.external_ref.as_deref()];
    parts.into_iter().flatten().flat_map(str::split_whitespace).fold(String::new(), |mut text, word| {
        text.push(' ');
        text.push_str(&word.to_lowercase());
        text
    })
}
