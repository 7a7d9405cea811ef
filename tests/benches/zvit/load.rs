//! A lean HTTP/1.1 client that keeps connections open, and a load of many of them on one thread.
//!
//! The load shares the machine with what it measures, so it does as little as can be: a request is a block of bytes in which
//! a few marks are overwritten, and of an answer only the status and the length are read.

use std::cell::{Cell, RefCell};
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

use crate::cpu::Meter;
use crate::figures::Figures;

/// Stands in a request where something new must stand each time.
pub const MARK: &str = "@@@@@@@@@@@@@@@@";

/// A request, sent again and again with other digits where the marks were.
#[derive(Debug, Clone)]
pub struct Request {
    bytes: Vec<u8>,
    marks: Vec<usize>,
}

impl Request {
    /// A GET; `headers` are lines that end in `\r\n`.
    pub fn get(path: &str, token: &str, headers: &str) -> Self {
        Self::of(format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n{headers}\r\n"))
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
        Self { bytes: text.into_bytes(), marks }
    }

    /// The bytes of the next request.
    pub fn next(&mut self) -> &[u8] {
        if !self.marks.is_empty() {
            let digits = format!("{:016x}", fresh_number());
            for at in &self.marks {
                self.bytes[*at..*at + MARK.len()].copy_from_slice(digits.as_bytes());
            }
        }
        &self.bytes
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

/// What was answered.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The status.
    pub status: u16,
    /// Status line and headers.
    pub head: &'a [u8],
    /// The body.
    pub body: &'a [u8],
}

/// A connection that is kept open.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Opens one.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and reads its answer to the end.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        let (head, length) = loop {
            if let Some(found) = head(&self.buffer)? {
                break found;
            }
            self.fill().await?;
        };
        while self.buffer.len() < head + length {
            self.fill().await?;
        }
        Ok(Answer { status: status(&self.buffer)?, head: &self.buffer[..head], body: &self.buffer[head..] })
    }

    async fn fill(&mut self) -> Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(Error::new(ErrorKind::UnexpectedEof, "the server closed the connection")),
            _ => Ok(()),
        }
    }
}

fn status(answer: &[u8]) -> Result<u16> {
    let digits = answer.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
    digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| Error::new(ErrorKind::InvalidData, "no status line"))
}

/// Length of the head and of the body, once the head is complete.
fn head(answer: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let length = header(&answer[..end], "content-length").and_then(|text| text.parse().ok());
    match (status(answer)?, length) {
        (204 | 304, _) => Ok(Some((end + 4, 0))),
        (_, Some(length)) => Ok(Some((end + 4, length))),
        _ => Err(Error::new(ErrorKind::InvalidData, "an answer without Content-Length")),
    }
}

/// A header's value.
pub fn header<'a>(head: &'a [u8], name: &str) -> Option<&'a str> {
    let text = std::str::from_utf8(head).ok()?;
    let mut lines = text.split("\r\n").filter_map(|line| line.split_once(':'));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// A load: so many connections, each of which sends its next request when it has the answer to the one before.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Where to.
    pub address: SocketAddr,
    /// How many connections.
    pub connections: usize,
    /// How long, after a short time that doesn't count.
    pub time: Duration,
    /// What every answer must be.
    pub expected: u16,
    /// Whose processor time is read.
    pub meter: Meter,
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
            let connection = Connection::open(self.address).await.expect("the server takes the connection");
            let work = keep_asking(connection, request(number), self.expected, Rc::clone(&shared));
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

async fn keep_asking(
    mut connection: Connection,
    mut request: Request,
    expected: u16,
    shared: Rc<Shared>,
) -> Result<()> {
    while !shared.stopped.get() {
        let sent = Instant::now();
        let answer = connection.exchange(request.next()).await?;
        if answer.status != expected {
            shared.refused.set(shared.refused.get() + 1);
            let text = || format!("{}{}", String::from_utf8_lossy(answer.head), String::from_utf8_lossy(answer.body));
            shared.refusal.borrow_mut().get_or_insert_with(text);
        } else if shared.from.get().is_some() && !shared.stopped.get() {
            // Latency in microseconds: more than an hour never is.
            shared.latencies.borrow_mut().push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
        }
    }
    Ok(())
}
