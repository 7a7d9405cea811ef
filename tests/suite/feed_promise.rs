//! The promise of the feeds: positions strictly rise, every case is seen, the last item seen is its latest state, however
//! many servers write.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use zvit_tests::directory::{ALPHA, HOSPITAL};
use zvit_tests::feed::{Follower, everything};
use zvit_tests::{Client, Database, Server, Store, Value, both, eventually, fresh, json, report};

const WRITERS: usize = 6;
const REPORTS_EACH: usize = 12;

both!(pollers_with_small_pages_see_every_case_while_many_write, |server| {
    keep_the_promise(&[server]);
});

#[test]
fn pollers_see_every_case_while_two_servers_write() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let Some(store) = Store::seeded(Database::Postgres) else { return };
    let (one, other) = (Server::start(&store), Server::start(&store));
    keep_the_promise(&[&one, &other]);
}

/// A client at each of the servers, with one token.
fn at_each(servers: &[&Server], client: &Client) -> Vec<Client> {
    client.token();
    servers.iter().map(|server| client.at(&server.base)).collect()
}

fn keep_the_promise(servers: &[&Server]) {
    let hospital = at_each(servers, &servers[0].hospital());
    let alpha = at_each(servers, &servers[0].alpha());
    let bravo = at_each(servers, &servers[0].bravo());
    let coordinator = at_each(servers, &servers[0].coordinator());
    let writing = AtomicUsize::new(WRITERS);

    let followers = std::thread::scope(|scope| {
        for number in 0..WRITERS {
            let (hospital, alpha, writing) = (&hospital, &alpha, &writing);
            scope.spawn(move || {
                let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| write(number, hospital, alpha)));
                writing.fetch_sub(1, Ordering::SeqCst);
                if let Err(panic) = done {
                    std::panic::resume_unwind(panic);
                }
            });
        }
        let pollers: Vec<_> = [
            (&alpha, "/v1/cases", 1),
            (&alpha, "/v1/cases", 3),
            (&alpha, "/v1/cases", 200),
            (&bravo, "/v1/cases", 2),
            (&hospital, "/v1/incidents/feed", 3),
            (&coordinator, "/v1/incidents/feed", 5),
        ]
        .into_iter()
        .map(|(clients, path, limit)| {
            let writing = &writing;
            scope.spawn(move || {
                let mut poller = Poller::new(clients, path, limit);
                while writing.load(Ordering::SeqCst) > 0 {
                    poller.step();
                }
                poller
            })
        })
        .collect();
        pollers
            .into_iter()
            .map(|poller| poller.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect::<Vec<_>>()
    });

    let store = &servers[0].store;
    assert_eq!(store.count("incidents"), i64::try_from(WRITERS * REPORTS_EACH).unwrap());
    for mut poller in followers {
        // What stands there now, read by one who comes late, and asked for one by one.
        let expected: BTreeMap<String, Value> = eventually("a late reader sees the end", || {
            let items = everything(&poller.clients[0], poller.path);
            (!items.is_empty() || poller.path == "/v1/cases")
                .then(|| items.into_iter().map(|item| (item["id"].as_str().unwrap().to_owned(), item)).collect())
        });
        eventually(
            &format!("the poller of {} with pages of {} sees the latest of everything", poller.path, poller.limit),
            || {
                poller.step();
                (poller.follower.latest == expected).then_some(())
            },
        );
    }
    check_positions(store);
    let cases = everything(&alpha[0], "/v1/cases");
    let shown: Vec<String> = cases.iter().map(|case| case["id"].as_str().unwrap().replace('-', "")).collect();
    let id = match store.database {
        Database::Sqlite => "lower(hex(id))",
        Database::Postgres => "replace(id::text, '-', '')",
    };
    let owner = match store.database {
        Database::Sqlite => format!("X'{}'", ALPHA.replace('-', "")),
        Database::Postgres => format!("'{ALPHA}'"),
    };
    let query = format!("SELECT {id} AS line FROM assignments WHERE team_id = {owner} ORDER BY position");
    assert_eq!(shown, store.lines(&query), "the feed's order is that of the positions");
    for case in cases.iter().filter(|case| case.get("forget").is_none()) {
        let one = alpha[0].get(&format!("/v1/cases/{}", case["id"].as_str().unwrap())).expect(200);
        assert_eq!(one.value, *case, "the feed shows the state the case is in");
    }
    let assigned = store.lines("SELECT CAST(count(*) AS text) AS line FROM incidents WHERE status = 'received'");
    assert_eq!(assigned, ["0"], "nothing is left unassigned");
}

