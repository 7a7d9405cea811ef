//! A report: what an institution sends, what is wrong with it, and what an incident knows once it is taken in.
//!
//! The way of a report: JSON that fits the schema of [`ReportInput`] or [`FollowUpInput`] → [`ReportFields`] →
//! [`parse`] → [`Parsed`] → [`Content::merge`].

mod canonical;
mod content;
mod faults;
mod input;
mod parse;

pub use canonical::canonical_hash_input;
pub use content::{Change, Contact, Content};
pub use input::{
    ClassificationInput, ContactInput, FollowUpInput, FollowUpStage, IndicatorInput, InstitutionId, MemberPointer,
    OnBehalfOf, ReportFields, ReportInput, ServiceName, UnregisteredInstitution,
};
pub use parse::{Circumstances, NewIndicator, Parsed, parse};

/// Limits that code needs beside the schemas.
pub mod limits {
    /// The largest body of one report, in bytes.
    pub const REPORT_BYTES: usize = 256 * 1024;
    /// The largest body of a batch, in bytes.
    pub const BATCH_BYTES: usize = 4 * 1024 * 1024;
    /// The most reports in a batch.
    pub const BATCH_ITEMS: usize = 500;
    /// The largest attachment, in bytes.
    pub const ATTACHMENT_BYTES: usize = 32 * 1024 * 1024;
}
