//! A load of many connections on one thread.
//!
//! It shares the machine with what it measures, so it does as little as can be: a request is a block of bytes in which a few
//! marks are overwritten, or one that was made beforehand.

use std::cell::{Cell, RefCell};
use std::io::Result;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::LocalSet;

use crate::connection::{Connection, Door};
use crate::cpu::Meter;
use crate::figures::Figures;

/// Stands in a request where something new must stand each time.
pub const MARK: &str = "@@@@@@@@@@@@@@@@";

/// A request, sent again and again with other digits where the marks were, or made anew each time.
#[derive(Clone)]
pub struct Request {
    bytes: Vec<u8>,
    marks: Vec<usize>,
    maker: Option<Rc<dyn Fn() -> Vec<u8>>>,
}

impl Request {
    /// A GET; `headers` are lines that end in `\r\n`.
    pub fn get(path: &str, token: &str, headers: &str) -> Self {
        Self::anyones_get(path, &format!("Authorization: Bearer {token}\r\n{headers}"))
    }

    /// A GET without a token.
    pub fn anyones_get(path: &str, headers: &str) -> Self {
        Self::of(format!("GET {path} HTTP/1.1\r\nHost: bench\r\n{headers}\r\n"))
    }

    /// A form.
    pub fn form(path: &str, headers: &str, body: &str) -> Self {
        Self::of(format!(
            "POST {path} HTTP/1.1\r\nHost: bench\r\n{headers}Content-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    /// Whatever this makes, each time.
    pub fn made_by(maker: Rc<dyn Fn() -> Vec<u8>>) -> Self {
        Self { bytes: Vec::new(), marks: Vec::new(), maker: Some(maker) }
    }

    /// A report with an Idempotency-Key of its own each time.
    pub fn report(path: &str, token: &str, body: &str) -> Self {
        Self::of(format!(
            "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Idempotency-Key: bench-{MARK}-{MARK}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    fn of(text: String) -> Self {
        let marks = text.match_indices(MARK).map(|(at, _)| at).collect();
        Self { bytes: text.into_bytes(), marks, maker: None }
    }

    /// The bytes of the next request.
    pub fn next(&mut self) -> &[u8] {
        if let Some(make) = &self.maker {
            self.bytes = make();
        }
        if !self.marks.is_empty() {
            let digits = format!("{:016x}", fresh_number());
            for at in &self.marks {
                self.bytes[*at..*at + MARK.len()].copy_from_slice(digits.as_bytes());
            }
        }
        &self.bytes
    }

    /// Its bytes, marks included.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Never given out twice, not even by two runs on one store.
fn fresh_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    if NEXT.load(Ordering::Relaxed) == 0 {
        let start = u64::from(uuid::Uuid::new_v4().as_fields().0) << 32;
        let _ = NEXT.compare_exchange(0, start.max(1), Ordering::Relaxed, Ordering::Relaxed);
    }
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A load: so many connections, each of which sends its next request when it has the answer to the one before.
#[derive(Clone)]
pub struct Load {
    /// Where to.
    pub door: Door,
    /// How many connections.
    pub connections: usize,
    /// How long, after a short time that doesn't count.
    pub time: Duration,
    /// What every answer must be.
    pub expected: u16,
    /// Whose processor time is read.
    pub meter: Meter,
    /// Whether each request goes over a connection of its own, which the request asks the server to close. (It is the side
    /// that closes first which keeps the port for a minute, and a client has only so many.)
    pub anew: bool,
}

#[derive(Debug, Default)]
struct Shared {
    from: Cell<Option<Instant>>,
    stopped: Cell<bool>,
    latencies: RefCell<Vec<u32>>,
    refused: Cell<u64>,
    refusal: RefCell<Option<String>>,
}

impl Load {
    /// Runs it; `request` gives each connection its request.
    pub fn run(&self, request: &dyn Fn(usize) -> Request) -> Figures {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        LocalSet::new().block_on(&runtime, self.measure(request))
    }

    async fn measure(&self, request: &dyn Fn(usize) -> Request) -> Figures {
        let shared = Rc::new(Shared::default());
        let mut tasks = Vec::with_capacity(self.connections);
        for number in 0..self.connections {
            let mut kept = None;
            if !self.anew {
                kept = Some(Connection::open(&self.door).await.expect("the server takes the connection"));
            }
            let work = keep_asking(self.clone(), kept, request(number), Rc::clone(&shared));
            tasks.push(tokio::task::spawn_local(work));
        }
        tokio::time::sleep((self.time / 8).max(Duration::from_millis(100))).await;
        let before = self.meter.read();
        let from = Instant::now();
        shared.from.set(Some(from));
        tokio::time::sleep(self.time).await;
        let after = self.meter.read();
        let seconds = from.elapsed().as_secs_f64();
        shared.stopped.set(true);
        let mut latencies = shared.latencies.take();
        for task in tasks {
            task.await.expect("a connection's task").expect("the connection holds");
        }
        if shared.refused.get() > 0 {
            let refusal = shared.refusal.take().unwrap_or_default();
            eprintln!("! {} answers were not {}, the first of them:\n{refusal}", shared.refused.get(), self.expected);
        }
        latencies.sort_unstable();
        let requests = latencies.len() as u64;
        Figures { per_second: requests as f64 / seconds, spent: after.since(before, requests), latencies }
    }
}

async fn keep_asking(load: Load, mut kept: Option<Connection>, mut request: Request, shared: Rc<Shared>) -> Result<()> {
    while !shared.stopped.get() {
        let sent = Instant::now();
        let mut own;
        let connection = match &mut kept {
            Some(connection) => connection,
            None => {
                own = Connection::open(&load.door).await?;
                &mut own
            }
        };
        let answer = connection.exchange(request.next()).await?;
        let text = || format!("{}{}", String::from_utf8_lossy(answer.head), String::from_utf8_lossy(answer.body));
        let refusal = (answer.status != load.expected).then(text);
        if load.anew {
            connection.end().await?;
        }
        if let Some(refusal) = refusal {
            shared.refused.set(shared.refused.get() + 1);
            shared.refusal.borrow_mut().get_or_insert(refusal);
        } else if shared.from.get().is_some() && !shared.stopped.get() {
            // Latency in microseconds: more than an hour never is.
            shared.latencies.borrow_mut().push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
        }
    }
    Ok(())
}
