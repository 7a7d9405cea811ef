//! Notices are sent: by mail and to webhooks, several targets at once, each target one after the other.
//!
//! What is due is leased in a change, sent outside of any transaction, and settled in another change. A target that doesn't answer
//! holds up nobody else.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::web;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use zvit_db::notices::any_due;
use zvit_domain::notice::{Channel, Occasion, Told};
use zvit_domain::time::Time;

use super::Duty;
use crate::clock;
use crate::config::NoticeSettings;
use crate::flows::digests::digest_of;
use crate::flows::outbox::{Leased, Means, Outcome, any_old, claim, clear_old, settle};
use crate::flows::unsent;
use crate::net::mail::Mailer;
use crate::net::webhook::{Guard, Message, Undelivered, Webhooks};
use crate::problem::Problem;
use crate::state::App;

/// So many notices are under way at once in this process.
const AT_ONCE: usize = 64;

/// So many old notices are cleared away in one change.
const CLEARED_AT_ONCE: i64 = 500;

/// A mail takes at most so long.
const MAIL_PATIENCE: Duration = Duration::from_secs(20);

/// After so long nothing more is begun under a lease: what is begun then ends before the lease does.
const BEGUN_WITHIN: Duration = Duration::from_secs(35);

/// A result that can't be written now is written a little later; if never, the notice is sent again after the lease.
const SETTLE_TRIES: usize = 10;

/// The duty.
pub(super) struct Notices {
    app: web::Data<App>,
    sender: Arc<Sender>,
    busy: Busy,
    /// Ended with the duty: a notice that is then under way is sent again after its lease.
    tasks: Mutex<JoinSet<()>>,
    /// The hour in which old ones were last looked for: that reads all that are settled, so not every second.
    cleared_in: AtomicI64,
}

/// Targets that are being told something.
type Busy = Arc<Mutex<HashSet<String>>>;

/// The means of sending.
struct Sender {
    mailer: Option<Mailer>,
    webhooks: Webhooks,
    public_url: String,
}

impl Notices {
    /// The duty by these settings; without a usable mail server it sends to webhooks alone.
    pub(super) fn new(app: &web::Data<App>, settings: &NoticeSettings) -> Self {
        let public_url = settings.public_url.clone().unwrap_or_else(|| app.issuer().trim_end_matches('/').to_owned());
        let domain = url::Url::parse(&public_url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let domain = domain.unwrap_or_else(|| "zvit.localhost".into());
        let mailer = settings.mail.as_ref().and_then(|mail| {
            let server = mail.transport().inspect_err(|fault| log::error!("{fault}")).ok()?;
            Some(Mailer::new(server, mail.from.clone(), &domain))
        });
        if mailer.is_none() {
            log::warn!(
                "no mail server is set: notices by mail wait for a process that has one, and are given up after {} minutes",
                unsent::PATIENCE_S / 60
            );
        }
        let guard = Guard { ports: settings.webhook_ports.clone(), allow: settings.webhook_allow.clone() };
        let sender = Arc::new(Sender { mailer, webhooks: Webhooks::new(guard), public_url });
        Self {
            app: app.clone(),
            sender,
            busy: Busy::default(),
            tasks: Mutex::default(),
            cleared_in: AtomicI64::new(-1),
        }
    }

    /// Which channels this process can use.
    pub(super) fn means(&self) -> Means {
        Means { email: self.sender.mailer.is_some() }
    }

    fn begin(&self, leased: Vec<Leased>, since: Instant) {
        let mut by_target: BTreeMap<String, Vec<Leased>> = BTreeMap::new();
        for one in leased {
            by_target.entry(one.row.target.clone()).or_default().push(one);
        }
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        for (target, group) in by_target {
            let hold = Hold::new(&self.busy, target);
            let (app, sender) = (self.app.clone(), Arc::clone(&self.sender));
            tasks.spawn(async move {
                tell(&app, &sender, group, since).await;
                drop(hold);
            });
        }
    }
}

impl Duty for Notices {
    const NAME: &'static str = "notices";
    const INTERVAL: Duration = Duration::from_secs(1);

