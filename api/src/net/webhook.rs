//! Calls of webhooks, signed as Standard Webhooks describes (<https://www.standardwebhooks.com>, version 1.0.0).
//!
//! Whoever states a URL must not make this service call what only it can reach. So every address that a name stands for is judged,
//! a call goes to just those addresses, and no redirect and no proxy leads elsewhere.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error, config::Config};

use super::address::AddressRange;
use super::public_address::is_public;

const CONNECT: Duration = Duration::from_secs(5);
/// All of a call; what a receiver does with a notice it can do after its answer.
const WHOLE: Duration = Duration::from_secs(15);

/// Why something was not delivered: a short code, without anything that the other side said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// The code.
    pub why: String,
    /// Whether another try would fail as well.
    pub is_hopeless: bool,
    /// Whether nobody was there to take it, so that nothing else goes the same way either for now.
    pub is_unreached: bool,
}

impl Undelivered {
    /// It may work later.
    pub fn for_now(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_hopeless: false, is_unreached: false }
    }

    /// It won't work later either.
    pub fn for_good(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_hopeless: true, is_unreached: false }
    }

    /// Nobody was there to take it.
    pub fn unreached(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_hopeless: false, is_unreached: true }
    }
}

/// Where webhooks may be called.
#[derive(Debug, Clone)]
pub struct Guard {
    /// Ports at public addresses.
    pub ports: Vec<u16>,
    /// Ranges that may be called though they are not public, at any port and over plain HTTP too.
    pub allow: Vec<AddressRange>,
}

/// A call that isn't made.
#[derive(Debug)]
struct Refused(&'static str);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Refused {}

impl Guard {
    /// Judges an address that a URL leads to.
    fn check(&self, is_https: bool, address: SocketAddr) -> Result<(), Refused> {
        if self.allow.iter().any(|range| range.contains(address.ip())) {
            return Ok(());
        }
        if !is_public(address.ip()) {
            Err(Refused("address_not_allowed"))
        } else if !is_https {
            Err(Refused("https_needed"))
        } else if !self.ports.contains(&address.port()) {
            Err(Refused("port_not_allowed"))
        } else {
            Ok(())
        }
    }
}

/// Looks names up, and gives out what it found only if all of it may be called: a name that stands for a public and a private
/// address is a trap. The call goes to the addresses given out here, so a name that changes its mind changes nothing.
#[derive(Debug)]
struct Guarded<R> {
    guard: Guard,
    names: R,
}

impl<R: Resolver> Resolver for Guarded<R> {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.names.resolve(uri, config, timeout)?;
        let is_https = uri.scheme_str() == Some("https");
        for address in found.iter() {
            self.guard.check(is_https, *address).map_err(|refused| Error::Other(Box::new(refused)))?;
        }
        Ok(found)
    }
}

/// The caller of webhooks.
#[derive(Debug, Clone)]
pub struct Webhooks {
    agent: Agent,
}

impl Webhooks {
    /// A caller that heeds the guard and trusts the certificate authorities of this machine.
    pub fn new(guard: Guard) -> Self {
        Self::with_names(guard, DefaultResolver::default())
    }

    fn with_names(guard: Guard, names: impl Resolver) -> Self {
        let found = rustls_native_certs::load_native_certs();
        let roots: Vec<Certificate<'static>> =
            found.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .root_certs(RootCerts::new_with_certs(&roots))
            .build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .user_agent("Zvit")
            .timeout_resolve(Some(CONNECT))
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(WHOLE))
            .tls_config(tls)
            .build();
        Self { agent: Agent::with_parts(config, DefaultConnector::default(), Guarded { guard, names }) }
    }

    /// Calls the webhook. It takes its time, so it is no work for an async thread. What the receiver answers is not read.
    ///
    /// # Errors
    /// Unless the answer is 2xx.
    pub fn call(&self, url: &str, message: &Message<'_>) -> Result<(), Undelivered> {
        let request = self
            .agent
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", message.id)
            .header("webhook-timestamp", message.timestamp.to_string())
            .header("webhook-signature", message.signatures());
        let response = request.send(message.body).map_err(|error| undelivered(&error))?;
        match response.status().as_u16() {
            200..=299 => Ok(()),
            // The receiver is gone and says so; Standard Webhooks asks to stop then.
            410 => Err(Undelivered::for_good("status_410")),
            status => Err(Undelivered::for_now(format!("status_{status}"))),
        }
    }
}

