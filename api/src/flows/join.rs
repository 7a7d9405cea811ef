//! Joining a provisional institution, entered when somebody telephoned, to the real one it turned out to be. Its incidents become
//! the real one's; both entries stay, and the audit says what was done.

use serde_json::json;
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::directory::{self as store, Kind};
use zvit_db::rows::{DirectoryRow, IncidentRow};
use zvit_db::types::{At, Id};
use zvit_db::{incidents, institutions};
use zvit_domain::fault::Fault;
use zvit_domain::lifecycle::Ending;
use zvit_domain::word::Text;
use zvit_texts::text;

use super::event::Event;
use super::follow_up::judge_again;
use super::record::Record;
use crate::actor::Actor;
use crate::memory::Directory;
use crate::problem::{Code, Problem};
use crate::state::Memory;
use crate::views::StoredWarning;

/// So many incidents are moved in one change, so that nobody waits long for the next.
const PORTION: i64 = 50;

/// What one change has done.
#[derive(Debug, Clone, PartialEq)]
pub struct Portion {
    /// The provisional entry.
    pub row: DirectoryRow,
    /// Whether incidents are left to be moved.
    pub is_more: bool,
}

/// Joins the entry, once, and moves some of its incidents.
///
/// # Errors
/// 404 without such an entry, 422 for one that nothing can be joined to, 409 for one that isn't provisional, has clients, or was
/// joined elsewhere; the store's.
pub fn join(
    change: &mut Change<'_>,
    memory: &Memory,
    actor: &Actor,
    (id, to): (Uuid, Uuid),
    reason: &str,
) -> Result<Portion, Problem> {
    let mut row = store::find(&mut change.tx, Kind::Institution, id)?.ok_or_else(Problem::not_found)?;
    let directory = memory.directory_for(change)?;
    check_target(&directory, id, to)?;
    match row.joined_to {
        Some(Id(known)) if known == to => {}
        Some(_) => {
            return Err(conflict(text!("join-done-otherwise")));
        }
        None => {
            check_joinable(change, &directory, id)?;
            row.joined_to = Some(Id(to));
            row.active = false;
            row.version += 1;
            row.updated_at = At(change.now);
            store::update(&mut change.tx, &row, change.now)?;
            change.gate.directory_version += 1;
            for own in [id, to] {
                Event::other("institution_joined", "institution", own)
                    .because(Some(reason))
                    .with(json!({"from": id, "to": to}))
                    .note(change, actor);
            }
        }
    }
    let directory = memory.directory_for(change)?;
    let found = institutions::some_of(&mut change.tx, id, PORTION)?;
    let is_more = i64::try_from(found.len()).unwrap_or(PORTION) == PORTION;
    for incident in found {
        give(change, &directory, actor, incident, to, reason)?;
    }
    Ok(Portion { row, is_more })
}

fn conflict(detail: Text) -> Problem {
    Problem::new(Code::StateConflict).because(detail)
}

fn check_target(directory: &Directory, id: Uuid, to: Uuid) -> Result<(), Problem> {
    let fault = |code: &'static str, detail| Err(Problem::from(vec![Fault::at("/to", code, detail)]));
    match directory.institutions.get(&to).filter(|_| id != to) {
        None => fault("unknown_institution", text!("institution-other-unknown")),
        Some(real) if real.entry.provisional => fault("provisional", text!("join-to-provisional")),
        Some(real) if !real.active => fault("institution_inactive", text!("institution-inactive")),
        Some(_) => Ok(()),
    }
}

fn check_joinable(change: &mut Change<'_>, directory: &Directory, id: Uuid) -> Result<(), Problem> {
    if !directory.institutions.get(&id).is_some_and(|known| known.entry.provisional) {
        return Err(conflict(text!("join-of-provisional-only")));
    }
    if institutions::has_clients(&mut change.tx, id)? {
        return Err(conflict(text!("join-has-clients")));
    }
    Ok(())
}

/// Makes one incident the real institution's, and judges it again by what is known of that one.
fn give(
    change: &mut Change<'_>,
    directory: &std::sync::Arc<Directory>,
    actor: &Actor,
    row: IncidentRow,
    to: Uuid,
    reason: &str,
) -> Result<(), Problem> {
    let mut record = Record::load(&mut change.tx, row)?;
    let from = record.row.institution_id.0;
    free_reference(change, &mut record, to)?;
    record.row.institution_id = Id(to);
    record.row.external_ref.clone_from(&record.content.external_ref);
    record.row.institution_position = change.next_feed_position(to)?;
    institutions::give_incident(&mut change.tx, &record.row)?;
    let named = |id: Uuid| json!({"id": id, "name": directory.owner_name(id)});
    Event::incident("institution_joined", record.id())
        .because(Some(reason))
        .with(json!({"from": named(from), "to": named(to)}))
        .note(change, actor);
    if Ending::of(record.status()).is_none() {
        judge_again(change, &mut record, directory)?;
    }
    record.save(change, &["institution"], actor)?;
    Ok(())
}

/// An external reference that the real institution has given to another incident is taken off this one.
fn free_reference(change: &mut Change<'_>, record: &mut Record, to: Uuid) -> Result<(), Problem> {
    let Some(external) = record.content.external_ref.clone() else { return Ok(()) };
    if incidents::with_external_refs(&mut change.tx, &[to], std::slice::from_ref(&external))?.is_empty() {
        return Ok(());
    }
    record.content.external_ref = None;
    record.warnings.push(StoredWarning {
        pointer: Some("/external_ref".into()),
        code: "external_ref_taken".into(),
        detail: text!("join-reference-taken"),
        value: Some(external.clone()),
    });
    Event::incident("external_ref_cleared", record.id())
        .with(json!({"external_ref": external}))
        .note(change, &Actor::service());
    Ok(())
}
