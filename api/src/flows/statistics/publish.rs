//! Months as outsiders are told of them: counted once, when they are first asked for after their time has come, and kept.

use serde_json::json;
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::conn::Tx;
use zvit_db::error::Result;
use zvit_db::rows::PublishedMonthRow;
use zvit_db::statistics as db;
use zvit_db::types::{At, Id, Json};
use zvit_domain::deadline::Clocks;
use zvit_domain::routing::TeamEntry;
use zvit_domain::statistics::{Breakdown, Month, Published};
use zvit_domain::vocabulary::Stage;
use zvit_domain::word::Word;

use super::Publication;
use super::count::{Leads, count};
use crate::actor::Actor;
use crate::flows::event::Event;
use crate::memory::Directory;

/// Everybody who is told anything.
pub(super) const EVERYBODY: Uuid = Uuid::nil();

/// What one audience was told of these months, in their order; none of those that aren't published yet.
///
/// # Errors
/// The store's.
pub(super) fn published(tx: &mut Tx<'_>, months: &[Month], audience: Uuid) -> Result<Vec<Option<Published>>> {
    let names: Vec<String> = months.iter().map(Month::to_string).collect();
    let rows = db::published(tx, &names, audience)?;
    let of = |name: &String| rows.iter().find(|row| row.month == *name);
    names.iter().map(|name| Ok(of(name).map(|row| row.document.read()).transpose()?)).collect()
}

/// Publishes a month to an audience: everybody, or the donor by its participant. What is published stays as it is.
///
/// # Errors
/// The store's.
pub fn publish(
    change: &mut Change<'_>,
    directory: &Directory,
    clocks: &Clocks,
    (month, audience): Publication,
) -> Result<()> {
    if !db::published(&mut change.tx, &[month.to_string()], audience)?.is_empty() {
        return Ok(());
    }
    let is_of_donor = |team: &&TeamEntry| audience != EVERYBODY && team.team.participant_id == Some(audience);
    let helpers: Vec<&TeamEntry> = directory.teams.iter().filter(is_of_donor).collect();
    let counted = count(&mut change.tx, month, &helpers, Leads::Last)?;
    let is_over = |stage: &Stage| clocks.due_at(*stage, month.end()).is_some_and(|due| due <= change.now);
    let complete: Vec<Stage> = Stage::ALL.iter().copied().filter(is_over).collect();
    let told = Published::of(&counted.counts, counted.durations, &complete);
    let told = if audience == EVERYBODY { told } else { told.only(Breakdown::Help) };
    let row = PublishedMonthRow {
        month: month.to_string(),
        audience: Id(audience),
        published_at: At(change.now),
        document: Json::of(&told)?,
    };
    PublishedMonthRow::insert_all(&mut change.tx, vec![row])?;
    Event::other("statistics_published", "month", month)
        .with(json!({"donor": Some(audience).filter(|audience| *audience != EVERYBODY)}))
        .note(change, &Actor::service());
    Ok(())
}