/// One writer: submits, and moves some of what it submitted; every request goes to the next server.
fn write(number: usize, hospital: &[Client], alpha: &[Client]) {
    for turn in 0..REPORTS_EACH {
        let at = |step: usize| (number + turn + step) % hospital.len();
        let incident = hospital[at(0)].submit(report(&format!("Автор {number}, подія {turn}")));
        let case = format!("/v1/cases/{}", incident.str("/assignments/0/id"));
        let reports = format!("/v1/incidents/{}/reports", incident.str("/id"));
        match turn % 4 {
            0 => {
                alpha[at(1)].post(&format!("{case}/acknowledge")).key(&fresh()).json(json!({})).expect(200);
                hospital[at(2)]
                    .post(&reports)
                    .fresh_key()
                    .json(json!({"stage": "update", "affected_users": turn}))
                    .expect(201);
                alpha[at(3)].post(&format!("{case}/start")).key(&fresh()).json(json!({})).expect(200);
            }
            1 => {
                alpha[at(1)]
                    .post(&format!("{case}/decline"))
                    .key(&fresh())
                    .json(json!({"reason": "Немає людей"}))
                    .expect(200);
            }
            2 => {
                hospital[at(1)]
                    .post(&reports)
                    .fresh_key()
                    .json(json!({"stage": "update", "danger_to_life": true}))
                    .expect(201);
            }
            _ => {}
        }
    }
}

/// A poller that asks a different server each time and believes nothing that goes backwards.
struct Poller<'a> {
    clients: &'a [Client],
    path: &'static str,
    limit: usize,
    follower: Follower,
    turn: usize,
}

impl<'a> Poller<'a> {
    fn new(clients: &'a [Client], path: &'static str, limit: usize) -> Self {
        Self { clients, path, limit, follower: Follower::new(&clients[0], path, limit), turn: 0 }
    }

    fn step(&mut self) {
        self.turn += 1;
        self.follower.ask(&self.clients[self.turn % self.clients.len()]);
        let before = self.follower.latest.clone();
        self.follower.step();
        for (id, item) in &self.follower.latest {
            if let Some(earlier) = before.get(id) {
                assert!(rank(item) >= rank(earlier), "{id} went back from {} to {}", earlier, item);
            }
        }
        if self.turn.is_multiple_of(50) {
            zvit_tests::run::pause();
        }
    }
}

/// How far an item has come; it never goes back here.
fn rank(item: &Value) -> usize {
    let state = item["state"].as_str().or(item["status"].as_str()).unwrap_or_default();
    let order = ["received", "waiting", "assigned", "acknowledged", "in_progress", "resolved", "declined", "revoked"];
    order.iter().position(|one| *one == state).unwrap_or_else(|| panic!("an unknown state: {item}"))
}

/// In the store: each position once per feed, and no gap among the audit events.
fn check_positions(store: &Store) {
    for (owner, table, column) in
        [("team_id", "assignments", "position"), ("institution_id", "incidents", "institution_position")]
    {
        let lines = store.lines(&format!(
            "SELECT CAST(count(*) - count(DISTINCT {column}) AS text) AS line FROM {table} GROUP BY {owner}"
        ));
        assert!(lines.iter().all(|line| line == "0"), "{table}: {lines:?}");
    }
    let lines =
        store.lines("SELECT CAST(count(*) - count(DISTINCT coordinator_position) AS text) AS line FROM incidents");
    assert_eq!(lines, ["0"]);
    let positions: Vec<i64> = store
        .lines("SELECT CAST(position AS text) AS line FROM audit_events ORDER BY position")
        .iter()
        .map(|line| line.parse().unwrap())
        .collect();
    assert!(positions.windows(2).all(|pair| pair[1] == pair[0] + 1), "audit events have gaps");
}

both!(a_page_that_ends_amid_changes_loses_nothing, |server| {
    // The same incident changes again and again while a slow reader takes one item at a time.
    let hospital = server.hospital();
    let ids: Vec<String> = (0..8).map(|n| hospital.submit(report(&format!("Подія {n}"))).string("/id")).collect();
    let mut follower = Follower::new(&server.alpha(), "/v1/cases", 1);
    for turn in 0..24 {
        follower.step();
        let id = &ids[turn % 3];
        hospital
            .post(&format!("/v1/incidents/{id}/reports"))
            .fresh_key()
            .json(json!({"stage": "update", "affected_users": turn}))
            .expect(201);
    }
    follower.catch_up();
    assert_eq!(follower.latest.len(), 8);
    let seen: BTreeSet<&str> = follower.latest.values().filter_map(|case| case["incident"]["id"].as_str()).collect();
    assert_eq!(seen, ids.iter().map(String::as_str).collect());
    for case in everything(&server.alpha(), "/v1/cases") {
        assert_eq!(follower.latest[case["id"].as_str().unwrap()], case);
    }
    assert_eq!(follower.latest.values().filter(|case| case["team"]["id"] == ALPHA).count(), 8);
    assert!(follower.latest.values().all(|case| case["incident"]["institution"]["id"] == HOSPITAL));
});
