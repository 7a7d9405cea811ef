//! What clients prove themselves with: public keys, one-time codes, and what may not be used again.

use diesel::prelude::*;
use uuid::Uuid;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::Result;
use crate::on;
use crate::rows::{AssertionIdRow, ClientKeyRow, EnrolmentCodeRow, RevokedTokenRow};
use crate::schema::{assertion_ids, client_keys, clients, enrolment_codes, idempotency_keys, revoked_tokens};
use crate::types::{At, Id};

/// The public keys of every client, for the memory of the process; the oldest first.
///
/// # Errors
/// The database's own.
pub fn all_keys(tx: &mut Tx<'_>) -> Result<Vec<ClientKeyRow>> {
    Ok(on!(tx, c => client_keys::table.order((client_keys::created_at, client_keys::kid)).load(*c))?)
}

/// The public keys of one client, the oldest first.
///
/// # Errors
/// The database's own.
pub fn keys_of(tx: &mut Tx<'_>, client_id: &str) -> Result<Vec<ClientKeyRow>> {
    Ok(on!(tx, c => client_keys::table
        .filter(client_keys::client_id.eq(client_id))
        .order((client_keys::created_at, client_keys::kid))
        .load(*c))?)
}

/// Takes a public key away; whether it was there.
///
/// # Errors
/// The database's own.
pub fn delete_key(tx: &mut Tx<'_>, client_id: &str, kid: &str) -> Result<bool> {
    let gone = on!(tx, c => diesel::delete(client_keys::table.find((client_id, kid))).execute(*c))?;
    Ok(gone > 0)
}

/// Notes that an assertion was used; `false` when it had been used before, by whatever process.
///
/// # Errors
/// The database's own.
pub fn use_assertion(tx: &mut Tx<'_>, row: &AssertionIdRow) -> Result<bool> {
    let new = on!(tx, c => diesel::insert_into(assertion_ids::table).values(row).on_conflict_do_nothing().execute(*c))?;
    Ok(new > 0)
}

/// Revokes one access token; `false` when it had been revoked before.
///
/// # Errors
/// The database's own.
pub fn revoke_token(tx: &mut Tx<'_>, row: &RevokedTokenRow) -> Result<bool> {
    let new =
        on!(tx, c => diesel::insert_into(revoked_tokens::table).values(row).on_conflict_do_nothing().execute(*c))?;
    Ok(new > 0)
}

/// The revoked tokens that have not yet expired at `now`.
///
/// # Errors
/// The database's own.
pub fn revoked_tokens(tx: &mut Tx<'_>, now: Time) -> Result<Vec<RevokedTokenRow>> {
    Ok(on!(tx, c => revoked_tokens::table.filter(revoked_tokens::expires_at.gt(At(now))).load(*c))?)
}

/// A one-time code by the SHA-256 of its characters.
///
/// # Errors
/// The database's own.
pub fn find_code(tx: &mut Tx<'_>, code_sha256: &[u8]) -> Result<Option<EnrolmentCodeRow>> {
    Ok(on!(tx, c => enrolment_codes::table.find(code_sha256).first(*c).optional())?)
}

/// Marks a code as used, and with which key.
///
/// # Errors
/// The database's own.
pub fn use_code(tx: &mut Tx<'_>, code_sha256: &[u8], key_thumbprint: Option<&str>, now: Time) -> Result<()> {
    on!(tx, c => diesel::update(enrolment_codes::table.find(code_sha256))
        .set((enrolment_codes::used_at.eq(Some(At(now))), enrolment_codes::key_thumbprint.eq(key_thumbprint)))
        .execute(*c))?;
    Ok(())
}

/// Takes back every code of a client that was not used yet; how many those were.
///
/// # Errors
/// The database's own.
pub fn delete_open_codes(tx: &mut Tx<'_>, client_id: &str) -> Result<usize> {
    Ok(on!(tx, c => diesel::delete(
        enrolment_codes::table.filter(enrolment_codes::client_id.eq(client_id)).filter(enrolment_codes::used_at.is_null()),
    )
    .execute(*c))?)
}

/// Takes back every code that was not used yet of the clients of an institution, a team or a participant; how many those were.
///
/// # Errors
/// The database's own.
pub fn delete_open_codes_of_owner(tx: &mut Tx<'_>, owner: Uuid) -> Result<usize> {
    let of_owner = || clients::table.filter(clients::owner.eq(Some(Id(owner)))).select(clients::client_id);
    Ok(on!(tx, c => diesel::delete(
        enrolment_codes::table.filter(enrolment_codes::client_id.eq_any(of_owner())).filter(enrolment_codes::used_at.is_null()),
    )
    .execute(*c))?)
}

/// Clears away what has expired at `now`: assertions, revoked tokens, codes, derived idempotency keys. Of each kind about
/// `limit` rows go, those that expired first, and with the last of them what expired in the same moment. How many rows went.
///
/// # Errors
/// The database's own.
pub fn clear_expired(tx: &mut Tx<'_>, now: Time, limit: i64) -> Result<usize> {
    let skipped = limit.saturating_sub(1).max(0);
    // A column that may be NULL is compared with an option; NULL itself is neither before nor after anything.
    macro_rules! clear {
        ($table:ident, $before:expr, $moment:ty) => {{
            let last: Option<$moment> = on!(&mut *tx, c => $table::table
                .filter($table::expires_at.lt($before))
                .order($table::expires_at)
                .offset(skipped)
                .limit(1)
                .select($table::expires_at)
                .first(*c)
                .optional())?;
            match last {
                Some(last) => on!(&mut *tx, c => diesel::delete($table::table.filter($table::expires_at.le(last))).execute(*c))?,
                None => on!(&mut *tx, c => diesel::delete($table::table.filter($table::expires_at.lt($before))).execute(*c))?,
            }
        }};
    }
    let now = At(now);
    Ok(clear!(assertion_ids, now, At)
        + clear!(revoked_tokens, now, At)
        + clear!(enrolment_codes, now, At)
        + clear!(idempotency_keys, Some(now), Option<At>))
}

/// Whether anything has expired at `now`, so that a change is worth its while.
///
/// # Errors
/// The database's own.
pub fn any_expired(tx: &mut Tx<'_>, now: Time) -> Result<bool> {
    use diesel::dsl::{exists, select};
    let now = At(now);
    let assertions: bool =
        on!(tx, c => select(exists(assertion_ids::table.filter(assertion_ids::expires_at.lt(now)))).get_result(*c))?;
    let tokens: bool =
        on!(tx, c => select(exists(revoked_tokens::table.filter(revoked_tokens::expires_at.lt(now)))).get_result(*c))?;
    let codes: bool = on!(tx, c => select(exists(enrolment_codes::table.filter(enrolment_codes::expires_at.lt(now)))).get_result(*c))?;
    let keys: bool = on!(tx, c => select(exists(
        idempotency_keys::table.filter(idempotency_keys::expires_at.is_not_null()).filter(idempotency_keys::expires_at.lt(Some(now))),
    ))
    .get_result(*c))?;
    Ok(assertions || tokens || codes || keys)
}
