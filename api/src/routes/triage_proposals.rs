//! What teams propose about the triage, and what the coordinator makes of it.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_db::cases;
use zvit_db::change::Change;
use zvit_db::conversation::{proposal, proposals_of};
use zvit_db::incidents::{self, Sight};
use zvit_db::rows::TriageProposalRow;
use zvit_domain::conversation::ProposalState;
use zvit_domain::fault::Fault;
use zvit_domain::vocabulary::{Role, Sector};
use zvit_domain::word::Word;
use zvit_texts::text;

use crate::auth::Caller;
use crate::cursor::{ListKind, Scope};
use crate::flows::case::find;
use crate::flows::idempotency::{Kept, once};
use crate::flows::record::Record;
use crate::flows::triage_proposals::{accept, propose, reject};
use crate::input::{Body, IdempotencyKey, PathId, Query, Schemas};
use crate::intake::request_key;
use crate::memory::Directory;
use crate::permission::{AcceptTriageProposal, ListTriageProposals, Permission, ProposeTriage, RejectTriageProposal};
use crate::problem::Problem;
use crate::reply;
use crate::routes::cases::ReasonInput;
use crate::routes::messages::cut;
use crate::routes::reports::{PartQuery, find_for_party};
use crate::sensitive_reads::sensitive;
use crate::state::App;
use crate::views::{TeamRef, TriageProposal, TriageProposalList};

/// What level or sector should be, in the team's eyes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TriageProposalInput {
    /// The level that should hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 5)]
    pub level: Option<u8>,
    /// The sector that should hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sector: Option<Sector>,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    pub reason: String,
}

fn show(row: &TriageProposalRow, directory: &Directory) -> TriageProposal {
    TriageProposal {
        id: row.id.0,
        incident_id: row.incident_id.0,
        team: TeamRef { id: row.team_id.0, name: directory.team_name(row.team_id.0) },
        level: row.level.and_then(|level| u8::try_from(level).ok()),
        sector: row.sector.as_deref().and_then(Sector::from_code),
        reason: row.reason.clone(),
        state: ProposalState::from_code(&row.state).unwrap_or(ProposalState::Pending),
        created_at: row.created_at.0,
        decided_at: row.decided_at.map(|at| at.0),
        decision_reason: row.decision_reason.clone(),
    }
}

/// Propose another triage
///
/// Level, sector or both; the coordinator decides. A team has one proposal under way for each incident.
#[utoipa::path(
    tag = "cases", operation_id = "propose_triage",
    params(
        ("id" = Uuid, Path, description = "The case's id"),
        ("Idempotency-Key" = String, Header, description = "8 to 128 visible characters, the same for every repetition", min_length = 8, max_length = 128),
    ),
    request_body(content = TriageProposalInput, example = json!({"level": 4, "reason": "The backups are gone as well."})),
    responses((status = 201, description = "The proposal", body = TriageProposal, headers(
        ("Location" = String, description = "Where the proposals are"),
        ("Idempotency-Replayed" = String, description = "`true` when this answer was given before"),
    ))),
)]
#[post("/v1/cases/{id}/triage-proposals")]
pub async fn propose_triage(
    caller: Caller<ProposeTriage>,
    id: PathId,
    key: IdempotencyKey,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (actor, team, id) = (caller.actor(), caller.owner()?, id.0);
    let labels = app.directory().labels_seen_by(team);
    app.read(move |tx| cases::find_for_team(tx, team, id, &labels)?.map(drop).ok_or_else(Problem::not_found)).await?;
    let checked = body.json::<TriageProposalInput>(&schemas)?;
    let raw = checked.raw.clone();
    let mut faults: Vec<Fault> = Vec::new();
    if checked.value.level.is_none() && checked.value.sector.is_none() {
        faults.push(Fault::at("/level", "required", text!("proposal-empty")));
    }
    let input = checked.strict(faults)?;
    let key = request_key(&caller, format!("POST /v1/cases/{id}/triage-proposals"), key.required()?, &raw);
    let answer = app
        .change(move |change, memory| {
            once(change, Some(&key), |change| {
                let directory = memory.directory_for(change)?;
                let mut record = find(change, &directory, team, id)?;
                let row = propose(change, &mut record, &actor, team, (input.level, input.sector), input.reason)?;
                let location = format!("/v1/incidents/{}/triage-proposals", record.id());
                Ok(Kept::new(201, &show(&row, &directory))?.at(location).about(record.id()))
            })
        })
        .await?;
    Ok(reply::kept(answer))
}

