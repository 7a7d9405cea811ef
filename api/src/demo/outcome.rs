//! What happened, as the service shows it.

use zvit_domain::routing::{Outcome as Routed, Strategy, Why};
use zvit_domain::triage::Factor;
use zvit_domain::vocabulary::{AssignmentRole, CaseState};
use zvit_domain::word::{Language, Word};

use super::DemoFault;
use super::happened;
use super::mailbox::Mail;
use super::script::Story;
use super::text::counted;
use crate::views::{Assignment, Incident, Report, TimelineEvent};
use crate::vocabularies::LEVELS;

/// An incident, the story it retells, its reports and its course.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) incident: Incident,
    pub(super) story: Option<Story>,
    pub(super) reports: Vec<Report>,
    pub(super) events: Vec<TimelineEvent>,
}

/// All of it.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Newest change first, as the service lists them.
    pub(super) shown: Vec<Shown>,
    /// Reports sent.
    pub(super) sent: usize,
    /// Those that were refused, with the service's words.
    pub(super) refused: Vec<String>,
    pub(super) follow_ups: usize,
    pub(super) polls: usize,
    /// The mails that the service sent.
    pub(super) mails: Vec<Mail>,
    pub(super) elapsed_ms: u64,
}

impl Outcome {
    /// Gravest first; of one level the higher score first.
    pub(super) fn by_gravity(&self) -> Vec<&Shown> {
        let mut shown: Vec<&Shown> = self.shown.iter().collect();
        shown.sort_by(|a, b| {
            let (one, other) = (&b.incident, &a.incident);
            one.level.cmp(&other.level).then(one.triage.score.total_cmp(&other.triage.score))
        });
        shown
    }

    /// Every report must be accepted, every incident must have a lead, and what was to be shown must have happened.
    pub(super) fn verdict(&self) -> Result<(), DemoFault> {
        if !self.refused.is_empty() {
            return Err(DemoFault::NotAccepted { sent: self.sent, refused: self.refused.clone() });
        }
        if self.shown.len() != self.sent {
            return Err(DemoFault::Missing { accepted: self.sent, shown: self.shown.len() });
        }
        let without_lead = self.shown.iter().filter(|shown| shown.lead().is_none());
        let references: Vec<String> = without_lead.map(|shown| shown.incident.reference.clone()).collect();
        if references.is_empty() { happened::verdict(self) } else { Err(DemoFault::Unassigned { references }) }
    }
}

impl Shown {
    /// The language of the report; where it says none, that of its letters.
    pub(super) fn language(&self) -> Language {
        match self.incident.language.as_deref() {
            Some("en") => Language::En,
            Some("uk") => Language::Uk,
            _ if self.incident.description.chars().any(|letter| ('\u{400}'..='\u{4ff}').contains(&letter)) => {
                Language::Uk
            }
            _ => Language::En,
        }
    }

    /// The team that answers for the incident now.
    pub(super) fn lead(&self) -> Option<&Assignment> {
        lead_of(&self.incident)
    }

    /// Whether the lead team has said that it has it.
    pub(super) fn is_acknowledged(&self) -> bool {
        self.lead().is_some_and(|lead| lead.acknowledged_at.is_some())
    }

    /// The teams that help it.
    pub(super) fn supports(&self) -> impl Iterator<Item = &Assignment> {
        self.held().filter(|assignment| assignment.role == AssignmentRole::Support)
    }

    /// The teams that gave the incident back.
    pub(super) fn declined(&self) -> impl Iterator<Item = &Assignment> {
        self.ended(CaseState::Declined)
    }

    /// The teams that led it or helped, and whose case ended so.
    pub(super) fn ended(&self, state: CaseState) -> impl Iterator<Item = &Assignment> {
        self.incident.assignments.iter().filter(move |assignment| assignment.state == state)
    }

    fn held(&self) -> impl Iterator<Item = &Assignment> {
        self.incident.assignments.iter().filter(|assignment| assignment.state.is_held())
    }

    /// Title of the story in the report's language, with its year; else the report's own words.
    pub(super) fn heading(&self) -> String {
        let own = self.incident.title.clone().unwrap_or_else(|| self.incident.description.clone());
        self.story.as_ref().map_or(own, |story| {
            let name = if self.language() == Language::Uk { &story.uk } else { &story.en };
            format!("{name}, {}", story.year)
        })
    }

