//! Cases: what a team's tool polls and moves.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use zvit_db::cases;
use zvit_db::idempotency::KeyOf;
use zvit_domain::vocabulary::{Assistance, CaseState};
use zvit_domain::word::Word;
use zvit_domain::words;
use zvit_texts::text;

use crate::actor::Actor;
use crate::auth::Caller;
use crate::clock;
use crate::cursor::{ListKind, Scope};
use crate::deliveries::{new_to_team, note_delivered};
use crate::flows::case::{Verb, act, check_verb, find, is_in_effect};
use crate::flows::idempotency::{Kept, RequestKey, once};
use crate::flows::record::{Record, state};
use crate::input::{Body, Checked, IdempotencyKey, IfMatch, IfNoneMatch, PathId, Query, Schemas, default_limit, etag};
use crate::intake::request_key;
use crate::memory::Directory;
use crate::permission::{self, FollowCases, GetCase, Permission};
use crate::problem::{Code, Problem};
use crate::reply;
use crate::routes::feed::{self, FeedQuery, Opened};
use crate::sensitive_reads::{Sensitive, sensitive};
use crate::state::App;
use crate::views::{Case, CaseFeed, CaseItem};

/// How the team's feed is read.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CaseQuery {
    /// `next_cursor` of the page before; without one the feed begins at the beginning and gives the full state.
    #[param(max_length = 256)]
    cursor: Option<String>,
    /// So many at most.
    #[serde(default = "default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: u32,
    /// Seconds to wait for a change when there is none; ignored without a cursor.
    #[serde(default)]
    #[param(minimum = 0, maximum = 30, default = 0)]
    wait: u32,
    /// Only cases in this state; the cursor still advances over the others.
    state: Option<CaseState>,
}

/// Follow one's cases
///
/// A compacted feed: every case stands once, at the position of its latest change, in its current state. Positions strictly
/// rise, every case is seen, and the last item seen of a case is its latest state. Poll with `next_cursor`; with `wait` the
/// answer is held until something changes. A case the team has lost comes once more as `{id, state, reference, at, forget}`.
/// The cursor never expires; one from another store is 410: begin again without.
#[utoipa::path(
    tag = "cases", operation_id = "follow_cases",
    params(CaseQuery, ("If-None-Match" = Option<String>, Header, description = "ETag of the answer before: 304 when nothing changed", max_length = 300)),
    responses(
        (status = 200, description = "What changed", body = CaseFeed, headers(("ETag" = String, description = "For If-None-Match"), ("Retry-After" = String, description = "Only where there was no room to wait: when to poll again"))),
        (status = 304, description = "Nothing changed"),
    ),
)]
#[get("/v1/cases")]
pub async fn follow_cases(
    request: HttpRequest,
    caller: Caller<FollowCases>,
    query: Query<CaseQuery>,
    if_none_match: IfNoneMatch,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let CaseQuery { cursor, limit, wait, state } = query.checked()?;
    let team = caller.owner()?;
    app.memory.polls.note(team, clock::now());
    let scope = Scope { kind: ListKind::Cases, store: app.store_id, owner: team };
    let opened = feed::open(&app, &scope, &FeedQuery { cursor, limit, wait }).await?;
    if wait > 0 {
        caller.let_in_again(&request)?;
    }
    let after = match opened {
        Opened::Read(after) => after,
        Opened::Unchanged(cursor) => {
            return feed::unchanged(
                &if_none_match,
                &CaseFeed { items: Vec::new(), next_cursor: cursor.clone() },
                &cursor,
            );
        }
        Opened::Later(cursor) => {
            let empty = CaseFeed { items: Vec::new(), next_cursor: cursor.clone() };
            return feed::later(&if_none_match, &empty, &cursor);
        }
    };
    let directory = app.directory();
    let (page, reads, new) = app
        .read(move |tx| {
            let newest = feed::newest(tx, &scope, after)?;
            let rows = cases::feed(tx, team, after, state.map(Word::code), i64::from(limit))?;
            let next = feed::end(rows.last().map(|row| row.position), rows.len(), i64::from(limit), newest);
            let (items, reads) = items(tx, &rows, &directory)?;
            let shown = rows.iter().zip(&items).filter_map(|(row, item)| item.incident.is_some().then_some(row));
            let new = new_to_team(shown);
            Ok((CaseFeed { items, next_cursor: scope.at(next) }, reads, new))
        })
        .await?;
    app.note_reads(&caller, FollowCases::OPERATION.id, reads).await?;
    note_delivered(&app, &caller, new).await;
    let cursor = page.next_cursor.clone();
    feed::answer(&if_none_match, &page, &cursor)
}

