//! Feed rows: the newest position of every feed, and the load of every team.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Integer};
use uuid::Uuid;

use crate::conn::Tx;
use crate::error::Result;
use crate::on;
use crate::rows::{FeedRow, GateRow};
use crate::schema::{feeds, gate};
use crate::types::Id;
use crate::types::sql::Uid;

/// The gate as it stands, without locking it.
///
/// # Errors
/// `NotFound` when the store was never prepared.
pub fn gate(tx: &mut Tx<'_>) -> Result<GateRow> {
    Ok(on!(tx, c => gate::table.first(*c))?)
}

/// The feeds of these owners.
///
/// # Errors
/// The database's own.
pub fn of(tx: &mut Tx<'_>, owners: &[Uuid]) -> Result<Vec<FeedRow>> {
    let owners: Vec<Id> = owners.iter().copied().map(Id).collect();
    Ok(on!(tx, c => feeds::table.filter(feeds::owner.eq_any(&owners)).load(*c))?)
}

/// The feeds that moved after the gate stood at `gate_position`.
///
/// # Errors
/// The database's own.
pub fn moved_since(tx: &mut Tx<'_>, gate_position: i64) -> Result<Vec<(Uuid, i64)>> {
    let rows: Vec<(Id, i64)> = on!(tx, c => feeds::table
        .filter(feeds::gate_position.gt(gate_position))
        .select((feeds::owner, feeds::position))
        .load(*c))?;
    Ok(rows.into_iter().map(|(id, position)| (id.0, position)).collect())
}

/// Opens a feed for a new institution or team.
///
/// # Errors
/// The database's own.
pub fn open(tx: &mut Tx<'_>, owner: Uuid) -> Result<()> {
    open_all(tx, &[owner])
}

/// Opens feeds for several new institutions or teams.
///
/// # Errors
/// The database's own.
pub fn open_all(tx: &mut Tx<'_>, owners: &[Uuid]) -> Result<()> {
    let row =
        |owner: &Uuid| FeedRow { owner: Id(*owner), position: 0, gate_position: 0, weighted_load: 0, open_cases: 0 };
    FeedRow::insert_all(tx, owners.iter().map(row).collect())
}

/// Writes rows back: one statement on PostgreSQL, a cached one per row on SQLite.
///
/// # Errors
/// The database's own.
pub fn put(tx: &mut Tx<'_>, rows: Vec<FeedRow>) -> Result<()> {
    match tx {
        Tx::Pg(c) if rows.len() > 1 => {
            PutFeeds {
                owner: rows.iter().map(|row| row.owner).collect(),
                position: rows.iter().map(|row| row.position).collect(),
                gate_position: rows.iter().map(|row| row.gate_position).collect(),
                weighted_load: rows.iter().map(|row| row.weighted_load).collect(),
                open_cases: rows.iter().map(|row| row.open_cases).collect(),
            }
            .execute(*c)?;
        }
        tx => {
            for row in &rows {
                on!(&mut *tx, c => diesel::update(feeds::table.find(row.owner))
                    .set((
                        feeds::position.eq(row.position),
                        feeds::gate_position.eq(row.gate_position),
                        feeds::weighted_load.eq(row.weighted_load),
                        feeds::open_cases.eq(row.open_cases),
                    ))
                    .execute(*c))?;
            }
        }
    }
    Ok(())
}

struct PutFeeds {
    owner: Vec<Id>,
    position: Vec<i64>,
    gate_position: Vec<i64>,
    weighted_load: Vec<i32>,
    open_cases: Vec<i32>,
}

impl QueryId for PutFeeds {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<diesel::pg::Pg> for PutFeeds {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, diesel::pg::Pg>) -> QueryResult<()> {
        out.push_sql(
            "UPDATE feeds SET position = n.position, gate_position = n.gate_position, weighted_load = n.weighted_load, \
             open_cases = n.open_cases FROM UNNEST(",
        );
        out.push_bind_param::<Array<Uid>, Vec<Id>>(&self.owner)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, Vec<i64>>(&self.position)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, Vec<i64>>(&self.gate_position)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Integer>, Vec<i32>>(&self.weighted_load)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Integer>, Vec<i32>>(&self.open_cases)?;
        out.push_sql(") AS n (owner, position, gate_position, weighted_load, open_cases) WHERE feeds.owner = n.owner");
        Ok(())
    }
}

impl RunQueryDsl<PgConnection> for PutFeeds {}
