//! Machine accounts.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_db::clients as store;
use zvit_db::rows::ClientRow;
use zvit_domain::fault::Fault;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::Role;
use zvit_texts::text;

use crate::actor::Actor;
use crate::auth::Caller;
use crate::cursor::{ListKind, Scope};
use crate::flows::clients::{Issued, NewClient, check_scopes, create, replace, rotate_secret, set_active};
use crate::flows::idempotency::{Kept, once};
use crate::input::{Body, IdempotencyKey, IfMatch, IfNoneMatch, Query, Schemas, etag, path_text};
use crate::intake::request_key;
use crate::limits::rate::Rate;
use crate::limits::shape::{RateLimit, RateLimitInput};
use crate::permission::{
    ActivateClient, CreateClient, DeactivateClient, GetClient, ListClients, ReplaceClient, RotateClientSecret,
};
use crate::problem::Problem;
use crate::reply;
use crate::routes::cases::ReasonInput;
use crate::routes::enrol::EnrolmentCode;
use crate::routes::reports::PartQuery;
use crate::state::App;

/// A client to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientInput {
    /// What it is for, for people.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub name: String,
    /// Its role.
    pub role: Role,
    /// Institution, team or participant, as the role needs; none for coordinator and auditor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub owner: Option<Uuid>,
    /// What it may ask for; left out, all that its role may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_items = 1, max_items = 20)]
    pub scopes: Option<Vec<String>>,
    /// How many requests it may make; left out, what holds for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rate_limit: Option<RateLimitInput>,
    /// Give it a one-time code in place of a secret: whoever has the code trades it at POST /oauth2/enrol, and nobody else
    /// ever sees the secret.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enrolment: bool,
    /// A credential on paper for an institution that has lost its servers: it may only submit reports, its secret can be
    /// typed, and its use alerts the coordinator. Needs `enrolment`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub spare: bool,
}

impl From<ClientInput> for NewClient {
    fn from(input: ClientInput) -> Self {
        let ClientInput { name, role, owner, scopes, rate_limit, enrolment, spare } = input;
        Self { role, owner, name, scopes, rate: rate_limit.map(Rate::from), spare, enrolment }
    }
}

/// What may be changed about a client.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientUpdateInput {
    /// What it is for, for people.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub name: String,
    /// What it may ask for.
    #[schema(min_items = 1, max_items = 20)]
    pub scopes: Vec<String>,
    /// How many requests it may make, at once; left out, what holds for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rate_limit: Option<RateLimitInput>,
}

/// A machine account.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Client {
    /// Its id.
    #[schema(max_length = 64)]
    pub client_id: String,
    /// Its secret: shown once, in the answer that made it, and not when that answer is repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 128)]
    pub client_secret: Option<String>,
    /// Its code for POST /oauth2/enrol: shown once, in the answer that made it, and not when that answer is repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub enrolment: Option<EnrolmentCode>,
    /// What it is for.
    #[schema(max_length = 200)]
    pub name: String,
    /// Its role.
    #[schema(max_length = 64)]
    pub role: String,
    /// Institution, team or participant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub owner: Option<Uuid>,
    /// What it may ask for.
    #[schema(max_items = 20)]
    pub scopes: Vec<String>,
    /// How many requests it may make, where that differs from what holds for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rate_limit: Option<RateLimit>,
    /// Whether it is a printed spare.
    pub spare: bool,
    /// Whether it may do anything at all.
    pub active: bool,
    /// Rises when its secret changes; tokens of another version are refused.
    #[schema(minimum = 1)]
    pub credential_version: i32,
    /// Rises with every change; the ETag.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    pub version: i64,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

impl From<&ClientRow> for Client {
    fn from(row: &ClientRow) -> Self {
        Self {
            client_id: row.client_id.clone(),
            client_secret: None,
            enrolment: None,
            name: row.name.clone(),
            role: row.role.clone(),
            owner: row.owner.map(|owner| owner.0),
            scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
            rate_limit: Rate::of_columns(row.rate_per_second, row.rate_burst).map(RateLimit::from),
            spare: row.spare,
            active: row.active,
            credential_version: row.credential_version,
            version: row.version,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// A page of clients, in the order of their ids.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClientList {
    /// The clients.
    #[schema(max_items = 200)]
    pub items: Vec<Client>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 256)]
    pub next_cursor: Option<String>,
}

