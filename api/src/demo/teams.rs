//! The teams: each polls its feed with its own token, and does with its cases what the script says.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};
use uuid::Uuid;
use zvit_domain::vocabulary::{AssignmentRole, Assistance, CaseState};

use super::DemoFault;
use super::http::Session;
use super::script::Then;
use super::text::counted;
use crate::views::{CaseFeed, CaseItem};

/// Items of a page of the feed.
const PAGE: usize = 50;
/// Why a team gives a case back; used in turn.
const REASONS: [&str; 3] = [
    "All analysts of this shift are on another incident",
    "No specialist for these systems is on duty",
    "We support the vendor in the same matter; another team should look at it",
];

/// What a team says that is through.
const SUMMARY: &str = "The attacker’s access is closed, services run again; what was found is with the institution.";
/// Why a team hands a case over.
const HANDED_OVER: &str =
    "The intrusion is contained; rebuilding the payment databases needs a team that can stay for weeks";
/// Why a lead asks for terminals.
const NEEDED: &str =
    "The polyclinic must not stay cut off until the routers are rebuilt: two satellite terminals are needed";

/// What the teams should do, incident by incident.
pub(super) type Plan = HashMap<Uuid, Then>;

/// What the teams have done.
#[derive(Debug, Default, Clone)]
pub(super) struct Done {
    pub(super) polls: usize,
    pub(super) acknowledged: usize,
    pub(super) started: usize,
    pub(super) resolved: usize,
    /// The incidents that a team gave back: the next one takes them.
    pub(super) declined: HashSet<Uuid>,
    /// Those that a team worked on and handed over: the next one goes on.
    pub(super) handed_over: HashSet<Uuid>,
    /// Those whose lead asked for help.
    pub(super) supported: HashSet<Uuid>,
    /// The time to acknowledge is over for those that let it pass: from now on whoever has their cases takes them.
    pub(super) is_late: bool,
}

impl Done {
    /// What was done since then, in words.
    pub(super) fn since(&self, before: &Self) -> String {
        let steps = [
            (self.acknowledged - before.acknowledged, "acknowledged"),
            (self.started - before.started, "started"),
            (self.resolved - before.resolved, "resolved"),
            (self.declined.len() - before.declined.len(), "declined"),
            (self.handed_over.len() - before.handed_over.len(), "handed over"),
            (self.supported.len() - before.supported.len(), "in need of support"),
        ];
        let steps = steps.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
        std::iter::once(counted(self.polls - before.polls, "poll")).chain(steps).collect::<Vec<_>>().join(", ")
    }

    fn steps(&self) -> usize {
        let sets = [&self.declined, &self.handed_over, &self.supported];
        self.acknowledged + self.started + self.resolved + sets.map(HashSet::len).iter().sum::<usize>()
    }
}

/// A team at work.
pub(super) struct Desk<'a> {
    session: Session<'a>,
    prefix: String,
    /// The coordinator's own team stands last and can't give anything back.
    stands_last: bool,
    cursor: Option<String>,
    cases: usize,
}

impl<'a> Desk<'a> {
    /// A team of this name; its own numbers begin with the last word of it.
    pub(super) fn new(session: Session<'a>, name: &str, stands_last: bool) -> Self {
        let prefix = name.split_whitespace().last().unwrap_or("CASE").to_uppercase();
        Self { session, prefix, stands_last, cursor: None, cases: 0 }
    }

    /// One look at the feed, and the work that follows from it.
    fn turn(&mut self, plan: &Plan, done: &mut Done) -> Result<(), DemoFault> {
        loop {
            let cursor = self.cursor.as_ref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let feed: CaseFeed = self.session.get(&format!("/v1/cases?limit={PAGE}{cursor}"))?.read()?;
            done.polls += 1;
            for case in &feed.items {
                self.work(case, plan, done)?;
            }
            self.cursor = Some(feed.next_cursor);
            if feed.items.len() < PAGE {
                return Ok(());
            }
        }
    }

    fn work(&mut self, case: &CaseItem, plan: &Plan, done: &mut Done) -> Result<(), DemoFault> {
        let (CaseState::Assigned, Some(incident)) = (case.state, &case.incident) else { return Ok(()) };
        let then = plan.get(&incident.id).copied().unwrap_or(Then::None);
        match (case.role, then) {
            (_, Then::None) => Ok(()),
            (Some(AssignmentRole::Lead), then) => self.lead(case.id, incident.id, then, done),
            (_, Then::Support) => {
                self.acknowledge(case.id, done)?;
                self.start(case.id, done)
            }
            _ => self.acknowledge(case.id, done),
        }
    }

    fn lead(&mut self, case: Uuid, incident: Uuid, then: Then, done: &mut Done) -> Result<(), DemoFault> {
        match then {
            Then::Decline if !self.stands_last && done.declined.insert(incident) => {
                return self.decline(case, done.declined.len());
            }
            Then::Lapse if !self.stands_last && !done.is_late => return Ok(()),
            _ => self.acknowledge(case, done)?,
        }
        if !matches!(then, Then::Acknowledge | Then::Decline) {
            self.start(case, done)?;
        }
        match then {
            Then::Resolve | Then::Lapse => {
                done.resolved += 1;
                self.act(case, "resolve", &json!({"outcome": "recovered", "summary": SUMMARY}))
            }
            Then::HandOver if !self.stands_last && done.handed_over.insert(incident) => {
                self.act(case, "hand-over", &json!({"reason": HANDED_OVER}))
            }
            Then::Support if done.supported.insert(incident) => {
                let need = json!({"assistance": Assistance::SatelliteCommunications, "reason": NEEDED});
                self.act(case, "request-support", &need)
            }
            _ => Ok(()),
        }
    }

    fn start(&self, case: Uuid, done: &mut Done) -> Result<(), DemoFault> {
        done.started += 1;
        self.act(case, "start", &json!({}))
    }

    fn acknowledge(&mut self, case: Uuid, done: &mut Done) -> Result<(), DemoFault> {
        self.cases += 1;
        done.acknowledged += 1;
        self.act(case, "acknowledge", &json!({"external_ref": format!("{}-{:04}", self.prefix, self.cases)}))
    }

    fn decline(&self, case: Uuid, nth: usize) -> Result<(), DemoFault> {
        let reason = REASONS.iter().cycle().nth(nth.saturating_sub(1)).copied().unwrap_or_default();
        self.act(case, "decline", &json!({"reason": reason}))
    }

    fn act(&self, case: Uuid, verb: &str, body: &Value) -> Result<(), DemoFault> {
        self.session.post(&format!("/v1/cases/{case}/{verb}"), &format!("demo-{verb}-{case}"), body).map(drop)
    }
}

/// Every team polls, until nobody finds anything to do: what one declines, another finds. `seen` hears after each poll.
pub(super) fn work(
    desks: &mut [Desk<'_>],
    plan: &Plan,
    done: &mut Done,
    mut seen: impl FnMut(&Done) -> Result<(), DemoFault>,
) -> Result<(), DemoFault> {
    loop {
        let before = done.steps();
        for desk in desks.iter_mut() {
            desk.turn(plan, done)?;
            seen(done)?;
        }
        if done.steps() == before {
            return Ok(());
        }
    }
}
