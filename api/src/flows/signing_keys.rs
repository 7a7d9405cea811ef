//! The keys that sign access tokens: made, rotated, retired and deleted, always within a change, so that of several processes
//! exactly one does it.

pub mod plan;

use serde_json::json;
use zvit_db::change::Change;
use zvit_db::clients as store;
use zvit_db::error::StoreError;
use zvit_db::rows::SigningKeyRow;
use zvit_db::types::At;
use zvit_domain::time::Time;

use super::event::Event;
use crate::actor::Actor;
use crate::problem::Problem;
use crate::token::SigningKey;
use plan::{KeyState, KeyTimes, LEAD_S, MaxAge, Step};

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// Whether a key was made; else there was a next one already.
    pub is_new: bool,
    /// Whether there was a next one, which a clock that ran ahead had put off too far, and takes over in time now.
    pub is_brought: bool,
    /// The key that takes over.
    pub kid: String,
    /// When it does.
    pub use_from: Time,
}

/// A stored key as far as time matters.
///
/// # Errors
/// When it has a state that this version doesn't know.
pub fn times_of(row: &SigningKeyRow) -> Result<KeyTimes, StoreError> {
    let state = KeyState::read(&row.state)
        .ok_or_else(|| StoreError::Failed(format!("signing key {} has the unknown state {}", row.kid, row.state)))?;
    Ok(KeyTimes {
        kid: row.kid.clone(),
        state,
        created_at: row.created_at.0,
        use_from: row.use_from.map(|at| at.0),
        retired_at: row.retired_at.map(|at| at.0),
    })
}

/// Makes the first signing key of a store that has none.
///
/// # Errors
/// When no key can be made; the store's.
pub fn ensure(change: &mut Change<'_>) -> Result<(), Problem> {
    if store::signing_keys(&mut change.tx)?.is_empty() {
        create(change, &Actor::service(), KeyState::Active, None)?;
    }
    Ok(())
}

/// Does what is due by now; how many steps those were. Looked at again within the change: another process may have done it.
///
/// # Errors
/// When no key can be made; the store's.
pub fn advance(change: &mut Change<'_>, actor: &Actor, max_age: MaxAge) -> Result<usize, Problem> {
    let rows = store::signing_keys(&mut change.tx)?;
    let keys = rows.iter().map(times_of).collect::<Result<Vec<_>, _>>()?;
    let steps = plan::due(change.now, &keys, max_age);
    let row = |kid: &str| rows.iter().find(|row| row.kid == kid).cloned();
    for step in &steps {
        match step {
            Step::CreateActive => drop(create(change, actor, KeyState::Active, None)?),
            Step::CreateNext => drop(create(change, actor, KeyState::Next, None)?),
            Step::Bring(kid) => {
                if let Some(row) = row(kid) {
                    bring(change, actor, row)?;
                }
            }
            Step::Activate(kid) => {
                if let Some(row) = row(kid) {
                    let row = SigningKeyRow { use_from: Some(At(change.now)), ..row };
                    put(change, actor, row, KeyState::Active)?;
                }
            }
            Step::Retire(kid) => {
                if let Some(row) = row(kid) {
                    let row = SigningKeyRow { retired_at: Some(At(change.now)), ..row };
                    put(change, actor, row, KeyState::Retired)?;
                }
            }
            Step::Delete(kid) => delete(change, actor, kid, None)?,
        }
    }
    Ok(steps.len())
}

/// Makes the next key, unless there is one: it is published at once and signs after [`LEAD_S`].
///
/// # Errors
/// When no key can be made; the store's.
pub fn rotate(change: &mut Change<'_>, actor: &Actor) -> Result<Rotation, Problem> {
    let rows = store::signing_keys(&mut change.tx)?;
    let keys = rows.iter().map(times_of).collect::<Result<Vec<_>, _>>()?;
    if let Some(next) = plan::next(&keys) {
        let (kid, use_from) = (next.kid.clone(), next.use_from.unwrap_or(change.now));
        let far = rows.iter().find(|row| row.kid == kid).filter(|_| plan::is_too_far(next, change.now));
        return match far {
            Some(row) => {
                Ok(Rotation { is_new: false, is_brought: true, use_from: bring(change, actor, row.clone())?, kid })
            }
            None => Ok(Rotation { is_new: false, is_brought: false, kid, use_from }),
        };
    }
    create(change, actor, KeyState::Next, None)
}

/// The emergency, for keys that somebody else may have: all of them go at once, so that every token they signed is refused,
/// and a new one signs at once.
///
/// # Errors
/// When no key can be made; the store's.
pub fn replace(change: &mut Change<'_>, actor: &Actor, reason: &str) -> Result<Rotation, Problem> {
    for row in store::signing_keys(&mut change.tx)? {
        delete(change, actor, &row.kid, Some(reason))?;
    }
    create(change, actor, KeyState::Active, Some(reason))
}

fn create(change: &mut Change<'_>, actor: &Actor, state: KeyState, reason: Option<&str>) -> Result<Rotation, Problem> {
    let key = SigningKey::generate().map_err(Problem::internal)?;
    let use_from = if state == KeyState::Next { change.now.plus_seconds(LEAD_S) } else { change.now };
    let row = SigningKeyRow {
        kid: key.kid.clone(),
        state: state.code().into(),
        pkcs8: key.pkcs8,
        public_x: key.public_x,
        created_at: At(change.now),
        use_from: Some(At(use_from)),
        retired_at: None,
    };
    SigningKeyRow::insert_all(&mut change.tx, vec![row])?;
    note(change, actor, "signing_key_created", &key.kid, Some(use_from), reason);
    if state == KeyState::Active {
        note(change, actor, "signing_key_activated", &key.kid, Some(use_from), reason);
    }
    Ok(Rotation { is_new: true, is_brought: false, kid: key.kid, use_from })
}

/// The next key takes over in time, from when on is answered.
fn bring(change: &mut Change<'_>, actor: &Actor, row: SigningKeyRow) -> Result<Time, Problem> {
    let use_from = change.now.plus_seconds(LEAD_S);
    let row = SigningKeyRow { use_from: Some(At(use_from)), ..row };
    store::update_signing_key(&mut change.tx, &row)?;
    log::warn!(
        "the signing key {} was to take over much too late: some clock is or was wrong. It does at {use_from}",
        row.kid
    );
    note(change, actor, "signing_key_brought_forward", &row.kid, Some(use_from), None);
    Ok(use_from)
}

fn put(change: &mut Change<'_>, actor: &Actor, mut row: SigningKeyRow, state: KeyState) -> Result<(), Problem> {
    row.state = state.code().into();
    store::update_signing_key(&mut change.tx, &row)?;
    let kind = if state == KeyState::Active { "signing_key_activated" } else { "signing_key_retired" };
    note(change, actor, kind, &row.kid, None, None);
    Ok(())
}

fn delete(change: &mut Change<'_>, actor: &Actor, kid: &str, reason: Option<&str>) -> Result<(), Problem> {
    store::delete_signing_key(&mut change.tx, kid)?;
    note(change, actor, "signing_key_deleted", kid, None, reason);
    Ok(())
}

fn note(
    change: &mut Change<'_>,
    actor: &Actor,
    kind: &'static str,
    kid: &str,
    use_from: Option<Time>,
    reason: Option<&str>,
) {
    change.gate.clients_version += 1;
    let data = use_from.map_or_else(|| json!({}), |at| json!({"use_from": at}));
    Event::other(kind, "signing_key", kid).because(reason).with(data).note(change, actor);
}
