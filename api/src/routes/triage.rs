//! What the coordinator decides about an incident.

use actix_web::{HttpResponse, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_db::cases;
use zvit_db::change::Change;
use zvit_db::incidents::{self, Sight};
use zvit_domain::vocabulary::{AssignmentRole, Sector};

use crate::auth::Caller;
use crate::flows::idempotency::{Kept, once};
use crate::flows::record::Record;
use crate::flows::show;
use crate::flows::{closing, coordinate};
use crate::input::{Body, IdempotencyKey, IfMatch, PathId, Schemas, etag};
use crate::intake::request_key;
use crate::permission::{AssignTeam, CloseIncident, OverrideTriage, RevokeAssignment};
use crate::problem::Problem;
use crate::reply;
use crate::routes::cases::ReasonInput;
use crate::state::App;
use crate::views::{Assignment, Incident};

/// A decision above the computed triage.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TriageInput {
    /// The level that holds from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 5)]
    pub level: Option<u8>,
    /// The sector that holds from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sector: Option<Sector>,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    pub reason: String,
}

/// An assignment by hand.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignmentInput {
    /// The team.
    pub team_id: Uuid,
    /// Lead or support; a new lead takes the place of the one there is.
    pub role: AssignmentRole,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    pub reason: String,
}

fn load(change: &mut Change<'_>, id: Uuid) -> Result<Record, Problem> {
    let row = incidents::find(&mut change.tx, Sight::All, id)?.ok_or_else(Problem::not_found)?;
    Ok(Record::load(&mut change.tx, row)?)
}

async fn check_exists(app: &web::Data<App>, id: Uuid) -> Result<(), Problem> {
    app.read(move |tx| incidents::find(tx, Sight::All, id)?.map(drop).ok_or_else(Problem::not_found)).await
}

/// Override the triage
///
/// Sets level or sector above what was computed; with neither, an earlier decision is taken back. The computed values stay
/// visible. The incident is routed again.
#[utoipa::path(
    tag = "coordination", operation_id = "override_triage",
    params(("id" = Uuid, Path, description = "The incident's id"), ("If-Match" = String, Header, description = "The incident's ETag", max_length = 300)),
    request_body(content = TriageInput, example = json!({"level": 5, "reason": "Several regions are without heating."})),
    responses((status = 200, description = "The incident", body = Incident, headers(("ETag" = String, description = "Its version")))),
)]
#[put("/v1/incidents/{id}/triage")]
pub async fn override_triage(
    caller: Caller<OverrideTriage>,
    id: PathId,
    if_match: IfMatch,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let id = id.0;
    check_exists(&app, id).await?;
    let input = body.json::<TriageInput>(&schemas)?.strict(Vec::new())?;
    let actor = caller.actor();
    let answer = app
        .change(move |change, memory| {
            let directory = memory.directory_for(change)?;
            let mut record = load(change, id)?;
            if_match.required(&etag(record.row.version))?;
            coordinate::override_triage(
                change,
                &mut record,
                &directory,
                &actor,
                (input.level, input.sector),
                &input.reason,
            )?;
            let incident = record.incident(&directory, actor.language, actor.role);
            Ok(Kept::new(200, &incident)?.tagged(etag(record.row.version)))
        })
        .await?;
    Ok(reply::kept(answer))
}

/// Assign a team by hand
#[utoipa::path(
    tag = "coordination", operation_id = "assign_team",
    params(
        ("id" = Uuid, Path, description = "The incident's id"),
        ("Idempotency-Key" = String, Header, description = "8 to 128 visible characters, the same for every repetition", min_length = 8, max_length = 128),
    ),
    request_body(content = AssignmentInput, example = json!({"team_id": "01a19467-e801-7003-8003-000000000001", "role": "support", "reason": "They know this malware."})),
    responses((status = 201, description = "The assignment", body = Assignment, headers(
        ("Location" = String, description = "The incident's address"),
        ("ETag" = String, description = "The incident's new version"),
        ("Idempotency-Replayed" = String, description = "`true` when this answer was given before"),
    ))),
)]
#[post("/v1/incidents/{id}/assignments")]
pub async fn assign_team(
    caller: Caller<AssignTeam>,
    id: PathId,
    key: IdempotencyKey,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let id = id.0;
    check_exists(&app, id).await?;
    let checked = body.json::<AssignmentInput>(&schemas)?;
    let raw = checked.raw.clone();
    let input = checked.strict(Vec::new())?;
    let key = request_key(&caller, format!("POST /v1/incidents/{id}/assignments"), key.required()?, &raw);
    let actor = caller.actor();
    let answer = app
        .change(move |change, memory| {
            once(change, Some(&key), |change| {
                let directory = memory.directory_for(change)?;
                let mut record = load(change, id)?;
                let assignment = coordinate::assign(
                    change,
                    &mut record,
                    &directory,
                    &actor,
                    (input.team_id, input.role),
                    &input.reason,
                )?;
                let row =
                    record.assignment(assignment).ok_or_else(|| Problem::internal("the assignment is missing"))?;
                let kept = Kept::new(201, &show::assignment(row, &directory, true))?;
                Ok(kept.at(format!("/v1/incidents/{id}")).tagged(etag(record.row.version)).about(id))
            })
        })
        .await?;
    Ok(reply::kept(answer))
}

/// Take an assignment back
///
/// A missing lead is found again by the rules.
#[utoipa::path(
    tag = "coordination", operation_id = "revoke_assignment",
    params(("id" = Uuid, Path, description = "The assignment's id")),
    request_body = ReasonInput,
    responses((status = 200, description = "The assignment", body = Assignment)),
)]
#[post("/v1/assignments/{id}/revoke")]
pub async fn revoke_assignment(
    caller: Caller<RevokeAssignment>,
    id: PathId,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let id = id.0;
    app.read(move |tx| cases::find(tx, id)?.map(drop).ok_or_else(Problem::not_found)).await?;
    let input = body.json::<ReasonInput>(&schemas)?.strict(Vec::new())?;
    let actor = caller.actor();
    let answer = app
        .change(move |change, memory| {
            let directory = memory.directory_for(change)?;
            let row = cases::find(&mut change.tx, id)?.ok_or_else(Problem::not_found)?;
            let mut record = load(change, row.incident_id.0)?;
            coordinate::revoke(change, &mut record, &directory, &actor, id, &input.reason)?;
            let row = record.assignment(id).ok_or_else(Problem::not_found)?;
            Ok(Kept::new(200, &show::assignment(row, &directory, true))?)
        })
        .await?;
    Ok(reply::kept(answer))
}

/// Close an incident
#[utoipa::path(
    tag = "coordination", operation_id = "close_incident",
    params(("id" = Uuid, Path, description = "The incident's id")),
    request_body = ReasonInput,
    responses((status = 200, description = "The incident", body = Incident, headers(("ETag" = String, description = "Its version")))),
)]
#[post("/v1/incidents/{id}/close")]
pub async fn close_incident(
    caller: Caller<CloseIncident>,
    id: PathId,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let id = id.0;
    check_exists(&app, id).await?;
    let input = body.json::<ReasonInput>(&schemas)?.strict(Vec::new())?;
    let actor = caller.actor();
    let answer = app
        .change(move |change, memory| {
            let directory = memory.directory_for(change)?;
            let mut record = load(change, id)?;
            closing::close(change, &mut record, &directory, &actor, &input.reason)?;
            let incident = record.incident(&directory, actor.language, actor.role);
            Ok(Kept::new(200, &incident)?.tagged(etag(record.row.version)))
        })
        .await?;
    Ok(reply::kept(answer))
}
