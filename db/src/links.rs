//! Links between incidents.

use diesel::dsl::exists;
use diesel::prelude::*;
use uuid::Uuid;

use crate::conn::Tx;
use crate::error::{Result, StoreError};
use crate::on;
use crate::rows::LinkRow;
use crate::schema::{assignments, incident_links as links, incidents};
use crate::types::{At, Id};

/// Who reads links: a link shows only if both ends do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader<'a> {
    /// The institution that both incidents belong to.
    Institution(Uuid),
    /// A team that holds (`states`) a case of both, under one of these TLP labels.
    Team {
        /// The team.
        team: Uuid,
        /// The states in which it holds a case.
        states: &'a [&'a str],
        /// The labels it may see.
        labels: &'a [&'a str],
    },
    /// The coordinator.
    All,
}

/// One link, removed or not.
///
/// # Errors
/// The database's own.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<LinkRow>> {
    Ok(on!(tx, c => links::table.find(Id(id)).first(*c).optional())?)
}

/// The links that stand at either end of an incident, oldest first, as far as the reader may see them.
///
/// # Errors
/// The database's own.
pub fn of_incident(
    tx: &mut Tx<'_>,
    reader: Reader<'_>,
    incident: Uuid,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<LinkRow>> {
    let (incident, after) = (Id(incident), Id(after.unwrap_or(Uuid::nil())));
    macro_rules! of_incident {
        ($c:ident) => {{
            let mut query = links::table
                .filter(links::from_incident.eq(incident).or(links::to_incident.eq(incident)))
                .filter(links::removed_at.is_null())
                .filter(links::id.gt(after))
                .order(links::id)
                .limit(limit)
                .into_boxed();
            match reader {
                Reader::All => {}
                Reader::Institution(owner) => {
                    let own = || incidents::table.filter(incidents::institution_id.eq(Id(owner)));
                    query = query
                        .filter(exists(own().filter(incidents::id.eq(links::from_incident))))
                        .filter(exists(own().filter(incidents::id.eq(links::to_incident))));
                }
                Reader::Team { team, states, labels } => {
                    let held = || {
                        incidents::table
                            .inner_join(assignments::table.on(assignments::incident_id.eq(incidents::id)))
                            .filter(assignments::team_id.eq(Id(team)))
                            .filter(assignments::state.eq_any(states))
                            .filter(incidents::tlp.eq_any(labels))
                    };
                    query = query
                        .filter(exists(held().filter(incidents::id.eq(links::from_incident))))
                        .filter(exists(held().filter(incidents::id.eq(links::to_incident))));
                }
            }
            query.load(*$c)
        }};
    }
    Ok(on!(tx, c => of_incident!(c))?)
}

/// The link of this kind that stands from one to the other.
///
/// # Errors
/// The database's own.
pub fn between(tx: &mut Tx<'_>, from: Uuid, to: Uuid, kind: &str) -> Result<Option<LinkRow>> {
    Ok(on!(tx, c => links::table
        .filter(links::from_incident.eq(Id(from)))
        .filter(links::to_incident.eq(Id(to)))
        .filter(links::kind.eq(kind))
        .filter(links::removed_at.is_null())
        .first(*c)
        .optional())?)
}

/// The ends of all links of one kind that lead on from these incidents.
///
/// # Errors
/// The database's own.
pub fn onward(tx: &mut Tx<'_>, from: &[Uuid], kind: &str) -> Result<Vec<(Uuid, Uuid)>> {
    let from: Vec<Id> = from.iter().copied().map(Id).collect();
    let rows: Vec<(Id, Id)> = on!(tx, c => links::table
        .filter(links::from_incident.eq_any(&from))
        .filter(links::kind.eq(kind))
        .filter(links::removed_at.is_null())
        .select((links::from_incident, links::to_incident))
        .load(*c))?;
    Ok(rows.into_iter().map(|(from, to)| (from.0, to.0)).collect())
}

/// The references of these incidents.
///
/// # Errors
/// The database's own.
pub fn references(tx: &mut Tx<'_>, ids: &[Id]) -> Result<Vec<(Uuid, String)>> {
    let rows: Vec<(Id, String)> = on!(tx, c => incidents::table
        .filter(incidents::id.eq_any(ids))
        .select((incidents::id, incidents::reference))
        .load(*c))?;
    Ok(rows.into_iter().map(|(id, reference)| (id.0, reference)).collect())
}

/// Marks a link as removed.
///
/// # Errors
/// `NotFound` when it isn't there, else the database's own.
pub fn remove(tx: &mut Tx<'_>, row: &LinkRow) -> Result<()> {
    let at: Option<At> = row.removed_at;
    let changed = on!(tx, c => diesel::update(links::table.find(row.id)).set(links::removed_at.eq(at)).execute(*c))?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}
