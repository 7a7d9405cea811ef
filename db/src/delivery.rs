//! When a team's tool first had a case in an answer.

use diesel::prelude::*;
use uuid::Uuid;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::{Result, StoreError};
use crate::on;
use crate::schema::{assignments, incidents};
use crate::types::{At, Id};

/// An assignment that no tool of its team had in an answer yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undelivered {
    /// The assignment.
    pub assignment: Uuid,
    /// Its incident.
    pub incident: Uuid,
    /// Its team.
    pub team: Uuid,
    /// The institution that the incident is of.
    pub institution: Uuid,
}

/// Which of these assignments were delivered to nobody yet, oldest first.
///
/// # Errors
/// The database's own.
pub fn undelivered(tx: &mut Tx<'_>, ids: &[Uuid]) -> Result<Vec<Undelivered>> {
    let ids: Vec<Id> = ids.iter().copied().map(Id).collect();
    let rows: Vec<(Id, Id, Id, Id)> = on!(tx, c => assignments::table
        .inner_join(incidents::table.on(incidents::id.eq(assignments::incident_id)))
        .filter(assignments::id.eq_any(&ids))
        .filter(assignments::first_delivered_at.is_null())
        .order(assignments::id)
        .select((assignments::id, assignments::incident_id, assignments::team_id, incidents::institution_id))
        .load(*c))?;
    let read = |(assignment, incident, team, institution): (Id, Id, Id, Id)| Undelivered {
        assignment: assignment.0,
        incident: incident.0,
        team: team.0,
        institution: institution.0,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Notes the moment, and moves the incident to these positions of its institution's feed and of the coordinator's. The case
/// itself stays where it is in its team's feed: nothing of what the team sees changes.
///
/// # Errors
/// `NotFound` when either isn't there, else the database's own.
pub fn note(tx: &mut Tx<'_>, of: &Undelivered, at: Time, institution_position: i64, position: i64) -> Result<()> {
    let noted = on!(&mut *tx, c => diesel::update(assignments::table.find(Id(of.assignment)))
        .set(assignments::first_delivered_at.eq(Some(At(at))))
        .execute(*c))?;
    let moved = on!(tx, c => diesel::update(incidents::table.find(Id(of.incident)))
        .set((
            incidents::version.eq(incidents::version + 1_i64),
            incidents::institution_position.eq(institution_position),
            incidents::coordinator_position.eq(position),
        ))
        .execute(*c))?;
    if (noted, moved) == (1, 1) { Ok(()) } else { Err(StoreError::NotFound) }
}
