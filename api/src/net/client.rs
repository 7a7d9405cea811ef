//! Calls of this program to a service on this machine.

use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Which certificates are taken.
pub(crate) enum Trust {
    /// This one and no other.
    Only(Certificate<'static>),
    /// Any: for a question that carries no secret to an address of this very machine, which no certificate is made out to.
    Any,
}

/// A client that reaches this machine only: no proxy of the environment has a part in it.
pub(crate) fn local_agent(trust: Trust, timeout: Duration) -> Agent {
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    let tls = match trust {
        Trust::Only(certificate) => tls.root_certs(RootCerts::new_with_certs(&[certificate])),
        Trust::Any => tls.disable_verification(true),
    };
    Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(timeout))
        .tls_config(tls.build())
        .build()
        .into()
}
