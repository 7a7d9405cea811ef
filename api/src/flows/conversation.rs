//! Messages: a word of one party to the others, which moves the feeds of those alone who may read it.

use serde_json::json;
use uuid::Uuid;
use zvit_db::audit::Audience;
use zvit_db::change::Change;
use zvit_db::conversation::Reader;
use zvit_db::error::Result;
use zvit_db::rows::{IncidentRow, MessageRow};
use zvit_db::types::{At, Id};
use zvit_domain::conversation::Visibility;
use zvit_domain::vocabulary::Role;
use zvit_domain::word::Word;

use super::event::{Event, note_spare};
use super::notices::{About, Occasion, Recipient, announce};
use super::record::{Record, state};
use super::stir::Circle;
use crate::actor::Actor;
use crate::clock;
use crate::memory::Directory;

/// A message about to be posted.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// What it says.
    pub text: String,
    /// The language it says it in.
    pub language: Option<String>,
    /// Who may see it.
    pub visibility: Visibility,
}

/// As whom a party of the incident reads what is said about it.
pub fn reader(actor: &Actor, incident: &IncidentRow) -> Reader {
    match (actor.role, actor.owner) {
        (Role::Coordinator, _) => Reader::Coordinator,
        (Role::Team, Some(team)) => Reader::Team(team),
        (_, Some(own)) if own != incident.institution_id.0 => Reader::Representative,
        _ => Reader::Institution,
    }
}

/// Who may see what was said by `author` with this visibility.
pub fn circle(record: &Record, visibility: Visibility, author: (&str, Option<Uuid>)) -> Circle {
    match visibility {
        Visibility::All => Circle::of(record, true, |_| true),
        Visibility::Responders => Circle::of(record, false, |_| true),
        Visibility::Coordinator => Circle::of(record, author.0 == Role::Institution.code(), |team| {
            author.0 == Role::Team.code() && author.1 == Some(team)
        }),
    }
}

/// The event as those see it who see what it is about.
pub fn seen_alike<'a>(event: Event<'a>, visibility: Visibility, author: (&str, Option<Uuid>)) -> Event<'a> {
    match (visibility, author) {
        (Visibility::All, _) => event,
        (Visibility::Responders, _) => event.seen_by(Audience::Responders),
        (Visibility::Coordinator, ("institution", _)) => event.seen_by(Audience::Institution),
        (Visibility::Coordinator, ("team", Some(team))) => event.for_team(team),
        (Visibility::Coordinator, _) => event.seen_by(Audience::Coordinator),
    }
}

/// Posts a message.
///
/// # Errors
/// The store's.
pub fn post(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Directory,
    actor: &Actor,
    message: NewMessage,
) -> Result<MessageRow> {
    let row = MessageRow {
        id: Id(clock::new_id(change.now)),
        incident_id: record.row.id,
        author_role: actor.role.code().into(),
        author_owner: actor.owner.map(Id),
        author_name: actor.name.clone(),
        visibility: message.visibility.code().into(),
        language: message.language,
        text: message.text,
        created_at: At(change.now),
    };
    MessageRow::insert_all(&mut change.tx, vec![row.clone()])?;
    let author = (actor.role.code(), actor.owner);
    let event = Event::incident("message_posted", record.id())
        .with(json!({"message_id": row.id.0, "visibility": message.visibility}));
    seen_alike(event, message.visibility, author).note(change, actor);
    note_spare(change, actor, record.id(), "message");
    let circle = circle(record, message.visibility, author);
    record.stir(change, &["message"], actor, &circle)?;
    tell(change, record, directory, actor, &circle)?;
    Ok(row)
}

/// Tells those who may see the message and have not written it.
fn tell(
    change: &mut Change<'_>,
    record: &Record,
    directory: &Directory,
    author: &Actor,
    circle: &Circle,
) -> Result<()> {
    let case_of = |team: Uuid| {
        let held = record.assignments.iter().rev().find(|row| row.team_id.0 == team && state(row).is_held());
        held.map(|row| row.id.0)
    };
    let about = |case: Option<Uuid>| About {
        incident: Some(record.id()),
        reference: Some(&record.row.reference),
        level: Some(record.triage.level),
        case,
        deadline: None,
    };
    if circle.institution && author.role != Role::Institution {
        let institution = Recipient::Institution(record.row.institution_id.0);
        announce(change, directory, Occasion::Message, institution, &about(None))?;
    }
    for team in circle.teams.iter().filter(|team| author.owner != Some(**team)) {
        announce(change, directory, Occasion::Message, Recipient::Team(*team), &about(case_of(*team)))?;
    }
    if author.role != Role::Coordinator {
        announce(change, directory, Occasion::Message, Recipient::Coordinator, &about(None))?;
    }
    Ok(())
}
