//! From an accepted report to the team that waits for it in a long poll.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::task::LocalSet;

use crate::Plan;
use crate::connection::{Connection, header};
use crate::directory::{TEAMS, team};
use crate::figures::percentile;
use crate::load::Request;
use crate::polls::end_of_feed;
use crate::stand::Stand;

/// Connections that submit: enough that none waits for its turn.
const SUBMITTERS: usize = 64;

/// What was seen at one rate.
#[derive(Debug)]
pub struct Wake {
    /// The stand's database.
    pub name: &'static str,
    /// Reports per second that were asked for.
    pub rate: u32,
    /// Reports per second that were accepted.
    pub accepted: f64,
    /// Reports that reached no team in time.
    pub missing: usize,
    /// Microseconds from the answer to the team's, sorted; 0 when the team's came first.
    pub from_answer: Vec<u32>,
    /// Microseconds from the sending of the report to the team's answer, sorted.
    pub from_sending: Vec<u32>,
}

#[derive(Debug, Default)]
struct Seen {
    sent: RefCell<HashMap<String, (Instant, Instant)>>,
    arrived: RefCell<HashMap<String, Instant>>,
    stopped: Cell<bool>,
}

/// Submits at this rate while every team waits.
pub fn run(plan: &Plan, stand: &Stand, name: &'static str, rate: u32) -> Wake {
    eprintln!("long polls on {name} at {rate}/s");
    let teams: Vec<(String, String)> = (0..TEAMS)
        .map(|number| {
            let token = stand.token("team", Some(&team(number)));
            let end = end_of_feed(stand, &token);
            (token, end.cursor)
        })
        .collect();
    let requests: Vec<Request> = (0..SUBMITTERS).map(|number| stand.report(number)).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let seen = Rc::new(Seen::default());
    let time = plan.time.max(Duration::from_secs(1));
    LocalSet::new().block_on(&runtime, async {
        for (token, cursor) in teams {
            let connection = Connection::open(&stand.door).await.expect("the server takes the connection");
            tokio::task::spawn_local(wait(connection, token, cursor, Rc::clone(&seen)));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        let start = Instant::now();
        let mut submitters = Vec::with_capacity(SUBMITTERS);
        for (number, request) in requests.into_iter().enumerate() {
            let connection = Connection::open(&stand.door).await.expect("the server takes the connection");
            let pace = Pace { start, rate, number, time };
            submitters.push(tokio::task::spawn_local(submit(connection, request, pace, Rc::clone(&seen))));
        }
        for submitter in submitters {
            submitter.await.expect("a submitter's task");
        }
        let until = Instant::now() + Duration::from_secs(2);
        while Instant::now() < until && seen.arrived.borrow().len() < seen.sent.borrow().len() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        seen.stopped.set(true);
    });
    summary(&seen, name, rate, time)
}

fn summary(seen: &Seen, name: &'static str, rate: u32, time: Duration) -> Wake {
    let (sent, arrived) = (seen.sent.borrow(), seen.arrived.borrow());
    let micros =
        |from: Instant, to: Instant| u32::try_from(to.saturating_duration_since(from).as_micros()).unwrap_or(u32::MAX);
    let reached = || sent.iter().filter_map(|(id, times)| Some((times, *arrived.get(id)?)));
    let mut from_answer: Vec<u32> = reached().map(|((_, answered), at)| micros(*answered, at)).collect();
    let mut from_sending: Vec<u32> = reached().map(|((begun, _), at)| micros(*begun, at)).collect();
    from_answer.sort_unstable();
    from_sending.sort_unstable();
    let missing = sent.len() - from_answer.len();
    Wake { name, rate, accepted: sent.len() as f64 / time.as_secs_f64(), missing, from_answer, from_sending }
}

impl Wake {
    /// The median and the 99th percentile of sorted microseconds, in milliseconds.
    pub fn of(values: &[u32]) -> (f64, f64) {
        (percentile(values, 0.5) / 1e3, percentile(values, 0.99) / 1e3)
    }
}

async fn wait(mut connection: Connection, token: String, mut cursor: String, seen: Rc<Seen>) {
    while !seen.stopped.get() {
        let mut request = Request::get(&format!("/v1/cases?limit=200&wait=30&cursor={cursor}"), &token, "");
        let Ok(answer) = connection.exchange(request.next()).await else { return };
        let at = Instant::now();
        let page: Value = serde_json::from_slice(answer.body).expect("a page of cases");
        let mut arrived = seen.arrived.borrow_mut();
        for item in page["items"].as_array().into_iter().flatten() {
            if let Some(id) = item.pointer("/incident/id").and_then(Value::as_str) {
                arrived.entry(id.to_owned()).or_insert(at);
            }
        }
        cursor = page["next_cursor"].as_str().expect("a cursor").to_owned();
    }
}

/// When the submitter of this number sends: all together they keep the rate.
#[derive(Debug, Clone, Copy)]
struct Pace {
    start: Instant,
    rate: u32,
    number: usize,
    time: Duration,
}

impl Pace {
    fn due(self, turn: usize) -> Option<Instant> {
        let place = (turn * SUBMITTERS + self.number) as f64;
        let after = Duration::from_secs_f64(place / f64::from(self.rate));
        (after < self.time).then(|| self.start + after)
    }
}

async fn submit(mut connection: Connection, mut request: Request, pace: Pace, seen: Rc<Seen>) {
    for turn in 0.. {
        let Some(due) = pace.due(turn) else { return };
        tokio::time::sleep_until(due.into()).await;
        let begun = Instant::now();
        let answer = connection.exchange(request.next()).await.expect("the connection holds");
        let answered = Instant::now();
        let id = header(answer.head, "location").and_then(|location| location.rsplit('/').next());
        if let (201, Some(id)) = (answer.status, id) {
            seen.sent.borrow_mut().insert(id.to_owned(), (begun, answered));
        }
    }
}
