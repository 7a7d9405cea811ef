//! Messages about an incident.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_db::conn::Tx;
use zvit_db::conversation::messages_of;
use zvit_db::rows::MessageRow;
use zvit_db::types::Id;
use zvit_domain::conversation::{Visibility, language_tag};
use zvit_domain::fault::Fault;
use zvit_domain::vocabulary::Role;
use zvit_texts::text;

use crate::auth::Caller;
use crate::cursor::{ListKind, Scope};
use crate::flows::conversation::{NewMessage, post, reader_of, visibility_of};
use crate::flows::idempotency::{Kept, once};
use crate::flows::record::Record;
use crate::input::{Body, IdempotencyKey, PathId, Query, Schemas};
use crate::intake::request_key;
use crate::permission::{ListMessages, Permission, PostMessage};
use crate::problem::Problem;
use crate::reply;
use crate::routes::reports::{PartQuery, find_for_reader, find_for_speaker};
use crate::routes::translations;
use crate::sensitive_reads::sensitive;
use crate::state::App;
use crate::views::{Author, Message, MessageList, Translation};

/// What one party says to others.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageInput {
    /// What is said.
    #[schema(min_length = 1, max_length = 20_000, pattern = r"\S")]
    pub text: String,
    /// The language it is written in (BCP 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$", max_length = 35, example = "uk")]
    pub language: Option<String>,
    /// Who may see it: `all` are the institution, the teams and the coordinator; `responders` not the institution;
    /// `coordinator` the coordinator and your own side alone. What the coordinator says so is for the side of the message that it
    /// answers, and without `in_reply_to` for the coordinator alone.
    pub visibility: Visibility,
    /// The message this one answers; it can't be shown to more people than that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub in_reply_to: Option<Uuid>,
}

/// Finds out whether the incident is one of the caller's, before anything else is judged.
///
/// # Errors
/// 404 for what isn't the caller's; the store's.
pub(crate) async fn check_party<P>(app: &web::Data<App>, caller: &Caller<P>, id: Uuid) -> Result<(), Problem> {
    let (actor, directory) = (caller.actor(), app.directory());
    app.read(move |tx| find_for_speaker(tx, &directory, &actor, id).map(drop)).await
}

/// Post a message
///
/// To the other parties of an incident, or to some of them. It never changes; a translation may be put beside it.
#[utoipa::path(
    tag = "incidents", operation_id = "post_message",
    params(
        ("id" = Uuid, Path, description = "The incident's id"),
        ("Idempotency-Key" = String, Header, description = "8 to 128 visible characters, the same for every repetition", min_length = 8, max_length = 128),
    ),
    request_body(content = MessageInput, example = json!({"text": "Чи збереглися журнали проксі за 22 листопада?", "language": "uk", "visibility": "all"})),
    responses((status = 201, description = "The message", body = Message, headers(
        ("Location" = String, description = "Where the messages are"),
        ("Idempotency-Replayed" = String, description = "`true` when this answer was given before"),
    ))),
)]
#[post("/v1/incidents/{id}/messages")]
pub async fn post_message(
    caller: Caller<PostMessage>,
    id: PathId,
    key: IdempotencyKey,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (actor, id) = (caller.actor(), id.0);
    check_party(&app, &caller, id).await?;
    let checked = body.json::<MessageInput>(&schemas)?;
    let raw = checked.raw.clone();
    let mut faults: Vec<Fault> = Vec::new();
    if actor.role == Role::Institution && checked.value.visibility == Visibility::Responders {
        faults.push(Fault::at("/visibility", "not_allowed", text!("message-for-responders")));
    }
    let input = checked.strict(faults)?;
    let key = request_key(&caller, format!("POST /v1/incidents/{id}/messages"), key.required()?, &raw);
    let language = input.language.as_deref().map(language_tag);
    let message =
        NewMessage { text: input.text, language, visibility: input.visibility, in_reply_to: input.in_reply_to };
    let answer = app
        .change(move |change, memory| {
            once(change, Some(&key), |change| {
                let directory = memory.directory_for(change)?;
                let row = find_for_speaker(&mut change.tx, &directory, &actor, id)?;
                let mut record = Record::load(&mut change.tx, row)?;
                let row = post(change, &mut record, &directory, &actor, message)?;
                let kept = Kept::new(201, &show(&row, Vec::new()))?;
                Ok(kept.at(format!("/v1/incidents/{id}/messages")).about(id))
            })
        })
        .await?;
    Ok(reply::kept(answer))
}

/// List the messages about an incident
///
/// Oldest first, as far as the caller may see them, each with its translations. A team that supports and is not shown the conversation
/// sees its own and what answers them in confidence.
#[utoipa::path(
    tag = "incidents", operation_id = "list_messages",
    params(("id" = Uuid, Path, description = "The incident's id"), PartQuery),
    responses((status = 200, description = "A page of messages", body = MessageList)),
)]
#[get("/v1/incidents/{id}/messages")]
pub async fn list_messages(
    caller: Caller<ListMessages>,
    id: PathId,
    query: Query<PartQuery>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (actor, id) = (caller.actor(), id.0);
    let (store, directory) = (app.store_id, app.directory());
    let (list, reads) = app
        .read(move |tx| {
            let (incident, heard) = find_for_reader(tx, &directory, &actor, id)?;
            let query = query.checked()?;
            let scope = Scope { kind: ListKind::Messages, store, owner: id };
            let after = scope.id(query.cursor.as_deref())?;
            let reader = reader_of(heard, &actor, &incident);
            let mut rows = messages_of(tx, id, reader, after, i64::from(query.limit) + 1)?;
            let next_cursor = cut(&mut rows, query.limit, &scope, |row| row.id);
            let items = with_translations(tx, &rows)?;
            Ok((MessageList { items, next_cursor }, sensitive([&incident], actor.owner)))
        })
        .await?;
    app.note_reads(&caller, ListMessages::OPERATION.id, reads).await?;
    reply::json(&list)
}

/// Cuts a page to its limit; the cursor, if there is more.
pub(crate) fn cut<T>(rows: &mut Vec<T>, limit: u32, scope: &Scope, id: impl Fn(&T) -> Id) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or(50);
    let more = rows.len() > limit;
    rows.truncate(limit);
    rows.last().filter(|_| more).map(|row| scope.encode(id(row).0.as_bytes()))
}

fn with_translations(tx: &mut Tx<'_>, rows: &[MessageRow]) -> Result<Vec<Message>, Problem> {
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    let found = zvit_db::conversation::translations_of_messages(tx, &ids)?;
    let of = |row: &MessageRow| {
        let own = found.iter().filter(|translation| translation.message_id == Some(row.id));
        // A message never changes, so none of its translations is out of date.
        own.map(|translation| translations::show(translation, false)).collect()
    };
    Ok(rows.iter().map(|row| show(row, of(row))).collect())
}

fn show(row: &MessageRow, translations: Vec<Translation>) -> Message {
    Message {
        id: row.id.0,
        at: row.created_at.0,
        author: Author {
            role: row.author_role.clone(),
            id: row.author_owner.map(|id| id.0),
            name: row.author_name.clone(),
        },
        visibility: visibility_of(row),
        in_reply_to: row.in_reply_to.map(|id| id.0),
        language: row.language.clone(),
        text: row.text.clone(),
        translations,
    }
}
