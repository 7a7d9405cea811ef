//! An institution's incidents as a whole: what is compared with a new report, and what moves when two entries turn out to be one.

use diesel::prelude::*;
use diesel::sql_types::Array;
use uuid::Uuid;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::{Result, StoreError};
use crate::on;
use crate::rows::IncidentRow;
use crate::schema::{clients, incidents};
use crate::types::sql::{BigInt, Bool, Moment, Text, Uid};
use crate::types::{At, Id};

/// What of an incident is compared with a new report.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, QueryableByName)]
#[allow(missing_docs, reason = "the migrations describe the columns")]
pub struct RecentRow {
    #[diesel(sql_type = Uid)]
    pub institution_id: Id,
    #[diesel(sql_type = Uid)]
    pub id: Id,
    #[diesel(sql_type = Text)]
    pub reference: String,
    #[diesel(sql_type = Text)]
    pub status: String,
    #[diesel(sql_type = Moment)]
    pub received_at: At,
    #[diesel(sql_type = Bool)]
    pub exercise: bool,
    #[diesel(sql_type = Text)]
    pub features: String,
}

/// The incidents of these institutions that were received at or after `since` and stand after this position of their feed, in no
/// order: with a position not far behind the newest one, a few of each. One query for all of them on PostgreSQL, a cached one
/// for each on SQLite.
///
/// # Errors
/// The database's own.
pub fn recent(tx: &mut Tx<'_>, after: &[(Uuid, i64)], since: Time) -> Result<Vec<RecentRow>> {
    match tx {
        Tx::Pg(c) if after.len() > 1 => {
            let owners: Vec<Id> = after.iter().map(|(owner, _)| Id(*owner)).collect();
            let positions: Vec<i64> = after.iter().map(|(_, position)| *position).collect();
            Ok(diesel::sql_query(
                "SELECT i.institution_id, i.id, i.reference, i.status, i.received_at, i.exercise, i.features \
                 FROM UNNEST($1, $2) AS n (owner, after) \
                 JOIN incidents i ON i.institution_id = n.owner AND i.institution_position > n.after \
                 WHERE i.received_at >= $3",
            )
            .bind::<Array<Uid>, _>(owners)
            .bind::<Array<BigInt>, _>(positions)
            .bind::<Moment, _>(At(since))
            .load(*c)?)
        }
        tx => {
            let mut found = Vec::new();
            for (owner, position) in after {
                let rows: Vec<RecentRow> = on!(&mut *tx, c => incidents::table
                    .filter(incidents::institution_id.eq(Id(*owner)))
                    .filter(incidents::institution_position.gt(*position))
                    .filter(incidents::received_at.ge(At(since)))
                    .select((
                        incidents::institution_id,
                        incidents::id,
                        incidents::reference,
                        incidents::status,
                        incidents::received_at,
                        incidents::exercise,
                        incidents::features,
                    ))
                    .load(*c))?;
                found.extend(rows);
            }
            Ok(found)
        }
    }
}

/// Some incidents of an institution.
///
/// # Errors
/// The database's own.
pub fn some_of(tx: &mut Tx<'_>, institution: Uuid, limit: i64) -> Result<Vec<IncidentRow>> {
    Ok(on!(tx, c => incidents::table
        .filter(incidents::institution_id.eq(Id(institution)))
        .order(incidents::institution_position)
        .limit(limit)
        .load(*c))?)
}

/// Makes an incident another institution's: owner, external reference and its place in the new owner's feed at once, as each of
/// them is unique within an institution.
///
/// # Errors
/// `NotFound` when it isn't there, else the database's own.
pub fn give_incident(tx: &mut Tx<'_>, row: &IncidentRow) -> Result<()> {
    let changed = on!(tx, c => diesel::update(incidents::table.find(row.id))
        .set((
            incidents::institution_id.eq(row.institution_id),
            incidents::external_ref.eq(&row.external_ref),
            incidents::institution_position.eq(row.institution_position),
        ))
        .execute(*c))?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}

/// Whether any client belongs to this owner.
///
/// # Errors
/// The database's own.
pub fn has_clients(tx: &mut Tx<'_>, owner: Uuid) -> Result<bool> {
    let count: i64 = on!(tx, c => clients::table.filter(clients::owner.eq(Some(Id(owner)))).count().get_result(*c))?;
    Ok(count > 0)
}
