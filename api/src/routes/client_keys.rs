//! Public keys of clients: what `private_key_jwt` is verified with.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_db::rows::{ClientKeyRow, ClientRow};
use zvit_db::{clients as store, credentials};
use zvit_domain::time::Time;

use crate::auth::Caller;
use crate::clock;
use crate::cursor::{ListKind, Scope};
use crate::flows::client_keys::{KeyHolder, add_key, key_path, keys_path, remove_key};
use crate::flows::idempotency::{Kept, once};
use crate::input::{Body, IdempotencyKey, Query, Schemas, path_text};
use crate::intake::request_key;
use crate::limits::COST_OF_CREDENTIALS;
use crate::permission::{AddClientKey, ListClientKeys, Permission, RemoveClientKey};
use crate::problem::Problem;
use crate::reply;
use crate::routes::reports::PartQuery;
use crate::state::App;
use crate::token::ClientKeyInput;

/// A registered public key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClientKey {
    /// Its name.
    #[schema(max_length = 100, example = "2026-11")]
    pub kid: String,
    /// `ES256` or `EdDSA`.
    #[schema(max_length = 16, example = "ES256")]
    pub alg: String,
    /// When it was registered.
    pub created_at: Time,
}

impl From<&ClientKeyRow> for ClientKey {
    fn from(row: &ClientKeyRow) -> Self {
        Self { kid: row.kid.clone(), alg: row.alg.clone(), created_at: row.created_at.0 }
    }
}

/// The keys of a client, in the order of their names.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClientKeyList {
    /// The keys.
    #[schema(max_items = 200)]
    pub items: Vec<ClientKey>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 256)]
    pub next_cursor: Option<String>,
}

fn holder<'a, P: Permission>(caller: &'a Caller<P>, scopes: &'a [String]) -> KeyHolder<'a> {
    KeyHolder { actor: caller, scopes, spare: caller.spare, token_age_s: caller.token_age_s(clock::now()) }
}

async fn find(app: &App, request: &HttpRequest) -> Result<ClientRow, Problem> {
    let id = path_text(request, "id")?;
    app.read(move |tx| store::find(tx, &id)?.ok_or_else(Problem::not_found)).await
}

/// List the keys of a client
///
/// The coordinator sees the keys of every client, an institution or a team those of its own clients.
#[utoipa::path(
    tag = "directory", operation_id = "list_client_keys",
    params(("id" = String, Path, description = "The client's client_id", max_length = 64), PartQuery),
    responses((status = 200, description = "A page of keys", body = ClientKeyList)),
)]
#[get("/v1/clients/{id}/keys")]
pub async fn list_client_keys(
    caller: Caller<ListClientKeys>,
    request: HttpRequest,
    query: Query<PartQuery>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let scopes = caller.scopes_now(&app);
    let holder = holder(&caller, &scopes);
    holder.check("directory:read").inspect_err(|problem| caller.note_refusal(&app, problem))?;
    let client = find(&app, &request).await?;
    holder.may_see(&client)?;
    let query = query.checked()?;
    let owner = Uuid::try_parse(&client.client_id).unwrap_or_default();
    let scope = Scope { kind: ListKind::ClientKeys, store: app.store_id, owner };
    let after = query.cursor.as_deref().map(|cursor| scope.decode(cursor)).transpose()?.unwrap_or_default();
    let limit = usize::try_from(query.limit).unwrap_or(50);
    let mut rows = app.read(move |tx| Ok(credentials::keys_of(tx, &client.client_id)?)).await?;
    rows.sort_by(|one, other| one.kid.cmp(&other.kid));
    rows.retain(|row| row.kid.as_bytes() > after.as_slice());
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| more).map(|row| scope.encode(row.kid.as_bytes()));
    reply::json(&ClientKeyList { items: rows.iter().map(ClientKey::from).collect(), next_cursor })
}

