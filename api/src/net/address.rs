//! The caller's address: the peer's, or, behind listed proxies, the one that they forwarded.
//!
//! Only `X-Forwarded-For` is read, which proxies append to by default; `Forwarded` (RFC 7239) and the PROXY protocol are not.
//! A proxy must therefore append to that header or set it, never pass on what it got.

use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, web};
use ipnet::{IpNet, Ipv4Net};
use serde::Deserialize;

use zvit_texts::text;

use crate::problem::{Code, Problem};

/// The header that proxies append the address of their peer to.
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Where a request comes from, as far as that can be known. It is in the extensions of every request; an extractor too.
/// An IPv4 address is never in its IPv6-mapped form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallerAddress(pub IpAddr);

impl CallerAddress {
    /// The address of this request; `0.0.0.0` where there is no peer, as in a test without a socket.
    pub fn of(request: &impl HttpMessage) -> Self {
        request.extensions().get::<Self>().copied().unwrap_or(Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
    }
}

impl fmt::Display for CallerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromRequest for CallerAddress {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

/// A range of addresses: `10.0.0.0/8`, `fd00::/8`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct AddressRange(IpNet);

impl AddressRange {
    /// Whether the address is in it, whichever of its forms it has.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for AddressRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let net = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        let net = net.map_err(|_| format!("{text:?} is no address range such as 10.0.0.0/8 or fd00::/8"))?;
        Ok(Self(unmapped(net).trunc()))
    }
}

impl TryFrom<String> for AddressRange {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Addresses are compared in their IPv4 form (RFC 4291, section 2.5.5.2), so ranges must be as well.
fn unmapped(net: IpNet) -> IpNet {
    match (net.addr().to_canonical(), net.prefix_len().checked_sub(96)) {
        (IpAddr::V4(address), Some(length)) if matches!(net, IpNet::V6(_)) => {
            Ipv4Net::new(address, length).map_or(net, IpNet::V4)
        }
        _ => net,
    }
}

/// The proxies whose word counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<AddressRange>);

impl Proxies {
    /// These and no others.
    pub fn new(ranges: Vec<AddressRange>) -> Self {
        Self(ranges)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the address is a listed proxy's.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|range| range.0.contains(&address))
    }

    /// The caller's address: the right-most one in `X-Forwarded-For` that is no listed proxy's, if the peer is a listed
    /// proxy; else the peer's own. What stands further left was said by the caller and can be anything. Where an entry is
    /// no address the peer's is taken; where all are proxies, the left-most of them.
    pub fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.contains(peer) {
            return peer;
        }
        let lines: Vec<&[u8]> = headers.get_all(X_FORWARDED_FOR).map(|line| line.as_bytes()).collect();
        let mut caller = peer;
        // RFC 9110, section 5.3: several lines are one list, in their order. Empty elements are no elements (5.6.1.2).
        let entries = lines.iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b','));
        for entry in entries.map(<[u8]>::trim_ascii).filter(|entry| !entry.is_empty()) {
            let Some(address) = address_of(entry) else { return peer };
            caller = address;
            if !self.contains(caller) {
                break;
            }
        }
        caller
    }
}

/// An entry, with or without brackets and port.
fn address_of(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?;
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let address = text.parse::<IpAddr>().ok().or_else(bracketed).or_else(with_port)?;
    Some(address.to_canonical())
}

/// The very first wrap of the application (`.wrap(from_fn(note_caller))`, the last one added): puts the [`CallerAddress`]
/// into the extensions. The [`Proxies`] are `web::Data` of the application; without them there are none.
///
/// # Errors
/// What the handler answers, unchanged.
pub async fn note_caller<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    if let Some(peer) = request.peer_addr() {
        let proxies = request.app_data::<web::Data<Proxies>>();
        let caller = proxies.map_or(peer.ip().to_canonical(), |all| all.caller(peer.ip(), request.headers()));
        request.extensions_mut().insert(CallerAddress(caller));
    }
    next.call(request).await
}

