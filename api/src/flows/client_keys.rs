//! Public keys of clients: who may change them, adding and removing.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::rows::{ClientKeyRow, ClientRow};
use zvit_db::types::{At, Json};
use zvit_db::{clients, credentials, idempotency};
use zvit_domain::vocabulary::Role;
use zvit_texts::text;

use super::event::Event;
use crate::actor::Actor;
use crate::problem::{Code, Problem};
use crate::token::{ClientKey, ClientKeyInput};

/// Keys that a client may have at once: enough to change one for another on several machines.
pub const MAX_KEYS: usize = 10;

/// Institutions and teams change keys with a token that is no older than this: one found in a log or in memory must not become
/// a key that stays.
pub const MAX_TOKEN_AGE_S: i64 = 60;

/// The caller as far as keys are concerned.
#[derive(Debug, Clone)]
pub struct KeyHolder<'a> {
    /// Who it is.
    pub actor: &'a Actor,
    /// The scopes of its token.
    pub scopes: &'a [String],
    /// Whether it is a printed spare.
    pub spare: bool,
    /// How old its token is, in seconds.
    pub token_age_s: i64,
}

impl KeyHolder<'_> {
    /// Judges whether the caller may deal with keys at all: the coordinator with this scope of the directory, an institution's or
    /// a team's client unless it is a spare.
    ///
    /// # Errors
    /// 403.
    pub fn check(&self, directory_scope: &'static str) -> Result<(), Problem> {
        if self.actor.role == Role::Coordinator {
            let holds = self.scopes.iter().any(|scope| scope == directory_scope);
            return if holds { Ok(()) } else { Err(Problem::scope_lacking(directory_scope)) };
        }
        if self.spare {
            return Err(Problem::new(Code::Forbidden).because(text!("spare-changes-nothing")));
        }
        Ok(())
    }

    /// Judges whether the caller may see the keys of this client: those of its own institution or team.
    ///
    /// # Errors
    /// 404.
    pub fn may_see(&self, client: &ClientRow) -> Result<(), Problem> {
        let is_own = client.owner.is_some_and(|owner| Some(owner.0) == self.actor.owner);
        if self.actor.role == Role::Coordinator || is_own { Ok(()) } else { Err(Problem::not_found()) }
    }

    /// Judges whether the caller may change the keys of this client. A key opens all that the client may do, so nobody gives
    /// itself more than it holds, be it by way of a sister client. A spare has none: it is a secret on paper.
    ///
    /// # Errors
    /// 403, 404, 409.
    pub fn may_change(&self, client: &ClientRow) -> Result<(), Problem> {
        self.may_see(client)?;
        let is_coordinator = self.actor.role == Role::Coordinator;
        if client.spare {
            let code = if is_coordinator { Code::StateConflict } else { Code::Forbidden };
            return Err(Problem::new(code).because(text!("spare-has-no-keys")));
        }
        if !is_coordinator && self.token_age_s > MAX_TOKEN_AGE_S {
            return Err(Problem::new(Code::Forbidden).because(text!("keys-want-fresh-token")));
        }
        let covers = client.scopes.split_whitespace().all(|scope| self.scopes.iter().any(|held| held == scope));
        if covers || (is_coordinator && client.client_id != self.actor.client_id) {
            return Ok(());
        }
        Err(Problem::new(Code::Forbidden).because(text!("keys-want-every-scope")))
    }
}

/// Registers a key.
///
/// # Errors
/// 409 when the name is taken or there are ten already; the store's.
pub fn add_key(
    change: &mut Change<'_>,
    actor: &Actor,
    client_id: &str,
    input: &ClientKeyInput,
    key: &ClientKey,
) -> Result<ClientKeyRow, Problem> {
    let held = credentials::keys_of(&mut change.tx, client_id)?;
    if held.iter().any(|row| row.kid == input.kid) {
        return Err(Problem::new(Code::AlreadyExists).because(text!("key-id-taken")));
    }
    if held.len() >= MAX_KEYS {
        return Err(Problem::new(Code::StateConflict).because(text!("key-ten-already")));
    }
    let row = ClientKeyRow {
        client_id: client_id.to_owned(),
        kid: input.kid.clone(),
        alg: key.algorithm.name().to_owned(),
        jwk: Json::of(input)?,
        created_at: At(change.now),
    };
    ClientKeyRow::insert_all(&mut change.tx, vec![row.clone()])?;
    change.gate.clients_version += 1;
    Event::other("client_key_added", "client", client_id)
        .with(json!({"kid": row.kid, "alg": row.alg, "thumbprint": input.thumbprint()}))
        .note(change, actor);
    Ok(row)
}

/// Removes every key of a client whose credentials are taken away: whoever held its token may have registered one.
///
/// # Errors
/// The store's.
pub(super) fn remove_all_keys(change: &mut Change<'_>, actor: &Actor, client_id: &str) -> Result<(), Problem> {
    for key in credentials::keys_of(&mut change.tx, client_id)? {
        credentials::delete_key(&mut change.tx, client_id, &key.kid)?;
        note_removed(change, actor, &key);
    }
    Ok(())
}

fn note_removed(change: &mut Change<'_>, actor: &Actor, key: &ClientKeyRow) {
    change.gate.clients_version += 1;
    Event::other("client_key_removed", "client", &key.client_id)
        .with(json!({"kid": key.kid, "alg": key.alg}))
        .note(change, actor);
}

/// Removes a key. Every token of the client ends, as one may have been got with that key.
///
/// # Errors
/// 404 when there is none of that name, 409 when the client would lock itself out; the store's.
pub fn remove_key(change: &mut Change<'_>, actor: &Actor, mut client: ClientRow, kid: &str) -> Result<(), Problem> {
    let held = credentials::keys_of(&mut change.tx, &client.client_id)?;
    let key = held.iter().find(|row| row.kid == kid).ok_or_else(Problem::not_found)?;
    // Without a secret and with one key this is the key the caller came with.
    if actor.client_id == client.client_id && client.secret_sha256.is_none() && held.len() == 1 {
        return Err(Problem::new(Code::SelfChange).because(text!("key-is-last-proof")));
    }
    credentials::delete_key(&mut change.tx, &client.client_id, kid)?;
    client.credential_version += 1;
    client.version += 1;
    client.updated_at = At(change.now);
    clients::update(&mut change.tx, &client)?;
    note_removed(change, actor, key);
    let makers = [client.owner.map_or(Uuid::nil(), |owner| owner.0), Uuid::nil()];
    idempotency::forget_made(
        &mut change.tx,
        &makers,
        &format!("POST {}", keys_path(&client.client_id)),
        &key_path(&client.client_id, kid),
    )?;
    Ok(())
}

/// Where the keys of a client are.
pub fn keys_path(client_id: &str) -> String {
    format!("/v1/clients/{client_id}/keys")
}

/// Where one key of a client is.
pub fn key_path(client_id: &str, kid: &str) -> String {
    format!("{}/{}", keys_path(client_id), utf8_percent_encode(kid, NON_ALPHANUMERIC))
}
