//! The harness of the black-box suite: a real server as a child process, real sockets, both databases.
//!
//! A test is written once and runs on each database:
//!
//! ```ignore
//! both!(a_report_needs_only_a_description, |server| {
//!     server.hospital().post("/v1/incidents").json(&json!({"description": "…"})).expect(201);
//! });
//! ```
//!
//! Each test gets a server and a store of its own: a copy of a migrated and seeded SQLite file, or a PostgreSQL database made
//! from a template. PostgreSQL is a private cluster that lives as long as the test process (see [`postgres`]).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a harness fails a test by panicking with words that say what was seen"
)]

pub mod answer;
pub mod client;
pub mod directory;
pub mod feed;
pub mod key_pair;
pub mod postgres;
pub mod program;
pub mod raw;
pub mod report;
pub mod run;
pub mod scratch;
pub mod server;
pub mod sha256;
pub mod sinks;
pub mod store;
pub mod tls;
pub mod walk;

pub use answer::{Answer, Problem};
pub use client::{Call, Client};
pub use key_pair::KeyPair;
pub use report::report;
pub use run::{eventually, fresh, hours_ago, in_parallel, now, stamp};
pub use server::Server;
pub use store::{Database, Store};

pub use serde_json::{Value, json};
