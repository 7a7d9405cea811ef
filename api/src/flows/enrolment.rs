//! Enrolment: a one-time code that a client trades for its credential, so that no secret passes through the coordinator's hands.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::json;
use zvit_db::change::Change;
use zvit_db::conn::Tx;
use zvit_db::rows::{ClientRow, EnrolmentCodeRow};
use zvit_db::types::At;
use zvit_db::{clients, credentials};
use zvit_domain::time::Time;
use zvit_domain::typeable;
use zvit_domain::word::Language;
use zvit_texts::text;

use super::client_keys::{add_key, remove_all_keys};
use super::clients::{check_not_self, note, secret_for, write};
use super::event::Event;
use crate::actor::Actor;
use crate::memory::Directory;
use crate::problem::{Code, Problem};
use crate::token::{ClientKey, ClientKeyInput, Secret, hash_secret, new_typeable};

/// A code is good for so many seconds: time to carry a sheet of paper to a hospital.
pub const CODE_LIFE_S: i64 = 72 * 3600;

/// A code as it is handed out, once.
#[derive(Debug, Clone)]
pub struct IssuedCode {
    /// The code as it is printed, in groups.
    pub code: Secret,
    /// It is good until then.
    pub expires_at: Time,
}

/// A new code for a client, not yet written.
///
/// # Errors
/// Without randomness.
pub fn draft(client_id: &str, now: Time) -> Result<(EnrolmentCodeRow, IssuedCode), Problem> {
    let code = new_typeable().map_err(Problem::internal)?;
    let expires_at = now.plus_seconds(CODE_LIFE_S);
    let row = EnrolmentCodeRow {
        code_sha256: hash_secret(&code).to_vec(),
        client_id: client_id.to_owned(),
        created_at: At(now),
        expires_at: At(expires_at),
        used_at: None,
        key_thumbprint: None,
    };
    Ok((row, IssuedCode { code: Secret::new(typeable::grouped(code.expose())), expires_at }))
}

/// Notes that a code was handed out; never the code.
pub(super) fn note_issued(change: &mut Change<'_>, actor: &Actor, code: &EnrolmentCodeRow, reason: Option<&str>) {
    Event::other("enrolment_code_issued", "client", &code.client_id)
        .because(reason)
        .with(json!({"expires_at": code.expires_at.0}))
        .note(change, actor);
}

/// Gives a client a new code and takes back those it did not use. What the client proves itself with stays good until the code
/// is traded.
///
/// # Errors
/// 409 for oneself, and for a client that is not active or whose owner is not; the store's.
pub fn issue(
    change: &mut Change<'_>,
    directory: &Directory,
    actor: &Actor,
    row: &ClientRow,
    reason: Option<&str>,
) -> Result<IssuedCode, Problem> {
    check_not_self(actor, row)?;
    if !is_active(directory, row) {
        return Err(Problem::new(Code::StateConflict).because(text!("enrolment-inactive")));
    }
    credentials::delete_open_codes(&mut change.tx, &row.client_id)?;
    let (code, issued) = draft(&row.client_id, change.now)?;
    EnrolmentCodeRow::insert_all(&mut change.tx, vec![code.clone()])?;
    note_issued(change, actor, &code, reason);
    Ok(issued)
}

fn is_active(directory: &Directory, row: &ClientRow) -> bool {
    row.active && row.owner.is_none_or(|owner| directory.owner_is_active(owner.0))
}

/// A public key that was judged, to be registered for a code.
#[derive(Debug, Clone)]
pub struct EnrolmentKey {
    /// What is stored of it.
    pub input: ClientKeyInput,
    /// What verifies.
    pub key: ClientKey,
    /// RFC 7638: the same for the same key, whatever else is said of it.
    pub thumbprint: String,
}

/// The SHA-256 of a code in its normal form: what a code is found by.
pub fn code_sha256(normal: &str) -> Vec<u8> {
    digest(&SHA256, normal.as_bytes()).as_ref().to_vec()
}

/// Whether a code may still be traded at `now`: unused; or used for this very key, as its answer may have been lost.
pub fn may_trade(code: &EnrolmentCodeRow, key: Option<&EnrolmentKey>, now: Time) -> bool {
    let repeats = || code.key_thumbprint.as_deref().is_some_and(|used| key.is_some_and(|key| key.thumbprint == used));
    code.expires_at.0 > now && (code.used_at.is_none() || repeats())
}

