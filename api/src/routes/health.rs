//! Whether the process lives, and whether it can do its work.

use std::time::{Duration, Instant};

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use zvit_db::store;

use crate::problem::Problem;
use crate::reply;
use crate::state::App;

/// What the store said holds for so long.
const REMEMBERED: Duration = Duration::from_millis(500);

/// How the process is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Health {
    /// `ok`.
    #[schema(value_type = String, max_length = 16, example = "ok")]
    pub status: &'static str,
}

/// Is the process alive
#[utoipa::path(tag = "service", operation_id = "get_health", responses((status = 200, description = "It lives", body = Health)))]
#[get("/healthz")]
pub async fn healthz() -> Result<HttpResponse, Problem> {
    reply::json(&Health { status: "ok" })
}

/// Can the process do its work
///
/// 503 while the store can't be reached.
#[utoipa::path(tag = "service", operation_id = "get_readiness", responses((status = 200, description = "It can", body = Health)))]
#[get("/readyz")]
pub async fn readyz(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    store_answers(&app).await?;
    if app.is_fresh() { reply::json(&Health { status: "ok" }) } else { Err(Problem::unavailable(2)) }
}

/// Asks the store, one at a time and only so often: anybody may ask here.
async fn store_answers(app: &App) -> Result<(), Problem> {
    let mut last = app.limits.readiness.lock().await;
    if let Some((at, answer)) = last.as_ref()
        && at.elapsed() < REMEMBERED
    {
        return answer.clone();
    }
    let readers = app.readers.clone();
    let answer = web::block(move || store::ping(&readers)).await.map_err(Problem::internal)?.map_err(Problem::from);
    *last = Some((Instant::now(), answer.clone()));
    answer
}
