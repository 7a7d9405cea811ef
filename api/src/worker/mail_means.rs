//! Whether any process of the store has a mail server: who has one says so; who has none looks whether mails wait in vain.

use std::time::Duration;

use zvit_domain::time::Time;

use super::Duty;
use crate::flows::unsent::{give_up, is_any, must_say, say};
use crate::problem::Problem;
use crate::state::App;

/// So many mails are given up in one change.
const AT_ONCE: i64 = 500;

/// So many changes in one run; the rest is left to the next one.
const CHANGES: usize = 10;

/// The duty.
pub(super) struct MailMeans {
    /// This process has a mail server.
    pub(super) is_there: bool,
}

impl Duty for MailMeans {
    const NAME: &'static str = "mails without a mail server";
    const INTERVAL: Duration = Duration::from_secs(60);

    async fn run(&self, app: &App, now: Time) -> Result<(), Problem> {
        if self.is_there {
            if app.read(move |tx| Ok(must_say(tx, now)?)).await? {
                app.change(|change, _| Ok(say(change)?)).await?;
            }
            return Ok(());
        }
        if app.read(move |tx| Ok(is_any(tx, now)?)).await? {
            for _ in 0..CHANGES {
                let given_up = app.change(|change, _| Ok(give_up(change, AT_ONCE)?)).await?;
                if given_up == 0 {
                    break;
                }
            }
        }
        Ok(())
    }
}
