//! HTTP byte by byte, for what no decent client would send.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;
use ureq::http::{HeaderMap, HeaderName, HeaderValue};

use crate::answer::Answer;

/// Sends these bytes and reads one answer. That the server closes the connection before all is sent is no failure: it may
/// have answered already.
#[track_caller]
pub fn exchange(base: &str, bytes: &[u8]) -> Answer {
    let mut stream = connect(base);
    let mut reading = stream.try_clone().expect("a second handle");
    let sending = bytes.to_vec();
    let sender = std::thread::spawn(move || {
        let _ = stream.write_all(&sending);
        stream
    });
    let answer = read_answer(&mut reading, bytes);
    let _ = reading.shutdown(std::net::Shutdown::Both);
    let _ = sender.join();
    answer
}

/// A connection on which nothing was sent yet.
#[track_caller]
pub fn connect(base: &str) -> TcpStream {
    let address = base.strip_prefix("http://").expect("plain HTTP");
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a read time-out");
    stream
}

/// Reads one answer from a connection; `sent` is for messages.
#[track_caller]
pub fn receive(stream: &mut TcpStream, sent: &[u8]) -> Answer {
    read_answer(stream, sent)
}

/// A request with a body, by hand: `Host`, `Content-Length` and `Connection: close` are added.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: zvit.localhost\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("transfer-encoding") || name.eq_ignore_ascii_case("content-length"))
    {
        request.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    request.push_str("\r\n");
    let mut bytes = request.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

#[track_caller]
fn read_answer(stream: &mut TcpStream, sent: &[u8]) -> Answer {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    let (head, body_at, length) = loop {
        if let Some(head) = parse_head(&bytes) {
            break head;
        }
        match stream.read(&mut buffer) {
            Ok(0) => panic!(
                "the connection closed before an answer; {} bytes: {}",
                bytes.len(),
                String::from_utf8_lossy(&bytes)
            ),
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            Err(error) => panic!("no answer: {error}; {} bytes: {}", bytes.len(), String::from_utf8_lossy(&bytes)),
        }
    };
    while length.is_none_or(|length| bytes.len() < body_at + length) {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
    let body = bytes.split_off(body_at);
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or(0);
    let headers: HeaderMap = lines
        .filter_map(|line| line.split_once(':'))
        .filter_map(|(name, value)| Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value.trim()).ok()?)))
        .collect();
    let shown = String::from_utf8_lossy(&sent[..sent.len().min(300)]).into_owned();
    let value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Answer { method: "(raw)".into(), url: String::new(), sent: shown, status, headers, bytes: body, value }
}

/// The head, where the body begins, and how long it is as far as that is said.
fn parse_head(bytes: &[u8]) -> Option<(String, usize, Option<usize>)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok());
    Some((head, end + 4, length))
}

/// A connection over which bytes are sent as slowly and as wrongly as a test likes.
#[derive(Debug)]
pub struct Connection(TcpStream);

impl Connection {
    /// Connects.
    pub fn open(base: &str) -> Self {
        let stream = TcpStream::connect(base.strip_prefix("http://").expect("plain HTTP")).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a read time-out");
        Self(stream)
    }

    /// Sends these bytes; says whether the server still takes them.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).is_ok()
    }

    /// The next answer.
    #[track_caller]
    pub fn answer(&mut self) -> Answer {
        read_answer(&mut self.0, b"")
    }

    /// Whether there is anything to read, an answer or the end.
    pub fn is_answered(&self) -> bool {
        self.0.set_nonblocking(true).expect("a mode");
        let peeked = self.0.peek(&mut [0]);
        self.0.set_nonblocking(false).expect("a mode");
        !matches!(peeked, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
    }

    /// Waits until the server has closed the connection; what it sends until then is dropped. Fails after a minute.
    #[track_caller]
    pub fn expect_closed(&mut self) {
        let mut buffer = [0; 4096];
        loop {
            match self.0.read(&mut buffer) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return,
                Err(error) => panic!("the connection stays open: {error}"),
            }
        }
    }
}
