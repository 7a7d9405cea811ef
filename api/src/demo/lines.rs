//! The outcome as JSON lines: an object for each incident; the figures, and what happened, last.

use serde::Serialize;
use zvit_domain::vocabulary::{CaseState, IncidentStatus, Sector};
use zvit_domain::word::Word;

use super::DemoFault;
use super::figures::Figures;
use super::happened::{self, Example};
use super::outcome::{Outcome, Shown, candidates};
use super::text::level_of;
use crate::views::TimelineEvent;

#[derive(Serialize)]
struct Line<'a> {
    reference: &'a str,
    story_en: Option<&'a str>,
    story_uk: Option<&'a str>,
    year: Option<u16>,
    published: Option<&'a str>,
    institution_en: &'a str,
    institution_uk: &'a str,
    exercise: bool,
    sector: Sector,
    level: u8,
    level_name: &'a str,
    level_name_uk: &'a str,
    colour: &'a str,
    score: f64,
    score_low: f64,
    score_high: f64,
    /// What put the level above the band of the score.
    raised_by: Option<String>,
    status: IncidentStatus,
    team: Option<&'a str>,
    acknowledged: bool,
    support: Vec<&'a str>,
    declined_by: Vec<&'a str>,
    late: Vec<&'a str>,
    handed_over_by: Vec<&'a str>,
    rule: Option<&'a str>,
    outcome: Option<&'a str>,
    candidates: usize,
    uncovered_assistance: Vec<&'a str>,
    why: String,
    events: &'a [TimelineEvent],
}

/// The last line.
#[derive(Serialize)]
struct Last<'a> {
    #[serde(flatten)]
    figures: Figures,
    happened: Vec<Example<'a>>,
}

fn names(shown: &Shown, state: CaseState) -> Vec<&str> {
    shown.ended(state).map(|ended| ended.team.name.as_str()).collect()
}

/// All lines, gravest incident first.
pub(super) fn of(outcome: &Outcome) -> Result<String, DemoFault> {
    let mut lines = String::new();
    for shown in outcome.by_gravity() {
        add(&mut lines, &line(shown))?;
    }
    add(&mut lines, &Last { figures: Figures::of(outcome), happened: happened::of(outcome) })?;
    Ok(lines)
}

fn add(lines: &mut String, value: &impl Serialize) -> Result<(), DemoFault> {
    lines.push_str(&serde_json::to_string(value).map_err(|error| DemoFault::Defect(error.to_string()))?);
    lines.push('\n');
    Ok(())
}

fn line(shown: &Shown) -> Line<'_> {
    let (incident, story, lead) = (&shown.incident, shown.story.as_ref(), shown.lead());
    let (level_name, level_name_uk, colour) = level_of(incident.level);
    Line {
        reference: &incident.reference,
        story_en: story.map(|story| story.en.as_str()),
        story_uk: story.map(|story| story.uk.as_str()),
        year: story.map(|story| story.year),
        published: story.map(|story| story.published.as_str()),
        institution_en: &incident.institution.name_en,
        institution_uk: &incident.institution.name_uk,
        exercise: incident.exercise,
        sector: incident.sector,
        level: incident.level,
        level_name,
        level_name_uk,
        colour,
        score: incident.triage.score,
        score_low: incident.triage.score_low,
        score_high: incident.triage.score_high,
        raised_by: shown.raised_by(),
        status: incident.status,
        team: lead.map(|lead| lead.team.name.as_str()),
        acknowledged: shown.is_acknowledged(),
        support: shown.supports().map(|support| support.team.name.as_str()).collect(),
        declined_by: names(shown, CaseState::Declined),
        late: names(shown, CaseState::Expired),
        handed_over_by: names(shown, CaseState::HandedOver),
        rule: lead.and_then(|lead| lead.why.rules.last()).map(String::as_str),
        outcome: lead.map(|lead| lead.why.outcome.code()),
        candidates: lead.map_or(0, |lead| candidates(&lead.why)),
        uncovered_assistance: lead
            .iter()
            .flat_map(|lead| &lead.why.uncovered_assistance)
            .map(|kind| kind.code())
            .collect(),
        why: shown.why(),
        events: &shown.events,
    }
}
