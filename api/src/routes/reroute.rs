//! Deciding again what rules of a faulty version decided.

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_db::{feeds, idempotency};
use zvit_domain::fault::Fault;
use zvit_domain::vocabulary::AssignmentRole;
use zvit_texts::text;

use crate::actor::Actor;
use crate::auth::Caller;
use crate::clock;
use crate::flows::event::Event;
use crate::flows::idempotency::{Kept, RequestKey, once};
use crate::flows::reroute::{Move, Standing, act, look};
use crate::input::{Body, IdempotencyKey, Schemas};
use crate::intake::request_key;
use crate::memory::Directory;
use crate::permission::RerouteAssignments;
use crate::problem::Problem;
use crate::reply;
use crate::state::App;
use crate::views::TeamRef;

/// So many moves are listed.
const LISTED: usize = 500;

/// What is to be decided again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RerouteInput {
    /// The version of the rules whose decisions are in doubt; 0 is the standard set that holds before anyone has set rules.
    #[schema(minimum = 0, maximum = 2_147_483_647)]
    pub rule_version: i32,
    /// Only say what would change.
    #[serde(default)]
    pub dry_run: bool,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    pub reason: String,
}

/// One team that takes the place of another.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReroutedAssignment {
    /// The incident.
    pub incident_id: Uuid,
    /// Its reference.
    #[schema(max_length = 32)]
    pub reference: String,
    /// Lead or support.
    pub role: AssignmentRole,
    /// The team that had it; absent for support that was missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub from: Option<TeamRef>,
    /// The team that has it now; absent for support that is no longer called for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub to: Option<TeamRef>,
}

/// What was decided otherwise.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Rerouting {
    /// The version whose decisions were looked at.
    #[schema(minimum = 0)]
    pub rule_version: i32,
    /// The version that decided now.
    #[schema(minimum = 0)]
    pub decided_by: i32,
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// How many incidents with an unacknowledged assignment of that version there are.
    #[schema(minimum = 0)]
    pub incidents: i32,
    /// How many assignments move.
    #[schema(minimum = 0)]
    pub moved: i32,
    /// The first 500 of them.
    #[schema(max_items = 500)]
    pub items: Vec<ReroutedAssignment>,
}

impl Rerouting {
    fn new(input: &RerouteInput, decided_by: i32) -> Self {
        let (rule_version, dry_run) = (input.rule_version, input.dry_run);
        Self { rule_version, decided_by, dry_run, incidents: 0, moved: 0, items: Vec::new() }
    }

    fn add(&mut self, incidents: usize, moves: Vec<Move>, directory: &Directory) {
        let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        self.incidents = self.incidents.saturating_add(count(incidents));
        self.moved = self.moved.saturating_add(count(moves.len()));
        let team = |id: Uuid| TeamRef { id, name: directory.team_name(id) };
        let room = LISTED.saturating_sub(self.items.len());
        self.items.extend(moves.into_iter().take(room).map(|moved| ReroutedAssignment {
            incident_id: moved.incident,
            reference: moved.reference,
            role: moved.role,
            from: moved.from.map(team),
            to: moved.to.map(team),
        }));
    }
}

/// Decide again what faulty rules decided
///
/// Assignments that rules of this version made and that nobody has acknowledged are decided by the rules of today. What stays with
/// its team stays untouched, and so does everything that was taken up or assigned by hand. With `dry_run` nothing is changed.
/// Without it an `Idempotency-Key` is needed.
#[utoipa::path(
    tag = "routing", operation_id = "reroute_assignments",
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 128 visible characters, the same for every repetition; not needed for a dry run", min_length = 8, max_length = 128)),
    request_body(content = RerouteInput, example = json!({"rule_version": 1, "dry_run": true, "reason": "Version 1 sent everything to one team."})),
    responses((status = 200, description = "What moves", body = Rerouting, headers(("Idempotency-Replayed" = String, description = "`true` when this answer was given before")))),
)]
#[post("/v1/routing/reroute")]
pub async fn reroute_assignments(
    caller: Caller<RerouteAssignments>,
    key: IdempotencyKey,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let checked = body.json::<RerouteInput>(&schemas)?;
    key.optional()?;
    let raw = checked.raw.clone();
    let newest = app.read(|tx| Ok(feeds::gate(tx)?.rules_version)).await?;
    let semantic = if checked.value.rule_version > newest { vec![unknown_version()] } else { Vec::new() };
    let input = checked.strict(semantic)?;
    if input.dry_run {
        return reply::json(&dry_run(&app, input).await?);
    }
    let key = request_key(&caller, "POST /v1/routing/reroute".to_owned(), key.required()?, &raw);
    Ok(reply::kept(run(&app, caller.actor(), key, input).await?))
}

fn unknown_version() -> Fault {
    Fault::at("/rule_version", "unknown_version", text!("version-unknown"))
}

async fn dry_run(app: &App, input: RerouteInput) -> Result<Rerouting, Problem> {
    let (directory, now) = (app.directory(), clock::now());
    app.read(move |tx| {
        let turns = feeds::gate(tx)?.round_robin.read()?;
        let mut standing = Standing::read(tx, &directory, turns)?;
        let mut found = Rerouting::new(&input, directory.versions.rules);
        let mut after = None;
        loop {
            let portion = look(tx, &directory, &mut standing, (input.rule_version, after), now)?;
            found.add(portion.incidents, portion.moves, &directory);
            match portion.next {
                Some(next) => after = Some(next),
                None => return Ok(found),
            }
        }
    })
    .await
}

/// In portions, each a change of its own. What was answered is kept with the last; a repetition of a run that was broken off
/// goes on with what is left.
async fn run(app: &App, actor: Actor, key: RequestKey, input: RerouteInput) -> Result<Kept, Problem> {
    let of = key.of.clone();
    let is_kept = app.read(move |tx| Ok(!idempotency::find(tx, &[of])?.is_empty())).await?;
    let mut found = Rerouting::new(&input, app.directory().versions.rules);
    let mut after = None;
    let mut is_done = is_kept;
    while !is_done {
        let (actor, reason, version) = (actor.clone(), input.reason.clone(), input.rule_version);
        let (portion, directory) = app
            .change(move |change, memory| {
                let directory = memory.directory_for(change)?;
                Ok((act(change, &directory, &actor, (version, after), &reason)?, directory))
            })
            .await?;
        found.decided_by = directory.versions.rules;
        found.add(portion.incidents, portion.moves, &directory);
        after = portion.next;
        is_done = after.is_none();
    }
    app.change(move |change, _| {
        once(change, Some(&key), |change| {
            Event::other("assignments_rerouted", "routing_rules", input.rule_version)
                .because(Some(&input.reason))
                .with(json!({"rule_version": input.rule_version, "decided_by": found.decided_by, "incidents": found.incidents, "moved": found.moved}))
                .note(change, &actor);
            Ok(Kept::new(200, &found)?)
        })
    })
    .await
}
