//! The writer against a real SQLite file: who is told what when something in a batch fails.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use diesel::prelude::*;
use uuid::Uuid;

use super::*;
use crate::conn::Tx;
use crate::on;
use crate::rows::DirectoryRow;
use crate::schema::directory;
use crate::store::prepare;
use crate::types::{At, Id, Json};

const NOW: fn() -> Time = || Time::from_micros(1_790_000_000_000_000);

/// Writes each item as a participant; the item `bad` fails in the database, as a row that breaks a constraint would.
struct Participants {
    gate: Option<Gate>,
}

/// Stops the writer in the middle of a commit, when nothing more can join it.
struct Gate {
    reached: Sender<()>,
    opened: Receiver<()>,
}

fn row(key: &str, kind: &str) -> DirectoryRow {
    DirectoryRow {
        id: Id(Uuid::new_v4()),
        kind: kind.into(),
        unique_key: Some(key.into()),
        active: true,
        version: 1,
        document: Json("{}".into()),
        created_at: At(NOW()),
        updated_at: At(NOW()),
        on_hold: false,
        joined_to: None,
    }
}

impl Intake for Participants {
    type Item = String;
    type Answer = String;

    fn weight(item: &String) -> usize {
        item.len()
    }

    fn submit(&mut self, change: &mut Change<'_>, items: &[String]) -> Result<Vec<String>> {
        if let Some(gate) = &self.gate {
            let _ = gate.reached.send(());
            let _ = gate.opened.recv();
        }
        let rows = items.iter().map(|item| row(item, if item == "bad" { "nonsense" } else { "participant" })).collect();
        change.next_position();
        DirectoryRow::insert_all(&mut change.tx, rows)?;
        Ok(items.to_vec())
    }
}

struct Scratch {
    dir: std::path::PathBuf,
    url: DatabaseUrl,
    moved: Arc<Mutex<Vec<Moved>>>,
}

impl Scratch {
    fn new() -> Self {
        let dir = std::env::temp_dir().join(format!("zvit-writer-{}", Uuid::new_v4()));
        std::fs::create_dir_all(&dir).unwrap();
        let url = DatabaseUrl::Sqlite(dir.join("store.sqlite3"));
        prepare(&url, Uuid::new_v4()).unwrap();
        Self { dir, url, moved: Arc::default() }
    }

    fn writer(&self, queue: usize, gate: Option<Gate>) -> (Writer<Participants>, JoinHandle<()>) {
        let moved = Arc::clone(&self.moved);
        let on_commit = Arc::new(move |seen: &Moved| moved.lock().unwrap().push(seen.clone()));
        let options = WriterOptions { queue, queue_changes: queue, queue_bytes: 1_000, batch: 64, now: NOW, on_commit };
        Writer::start(self.url.clone(), Participants { gate }, options).unwrap()
    }

