//! The running service: the way to the store, what is kept in memory, and the settings.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use actix_web::web;
use arc_swap::ArcSwap;
use uuid::Uuid;
use zvit_db::change::{Change, Moved, Versions};
use zvit_db::conn::{Readers, Tx};
use zvit_db::error::StoreError;
use zvit_db::feeds;
use zvit_db::writer::{Writer, WriterError};
use zvit_domain::deadline::Clocks;

use crate::clock;
use crate::flows::submit::SubmitFlow;
use crate::hub::Hub;
use crate::memory::{Clients, Directory};
use crate::problem::{Code, Problem};
use crate::spares::SpareUse;

/// Without word from the store for so long, no client can be trusted to still be allowed in.
const STALE_AFTER_S: i64 = 5;

/// What is kept in memory, shared by handlers, writer and watcher.
#[derive(Debug)]
pub struct Memory {
    directory: ArcSwap<Directory>,
    clients: ArcSwap<Clients>,
    /// Feed positions.
    pub hub: Hub,
    seen_at: AtomicI64,
}

impl Memory {
    /// Reads everything for the first time.
    ///
    /// # Errors
    /// The store's.
    pub fn load(readers: &Readers) -> Result<Self, StoreError> {
        readers.read(|mut tx| {
            let gate = feeds::gate(&mut tx)?;
            let versions = Versions::from(&gate);
            let hub = Hub::default();
            hub.publish(&Moved { feeds: feeds::moved_since(&mut tx, -1)?, coordinator: gate.position, versions });
            Ok(Self {
                directory: ArcSwap::from_pointee(Directory::load(&mut tx, versions)?),
                clients: ArcSwap::from_pointee(Clients::load(&mut tx, versions.clients)?),
                hub,
                seen_at: AtomicI64::new(clock::now().as_seconds()),
            })
        })
    }

    /// Takes note of a commit, of this process or another: positions, and caches that are out of date.
    pub fn note(&self, readers: &Readers, moved: &Moved) {
        let is_fresh = self.refresh(readers, moved.versions);
        self.hub.publish(moved);
        if is_fresh {
            self.seen_at.store(clock::now().as_seconds(), Ordering::Relaxed);
        }
    }

    /// Whether memory now holds these versions or newer ones.
    fn refresh(&self, readers: &Readers, versions: Versions) -> bool {
        let directory = self.directory.load().versions;
        let stale_directory = directory.directory < versions.directory || directory.rules != versions.rules;
        let stale_clients = self.clients.load().version < versions.clients;
        if !stale_directory && !stale_clients {
            return true;
        }
        let result = readers.read(|mut tx| {
            let versions = Versions::from(&feeds::gate(&mut tx)?);
            if stale_directory {
                self.directory.store(Arc::new(Directory::load(&mut tx, versions)?));
            }
            if stale_clients {
                self.clients.store(Arc::new(Clients::load(&mut tx, versions.clients)?));
            }
            Ok::<_, StoreError>(())
        });
        if let Err(error) = &result {
            log::error!("the directory could not be read again: {error}");
        }
        result.is_ok()
    }

    /// The directory as of the last commit known here.
    pub fn directory(&self) -> Arc<Directory> {
        self.directory.load_full()
    }

    /// The directory as this change must see it: read within the change if another process, or this very batch, changed it.
    ///
    /// # Errors
    /// The store's.
    pub fn directory_for(&self, change: &mut Change<'_>) -> Result<Arc<Directory>, StoreError> {
        let versions = Versions::from(&change.gate);
        let cached = self.directory.load_full();
        if cached.versions.directory == versions.directory && cached.versions.rules == versions.rules {
            return Ok(cached);
        }
        Ok(Arc::new(Directory::load(&mut change.tx, versions)?))
    }
}

/// The service.
#[allow(missing_debug_implementations, reason = "holds connections")]
pub struct App {
    /// Reading.
    pub readers: Readers,
    /// Changing.
    pub writer: Writer<SubmitFlow>,
    /// What is kept in memory.
    pub memory: Arc<Memory>,
    /// Identity of the store; a cursor from another one is no longer good.
    pub store_id: Uuid,
    /// Reporting clocks.
    pub clocks: Clocks,
    /// Uses of printed spares that were noted lately.
    pub spares: SpareUse,
    issuer: String,
}

impl App {
    /// Puts the parts together.
    pub fn new(
        readers: Readers,
        writer: Writer<SubmitFlow>,
        memory: Arc<Memory>,
        store_id: Uuid,
        issuer: String,
        clocks: Clocks,
    ) -> Self {
        Self { readers, writer, memory, store_id, clocks, spares: SpareUse::default(), issuer }
    }

    /// The issuer of tokens, and their audience.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The directory as last read.
    pub fn directory(&self) -> Arc<Directory> {
        self.memory.directory()
    }

    /// Clients and keys as last read.
    pub fn clients(&self) -> Arc<Clients> {
        self.memory.clients.load_full()
    }

    /// Whether the store was heard of lately enough to trust what is in memory.
    pub fn is_fresh(&self) -> bool {
        clock::now().as_seconds() - self.memory.seen_at.load(Ordering::Relaxed) <= STALE_AFTER_S
    }

    /// Reads in one snapshot, off the async threads.
    ///
    /// # Errors
    /// What `work` answers; 503 when no connection is free in time.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let readers = self.readers.clone();
        web::block(move || readers.read(|mut tx| work(&mut tx))).await.map_err(Problem::internal)?
    }

    /// Makes a change through the writer.
    ///
    /// # Errors
    /// What `work` answers; 503 when too much waits already or the store can't be written.
    pub async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Change<'_>, &Memory) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let memory = Arc::clone(&self.memory);
        self.writer.change(move |change| work(change, &memory)).await
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(why) | StoreError::NotWritable(why) => {
                log::error!("the store: {why}");
                Self::new(Code::StoreUnavailable).retry_after(2)
            }
            StoreError::Taken { what } if what == "directory_unique_key" => Self::new(Code::AlreadyExists),
            other => Self::internal(other),
        }
    }
}

impl From<WriterError> for Problem {
    fn from(error: WriterError) -> Self {
        match error {
            WriterError::Full => Self::overloaded(1),
            WriterError::Stopped => Self::unavailable(2),
            WriterError::Store(error) => error.into(),
        }
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}
