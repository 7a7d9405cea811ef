//! Incidents with their reports and indicators.

use diesel::dsl::sql;
use diesel::prelude::*;
use uuid::Uuid;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::{Result, StoreError};
use crate::on;
use crate::rows::{IncidentRow, IndicatorRow, ReportRow};
use crate::schema::{assignments, incidents, indicators, reports};
use crate::types::sql::{Bool, Moment};
use crate::types::{At, Id};

/// Whose incidents a query may see. It becomes part of every WHERE clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Those of one institution.
    Institution(Uuid),
    /// Those that an institution reported on behalf of another one.
    ReportedFor {
        /// Who reported them.
        own: Uuid,
        /// Whose they are.
        institution: Uuid,
    },
    /// All: the coordinator.
    All,
}

/// Where a page goes on: before this place, in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// A position of the caller's feed.
    Position(i64),
    /// An incident, among those reported for another institution: their order must not tell how much else happens there.
    Incident(Uuid),
}

/// What a list is narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Status code.
    pub status: Option<String>,
    /// Sector code.
    pub sector: Option<String>,
    /// Smallest level.
    pub level_min: Option<i32>,
    /// RSIT class.
    pub class: Option<String>,
    /// Region code.
    pub region: Option<String>,
    /// Changed at or after.
    pub since: Option<Time>,
    /// Beginnings of words, lower case, all of which must occur in title, reference or external reference.
    pub words: Vec<String>,
}

/// The incident, if the caller may see it.
///
/// # Errors
/// The database's own.
pub fn find(tx: &mut Tx<'_>, sight: Sight, id: Uuid) -> Result<Option<IncidentRow>> {
    Ok(match sight {
        Sight::All => on!(tx, c => incidents::table.find(Id(id)).first(*c).optional())?,
        Sight::Institution(owner) => {
            on!(tx, c => incidents::table.find(Id(id)).filter(incidents::institution_id.eq(Id(owner))).first(*c).optional())?
        }
        Sight::ReportedFor { own, institution } => find_reported(tx, own, &[institution], id)?,
    })
}

/// The incident, if `own` reported it on behalf of one of these institutions.
///
/// # Errors
/// The database's own.
pub fn find_reported(tx: &mut Tx<'_>, own: Uuid, institutions: &[Uuid], id: Uuid) -> Result<Option<IncidentRow>> {
    if institutions.is_empty() {
        return Ok(None);
    }
    let institutions: Vec<Id> = institutions.iter().copied().map(Id).collect();
    Ok(on!(tx, c => incidents::table
        .find(Id(id))
        .filter(incidents::submitted_by.eq(Some(Id(own))))
        .filter(incidents::institution_id.eq_any(&institutions))
        .first(*c)
        .optional())?)
}

/// The incident, if one of the team's assignments to it is still held (`states`) and it has one of these TLP labels.
///
/// # Errors
/// The database's own.
pub fn find_for_team(
    tx: &mut Tx<'_>,
    team: Uuid,
    id: Uuid,
    states: &[&str],
    labels: &[&str],
) -> Result<Option<IncidentRow>> {
    Ok(on!(tx, c => incidents::table
        .inner_join(assignments::table.on(assignments::incident_id.eq(incidents::id)))
        .filter(incidents::id.eq(Id(id)))
        .filter(assignments::team_id.eq(Id(team)))
        .filter(assignments::state.eq_any(states))
        .filter(incidents::tlp.eq_any(labels))
        .select(IncidentRow::as_select())
        .first(*c)
        .optional())?)
}

/// The same, if the team leads it.
///
/// # Errors
/// The database's own.
pub fn find_for_lead(
    tx: &mut Tx<'_>,
    team: Uuid,
    id: Uuid,
    states: &[&str],
    labels: &[&str],
) -> Result<Option<IncidentRow>> {
    Ok(on!(tx, c => incidents::table
        .inner_join(assignments::table.on(assignments::incident_id.eq(incidents::id)))
        .filter(incidents::id.eq(Id(id)))
        .filter(assignments::team_id.eq(Id(team)))
        .filter(assignments::role.eq("lead"))
        .filter(assignments::state.eq_any(states))
        .filter(incidents::tlp.eq_any(labels))
        .select(IncidentRow::as_select())
        .first(*c)
        .optional())?)
}

