//! Links between incidents.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_db::incidents::{self, Sight};
use zvit_db::links::{self as store, Reader};
use zvit_domain::disclosure::Part;
use zvit_domain::link::LinkKind;
use zvit_domain::vocabulary::Role;

use crate::auth::Caller;
use crate::cursor::{ListKind, Scope};
use crate::flows::disclosure;
use crate::flows::idempotency::{Kept, once};
use crate::flows::links::{NewLink, link, shown, unlink};
use crate::flows::record::Record;
use crate::input::{Body, IdempotencyKey, PathId, Query, Schemas};
use crate::intake::request_key;
use crate::permission::{LinkIncident, ListIncidentLinks, Permission, RemoveIncidentLink};
use crate::problem::Problem;
use crate::reply;
use crate::routes::cases::ReasonInput;
use crate::routes::reports::{HELD, PartQuery, find_for_party};
use crate::sensitive_reads::sensitive;
use crate::state::App;
use crate::views::{IncidentLink, IncidentLinkList};

/// A link from this incident to another.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkInput {
    /// How this incident stands to the other.
    pub kind: LinkKind,
    /// The other incident; for a duplicate, the one that goes on.
    pub to: Uuid,
    /// Why; whoever may see the link sees it.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    pub reason: String,
}

/// Link an incident to another
///
/// `duplicate_of` merges this incident into another of the same institution: its status becomes `merged`, its teams forget it
/// unless they lead the other one, and its reports stay where they are. The other one must still be worked on: reopen it first
/// if it has ended. The other kinds leave both as they are, whatever
/// institutions they belong to. A link shows only to those who may see both ends.
#[utoipa::path(
    tag = "coordination", operation_id = "link_incident",
    params(
        ("id" = Uuid, Path, description = "The incident's id"),
        ("Idempotency-Key" = String, Header, description = "8 to 128 visible characters, the same for every repetition", min_length = 8, max_length = 128),
    ),
    request_body(content = LinkInput, example = json!({"kind": "same_attack", "to": "01a19467-e801-7003-8003-000000000002", "reason": "The same control server."})),
    responses((status = 201, description = "The link", body = IncidentLink, headers(
        ("Location" = String, description = "Where the incident's links are"),
        ("Idempotency-Replayed" = String, description = "`true` when this answer was given before"),
    ))),
)]
#[post("/v1/incidents/{id}/links")]
pub async fn link_incident(
    caller: Caller<LinkIncident>,
    id: PathId,
    key: IdempotencyKey,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let id = id.0;
    app.read(move |tx| incidents::find(tx, Sight::All, id)?.map(drop).ok_or_else(Problem::not_found)).await?;
    let checked = body.json::<LinkInput>(&schemas)?;
    let raw = checked.raw.clone();
    let input = checked.strict(Vec::new())?;
    let key = request_key(&caller, format!("POST /v1/incidents/{id}/links"), key.required()?, &raw);
    let new = NewLink { kind: input.kind, to: input.to, reason: input.reason };
    let actor = caller.actor();
    let answer = app
        .change(move |change, memory| {
            once(change, Some(&key), |change| {
                let directory = memory.directory_for(change)?;
                let row = incidents::find(&mut change.tx, Sight::All, id)?.ok_or_else(Problem::not_found)?;
                let mut record = Record::load(&mut change.tx, row)?;
                let row = link(change, &mut record, &directory, &actor, &new)?;
                let kept = Kept::new(201, &one(&mut change.tx, &row)?)?;
                Ok(kept.at(format!("/v1/incidents/{id}/links")).about(id))
            })
        })
        .await?;
    Ok(reply::kept(answer))
}

fn one(tx: &mut zvit_db::conn::Tx<'_>, row: &zvit_db::rows::LinkRow) -> Result<IncidentLink, Problem> {
    shown(tx, std::slice::from_ref(row))?.pop().ok_or_else(|| Problem::internal("the link is missing"))
}

