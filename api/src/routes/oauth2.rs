//! Tokens (RFC 6749, RFC 9068), and what says how to get them (RFC 8414, RFC 7517).

use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use actix_web::{HttpRequest, HttpResponse, get, post, web};

use crate::clock;
use crate::input::Body;
use crate::oauth_request::{
    Metadata, OauthCode, OauthError, TokenAnswer, TokenForm, grant_scopes, parse_token_request,
};
use crate::permission::SCOPES;
use crate::problem::{Problem, RequestId};
use crate::spares;
use crate::state::App;
use crate::token::{self, Claims, Jwks, as_typed, secret_matches};

/// Get an access token
///
/// OAuth 2.0 client credentials. Authenticate with `client_secret_basic` or `client_secret_post`. Without `scope` the token
/// has every scope the client holds. Tokens are good for ten minutes; ask again before they end.
#[utoipa::path(
    tag = "oauth2", operation_id = "issue_token",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The token", body = TokenAnswer),
        (status = 400, description = "The request is malformed, or asks for what the client doesn't have", body = crate::oauth_request::OauthErrorBody),
        (status = 401, description = "The client did not prove who it is", body = crate::oauth_request::OauthErrorBody),
        (status = 503, description = "The service can't check clients right now", body = crate::oauth_request::OauthErrorBody),
    ),
    security(()),
)]
#[post("/oauth2/token")]
pub async fn issue_token(
    request: HttpRequest,
    request_id: RequestId,
    body: Body,
    app: web::Data<App>,
) -> Result<HttpResponse, OauthError> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let raw = body.raw().map_err(|_| OauthError::new(OauthCode::InvalidRequest, "the body can't be read"))?;
    let asked = parse_token_request(header(CONTENT_TYPE), header(AUTHORIZATION), raw)?;
    if !app.is_fresh() {
        return Err(OauthError::unavailable(2));
    }
    let clients = app.clients();
    let known = clients.by_id.get(&asked.client_id);
    // An unknown client costs the same comparison as a wrong secret, and is told the same.
    let stored = known.and_then(|client| client.secret_sha256.as_deref()).unwrap_or(&[0; 32]);
    let shown = if known.is_some_and(|client| client.spare) { as_typed(&asked.secret) } else { asked.secret };
    let matches = secret_matches(&shown, stored);
    let owner_active = known.and_then(|client| client.owner).is_none_or(|owner| app.directory().owner_is_active(owner));
    let Some(client) = known.filter(|client| matches && client.active && owner_active) else {
        return Err(OauthError::invalid_client());
    };
    let scopes = grant_scopes(asked.scope.as_deref(), &client.scopes)?;
    let now = clock::now();
    let claims = Claims::new(
        app.issuer(),
        &asked.client_id,
        &scopes,
        i64::from(client.credential_version),
        clock::new_id(now),
        now,
    );
    let key = clients.signing.as_ref().ok_or_else(|| OauthError::unavailable(2))?;
    let access_token = token::issue(key, &claims).map_err(|error| {
        log::error!("no token could be signed: {error}");
        OauthError::unavailable(2)
    })?;
    if client.spare {
        spares::note_token(&app, &asked.client_id, client, Some(request_id.0), now).await;
    }
    let lifetime = i32::try_from(token::LIFETIME_S).unwrap_or(600);
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((PRAGMA, "no-cache"))
        .json(TokenAnswer::new(access_token, lifetime, &scopes)))
}

/// Where and how to get tokens
///
/// Authorization server metadata (RFC 8414).
#[utoipa::path(
    tag = "oauth2", operation_id = "get_authorization_server_metadata",
    responses((status = 200, description = "The metadata", body = Metadata)),
    security(()),
)]
#[get("/.well-known/oauth-authorization-server")]
pub async fn metadata(app: web::Data<App>) -> web::Json<Metadata> {
    let scopes: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
    web::Json(Metadata::new(app.issuer(), &scopes))
}

/// The keys that sign tokens
///
/// A JSON Web Key Set (RFC 7517).
#[utoipa::path(
    tag = "oauth2", operation_id = "get_jwks",
    responses((status = 200, description = "The keys", body = Jwks)),
    security(()),
)]
#[get("/.well-known/jwks.json")]
pub async fn jwks(app: web::Data<App>) -> Result<web::Json<Jwks>, Problem> {
    Ok(web::Json(app.clients().keys.jwks()))
}
