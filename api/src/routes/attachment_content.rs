//! The bytes of an attachment, given out as a download only.

use std::sync::Arc;

use actix_web::body::SizedStream;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, HeaderValue,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpResponse, get, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zvit_db::attachments;
use zvit_db::rows::AttachmentRow;

use crate::auth::Caller;
use crate::blobs::{Blobs, Chunks, Sha256, hazardous_archive, unavailable};
use crate::input::PathId;
use crate::permission::{GetAttachmentContent, Permission};
use crate::problem::Problem;
use crate::routes::reports::find_for_reader;
use crate::sensitive_reads::sensitive;
use crate::state::App;
use crate::views::FileBytes;

/// Download a file
///
/// Always as a download, never to be shown. A hazardous one comes as a ZIP with the password `infected`. The bytes are checked
/// on their way: if they are no longer what was sent in, the connection breaks off before its end. One that is elsewhere is 404.
#[utoipa::path(
    tag = "incidents", operation_id = "get_attachment_content",
    params(("id" = Uuid, Path, description = "The attachment's id")),
    responses((status = 200, description = "The file's bytes, or the ZIP with it", body = FileBytes, content_type = "application/octet-stream", headers(
        ("Content-Disposition" = String, description = "`attachment`, with the file's name (RFC 6266)"),
        ("Content-Digest" = Option<String>, description = "SHA-256 of the bytes (RFC 9530); not of a ZIP"),
    ))),
)]
#[get("/v1/attachments/{id}/content")]
pub async fn get_attachment_content(
    caller: Caller<GetAttachmentContent>,
    id: PathId,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (actor, id, directory) = (caller.actor(), id.0, app.directory());
    let (row, reads) = app
        .read(move |tx| {
            let row = attachments::find(tx, id)?.ok_or_else(Problem::not_found)?;
            let incident = find_for_reader(tx, &directory, &actor, row.incident_id.0)?;
            Ok((row, sensitive([&incident], actor.owner)))
        })
        .await?;
    if row.external_url.is_some() {
        return Err(Problem::not_found());
    }
    let blobs = app.attachments.blobs()?;
    app.note_reads(&caller, GetAttachmentContent::OPERATION.id, reads).await?;
    let hash = Sha256::try_from(row.sha256.as_slice()).map_err(Problem::internal)?;
    if row.hazardous { as_archive(&app, &row, hash, blobs).await } else { as_it_is(&row, hash, blobs).await }
}

async fn as_it_is(row: &AttachmentRow, hash: Sha256, blobs: Arc<dyn Blobs>) -> Result<HttpResponse, Problem> {
    let opened = web::block(move || blobs.open(&hash)).await.map_err(Problem::internal)?;
    let file = opened.map_err(|error| unavailable(&error))?;
    let size = u64::try_from(row.size).unwrap_or(0);
    let mut answer = download(&row.filename, size, Chunks::checked(file, size, hash));
    let (headers, base64) = (answer.headers_mut(), STANDARD.encode(hash));
    if let Ok(value) = HeaderValue::try_from(format!("sha-256=:{base64}:")) {
        headers.insert(CONTENT_DIGEST, value);
    }
    if let Ok(value) = HeaderValue::try_from(format!("\"{}\"", crate::hex(&hash))) {
        headers.insert(ETAG, value);
    }
    Ok(answer)
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
    Ok(download(&format!("{}.zip", row.filename), size, Chunks::plain(Box::new(file), size)))
}

const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");

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
fn download(filename: &str, size: u64, chunks: Chunks) -> HttpResponse {
    let name = utf8_percent_encode(filename, ATTR_CHAR);
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/octet-stream"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{name}")))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(SizedStream::new(size, chunks))
}
