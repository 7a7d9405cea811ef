//! What happens to incidents beside being taken up: one example of each, told from the service's own timeline.

use serde::Serialize;
use zvit_domain::routing::REQUESTED_RULE;
use zvit_domain::vocabulary::{AssignmentRole, CaseState, IncidentStatus};
use zvit_domain::word::Word;

use super::DemoFault;
use super::mailbox::Mail;
use super::outcome::{Outcome, Shown};
use super::text::{Paint, wrap};
use super::timeline;
use crate::views::TimelineEvent;

/// What a demonstration must show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Happening {
    /// A team gave it back, and another leads it.
    Declined,
    /// A team let its time pass, and another took it up.
    Lapsed,
    /// Its lead asked for satellite terminals, and a team brings them.
    Supported,
    /// A team that worked on it handed it over, and another took it up.
    HandedOver,
    /// It is through.
    Resolved,
}

/// All of them, in the order in which they are told.
pub(super) const ALL: [Happening; 5] =
    [Happening::Declined, Happening::Lapsed, Happening::Supported, Happening::HandedOver, Happening::Resolved];

/// So many incidents must be through.
const RESOLVED_AT_LEAST: usize = 3;

/// An example, for JSON lines.
#[derive(Debug, Serialize)]
pub(super) struct Example<'a> {
    what: Happening,
    reference: &'a str,
    course: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mail: Vec<String>,
}

impl Happening {
    fn title(self) -> &'static str {
        match self {
            Self::Declined => "A team gives it back, the next one takes it",
            Self::Lapsed => "A team lets its time pass, the next one is woken by mail and takes it",
            Self::Supported => "The lead asks for satellite terminals, another team brings them",
            Self::HandedOver => "A team hands over what it began, the next one goes on",
            Self::Resolved => "It is resolved",
        }
    }

    /// Whether an event of a timeline tells of it. What supporting teams do is beside the point, but where support is the point.
    fn is_told_by(self, event: &TimelineEvent) -> bool {
        let kinds: &[&str] = match self {
            Self::Declined => &["assigned", "declined", "acknowledged", "started"],
            Self::Lapsed => {
                &["assigned", "half_deadline", "expired", "escalated", "acknowledged", "started", "resolved"]
            }
            Self::Supported => &["assigned", "acknowledged", "started", "support_requested", "support_unavailable"],
            Self::HandedOver => &["assigned", "acknowledged", "started", "handed_over"],
            Self::Resolved => &["assigned", "acknowledged", "started", "resolved"],
        };
        let is_aside = event.data.get("role").is_some_and(|role| role == AssignmentRole::Support.code());
        kinds.contains(&event.r#type.as_str()) && (self == Self::Supported || !is_aside)
    }

    fn course(self, shown: &Shown) -> Vec<(String, String)> {
        timeline::course(shown, &|event| self.is_told_by(event))
    }

    /// The mail that belongs to it.
    fn mail<'a>(self, outcome: &'a Outcome, shown: &Shown) -> Option<&'a Mail> {
        if self == Self::Lapsed { mail_to_lead(&outcome.mails, shown) } else { None }
    }
}

