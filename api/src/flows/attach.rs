//! Attachments: first the file is durable, then the row that needs it; a file without a row is taken away again.

use serde_json::json;
use uuid::Uuid;
use zvit_db::attachments;
use zvit_db::change::Change;
use zvit_db::conn::Tx;
use zvit_db::error::Result;
use zvit_db::rows::AttachmentRow;
use zvit_db::types::{At, Id};
use zvit_domain::conversation::AttachmentKind;
use zvit_domain::disclosure::Part;
use zvit_domain::vocabulary::Role;
use zvit_domain::word::Word;
use zvit_texts::text;

use super::event::{Event, note_spare};
use super::record::Record;
use super::stir::Circle;
use crate::actor::Actor;
use crate::blobs::{Blobs, Sha256, unavailable};
use crate::clock;
use crate::memory::Directory;
use crate::problem::{Code, Problem};

/// So many files that are elsewhere may be named by one party at one incident: no party can fill another's room.
pub const EXTERNAL_OF_AN_INCIDENT: i64 = 100;
/// So many may be named by one institution or team in all. Nothing of them is kept here but a row each.
pub const EXTERNAL_IN_ALL: i64 = 2_000;

/// An attachment about to be added.
#[derive(Debug, Clone)]
pub struct NewAttachment {
    /// Its name, made safe.
    pub filename: String,
    /// What it is.
    pub kind: AttachmentKind,
    /// Whether opening it may do harm.
    pub hazardous: bool,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its bytes.
    pub sha256: Sha256,
    /// Where it is, if not here.
    pub external_url: Option<String>,
}

/// Bytes that the one who acts may still keep here; none where nothing limits it: the coordinator runs the service.
///
/// # Errors
/// The store's.
pub fn room(tx: &mut Tx<'_>, actor: &Actor, quota: u64) -> Result<Option<u64>> {
    match (actor.role, actor.owner) {
        (Role::Coordinator, _) | (_, None) => Ok(None),
        (_, Some(owner)) => {
            let used = u64::try_from(attachments::used(tx, owner)?).unwrap_or(u64::MAX);
            Ok(Some(quota.saturating_sub(used)))
        }
    }
}

/// The quota is used up.
pub fn no_room(quota: u64) -> Problem {
    let megabytes = quota / 1_000_000;
    Problem::new(Code::QuotaExceeded).because(text!("attachment-quota-used-up", megabytes = megabytes))
}

/// Refuses one more file that is elsewhere where a party has named enough of them. The coordinator runs the service, so
/// it is limited at each incident only.
fn check_external_room(change: &mut Change<'_>, record: &Record, actor: &Actor) -> Result<(), Problem> {
    let owner = actor.key_owner();
    let named = attachments::external_count(&mut change.tx, owner, Some(record.id()))?;
    if named >= EXTERNAL_OF_AN_INCIDENT {
        return Err(Problem::new(Code::QuotaExceeded)
            .because(text!("attachment-external-of-incident", most = EXTERNAL_OF_AN_INCIDENT)));
    }
    if actor.role != Role::Coordinator && attachments::external_count(&mut change.tx, owner, None)? >= EXTERNAL_IN_ALL {
        return Err(
            Problem::new(Code::QuotaExceeded).because(text!("attachment-external-in-all", most = EXTERNAL_IN_ALL))
        );
    }
    Ok(())
}

/// Adds the attachment of a file that is in its place, or is elsewhere.
///
/// # Errors
/// 409 when the quota is used up, 503 when the file was taken away meanwhile; the store's.
pub fn add(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Directory,
    actor: &Actor,
    new: NewAttachment,
    (blobs, quota): (Option<&dyn Blobs>, u64),
) -> Result<AttachmentRow, Problem> {
    if let Some(blobs) = blobs {
        if room(&mut change.tx, actor, quota)?.is_some_and(|room| new.size > room) {
            return Err(no_room(quota));
        }
        // It may have been an old one that nothing needed, swept away just before this change.
        if !blobs.contains(&new.sha256).map_err(|error| unavailable(&error))? {
            return Err(Problem::unavailable(1));
        }
    }
    if new.external_url.is_some() {
        check_external_room(change, record, actor)?;
    }
    let row = AttachmentRow {
        id: Id(clock::new_id(change.now)),
        incident_id: record.row.id,
        owner: Id(actor.key_owner()),
        uploaded_role: actor.role.code().into(),
        uploaded_name: actor.name.clone(),
        filename: new.filename,
        kind: new.kind.to_string(),
        hazardous: new.hazardous,
        size: i64::try_from(new.size).unwrap_or(i64::MAX),
        sha256: new.sha256.to_vec(),
        external_url: new.external_url,
        uploaded_at: At(change.now),
    };
    AttachmentRow::insert_all(&mut change.tx, vec![row.clone()])?;
    Event::incident("attachment_added", record.id())
        .with(json!({
            "attachment_id": row.id.0, "kind": new.kind, "size": row.size, "sha256": crate::hex(&row.sha256),
            "hazardous": row.hazardous, "external": row.external_url.is_some(),
        }))
        .note(change, actor);
    note_spare(change, actor, record.id(), "attachment");
    let author = actor.owner.filter(|_| actor.role == Role::Team);
    let circle = Circle::of_part(record, directory, (Part::Conversation, author), true, |_| true);
    record.stir(change, &["attachment"], actor, &circle)?;
    Ok(row)
}

/// Those of these files that no attachment needs.
///
/// # Errors
/// The store's.
pub fn unneeded(tx: &mut Tx<'_>, files: &[Sha256]) -> Result<Vec<Sha256>> {
    let hashes: Vec<Vec<u8>> = files.iter().map(|sha256| sha256.to_vec()).collect();
    let needed = attachments::needed(tx, &hashes)?;
    Ok(files.iter().filter(|sha256| !needed.iter().any(|one| one.as_slice() == sha256.as_slice())).copied().collect())
}

/// Takes away those of these files that no attachment needs; with `before` (microseconds since 1970), only those that were put
/// there before. It holds the gate, so none can come to be needed meanwhile. Gives how many are gone.
///
/// # Errors
/// 503 when a file can't be removed; the store's.
pub fn forget(
    change: &mut Change<'_>,
    blobs: &dyn Blobs,
    files: &[Sha256],
    before: Option<i64>,
) -> Result<usize, Problem> {
    let mut gone = 0;
    for sha256 in unneeded(&mut change.tx, files)? {
        let is_due = before.map_or(Ok(true), |before| blobs.is_older(&sha256, before));
        if is_due.map_err(|error| unavailable(&error))? {
            blobs.remove(&sha256).map_err(|error| unavailable(&error))?;
            gone += 1;
        }
    }
    Ok(gone)
}

/// The owner of a row as a party: none for the coordinator.
pub fn owner_of(row: &AttachmentRow) -> Option<Uuid> {
    Some(row.owner.0).filter(|owner| !owner.is_nil())
}
