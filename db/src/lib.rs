//! The store of Zvit: one set of queries on SQLite (one process, no installation) and PostgreSQL (everything bigger).
//!
//! Reading goes through [`conn::Readers`]; every change goes through the one [`writer::Writer`] of the process and is a
//! [`change::Change`] behind the gate. Queries stand by aggregate and take a [`conn::Tx`].

pub mod attachments;
pub mod audit;
pub mod cases;
pub mod change;
pub mod clients;
pub mod clocks;
pub mod conn;
pub mod conversation;
pub mod credentials;
pub mod delivery;
pub mod digests;
pub mod directory;
pub mod error;
pub mod escalation;
pub mod feeds;
pub mod idempotency;
pub mod incidents;
pub mod institutions;
pub mod links;
pub mod mail_means;
pub mod migrate;
pub mod notices;
pub mod polls;
pub mod receipt;
pub mod rows;
pub mod rules;
pub mod schema;
pub mod statistics;
pub mod store;
pub mod types;
pub mod waiting;
pub mod watch;
pub mod writer;
