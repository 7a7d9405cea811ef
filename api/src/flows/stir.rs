//! A change that not every party may see: it moves the feeds of those alone who may.

use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::error::Result;
use zvit_db::types::At;
use zvit_db::{cases, incidents};
use zvit_domain::disclosure::Part;

use super::disclosure::of_holder;
use super::record::{Record, note_changes, state};
use crate::actor::Actor;
use crate::memory::Directory;

/// Who may see a change, beside the coordinator, who sees every one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circle {
    /// The institution the incident belongs to.
    pub institution: bool,
    /// Of the teams that hold the incident, these.
    pub teams: Vec<Uuid>,
}

impl Circle {
    /// The teams that hold the incident, as far as `may_see` lets them.
    pub fn of(record: &Record, institution: bool, may_see: impl Fn(Uuid) -> bool) -> Self {
        let held = record.assignments.iter().filter(|row| state(row).is_held()).map(|row| row.team_id.0);
        let mut teams: Vec<Uuid> = held.filter(|team| may_see(*team)).collect();
        teams.sort_unstable();
        teams.dedup();
        Self { institution, teams }
    }

    /// The same, of something that belongs to a part of the incident: beside the `author`'s team, or that which it answers, only those
    /// to whom that part is disclosed. Others may not read it, so that there is anything to read is nothing for them either; nor
    /// may the author's own while it is shown codes only.
    pub fn of_part(
        record: &Record,
        directory: &Directory,
        (part, author): (Part, Option<Uuid>),
        institution: bool,
        may_see: impl Fn(Uuid) -> bool,
    ) -> Self {
        let is_shown = |team: Uuid| {
            let disclosed = of_holder(record, directory, team);
            disclosed.has(part) || (author == Some(team) && !disclosed.is_minimal())
        };
        Self::of(record, institution, |team| may_see(team) && is_shown(team))
    }
}

impl Record {
    /// Moves the incident in the coordinator's feed and in those of the circle; its cases there note `kinds`. What the others
    /// are shown stays to the byte as it was, entity tags included: the incident's version and the time of its last change
    /// are told to its institution alone (a case has those of its own), so they move with the institution's feed.
    ///
    /// # Errors
    /// The store's.
    pub fn stir(&mut self, change: &mut Change<'_>, kinds: &[&str], actor: &Actor, circle: &Circle) -> Result<()> {
        self.row.coordinator_position = change.next_position();
        self.note_moved(change.now, actor);
        if circle.institution {
            self.row.institution_position = change.next_feed_position(self.row.institution_id.0)?;
            self.row.version += 1;
            self.row.updated_at = At(change.now);
        }
        incidents::update(&mut change.tx, &self.row)?;
        for assignment in &mut self.assignments {
            if !state(assignment).is_held() || !circle.teams.contains(&assignment.team_id.0) {
                continue;
            }
            assignment.position = change.next_feed_position(assignment.team_id.0)?;
            assignment.updated_at = At(change.now);
            note_changes(assignment, kinds, change.now, actor.owner == Some(assignment.team_id.0))?;
            cases::update(&mut change.tx, assignment)?;
        }
        Ok(())
    }
}