    /// What put the level above the band of the score: the coordinator, or floors. None when the score alone did.
    pub(super) fn raised_by(&self) -> Option<String> {
        let triage = &self.incident.triage;
        if triage.r#override.as_ref().is_some_and(|decision| decision.level.is_some()) {
            return Some("level decided by the coordinator".into());
        }
        let band =
            LEVELS.iter().filter(|(_, _, _, _, from)| f64::from(*from) <= triage.score).map(|level| level.0).max();
        if band >= Some(triage.level) {
            return None;
        }
        let reached = triage.factors.iter().filter(|factor| factor.level_min == Some(triage.level)).map(floor_name);
        Some(format!("level raised: {}", reached.collect::<Vec<_>>().join(", ")))
    }

    /// Why this team, in a few words.
    pub(super) fn why(&self) -> String {
        let Some(lead) = self.lead() else { return "no team leads it".into() };
        let mut parts = vec![chosen(&lead.why)];
        let ends = [
            (CaseState::Declined, "refusal"),
            (CaseState::Expired, "missed deadline"),
            (CaseState::HandedOver, "hand-over"),
        ];
        let ends = ends.map(|(state, name)| (self.ended(state).count(), name));
        parts.extend(
            ends.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("after {}", counted(*count, name))),
        );
        if !lead.why.uncovered_assistance.is_empty() {
            let kinds: Vec<String> =
                lead.why.uncovered_assistance.iter().map(|kind| kind.label_en().to_lowercase()).collect();
            parts.push(format!("nobody gives {}", kinds.join(", ")));
        }
        parts.join("; ")
    }
}

/// The assignment of the team that leads it now.
pub(super) fn lead_of(incident: &Incident) -> Option<&Assignment> {
    incident.assignments.iter().find(|one| one.role == AssignmentRole::Lead && one.state.is_held())
}

fn floor_name(factor: &Factor) -> String {
    factor.code.trim_start_matches("floor_").replace('_', " ")
}

/// How many teams could have had it.
pub(super) fn candidates(why: &Why) -> usize {
    why.candidates.iter().filter(|candidate| candidate.excluded_by.is_empty()).count()
}

fn chosen(why: &Why) -> String {
    if !matches!(why.outcome, Routed::Rule | Routed::DefaultRule) {
        return why.outcome.label_en().to_lowercase();
    }
    let (last, earlier) = match why.rules.split_last() {
        Some((last, earlier)) => (last.as_str(), earlier),
        None => ("default", [].as_slice()),
    };
    let of = candidates(why);
    let how = match why.strategy {
        _ if of == 1 => "the only candidate".into(),
        Some(Strategy::LeastLoaded) => format!("least loaded of {of}"),
        Some(Strategy::Priority) => format!("first of {of} by priority"),
        Some(Strategy::RoundRobin) => format!("next of {of} in turn"),
        None => counted(of, "candidate"),
    };
    if earlier.is_empty() {
        format!("{last}: {how}")
    } else {
        format!("{last}: {how} (nobody for {})", earlier.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(sent: usize, refused: &[&str]) -> Outcome {
        let refused = refused.iter().map(|&fault| fault.to_owned()).collect();
        Outcome { shown: Vec::new(), sent, refused, follow_ups: 0, polls: 0, mails: Vec::new(), elapsed_ms: 0 }
    }

    #[test]
    fn a_refused_report_fails_the_run_and_is_named() {
        let fault = outcome(2, &["“A”: no"]).verdict().unwrap_err();
        assert_eq!(fault.to_string(), "1 of 2 reports were not accepted: “A”: no");
    }

    #[test]
    fn an_accepted_report_that_is_not_shown_fails_the_run() {
        assert!(matches!(outcome(1, &[]).verdict(), Err(DemoFault::Missing { accepted: 1, shown: 0 })));
    }

    #[test]
    fn what_has_not_happened_fails_the_run() {
        let fault = outcome(0, &[]).verdict().unwrap_err();
        let DemoFault::NotHappened { what } = &fault else { panic!("{fault}") };
        assert_eq!(what.len(), happened::ALL.len() + 2, "{what:?}");
    }
}
