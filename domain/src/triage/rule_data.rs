//! The versioned table behind triage: what is assumed where a report is silent, what a symptom speaks for, and the floors.

use crate::impact::{ActorCharacterization, ImpactAnswers, LocationOfObservedActivity};
// The table below reads by columns: one letter per question.
use crate::impact::{
    FunctionalImpact as F, InformationImpact as I, ObservedActivity as A, PotentialImpact as P, Recoverability as R,
};
use crate::taxonomy::IncidentClass;
use crate::vocabulary::{InfrastructureCategory, Sector, Symptom};

/// The answers assumed where neither the report nor a symptom says anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the question of the same name in `impact`")]
pub struct Defaults {
    pub functional_impact: F,
    pub observed_activity: A,
    pub location_of_observed_activity: LocationOfObservedActivity,
    pub actor_characterization: ActorCharacterization,
    pub information_impact: I,
    pub recoverability: R,
    pub potential_impact: P,
}

/// What one symptom speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SymptomRule {
    /// The symptom.
    pub symptom: Symptom,
    /// RSIT class of an incident of which this is the most telling symptom.
    pub class: IncidentClass,
    /// RSIT type, where the symptom allows one.
    pub r#type: Option<&'static str>,
    /// Answers at an institution whose services are not critical.
    pub usual: ImpactAnswers,
    /// Answers where services count as critical.
    pub critical: ImpactAnswers,
}

/// The level each grave fact guarantees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Floors {
    /// A critical service is denied, or control over it is lost.
    pub critical_service_denied: u8,
    /// Lives are in danger.
    pub danger_to_life: u8,
    /// Control of a physical process is affected.
    pub process_control: u8,
    /// A state registry, or data of one, is destroyed.
    pub state_registry_destroyed: u8,
}

/// One version of the rule data. A triage names the version it was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleData {
    /// Date of the version and its number within the day.
    pub version: &'static str,
    /// What is assumed where nothing is said.
    pub defaults: Defaults,
    /// Sectors whose services always count as critical.
    pub critical_sectors: &'static [Sector],
    /// Categories of critical infrastructure whose services always count as critical.
    pub critical_categories: &'static [InfrastructureCategory],
    /// The symptoms, the most telling about the cause first: the first one seen gives the class.
    pub symptoms: &'static [SymptomRule],
    /// What danger to life speaks for.
    pub danger_to_life: ImpactAnswers,
    /// The floors.
    pub floors: Floors,
}

impl RuleData {
    /// The version in force.
    pub fn current() -> &'static Self {
        &CURRENT
    }
}

/// No opinion on any question.
const SILENT: ImpactAnswers = ImpactAnswers {
    functional_impact: None,
    observed_activity: None,
    location_of_observed_activity: None,
    actor_characterization: None,
    information_impact: None,
    recoverability: None,
    potential_impact: None,
};

/// The five questions on which nearly every symptom has something to say.
const fn answers(functional: F, activity: A, information: I, recoverability: R, potential: P) -> ImpactAnswers {
    ImpactAnswers {
        functional_impact: Some(functional),
        observed_activity: Some(activity),
        information_impact: Some(information),
        recoverability: Some(recoverability),
        potential_impact: Some(potential),
        ..SILENT
    }
}

/// Loss of control is a denial whatever the institution's category, and it is seen where the process is controlled.
const PROCESS_CONTROL: ImpactAnswers = ImpactAnswers {
    location_of_observed_activity: Some(LocationOfObservedActivity::Level6CriticalSystems),
    ..answers(
        F::DenialOfCriticalServicesOrLossOfControl,
        A::Effect,
        I::SuspectedButNotIdentified,
        R::Extended,
        P::Severe,
    )
};

