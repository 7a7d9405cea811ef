//! Indicators that an assigned team found, with a TLP label of their own: a team below that label neither sees nor counts them.

use serde_json::json;
use uuid::Uuid;
use zvit_db::audit::Audience;
use zvit_db::change::Change;
use zvit_db::incidents;
use zvit_db::rows::IndicatorRow;
use zvit_db::types::{At, Id};
use zvit_domain::disclosure::Part;
use zvit_domain::fault::Fault;
use zvit_domain::report::NewIndicator;
use zvit_domain::tlp::Tlp;
use zvit_domain::vocabulary::IncidentStatus;
use zvit_domain::word::Word;
use zvit_texts::text;

use super::disclosure::of_holder;
use super::event::Event;
use super::record::Record;
use super::show::indicator;
use super::stir::Circle;
use crate::actor::Actor;
use crate::memory::Directory;
use crate::problem::{Code, Problem};
use crate::views::TeamIndicators;

/// A team adds so many to one incident at most. The institution's own have a room of their own: no team can fill it.
const MAX_OF_A_TEAM: usize = 1_000;

/// Whether a team sees what `added_by` found under this label.
fn may_see(directory: &Directory, team: Uuid, added_by: Option<Id>, tlp: Option<Tlp>) -> bool {
    added_by == Some(Id(team)) || tlp.is_none_or(|tlp| directory.may_see(team, tlp))
}

fn label(row: &IndicatorRow) -> Option<Tlp> {
    // A label that can't be read is not one to be lenient about.
    row.tlp.as_deref().map(|code| Tlp::from_code(code).unwrap_or(Tlp::Red))
}

/// The indicators of an incident that a team sees; without a team, all of them.
pub fn seen_by<'a>(
    record: &'a Record,
    directory: &Directory,
    team: Option<Uuid>,
) -> impl Iterator<Item = &'a IndicatorRow> {
    record
        .indicators
        .iter()
        .filter(move |row| team.is_none_or(|team| may_see(directory, team, row.added_by, label(row))))
}

impl Record {
    /// How many indicators the institution itself has reported.
    pub fn own_indicators(&self) -> usize {
        self.indicators.iter().filter(|row| row.added_by.is_none()).count()
    }
}

/// Adds what a team found, or takes back what it had found; what it sees already is not added again.
///
/// # Errors
/// 409 when the incident was withdrawn or merged, 422 when the team has no room left; the store's.
pub fn add(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Directory,
    actor: &Actor,
    team: Uuid,
    (indicators, tlp): (&[NewIndicator], Option<Tlp>),
) -> Result<TeamIndicators, Problem> {
    if matches!(record.status(), IncidentStatus::Withdrawn | IncidentStatus::Merged) {
        return Err(Problem::new(Code::StateConflict).because(text!("indicators-of-ended-incident")));
    }
    // Whoever is not shown the indicators must not find out by adding them which are known.
    of_holder(record, directory, team).require(Part::Indicators)?;
    check_room(record, team, indicators.len())?;
    let mut touched = Vec::new();
    // Whoever saw what is taken back now hears of it as well.
    let mut labels = Vec::new();
    for new in indicators {
        let Some(row) = take(change, record, directory, team, new, tlp)? else { continue };
        labels.push(label(&row));
        touched.push(row);
    }
    let unchanged = u32::try_from(indicators.len() - touched.len()).unwrap_or(u32::MAX);
    let added: Vec<IndicatorRow> = touched.iter().filter(|row| row.retracted_at.is_none()).cloned().collect();
    let answer = TeamIndicators { items: touched.iter().map(|row| indicator(row, directory)).collect(), unchanged };
    if touched.is_empty() {
        return Ok(answer);
    }
    let retracted = touched.len() - added.len();
    note(change, record, actor, team, (added.len(), retracted, tlp));
    IndicatorRow::insert_all(&mut change.tx, added)?;
    let circle = Circle::of_part(record, directory, (Part::Indicators, Some(team)), true, |other| {
        labels.iter().any(|tlp| may_see(directory, other, Some(Id(team)), *tlp))
    });
    record.stir(change, &["indicator"], actor, &circle)?;
    Ok(answer)
}

fn check_room(record: &Record, team: Uuid, more: usize) -> Result<(), Problem> {
    let held = record.indicators.iter().filter(|row| row.added_by == Some(Id(team))).count();
    if held + more <= MAX_OF_A_TEAM {
        return Ok(());
    }
    Err(vec![Fault::at("/indicators", "too_many_indicators", text!("team-indicators-at-most"))].into())
}

/// The row that is new or was taken back; none where nothing changes.
fn take(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Directory,
    team: Uuid,
    new: &NewIndicator,
    tlp: Option<Tlp>,
) -> Result<Option<IndicatorRow>, Problem> {
    let kind = new.r#type.to_string();
    let is_it = |row: &IndicatorRow| row.kind == kind && row.value == new.value && row.retracted_at.is_none();
    if new.retracted {
        let own = record.indicators.iter_mut().find(|row| row.added_by == Some(Id(team)) && is_it(row));
        let Some(row) = own else { return Ok(None) };
        row.retracted_at = Some(At(change.now));
        let row = row.clone();
        incidents::retract_indicator(&mut change.tx, record.row.id.0, row.ordinal, change.now)?;
        return Ok(Some(row));
    }
    if seen_by(record, directory, Some(team)).any(is_it) {
        return Ok(None);
    }
    let row = IndicatorRow {
        incident_id: record.row.id,
        ordinal: i32::try_from(record.indicators.len()).unwrap_or(i32::MAX),
        kind,
        value: new.value.clone(),
        original: new.original.clone(),
        description: new.description.clone(),
        added_at: At(change.now),
        retracted_at: None,
        added_by: Some(Id(team)),
        tlp: tlp.map(|tlp| tlp.to_string()),
    };
    record.indicators.push(row.clone());
    Ok(Some(row))
}

/// Two events where other teams may not know of it: one for the institution, one for the team.
fn note(
    change: &mut Change<'_>,
    record: &Record,
    actor: &Actor,
    team: Uuid,
    (added, retracted, tlp): (usize, usize, Option<Tlp>),
) {
    let data = json!({"added": added, "retracted": retracted, "tlp": tlp});
    let event = || Event::incident("indicators_added", record.id()).with(data.clone());
    event().seen_by(Audience::Institution).note(change, actor);
    event().for_team(team).note(change, actor);
}
