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
mod attachments;
mod audit_events;
mod authorization;
mod availability;
mod bad_input;
mod bad_requests;
mod canaries;
mod cases;
mod cases_verbs;
mod client_keys;
mod clients;
mod clocks;
mod closing;
mod crash;
mod delivered;
mod demo;
mod denials;
mod digests;
mod directory;
mod disclosure;
mod docs;
mod enrolment;
mod escalation;
mod exercises;
mod feed_promise;
mod floods;
mod freshness;
mod hastening;
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
mod joining;
mod lifecycle;
mod limits;
mod limits_of_fields;
mod limits_overload;
mod links;
mod lost_connections;
mod me;
mod messages;
mod migrations;
mod notices;
mod oauth2;
mod oauth2_metadata;
mod outage;
mod overload;
mod ownership;
mod parked_bodies;
mod plans;
mod possible_duplicates;
mod problems;
mod program;
mod receipt;
mod reports;
mod reroute;
mod revocation;
mod routing_rules;
mod rules_unsafe;
mod sensitive_reads;
mod signing_keys;
mod silence;
mod spares;
mod statistics;
mod stopping;
mod support_sight;
mod team_indicators;
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
mod translations;
mod triage;
mod triage_proposals;
mod unmoved;
mod unsent;
mod vocabularies;
mod waiting;
mod which_databases;
mod withdrawal;