/// Register a public key
///
/// The client then gets its tokens with `private_key_jwt` (RFC 7523), beside its secret if it has one. The coordinator registers
/// keys for every client; an institution or a team for its own clients, with a token that holds every scope of that client.
/// Register the next key before you remove the last one: a client may have ten. It counts as 101 requests against the caller's
/// limit, but as no more than half of its burst.
#[utoipa::path(
    tag = "directory", operation_id = "add_client_key",
    params(
        ("id" = String, Path, description = "The client's client_id", max_length = 64),
        ("Idempotency-Key" = String, Header, description = "8 to 128 visible characters, the same for every repetition", min_length = 8, max_length = 128),
    ),
    request_body(content = ClientKeyInput, example = json!({
        "kty": "EC", "crv": "P-256", "kid": "2026-11", "alg": "ES256", "use": "sig",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
    })),
    responses((status = 201, description = "The key as it was registered", body = ClientKey, headers(
        ("Location" = String, description = "Its address"),
        ("Idempotency-Replayed" = String, description = "`true` when this answer was given before"),
    ))),
)]
#[post("/v1/clients/{id}/keys")]
pub async fn add_client_key(
    caller: Caller<AddClientKey>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let id = changeable(&caller, &app, &request).await?.client_id;
    let mut checked = body.json::<ClientKeyInput>(&schemas)?;
    ClientKeyInput::name_private_members(&mut checked.faults);
    let raw = checked.raw.clone();
    // What the other members have to be hangs on `kty`.
    let knows_kind = checked.faults.iter().all(|fault| fault.pointer != "/kty");
    let faults = if knows_kind { checked.value.read().err() } else { None };
    let input = checked.strict(faults.unwrap_or_default())?;
    let public = input.read()?;
    count_change(&caller, &app, &request)?;
    let key = request_key(&caller, format!("POST {}", keys_path(&id)), key.required()?, &raw);
    let actor = caller.actor();
    let answer = app
        .change(move |change, _| {
            once(change, Some(&key), |change| {
                let row = add_key(change, &actor, &id, &input, &public)?;
                Ok(Kept::new(201, &ClientKey::from(&row))?.at(key_path(&id, &row.kid)))
            })
        })
        .await?;
    Ok(reply::kept(answer))
}

/// Remove a public key
///
/// Every token of the client ends at once. A client can't remove the only thing it has to prove itself with. It counts as
/// 101 requests against the caller's limit, but as no more than half of its burst.
#[utoipa::path(
    tag = "directory", operation_id = "remove_client_key",
    params(
        ("id" = String, Path, description = "The client's client_id", max_length = 64),
        ("kid" = String, Path, description = "The name of the key, percent-encoded", max_length = 300),
    ),
    responses((status = 204, description = "The key is gone")),
)]
#[delete("/v1/clients/{id}/keys/{kid}")]
pub async fn remove_client_key(
    caller: Caller<RemoveClientKey>,
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let id = changeable(&caller, &app, &request).await?.client_id;
    // The framework leaves %2F, %2B and %25 of a segment as they are.
    let kid = request.match_info().get("kid").unwrap_or_default();
    let kid = percent_decode_str(kid).decode_utf8().map_err(|_| Problem::not_found())?.into_owned();
    let actor = caller.actor();
    count_change(&caller, &app, &request)?;
    app.change(move |change, _| {
        let client = store::find(&mut change.tx, &id)?.ok_or_else(Problem::not_found)?;
        remove_key(change, &actor, client, &kid)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Every process reads all clients again for a change of keys, so it costs its caller more than another.
fn count_change<P>(caller: &Caller<P>, app: &App, request: &HttpRequest) -> Result<(), Problem> {
    let own = app.clients().by_id.get(&caller.client_id).and_then(|client| client.rate);
    app.limits.count_cost(request, &caller.client_id, own, COST_OF_CREDENTIALS)
}

/// The client whose keys the caller may change.
async fn changeable<P: Permission>(caller: &Caller<P>, app: &App, request: &HttpRequest) -> Result<ClientRow, Problem> {
    let scopes = caller.scopes_now(app);
    let holder = holder(caller, &scopes);
    let note = |problem: &Problem| caller.note_refusal(app, problem);
    holder.check("directory:write").inspect_err(note)?;
    let client = find(app, request).await?;
    holder.may_change(&client).inspect_err(note)?;
    Ok(client)
}
