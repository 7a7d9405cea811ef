//! Notices to people: what is to be told to whom, written in the change that gives rise to it. What becomes of them is in
//! `outbox.rs`.

use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::error::Result;
use zvit_db::notices;
use zvit_db::rows::NoticeRow;
use zvit_db::types::{At, Id};
use zvit_domain::directory::DirectoryContact;
pub use zvit_domain::notice::Occasion;
use zvit_domain::notice::{Channel, NoticeState};
use zvit_domain::time::Time;

use crate::clock;
use crate::memory::Directory;

/// Whose contacts are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// Those of a team.
    Team(Uuid),
    /// Those of an institution.
    Institution(Uuid),
    /// Those of the coordinator's own team.
    Coordinator,
}

/// What a notice may say of an incident: nothing else of it leaves the service by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About<'a> {
    /// The incident; none for a notice about the service as a whole.
    pub incident: Option<Uuid>,
    /// Its reference.
    pub reference: Option<&'a str>,
    /// Its level.
    pub level: Option<u8>,
    /// The team's case, for a team.
    pub case: Option<Uuid>,
    /// What must be done until when.
    pub deadline: Option<Time>,
}

/// The contacts of a team or an institution, and what they are told of when they don't say.
struct Audience<'a> {
    owner: Uuid,
    contacts: &'a [DirectoryContact],
    by_default: &'static [Occasion],
}

/// Tells the contacts that want to know of it: a row of the outbox for each, in this change.
///
/// # Errors
/// The store's.
pub fn announce(
    change: &mut Change<'_>,
    directory: &Directory,
    occasion: Occasion,
    recipient: Recipient,
    about: &About<'_>,
) -> Result<()> {
    let mut rows = rows(directory, occasion, recipient, about, false, change.now);
    if rows.is_empty() {
        return Ok(());
    }
    let exercise = match about.incident {
        Some(incident) => notices::is_exercise(&mut change.tx, incident)?.unwrap_or(false),
        None => false,
    };
    for row in &mut rows {
        row.exercise = exercise;
    }
    NoticeRow::insert_all(&mut change.tx, rows)
}

/// The rows of the outbox, for whoever writes several at once. Two contacts with the same address are told once.
pub fn rows(
    directory: &Directory,
    occasion: Occasion,
    recipient: Recipient,
    about: &About<'_>,
    exercise: bool,
    now: Time,
) -> Vec<NoticeRow> {
    let Some(audience) = audience(directory, recipient) else { return Vec::new() };
    let mut rows: Vec<NoticeRow> = Vec::new();
    for (channel, target) in audience.contacts.iter().flat_map(|one| one.channels(occasion, audience.by_default)) {
        let channel = channel.to_string();
        if rows.iter().any(|row| row.channel == channel && row.target == target) {
            continue;
        }
        rows.push(NoticeRow {
            id: Id(clock::new_id(now)),
            occasion: occasion.to_string(),
            channel,
            target: target.to_owned(),
            owner: Id(audience.owner),
            incident_id: about.incident.map(Id),
            case_id: about.case.map(Id),
            reference: about.reference.map(str::to_owned),
            level: about.level.map(i32::from),
            deadline: about.deadline.map(At),
            exercise,
            state: NoticeState::Pending.to_string(),
            attempts: 0,
            created_at: At(now),
            next_try_at: Some(At(now)),
            lease: None,
            sent_at: None,
            last_error: None,
            passed_at: None,
            digest_id: None,
            gathers_until: None,
            gathered: None,
            settled_at: None,
        });
    }
    rows
}

fn audience(directory: &Directory, recipient: Recipient) -> Option<Audience<'_>> {
    let is_meant = |id: Uuid, is_coordinator: bool| match recipient {
        Recipient::Team(team) => team == id,
        Recipient::Coordinator => is_coordinator,
        Recipient::Institution(_) => false,
    };
    if let Recipient::Institution(id) = recipient {
        // Mail of one on hold may be read by whoever holds its credentials.
        let institution =
            directory.institutions.get(&id).filter(|institution| institution.active && !institution.on_hold)?;
        return Some(Audience { owner: id, contacts: &institution.entry.contacts, by_default: &[] });
    }
    let team = directory.teams.iter().find(|entry| is_meant(entry.id, entry.team.coordinator))?;
    Some(Audience { owner: team.id, contacts: &team.team.contacts, by_default: Occasion::URGENT })
}

/// Whether this is still the address of a contact of `owner`: who has left is told nothing more.
pub fn is_contact(directory: &Directory, owner: Uuid, channel: Channel, target: &str) -> bool {
    let of_institution = directory.institutions.get(&owner).map(|institution| &institution.entry.contacts);
    let of_team = || directory.teams.iter().find(|entry| entry.id == owner).map(|entry| &entry.team.contacts);
    let contacts = of_institution.or_else(of_team).into_iter().flatten();
    contacts.flat_map(DirectoryContact::targets).any(|found| found == (channel, target))
}
