//! Reporting clocks: stages that are nearly due are told, those that are past become overdue.

use std::time::Duration;

use zvit_db::clocks::due;
use zvit_domain::time::Time;

use super::Duty;
use crate::flows::clocks::{CLOCKS, advance};
use crate::problem::Problem;
use crate::state::App;

/// So many incidents in one change: nobody waits long for the gate because of a backlog.
const AT_ONCE: i64 = 50;

/// So many changes in one run; the rest is left to the next one.
const CHANGES: usize = 50;

/// The duty.
pub(super) struct Clocks;

impl Duty for Clocks {
    const NAME: &'static str = "reporting clocks";
    const INTERVAL: Duration = Duration::from_secs(10);

    async fn run(&self, app: &App, now: Time) -> Result<(), Problem> {
        for _ in 0..CHANGES {
            let passed = app.directory().setbacks.standing(CLOCKS, now);
            if app.read(move |tx| Ok(due(tx, now, &passed, 1)?)).await?.is_empty() {
                break;
            }
            let done = app
                .change(|change, memory| {
                    let directory = memory.directory_for(change)?;
                    Ok(advance(change, &directory, AT_ONCE)?)
                })
                .await?;
            log::debug!("incidents whose reporting clocks were advanced: {done}");
        }
        Ok(())
    }
}
