//! Timelines and audit events.

use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use zvit_db::audit::{self, Filter, Reader};
use zvit_db::conn::Tx;
use zvit_db::rows::{AuditRow, IncidentRow};
use zvit_domain::disclosure::Part;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::Role;

use crate::actor::Actor;
use crate::auth::Caller;
use crate::cursor::{ListKind, Scope};
use crate::flows::disclosure;
use crate::input::{PathId, Query, default_limit};
use crate::memory::Directory;
use crate::permission::{GetTimeline, ListAuditEvents, Permission};
use crate::problem::Problem;
use crate::reply;
use crate::routes::reports::{PartQuery, find_for_party};
use crate::sensitive_reads::sensitive;
use crate::state::App;
use crate::views::{AuditEvent, AuditEventList, EventActor, Timeline, TimelineEvent};

/// Follow the course of an incident
///
/// Oldest first; each party sees what it may: a team to which `course` is not disclosed, what happened to its own case.
#[utoipa::path(
    tag = "incidents", operation_id = "get_timeline",
    params(("id" = Uuid, Path, description = "The incident's id"), PartQuery),
    responses((status = 200, description = "A page of the timeline", body = Timeline)),
)]
#[get("/v1/incidents/{id}/timeline")]
pub async fn get_timeline(
    caller: Caller<GetTimeline>,
    id: PathId,
    query: Query<PartQuery>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (actor, id, store) = (caller.actor(), id.0, app.store_id);
    let (directory, clients) = (app.directory(), app.clients());
    let (timeline, reads) = app
        .read(move |tx| {
            let incident = find_for_party(tx, &directory, &actor, id)?;
            let query = query.checked()?;
            let scope = Scope { kind: ListKind::Timeline, store, owner: id };
            let after = scope.position(query.cursor.as_deref())?.unwrap_or(0);
            let (reader, is_minimal) = reader(tx, &directory, &actor, &incident)?;
            let mut rows = audit::timeline(tx, id, reader, after, i64::from(query.limit) + 1)?;
            let next_cursor = next(&mut rows, query.limit, &scope);
            let of_own_side = |row: &AuditRow| actor.owner.is_some() && clients.owner_of(&row.actor_id) == actor.owner;
            let items = rows.iter().map(|row| step(row, reader, is_minimal, of_own_side(row)));
            let items = items.collect::<Result<_, _>>()?;
            Ok((Timeline { items, next_cursor }, sensitive([&incident], actor.owner)))
        })
        .await?;
    app.note_reads(&caller, GetTimeline::OPERATION.id, reads).await?;
    reply::json(&timeline)
}

/// Who reads, and whether only codes are disclosed to them.
fn reader(
    tx: &mut Tx<'_>,
    directory: &Directory,
    actor: &Actor,
    incident: &IncidentRow,
) -> Result<(Reader, bool), Problem> {
    let team = match (actor.role, actor.owner) {
        (Role::Coordinator, _) => return Ok((Reader::Coordinator, false)),
        (Role::Team, Some(team)) => team,
        _ => return Ok((Reader::Institution, false)),
    };
    let disclosed = disclosure::of_team(tx, directory, team, incident)?;
    let reader = if disclosed.has(Part::Course) { Reader::Team(team) } else { Reader::TeamAlone(team) };
    Ok((reader, disclosed.is_minimal()))
}

/// Cuts the page to its limit; the cursor, if there is more.
fn next(rows: &mut Vec<AuditRow>, limit: u32, scope: &Scope) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or(50);
    let more = rows.len() > limit;
    rows.truncate(limit);
    rows.last().filter(|_| more).map(|row| scope.at(row.position))
}

/// Client ids are the coordinator's business; persons are that of their own side too. Who is not shown the whole course gets
/// its own steps without what others said in them.
fn step(row: &AuditRow, reader: Reader, is_minimal: bool, of_own_side: bool) -> Result<TimelineEvent, Problem> {
    let is_coordinator = reader == Reader::Coordinator;
    let id = is_coordinator.then(|| row.actor_id.clone());
    let person = row.acting_person.clone().filter(|_| is_coordinator || of_own_side);
    let step = TimelineEvent {
        id: row.id.0,
        at: row.at.0,
        r#type: row.kind.clone(),
        actor: EventActor { role: row.actor_role.clone(), id, name: row.actor_name.clone(), person },
        reason: row.reason.clone(),
        data: row.data.read()?,
    };
    let is_alone = matches!(reader, Reader::TeamAlone(_));
    Ok(if is_alone { step.narrowed(is_minimal, of_own_side) } else { step })
}

/// What audit events are narrowed by.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Only this type of event.
    #[param(max_length = 64)]
    r#type: Option<String>,
    /// Only what belongs to this incident.
    incident_id: Option<Uuid>,
    /// Only what this client did.
    #[param(max_length = 64)]
    actor_id: Option<String>,
    /// Only at or after this moment (RFC 3339).
    since: Option<Time>,
    /// Where to go on: `next_cursor` of the page before.
    #[param(max_length = 256)]
    cursor: Option<String>,
    /// So many at most.
    #[serde(default = "default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: u32,
}

/// List audit events
///
/// Every change, in one gap-free order, oldest first.
#[utoipa::path(
    tag = "audit", operation_id = "list_audit_events",
    params(AuditQuery),
    responses((status = 200, description = "A page of events", body = AuditEventList)),
)]
#[get("/v1/audit-events")]
pub async fn list_audit_events(
    _caller: Caller<ListAuditEvents>,
    query: Query<AuditQuery>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let query = query.checked()?;
    let scope = Scope { kind: ListKind::Audit, store: app.store_id, owner: Uuid::nil() };
    let after = scope.position(query.cursor.as_deref())?.unwrap_or(0);
    let list = app
        .read(move |tx| {
            let filter = Filter {
                kind: query.r#type,
                incident: query.incident_id,
                actor_id: query.actor_id,
                since: query.since,
            };
            let mut rows = audit::page(tx, &filter, after, i64::from(query.limit) + 1)?;
            let next_cursor = next(&mut rows, query.limit, &scope);
            let items = rows.iter().map(event).collect::<Result<_, _>>()?;
            Ok(AuditEventList { items, next_cursor })
        })
        .await?;
    reply::json(&list)
}

fn event(row: &AuditRow) -> Result<AuditEvent, Problem> {
    Ok(AuditEvent {
        id: row.id.0,
        position: row.position,
        at: row.at.0,
        r#type: row.kind.clone(),
        actor: EventActor {
            role: row.actor_role.clone(),
            id: Some(row.actor_id.clone()),
            name: row.actor_name.clone(),
            person: row.acting_person.clone(),
        },
        object_type: row.object_kind.clone(),
        object_id: row.object_id.clone(),
        incident_id: row.incident_id.map(|id| id.0),
        reason: row.reason.clone(),
        request_id: row.request_id.clone(),
        data: row.data.read()?,
    })
}
