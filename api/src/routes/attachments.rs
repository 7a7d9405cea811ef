//! Files that belong to an incident: sent in a stream and kept by their hash.

use std::sync::Arc;

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use zvit_db::attachments;
use zvit_db::idempotency::KeyOf;
use zvit_db::rows::AttachmentRow;
use zvit_domain::conversation::{AttachmentKind, safe_filename};
use zvit_domain::fault::Fault;
use zvit_domain::report::limits::ATTACHMENT_BYTES;
use zvit_domain::word::Word;
use zvit_texts::text;

use crate::actor::Actor;
use crate::auth::Caller;
use crate::blobs::{Blobs, Refused, Sha256, Stored, receive};
use crate::cursor::{ListKind, Scope};
use crate::flows::attach::{NewAttachment, add, forget, no_room, owner_of, room};
use crate::flows::disclosure::Heard;
use crate::flows::idempotency::{Kept, RequestKey, once};
use crate::flows::record::Record;
use crate::input::{Body, IdempotencyKey, PathId, Query, Schemas, Upload};
use crate::intake::{request_key, sha256};
use crate::permission::{AddAttachment, AddExternalAttachment, ListAttachments, Permission};
use crate::problem::{Code, Problem};
use crate::reply;
use crate::routes::messages::{check_party, cut};
use crate::routes::reports::{PartQuery, find_for_reader, find_for_speaker};
use crate::sensitive_reads::sensitive;
use crate::state::App;
use crate::views::{Attachment, AttachmentList, Author, ExternalLocation, FileBytes};

/// The largest file that is kept here.
const LARGEST: u64 = ATTACHMENT_BYTES as u64;

/// What is said about a file that is sent.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AttachmentQuery {
    /// What the file is called; a path before it is dropped.
    #[param(min_length = 1, max_length = 200)]
    filename: String,
    /// What it is.
    kind: AttachmentKind,
    /// Whether opening it may do harm: then it leaves as a ZIP with the password `infected`.
    #[serde(default)]
    #[param(default = false)]
    hazardous: bool,
}

/// A file that is elsewhere, because it is larger than what is kept here.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExternalAttachmentInput {
    /// What the file is called; a path before it is dropped.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub filename: String,
    /// What it is.
    pub kind: AttachmentKind,
    /// Whether opening it may do harm.
    #[serde(default)]
    pub hazardous: bool,
    /// Where it can be fetched. This service never looks there.
    #[schema(
        pattern = "^https://[!-~]+$",
        min_length = 10,
        max_length = 2000,
        example = "https://files.example/dump.raw"
    )]
    pub url: String,
    /// SHA-256 of its bytes, hexadecimal.
    #[schema(
        pattern = "^[0-9a-fA-F]{64}$",
        min_length = 64,
        max_length = 64,
        example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )]
    pub sha256: String,
    /// Its size in bytes.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64, example = 8_589_934_592_u64)]
    pub size: u64,
}

/// Send a file
///
/// Up to 32 MiB, as it is: `Content-Type: application/octet-stream`, its name and kind in the query. With `Content-Digest`
/// (RFC 9530, `sha-256=:…:`) the bytes are checked against it. The parties of the incident can download it; nothing here ever
/// opens or shows it.
#[utoipa::path(
    tag = "incidents", operation_id = "add_attachment",
    params(
        ("id" = Uuid, Path, description = "The incident's id"),
        AttachmentQuery,
        ("Idempotency-Key" = String, Header, description = "8 to 128 visible characters, the same for every repetition", min_length = 8, max_length = 128),
        ("Content-Digest" = Option<String>, Header),
    ),
    request_body(content = FileBytes, content_type = "application/octet-stream", description = "The file's bytes"),
    responses((status = 201, description = "The attachment", body = Attachment, headers(
        ("Location" = String, description = "Where the file can be fetched"),
        ("Idempotency-Replayed" = String, description = "`true` when this answer was given before"),
    ))),
)]
#[post("/v1/incidents/{id}/attachments")]
pub async fn add_attachment(
    caller: Caller<AddAttachment>,
    id: PathId,
    query: Query<AttachmentQuery>,
    key: IdempotencyKey,
    mut upload: Upload,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let taken = take(&caller, id.0, query, &key, &mut upload, &app).await;
    if taken.is_err() {
        upload.drain().await;
    }
    taken
}

