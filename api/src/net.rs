//! What lies below HTTP: where requests come from, the encryption of their connections, and what is sent to others.

pub mod address;
mod certificate;
pub(crate) mod client;
pub mod mail;
pub mod public_address;
mod reload;
mod self_signed;
pub mod tls;
pub mod webhook;
