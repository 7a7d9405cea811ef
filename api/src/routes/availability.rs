//! `/v1/teams/{id}/availability`: whether a team takes cases now, and how many.

use actix_web::{HttpResponse, get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_db::directory::{self as store, Kind};
use zvit_db::rows::DirectoryRow;
use zvit_domain::directory::{Availability, TeamInput};
use zvit_domain::fault::Fault;
use zvit_domain::routing::standing_at;
use zvit_domain::time::Time;
use zvit_texts::text;

use crate::auth::Caller;
use crate::clock;
use crate::flows::availability::set_availability;
use crate::flows::idempotency::Kept;
use crate::input::{Body, IfMatch, IfNoneMatch, PathId, Schemas, etag};
use crate::permission::{GetTeamAvailability, Permission, SetTeamAvailability};
use crate::problem::Problem;
use crate::reply;
use crate::state::App;

/// Whether a team takes cases now, and how many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TeamAvailability {
    /// Whether it is on duty now: by its own word while that holds, else by its duty hours.
    pub on_duty: bool,
    /// Weighted open lead cases it takes now.
    #[schema(minimum = 0, maximum = 100_000)]
    pub capacity: u32,
    /// Until when its word holds; absent without one, and for one that holds until it is changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub until: Option<Time>,
    /// Whether this is the team's own word, above its entry in the directory.
    pub declared: bool,
}

/// A team's word on duty and capacity. An empty one takes back what was said before: then its entry in the directory holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamAvailabilityInput {
    /// On duty or not; left out, nothing else may stand here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub on_duty: Option<bool>,
    /// Weighted open lead cases it takes meanwhile; left out, those of its entry. A team itself may say at most twice that. What
    /// its entry allows in a surge comes on top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 100_000)]
    pub capacity: Option<u32>,
    /// It holds until then; left out, until it is changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub until: Option<Time>,
}

impl TeamAvailabilityInput {
    fn faults(&self, now: Time) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.on_duty.is_none() && (self.capacity.is_some() || self.until.is_some()) {
            faults.push(Fault::at("/on_duty", "required", text!("availability-on-duty-needed")));
        }
        if self.until.is_some_and(|until| until <= now) {
            faults.push(Fault::at("/until", "in_the_past", text!("availability-over")));
        }
        faults
    }

    fn word(&self) -> Option<Availability> {
        self.on_duty.map(|on_duty| Availability { on_duty, capacity: self.capacity, until: self.until })
    }
}

/// Read a team's availability
///
/// On duty or not, with which capacity, and until when its own word on that holds.
#[utoipa::path(
    tag = "directory", operation_id = "get_team_availability",
    params(("id" = Uuid, Path, description = "The team's id"), ("If-None-Match" = Option<String>, Header, description = "ETag known already: 304 when it still holds", max_length = 300)),
    responses(
        (status = 200, description = "The team's availability", body = TeamAvailability, headers(("ETag" = String, description = "For If-Match"))),
        (status = 304, description = "It has not changed"),
    ),
)]
#[get("/v1/teams/{id}/availability")]
pub async fn get_team_availability(
    caller: Caller<GetTeamAvailability>,
    id: PathId,
    if_none_match: IfNoneMatch,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let row = find(&app, &caller, id.0).await?;
    let (view, tag) = view(&row, clock::now())?;
    if if_none_match.matches(&tag) { Ok(reply::not_modified(&tag)) } else { reply::tagged(&view, &tag) }
}

/// Set a team's availability
///
/// A temporary word of the team itself, above its duty hours and capacity. Cases it has already stay with it. With more room,
/// or on duty again, it gets what waits for a team at once.
#[utoipa::path(
    tag = "directory", operation_id = "set_team_availability",
    params(("id" = Uuid, Path, description = "The team's id"), ("If-Match" = String, Header, description = "ETag of the availability", max_length = 300)),
    request_body(content = TeamAvailabilityInput, example = json!({"on_duty": true, "capacity": 20, "until": "2036-01-01T06:00:00Z"})),
    responses((status = 200, description = "The team's availability", body = TeamAvailability, headers(("ETag" = String, description = "For If-Match")))),
)]
#[put("/v1/teams/{id}/availability")]
pub async fn set_team_availability(
    caller: Caller<SetTeamAvailability>,
    id: PathId,
    if_match: IfMatch,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (id, actor, is_coordinator) = (id.0, caller.actor(), caller.is_coordinator());
    find(&app, &caller, id).await?;
    let checked = body.json::<TeamAvailabilityInput>(&schemas)?;
    let faults = checked.value.faults(clock::now());
    let word = checked.strict(faults)?.word();
    let answer = app
        .change(move |change, _| {
            let row = store::find(&mut change.tx, Kind::Team, id)?.ok_or_else(Problem::not_found)?;
            if_match.required(&view(&row, change.now)?.1)?;
            if !is_coordinator {
                check_capacity(&row, word.as_ref())?;
            }
            let row = set_availability(change, &actor, row, word)?;
            let (view, tag) = view(&row, change.now)?;
            Ok(Kept::new(200, &view)?.tagged(tag))
        })
        .await?;
    Ok(reply::kept(answer))
}

/// How far a team may go by its own word.
fn check_capacity(row: &DirectoryRow, word: Option<&Availability>) -> Result<(), Problem> {
    let (team, said): (TeamInput, _) = (row.document.read()?, word.and_then(|word| word.capacity));
    let most = team.most_by_own_word();
    match said {
        Some(said) if said > most => {
            Err(vec![Fault::at("/capacity", "above_entry", text!("availability-above-entry", most = most))].into())
        }
        _ => Ok(()),
    }
}

/// The team, if it is the caller's own or the caller is the coordinator.
async fn find<P: Permission>(app: &App, caller: &Caller<P>, id: Uuid) -> Result<DirectoryRow, Problem> {
    if !caller.is_coordinator() && caller.owner()? != id {
        return Err(Problem::not_found());
    }
    app.read(move |tx| store::find(tx, Kind::Team, id)?.ok_or_else(Problem::not_found)).await
}

/// The view and its tag, which changes also when duty begins or ends by itself.
fn view(row: &DirectoryRow, now: Time) -> Result<(TeamAvailability, String), Problem> {
    let team: TeamInput = row.document.read()?;
    let standing = standing_at(&team, now);
    let view = TeamAvailability {
        on_duty: standing.on_duty,
        capacity: standing.capacity,
        until: standing.word.and_then(|word| word.until),
        declared: standing.word.is_some(),
    };
    let tag = etag(format_args!("{}-{}{}", row.version, u8::from(view.on_duty), u8::from(view.declared)));
    Ok((view, tag))
}
