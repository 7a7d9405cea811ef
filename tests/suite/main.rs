//! The black-box suite: one binary, each file named after the URL or the promise it is about.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod audit_events;
mod bad_input;
mod bad_requests;
mod cases;
mod cases_verbs;
mod clients;
mod crash;
mod demo;
mod directory;
mod docs;
mod enrolment;
mod feed_promise;
mod health;
mod idempotency;
mod incidents;
mod incidents_batch;
mod incidents_feed;
mod incidents_list;
mod incidents_routing;
mod incidents_triage;
mod institutions_import;
mod lost_connections;
mod me;
mod migrations;
mod oauth2;
mod overload;
mod ownership;
mod problems;
mod program;
mod reports;
mod routing_rules;
mod spares;
mod timeline;
mod triage;
mod vocabularies;
mod which_databases;
