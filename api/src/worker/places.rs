//! Places: deactivated teams give theirs up, and what waits gets those that are free.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use zvit_db::change::Versions;
use zvit_domain::time::Time;

use super::Duty;
use crate::flows::waiting::{LOOKED_AT, deactivated_with_cases, give_out, is_untold, plan, release, tell_overload};
use crate::hub::COORDINATOR;
use crate::problem::Problem;
use crate::state::App;

/// So many incidents in one change: nobody waits long for the gate because of a backlog.
const AT_ONCE: usize = 25;

/// So many that wait are given out in one run; the rest is left to the next one.
const PLANNED: usize = 500;

/// So many changes in one run, for deactivated teams.
const CHANGES: usize = 40;

/// Without any change of the store it is looked again after so long: duty begins and ends by the clock alone.
const LOOK_AGAIN_S: i64 = 30;

/// What it depends on, but for the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    position: i64,
    versions: Versions,
}

/// The duty.
#[derive(Default)]
pub(super) struct Places {
    /// What was found settled, and when.
    settled: Mutex<Option<(Seen, Time)>>,
}

impl Places {
    fn is_settled(&self, seen: Seen, now: Time) -> bool {
        let settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        settled.is_some_and(|(known, at)| known == seen && (0..LOOK_AGAIN_S).contains(&now.seconds_since(at)))
    }
}

impl Duty for Places {
    const NAME: &'static str = "incidents that wait";
    /// A look at memory, as long as nothing has changed.
    const INTERVAL: Duration = Duration::from_secs(1);

    async fn run(&self, app: &App, now: Time) -> Result<(), Problem> {
        let directory = app.directory();
        let seen = Seen { position: app.memory.hub.position(COORDINATOR), versions: directory.versions };
        if self.is_settled(seen, now) || directory.coordinator_team().is_err() {
            return Ok(());
        }
        free_places(app).await?;
        fill_places(app, now).await?;
        if app.read(move |tx| Ok(is_untold(tx, now)?)).await? {
            app.change(|change, memory| {
                let directory = memory.directory_for(change)?;
                Ok(tell_overload(change, &directory)?)
            })
            .await?;
        }
        // What moved meanwhile, its own doing included, is looked at in the next run.
        *self.settled.lock().unwrap_or_else(PoisonError::into_inner) = Some((seen, now));
        Ok(())
    }
}

async fn free_places(app: &App) -> Result<(), Problem> {
    let directory = app.directory();
    let mut is_any = app.read(move |tx| Ok(!deactivated_with_cases(tx, &directory)?.is_empty())).await?;
    for _ in 0..CHANGES {
        if !is_any {
            break;
        }
        let limit = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
        let released = app
            .change(move |change, memory| {
                let directory = memory.directory_for(change)?;
                Ok(release(change, &directory, limit)?)
            })
            .await?;
        is_any = released > 0;
    }
    Ok(())
}

async fn fill_places(app: &App, now: Time) -> Result<(), Problem> {
    let directory = app.directory();
    let ids = app
        .read(move |tx| {
            Ok(if zvit_db::waiting::is_any(tx)? { plan(tx, &directory, now, LOOKED_AT, PLANNED)? } else { Vec::new() })
        })
        .await?;
    for ids in ids.chunks(AT_ONCE).map(<[_]>::to_vec) {
        app.change(move |change, memory| {
            let directory = memory.directory_for(change)?;
            Ok(give_out(change, &directory, &ids)?)
        })
        .await?;
    }
    Ok(())
}
