//! Digests: when a contact is sent more than its measure, one notice tells of the rest. The rule is `zvit_domain::notice::digest`.
//!
//! Whether a notice is let through or gathered is decided once, behind the gate, when it is first due. A gathered one belongs to one
//! digest, which is a notice itself and goes out when its window turns.

use std::collections::BTreeMap;

use zvit_db::change::Change;
use zvit_db::digests as store;
use zvit_db::error::{Result, StoreError};
use zvit_db::rows::NoticeRow;
use zvit_db::types::{At, Id};
use zvit_domain::notice::digest::{Digest, Gathered, WINDOW_S, Way, Window, window_end};
use zvit_domain::notice::{Channel, NoticeState};
use zvit_domain::time::Time;

use super::outbox::{Leased, states_of_cases, superfluous};
use crate::clock;
use crate::memory::Directory;

/// A contact and what it is told of.
type Key = store::Told;

/// What a notice tells if it is a digest that was closed.
pub fn digest_of(row: &NoticeRow) -> Option<Digest> {
    row.gathered.as_deref().and_then(|text| serde_json::from_str(text).ok())
}

fn key(row: &NoticeRow) -> Key {
    (row.owner, row.target.clone(), row.occasion.clone(), row.exercise)
}

/// Whether nothing was decided about it yet.
fn is_new(row: &NoticeRow) -> bool {
    row.passed_at.is_none() && row.attempts == 0 && row.lease.is_none() && row.gathers_until.is_none()
}

/// Of what would be sent now, what is let through. The rest goes into the digests of this window.
///
/// # Errors
/// The store's.
pub(super) fn gather(change: &mut Change<'_>, leased: Vec<Leased>) -> Result<Vec<Leased>> {
    let email = Channel::Email.to_string();
    let new = leased.iter().filter(|one| one.row.channel == email && is_new(&one.row));
    let mut targets: Vec<String> = new.map(|one| one.row.target.clone()).collect();
    targets.sort_unstable();
    targets.dedup();
    if targets.is_empty() {
        return Ok(leased);
    }
    let end = window_end(change.now);
    let passed = store::passed_since(&mut change.tx, &email, &targets, end.plus_seconds(-WINDOW_S))?;
    let (mut window, mut let_through) = (Window::after(passed), Vec::new());
    let mut held = BTreeMap::<Key, Vec<NoticeRow>>::new();
    for one in leased {
        let channel: Channel = one.row.channel.parse().unwrap_or(Channel::Webhook);
        let level = one.row.level.and_then(|level| u8::try_from(level).ok());
        match if is_new(&one.row) { window.judge(key(&one.row), channel, level) } else { Way::Singly } {
            Way::Singly => let_through.push(one),
            Way::Gathered => held.entry(key(&one.row)).or_default().push(one.row),
        }
    }
    if held.is_empty() {
        return Ok(let_through);
    }
    let mut open: BTreeMap<Key, Id> =
        store::open(&mut change.tx, &email, &targets, change.now)?.iter().map(|row| (key(row), row.id)).collect();
    for (key, rows) in held {
        let digest = match open.remove(&key) {
            Some(id) => id,
            None => begin(change, key, end)?,
        };
        let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
        store::gather(&mut change.tx, &ids, digest, &NoticeState::Gathered.to_string(), change.now)?;
    }
    Ok(let_through)
}

/// A digest that takes in until then, and is sent then.
fn begin(change: &mut Change<'_>, (owner, target, occasion, exercise): Key, end: Time) -> Result<Id> {
    let id = Id(clock::new_id(change.now));
    let row = NoticeRow {
        id,
        occasion,
        channel: Channel::Email.to_string(),
        target,
        owner,
        incident_id: None,
        case_id: None,
        reference: None,
        level: None,
        deadline: None,
        exercise,
        state: NoticeState::Pending.to_string(),
        attempts: 0,
        created_at: At(change.now),
        next_try_at: Some(At(end)),
        lease: None,
        sent_at: None,
        last_error: None,
        passed_at: None,
        digest_id: None,
        gathers_until: Some(At(end)),
        gathered: None,
        settled_at: None,
    };
    NoticeRow::insert_all(&mut change.tx, vec![row])?;
    Ok(id)
}

/// Writes what a digest tells once it is due: what is still to be told of by then. The same at every try. Answers why nobody need be
/// told any more, if so; nothing for whatever is no digest.
///
/// # Errors
/// The store's.
pub(super) fn close(
    change: &mut Change<'_>,
    row: &mut NoticeRow,
    directory: &Directory,
) -> Result<Option<&'static str>> {
    if row.gathers_until.is_none() || row.gathered.is_some() {
        return Ok(None);
    }
    let members = store::members(&mut change.tx, row.id.0)?;
    let states = states_of_cases(change, &members)?;
    let (mut needed, mut why) = (Vec::new(), "no_longer_needed");
    for member in members {
        match superfluous(&member, &states, directory) {
            Some(reason) => why = reason,
            None => needed.push(Gathered {
                level: member.level.and_then(|level| u8::try_from(level).ok()),
                deadline: member.deadline.map(|at| at.0),
                of_case: member.case_id.is_some(),
                reference: member.reference,
            }),
        }
    }
    if needed.is_empty() {
        return Ok(Some(why));
    }
    let (digest, level, deadline) = Digest::of(needed);
    row.gathered = Some(serde_json::to_string(&digest).map_err(|error| StoreError::Failed(error.to_string()))?);
    row.level = level.map(i32::from);
    row.deadline = deadline.map(At);
    store::close(&mut change.tx, row)?;
    Ok(None)
}
