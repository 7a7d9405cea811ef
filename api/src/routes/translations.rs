//! Translations of an incident's texts.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_db::conversation::translations_of;
use zvit_db::rows::TranslationRow;
use zvit_domain::conversation::{TranslatedText, language_tag};
use zvit_domain::disclosure::{Part, Parts};
use zvit_domain::fault::Fault;
use zvit_domain::vocabulary::Role;
use zvit_domain::word::Word;

use crate::actor::Actor;
use crate::auth::Caller;
use crate::cursor::{ListKind, Scope};
use crate::flows::conversation::reader;
use crate::flows::disclosure::{check, of_holder};
use crate::flows::idempotency::{Kept, once};
use crate::flows::record::Record;
use crate::flows::translate::{NewTranslation, add, naming_faults, original, part_of};
use crate::input::{Body, IdempotencyKey, PathId, Query, Schemas};
use crate::intake::{request_key, sha256};
use crate::memory::Directory;
use crate::permission::{AddTranslation, ListTranslations, Permission};
use crate::problem::Problem;
use crate::reply;
use crate::routes::messages::{check_party, cut};
use crate::routes::reports::{PartQuery, find_for_party};
use crate::sensitive_reads::sensitive;
use crate::state::App;
use crate::views::{Author, Translation, TranslationList, TranslationOf};

/// Which text is translated.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TranslationOfInput {
    /// The kind of text.
    pub kind: TranslatedText,
    /// Which message: of the kind `message` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub message_id: Option<Uuid>,
    /// Whose summary, by the assignment (to its team the case): of the kind `resolution_summary` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub assignment_id: Option<Uuid>,
}

/// A text in another language.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TranslationInput {
    /// What is translated.
    pub of: TranslationOfInput,
    /// The language of the translation (BCP 47).
    #[schema(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$", max_length = 35, example = "en")]
    pub language: String,
    /// The translation.
    #[schema(min_length = 1, max_length = 40_000, pattern = r"\S")]
    pub text: String,
    /// Whether a machine made it.
    pub machine: bool,
}

/// Add a translation
///
/// By an assigned team or the coordinator, of any text of the incident that it may see. The original stays as it is; whoever sees
/// the original sees the translation.
#[utoipa::path(
    tag = "incidents", operation_id = "add_translation",
    params(
        ("id" = Uuid, Path, description = "The incident's id"),
        ("Idempotency-Key" = String, Header, description = "8 to 128 visible characters, the same for every repetition", min_length = 8, max_length = 128),
    ),
    request_body(content = TranslationInput, example = json!({
        "of": {"kind": "description"}, "language": "en", "text": "The files on the servers of the registry office are encrypted.", "machine": false
    })),
    responses((status = 201, description = "The translation", body = Translation, headers(
        ("Location" = String, description = "Where the translations are"),
        ("Idempotency-Replayed" = String, description = "`true` when this answer was given before"),
    ))),
)]
#[post("/v1/incidents/{id}/translations")]
pub async fn add_translation(
    caller: Caller<AddTranslation>,
    id: PathId,
    key: IdempotencyKey,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (actor, id) = (caller.actor(), id.0);
    check_party(&app, &caller, id).await?;
    let checked = body.json::<TranslationInput>(&schemas)?;
    let raw = checked.raw.clone();
    let named = &checked.value.of;
    let of = TranslationOf { kind: named.kind, message_id: named.message_id, assignment_id: named.assignment_id };
    let faults: Vec<Fault> = naming_faults(&of);
    let input = checked.strict(faults)?;
    let key = request_key(&caller, format!("POST /v1/incidents/{id}/translations"), key.required()?, &raw);
    let new = NewTranslation { of, language: language_tag(&input.language), text: input.text, machine: input.machine };
    let answer = app
        .change(move |change, memory| {
            once(change, Some(&key), |change| {
                let directory = memory.directory_for(change)?;
                let row = find_for_party(&mut change.tx, &directory, &actor, id)?;
                check(&mut change.tx, &directory, &actor, &row, part_of(new.of.kind))?;
                let reader = reader(&actor, &row);
                let mut record = Record::load(&mut change.tx, row)?;
                let row = add(change, &mut record, &directory, &actor, reader, new)?;
                let kept = Kept::new(201, &show(&row, false))?;
                Ok(kept.at(format!("/v1/incidents/{id}/translations")).about(id))
            })
        })
        .await?;
    Ok(reply::kept(answer))
}

