//! When a team's tool first had a case in an answer.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt};
use uuid::Uuid;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::{Result, StoreError};
use crate::on;
use crate::schema::{assignments, incidents};
use crate::types::sql::Uid;
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

/// Where an incident goes whose case was delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The incident.
    pub incident: Uuid,
    /// Its new position in the feed of its institution.
    pub institution_position: i64,
    /// Its new position in the coordinator's feed.
    pub position: i64,
}

/// Notes the moment for these assignments, and moves their incidents to these places, each once: one statement of either kind on
/// PostgreSQL. The cases themselves stay where they are in their team's feed: nothing of what the team sees changes.
///
/// # Errors
/// `NotFound` when one isn't there, else the database's own.
pub fn note(tx: &mut Tx<'_>, assignments: &[Uuid], places: &[Place], at: Time) -> Result<()> {
    let ids: Vec<Id> = assignments.iter().copied().map(Id).collect();
    let noted = on!(&mut *tx, c => diesel::update(assignments::table.filter(assignments::id.eq_any(&ids)))
        .set(assignments::first_delivered_at.eq(Some(At(at))))
        .execute(*c))?;
    let moved = match tx {
        Tx::Pg(c) => MoveIncidents {
            incident: places.iter().map(|place| Id(place.incident)).collect(),
            institution_position: places.iter().map(|place| place.institution_position).collect(),
            position: places.iter().map(|place| place.position).collect(),
        }
        .execute(*c)?,
        Tx::Sqlite(c) => {
            let mut moved = 0;
            for place in places {
                moved += diesel::update(incidents::table.find(Id(place.incident)))
                    .set((
                        incidents::version.eq(incidents::version + 1_i64),
                        incidents::institution_position.eq(place.institution_position),
                        incidents::coordinator_position.eq(place.position),
                    ))
                    .execute(*c)?;
            }
            moved
        }
    };
    if (noted, moved) == (assignments.len(), places.len()) { Ok(()) } else { Err(StoreError::NotFound) }
}

struct MoveIncidents {
    incident: Vec<Id>,
    institution_position: Vec<i64>,
    position: Vec<i64>,
}

impl QueryId for MoveIncidents {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<diesel::pg::Pg> for MoveIncidents {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, diesel::pg::Pg>) -> QueryResult<()> {
        out.push_sql(
            "UPDATE incidents SET version = incidents.version + 1, institution_position = n.institution_position, \
             coordinator_position = n.position FROM UNNEST(",
        );
        out.push_bind_param::<Array<Uid>, Vec<Id>>(&self.incident)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, Vec<i64>>(&self.institution_position)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, Vec<i64>>(&self.position)?;
        out.push_sql(") AS n (id, institution_position, position) WHERE incidents.id = n.id");
        Ok(())
    }
}

impl RunQueryDsl<PgConnection> for MoveIncidents {}
