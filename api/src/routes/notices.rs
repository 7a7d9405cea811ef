//! Notices to people: the outbox, and the secrets that webhooks are signed with.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use zvit_db::directory::{self, Kind};
use zvit_db::notices as store;
use zvit_db::rows::{NoticeRow, WebhookSecretRow};
use zvit_domain::notice::NoticeState;
use zvit_domain::word::Word;

use crate::auth::Caller;
use crate::clock;
use crate::cursor::{ListKind, Scope};
use crate::flows::client_keys::KeyHolder;
use crate::flows::digests::digest_of;
use crate::flows::outbox::{new_secret, retry};
use crate::input::{PathId, Query, default_limit};
use crate::memory::Directory;
use crate::net::webhook::shown;
use crate::permission::{ListNotices, MakeInstitutionWebhookSecret, MakeTeamWebhookSecret, Permission, RetryNotice};
use crate::problem::Problem;
use crate::reply;
use crate::state::App;
use crate::views::{Notice, NoticeDigest, NoticeList, NoticeRecipient, WebhookSecret};

/// What notices are narrowed by.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NoticeQuery {
    /// Only those in this state.
    state: Option<NoticeState>,
    /// Where to go on: `next_cursor` of the page before.
    #[param(max_length = 256)]
    cursor: Option<String>,
    /// So many at most.
    #[serde(default = "default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: u32,
}

fn view(row: &NoticeRow, directory: &Directory) -> Result<Notice, Problem> {
    let unreadable = |_| Problem::internal("a stored notice has an unknown word");
    let is_institution = directory.institutions.contains_key(&row.owner.0);
    Ok(Notice {
        id: row.id.0,
        occasion: row.occasion.parse().map_err(unreadable)?,
        channel: row.channel.parse().map_err(unreadable)?,
        target: row.target.clone(),
        recipient: NoticeRecipient {
            kind: if is_institution { "institution" } else { "team" }.into(),
            id: row.owner.0,
            name: directory.owner_name(row.owner.0).unwrap_or_default(),
        },
        incident_id: row.incident_id.map(|id| id.0),
        case_id: row.case_id.map(|id| id.0),
        reference: row.reference.clone(),
        level: row.level.and_then(|level| u8::try_from(level).ok()),
        deadline: row.deadline.map(|at| at.0),
        exercise: row.exercise,
        state: row.state.parse().map_err(unreadable)?,
        digest_id: row.digest_id.map(|id| id.0),
        digest: digest_of(row).map(|digest| NoticeDigest {
            count: u32::try_from(digest.count).unwrap_or(u32::MAX),
            references: digest.references,
        }),
        attempts: u32::try_from(row.attempts).unwrap_or(0),
        created_at: row.created_at.0,
        next_try_at: row.next_try_at.map(|at| at.0),
        sent_at: row.sent_at.map(|at| at.0),
        last_error: row.last_error.clone(),
    })
}

/// List notices
///
/// What contacts were told, are about to be told or could not be told: the newest first. Those that were sent, went into a digest or
/// were no longer needed are kept for 30 days, those that were given up for 90.
///
/// A contact is sent five mails about the same occasion within ten minutes. What comes beyond is gathered (`gathered`) into one digest
/// (`digest_id`), sent when the ten minutes turn; a notice of level 4 or 5 is never held back, nor is any to a webhook.
#[utoipa::path(
    tag = "directory", operation_id = "list_notices",
    params(NoticeQuery),
    responses((status = 200, description = "A page of notices", body = NoticeList)),
)]
#[get("/v1/notices")]
pub async fn list_notices(
    _caller: Caller<ListNotices>,
    query: Query<NoticeQuery>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let query = query.checked()?;
    let scope = Scope { kind: ListKind::Notices, store: app.store_id, owner: Uuid::nil() };
    let before = scope.id(query.cursor.as_deref())?;
    let directory = app.directory();
    let list = app
        .read(move |tx| {
            let limit = usize::try_from(query.limit).unwrap_or(50);
            let state = query.state.map(Word::code);
            let mut rows = store::page(tx, state, before, i64::from(query.limit) + 1)?;
            let more = rows.len() > limit;
            rows.truncate(limit);
            let next_cursor = rows.last().filter(|_| more).map(|row| scope.encode(row.id.0.as_bytes()));
            let items = rows.iter().map(|row| view(row, &directory)).collect::<Result<_, _>>()?;
            Ok(NoticeList { items, next_cursor })
        })
        .await?;
    reply::json(&list)
}