    fn keys(&self) -> Vec<String> {
        let mut conn = open(&self.url).unwrap();
        let mut tx: Tx<'_> = conn.plain();
        let keys: Vec<Option<String>> = on!(&mut tx, c => directory::table
            .order(directory::unique_key)
            .select(directory::unique_key)
            .load(*c))
        .unwrap();
        keys.into_iter().flatten().collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

fn items(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_bad_item_fails_alone_and_positions_have_no_gap() {
    let scratch = Scratch::new();
    let (writer, thread) = scratch.writer(16, None);
    let answers = run(writer.submit(items(&["one", "bad", "two"]))).unwrap();
    assert!(matches!(answers.as_slice(), [Ok(_), Err(StoreError::Failed(_)), Ok(_)]), "{answers:?}");
    drop(writer);
    thread.join().unwrap();
    assert_eq!(scratch.keys(), ["one", "two"]);
    // The failed batch and the failed item gave their positions back.
    assert_eq!(scratch.moved.lock().unwrap().last().unwrap().coordinator, 2);
}

#[test]
fn a_failed_change_undoes_itself_and_nothing_else() {
    let scratch = Scratch::new();
    let (writer, thread) = scratch.writer(16, None);
    let failed: Result<(), WriterError> = run(writer.change(|change| {
        DirectoryRow::insert_all(&mut change.tx, vec![row("undone", "participant")])?;
        change.next_position();
        Err(WriterError::Store(StoreError::NotFound))
    }));
    assert!(matches!(failed, Err(WriterError::Store(StoreError::NotFound))));
    let kept: Result<i64, WriterError> = run(writer.change(|change| {
        DirectoryRow::insert_all(&mut change.tx, vec![row("kept", "participant")])?;
        Ok(change.next_position())
    }));
    assert_eq!(kept.unwrap(), 1);
    drop(writer);
    thread.join().unwrap();
    assert_eq!(scratch.keys(), ["kept"]);
}

#[test]
fn a_panicking_change_costs_its_batch_but_not_the_intake() {
    let scratch = Scratch::new();
    let (writer, thread) = scratch.writer(16, None);
    let lost: Result<(), WriterError> = run(writer.change(|_| panic!("a defect")));
    assert!(lost.is_err());
    assert!(run(writer.submit(items(&["after"]))).unwrap().iter().all(Result::is_ok));
    drop(writer);
    thread.join().unwrap();
    assert_eq!(scratch.keys(), ["after"]);
}

#[test]
fn a_full_queue_turns_callers_away_at_once_and_loses_none_it_took() {
    let scratch = Scratch::new();
    let (writer, thread, open_gate) = held(&scratch, 2, 2);
    let answers: Vec<_> = (0..20).map(|name| Box::pin(writer.submit(vec![format!("item-{name:02}")]))).collect();
    let (mut waiting, mut refused) = (Vec::new(), 0);
    for mut answer in answers {
        match now(&mut answer) {
            Some(Err(WriterError::Full)) => refused += 1,
            Some(other) => panic!("answered before the gate opened: {other:?}"),
            None => waiting.push(answer),
        }
    }
    assert_eq!((waiting.len(), refused), (2, 18));
    drop(open_gate);
    for answer in waiting {
        assert!(run(answer).unwrap().iter().all(Result::is_ok));
    }
    drop(writer);
    thread.join().unwrap();
    assert_eq!(scratch.keys(), ["first", "item-00", "item-01"]);
}

/// What is answered right away, without letting the writer run.
fn now<T>(answer: &mut std::pin::Pin<Box<impl Future<Output = T>>>) -> Option<T> {
    match answer.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        std::task::Poll::Ready(answer) => Some(answer),
        std::task::Poll::Pending => None,
    }
}

/// A writer that holds one submission until the gate opens, with nothing in its queue.
fn held(scratch: &Scratch, queue: usize, changes: usize) -> (Writer<Participants>, JoinHandle<()>, Sender<()>) {
    let (reached, is_there) = channel();
    let (open_gate, opened) = channel();
    let (mut writer, thread) = scratch.writer(queue, Some(Gate { reached, opened }));
    writer.max_changes = changes;
    let mut first = Box::pin({
        let writer = writer.clone();
        async move { writer.submit(items(&["first"])).await }
    });
    assert!(now(&mut first).is_none());
    is_there.recv().unwrap();
    (writer, thread, open_gate)
}

#[test]
fn changes_leave_room_for_reports() {
    let scratch = Scratch::new();
    let (writer, thread, open_gate) = held(&scratch, 4, 3);
    let change = |_: &mut Change<'_>| Ok::<_, WriterError>(());
    let mut changes: Vec<_> = (0..5).map(|_| Box::pin(writer.change(change))).collect();
    let refused = changes.iter_mut().filter_map(now).filter(|answer| matches!(answer, Err(WriterError::Full))).count();
    assert_eq!(refused, 2, "three of five changes fit");
    let mut report = Box::pin(writer.report(10, change));
    assert!(now(&mut report).is_none(), "the fourth place is for a report");
    let mut late = Box::pin(writer.submit(items(&["late"])));
    assert!(matches!(now(&mut late), Some(Err(WriterError::Full))), "then it is full for everybody");
    drop((changes, report, late, open_gate));
    drop(writer);
    thread.join().unwrap();
}

#[test]
fn waiting_reports_are_bounded_in_bytes_and_a_large_one_alone_passes() {
    let scratch = Scratch::new();
    let (writer, thread, open_gate) = held(&scratch, 16, 16);
    let submit = |bytes: usize| Box::pin(writer.submit(vec!["x".repeat(bytes)]));
    let mut large = submit(1_500);
    assert!(now(&mut large).is_none(), "alone, it may have more than the limit");
    let mut more = submit(1);
    assert!(matches!(now(&mut more), Some(Err(WriterError::Full))));
    drop(open_gate);
    assert!(run(large).unwrap().iter().all(Result::is_ok));
    assert!(run(submit(900)).unwrap().iter().all(Result::is_ok), "what was written no longer counts");
    drop(more);
    drop(writer);
    thread.join().unwrap();
}
