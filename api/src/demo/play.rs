//! The play: institutions report, teams work, institutions report again, the coordinator decides; then everything is read
//! back from the service.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};
use ureq::http::Method;
use uuid::Uuid;
use zvit_domain::vocabulary::Role;

use super::DemoFault;
use super::happened::{Happening, mail_to_lead};
use super::http::{Service, Session};
use super::mailbox::{Mail, Mailbox};
use super::outcome::{Outcome, Shown, lead_of};
use super::progress::Progress;
use super::script::{Act, Script, Step, Then};
use super::teams::{Desk, Done, Plan, work};
use super::text::counted;
use crate::clock;
use crate::seed::MadeClient;
use crate::views::{Incident, Report, TimelineEvent};

/// What the service does by itself is waited for so long; it takes about a second.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(50);

/// An institution or team in the directory, as far as the play needs it.
#[derive(Debug, Deserialize)]
struct Entry {
    id: Uuid,
    edrpou: Option<String>,
    name: Option<String>,
    /// The coordinator's own team.
    #[serde(default)]
    coordinator: bool,
}

/// The incidents that were opened, by the story's English name, and the reports that were refused.
#[derive(Default)]
struct Submitted {
    incidents: HashMap<String, Uuid>,
    refused: Vec<String>,
}

struct Play<'a> {
    service: &'a Service,
    clients: &'a [MadeClient],
    script: &'a Script,
    progress: &'a Progress,
    stop: &'a AtomicBool,
}

/// Plays everything. `stop` ends it between two calls.
pub(super) fn play(
    address: SocketAddr,
    certificate: &Path,
    clients: &[MadeClient],
    mailbox: &Mailbox,
    progress: &Progress,
    stop: &AtomicBool,
) -> Result<Outcome, DemoFault> {
    let (service, script) = (Service::at(address, certificate)?, Script::read()?);
    let play = Play { service: &service, clients, script: &script, progress, stop };
    let coordinator = play.coordinator()?;
    let mut done = Done::default();
    let institutions: Vec<Entry> = coordinator.list("/v1/institutions")?;
    let teams: Vec<Entry> = coordinator.list("/v1/teams")?;
    progress.say(
        "directory",
        &format!("{} institutions, {} teams, {} clients", institutions.len(), teams.len(), clients.len()),
    );

    let submitted = play.submit(&institutions)?;
    let mut desks = play.desks(&teams)?;
    let mut plan = play.plan(&submitted);
    play.work(&mut desks, &plan, &mut done)?;
    play.let_time_pass(&coordinator, &plan)?;
    done.is_late = true;
    play.work(&mut desks, &plan, &mut done)?;
    let follow_ups = play.go_further(&institutions, &submitted, &mut plan)?;
    play.work(&mut desks, &plan, &mut done)?;
    let shown = play.read_back(&coordinator, &submitted)?;
    let mails = play.mails(mailbox, &shown)?;
    let (sent, refused, polls) = (script.acts.len(), submitted.refused, done.polls);
    Ok(Outcome { shown, sent, refused, follow_ups, polls, mails, elapsed_ms: progress.elapsed_ms() })
}

impl<'a> Play<'a> {
    fn check_stop(&self) -> Result<(), DemoFault> {
        if self.stop.load(Ordering::Relaxed) { Err(DemoFault::Stopped) } else { Ok(()) }
    }