fn items(
    tx: &mut zvit_db::conn::Tx<'_>,
    rows: &[zvit_db::rows::AssignmentRow],
    directory: &Directory,
) -> Result<(Vec<CaseItem>, Vec<Sensitive>), Problem> {
    let mut ids: Vec<Uuid> = rows.iter().map(|row| row.incident_id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let incidents = zvit_db::incidents::find_all(tx, &ids)?;
    let records: std::collections::HashMap<Uuid, Record> =
        Record::load_all(tx, incidents)?.into_iter().map(|record| (record.id(), record)).collect();
    let mut shown = Vec::new();
    let items = rows.iter().map(|row| {
        let record = records.get(&row.incident_id.0).ok_or_else(|| Problem::internal("a case without an incident"))?;
        let item = record.case_item(row, directory)?;
        shown.extend(item.incident.is_some().then_some(&record.row));
        Ok(item)
    });
    let items = items.collect::<Result<_, Problem>>()?;
    Ok((items, sensitive(shown, None)))
}

/// Read one case
#[utoipa::path(
    tag = "cases", operation_id = "get_case",
    params(("id" = Uuid, Path, description = "The case's id"), ("If-None-Match" = Option<String>, Header, description = "ETag known already: 304 when it still holds", max_length = 300)),
    responses(
        (status = 200, description = "The case", body = Case, headers(("ETag" = String, description = "Its position in the feed"))),
        (status = 304, description = "It has not changed"),
    ),
)]
#[get("/v1/cases/{id}")]
pub async fn get_case(
    caller: Caller<GetCase>,
    id: PathId,
    if_none_match: IfNoneMatch,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (team, id, directory) = (caller.owner()?, id.0, app.directory());
    let (case, position, reads, new) = app
        .read(move |tx| {
            let row = cases::find_for_team(tx, team, id, &directory.labels_seen_by(team))?
                .filter(|row| state(row).is_held())
                .ok_or_else(Problem::not_found)?;
            let incident =
                zvit_db::incidents::find_all(tx, &[row.incident_id.0])?.pop().ok_or_else(Problem::not_found)?;
            let record = Record::load(tx, incident)?;
            Ok((record.case(&row, &directory)?, row.position, sensitive([&record.row], None), new_to_team([&row])))
        })
        .await?;
    let tag = etag(position);
    if if_none_match.matches(&tag) {
        return Ok(reply::not_modified(&tag));
    }
    app.note_reads(&caller, GetCase::OPERATION.id, reads).await?;
    note_delivered(&app, &caller, new).await;
    reply::tagged(&case, &tag)
}

/// The team takes the case.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeInput {
    /// The team's own number for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 200, pattern = r"\S")]
    pub external_ref: Option<String>,
}

/// Why.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonInput {
    /// Why, for the timeline.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    pub reason: String,
}

/// Work begins: nothing needs to be said.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartInput {}

/// The team gives the case away.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOverInput {
    /// Why, for the timeline.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    pub reason: String,
    /// The team that should have it; left out, the rules decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub to_team: Option<Uuid>,
}

/// The lead needs help.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupportInput {
    /// Which kind of help.
    pub assistance: Assistance,
    /// Why, for the timeline.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    pub reason: String,
}

