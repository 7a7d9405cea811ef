//! A record written back: its columns brought in line with its parts, and moved in the feeds of those who are shown something else.

use zvit_db::change::Change;
use zvit_db::error::{Result, StoreError};
use zvit_db::rows::{AssignmentRow, IncidentRow};
use zvit_db::types::{At, Id, Json};
use zvit_db::{cases, incidents};
use zvit_domain::deadline;
use zvit_domain::disclosure::MINIMAL_FROM;
use zvit_domain::report::Content;
use zvit_domain::similarity::Features;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::{IncidentStatus, Role};
use zvit_domain::word::Word;

use super::super::disclosure::{codes, shows_the_same};
use super::{Record, is_exercise, state};
use crate::actor::Actor;
use crate::views::CaseChange;

/// So many changes are kept with a case.
const CHANGES_KEPT: usize = 20;

impl Record {
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
        let touched = std::mem::take(&mut self.touched);
        for assignment in &mut self.assignments {
            let (is_new, is_altered) = (added.contains(&assignment.id), altered.contains(&assignment.id));
            if !(is_new || is_altered || state(assignment).is_held()) {
                continue;
            }
            let own_kinds: Vec<&str> =
                touched.iter().filter(|(id, _)| *id == assignment.id).map(|(_, kind)| *kind).collect();
            let is_unmoved = unmoved.contains(&assignment.id);
            if !(is_new || is_altered) && own_kinds.is_empty() && is_unmoved {
                // Its weight may be another.
                cases::update(&mut change.tx, assignment)?;
                continue;
            }
            assignment.position = change.next_feed_position(assignment.team_id.0)?;
            assignment.updated_at = At(change.now);
            if !is_new {
                let own = actor.owner == Some(assignment.team_id.0);
                let state = assignment.state.clone();
                let mut noted = match (is_altered, is_unmoved) {
                    (true, _) => vec![state.as_str()],
                    (false, true) => Vec::new(),
                    (false, false) => kinds.to_vec(),
                };
                noted.extend(own_kinds.into_iter().filter(|kind| !kinds.contains(kind) || is_altered || is_unmoved));
                note_changes(assignment, &noted, change.now, own)?;
                cases::update(&mut change.tx, assignment)?;
            }
        }
        let new = self.assignments.iter().filter(|assignment| added.contains(&assignment.id)).cloned().collect();
        AssignmentRow::insert_all(&mut change.tx, new)
    }
}

/// Notes on the case what changed; so many are kept.
pub(in crate::flows) fn note_changes(
    assignment: &mut AssignmentRow,
    kinds: &[&str],
    at: Time,
    own: bool,
) -> Result<()> {
    let mut changes: Vec<CaseChange> = assignment.changes.read()?;
    changes.extend(kinds.iter().map(|kind| CaseChange { kind: (*kind).to_owned(), at, own }));
    let surplus = changes.len().saturating_sub(CHANGES_KEPT);
    changes.drain(..surplus);
    assignment.changes = Json::of(&changes)?;
    Ok(())
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
