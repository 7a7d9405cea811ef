//! A certificate chain with its key, read from PEM.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, Error as RustlsError, RootCertStore};
use zvit_domain::time::Time;

/// Why a chain and a key can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PairFault {
    /// The certificate file.
    #[error("it holds no certificate in PEM")]
    NoCertificate,
    /// The certificate file, beyond its first certificate perhaps.
    #[error("the certificates can't be read as PEM: {0}")]
    BadCertificate(String),
    /// The key file.
    #[error("the key is no unencrypted private key in PEM (PKCS#8, SEC1 or PKCS#1): {0}")]
    BadKey(String),
    /// Each by itself may be good.
    #[error("the key doesn't belong to the certificate")]
    NoPair,
    /// What the TLS library says.
    #[error("{0}")]
    Unusable(String),
}

/// A pair that can be served.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    /// For the TLS library.
    pub(super) key: Arc<CertifiedKey>,
    /// From when on it holds, where that can be read.
    pub(super) not_before: Option<Time>,
    /// Until when it holds, where that can be read.
    pub(super) not_after: Option<Time>,
}

impl Pair {
    /// Reads a chain (the server's own certificate first) and the key of its first certificate.
    pub(super) fn read(chain: &[u8], key: &[u8], provider: &Arc<CryptoProvider>) -> Result<Self, PairFault> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .map_err(|error| PairFault::BadCertificate(error.to_string()))?;
        let leaf = chain.first().cloned().ok_or(PairFault::NoCertificate)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| PairFault::BadKey(error.to_string()))?;
        let key = CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
            RustlsError::InconsistentKeys(_) => PairFault::NoPair,
            RustlsError::InvalidCertificate(error) => PairFault::BadCertificate(error.to_string()),
            other => PairFault::Unusable(other.to_string()),
        })?;
        let (not_before, not_after) = validity(&leaf, provider);
        Ok(Self { key: Arc::new(key), not_before, not_after })
    }

    /// Whether callers take it at this moment, as far as its validity can be read.
    pub(super) fn holds_at(&self, now: Time) -> bool {
        self.not_before.is_none_or(|start| start <= now) && self.not_after.is_none_or(|end| now <= end)
    }

    /// Whether it is good for all of these host names and addresses.
    pub(super) fn is_for(&self, names: &[String]) -> bool {
        let Some(leaf) = self.key.cert.first() else { return false };
        let Ok(parsed) = ParsedCertificate::try_from(leaf) else { return false };
        names.iter().all(|name| {
            ServerName::try_from(name.as_str())
                .is_ok_and(|name| rustls::client::verify_server_name(&parsed, &name).is_ok())
        })
    }
}

/// `notBefore` and `notAfter`. The library has no getter for them, but names them when it refuses a certificate at a time
/// outside, which it judges before anything else.
fn validity(leaf: &CertificateDer<'static>, provider: &Arc<CryptoProvider>) -> (Option<Time>, Option<Time>) {
    let refusal = |at: u64| {
        let mut roots = RootCertStore::empty();
        roots.add(leaf.clone()).ok()?;
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build().ok()?;
        let name = ServerName::try_from("localhost").ok()?;
        let at = UnixTime::since_unix_epoch(Duration::from_secs(at));
        verifier.verify_server_cert(leaf, &[], &name, &[], at).err()
    };
    /// 10000-01-01, the day after the last that a certificate can name (RFC 5280, section 4.1.2.5.2).
    const AFTER_ALL: u64 = 253_402_300_800;
    let not_before = match refusal(0) {
        Some(RustlsError::InvalidCertificate(CertificateError::NotValidYetContext { not_before, .. })) => {
            Some(time_of(not_before))
        }
        _ => None,
    };
    let not_after = match refusal(AFTER_ALL) {
        Some(RustlsError::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => {
            Some(time_of(not_after))
        }
        _ => None,
    };
    (not_before, not_after)
}

fn time_of(time: UnixTime) -> Time {
    Time::from_micros(0).plus_seconds(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    pub(in crate::net) fn provider() -> Arc<CryptoProvider> {
        Arc::new(rustls::crypto::aws_lc_rs::default_provider())
    }

    /// Certificate and key of these years.
    pub(in crate::net) fn made(years: (i32, i32)) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".into(), "::1".into()]).unwrap();
        (params.not_before, params.not_after) = (date_time_ymd(years.0, 1, 1), date_time_ymd(years.1, 1, 1));
        (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
    }

    #[test]
    fn a_pair_is_read_with_its_validity_and_names() {
        let (chain, key) = made((2024, 2039));
        let pair = Pair::read(chain.as_bytes(), key.as_bytes(), &provider()).unwrap();
        assert_eq!(pair.not_before, Some(Time::parse("2024-01-01T00:00:00Z").unwrap()));
        assert_eq!(pair.not_after, Some(Time::parse("2039-01-01T00:00:00Z").unwrap()));
        assert!(pair.is_for(&["localhost".into(), "::1".into()]));
        assert!(!pair.is_for(&["localhost".into(), "127.0.0.1".into()]) && !pair.is_for(&["no name".into()]));
        let (old, key) = made((1999, 2001));
        let pair = Pair::read(old.as_bytes(), key.as_bytes(), &provider()).unwrap();
        assert_eq!(pair.not_after, Some(Time::parse("2001-01-01T00:00:00Z").unwrap()), "an expired one is read too");
    }

    #[test]
    fn what_does_not_fit_is_told_apart() {
        let ((chain, key), (_, other)) = (made((2024, 2039)), made((2024, 2039)));
        let read = |chain: &str, key: &str| Pair::read(chain.as_bytes(), key.as_bytes(), &provider()).unwrap_err();
        assert_eq!(read(&chain, &other), PairFault::NoPair);
        assert_eq!(read("", &key), PairFault::NoCertificate);
        assert_eq!(read(&key, &key), PairFault::NoCertificate);
        assert!(matches!(read(&chain[..chain.len() / 2], &key), PairFault::BadCertificate(_)));
        assert!(matches!(read(&chain, &key[..key.len() / 2]), PairFault::BadKey(_)));
        assert!(matches!(read(&chain, &key.replace("PRIVATE", "ENCRYPTED PRIVATE")), PairFault::BadKey(_)));
        assert!(matches!(read(&chain, ""), PairFault::BadKey(_)));
        let nonsense = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(read(nonsense, &key), PairFault::BadCertificate(_)));
    }
}