/// Send a notice again
///
/// One that was given up (`failed`) is put back: it is sent within seconds, with all its tries. Put right first what
/// `last_error` says.
#[utoipa::path(
    tag = "directory", operation_id = "retry_notice",
    params(("id" = Uuid, Path, description = "The notice's id")),
    responses((status = 200, description = "The notice, waiting to be sent", body = Notice)),
)]
#[post("/v1/notices/{id}/retry")]
pub async fn retry_notice(
    caller: Caller<RetryNotice>,
    id: PathId,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let (actor, id) = (caller.actor(), id.0);
    let notice = app
        .change(move |change, memory| {
            let directory = memory.directory_for(change)?;
            let row = retry(change, &directory, &actor, id)?;
            view(&row, &directory)
        })
        .await?;
    reply::json(&notice)
}

/// Make the secret of a team's webhooks
///
/// Calls of the webhooks of the team's contacts are signed with it, as Standard Webhooks describes. Without one none is made. The
/// secret is shown once; where there was one, calls are signed with both for 24 hours.
#[utoipa::path(
    tag = "directory", operation_id = "make_team_webhook_secret",
    params(("id" = Uuid, Path, description = "The team's id")),
    responses((status = 200, description = "The secret", body = WebhookSecret)),
)]
#[post("/v1/teams/{id}/webhook-secret")]
pub async fn make_team_webhook_secret(
    caller: Caller<MakeTeamWebhookSecret>,
    id: PathId,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    make_secret(&caller, id.0, Kind::Team, &app).await
}

/// Make the secret of an institution's webhooks
///
/// Calls of the webhooks of the institution's contacts are signed with it, as Standard Webhooks describes. Without one none is
/// made. The secret is shown once; where there was one, calls are signed with both for 24 hours.
#[utoipa::path(
    tag = "directory", operation_id = "make_institution_webhook_secret",
    params(("id" = Uuid, Path, description = "The institution's id")),
    responses((status = 200, description = "The secret", body = WebhookSecret)),
)]
#[post("/v1/institutions/{id}/webhook-secret")]
pub async fn make_institution_webhook_secret(
    caller: Caller<MakeInstitutionWebhookSecret>,
    id: PathId,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    make_secret(&caller, id.0, Kind::Institution, &app).await
}

/// The coordinator makes them for everybody, a team or an institution its own.
async fn make_secret<P: Permission>(
    caller: &Caller<P>,
    id: Uuid,
    kind: Kind,
    app: &App,
) -> Result<HttpResponse, Problem> {
    let scopes = caller.scopes_now(app);
    let holder = KeyHolder {
        actor: caller,
        scopes: &scopes,
        spare: caller.spare,
        token_age_s: caller.token_age_s(clock::now()),
    };
    holder.check("directory:write").inspect_err(|problem| caller.note_refusal(app, problem))?;
    let actor = caller.actor();
    if !caller.is_coordinator() && actor.owner != Some(id) {
        return Err(Problem::not_found());
    }
    app.read(move |tx| directory::find(tx, kind, id)?.map(drop).ok_or_else(Problem::not_found)).await?;
    let row = app
        .change(move |change, memory| {
            let directory = memory.directory_for(change)?;
            Ok(new_secret(change, &directory, &actor, id)?)
        })
        .await?;
    let mut response = reply::json(&secret(&row))?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn secret(row: &WebhookSecretRow) -> WebhookSecret {
    WebhookSecret {
        owner: row.owner.0,
        secret: shown(&row.secret),
        created_at: row.created_at.0,
        previous_until: row.previous_until.map(|at| at.0),
    }
}
