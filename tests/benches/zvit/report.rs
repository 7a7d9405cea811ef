//! The tables as they are printed.

use zvit_tests::Database;

use crate::doors::{self, Doors};
use crate::figures::{Figures, Row, Rows};
use crate::intake::{CONNECTIONS, GROUPED, Pgbench};
use crate::names::{self, Reading};
use crate::wake::Wake;
use crate::{Plan, Process, polls};

const DATABASES: [Database; 2] = [Database::Sqlite, Database::Postgres];

/// What was measured beside the rows.
#[derive(Default)]
pub struct Others {
    /// The long polls.
    pub wakes: Vec<Wake>,
    /// Memory and start.
    pub processes: Vec<Process>,
    /// What is beside the rows about tokens and TLS.
    pub doors: Option<Doors>,
    /// The pgbench floor, for the legend.
    pub pgbench: Option<Pgbench>,
}

/// Prints everything.
pub fn print(plan: &Plan, rows: &Rows, others: &Others) {
    println!("\n{}\n", plan.machine);
    ratios(rows);
    figures(rows);
    rest(others);
    legend(plan, others);
}

struct Ratio<'a> {
    what: String,
    of: Option<&'a Row>,
    to: Option<&'a Row>,
    goal: &'static str,
}

fn ratios(rows: &Rows) {
    println!("{:<62} {:>9} {:>9}  goal (by rate)", "ratio", "by rate", "by CPU");
    for ratio in all_ratios(rows) {
        if let (Some(of), Some(to)) = (ratio.of, ratio.to) {
            let rate = of.against(to, |figures| figures.per_second);
            // A request that costs less processor time is better: so the other way round.
            let cpu = to.against(of, Figures::cpu);
            println!("{:<62} {rate:>8.2}x {cpu:>8.2}x  {}", ratio.what, ratio.goal);
        }
    }
}

fn all_ratios(rows: &Rows) -> Vec<Ratio<'_>> {
    let mut all = Vec::new();
    for connections in CONNECTIONS {
        for database in DATABASES {
            all.push(Ratio {
                what: format!("{} / bare handler, c={connections}", names::intake(database)),
                of: rows.find(names::intake(database), connections),
                to: rows.find(names::FLOOR, connections),
                goal: if database == Database::Sqlite && connections == GROUPED { ">= 0.3" } else { "" },
            });
        }
    }
    for connections in [1, GROUPED] {
        all.push(Ratio {
            what: format!("intake, PostgreSQL / the faster pgbench, c={connections}"),
            of: rows.find(names::intake(Database::Postgres), connections),
            to: faster_pgbench(rows, connections),
            goal: if connections == GROUPED { ">= 3" } else { "" },
        });
    }
    for database in DATABASES {
        all.push(Ratio {
            what: format!("{}, group commit / a transaction each, c={GROUPED}", names::intake(database)),
            of: rows.find(names::intake(database), GROUPED),
            to: rows.find(names::single(database), GROUPED),
            goal: ">= 3",
        });
        all.push(Ratio {
            what: format!("{} / bare authenticated GET, c={}", Reading::of(database).unchanged, polls::CONNECTIONS),
            of: rows.find(Reading::of(database).unchanged, polls::CONNECTIONS),
            to: rows.find(names::AUTHENTICATED, polls::CONNECTIONS),
            goal: ">= 0.8",
        });
    }
    all.extend(door_ratios(rows));
    all
}

/// None of them has a goal.
fn door_ratios(rows: &Rows) -> Vec<Ratio<'_>> {
    let tokens = DATABASES.into_iter().flat_map(|database| names::Tokens::of(database).all());
    let tokens = tokens.map(|name| Ratio {
        what: format!("{name} / bare authenticated GET, c={}", doors::FEW),
        of: rows.find(name, doors::FEW),
        to: rows.find(names::AUTHENTICATED, doors::FEW),
        goal: "",
    });
    let (plain, https) = (names::PLAIN, names::HTTPS);
    let schemes = [(plain.once, https.once, doors::FEW), (plain.kept, https.kept, doors::MANY)];
    let schemes = schemes.map(|(plain, https, connections)| Ratio {
        what: format!("{https} / HTTP, c={connections}"),
        of: rows.find(https, connections),
        to: rows.find(plain, connections),
        goal: "",
    });
    tokens.chain(schemes).collect()
}