/// What is resolved, has not changed since `before` and has its final report (an exercise needs none); longest quiet first,
/// without those that are `passed` over.
///
/// # Errors
/// The database's own.
pub fn quiet(tx: &mut Tx<'_>, before: Time, passed: &[Uuid], limit: i64) -> Result<Vec<Uuid>> {
    let passed: Vec<Id> = passed.iter().copied().map(Id).collect();
    macro_rules! quiet {
        ($c:ident) => {{
            let of_it = reports::table.filter(reports::incident_id.eq(incidents::id));
            let has_final = diesel::dsl::exists(of_it.filter(reports::stage.eq("final")));
            incidents::table
                .filter(incidents::status.eq("resolved"))
                .filter(incidents::updated_at.le(At(before)))
                .filter(incidents::exercise.or(has_final))
                .filter(incidents::id.ne_all(&passed))
                .order((incidents::updated_at, incidents::id))
                .limit(limit)
                .select(incidents::id)
                .load(*$c)
        }};
    }
    let ids: Vec<Id> = on!(tx, c => quiet!(c))?;
    Ok(ids.into_iter().map(|id| id.0).collect())
}

/// The incidents that a team holds (`states`) under one of these TLP labels.
///
/// # Errors
/// The database's own.
pub fn held_under(tx: &mut Tx<'_>, team: Uuid, states: &[&str], labels: &[&str]) -> Result<Vec<Uuid>> {
    let ids: Vec<Id> = on!(tx, c => incidents::table
        .inner_join(assignments::table.on(assignments::incident_id.eq(incidents::id)))
        .filter(assignments::team_id.eq(Id(team)))
        .filter(assignments::state.eq_any(states))
        .filter(incidents::tlp.eq_any(labels))
        .select(incidents::id)
        .load(*c))?;
    Ok(ids.into_iter().map(|id| id.0).collect())
}

/// Incidents by id, in no order.
///
/// # Errors
/// The database's own.
pub fn find_all(tx: &mut Tx<'_>, ids: &[Uuid]) -> Result<Vec<IncidentRow>> {
    let ids: Vec<Id> = ids.iter().copied().map(Id).collect();
    Ok(on!(tx, c => incidents::table.filter(incidents::id.eq_any(&ids)).load(*c))?)
}

/// A page: newest change first, or newest incident first of those reported for another institution.
///
/// # Errors
/// The database's own.
pub fn page(
    tx: &mut Tx<'_>,
    sight: Sight,
    filter: &Filter,
    before: Option<Before>,
    limit: i64,
) -> Result<Vec<IncidentRow>> {
    let words: Vec<String> = filter.words.iter().map(|word| format!("% {}%", escape_like(word))).collect();
    let region = filter.region.as_ref().map(|region| format!("% {region} %"));
    macro_rules! page {
        ($c:ident) => {{
            let mut query = incidents::table.into_boxed();
            match sight {
                Sight::Institution(owner) => {
                    query = query
                        .filter(incidents::institution_id.eq(Id(owner)))
                        .order(incidents::institution_position.desc());
                    if let Some(Before::Position(before)) = before {
                        query = query.filter(incidents::institution_position.lt(before));
                    }
                }
                Sight::ReportedFor { own, institution } => {
                    query = query
                        .filter(incidents::submitted_by.eq(Some(Id(own))))
                        .filter(incidents::institution_id.eq(Id(institution)))
                        .order(incidents::id.desc());
                    if let Some(Before::Incident(before)) = before {
                        query = query.filter(incidents::id.lt(Id(before)));
                    }
                }
                Sight::All => {
                    query = query.order(incidents::coordinator_position.desc());
                    if let Some(Before::Position(before)) = before {
                        query = query.filter(incidents::coordinator_position.lt(before));
                    }
                }
            }
            if let Some(status) = &filter.status {
                query = query.filter(incidents::status.eq(status));
            }
            if let Some(sector) = &filter.sector {
                query = query.filter(incidents::sector.eq(sector));
            }
            if let Some(level) = filter.level_min {
                query = query.filter(incidents::level.ge(level));
            }
            if let Some(class) = &filter.class {
                query = query.filter(incidents::class.eq(class));
            }
            if let Some(region) = &region {
                query = query.filter(incidents::regions.like(region));
            }
            if let Some(since) = filter.since {
                query = query.filter(incidents::updated_at.ge(At(since)));
            }
            for word in &words {
                query = query.filter(incidents::search_text.like(word).escape('\\'));
            }
            query.limit(limit).load(*$c)
        }};
    }
    Ok(on!(tx, c => page!(c))?)
}