    async fn run(&self, app: &App, now: Time) -> Result<(), Problem> {
        let busy: Vec<String> = self.busy.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect();
        let room = AT_ONCE.saturating_sub(busy.len());
        let (asked, means) = (busy.clone(), self.means());
        let hour = now.as_seconds() / 3_600;
        let looks_back = self.cleared_in.load(Ordering::Relaxed) != hour;
        let (is_due, is_old) = app
            .read(move |tx| Ok((any_due(tx, means.channels(), &asked, now)?, looks_back && any_old(tx, now)?)))
            .await?;
        if is_due && room > 0 {
            let since = Instant::now();
            let limit = i64::try_from(room).unwrap_or(1);
            let leased = app
                .change(move |change, memory| {
                    let directory = memory.directory_for(change)?;
                    Ok(claim(change, &directory, &busy, means, limit)?)
                })
                .await?;
            self.begin(leased, since);
        }
        if is_old {
            app.change(|change, _| Ok(clear_old(change, CLEARED_AT_ONCE)?)).await?;
        } else {
            self.cleared_in.store(hour, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// A target that is busy as long as this lives.
struct Hold {
    busy: Busy,
    target: String,
}

impl Hold {
    fn new(busy: &Busy, target: String) -> Self {
        busy.lock().unwrap_or_else(PoisonError::into_inner).insert(target.clone());
        Self { busy: Arc::clone(busy), target }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.target);
    }
}

/// Sends one target its notices, each with an outcome of its own. Only where nobody is there the others need not be tried: they wait.
async fn tell(app: &App, sender: &Sender, group: Vec<Leased>, since: Instant) {
    let mut unreached = None;
    for leased in group {
        let outcome = match &unreached {
            Some(why) => Outcome::Postponed(String::clone(why)),
            None if since.elapsed() > BEGUN_WITHIN => Outcome::NotTried,
            None => match sender.send(&leased, is_team(app, &leased)).await {
                Ok(()) => Outcome::Sent,
                Err(Undelivered { why, is_hopeless: true, .. }) => Outcome::Hopeless(why),
                Err(Undelivered { why, is_unreached, .. }) => {
                    unreached = is_unreached.then(|| why.clone());
                    Outcome::Failed(why)
                }
            },
        };
        write_down(app, leased, outcome).await;
    }
}

fn is_team(app: &App, leased: &Leased) -> bool {
    app.directory().teams.iter().any(|entry| entry.id == leased.row.owner.0 && !entry.team.coordinator)
}

async fn write_down(app: &App, leased: Leased, outcome: Outcome) {
    let id = leased.row.id.0;
    let random = getrandom::u32().unwrap_or(u32::MAX / 2);
    for _ in 0..SETTLE_TRIES {
        let (leased, outcome) = (leased.clone(), outcome.clone());
        let written = app.change(move |change, memory| {
            let directory = memory.directory_for(change)?;
            Ok(settle(change, &directory, &leased, &outcome, random)?)
        });
        match written.await {
            Ok(true) => return,
            Ok(false) => return log::warn!("the lease of notice {id} had ended before it was settled"),
            Err(problem) => log::warn!("what became of notice {id} can't be written yet: {problem}"),
        }
        sleep(Duration::from_secs(1)).await;
    }
}

impl Sender {
    async fn send(&self, leased: &Leased, is_team: bool) -> Result<(), Undelivered> {
        let told = self.told(leased, is_team).map_err(|_| Undelivered::for_good("unreadable"))?;
        match leased.row.channel.parse::<Channel>() {
            Ok(Channel::Email) => self.mail(&told, &leased.row.target).await,
            Ok(Channel::Webhook) => self.call(&told, leased).await,
            Err(_) => Err(Undelivered::for_good("unknown_channel")),
        }
    }

    /// What is said, with a link that its reader can follow: of what is overdue a team has lost the case, or never had it.
    fn told(&self, leased: &Leased, is_team: bool) -> Result<Told, zvit_domain::word::UnknownWord> {
        let row = &leased.row;
        let digest = digest_of(row);
        let occasion: Occasion = row.occasion.parse()?;
        let path = match (row.case_id, row.incident_id, &digest) {
            (_, _, None) if is_team && occasion == Occasion::Overdue => "/v1/cases".to_owned(),
            (Some(case), ..) => format!("/v1/cases/{}", case.0),
            (None, Some(incident), _) => format!("/v1/incidents/{}", incident.0),
            (None, None, Some(digest)) if digest.of_cases => "/v1/cases".to_owned(),
            (None, None, Some(_)) => "/v1/incidents".to_owned(),
            (None, None, None) => String::new(),
        };
        Ok(Told {
            id: row.id.0,
            occasion,
            at: row.created_at.0,
            reference: row.reference.clone(),
            level: row.level.and_then(|level| u8::try_from(level).ok()),
            deadline: row.deadline.map(|at| at.0),
            link: format!("{}{path}", self.public_url),
            exercise: row.exercise,
            digest,
        })
    }

    async fn mail(&self, told: &Told, address: &str) -> Result<(), Undelivered> {
        let Some(mailer) = &self.mailer else { return Err(Undelivered::unreached("no_mail_server")) };
        let sent = timeout(MAIL_PATIENCE, mailer.send(told, address)).await;
        sent.unwrap_or_else(|_| Err(Undelivered::unreached("timed_out")))
    }

    /// On a thread of its own, which a stop of the process doesn't wait for.
    async fn call(&self, told: &Told, leased: &Leased) -> Result<(), Undelivered> {
        let body = told.payload().map_err(|_| Undelivered::for_good("unreadable"))?;
        let (webhooks, url, keys) = (self.webhooks.clone(), leased.row.target.clone(), leased.keys.clone());
        let (id, timestamp) = (told.id.to_string(), clock::now().as_seconds());
        let (answer, answered) = oneshot::channel();
        let work = move || {
            let message = Message { id: &id, timestamp, body: &body, keys: &keys };
            let _ = answer.send(webhooks.call(&url, &message));
        };
        let begun = std::thread::Builder::new().name("zvit-webhook".into()).spawn(work);
        begun.map_err(|_| Undelivered::for_now("no_thread"))?;
        answered.await.unwrap_or_else(|_| Err(Undelivered::for_now("connection_failed")))
    }
}
