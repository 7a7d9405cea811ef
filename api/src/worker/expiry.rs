//! What has expired is cleared away: used assertions, revoked tokens, one-time codes, derived idempotency keys.

use std::time::Duration;

use zvit_db::credentials::{any_expired, clear_expired};
use zvit_domain::time::Time;

use super::Duty;
use crate::problem::Problem;
use crate::state::App;

/// So many rows of each kind in one change: nobody waits long for the gate because of a backlog.
const AT_ONCE: i64 = 500;

/// So many changes in one run; the rest is left to the next one.
const CHANGES: usize = 50;

/// The duty.
pub(super) struct Expiry;

impl Duty for Expiry {
    const NAME: &'static str = "what has expired";
    const INTERVAL: Duration = Duration::from_secs(30);

    async fn run(&self, app: &App, now: Time) -> Result<(), Problem> {
        for _ in 0..CHANGES {
            if !app.read(move |tx| Ok(any_expired(tx, now)?)).await? {
                break;
            }
            let gone = app.change(move |change, _| Ok(clear_expired(&mut change.tx, now, AT_ONCE)?)).await?;
            log::debug!("{gone} expired rows were cleared away");
        }
        Ok(())
    }
}
