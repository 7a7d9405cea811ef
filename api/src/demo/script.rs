//! What is played: reports that retell publicly known attacks, what the teams do with them, and what comes later.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::DemoFault;

const REPORTS: &str = include_str!("../../demo/reports.json");
const FURTHER: &str = include_str!("../../demo/further.json");

/// The attack that a report retells.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Story {
    /// In Ukrainian.
    pub(super) uk: String,
    /// In English; also names the story.
    pub(super) en: String,
    /// When it happened.
    pub(super) year: u16,
    /// What is publicly known of it.
    pub(super) published: String,
}

/// What the lead team does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Then {
    /// It takes the case.
    Acknowledge,
    /// It takes it and works on it.
    Start,
    /// It takes it, works on it, and is done.
    Resolve,
    /// It gives it back; the next one takes it.
    Decline,
    /// It says nothing until its time to acknowledge is over; the next one takes it and is done.
    Lapse,
    /// It takes it, and asks for satellite terminals; the team that has them brings them.
    Support,
    /// It takes it, works on it, and hands it over; the next one goes on.
    HandOver,
    /// Nothing yet.
    None,
}

/// A report, who sends it, and what follows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Act {
    pub(super) story: Story,
    pub(super) edrpou: String,
    pub(super) became_aware_minutes_ago: i64,
    pub(super) report: Map<String, Value>,
    pub(super) then: Then,
}

/// What comes later to the incident of a story.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Further {
    /// The story's English name.
    pub(super) story: String,
    #[serde(flatten)]
    pub(super) step: Step,
}

/// One step.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Step {
    /// The institution reports again.
    Report(Value),
    /// The coordinator sets level or sector.
    Decision(Value),
}

/// All of it.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) acts: Vec<Act>,
    pub(super) further: Vec<Further>,
}

impl Script {
    /// Reads the files of this build.
    pub(super) fn read() -> Result<Self, DemoFault> {
        let script = |error: serde_json::Error| DemoFault::Script(error.to_string());
        let acts = serde_json::from_str(REPORTS).map_err(script)?;
        let further = serde_json::from_str(FURTHER).map_err(script)?;
        Ok(Self { acts, further })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_further_step_has_its_story_once() {
        let script = Script::read().unwrap();
        for further in &script.further {
            let acts = script.acts.iter().filter(|act| act.story.en == further.story).count();
            assert_eq!(acts, 1, "{}", further.story);
        }
    }

    #[test]
    fn every_way_of_taking_a_case_is_played_and_so_is_an_exercise() {
        let script = Script::read().unwrap();
        let played =
            [Then::Acknowledge, Then::Start, Then::Resolve, Then::Decline, Then::Lapse, Then::Support, Then::HandOver];
        for then in played.into_iter().chain([Then::None]) {
            assert!(script.acts.iter().any(|act| act.then == then), "{then:?}");
        }
        assert!(script.acts.iter().any(|act| act.report.get("exercise") == Some(&Value::Bool(true))));
    }
}
