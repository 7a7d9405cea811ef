//! Which teams' tools poll is told to the store, and heard from it: other processes are polled too. So is how people can be told.

use std::time::Duration;

use zvit_db::polls;
use zvit_domain::time::Time;

use super::Duty;
use crate::problem::Problem;
use crate::reach::Stored;
use crate::state::App;

/// The duty.
pub(super) struct TeamPolls;

impl Duty for TeamPolls {
    const NAME: &'static str = "polls of teams";
    const INTERVAL: Duration = Duration::from_secs(30);

    async fn run(&self, app: &App, _now: Time) -> Result<(), Problem> {
        let (known, reach) = app.read(|tx| Ok((polls::all(tx)?, Stored::read(tx)?))).await?;
        app.memory.polls.are_stored(&known);
        app.memory.reach.hear(reach);
        let news = app.memory.polls.unwritten();
        if news.is_empty() {
            return Ok(());
        }
        let written = app
            .change(move |change, _| {
                for (team, at) in &news {
                    polls::put(&mut change.tx, *team, *at)?;
                }
                Ok(news)
            })
            .await?;
        app.memory.polls.are_stored(&written);
        Ok(())
    }
}
