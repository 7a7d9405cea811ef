//! The store of Zvit: one set of queries on SQLite (one process, no installation) and PostgreSQL (everything bigger).
//!
//! Reading goes through [`conn::Readers`]; every change goes through the one [`writer::Writer`] of the process and is a
//! [`change::Change`] behind the gate. Queries stand by aggregate and take a [`conn::Tx`].

pub mod audit;
pub mod cases;
pub mod change;
pub mod clients;
pub mod conn;
pub mod credentials;
pub mod directory;
pub mod error;
pub mod feeds;
pub mod idempotency;
pub mod incidents;
pub mod institutions;
pub mod links;
pub mod migrate;
pub mod rows;
pub mod rules;
pub mod schema;
pub mod store;
pub mod types;
pub mod watch;
pub mod writer;
