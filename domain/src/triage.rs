//! Triage: which sector was hit and how severe it is, with everything that was assumed named.
//!
//! The score is that of CISA's National Cyber Incident Scoring System (NCISS): `100 * (S - S_min) / (S_max - S_min)`, S being
//! the sum of weight times value over eight questions. A first report rarely answers them all, and an open question is not a
//! harmless one. So a triage says three things: the score with stated or assumed answers, the interval that the open
//! questions leave (`score_low` to `score_high`), and each assumption by name. Some facts weigh more than any sum of answers
//! (a life in danger, a state registry destroyed): they set a floor under the level, never over the score.

mod outcome;
mod rule_data;
mod sector;
mod tally;
#[cfg(test)]
mod tests;

pub use outcome::{Assumption, ComputedTriage, Factor, Override, Triage};
pub use rule_data::{Defaults, Floors, RuleData, SymptomRule};
pub use tally::{level_of_sum, score_of_sum};

use crate::directory::RegisteredService;
use crate::impact::{
    ActorCharacterization, CrossSectorDependency, FunctionalImpact, InformationImpact, LocationOfObservedActivity,
    ObservedActivity, PotentialImpact, Recoverability,
};
use crate::report::Content;
use crate::taxonomy::Classification;
use crate::vocabulary::{InfrastructureCategory, Sector, Symptom};
use crate::word::Word;

use outcome::round4;
use tally::{Cause, Tally};

/// What a triage looks at: the report as it stands, and what the directory knows about its institution.
#[derive(Clone, Copy, Debug)]
pub struct TriageInput<'a> {
    /// What the incident's reports say so far.
    pub content: &'a Content,
    /// The sector the institution mainly works in.
    pub institution_sector: Sector,
    /// The services the institution has registered, each with its sector.
    pub institution_services: &'a [RegisteredService],
    /// The institution's category of critical infrastructure; `None` (the word) where it has none or it isn't known.
    pub category: InfrastructureCategory,
}

/// Triages a report. The same input and rule data always give the same result.
///
/// The assumptions also name the defaults of `became_aware_at`, `tlp` and `classification` when the content lacks them, so
/// pass the content as it was said, before any default is filled in.
pub fn triage(input: &TriageInput<'_>, data: &RuleData) -> Triage {
    let content = input.content;
    let mut tally = Tally::new();

    let hit = sector::hit(input);
    tally.assumptions.extend(hit.assumption);
    let (_, assumed_class) = classify(content, data);
    tally.assumptions.extend(assumed_class);
    tally.assumptions.extend(content.became_aware_at.is_none().then(outcome::assumed_receipt));
    tally.assumptions.extend(content.tlp.is_none().then(outcome::assumed_amber));

    let critical = data.critical_sectors.contains(&hit.sector) || data.critical_categories.contains(&input.category);
    let causes = causes(content, data, critical);
    let stated = &content.impact;
    let usual = &data.defaults;
    let functional = tally.question::<FunctionalImpact>(
        stated.functional_impact,
        &causes,
        |answers| answers.functional_impact,
        usual.functional_impact,
    );
    tally.question::<ObservedActivity>(
        stated.observed_activity,
        &causes,
        |answers| answers.observed_activity,
        usual.observed_activity,
    );
    tally.question::<LocationOfObservedActivity>(
        stated.location_of_observed_activity,
        &causes,
        |answers| answers.location_of_observed_activity,
        usual.location_of_observed_activity,
    );
    tally.question::<ActorCharacterization>(
        stated.actor_characterization,
        &causes,
        |answers| answers.actor_characterization,
        usual.actor_characterization,
    );
    let information = tally.question::<InformationImpact>(
        stated.information_impact,
        &causes,
        |answers| answers.information_impact,
        usual.information_impact,
    );
    tally.question::<Recoverability>(
        stated.recoverability,
        &causes,
        |answers| answers.recoverability,
        usual.recoverability,
    );
    tally.question::<PotentialImpact>(
        stated.potential_impact,
        &causes,
        |answers| answers.potential_impact,
        usual.potential_impact,
    );
    tally.known(CrossSectorDependency::of(hit.sector));
    tally.factors.push(Factor::baseline());
    if hit.sector != input.institution_sector {
        tally.factors.push(Factor::noted("sector_differs_from_reporter", hit.sector.code()));
    }
    tally.factors.extend(floors(content, hit.sector, functional, information, &data.floors));

    let floor = tally.factors.iter().filter_map(|factor| factor.level_min).max().unwrap_or(0);
    Triage {
        sector: hit.sector,
        score: round4(score_of_sum(tally.sum)),
        score_low: round4(score_of_sum(tally.low)),
        score_high: round4(score_of_sum(tally.high)),
        level: level_of_sum(tally.sum).max(floor),
        level_low: level_of_sum(tally.low).max(floor),
        level_high: level_of_sum(tally.high).max(floor),
        rule_version: data.version.into(),
        factors: tally.factors,
        assumptions: tally.assumptions,
        r#override: None,
        computed: None,
    }
}

