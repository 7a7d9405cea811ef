//! Attachments: what is known of the files. Their bytes stand elsewhere.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use uuid::Uuid;

use crate::conn::Tx;
use crate::error::Result;
use crate::on;
use crate::rows::AttachmentRow;
use crate::schema::attachments;
use crate::types::Id;

/// The attachments of one incident, or those that one owner sent of them, oldest first, after `after`.
///
/// # Errors
/// The database's own.
pub fn of(
    tx: &mut Tx<'_>,
    incident: Uuid,
    owner: Option<Uuid>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<AttachmentRow>> {
    let after = Id(after.unwrap_or(Uuid::nil()));
    macro_rules! page {
        ($c:ident, $whose:expr) => {
            attachments::table
                .filter(attachments::incident_id.eq(Id(incident)))
                .filter(attachments::id.gt(after))
                .filter($whose)
                .order(attachments::id)
                .limit(limit)
                .load(*$c)
        };
    }
    Ok(match owner {
        Some(owner) => on!(tx, c => page!(c, attachments::owner.eq(Id(owner))))?,
        None => on!(tx, c => page!(c, attachments::id.ne(Id(Uuid::nil()))))?,
    })
}

/// One attachment, of whatever incident: whether the caller may see that is the caller's next question.
///
/// # Errors
/// The database's own.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<AttachmentRow>> {
    Ok(on!(tx, c => attachments::table.find(Id(id)).first(*c).optional())?)
}

/// Bytes that stand here on this owner's account.
///
/// # Errors
/// The database's own.
pub fn used(tx: &mut Tx<'_>, owner: Uuid) -> Result<i64> {
    Ok(on!(tx, c => attachments::table
        .filter(attachments::owner.eq(Id(owner)))
        .filter(attachments::external_url.is_null())
        .select(sql::<BigInt>("CAST(COALESCE(SUM(size), 0) AS BIGINT)"))
        .first(*c))?)
}

/// How many files that are elsewhere this owner has named, at one incident or in all.
///
/// # Errors
/// The database's own.
pub fn external_count(tx: &mut Tx<'_>, owner: Uuid, incident: Option<Uuid>) -> Result<i64> {
    let of_owner = || {
        attachments::table
            .filter(attachments::owner.eq(Id(owner)))
            .filter(attachments::external_url.is_not_null())
            .count()
    };
    Ok(match incident {
        Some(incident) => on!(tx, c => of_owner().filter(attachments::incident_id.eq(Id(incident))).get_result(*c))?,
        None => on!(tx, c => of_owner().get_result(*c))?,
    })
}

/// Those of these files that an attachment needs, by their SHA-256.
///
/// # Errors
/// The database's own.
pub fn needed(tx: &mut Tx<'_>, hashes: &[Vec<u8>]) -> Result<Vec<Vec<u8>>> {
    if hashes.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on!(tx, c => attachments::table
        .filter(attachments::sha256.eq_any(hashes))
        .filter(attachments::external_url.is_null())
        .select(attachments::sha256)
        .distinct()
        .load(*c))?)
}