    fn client(&self, owner: Uuid) -> Result<&'a MadeClient, DemoFault> {
        let mut clients = self.clients.iter();
        clients
            .find(|client| client.owner == Some(owner))
            .ok_or_else(|| DemoFault::Script(format!("{owner} has no client")))
    }

    fn coordinator(&self) -> Result<Session<'a>, DemoFault> {
        let role = Role::Coordinator.to_string();
        let client = self.clients.iter().find(|client| client.role == role);
        Ok(self.service.session(client.ok_or_else(|| DemoFault::Script("no coordinator".into()))?))
    }

    fn reporter(&self, institutions: &[Entry], act: &Act) -> Result<Session<'a>, DemoFault> {
        let found = institutions.iter().find(|entry| entry.edrpou.as_ref() == Some(&act.edrpou));
        let entry = found.ok_or_else(|| DemoFault::Script(format!("no institution {}", act.edrpou)))?;
        Ok(self.service.session(self.client(entry.id)?))
    }

    fn desks(&self, teams: &[Entry]) -> Result<Vec<Desk<'a>>, DemoFault> {
        teams
            .iter()
            .map(|team| {
                let session = self.service.session(self.client(team.id)?);
                Ok(Desk::new(session, team.name.as_deref().unwrap_or_default(), team.coordinator))
            })
            .collect()
    }

    fn submit(&self, institutions: &[Entry]) -> Result<Submitted, DemoFault> {
        let mut submitted = Submitted::default();
        let of = self.script.acts.len();
        for (index, act) in self.script.acts.iter().enumerate() {
            self.check_stop()?;
            let session = self.reporter(institutions, act)?;
            match session.post("/v1/incidents", &format!("demo-report-{index:03}"), &report_of(act)) {
                Ok(answer) => drop(submitted.incidents.insert(act.story.en.clone(), answer.read::<Incident>()?.id)),
                Err(fault) => submitted.refused.push(format!("“{}”: {fault}", act.story.en)),
            }
            self.progress.count("reports", &format!("{} of {of}", index + 1));
        }
        let accepted = submitted.incidents.len();
        self.progress.say("reports", &format!("{of} sent, {accepted} accepted, each with a token of its institution"));
        Ok(submitted)
    }

    fn plan(&self, submitted: &Submitted) -> Plan {
        let acts = self.script.acts.iter();
        acts.filter_map(|act| submitted.incidents.get(&act.story.en).map(|id| (*id, act.then))).collect()
    }

    fn work(&self, desks: &mut [Desk<'a>], plan: &Plan, done: &mut Done) -> Result<(), DemoFault> {
        let before = done.clone();
        work(desks, plan, done, |done| {
            self.progress.count("teams", &done.since(&before));
            self.check_stop()
        })?;
        self.progress.say("teams", &format!("{}, each with a token of its team", done.since(&before)));
        Ok(())
    }

    /// Puts the clock ahead until nobody can acknowledge any more what was let lie, and waits until others have it.
    fn let_time_pass(&self, coordinator: &Session<'_>, plan: &Plan) -> Result<(), DemoFault> {
        let lapsing = plan.iter().filter(|(_, then)| **then == Then::Lapse);
        let (mut late, mut until) = (Vec::new(), clock::now());
        for (id, _) in lapsing {
            let incident: Incident = coordinator.get(&format!("/v1/incidents/{id}"))?.read()?;
            let lead = lead_of(&incident).ok_or_else(|| DemoFault::Script("nobody lets its time pass".into()))?;
            until = lead.acknowledge_by.map_or(until, |by| until.max(by));
            late.push((*id, lead.id));
        }
        let seconds = until.seconds_since(clock::now()) + 1;
        clock::put_ahead(u32::try_from(seconds).unwrap_or(0));
        for (id, assignment) in late {
            self.wait("others have it", || {
                let incident: Incident = coordinator.get(&format!("/v1/incidents/{id}"))?.read()?;
                Ok(lead_of(&incident).filter(|lead| lead.id != assignment).map(drop))
            })?;
        }
        self.progress.say(
            "clock",
            &format!("put ahead by {} minutes: who has not acknowledged by then is passed over", seconds / 60),
        );
        Ok(())
    }

    /// The mails, once the team has been told that was given what another one let lie. Nothing to wait for when none did.
    fn mails(&self, mailbox: &Mailbox, shown: &[Shown]) -> Result<Vec<Mail>, DemoFault> {
        let lapsed = shown.iter().find(|shown| shown.is(Happening::Lapsed));
        let mails = self.wait("a mail comes", || {
            let mails = mailbox.mails();
            let is_told = lapsed.is_none_or(|shown| mail_to_lead(&mails, shown).is_some());
            Ok(is_told.then_some(mails))
        })?;
        self.progress.say("mails", &format!("{} in the demonstration’s own mailbox", mails.len()));
        Ok(mails)
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "what the service does by itself is looked for again and again, as a person would"
    )]
    fn wait<T>(&self, what: &str, mut look: impl FnMut() -> Result<Option<T>, DemoFault>) -> Result<T, DemoFault> {
        let since = Instant::now();
        loop {
            if let Some(found) = look()? {
                return Ok(found);
            }
            self.check_stop()?;
            if since.elapsed() > PATIENCE {
                return Err(DemoFault::NotHappened { what: vec![what.to_owned()] });
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Further reports and decisions. Their incidents are taken up from now on, also those the teams had let lie.
    fn go_further(&self, institutions: &[Entry], submitted: &Submitted, plan: &mut Plan) -> Result<usize, DemoFault> {
        let (mut reports, mut decisions) = (0, 0);
        for (index, further) in self.script.further.iter().enumerate() {
            self.check_stop()?;
            let Some(id) = submitted.incidents.get(&further.story).copied() else { continue };
            match &further.step {
                Step::Report(report) => {
                    let mut acts = self.script.acts.iter();
                    let act = acts.find(|act| act.story.en == further.story);
                    let act = act.ok_or_else(|| DemoFault::Script(format!("no story “{}”", further.story)))?;
                    let key = format!("demo-further-{index:03}");
                    self.reporter(institutions, act)?.post(&format!("/v1/incidents/{id}/reports"), &key, report)?;
                    reports += 1;
                }
                Step::Decision(decision) => {
                    self.decide(id, decision)?;
                    decisions += 1;
                }
            }
            plan.entry(id).and_modify(|then| *then = if *then == Then::None { Then::Acknowledge } else { *then });
        }
        self.progress.say(
            "further",
            &format!("{}, {} of the coordinator", counted(reports, "follow-up report"), counted(decisions, "decision")),
        );
        Ok(reports)
    }

    /// The coordinator looks at the incident and decides on the version it has seen.
    fn decide(&self, id: Uuid, decision: &Value) -> Result<(), DemoFault> {
        let coordinator = self.coordinator()?;
        let version = coordinator.get(&format!("/v1/incidents/{id}"))?.etag()?;
        coordinator.send(Method::PUT, &format!("/v1/incidents/{id}/triage"), ("If-Match", version), decision).map(drop)
    }

    fn read_back(&self, coordinator: &Session<'_>, submitted: &Submitted) -> Result<Vec<Shown>, DemoFault> {
        let stories: HashMap<Uuid, &Act> = self
            .script
            .acts
            .iter()
            .filter_map(|act| submitted.incidents.get(&act.story.en).map(|id| (*id, act)))
            .collect();
        let incidents: Vec<Incident> = coordinator.list("/v1/incidents")?;
        let of = incidents.len();
        let mut shown = Vec::with_capacity(of);
        for (index, incident) in incidents.into_iter().enumerate() {
            self.check_stop()?;
            let reports: Vec<Report> = coordinator.list(&format!("/v1/incidents/{}/reports", incident.id))?;
            let events: Vec<TimelineEvent> = coordinator.list(&format!("/v1/incidents/{}/timeline", incident.id))?;
            let story = stories.get(&incident.id).map(|act| act.story.clone());
            shown.push(Shown { incident, story, reports, events });
            self.progress.count("read back", &format!("{} of {of}", index + 1));
        }
        self.progress.say(
            "read back",
            &format!("{of} incidents with their reports and timelines, as the coordinator sees them"),
        );
        Ok(shown)
    }
}

/// The report, with the moment the institution became aware.
fn report_of(act: &Act) -> Value {
    let aware = clock::now().plus_seconds(-60 * act.became_aware_minutes_ago);
    let mut report = act.report.clone();
    report.insert("became_aware_at".into(), json!(aware));
    Value::Object(report)
}
