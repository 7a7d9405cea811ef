//! A mailbox for the demonstration: the mails the service sends are kept here, and go nowhere else.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Nobody waits longer for the other side of a mail.
const PATIENCE: Duration = Duration::from_secs(10);
/// A mail of the service is a few hundred bytes, with the longest line of base64 among them.
const MOST_BYTES: u64 = 64 << 10;
/// Longer commands there are none (RFC 5321, section 4.5.3.1.4, allows for 512).
const MOST_OF_A_LINE: u64 = 4096;
/// So many are kept: the demonstration may run for days.
const MOST_MAILS: usize = 1_000;

/// A mail as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mail {
    /// Its first recipient.
    pub(super) to: String,
    /// Head and body, line by line.
    pub(super) lines: Vec<String>,
}

impl Mail {
    /// Its text, line by line. The service sends it in base64 (RFC 2045); what isn't is shown as it came.
    pub(super) fn text(&self) -> Vec<String> {
        let body = self.lines.iter().skip_while(|line| !line.is_empty());
        let joined: String = body.map(String::as_str).collect();
        let decoded = STANDARD.decode(&joined).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        decoded.unwrap_or(joined).lines().map(str::to_owned).collect()
    }
}

/// Takes mails on the loopback address (RFC 5321, as little of it as is needed), until the process ends.
#[derive(Debug, Clone)]
pub(super) struct Mailbox {
    address: SocketAddr,
    mails: Arc<Mutex<Vec<Mail>>>,
}

impl Mailbox {
    /// Opens it on a free port.
    pub(super) fn open() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let mailbox = Self { address: listener.local_addr()?, mails: Arc::default() };
        let taker = mailbox.clone();
        std::thread::Builder::new().name("demo-mailbox".into()).spawn(move || {
            for stream in listener.incoming().flatten() {
                let taker = taker.clone();
                // A mail that breaks off is sent again; so is one that no thread could be had for.
                let taking = move || drop(taker.take(&stream));
                let _ = std::thread::Builder::new().name("demo-mail".into()).spawn(taking);
            }
        })?;
        Ok(mailbox)
    }

    /// Where the service is to send its mails.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The mails so far.
    pub(super) fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// One connection, on which several mails may come.
    fn take(&self, stream: &TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        let (mut input, mut output) = (BufReader::new(stream), stream);
        let mut to = String::new();
        output.write_all(b"220 demonstration\r\n")?;
        loop {
            let line = read_line(&mut input)?;
            let verb = line.get(..4).unwrap_or(&line).to_ascii_uppercase();
            let answer: &[u8] = match verb.as_str() {
                "QUIT" | "" => return output.write_all(b"221 bye\r\n"),
                "RCPT" => {
                    to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    b"250 ok\r\n"
                }
                "DATA" => {
                    output.write_all(b"354 go on\r\n")?;
                    let lines = read_mail(&mut input)?;
                    let mail = Mail { to: std::mem::take(&mut to), lines };
                    let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
                    if mails.len() < MOST_MAILS {
                        mails.push(mail);
                    }
                    b"250 kept\r\n"
                }
                _ => b"250 ok\r\n",
            };
            output.write_all(answer)?;
        }
    }
}

/// A line without its end; an empty one at the end of the connection.
fn read_line(input: &mut impl BufRead) -> std::io::Result<String> {
    let mut line = Vec::new();
    Read::take(&mut *input, MOST_OF_A_LINE).read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

/// The lines up to the single dot, with the dots taken off that were put before others.
fn read_mail(input: &mut impl BufRead) -> std::io::Result<Vec<String>> {
    let (mut lines, mut bytes) = (Vec::new(), 0_u64);
    loop {
        let mut line = Vec::new();
        let read = Read::take(&mut *input, MOST_BYTES).read_until(b'\n', &mut line)?;
        bytes += u64::try_from(read).unwrap_or(MOST_BYTES);
        if read == 0 || bytes > MOST_BYTES {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        match line.strip_prefix('.') {
            Some("") => return Ok(lines),
            Some(rest) => lines.push(rest.to_owned()),
            None => lines.push(line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_kept_as_it_came() {
        let mailbox = Mailbox::open().unwrap();
        let mut stream = TcpStream::connect(mailbox.address()).unwrap();
        stream
            .write_all(
                b"EHLO x\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<duty@y.example>\r\nDATA\r\nSubject: s\r\n\r\n..dot\r\n.\r\nQUIT\r\n",
            )
            .unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).unwrap();
        assert!(answers.ends_with("250 kept\r\n221 bye\r\n"), "{answers}");
        let plain = Mail {
            to: String::new(),
            lines: vec!["Subject: s".into(), String::new(), "0JfQstGW".into(), "0YI=".into()],
        };
        assert_eq!(plain.text(), ["Звіт"]);
        let lines = ["Subject: s", "", ".dot"].map(str::to_owned).to_vec();
        assert_eq!(mailbox.mails()[0].text(), [".dot"]);
        assert_eq!(mailbox.mails(), [Mail { to: "duty@y.example".into(), lines }]);
    }
}
