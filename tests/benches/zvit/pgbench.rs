//! The floor under intake on PostgreSQL: pgbench runs a transaction that inserts the rows of one stored report, each with a
//! prepared statement of its own, into the product's own tables.
//!
//! The rows are copied from the product's store, value for value; only what must be unique is made anew. So the floor writes
//! what the product writes, and stays right when that changes.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use zvit_tests::{Store, scratch};

use crate::cpu::{Meter, postmaster};
use crate::figures::Figures;

/// Table, the condition that finds the rows of an incident in it, and the order.
const TABLES: [(&str, &str); 6] = [
    ("incidents", "id = '?'"),
    ("reports", "incident_id = '?'"),
    ("indicators", "incident_id = '?' ORDER BY ordinal"),
    ("assignments", "incident_id = '?' ORDER BY position"),
    ("audit_events", "incident_id = '?' ORDER BY position"),
    ("idempotency_keys", "incident_id = '?'"),
];

/// Ids that one transaction may use.
const IDS: u64 = 32;

/// The rows of one report, as a script.
#[derive(Debug)]
pub struct Script {
    program: PathBuf,
    files: [PathBuf; 2],
    values: Vec<String>,
    /// Rows by table, for the legend.
    pub rows: Vec<(&'static str, usize)>,
    /// Bytes of all values that are sent.
    pub bytes: usize,
}

/// Whether the transaction only inserts, or locks and updates what all reports have in common as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Only inserts: transactions never wait for one another.
    Inserts,
    /// The gate is locked first, the feeds of institution and team and the gate are updated.
    Gate,
}

impl Script {
    /// Copies the newest report of a store; none when there is no pgbench.
    pub fn of(store: &Store) -> Option<Self> {
        let program = program()?;
        let incident = store.lines("SELECT id::text AS line FROM incidents ORDER BY id DESC LIMIT 1").pop()?;
        let mut writer = Writer { incident: incident.clone(), ..Writer::default() };
        let mut rows = Vec::new();
        let mut owners = Vec::new();
        for (table, condition) in TABLES {
            let condition = condition.replace('?', &incident);
            let found = store.lines(&format!("SELECT row_to_json(t)::text AS line FROM {table} t WHERE {condition}"));
            let types = types(store, table);
            for row in &found {
                let row: Value = serde_json::from_str(row).expect("a row as JSON");
                for owner in ["institution_id", "team_id"] {
                    if table != "audit_events" {
                        owners.extend(row[owner].as_str().map(str::to_owned));
                    }
                }
                writer.insert(table, &types, &row);
            }
            rows.push((table, found.len()));
        }
        let files = [Variant::Inserts, Variant::Gate].map(|variant| {
            let path = scratch::root().join(format!("pgbench-{variant:?}.sql"));
            std::fs::write(&path, writer.script(variant, &owners)).expect("the script is written");
            path
        });
        let bytes = writer.values.iter().map(String::len).sum();
        Some(Self { program, files, values: writer.values, rows, bytes })
    }

    /// Runs it on a store that has the same directory.
    ///
    /// At first each of its connections plans every statement, which the service has long done: the first two seconds
    /// don't count. pgbench tells its progress once a second, so whole seconds are counted.
    pub fn run(&self, store: &Store, variant: Variant, clients: usize, time: Duration) -> Figures {
        let meter = Meter { server: 0, database: postmaster() };
        let mut pgbench = self.command(store, variant, clients).spawn().expect("pgbench starts");
        let mut lines = BufReader::new(pgbench.stderr.take().expect("a pipe")).lines().map_while(Result::ok);
        let mut said = String::new();
        let mut next = || {
            let line = lines.by_ref().inspect(|line| said.push_str(line)).find_map(|line| Progress::read(&line));
            line.unwrap_or_else(|| panic!("pgbench: {said}"))
        };
        next();
        let mut at = next().at;
        let before = meter.read();
        let (mut seconds, mut transactions) = (0.0, 0.0);
        while seconds < time.as_secs_f64() {
            let progress = next();
            transactions += progress.per_second * (progress.at - at);
            seconds += progress.at - at;
            at = progress.at;
        }
        let spent = meter.read().since(before, transactions as u64);
        let _ = pgbench.kill();
        let _ = pgbench.wait();
        Figures { per_second: transactions / seconds, spent, latencies: Vec::new() }
    }