impl Shown {
    /// Whether it happened to this incident, by what the service shows of it.
    pub(super) fn is(&self, what: Happening) -> bool {
        let ended = |state: CaseState| self.incident.assignments.iter().any(|assignment| assignment.state == state);
        match what {
            Happening::Declined => ended(CaseState::Declined) && self.lead().is_some(),
            Happening::Lapsed => ended(CaseState::Expired) && self.is_acknowledged(),
            Happening::Supported => {
                let is_requested =
                    |event: &&TimelineEvent| event.data.get("rule").is_some_and(|rule| rule == REQUESTED_RULE);
                let given = self.events.iter().filter(|event| event.r#type == "assigned").filter(is_requested);
                let named: Vec<_> = given.filter_map(|event| event.data.pointer("/team/name")).collect();
                self.supports().any(|one| one.state.is_taken_up() && named.iter().any(|name| **name == one.team.name))
            }
            Happening::HandedOver => ended(CaseState::HandedOver) && self.is_acknowledged(),
            Happening::Resolved => self.incident.status == IncidentStatus::Resolved,
        }
    }
}

/// One incident for each happening, the gravest to which nothing else of these happened before.
fn examples(outcome: &Outcome) -> Vec<(Happening, &Shown)> {
    let mut told: Vec<(Happening, &Shown)> = Vec::new();
    for what in ALL {
        let by_gravity = outcome.by_gravity();
        let mut candidates: Vec<&Shown> = by_gravity.into_iter().filter(|shown| shown.is(what)).collect();
        candidates.sort_by_key(|shown| told.iter().any(|(_, before)| before.incident.id == shown.incident.id));
        told.extend(candidates.first().map(|shown| (what, *shown)));
    }
    told
}

/// The mail by which its lead was told of the case.
pub(super) fn mail_to_lead<'a>(mails: &'a [Mail], shown: &Shown) -> Option<&'a Mail> {
    let case = shown.lead()?.id.to_string();
    mails.iter().find(|mail| mail.text().iter().any(|line| line.contains(&case)))
}

/// Everything must have happened, and a mail must have come about what was given on.
pub(super) fn verdict(outcome: &Outcome) -> Result<(), DemoFault> {
    let examples = examples(outcome);
    let missing = ALL.iter().filter(|what| !examples.iter().any(|(told, _)| told == *what));
    let mut what: Vec<String> = missing.map(|what| what.title().to_owned()).collect();
    if outcome.shown.iter().filter(|shown| shown.is(Happening::Resolved)).count() < RESOLVED_AT_LEAST {
        what.push(format!("{RESOLVED_AT_LEAST} incidents are resolved"));
    }
    if !examples.iter().any(|(what, shown)| what.mail(outcome, shown).is_some()) {
        what.push("A mail comes".to_owned());
    }
    if what.is_empty() { Ok(()) } else { Err(DemoFault::NotHappened { what }) }
}

/// For JSON lines.
pub(super) fn of(outcome: &Outcome) -> Vec<Example<'_>> {
    let told = examples(outcome).into_iter().map(|(what, shown)| Example {
        what,
        reference: &shown.incident.reference,
        course: what.course(shown).into_iter().map(|(clock, words)| format!("{} {words}", clock.trim())).collect(),
        mail: what.mail(outcome, shown).map(in_english).unwrap_or_default(),
    });
    told.collect()
}

/// What a mail says in English, with its receiver. Its second half is the translation of the first.
fn in_english(mail: &Mail) -> Vec<String> {
    let text = mail.text();
    let is_cyrillic = |line: &&String| line.chars().any(|letter| ('\u{400}'..='\u{4ff}').contains(&letter));
    let english = text.iter().filter(|line| !line.is_empty() && !is_cyrillic(line)).cloned();
    std::iter::once(format!("To: {}", mail.to)).chain(english).collect()
}

/// For people: each with its course, and the mail below.
pub(super) fn section(outcome: &Outcome, paint: &Paint, width: usize) -> String {
    let mut lines = vec![paint.bold("What happened")];
    for (what, shown) in examples(outcome) {
        lines.push(format!("  {}", paint.bold(what.title())));
        for line in wrap(&format!("{}: {}", shown.incident.reference, shown.heading()), width.saturating_sub(4)) {
            lines.push(format!("    {}", paint.dim(&line)));
        }
        timeline::put(&mut lines, &what.course(shown), paint, width, 2);
        for line in what.mail(outcome, shown).map(in_english).unwrap_or_default() {
            for line in wrap(&line, width.saturating_sub(8)) {
                lines.push(format!("      {} {}", paint.dim("│"), line));
            }
        }
    }
    lines.push(String::new());
    lines.join("\n")
}