/// List clients
#[utoipa::path(tag = "directory", operation_id = "list_clients", params(PartQuery), responses((status = 200, description = "A page of clients", body = ClientList)))]
#[get("/v1/clients")]
pub async fn list_clients(
    _caller: Caller<ListClients>,
    query: Query<PartQuery>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let query = query.checked()?;
    let scope = Scope { kind: ListKind::Clients, store: app.store_id, owner: Uuid::nil() };
    let after = scope.name(query.cursor.as_deref())?;
    let list = app
        .read(move |tx| {
            let limit = usize::try_from(query.limit).unwrap_or(50);
            let mut rows = store::page(tx, after.as_deref(), i64::from(query.limit) + 1)?;
            let more = rows.len() > limit;
            rows.truncate(limit);
            let next_cursor = rows.last().filter(|_| more).map(|row| scope.encode(row.client_id.as_bytes()));
            Ok(ClientList { items: rows.iter().map(Client::from).collect(), next_cursor })
        })
        .await?;
    reply::json(&list)
}

pub(super) async fn find(app: &App, request: &HttpRequest) -> Result<ClientRow, Problem> {
    let id = path_text(request, "id")?;
    app.read(move |tx| store::find(tx, &id)?.ok_or_else(Problem::not_found)).await
}

/// Read one client
#[utoipa::path(
    tag = "directory", operation_id = "get_client",
    params(("id" = String, Path, description = "Its client_id", max_length = 64), ("If-None-Match" = Option<String>, Header, description = "ETag known already: 304 when it still holds", max_length = 300)),
    responses(
        (status = 200, description = "The client", body = Client, headers(("ETag" = String, description = "Its version"))),
        (status = 304, description = "It has not changed"),
    ),
)]
#[get("/v1/clients/{id}")]
pub async fn get_client(
    _caller: Caller<GetClient>,
    request: HttpRequest,
    if_none_match: IfNoneMatch,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let row = find(&app, &request).await?;
    let tag = etag(row.version);
    if if_none_match.matches(&tag) { Ok(reply::not_modified(&tag)) } else { reply::tagged(&Client::from(&row), &tag) }
}

/// Make a client
///
/// The answer shows its secret, once: keep it. With `enrolment` it shows a one-time code instead, which the client itself
/// trades for its secret, or for the registration of its key, at POST /oauth2/enrol. When the answer is repeated to the same
/// Idempotency-Key both are left out; if they were lost, rotate the secret or issue a new code.
#[utoipa::path(
    tag = "directory", operation_id = "create_client",
    params(("Idempotency-Key" = String, Header, description = "8 to 128 visible characters, the same for every repetition", min_length = 8, max_length = 128)),
    request_body(content = ClientInput, example = json!({"name": "Ticket system of the night shift", "role": "auditor"})),
    responses((status = 201, description = "The client, with its secret or its code", body = Client, headers(
        ("Location" = String, description = "Its address"),
        ("ETag" = String, description = "Its version"),
        ("Idempotency-Replayed" = String, description = "`true` when this answer was given before"),
    ))),
)]
#[post("/v1/clients")]
pub async fn create_client(
    caller: Caller<CreateClient>,
    key: IdempotencyKey,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let checked = body.json::<ClientInput>(&schemas)?;
    let raw = checked.raw.clone();
    let faults = spare_without_code(&checked.value).into_iter().collect();
    let input = checked.strict(faults)?;
    let key = request_key(&caller, "POST /v1/clients".to_owned(), key.required()?, &raw);
    let actor = caller.actor();
    let (answer, issued) = app
        .change(move |change, memory| {
            let mut made = None;
            let answer = once(change, Some(&key), |change| {
                let directory = memory.directory_for(change)?;
                let (row, issued) = create(change, &directory, &actor, &input.into())?;
                made = Some(issued);
                // What is kept for a repetition has neither secret nor code in it.
                Ok(Kept::new(201, &Client::from(&row))?
                    .at(format!("/v1/clients/{}", row.client_id))
                    .tagged(etag(row.version)))
            })?;
            Ok((answer, made))
        })
        .await?;
    with_issued(answer, issued)
}

/// A spare's secret must not pass through the coordinator.
fn spare_without_code(input: &ClientInput) -> Option<Fault> {
    (input.spare && !input.enrolment).then(|| Fault::at("/enrolment", "required", text!("spare-by-enrolment-only")))
}

