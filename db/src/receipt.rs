//! What was received about an incident: the submissions without their bodies, and who made them.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use uuid::Uuid;

use crate::conn::Tx;
use crate::error::Result;
use crate::on;
use crate::rows::AuditRow;
use crate::schema::{audit_events, reports};
use crate::types::{At, Id};

/// One submission, without its body.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Received {
    /// Its id.
    pub id: Id,
    /// Its stage.
    pub stage: String,
    /// When it came in.
    pub received_at: At,
    /// SHA-256 of its bytes.
    pub sha256: Vec<u8>,
    /// How many bytes it has.
    pub bytes: i64,
}

/// The submissions about an incident, oldest first.
///
/// # Errors
/// The database's own.
pub fn received(tx: &mut Tx<'_>, incident: Uuid, limit: i64) -> Result<Vec<Received>> {
    Ok(on!(tx, c => reports::table
        .filter(reports::incident_id.eq(Id(incident)))
        .order(reports::id)
        .limit(limit)
        .select((
            reports::id,
            reports::stage,
            reports::received_at,
            reports::sha256,
            sql::<BigInt>("CAST(octet_length(body) AS bigint)"),
        ))
        .load(*c))?)
}

/// The events of an incident that are of these kinds, oldest first.
///
/// # Errors
/// The database's own.
pub fn events(tx: &mut Tx<'_>, incident: Uuid, kinds: &[&str], limit: i64) -> Result<Vec<AuditRow>> {
    Ok(on!(tx, c => audit_events::table
        .filter(audit_events::incident_id.eq(Some(Id(incident))))
        .filter(audit_events::kind.eq_any(kinds))
        .order(audit_events::position)
        .limit(limit)
        .load(*c))?)
}
