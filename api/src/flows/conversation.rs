//! Messages: a word of one party to the others, which moves the feeds of those alone who may read it.

use serde_json::json;
use uuid::Uuid;
use zvit_db::audit::Audience;
use zvit_db::change::Change;
use zvit_db::conversation::{self, Reader};
use zvit_db::error::Result;
use zvit_db::rows::{IncidentRow, MessageRow};
use zvit_db::types::{At, Id};
use zvit_domain::conversation::Visibility;
use zvit_domain::disclosure::Part;
use zvit_domain::fault::Fault;
use zvit_domain::vocabulary::Role;
use zvit_domain::word::Word;
use zvit_texts::text;

use super::disclosure::{Heard, heard, of_holder};
use super::event::{Event, note_spare};
use super::notices::{About, Occasion, Recipient, announce};
use super::record::{Record, state};
use super::stir::Circle;
use crate::actor::Actor;
use crate::clock;
use crate::memory::Directory;
use crate::problem::Problem;

/// A message about to be posted.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// What it says.
    pub text: String,
    /// The language it says it in.
    pub language: Option<String>,
    /// Who may see it.
    pub visibility: Visibility,
    /// The message it answers.
    pub in_reply_to: Option<Uuid>,
}

/// As whom a party of the incident reads what is said about it, that may read the conversation.
pub fn reader(actor: &Actor, incident: &IncidentRow) -> Reader {
    match (actor.role, actor.owner) {
        (Role::Coordinator, _) => Reader::Coordinator,
        (Role::Team, Some(team)) => Reader::Team(team),
        (_, Some(own)) if own != incident.institution_id.0 => Reader::Representative,
        _ => Reader::Institution,
    }
}

/// The same, of who hears only this much of the conversation.
pub fn reader_of(heard: Heard, actor: &Actor, incident: &IncidentRow) -> Reader {
    match heard {
        Heard::Conversation => reader(actor, incident),
        Heard::OwnWords(team) => Reader::TeamAlone(team),
    }
}

/// As whom the one who writes reads what it may answer.
fn speaker(record: &Record, directory: &Directory, actor: &Actor) -> Reader {
    let heard = match (actor.role, actor.owner) {
        (Role::Team, Some(team)) => heard(of_holder(record, directory, team), team),
        _ => Heard::Conversation,
    };
    reader_of(heard, actor, &record.row)
}

/// Who may see what was said by, or answers, the side of `role` and `owner` with this visibility, in a text that belongs to this part.
pub fn circle(
    record: &Record,
    directory: &Directory,
    (part, visibility): (Part, Visibility),
    (role, owner): (&str, Option<Uuid>),
) -> Circle {
    let team = owner.filter(|_| role == Role::Team.code());
    let of = |institution, may_see: &dyn Fn(Uuid) -> bool| {
        Circle::of_part(record, directory, (part, team), institution, may_see)
    };
    match visibility {
        Visibility::All => of(true, &|_| true),
        Visibility::Responders => of(false, &|_| true),
        Visibility::Coordinator => of(role == Role::Institution.code(), &|other| team == Some(other)),
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

/// How much is shown to how many: an answer must not show to more people that there is the message it answers.
fn width(visibility: Visibility) -> u8 {
    match visibility {
        Visibility::Coordinator => 0,
        Visibility::Responders => 1,
        Visibility::All => 2,
    }
}

/// The message that one answers, if the one who answers may see it.
fn answered(
    change: &mut Change<'_>,
    incident: Uuid,
    reader: Reader,
    message: &NewMessage,
) -> Result<Option<MessageRow>, Problem> {
    let Some(id) = message.in_reply_to else { return Ok(None) };
    let Some(found) = conversation::message(&mut change.tx, incident, reader, id)? else {
        return Err(vec![Fault::at("/in_reply_to", "unknown_message", text!("message-answers-nothing"))].into());
    };
    if width(message.visibility) > width(visibility_of(&found)) {
        return Err(vec![Fault::at("/visibility", "wider_than_answered", text!("message-wider-than-answered"))].into());
    }
    Ok(Some(found))
}

/// Who may see a message.
pub fn visibility_of(row: &MessageRow) -> Visibility {
    Visibility::from_code(&row.visibility).unwrap_or(Visibility::Coordinator)
}

/// Whose side reads a message that is confidential, beside the coordinator: who wrote it, or whom the coordinator answers.
pub fn side_of(row: &MessageRow) -> (&str, Option<Uuid>) {
    match &row.side_role {
        Some(role) => (role, row.side_owner.map(|id| id.0)),
        None => (&row.author_role, row.author_owner.map(|id| id.0)),
    }
}

/// Posts a message.
///
/// # Errors
/// 422 where it answers what isn't there, or shows it to more people; the store's.
pub fn post(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Directory,
    actor: &Actor,
    message: NewMessage,
) -> Result<MessageRow, Problem> {
    let reader = speaker(record, directory, actor);
    let answered = answered(change, record.id(), reader, &message)?;
    // Only the coordinator is on no side; its confidential answer is for the side that it answers.
    let is_confidential = actor.role == Role::Coordinator && message.visibility == Visibility::Coordinator;
    let side = answered.as_ref().filter(|_| is_confidential).map(side_of);
    let side = side.filter(|(role, _)| *role != Role::Coordinator.code());
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
        in_reply_to: message.in_reply_to.map(Id),
        side_role: side.map(|(role, _)| role.to_owned()),
        side_owner: side.and_then(|(_, owner)| owner).map(Id),
    };
    MessageRow::insert_all(&mut change.tx, vec![row.clone()])?;
    let side = side_of(&row);
    let event = Event::incident("message_posted", record.id())
        .with(json!({"message_id": row.id.0, "visibility": message.visibility}));
    seen_alike(event, message.visibility, side).note(change, actor);
    note_spare(change, actor, record.id(), "message");
    let circle = circle(record, directory, (Part::Conversation, message.visibility), side);
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
