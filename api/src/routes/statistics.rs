//! Statistics, for those who are told numbers only.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use zvit_domain::statistics::Month;
use zvit_domain::vocabulary::Role;
use zvit_texts::text;

use crate::auth::Caller;
use crate::clock;
use crate::flows::statistics::{Asked, Found, Reader, publish, statistics};
use crate::input::Query;
use crate::permission::{GetStatistics, GetStatisticsCsv};
use crate::problem::{ErrorItem, Problem};
use crate::reply;
use crate::state::App;
use crate::statistics_csv;
use crate::views::{Statistics, StatisticsCsv};

/// So many months at once.
const MAX_MONTHS: i32 = 24;
/// So many where the caller doesn't say.
const USUAL_MONTHS: i32 = 12;

/// Which months.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatisticsQuery {
    /// The first month, such as `2026-01`. Left out: eleven months before the last.
    #[param(min_length = 7, max_length = 7, pattern = "^2[0-9]{3}-(0[1-9]|1[0-2])$", example = "2026-01")]
    from: Option<String>,
    /// The last month, 24 months from the first at most. To all but the coordinator it must have been over for 35 days. Left out:
    /// the last that may be asked for.
    #[param(min_length = 7, max_length = 7, pattern = "^2[0-9]{3}-(0[1-9]|1[0-2])$", example = "2026-03")]
    until: Option<String>,
}

/// Read the statistics
///
/// Counts by sector, level, region, class and month; how long it took from an incident's first report until a lead first
/// acknowledged it, and until it was resolved; how many reports came in time. Exercises never count. The coordinator gets every figure as it is, up to now, with the load of each team. Observers,
/// donors and auditors get months that have been over (in Kyiv time) for 35 days, in which no incident can be recognised: each
/// month's counts are rounded to 5 by themselves, those below 5 and one category of each breakdown (`other`, level 0) are left
/// out, and a longer period is the sum of its months. A month that was given out stays as it was, whatever becomes of its
/// incidents. A donor also gets the help its own teams gave, by kind.
#[utoipa::path(
    tag = "statistics", operation_id = "get_statistics",
    params(StatisticsQuery),
    responses((status = 200, description = "The statistics", body = Statistics)),
)]
#[get("/v1/statistics")]
pub async fn get_statistics(
    caller: Caller<GetStatistics>,
    query: Query<StatisticsQuery>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let asked = asked(query.checked()?, caller.role, caller.owner)?;
    reply::json(&read(asked, &app).await?)
}

/// Read the statistics as a table
///
/// The same figures as comma-separated values (RFC 4180), one row each: breakdown, category, measure, value, suppressed. The
/// first row holds these names. The text is UTF-8 and begins with a byte-order mark (U+FEFF), so that Excel reads Ukrainian;
/// readers that don't take the mark away themselves decode it as `utf-8-sig`. A name that a spreadsheet would take for a
/// formula stands behind an apostrophe.
#[utoipa::path(
    tag = "statistics", operation_id = "get_statistics_csv",
    params(StatisticsQuery),
    responses((status = 200, description = "The table", content_type = "text/csv", body = StatisticsCsv)),
)]
#[get("/v1/statistics/csv")]
pub async fn get_statistics_csv(
    caller: Caller<GetStatisticsCsv>,
    query: Query<StatisticsQuery>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let asked = asked(query.checked()?, caller.role, caller.owner)?;
    let StatisticsCsv(table) = statistics_csv::write(&read(asked, &app).await?)?;
    let name = format!("attachment; filename=\"zvit-statistics-{}-{}.csv\"", asked.from, asked.until);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8; header=present"))
        .insert_header((CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(Problem::internal)?))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(table))
}

async fn read(asked: Asked, app: &App) -> Result<Statistics, Problem> {
    let directory = app.directory();
    let look = move || {
        let directory = directory.clone();
        app.read(move |tx| Ok(statistics(tx, &directory, &asked)?))
    };
    let missing = match look().await? {
        Found::All(all) => return Ok(*all),
        Found::Unpublished(missing) => missing,
    };
    // A month at a time, so that no report waits long because of a reader of figures.
    for one in missing {
        let clocks = app.clocks;
        app.change(move |change, memory| {
            let directory = memory.directory_for(change)?;
            Ok(publish(change, &directory, &clocks, one)?)
        })
        .await?;
    }
    match look().await? {
        Found::All(all) => Ok(*all),
        Found::Unpublished(_) => Err(Problem::internal("a month that was published is not there")),
    }
}

/// The months that are asked for, if the caller may have them.
fn asked(query: StatisticsQuery, role: Role, owner: Option<uuid::Uuid>) -> Result<Asked, Problem> {
    let now = clock::now();
    let reader = match (role, owner) {
        (Role::Coordinator, _) => Reader::Coordinator,
        (Role::Donor, Some(participant)) => Reader::Donor(participant),
        _ => Reader::Outsider,
    };
    let latest = if reader == Reader::Coordinator { Month::of(now) } else { Month::last_published(now) };
    let month = |text: &Option<String>| text.as_deref().and_then(Month::parse);
    let until = month(&query.until).unwrap_or(latest);
    let from = month(&query.from).unwrap_or(until.plus(1 - USUAL_MONTHS));
    let mut faults = Vec::new();
    if until > latest {
        faults.push(ErrorItem::parameter(
            "until",
            "month_not_published",
            text!("statistics-month-not-published", latest = latest.to_string()),
        ));
    }
    if from > until || from.plus(MAX_MONTHS - 1) < until {
        faults.push(ErrorItem::parameter("from", "bad_period", text!("statistics-period")));
    }
    if faults.is_empty() { Ok(Asked { reader, from, until }) } else { Err(Problem::validation(faults)) }
}
