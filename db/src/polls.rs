//! When the tools of teams last asked for their cases.

use diesel::prelude::*;
use uuid::Uuid;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::Result;
use crate::on;
use crate::rows::PollRow;
use crate::schema::team_polls;
use crate::types::{At, Id};

/// The last poll of every team that has polled.
///
/// # Errors
/// The database's own.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<(Uuid, Time)>> {
    let rows: Vec<PollRow> = on!(tx, c => team_polls::table.load(*c))?;
    Ok(rows.into_iter().map(|row| (row.team_id.0, row.polled_at.0)).collect())
}

/// Keeps a poll; an earlier one than is known changes nothing.
///
/// # Errors
/// The database's own.
pub fn put(tx: &mut Tx<'_>, team: Uuid, at: Time) -> Result<()> {
    let known: Option<At> =
        on!(tx, c => team_polls::table.find(Id(team)).select(team_polls::polled_at).first(*c).optional())?;
    match known {
        Some(known) if known.0 >= at => {}
        Some(_) => {
            on!(tx, c => diesel::update(team_polls::table.find(Id(team))).set(team_polls::polled_at.eq(At(at))).execute(*c))?;
        }
        None => PollRow::insert_all(tx, vec![PollRow { team_id: Id(team), polled_at: At(at) }])?,
    }
    Ok(())
}
