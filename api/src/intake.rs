//! From a body to a submission: what single and bulk intake have in common.

use aws_lc_rs::digest::{SHA256, digest};
use uuid::Uuid;
use zvit_db::idempotency::KeyOf;
use zvit_domain::fault::Fault;
use zvit_domain::report::{Circumstances, OnBehalfOf, Parsed, ReportFields, ReportInput, canonical_hash_input, parse};
use zvit_domain::time::Time;
use zvit_domain::vocabulary::Role;
use zvit_texts::text;

use crate::actor::Actor;
use crate::flows::idempotency::RequestKey;
use crate::flows::submit::{Reporter, Submission};
use crate::input::Checked;
use crate::memory::Directory;
use crate::problem::{Code, Problem};
use crate::views::StoredWarning;

/// A faulty member is kept with the warning about it up to so many bytes; the whole of it stays in the report.
const KEPT_VALUE: usize = 500;

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}

/// The key of a request: the caller's own, over the body's bytes.
pub fn request_key(actor: &Actor, operation: String, key: String, body: &[u8]) -> RequestKey {
    RequestKey { of: KeyOf { owner: actor.key_owner(), operation, key }, body_sha256: sha256(body), derived: false }
}

/// The key of a report that came without one: made from the canonical body, and good for a quarter of an hour, so that a
/// blind retry never doubles and an equal report of another day is never swallowed. No caller can choose such a key: it
/// holds a blank.
pub fn derived_key(actor: &Actor, operation: String, value: &serde_json::Value) -> RequestKey {
    let body_sha256 = sha256(canonical_hash_input(value).as_bytes());
    let key = format!("derived {}", crate::hex(&body_sha256));
    RequestKey { of: KeyOf { owner: actor.key_owner(), operation, key }, body_sha256, derived: true }
}

/// A checked body as a submission.
///
/// # Errors
/// 422 with every fault; with `lenient` only for those at members that can't be left out.
pub fn submission(
    actor: Actor,
    checked: Checked<ReportInput>,
    key: RequestKey,
    lenient: bool,
    directory: &Directory,
    now: Time,
) -> Result<Submission, Problem> {
    let fields = ReportFields::from(checked.value.clone());
    let parsed = parse(&fields, &Circumstances { now, current: None });
    let (reporter, faults) = reporter(&actor, &parsed, directory);
    let raw = checked.raw.clone();
    // Whom it happened to is no detail that a lenient reading may drop.
    let names_wrongly = checked.faults.iter().any(|fault| fault.pointer.starts_with("/on_behalf_of"));
    let lenient = lenient && faults.is_empty() && !names_wrongly;
    let warnings = accept(checked, &parsed, faults, lenient)?;
    let Some(reporter) = reporter else { return Err(Problem::internal("a reporter is missing without a fault")) };
    let body = String::from_utf8(raw.to_vec()).map_err(Problem::internal)?;
    Ok(Submission { actor, reporter, key, parsed, warnings, body_sha256: sha256(body.as_bytes()), body })
}

/// The warnings that go with a report, if it is accepted.
///
/// # Errors
/// 422 as in [`submission`].
pub fn accept<T: Clone>(
    checked: Checked<T>,
    parsed: &Parsed,
    more: Vec<Fault>,
    lenient: bool,
) -> Result<Vec<StoredWarning>, Problem> {
    let mut faults = parsed.faults.clone();
    faults.extend(more);
    let raw = checked.raw.clone();
    let doubts: Vec<Fault> = parsed.warnings.iter().cloned().map(|fault| checked.placed(fault)).collect();
    let pruned = if lenient {
        checked.lenient(faults)?.1
    } else {
        checked.strict(faults)?;
        Vec::new()
    };
    let original: serde_json::Value =
        if pruned.is_empty() { serde_json::Value::Null } else { serde_json::from_slice(&raw)? };
    let kept = |fault: Fault| {
        let value = original.pointer(&fault.pointer).map(|value| shortened(value.to_string()));
        StoredWarning { pointer: Some(fault.pointer), code: fault.code.to_owned(), detail: fault.detail, value }
    };
    Ok(pruned.into_iter().chain(doubts).map(kept).collect())
}

fn shortened(mut text: String) -> String {
    if text.len() > KEPT_VALUE {
        let end = (0..=KEPT_VALUE).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Whom the report is about, and what speaks against that.
fn reporter(actor: &Actor, parsed: &Parsed, directory: &Directory) -> (Option<Reporter>, Vec<Fault>) {
    let fault = |code: &'static str, detail| (None, vec![Fault::at("/on_behalf_of", code, detail)]);
    match (&parsed.on_behalf_of, actor.role, actor.owner) {
        (None, Role::Institution, Some(own)) => (Some(Reporter::Known(own)), coordinator_members(parsed)),
        (None, _, _) => fault("required", text!("institution-needed")),
        (Some(OnBehalfOf::Institution(id)), role, own) => {
            if may_report_for(directory, role, own, id.0) {
                (
                    Some(Reporter::Known(id.0)),
                    if role == Role::Coordinator { Vec::new() } else { coordinator_members(parsed) },
                )
            } else {
                fault("unknown_institution", text!("institution-not-yours"))
            }
        }
        (Some(OnBehalfOf::Unregistered(who)), Role::Coordinator, _) => {
            (Some(Reporter::Unregistered { name: who.name.clone(), phone: who.phone.clone() }), Vec::new())
        }
        (Some(OnBehalfOf::Unregistered(_)), _, _) => fault("not_allowed", text!("institution-by-coordinator-only")),
    }
}

fn may_report_for(directory: &Directory, role: Role, own: Option<Uuid>, institution: Uuid) -> bool {
    if !directory.institutions.get(&institution).is_some_and(|known| known.active) {
        return false;
    }
    let represents =
        |own: Uuid| directory.institutions.get(&own).is_some_and(|known| known.entry.represents.contains(&institution));
    role == Role::Coordinator || own == Some(institution) || own.is_some_and(represents)
}

/// `reported_via` and `notified_at` are for the coordinator, who takes reports by telephone.
fn coordinator_members(parsed: &Parsed) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (pointer, stated) in
        [("/reported_via", parsed.reported_via.is_some()), ("/notified_at", parsed.notified_at.is_some())]
    {
        if stated {
            faults.push(Fault::at(pointer, "not_allowed", text!("said-by-coordinator-only")));
        }
    }
    faults
}

/// The store's answer to one submission.
///
/// # Errors
/// What the submission was refused with, or the store's own failure.
pub fn answered<T>(answer: Option<zvit_db::error::Result<Result<T, Problem>>>) -> Result<T, Problem> {
    match answer {
        Some(Ok(answer)) => answer,
        Some(Err(error)) => Err(error.into()),
        None => Err(Problem::new(Code::Internal)),
    }
}

#[cfg(test)]
#[path = "intake/tests.rs"]
mod tests;
