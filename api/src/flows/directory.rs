//! Changing the directory: participants, institutions, teams.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::ValidateEmail;
use zvit_db::change::Change;
use zvit_db::directory::{self as store, Kind};
use zvit_db::error::StoreError;
use zvit_db::rows::DirectoryRow;
use zvit_db::types::{At, Id, Json};
use zvit_db::{clients, credentials, feeds};
use zvit_domain::directory::{Availability, DirectoryContact, InstitutionInput, ParticipantInput, TeamInput};
use zvit_domain::edrpou::Edrpou;
use zvit_domain::fault::Fault;
use zvit_domain::routing::check_duty_hours;
use zvit_domain::time::Time;
use zvit_texts::text;

use super::event::Event;
use crate::actor::Actor;
use crate::clock;
use crate::memory::Directory;
use crate::problem::{Code, Problem};

/// A kind of directory entry.
pub trait Entry: Serialize + DeserializeOwned + ToSchema + Send + 'static {
    /// Which part of the directory.
    const KIND: Kind;
    /// What no two entries may share.
    fn unique_key(&self) -> Option<String>;
    /// What a schema can't say. `own` is the id of the entry that is changed.
    fn check(&self, directory: &Directory, own: Option<Uuid>) -> Vec<Fault>;
    /// What a replacement that says nothing of it takes over from the entry as it is.
    fn keep_from(&mut self, _held: Self)
    where
        Self: Sized,
    {
    }
    /// The problem of a key that is taken.
    fn taken() -> Code {
        Code::AlreadyExists
    }
}

impl Entry for ParticipantInput {
    const KIND: Kind = Kind::Participant;

    fn unique_key(&self) -> Option<String> {
        Some(self.code.clone())
    }

    fn check(&self, _: &Directory, _: Option<Uuid>) -> Vec<Fault> {
        match (self.valid_from, self.valid_until) {
            (Some(from), Some(until)) if until <= from => {
                vec![Fault::at("/valid_until", "time_order", text!("participant-role-ends-before"))]
            }
            _ => Vec::new(),
        }
    }
}

impl Entry for InstitutionInput {
    const KIND: Kind = Kind::Institution;

    fn unique_key(&self) -> Option<String> {
        self.edrpou.clone()
    }

    fn taken() -> Code {
        Code::DuplicateEdrpou
    }

    fn check(&self, directory: &Directory, own: Option<Uuid>) -> Vec<Fault> {
        let mut faults = contacts(&self.contacts);
        match &self.edrpou {
            Some(code) => faults.extend(Edrpou::parse(code).err().map(|fault| fault.at("/edrpou"))),
            None if !self.provisional => {
                faults.push(Fault::at("/edrpou", "required", text!("institution-edrpou-needed")))
            }
            None => {}
        }
        for (index, id) in self.represents.iter().enumerate() {
            if own == Some(*id) || !directory.institutions.contains_key(id) {
                faults.push(Fault::at(
                    format!("/represents/{index}"),
                    "unknown_institution",
                    text!("institution-other-unknown"),
                ));
            }
        }
        faults
    }
}

impl Entry for TeamInput {
    const KIND: Kind = Kind::Team;

    fn unique_key(&self) -> Option<String> {
        // So that there is never a second one.
        self.coordinator.then(|| "coordinator".to_owned())
    }

    fn keep_from(&mut self, held: Self) {
        let (most, is_bounded_anew) = (self.most_by_own_word(), self.capacity != held.capacity);
        let kept = held.availability.map(|word| Availability {
            capacity: word.capacity.map(|said| if is_bounded_anew { said.min(most) } else { said }),
            ..word
        });
        self.availability = self.availability.take().or(kept);
    }