/// In LIKE, `%` and `_` mean something; here they are what somebody typed.
fn escape_like(word: &str) -> String {
    let mut escaped = String::with_capacity(word.len());
    for symbol in word.chars() {
        if matches!(symbol, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(symbol);
    }
    escaped
}

/// The feed of an institution or of the coordinator: what changed after `after`, oldest change first.
///
/// # Errors
/// The database's own.
pub fn feed(tx: &mut Tx<'_>, sight: Sight, after: i64, limit: i64) -> Result<Vec<IncidentRow>> {
    Ok(match sight {
        Sight::Institution(owner) => on!(tx, c => incidents::table
            .filter(incidents::institution_id.eq(Id(owner)))
            .filter(incidents::institution_position.gt(after))
            .order(incidents::institution_position)
            .limit(limit)
            .load(*c))?,
        // A feed is its owner's alone.
        Sight::ReportedFor { .. } => Vec::new(),
        Sight::All => on!(tx, c => incidents::table
            .filter(incidents::coordinator_position.gt(after))
            .order(incidents::coordinator_position)
            .limit(limit)
            .load(*c))?,
    })
}

/// Incidents of these institutions that carry one of these external references: `(institution, external_ref, incident)`.
///
/// # Errors
/// The database's own.
pub fn with_external_refs(
    tx: &mut Tx<'_>,
    institutions: &[Uuid],
    refs: &[String],
) -> Result<Vec<(Uuid, String, Uuid)>> {
    if refs.is_empty() {
        return Ok(Vec::new());
    }
    let institutions: Vec<Id> = institutions.iter().copied().map(Id).collect();
    let rows: Vec<(Id, Option<String>, Id)> = on!(tx, c => incidents::table
        .filter(incidents::institution_id.eq_any(&institutions))
        .filter(incidents::external_ref.eq_any(refs))
        .select((incidents::institution_id, incidents::external_ref, incidents::id))
        .load(*c))?;
    Ok(rows.into_iter().filter_map(|(owner, external, id)| Some((owner.0, external?, id.0))).collect())
}

/// Which of these references exist already.
///
/// # Errors
/// The database's own.
pub fn references_taken(tx: &mut Tx<'_>, references: &[String]) -> Result<Vec<String>> {
    Ok(on!(tx, c => incidents::table
        .filter(incidents::reference.eq_any(references))
        .select(incidents::reference)
        .load(*c))?)
}

/// Writes what a change may alter of an incident.
///
/// # Errors
/// `NotFound` when it isn't there, else the database's own.
pub fn update(tx: &mut Tx<'_>, row: &IncidentRow) -> Result<()> {
    let changed = on!(tx, c => diesel::update(incidents::table.find(row.id))
        .set((
            incidents::status.eq(&row.status),
            incidents::sector.eq(&row.sector),
            incidents::level.eq(row.level),
            incidents::class.eq(&row.class),
            incidents::tlp.eq(&row.tlp),
            incidents::external_ref.eq(&row.external_ref),
            incidents::regions.eq(&row.regions),
            incidents::search_text.eq(&row.search_text),
            incidents::updated_at.eq(row.updated_at),
            incidents::version.eq(row.version),
            incidents::institution_position.eq(row.institution_position),
            incidents::coordinator_position.eq(row.coordinator_position),
            incidents::next_due_at.eq(row.next_due_at),
            incidents::content.eq(&row.content),
            incidents::triage.eq(&row.triage),
            incidents::deadlines.eq(&row.deadlines),
            incidents::warnings.eq(&row.warnings),
            incidents::exercise.eq(row.exercise),
            incidents::remind_at.eq(row.remind_at),
            incidents::resolved_at.eq(row.resolved_at),
            incidents::closed_at.eq(row.closed_at),
            incidents::withdrawal.eq(&row.withdrawal),
            incidents::merged_into.eq(row.merged_into),
            incidents::features.eq(&row.features),
            incidents::moved_at.eq(row.moved_at),
        ))
        .execute(*c))?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}

/// The newest incidents, for simulating rules against them.
///
/// # Errors
/// The database's own.
pub fn newest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<IncidentRow>> {
    Ok(on!(tx, c => incidents::table.order(incidents::id.desc()).limit(limit).load(*c))?)
}

/// The submissions about one incident, oldest first, after `after`.
///
/// # Errors
/// The database's own.
pub fn reports_of(tx: &mut Tx<'_>, incident: Uuid, after: Option<Uuid>, limit: i64) -> Result<Vec<ReportRow>> {
    let after = Id(after.unwrap_or(Uuid::nil()));
    Ok(on!(tx, c => reports::table
        .filter(reports::incident_id.eq(Id(incident)))
        .filter(reports::id.gt(after))
        .order(reports::id)
        .limit(limit)
        .load(*c))?)
}

/// The stages that have been submitted, `update` among them.
///
/// # Errors
/// The database's own.
pub fn stages_of(tx: &mut Tx<'_>, incident: Uuid) -> Result<Vec<String>> {
    Ok(
        on!(tx, c => reports::table.filter(reports::incident_id.eq(Id(incident))).order(reports::id).select(reports::stage).load(*c))?,
    )
}

/// The indicators of these incidents, in the order in which they were given.
///
/// # Errors
/// The database's own.
pub fn indicators_of(tx: &mut Tx<'_>, incident_ids: &[Id]) -> Result<Vec<IndicatorRow>> {
    if incident_ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on!(tx, c => indicators::table
        .filter(indicators::incident_id.eq_any(incident_ids))
        .order((indicators::incident_id, indicators::ordinal))
        .load(*c))?)
}

