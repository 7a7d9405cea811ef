//! Routing rule sets, every version of them.

use diesel::prelude::*;

use crate::conn::Tx;
use crate::error::Result;
use crate::on;
use crate::rows::RuleVersionRow;
use crate::schema::rule_versions;

/// One version.
///
/// # Errors
/// The database's own.
pub fn find(tx: &mut Tx<'_>, version: i32) -> Result<Option<RuleVersionRow>> {
    Ok(on!(tx, c => rule_versions::table.find(version).first(*c).optional())?)
}

/// Versions before `before`, the newest first.
///
/// # Errors
/// The database's own.
pub fn page(tx: &mut Tx<'_>, before: Option<i32>, limit: i64) -> Result<Vec<RuleVersionRow>> {
    let before = before.unwrap_or(i32::MAX);
    Ok(on!(tx, c => rule_versions::table
        .filter(rule_versions::version.lt(before))
        .order(rule_versions::version.desc())
        .limit(limit)
        .load(*c))?)
}