    fn check(&self, directory: &Directory, own: Option<Uuid>) -> Vec<Fault> {
        let mut faults = contacts(&self.contacts);
        faults.extend(self.duty_hours.iter().flat_map(|hours| check_duty_hours(hours, "/duty_hours")));
        match self.participant_id {
            Some(id) if !directory.participants.contains_key(&id) => {
                faults.push(Fault::at("/participant_id", "unknown_participant", text!("team-participant-unknown")))
            }
            None if !self.coordinator => {
                faults.push(Fault::at("/participant_id", "required", text!("team-participant-needed")))
            }
            _ => {}
        }
        for (index, language) in self.languages.iter().enumerate() {
            if !(matches!(language.len(), 2 | 3) && language.bytes().all(|byte| byte.is_ascii_lowercase())) {
                faults.push(Fault::at(
                    format!("/languages/{index}"),
                    "language_malformed",
                    text!("team-language-malformed"),
                ));
            }
        }
        let was_coordinator =
            own.is_some_and(|own| directory.teams.iter().any(|team| team.id == own && team.team.coordinator));
        if was_coordinator && !self.coordinator {
            faults.push(Fault::at("/coordinator", "coordinator_needed", text!("team-coordinator-needed")));
        }
        faults
    }
}

fn contacts(contacts: &[DirectoryContact]) -> Vec<Fault> {
    let faulty = |(index, contact): (usize, &DirectoryContact)| {
        let email = contact.email.as_ref()?;
        (!email.validate_email()).then(|| {
            Fault::at(format!("/contacts/{index}/email"), "email_implausible", text!("contact-email-implausible"))
        })
    };
    contacts.iter().enumerate().filter_map(faulty).collect()
}

fn stored<E: Entry>(error: StoreError) -> Problem {
    match error {
        StoreError::Taken { what } if what == "directory_unique_key" => Problem::new(E::taken()),
        other => other.into(),
    }
}

/// Adds an entry. A seed brings the id with it.
///
/// # Errors
/// 422 with all faults, 409 when the key is taken; the store's.
pub fn create<E: Entry>(
    change: &mut Change<'_>,
    directory: &Directory,
    actor: &Actor,
    id: Option<Uuid>,
    entry: &E,
) -> Result<DirectoryRow, Problem> {
    let faults = entry.check(directory, None);
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let row = draft(id.unwrap_or_else(|| clock::new_id(change.now)), entry, change.now)?;
    insert::<E>(change, actor, vec![row.clone()])?;
    Ok(row)
}

/// An entry as a row, not yet written and not yet judged.
///
/// # Errors
/// When it can't be JSON: a defect.
pub fn draft<E: Entry>(id: Uuid, entry: &E, now: Time) -> Result<DirectoryRow, Problem> {
    Ok(DirectoryRow {
        id: Id(id),
        kind: E::KIND.code().into(),
        unique_key: entry.unique_key(),
        active: true,
        version: 1,
        document: Json::of(entry)?,
        created_at: At(now),
        updated_at: At(now),
        on_hold: false,
        joined_to: None,
    })
}

/// Writes entries that were judged.
///
/// # Errors
/// 409 when a key is taken; the store's.
pub fn insert<E: Entry>(change: &mut Change<'_>, actor: &Actor, rows: Vec<DirectoryRow>) -> Result<(), Problem> {
    for row in &rows {
        note(change, actor, row, "created", None);
    }
    let owners: Vec<Uuid> = rows.iter().map(|row| row.id.0).collect();
    DirectoryRow::insert_all(&mut change.tx, rows).map_err(stored::<E>)?;
    if E::KIND != Kind::Participant {
        feeds::open_all(&mut change.tx, &owners)?;
    }
    Ok(())
}

/// Puts an entry in place of what is there.
///
/// # Errors
/// As [`create`].
pub fn replace<E: Entry>(
    change: &mut Change<'_>,
    directory: &Directory,
    actor: &Actor,
    mut row: DirectoryRow,
    mut entry: E,
) -> Result<DirectoryRow, Problem> {
    let faults = entry.check(directory, Some(row.id.0));
    if !faults.is_empty() {
        return Err(faults.into());
    }
    entry.keep_from(row.document.read()?);
    row.unique_key = entry.unique_key();
    row.document = Json::of(&entry)?;
    write::<E>(change, &mut row)?;
    note(change, actor, &row, "changed", None);
    Ok(row)
}

