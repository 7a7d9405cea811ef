//! Translations: a text in another language beside its original, which never changes.

use serde_json::json;
use zvit_db::change::Change;
use zvit_db::conversation::{self, Reader};
use zvit_db::rows::{MessageRow, TranslationRow};
use zvit_db::types::{At, Id};
use zvit_domain::conversation::{TranslatedText, Visibility};
use zvit_domain::disclosure::Part;
use zvit_domain::fault::Fault;
use zvit_domain::word::Word;
use zvit_texts::text;

use super::conversation::{circle, seen_alike, side_of, visibility_of};
use super::event::Event;
use super::record::Record;
use crate::actor::Actor;
use crate::clock;
use crate::intake::sha256;
use crate::memory::Directory;
use crate::problem::Problem;
use crate::views::TranslationOf;

/// A translation about to be added.
#[derive(Debug, Clone)]
pub struct NewTranslation {
    /// What is translated.
    pub of: TranslationOf,
    /// Into which language.
    pub language: String,
    /// The translation.
    pub text: String,
    /// Whether a machine made it.
    pub machine: bool,
}

/// What is wrong with naming a text so; `of` stands at `/of`.
pub fn naming_faults(of: &TranslationOf) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, stated, kind) in [
        ("message_id", of.message_id.is_some(), TranslatedText::Message),
        ("assignment_id", of.assignment_id.is_some(), TranslatedText::ResolutionSummary),
    ] {
        let pointer = format!("/of/{name}");
        match (stated, of.kind == kind) {
            (false, true) => faults.push(Fault::at(pointer, "required", text!("translation-name-needed", name = name))),
            (true, false) => faults.push(Fault::at(
                pointer,
                "not_allowed",
                text!("translation-name-not-of-kind", kind = kind.code()),
            )),
            _ => {}
        }
    }
    faults
}

/// The part of the incident that a text belongs to: a translation shows as much as the original.
pub fn part_of(kind: TranslatedText) -> Part {
    match kind {
        TranslatedText::Title => Part::Title,
        TranslatedText::Description => Part::Description,
        TranslatedText::MeasuresTaken => Part::MeasuresTaken,
        TranslatedText::Message => Part::Conversation,
        TranslatedText::ResolutionSummary => Part::Course,
    }
}

/// The text that `of` names in an incident, and with what visibility; of messages as far as `message` is one that the reader
/// may see.
pub fn original<'a>(
    record: &'a Record,
    message: Option<&'a MessageRow>,
    of: &TranslationOf,
) -> Option<(&'a str, Visibility)> {
    let content = &record.content;
    match of.kind {
        TranslatedText::Title => content.title.as_deref().map(|text| (text, Visibility::All)),
        TranslatedText::Description => Some((content.description.as_str(), Visibility::All)),
        TranslatedText::MeasuresTaken => content.measures_taken.as_deref().map(|text| (text, Visibility::All)),
        TranslatedText::Message => {
            message.filter(|row| of.message_id == Some(row.id.0)).map(|row| (row.text.as_str(), visibility_of(row)))
        }
        TranslatedText::ResolutionSummary => {
            let assignment = of.assignment_id.and_then(|id| record.assignment(id))?;
            assignment.summary.as_deref().map(|text| (text, Visibility::All))
        }
    }
}

/// Adds a translation.
///
/// # Errors
/// 422 when there is no such text, or none that the translator may see; the store's.
pub fn add(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Directory,
    actor: &Actor,
    reader: Reader,
    new: NewTranslation,
) -> Result<TranslationRow, Problem> {
    let message = match new.of.message_id {
        Some(id) => conversation::message(&mut change.tx, record.id(), reader, id)?,
        None => None,
    };
    let (text, visibility) =
        original(record, message.as_ref(), &new.of).ok_or_else(|| Problem::from(nothing_there(&new.of)))?;
    let row = TranslationRow {
        id: Id(clock::new_id(change.now)),
        incident_id: record.row.id,
        kind: new.of.kind.code().into(),
        message_id: new.of.message_id.map(Id),
        assignment_id: new.of.assignment_id.map(Id),
        language: new.language,
        text: new.text,
        machine: new.machine,
        source_sha256: sha256(text.as_bytes()),
        author_role: actor.role.code().into(),
        author_name: actor.name.clone(),
        created_at: At(change.now),
    };
    TranslationRow::insert_all(&mut change.tx, vec![row.clone()])?;
    let side = message.as_ref().map_or((actor.role.code(), actor.owner), side_of);
    let event = Event::incident("translation_added", record.id()).with(json!({
        "translation_id": row.id.0, "of": new.of, "language": row.language, "machine": row.machine,
    }));
    seen_alike(event, visibility, side).note(change, actor);
    let circle = circle(record, directory, (part_of(new.of.kind), visibility), side);
    record.stir(change, &["translation"], actor, &circle)?;
    Ok(row)
}

fn nothing_there(of: &TranslationOf) -> Fault {
    let pointer = match of.kind {
        TranslatedText::Message => "/of/message_id",
        TranslatedText::ResolutionSummary => "/of/assignment_id",
        _ => "/of/kind",
    };
    Fault::at(pointer, "nothing_to_translate", text!("translation-of-nothing"))
}