static CURRENT: RuleData = RuleData {
    version: "2026-11-23.1",
    defaults: Defaults {
        functional_impact: F::SignificantImpactToNonCriticalServices,
        observed_activity: A::Engage,
        location_of_observed_activity: LocationOfObservedActivity::Unknown,
        actor_characterization: ActorCharacterization::Unknown,
        information_impact: I::SuspectedButNotIdentified,
        recoverability: R::Supplemented,
        potential_impact: P::Moderate,
    },
    critical_sectors: &[Sector::Health, Sector::Energy, Sector::Registries],
    critical_categories: &[InfrastructureCategory::I, InfrastructureCategory::Ii, InfrastructureCategory::Iii],
    symptoms: &[
        SymptomRule {
            symptom: Symptom::ProcessControlAffected,
            class: IncidentClass::Intrusions,
            r#type: Some("system-compromise"),
            usual: PROCESS_CONTROL,
            critical: PROCESS_CONTROL,
        },
        SymptomRule {
            symptom: Symptom::DataDestroyed,
            class: IncidentClass::InformationContentSecurity,
            r#type: Some("data-loss"),
            usual: answers(
                F::SignificantImpactToNonCriticalServices,
                A::Effect,
                I::DestructionOfNonCriticalSystem,
                R::Extended,
                P::High,
            ),
            critical: answers(
                F::SignificantImpactToCriticalServices,
                A::Effect,
                I::DestructionOfCriticalSystem,
                R::Extended,
                P::Severe,
            ),
        },
        // RSIT counts ransomware and defacement as unauthorised modification of information.
        SymptomRule {
            symptom: Symptom::FilesEncrypted,
            class: IncidentClass::InformationContentSecurity,
            r#type: Some("unauthorised-information-modification"),
            usual: answers(
                F::SignificantImpactToNonCriticalServices,
                A::Effect,
                I::PrivacyDataLoss,
                R::Extended,
                P::Moderate,
            ),
            critical: answers(
                F::SignificantImpactToCriticalServices,
                A::Effect,
                I::PrivacyDataLoss,
                R::Extended,
                P::High,
            ),
        },
        // What has leaked can't be called back: that is what NCISS means by not recoverable.
        SymptomRule {
            symptom: Symptom::DataLeaked,
            class: IncidentClass::InformationContentSecurity,
            r#type: Some("data-leak"),
            usual: answers(F::NoImpactToServices, A::Effect, I::PrivacyDataLoss, R::NotRecoverable, P::Moderate),
            critical: answers(
                F::NoImpactToServices,
                A::Effect,
                I::CriticalSystemsDataBreach,
                R::NotRecoverable,
                P::High,
            ),
        },
        SymptomRule {
            symptom: Symptom::AccountTaken,
            class: IncidentClass::Intrusions,
            r#type: Some("unprivileged-account-compromise"),
            usual: answers(
                F::MinimalImpactToNonCriticalServices,
                A::Presence,
                I::SuspectedButNotIdentified,
                R::Supplemented,
                P::Moderate,
            ),
            critical: answers(
                F::MinimalImpactToCriticalServices,
                A::Presence,
                I::SuspectedButNotIdentified,
                R::Supplemented,
                P::High,
            ),
        },
        SymptomRule {
            symptom: Symptom::SiteDefaced,
            class: IncidentClass::InformationContentSecurity,
            r#type: Some("unauthorised-information-modification"),
            usual: answers(
                F::MinimalImpactToNonCriticalServices,
                A::Effect,
                I::SuspectedButNotIdentified,
                R::Regular,
                P::Low,
            ),
            critical: answers(
                F::MinimalImpactToNonCriticalServices,
                A::Effect,
                I::SuspectedButNotIdentified,
                R::Regular,
                P::Low,
            ),
        },
        SymptomRule {
            symptom: Symptom::Phishing,
            class: IncidentClass::Fraud,
            r#type: Some("phishing"),
            usual: answers(F::NoImpactToServices, A::Engage, I::SuspectedButNotIdentified, R::Regular, P::Low),
            critical: answers(F::NoImpactToServices, A::Engage, I::SuspectedButNotIdentified, R::Regular, P::Moderate),
        },
        SymptomRule {
            symptom: Symptom::ServiceDown,
            class: IncidentClass::Availability,
            r#type: Some("outage"),
            usual: answers(
                F::DenialOfNonCriticalServices,
                A::Effect,
                I::SuspectedButNotIdentified,
                R::Supplemented,
                P::Moderate,
            ),
            critical: answers(
                F::DenialOfCriticalServicesOrLossOfControl,
                A::Effect,
                I::SuspectedButNotIdentified,
                R::Supplemented,
                P::High,
            ),
        },
        SymptomRule {
            symptom: Symptom::ConnectivityLost,
            class: IncidentClass::Availability,
            r#type: Some("outage"),
            usual: answers(F::DenialOfNonCriticalServices, A::Effect, I::NoImpact, R::Supplemented, P::Moderate),
            critical: answers(F::SignificantImpactToCriticalServices, A::Effect, I::NoImpact, R::Supplemented, P::High),
        },
    ],
    danger_to_life: ImpactAnswers { potential_impact: Some(P::Severe), ..SILENT },
    floors: Floors { critical_service_denied: 3, danger_to_life: 4, process_control: 4, state_registry_destroyed: 4 },
};
