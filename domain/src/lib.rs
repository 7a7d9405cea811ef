//! The words, rules and arithmetic of incident reporting.
//!
//! Everything here is pure: no clock, no disk, no network, no log. What time it is, which teams there are and how
//! loaded they are come in as arguments, so that every decision can be repeated and explained later.

pub mod conversation;
pub mod deadline;
pub mod directory;
pub mod disclosure;
pub mod edrpou;
pub mod fault;
pub mod ids;
pub mod impact;
pub mod indicator;
pub mod lifecycle;
pub mod link;
pub mod notice;
pub mod overload;
pub mod region;
pub mod report;
pub mod routing;
pub mod similarity;
pub mod statistics;
pub mod taxonomy;
pub mod time;
pub mod tlp;
pub mod triage;
pub mod typeable;
pub mod vocabulary;
pub mod withdrawal;
pub mod word;
