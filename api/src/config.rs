//! Settings: a flag is stronger than an environment variable, that is stronger than the configuration file, that is stronger
//! than the default.

#![allow(rustdoc::bare_urls, reason = "the doc comments of settings are shown by --help, as plain text")]

mod file;
mod notices;
mod settings;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Deserialize;
use zvit_domain::word::Text;
use zvit_texts::text;

pub use file::ConfigFile;
pub use notices::{MailSettings, NoticeArgs, NoticeSettings};
pub use settings::Settings;

use crate::limits::settings::LimitArgs;
use crate::net::address::AddressRange;

/// The issuer of a store that was never told another one.
pub const DEFAULT_ISSUER: &str = "https://zvit.localhost";
/// A signing key signs for so long.
pub const DEFAULT_SIGNING_KEY_DAYS: u32 = 90;
/// What is resolved and has its final report is closed after so many quiet days.
pub const DEFAULT_CLOSE_AFTER_DAYS: u32 = 14;
/// What one institution or team may keep in attachments, in megabytes.
pub const DEFAULT_ATTACHMENT_QUOTA_MB: u32 = 2048;

/// Where the store is. Every command that touches it takes these.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreArgs {
    /// Directory that holds the embedded database; made if it is missing. Default: zvit-data
    #[arg(long, env = "ZVIT_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// PostgreSQL instead of the embedded database, as postgres://user:password@host/database
    #[arg(long, env = "ZVIT_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Whether the service speaks HTTPS without being given a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    /// Plain HTTP, whatever else is set.
    Off,
    /// A certificate of its own making, unless one is given.
    SelfSigned,
}

