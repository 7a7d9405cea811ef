//! Holding an institution whose credentials may be in an attacker's hands.

use actix_web::{HttpResponse, post, web};
use uuid::Uuid;
use zvit_db::directory::{self as store, Kind};

use crate::actor::Actor;
use crate::auth::Caller;
use crate::entries::Institution;
use crate::flows::directory::set_hold;
use crate::flows::idempotency::Kept;
use crate::input::{Body, PathId, Schemas, etag};
use crate::permission::{HoldInstitution, ReleaseInstitution};
use crate::problem::Problem;
use crate::reply;
use crate::routes::cases::ReasonInput;
use crate::state::App;

/// Put an institution on hold
///
/// For credentials that may be in an attacker's hands. Its clients may still report and follow up, and are told no more than
/// that it arrived; everything else is 403 `institution_on_hold` with the duty line. What they report is marked. Holding one
/// that is on hold already changes nothing.
#[utoipa::path(
    tag = "directory", operation_id = "hold_institution",
    params(("id" = Uuid, Path, description = "Its id")),
    request_body(content = ReasonInput, example = json!({"reason": "The administrator's mailbox was taken over."})),
    responses((status = 200, description = "The entry", body = Institution, headers(("ETag" = String, description = "Its version")))),
)]
#[post("/v1/institutions/{id}/hold")]
pub async fn hold_institution(
    caller: Caller<HoldInstitution>,
    id: PathId,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    set(caller.actor(), id.0, body, schemas, app, true).await
}

/// Release an institution
///
/// Its clients may do again what their scopes say. Give them new secrets first.
#[utoipa::path(
    tag = "directory", operation_id = "release_institution",
    params(("id" = Uuid, Path, description = "Its id")),
    request_body(content = ReasonInput, example = json!({"reason": "All secrets were renewed by telephone."})),
    responses((status = 200, description = "The entry", body = Institution, headers(("ETag" = String, description = "Its version")))),
)]
#[post("/v1/institutions/{id}/release")]
pub async fn release_institution(
    caller: Caller<ReleaseInstitution>,
    id: PathId,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    set(caller.actor(), id.0, body, schemas, app, false).await
}

async fn set(
    actor: Actor,
    id: Uuid,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
    on_hold: bool,
) -> Result<HttpResponse, Problem> {
    app.read(move |tx| store::find(tx, Kind::Institution, id)?.map(drop).ok_or_else(Problem::not_found)).await?;
    let input = body.json::<ReasonInput>(&schemas)?.strict(Vec::new())?;
    let answer = app
        .change(move |change, _| {
            let row = store::find(&mut change.tx, Kind::Institution, id)?.ok_or_else(Problem::not_found)?;
            let row = set_hold(change, &actor, row, on_hold, &input.reason)?;
            Ok(Kept::new(200, &Institution::try_from(&row)?)?.tagged(etag(row.version)))
        })
        .await?;
    Ok(reply::kept(answer))
}
