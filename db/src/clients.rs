//! Machine accounts and the keys that sign their tokens.

use diesel::prelude::*;
use uuid::Uuid;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::{Result, StoreError};
use crate::on;
use crate::rows::{ClientRow, SigningKeyRow};
use crate::schema::{clients, signing_keys};
use crate::types::{At, Id};

/// One client.
///
/// # Errors
/// The database's own.
pub fn find(tx: &mut Tx<'_>, client_id: &str) -> Result<Option<ClientRow>> {
    Ok(on!(tx, c => clients::table.find(client_id).first(*c).optional())?)
}

/// A page in the order of the ids, after `after`.
///
/// # Errors
/// The database's own.
pub fn page(tx: &mut Tx<'_>, after: Option<&str>, limit: i64) -> Result<Vec<ClientRow>> {
    let after = after.unwrap_or_default();
    Ok(
        on!(tx, c => clients::table.filter(clients::client_id.gt(after)).order(clients::client_id).limit(limit).load(*c))?,
    )
}

/// All of them, for the memory of the process.
///
/// # Errors
/// The database's own.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<ClientRow>> {
    Ok(on!(tx, c => clients::table.load(*c))?)
}

/// Writes a client over the version that was read.
///
/// # Errors
/// `NotFound` when the stored version is another one.
pub fn update(tx: &mut Tx<'_>, row: &ClientRow) -> Result<()> {
    let changed = on!(tx, c => diesel::update(clients::table.find(&row.client_id).filter(clients::version.eq(row.version - 1)))
        .set((
            clients::name.eq(&row.name),
            clients::scopes.eq(&row.scopes),
            clients::secret_sha256.eq(&row.secret_sha256),
            clients::active.eq(row.active),
            clients::credential_version.eq(row.credential_version),
            clients::rate_per_second.eq(row.rate_per_second),
            clients::rate_burst.eq(row.rate_burst),
            clients::version.eq(row.version),
            clients::updated_at.eq(row.updated_at),
        ))
        .execute(*c))?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}

/// Ends every token given out so far to the clients of an institution, a team or a participant; how many clients those were.
///
/// # Errors
/// The database's own.
pub fn end_tokens_of_owner(tx: &mut Tx<'_>, owner: Uuid, now: Time) -> Result<usize> {
    Ok(on!(tx, c => diesel::update(clients::table.filter(clients::owner.eq(Some(Id(owner)))))
        .set((
            clients::credential_version.eq(clients::credential_version + 1),
            clients::version.eq(clients::version + 1),
            clients::updated_at.eq(At(now)),
        ))
        .execute(*c))?)
}

/// Every signing key, the newest first.
///
/// # Errors
/// The database's own.
pub fn signing_keys(tx: &mut Tx<'_>) -> Result<Vec<SigningKeyRow>> {
    Ok(on!(tx, c => signing_keys::table.order(signing_keys::created_at.desc()).load(*c))?)
}

/// Changes the state of a signing key and its times.
///
/// # Errors
/// The database's own.
pub fn update_signing_key(tx: &mut Tx<'_>, row: &SigningKeyRow) -> Result<()> {
    on!(tx, c => diesel::update(signing_keys::table.find(&row.kid))
        .set((
            signing_keys::state.eq(&row.state),
            signing_keys::use_from.eq(row.use_from),
            signing_keys::retired_at.eq(row.retired_at),
        ))
        .execute(*c))?;
    Ok(())
}

/// Takes a signing key away, private part and all.
///
/// # Errors
/// The database's own.
pub fn delete_signing_key(tx: &mut Tx<'_>, kid: &str) -> Result<()> {
    on!(tx, c => diesel::delete(signing_keys::table.find(kid)).execute(*c))?;
    Ok(())
}
