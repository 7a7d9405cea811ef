//! The settings a service runs with, checked.

use std::net::SocketAddr;
use std::path::PathBuf;

use validator::Validate;
use zvit_db::conn::DatabaseUrl;
use zvit_domain::deadline::Clocks;
use zvit_domain::time::Time;
use zvit_domain::word::Text;

use super::{ConfigFault, LogFormat, NoticeSettings};
use crate::limits::settings::LimitSettings;
use crate::net::address::Proxies;
use crate::net::tls::Tls;

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
    pub(super) fn refuse_rehearsal_before_others(&self) -> Result<(), ConfigFault> {
        let is_rehearsal = self.rehearsal_clock.is_some() || self.rehearsal_moment.is_some();
        if is_rehearsal && !self.listen.ip().to_canonical().is_loopback() {
            return Err(ConfigFault::Value(
                "a clock that can be put ahead is for rehearsals on this machine only".into(),
            ));
        }
        Ok(())
    }

    /// Tokens and reports in clear text are for this machine only, or for a network that a proxy guards.
    pub(super) fn refuse_plain_http_to_anybody(&self) -> Result<(), ConfigFault> {
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
