//! Where the demonstration runs: a directory and a port of its own.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use zvit_db::conn::DatabaseUrl;
use zvit_domain::deadline::Clocks;
use zvit_texts::label;

use super::DemoFault;
use crate::clock;
use crate::config::{DEFAULT_ATTACHMENT_QUOTA_MB, LogFormat, NoticeArgs, Settings};
use crate::limits::settings::LimitSettings;
use crate::net::address::Proxies;
use crate::net::tls::Tls;
use crate::polls::DEFAULT_SILENT_AFTER_MINUTES;

/// Taken when it is free.
pub(super) const PORT: u16 = 8080;

/// A temporary directory, removed when the place is dropped.
pub(super) struct Place {
    dir: PathBuf,
}

/// A port that nobody else can take until this is dropped.
pub(super) struct HeldPort {
    listener: TcpListener,
}

impl HeldPort {
    /// Holds the usual port, or a free one when it is taken.
    pub(super) fn find() -> std::io::Result<Self> {
        let usual = TcpListener::bind((Ipv4Addr::LOCALHOST, PORT));
        let listener = usual.or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        Ok(Self { listener })
    }

    /// Whether it is another than the usual one.
    pub(super) fn is_makeshift(&self) -> bool {
        self.address().is_ok_and(|address| address.port() != PORT)
    }

    /// The address it stands for.
    pub(super) fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Place {
    /// Makes the directory.
    pub(super) fn make() -> std::io::Result<Self> {
        let dir = std::env::temp_dir().join(format!("zvit-demo-{}", clock::new_id(clock::now())));
        make_private_dir(&dir)?;
        Ok(Self { dir })
    }

    /// The directory.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The certificate that callers must trust.
    pub(super) fn certificate(&self) -> PathBuf {
        Tls::certificate_in(&self.dir)
    }

    /// How the service runs here. The issuer is the address that is really served, so that what the metadata names can be
    /// called.
    ///
    /// # Errors
    /// A defect, when the mailbox can't be one.
    pub(super) fn settings(&self, listen: SocketAddr, mailbox: SocketAddr) -> Result<Settings, DemoFault> {
        let notices = NoticeArgs {
            smtp_url: format!("smtp://{mailbox}").parse().ok(),
            mail_from: Some("Zvit <zvit@demonstration.example>".into()),
            ..NoticeArgs::default()
        };
        let notices = notices.or(&NoticeArgs::default()).map_err(|fault| DemoFault::Defect(fault.to_string()))?;
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Ok(Settings {
            database: DatabaseUrl::Sqlite(self.dir.join("zvit.sqlite3")),
            listen,
            tls: Tls::SelfSigned { dir: self.dir.clone() },
            proxies: Proxies::default(),
            issuer: Some(format!("https://{listen}")),
            duty_line: label!("demo-duty-line").into(),
            workers: cores.min(4),
            readers: 4,
            queue: 1024,
            batch: 256,
            max_connections: 1000,
            limits: LimitSettings::default(),
            notices,
            clocks: Clocks::default(),
            signing_key_days: 0,
            close_after_days: 0,
            silent_after_minutes: DEFAULT_SILENT_AFTER_MINUTES,
            attachments_dir: Some(self.dir.join("attachments")),
            attachment_quota_mb: DEFAULT_ATTACHMENT_QUOTA_MB,
            log_format: LogFormat::Text,
            rehearsal_clock: None,
            rehearsal_moment: None,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.dir) {
            log::warn!("{} could not be removed: {error}", self.dir.display());
        }
    }
}

/// The store holds the signing key: only its owner may read it. A directory that is there already is not taken.
fn make_private_dir(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// Ends when SIGINT or SIGTERM came. From the call on, they no longer end the process by themselves.
#[cfg(unix)]
pub(super) fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Ends when Ctrl-C was pressed.
#[cfg(not(unix))]
pub(super) fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
