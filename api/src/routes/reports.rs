//! Further reports about an incident.

use actix_web::{HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use zvit_db::conn::Tx;
use zvit_db::incidents::{self, Sight};
use zvit_db::rows::{IncidentRow, ReportRow};
use zvit_domain::disclosure::Part;
use zvit_domain::report::{Circumstances, Content, FollowUpInput, ReportFields, parse};
use zvit_domain::vocabulary::{Role, Stage};
use zvit_domain::word::{Language, Word};

use crate::actor::Actor;
use crate::auth::Caller;
use crate::clock;
use crate::cursor::{ListKind, Scope};
use crate::flows::disclosure::{self, Heard};
use crate::flows::follow_up::{FollowUp, follow_up};
use crate::flows::hold;
use crate::flows::idempotency::{Kept, once};
use crate::flows::record::Record;
use crate::flows::show::warnings;
use crate::input::{Body, Checked, IdempotencyKey, PathId, Prefer, Query, Schemas, default_limit, etag};
use crate::intake::{accept, request_key, sha256};
use crate::memory::Directory;
use crate::permission::{AddReport, ListReports, Permission};
use crate::problem::Problem;
use crate::reply;
use crate::sensitive_reads::sensitive;
use crate::state::App;
use crate::views::{Report, ReportList};

/// The states in which a team may read what belongs to the incident.
pub const HELD: &[&str] = &["assigned", "acknowledged", "in_progress", "resolved"];

/// The incident, for any of the parties that may read what belongs to it.
///
/// # Errors
/// 404 for what isn't the caller's; the store's.
pub fn find_for_party(tx: &mut Tx<'_>, directory: &Directory, actor: &Actor, id: Uuid) -> Result<IncidentRow, Problem> {
    let found = match (actor.role, actor.owner) {
        (Role::Coordinator, _) => incidents::find(tx, Sight::All, id)?,
        (Role::Team, Some(team)) => incidents::find_for_team(tx, team, id, HELD, &directory.labels_seen_by(team))?,
        _ => return find_for_reporter(tx, directory, actor, id),
    };
    found.ok_or_else(Problem::not_found)
}

/// The incident, for the institution that it belongs to, the one that reported it on that one's behalf, and the coordinator.
///
/// # Errors
/// 404 for what isn't the caller's; the store's.
pub fn find_for_reporter(
    tx: &mut Tx<'_>,
    directory: &Directory,
    actor: &Actor,
    id: Uuid,
) -> Result<IncidentRow, Problem> {
    let found = match (actor.role, actor.owner) {
        (Role::Coordinator, _) => incidents::find(tx, Sight::All, id)?,
        (Role::Institution, Some(own)) => match incidents::find(tx, Sight::Institution(own), id)? {
            Some(row) => Some(row),
            None => incidents::find_reported(tx, own, &directory.represented_by(own), id)?,
        },
        _ => None,
    };
    found.ok_or_else(Problem::not_found)
}

/// The same, for reading what the parties write to each other, with how much of it.
///
/// # Errors
/// As [`find_for_party`]; 403 for a team that sees only codes until it acknowledges.
pub fn find_for_reader(
    tx: &mut Tx<'_>,
    directory: &Directory,
    actor: &Actor,
    id: Uuid,
) -> Result<(IncidentRow, Heard), Problem> {
    let row = find_for_party(tx, directory, actor, id)?;
    let heard = disclosure::check_conversation(tx, directory, actor, &row)?;
    Ok((row, heard))
}

/// The same, for writing to the other parties.
///
/// # Errors
/// As [`find_for_party`], also for who only reported it for another; 403 for a team that sees only codes until it acknowledges.
pub fn find_for_speaker(
    tx: &mut Tx<'_>,
    directory: &Directory,
    actor: &Actor,
    id: Uuid,
) -> Result<IncidentRow, Problem> {
    let row = find_for_party(tx, directory, actor, id)?;
    if actor.role == Role::Institution && actor.owner != Some(row.institution_id.0) {
        return Err(Problem::not_found());
    }
    disclosure::check_may_speak(tx, directory, actor, &row)?;
    Ok(row)
}

/// Add a report
///
/// `preliminary`, `interim` and `final` once each and in this order (skipping forward is allowed), `update` at any time. Send
/// only what is new: what is left out stays, lists replace, indicators add, `clear` removes. The incident is judged and
/// routed again.
#[utoipa::path(
    tag = "incidents", operation_id = "add_report",
    params(
        ("id" = Uuid, Path, description = "The incident's id"),
        ("Idempotency-Key" = String, Header, description = "8 to 128 visible characters, the same for every repetition", min_length = 8, max_length = 128),
        ("Prefer" = Option<String>, Header, description = "`handling=lenient` (RFC 7240)", max_length = 200),
    ),
    request_body(content = FollowUpInput, example = json!({
        "stage": "interim", "measures_taken": "Сегмент мережі відключено, відновлення з резервних копій триває.",
        "impact": {"recoverability": "supplemented"}
    })),
    responses(
        (status = 201, description = "The report as it was taken", body = Report, headers(
            ("Location" = String, description = "Where the reports are"),
            ("ETag" = String, description = "The incident's new version"),
            ("Idempotency-Replayed" = String, description = "`true` when this answer was given before"),
        )),
    ),
)]
#[post("/v1/incidents/{id}/reports")]
pub async fn add_report(
    caller: Caller<AddReport>,
    id: PathId,
    key: IdempotencyKey,
    prefer: Prefer,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (id, directory, actor) = (id.0, app.directory(), caller.actor());
    let content = app
        .read_for_intake(move |tx| Ok(find_for_reporter(tx, &directory, &actor, id)?.content.read()?))
        .await
        .map(|content: Content| content)?;
    let checked = body.json::<FollowUpInput>(&schemas)?;
    let is_untrusted = hold::is_untrusted(&app.directory(), &caller);
    let raw = checked.raw.clone();
    let report = read(caller.actor(), checked, (!is_untrusted).then_some(&content), prefer.lenient)?;
    let key = request_key(&caller, format!("POST /v1/incidents/{id}/reports"), key.required()?, &raw);
    let (clocks, stage, doubts, language) = (app.clocks, report.stage, report.warnings.clone(), caller.language);
    let answer = app
        .take_in(raw.len(), move |change, memory| {
            once(change, Some(&key), |change| {
                let directory = memory.directory_for(change)?;
                let row = find_for_reporter(&mut change.tx, &directory, &report.actor, id)?;
                let mut record = Record::load(&mut change.tx, row)?;
                let language = report.actor.language;
                let row = follow_up(change, &mut record, &directory, &clocks, report)?;
                let kept = Kept::new(201, &show(&row, language)?)?;
                Ok(kept.at(format!("/v1/incidents/{id}/reports")).tagged(etag(record.row.version)).about(id))
            })
        })
        .await;
    let answer = match is_untrusted {
        true => hold::report_receipt(answer.map_err(hold::discreet)?, stage, &doubts, language)?,
        false => answer?,
    };
    let mut response = reply::kept(answer);
    if let Some((name, value)) = prefer.applied() {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

/// A checked body as a further report. `content` is what the incident holds; without it, the report is judged by itself:
/// faults would tell who may be an attacker of it.
fn read(
    actor: Actor,
    checked: Checked<FollowUpInput>,
    content: Option<&Content>,
    lenient: bool,
) -> Result<FollowUp, Problem> {
    let raw = checked.raw.clone();
    let stage: Stage = checked.value.stage.into();
    let fields = ReportFields::from(checked.value.clone());
    let parsed = parse(&fields, &Circumstances { now: clock::now(), current: content });
    let warnings = accept(checked, &parsed, Vec::new(), lenient)?;
    let body = String::from_utf8(raw.to_vec()).map_err(Problem::internal)?;
    Ok(FollowUp { actor, stage, parsed, warnings, body, body_sha256: sha256(&raw) })
}

fn show(row: &ReportRow, language: Language) -> Result<Report, Problem> {
    Ok(Report {
        id: row.id.0,
        stage: Stage::from_code(&row.stage).unwrap_or(Stage::Update),
        received_at: row.received_at.0,
        sha256: crate::hex(&row.sha256),
        report: serde_json::from_str(&row.body)?,
        warnings: warnings(&row.warnings.read::<Vec<_>>()?, language),
    })
}

/// A page of a list that belongs to one incident.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PartQuery {
    /// Where to go on: `next_cursor` of the page before.
    #[param(max_length = 256)]
    pub cursor: Option<String>,
    /// So many at most.
    #[serde(default = "default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: u32,
}

/// List the reports of an incident
///
/// Every submission as it came, oldest first. A team to which `reports` is not disclosed is refused with
/// `disclosure_withheld`.
#[utoipa::path(
    tag = "incidents", operation_id = "list_reports",
    params(("id" = Uuid, Path, description = "The incident's id"), PartQuery),
    responses((status = 200, description = "A page of reports", body = ReportList)),
)]
#[get("/v1/incidents/{id}/reports")]
pub async fn list_reports(
    caller: Caller<ListReports>,
    id: PathId,
    query: Query<PartQuery>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (actor, id) = (caller.actor(), id.0);
    let (store, directory) = (app.store_id, app.directory());
    let (list, reads) = app
        .read(move |tx| {
            let incident = find_for_party(tx, &directory, &actor, id)?;
            disclosure::check(tx, &directory, &actor, &incident, Part::Reports)?;
            let query = query.checked()?;
            let scope = Scope { kind: ListKind::Reports, store, owner: id };
            let limit = usize::try_from(query.limit).unwrap_or(50);
            let after = scope.id(query.cursor.as_deref())?;
            let mut rows = incidents::reports_of(tx, id, after, i64::from(query.limit) + 1)?;
            let more = rows.len() > limit;
            rows.truncate(limit);
            let next_cursor = rows.last().filter(|_| more).map(|row| scope.encode(row.id.0.as_bytes()));
            let items = rows.iter().map(|row| show(row, actor.language)).collect::<Result<_, _>>()?;
            Ok((ReportList { items, next_cursor }, sensitive([&incident], actor.owner)))
        })
        .await?;
    app.note_reads(&caller, ListReports::OPERATION.id, reads).await?;
    reply::json(&list)
}