/// Activates or deactivates an entry.
///
/// # Errors
/// 409 for the coordinator's own team; the store's.
pub fn set_active<E: Entry>(
    change: &mut Change<'_>,
    directory: &Directory,
    actor: &Actor,
    mut row: DirectoryRow,
    active: bool,
    reason: &str,
) -> Result<DirectoryRow, Problem> {
    if row.active == active {
        return Ok(row);
    }
    if E::KIND == Kind::Team && row.unique_key.is_some() {
        return Err(Problem::new(Code::StateConflict).because(text!("team-coordinator-stays")));
    }
    if active && row.joined_to.is_some() {
        return Err(Problem::new(Code::StateConflict).because(text!("institution-joined-already")));
    }
    row.active = active;
    if !active {
        shut_out(change, row.id.0)?;
        if E::KIND == Kind::Participant {
            // Its teams stand and fall with it.
            let teams = directory.teams.iter().filter(|team| team.team.participant_id == Some(row.id.0));
            for team in teams {
                shut_out(change, team.id)?;
            }
        }
    }
    write::<E>(change, &mut row)?;
    note(change, actor, &row, if active { "activated" } else { "deactivated" }, Some(reason));
    Ok(row)
}

/// Puts an institution on hold, or releases it: its clients may still report, and nothing else.
///
/// # Errors
/// The store's.
pub fn set_hold(
    change: &mut Change<'_>,
    actor: &Actor,
    mut row: DirectoryRow,
    on_hold: bool,
    reason: &str,
) -> Result<DirectoryRow, Problem> {
    if row.on_hold == on_hold {
        return Ok(row);
    }
    row.on_hold = on_hold;
    if on_hold {
        shut_out(change, row.id.0)?;
    }
    write::<InstitutionInput>(change, &mut row)?;
    note(change, actor, &row, if on_hold { "held" } else { "released" }, Some(reason));
    Ok(row)
}

/// Ends the tokens of an owner's clients and takes its open codes back: either may be in the wrong hands, and shall not count
/// again when the owner does. New ones are issued when the right hands are known.
fn shut_out(change: &mut Change<'_>, owner: Uuid) -> Result<(), Problem> {
    credentials::delete_open_codes_of_owner(&mut change.tx, owner)?;
    if clients::end_tokens_of_owner(&mut change.tx, owner, change.now)? > 0 {
        change.gate.clients_version += 1;
    }
    Ok(())
}

fn write<E: Entry>(change: &mut Change<'_>, row: &mut DirectoryRow) -> Result<(), Problem> {
    row.version += 1;
    row.updated_at = At(change.now);
    store::update(&mut change.tx, row, change.now).map_err(stored::<E>)
}

fn note(change: &mut Change<'_>, actor: &Actor, row: &DirectoryRow, what: &str, reason: Option<&str>) {
    change.gate.directory_version += 1;
    let (kind, object) = match (row.kind.as_str(), what) {
        ("participant", "created") => ("participant_created", "participant"),
        ("participant", "changed") => ("participant_changed", "participant"),
        ("participant", "activated") => ("participant_activated", "participant"),
        ("participant", _) => ("participant_deactivated", "participant"),
        ("institution", "created") => ("institution_created", "institution"),
        ("institution", "changed") => ("institution_changed", "institution"),
        ("institution", "activated") => ("institution_activated", "institution"),
        ("institution", "held") => ("institution_held", "institution"),
        ("institution", "released") => ("institution_released", "institution"),
        ("institution", _) => ("institution_deactivated", "institution"),
        (_, "created") => ("team_created", "team"),
        (_, "changed") => ("team_changed", "team"),
        (_, "activated") => ("team_activated", "team"),
        _ => ("team_deactivated", "team"),
    };
    Event::other(kind, object, row.id.0).because(reason).with(json!({"version": row.version})).note(change, actor);
}