/// List the proposals of triage for an incident
///
/// Oldest first. A team sees its own, the coordinator all.
#[utoipa::path(
    tag = "triage", operation_id = "list_triage_proposals",
    params(("id" = Uuid, Path, description = "The incident's id"), PartQuery),
    responses((status = 200, description = "A page of proposals", body = TriageProposalList)),
)]
#[get("/v1/incidents/{id}/triage-proposals")]
pub async fn list_triage_proposals(
    caller: Caller<ListTriageProposals>,
    id: PathId,
    query: Query<PartQuery>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (actor, id) = (caller.actor(), id.0);
    let (store, directory) = (app.store_id, app.directory());
    let (list, reads) = app
        .read(move |tx| {
            let incident = find_for_party(tx, &directory, &actor, id)?;
            let query = query.checked()?;
            let scope = Scope { kind: ListKind::TriageProposals, store, owner: id };
            let after = scope.id(query.cursor.as_deref())?;
            let team = if actor.role == Role::Coordinator { None } else { actor.owner };
            let mut rows = proposals_of(tx, id, team, after, i64::from(query.limit) + 1)?;
            let next_cursor = cut(&mut rows, query.limit, &scope, |row| row.id);
            let items = rows.iter().map(|row| show(row, &directory)).collect();
            Ok((TriageProposalList { items, next_cursor }, sensitive([&incident], actor.owner)))
        })
        .await?;
    app.note_reads(&caller, ListTriageProposals::OPERATION.id, reads).await?;
    reply::json(&list)
}

/// A proposal with its incident, for a change.
fn load(change: &mut Change<'_>, id: Uuid) -> Result<(TriageProposalRow, Record), Problem> {
    let row = proposal(&mut change.tx, id)?.ok_or_else(Problem::not_found)?;
    let incident = incidents::find(&mut change.tx, Sight::All, row.incident_id.0)?.ok_or_else(Problem::not_found)?;
    Ok((row, Record::load(&mut change.tx, incident)?))
}

/// The reason that is given for a decision on a proposal that exists.
async fn reason(app: &App, schemas: &Schemas, body: &Body, id: Uuid) -> Result<String, Problem> {
    app.read(move |tx| proposal(tx, id)?.map(drop).ok_or_else(Problem::not_found)).await?;
    Ok(body.json::<ReasonInput>(schemas)?.strict(Vec::new())?.reason)
}

/// Accept a proposal of triage
///
/// Level and sector that it names hold from now on, as if the coordinator had overridden the triage so; the incident is routed
/// again. Accepting again changes nothing.
#[utoipa::path(
    tag = "triage", operation_id = "accept_triage_proposal",
    params(("id" = Uuid, Path, description = "The proposal's id")),
    request_body = ReasonInput,
    responses((status = 200, description = "The proposal", body = TriageProposal)),
)]
#[post("/v1/triage-proposals/{id}/accept")]
pub async fn accept_triage_proposal(
    caller: Caller<AcceptTriageProposal>,
    id: PathId,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (actor, id) = (caller.actor(), id.0);
    let reason = reason(&app, &schemas, &body, id).await?;
    let shown = app
        .change(move |change, memory| {
            let directory = memory.directory_for(change)?;
            let (row, mut record) = load(change, id)?;
            let row = accept(change, &mut record, &directory, &actor, row, &reason)?;
            Ok(show(&row, &directory))
        })
        .await?;
    reply::json(&shown)
}

/// Reject a proposal of triage
///
/// The triage stays as it is. Rejecting again changes nothing.
#[utoipa::path(
    tag = "triage", operation_id = "reject_triage_proposal",
    params(("id" = Uuid, Path, description = "The proposal's id")),
    request_body = ReasonInput,
    responses((status = 200, description = "The proposal", body = TriageProposal)),
)]
#[post("/v1/triage-proposals/{id}/reject")]
pub async fn reject_triage_proposal(
    caller: Caller<RejectTriageProposal>,
    id: PathId,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (actor, id) = (caller.actor(), id.0);
    let reason = reason(&app, &schemas, &body, id).await?;
    let shown = app
        .change(move |change, memory| {
            let directory = memory.directory_for(change)?;
            let (row, mut record) = load(change, id)?;
            let row = reject(change, &mut record, &actor, row, &reason)?;
            Ok(show(&row, &directory))
        })
        .await?;
    reply::json(&shown)
}
