//! What a triage says.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use zvit_texts::text;

use crate::impact::{S_MAX, S_MIN, Scored};
use crate::taxonomy::Classification;
use crate::time::Time;
use crate::vocabulary::{Sector, Symptom};
use crate::word::{Language, Text, Word};

/// The outcome of a triage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Triage {
    /// The sector that was hit, or the one the coordinator decided on.
    pub sector: Sector,
    /// NCISS score with stated and assumed answers, 0 to 100, rounded to four decimals.
    #[schema(minimum = 0, maximum = 100, example = 59.6748)]
    pub score: f64,
    /// The score if every open question had its mildest answer.
    #[schema(minimum = 0, maximum = 100)]
    pub score_low: f64,
    /// The score if every open question had its gravest answer.
    #[schema(minimum = 0, maximum = 100)]
    pub score_high: f64,
    /// Severity 0 to 5: the band of the score raised to the highest floor, or what the coordinator decided.
    #[schema(minimum = 0, maximum = 5)]
    pub level: u8,
    /// The level at `score_low`, floors applied; equal to `level` once the coordinator has decided on one.
    #[schema(minimum = 0, maximum = 5)]
    pub level_low: u8,
    /// The level at `score_high`, floors applied; equal to `level` once the coordinator has decided on one.
    #[schema(minimum = 0, maximum = 5)]
    pub level_high: u8,
    /// Version of the rule data that was used.
    #[schema(max_length = 40, example = "2026-11-23.1")]
    pub rule_version: String,
    /// What led to score and level. The contributions of all factors add up to the score, to within rounding.
    #[schema(max_items = 50)]
    pub factors: Vec<Factor>,
    /// What was not said and had to be assumed.
    #[schema(max_items = 50)]
    pub assumptions: Vec<Assumption>,
    /// The coordinator's decision, where there is one.
    #[serde(rename = "override", default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub r#override: Option<Override>,
    /// What the rules had given, where the coordinator decided otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub computed: Option<ComputedTriage>,
}

/// One thing that led to score and level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Factor {
    /// Which: the code of a question of the scoring system; `baseline` (the constant of the scale, the same for all);
    /// `sector_differs_from_reporter`; or a floor such as `floor_danger_to_life`. More may come.
    #[schema(value_type = String, max_length = 64, example = "functional_impact")]
    pub code: Cow<'static, str>,
    /// The answer that was used, or the sector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false, max_length = 64)]
    pub option: Option<Cow<'static, str>>,
    /// Points of the score: for a question `100 * weight * value / (S_max - S_min)`, for the baseline
    /// `-100 * S_min / (S_max - S_min)`, else 0. Rounded to four decimals.
    #[schema(minimum = -100, maximum = 100)]
    pub contribution: f64,
    /// A floor: the level is at least this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 5)]
    pub level_min: Option<u8>,
}

/// Something that was not said and had to be assumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Assumption {
    /// What was left open: the name of the member of the report, or the code of a question of the scoring system.
    #[schema(value_type = String, max_length = 64, example = "recoverability")]
    pub code: Cow<'static, str>,
    /// What was assumed, as a code.
    #[schema(value_type = String, max_length = 128, example = "supplemented")]
    pub assumed: Cow<'static, str>,
    /// The same in English, with the reason.
    #[schema(value_type = String, max_length = 1000)]
    pub detail: Cow<'static, str>,
    /// The same in Ukrainian.
    #[schema(value_type = String, max_length = 1000)]
    pub detail_uk: Cow<'static, str>,
}

/// A decision of the coordinator that stands above the computed triage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TriageOverride)]
pub struct Override {
    /// The level, where it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 5)]
    pub level: Option<u8>,
    /// The sector, where it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sector: Option<Sector>,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
    /// Who decided.
    #[schema(min_length = 1, max_length = 200)]
    pub by: String,
    /// When.
    pub at: Time,
}

/// What the rules gave before the coordinator decided otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ComputedTriage {
    /// The sector.
    pub sector: Sector,
    /// The level.
    #[schema(minimum = 0, maximum = 5)]
    pub level: u8,
    /// The lowest level the open questions allow.
    #[schema(minimum = 0, maximum = 5)]
    pub level_low: u8,
    /// The highest level the open questions allow.
    #[schema(minimum = 0, maximum = 5)]
    pub level_high: u8,
}

