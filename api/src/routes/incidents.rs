//! Incidents: submit one or many, read, follow.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use zvit_db::incidents::{self, Before, Filter, Sight};
use zvit_domain::region::Region;
use zvit_domain::report::ReportInput;
use zvit_domain::taxonomy::IncidentClass;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::{IncidentStatus, Sector};
use zvit_domain::word::Word;

use crate::auth::Caller;
use crate::clock;
use crate::cursor::{ListKind, Scope};
use crate::flows::record::Record;
use crate::hub::COORDINATOR;
use crate::input::{Body, IdempotencyKey, IfNoneMatch, PathId, Prefer, Query, Schemas, default_limit, etag};
use crate::intake::{answered, derived_key, request_key, submission};
use crate::permission::{FollowIncidents, GetIncident, ListIncidents, Permission, SubmitIncident};
use crate::problem::Problem;
use crate::reply;
use crate::routes::feed::{self, FeedQuery};
use crate::routes::reports::find_for_reporter;
use crate::sensitive_reads::sensitive;
use crate::state::App;
use crate::views::{Incident, IncidentFeed, IncidentList};

/// Whose incidents the caller may see.
///
/// # Errors
/// 403 for a client without an owner.
pub fn sight<P>(caller: &Caller<P>) -> Result<Sight, Problem> {
    if caller.is_coordinator() { Ok(Sight::All) } else { caller.owner().map(Sight::Institution) }
}