/// List the links of an incident
///
/// At either end of it, oldest first. A link shows only to those who may see both incidents.
#[utoipa::path(
    tag = "incidents", operation_id = "list_incident_links",
    params(("id" = Uuid, Path, description = "The incident's id"), PartQuery),
    responses((status = 200, description = "A page of links", body = IncidentLinkList)),
)]
#[get("/v1/incidents/{id}/links")]
pub async fn list_incident_links(
    caller: Caller<ListIncidentLinks>,
    id: PathId,
    query: Query<PartQuery>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (actor, id, store_id, directory) = (caller.actor(), id.0, app.store_id, app.directory());
    let (list, reads) = app
        .read(move |tx| {
            let incident = find_for_party(tx, &directory, &actor, id)?;
            disclosure::check(tx, &directory, &actor, &incident, Part::Course)?;
            let query = query.checked()?;
            let scope = Scope { kind: ListKind::Links, store: store_id, owner: id };
            let after = scope.id(query.cursor.as_deref())?;
            let labels = actor.owner.map(|team| directory.labels_seen_by(team)).unwrap_or_default();
            let reader = match (actor.role, actor.owner) {
                (Role::Coordinator, _) => Reader::All,
                (Role::Team, Some(team)) => Reader::Team { team, states: HELD, labels: &labels },
                (_, Some(owner)) => Reader::Institution(owner),
                _ => return Err(Problem::not_found()),
            };
            let limit = usize::try_from(query.limit).unwrap_or(50);
            let mut rows = store::of_incident(tx, reader, id, after, i64::from(query.limit) + 1)?;
            let more = rows.len() > limit;
            rows.truncate(limit);
            let next_cursor = rows.last().filter(|_| more).map(|row| scope.encode(row.id.0.as_bytes()));
            if let (Role::Team, Some(team)) = (actor.role, actor.owner) {
                let mut open = Vec::new();
                for row in rows {
                    let other = if row.from_incident.0 == id { row.to_incident.0 } else { row.from_incident.0 };
                    let Some(end) = incidents::find(tx, Sight::All, other)? else { continue };
                    if disclosure::of_team(tx, &directory, team, &end)?.has(Part::Course) {
                        open.push(row);
                    }
                }
                rows = open;
            }
            Ok((IncidentLinkList { items: shown(tx, &rows)?, next_cursor }, sensitive([&incident], actor.owner)))
        })
        .await?;
    app.note_reads(&caller, ListIncidentLinks::OPERATION.id, reads).await?;
    reply::json(&list)
}

/// Remove a link between incidents
///
/// A duplicate goes on as an incident of its own: whoever led both goes on with it, else the rules find a team. Removing a link
/// that is removed already changes nothing.
#[utoipa::path(
    tag = "coordination", operation_id = "remove_incident_link",
    params(("id" = Uuid, Path, description = "The link's id")),
    request_body(content = ReasonInput, example = json!({"reason": "The traces turned out to be of two attacks."})),
    responses((status = 200, description = "The link", body = IncidentLink)),
)]
#[post("/v1/links/{id}/remove")]
pub async fn remove_incident_link(
    caller: Caller<RemoveIncidentLink>,
    id: PathId,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let id = id.0;
    app.read(move |tx| store::find(tx, id)?.map(drop).ok_or_else(Problem::not_found)).await?;
    let input = body.json::<ReasonInput>(&schemas)?.strict(Vec::new())?;
    let actor = caller.actor();
    let answer = app
        .change(move |change, memory| {
            let directory = memory.directory_for(change)?;
            let row = store::find(&mut change.tx, id)?.ok_or_else(Problem::not_found)?;
            let row = unlink(change, row, &directory, &actor, &input.reason)?;
            Ok(Kept::new(200, &one(&mut change.tx, &row)?)?)
        })
        .await?;
    Ok(reply::kept(answer))
}
