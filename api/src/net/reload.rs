//! The certificate that is served, and its renewal while the service runs.

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use aws_lc_rs::digest::{Digest, SHA256, digest};
use rustls::crypto::CryptoProvider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use zvit_domain::time::Time;

use super::certificate::Pair;
use super::self_signed::Files;
use super::tls::TlsFault;

const DAY_S: i64 = 86_400;
/// From here on every day has its warning.
const SOON_S: i64 = 14 * DAY_S;

/// What new connections are shown. Those that are open keep what they were shown.
#[derive(Debug)]
pub(super) struct Shown(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

/// Compares the two files with what is shown.
///
/// It is their content that is compared: the time of a change misses two within one tick of the file system's clock, and
/// mounted secrets are swapped by a symbolic link.
pub(super) struct Reloader {
    files: Files,
    provider: Arc<CryptoProvider>,
    shown: Arc<Shown>,
    pair: Pair,
    /// A new pair that is outside its validity, while the one shown is within its own.
    waiting: Option<Pair>,
    /// What was read last, and whether something about it remains to be said.
    last: Result<[Digest; 2], String>,
    unsaid: Option<String>,
    warned_at: Option<Time>,
}

impl Reloader {
    /// Reads the files for the first time.
    pub(super) fn new(files: Files, provider: Arc<CryptoProvider>) -> Result<Self, TlsFault> {
        let (chain, key) = read(&files)?;
        let pair = Pair::read(&chain, &key, &provider).map_err(|fault| fault_of(&files, fault))?;
        let shown = Arc::new(Shown(ArcSwap::new(Arc::clone(&pair.key))));
        let last = Ok(digests(&chain, &key));
        Ok(Self { files, provider, shown, pair, waiting: None, last, unsaid: None, warned_at: None })
    }

    /// What the TLS library asks.
    pub(super) fn shown(&self) -> Arc<Shown> {
        Arc::clone(&self.shown)
    }

    /// The certificate's file.
    pub(super) fn certificate(&self) -> PathBuf {
        self.files.certificate.clone()
    }

    /// Looks at the files. A pair that can't be used changes nothing and is told about once, when it is still there the
    /// second time: two files are seldom replaced in one instant.
    pub(super) fn look(&mut self, now: Time) {
        let contents = read(&self.files);
        let seen = contents.as_ref().map(|(chain, key)| digests(chain, key)).map_err(ToString::to_string);
        if is_same(&seen, &self.last) {
            if let Some(fault) = self.unsaid.take() {
                log::error!("the new certificate is not taken, the old one stays: {fault}");
            }
        } else {
            self.last = seen;
            self.unsaid = match contents.and_then(|(chain, key)| {
                Pair::read(&chain, &key, &self.provider).map_err(|fault| fault_of(&self.files, fault))
            }) {
                Ok(pair) => {
                    let fault = self.outside(&pair, now);
                    self.waiting = Some(pair);
                    fault
                }
                Err(fault) => {
                    self.waiting = None;
                    Some(fault.to_string())
                }
            };
        }
        // Looked at every time: what is not valid yet will be, and what is shown may end.
        if let Some(pair) = self.waiting.take_if(|pair| pair.holds_at(now) || !self.pair.holds_at(now)) {
            self.unsaid = None;
            self.take(pair);
        }
        self.warn(now);
    }

    /// Why a new pair has to wait: whoever can connect now could not with it.
    fn outside(&self, pair: &Pair, now: Time) -> Option<String> {
        if pair.holds_at(now) || !self.pair.holds_at(now) {
            return None;
        }
        let file = self.files.certificate.display();
        Some(match (pair.not_before, pair.not_after) {
            (_, Some(end)) if end < now => format!("{file} has expired at {end}"),
            (Some(start), _) => format!("{file} holds only from {start} on, and is taken then"),
            _ => format!("{file} doesn't hold now"),
        })
    }

    fn take(&mut self, pair: Pair) {
        self.shown.0.store(Arc::clone(&pair.key));
        self.pair = pair;
        self.warned_at = None;
        log::info!("certificate {} reloaded, {}", self.files.certificate.display(), self.until());
    }

    /// Until when what is shown holds.
    pub(super) fn until(&self) -> String {
        self.pair.not_after.map_or_else(|| "valid until an unknown time".into(), |end| format!("valid until {end}"))
    }

    /// Says once a day what callers will refuse, or soon will.
    fn warn(&mut self, now: Time) {
        if self.warned_at.is_some_and(|at| now.seconds_since(at) < DAY_S) {
            return;
        }
        let file = self.files.certificate.display();
        match (self.pair.not_before, self.pair.not_after) {
            (_, Some(end)) if end < now => {
                log::error!("THE CERTIFICATE HAS EXPIRED at {end}: clients refuse to connect. Replace {file}");
            }
            (Some(start), _) if start > now => {
                log::error!("the certificate holds only from {start} on: clients refuse to connect. Replace {file}");
            }
            (_, Some(end)) if end < now.plus_seconds(SOON_S) => {
                log::warn!("the certificate expires soon, at {end}. Replace {file}");
            }
            _ => return,
        }
        self.warned_at = Some(now);
    }
}

fn read(files: &Files) -> Result<(Vec<u8>, Vec<u8>), TlsFault> {
    let read = |path: &PathBuf| {
        std::fs::read(path).map_err(|error| TlsFault::File { path: path.clone(), error: error.to_string() })
    };
    Ok((read(&files.certificate)?, read(&files.key)?))
}

fn fault_of(files: &Files, fault: super::certificate::PairFault) -> TlsFault {
    TlsFault::Pair { certificate: files.certificate.clone(), key: files.key.clone(), fault }
}

/// The key itself is not kept a second time.
fn digests(chain: &[u8], key: &[u8]) -> [Digest; 2] {
    [digest(&SHA256, chain), digest(&SHA256, key)]
}

fn is_same(one: &Result<[Digest; 2], String>, other: &Result<[Digest; 2], String>) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => one.iter().zip(other).all(|(one, other)| one.as_ref() == other.as_ref()),
        (Err(one), Err(other)) => one == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::certificate::tests::{made, provider};
    use super::*;

    #[test]
    fn a_good_pair_is_taken_and_a_bad_one_is_not() {
        let dir = std::env::temp_dir().join(format!("zvit-reload-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let files = Files::within(&dir);
        let put = |(chain, key): (&str, &str)| {
            std::fs::write(&files.certificate, chain).unwrap();
            std::fs::write(&files.key, key).unwrap();
        };
        let (one, other) = (made((2024, 2039)), made((2024, 2041)));
        let now = Time::parse("2026-11-23T10:00:00Z").unwrap();
        put((&one.0, &one.1));
        let mut reloader = Reloader::new(files.clone(), provider()).unwrap();
        let shown = |reloader: &Reloader| reloader.shown.0.load().cert.clone();
        let first = shown(&reloader);
        for bad in [(one.0.as_str(), other.1.as_str()), (&one.0[..40], &one.1), ("", ""), (&one.0, &other.1[..100])] {
            put(bad);
            reloader.look(now);
            assert!(reloader.unsaid.is_some());
            reloader.look(now);
            assert!(reloader.unsaid.is_none(), "said once");
            assert_eq!(shown(&reloader), first, "the old one stays");
        }
        std::fs::remove_file(&files.key).unwrap();
        reloader.look(now);
        assert!(reloader.unsaid.is_some() && shown(&reloader) == first);
        put((&other.0, &other.1));
        reloader.look(now);
        assert!(reloader.unsaid.is_none() && shown(&reloader) != first, "a good one is taken at once");
        assert!(reloader.until().contains("2041"));
        for outside in [made((2020, 2025)), made((2030, 2045))] {
            let good = shown(&reloader);
            put((&outside.0, &outside.1));
            reloader.look(now);
            assert!(reloader.unsaid.is_some() && shown(&reloader) == good, "one outside its validity has to wait");
            reloader.look(now);
            assert!(reloader.unsaid.is_none() && shown(&reloader) == good, "said once");
        }
        reloader.look(Time::parse("2031-01-01T00:00:00Z").unwrap());
        assert!(reloader.until().contains("2045"), "it is taken when it holds: {}", reloader.until());
        let expired = made((2020, 2025));
        put((&expired.0, &expired.1));
        reloader.look(Time::parse("2046-01-01T00:00:00Z").unwrap());
        assert!(reloader.until().contains("2025"), "none of both holds: what stands there is shown");
        put((&other.0, &other.1));
        reloader.look(now);
        reloader.look(Time::parse("2042-01-01T00:00:00Z").unwrap());
        assert!(reloader.warned_at.is_some(), "an expired one is told about, and stays");
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
