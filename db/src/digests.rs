//! Notices that are gathered into digests, within the outbox.

use diesel::prelude::*;
use uuid::Uuid;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::Result;
use crate::on;
use crate::rows::NoticeRow;
use crate::schema::notices;
use crate::types::{At, Id};

/// Whose contact was told of what, and whether of an exercise: owner, target, occasion, exercise.
pub type Told = (Id, String, String, bool);

/// What these targets were told one by one over this channel since `since`, once for each notice.
///
/// # Errors
/// The database's own.
pub fn passed_since(tx: &mut Tx<'_>, channel: &str, targets: &[String], since: Time) -> Result<Vec<Told>> {
    Ok(on!(tx, c => notices::table
        .filter(notices::target.eq_any(targets))
        .filter(notices::passed_at.is_not_null())
        .filter(notices::passed_at.assume_not_null().ge(At(since)))
        .filter(notices::channel.eq(channel))
        .filter(notices::gathers_until.is_null())
        .select((notices::owner, notices::target, notices::occasion, notices::exercise))
        .load(*c))?)
}

/// The digests for these targets that take more in at `now`.
///
/// # Errors
/// The database's own.
pub fn open(tx: &mut Tx<'_>, channel: &str, targets: &[String], now: Time) -> Result<Vec<NoticeRow>> {
    Ok(on!(tx, c => notices::table
        .filter(notices::target.eq_any(targets))
        .filter(notices::gathers_until.is_not_null())
        .filter(notices::gathers_until.assume_not_null().gt(At(now)))
        .filter(notices::channel.eq(channel))
        // A process whose clock is ahead may have begun to send it.
        .filter(notices::passed_at.is_null())
        .filter(notices::state.eq("pending"))
        .load(*c))?)
}

/// Puts notices into a digest: nothing more happens to them by themselves.
///
/// # Errors
/// The database's own.
pub fn gather(tx: &mut Tx<'_>, ids: &[Id], digest: Id, state: &str, now: Time) -> Result<()> {
    on!(tx, c => diesel::update(notices::table.filter(notices::id.eq_any(ids)))
        .set((
            notices::state.eq(state),
            notices::next_try_at.eq(None::<At>),
            notices::digest_id.eq(Some(digest)),
            notices::settled_at.eq(Some(At(now))),
        ))
        .execute(*c))?;
    Ok(())
}

/// The notices of a digest, in the order in which they were written.
///
/// # Errors
/// The database's own.
pub fn members(tx: &mut Tx<'_>, digest: Uuid) -> Result<Vec<NoticeRow>> {
    Ok(on!(tx, c => notices::table
        .filter(notices::digest_id.is_not_null())
        .filter(notices::digest_id.assume_not_null().eq(Id(digest)))
        .order(notices::id)
        .load(*c))?)
}

/// Writes what a digest tells.
///
/// # Errors
/// The database's own.
pub fn close(tx: &mut Tx<'_>, row: &NoticeRow) -> Result<()> {
    on!(tx, c => diesel::update(notices::table.find(row.id))
        .set((
            notices::gathered.eq(&row.gathered),
            notices::level.eq(row.level),
            notices::deadline.eq(row.deadline),
        ))
        .execute(*c))?;
    Ok(())
}