fn undelivered(error: &Error) -> Undelivered {
    match error {
        Error::Other(inner) => match inner.downcast_ref::<Refused>() {
            Some(Refused(why)) => Undelivered::for_good(*why),
            None => Undelivered::unreached("connection_failed"),
        },
        Error::Timeout(_) => Undelivered::unreached("timed_out"),
        Error::HostNotFound => Undelivered::unreached("name_not_found"),
        Error::Tls(_) | Error::Rustls(_) | Error::TlsRequired => Undelivered::unreached("tls_failed"),
        Error::BadUri(_) | Error::Http(_) => Undelivered::for_good("url_unusable"),
        _ => Undelivered::unreached("connection_failed"),
    }
}

/// What is sent to a webhook.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// The same at every try.
    pub id: &'a str,
    /// The moment of this try, in seconds since 1970.
    pub timestamp: i64,
    /// The body.
    pub body: &'a str,
    /// Keys to sign with: more than one while they are changed.
    pub keys: &'a [Vec<u8>],
}

impl Message<'_> {
    /// `webhook-signature`: one for each key, with blanks between.
    fn signatures(&self) -> String {
        let signed = format!("{}.{}.{}", self.id, self.timestamp, self.body);
        let sign = |key: &Vec<u8>| {
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), signed.as_bytes());
            format!("v1,{}", STANDARD.encode(tag.as_ref()))
        };
        self.keys.iter().map(sign).collect::<Vec<_>>().join(" ")
    }
}

/// A key as receivers are given it: `whsec_` and base64.
pub fn shown(key: &[u8]) -> String {
    format!("whsec_{}", STANDARD.encode(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the libraries of Standard Webhooks.
    #[test]
    fn it_is_signed_as_the_published_example() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(shown(&key), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let keys = [key, vec![7; 32]];
        let message = Message {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: 1_614_265_330,
            body: "{\"test\": 2432232314}",
            keys: &keys[..1],
        };
        assert_eq!(message.signatures(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let both = Message { keys: &keys, ..message }.signatures();
        assert!(both.starts_with("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,"), "{both}");
    }

    /// Names that stand for whatever the test says.
    #[derive(Debug)]
    struct Names(Vec<SocketAddr>);

    impl Resolver for Names {
        fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
            let mut found = self.empty();
            for address in &self.0 {
                found.push(*address);
            }
            Ok(found)
        }
    }

    fn call(allow: &[&str], url: &str, names: &[&str]) -> Undelivered {
        let guard = Guard { ports: vec![443], allow: allow.iter().map(|range| range.parse().unwrap()).collect() };
        let names = Names(names.iter().map(|address| address.parse().unwrap()).collect());
        let message = Message { id: "1", timestamp: 0, body: "{}", keys: &[] };
        Webhooks::with_names(guard, names).call(url, &message).unwrap_err()
    }

    #[test]
    fn a_name_for_a_private_address_is_not_called() {
        for names in [
            &["127.0.0.1:443"][..],
            &["[::1]:443"],
            &["169.254.169.254:443"],
            &["[::ffff:10.0.0.1]:443"],
            // Among good ones, wherever it stands.
            &["1.1.1.1:443", "10.0.0.1:443"],
            &["10.0.0.1:443", "1.1.1.1:443"],
        ] {
            assert_eq!(
                call(&[], "https://soc.example/", names),
                Undelivered::for_good("address_not_allowed"),
                "{names:?}"
            );
        }
    }

    #[test]
    fn public_addresses_are_called_over_https_at_listed_ports() {
        assert_eq!(call(&[], "http://soc.example/", &["1.1.1.1:80"]), Undelivered::for_good("https_needed"));
        assert_eq!(call(&[], "https://soc.example:22/", &["1.1.1.1:22"]), Undelivered::for_good("port_not_allowed"));
        // What is allowed in one's own network says nothing about others.
        let other = call(&["127.0.0.0/8"], "https://soc.example/", &["127.0.0.1:443", "10.0.0.1:443"]);
        assert_eq!(other, Undelivered::for_good("address_not_allowed"));
    }

    #[test]
    fn literal_addresses_in_any_spelling_are_judged_too() {
        let webhooks = Webhooks::new(Guard { ports: vec![443], allow: Vec::new() });
        let message = Message { id: "1", timestamp: 0, body: "{}", keys: &[] };
        for url in [
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://127.1/",
            "https://localhost/",
            "https://0.0.0.0/",
            "https://169.254.169.254/latest/meta-data",
        ] {
            assert_eq!(webhooks.call(url, &message), Err(Undelivered::for_good("address_not_allowed")), "{url}");
        }
    }
}