/// Class and type: as stated, else by the most telling symptom, else undetermined; what isn't stated is an assumption.
pub fn classify(content: &Content, data: &RuleData) -> (Classification, Option<Assumption>) {
    if let Some(stated) = &content.classification {
        return (stated.clone(), None);
    }
    // The table lists causes before effects: encrypted files explain a service that is down, not the other way round.
    match data.symptoms.iter().find(|rule| content.symptoms.contains(&rule.symptom)) {
        Some(rule) => {
            let class = Classification { class: rule.class, r#type: rule.r#type.map(str::to_owned) };
            let assumption = outcome::assumed_class(&class, Some(rule.symptom));
            (class, Some(assumption))
        }
        None => {
            let class = Classification::undetermined();
            let assumption = outcome::assumed_class(&class, None);
            (class, Some(assumption))
        }
    }
}

/// What the report shows in plain words, with the answers each sign speaks for.
fn causes<'d>(content: &Content, data: &'d RuleData, critical: bool) -> Vec<Cause<'d>> {
    let mut causes: Vec<Cause<'d>> = data
        .symptoms
        .iter()
        .filter(|rule| content.symptoms.contains(&rule.symptom))
        .map(|rule| Cause { symptom: Some(rule.symptom), answers: if critical { &rule.critical } else { &rule.usual } })
        .collect();
    if content.danger_to_life == Some(true) {
        causes.push(Cause { symptom: None, answers: &data.danger_to_life });
    }
    causes
}

/// The floors that the facts set, each as a factor worth no points.
///
/// A floor for denied critical services follows the answer that is used, stated or assumed: an institution that says its
/// critical services still run is believed.
fn floors(
    content: &Content,
    sector: Sector,
    functional: FunctionalImpact,
    information: InformationImpact,
    floors: &Floors,
) -> impl Iterator<Item = Factor> {
    let saw = |symptom| content.symptoms.contains(&symptom);
    let registry = sector == Sector::Registries || content.other_sectors.contains(&Sector::Registries);
    let destroyed = saw(Symptom::DataDestroyed) || information == InformationImpact::DestructionOfCriticalSystem;
    let denied = functional == FunctionalImpact::DenialOfCriticalServicesOrLossOfControl;
    [
        (denied, "floor_critical_service_denied", floors.critical_service_denied),
        (content.danger_to_life == Some(true), "floor_danger_to_life", floors.danger_to_life),
        (saw(Symptom::ProcessControlAffected), "floor_process_control", floors.process_control),
        (registry && destroyed, "floor_state_registry_destroyed", floors.state_registry_destroyed),
    ]
    .into_iter()
    .filter(|(holds, ..)| *holds)
    .map(|(_, code, level)| Factor::floor(code, level))
}