/// Report an incident
///
/// Only `description` is mandatory: say what happened in your own words; everything left out becomes a named assumption. The
/// answer says how the report was judged and which team has it. Once you have the 201, the report is stored durably.
///
/// Send an `Idempotency-Key` and repeat the request with it until you get an answer: the report is taken once. Without a key
/// one is derived from the body and holds for 15 minutes. With `Prefer: handling=lenient` faulty optional members become
/// `warnings` instead of a refusal.
#[utoipa::path(
    tag = "incidents", operation_id = "submit_incident",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "8 to 128 visible characters, the same for every repetition of this report", min_length = 8, max_length = 128),
        ("Prefer" = Option<String>, Header, description = "`handling=lenient` (RFC 7240): take the report even if optional members are faulty", max_length = 200),
    ),
    request_body(content = ReportInput, example = json!({
        "description": "Файли на серверах реєстратури зашифровано, запис пацієнтів не працює.",
        "title": "Шифрувальник у реєстратурі", "language": "uk", "became_aware_at": "2026-11-23T04:10:00+02:00",
        "symptoms": ["files_encrypted", "service_down"], "danger_to_life": false, "regions": ["UA-30"],
        "affected_services": ["реєстратура"], "affected_systems": 12,
        "indicators": [{"type": "ipv4", "value": "203.0.113[.]7", "description": "сервер керування"}],
        "assistance_requested": ["incident_response"], "tlp": "amber",
        "contact": {"name": "Черговий адміністратор", "phone": "+380 00 000 00 00", "email": "duty@hospital.example"}
    })),
    responses(
        (status = 201, description = "The incident", body = Incident, headers(
            ("Location" = String, description = "Its address"),
            ("ETag" = String, description = "Its version"),
            ("Idempotency-Replayed" = String, description = "`true` when this answer was given before"),
        )),
    ),
)]
#[post("/v1/incidents")]
pub async fn submit_incident(
    caller: Caller<SubmitIncident>,
    key: IdempotencyKey,
    prefer: Prefer,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let checked = body.json::<ReportInput>(&schemas)?;
    let operation = "POST /v1/incidents".to_owned();
    let key = match key.optional()? {
        Some(key) => request_key(&caller, operation, key, &checked.raw),
        None => derived_key(&caller, operation, &serde_json::from_slice(&checked.raw)?),
    };
    let item = submission(caller.actor(), checked, key, prefer.lenient, &app.directory(), clock::now())?;
    let answers = app.writer.submit(vec![item]).await?;
    let mut response = reply::kept(answered(answers.into_iter().next())?);
    if let Some((name, value)) = prefer.applied() {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

/// What a list of incidents is narrowed by.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct IncidentQuery {
    /// Only with this status.
    status: Option<IncidentStatus>,
    /// Only of this sector.
    sector: Option<Sector>,
    /// Only of at least this level.
    #[param(minimum = 0, maximum = 5)]
    level_min: Option<u8>,
    /// Only of this RSIT class.
    class: Option<IncidentClass>,
    /// Only of this region.
    region: Option<Region>,
    /// Only changed at or after this moment (RFC 3339).
    since: Option<Time>,
    /// Beginnings of words that must all occur in title, reference or external reference.
    #[param(max_length = 200)]
    text: Option<String>,
    /// Instead of one's own: only those that one reported on behalf of this institution, newest first. There are none once one
    /// does not represent it any more, or while it is on hold.
    on_behalf_of: Option<Uuid>,
    /// Where to go on: `next_cursor` of the page before.
    #[param(max_length = 256)]
    cursor: Option<String>,
    /// So many at most.
    #[serde(default = "default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: u32,
}

impl IncidentQuery {
    fn filter(&self) -> Filter {
        Filter {
            status: self.status.map(|word| word.code().to_owned()),
            sector: self.sector.map(|word| word.code().to_owned()),
            level_min: self.level_min.map(i32::from),
            class: self.class.map(|word| word.code().to_owned()),
            region: self.region.map(|word| word.code().to_owned()),
            since: self.since,
            words: self.text.iter().flat_map(|text| text.split_whitespace()).take(10).map(str::to_lowercase).collect(),
        }
    }
}

/// List incidents
///
/// One's own, the coordinator's all; newest change first. With `on_behalf_of`, what one reported for that institution.
#[utoipa::path(
    tag = "incidents", operation_id = "list_incidents",
    params(IncidentQuery),
    responses((status = 200, description = "A page of incidents", body = IncidentList)),
)]
#[get("/v1/incidents")]
pub async fn list_incidents(
    caller: Caller<ListIncidents>,
    query: Query<IncidentQuery>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let query = query.checked()?;
    let (directory, language, role, own) = (app.directory(), caller.language, caller.role, caller.owner);
    let sight = listed(sight(&caller)?, query.on_behalf_of);
    let scope = Scope { kind: list_kind(sight), store: app.store_id, owner: feed_owner(sight) };
    let before = before(&scope, sight, query.cursor.as_deref())?;
    let (filter, limit) = (query.filter(), usize::try_from(query.limit).unwrap_or(50));
    let is_empty = matches!(sight, Sight::ReportedFor { own, institution } if !directory.represented_by(own).contains(&institution));
    if is_empty {
        return reply::json(&IncidentList { items: Vec::new(), next_cursor: None });
    }
    let (list, reads) = app
        .read(move |tx| {
            let mut rows = incidents::page(tx, sight, &filter, before, i64::from(query.limit) + 1)?;
            let more = rows.len() > limit;
            rows.truncate(limit);
            let next = rows.last().filter(|_| more).map(|row| match sight {
                Sight::ReportedFor { .. } => scope.encode(row.id.0.as_bytes()),
                _ => scope.at(position(sight, row)),
            });
            let records = Record::load_all(tx, rows)?;
            let reads = sensitive(records.iter().map(|record| &record.row), own);
            let items = records.iter().map(|record| record.incident(&directory, language, role)).collect();
            Ok((IncidentList { items, next_cursor: next }, reads))
        })
        .await?;
    app.note_reads(&caller, ListIncidents::OPERATION.id, reads).await?;
    reply::json(&list)
}

/// What the list is of: with the coordinator, `on_behalf_of` narrows nothing, as it reports for everybody.
fn listed(sight: Sight, on_behalf_of: Option<Uuid>) -> Sight {
    match (sight, on_behalf_of) {
        (Sight::Institution(own), Some(institution)) => Sight::ReportedFor { own, institution },
        (sight, _) => sight,
    }
}

fn list_kind(sight: Sight) -> ListKind {
    if matches!(sight, Sight::ReportedFor { .. }) { ListKind::ReportedFor } else { ListKind::Incidents }
}

fn before(scope: &Scope, sight: Sight, cursor: Option<&str>) -> Result<Option<Before>, Problem> {
    Ok(match sight {
        Sight::ReportedFor { .. } => scope.id(cursor)?.map(Before::Incident),
        _ => scope.position(cursor)?.map(Before::Position),
    })
}

fn feed_owner(sight: Sight) -> Uuid {
    match sight {
        Sight::Institution(owner) | Sight::ReportedFor { institution: owner, .. } => owner,
        Sight::All => COORDINATOR,
    }
}

