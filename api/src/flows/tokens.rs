//! What tokens and assertions leave behind in the store: that one was used, that one was revoked.

use serde_json::json;
use zvit_db::change::Change;
use zvit_db::credentials;
use zvit_db::error::StoreError;
use zvit_db::rows::{AssertionIdRow, RevokedTokenRow};
use zvit_db::types::At;
use zvit_domain::time::Time;

use super::event::Event;
use crate::actor::Actor;
use crate::intake::sha256;
use crate::token::{Claims, LEEWAY_S, Proved};

/// Notes that an assertion was used; `false` when it had been, here or in another process. Kept until its times refuse it
/// everywhere, by whatever clock.
///
/// # Errors
/// The store's.
pub fn use_assertion(change: &mut Change<'_>, client_id: &str, proved: &Proved) -> Result<bool, StoreError> {
    let row = AssertionIdRow {
        client_id: client_id.to_owned(),
        jti_sha256: sha256(proved.jti.as_bytes()),
        expires_at: At(proved.until.plus_seconds(LEEWAY_S)),
    };
    credentials::use_assertion(&mut change.tx, &row)
}

/// Revokes one access token of the actor's, until it has expired everywhere, by whatever clock. Repeated, it changes nothing.
///
/// # Errors
/// The store's.
pub fn revoke_token(change: &mut Change<'_>, actor: &Actor, claims: &Claims) -> Result<(), StoreError> {
    let end = Time::from_micros(claims.exp.saturating_mul(1_000_000)).plus_seconds(2 * LEEWAY_S);
    let row = RevokedTokenRow { jti: claims.jti.clone(), expires_at: At(end) };
    if credentials::revoke_token(&mut change.tx, &row)? {
        change.gate.clients_version += 1;
        Event::other("token_revoked", "client", &claims.client_id).with(json!({"jti": claims.jti})).note(change, actor);
    }
    Ok(())
}
