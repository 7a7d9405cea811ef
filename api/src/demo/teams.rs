//! The teams: each polls its feed with its own token, and does with its cases what the script says.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};
use uuid::Uuid;
use zvit_domain::vocabulary::{AssignmentRole, CaseState};

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
}

impl Done {
    /// What was done since then, in words.
    pub(super) fn since(&self, before: &Self) -> String {
        let steps = [
            (self.acknowledged - before.acknowledged, "acknowledged"),
            (self.started - before.started, "started"),
            (self.resolved - before.resolved, "resolved"),
            (self.declined.len() - before.declined.len(), "declined"),
        ];
        let steps = steps.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
        std::iter::once(counted(self.polls - before.polls, "poll")).chain(steps).collect::<Vec<_>>().join(", ")
    }

    fn steps(&self) -> usize {
        self.acknowledged + self.started + self.resolved + self.declined.len()
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
            (Some(AssignmentRole::Lead), Then::Decline) if !self.stands_last && done.declined.insert(incident.id) => {
                self.decline(case.id, done.declined.len())
            }
            (Some(AssignmentRole::Lead), then) => {
                self.acknowledge(case.id, done)?;
                if matches!(then, Then::Start | Then::Resolve) {
                    self.act(case.id, "start", &json!({}))?;
                    done.started += 1;
                }
                if then == Then::Resolve {
                    let summary =
                        "The attacker’s access is closed, services run again; what was found is with the institution.";
                    self.act(case.id, "resolve", &json!({"outcome": "recovered", "summary": summary}))?;
                    done.resolved += 1;
                }
                Ok(())
            }
            _ => self.acknowledge(case.id, done),
        }
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
