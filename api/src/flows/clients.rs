//! Machine accounts: creating, changing, and what proves them.

use serde_json::json;
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::clients;
use zvit_db::rows::{ClientRow, SigningKeyRow};
use zvit_db::types::{At, Id};
use zvit_domain::fault::Fault;
use zvit_domain::vocabulary::Role;

use super::event::Event;
use crate::actor::Actor;
use crate::clock;
use crate::limits::rate::Rate;
use crate::memory::Directory;
use crate::permission::scopes_of;
use crate::problem::{Code, Problem};
use crate::token::{Secret, SigningKey, hash_secret, new_secret};

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
}

/// Makes a client. The secret is known only now.
///
/// # Errors
/// 422 when role, owner and scopes don't fit; the store's.
pub fn create(
    change: &mut Change<'_>,
    directory: &Directory,
    actor: &Actor,
    new: &NewClient,
) -> Result<(ClientRow, Secret), Problem> {
    let mut faults = Vec::new();
    faults.extend(owner_fault(directory, new.role, new.owner));
    faults.extend(
        new.scopes.iter().flatten().enumerate().filter_map(|(index, scope)| scope_fault(new.role, index, scope)),
    );
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let secret = new_secret().map_err(Problem::internal)?;
    let scopes =
        new.scopes.clone().unwrap_or_else(|| scopes_of(new.role).iter().map(|scope| (*scope).to_owned()).collect());
    let row = ClientRow {
        client_id: clock::new_id(change.now).to_string(),
        role: new.role.to_string(),
        owner: new.owner.map(Id),
        name: new.name.clone(),
        scopes: scopes.join(" "),
        secret_sha256: Some(hash_secret(&secret).to_vec()),
        active: true,
        credential_version: 1,
        version: 1,
        created_at: At(change.now),
        updated_at: At(change.now),
        spare: false,
        rate_per_second: new.rate.map(|rate| column(rate.per_second)),
        rate_burst: new.rate.map(|rate| column(rate.burst)),
    };
    ClientRow::insert_all(&mut change.tx, vec![row.clone()])?;
    note(change, actor, &row, "client_created", None);
    Ok((row, secret))
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
        (Role::Coordinator | Role::Auditor, Some(_)) => Some(Fault::new(
            "/owner",
            "not_allowed",
            "A client of this role has no owner.",
            "Клієнт із цією роллю не має власника.",
        )),
        (_, None) => Some(Fault::new(
            "/owner",
            "required",
            "A client of this role has an owner.",
            "Клієнт із цією роллю має власника.",
        )),
        (_, Some(owner)) if is_there(owner) => None,
        _ => Some(Fault::new(
            "/owner",
            "unknown_owner",
            "The directory has no entry of this kind with this id.",
            "У довіднику немає такого запису з цим ідентифікатором.",
        )),
    }
}

fn scope_fault(role: Role, index: usize, scope: &str) -> Option<Fault> {
    (!scopes_of(role).contains(&scope)).then(|| {
        Fault::new(
            format!("/scopes/{index}"),
            "scope_not_of_role",
            format!("A client of this role may hold: {}.", scopes_of(role).join(", ")),
            format!("Клієнт із цією роллю може мати: {}.", scopes_of(role).join(", ")),
        )
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
    let role: Role = row.role.parse().map_err(Problem::internal)?;
    let faults: Vec<Fault> =
        scopes.iter().enumerate().filter_map(|(index, scope)| scope_fault(role, index, scope)).collect();
    if !faults.is_empty() {
        return Err(faults.into());
    }
    row.name = name.to_owned();
    row.scopes = scopes.join(" ");
    row.rate_per_second = rate.map(|rate| column(rate.per_second));
    row.rate_burst = rate.map(|rate| column(rate.burst));
    write(change, &mut row)?;
    note(change, actor, &row, "client_changed", None);
    Ok(row)
}

/// Activates or deactivates a client; its tokens are refused at once.
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
    write(change, &mut row)?;
    note(change, actor, &row, if active { "client_activated" } else { "client_deactivated" }, Some(reason));
    Ok(row)
}

/// Gives a client a new secret; the old one and all tokens end at once.
///
/// # Errors
/// 409 when a client would rotate itself; the store's.
pub fn rotate_secret(
    change: &mut Change<'_>,
    actor: &Actor,
    mut row: ClientRow,
) -> Result<(ClientRow, Secret), Problem> {
    check_not_self(actor, &row)?;
    let secret = new_secret().map_err(Problem::internal)?;
    row.secret_sha256 = Some(hash_secret(&secret).to_vec());
    row.credential_version += 1;
    write(change, &mut row)?;
    note(change, actor, &row, "client_secret_rotated", None);
    Ok((row, secret))
}

fn check_not_self(actor: &Actor, row: &ClientRow) -> Result<(), Problem> {
    if actor.client_id == row.client_id { Err(Problem::new(Code::SelfChange)) } else { Ok(()) }
}

fn write(change: &mut Change<'_>, row: &mut ClientRow) -> Result<(), Problem> {
    row.version += 1;
    row.updated_at = At(change.now);
    Ok(clients::update(&mut change.tx, row)?)
}

fn note(change: &mut Change<'_>, actor: &Actor, row: &ClientRow, kind: &'static str, reason: Option<&str>) {
    change.gate.clients_version += 1;
    let mut data =
        json!({"role": row.role, "owner": row.owner.map(|owner| owner.0), "scopes": row.scopes, "name": row.name});
    let rate = row.rate_per_second.zip(row.rate_burst);
    if let (Some(data), Some((per_second, burst))) = (data.as_object_mut(), rate) {
        data.insert("rate_limit".into(), json!({"per_second": per_second, "burst": burst}));
    }
    Event::other(kind, "client", &row.client_id).because(reason).with(data).note(change, actor);
}

/// Makes the first signing key of a store that has none.
///
/// # Errors
/// When no key can be made; the store's.
pub fn ensure_signing_key(change: &mut Change<'_>) -> Result<(), Problem> {
    if !clients::signing_keys(&mut change.tx)?.is_empty() {
        return Ok(());
    }
    let key = SigningKey::generate().map_err(Problem::internal)?;
    let row = SigningKeyRow {
        kid: key.kid.clone(),
        state: "active".into(),
        pkcs8: key.pkcs8.clone(),
        public_x: key.public_x.clone(),
        created_at: At(change.now),
        use_from: Some(At(change.now)),
        retired_at: None,
    };
    SigningKeyRow::insert_all(&mut change.tx, vec![row])?;
    change.gate.clients_version += 1;
    Event::other("signing_key_created", "signing_key", &key.kid).note(change, &Actor::service());
    Ok(())
}