words! {
    /// How a case ended.
    Outcome {
        Contained "contained",
        Eradicated "eradicated",
        Recovered "recovered",
        Mitigated "mitigated",
        FalseAlarm "false_alarm",
        Other "other",
    }
}

/// The case is done.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveInput {
    /// How it ended.
    pub outcome: Outcome,
    /// What was done.
    #[schema(min_length = 1, max_length = 20_000, pattern = r"\S")]
    pub summary: String,
}

/// Declares the handler of a verb. The bodies of all of them go the same way: see [`run`].
macro_rules! verb {
    ($(#[doc = $doc:literal])+ $permission:ident $name:ident, $path:literal, $id:literal, $input:ty, $read:expr) => {
        $(#[doc = $doc])+
        #[utoipa::path(
            tag = "cases", operation_id = $id,
            params(
                ("id" = Uuid, Path, description = "The case's id"),
                ("Idempotency-Key" = Option<String>, Header, description = "8 to 128 visible characters; optional, the state of the case guards", min_length = 8, max_length = 128),
                ("If-Match" = Option<String>, Header, description = "ETag of the case; optional", max_length = 300),
            ),
            request_body = $input,
            responses((status = 200, description = "The case", body = Case, headers(("ETag" = String, description = "Its position in the feed")))),
        )]
        #[post($path)]
        #[allow(clippy::too_many_arguments, reason = "each header is named")]
        pub async fn $name(
            caller: Caller<permission::$permission>,
            id: PathId,
            key: IdempotencyKey,
            if_match: IfMatch,
            body: Body,
            schemas: web::Data<Schemas>,
            app: web::Data<App>,
        ) -> Result<HttpResponse, Problem> {
            run(caller.owner()?, caller.actor(), id.0, key, if_match, body, schemas, app, ($id, $path), $read).await
        }
    };
}

verb!(
    /// Acknowledge a case
    ///
    /// The team takes it; the acknowledgement deadline is met.
    AcknowledgeCase acknowledge_case, "/v1/cases/{id}/acknowledge", "acknowledge_case", AcknowledgeInput,
    |input: AcknowledgeInput| Verb::Acknowledge { external_ref: input.external_ref }
);
verb!(
    /// Decline a case
    ///
    /// The team doesn't take it. The incident is routed on, and never comes back to this team.
    DeclineCase decline_case, "/v1/cases/{id}/decline", "decline_case", ReasonInput,
    |input: ReasonInput| Verb::Decline { reason: input.reason }
);
verb!(
    /// Start work on a case
    StartCase start_case, "/v1/cases/{id}/start", "start_case", StartInput,
    |_: StartInput| Verb::Start
);
verb!(
    /// Hand a case over
    ///
    /// To a team that is named, or back to routing. Support goes along with the kinds of help that are needed, and with what
    /// these show.
    HandOverCase hand_over_case, "/v1/cases/{id}/hand-over", "hand_over_case", HandOverInput,
    |input: HandOverInput| Verb::HandOver { reason: input.reason, to_team: input.to_team }
);
verb!(
    /// Ask for support
    ///
    /// The lead, once it has acknowledged, asks for one kind of help, and routing chooses a team that gives it. Where no partner can, the timeline says so
    /// (`support_unavailable`) and the coordinator's own team has the request. While a team that was asked for the same kind has
    /// its case open, nothing changes.
    RequestSupport request_support, "/v1/cases/{id}/request-support", "request_support", SupportInput,
    |input: SupportInput| Verb::RequestSupport { assistance: input.assistance, reason: input.reason }
);
verb!(
    /// Resolve a case
    ///
    /// The incident is resolved when its lead resolves.
    ResolveCase resolve_case, "/v1/cases/{id}/resolve", "resolve_case", ResolveInput,
    |input: ResolveInput| Verb::Resolve { outcome: input.outcome.to_string(), summary: input.summary }
);

