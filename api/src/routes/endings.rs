//! How an incident ends before its time, or doesn't: withdrawn, confirmed or rejected, opened again.

use actix_web::{HttpResponse, post, web};
use uuid::Uuid;
use zvit_db::conn::Tx;
use zvit_db::incidents::{self, Sight};
use zvit_db::rows::IncidentRow;
use zvit_domain::lifecycle::WithdrawalState;
use zvit_domain::vocabulary::{CaseState, Role};
use zvit_domain::word::Word;
use zvit_texts::text;

use crate::actor::Actor;
use crate::auth::Caller;
use crate::flows::idempotency::{Kept, once};
use crate::flows::record::Record;
use crate::flows::{closing, withdrawal};
use crate::input::{Body, IdempotencyKey, PathId, Schemas, etag};
use crate::intake::request_key;
use crate::memory::Directory;
use crate::permission::{ConfirmWithdrawal, RejectWithdrawal, ReopenIncident, WithdrawIncident};
use crate::problem::{Code, Problem};
use crate::reply;
use crate::routes::cases::ReasonInput;
use crate::routes::incidents::sight;
use crate::state::App;
use crate::views::{Incident, WithdrawalAnswer};

/// Withdraw an incident
///
/// For a false alarm. At once while nobody has acknowledged it and its level never was above 2, or a person set it to 2 or less:
/// every team is told to forget it. Else it becomes a request (`withdrawal`) that the lead or the coordinator confirms or rejects. Repeated, it changes nothing.
#[utoipa::path(
    tag = "incidents", operation_id = "withdraw_incident",
    params(("id" = Uuid, Path, description = "The incident's id")),
    request_body(content = ReasonInput, example = json!({"reason": "Хибна тривога: плановий перезапуск серверів."})),
    responses((status = 200, description = "The incident, withdrawn or with the request", body = Incident, headers(("ETag" = String, description = "Its version")))),
)]
#[post("/v1/incidents/{id}/withdraw")]
pub async fn withdraw_incident(
    caller: Caller<WithdrawIncident>,
    id: PathId,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    if caller.spare {
        return Err(Problem::new(Code::Forbidden).because(text!("spare-withdraws-nothing")));
    }
    let (sight, id) = (sight(&caller)?, id.0);
    app.read(move |tx| incidents::find(tx, sight, id)?.map(drop).ok_or_else(Problem::not_found)).await?;
    let input = body.json::<ReasonInput>(&schemas)?.strict(Vec::new())?;
    let actor = caller.actor();
    let answer = app
        .change(move |change, memory| {
            let directory = memory.directory_for(change)?;
            let row = incidents::find(&mut change.tx, sight, id)?.ok_or_else(Problem::not_found)?;
            let mut record = Record::load(&mut change.tx, row)?;
            withdrawal::withdraw(change, &mut record, &directory, &actor, &input.reason)?;
            let incident = record.incident(&directory, actor.language, actor.role);
            Ok(Kept::new(200, &incident)?.tagged(etag(record.row.version)))
        })
        .await?;
    Ok(reply::kept(answer))
}

/// Confirm a withdrawal
///
/// By the team that leads the incident, or the coordinator. The incident ends as withdrawn, and every team is told to forget it.
#[utoipa::path(
    tag = "incidents", operation_id = "confirm_withdrawal",
    params(
        ("id" = Uuid, Path, description = "The incident's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "8 to 128 visible characters; optional, and then a team may repeat what made it lose the case", min_length = 8, max_length = 128),
    ),
    request_body(content = ReasonInput, example = json!({"reason": "Перевірено телефоном: це був плановий перезапуск."})),
    responses((status = 200, description = "The withdrawal as it was decided", body = WithdrawalAnswer, headers(("ETag" = String, description = "The incident's version")))),
)]
#[post("/v1/incidents/{id}/withdrawal/confirm")]
pub async fn confirm_withdrawal(
    caller: Caller<ConfirmWithdrawal>,
    id: PathId,
    key: IdempotencyKey,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    decide(caller.actor(), id.0, key, body, schemas, app, WithdrawalState::Confirmed).await
}