/// How the service runs.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServeArgs {
    /// Address to listen on; port 0 takes a free one. Default: 127.0.0.1:8080
    #[arg(long, env = "ZVIT_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// HTTPS: the certificate chain in PEM, the server's own first; read anew when it changes. Needs --tls-key
    #[arg(long, env = "ZVIT_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// HTTPS: the key of the certificate in PEM (PKCS#8, SEC1 or PKCS#1, not encrypted)
    #[arg(long, env = "ZVIT_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// HTTPS with a certificate made here, for trying out, unless --tls-cert is given; `off` is plain HTTP in any case
    #[arg(long, env = "ZVIT_TLS", value_name = "MODE")]
    pub tls: Option<TlsMode>,
    /// Where the self-signed certificate is kept, as tls-cert.pem and tls-key.pem. Default: the data directory
    #[arg(long, env = "ZVIT_TLS_DIR", value_name = "DIR")]
    pub tls_dir: Option<PathBuf>,
    /// Proxies in front, by address range, several times or with commas: their X-Forwarded-For is believed, and they may
    /// speak plain HTTP from elsewhere than this machine
    #[arg(long, env = "ZVIT_BEHIND_PROXY", value_name = "CIDR", value_delimiter = ',')]
    pub behind_proxy: Vec<AddressRange>,
    /// Issuer and audience of access tokens, kept in the store by the first `seed` or `serve`. Default: https://zvit.localhost
    #[arg(long, env = "ZVIT_ISSUER", value_name = "URL")]
    pub issuer: Option<String>,
    /// The telephone line that every refusal of a report names, in English
    #[arg(long, env = "ZVIT_DUTY_LINE", value_name = "TEXT")]
    pub duty_line: Option<String>,
    /// The same in Ukrainian; left out, as in English
    #[arg(long, env = "ZVIT_DUTY_LINE_UK", value_name = "TEXT")]
    pub duty_line_uk: Option<String>,
    /// Threads that answer requests. Default: one per processor
    #[arg(long, env = "ZVIT_WORKERS", value_name = "N")]
    pub workers: Option<usize>,
    /// Database connections for reading. Default: 8
    #[arg(long, env = "ZVIT_READERS", value_name = "N")]
    pub readers: Option<u32>,
    /// Submissions and changes that may wait for the writer; beyond that 503 at once. Default: 1024
    #[arg(long, env = "ZVIT_QUEUE", value_name = "N")]
    pub queue: Option<usize>,
    /// Submissions and changes that may share one commit. Default: 256; 1 gives each its own
    #[arg(long, env = "ZVIT_BATCH", value_name = "N")]
    pub batch: Option<usize>,
    /// Connections that may be open at once, in the whole process. Default: 10000
    #[arg(long, env = "ZVIT_MAX_CONNECTIONS", value_name = "N")]
    pub max_connections: Option<usize>,
    /// Hours until the initial notification is due. Default: 1
    #[arg(long, env = "ZVIT_INITIAL_HOURS", value_name = "HOURS")]
    pub initial_hours: Option<u32>,
    /// Hours until the preliminary report is due. Default: 24
    #[arg(long, env = "ZVIT_PRELIMINARY_HOURS", value_name = "HOURS")]
    pub preliminary_hours: Option<u32>,
    /// Hours until the interim report is due. Default: 72
    #[arg(long, env = "ZVIT_INTERIM_HOURS", value_name = "HOURS")]
    pub interim_hours: Option<u32>,
    /// Hours until the final report is due. Default: 720
    #[arg(long, env = "ZVIT_FINAL_HOURS", value_name = "HOURS")]
    pub final_hours: Option<u32>,
    /// Days after which another key signs the tokens; 0 is never by itself. Default: 90
    #[arg(long, env = "ZVIT_SIGNING_KEY_DAYS", value_name = "DAYS")]
    pub signing_key_days: Option<u32>,
    /// Days without a change after which what is resolved and has its final report is closed; 0 is never. Default: 14
    #[arg(long, env = "ZVIT_CLOSE_AFTER_DAYS", value_name = "DAYS")]
    pub close_after_days: Option<u32>,
    /// Minutes without a poll after which a team without a contact that can be told is passed over; 0 is never. Default: 60
    #[arg(long, env = "ZVIT_SILENT_AFTER_MINUTES", value_name = "MINUTES")]
    pub silent_after_minutes: Option<u32>,
    /// Directory that holds the files of attachments, the same for every server on one store; made if it is missing.
    /// Default: attachments in the data directory; with PostgreSQL and no data directory no attachments are taken
    #[arg(long, env = "ZVIT_ATTACHMENTS_DIR", value_name = "DIR")]
    pub attachments_dir: Option<PathBuf>,
    /// Megabytes of attachments that one institution or team may keep. Default: 2048
    #[arg(long, env = "ZVIT_ATTACHMENT_QUOTA_MB", value_name = "MB")]
    pub attachment_quota_mb: Option<u32>,
    /// How log lines look. Default: text
    #[arg(long, env = "ZVIT_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// For rehearsals, on this machine only: a file with the seconds that the clock is ahead, read whenever it is asked
    #[arg(long, value_name = "FILE", hide = true)]
    #[serde(skip)]
    pub rehearsal_clock: Option<PathBuf>,
    /// For rehearsals, on this machine only: the moment (microseconds since 1970) at which the clock stands still, so that the
    /// same requests get the same answers again, ids and all
    #[arg(long, value_name = "MICROSECONDS", hide = true)]
    #[serde(skip)]
    pub rehearsal_moment: Option<i64>,
    /// Limits against abuse and overload.
    #[command(flatten)]
    #[serde(flatten)]
    pub limits: LimitArgs,
    /// Notices to people.
    #[command(flatten)]
    #[serde(flatten)]
    pub notices: NoticeArgs,
}

/// What is wrong with the settings, for the one who set them.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFault {
    /// The file can't be read.
    #[error("the configuration file {}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: String,
    },
    /// The database URL is not one, or asks for what this build doesn't have.
    #[error(transparent)]
    Database(#[from] zvit_db::error::StoreError),
    /// The data directory can't be made.
    #[error("the data directory {}: {error}", path.display())]
    DataDir {
        /// The directory.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A value is out of range.
    #[error("{0}")]
    Value(String),
}

/// What is said in place of a duty line that nobody has stated.
pub fn unstated_duty_line() -> Text {
    text!("duty-line-unstated")
}
