//! Incidents that nobody has moved for a while.

use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use zvit_db::incidents;

use crate::auth::Caller;
use crate::clock;
use crate::cursor::{ListKind, Scope};
use crate::flows::record::Record;
use crate::hub::COORDINATOR;
use crate::input::{Query, default_limit};
use crate::permission::{ListUnmovedIncidents, Permission};
use crate::problem::Problem;
use crate::reply;
use crate::sensitive_reads::sensitive;
use crate::state::App;
use crate::views::IncidentList;

/// For how long nothing has happened.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UnmovedQuery {
    /// For so many minutes neither a team nor the coordinator has done anything about it.
    #[serde(default = "default_minutes")]
    #[param(minimum = 1, maximum = 525_600, default = 120)]
    minutes: u32,
    /// Where to go on: `next_cursor` of the page before.
    #[param(max_length = 256)]
    cursor: Option<String>,
    /// So many at most.
    #[serde(default = "default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: u32,
}

fn default_minutes() -> u32 {
    120
}

/// List incidents that nobody has moved
///
/// Incidents that are not resolved and about which neither a team nor the coordinator has done anything for so long, the longest
/// untouched first. What the institution adds, and the service's own steps from team to team, don't count.
#[utoipa::path(
    tag = "coordination", operation_id = "list_unmoved_incidents",
    params(UnmovedQuery),
    responses((status = 200, description = "A page of incidents", body = IncidentList)),
)]
#[get("/v1/incidents/unmoved")]
pub async fn list_unmoved_incidents(
    caller: Caller<ListUnmovedIncidents>,
    query: Query<UnmovedQuery>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let query = query.checked()?;
    let scope = Scope { kind: ListKind::Unmoved, store: app.store_id, owner: COORDINATOR };
    let after = scope.moment_and_id(query.cursor.as_deref())?;
    let until = clock::now().plus_seconds(-60 * i64::from(query.minutes));
    let limit = usize::try_from(query.limit).unwrap_or(50);
    let (directory, language, role) = (app.directory(), caller.language, caller.role);
    let (list, reads) = app
        .read(move |tx| {
            let mut rows = incidents::unmoved(tx, until, after, i64::from(query.limit) + 1)?;
            let more = rows.len() > limit;
            rows.truncate(limit);
            let next_cursor = rows
                .last()
                .filter(|_| more)
                .map(|row| scope.at_moment(row.moved_at.unwrap_or(row.received_at).0, row.id.0));
            let records = Record::load_all(tx, rows)?;
            let reads = sensitive(records.iter().map(|record| &record.row), None);
            let items = records.iter().map(|record| record.incident(&directory, language, role)).collect();
            Ok((IncidentList { items, next_cursor }, reads))
        })
        .await?;
    app.note_reads(&caller, ListUnmovedIncidents::OPERATION.id, reads).await?;
    reply::json(&list)
}
