//! Settings: a flag is stronger than an environment variable, that is stronger than the configuration file, that is stronger
//! than the default.

#![allow(rustdoc::bare_urls, reason = "the doc comments of settings are shown by --help, as plain text")]

mod notices;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Deserialize;
use validator::Validate;
use zvit_db::conn::DatabaseUrl;
use zvit_domain::deadline::Clocks;
use zvit_domain::time::Time;
use zvit_domain::word::Text;
use zvit_texts::text;

pub use notices::{MailSettings, NoticeArgs, NoticeSettings};

use crate::limits::settings::{LimitArgs, LimitSettings};
use crate::net::address::{AddressRange, Proxies};
use crate::net::tls::Tls;
use crate::polls::DEFAULT_SILENT_AFTER_MINUTES;

/// The issuer of a store that was never told another one.
pub const DEFAULT_ISSUER: &str = "https://zvit.localhost";
/// A signing key signs for so long.
pub const DEFAULT_SIGNING_KEY_DAYS: u32 = 90;
/// What is resolved and has its final report is closed after so many quiet days.
pub const DEFAULT_CLOSE_AFTER_DAYS: u32 = 14;
/// What one institution or team may keep in attachments, in megabytes.
pub const DEFAULT_ATTACHMENT_QUOTA_MB: u32 = 2048;
/// Attachments in the data directory.
const ATTACHMENTS_DIR: &str = "attachments";
/// The SQLite file in the data directory.
const SQLITE_FILE: &str = "zvit.sqlite3";

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

/// The configuration file: the same names as the flags, with underscores, in TOML.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConfigFile {
    data_dir: Option<PathBuf>,
    database_url: Option<String>,
    listen: Option<SocketAddr>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    tls: Option<TlsMode>,
    tls_dir: Option<PathBuf>,
    behind_proxy: Vec<AddressRange>,
    issuer: Option<String>,
    duty_line: Option<String>,
    duty_line_uk: Option<String>,
    workers: Option<usize>,
    readers: Option<u32>,
    queue: Option<usize>,
    batch: Option<usize>,
    max_connections: Option<usize>,
    initial_hours: Option<u32>,
    preliminary_hours: Option<u32>,
    interim_hours: Option<u32>,
    final_hours: Option<u32>,
    signing_key_days: Option<u32>,
    close_after_days: Option<u32>,
    silent_after_minutes: Option<u32>,
    attachments_dir: Option<PathBuf>,
    attachment_quota_mb: Option<u32>,
    log_format: Option<LogFormat>,
    #[serde(flatten)]
    limits: LimitArgs,
    #[serde(flatten)]
    notices: NoticeArgs,
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

/// What is wrong is said with its place and without the file's text: a password may stand there.
fn parse(text: &str) -> Result<ConfigFile, String> {
    let place = |error: &toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        before.map_or_else(String::new, |before| {
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count()) + 1;
            format!("line {line}, column {column}: ")
        })
    };
    if let Err(error) = text.parse::<toml::Table>() {
        let hint =
            "this can't be read as TOML: NAME = VALUE, where a text stands in quotation marks and each name once";
        return Err(format!("{}{hint}", place(&error)));
    }
    toml::from_str(text).map_err(|error| format!("{}{}", place(&error), without_value(error.message())))
}

/// What the library says of a value, without the value: what it expects stands last.
fn without_value(message: &str) -> String {
    match message.rsplit_once(", expected ") {
        _ if message.starts_with("unknown field ") => message.into(),
        Some((_, expected)) => format!("the value doesn't fit, expected {expected}"),
        None => "the value doesn't fit".into(),
    }
}

impl ConfigFile {
    /// Reads the file; none stated is an empty one.
    ///
    /// # Errors
    /// When it can't be read or holds an unknown name.
    pub fn read(path: Option<&Path>) -> Result<Self, ConfigFault> {
        let Some(path) = path else { return Ok(Self::default()) };
        let fault = |error: String| ConfigFault::File { path: path.to_owned(), error };
        let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
        parse(&text).map_err(fault)
    }