/// Judges what can be judged before the bytes, takes them in, and writes the attachment.
async fn take(
    caller: &Caller<AddAttachment>,
    id: Uuid,
    query: Query<AttachmentQuery>,
    key: &IdempotencyKey,
    upload: &mut Upload,
    app: &web::Data<App>,
) -> Result<HttpResponse, Problem> {
    check_party(app, caller, id).await?;
    upload.check_media_type()?;
    if upload.declared().is_some_and(|length| length > LARGEST) {
        return Err(too_large());
    }
    let (about, digest) = (query.checked()?, upload.digest()?);
    let key = key.required()?;
    let (actor, quota, blobs) = (caller.actor(), app.attachments.quota, app.attachments.blobs()?);
    let room = {
        let actor = actor.clone();
        app.read(move |tx| Ok(room(tx, &actor, quota)?)).await?
    };
    let is_too_much = |size: u64| room.is_some_and(|room| size > room);
    if upload.declared().is_some_and(is_too_much) {
        return Err(no_room(quota));
    }
    let _sending = app.attachments.admit(actor.key_owner())?;
    let most = room.map_or(LARGEST, |room| room.min(LARGEST));
    let stored = receive(upload, Arc::clone(&blobs), most, digest).await.map_err(|refused| match refused {
        Refused::TooMuch if most < LARGEST => no_room(quota),
        Refused::TooMuch => too_large(),
        Refused::Because(problem) => problem,
    })?;
    let written = match upload.let_in_again() {
        Ok(()) => write(app, actor, id, (about, key), stored, Arc::clone(&blobs)).await,
        Err(problem) => Err(problem),
    };
    if written.is_err() {
        discard(app, blobs, stored.sha256).await;
    }
    written
}

fn too_large() -> Problem {
    Problem::new(Code::PayloadTooLarge).because(text!("attachment-too-large"))
}

/// Writes the attachment of a file that is in its place.
async fn write(
    app: &App,
    actor: Actor,
    id: Uuid,
    (about, key): (AttachmentQuery, String),
    stored: Stored,
    blobs: Arc<dyn Blobs>,
) -> Result<HttpResponse, Problem> {
    let new = NewAttachment {
        filename: safe_filename(&about.filename),
        kind: about.kind,
        hazardous: about.hazardous || about.kind == AttachmentKind::MalwareSample,
        size: stored.size,
        sha256: stored.sha256,
        external_url: None,
    };
    // The same request is the same bytes with the same things said about them.
    let said = format!("{} {} {}", new.kind, new.hazardous, new.filename);
    let key = RequestKey {
        of: KeyOf { owner: actor.key_owner(), operation: format!("POST /v1/incidents/{id}/attachments"), key },
        body_sha256: sha256(&[stored.sha256.as_slice(), said.as_bytes()].concat()),
        derived: false,
    };
    let quota = app.attachments.quota;
    let answer = app
        .change(move |change, memory| {
            once(change, Some(&key), |change| {
                let directory = memory.directory_for(change)?;
                let row = find_for_speaker(&mut change.tx, &directory, &actor, id)?;
                let mut record = Record::load(&mut change.tx, row)?;
                let row = add(change, &mut record, &directory, &actor, new, (Some(blobs.as_ref()), quota))?;
                kept(&row)
            })
        })
        .await?;
    Ok(reply::kept(answer))
}

fn kept(row: &AttachmentRow) -> Result<Kept, Problem> {
    let kept = Kept::new(201, &show(row))?.about(row.incident_id.0);
    Ok(kept.at(match row.external_url {
        Some(_) => format!("/v1/incidents/{}/attachments", row.incident_id.0),
        None => format!("/v1/attachments/{}/content", row.id.0),
    }))
}

/// Takes a file away again that came in for nothing. If that fails, the worker does it later.
async fn discard(app: &App, blobs: Arc<dyn Blobs>, sha256: Sha256) {
    let gone = app.change(move |change, _| forget(change, blobs.as_ref(), &[sha256], None)).await;
    if let Err(problem) = gone {
        log::warn!("a file that no attachment needs is left for later: {problem}");
    }
}

