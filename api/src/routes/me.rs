//! Who am I, and which words are there.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::Caller;
use crate::input::IfNoneMatch;
use crate::permission::{GetMe, GetVocabularies};
use crate::problem::Problem;
use crate::reply;
use crate::routes::clients::RateLimit;
use crate::state::App;
use crate::vocabularies::{Vocabularies, all};

/// The client that asks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Me {
    /// Its id.
    #[schema(max_length = 64)]
    pub client_id: String,
    /// Its role.
    #[schema(max_length = 64)]
    pub role: String,
    /// Institution, team or participant; absent for coordinator and auditor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub owner: Option<Owner>,
    /// The scopes of the token.
    #[schema(max_items = 20)]
    pub scopes: Vec<String>,
    /// What the service takes.
    pub limits: ServiceLimits,
    /// How many requests it may make.
    pub rate_limit: RateLimit,
}

/// What a client belongs to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Owner {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    #[schema(max_length = 200)]
    pub name: String,
}

/// What the service takes.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct ServiceLimits {
    /// Bytes of a body.
    #[schema(minimum = 0)]
    pub body_bytes: i32,
    /// Bytes of a batch.
    #[schema(minimum = 0)]
    pub batch_bytes: i32,
    /// Items of a batch.
    #[schema(minimum = 0)]
    pub batch_items: i32,
    /// Items of a page.
    #[schema(minimum = 0)]
    pub page_items: i32,
    /// Seconds that a feed may wait.
    #[schema(minimum = 0)]
    pub wait_seconds: i32,
}

/// Who am I
#[utoipa::path(tag = "service", operation_id = "get_me", responses((status = 200, description = "The client that asks", body = Me)))]
#[get("/v1/me")]
pub async fn get_me(caller: Caller<GetMe>, app: web::Data<App>) -> Result<HttpResponse, Problem> {
    let own = app.clients().by_id.get(&caller.client_id).and_then(|client| client.rate);
    reply::json(&Me {
        client_id: caller.client_id.clone(),
        role: caller.role.to_string(),
        owner: caller.owner.map(|id| Owner { id, name: caller.name.clone() }),
        scopes: caller.scopes().to_vec(),
        limits: ServiceLimits {
            body_bytes: 262_144,
            batch_bytes: 4_194_304,
            batch_items: 500,
            page_items: 200,
            wait_seconds: 30,
        },
        rate_limit: app.limits.rate_of(own).into(),
    })
}

/// Read the vocabularies
///
/// Every word that reports, rules and answers use, with labels in Ukrainian and English.
#[utoipa::path(
    tag = "service", operation_id = "get_vocabularies",
    params(("If-None-Match" = Option<String>, Header, description = "ETag known already: 304 when it still holds", max_length = 300)),
    responses(
        (status = 200, description = "The vocabularies", body = Vocabularies, headers(("ETag" = String, description = "Changes when a word does"))),
        (status = 304, description = "They have not changed"),
    ),
)]
#[get("/v1/vocabularies")]
pub async fn get_vocabularies(
    _caller: Caller<GetVocabularies>,
    if_none_match: IfNoneMatch,
    words: web::Data<WordsPage>,
) -> Result<HttpResponse, Problem> {
    if if_none_match.matches(&words.etag) {
        return Ok(reply::not_modified(&words.etag));
    }
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((actix_web::http::header::ETAG, words.etag.clone()))
        .body(words.body.clone()))
}

/// The vocabularies, made once.
#[derive(Debug, Clone)]
pub struct WordsPage {
    body: web::Bytes,
    etag: String,
}

impl WordsPage {
    /// Makes the page.
    ///
    /// # Errors
    /// When it can't be JSON: a defect.
    pub fn new() -> Result<Self, serde_json::Error> {
        let body = serde_json::to_vec(&all())?;
        let digest = crate::hex(&crate::intake::sha256(&body));
        Ok(Self { etag: crate::input::etag(digest.get(..16).unwrap_or_default()), body: body.into() })
    }
}
