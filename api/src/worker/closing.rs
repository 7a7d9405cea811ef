//! What is resolved, has its final report and has been quiet for long enough is closed.

use std::time::Duration;

use zvit_db::incidents;
use zvit_domain::time::Time;

use super::Duty;
use crate::flows::closing::{QUIET, close_quiet};
use crate::problem::Problem;
use crate::state::App;

/// So many incidents in one change: nobody waits long for the gate.
const AT_ONCE: i64 = 100;

/// So many changes in one run; the rest is left to the next one.
const CHANGES: usize = 20;

const SECONDS_PER_DAY: i64 = 86_400;

/// The duty.
pub(super) struct Closing {
    /// After so many quiet days; 0 is never.
    pub after_days: u32,
}

impl Duty for Closing {
    const NAME: &'static str = "closing after quiet days";
    const INTERVAL: Duration = Duration::from_secs(60);

    async fn run(&self, app: &App, now: Time) -> Result<(), Problem> {
        let days = self.after_days;
        if days == 0 {
            return Ok(());
        }
        let before = now.plus_seconds(-i64::from(days) * SECONDS_PER_DAY);
        for _ in 0..CHANGES {
            let passed = app.directory().setbacks.standing(QUIET, now);
            if app.read(move |tx| Ok(incidents::quiet(tx, before, &passed, 1)?)).await?.is_empty() {
                break;
            }
            let close = move |change: &mut zvit_db::change::Change<'_>, memory: &crate::state::Memory| {
                let directory = memory.directory_for(change)?;
                Ok(close_quiet(change, &directory, before, days, AT_ONCE)?)
            };
            let closed = app.change(close).await?;
            log::info!("incidents closed after {days} quiet days: {closed}");
        }
        Ok(())
    }
}