    /// Where the store is, by flag, environment, file and default.
    ///
    /// # Errors
    /// When the URL can't be used or the directory can't be made.
    pub fn database(&self, args: &StoreArgs) -> Result<DatabaseUrl, ConfigFault> {
        // A directory on the command line must win over a URL in the file.
        let url = args.database_url.as_ref().or_else(|| self.database_url.as_ref().filter(|_| args.data_dir.is_none()));
        if let Some(url) = url {
            return Ok(url.parse()?);
        }
        let dir = args.data_dir.clone().or_else(|| self.data_dir.clone()).unwrap_or_else(|| "zvit-data".into());
        make_private_dir(&dir).map_err(|error| ConfigFault::DataDir { path: dir.clone(), error })?;
        Ok(DatabaseUrl::Sqlite(dir.join(SQLITE_FILE)))
    }

    /// The duty line in both languages, by flag, file and default.
    pub fn duty_line(&self, line: Option<&String>, line_uk: Option<&String>) -> Text {
        let line = line.or(self.duty_line.as_ref());
        let line_uk = line_uk.or(self.duty_line_uk.as_ref()).or(line);
        let unstated = unstated_duty_line();
        Text::new(line.map_or(unstated.en(), String::as_str), line_uk.map_or(unstated.uk(), String::as_str))
    }

