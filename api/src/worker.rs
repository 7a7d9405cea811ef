//! What the serving process does without being asked: one task for each duty.
//!
//! Several processes on one store each do it. So a duty looks in memory or by reading whether there is anything to do, and looks
//! again within the change, where it holds the gate.

mod attachments;
mod clocks;
mod closing;
mod escalation;
mod expiry;
mod keys;
mod mail_means;
mod notices;
mod places;
mod polls;

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use zvit_domain::time::Time;

use crate::clock;
use crate::config::Settings;
use crate::flows::signing_keys::plan::MaxAge;
use crate::problem::Problem;
use crate::state::App;

/// Something to be done again and again.
trait Duty: Send + Sync + 'static {
    /// What it is called in the log.
    const NAME: &'static str;

    /// So often, give or take a fifth, so that the processes of one store spread out.
    const INTERVAL: Duration;

    /// When there will be something to do, as far as memory says: then it runs without waiting for the interval's end. It is
    /// asked again whenever clients or keys were read anew.
    fn due_at(&self, _app: &App) -> Option<Time> {
        None
    }

    /// Does what is due at `now`. It must bear being run by several processes at once, and be over in seconds.
    fn run(&self, app: &App, now: Time) -> impl Future<Output = Result<(), Problem>> + Send;
}

/// The first run comes so soon.
const FIRST: Duration = Duration::from_secs(1);

/// No duty runs more often, whatever it says of being due: not in a hurry either after it has failed.
const LEAST: Duration = Duration::from_secs(1);

/// In a rehearsal the clock may jump: then every duty looks again, within so long.
const JUMPS_SEEN_WITHIN: Duration = Duration::from_millis(100);

/// A stop waits at most so long for a duty that runs.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// The running duties.
#[derive(Debug)]
pub struct Worker {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts every duty.
pub fn start(app: &web::Data<App>, settings: &Settings) -> Worker {
    let (stop, _) = watch::channel(false);
    let keys = keys::SigningKeys { max_age: MaxAge::days(settings.signing_key_days) };
    let closing = closing::Closing { after_days: settings.close_after_days };
    let notices = notices::Notices::new(app, &settings.notices);
    app.memory.reach.has_mail_server(notices.means().email);
    let mail_means = mail_means::MailMeans { is_there: notices.means().email };
    let tasks = vec![
        begin(keys, app, &stop),
        begin(expiry::Expiry, app, &stop),
        begin(clocks::Clocks, app, &stop),
        begin(closing, app, &stop),
        begin(escalation::Escalation::default(), app, &stop),
        begin(places::Places::default(), app, &stop),
        begin(polls::TeamPolls, app, &stop),
        begin(mail_means, app, &stop),
        begin(notices, app, &stop),
        begin(attachments::Sweep, app, &stop),
    ];
    Worker { stop, tasks }
}

fn begin<D: Duty>(duty: D, app: &web::Data<App>, stop: &watch::Sender<bool>) -> JoinHandle<()> {
    tokio::spawn(go_on(Arc::new(duty), app.clone(), stop.subscribe()))
}

impl Worker {
    /// Ends every duty; one that runs is waited for, but not for long.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for mut task in self.tasks {
            if timeout(STOP_PATIENCE, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}

async fn go_on<D: Duty>(duty: Arc<D>, app: web::Data<App>, mut stop: watch::Receiver<bool>) {
    let mut changes = app.memory.changes();
    let mut regular = Instant::now() + FIRST;
    let mut earliest = Instant::now();
    let mut ahead = clock::seconds_ahead();
    loop {
        let wake_at = duty.due_at(&app).map_or(regular, |due| regular.min(until(due))).max(earliest);
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => return,
            Ok(()) = changes.changed() => continue,
            () = sleep(JUMPS_SEEN_WITHIN), if clock::is_rehearsal() && Instant::now() + JUMPS_SEEN_WITHIN < wake_at => {
                if std::mem::replace(&mut ahead, clock::seconds_ahead()) != ahead {
                    (regular, earliest) = (Instant::now(), Instant::now());
                }
                continue;
            }
            () = sleep_until(wake_at) => {}
        }
        run_once(&duty, &app).await;
        earliest = Instant::now() + LEAST;
        regular = Instant::now() + spread(D::INTERVAL);
    }
}

/// A failure is logged and tried again; so is a panic, which ends only the task it happens in.
async fn run_once<D: Duty>(duty: &Arc<D>, app: &web::Data<App>) {
    let (duty, app) = (Arc::clone(duty), app.clone());
    match tokio::spawn(async move { duty.run(&app, clock::now()).await }).await {
        Ok(Ok(())) => {}
        Ok(Err(problem)) => log::error!("{}: {problem}; it is tried again", D::NAME),
        Err(error) => log::error!("{}: {error}; it is tried again", D::NAME),
    }
}

/// The same moment by the clock that can't be set.
fn until(due: Time) -> Instant {
    let micros = due.as_micros().saturating_sub(clock::now().as_micros());
    // Never too early by a rounding, and never so far away that it could not be said.
    Instant::now() + Duration::from_micros(u64::try_from(micros).unwrap_or(0)).min(Duration::from_secs(86_400))
}

/// The interval, give or take a fifth.
fn spread(interval: Duration) -> Duration {
    let random = getrandom::u32().unwrap_or(u32::MAX / 2);
    interval.mul_f64(0.8 + 0.4 * f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_spread_by_a_fifth_at_most() {
        let interval = Duration::from_secs(30);
        for _ in 0..1_000 {
            assert!((24.0..=36.0).contains(&spread(interval).as_secs_f64()));
        }
    }

    #[test]
    fn what_is_due_is_not_waited_for() {
        assert!(until(clock::now().plus_seconds(-3_600)) <= Instant::now());
        let soon = until(clock::now().plus_seconds(3_600)).saturating_duration_since(Instant::now());
        assert!((Duration::from_secs(3_590)..=Duration::from_secs(3_600)).contains(&soon), "{soon:?}");
        assert!(until(Time::from_micros(i64::MAX)) > Instant::now());
    }
}