fn position(sight: Sight, row: &zvit_db::rows::IncidentRow) -> i64 {
    match sight {
        Sight::Institution(_) | Sight::ReportedFor { .. } => row.institution_position,
        Sight::All => row.coordinator_position,
    }
}

/// Follow incidents
///
/// A compacted feed: every incident that changed stands once, at the position of its latest change, in its current state.
/// Poll with `next_cursor`; with `wait` the answer is held until something changes. The cursor never expires. What was reported
/// on behalf of another institution stands in that one's feed alone: list it with `on_behalf_of`.
#[utoipa::path(
    tag = "incidents", operation_id = "follow_incidents",
    params(FeedQuery, ("If-None-Match" = Option<String>, Header, description = "ETag of the answer before: 304 when nothing changed", max_length = 300)),
    responses(
        (status = 200, description = "What changed", body = IncidentFeed, headers(("ETag" = String, description = "For If-None-Match"), ("Retry-After" = String, description = "Only where there was no room to wait: when to poll again"))),
        (status = 304, description = "Nothing changed"),
    ),
)]
#[get("/v1/incidents/feed")]
pub async fn follow_incidents(
    request: HttpRequest,
    caller: Caller<FollowIncidents>,
    query: Query<FeedQuery>,
    if_none_match: IfNoneMatch,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let query = query.checked()?;
    let sight = sight(&caller)?;
    let scope = Scope { kind: ListKind::IncidentFeed, store: app.store_id, owner: feed_owner(sight) };
    let opened = feed::open(&app, &scope, &query).await?;
    if query.wait > 0 {
        caller.let_in_again(&request)?;
    }
    let after = match opened {
        feed::Opened::Read(after) => after,
        feed::Opened::Unchanged(cursor) => {
            return feed::unchanged(
                &if_none_match,
                &IncidentFeed { items: Vec::new(), next_cursor: cursor.clone() },
                &cursor,
            );
        }
        feed::Opened::Later(cursor) => {
            let empty = IncidentFeed { items: Vec::new(), next_cursor: cursor.clone() };
            return feed::later(&if_none_match, &empty, &cursor);
        }
    };
    let limit = i64::from(query.limit);
    let (directory, language, role, own) = (app.directory(), caller.language, caller.role, caller.owner);
    let (page, reads) = app
        .read(move |tx| {
            let newest = feed::newest(tx, &scope, after)?;
            let rows = incidents::feed(tx, sight, after, limit)?;
            let next = feed::end(rows.last().map(|row| position(sight, row)), rows.len(), limit, newest);
            let records = Record::load_all(tx, rows)?;
            let items = records.iter().map(|record| record.incident(&directory, language, role)).collect();
            let reads = sensitive(records.iter().map(|record| &record.row), own);
            Ok((IncidentFeed { items, next_cursor: scope.at(next) }, reads))
        })
        .await?;
    app.note_reads(&caller, FollowIncidents::OPERATION.id, reads).await?;
    let cursor = page.next_cursor.clone();
    feed::answer(&if_none_match, &page, &cursor)
}

/// Read one incident
///
/// One's own, or one that was reported on behalf of an institution that one represents; the coordinator any.
#[utoipa::path(
    tag = "incidents", operation_id = "get_incident",
    params(("id" = Uuid, Path, description = "The incident's id"), ("If-None-Match" = Option<String>, Header, description = "ETag known already: 304 when it still holds", max_length = 300)),
    responses(
        (status = 200, description = "The incident", body = Incident, headers(("ETag" = String, description = "Its version"))),
        (status = 304, description = "It has not changed"),
    ),
)]
#[get("/v1/incidents/{id}")]
pub async fn get_incident(
    caller: Caller<GetIncident>,
    id: PathId,
    if_none_match: IfNoneMatch,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (directory, actor, id) = (app.directory(), caller.actor(), id.0);
    let (incident, version, reads) = app
        .read(move |tx| {
            let row = find_for_reporter(tx, &directory, &actor, id)?;
            let record = Record::load(tx, row)?;
            let reads = sensitive([&record.row], actor.owner);
            Ok((record.incident(&directory, actor.language, actor.role), record.row.version, reads))
        })
        .await?;
    let tag = etag(version);
    if if_none_match.matches(&tag) {
        return Ok(reply::not_modified(&tag));
    }
    app.note_reads(&caller, GetIncident::OPERATION.id, reads).await?;
    reply::tagged(&incident, &tag)
}
