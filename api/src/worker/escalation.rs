//! Cases that nobody acknowledges: a reminder after half of the time, the next team after all of it.

use std::time::Duration;

use zvit_db::escalation::{half_gone, overdue};
use zvit_domain::time::Time;

use super::Duty;
use crate::flows::escalate::{OVERDUE, expire_overdue, remind};
use crate::problem::Problem;
use crate::state::App;

/// So many in one change: nobody waits long for the gate because of a backlog.
const AT_ONCE: i64 = 25;

/// So many changes in one run; the rest is left to the next one.
const CHANGES: usize = 40;

/// The duty.
pub(super) struct Escalation;

impl Duty for Escalation {
    const NAME: &'static str = "cases not acknowledged";
    /// So often, because a process that was killed is to be taken over within seconds: one indexed read that finds nothing.
    const INTERVAL: Duration = Duration::from_secs(1);

    async fn run(&self, app: &App, now: Time) -> Result<(), Problem> {
        let directory = app.directory();
        let Ok(own) = directory.coordinator_team() else { return Ok(()) };
        let passed = directory.setbacks.standing(OVERDUE, now);
        let (mut is_overdue, mut is_half_gone) = app
            .read(move |tx| {
                let is_overdue = !overdue(tx, now, own, &passed, 1)?.is_empty();
                Ok((is_overdue, !half_gone(tx, now, 1)?.is_empty()))
            })
            .await?;
        for _ in 0..CHANGES {
            if is_overdue {
                let expired = app
                    .change(|change, memory| {
                        let directory = memory.directory_for(change)?;
                        Ok(expire_overdue(change, &directory, AT_ONCE)?)
                    })
                    .await?;
                is_overdue = expired > 0;
            } else if is_half_gone {
                let reminded = app
                    .change(|change, memory| {
                        let directory = memory.directory_for(change)?;
                        Ok(remind(change, &directory, AT_ONCE)?)
                    })
                    .await?;
                is_half_gone = reminded > 0;
            } else {
                break;
            }
        }
        Ok(())
    }
}
