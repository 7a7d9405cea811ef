//! What lies below HTTP: where requests come from, and the encryption of their connections.

pub mod address;
mod certificate;
pub(crate) mod client;
mod reload;
mod self_signed;
pub mod tls;