/// List the translations of an incident's texts
///
/// Oldest first, of every text that the caller may see. `outdated` says that the original was changed after it was translated.
#[utoipa::path(
    tag = "incidents", operation_id = "list_translations",
    params(("id" = Uuid, Path, description = "The incident's id"), PartQuery),
    responses((status = 200, description = "A page of translations", body = TranslationList)),
)]
#[get("/v1/incidents/{id}/translations")]
pub async fn list_translations(
    caller: Caller<ListTranslations>,
    id: PathId,
    query: Query<PartQuery>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (actor, id) = (caller.actor(), id.0);
    let (store, directory) = (app.store_id, app.directory());
    let (list, reads) = app
        .read(move |tx| {
            let incident = find_for_party(tx, &directory, &actor, id)?;
            let record = Record::load(tx, incident.clone())?;
            let shown = shown(&record, &directory, &actor)?;
            let reads = sensitive([&incident], actor.owner);
            let query = query.checked()?;
            let scope = Scope { kind: ListKind::Translations, store, owner: id };
            let after = scope.id(query.cursor.as_deref())?;
            let kinds = TranslatedText::ALL.iter().filter(|kind| shown.has(part_of(**kind)));
            let kinds: Vec<&str> = kinds.map(|kind| kind.code()).collect();
            let sight = (reader(&actor, &incident), kinds.as_slice());
            let mut rows = translations_of(tx, id, sight, after, i64::from(query.limit) + 1)?;
            let next_cursor = cut(&mut rows, query.limit, &scope, |row| row.id);
            let items = rows.iter().map(|row| show(row, is_outdated(&record, row))).collect();
            Ok((TranslationList { items, next_cursor }, reads))
        })
        .await?;
    app.note_reads(&caller, ListTranslations::OPERATION.id, reads).await?;
    reply::json(&list)
}

/// The parts whose translations the caller is shown. A team that is shown none of the texts is told what opens them.
fn shown(record: &Record, directory: &Directory, actor: &Actor) -> Result<Parts, Problem> {
    let (Role::Team, Some(team)) = (actor.role, actor.owner) else { return Ok(Parts::all()) };
    let disclosed = of_holder(record, directory, team);
    let has_any = TranslatedText::ALL.iter().any(|kind| disclosed.has(part_of(*kind)));
    if has_any { Ok(disclosed.parts()) } else { disclosed.require(Part::Description).map(|()| Parts::NONE) }
}

/// Whether the original says something else by now. Messages never change.
fn is_outdated(record: &Record, row: &TranslationRow) -> bool {
    row.message_id.is_none()
        && original(record, None, &of(row)).is_none_or(|(text, _)| sha256(text.as_bytes()) != row.source_sha256)
}

fn of(row: &TranslationRow) -> TranslationOf {
    TranslationOf {
        kind: TranslatedText::from_code(&row.kind).unwrap_or(TranslatedText::Description),
        message_id: row.message_id.map(|id| id.0),
        assignment_id: row.assignment_id.map(|id| id.0),
    }
}

/// A translation as everybody sees it who sees its original.
pub(crate) fn show(row: &TranslationRow, outdated: bool) -> Translation {
    Translation {
        id: row.id.0,
        of: of(row),
        language: row.language.clone(),
        text: row.text.clone(),
        machine: row.machine,
        outdated,
        author: Author { role: row.author_role.clone(), id: None, name: row.author_name.clone() },
        at: row.created_at.0,
    }
}
