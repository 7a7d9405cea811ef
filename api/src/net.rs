//! The network around the service.

pub mod address;
