//! Machine accounts: creating, changing, and what proves them.

use serde_json::json;
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::rows::{ClientRow, EnrolmentCodeRow};
use zvit_db::types::{At, Id};
use zvit_db::{clients, credentials};
use zvit_domain::fault::Fault;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::Role;
use zvit_texts::text;

use super::client_keys::remove_all_keys;
use super::enrolment::{self, IssuedCode};
use super::event::Event;
use crate::actor::Actor;
use crate::clock;
use crate::limits::rate::Rate;
use crate::memory::Directory;
use crate::permission::scopes_of;
use crate::problem::{Code, Problem};
use crate::token::{Secret, hash_secret, new_secret, new_typeable};

/// All that a spare may do.
pub const SPARE_SCOPE: &str = "incidents:write";

/// A client to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClient {
    /// Its role.
    pub role: Role,
    /// Institution, team or participant, as the role needs.
    pub owner: Option<Uuid>,
    /// A name for people.
    pub name: String,
    /// Its scopes; none stated means all of its role.
    pub scopes: Option<Vec<String>>,
    /// How many requests it may make; none stated means what holds for all.
    pub rate: Option<Rate>,
    /// A printed credential for an institution that has lost its servers: its secret can be typed.
    pub spare: bool,
    /// It gets a one-time code in place of a secret.
    pub enrolment: bool,
}

/// What a new client is given, known only now.
#[derive(Debug, Clone)]
pub enum Issued {
    /// Its secret.
    Secret(Secret),
    /// A code that it trades for a secret or registers a key with.
    Code(IssuedCode),
}

/// A client that is ready to be written.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The client.
    pub row: ClientRow,
    /// Its code, where it gets one.
    pub code: Option<EnrolmentCodeRow>,
}

