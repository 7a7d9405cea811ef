//! The bytes of an attachment, given out as a download only.

use std::io::SeekFrom;
use std::sync::Arc;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpResponse, get, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zvit_db::attachments;
use zvit_db::rows::AttachmentRow;

use crate::auth::Caller;
use crate::blobs::{Blobs, Chunks, Sha256, hazardous_archive, unavailable};
use crate::input::{IfNoneMatch, Part, PathId, Range, etag};
use crate::permission::{GetAttachmentContent, Permission};
use crate::problem::Problem;
use crate::reply;
use crate::routes::reports::find_for_reader;
use crate::sensitive_reads::sensitive;
use crate::state::App;
use crate::views::FileBytes;

/// Download a file
///
/// Always as a download, never to be shown. A hazardous one comes as a ZIP with the password `infected`. The bytes are checked
/// on their way: if they are no longer what was sent in, the connection breaks off before its end. A download that broke off goes on
/// with `Range`; a ZIP is always sent whole. A part is not checked here: check the whole by its SHA-256. One that is elsewhere is 404.
#[utoipa::path(
    tag = "incidents", operation_id = "get_attachment_content",
    params(
        ("id" = Uuid, Path, description = "The attachment's id"),
        ("Range" = Option<String>, Header),
        ("If-Range" = Option<String>, Header),
        ("If-None-Match" = Option<String>, Header),
    ),
    responses(
        (status = 200, description = "The file's bytes, or the ZIP with it", body = FileBytes, content_type = "application/octet-stream", headers(
            ("Content-Disposition" = String, description = "`attachment`, with the file's name (RFC 6266)"),
            ("Content-Digest" = Option<String>, description = "SHA-256 of the bytes (RFC 9530); not of a ZIP"),
        )),
        (status = 206, description = "The part that was asked for", body = FileBytes, content_type = "application/octet-stream", headers(
            ("Content-Disposition" = String, description = "`attachment`, with the file's name (RFC 6266)"),
        )),
        (status = 304, description = "The caller has it already"),
    ),
)]
#[get("/v1/attachments/{id}/content")]
pub async fn get_attachment_content(
    caller: Caller<GetAttachmentContent>,
    id: PathId,
    range: Range,
    if_none_match: IfNoneMatch,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (actor, id, directory) = (caller.actor(), id.0, app.directory());
    let (row, reads) = app
        .read(move |tx| {
            let row = attachments::find(tx, id)?.ok_or_else(Problem::not_found)?;
            let (incident, heard) = find_for_reader(tx, &directory, &actor, row.incident_id.0)?;
            heard.check_owner(row.owner.0)?;
            Ok((row, sensitive([&incident], actor.owner)))
        })
        .await?;
    if row.external_url.is_some() {
        return Err(Problem::not_found());
    }
    let blobs = app.attachments.blobs()?;
    app.note_reads(&caller, GetAttachmentContent::OPERATION.id, reads).await?;
    let hash = Sha256::try_from(row.sha256.as_slice()).map_err(Problem::internal)?;
    if row.hazardous {
        return as_archive(&app, &row, hash, blobs).await;
    }
    // The bytes never change: their hash is the tag.
    let tag = etag(crate::hex(&hash));
    if if_none_match.matches(&tag) {
        return Ok(reply::not_modified(&tag));
    }
    let size = u64::try_from(row.size).unwrap_or(0);
    let mut answer = match range.part(size, &tag)? {
        Some(part) => a_part(&row, hash, blobs, (part, size)).await?,
        None => as_it_is(&row, hash, blobs, size).await?,
    };
    answer.headers_mut().insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Ok(value) = HeaderValue::try_from(tag) {
        answer.headers_mut().insert(ETAG, value);
    }
    Ok(answer)
}

async fn as_it_is(
    row: &AttachmentRow,
    hash: Sha256,
    blobs: Arc<dyn Blobs>,
    size: u64,
) -> Result<HttpResponse, Problem> {
    let opened = web::block(move || blobs.open(&hash)).await.map_err(Problem::internal)?;
    let file = opened.map_err(|error| unavailable(&error))?;
    let mut answer = download(StatusCode::OK, &row.filename, size, Chunks::checked(file, size, hash));
    digest(&mut answer, CONTENT_DIGEST, &hash);
    Ok(answer)
}

async fn a_part(
    row: &AttachmentRow,
    hash: Sha256,
    blobs: Arc<dyn Blobs>,
    (Part { from, length }, size): (Part, u64),
) -> Result<HttpResponse, Problem> {
    let opened = web::block(move || {
        let mut file = blobs.open(&hash)?;
        file.seek(SeekFrom::Start(from)).map(|_| file)
    });
    let file = opened.await.map_err(Problem::internal)?.map_err(|error| unavailable(&error))?;
    let mut answer = download(StatusCode::PARTIAL_CONTENT, &row.filename, length, Chunks::plain(file, length));
    digest(&mut answer, REPR_DIGEST, &hash);
    let last = from + length.saturating_sub(1);
    if let Ok(value) = HeaderValue::try_from(format!("bytes {from}-{last}/{size}")) {
        answer.headers_mut().insert(CONTENT_RANGE, value);
    }
    Ok(answer)
}

/// Says what the bytes have (RFC 9530).
fn digest(answer: &mut HttpResponse, name: HeaderName, hash: &Sha256) {
    if let Ok(value) = HeaderValue::try_from(format!("sha-256=:{}:", STANDARD.encode(hash))) {
        answer.headers_mut().insert(name, value);
    }
}

async fn as_archive(
    app: &App,
    row: &AttachmentRow,
    hash: Sha256,
    blobs: Arc<dyn Blobs>,
) -> Result<HttpResponse, Problem> {
    let leave = Arc::clone(&app.attachments.archives).acquire_owned().await.map_err(Problem::internal)?;
    let filename = row.filename.clone();
    let made = web::block(move || {
        let _leave = leave;
        hazardous_archive(blobs.open(&hash)?, &hash, &filename, blobs.scratch()?)
    });
    let (file, size) = made.await.map_err(Problem::internal)?.map_err(|error| unavailable(&error))?;
    Ok(download(StatusCode::OK, &format!("{}.zip", row.filename), size, Chunks::plain(Box::new(file), size)))
}

const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");
const REPR_DIGEST: HeaderName = HeaderName::from_static("repr-digest");

/// What stands in an `ext-value` as it is (RFC 8187).
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Nothing that is sent in is ever shown in a browser as if it came from here.
fn download(status: StatusCode, filename: &str, size: u64, chunks: Chunks) -> HttpResponse {
    let name = utf8_percent_encode(filename, ATTR_CHAR);
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "application/octet-stream"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{name}")))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(SizedStream::new(size, chunks))
}
