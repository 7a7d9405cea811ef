//! The caller's address.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};

/// Where a request comes from, as far as that can be known. It is in the extensions of every request. An IPv4 address is
/// never in its IPv6-mapped form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallerAddress(pub IpAddr);

impl CallerAddress {
    /// The address of this request; `0.0.0.0` where there is no peer, as in a test without a socket.
    pub fn of(request: &impl HttpMessage) -> Self {
        request.extensions().get::<Self>().copied().unwrap_or(Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
    }
}

/// The very first wrap of the application: puts the [`CallerAddress`] into the extensions.
///
/// # Errors
/// What the handler answers, unchanged.
pub async fn note_caller<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    if let Some(peer) = request.peer_addr() {
        request.extensions_mut().insert(CallerAddress(peer.ip().to_canonical()));
    }
    next.call(request).await
}
