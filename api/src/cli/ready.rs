//! `zvit ready`: asks the service on this machine whether it is ready, for supervisors that can only run a command.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use crate::config::Settings;
use crate::net::client::{Trust, local_agent};

/// A service that needs longer is not ready.
const TIMEOUT: Duration = Duration::from_secs(4);

/// Asks `/readyz` of the service with these settings.
///
/// # Errors
/// Says why it isn't ready.
pub(super) fn ask(settings: &Settings) -> Result<(), String> {
    let scheme = if settings.tls.is_on() { "https" } else { "http" };
    let url = format!("{scheme}://{}/readyz", reached(settings.listen));
    let agent = local_agent(Trust::Any, TIMEOUT);
    let answer = agent.get(&url).call().map_err(|error| format!("{url}: {error}"))?;
    match answer.status().as_u16() {
        200 => Ok(()),
        status => Err(format!("{url} answered {status}")),
    }
}

/// How an address that is listened on is reached from here.
fn reached(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_for_all_is_reached_at_this_machine() {
        for (listen, expected) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("192.0.2.1:1", "192.0.2.1:1"),
            ("127.0.0.1:1", "127.0.0.1:1"),
        ] {
            assert_eq!(reached(listen.parse().unwrap()), expected.parse().unwrap());
        }
    }
}