    /// How the service runs, by flag, environment, file and default.
    ///
    /// # Errors
    /// When a value is out of range.
    pub fn settings(&self, store: &StoreArgs, args: &ServeArgs) -> Result<Settings, ConfigFault> {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let hours =
            |flag: Option<u32>, file: Option<u32>, default: u32| flag.or(file).unwrap_or(default).saturating_mul(3600);
        let settings = Settings {
            database: self.database(store)?,
            listen: args.listen.or(self.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            tls: self.tls(store, args)?,
            proxies: self.proxies(args),
            issuer: args.issuer.clone().or_else(|| self.issuer.clone()),
            duty_line: self.duty_line(args.duty_line.as_ref(), args.duty_line_uk.as_ref()),
            workers: args.workers.or(self.workers).unwrap_or(cores),
            readers: args.readers.or(self.readers).unwrap_or(8),
            queue: args.queue.or(self.queue).unwrap_or(1024),
            batch: args.batch.or(self.batch).unwrap_or(256),
            max_connections: args.max_connections.or(self.max_connections).unwrap_or(10_000),
            clocks: Clocks {
                initial_s: hours(args.initial_hours, self.initial_hours, 1),
                preliminary_s: hours(args.preliminary_hours, self.preliminary_hours, 24),
                interim_s: hours(args.interim_hours, self.interim_hours, 72),
                final_s: hours(args.final_hours, self.final_hours, 720),
            },
            signing_key_days: args.signing_key_days.or(self.signing_key_days).unwrap_or(DEFAULT_SIGNING_KEY_DAYS),
            close_after_days: args.close_after_days.or(self.close_after_days).unwrap_or(DEFAULT_CLOSE_AFTER_DAYS),
            silent_after_minutes: args
                .silent_after_minutes
                .or(self.silent_after_minutes)
                .unwrap_or(DEFAULT_SILENT_AFTER_MINUTES),
            attachments_dir: self.attachments_dir(store, args),
            attachment_quota_mb: args
                .attachment_quota_mb
                .or(self.attachment_quota_mb)
                .unwrap_or(DEFAULT_ATTACHMENT_QUOTA_MB),
            limits: args.limits.or(&self.limits),
            notices: args.notices.or(&self.notices)?,
            log_format: args.log_format.or(self.log_format).unwrap_or(LogFormat::Text),
            rehearsal_clock: args.rehearsal_clock.clone(),
            rehearsal_moment: args.rehearsal_moment.map(Time::from_micros),
        };
        settings
            .validate()
            .map_err(|faults| ConfigFault::Value(format!("settings: {}", faults.to_string().replace('\n', "; "))))?;
        settings.refuse_plain_http_to_anybody()?;
        settings.refuse_rehearsal_before_others()?;
        Ok(settings)
    }

    /// Where attachments are kept: as stated, else in the data directory, if there is one.
    fn attachments_dir(&self, store: &StoreArgs, args: &ServeArgs) -> Option<PathBuf> {
        let has_url = store.database_url.is_some() || (self.database_url.is_some() && store.data_dir.is_none());
        let data_dir = store.data_dir.clone().or_else(|| self.data_dir.clone());
        let data_dir = data_dir.or_else(|| (!has_url).then(|| "zvit-data".into()));
        let stated = args.attachments_dir.clone().or_else(|| self.attachments_dir.clone());
        stated.or_else(|| data_dir.map(|dir| dir.join(ATTACHMENTS_DIR)))
    }

    fn proxies(&self, args: &ServeArgs) -> Proxies {
        let stated = if args.behind_proxy.is_empty() { &self.behind_proxy } else { &args.behind_proxy };
        Proxies::new(stated.clone())
    }

    fn tls(&self, store: &StoreArgs, args: &ServeArgs) -> Result<Tls, ConfigFault> {
        let first = |flag: &Option<PathBuf>, file: &Option<PathBuf>| flag.clone().or_else(|| file.clone());
        let mode = args.tls.or(self.tls);
        match (mode, first(&args.tls_cert, &self.tls_cert), first(&args.tls_key, &self.tls_key)) {
            (Some(TlsMode::Off), ..) | (None, None, None) => Ok(Tls::Off),
            (_, Some(certificate), Some(key)) => Ok(Tls::Files { certificate, key }),
            (Some(TlsMode::SelfSigned), None, None) => {
                let stated = first(&args.tls_dir, &self.tls_dir).or_else(|| first(&store.data_dir, &self.data_dir));
                match (stated, self.database(store)?) {
                    (Some(dir), _) => Ok(Tls::SelfSigned { dir }),
                    (None, DatabaseUrl::Sqlite(file)) => {
                        Ok(Tls::SelfSigned { dir: file.parent().unwrap_or(Path::new(".")).to_owned() })
                    }
                    (None, DatabaseUrl::Postgres(_)) => Err(ConfigFault::Value(
                        "a self-signed certificate needs a directory to be kept in: --tls-dir DIR".into(),
                    )),
                }
            }
            (_, Some(_), None) => Err(ConfigFault::Value("--tls-cert needs --tls-key".into())),
            (_, None, Some(_)) => Err(ConfigFault::Value("--tls-key needs --tls-cert".into())),
        }
    }
}

/// What is said in place of a duty line that nobody has stated.
pub fn unstated_duty_line() -> Text {
    text!("duty-line-unstated")
}

/// The data directory holds the signing key: only its owner may read it.
fn make_private_dir(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// How the service runs.
#[derive(Debug, Clone, Validate)]
pub struct Settings {
    /// Where the store is.
    pub database: DatabaseUrl,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Whether and how it speaks HTTPS.
    pub tls: Tls,
    /// Who may say for whom a request is made.
    pub proxies: Proxies,
    /// Issuer, if one was stated.
    #[validate(url(message = "issuer must be a URL such as https://zvit.example"))]
    pub issuer: Option<String>,
    /// What refusals of a report name.
    pub duty_line: Text,
    /// Threads that answer requests.
    #[validate(range(min = 1, max = 1024, message = "workers must be 1 to 1024"))]
    pub workers: usize,
    /// Connections for reading.
    #[validate(range(min = 1, max = 1024, message = "readers must be 1 to 1024"))]
    pub readers: u32,
    /// Jobs that may wait.
    #[validate(range(min = 1, max = 1_000_000, message = "queue must be 1 to 1000000"))]
    pub queue: usize,
    /// Jobs per commit.
    #[validate(range(min = 1, max = 10_000, message = "batch must be 1 to 10000"))]
    pub batch: usize,
    /// Open connections.
    #[validate(range(min = 1, max = 1_000_000, message = "max_connections must be 1 to 1000000"))]
    pub max_connections: usize,
    /// Reporting clocks.
    pub clocks: Clocks,
    /// Days after which another key signs; 0 is never by itself.
    #[validate(range(max = 3_650, message = "signing_key_days must be 0 to 3650"))]
    pub signing_key_days: u32,
    /// Quiet days after which what is resolved is closed; 0 is never.
    #[validate(range(max = 3_650, message = "close_after_days must be 0 to 3650"))]
    pub close_after_days: u32,
    /// Minutes without a poll that make a team silent; 0 is never.
    #[validate(range(max = 10_080, message = "silent_after_minutes must be 0 to 10080"))]
    pub silent_after_minutes: u32,
    /// Where the files of attachments are kept; nowhere, and none are taken.
    pub attachments_dir: Option<PathBuf>,
    /// What one institution or team may keep, in megabytes (10^6 bytes).
    pub attachment_quota_mb: u32,
    /// Limits against abuse and overload.
    #[validate(nested)]
    pub limits: LimitSettings,
    /// Notices to people.
    pub notices: NoticeSettings,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Says by how much the clock is ahead, in a rehearsal.
    pub rehearsal_clock: Option<PathBuf>,
    /// At which moment the clock stands, in a rehearsal that is to be repeated exactly.
    pub rehearsal_moment: Option<Time>,
}

impl Settings {
    /// Whether plain HTTP can be reached from other machines, so that only listed proxies may speak it.
    pub fn is_plain_beyond_this_machine(&self) -> bool {
        !self.tls.is_on() && !self.listen.ip().to_canonical().is_loopback()
    }

    /// Whoever writes the file could make every deadline pass, and ids that are counted can be foreseen.
    fn refuse_rehearsal_before_others(&self) -> Result<(), ConfigFault> {
        let is_rehearsal = self.rehearsal_clock.is_some() || self.rehearsal_moment.is_some();
        if is_rehearsal && !self.listen.ip().to_canonical().is_loopback() {
            return Err(ConfigFault::Value(
                "a clock that can be put ahead is for rehearsals on this machine only".into(),
            ));
        }
        Ok(())
    }

    /// Tokens and reports in clear text are for this machine only, or for a network that a proxy guards.
    fn refuse_plain_http_to_anybody(&self) -> Result<(), ConfigFault> {
        if !self.is_plain_beyond_this_machine() || !self.proxies.is_empty() {
            return Ok(());
        }
        Err(ConfigFault::Value(format!(
            "plain HTTP on {} would show tokens and reports to the network. Give a certificate (--tls-cert FILE --tls-key \
             FILE, or --tls self-signed to try it out), or name the proxy in front that has one (--behind-proxy CIDR), or \
             listen on this machine only (--listen 127.0.0.1:{})",
            self.listen,
            self.listen.port()
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attachments_are_kept_beside_the_data_unless_another_place_is_stated() {
        let store = |data: Option<&str>, url: Option<&str>| StoreArgs {
            data_dir: data.map(PathBuf::from),
            database_url: url.map(str::to_owned),
        };
        let url = Some("postgres://localhost/zvit");
        let stated = ServeArgs { attachments_dir: Some("/shared".into()), ..ServeArgs::default() };
        for (store, args, dir) in [
            (store(None, None), ServeArgs::default(), Some("zvit-data/attachments")),
            (store(Some("/data"), None), ServeArgs::default(), Some("/data/attachments")),
            (store(Some("/data"), url), ServeArgs::default(), Some("/data/attachments")),
            (store(None, url), ServeArgs::default(), None),
            (store(None, url), stated.clone(), Some("/shared")),
            (store(Some("/data"), None), stated, Some("/shared")),
        ] {
            assert_eq!(ConfigFile::default().attachments_dir(&store, &args), dir.map(PathBuf::from), "{store:?}");
        }
    }
}
