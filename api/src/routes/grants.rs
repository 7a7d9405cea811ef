//! What a support team is shown beyond what its kind of help needs.

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_domain::disclosure::{Part, Parts};

use crate::auth::Caller;
use crate::flows::disclosure;
use crate::flows::grant::{check_may_grant, grant};
use crate::flows::idempotency::Kept;
use crate::flows::record::Record;
use crate::input::{Body, PathId, Schemas, etag};
use crate::permission::GrantParts;
use crate::problem::Problem;
use crate::reply;
use crate::routes::reports::find_for_party;
use crate::state::App;
use crate::views::TeamRef;

/// What a support team is to be shown beyond what its kind of help needs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantInput {
    /// The support team's assignment.
    pub assignment_id: Uuid,
    /// Exactly these parts: one that was granted before and is not named is taken back.
    #[schema(max_items = 50)]
    pub parts: Vec<Part>,
    /// Why, for the timeline.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    pub reason: String,
}

/// What a support team is shown.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Grant {
    /// The support team's assignment.
    pub assignment_id: Uuid,
    /// The team.
    pub team: TeamRef,
    /// The parts it was granted.
    #[schema(max_items = 50)]
    pub parts: Vec<Part>,
    /// All the parts it is shown now, those that its kind of help needs among them; none until it acknowledges where the
    /// TLP label asks for that.
    #[schema(max_items = 50)]
    pub disclosed: Vec<Part>,
}

/// Grant parts of an incident to a support team
///
/// By the lead's team or the coordinator. Where the TLP label is amber+strict or red, a grant opens nothing before the support
/// team has acknowledged. The same again changes nothing.
#[utoipa::path(
    tag = "incidents", operation_id = "grant_parts",
    params(("id" = Uuid, Path, description = "The incident's id")),
    request_body(content = GrantInput, example = json!({
        "assignment_id": "01a19467-e801-7003-8003-000000000001", "parts": ["title", "indicators"],
        "reason": "They block the addresses at the satellite gateway."
    })),
    responses((status = 200, description = "What the team is shown now", body = Grant, headers(
        ("ETag" = String, description = "The incident's version"),
    ))),
)]
#[post("/v1/incidents/{id}/grants")]
pub async fn grant_parts(
    caller: Caller<GrantParts>,
    id: PathId,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (id, actor, directory) = (id.0, caller.actor(), app.directory());
    let reader = actor.clone();
    app.read(move |tx| {
        let row = find_for_party(tx, &directory, &reader, id)?;
        check_may_grant(&Record::load(tx, row)?, &directory, &reader)
    })
    .await?;
    let input = body.json::<GrantInput>(&schemas)?.strict(Vec::new())?;
    let answer = app
        .change(move |change, memory| {
            let directory = memory.directory_for(change)?;
            let row = find_for_party(&mut change.tx, &directory, &actor, id)?;
            let mut record = Record::load(&mut change.tx, row)?;
            check_may_grant(&record, &directory, &actor)?;
            let granted: Parts = input.parts.iter().copied().collect();
            grant(change, &mut record, &directory, &actor, (input.assignment_id, granted), &input.reason)?;
            let row = record.assignment(input.assignment_id).ok_or_else(Problem::not_found)?;
            let shown = Grant {
                assignment_id: row.id.0,
                team: TeamRef { id: row.team_id.0, name: directory.team_name(row.team_id.0) },
                parts: Parts::read(&row.grants).iter().collect(),
                disclosed: disclosure::of(&record, row, &directory).parts().iter().collect(),
            };
            Ok(Kept::new(200, &shown)?.tagged(etag(record.row.version)))
        })
        .await?;
    Ok(reply::kept(answer))
}
