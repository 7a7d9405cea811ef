//! What becomes of notices: leased, sent outside of any transaction, and settled by whoever still holds the lease.
//!
//! Delivery is at least once: a process that dies between sending and settling leaves a notice that another one sends again once
//! the lease has ended, under the same id.

use std::collections::HashMap;

use serde_json::json;
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::error::{Result, StoreError};
use zvit_db::notices;
use zvit_db::rows::{NoticeRow, WebhookSecretRow};
use zvit_db::types::{At, Id};
use zvit_domain::notice::{Channel, NoticeState, Occasion, postponed_s, wait_s};
use zvit_domain::time::Time;
use zvit_domain::vocabulary::CaseState;
use zvit_texts::text;

use super::digests;
use super::event::Event;
use super::notices::is_contact;
use crate::actor::Actor;
use crate::memory::Directory;
use crate::problem::{Code, Problem};

/// For so long nobody else sends a leased notice. Longer than all tries of one lease can take.
pub const LEASE_S: i64 = 60;

/// Settled notices are kept for so long, then cleared away: they hold addresses of people.
pub const KEPT_S: i64 = 30 * 86_400;

/// States in which nothing more happens by itself and nobody need look.
const SETTLED: &[&str] = &["sent", "cancelled", "gathered"];

/// What was given up is kept for so long, so that somebody can look at it and send it again.
pub const FAILED_KEPT_S: i64 = 90 * 86_400;

/// The state of what was given up.
const FAILED: &[&str] = &["failed"];

/// A notice to be sent now, with the keys to sign it with if it is a webhook's.
#[derive(Debug, Clone)]
pub struct Leased {
    /// The notice.
    pub row: NoticeRow,
    /// The lease under which it may be settled.
    pub lease: Uuid,
    /// The newest key first.
    pub keys: Vec<Vec<u8>>,
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver took it.
    Sent,
    /// It didn't; it is tried again as long as there are tries left.
    Failed(String),
    /// Another try would fail as well.
    Hopeless(String),
    /// It wasn't tried, as another one found nobody there for this reason.
    Postponed(String),
    /// It wasn't tried after all.
    NotTried,
}

/// Which channels this process can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Means {
    /// There is a mail server.
    pub email: bool,
}

impl Means {
    /// What this process takes from the outbox. The rest is left to others.
    pub fn channels(self) -> &'static [&'static str] {
        if self.email { &["email", "webhook"] } else { &["webhook"] }
    }
}

/// Leases what is due to others than `busy` and can be sent from here, at most `limit`. What need not or can't be sent is settled at
/// once; what comes beyond a contact's measure is gathered.
///
/// # Errors
/// The store's.
pub fn claim(
    change: &mut Change<'_>,
    directory: &Directory,
    busy: &[String],
    means: Means,
    limit: i64,
) -> Result<Vec<Leased>> {
    let due = notices::due(&mut change.tx, means.channels(), busy, change.now, limit)?;
    let states = states_of_cases(change, &due)?;
    let owners: Vec<Id> = due.iter().map(|row| row.owner).collect();
    let secrets = notices::secrets(&mut change.tx, &owners)?;
    let (lease, mut leased) = (Uuid::new_v4(), Vec::new());
    for mut row in due {
        let keys = secrets.iter().find(|secret| secret.owner == row.owner).map(|secret| keys(secret, change));
        let unneeded = match superfluous(&row, &states, directory) {
            None => digests::close(change, &mut row, directory)?,
            why => why,
        };
        if let Some(why) = unneeded {
            finish(change, &mut row, NoticeState::Cancelled, Some(why), directory)?;
        } else if let Some(why) = unsendable(&row, keys.is_some()) {
            finish(change, &mut row, NoticeState::Failed, Some(why), directory)?;
        } else {
            leased.push(Leased { row, lease, keys: keys.unwrap_or_default() });
        }
    }
    let leased = digests::gather(change, leased)?;
    let ids: Vec<Id> = leased.iter().map(|one| one.row.id).collect();
    notices::lease(&mut change.tx, &ids, lease, change.now, change.now.plus_seconds(LEASE_S))?;
    Ok(leased)
}

/// The states of the cases that these are about.
pub(super) fn states_of_cases(change: &mut Change<'_>, rows: &[NoticeRow]) -> Result<HashMap<Id, String>> {
    let cases: Vec<Id> = rows.iter().filter_map(|row| row.case_id).collect();
    Ok(notices::case_states(&mut change.tx, &cases)?.into_iter().collect())
}

