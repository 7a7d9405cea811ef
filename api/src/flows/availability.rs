//! A team's own word on duty and capacity, above its entry for a while.

use serde_json::json;
use zvit_db::change::Change;
use zvit_db::directory;
use zvit_db::rows::DirectoryRow;
use zvit_db::types::{At, Json};
use zvit_domain::directory::{Availability, TeamInput};

use super::event::Event;
use crate::actor::Actor;
use crate::problem::Problem;

/// Puts the team's word in place of what it said before; none takes that back.
///
/// # Errors
/// The store's.
pub fn set_availability(
    change: &mut Change<'_>,
    actor: &Actor,
    mut row: DirectoryRow,
    word: Option<Availability>,
) -> Result<DirectoryRow, Problem> {
    let mut team: TeamInput = row.document.read()?;
    team.availability = word;
    row.document = Json::of(&team)?;
    row.version += 1;
    row.updated_at = At(change.now);
    directory::update(&mut change.tx, &row, change.now)?;
    change.gate.directory_version += 1;
    Event::other("team_availability_changed", "team", row.id.0)
        .with(json!({"version": row.version, "availability": team.availability}))
        .note(change, actor);
    Ok(row)
}
