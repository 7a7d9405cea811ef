//! The writer: one thread that owns the one writing connection and commits in groups.
//!
//! Intake is a batch by nature: the writer takes whatever queued while the last commit ran, never waits on purpose, and
//! makes one transaction of it. Submissions go in together; any other change runs in a savepoint of its own. Each caller
//! gets its own answer, after the commit. On PostgreSQL the gate row orders the writers of several processes; within a
//! process the one writer turns many commits into one, so other changes go through it as well.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};
use zvit_domain::time::Time;

use crate::change::{Change, Moved};
use crate::conn::{Conn, DatabaseUrl, open};
use crate::error::{Result, StoreError};

/// The flow that takes submissions in.
pub trait Intake: Send + 'static {
    /// One submission.
    type Item: Send + 'static;
    /// What its sender is told. A submission that is refused is an answer, not an error.
    type Answer: Send + 'static;

    /// The bytes that an item holds while it waits.
    fn weight(item: &Self::Item) -> usize;

    /// Takes in all items, in order, in one transaction.
    ///
    /// # Errors
    /// The store's: then nothing of these items may count, and they are tried one by one.
    fn submit(&mut self, change: &mut Change<'_>, items: &[Self::Item]) -> Result<Vec<Self::Answer>>;
}

/// Why the writer gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum WriterError {
    /// The queue is full: come back later.
    #[error("the intake queue is full")]
    Full,
    /// The process is stopping.
    #[error("the writer has stopped")]
    Stopped,
    /// The store's own.
    #[error(transparent)]
    Store(#[from] StoreError),
}

