//! Receivers of notices in this process, on real sockets: a mail server that keeps what it is given, and a webhook receiver.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A mail as it arrived.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Whom the envelope names.
    pub to: Vec<String>,
    /// Its header lines.
    pub head: String,
    /// Its text, decoded.
    pub text: String,
}

/// A mail server that listens until the test ends.
#[derive(Debug, Clone)]
pub struct MailSink {
    address: SocketAddr,
    state: Arc<Mutex<MailState>>,
}

#[derive(Debug, Default)]
struct MailState {
    mails: Vec<Mail>,
    refusal: Option<&'static str>,
}

impl MailSink {
    /// Listens on a free port of this machine.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let sink = Self { address: listener.local_addr().expect("an address"), state: Arc::default() };
        let state = Arc::clone(&sink.state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&state);
                std::thread::spawn(move || take_mails(stream, &state));
            }
        });
        sink
    }

    /// What `--smtp-url` takes.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// From now on every receiver is answered with this line; none takes mails again.
    pub fn refuse(&self, line: Option<&'static str>) {
        self.state.lock().expect("not poisoned").refusal = line;
    }

    /// What has arrived so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.state.lock().expect("not poisoned").mails.clone()
    }
}

/// As much of SMTP (RFC 5321) as a client needs that only sends.
fn take_mails(stream: TcpStream, state: &Mutex<MailState>) -> Option<()> {
    let mut out = stream.try_clone().ok()?;
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let mut to = Vec::new();
    out.write_all(b"220 sink.example\r\n").ok()?;
    while let Some(line) = lines.next() {
        let answer = match line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" | "HELO" => "250-sink.example\r\n250 8BITMIME".to_owned(),
            "RCPT" => {
                let refusal = state.lock().ok()?.refusal;
                if refusal.is_none() {
                    to.push(line.split(['<', '>']).nth(1).unwrap_or_default().to_owned());
                }
                refusal.unwrap_or("250 ok").to_owned()
            }
            "DATA" => {
                out.write_all(b"354 go on\r\n").ok()?;
                let data: Vec<String> = lines.by_ref().take_while(|line| line != ".").collect();
                let data = data.join("\n");
                let (head, body) = data.split_once("\n\n").unwrap_or((&data, ""));
                let body = STANDARD.decode(body.split_whitespace().collect::<String>()).unwrap_or_default();
                let text = String::from_utf8_lossy(&body).into_owned();
                let mail = Mail { to: std::mem::take(&mut to), head: head.to_owned(), text };
                state.lock().ok()?.mails.push(mail);
                "250 taken".to_owned()
            }
            "QUIT" => {
                out.write_all(b"221 bye\r\n").ok()?;
                return None;
            }
            _ => "250 ok".to_owned(),
        };
        out.write_all(format!("{answer}\r\n").as_bytes()).ok()?;
    }
    None
}

/// A call as it arrived.
#[derive(Debug, Clone)]
pub struct Hook {
    /// The path.
    pub path: String,
    /// The headers, their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

/// A webhook receiver that listens until the test ends.
#[derive(Debug, Clone)]
pub struct HookSink {
    /// Where it listens.
    pub address: SocketAddr,
    state: Arc<(Mutex<HookState>, Condvar)>,
}

#[derive(Debug)]
struct HookState {
    calls: Vec<Hook>,
    status: u16,
    first: VecDeque<u16>,
    held: bool,
}

impl HookSink {
    /// Listens on a free port of this machine and answers 204.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let state = HookState { calls: Vec::new(), status: 204, first: VecDeque::new(), held: false };
        let sink = Self {
            address: listener.local_addr().expect("an address"),
            state: Arc::new((Mutex::new(state), Condvar::new())),
        };
        let kept = sink.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = kept.clone();
                std::thread::spawn(move || kept.take_call(stream));
            }
        });
        sink
    }

    /// A URL of it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What it answers from now on; a redirect leads to itself.
    pub fn answer(&self, status: u16) {
        self.state.0.lock().expect("not poisoned").status = status;
    }

    /// What it answers the next callers, one after the other.
    pub fn answer_first(&self, statuses: &[u16]) {
        self.state.0.lock().expect("not poisoned").first = statuses.iter().copied().collect();
    }

    /// Whether it lets callers wait for an answer.
    pub fn hold(&self, held: bool) {
        self.state.0.lock().expect("not poisoned").held = held;
        self.state.1.notify_all();
    }

    /// What has arrived so far.
    pub fn calls(&self) -> Vec<Hook> {
        self.state.0.lock().expect("not poisoned").calls.clone()
    }

    fn take_call(&self, stream: TcpStream) -> Option<()> {
        let mut out = stream.try_clone().ok()?;
        let mut reader = BufReader::new(stream);
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            match line.trim_end() {
                "" => break,
                line => head.push(line.to_owned()),
            }
        }
        let path = head.first()?.split(' ').nth(1)?.to_owned();
        let headers: BTreeMap<String, String> = head
            .iter()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let body = String::from_utf8_lossy(&body).into_owned();
        let mut state = self.state.0.lock().ok()?;
        state.calls.push(Hook { path, headers, body });
        let mut state = self.state.1.wait_while(state, |state| state.held).ok()?;
        let status = state.first.pop_front().unwrap_or(state.status);
        drop(state);
        let elsewhere = self.url("/elsewhere");
        let answer =
            format!("HTTP/1.1 {status} X\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        out.write_all(answer.as_bytes()).ok()
    }
}

impl Hook {
    /// A header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    /// Whether one of the signatures is made with this secret, as Standard Webhooks describes.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.trim_start_matches("whsec_")).expect("base64");
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &key);
        let signed = format!("{}.{}.{}", self.header("webhook-id"), self.header("webhook-timestamp"), self.body);
        self.header("webhook-signature").split(' ').any(|one| {
            let tag = STANDARD.decode(one.trim_start_matches("v1,")).unwrap_or_default();
            one.starts_with("v1,") && aws_lc_rs::hmac::verify(&key, signed.as_bytes(), &tag).is_ok()
        })
    }
}
