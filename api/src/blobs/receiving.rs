//! A content on its way in: from the body of a request to its place, without ever being in memory as a whole.

use std::io;
use std::sync::Arc;

use actix_web::web;

use super::{Blobs, Incoming, Sha256, Stored, unavailable};
use crate::input::Upload;
use crate::problem::{Code, ErrorItem, Problem};
use zvit_texts::text;

/// So much is gathered before it is written.
const WRITTEN_AT_ONCE: usize = 256 * 1024;

/// Why a content was not taken in. Nothing of it is left.
#[derive(Debug)]
pub enum Refused {
    /// It is larger than it may be.
    TooMuch,
    /// Anything else.
    Because(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Because(problem)
    }
}

/// Takes a body in, of `most` bytes at most, that must have `digest` where one is stated.
///
/// # Errors
/// When it is too large, empty, too slow, broken off or not what its digest says, or can't be kept.
pub async fn receive(
    upload: &mut Upload,
    blobs: Arc<dyn Blobs>,
    most: u64,
    digest: Option<Sha256>,
) -> Result<Stored, Refused> {
    let mut incoming = blocking(move || blobs.begin()).await?;
    let mut gathered = Vec::with_capacity(WRITTEN_AT_ONCE);
    while let Some(chunk) = upload.next().await? {
        if upload.received() > most {
            return Err(Refused::TooMuch);
        }
        gathered.extend_from_slice(&chunk);
        if gathered.len() >= WRITTEN_AT_ONCE {
            (incoming, gathered) = write(incoming, gathered).await?;
        }
    }
    if upload.received() == 0 {
        let detail = text!("attachment-empty");
        return Err(Problem::validation([ErrorItem::pointer("", "empty_file", detail)]).into());
    }
    (incoming, _) = write(incoming, gathered).await?;
    let stored = blocking(move || match digest {
        Some(digest) if incoming.sha256() != digest => Ok(None),
        _ => incoming.finish().map(Some),
    });
    Ok(stored.await?.ok_or_else(mismatch)?)
}

async fn write(
    mut incoming: Box<dyn Incoming>,
    mut gathered: Vec<u8>,
) -> Result<(Box<dyn Incoming>, Vec<u8>), Problem> {
    blocking(move || {
        incoming.write(&gathered)?;
        gathered.clear();
        Ok((incoming, gathered))
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, Problem> {
    web::block(work).await.map_err(Problem::internal)?.map_err(|error| unavailable(&error))
}

fn mismatch() -> Problem {
    let detail = text!("attachment-digest-differs");
    Problem::new(Code::DigestMismatch).error(ErrorItem::header("Content-Digest", "digest_mismatch", detail))
}
