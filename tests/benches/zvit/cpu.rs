//! Processor time and memory of other processes, as Linux tells them under `/proc` (proc(5)).

use std::process::Command;
use std::sync::OnceLock;

use zvit_tests::scratch;

/// Where processor time is spent for a request.
#[derive(Debug, Clone, Copy)]
pub struct Meter {
    /// The process that answers.
    pub server: u32,
    /// PostgreSQL's first process; none on SQLite, or when the database runs elsewhere.
    pub database: Option<u32>,
}

/// Processor time spent so far, user and system, in microseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    /// By the process that answers.
    pub server: f64,
    /// By all of PostgreSQL's processes.
    pub database: f64,
}

impl Meter {
    /// Reads the meter.
    pub fn read(self) -> Spent {
        Spent { server: stat(self.server).map_or(0.0, |stat| stat.own), database: self.database.map_or(0.0, family) }
    }
}

impl Spent {
    /// What was spent since `before`, per request.
    pub fn since(self, before: Self, requests: u64) -> Self {
        let per = |now: f64, then: f64| if requests == 0 { f64::NAN } else { (now - then).max(0.0) / requests as f64 };
        Self { server: per(self.server, before.server), database: per(self.database, before.database) }
    }
}

/// The first process of the private cluster; none when `TEST_DATABASE_URL` names another server.
pub fn postmaster() -> Option<u32> {
    let file = std::fs::read_to_string(scratch::root().join("cluster/data/postmaster.pid")).ok()?;
    file.lines().next()?.trim().parse().ok()
}

/// Memory that a process holds now and held at most (VmRSS and VmHWM), in MiB.
pub fn memory(process: u32) -> Option<(f64, f64)> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let mib = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim().trim_end_matches("kB").trim().parse::<f64>().ok()? / 1024.0)
    };
    Some((mib("VmRSS:")?, mib("VmHWM:")?))
}

struct Stat {
    parent: u32,
    own: f64,
    reaped: f64,
}

fn stat(process: u32) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is a name in brackets, in which anything may stand.
    let fields: Vec<&str> = text[text.rfind(')')? + 1..].split_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<f64>().ok();
    let micros = |ticks: f64| ticks * 1e6 / ticks_per_second();
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own: micros(field(14)? + field(15)?),
        reaped: micros(field(16)? + field(17)?),
    })
}

/// A process and its children, those that have ended included.
fn family(first: u32) -> f64 {
    let Some(parent) = stat(first) else { return 0.0 };
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let children = processes
        .filter_map(|entry| stat(entry.file_name().to_str()?.parse().ok()?))
        .filter(|stat| stat.parent == first)
        .map(|stat| stat.own + stat.reaped);
    parent.own + parent.reaped + children.sum::<f64>()
}

fn ticks_per_second() -> f64 {
    static TICKS: OnceLock<f64> = OnceLock::new();
    *TICKS.get_or_init(|| {
        let said = Command::new("getconf").arg("CLK_TCK").output().ok();
        said.and_then(|output| String::from_utf8_lossy(&output.stdout).trim().parse().ok()).unwrap_or(100.0)
    })
}
