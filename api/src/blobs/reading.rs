//! Contents on their way out: in pieces, each read when the last one was taken, and checked as they go.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::web::Bytes;
use aws_lc_rs::digest::{self, SHA256};
use futures_core::Stream;
use tokio::task::JoinHandle;
use zip::unstable::write::FileOptionsExt;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Content, Sha256};

/// So much is read at once. No thread waits for a slow reader.
const PIECE: usize = 64 * 1024;

/// The password of archives of hazardous files: the one that everybody in the field uses, so that nobody's mail gateway or
/// search index opens them.
const PASSWORD: &[u8] = b"infected";

/// A content in pieces. The last one is held back until the whole is known to be what it was: what a disk has spoilt breaks
/// the connection off before its end, and is never taken for the whole.
pub struct Chunks {
    state: State,
    left: u64,
}

enum State {
    Idle(Source),
    Reading(JoinHandle<io::Result<(Source, Bytes)>>),
    Ended,
}

/// What is read, with what it must be.
struct Source {
    from: Box<dyn Content>,
    digest: Option<(digest::Context, Sha256)>,
}

impl Chunks {
    /// `size` bytes that must have this SHA-256.
    pub fn checked(from: Box<dyn Content>, size: u64, sha256: Sha256) -> Self {
        let digest = Some((digest::Context::new(&SHA256), sha256));
        Self { state: State::Idle(Source { from, digest }), left: size }
    }

    /// `size` bytes that were just made.
    pub fn plain(from: Box<dyn Content>, size: u64) -> Self {
        Self { state: State::Idle(Source { from, digest: None }), left: size }
    }
}

/// Reads the next piece, of `left` bytes; with the last one judges the whole.
fn next(mut source: Source, left: u64) -> io::Result<(Source, Bytes)> {
    let mut piece = vec![0; usize::try_from(left).unwrap_or(PIECE).min(PIECE)];
    source.from.read_exact(&mut piece)?;
    if let Some((context, _)) = &mut source.digest {
        context.update(&piece);
    }
    if piece.len() as u64 == left
        && let Some((context, sha256)) = source.digest.take()
        && context.finish().as_ref() != sha256
    {
        return Err(spoilt(&sha256));
    }
    Ok((source, piece.into()))
}

fn spoilt(sha256: &Sha256) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the content {} is no longer what it was", crate::hex(sha256)))
}

impl Stream for Chunks {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return Poll::Ready(None),
                State::Idle(_) if self.left == 0 => return Poll::Ready(None),
                State::Idle(source) => {
                    let left = self.left;
                    self.state = State::Reading(tokio::task::spawn_blocking(move || next(source, left)));
                }
                State::Reading(mut task) => match Pin::new(&mut task).poll(cx) {
                    Poll::Pending => {
                        self.state = State::Reading(task);
                        return Poll::Pending;
                    }
                    Poll::Ready(read) => {
                        let (source, piece) = match read.map_err(io::Error::other).and_then(|read| read) {
                            Ok(read) => read,
                            Err(error) => {
                                log::error!("attachments: {error}; what was being sent is broken off");
                                return Poll::Ready(Some(Err(error)));
                            }
                        };
                        self.left = self.left.saturating_sub(piece.len() as u64);
                        self.state = State::Idle(source);
                        return Poll::Ready(Some(Ok(piece)));
                    }
                },
            }
        }
    }
}

/// Makes a ZIP of one hazardous file, readable with the password `infected` by every tool, in `scratch`. Gives its size.
///
/// # Errors
/// The system's; `InvalidData` when the content is no longer what it was.
pub fn hazardous_archive(
    mut from: Box<dyn Content>,
    sha256: &Sha256,
    filename: &str,
    mut scratch: File,
) -> io::Result<(File, u64)> {
    // The old cipher, which protects nothing: it is there so that nothing opens the file by itself.
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let options = stored.with_deprecated_encryption(PASSWORD).map_err(io::Error::other)?;
    let mut archive = ZipWriter::new(&mut scratch);
    archive.start_file(filename, options).map_err(io::Error::other)?;
    let (mut context, mut piece) = (digest::Context::new(&SHA256), vec![0; PIECE]);
    loop {
        let count = from.read(&mut piece)?;
        let Some(read) = piece.get(..count).filter(|read| !read.is_empty()) else { break };
        context.update(read);
        archive.write_all(read)?;
    }
    archive.finish().map_err(io::Error::other)?;
    if context.finish().as_ref() != sha256 {
        return Err(spoilt(sha256));
    }
    let size = scratch.stream_position()?;
    scratch.rewind()?;
    Ok((scratch, size))
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;

    use super::*;
    use crate::intake::sha256;

    fn hash(bytes: &[u8]) -> Sha256 {
        sha256(bytes).try_into().unwrap()
    }

    async fn all(chunks: Chunks) -> (Vec<u8>, bool) {
        let (mut chunks, mut read) = (pin!(chunks), Vec::new());
        loop {
            match poll_fn(|cx| chunks.as_mut().poll_next(cx)).await {
                None => return (read, true),
                Some(Ok(piece)) => read.extend_from_slice(&piece),
                Some(Err(_)) => return (read, false),
            }
        }
    }

    #[actix_web::test]
    async fn what_is_spoilt_is_never_sent_to_its_end() {
        for size in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 5 * PIECE + 7] {
            let whole: Vec<u8> = (0..size).map(|at| (at * 31 % 251) as u8).collect();
            let of = |bytes: &[u8]| Box::new(io::Cursor::new(bytes.to_vec()));
            let (read, ended) = all(Chunks::checked(of(&whole), size as u64, hash(&whole))).await;
            assert!(ended && read == whole, "{size}");
            if size > 0 {
                for spoilt_at in [0, size / 2, size - 1] {
                    let mut spoilt = whole.clone();
                    spoilt[spoilt_at] ^= 1;
                    let (read, ended) = all(Chunks::checked(of(&spoilt), size as u64, hash(&whole))).await;
                    assert!(!ended && read.len() < size, "{size} {spoilt_at}");
                }
                let (read, ended) = all(Chunks::checked(of(&whole[..size - 1]), size as u64, hash(&whole))).await;
                assert!(!ended && read.len() < size, "{size} cut off");
            }
        }
    }

    #[test]
    fn an_archive_opens_with_the_password_alone() {
        let path = std::env::temp_dir().join(format!("zvit-archive-{}", uuid::Uuid::new_v4().simple()));
        let scratch = || File::options().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
        let content = vec![7; 3 * PIECE + 1];
        let of = || Box::new(io::Cursor::new(content.clone()));
        assert!(hazardous_archive(of(), &hash(b"else"), "зразок.exe", scratch()).is_err());
        let (file, size) = hazardous_archive(of(), &hash(&content), "зразок.exe", scratch()).unwrap();
        assert_eq!(file.metadata().unwrap().len(), size);
        let mut archive = zip::ZipArchive::new(file).unwrap();
        assert_eq!(archive.file_names().map(|name| name.unwrap().into_owned()).collect::<Vec<_>>(), ["зразок.exe"]);
        assert!(archive.by_index(0).is_err(), "not without the password");
        let mut read = Vec::new();
        archive.by_index_decrypt(0, b"infected").unwrap().read_to_end(&mut read).unwrap();
        assert_eq!(read, content);
        std::fs::remove_file(&path).unwrap();
    }
}
