//! Signing keys: the next one takes over in time, an old one is replaced, a retired one goes.

use std::time::Duration;

use zvit_domain::time::Time;

use super::Duty;
use crate::actor::Actor;
use crate::flows::signing_keys::advance;
use crate::flows::signing_keys::plan::{MaxAge, due, due_at};
use crate::problem::Problem;
use crate::state::App;

/// The duty.
pub(super) struct SigningKeys {
    /// At which age the active key is replaced.
    pub max_age: MaxAge,
}

impl Duty for SigningKeys {
    const NAME: &'static str = "signing keys";
    const INTERVAL: Duration = Duration::from_secs(30);

    fn due_at(&self, app: &App) -> Option<Time> {
        due_at(&app.clients().key_times, self.max_age)
    }

    async fn run(&self, app: &App, now: Time) -> Result<(), Problem> {
        let max_age = self.max_age;
        if due(now, &app.clients().key_times, max_age).is_empty() {
            return Ok(());
        }
        let steps = app.change(move |change, _| advance(change, &Actor::service(), max_age)).await?;
        if steps > 0 {
            log::info!("signing keys that changed their state: {steps}");
        }
        Ok(())
    }
}