type Changed = Box<dyn FnOnce(Result<()>) + Send>;
type Work = Box<dyn FnOnce(&mut Change<'_>) -> Changed + Send>;
type Answers<A> = Vec<Result<A>>;

enum Job<I: Intake> {
    Submit(Vec<I::Item>, oneshot::Sender<Answers<I::Answer>>, Queued),
    Change(Work, Queued),
}

/// What waits in the queue.
#[derive(Debug, Default)]
struct Waiting {
    bytes: AtomicUsize,
    changes: AtomicUsize,
}

/// A job's part of what waits, until it is taken from the queue.
struct Queued {
    waiting: Arc<Waiting>,
    bytes: usize,
    changes: usize,
}

impl Drop for Queued {
    fn drop(&mut self) {
        self.waiting.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        self.waiting.changes.fetch_sub(self.changes, Ordering::Relaxed);
    }
}

/// How the writer runs.
#[derive(Clone)]
#[allow(missing_debug_implementations, reason = "holds functions")]
pub struct WriterOptions {
    /// Jobs that may wait; beyond that a caller is turned away at once.
    pub queue: usize,
    /// Of these, the ones that are no reports: so many places stay free for reports.
    pub queue_changes: usize,
    /// Bytes of reports that may wait. One job alone may have more.
    pub queue_bytes: usize,
    /// Jobs that may share a commit.
    pub batch: usize,
    /// The clock.
    pub now: fn() -> Time,
    /// Told of every commit.
    pub on_commit: Arc<dyn Fn(&Moved) + Send + Sync>,
}

/// The way to the writer.
#[allow(missing_debug_implementations, reason = "a channel has nothing to show")]
pub struct Writer<I: Intake> {
    jobs: mpsc::Sender<Job<I>>,
    waiting: Arc<Waiting>,
    max_changes: usize,
    max_bytes: usize,
}

impl<I: Intake> Clone for Writer<I> {
    fn clone(&self) -> Self {
        Self {
            jobs: self.jobs.clone(),
            waiting: Arc::clone(&self.waiting),
            max_changes: self.max_changes,
            max_bytes: self.max_bytes,
        }
    }
}

impl<I: Intake> Writer<I> {
    /// Starts the writer's thread. It ends, after the last queued job, when every [`Writer`] is dropped.
    ///
    /// # Errors
    /// When the connection can't be opened or the thread can't be started.
    pub fn start(url: DatabaseUrl, intake: I, options: WriterOptions) -> Result<(Self, JoinHandle<()>)> {
        let conn = open(&url)?;
        let (jobs, queue) = mpsc::channel(options.queue.max(1));
        let (max_changes, max_bytes) = (options.queue_changes.max(1), options.queue_bytes);
        let thread = std::thread::Builder::new()
            .name("zvit-writer".into())
            .spawn(move || Loop { url, conn: Some(conn), intake, options }.run(queue))
            .map_err(|error| StoreError::Failed(format!("no thread for the writer: {error}")))?;
        Ok((Self { jobs, waiting: Arc::default(), max_changes, max_bytes }, thread))
    }

    /// Hands over submissions; the answers come in the same order, after the commit.
    ///
    /// # Errors
    /// [`WriterError::Full`] at once when too many wait already.
    pub async fn submit(&self, items: Vec<I::Item>) -> Result<Answers<I::Answer>, WriterError> {
        let (reply, answers) = oneshot::channel();
        let queued = self.queued(items.iter().map(I::weight).sum(), 0)?;
        self.enqueue(Job::Submit(items, reply, queued))?;
        answers.await.map_err(|_| WriterError::Store(StoreError::Unavailable("the writer gave up the batch".into())))
    }

    /// Runs `work` as one change that is no report. What it answers reaches the caller after the commit; its error undoes what it did.
    ///
    /// # Errors
    /// What `work` answers, or the writer's own.
    pub async fn change<T, E>(
        &self,
        work: impl FnOnce(&mut Change<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + From<WriterError> + Send + 'static,
    {
        self.run(self.queued(0, 1).map_err(E::from)?, work).await
    }

    /// Runs `work` as one change that takes in a report of so many bytes: it has the places that are kept for reports.
    ///
    /// # Errors
    /// What `work` answers, or the writer's own.
    pub async fn report<T, E>(
        &self,
        bytes: usize,
        work: impl FnOnce(&mut Change<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + From<WriterError> + Send + 'static,
    {
        self.run(self.queued(bytes, 0).map_err(E::from)?, work).await
    }

    async fn run<T, E>(
        &self,
        queued: Queued,
        work: impl FnOnce(&mut Change<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + From<WriterError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel::<Result<T, E>>();
        let work: Work = Box::new(move |change| {
            let result = change.attempt(work);
            Box::new(move |committed| {
                // The caller may have gone away; the change stands all the same.
                let _ = reply.send(result.and_then(|value| committed.map(|()| value).map_err(E::from)));
            })
        });
        self.enqueue(Job::Change(work, queued)).map_err(E::from)?;
        answer
            .await
            .map_err(|_| E::from(WriterError::Store(StoreError::Unavailable("the writer gave up the change".into()))))?
    }

    /// Room in the queue for so many bytes and changes.
    fn queued(&self, bytes: usize, changes: usize) -> Result<Queued, WriterError> {
        let before_bytes = self.waiting.bytes.fetch_add(bytes, Ordering::Relaxed);
        let before_changes = self.waiting.changes.fetch_add(changes, Ordering::Relaxed);
        let queued = Queued { waiting: Arc::clone(&self.waiting), bytes, changes };
        let too_large = bytes > 0 && before_bytes > 0 && before_bytes.saturating_add(bytes) > self.max_bytes;
        let too_many = changes > 0 && before_changes.saturating_add(changes) > self.max_changes;
        if too_large || too_many { Err(WriterError::Full) } else { Ok(queued) }
    }

    fn enqueue(&self, job: Job<I>) -> Result<(), WriterError> {
        self.jobs.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => WriterError::Full,
            mpsc::error::TrySendError::Closed(_) => WriterError::Stopped,
        })
    }
}

struct Loop<I: Intake> {
    url: DatabaseUrl,
    conn: Option<Conn>,
    intake: I,
    options: WriterOptions,
}

type Submitted<I> = (Vec<<I as Intake>::Item>, oneshot::Sender<Answers<<I as Intake>::Answer>>);

impl<I: Intake> Loop<I> {
    fn run(mut self, mut queue: mpsc::Receiver<Job<I>>) {
        while let Some(first) = queue.blocking_recv() {
            let mut submissions = Vec::new();
            let mut changes = Vec::new();
            let mut next = Some(first);
            let mut taken = 0;
            while let Some(job) = next {
                match job {
                    Job::Submit(items, reply, _queued) => {
                        taken += items.len();
                        submissions.push((items, reply));
                    }
                    Job::Change(work, _queued) => {
                        taken += 1;
                        changes.push(work);
                    }
                }
                next = if taken < self.options.batch { queue.try_recv().ok() } else { None };
            }
            // A panic is a defect; it must cost this batch (the callers get an error), not the intake.
            let batch = AssertUnwindSafe(|| self.commit(submissions, changes));
            if std::panic::catch_unwind(batch).is_err() {
                log::error!("a change panicked: its batch is undone");
                self.conn = None;
            }
        }
    }

    fn connection(&mut self) -> Result<&mut Conn> {
        match &mut self.conn {
            Some(conn) => Ok(conn),
            none => Ok(none.insert(open(&self.url)?)),
        }
    }

    fn commit(&mut self, submissions: Vec<Submitted<I>>, changes: Vec<Work>) {
        let now = (self.options.now)();
        let (items, replies): (Vec<_>, Vec<_>) = submissions
            .into_iter()
            .map(|(items, reply)| (items.len(), (items, reply)))
            .map(|(n, (items, reply))| (items, (n, reply)))
            .unzip();
        let items: Vec<I::Item> = items.into_iter().flatten().collect();
        let mut conn = self.conn.take();
        if conn.is_none() {
            conn = match self.connection() {
                Ok(_) => self.conn.take(),
                Err(error) => return refuse(replies, changes, &error),
            };
        }
        let Some(mut conn) = conn else { return };
        let mut answers: Answers<I::Answer> = Vec::new();
        let mut done: Vec<Changed> = Vec::new();
        let intake = &mut self.intake;
        let result = conn.write(|tx| {
            let mut change = Change::begin(tx, now)?;
            answers = take_in(intake, &mut change, &items)?;
            for work in changes {
                done.push(work(&mut change));
            }
            change.finish()
        });
        let lost = match &result {
            Ok(moved) => {
                (self.options.on_commit)(moved);
                None
            }
            Err(error) => {
                log::error!(
                    "a batch of {} submissions and {} changes was not committed: {error}",
                    items.len(),
                    done.len()
                );
                Some(error)
            }
        };
        if !lost.is_some_and(|error| spoils(&conn, error)) {
            self.conn = Some(conn);
        }
        let mut answers = answers.into_iter();
        for (count, reply) in replies {
            let own: Answers<I::Answer> = (0..count)
                .map(|_| match (lost, answers.next()) {
                    (None, Some(answer)) => answer,
                    (Some(error), _) => Err(again(error)),
                    (None, None) => Err(StoreError::Failed("no answer to a submission".into())),
                })
                .collect();
            let _ = reply.send(own);
        }
        for changed in done {
            changed(lost.map_or(Ok(()), |error| Err(again(error))));
        }
    }
}

/// Whether a connection should not be used again. One to a PostgreSQL server that has become a standby stays read-only for ever;
/// a new one may lead to the server that has taken over.
fn spoils(conn: &Conn, error: &StoreError) -> bool {
    error.breaks_connection() || matches!((conn, error), (Conn::Pg(_), StoreError::NotWritable(_)))
}

/// All together; if that fails, one by one, so that a bad item fails alone.
fn take_in<I: Intake>(intake: &mut I, change: &mut Change<'_>, items: &[I::Item]) -> Result<Answers<I::Answer>> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    match change.attempt(|change| intake.submit(change, items)) {
        Ok(answers) => return Ok(answers.into_iter().map(Ok).collect()),
        Err(error) if error.breaks_connection() => return Err(error),
        Err(error) if items.len() == 1 => return Ok(vec![Err(error)]),
        Err(error) => log::warn!("a batch of {} is taken in one by one: {error}", items.len()),
    }
    items
        .iter()
        .map(|item| match change.attempt(|change| intake.submit(change, std::slice::from_ref(item))) {
            Ok(mut answers) => Ok(answers.pop().ok_or_else(|| StoreError::Failed("no answer to a submission".into()))),
            Err(error) if error.breaks_connection() => Err(error),
            Err(error) => Ok(Err(error)),
        })
        .collect()
}

fn refuse<A>(replies: Vec<(usize, oneshot::Sender<Answers<A>>)>, changes: Vec<Work>, error: &StoreError) {
    log::error!("no connection to write with: {error}");
    for (count, reply) in replies {
        let _ = reply.send((0..count).map(|_| Err(again(error))).collect());
    }
    // Dropping a change drops its reply: the caller is told that the writer gave it up.
    drop(changes);
}

/// The same failure for one more caller.
fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(why) => StoreError::Unavailable(why.clone()),
        StoreError::NotWritable(why) => StoreError::NotWritable(why.clone()),
        other => StoreError::Failed(other.to_string()),
    }
}

#[cfg(test)]
mod tests;