/// Marks an indicator as taken back.
///
/// # Errors
/// The database's own.
pub fn retract_indicator(tx: &mut Tx<'_>, incident: Uuid, ordinal: i32, now: Time) -> Result<()> {
    on!(tx, c => diesel::update(indicators::table.find((Id(incident), ordinal))).set(indicators::retracted_at.eq(At(now))).execute(*c))?;
    Ok(())
}

/// When a responder or the coordinator last did something about an incident, else when it came in: as the index
/// `incidents_moved` has it.
const MOVED_AT: &str = "COALESCE(incidents.moved_at, incidents.received_at)";

/// The statuses in which somebody is expected to do something: the condition of that index, to the letter.
const IS_EXPECTED_TO_MOVE: &str = "incidents.status IN ('received', 'waiting', 'assigned', 'in_progress')";

/// A page of incidents that are not done with and that no responder and no coordinator has moved since `until`, the longest
/// untouched first, after a place in that order.
///
/// # Errors
/// The database's own.
pub fn unmoved(tx: &mut Tx<'_>, until: Time, after: Option<(Time, Uuid)>, limit: i64) -> Result<Vec<IncidentRow>> {
    macro_rules! unmoved {
        ($c:ident) => {{
            let mut query = incidents::table
                .filter(sql::<Bool>(IS_EXPECTED_TO_MOVE))
                .filter(sql::<Moment>(MOVED_AT).le(At(until)))
                .order((sql::<Moment>(MOVED_AT), incidents::id))
                .limit(limit)
                .into_boxed();
            if let Some((at, id)) = after {
                let same_moment = sql::<Moment>(MOVED_AT).eq(At(at)).and(incidents::id.gt(Id(id)));
                query = query.filter(sql::<Moment>(MOVED_AT).gt(At(at)).or(same_moment));
            }
            query.load(*$c)
        }};
    }
    Ok(on!(tx, c => unmoved!(c))?)
}

/// A page, in the order of their ids, of incidents with an assignment in this state that rules of this version decided.
///
/// # Errors
/// The database's own.
pub fn decided_by(
    tx: &mut Tx<'_>,
    rule_version: i32,
    state: &str,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<IncidentRow>> {
    let after = Id(after.unwrap_or(Uuid::nil()));
    let decided = assignments::table
        .filter(assignments::state.eq(state))
        .filter(assignments::rule_version.eq(rule_version))
        .select(assignments::incident_id);
    Ok(on!(tx, c => incidents::table
        .filter(incidents::id.gt(after))
        .filter(incidents::id.eq_any(decided))
        .order(incidents::id)
        .limit(limit)
        .load(*c))?)
}
