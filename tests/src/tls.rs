//! HTTPS for the tests: whom clients trust, an authority that issues certificates, and connections byte by byte.

use std::collections::HashMap;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

/// What is trusted at which server. Clients are made from an address alone.
static TRUSTED: Mutex<Option<HashMap<String, Vec<u8>>>> = Mutex::new(None);

/// From now on clients trust these certificates (PEM) at this server.
pub fn trust(base: &str, pem: &[u8]) {
    let mut trusted = TRUSTED.lock().unwrap_or_else(PoisonError::into_inner);
    trusted.get_or_insert_default().insert(base.to_owned(), pem.to_owned());
}

fn trusted(base: &str) -> Vec<u8> {
    let trusted = TRUSTED.lock().unwrap_or_else(PoisonError::into_inner);
    trusted.as_ref().and_then(|all| all.get(base)).cloned().unwrap_or_default()
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// The settings of a client of this server. Nobody else's certificate is trusted.
pub(crate) fn config(base: &str) -> TlsConfig {
    let pem = trusted(base);
    let roots: Vec<Certificate<'static>> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&roots))
        .unversioned_rustls_crypto_provider(provider())
        .build()
}

/// A TLS connection to a server, as a client with these versions and protocols (ALPN) opens it.
///
/// # Errors
/// When the handshake fails.
pub fn connect(
    base: &str,
    versions: &[&'static SupportedProtocolVersion],
    protocols: &[&str],
) -> std::io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&trusted(base)) {
        roots.add(certificate.expect("a certificate")).expect("a root");
    }
    let config = ClientConfig::builder_with_provider(provider()).with_protocol_versions(versions).expect("versions");
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let name = ServerName::try_from("localhost").expect("a name");
    let connection = ClientConnection::new(Arc::new(config), name).map_err(std::io::Error::other)?;
    let mut stream = StreamOwned::new(connection, tcp(base));
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}

/// A bare connection to a server.
pub fn tcp(base: &str) -> TcpStream {
    let stream = TcpStream::connect(base.split_once("://").expect("a base").1).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a read time-out");
    stream
}

/// An authority of the test's own.
#[allow(missing_debug_implementations, reason = "a key has nothing to show")]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate file and its key file.
#[derive(Debug, Clone)]
pub struct PairFiles {
    /// The chain.
    pub certificate: PathBuf,
    /// The key.
    pub key: PathBuf,
}

impl Authority {
    /// A new one.
    #[allow(clippy::new_without_default, reason = "no two are alike")]
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "The tests' authority");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A chain for this machine, its root included, valid until the end of a year; and its key. Both in PEM.
    pub fn issue(&self, last_year: i32) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let mut params = CertificateParams::new(names).expect("parameters");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(last_year, 12, 31);
        let leaf = params.signed_by(&key, &self.issuer).expect("a certificate");
        (format!("{}{}", leaf.pem(), self.pem), key.serialize_pem())
    }
}

impl PairFiles {
    /// The two files within a directory, not written yet.
    pub fn within(directory: &Path) -> Self {
        Self { certificate: directory.join("chain.pem"), key: directory.join("key.pem") }
    }

    /// Writes both, the key first, each in place.
    pub fn write(&self, (chain, key): &(String, String)) {
        std::fs::write(&self.key, key).expect("a key file");
        std::fs::write(&self.certificate, chain).expect("a certificate file");
    }

    /// The flags that make a server use them.
    pub fn flags(&self) -> [String; 4] {
        let text = |path: &Path| path.display().to_string();
        ["--tls-cert".into(), text(&self.certificate), "--tls-key".into(), text(&self.key)]
    }
}
