//! What can go wrong in the demonstration.

use crate::seed::SeedFault;
use crate::server::StartFault;
use crate::setup::SetupFault;

/// Why the demonstration failed.
#[derive(Debug, thiserror::Error)]
pub enum DemoFault {
    /// The operating system: directory, port, signals.
    #[error("the demonstration's place: {0}")]
    Place(std::io::Error),
    /// The output.
    #[error("the output can't be written: {0}")]
    Output(std::io::Error),
    /// A demonstration file that belongs to this build is not right.
    #[error("the demonstration's data: {0}")]
    Script(String),
    /// A defect of this build.
    #[error("{0}")]
    Defect(String),
    /// The store.
    #[error(transparent)]
    Setup(#[from] SetupFault),
    /// The directory.
    #[error(transparent)]
    Seed(#[from] SeedFault),
    /// The service.
    #[error(transparent)]
    Start(#[from] StartFault),
    /// No answer came.
    #[error("{call}: no answer: {error}")]
    Unreachable {
        /// Method and path.
        call: String,
        /// Why.
        error: String,
    },
    /// The service said no.
    #[error("{call} was answered {status}: {detail}")]
    Refused {
        /// Method and path.
        call: String,
        /// HTTP status.
        status: u16,
        /// What the service said.
        detail: String,
    },
    /// The answer is not what the call should give.
    #[error("{call}: the answer can't be read: {error}")]
    Unreadable {
        /// Method and path.
        call: String,
        /// Why.
        error: String,
    },
    /// Reports were refused.
    #[error("{} of {sent} reports were not accepted: {}", refused.len(), refused.join("; "))]
    NotAccepted {
        /// So many were sent.
        sent: usize,
        /// Each, with the service's words.
        refused: Vec<String>,
    },
    /// The service doesn't show what it accepted.
    #[error("{accepted} reports were accepted, but the service shows {shown} incidents")]
    Missing {
        /// Answered with 201.
        accepted: usize,
        /// Read back.
        shown: usize,
    },
    /// Incidents without a lead.
    #[error("no team leads {}", references.join(", "))]
    Unassigned {
        /// Their references.
        references: Vec<String>,
    },
    /// What was to be shown did not happen.
    #[error("this did not happen: {}", what.join("; "))]
    NotHappened {
        /// Each, in words.
        what: Vec<String>,
    },
    /// Ctrl-C before the end.
    #[error("stopped before the demonstration was over")]
    Stopped,
}