impl Triage {
    /// This triage with the coordinator's decision on top; an earlier decision is replaced. A decided level leaves no
    /// interval; score, factors and assumptions stay as computed. A level above 5 is taken as 5.
    #[must_use]
    pub fn with_override(self, decision: Override) -> Self {
        let mut triage = self.without_override();
        triage.computed = Some(ComputedTriage {
            sector: triage.sector,
            level: triage.level,
            level_low: triage.level_low,
            level_high: triage.level_high,
        });
        if let Some(sector) = decision.sector {
            triage.sector = sector;
        }
        if let Some(level) = decision.level.map(|level| level.min(5)) {
            (triage.level, triage.level_low, triage.level_high) = (level, level, level);
        }
        triage.r#override = Some(decision);
        triage
    }

    /// This triage as the rules computed it.
    #[must_use]
    pub fn without_override(mut self) -> Self {
        self.r#override = None;
        if let Some(computed) = self.computed.take() {
            self.sector = computed.sector;
            self.level = computed.level;
            self.level_low = computed.level_low;
            self.level_high = computed.level_high;
        }
        self
    }
}

impl Factor {
    /// The answer to one question, with the points it brings.
    pub(super) fn answer<T: Scored>(option: T) -> Self {
        Self {
            code: T::CATEGORY.into(),
            option: Some(option.code().into()),
            contribution: points(f64::from(option.contribution())),
            level_min: None,
        }
    }

    /// The constant that puts the mildest case of all at 0 points.
    pub(super) fn baseline() -> Self {
        Self { code: "baseline".into(), option: None, contribution: points(-f64::from(S_MIN)), level_min: None }
    }

    /// A fact worth knowing that changes no points.
    pub(super) fn noted(code: &'static str, option: &'static str) -> Self {
        Self { code: code.into(), option: Some(option.into()), contribution: 0.0, level_min: None }
    }

    /// A floor under the level.
    pub(super) fn floor(code: &'static str, level: u8) -> Self {
        Self { code: code.into(), option: None, contribution: 0.0, level_min: Some(level) }
    }
}

impl Assumption {
    pub(super) fn new(code: &'static str, assumed: impl Into<Cow<'static, str>>, detail: Text) -> Self {
        Self {
            code: code.into(),
            assumed: assumed.into(),
            detail: detail.to_language(Language::En),
            detail_uk: detail.to_language(Language::Uk),
        }
    }

    /// An open question of the scoring system, and the sign that spoke for the answer, if one did.
    pub(super) fn answer<T: Scored>(option: T, why: Option<Text>) -> Self {
        let detail = match why {
            Some(why) => text!("assumed-because", question = T::CATEGORY_LABEL, answer = option.label(), cause = why),
            None => text!("assumed-usual", question = T::CATEGORY_LABEL, answer = option.label()),
        };
        Self::new(T::CATEGORY, option.code(), detail)
    }
}

/// No class was stated.
pub(super) fn assumed_class(class: &Classification, symptom: Option<Symptom>) -> Assumption {
    let assumed = match &class.r#type {
        Some(code) => format!("{}/{code}", class.class),
        None => class.class.to_string(),
    };
    let detail = match symptom {
        Some(symptom) => text!("assumed-class-by-symptom", symptom = symptom.label()),
        None => text!("assumed-no-class"),
    };
    Assumption::new("classification", assumed, detail)
}

/// No moment of becoming aware was stated.
pub(super) fn assumed_receipt() -> Assumption {
    Assumption::new("became_aware_at", "received_at", text!("assumed-receipt"))
}

/// No TLP label was stated.
pub(super) fn assumed_amber() -> Assumption {
    Assumption::new("tlp", "amber", text!("assumed-amber"))
}

/// A part of the raw sum in points of the score.
fn points(part: f64) -> f64 {
    round4(100.0 * part / f64::from(S_MAX - S_MIN))
}

/// Four decimals: as many as the published cases are given with.
pub(super) fn round4(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
