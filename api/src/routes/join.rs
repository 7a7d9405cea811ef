//! Joining a provisional institution to the real one.

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_db::directory::{self as store, Kind};

use crate::auth::Caller;
use crate::entries::Institution;
use crate::flows::idempotency::Kept;
use crate::flows::join::{Portion, join};
use crate::input::{Body, PathId, Schemas, etag};
use crate::permission::JoinInstitution;
use crate::problem::Problem;
use crate::reply;
use crate::state::App;

/// The institution that a provisional entry turned out to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinInput {
    /// The real institution.
    pub to: Uuid,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    pub reason: String,
}

/// Join a provisional institution to the real one
///
/// For an entry that was made when somebody telephoned. Its incidents become the real institution's, which sees them from now on;
/// they are judged again by what is known of it. The provisional entry is deactivated and kept. Joining again to the same
/// institution changes nothing, but finishes what was interrupted.
#[utoipa::path(
    tag = "directory", operation_id = "join_institution",
    params(("id" = Uuid, Path, description = "The provisional entry's id")),
    request_body(content = JoinInput, example = json!({"to": "01a19467-e801-7003-8003-000000000001", "reason": "They called back and gave their EDRPOU code."})),
    responses((status = 200, description = "The provisional entry", body = Institution, headers(("ETag" = String, description = "Its version")))),
)]
#[post("/v1/institutions/{id}/join")]
pub async fn join_institution(
    caller: Caller<JoinInstitution>,
    id: PathId,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let id = id.0;
    app.read(move |tx| store::find(tx, Kind::Institution, id)?.map(drop).ok_or_else(Problem::not_found)).await?;
    let input = body.json::<JoinInput>(&schemas)?.strict(Vec::new())?;
    loop {
        let (actor, to, reason) = (caller.actor(), input.to, input.reason.clone());
        let Portion { row, is_more } =
            app.change(move |change, memory| join(change, memory, &actor, (id, to), &reason)).await?;
        if !is_more {
            return Ok(reply::kept(Kept::new(200, &Institution::try_from(&row)?)?.tagged(etag(row.version))));
        }
    }
}
