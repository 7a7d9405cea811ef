//! A certificate of one's own making, for trying Zvit out. It encrypts; whom it belongs to, only its copy can prove.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};
use rustls::crypto::CryptoProvider;
use url::Url;
use zvit_domain::time::Time;

use super::certificate::Pair;

const DAY_S: i64 = 86_400;
/// How long it holds.
const LIFE_S: i64 = 397 * DAY_S;
/// A start within this time before its end makes a new one: it should outlive the run.
const RENEWAL_S: i64 = 30 * DAY_S;

/// The two files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Files {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

impl Files {
    pub(super) fn within(dir: &Path) -> Self {
        Self { certificate: dir.join("tls-cert.pem"), key: dir.join("tls-key.pem") }
    }
}

/// The names it is made for: this machine, the issuer's host, and the host that is listened on.
pub(super) fn names(issuer: &str, listen: SocketAddr) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    let host = Url::parse(issuer).ok().and_then(|url| url.host_str().map(str::to_owned));
    names.extend(host.map(|host| host.trim_matches(['[', ']']).to_owned()));
    if !listen.ip().is_unspecified() {
        names.push(listen.ip().to_canonical().to_string());
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// Takes the certificate that is there, if it holds and has these names, or makes a new one. Says whether it was made.
pub(super) fn ensure(dir: &Path, names: &[String], now: Time, provider: &Arc<CryptoProvider>) -> io::Result<bool> {
    let files = Files::within(dir);
    if is_good(&files, names, now, provider) {
        return Ok(false);
    }
    make_private_dir(dir)?;
    let (certificate, key) = make(names, now).map_err(io::Error::other)?;
    replace(&files.key, key.as_bytes())?;
    replace(&files.certificate, certificate.as_bytes())?;
    Ok(true)
}

fn is_good(files: &Files, names: &[String], now: Time, provider: &Arc<CryptoProvider>) -> bool {
    let (Ok(chain), Ok(key)) = (fs::read(&files.certificate), fs::read(&files.key)) else { return false };
    let Ok(pair) = Pair::read(&chain, &key, provider) else { return false };
    let lasts = pair.not_after.is_some_and(|end| end > now.plus_seconds(RENEWAL_S));
    lasts && pair.not_before.is_some_and(|start| start <= now) && pair.is_for(names)
}

/// Certificate and key, in PEM.
fn make(names: &[String], now: Time) -> Result<(String, String), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Zvit, self-signed");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // A day earlier: the caller's clock may be behind.
    let ((year, month, day), (last_year, last_month, last_day)) =
        (date(now.plus_seconds(-DAY_S)), date(now.plus_seconds(LIFE_S)));
    params.not_before = date_time_ymd(year, month, day);
    params.not_after = date_time_ymd(last_year, last_month, last_day);
    Ok((params.self_signed(&key)?.pem(), key.serialize_pem()))
}

/// Year, month and day in UTC.
fn date(time: Time) -> (i32, u8, u8) {
    let text = time.to_string();
    let mut parts = text.split(['-', 'T']).map(|part| part.parse::<u8>().ok());
    let (month, day) = (parts.nth(1).flatten().unwrap_or(1), parts.next().flatten().unwrap_or(1));
    (i32::from(time.year()), month, day)
}

/// Whole or not at all, and for its owner's eyes from the first byte on.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension(format!("{}.new", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&unfinished).and_then(|mut file: File| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&unfinished, path)).inspect_err(|_| {
        let _ = fs::remove_file(&unfinished);
    })
}

fn make_private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

#[cfg(test)]
mod tests {
    use super::super::certificate::tests::provider;
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("zvit-self-signed-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        dir
    }

    #[test]
    fn it_is_made_once_and_anew_when_it_no_longer_serves() {
        let dir = scratch("once");
        let now = Time::parse("2026-11-23T10:00:00Z").unwrap();
        let few = names("https://zvit.localhost", "127.0.0.1:8080".parse().unwrap());
        assert_eq!(few, ["127.0.0.1", "::1", "localhost", "zvit.localhost"]);
        let made = |names: &[String], now| ensure(&dir, names, now, &provider()).unwrap();
        assert!(made(&few, now) && !made(&few, now) && !made(&few, now.plus_seconds(300 * DAY_S)));
        let more = names("https://[2001:db8::1]:8443/x", "192.0.2.1:8080".parse().unwrap());
        assert!(more.contains(&"2001:db8::1".to_owned()) && more.contains(&"192.0.2.1".to_owned()), "{more:?}");
        assert!(made(&more, now) && !made(&more, now), "other names");
        assert!(made(&more, now.plus_seconds(380 * DAY_S)), "too near its end");
        assert!(made(&more, now), "from the future");
        fs::write(Files::within(&dir).key, "half a k").unwrap();
        assert!(made(&more, now) && !made(&more, now), "a broken key");
        #[cfg(unix)]
        for path in [Files::within(&dir).certificate, Files::within(&dir).key] {
            let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 2, "nothing unfinished is left");
        fs::remove_dir_all(&dir).unwrap();
    }
}