/// Name a file that is elsewhere
///
/// For what is larger than 32 MiB: where it can be fetched, its size and SHA-256. This service never looks there. One party may name
/// 100 at an incident, one institution or team 2,000 in all; beyond that `409` `quota_exceeded`.
#[utoipa::path(
    tag = "incidents", operation_id = "add_external_attachment",
    params(
        ("id" = Uuid, Path, description = "The incident's id"),
        ("Idempotency-Key" = String, Header, description = "8 to 128 visible characters, the same for every repetition", min_length = 8, max_length = 128),
    ),
    request_body(content = ExternalAttachmentInput, example = json!({
        "filename": "memory.raw", "kind": "memory_image", "hazardous": true, "url": "https://files.example/memory.raw",
        "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "size": 8589934592_u64
    })),
    responses((status = 201, description = "The attachment", body = Attachment, headers(
        ("Location" = String, description = "Where the attachments are"),
        ("Idempotency-Replayed" = String, description = "`true` when this answer was given before"),
    ))),
)]
#[post("/v1/incidents/{id}/attachments/external")]
pub async fn add_external_attachment(
    caller: Caller<AddExternalAttachment>,
    id: PathId,
    key: IdempotencyKey,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (actor, id) = (caller.actor(), id.0);
    check_party(&app, &caller, id).await?;
    let checked = body.json::<ExternalAttachmentInput>(&schemas)?;
    let raw = checked.raw.clone();
    let (hash, mut faults) = (read_sha256(&checked.value.sha256), Vec::new());
    faults.extend(check_url(&checked.value.url));
    let input = checked.strict(faults)?;
    let key = request_key(&caller, format!("POST /v1/incidents/{id}/attachments/external"), key.required()?, &raw);
    let new = NewAttachment {
        filename: safe_filename(&input.filename),
        kind: input.kind,
        hazardous: input.hazardous,
        size: input.size,
        sha256: hash.ok_or_else(|| Problem::internal("a hash that the schema took can't be read"))?,
        external_url: Some(input.url),
    };
    let answer = app
        .change(move |change, memory| {
            once(change, Some(&key), |change| {
                let directory = memory.directory_for(change)?;
                let row = find_for_speaker(&mut change.tx, &directory, &actor, id)?;
                let mut record = Record::load(&mut change.tx, row)?;
                kept(&add(change, &mut record, &directory, &actor, new, (None, 0))?)
            })
        })
        .await?;
    Ok(reply::kept(answer))
}

/// An address with a host, and without a user and a password in it, which everybody would read. It stands in the text as every
/// reader of addresses understands it: some take `\` for `/`, and leave out what is empty before `@`.
fn check_url(text: &str) -> Option<Fault> {
    let authority = text.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or("");
    let url = url::Url::parse(text).ok().filter(|url| url.scheme() == "https" && url.has_host());
    let is_plain = url.is_some() && !authority.is_empty() && !authority.contains(['@', '\\']);
    (!is_plain).then(|| Fault::at("/url", "url_malformed", text!("attachment-address-malformed")))
}

fn read_sha256(text: &str) -> Option<Sha256> {
    crate::blobs::read_hex(&text.to_ascii_lowercase())
}

/// List the files of an incident
///
/// Oldest first. With `external_location` a file is elsewhere. A team that supports and is not shown the conversation sees its own.
#[utoipa::path(
    tag = "incidents", operation_id = "list_attachments",
    params(("id" = Uuid, Path, description = "The incident's id"), PartQuery),
    responses((status = 200, description = "A page of attachments", body = AttachmentList)),
)]
#[get("/v1/incidents/{id}/attachments")]
pub async fn list_attachments(
    caller: Caller<ListAttachments>,
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
            let scope = Scope { kind: ListKind::Attachments, store, owner: id };
            let after = scope.id(query.cursor.as_deref())?;
            let of_whom = match heard {
                Heard::Conversation => None,
                Heard::OwnWords(team) => Some(team),
            };
            let mut rows = attachments::of(tx, id, of_whom, after, i64::from(query.limit) + 1)?;
            let next_cursor = cut(&mut rows, query.limit, &scope, |row| row.id);
            let items = rows.iter().map(show).collect();
            Ok((AttachmentList { items, next_cursor }, sensitive([&incident], actor.owner)))
        })
        .await?;
    app.note_reads(&caller, ListAttachments::OPERATION.id, reads).await?;
    reply::json(&list)
}

fn show(row: &AttachmentRow) -> Attachment {
    Attachment {
        id: row.id.0,
        filename: row.filename.clone(),
        size: u64::try_from(row.size).unwrap_or(0),
        sha256: crate::hex(&row.sha256),
        kind: AttachmentKind::from_code(&row.kind).unwrap_or(AttachmentKind::Other),
        hazardous: row.hazardous,
        uploaded_at: row.uploaded_at.0,
        uploaded_by: Author { role: row.uploaded_role.clone(), id: owner_of(row), name: row.uploaded_name.clone() },
        external_location: row.external_url.clone().map(|url| ExternalLocation { url }),
    }
}
