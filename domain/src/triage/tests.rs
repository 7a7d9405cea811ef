//! Triage against the published cases, its floors and its promises.

mod properties;

use super::*;
use crate::impact::{ImpactAnswers, S_MAX, S_MIN, Scored};
use crate::taxonomy::IncidentClass;
use crate::time::Time;
use crate::tlp::Tlp;

fn word<T: Word>(code: &str) -> T {
    T::from_code(code).unwrap()
}

fn input<'a>(content: &'a Content, sector: Sector) -> TriageInput<'a> {
    TriageInput {
        content,
        institution_sector: sector,
        institution_services: &[],
        category: InfrastructureCategory::None,
    }
}

fn run(content: &Content, sector: Sector) -> Triage {
    triage(&input(content, sector), RuleData::current())
}

fn codes(triage: &Triage) -> Vec<&str> {
    triage.factors.iter().map(|factor| factor.code.as_ref()).collect()
}

fn assumed<'t>(triage: &'t Triage, code: &str) -> Option<&'t str> {
    triage.assumptions.iter().find(|assumption| assumption.code == code).map(|assumption| assumption.assumed.as_ref())
}

/// The eight answers, raw sum, score and level of a published case.
struct Case {
    answers: [&'static str; 8],
    sum: u32,
    score: f64,
    level: u8,
}

/// The worked examples that come with the NCISS figures; the order of the answers is that of the questions.
const CASES: [Case; 5] = [
    Case {
        answers: [
            "denial_of_critical_services_or_loss_of_control",
            "effect",
            "level_2_business_network",
            "criminal",
            "privacy_data_loss",
            "supplemented",
            "healthcare_and_public_health",
            "high",
        ],
        sum: 2160,
        score: 59.6748,
        level: 2,
    },
    Case {
        answers: [
            "denial_of_critical_services_or_loss_of_control",
            "effect",
            "level_6_critical_systems",
            "apt_targeted",
            "destruction_of_critical_system",
            "extended",
            "energy",
            "severe",
        ],
        sum: 3200,
        score: 93.4959,
        level: 4,
    },
    Case {
        answers: [
            "no_impact_to_services",
            "engage",
            "level_1_business_dmz",
            "unknown",
            "no_impact",
            "regular",
            "government_facilities",
            "low",
        ],
        sum: 1140,
        score: 26.5041,
        level: 1,
    },
    Case {
        answers: [
            "no_impact",
            "none",
            "level_1_business_dmz",
            "hacktivists",
            "no_impact",
            "regular",
            "nuclear_reactors_materials_and_waste",
            "minimal",
        ],
        sum: 325,
        score: 0.0,
        level: 0,
    },
    Case {
        answers: [
            "denial_of_critical_services_or_loss_of_control",
            "effect",
            "level_7_safety_systems",
            "apt_targeted",
            "destruction_of_critical_system",
            "not_recoverable",
            "energy",
            "severe",
        ],
        sum: 3400,
        score: 100.0,
        level: 5,
    },
];

fn answers_of(case: &Case) -> ImpactAnswers {
    let [functional, activity, location, actor, information, recoverability, _, potential] = case.answers;
    ImpactAnswers {
        functional_impact: Some(word(functional)),
        observed_activity: Some(word(activity)),
        location_of_observed_activity: Some(word(location)),
        actor_characterization: Some(word(actor)),
        information_impact: Some(word(information)),
        recoverability: Some(word(recoverability)),
        potential_impact: Some(word(potential)),
    }
}

fn raw_sum(answers: &ImpactAnswers, dependency: CrossSectorDependency) -> u32 {
    answers.functional_impact.unwrap().contribution()
        + answers.observed_activity.unwrap().contribution()
        + answers.location_of_observed_activity.unwrap().contribution()
        + answers.actor_characterization.unwrap().contribution()
        + answers.information_impact.unwrap().contribution()
        + answers.recoverability.unwrap().contribution()
        + answers.potential_impact.unwrap().contribution()
        + dependency.contribution()
}

#[test]
fn the_published_cases_hold_to_four_decimals() {
    for case in &CASES {
        let answers = answers_of(case);
        let dependency: CrossSectorDependency = word(case.answers[6]);
        let sum = raw_sum(&answers, dependency);
        assert_eq!(sum, case.sum);
        assert_eq!(round4(score_of_sum(sum)), case.score);
        assert_eq!(level_of_sum(sum), case.level);

        // Those whose dependency a sector of ours leads to also come out of a whole triage.
        let Some(sector) = Sector::ALL.iter().copied().find(|s| CrossSectorDependency::of(*s) == dependency) else {
            continue;
        };
        let content = Content { impact: answers, sector: Some(sector), ..Content::default() };
        let triage = run(&content, sector);
        assert_eq!(triage.score, case.score);
        let open = answers.actor_characterization.unwrap().is_unknown();
        assert_eq!(triage.score_low == triage.score_high, !open, "only a stated `unknown` leaves something open");
    }
}

#[test]
fn bands_begin_where_the_scale_says() {
    for (score, level) in [(0, 0), (19, 0), (20, 1), (39, 1), (40, 2), (60, 3), (80, 4), (99, 4), (100, 5)] {
        let sum = S_MIN + (S_MAX - S_MIN) * score / 100;
        // Sums are whole numbers: the first at or above the score.
        let sum = if score_of_sum(sum) < f64::from(score) { sum + 1 } else { sum };
        assert_eq!(level_of_sum(sum), level, "score {score}");
    }
    assert_eq!((level_of_sum(0), level_of_sum(u32::MAX)), (0, 5));
}

#[test]
fn a_one_line_report_is_triaged_with_every_assumption_named() {
    let content = Content { description: "Нічого не працює".into(), ..Content::default() };
    let triage = run(&content, Sector::Government);
    for code in [
        "sector",
        "classification",
        "became_aware_at",
        "tlp",
        "functional_impact",
        "observed_activity",
        "location_of_observed_activity",
        "actor_characterization",
        "information_impact",
        "recoverability",
        "potential_impact",
    ] {
        assert!(assumed(&triage, code).is_some(), "{code}");
    }
    assert_eq!(triage.assumptions.len(), 11);
    assert_eq!(assumed(&triage, "functional_impact"), Some("significant_impact_to_non_critical_services"));
    // 6*50 + 5*70 + 4*50 + 4*50 + 2*10 + 4*40 + 3*40 + 6*50 = 1650
    assert_eq!(triage.score, 43.0894);
    assert_eq!((triage.level_low, triage.level, triage.level_high), (0, 2, 4));
    assert_eq!(triage.rule_version, "2026-11-23.1");
    for assumption in &triage.assumptions {
        assert!(!assumption.detail.is_empty() && assumption.detail_uk.chars().any(|c| ('а'..='я').contains(&c)));
    }
}

#[test]
fn the_sector_hit_is_stated_or_matched_or_the_institutions_own() {
    let services = [
        RegisteredService { name: "Public website".into(), sector: Sector::Government },
        RegisteredService {
            name: " Реєстр актів цивільного стану ".into(), sector: Sector::Registries
        },
    ];
    let mut content = Content {
        affected_services: vec!["none of ours".into(), "РЕЄСТР АКТІВ цивільного стану".into()],
        ..Content::default()
    };
    let with = |content: &Content| {
        triage(
            &TriageInput { institution_services: &services, ..input(content, Sector::Government) },
            RuleData::current(),
        )
    };

    let matched = with(&content);
    assert_eq!(matched.sector, Sector::Registries);
    assert_eq!(assumed(&matched, "sector"), Some("registries"));
    let factor = matched.factors.iter().find(|f| f.code == "sector_differs_from_reporter").unwrap();
    assert_eq!((factor.option.as_deref(), factor.contribution), (Some("registries"), 0.0));

    content.sector = Some(Sector::Energy);
    let stated = with(&content);
    assert_eq!(stated.sector, Sector::Energy);
    assert_eq!(assumed(&stated, "sector"), None);
    assert!(codes(&stated).contains(&"sector_differs_from_reporter"));

    content = Content { affected_services: vec!["  ".into()], ..Content::default() };
    let own = with(&content);
    assert_eq!(own.sector, Sector::Government);
    assert_eq!(assumed(&own, "sector"), Some("government"));
    assert!(!codes(&own).contains(&"sector_differs_from_reporter"));
}

#[test]
fn a_service_that_is_down_is_critical_where_services_are() {
    let content = Content { symptoms: vec![Symptom::ServiceDown], ..Content::default() };
    let hospital = run(&content, Sector::Health);
    assert_eq!(assumed(&hospital, "functional_impact"), Some("denial_of_critical_services_or_loss_of_control"));
    assert!(codes(&hospital).contains(&"floor_critical_service_denied"));
    assert!(hospital.level >= 3 && hospital.level_low >= 3);

    let school = run(&content, Sector::Education);
    assert_eq!(assumed(&school, "functional_impact"), Some("denial_of_non_critical_services"));
    assert!(!codes(&school).contains(&"floor_critical_service_denied"));

    let of_category =
        |category| triage(&TriageInput { category, ..input(&content, Sector::Transport) }, RuleData::current());
    assert!(of_category(InfrastructureCategory::Iii).level >= 3);
    assert_eq!(
        assumed(&of_category(InfrastructureCategory::Iv), "functional_impact"),
        Some("denial_of_non_critical_services")
    );
}

#[test]
fn a_stated_answer_stands_above_what_a_symptom_suggests() {
    let content = Content {
        symptoms: vec![Symptom::ServiceDown],
        impact: ImpactAnswers {
            functional_impact: Some(FunctionalImpact::MinimalImpactToCriticalServices),
            ..ImpactAnswers::default()
        },
        ..Content::default()
    };
    let triage = run(&content, Sector::Health);
    assert_eq!(assumed(&triage, "functional_impact"), None);
    assert!(!codes(&triage).contains(&"floor_critical_service_denied"));
}

#[test]
fn of_several_symptoms_the_gravest_answer_counts() {
    let content = Content { symptoms: vec![Symptom::Phishing, Symptom::DataLeaked], ..Content::default() };
    let triage = run(&content, Sector::Government);
    assert_eq!(assumed(&triage, "observed_activity"), Some("effect"));
    assert_eq!(assumed(&triage, "recoverability"), Some("not_recoverable"));
    let detail = triage.assumptions.iter().find(|a| a.code == "recoverability").unwrap();
    assert!(detail.detail.contains("Data leaked") && detail.detail_uk.contains("Витік даних"), "{detail:?}");
}

#[test]
fn each_grave_fact_sets_its_floor() {
    let danger = run(&Content { danger_to_life: Some(true), ..Content::default() }, Sector::Other);
    assert_eq!((danger.level, danger.level_low), (4, 4));
    let floor = danger.factors.iter().find(|f| f.code == "floor_danger_to_life").unwrap();
    assert_eq!((floor.contribution, floor.level_min), (0.0, Some(4)));

    let control = Content { symptoms: vec![Symptom::ProcessControlAffected], ..Content::default() };
    assert!(codes(&run(&control, Sector::Water)).contains(&"floor_process_control"));

    let destroyed = Content { symptoms: vec![Symptom::DataDestroyed], ..Content::default() };
    assert!(codes(&run(&destroyed, Sector::Registries)).contains(&"floor_state_registry_destroyed"));
    assert!(!codes(&run(&destroyed, Sector::Government)).contains(&"floor_state_registry_destroyed"));
    let also = Content { other_sectors: vec![Sector::Registries], ..destroyed };
    assert!(run(&also, Sector::Government).level >= 4);

    let no_danger = run(&Content { danger_to_life: Some(false), ..Content::default() }, Sector::Other);
    assert!(no_danger.level < 4);
}

#[test]
fn the_class_is_stated_or_follows_from_the_most_telling_symptom() {
    let data = RuleData::current();
    let silent = classify(&Content::default(), data);
    assert_eq!(silent.0, Classification::undetermined());
    assert_eq!(silent.1.unwrap().assumed, "other/undetermined");

    let seen = Content { symptoms: vec![Symptom::ServiceDown, Symptom::FilesEncrypted], ..Content::default() };
    let (class, assumption) = classify(&seen, data);
    assert_eq!(class.rsit_tag(), "rsit:information-content-security=\"unauthorised-information-modification\"");
    assert!(assumption.unwrap().detail.contains("Files encrypted"));

    let stated = Classification::new(IncidentClass::Availability, Some("ddos")).unwrap();
    let content = Content { classification: Some(stated.clone()), ..seen };
    assert_eq!(classify(&content, data), (stated, None));
}

#[test]
fn the_table_is_whole_and_keeps_to_the_taxonomy() {
    let data = RuleData::current();
    assert_eq!(data.symptoms.len(), Symptom::ALL.len());
    for rule in data.symptoms {
        assert_eq!(data.symptoms.iter().filter(|other| other.symptom == rule.symptom).count(), 1);
        assert!(Classification::new(rule.class, rule.r#type).is_ok(), "{:?}", rule.symptom);
    }
}

#[test]
fn a_decision_stands_above_the_rules_and_leaves_them_visible() {
    let computed = run(&Content { sector: Some(Sector::Health), ..Content::default() }, Sector::Health);
    let decision = |level, sector| Override {
        level,
        sector,
        reason: "reassessed".into(),
        by: "coordinator".into(),
        at: Time::from_micros(0),
    };
    let decided = computed.clone().with_override(decision(Some(5), Some(Sector::Energy)));
    assert_eq!((decided.level, decided.level_low, decided.level_high, decided.sector), (5, 5, 5, Sector::Energy));
    assert_eq!(decided.score, computed.score);
    let kept = decided.computed.unwrap();
    assert_eq!((kept.level, kept.sector), (computed.level, Sector::Health));

    let again = decided.with_override(decision(Some(0), None));
    assert_eq!((again.level, again.sector), (0, Sector::Health));
    assert_eq!(again.without_override(), computed);
}

#[test]
fn in_json_it_is_what_the_api_shows() {
    let content = Content { danger_to_life: Some(true), tlp: Some(Tlp::Green), ..Content::default() };
    let triage = run(&content, Sector::Health);
    let json = serde_json::to_value(&triage).unwrap();
    assert!(json.get("override").is_none() && json.get("computed").is_none());
    assert_eq!(json["factors"][0]["code"], "functional_impact");
    assert_eq!(json["factors"].as_array().unwrap().last().unwrap()["level_min"], 4);
    assert!(json["assumptions"].as_array().unwrap().iter().all(|assumption| assumption["code"] != "tlp"));
    assert_eq!(serde_json::from_value::<Triage>(json).unwrap(), triage);
}
