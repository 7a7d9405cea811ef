//! What all feeds have in common: an unchanged poll costs no query, and a waiting one is woken by the commit.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use zvit_db::conn::Tx;
use zvit_db::feeds;

use crate::cursor::{self, Scope};
use crate::hub::COORDINATOR;
use crate::input::{IfNoneMatch, default_limit, etag};
use crate::problem::Problem;
use crate::reply;
use crate::state::App;

/// Seconds after which a poll that found no room to wait comes back.
const LATER_S: u16 = 5;

/// Where a feed goes on, and how long to wait.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FeedQuery {
    /// `next_cursor` of the page before; without one the feed begins at the beginning.
    #[param(max_length = 256)]
    pub cursor: Option<String>,
    /// So many at most.
    #[serde(default = "default_limit")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: u32,
    /// Seconds to wait for a change when there is none; ignored without a cursor.
    #[serde(default)]
    #[param(minimum = 0, maximum = 30, default = 0)]
    pub wait: u32,
}

/// How a feed request goes on.
#[derive(Debug)]
pub enum Opened {
    /// There may be something after this position.
    Read(i64),
    /// Nothing is new: the same cursor again.
    Unchanged(String),
    /// Nothing is new, and there is no room to wait: the same cursor again, later.
    Later(String),
}

/// Reads the cursor and waits if asked to.
///
/// # Errors
/// 410 and 422 for a cursor that isn't this feed's.
pub async fn open(app: &App, scope: &Scope, query: &FeedQuery) -> Result<Opened, Problem> {
    let Some(after) = scope.position(query.cursor.as_deref())? else { return Ok(Opened::Read(0)) };
    let hub = &app.memory.hub;
    let newest = hub.position(scope.owner);
    if newest == after {
        if query.wait == 0 {
            return Ok(Opened::Unchanged(scope.at(after)));
        }
        let Some(_waiting) = app.limits.capacity.wait() else { return Ok(Opened::Later(scope.at(after))) };
        if !hub.wait(scope.owner, after, Duration::from_secs(u64::from(query.wait))).await {
            return Ok(Opened::Unchanged(scope.at(after)));
        }
    }
    // Also when the cursor is ahead of what this process knows: the store decides.
    Ok(Opened::Read(after))
}

/// The feed's newest position, in the snapshot of this transaction.
///
/// # Errors
/// 410 for a cursor past it: a state of the store that a restore has undone gave it out; the store's.
pub fn newest(tx: &mut Tx<'_>, scope: &Scope, after: i64) -> Result<i64, Problem> {
    let newest = if scope.owner == COORDINATOR {
        feeds::gate(tx)?.position
    } else {
        feeds::of(tx, &[scope.owner])?.first().map_or(0, |row| row.position)
    };
    if after > newest { Err(cursor::expired()) } else { Ok(newest) }
}

/// Where a page ends: at its last item if it is full, else at the newest position, so that the cursor also passes what is
/// hidden or has moved on.
pub fn end(last: Option<i64>, count: usize, limit: i64, newest: i64) -> i64 {
    match last {
        Some(last) if i64::try_from(count).unwrap_or(i64::MAX) >= limit => last,
        _ => newest,
    }
}

/// A page; 304 when the caller has it already.
///
/// # Errors
/// When it can't be JSON: a defect.
pub fn answer(if_none_match: &IfNoneMatch, page: &impl Serialize, cursor: &str) -> Result<HttpResponse, Problem> {
    reply::tagged(page, &etag(cursor)).map(|response| {
        let tag = etag(cursor);
        if if_none_match.matches(&tag) { reply::not_modified(&tag) } else { response }
    })
}

/// Nothing new and no room to wait: as [`unchanged`], and when to come back.
///
/// # Errors
/// When it can't be JSON: a defect.
pub fn later(if_none_match: &IfNoneMatch, empty: &impl Serialize, cursor: &str) -> Result<HttpResponse, Problem> {
    let mut response = unchanged(if_none_match, empty, cursor)?;
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(LATER_S));
    Ok(response)
}

/// Nothing new: 304 when the caller says it knows, else an empty page.
///
/// # Errors
/// When it can't be JSON: a defect.
pub fn unchanged(if_none_match: &IfNoneMatch, empty: &impl Serialize, cursor: &str) -> Result<HttpResponse, Problem> {
    let tag = etag(cursor);
    if if_none_match.matches(&tag) { Ok(reply::not_modified(&tag)) } else { reply::tagged(empty, &tag) }
}