fn faster_pgbench(rows: &Rows, connections: usize) -> Option<&Row> {
    let candidates = [names::INSERTS, names::GATE].into_iter().filter_map(|name| rows.find(name, connections));
    candidates.max_by(|a, b| a.median(|figures| figures.per_second).total_cmp(&b.median(|figures| figures.per_second)))
}

fn figures(rows: &Rows) {
    println!(
        "\n{:<42} {:>4} {:>9} {:>11} {:>11} {:>9} {:>9}",
        "figures (medians)", "c", "per s", "server us", "database us", "p50 ms", "p99 ms"
    );
    for row in rows.all() {
        let show = |of: &dyn Fn(&Figures) -> f64, digits: usize| match row.median(of) {
            value if value.is_finite() => format!("{value:.digits$}"),
            _ => "-".to_owned(),
        };
        println!(
            "{:<42} {:>4} {:>9} {:>11} {:>11} {:>9} {:>9}",
            row.name,
            row.connections,
            show(&|figures| figures.per_second, 0),
            show(&|figures| figures.spent.server, 0),
            show(&|figures| figures.spent.database, 0),
            show(&|figures| figures.latency(0.5), 2),
            show(&|figures| figures.latency(0.99), 2),
        );
    }
}

fn rest(others: &Others) {
    if !others.wakes.is_empty() {
        println!(
            "\nfrom report to the team's waiting long poll     after the 201: p50    p99 ms   after sending: p50    p99 ms"
        );
    }
    for wake in &others.wakes {
        let (answer, sending) = (Wake::of(&wake.from_answer), Wake::of(&wake.from_sending));
        println!(
            "{:<12} {:>5}/s asked, {:>5.0}/s accepted, {} late {:>18.2} {:>9.2} {:>21.2} {:>9.2}",
            wake.name, wake.rate, wake.accepted, wake.missing, answer.0, answer.1, sending.0, sending.1
        );
    }
    if let Some(doors) = &others.doors {
        println!("\n{:<42} {:>9}", "within a process, one after another", "ns each");
        for cost in &doors.costs {
            println!("{:<42} {:>9.0}", cost.name, cost.median());
        }
    }
    for process in &others.processes {
        println!(
            "\n{}: {:.0} MiB resident after c=256, {:.0} MiB at most (goal: under 100); start to ready {:.0} ms (goal: under 300)",
            process.name, process.resident, process.most, process.ready_ms
        );
    }
}

fn legend(plan: &Plan, others: &Others) {
    println!(
        "\nEvery figure is the median of {} rounds of {:.2} s; the cells of a round follow one another, so that what disturbs\n\
         one disturbs all, and each ratio is taken within a round. By rate: requests per second to requests per second. By CPU:\n\
         processor time per request (server and database, user and system) of the floor to that of the service. The load runs\n\
         on the same machine; its own processor time is not counted.\n\n\
         bare handler      the same framework and number of workers, in a process of its own: checks the token, reads the body by\n\
         \x20                 the schema and the rules of the field, answers 201; no database. Body unjudged: without the schema.\n\
         intake            POST /v1/incidents, 1.4 KB, 5 indicators, another body and Idempotency-Key each time, all durable,\n\
         \x20                 triaged, routed, audited.\n\
         a transaction each  the same service with --batch 1.\n\
         unchanged poll    GET /v1/cases with cursor and If-None-Match: 304.\n\
         token             POST /oauth2/token of {} clients. By secret: client_secret_basic. By assertion: private_key_jwt, another\n\
         \x20                 each time, which the store must note as used; signed before the cell.\n\
         HTTPS             the same service with --tls self-signed (P-256). Connect, GET, close: a full handshake for each request,\n\
         \x20                 no session is resumed. The load does its half of every handshake on one thread, and may be the first\n\
         \x20                 to have no time left: by rate that counts, by CPU it doesn't.",
        plan.rounds,
        plan.time.as_secs_f64(),
        doors::FEW,
    );
    if let Some(agreed) = others.doors.as_ref().and_then(|doors| doors.agreed.as_ref()) {
        println!("                  Agreed on: {agreed}.");
    }
    if let Some(pgbench) = &others.pgbench {
        let rows: Vec<String> = pgbench.script.rows.iter().map(|(table, count)| format!("{count} {table}")).collect();
        println!(
            "pgbench           one prepared INSERT for each row of a stored report ({}; {} bytes of values)\n\
             \x20                 in one transaction, same tables, same cluster. Behind the gate: with the lock and the updates that order\n\
             \x20                 the feeds. Processor time is PostgreSQL's alone.",
            rows.join(", "),
            pgbench.script.bytes
        );
    }
}