    fn command(&self, store: &Store, variant: Variant, clients: usize) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--progress=1", "--time=3600"]);
        command.arg(format!("--client={clients}")).arg("--file").arg(self.file(variant));
        // Ids rise from run to run and within each, whichever client they belong to.
        command.arg(format!("--define=base={}", scratch::number() * 1_000_000_000)).arg("--define=turn=0");
        for (number, value) in self.values.iter().enumerate() {
            command.arg(format!("--define=v{number}={value}"));
        }
        let flags = store.flags();
        command.arg(flags.last().expect("the database's URL"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    fn file(&self, variant: Variant) -> &Path {
        &self.files[usize::from(variant == Variant::Gate)]
    }
}

/// `progress: 3.0 s, 612.5 tps, lat 1.632 ms stddev 0.2, 0 failed`
struct Progress {
    at: f64,
    per_second: f64,
}

impl Progress {
    fn read(line: &str) -> Option<Self> {
        let mut parts = line.strip_prefix("progress: ")?.split(", ");
        let mut number = |unit: &str| parts.next()?.strip_suffix(unit)?.trim().parse().ok();
        Some(Self { at: number("s")?, per_second: number("tps")? })
    }
}

fn program() -> Option<PathBuf> {
    let mut places: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    places.sort();
    let in_path =
        std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    places.into_iter().rev().chain(in_path).map(|place| place.join("pgbench")).find(|path| path.is_file())
}

fn types(store: &Store, table: &str) -> BTreeMap<String, String> {
    let query = format!(
        "SELECT (column_name || ' ' || data_type)::text AS line FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name = '{table}'"
    );
    let lines = store.lines(&query);
    lines.iter().filter_map(|line| line.split_once(' ')).map(|(name, kind)| (name.into(), kind.into())).collect()
}

#[derive(Default)]
struct Writer {
    incident: String,
    inserts: String,
    values: Vec<String>,
    /// Where each value stands already.
    known: HashMap<String, usize>,
    ids: u64,
}

impl Writer {
    fn insert(&mut self, table: &str, types: &BTreeMap<String, String>, row: &Value) {
        let row = row.as_object().expect("a row is an object");
        let names: Vec<&str> = row.keys().map(String::as_str).collect();
        let values: Vec<String> = row
            .iter()
            .map(|(name, value)| self.value(table, name, types.get(name).map_or("text", String::as_str), value))
            .collect();
        let columns: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        writeln!(self.inserts, "INSERT INTO {table} ({}) VALUES ({});", columns.join(", "), values.join(", "))
            .expect("a text takes what is written");
    }

    fn value(&mut self, table: &str, name: &str, kind: &str, value: &Value) -> String {
        match (table, name) {
            (_, "incident_id") | ("incidents", "id") if value.as_str() == Some(&self.incident) => id(0),
            (_, "id") => {
                self.ids += 1;
                assert!(self.ids < IDS, "a report has more rows than were foreseen");
                id(self.ids)
            }
            ("audit_events", "position") => {
                self.ids += 1;
                format!(":turn_id::bigint + {}", self.ids)
            }
            (_, "position" | "institution_position" | "coordinator_position") => ":turn_id::bigint".to_owned(),
            ("incidents", "reference" | "external_ref") | (_, "key") if !value.is_null() => self.unique_text(value),
            _ if value.is_null() => "NULL".to_owned(),
            // No variable of pgbench's is empty.
            _ if value == "" => "''".to_owned(),
            _ => format!("{}::{kind}", self.variable(value)),
        }
    }

    /// As long as the original, and never twice.
    fn unique_text(&mut self, value: &Value) -> String {
        let length = value.as_str().map_or(0, str::len);
        format!("lpad(:turn_id::bigint::text, {}, 'x')", length.max(16))
    }

    fn variable(&mut self, value: &Value) -> String {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let next = self.values.len();
        let number = *self.known.entry(text.clone()).or_insert(next);
        if number == next {
            self.values.push(text);
        }
        format!(":v{number}")
    }

    fn script(&mut self, variant: Variant, owners: &[String]) -> String {
        let mut text =
            format!("\\set turn :turn + 1\n\\set turn_id (:base + :turn * 1024 + :client_id) * {IDS}\nBEGIN;\n");
        if variant == Variant::Gate {
            text.push_str("SELECT * FROM gate FOR UPDATE;\n");
        }
        text.push_str(&self.inserts);
        if variant == Variant::Gate {
            for owner in owners {
                let owner = self.variable(&Value::from(owner.as_str()));
                text.push_str(&format!(
                    "UPDATE feeds SET position = position + 1, gate_position = :turn_id::bigint, weighted_load = weighted_load + 1, \
                     open_cases = open_cases + 1 WHERE owner = {owner}::uuid;\n"
                ));
            }
            text.push_str("UPDATE gate SET position = position + 1, audit_position = audit_position + 1;\n");
        }
        text.push_str("COMMIT;\n");
        text
    }
}

/// The transaction's own id of this number: they rise, as the product's do.
fn id(number: u64) -> String {
    format!("lpad(to_hex(:turn_id::bigint + {number}), 32, '0')::uuid")
}
