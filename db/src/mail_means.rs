//! Whether any process of this store can send mails, and mails that none could.

use diesel::prelude::*;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::Result;
use crate::on;
use crate::rows::{MailMeansRow, NoticeRow};
use crate::schema::{mail_means, notices};
use crate::types::At;

const THE_ONE: i32 = 1;

/// What is known of it.
///
/// # Errors
/// The database's own.
pub fn find(tx: &mut Tx<'_>) -> Result<MailMeansRow> {
    Ok(on!(tx, c => mail_means::table.find(THE_ONE).first(*c))?)
}

/// Writes what is known of it.
///
/// # Errors
/// The database's own.
pub fn put(tx: &mut Tx<'_>, row: &MailMeansRow) -> Result<()> {
    on!(tx, c => diesel::update(mail_means::table.find(THE_ONE))
        .set((
            mail_means::seen_at.eq(row.seen_at),
            mail_means::untold.eq(row.untold),
            mail_means::told_at.eq(row.told_at),
        ))
        .execute(*c))?;
    Ok(())
}

/// Notices of this channel that have been due since before `before`, the longest first.
///
/// # Errors
/// The database's own.
pub fn due_before(tx: &mut Tx<'_>, channel: &str, before: Time, limit: i64) -> Result<Vec<NoticeRow>> {
    Ok(on!(tx, c => notices::table
        .filter(notices::next_try_at.lt(Some(At(before))))
        .filter(notices::channel.eq(channel))
        .order((notices::next_try_at, notices::id))
        .limit(limit)
        .load(*c))?)
}

/// Settles notices, all alike.
///
/// # Errors
/// The database's own.
pub fn give_up(tx: &mut Tx<'_>, rows: &[NoticeRow], state: &str, why: &str, now: Time) -> Result<()> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    on!(tx, c => diesel::update(notices::table.filter(notices::id.eq_any(&ids)))
        .set((
            notices::state.eq(state),
            notices::last_error.eq(Some(why)),
            notices::next_try_at.eq(None::<At>),
            notices::lease.eq(None::<crate::types::Id>),
            notices::settled_at.eq(Some(At(now))),
        ))
        .execute(*c))?;
    Ok(())
}