/// Refuses callers that are no listed proxy (`.wrap(from_fn(refuse_strangers))`, within `problem::edge`): for plain HTTP that
/// can be reached from other machines. Health is told to anybody.
///
/// # Errors
/// What the handler answers, unchanged; the refusal is an answer.
pub async fn refuse_strangers<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let listed =
        |peer: SocketAddr| request.app_data::<web::Data<Proxies>>().is_some_and(|proxies| proxies.contains(peer.ip()));
    if matches!(request.path(), "/healthz" | "/readyz") || request.peer_addr().is_some_and(listed) {
        return next.call(request).await.map(ServiceResponse::map_into_left_body);
    }
    let refusal = Problem::new(Code::Forbidden).because(text!("plain-http-for-proxy"));
    Ok(request.error_response(refusal).map_into_right_body())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;
    use proptest::prelude::*;

    fn proxies(ranges: &[&str]) -> Proxies {
        Proxies::new(ranges.iter().map(|range| range.parse().unwrap()).collect())
    }

    fn caller(ranges: &[&str], peer: &str, lines: &[&[u8]]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_bytes(line).unwrap());
        }
        proxies(ranges).caller(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_listed_proxies_are_believed() {
        for (ranges, peer, line, expected) in [
            (&[][..], "192.0.2.1", "203.0.113.9", "192.0.2.1"),
            (&["10.0.0.0/8"], "192.0.2.1", "203.0.113.9", "192.0.2.1"),
            (&["10.0.0.0/8"], "10.1.2.3", "203.0.113.9", "203.0.113.9"),
            (&["10.0.0.0/8"], "::ffff:10.1.2.3", "203.0.113.9", "203.0.113.9"),
            (&["::ffff:10.0.0.0/104"], "10.1.2.3", "::ffff:203.0.113.9", "203.0.113.9"),
            (&["10.0.0.7"], "10.0.0.8", "203.0.113.9", "10.0.0.8"),
            (&["10.0.0.0/8", "fd00::/8"], "fd00::1", "1.1.1.1, 203.0.113.9, 10.0.0.2,fd00::7", "203.0.113.9"),
            (&["10.0.0.0/8"], "10.1.2.3", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
            (&["10.0.0.0/8"], "10.1.2.3", "10.0.0.2, 10.0.0.3", "10.0.0.2"),
            (&["10.0.0.0/8"], "10.1.2.3", "", "10.1.2.3"),
            (&["10.0.0.0/8"], "10.1.2.3", " , ,203.0.113.9 , ", "203.0.113.9"),
        ] {
            assert_eq!(caller(ranges, peer, &[line.as_bytes()]), expected, "{ranges:?} {peer} {line:?}");
        }
    }

    #[test]
    fn ports_and_brackets_are_taken_off_and_garbage_is_the_peer() {
        for (line, expected) in [
            ("203.0.113.9:4711", "203.0.113.9"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("203.0.113.9, unknown", "10.1.2.3"),
            ("203.0.113.9, _hidden", "10.1.2.3"),
            ("unknown, 203.0.113.9", "203.0.113.9"),
            ("203.0.113.9, fe80::1%eth0", "10.1.2.3"),
            ("203.0.113.9, [10.0.0.1]", "10.1.2.3"),
            ("for=203.0.113.9", "10.1.2.3"),
            ("203.0.113.9:99999", "10.1.2.3"),
        ] {
            assert_eq!(caller(&["10.0.0.0/8"], "10.1.2.3", &[line.as_bytes()]), expected, "{line:?}");
        }
        assert_eq!(caller(&["10.0.0.0/8"], "10.1.2.3", &[b"203.0.113.9, \xff"]), "10.1.2.3");
    }

    #[test]
    fn several_header_lines_are_one_list() {
        assert_eq!(caller(&["10.0.0.0/8"], "10.1.2.3", &[b"198.51.100.1", b"203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(caller(&["10.0.0.0/8"], "10.1.2.3", &[b"198.51.100.1, 203.0.113.9", b"10.0.0.2"]), "203.0.113.9");
    }

    #[test]
    fn a_range_is_said_in_the_usual_ways() {
        assert_eq!("10.1.2.3/8".parse::<AddressRange>().unwrap().to_string(), "10.0.0.0/8");
        assert_eq!("::1".parse::<AddressRange>().unwrap().to_string(), "::1/128");
        for text in ["", "10.0.0.0/33", "localhost", "10.0.0.0-10.0.0.9", "::/129"] {
            assert!(text.parse::<AddressRange>().is_err(), "{text:?}");
        }
    }

    proptest! {
        /// Nothing a caller writes to the left of what the proxy appended changes the outcome.
        #[test]
        fn the_callers_own_words_never_count(forged in "[ -~]{0,60}", real in any::<[u8; 4]>()) {
            let real = IpAddr::from(real);
            let listed = proxies(&["10.0.0.0/8"]);
            prop_assume!(!listed.contains(real));
            let line = format!("{forged}, {real}");
            prop_assert_eq!(caller(&["10.0.0.0/8"], "10.1.2.3", &[line.as_bytes()]), real.to_string());
        }
    }
}
