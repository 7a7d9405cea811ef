//! What touches several tables or has several callers. Flows know neither HTTP nor the clock.

pub mod assign;
pub mod case;
pub mod client_keys;
pub mod clients;
pub mod coordinate;
pub mod directory;
pub mod disclosure;
pub mod enrolment;
pub mod event;
pub mod follow_up;
pub mod grant;
pub mod hold;
pub mod idempotency;
pub mod notices;
pub mod provisional;
pub mod record;
pub mod reference;
pub mod rules;
pub mod show;
pub mod signing_keys;
pub mod submit;
pub mod tokens;