fn keys(secret: &WebhookSecretRow, change: &Change<'_>) -> Vec<Vec<u8>> {
    let previous = secret.previous.clone().filter(|_| secret.previous_until.is_some_and(|until| change.now < until.0));
    std::iter::once(secret.secret.clone()).chain(previous).collect()
}

/// Why nobody need be told any more.
pub(super) fn superfluous(
    row: &NoticeRow,
    states: &HashMap<Id, String>,
    directory: &Directory,
) -> Option<&'static str> {
    let state = row.case_id.and_then(|id| states.get(&id)).and_then(|code| code.parse::<CaseState>().ok());
    let channel = row.channel.parse::<Channel>().ok()?;
    if !is_contact(directory, row.owner.0, channel, &row.target) || !directory.owner_is_active(row.owner.0) {
        return Some("no_longer_a_contact");
    }
    if directory.is_on_hold(row.owner.0) {
        return Some("on_hold");
    }
    match (row.occasion.parse::<Occasion>().ok()?, state?) {
        (Occasion::HalfDeadline, state) if state != CaseState::Assigned => Some("no_longer_waiting"),
        (Occasion::Assigned, state) if !state.is_held() => Some("no_longer_assigned"),
        _ => None,
    }
}

/// Why it can't be sent as things are.
fn unsendable(row: &NoticeRow, has_secret: bool) -> Option<&'static str> {
    match row.channel.parse::<Channel>() {
        Ok(Channel::Email) => None,
        Ok(Channel::Webhook) => (!has_secret).then_some("no_webhook_secret"),
        Err(_) => Some("unknown_channel"),
    }
}

/// Writes what came of a try, if the lease still holds; says whether it did. `random` spreads the next try.
///
/// # Errors
/// The store's.
pub fn settle(
    change: &mut Change<'_>,
    directory: &Directory,
    leased: &Leased,
    outcome: &Outcome,
    random: u32,
) -> Result<bool> {
    let found = notices::find(&mut change.tx, leased.row.id.0)?;
    let Some(mut row) = found.filter(|row| row.lease == Some(Id(leased.lease))) else { return Ok(false) };
    row.attempts += i32::from(!matches!(outcome, Outcome::NotTried | Outcome::Postponed(_)));
    match outcome {
        Outcome::Sent => {
            row.sent_at = Some(At(change.now));
            finish(change, &mut row, NoticeState::Sent, None, directory)?;
        }
        Outcome::Hopeless(why) => finish(change, &mut row, NoticeState::Failed, Some(why), directory)?,
        Outcome::Failed(why) => match wait_s(u32::try_from(row.attempts).unwrap_or(0), random) {
            Some(wait) => postpone(change, &mut row, wait, Some(why))?,
            None => finish(change, &mut row, NoticeState::Failed, Some(why), directory)?,
        },
        Outcome::Postponed(why) => {
            let since = row.passed_at.unwrap_or(row.created_at).0;
            match postponed_s(change.now.as_seconds() - since.as_seconds(), random) {
                Some(wait) => postpone(change, &mut row, wait, Some(why))?,
                None => finish(change, &mut row, NoticeState::Failed, Some(why), directory)?,
            }
        }
        Outcome::NotTried => postpone(change, &mut row, 0, None)?,
    }
    Ok(true)
}

fn postpone(change: &mut Change<'_>, row: &mut NoticeRow, wait: i64, why: Option<&str>) -> Result<()> {
    row.next_try_at = Some(At(change.now.plus_seconds(wait)));
    row.lease = None;
    row.last_error = why.map(str::to_owned).or(row.last_error.take());
    notices::update(&mut change.tx, row)
}

/// Nothing more happens to it by itself; the timeline of its incident says so to coordinator and recipient, without the address.
fn finish(
    change: &mut Change<'_>,
    row: &mut NoticeRow,
    state: NoticeState,
    why: Option<&str>,
    directory: &Directory,
) -> Result<()> {
    row.state = state.to_string();
    row.next_try_at = None;
    row.lease = None;
    row.last_error = why.map(str::to_owned);
    row.settled_at = Some(At(change.now));
    notices::update(&mut change.tx, row)?;
    let kind = match state {
        NoticeState::Sent => "notice_sent",
        NoticeState::Cancelled => "notice_cancelled",
        NoticeState::Failed | NoticeState::Pending | NoticeState::Gathered => "notice_failed",
    };
    event(kind, row, directory, state == NoticeState::Cancelled).because(why).note(change, &Actor::service());
    Ok(())
}

