//! Counting incidents, for those who are told numbers only. Exercises are never among them.

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::{BigInt as Count, Text};
use diesel::{QueryableByName, sql_query};
use uuid::Uuid;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::Result;
use crate::on;
use crate::rows::PublishedMonthRow;
use crate::schema::{assignments, incidents, published_months};
use crate::types::sql::Moment;
use crate::types::{At, Id};

/// Incidents that were no such thing, or are told elsewhere: nothing of them is counted but how many there are.
const APART: [&str; 2] = ["withdrawn", "merged"];

/// A span of time: from the first moment on, before the second.
pub type Span = (Time, Time);

/// So many incidents received in a span are alike in all of these.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Alike {
    /// Sector code.
    pub sector: String,
    /// Level.
    pub level: i32,
    /// RSIT class.
    pub class: String,
    /// Region codes between blanks.
    pub regions: String,
    /// Status code.
    pub status: String,
    /// How many.
    pub count: i64,
}

/// The incidents received in a span, by what they have in common.
///
/// # Errors
/// The database's own.
pub fn alike(tx: &mut Tx<'_>, (from, until): Span) -> Result<Vec<Alike>> {
    Ok(on!(tx, c => incidents::table
        .filter(incidents::exercise.eq(false))
        .filter(incidents::received_at.ge(At(from)))
        .filter(incidents::received_at.lt(At(until)))
        .group_by((incidents::sector, incidents::level, incidents::class, incidents::regions, incidents::status))
        .select((
            incidents::sector,
            incidents::level,
            incidents::class,
            incidents::regions,
            incidents::status,
            count_star(),
        ))
        .load(*c))?)
}

/// So many incidents have a stage in a state.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct StageCount {
    /// Code of the stage.
    #[diesel(sql_type = Text)]
    pub stage: String,
    /// Code of its state.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// How many.
    #[diesel(sql_type = Count)]
    pub count: i64,
}

/// Where the stages of the incidents received in a span stand; without those that a later stage came in place of, as these
/// were never given themselves.
///
/// # Errors
/// The database's own.
pub fn stages(tx: &mut Tx<'_>, (from, until): Span) -> Result<Vec<StageCount>> {
    // Both read JSON, each in its own words.
    Ok(match tx {
        Tx::Sqlite(c) => sql_query(
            "SELECT json_extract(d.value, '$.stage') AS stage, json_extract(d.value, '$.state') AS state, count(*) AS count \
             FROM incidents, json_each(incidents.deadlines) AS d \
             WHERE exercise = FALSE AND status NOT IN ('withdrawn', 'merged') AND received_at >= ? AND received_at < ? \
             AND json_extract(d.value, '$.covered_by') IS NULL \
             GROUP BY 1, 2",
        )
        .bind::<Moment, _>(At(from))
        .bind::<Moment, _>(At(until))
        .load(*c)?,
        Tx::Pg(c) => sql_query(
            "SELECT d.value ->> 'stage' AS stage, d.value ->> 'state' AS state, count(*) AS count \
             FROM incidents, jsonb_array_elements(incidents.deadlines) AS d (value) \
             WHERE exercise = FALSE AND status NOT IN ('withdrawn', 'merged') AND received_at >= $1 AND received_at < $2 \
             AND d.value ->> 'covered_by' IS NULL \
             GROUP BY 1, 2",
        )
        .bind::<Moment, _>(At(from))
        .bind::<Moment, _>(At(until))
        .load(*c)?,
    })
}

/// Lead cases that were acknowledged of the incidents received in a span: the incident, when its first report came in, and when
/// the case was acknowledged; the earliest first.
///
/// # Errors
/// The database's own.
pub fn acknowledged(tx: &mut Tx<'_>, (from, until): Span) -> Result<Vec<(Id, At, At)>> {
    Ok(on!(tx, c => assignments::table
        .inner_join(incidents::table.on(incidents::id.eq(assignments::incident_id)))
        .filter(incidents::exercise.eq(false))
        .filter(incidents::status.ne_all(APART))
        .filter(incidents::received_at.ge(At(from)))
        .filter(incidents::received_at.lt(At(until)))
        .filter(assignments::role.eq("lead"))
        .filter(assignments::acknowledged_at.is_not_null())
        .order((assignments::acknowledged_at, assignments::id))
        .select((incidents::id, incidents::received_at, assignments::acknowledged_at.assume_not_null()))
        .load(*c))?)
}

/// Lead cases that are resolved of the incidents received in a span: the incident, when it came in, and when the case was
/// resolved; the latest last.
///
/// # Errors
/// The database's own.
pub fn resolved(tx: &mut Tx<'_>, (from, until): Span) -> Result<Vec<(Id, At, At)>> {
    Ok(on!(tx, c => assignments::table
        .inner_join(incidents::table.on(incidents::id.eq(assignments::incident_id)))
        .filter(incidents::exercise.eq(false))
        .filter(incidents::status.ne_all(APART))
        .filter(incidents::received_at.ge(At(from)))
        .filter(incidents::received_at.lt(At(until)))
        .filter(assignments::role.eq("lead"))
        .filter(assignments::state.eq("resolved"))
        .filter(assignments::resolved_at.is_not_null())
        .order((assignments::resolved_at, assignments::id))
        .select((incidents::id, incidents::received_at, assignments::resolved_at.assume_not_null()))
        .load(*c))?)
}

/// So many cases of a team that it acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct HelpCount {
    /// The team.
    pub team: Id,
    /// Code of its role.
    pub role: String,
    /// What it was asked for, where that was said: codes between blanks.
    pub assistance: Option<String>,
    /// How many.
    pub count: i64,
}

/// What these teams acknowledged of the incidents received in a span.
///
/// # Errors
/// The database's own.
pub fn help(tx: &mut Tx<'_>, (from, until): Span, teams: &[Uuid]) -> Result<Vec<HelpCount>> {
    let teams: Vec<Id> = teams.iter().copied().map(Id).collect();
    Ok(on!(tx, c => assignments::table
        .inner_join(incidents::table.on(incidents::id.eq(assignments::incident_id)))
        .filter(incidents::exercise.eq(false))
        .filter(incidents::status.ne_all(APART))
        .filter(incidents::received_at.ge(At(from)))
        .filter(incidents::received_at.lt(At(until)))
        .filter(assignments::team_id.eq_any(&teams))
        .filter(assignments::acknowledged_at.is_not_null())
        .group_by((assignments::team_id, assignments::role, assignments::assistance))
        .select((assignments::team_id, assignments::role, assignments::assistance, count_star()))
        .load(*c))?)
}

/// What one audience was told of these months, by their names; in no order.
///
/// # Errors
/// The database's own.
pub fn published(tx: &mut Tx<'_>, months: &[String], audience: Uuid) -> Result<Vec<PublishedMonthRow>> {
    Ok(on!(tx, c => published_months::table
        .filter(published_months::audience.eq(Id(audience)))
        .filter(published_months::month.eq_any(months))
        .load(*c))?)
}
