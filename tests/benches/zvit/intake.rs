//! Intake: the service against the bare handler, pgbench, and itself without group commit.

use std::sync::Arc;

use zvit_tests::{Database, Store};

use crate::directory;
use crate::figures::Rows;
use crate::floor::Floor;
use crate::load::Request;
use crate::pgbench::{Script, Variant};
use crate::stand::{Stand, store, tidy};
use crate::{Plan, names};

/// The numbers of connections.
pub const CONNECTIONS: [usize; 4] = [1, 16, 64, 256];

/// Where group commit is compared with a transaction per request.
pub const GROUPED: usize = 64;

/// The same service with a transaction per request.
pub struct Single(Vec<Stand>);

/// pgbench with a database of its own.
pub struct Pgbench {
    /// What it runs.
    pub script: Script,
    store: Arc<Store>,
}

impl Single {
    /// One server per database.
    pub fn start(plan: &Plan, workers: &str) -> Self {
        let start = |database| Stand::new(database, &["--workers", workers, "--batch", "1"]);
        Self(plan.databases().filter(|_| plan.includes_connections(GROUPED)).filter_map(start).collect())
    }
}

impl Pgbench {
    /// With the rows of the newest report of `stand`.
    pub fn prepare(stand: &Stand) -> Option<Self> {
        let script = Script::of(&stand.server.store);
        if script.is_none() {
            eprintln!("! there is no pgbench: its floor is left out");
        }
        Some(Self { script: script?, store: store(Database::Postgres)? })
    }
}

/// Runs all cells, each once per round.
pub fn run(plan: &Plan, rows: &mut Rows, floor: &Floor, stands: &[Stand], single: &Single, pgbench: Option<&Pgbench>) {
    for connections in CONNECTIONS.into_iter().filter(|connections| plan.includes_connections(*connections)) {
        for round in 1..=plan.rounds {
            eprintln!("intake, {connections} connections, round {round}");
            against_floor(plan, rows, floor, connections);
            for stand in stands {
                accept(plan, rows, names::intake(stand.database()), stand, connections);
            }
            if connections == GROUPED {
                for stand in &single.0 {
                    accept(plan, rows, names::single(stand.database()), stand, connections);
                }
            }
            if let Some(pgbench) = pgbench.filter(|_| connections == 1 || connections == GROUPED) {
                for (name, variant) in [(names::INSERTS, Variant::Inserts), (names::GATE, Variant::Gate)] {
                    tidy(&pgbench.store);
                    rows.add(name, connections, pgbench.script.run(&pgbench.store, variant, connections, plan.time));
                }
            }
        }
    }
}

fn against_floor(plan: &Plan, rows: &mut Rows, floor: &Floor, connections: usize) {
    let token = floor.token();
    let load = floor.load(connections, plan.time, 201);
    let request = |path: &'static str| {
        let token = token.clone();
        move |number: usize| Request::report(path, &token, &directory::report(number))
    };
    rows.add(names::FLOOR, connections, load.run(&request("/report")));
    if connections == GROUPED {
        rows.add(names::UNJUDGED, connections, load.run(&request("/unjudged")));
    }
}

fn accept(plan: &Plan, rows: &mut Rows, name: &str, stand: &Stand, connections: usize) {
    stand.tidy();
    rows.add(name, connections, stand.load(connections, plan.time, 201).run(&|number| stand.report(number)));
}

/// Puts reports into a store, so that what is measured isn't empty.
pub fn fill(plan: &Plan, stand: &Stand) {
    stand.load(64, plan.time, 201).run(&|number| stand.report(number));
}
