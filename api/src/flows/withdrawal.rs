//! An institution withdraws what was a false alarm. Once somebody works on it, or when it is grave, lead or coordinator decide:
//! an attacker with stolen credentials must not be able to send help away.

use serde_json::json;
use uuid::Uuid;
use zvit_db::audit;
use zvit_db::change::Change;
use zvit_db::types::Json;
use zvit_domain::disclosure::Part;
use zvit_domain::lifecycle::{IncidentVerb, Step, WithdrawalState};
use zvit_domain::vocabulary::Role;
use zvit_domain::withdrawal::{gravity, needs_confirmation};
use zvit_texts::text;

use super::assign::take_away;
use super::closing::over;
use super::disclosure::of_holder;
use super::event::Event;
use super::record::{Record, state};
use crate::actor::Actor;
use crate::memory::Directory;
use crate::problem::{Code, Problem};
use crate::views::{Withdrawal, WithdrawalAnswer};

/// What the timeline names as the reason why each team loses its case.
const WITHDRAWN: &str = "withdrawn";

/// Withdraws the incident, or asks for it where that has to be confirmed. Repeated, it changes nothing.
///
/// # Errors
/// 409 when the incident has ended otherwise; the store's.
pub fn withdraw(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Directory,
    actor: &Actor,
    reason: &str,
) -> Result<(), Problem> {
    let step = IncidentVerb::Withdraw.apply(record.status()).map_err(|_| over(record))?;
    let decides_itself = actor.role == Role::Coordinator;
    let is_asked_for = withdrawal(record).is_some_and(|known| known.state == WithdrawalState::Requested);
    if step == Step::AlreadyThere || (is_asked_for && !decides_itself) {
        return Ok(());
    }
    // Whoever has taken it up counts, also a support team, or a lead that has handed it over since.
    let is_taken_up = record.assignments.iter().any(|row| row.acknowledged_at.is_some());
    let gravity = gravity_of(change, record)?;
    let is_decided = decides_itself || !needs_confirmation(gravity, is_taken_up, record.lead_standing());
    keep(
        record,
        &Withdrawal {
            state: if is_decided { WithdrawalState::Confirmed } else { WithdrawalState::Requested },
            reason: reason.to_owned(),
            requested_at: change.now,
            requested_by: actor.name.clone(),
            decided_at: is_decided.then_some(change.now),
            decided_by: is_decided.then(|| actor.name.clone()),
            decision_reason: None,
        },
    )?;
    if is_decided {
        return end(change, record, directory, actor, reason);
    }
    Event::incident("withdrawal_requested", record.id()).because(Some(reason)).note(change, actor);
    record.save(change, &["withdrawal_requested"], actor)?;
    Ok(())
}

/// How grave the incident counts, by all that was ever noted of its level.
fn gravity_of(change: &mut Change<'_>, record: &Record) -> Result<u8, Problem> {
    #[derive(serde::Deserialize)]
    struct Judged {
        level: u8,
    }
    let decided = record.triage.r#override.as_ref().and_then(|decision| decision.level);
    let judgements = audit::judgements(&mut change.tx, record.id())?;
    let levels = judgements.iter().filter_map(|noted| noted.read::<Judged>().ok()).map(|judged| judged.level);
    Ok(gravity(decided, record.triage.level, levels))
}

/// Decides on a withdrawal that was asked for: `to` is confirmed or rejected. The same decision again changes nothing.
///
/// # Errors
/// 409 when nothing was asked for, or it was decided otherwise, or the incident has ended; the store's.
pub fn decide(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Directory,
    actor: &Actor,
    to: WithdrawalState,
    reason: &str,
) -> Result<(), Problem> {
    // Its reason is in the institution's own words: who has not acknowledged what it sees only codes of does so first.
    if let (Role::Team, Some(team)) = (actor.role, actor.owner) {
        of_holder(record, directory, team).require(Part::Description)?;
    }
    let asked =
        withdrawal(record).ok_or_else(|| Problem::new(Code::StateConflict).because(text!("withdrawal-not-asked")))?;
    if asked.state == to {
        return Ok(());
    }
    if asked.state != WithdrawalState::Requested {
        return Err(Problem::new(Code::StateConflict).because(text!("withdrawal-decided-otherwise")));
    }
    if to == WithdrawalState::Confirmed {
        IncidentVerb::Withdraw.apply(record.status()).map_err(|_| over(record))?;
    }
    keep(
        record,
        &Withdrawal {
            state: to,
            decided_at: Some(change.now),
            decided_by: Some(actor.name.clone()),
            decision_reason: Some(reason.to_owned()),
            ..asked
        },
    )?;
    if to == WithdrawalState::Confirmed {
        return end(change, record, directory, actor, reason);
    }
    Event::incident("withdrawal_rejected", record.id()).because(Some(reason)).note(change, actor);
    record.save(change, &["withdrawal_rejected"], actor)?;
    Ok(())
}

/// The incident ends as withdrawn, and every team forgets it.
fn end(
    change: &mut Change<'_>,
    record: &mut Record,
    directory: &Directory,
    actor: &Actor,
    reason: &str,
) -> Result<(), Problem> {
    let asked_by = withdrawal(record).map(|known| known.requested_by);
    record.row.status = WITHDRAWN.to_owned();
    Event::incident(WITHDRAWN, record.id())
        .with(json!({"requested_by": asked_by}))
        .because(Some(reason))
        .note(change, actor);
    let held = record.assignments.iter().filter(|row| state(row).is_held());
    let held: Vec<Uuid> = held.map(|row| row.id.0).collect();
    for id in held {
        take_away(change, record, id, directory, &Actor::service(), WITHDRAWN)?;
    }
    record.save(change, &[WITHDRAWN], actor)?;
    Ok(())
}

fn keep(record: &mut Record, withdrawal: &Withdrawal) -> Result<(), Problem> {
    record.row.withdrawal = Some(Json::of(withdrawal)?);
    Ok(())
}

/// The withdrawal that was asked for, whatever became of it.
pub fn withdrawal(record: &Record) -> Option<Withdrawal> {
    record.row.withdrawal.as_ref().and_then(|stored| stored.read().ok())
}

/// What is answered to a decision.
///
/// # Errors
/// When there is none: a defect.
pub fn answer(record: &Record) -> Result<WithdrawalAnswer, Problem> {
    Ok(WithdrawalAnswer {
        incident_id: record.id(),
        reference: record.row.reference.clone(),
        status: record.status(),
        withdrawal: withdrawal(record).ok_or_else(|| Problem::internal("a decision without a withdrawal"))?,
    })
}
