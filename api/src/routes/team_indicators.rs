//! Indicators that a team found.

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zvit_db::cases;
use zvit_domain::report::{Circumstances, FollowUpInput, IndicatorInput, ReportFields, parse};
use zvit_domain::tlp::{Tlp, TlpInput};

use crate::auth::Caller;
use crate::clock;
use crate::flows::case::find;
use crate::flows::idempotency::{Kept, once};
use crate::flows::team_indicators::add;
use crate::input::{Body, IdempotencyKey, PathId, Schemas};
use crate::intake::request_key;
use crate::permission::AddTeamIndicators;
use crate::problem::Problem;
use crate::reply;
use crate::state::App;
use crate::views::TeamIndicators;

/// What a team found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamIndicatorsInput {
    /// The indicators; with `retracted`, those of your own team are taken back.
    #[schema(min_items = 1, max_items = 1000)]
    pub indicators: Vec<IndicatorInput>,
    /// How far they may be passed on. Left out, as far as the incident itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<TlpInput>)]
    pub tlp: Option<Tlp>,
}

/// Add indicators that your team found
///
/// They stand beside those of the report, normalised in the same way, with your team's name and this TLP label. The institution and
/// the coordinator see them; other teams only where their ceiling allows that label.
#[utoipa::path(
    tag = "cases", operation_id = "add_team_indicators",
    params(
        ("id" = Uuid, Path, description = "The case's id"),
        ("Idempotency-Key" = String, Header, description = "8 to 128 visible characters, the same for every repetition", min_length = 8, max_length = 128),
    ),
    request_body(content = TeamIndicatorsInput, example = json!({
        "indicators": [{"type": "domain", "value": "c2[.]example", "description": "command and control"}], "tlp": "amber"
    })),
    responses((status = 201, description = "What is new", body = TeamIndicators, headers(
        ("Location" = String, description = "The case's address"),
        ("Idempotency-Replayed" = String, description = "`true` when this answer was given before"),
    ))),
)]
#[post("/v1/cases/{id}/indicators")]
pub async fn add_team_indicators(
    caller: Caller<AddTeamIndicators>,
    id: PathId,
    key: IdempotencyKey,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (actor, team, id) = (caller.actor(), caller.owner()?, id.0);
    let labels = app.directory().labels_seen_by(team);
    app.read(move |tx| cases::find_for_team(tx, team, id, &labels)?.map(drop).ok_or_else(Problem::not_found)).await?;
    let checked = body.json::<TeamIndicatorsInput>(&schemas)?;
    let raw = checked.raw.clone();
    // What a report may say of indicators, and no other member: so they are read as those of a report are.
    let as_report = serde_json::json!({"stage": "update", "indicators": checked.value.indicators});
    let fields = ReportFields::from(serde_json::from_value::<FollowUpInput>(as_report)?);
    let parsed = parse(&fields, &Circumstances { now: clock::now(), current: None });
    let input = checked.strict(parsed.faults)?;
    let key = request_key(&caller, format!("POST /v1/cases/{id}/indicators"), key.required()?, &raw);
    let answer = app
        .change(move |change, memory| {
            once(change, Some(&key), |change| {
                let directory = memory.directory_for(change)?;
                let mut record = find(change, &directory, team, id)?;
                let found = add(change, &mut record, &directory, &actor, team, (&parsed.indicators, input.tlp))?;
                Ok(Kept::new(201, &found)?.at(format!("/v1/cases/{id}")).about(record.id()))
            })
        })
        .await?;
    Ok(reply::kept(answer))
}