/// What a trade gave.
#[derive(Debug)]
pub struct Enrolled {
    /// The client as it now is.
    pub client: ClientRow,
    /// Its secret, where it registered no key.
    pub secret: Option<Secret>,
    /// The id of its key.
    pub kid: Option<String>,
}

/// Why a code can't be traded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The code is unknown, used, expired or taken back, or its client may not act. It is not said which.
    Code,
    /// A spare is a secret on paper.
    KeyForSpare,
}

/// Trades a code for a credential, which takes the place of everything the client had before: secret, keys and tokens.
///
/// # Errors
/// The store's; a [`Refusal`] is an answer.
pub fn trade(
    change: &mut Change<'_>,
    directory: &Directory,
    code_sha256: &[u8],
    key: Option<&EnrolmentKey>,
    request_id: Option<String>,
) -> Result<Result<Enrolled, Refusal>, Problem> {
    let code = credentials::find_code(&mut change.tx, code_sha256)?.filter(|code| may_trade(code, key, change.now));
    let Some(code) = code else { return Ok(Err(Refusal::Code)) };
    let client = clients::find(&mut change.tx, &code.client_id)?.filter(|client| is_active(directory, client));
    let Some(mut client) = client else { return Ok(Err(Refusal::Code)) };
    if code.used_at.is_some() {
        return again(&mut change.tx, client, key);
    }
    if client.spare && key.is_some() {
        return Ok(Err(Refusal::KeyForSpare));
    }
    let held = credentials::keys_of(&mut change.tx, &client.client_id)?;
    let had_credentials = client.secret_sha256.is_some() || !held.is_empty();
    let secret = if key.is_some() { None } else { Some(secret_for(client.spare)?) };
    client.secret_sha256 = secret.as_ref().map(|secret| hash_secret(secret).to_vec());
    client.credential_version += i32::from(had_credentials);
    let actor = itself(directory, &client, request_id)?;
    remove_all_keys(change, &actor, &client.client_id)?;
    if let Some(key) = key {
        add_key(change, &actor, &client.client_id, &key.input, &key.key)?;
    }
    credentials::use_code(&mut change.tx, code_sha256, key.map(|key| key.thumbprint.as_str()), change.now)?;
    write(change, &mut client)?;
    note(change, &actor, &client, "client_enrolled", None);
    Ok(Ok(Enrolled { client, secret, kid: key.map(|key| key.input.kid.clone()) }))
}

/// As [`trade`] for a code that was used for this very key ([`may_trade`]); nothing is written, so it takes no writer.
///
/// # Errors
/// The store's; a [`Refusal`] is an answer.
pub fn repeated(
    tx: &mut Tx<'_>,
    directory: &Directory,
    code: &EnrolmentCodeRow,
    key: Option<&EnrolmentKey>,
) -> Result<Result<Enrolled, Refusal>, Problem> {
    let client = clients::find(tx, &code.client_id)?.filter(|client| is_active(directory, client));
    client.map_or(Ok(Err(Refusal::Code)), |client| again(tx, client, key))
}

/// The same trade once more: nothing changes, and there is no secret in it.
fn again(tx: &mut Tx<'_>, client: ClientRow, key: Option<&EnrolmentKey>) -> Result<Result<Enrolled, Refusal>, Problem> {
    let held = credentials::keys_of(tx, &client.client_id)?;
    let kid = key.map(|key| key.input.kid.clone()).filter(|kid| held.iter().any(|row| row.kid == *kid));
    Ok(if kid.is_some() { Ok(Enrolled { client, secret: None, kid }) } else { Err(Refusal::Code) })
}

/// Whoever holds the code acts as the client.
fn itself(directory: &Directory, client: &ClientRow, request_id: Option<String>) -> Result<Actor, Problem> {
    let name = client.owner.and_then(|owner| directory.owner_name(owner.0)).unwrap_or_else(|| client.name.clone());
    Ok(Actor {
        role: client.role.parse().map_err(Problem::internal)?,
        client_id: client.client_id.clone(),
        owner: client.owner.map(|owner| owner.0),
        name,
        request_id,
        acting_person: None,
        spare: client.spare,
        language: Language::Uk,
    })
}