/// Reject a withdrawal
///
/// By the team that leads the incident, or the coordinator. Work goes on.
#[utoipa::path(
    tag = "incidents", operation_id = "reject_withdrawal",
    params(
        ("id" = Uuid, Path, description = "The incident's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "8 to 128 visible characters; optional, the same decision again changes nothing", min_length = 8, max_length = 128),
    ),
    request_body(content = ReasonInput, example = json!({"reason": "У журналах видно сторонній вхід."})),
    responses((status = 200, description = "The withdrawal as it was decided", body = WithdrawalAnswer, headers(("ETag" = String, description = "The incident's version")))),
)]
#[post("/v1/incidents/{id}/withdrawal/reject")]
pub async fn reject_withdrawal(
    caller: Caller<RejectWithdrawal>,
    id: PathId,
    key: IdempotencyKey,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    decide(caller.actor(), id.0, key, body, schemas, app, WithdrawalState::Rejected).await
}

async fn decide(
    actor: Actor,
    id: Uuid,
    key: IdempotencyKey,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
    to: WithdrawalState,
) -> Result<HttpResponse, Problem> {
    // Who has confirmed has lost the case by it, and may ask once more what became of it.
    let (directory, asker) = (app.directory(), actor.clone());
    app.read(move |tx| find(tx, &directory, &asker, id, |_| true).map(drop)).await?;
    let checked = body.json::<ReasonInput>(&schemas)?;
    let raw = checked.raw.clone();
    let reason = checked.strict(Vec::new())?.reason;
    let verb = if to == WithdrawalState::Confirmed { "confirm" } else { "reject" };
    let operation = format!("POST /v1/incidents/{id}/withdrawal/{verb}");
    let key = key.optional()?.map(|key| request_key(&actor, operation, key, &raw));
    let answer = app
        .change(move |change, memory| {
            once(change, key.as_ref(), |change| {
                let directory = memory.directory_for(change)?;
                let row = find(&mut change.tx, &directory, &actor, id, CaseState::is_held)?;
                let mut record = Record::load(&mut change.tx, row)?;
                withdrawal::decide(change, &mut record, &directory, &actor, to, &reason)?;
                let answer = withdrawal::answer(&record)?;
                Ok(Kept::new(200, &answer)?.tagged(etag(record.row.version)).about(id))
            })
        })
        .await?;
    Ok(reply::kept(answer))
}

/// The incident, for its lead, whose case is in such a state, and for the coordinator.
fn find(
    tx: &mut Tx<'_>,
    directory: &Directory,
    actor: &Actor,
    id: Uuid,
    states: fn(CaseState) -> bool,
) -> Result<IncidentRow, Problem> {
    let found = match (actor.role, actor.owner) {
        (Role::Coordinator, _) => incidents::find(tx, Sight::All, id)?,
        (Role::Team, Some(team)) => {
            let states: Vec<&str> =
                CaseState::ALL.iter().filter(|state| states(**state)).map(|one| one.code()).collect();
            incidents::find_for_lead(tx, team, id, &states, &directory.labels_seen_by(team))?
        }
        _ => None,
    };
    found.ok_or_else(Problem::not_found)
}

/// Open an incident again
///
/// What was resolved, closed or withdrawn. The team that led it goes on, unless it may not hold the incident any more or had
/// never taken it up: then the incident is routed anew. One that is open already stays as it is.
#[utoipa::path(
    tag = "coordination", operation_id = "reopen_incident",
    params(("id" = Uuid, Path, description = "The incident's id")),
    request_body(content = ReasonInput, example = json!({"reason": "Ті самі індикатори знову в мережі установи."})),
    responses((status = 200, description = "The incident", body = Incident, headers(("ETag" = String, description = "Its version")))),
)]
#[post("/v1/incidents/{id}/reopen")]
pub async fn reopen_incident(
    caller: Caller<ReopenIncident>,
    id: PathId,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let id = id.0;
    app.read(move |tx| incidents::find(tx, Sight::All, id)?.map(drop).ok_or_else(Problem::not_found)).await?;
    let input = body.json::<ReasonInput>(&schemas)?.strict(Vec::new())?;
    let actor = caller.actor();
    let answer = app
        .change(move |change, memory| {
            let directory = memory.directory_for(change)?;
            let row = incidents::find(&mut change.tx, Sight::All, id)?.ok_or_else(Problem::not_found)?;
            let mut record = Record::load(&mut change.tx, row)?;
            closing::reopen_by_hand(change, &mut record, &directory, &actor, &input.reason)?;
            let incident = record.incident(&directory, actor.language, actor.role);
            Ok(Kept::new(200, &incident)?.tagged(etag(record.row.version)))
        })
        .await?;
    Ok(reply::kept(answer))
}
