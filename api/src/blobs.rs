//! Where the bytes of attachments are kept: each file once, under the SHA-256 of its content.

mod disk;
mod reading;
mod receiving;

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use uuid::Uuid;

use zvit_texts::text;

use crate::problem::{Code, Problem};

pub use disk::{DiskBlobs, read_hex};
pub use reading::{Chunks, hazardous_archive};
pub use receiving::{Refused, receive};

/// SHA-256 of a content.
pub type Sha256 = [u8; 32];

/// So many may send a file at once …
const UPLOADS: usize = 64;
/// … and so many of them for one institution or team: nobody who drips its bytes takes all places.
const UPLOADS_OF_ONE: usize = 4;
/// So many archives of hazardous files are made at once.
const ARCHIVES: usize = 2;

/// A place for contents. All of it blocks.
pub trait Blobs: Send + Sync + 'static {
    /// Begins to take a content in. What is not finished leaves nothing behind.
    ///
    /// # Errors
    /// The system's.
    fn begin(&self) -> io::Result<Box<dyn Incoming>>;

    /// Opens a content.
    ///
    /// # Errors
    /// The system's; `NotFound` when it isn't there.
    fn open(&self, sha256: &Sha256) -> io::Result<Box<dyn Content>>;

    /// Whether a content is there.
    ///
    /// # Errors
    /// The system's.
    fn contains(&self, sha256: &Sha256) -> io::Result<bool>;

    /// Takes a content away. One that isn't there is no error.
    ///
    /// # Errors
    /// The system's.
    fn remove(&self, sha256: &Sha256) -> io::Result<()>;

    /// An empty file that is gone when it is closed, whatever happens.
    ///
    /// # Errors
    /// The system's.
    fn scratch(&self) -> io::Result<File>;

    /// Takes away what was begun and left, and names the contents of one of 256 parts that were put there before
    /// `before_micros` (since 1970).
    ///
    /// # Errors
    /// The system's.
    fn sweep(&self, part: u8, before_micros: i64) -> io::Result<Vec<Sha256>>;

    /// Whether a content is there that was put there before `before_micros`.
    ///
    /// # Errors
    /// The system's.
    fn is_older(&self, sha256: &Sha256, before_micros: i64) -> io::Result<bool>;
}

/// A content that is read, from wherever.
pub trait Content: Read + Seek + Send {}

impl<T: Read + Seek + Send> Content for T {}

/// A content that comes in.
pub trait Incoming: Send {
    /// Takes more of it.
    ///
    /// # Errors
    /// The system's.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// The SHA-256 of what came so far.
    fn sha256(&self) -> Sha256;

    /// Puts it in its place, durably.
    ///
    /// # Errors
    /// The system's; then nothing was put there.
    fn finish(self: Box<Self>) -> io::Result<Stored>;
}

/// A content that is in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Its SHA-256.
    pub sha256: Sha256,
    /// Its size in bytes.
    pub size: u64,
}

/// The attachments of a process: where they are, and how much of them there may be.
#[derive(Clone)]
pub struct Attachments {
    /// Where they are; nowhere when no directory is set.
    blobs: Option<Arc<dyn Blobs>>,
    /// What one institution or team may keep, in bytes.
    pub quota: u64,
    uploads: Arc<Mutex<HashMap<Uuid, usize>>>,
    /// Leave to make an archive.
    pub archives: Arc<Semaphore>,
}

impl fmt::Debug for Attachments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachments").field("quota", &self.quota).finish_non_exhaustive()
    }
}

impl Attachments {
    /// Nothing is coming in yet.
    pub fn new(blobs: Option<Arc<dyn Blobs>>, quota: u64) -> Self {
        Self { blobs, quota, uploads: Arc::default(), archives: Arc::new(Semaphore::new(ARCHIVES)) }
    }

    /// Where they are.
    ///
    /// # Errors
    /// 503 when no directory is set.
    pub fn blobs(&self) -> Result<Arc<dyn Blobs>, Problem> {
        self.blobs.clone().ok_or_else(|| {
            Problem::new(Code::AttachmentsUnavailable).because(text!("attachments-not-kept-here")).retry_after(3_600)
        })
    }

    /// Leave to send a file, until it is dropped.
    ///
    /// # Errors
    /// 503 when too many are being sent.
    pub fn admit(&self, owner: Uuid) -> Result<Sending, Problem> {
        let mut uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, own) = (uploads.values().sum::<usize>(), uploads.get(&owner).copied().unwrap_or(0));
        if all >= UPLOADS || own >= UPLOADS_OF_ONE {
            return Err(Problem::overloaded(5));
        }
        uploads.insert(owner, own + 1);
        Ok(Sending { uploads: Arc::clone(&self.uploads), owner })
    }
}

/// A file is being sent.
#[derive(Debug)]
pub struct Sending {
    uploads: Arc<Mutex<HashMap<Uuid, usize>>>,
    owner: Uuid,
}

impl Drop for Sending {
    fn drop(&mut self) {
        let mut uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        match uploads.get_mut(&self.owner) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(uploads.remove(&self.owner)),
        }
    }
}

/// What the system says of a file, as an answer: the disk is full, or worse.
pub fn unavailable(error: &io::Error) -> Problem {
    log::error!("attachments: {error}");
    Problem::new(Code::AttachmentsUnavailable).because(text!("attachment-not-kept")).retry_after(30)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_all_places() {
        let attachments = Attachments::new(None, 0);
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut held: Vec<_> = (0..UPLOADS_OF_ONE).map(|_| attachments.admit(one).unwrap()).collect();
        assert!(attachments.admit(one).is_err());
        drop(attachments.admit(other).unwrap());
        held.pop();
        held.push(attachments.admit(one).unwrap());
        let more = (0..UPLOADS - UPLOADS_OF_ONE).map(|number| attachments.admit(Uuid::from_u128(100 + number as u128)));
        let more: Vec<_> = more.collect::<Result<_, _>>().unwrap();
        assert!(attachments.admit(other).is_err());
        drop((held, more));
        assert!(attachments.uploads.lock().unwrap().is_empty());
    }
}
