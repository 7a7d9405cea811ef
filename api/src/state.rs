//! The running service: the way to the store, what is kept in memory, and the settings.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actix_web::web;
use arc_swap::ArcSwap;
use tokio::sync::watch;
use uuid::Uuid;
use zvit_db::change::{Change, Moved, Versions};
use zvit_db::conn::{Readers, Tx};
use zvit_db::error::StoreError;
use zvit_db::feeds;
use zvit_db::writer::{Writer, WriterError};
use zvit_domain::deadline::Clocks;

use crate::blobs::Attachments;
use crate::clock;
use crate::denials::Denials;
use crate::flows::setbacks::Setbacks;
use crate::flows::submit::SubmitFlow;
use crate::flows::waiting::give_next;
use crate::hub::Hub;
use crate::limits::Limits;
use crate::memory::{Clients, Directory};
use crate::polls::Polls;
use crate::problem::{Code, Problem};
use crate::reach::{Reach, Stored};
use crate::sensitive_reads::SensitiveReads;
use crate::spares::SpareUse;

/// Without word from the store for so long, no client can be trusted to still be allowed in.
const STALE_AFTER: Duration = Duration::from_secs(5);

/// What is kept in memory, shared by handlers, writer and watcher.
#[derive(Debug)]
pub struct Memory {
    directory: ArcSwap<Directory>,
    clients: ArcSwap<Clients>,
    /// Feed positions.
    pub hub: Hub,
    /// Whose tools poll.
    pub polls: Arc<Polls>,
    /// How people can be told.
    pub reach: Arc<Reach>,
    setbacks: Arc<Setbacks>,
    changed: watch::Sender<()>,
    /// When the store was last heard of, in milliseconds since `started`. The system's clock may be set; this one not.
    seen_at: AtomicU64,
    started: Instant,
}

impl Memory {
    /// Reads everything for the first time.
    ///
    /// # Errors
    /// The store's.
    pub fn load(readers: &Readers, polls: Polls) -> Result<Self, StoreError> {
        let polls = Arc::new(polls);
        let started = Instant::now();
        readers.read(|mut tx| {
            let gate = feeds::gate(&mut tx)?;
            let versions = Versions::from(&gate);
            let hub = Hub::default();
            hub.publish(&Moved { feeds: feeds::moved_since(&mut tx, -1)?, coordinator: gate.position, versions });
            polls.are_stored(&zvit_db::polls::all(&mut tx)?);
            let (reach, setbacks) = (Arc::<Reach>::default(), Arc::<Setbacks>::default());
            reach.hear(Stored::read(&mut tx)?);
            let directory = Directory {
                polls: Arc::clone(&polls),
                reach: Arc::clone(&reach),
                setbacks: Arc::clone(&setbacks),
                ..Directory::load(&mut tx, versions)?
            };
            Ok(Self {
                directory: ArcSwap::from_pointee(directory),
                clients: ArcSwap::from_pointee(Clients::load(&mut tx, versions.clients, clock::now())?),
                hub,
                polls,
                reach,
                setbacks,
                changed: watch::Sender::new(()),
                seen_at: AtomicU64::new(0),
                started,
            })
        })
    }

    /// Takes note of a commit, of this process or another: positions, and caches that are out of date. It is what the store
    /// said when it was asked at `asked_at`, or later.
    pub fn note(&self, readers: &Readers, moved: &Moved, asked_at: Instant) {
        let is_fresh = self.refresh(readers, moved.versions);
        self.hub.publish(moved);
        if is_fresh {
            let millis = asked_at.saturating_duration_since(self.started).as_millis();
            self.seen_at.fetch_max(u64::try_from(millis).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
    }

    /// Whether the store was heard of lately enough.
    fn is_fresh(&self) -> bool {
        let seen_at = Duration::from_millis(self.seen_at.load(Ordering::Relaxed));
        self.started.elapsed().saturating_sub(seen_at) <= STALE_AFTER
    }

    /// Tells whenever clients or keys were read anew.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
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
            // Writer and watcher may both be reading: what is older must not come last.
            if stale_directory {
                let read = Arc::new(self.read_directory(&mut tx, versions)?);
                self.directory.rcu(|held| Arc::clone(if is_newer(held.versions, versions) { held } else { &read }));
            }
            if stale_clients {
                let read = Arc::new(Clients::load(&mut tx, versions.clients, clock::now())?);
                self.clients.rcu(|held| Arc::clone(if held.version > versions.clients { held } else { &read }));
                self.changed.send_replace(());
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
        Ok(Arc::new(self.read_directory(&mut change.tx, versions)?))
    }

    fn read_directory(&self, tx: &mut Tx<'_>, versions: Versions) -> Result<Directory, StoreError> {
        let (polls, reach) = (Arc::clone(&self.polls), Arc::clone(&self.reach));
        Ok(Directory { polls, reach, setbacks: Arc::clone(&self.setbacks), ..Directory::load(tx, versions)? })
    }
}

/// Whether the directory or the rules of `held` are past those of `read`: both only rise.
fn is_newer(held: Versions, read: Versions) -> bool {
    held.directory > read.directory || held.rules > read.rules
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
    /// What callers may use.
    pub limits: Arc<Limits>,
    /// Refusals that the audit is to know of.
    pub denials: Denials,
    /// Reads above TLP amber that are noted already.
    pub sensitive_reads: SensitiveReads,
    /// Uses of printed spares that were noted lately.
    pub spares: SpareUse,
    /// The files of attachments.
    pub attachments: Attachments,
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
        limits: Arc<Limits>,
    ) -> Self {
        let (denials, sensitive_reads, spares) = (Denials::default(), SensitiveReads::default(), SpareUse::default());
        let attachments = Attachments::new(None, 0);
        Self {
            readers,
            writer,
            memory,
            store_id,
            clocks,
            limits,
            denials,
            sensitive_reads,
            spares,
            attachments,
            issuer,
        }
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
        self.memory.is_fresh()
    }

    /// Reads in one snapshot, off the async threads.
    ///
    /// # Errors
    /// What `work` answers; 503 when no connection is free in time.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let _leave = self.limits.capacity.read().await.ok_or_else(|| Problem::overloaded(2))?;
        self.read_for_intake(work).await
    }

    /// As [`App::read`], with the connections that are kept for intake.
    ///
    /// # Errors
    /// As [`App::read`].
    pub async fn read_for_intake<T: Send + 'static>(
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
        self.writer.change(move |change| and_give_next(change, &memory, work)).await
    }
}

impl App {
    /// Makes a change that takes in a report of so many bytes: it has the places that are kept for reports.
    ///
    /// # Errors
    /// As [`App::change`].
    pub async fn take_in<T: Send + 'static>(
        &self,
        bytes: usize,
        work: impl FnOnce(&mut Change<'_>, &Memory) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let memory = Arc::clone(&self.memory);
        self.writer.report(bytes, move |change| and_give_next(change, &memory, work)).await
    }
}

/// Whatever a change did: the places that got free by it are filled within it.
fn and_give_next<T>(
    change: &mut Change<'_>,
    memory: &Memory,
    work: impl FnOnce(&mut Change<'_>, &Memory) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let answer = work(change, memory)?;
    if !change.relieved().is_empty() {
        let directory = memory.directory_for(change)?;
        give_next(change, &directory)?;
    }
    Ok(answer)
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
