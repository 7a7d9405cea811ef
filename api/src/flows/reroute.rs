//! Deciding again what rules of a faulty version decided, as far as nobody has taken it up yet.

use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::conn::Tx;
use zvit_db::error::Result;
use zvit_db::incidents;
use zvit_db::rows::AssignmentRow;
use zvit_domain::routing::{Changes, Choice, Loads, MANUAL_RULE, Roster, RoundRobin};
use zvit_domain::time::Time;
use zvit_domain::vocabulary::{AssignmentRole, Assistance, CaseState};
use zvit_domain::word::Word;

use super::assign::{assignment, give, keep_turns, loads, round_robin, take_away};
use super::held::{Around, changes_but};
use super::record::{Record, state};
use super::support::{choose, give_asked, unanswered};
use crate::actor::Actor;
use crate::memory::Directory;

/// So many incidents are looked at in one change, so that nobody waits long for the next.
pub const PORTION: i64 = 50;

/// One team that takes the place of another, comes to an incident, or leaves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The incident.
    pub incident: Uuid,
    /// Its reference.
    pub reference: String,
    /// The role.
    pub role: AssignmentRole,
    /// Who had it.
    pub from: Option<Uuid>,
    /// Who has it now.
    pub to: Option<Uuid>,
}

/// What was found among some of the incidents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Portion {
    /// How many incidents were looked at.
    pub incidents: usize,
    /// What moves.
    pub moves: Vec<Move>,
    /// Where the next portion begins.
    pub next: Option<Uuid>,
}

/// What decisions depend on, brought forward from incident to incident.
#[derive(Debug)]
pub struct Standing {
    loads: Loads,
    turns: RoundRobin,
}

impl Standing {
    /// As the store has it, with these turns.
    ///
    /// # Errors
    /// The store's.
    pub fn read(tx: &mut Tx<'_>, directory: &Directory, turns: RoundRobin) -> Result<Self> {
        Ok(Self { loads: loads(tx, directory)?, turns })
    }

    fn advance(&mut self, record: &Record, changes: &Changes) {
        for revocation in &changes.revoke {
            let lost = record.assignment(revocation.assignment_id).map_or(0, |row| row.weight);
            let load = self.loads.entry(revocation.team).or_default();
            load.weighted = load.weighted.saturating_sub(u32::try_from(lost).unwrap_or(0));
            load.open_cases = load.open_cases.saturating_sub(1);
        }
        for choice in &changes.add {
            choice.add_to(record.triage.level, &mut self.loads);
        }
        self.turns.extend(changes.round_robin.clone());
    }

    fn around<'a>(&'a self, directory: &'a Directory, roster: &'a Roster<'a>, now: Time) -> Around<'a> {
        Around { directory, roster, loads: &self.loads, turns: &self.turns, now }
    }

