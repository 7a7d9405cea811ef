//! The service and the program of Zvit.
//!
//! A request travels from [`routes`] (extract, call, shape) through [`flows`] (what touches several tables) to the store; the
//! two ends are [`auth`] and [`problem`].

pub mod actor;
pub mod auth;
pub mod blobs;
pub mod cli;
pub mod clock;
pub mod config;
pub mod contract;
pub mod cursor;
pub mod deliveries;
pub mod demo;
pub mod denials;
pub mod docs_ui;
pub mod entries;
pub mod flows;
pub mod html;
pub mod hub;
pub mod import;
pub mod input;
pub mod intake;
pub mod limits;
pub mod memory;
pub mod net;
pub mod oauth_client;
pub mod oauth_metadata;
pub mod oauth_request;
pub mod permission;
pub mod polls;
pub mod problem;
pub mod reach;
pub mod receipt_page;
pub mod reply;
pub mod request_log;
pub mod routes;
pub mod seed;
pub mod sensitive_reads;
pub mod server;
pub mod setup;
pub mod sheets;
pub mod spares;
pub mod start_page;
pub mod state;
pub mod statistics_csv;
pub mod token;
pub mod views;
pub mod vocabularies;
pub mod worker;

pub use server::openapi_document;

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