#[allow(clippy::too_many_arguments, reason = "each header is named")]
async fn run<T: DeserializeOwned + ToSchema>(
    team: Uuid,
    actor: Actor,
    id: Uuid,
    key: IdempotencyKey,
    if_match: IfMatch,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
    (operation_id, path): (&'static str, &str),
    read: fn(T) -> Verb,
) -> Result<HttpResponse, Problem> {
    let labels = app.directory().labels_seen_by(team);
    let (row, incident) = app
        .read(move |tx| {
            let row = cases::find_for_team(tx, team, id, &labels)?.ok_or_else(Problem::not_found)?;
            let incident = zvit_db::incidents::find_all(tx, &[row.incident_id.0])?.pop();
            Ok((row, incident.ok_or_else(Problem::not_found)?))
        })
        .await?;
    let operation = format!("POST {}", path.replace("{id}", &id.to_string()));
    let (input, raw) = if body.is_empty() {
        let empty = web::Bytes::from_static(b"{}");
        let checked: Checked<T> = schemas.check(serde_json::json!({}), empty.clone())?;
        (checked.strict(Vec::new())?, empty)
    } else {
        let checked: Checked<T> = body.json(&schemas)?;
        let raw = checked.raw.clone();
        (checked.strict(Vec::new())?, raw)
    };
    let verb = read(input);
    let ends_sight = verb.ends_sight();
    if !ends_sight && state(&row).is_held() {
        app.note_reads(&actor, operation_id, sensitive([&incident], None)).await?;
    }
    let last_word = ends_sight.then(|| last_word(team, operation.clone(), &verb));
    let shown_to = actor.clone();
    let key = key.optional()?.map(|key| request_key(&actor, operation, key, &raw));
    let answer = app
        .change(move |change, memory| {
            // A kept answer shows the whole case: only to a team that still has it.
            if !verb.ends_sight() {
                let directory = memory.directory_for(change)?;
                find(change, &directory, team, id)?;
            }
            once(change, key.as_ref(), |change| {
                let done = once(change, last_word.as_ref(), |change| {
                    let directory: Arc<Directory> = memory.directory_for(change)?;
                    let mut record = find(change, &directory, team, id)?;
                    check_verb(&record, &directory, &verb, change.now)?;
                    // What is in effect already may be repeated (RFC 9110, section 13.1.1).
                    if !is_in_effect(&record, &directory, id, &verb) {
                        let position = record.assignment(id).map_or(0, |row| row.position);
                        if_match.optional(&etag(position))?;
                    }
                    act(change, &mut record, &directory, &actor, id, &verb)?;
                    let row = record.assignment(id).ok_or_else(Problem::not_found)?;
                    let case = if ends_sight {
                        record.parting_case(row, &directory)?
                    } else {
                        record.case(row, &directory)?
                    };
                    Ok(Kept::new(200, &case)?.tagged(etag(row.position)).about(record.id()))
                });
                let done = done.map_err(|problem| match problem.code() {
                    Code::IdempotencyKeyReused => handed_over_otherwise(),
                    _ => problem,
                })?;
                Ok(Kept { replayed: false, ..done })
            })
        })
        .await?;
    if !ends_sight {
        note_delivered(&app, &shown_to, new_to_team([&row])).await;
    }
    Ok(reply::kept(answer))
}

/// A team that gave a case away may repeat the verb and gets the answer it got then: never what became of the case since.
/// No caller can choose this key: it holds a blank. Who names another team than then has not said the same.
fn last_word(team: Uuid, operation: String, verb: &Verb) -> RequestKey {
    let named = match verb {
        Verb::HandOver { to_team: Some(to), .. } => to.as_bytes().to_vec(),
        _ => Vec::new(),
    };
    RequestKey { of: KeyOf { owner: team, operation, key: "last word".into() }, body_sha256: named, derived: false }
}

fn handed_over_otherwise() -> Problem {
    Problem::new(Code::StateConflict).because(text!("case-handed-over-otherwise"))
}