/// Makes a client. What it is given is known only now.
///
/// # Errors
/// 422 when role, owner and scopes don't fit; the store's.
pub fn create(
    change: &mut Change<'_>,
    directory: &Directory,
    actor: &Actor,
    new: &NewClient,
) -> Result<(ClientRow, Issued), Problem> {
    let mut faults = Vec::new();
    faults.extend(owner_fault(directory, new.role, new.owner));
    faults.extend(
        new.scopes.iter().flatten().enumerate().filter_map(|(index, scope)| scope_fault(new.role, index, scope)),
    );
    if new.spare {
        faults.extend(spare_faults(new.role, new.scopes.as_deref()));
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let (made, issued) = draft(new, change.now)?;
    let row = made.row.clone();
    insert(change, actor, vec![made])?;
    Ok((row, issued))
}

/// A client with what it is given, not yet written and not yet judged.
///
/// # Errors
/// Without randomness.
pub fn draft(new: &NewClient, now: Time) -> Result<(Draft, Issued), Problem> {
    let all = || if new.spare { vec![SPARE_SCOPE] } else { scopes_of(new.role).to_vec() };
    let scopes = new.scopes.as_ref().map_or_else(|| all().join(" "), |scopes| scopes.join(" "));
    let mut row = ClientRow {
        client_id: clock::new_id(now).to_string(),
        role: new.role.to_string(),
        owner: new.owner.map(Id),
        name: new.name.clone(),
        scopes,
        secret_sha256: None,
        active: true,
        credential_version: 1,
        version: 1,
        created_at: At(now),
        updated_at: At(now),
        spare: new.spare,
        rate_per_second: new.rate.map(|rate| column(rate.per_second)),
        rate_burst: new.rate.map(|rate| column(rate.burst)),
    };
    if new.enrolment {
        let (code, issued) = enrolment::draft(&row.client_id, now)?;
        return Ok((Draft { row, code: Some(code) }, Issued::Code(issued)));
    }
    let secret = secret_for(new.spare)?;
    row.secret_sha256 = Some(hash_secret(&secret).to_vec());
    Ok((Draft { row, code: None }, Issued::Secret(secret)))
}

/// A new secret as this kind of client shows it.
pub(super) fn secret_for(spare: bool) -> Result<Secret, Problem> {
    if spare { new_typeable() } else { new_secret() }.map_err(Problem::internal)
}

/// Writes clients that were drafted.
///
/// # Errors
/// The store's.
pub fn insert(change: &mut Change<'_>, actor: &Actor, drafts: Vec<Draft>) -> Result<(), Problem> {
    let codes: Vec<EnrolmentCodeRow> = drafts.iter().filter_map(|draft| draft.code.clone()).collect();
    ClientRow::insert_all(&mut change.tx, drafts.iter().map(|draft| draft.row.clone()).collect())?;
    if !codes.is_empty() {
        EnrolmentCodeRow::insert_all(&mut change.tx, codes)?;
    }
    for Draft { row, code } in &drafts {
        note(change, actor, row, "client_created", None);
        if let Some(code) = code {
            enrolment::note_issued(change, actor, code, None);
        }
    }
    Ok(())
}

fn spare_faults(role: Role, scopes: Option<&[String]>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if role != Role::Institution {
        faults.push(Fault::at("/role", "spare_of_institution", text!("spare-of-institution-only")));
    }
    if scopes.is_some_and(|scopes| scopes != [SPARE_SCOPE]) {
        faults.push(Fault::at("/scopes", "spare_scope", text!("spare-scope-only")));
    }
    faults
}

fn owner_fault(directory: &Directory, role: Role, owner: Option<Uuid>) -> Option<Fault> {
    let is_there = |owner: Uuid| match role {
        Role::Institution => directory.institutions.contains_key(&owner),
        Role::Team => directory.teams.iter().any(|team| team.id == owner),
        Role::Observer | Role::Donor => directory.participants.contains_key(&owner),
        Role::Coordinator | Role::Auditor => false,
    };
    match (role, owner) {
        (Role::Coordinator | Role::Auditor, None) => None,
        (Role::Coordinator | Role::Auditor, Some(_)) => {
            Some(Fault::at("/owner", "not_allowed", text!("client-without-owner")))
        }
        (_, None) => Some(Fault::at("/owner", "required", text!("client-with-owner"))),
        (_, Some(owner)) if is_there(owner) => None,
        _ => Some(Fault::at("/owner", "unknown_owner", text!("client-owner-unknown"))),
    }
}

fn scope_fault(role: Role, index: usize, scope: &str) -> Option<Fault> {
    (!scopes_of(role).contains(&scope)).then(|| {
        let detail = text!("client-scopes-of-role", scopes = scopes_of(role).join(", "));
        Fault::at(format!("/scopes/{index}"), "scope_not_of_role", detail)
    })
}

/// The schema bounds it far below what doesn't fit.
fn column(number: std::num::NonZeroU32) -> i32 {
    i32::try_from(number.get()).unwrap_or(i32::MAX)
}

/// Changes name, scopes and rate. Tokens given out before count as far as the client still holds their scopes.
///
/// # Errors
/// 422 for scopes that don't fit the role; the store's.
pub fn replace(
    change: &mut Change<'_>,
    actor: &Actor,
    mut row: ClientRow,
    name: &str,
    scopes: &[String],
    rate: Option<Rate>,
) -> Result<ClientRow, Problem> {
    check_scopes(&row, scopes)?;
    row.name = name.to_owned();
    row.scopes = scopes.join(" ");
    row.rate_per_second = rate.map(|rate| column(rate.per_second));
    row.rate_burst = rate.map(|rate| column(rate.burst));
    write(change, &mut row)?;
    note(change, actor, &row, "client_changed", None);
    Ok(row)
}

/// Whether a client may hold these scopes.
///
/// # Errors
/// 422 for scopes that don't fit its role.
pub fn check_scopes(row: &ClientRow, scopes: &[String]) -> Result<(), Problem> {
    let role: Role = row.role.parse().map_err(Problem::internal)?;
    let mut faults: Vec<Fault> =
        scopes.iter().enumerate().filter_map(|(index, scope)| scope_fault(role, index, scope)).collect();
    if row.spare {
        faults.extend(spare_faults(role, Some(scopes)));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}

/// Activates or deactivates a client. Deactivated, its tokens are refused at once and its keys are gone for good.
///
/// # Errors
/// 409 when a client would disable itself; the store's.
pub fn set_active(
    change: &mut Change<'_>,
    actor: &Actor,
    mut row: ClientRow,
    active: bool,
    reason: &str,
) -> Result<ClientRow, Problem> {
    if row.active == active {
        return Ok(row);
    }
    check_not_self(actor, &row)?;
    row.active = active;
    // So that tokens from before stay refused when it is activated again.
    row.credential_version += i32::from(!active);
    if !active {
        // Nor shall a code from before count then.
        credentials::delete_open_codes(&mut change.tx, &row.client_id)?;
        remove_all_keys(change, actor, &row.client_id)?;
    }
    write(change, &mut row)?;
    note(change, actor, &row, if active { "client_activated" } else { "client_deactivated" }, Some(reason));
    Ok(row)
}

/// Gives a client a new secret; the old one, all keys and all tokens end at once.
///
/// # Errors
/// 409 when a client would rotate itself, and for a spare; the store's.
pub fn rotate_secret(
    change: &mut Change<'_>,
    actor: &Actor,
    mut row: ClientRow,
) -> Result<(ClientRow, Secret), Problem> {
    check_not_self(actor, &row)?;
    if row.spare {
        return Err(Problem::new(Code::StateConflict).because(text!("spare-secret-not-shown")));
    }
    let secret = secret_for(false)?;
    credentials::delete_open_codes(&mut change.tx, &row.client_id)?;
    remove_all_keys(change, actor, &row.client_id)?;
    row.secret_sha256 = Some(hash_secret(&secret).to_vec());
    row.credential_version += 1;
    write(change, &mut row)?;
    note(change, actor, &row, "client_secret_rotated", None);
    Ok((row, secret))
}

pub(super) fn check_not_self(actor: &Actor, row: &ClientRow) -> Result<(), Problem> {
    if actor.client_id == row.client_id { Err(Problem::new(Code::SelfChange)) } else { Ok(()) }
}

pub(super) fn write(change: &mut Change<'_>, row: &mut ClientRow) -> Result<(), Problem> {
    row.version += 1;
    row.updated_at = At(change.now);
    Ok(clients::update(&mut change.tx, row)?)
}

pub(super) fn note(change: &mut Change<'_>, actor: &Actor, row: &ClientRow, kind: &'static str, reason: Option<&str>) {
    change.gate.clients_version += 1;
    let mut data = json!({"role": row.role, "owner": row.owner.map(|owner| owner.0), "scopes": row.scopes, "name": row.name, "spare": row.spare});
    let rate = row.rate_per_second.zip(row.rate_burst);
    if let (Some(data), Some((per_second, burst))) = (data.as_object_mut(), rate) {
        data.insert("rate_limit".into(), json!({"per_second": per_second, "burst": burst}));
    }
    Event::other(kind, "client", &row.client_id).because(reason).with(data).note(change, actor);
}