fn event<'a>(kind: &'static str, row: &NoticeRow, directory: &Directory, only_coordinator: bool) -> Event<'a> {
    let is_institution = directory.institutions.contains_key(&row.owner.0);
    let recipient = if is_institution { "institution" } else { "team" };
    let team = (!is_institution).then_some(row.owner.0);
    let mut data =
        json!({"occasion": row.occasion, "channel": row.channel, "recipient": recipient, "attempts": row.attempts});
    if let (Some(digest), Some(data)) = (digests::digest_of(row), data.as_object_mut()) {
        data.insert("count".into(), json!(digest.count));
    }
    Event::notice(kind, row.id.0, row.incident_id.map(|id| id.0), team, only_coordinator).with(data)
}

/// Sends a notice again that was given up, at once and with all its tries.
///
/// # Errors
/// 404; 409 when it was not given up; the store's.
pub fn retry(change: &mut Change<'_>, directory: &Directory, actor: &Actor, id: Uuid) -> Result<NoticeRow, Problem> {
    let mut row = notices::find(&mut change.tx, id)?.ok_or_else(Problem::not_found)?;
    if row.state != NoticeState::Failed.to_string() {
        return Err(Problem::new(Code::StateConflict).because(text!("notice-not-given-up")));
    }
    row.state = NoticeState::Pending.to_string();
    row.attempts = 0;
    row.next_try_at = Some(At(change.now));
    // Somebody asks for this very one: it is not gathered, and has all its time again.
    row.passed_at = Some(At(change.now));
    row.settled_at = None;
    notices::update(&mut change.tx, &row)?;
    event("notice_retried", &row, directory, true).note(change, actor);
    Ok(row)
}

/// Whether notices are there that are to be cleared away.
///
/// # Errors
/// The store's.
pub fn any_old(tx: &mut zvit_db::conn::Tx<'_>, now: Time) -> Result<bool> {
    Ok(!notices::old(tx, SETTLED, now.plus_seconds(-KEPT_S), 1)?.is_empty()
        || !notices::old(tx, FAILED, now.plus_seconds(-FAILED_KEPT_S), 1)?.is_empty())
}

/// Clears away what was settled or given up long ago, at most `limit` of either.
///
/// # Errors
/// The store's.
pub fn clear_old(change: &mut Change<'_>, limit: i64) -> Result<usize> {
    let now = change.now;
    Ok(notices::clear(&mut change.tx, SETTLED, now.plus_seconds(-KEPT_S), limit)?
        + notices::clear(&mut change.tx, FAILED, now.plus_seconds(-FAILED_KEPT_S), limit)?)
}

/// After a new secret was made, the one before it still signs for so long: receivers have the time to change over.
pub const OVERLAP_S: i64 = 86_400;

/// Makes a new secret for the webhooks of a team or an institution: 32 random bytes.
///
/// # Errors
/// The store's.
pub fn new_secret(
    change: &mut Change<'_>,
    directory: &Directory,
    actor: &Actor,
    owner: Uuid,
) -> Result<WebhookSecretRow> {
    let mut secret = vec![0_u8; 32];
    aws_lc_rs::rand::fill(&mut secret).map_err(|_| StoreError::Failed("no randomness".into()))?;
    let now = At(change.now);
    let held = notices::secrets(&mut change.tx, &[Id(owner)])?.pop();
    let row = match held {
        Some(held) => {
            let until = At(change.now.plus_seconds(OVERLAP_S));
            let previous = Some(held.secret);
            let row =
                WebhookSecretRow { secret, previous, previous_until: Some(until), created_at: now, owner: Id(owner) };
            notices::replace_secret(&mut change.tx, &row)?;
            row
        }
        None => {
            let row =
                WebhookSecretRow { owner: Id(owner), secret, previous: None, previous_until: None, created_at: now };
            WebhookSecretRow::insert_all(&mut change.tx, vec![row.clone()])?;
            row
        }
    };
    let kind = if directory.institutions.contains_key(&owner) { "institution" } else { "team" };
    Event::other("webhook_secret_made", kind, owner).note(change, actor);
    Ok(row)
}