    /// Who is asked for the help that a lead asked for and that nobody gives any more once the changes are made.
    fn ask_others(
        &mut self,
        record: &Record,
        changes: &Changes,
        (directory, roster, now): (&Directory, &Roster<'_>, Time),
    ) -> Result<Vec<Asked>> {
        let own = directory.coordinator_team()?;
        let mut after = record.clone();
        for revocation in &changes.revoke {
            after.alter(revocation.assignment_id, |row| row.state = CaseState::Revoked.to_string());
        }
        for choice in &changes.add {
            after.add(assignment(choice, record.id(), record.triage.level, own, now)?);
        }
        let mut asked = Vec::new();
        for kind in unanswered(&after, directory) {
            let Some((choice, turns)) = choose(&after, &self.around(directory, roster, now), kind) else { continue };
            choice.add_to(record.triage.level, &mut self.loads);
            self.turns.extend(turns.clone());
            after.add(assignment(&choice, record.id(), record.triage.level, own, now)?);
            asked.push(Asked { kind, choice, turns });
        }
        Ok(asked)
    }
}

/// Support that is asked of another team.
struct Asked {
    kind: Assistance,
    choice: Choice,
    turns: RoundRobin,
}

/// What would move among the incidents after `after`; nothing is changed.
///
/// # Errors
/// The store's.
pub fn look(
    tx: &mut Tx<'_>,
    directory: &Directory,
    standing: &mut Standing,
    (rule_version, after): (i32, Option<Uuid>),
    now: Time,
) -> Result<Portion> {
    let roster = directory.roster(now)?;
    let (records, mut portion) = records(tx, rule_version, after)?;
    for record in &records {
        let changes = decide(record, &standing.around(directory, &roster, now), rule_version);
        portion.moves.extend(moves(record, &changes));
        standing.advance(record, &changes);
        let asked = standing.ask_others(record, &changes, (directory, &roster, now))?;
        portion.moves.extend(asked.iter().map(|asked| moved_to(record, &asked.choice)));
    }
    Ok(portion)
}

/// Moves what must move among the incidents after `after`.
///
/// # Errors
/// The store's.
pub fn act(
    change: &mut Change<'_>,
    directory: &Directory,
    actor: &Actor,
    (rule_version, after): (i32, Option<Uuid>),
    reason: &str,
) -> Result<Portion> {
    let now = change.now;
    let roster = directory.roster(now)?;
    let turns = round_robin(change)?;
    let mut standing = Standing::read(&mut change.tx, directory, turns)?;
    let (records, mut portion) = records(&mut change.tx, rule_version, after)?;
    for mut record in records {
        let changes = decide(&record, &standing.around(directory, &roster, now), rule_version);
        portion.moves.extend(moves(&record, &changes));
        standing.advance(&record, &changes);
        let asked = standing.ask_others(&record, &changes, (directory, &roster, now))?;
        portion.moves.extend(asked.iter().map(|asked| moved_to(&record, &asked.choice)));
        if changes.is_empty() && asked.is_empty() {
            continue;
        }
        for revocation in &changes.revoke {
            take_away(change, &mut record, revocation.assignment_id, directory, actor, reason)?;
        }
        for choice in &changes.add {
            give(change, &mut record, choice, directory, actor, Some(reason))?;
        }
        keep_turns(change, standing.turns.clone(), changes.round_robin)?;
        for Asked { kind, choice, turns } in asked {
            give_asked(change, &mut record, directory, actor, kind, Some((choice, turns)), Some(reason))?;
        }
        record.save(change, &["assignment"], actor)?;
    }
    Ok(portion)
}

fn records(tx: &mut Tx<'_>, rule_version: i32, after: Option<Uuid>) -> Result<(Vec<Record>, Portion)> {
    let rows = incidents::decided_by(tx, rule_version, CaseState::Assigned.code(), after, PORTION)?;
    let is_more = i64::try_from(rows.len()).unwrap_or(PORTION) == PORTION;
    let next = rows.last().filter(|_| is_more).map(|row| row.id.0);
    let records = Record::load_all(tx, rows)?;
    let portion = Portion { incidents: records.len(), moves: Vec::new(), next };
    Ok((records, portion))
}

/// Whether the assignment is to be decided again.
fn is_open_to_question(row: &AssignmentRow, rule_version: i32) -> bool {
    row.rule_version == rule_version && row.rule_id != MANUAL_RULE && state(row) == CaseState::Assigned
}

/// The rules of today, over what the faulty ones decided; everything else on the incident stays as if it were taken up.
fn decide(record: &Record, around: &Around<'_>, rule_version: i32) -> Changes {
    changes_but(record, around, |row| !is_open_to_question(row, rule_version))
}

/// A team that comes to the incident.
fn moved_to(record: &Record, choice: &Choice) -> Move {
    let reference = record.row.reference.clone();
    Move { incident: record.id(), reference, role: choice.role, from: None, to: Some(choice.team) }
}

fn role(row: &AssignmentRow) -> AssignmentRole {
    if row.role == AssignmentRole::Lead.code() { AssignmentRole::Lead } else { AssignmentRole::Support }
}

/// The lead from one team to the other in one step; support comes and goes by itself.
fn moves(record: &Record, changes: &Changes) -> Vec<Move> {
    let one = |role, from, to| Move { incident: record.id(), reference: record.row.reference.clone(), role, from, to };
    let is_lead = |choice: &&Choice| choice.role == AssignmentRole::Lead;
    let lead = changes.add.iter().find(is_lead).map(|choice| choice.team);
    let mut found: Vec<Move> = changes
        .revoke
        .iter()
        .filter_map(|revocation| record.assignment(revocation.assignment_id))
        .map(|row| match role(row) {
            AssignmentRole::Lead => one(AssignmentRole::Lead, Some(row.team_id.0), lead),
            AssignmentRole::Support => one(AssignmentRole::Support, Some(row.team_id.0), None),
        })
        .collect();
    let is_told = |choice: &&Choice| is_lead(choice) && found.iter().any(|told| told.role == AssignmentRole::Lead);
    let more: Vec<Move> = changes
        .add
        .iter()
        .filter(|choice| !is_told(choice))
        .map(|choice| one(choice.role, None, Some(choice.team)))
        .collect();
    found.extend(more);
    found
}
