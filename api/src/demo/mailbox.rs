//! A mailbox for the demonstration: the mails the service sends are kept here, and go nowhere else.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Nobody waits longer for the other side of a mail.
const PATIENCE: Duration = Duration::from_secs(10);
/// A mail of the service is a few hundred bytes.
const MOST_BYTES: usize = 64 << 10;

/// A mail as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mail {
    /// Its first recipient.
    pub(super) to: String,
    /// Head and body, line by line.
    pub(super) lines: Vec<String>,
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
                // A mail that breaks off is sent again.
                let _ = taker.take(&stream);
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
                    self.mails.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
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
    std::io::Read::take(&mut *input, 4096).read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

/// The lines up to the single dot, with the dots taken off that were put before others.
fn read_mail(input: &mut impl BufRead) -> std::io::Result<Vec<String>> {
    let (mut lines, mut bytes) = (Vec::new(), 0);
    loop {
        let mut line = Vec::new();
        let read = input.read_until(b'\n', &mut line)?;
        bytes += read;
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
        std::io::Read::read_to_string(&mut stream, &mut answers).unwrap();
        assert!(answers.ends_with("250 kept\r\n221 bye\r\n"), "{answers}");
        let lines = ["Subject: s", "", ".dot"].map(str::to_owned).to_vec();
        assert_eq!(mailbox.mails(), [Mail { to: "duty@y.example".into(), lines }]);
    }
}
