//! Tokens (RFC 6749, RFC 9068), and what says how to get them (RFC 8414, RFC 7517).

use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderName, PRAGMA};
use actix_web::{HttpRequest, HttpResponse, get, post, web};

use crate::clock;
use crate::flows::signing_keys::plan::JWKS_MAX_AGE_S;
use crate::flows::tokens;
use crate::input::OauthBody;
use crate::limits::COST_OF_CREDENTIALS;
use crate::oauth_client::authenticate;
use crate::oauth_metadata::Metadata;
use crate::oauth_request::{
    OauthError, OauthErrorBody, RevocationForm, TokenAnswer, TokenForm, grant_scopes, parse_revocation_request,
    parse_token_request,
};
use crate::permission::SCOPES;
use crate::problem::RequestId;
use crate::spares;
use crate::state::App;
use crate::token::{self, Claims, Jwks};

/// Get an access token
///
/// OAuth 2.0 client credentials. Authenticate with `client_secret_basic`, `client_secret_post`, or `private_key_jwt`: a JWT
/// (RFC 7523) signed with a registered key (ES256 or EdDSA) whose `iss` and `sub` are the `client_id`, whose `aud` is the issuer
/// and nothing else, which lives 60 seconds at most and bears a `jti` of its own: it counts once. Without `scope` the token has
/// every scope the client holds. Tokens are good for ten minutes; ask again before they end.
#[utoipa::path(
    tag = "oauth2", operation_id = "issue_token",
    request_body(
        content = TokenForm, content_type = "application/x-www-form-urlencoded",
        example = json!({"grant_type": "client_credentials", "scope": "incidents:read incidents:write"})
    ),
    responses(
        (status = 200, description = "The token", body = TokenAnswer),
        (status = 400, description = "The request is malformed, or asks for what the client doesn't have", body = OauthErrorBody),
        (status = 401, description = "The client did not prove who it is", body = OauthErrorBody),
        (status = 503, description = "The service can't check clients right now", body = OauthErrorBody),
    ),
)]
#[post("/oauth2/token")]
pub async fn issue_token(
    request: HttpRequest,
    request_id: RequestId,
    body: OauthBody,
    app: web::Data<App>,
) -> Result<HttpResponse, OauthError> {
    let asked = parse_token_request(header(&request, CONTENT_TYPE), header(&request, AUTHORIZATION), bytes(&body)?)?;
    let now = clock::now();
    let proved = authenticate(&app, &request, asked.credentials, "issue_token", now).await?;
    let scopes = grant_scopes(asked.scope.as_deref(), &proved.client.scopes)?;
    let version = i64::from(proved.client.credential_version);
    let claims = Claims::new(app.issuer(), &proved.client_id, &scopes, version, clock::new_id(now), now);
    let clients = app.clients();
    let key = clients.signing.as_ref().ok_or_else(|| OauthError::unavailable(2))?;
    let access_token = token::issue(key, &claims).map_err(|error| {
        log::error!("no token could be signed: {error}");
        OauthError::unavailable(2)
    })?;
    if proved.client.spare {
        spares::note_token(&app, &proved.client_id, &proved.client, Some(request_id.0), now).await;
    }
    let lifetime = i32::try_from(token::LIFETIME_S).unwrap_or(600);
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((PRAGMA, "no-cache"))
        .json(TokenAnswer::new(access_token, lifetime, &scopes)))
}

fn header(request: &HttpRequest, name: HeaderName) -> Option<&str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

fn bytes(body: &OauthBody) -> Result<&[u8], OauthError> {
    Ok(body.raw()?)
}

/// Revoke an access token
///
/// RFC 7009. Authenticate as at the token endpoint. The token is refused at once in the process that answers and within a second
/// in every other. A token that is not the client's own, or no longer good, is answered in the same way, and nothing happens.
/// One that is ended counts as 101 requests against the client's limit, but as no more than half of its burst.
#[utoipa::path(
    tag = "oauth2", operation_id = "revoke_token",
    request_body(
        content = RevocationForm, content_type = "application/x-www-form-urlencoded",
        example = json!({"token": "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.e30.AAAA", "token_type_hint": "access_token"})
    ),
    responses(
        (status = 200, description = "The token is no longer good"),
        (status = 400, description = "The request is malformed", body = OauthErrorBody),
        (status = 401, description = "The client did not prove who it is", body = OauthErrorBody),
        (status = 503, description = "The service can't check clients right now", body = OauthErrorBody),
    ),
)]
#[post("/oauth2/revoke")]
pub async fn revoke_token(
    request: HttpRequest,
    body: OauthBody,
    app: web::Data<App>,
) -> Result<HttpResponse, OauthError> {
    let asked =
        parse_revocation_request(header(&request, CONTENT_TYPE), header(&request, AUTHORIZATION), bytes(&body)?)?;
    let now = clock::now();
    let proved = authenticate(&app, &request, asked.credentials, "revoke_token", now).await?;
    let clients = app.clients();
    // Only what we signed, for this client, and what still lives: so nobody fills the store, or ends what isn't theirs.
    let own = token::verify(asked.token.expose(), &clients.keys, app.issuer(), now)
        .ok()
        .filter(|claims| claims.client_id == proved.client_id && !clients.revoked.contains(&claims.jti));
    if let Some(claims) = own {
        app.limits.count_cost(&request, &proved.client_id, proved.client.rate, COST_OF_CREDENTIALS)?;
        let actor = proved.actor(&app, &request);
        app.change(move |change, _| Ok(tokens::revoke_token(change, &actor, &claims)?)).await?;
    }
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).insert_header((PRAGMA, "no-cache")).finish())
}

/// Where and how to get tokens
///
/// Authorization server metadata (RFC 8414).
#[utoipa::path(
    tag = "oauth2", operation_id = "get_authorization_server_metadata",
    responses((status = 200, description = "The metadata", body = Metadata)),
)]
#[get("/.well-known/oauth-authorization-server")]
pub async fn metadata(app: web::Data<App>) -> web::Json<Metadata> {
    let scopes: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
    web::Json(Metadata::new(app.issuer(), &scopes))
}

/// The keys that sign tokens
///
/// A JSON Web Key Set (RFC 7517). It may be kept for as long as `Cache-Control` says: a new key stands here for longer than
/// that before it signs.
#[utoipa::path(
    tag = "oauth2", operation_id = "get_jwks",
    responses((status = 200, description = "The keys", body = Jwks, headers(("Cache-Control" = String, description = "How long they may be kept")))),
)]
#[get("/.well-known/jwks.json")]
pub async fn jwks(app: web::Data<App>) -> HttpResponse {
    let may_be_kept = format!("public, max-age={JWKS_MAX_AGE_S}");
    HttpResponse::Ok().insert_header((CACHE_CONTROL, may_be_kept)).json(app.clients().keys.jwks())
}
