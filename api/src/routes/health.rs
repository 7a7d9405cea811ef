//! Whether the process lives, and whether it can do its work.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use zvit_db::store;

use crate::problem::Problem;
use crate::reply;
use crate::state::App;

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
    let readers = app.readers.clone();
    let answers = web::block(move || store::ping(&readers)).await.map_err(Problem::internal)?;
    match answers {
        Ok(()) if app.is_fresh() => reply::json(&Health { status: "ok" }),
        Ok(()) => Err(Problem::unavailable(2)),
        Err(error) => Err(error.into()),
    }
}
