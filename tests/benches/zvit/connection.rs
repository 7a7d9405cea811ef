//! A lean HTTP/1.1 client that keeps a connection open, plain or over TLS.
//!
//! It shares the machine with what it measures, so it does as little as can be: of an answer only the status and the length
//! are read.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Where a server listens, and how it is spoken to there.
#[derive(Clone)]
pub struct Door {
    address: SocketAddr,
    tls: Option<TlsConnector>,
}

impl Door {
    /// HTTP.
    pub fn plain(address: SocketAddr) -> Self {
        Self { address, tls: None }
    }

    /// HTTPS with a server that has this certificate (PEM). No session is resumed: every handshake is a full one.
    pub fn tls(address: SocketAddr, certificate: &[u8]) -> Self {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(certificate) {
            roots.add(certificate.expect("a certificate")).expect("a root");
        }
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let config = config.with_safe_default_protocol_versions().expect("versions");
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.resumption = Resumption::disabled();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self { address, tls: Some(TlsConnector::from(Arc::new(config))) }
    }
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

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection that is kept open.
#[derive(Debug)]
pub struct Connection {
    stream: Stream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Opens one; with TLS the handshake is done then.
    pub async fn open(door: &Door) -> Result<Self> {
        let stream = TcpStream::connect(door.address).await?;
        stream.set_nodelay(true)?;
        let stream = match &door.tls {
            None => Stream::Plain(stream),
            Some(tls) => {
                let name = ServerName::try_from("localhost").expect("a name");
                Stream::Tls(Box::new(tls.connect(name, stream).await?))
            }
        };
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// What both sides agreed on; none without TLS.
    pub fn agreed(&self) -> Option<String> {
        let Stream::Tls(stream) = &self.stream else { return None };
        let (_, session) = stream.get_ref();
        let version = session.protocol_version()?;
        let suite = session.negotiated_cipher_suite()?.suite();
        let group = session.negotiated_key_exchange_group()?.name();
        Some(format!("{version:?}, {suite:?}, {group:?}"))
    }

    /// Sends a request and reads its answer to the end.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.buffer.clear();
        match &mut self.stream {
            Stream::Plain(stream) => stream.write_all(request).await?,
            Stream::Tls(stream) => {
                stream.write_all(request).await?;
                // What was written may still be on this side of the socket.
                stream.flush().await?;
            }
        }
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

    /// Waits until the server has closed the connection, as it was asked to.
    pub async fn end(&mut self) -> Result<()> {
        self.buffer.clear();
        match self.read().await? {
            0 => Ok(()),
            _ => Err(Error::new(ErrorKind::InvalidData, "more than one answer")),
        }
    }

    async fn fill(&mut self) -> Result<()> {
        match self.read().await? {
            0 => Err(Error::new(ErrorKind::UnexpectedEof, "the server closed the connection")),
            _ => Ok(()),
        }
    }

    async fn read(&mut self) -> Result<usize> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.read_buf(&mut self.buffer).await,
            Stream::Tls(stream) => stream.read_buf(&mut self.buffer).await,
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
