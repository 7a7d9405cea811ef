//! Cases that nobody acknowledges: a reminder after half of the time, the next team after all of it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use zvit_db::change::Change;
use zvit_db::escalation::{half_gone, overdue};
use zvit_domain::time::Time;

use super::Duty;
use crate::flows::escalate::{OVERDUE, expire_overdue, remind};
use crate::flows::outage::{AWAY_AFTER_S, extend, note, was_away};
use crate::problem::Problem;
use crate::state::{App, Memory};

/// So many in one change: nobody waits long for the gate because of a backlog.
const AT_ONCE: i64 = 25;

/// So many changes in one run; the rest is left to the next one.
const CHANGES: usize = 40;

/// So often it is noted that somebody looks.
const NOTED_EVERY: Duration = Duration::from_secs(60);

/// So many incidents are given more time in one change.
const EXTENDED_AT_ONCE: i64 = 100;

/// The duty.
#[derive(Default)]
pub(super) struct Escalation {
    /// When this process last noted that it looks: by a clock that nobody sets.
    noted: Mutex<Option<Instant>>,
}

impl Escalation {
    /// After an outage, of all processes or of the store, every team first gets the time it needs. Nothing expires before.
    async fn look_back(&self, app: &App, now: Time) -> Result<(), Problem> {
        let noted = *self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let silence = noted.map(|at| at.elapsed());
        if silence.is_some_and(|silence| silence < NOTED_EVERY) {
            return Ok(());
        }
        let away = Duration::from_secs(AWAY_AFTER_S.unsigned_abs());
        let may_have_been_away = silence.is_none_or(|silence| silence > away);
        if may_have_been_away && app.read(move |tx| Ok(was_away(tx, now)?)).await? {
            log::warn!("nobody looked at the store for a while: teams get time to acknowledge");
            let more = |change: &mut Change<'_>, memory: &Memory| {
                let directory = memory.directory_for(change)?;
                Ok(extend(change, &directory, EXTENDED_AT_ONCE)?)
            };
            while app.change(more).await? > 0 {}
        }
        app.change(|change, _| Ok(note(change)?)).await?;
        *self.noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        Ok(())
    }
}

impl Duty for Escalation {
    const NAME: &'static str = "cases not acknowledged";
    /// So often, because a process that was killed is to be taken over within seconds: one indexed read that finds nothing.
    const INTERVAL: Duration = Duration::from_secs(1);

    async fn run(&self, app: &App, now: Time) -> Result<(), Problem> {
        let directory = app.directory();
        let Ok(own) = directory.coordinator_team() else { return Ok(()) };
        self.look_back(app, now).await?;
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
