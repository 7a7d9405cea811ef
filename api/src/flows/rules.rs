//! Changing and trying out the routing rules.

use std::collections::BTreeSet;

use serde_json::json;
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::rows::RuleVersionRow;
use zvit_db::types::{At, Json};
use zvit_domain::fault::Fault;
use zvit_domain::routing::RuleSet;

use super::event::Event;
use crate::actor::Actor;
use crate::memory::Directory;
use crate::problem::Problem;

/// Every fault of a rule set against the directory.
pub fn faults(rules: &RuleSet, directory: &Directory) -> Vec<Fault> {
    let teams: BTreeSet<Uuid> = directory.teams.iter().map(|team| team.id).collect();
    rules.check(&teams)
}

/// Whether a rule set can hold.
///
/// # Errors
/// 422 with all faults.
pub fn check(rules: &RuleSet, directory: &Directory) -> Result<(), Problem> {
    let faults = faults(rules, directory);
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}

/// Makes a rule set the one that holds.
///
/// # Errors
/// 422 with all faults; the store's.
pub fn put(
    change: &mut Change<'_>,
    directory: &Directory,
    actor: &Actor,
    rules: &RuleSet,
    reason: Option<&str>,
) -> Result<RuleVersionRow, Problem> {
    check(rules, directory)?;
    change.gate.rules_version += 1;
    let row = RuleVersionRow {
        version: change.gate.rules_version,
        document: Json::of(rules)?,
        reason: reason.map(str::to_owned),
        changed_by: actor.name.clone(),
        created_at: At(change.now),
    };
    RuleVersionRow::insert_all(&mut change.tx, vec![row.clone()])?;
    Event::other("routing_rules_changed", "routing_rules", row.version)
        .because(reason)
        .with(json!({"version": row.version, "rules": rules.rules.len()}))
        .note(change, actor);
    Ok(row)
}
