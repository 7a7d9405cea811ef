//! The outbox of notices, and the secrets that webhooks are signed with. Digests are in `digests.rs`.

use diesel::prelude::*;
use uuid::Uuid;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::Result;
use crate::on;
use crate::rows::{NoticeRow, WebhookSecretRow};
use crate::schema::{assignments, incidents, notices, webhook_secrets};
use crate::types::{At, Id};

/// One notice.
///
/// # Errors
/// The database's own.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<NoticeRow>> {
    Ok(on!(tx, c => notices::table.find(Id(id)).first(*c).optional())?)
}

/// A page of notices in this state or in any, the newest first, before `before`.
///
/// # Errors
/// The database's own.
pub fn page(tx: &mut Tx<'_>, state: Option<&str>, before: Option<Uuid>, limit: i64) -> Result<Vec<NoticeRow>> {
    macro_rules! page {
        ($c:ident) => {{
            let mut query = notices::table.order(notices::id.desc()).limit(limit).into_boxed();
            if let Some(state) = state {
                query = query.filter(notices::state.eq(state));
            }
            if let Some(before) = before {
                query = query.filter(notices::id.lt(Id(before)));
            }
            query.load(*$c)
        }};
    }
    Ok(on!(tx, c => page!(c))?)
}

/// Whether any notice of these channels is due at `now` to somebody else than `busy`.
///
/// # Errors
/// The database's own.
pub fn any_due(tx: &mut Tx<'_>, channels: &[&str], busy: &[String], now: Time) -> Result<bool> {
    use diesel::dsl::{exists, select};
    Ok(on!(tx, c => select(exists(
        notices::table
            .filter(notices::next_try_at.le(Some(At(now))))
            .filter(notices::channel.eq_any(channels))
            .filter(notices::target.ne_all(busy)),
    ))
    .get_result(*c))?)
}

/// Notices of these channels that are due at `now` to others than `busy`, those that wait longest first: not leased, or by a lease
/// that has ended.
///
/// # Errors
/// The database's own.
pub fn due(tx: &mut Tx<'_>, channels: &[&str], busy: &[String], now: Time, limit: i64) -> Result<Vec<NoticeRow>> {
    Ok(on!(tx, c => notices::table
        .filter(notices::next_try_at.le(Some(At(now))))
        .filter(notices::channel.eq_any(channels))
        .filter(notices::target.ne_all(busy))
        .order((notices::next_try_at, notices::id))
        .limit(limit)
        .load(*c))?)
}

/// Leases notices until `until`; those that had not been let through are now.
///
/// # Errors
/// The database's own.
pub fn lease(tx: &mut Tx<'_>, ids: &[Id], lease: Uuid, now: Time, until: Time) -> Result<()> {
    on!(&mut *tx, c => diesel::update(notices::table.filter(notices::id.eq_any(ids)))
        .set((notices::lease.eq(Some(Id(lease))), notices::next_try_at.eq(Some(At(until)))))
        .execute(*c))?;
    on!(tx, c => diesel::update(notices::table.filter(notices::id.eq_any(ids)).filter(notices::passed_at.is_null()))
        .set(notices::passed_at.eq(Some(At(now))))
        .execute(*c))?;
    Ok(())
}

/// Writes what became of a notice.
///
/// # Errors
/// The database's own.
pub fn update(tx: &mut Tx<'_>, row: &NoticeRow) -> Result<()> {
    on!(tx, c => diesel::update(notices::table.find(row.id))
        .set((
            notices::state.eq(&row.state),
            notices::attempts.eq(row.attempts),
            notices::next_try_at.eq(row.next_try_at),
            notices::lease.eq(row.lease),
            notices::sent_at.eq(row.sent_at),
            notices::last_error.eq(&row.last_error),
            notices::passed_at.eq(row.passed_at),
            notices::settled_at.eq(row.settled_at),
        ))
        .execute(*c))?;
    Ok(())
}

/// Takes away what has been settled (in one of these states) since before `before`: it holds addresses of people. At most `limit`
/// rows; how many went.
///
/// # Errors
/// The database's own.
pub fn clear(tx: &mut Tx<'_>, states: &[&str], before: Time, limit: i64) -> Result<usize> {
    let old: Vec<Id> = old(tx, states, before, limit)?;
    if old.is_empty() {
        return Ok(0);
    }
    Ok(on!(tx, c => diesel::delete(notices::table.filter(notices::id.eq_any(&old))).execute(*c))?)
}

/// Notices that have been in one of these states since before `before`. Ids begin with the time and stand in the index of states, so
/// only what was also written before then is looked at. Where nothing says since when, the writing counts.
///
/// # Errors
/// The database's own.
pub fn old(tx: &mut Tx<'_>, states: &[&str], before: Time, limit: i64) -> Result<Vec<Id>> {
    Ok(on!(tx, c => notices::table
        .filter(notices::state.eq_any(states))
        .filter(notices::id.lt(lowest_id(before)))
        .filter(notices::settled_at.is_null().or(notices::settled_at.assume_not_null().lt(At(before))))
        .order(notices::id)
        .limit(limit)
        .select(notices::id)
        .load(*c))?)
}

/// No id of that moment or later is lower.
fn lowest_id(at: Time) -> Id {
    let millis = u128::try_from(at.as_micros().div_euclid(1_000)).unwrap_or(0);
    Id(Uuid::from_u128(millis << 80))
}

/// The states of cases.
///
/// # Errors
/// The database's own.
pub fn case_states(tx: &mut Tx<'_>, cases: &[Id]) -> Result<Vec<(Id, String)>> {
    Ok(on!(tx, c => assignments::table
        .filter(assignments::id.eq_any(cases))
        .select((assignments::id, assignments::state))
        .load(*c))?)
}

/// Whether an incident is an exercise; none when there is no such incident.
///
/// # Errors
/// The database's own.
pub fn is_exercise(tx: &mut Tx<'_>, incident: Uuid) -> Result<Option<bool>> {
    Ok(on!(tx, c => incidents::table.find(Id(incident)).select(incidents::exercise).first(*c).optional())?)
}

/// The secrets of these teams and institutions.
///
/// # Errors
/// The database's own.
pub fn secrets(tx: &mut Tx<'_>, owners: &[Id]) -> Result<Vec<WebhookSecretRow>> {
    Ok(on!(tx, c => webhook_secrets::table.filter(webhook_secrets::owner.eq_any(owners)).load(*c))?)
}

/// The teams and institutions that have a secret.
///
/// # Errors
/// The database's own.
pub fn signers(tx: &mut Tx<'_>) -> Result<Vec<Uuid>> {
    let owners: Vec<Id> = on!(tx, c => webhook_secrets::table.select(webhook_secrets::owner).load(*c))?;
    Ok(owners.into_iter().map(|owner| owner.0).collect())
}

/// Writes a secret over the one before it.
///
/// # Errors
/// The database's own.
pub fn replace_secret(tx: &mut Tx<'_>, row: &WebhookSecretRow) -> Result<()> {
    on!(tx, c => diesel::update(webhook_secrets::table.find(row.owner))
        .set((
            webhook_secrets::secret.eq(&row.secret),
            webhook_secrets::previous.eq(&row.previous),
            webhook_secrets::previous_until.eq(row.previous_until),
            webhook_secrets::created_at.eq(row.created_at),
        ))
        .execute(*c))?;
    Ok(())
}
