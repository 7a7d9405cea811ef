//! How fast Zvit is, as ratios to floors that are measured in the same run: `cargo bench -p zvit-tests`.
//!
//! Nothing here passes or fails. `ZVIT_BENCH_SECONDS` is the length of a cell (2 by default), `ZVIT_BENCH_ROUNDS` how often
//! each is repeated (3). Words after `--` narrow the run: a part (`intake`, `polls`, `wake`, `doors`), a database (`sqlite`,
//! `postgresql`), a number of connections.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measuring tool prints, and stops with words that say what was seen"
)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "figures for people"
)]

mod connection;
mod cpu;
mod directory;
mod doors;
mod figures;
mod floor;
mod intake;
mod load;
mod names;
mod pgbench;
mod polls;
mod report;
mod stand;
mod wake;

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use zvit_tests::{Database, program};

use crate::figures::{Rows, median};
use crate::floor::Floor;
use crate::intake::{Pgbench, Single};
use crate::report::Others;
use crate::stand::Stand;

/// Reports per second while teams wait in long polls.
const WAKE_RATES: [u32; 2] = [200, 1_000];

/// Where the harness puts its stores.
const STORES: &str = "TMPDIR";

/// How a run goes.
#[derive(Debug)]
pub struct Plan {
    /// The length of a cell.
    pub time: Duration,
    /// How often each cell is repeated.
    pub rounds: usize,
    /// What the run is narrowed to.
    words: Vec<String>,
    /// What the figures were measured on.
    pub machine: String,
}

impl Plan {
    fn read() -> Self {
        let seconds = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<f64>().ok());
        Self {
            time: Duration::from_secs_f64(seconds("ZVIT_BENCH_SECONDS").unwrap_or(2.0).clamp(0.1, 600.0)),
            rounds: seconds("ZVIT_BENCH_ROUNDS").map_or(3, |rounds| rounds as usize).max(1),
            words: std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect(),
            machine: machine(),
        }
    }

    /// Whether a part is run.
    fn includes(&self, part: &str) -> bool {
        self.allows(&["intake", "polls", "wake", "doors"], part)
    }

    /// Whether so many connections are measured.
    pub fn includes_connections(&self, connections: usize) -> bool {
        self.allows(&intake::CONNECTIONS.map(|number| number.to_string()), &connections.to_string())
    }

    /// The databases that are measured.
    pub fn databases(&self) -> impl Iterator<Item = Database> {
        let included =
            |database: &Database| self.allows(&["sqlite", "postgresql"], &names::database(*database).to_lowercase());
        [Database::Sqlite, Database::Postgres].into_iter().filter(included)
    }

    /// One of several is allowed when it is named, or none of them is.
    fn allows(&self, all: &[impl AsRef<str>], one: &str) -> bool {
        let named = |word: &str| self.words.iter().any(|named| named == word);
        named(one) || !all.iter().any(|word| named(word.as_ref()))
    }
}

/// Memory and start of one server.
#[derive(Debug)]
pub struct Process {
    /// The database.
    pub name: &'static str,
    /// MiB held after the last load.
    pub resident: f64,
    /// MiB held at most.
    pub most: f64,
    /// Milliseconds from start to ready.
    pub ready_ms: f64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|argument| argument == floor::ARGUMENT) {
        return floor::serve(arguments.get(2).and_then(|count| count.parse().ok()).unwrap_or(1));
    }
    let error = on_disk();
    assert!(error.is_none(), "this program can't be started again: {error:?}");
    program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let plan = Plan::read();
    eprintln!("{}", plan.machine);
    let mut rows = Rows::default();
    let floor = Floor::start(cores());
    let workers = cores().to_string();
    let start = |database| Stand::new(database, &["--workers", &workers]);
    let stands: Vec<Stand> = plan.databases().filter_map(start).collect();
    for stand in &stands {
        intake::fill(&plan, stand);
    }
    if plan.includes("polls") {
        polls::run(&plan, &mut rows, &floor, &stands);
    }
    let mut others = Others::default();
    if plan.includes("wake") {
        for (stand, rate) in stands.iter().flat_map(|stand| WAKE_RATES.map(|rate| (stand, rate))) {
            others.wakes.push(wake::run(&plan, stand, names::database(stand.database()), rate));
        }
    }
    if plan.includes("doors") {
        others.doors = Some(doors::run(&plan, &mut rows, &floor, &stands, &workers));
    }
    if plan.includes("intake") {
        let pgbench = stands.iter().find(|stand| stand.database() == Database::Postgres).and_then(Pgbench::prepare);
        let single = Single::start(&plan, &workers);
        intake::run(&plan, &mut rows, &floor, &stands, &single, pgbench.as_ref());
        drop(single);
        others.pgbench = pgbench;
        others.processes = stands.into_iter().map(|stand| process(stand, &workers)).collect();
    }
    report::print(&plan, &rows, &others);
}

/// Tests may keep their stores in memory; what is measured here must reach a disk. `TMPDIR` says where the harness puts its
/// stores, and only a process that starts can be given another one.
fn on_disk() -> Option<std::io::Error> {
    if std::env::var_os(STORES).is_some() {
        return None;
    }
    let program = std::env::current_exe().ok()?;
    // Unlike /tmp, /var/tmp is kept over a restart (FHS 3.0), so it isn't memory.
    Some(Command::new(program).args(std::env::args_os().skip(1)).env(STORES, "/var/tmp").exec())
}

/// The memory a server holds now, and how long one takes to start on the same store.
fn process(mut stand: Stand, workers: &str) -> Process {
    let name = names::database(stand.database());
    let (resident, most) = cpu::memory(stand.server.pid()).unwrap_or((f64::NAN, f64::NAN));
    let mut times = Vec::new();
    for _ in 0..3 {
        let store = Arc::clone(&stand.server.store);
        drop(stand);
        let before = Instant::now();
        stand = Stand::on(&store, &["--workers", workers]);
        times.push(before.elapsed().as_secs_f64() * 1e3);
    }
    Process { name, resident, most, ready_ms: median(times) }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let processor = read("/proc/cpuinfo");
    let model = processor.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let model = model.trim_start_matches([' ', '\t', ':']).to_owned();
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or_default();
    let kernel = read("/proc/sys/kernel/osrelease");
    format!(
        "{} cores ({model}), Linux {}, stores on {}, load {load} at the start",
        cores(),
        kernel.trim(),
        file_system()
    )
}

/// The kind of file system that the stores are on.
fn file_system() -> String {
    let directory = std::env::temp_dir();
    let said = Command::new("stat").args(["-f", "-c", "%T"]).arg(&directory).output();
    let kind = said.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    format!("{} ({kind})", directory.display())
}
