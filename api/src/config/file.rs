//! The configuration file, and what comes of flags, environment, file and defaults together.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use validator::Validate;
use zvit_db::conn::DatabaseUrl;
use zvit_domain::deadline::Clocks;
use zvit_domain::time::Time;
use zvit_domain::word::Text;

use super::{
    ConfigFault, DEFAULT_ATTACHMENT_QUOTA_MB, DEFAULT_CLOSE_AFTER_DAYS, DEFAULT_SIGNING_KEY_DAYS, LogFormat,
    NoticeArgs, ServeArgs, Settings, StoreArgs, TlsMode, unstated_duty_line,
};
use crate::limits::settings::LimitArgs;
use crate::net::address::{AddressRange, Proxies};
use crate::net::tls::Tls;
use crate::polls::DEFAULT_SILENT_AFTER_MINUTES;

/// Attachments in the data directory.
const ATTACHMENTS_DIR: &str = "attachments";
/// The SQLite file in the data directory.
const SQLITE_FILE: &str = "zvit.sqlite3";

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

/// The data directory holds the signing key: only its owner may read it.
fn make_private_dir(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
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
