//! Changing and trying out the routing rules.

use std::collections::BTreeSet;

use serde_json::json;
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::conn::Tx;
use zvit_db::incidents;
use zvit_db::rows::RuleVersionRow;
use zvit_db::types::{At, Json};
use zvit_domain::fault::Fault;
use zvit_domain::routing::{EFFECT_INCIDENTS, Roster, RoutingInput, RuleSet, RulesEffect};
use zvit_domain::time::Time;
use zvit_texts::text;

use super::event::Event;
use super::held::routing_input;
use super::record::Record;
use crate::actor::Actor;
use crate::memory::Directory;
use crate::problem::{Code, Problem};

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

/// What a rule set would have done with the newest incidents, beside the one that holds.
///
/// # Errors
/// The store's.
pub fn effect(
    tx: &mut Tx<'_>,
    directory: &Directory,
    (present, draft): (&RuleSet, &RuleSet),
    now: Time,
) -> Result<RulesEffect, Problem> {
    let roster = Roster::new(&directory.teams, now).map_err(Problem::internal)?;
    let rows = incidents::newest(tx, i64::from(EFFECT_INCIDENTS))?;
    let records = rows.into_iter().map(Record::read).collect::<Result<Vec<_>, _>>()?;
    // As if each were reported now: what became of it under the rules that held is not these rules' doing.
    let inputs = records
        .iter()
        .map(|record| RoutingInput { expiries: 0, ..routing_input(record, record.classification().class, &[], &[]) });
    Ok(zvit_domain::routing::effect(inputs, present, draft, &roster, now))
}

/// Refuses rules that would leave much more to the default than those that hold.
///
/// # Errors
/// 409 with the effect.
pub fn check_effect(effect: &RulesEffect) -> Result<(), Problem> {
    if !effect.is_unsafe() {
        return Ok(());
    }
    let RulesEffect { incidents, to_default_before: before, to_default_after: after, .. } = effect;
    Err(Problem::new(Code::RulesUnsafe)
        .because(text!("rules-to-default", incidents = *incidents, after = *after, before = *before))
        .extension("effect", effect))
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
