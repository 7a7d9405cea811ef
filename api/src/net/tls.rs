//! HTTPS: the settings of the TLS library, and where the certificate comes from.
//!
//! TLS 1.2 and 1.3, `http/1.1` as the only protocol (the framework says so in ALPN). The library has no renegotiation, and
//! early data stays off: a replayed report would be one too many.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::version::{TLS12, TLS13};

pub use super::certificate::PairFault;
use super::reload::Reloader;
use super::self_signed::{self, Files};
use crate::clock;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// So long may a handshake take.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(3);

/// Where the certificate comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Tls {
    /// Plain HTTP.
    #[default]
    Off,
    /// From files that somebody else renews.
    Files {
        /// The chain, in PEM, the server's own certificate first.
        certificate: PathBuf,
        /// The key, in PEM.
        key: PathBuf,
    },
    /// Made here.
    SelfSigned {
        /// Where its two files are kept.
        dir: PathBuf,
    },
}

/// Why HTTPS can't start.
#[derive(Debug, thiserror::Error)]
pub enum TlsFault {
    /// A file can't be read.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: String,
    },
    /// The files can't be used together.
    #[error("certificate {} with key {}: {fault}", certificate.display(), key.display())]
    Pair {
        /// The chain's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// Why.
        fault: PairFault,
    },
    /// The self-signed certificate can't be made or kept.
    #[error("a self-signed certificate in {}: {error}", dir.display())]
    SelfSigned {
        /// Where it should be.
        dir: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The TLS library.
    #[error("TLS can't be set up: {0}")]
    Library(#[from] rustls::Error),
}

/// Makes the process's TLS library use the one cryptographic provider there is.
pub fn install_provider() {
    // It fails only where it was done before.
    let _ = aws_lc_rs::default_provider().install_default();
}

/// HTTPS, ready to be listened with.
pub(crate) struct Https {
    /// For the listener.
    pub(crate) config: ServerConfig,
    reloader: Reloader,
}

impl Tls {
    /// Whether answers are encrypted.
    pub fn is_on(&self) -> bool {
        *self != Self::Off
    }

    /// Where the self-signed certificate is, which callers are told to trust.
    pub(crate) fn certificate_in(dir: &Path) -> PathBuf {
        Files::within(dir).certificate
    }

    /// Fails where stated files can't be used, before anything is touched.
    pub(crate) fn check(&self) -> Result<(), TlsFault> {
        if let Self::Files { certificate, key } = self {
            let files = Files { certificate: certificate.clone(), key: key.clone() };
            Reloader::new(files, Arc::new(aws_lc_rs::default_provider()))?;
        }
        Ok(())
    }

    /// The listener's settings; none where it is off.
    pub(crate) fn prepare(&self, issuer: &str, listen: SocketAddr) -> Result<Option<Https>, TlsFault> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let files = match self {
            Self::Off => return Ok(None),
            Self::Files { certificate, key } => Files { certificate: certificate.clone(), key: key.clone() },
            Self::SelfSigned { dir } => {
                let names = self_signed::names(issuer, listen);
                let made = self_signed::ensure(dir, &names, clock::now(), &provider)
                    .map_err(|error| TlsFault::SelfSigned { dir: dir.clone(), error })?;
                let files = Files::within(dir);
                log::info!(
                    "the certificate is self-signed{}, for {}: clients must be given it, as in curl --cacert {}",
                    if made { " and new" } else { "" },
                    names.join(", "),
                    files.certificate.display()
                );
                files
            }
        };
        let mut reloader = Reloader::new(files, Arc::clone(&provider))?;
        log::info!("certificate {}, {}", reloader.certificate().display(), reloader.until());
        reloader.look(clock::now());
        Ok(Some(Https { config: server_config(provider, &reloader)?, reloader }))
    }
}

fn server_config(provider: Arc<CryptoProvider>, reloader: &Reloader) -> Result<ServerConfig, TlsFault> {
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(reloader.shown());
    // Tickets keep nothing on the server; their key changes every six hours.
    config.ticketer = aws_lc_rs::Ticketer::new()?;
    Ok(config)
}

impl Https {
    /// Watches the files until the task is ended.
    pub(crate) fn watch(self) -> (ServerConfig, tokio::task::JoinHandle<()>) {
        let Self { config, reloader } = self;
        let task = tokio::spawn(async move {
            let mut reloader = Some(reloader);
            while let Some(mut held) = reloader.take() {
                tokio::time::sleep(LOOK_EVERY).await;
                // A file may lie on a disk that doesn't answer.
                let looked = tokio::task::spawn_blocking(move || {
                    held.look(clock::now());
                    held
                });
                match looked.await {
                    Ok(held) => reloader = Some(held),
                    Err(error) => log::error!("the certificate is no longer watched: {error}"),
                }
            }
        });
        (config, task)
    }
}