/// The answer with what is shown only this once.
pub(super) fn with_issued(mut answer: Kept, issued: Option<Issued>) -> Result<HttpResponse, Problem> {
    if let Some(issued) = issued {
        let mut client: Client = serde_json::from_str(&answer.body)?;
        match issued {
            Issued::Secret(secret) => client.client_secret = Some(secret.expose().to_owned()),
            Issued::Code(code) => client.enrolment = Some(code.into()),
        }
        answer.body = serde_json::to_string(&client)?;
    }
    let mut response = reply::kept(answer);
    response
        .headers_mut()
        .insert(actix_web::http::header::CACHE_CONTROL, actix_web::http::header::HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Change a client
#[utoipa::path(
    tag = "directory", operation_id = "replace_client",
    params(("id" = String, Path, description = "Its client_id", max_length = 64), ("If-Match" = String, Header, description = "Its ETag", max_length = 300)),
    request_body(content = ClientUpdateInput, example = json!({"name": "Ticket system", "scopes": ["audit:read"], "rate_limit": {"per_second": 1000, "burst": 4000}})),
    responses((status = 200, description = "The client", body = Client, headers(("ETag" = String, description = "Its version")))),
)]
#[put("/v1/clients/{id}")]
pub async fn replace_client(
    caller: Caller<ReplaceClient>,
    request: HttpRequest,
    if_match: IfMatch,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let id = find(&app, &request).await?.client_id;
    let input = body.json::<ClientUpdateInput>(&schemas)?.strict(Vec::new())?;
    let actor = caller.actor();
    let answer = app
        .change(move |change, _| {
            let row = store::find(&mut change.tx, &id)?.ok_or_else(Problem::not_found)?;
            check_scopes(&row, &input.scopes)?;
            if_match.required(&etag(row.version))?;
            let row = replace(change, &actor, row, &input.name, &input.scopes, input.rate_limit.map(Rate::from))?;
            Ok(Kept::new(200, &Client::from(&row))?.tagged(etag(row.version)))
        })
        .await?;
    Ok(reply::kept(answer))
}

async fn activate(
    actor: Actor,
    request: HttpRequest,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
    active: bool,
) -> Result<HttpResponse, Problem> {
    let id = find(&app, &request).await?.client_id;
    let input = body.json::<ReasonInput>(&schemas)?.strict(Vec::new())?;
    let answer = app
        .change(move |change, _| {
            let row = store::find(&mut change.tx, &id)?.ok_or_else(Problem::not_found)?;
            let row = set_active(change, &actor, row, active, &input.reason)?;
            Ok(Kept::new(200, &Client::from(&row))?.tagged(etag(row.version)))
        })
        .await?;
    Ok(reply::kept(answer))
}

/// Activate a client
#[utoipa::path(
    tag = "directory", operation_id = "activate_client",
    params(("id" = String, Path, description = "Its client_id", max_length = 64)),
    request_body = ReasonInput,
    responses((status = 200, description = "The client", body = Client, headers(("ETag" = String, description = "Its version")))),
)]
#[post("/v1/clients/{id}/activate")]
pub async fn activate_client(
    caller: Caller<ActivateClient>,
    request: HttpRequest,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    activate(caller.actor(), request, body, schemas, app, true).await
}

/// Deactivate a client
///
/// Its tokens are refused at once. A client can't disable itself.
#[utoipa::path(
    tag = "directory", operation_id = "deactivate_client",
    params(("id" = String, Path, description = "Its client_id", max_length = 64)),
    request_body = ReasonInput,
    responses((status = 200, description = "The client", body = Client, headers(("ETag" = String, description = "Its version")))),
)]
#[post("/v1/clients/{id}/deactivate")]
pub async fn deactivate_client(
    caller: Caller<DeactivateClient>,
    request: HttpRequest,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    activate(caller.actor(), request, body, schemas, app, false).await
}

/// Give a client a new secret
///
/// The old secret, unused codes and every token end at once. A client can't rotate itself, and the secret of a spare is never
/// shown here: issue a code for it.
#[utoipa::path(
    tag = "directory", operation_id = "rotate_client_secret",
    params(("id" = String, Path, description = "Its client_id", max_length = 64)),
    responses((status = 200, description = "The client, with its secret", body = Client, headers(("ETag" = String, description = "Its version")))),
)]
#[post("/v1/clients/{id}/rotate-secret")]
pub async fn rotate_client_secret(
    caller: Caller<RotateClientSecret>,
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let id = find(&app, &request).await?.client_id;
    let actor = caller.actor();
    let (answer, secret) = app
        .change(move |change, _| {
            let row = store::find(&mut change.tx, &id)?.ok_or_else(Problem::not_found)?;
            let (row, secret) = rotate_secret(change, &actor, row)?;
            Ok((Kept::new(200, &Client::from(&row))?.tagged(etag(row.version)), Some(Issued::Secret(secret))))
        })
        .await?;
    with_issued(answer, secret)
}
