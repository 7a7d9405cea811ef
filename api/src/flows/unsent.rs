//! Mails that no process of the store can send, as none has a mail server: given up after a while, and told of once in a while.

use serde_json::json;
use zvit_db::change::Change;
use zvit_db::conn::Tx;
use zvit_db::error::Result;
use zvit_db::mail_means as store;
use zvit_db::rows::MailMeansRow;
use zvit_db::types::At;
use zvit_domain::notice::{Channel, NoticeState};
use zvit_domain::time::Time;

use super::event::Event;
use crate::actor::Actor;

/// A mail waits so long for a process that has a mail server, and so long such a process counts as there.
pub const PATIENCE_S: i64 = 900;

/// So often a process that has one says so at least; well within the patience.
const SAID_EVERY_S: i64 = 240;

/// The coordinator is told at most so often how many mails were given up.
pub const TOLD_EVERY_S: i64 = 3_600;

/// Whether a process that has a mail server must say so.
///
/// # Errors
/// The store's.
pub fn must_say(tx: &mut Tx<'_>, now: Time) -> Result<bool> {
    Ok(store::find(tx)?.seen_at.is_none_or(|seen| seen.0.plus_seconds(SAID_EVERY_S) <= now))
}

/// Notes that there is a process that has one.
///
/// # Errors
/// The store's.
pub fn say(change: &mut Change<'_>) -> Result<()> {
    let known = store::find(&mut change.tx)?;
    store::put(&mut change.tx, &MailMeansRow { seen_at: Some(At(change.now)), ..known })
}

/// Whether mails wait that none will send, or some were given up that nobody was told of.
///
/// # Errors
/// The store's.
pub fn is_any(tx: &mut Tx<'_>, now: Time) -> Result<bool> {
    let known = store::find(tx)?;
    let is_untold = known.untold > 0 && may_tell(&known, now);
    Ok(is_untold || (none_is_there(&known, now) && !overdue(tx, now, 1)?.is_empty()))
}

/// Gives up mails that none will send, at most `limit`; how many. The coordinator is told their number, at once the first time and then
/// as often as is told at all. Incidents' timelines say nothing: it is no news of the incident.
///
/// # Errors
/// The store's.
pub fn give_up(change: &mut Change<'_>, limit: i64) -> Result<usize> {
    let (now, mut known) = (change.now, store::find(&mut change.tx)?);
    let rows = if none_is_there(&known, now) { overdue(&mut change.tx, now, limit)? } else { Vec::new() };
    if !rows.is_empty() {
        store::give_up(&mut change.tx, &rows, &NoticeState::Failed.to_string(), "no_mail_server", now)?;
        known.untold = known.untold.saturating_add(i32::try_from(rows.len()).unwrap_or(i32::MAX));
    }
    if known.untold > 0 && may_tell(&known, now) {
        Event::other("notices_not_sent", "service", "mail")
            .because(Some("no_mail_server"))
            .with(json!({"count": known.untold}))
            .note(change, &Actor::service());
        log::warn!("{} notices were given up, as no process has a mail server", known.untold);
        (known.untold, known.told_at) = (0, Some(At(now)));
    }
    store::put(&mut change.tx, &known)?;
    Ok(rows.len())
}

fn none_is_there(known: &MailMeansRow, now: Time) -> bool {
    known.seen_at.is_none_or(|seen| seen.0.plus_seconds(PATIENCE_S) <= now)
}

fn may_tell(known: &MailMeansRow, now: Time) -> bool {
    known.told_at.is_none_or(|told| told.0.plus_seconds(TOLD_EVERY_S) <= now)
}

fn overdue(tx: &mut Tx<'_>, now: Time, limit: i64) -> Result<Vec<zvit_db::rows::NoticeRow>> {
    store::due_before(tx, &Channel::Email.to_string(), now.plus_seconds(-PATIENCE_S), limit)
}
