//! What can go wrong in the store, told apart by what the caller can do about it.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No connection within the bounded wait, or the connection was lost: trying again may help.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The disk is full or read-only: nothing can be written until an operator acts.
    #[error("the database can't be written: {0}")]
    NotWritable(String),
    /// A value that must be unique is there already. `what` is `<table>_<column>` on both databases.
    #[error("{what} is taken")]
    Taken {
        /// Which uniqueness was broken, such as `incidents_external_ref`.
        what: String,
    },
    /// The row is not there.
    #[error("not found")]
    NotFound,
    /// The configuration doesn't fit the store (settings refused, wrong scheme, foreign file).
    #[error("{0}")]
    Refused(String),
    /// Anything else: a defect or a damaged store.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// What the store answers.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl StoreError {
    /// Whether the connection that gave this error should not be used again.
    pub fn breaks_connection(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Whether it lies with the store as a whole, and not with the row that was at work.
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::NotWritable(_))
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(kind, info) => from_database(kind, info.as_ref()),
            DieselError::BrokenTransactionManager => Self::Unavailable("the connection is broken".into()),
            other => Self::Failed(other.to_string()),
        }
    }
}

fn from_database(kind: DatabaseErrorKind, info: &dyn diesel::result::DatabaseErrorInformation) -> StoreError {
    let message = info.message().to_owned();
    match kind {
        DatabaseErrorKind::UniqueViolation => {
            StoreError::Taken { what: info.constraint_name().map_or_else(|| unique_of_sqlite(&message), str::to_owned) }
        }
        DatabaseErrorKind::ClosedConnection
        | DatabaseErrorKind::UnableToSendCommand
        | DatabaseErrorKind::SerializationFailure => StoreError::Unavailable(message),
        _ if is_lost_connection(&message) => StoreError::Unavailable(message),
        _ if is_not_writable(&message) => StoreError::NotWritable(message),
        _ => StoreError::Failed(message),
    }
}

/// SQLite names the columns (`UNIQUE constraint failed: incidents.institution_id, incidents.external_ref`), PostgreSQL the
/// constraint; constraints are named after table and last column so that both come out as `incidents_external_ref`.
fn unique_of_sqlite(message: &str) -> String {
    message.rsplit([' ', ',']).next().unwrap_or_default().replace('.', "_")
}

/// libpq reports a lost server as an "unknown" error with a text.
fn is_lost_connection(message: &str) -> bool {
    [
        "server closed the connection",
        "terminating connection",
        "connection to server",
        "no connection to the server",
        "database is locked",
        "due to lock timeout",
        "due to statement timeout",
        "SSL connection has been closed",
    ]
    .iter()
    .any(|sign| message.contains(sign))
}

fn is_not_writable(message: &str) -> bool {
    [
        "disk is full",
        "No space left",
        "could not extend file",
        "readonly database",
        "read-only transaction",
        "disk I/O error",
    ]
    .iter()
    .any(|sign| message.contains(sign))
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(format!("a stored document can't be read or written: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_uniqueness_has_one_name_on_both_databases() {
        assert_eq!(
            unique_of_sqlite("UNIQUE constraint failed: incidents.institution_id, incidents.external_ref"),
            "incidents_external_ref"
        );
        assert_eq!(unique_of_sqlite("UNIQUE constraint failed: incidents.reference"), "incidents_reference");
    }
}
