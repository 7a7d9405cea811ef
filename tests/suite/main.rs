//! The black-box suite: one binary, each file named after the URL or the promise it is about.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod above_ceiling;
mod acting_person;
mod assertions;
mod audit_events;
mod authorization;
mod bad_input;
mod bad_requests;
mod canaries;
mod cases;
mod cases_verbs;
mod client_keys;
mod clients;
mod crash;
mod demo;
mod denials;
mod directory;
mod disclosure;
mod docs;
mod enrolment;
mod feed_promise;
mod freshness;
mod health;
mod hold;
mod http_hygiene;
mod https;
mod idempotency;
mod incidents;
mod incidents_batch;
mod incidents_feed;
mod incidents_list;
mod incidents_routing;
mod incidents_triage;
mod institutions_import;
mod limits;
mod limits_overload;
mod lost_connections;
mod me;
mod migrations;
mod oauth2;
mod oauth2_metadata;
mod overload;
mod ownership;
mod parked_bodies;
mod problems;
mod program;
mod reports;
mod revocation;
mod routing_rules;
mod sensitive_reads;
mod signing_keys;
mod spares;
mod stopping;
mod support_sight;
mod threats_bodies;
mod threats_claims;
mod threats_cursors;
mod threats_fields;
mod threats_framing;
mod threats_json;
mod threats_requests;
mod threats_secrets;
mod threats_sight;
mod threats_tokens;
mod timeline;
mod triage;
mod vocabularies;
mod which_databases;
