//! The questions of CISA's National Cyber Incident Scoring System (NCISS), with the options of each answer.
//!
//! CISA publishes formula and categories and leaves the weights to each organisation; these are those of the
//! demonstration data of the Software Engineering Institute at Carnegie Mellon University. The score itself is made by
//! `triage`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::vocabulary::Sector;
use crate::word::{Label, Word, label_of};

/// A question of the scoring system: every option has a value, and the question a weight.
pub trait Scored: Word {
    /// The code of the question.
    const CATEGORY: &'static str;
    /// The question's name.
    const CATEGORY_LABEL: Label;
    /// What the value is multiplied by.
    const WEIGHT: u32;

    /// The value of this option, 0 to 100.
    fn value(self) -> u32;

    /// Weight times value: what this answer adds to the raw sum S.
    fn contribution(self) -> u32 {
        Self::WEIGHT * self.value()
    }

    /// Whether this option says that the answer isn't known; for the interval of a score that is no answer.
    fn is_unknown(self) -> bool {
        self.code() == "unknown"
    }

    /// The smallest value an option of this question has.
    fn lowest() -> u32 {
        Self::ALL.iter().map(|option| option.value()).min().unwrap_or(0)
    }

    /// The largest value an option of this question has.
    fn highest() -> u32 {
        Self::ALL.iter().map(|option| option.value()).max().unwrap_or(0)
    }
}

/// Declares one question: its code, weight, and per option what `words!` wants and the value.
macro_rules! question {
    (
        $(#[$meta:meta])* $name:ident: $category:literal, weight $weight:literal {
            $($variant:ident $code:literal $value:literal,)+
        }
    ) => {
        $crate::words! { $(#[$meta])* $name { $($variant $code),+ } }

        impl Scored for $name {
            const CATEGORY: &'static str = $category;
            const CATEGORY_LABEL: Label = label_of("Question", $category);
            const WEIGHT: u32 = $weight;

            fn value(self) -> u32 {
                match self { $(Self::$variant => $value),+ }
            }
        }
    };
}

question! {
    /// What the incident does to the services of the institution.
    FunctionalImpact: "functional_impact", weight 6 {
        NoImpact "no_impact" 0,
        NoImpactToServices "no_impact_to_services" 20,
        MinimalImpactToNonCriticalServices "minimal_impact_to_non_critical_services" 35,
        MinimalImpactToCriticalServices "minimal_impact_to_critical_services" 40,
        SignificantImpactToNonCriticalServices "significant_impact_to_non_critical_services" 50,
        DenialOfNonCriticalServices "denial_of_non_critical_services" 60,
        SignificantImpactToCriticalServices "significant_impact_to_critical_services" 70,
        DenialOfCriticalServicesOrLossOfControl "denial_of_critical_services_or_loss_of_control" 100,
    }
}

question! {
    /// How far the attacker has come.
    ObservedActivity: "observed_activity", weight 5 {
        None "none" 0,
        Prepare "prepare" 40,
        Engage "engage" 70,
        Presence "presence" 80,
        Effect "effect" 100,
    }
}

question! {
    /// The innermost place where the attacker was seen.
    LocationOfObservedActivity: "location_of_observed_activity", weight 4 {
        Level1BusinessDmz "level_1_business_dmz" 30,
        Level2BusinessNetwork "level_2_business_network" 40,
        Unknown "unknown" 50,
        Level3BusinessNetworkManagement "level_3_business_network_management" 60,
        Level4CriticalSystemDmz "level_4_critical_system_dmz" 70,
        Level5CriticalSystemManagement "level_5_critical_system_management" 80,
        Level6CriticalSystems "level_6_critical_systems" 90,
        Level7SafetySystems "level_7_safety_systems" 100,
    }
}

question! {
    /// Who is believed to be behind it.
    ActorCharacterization: "actor_characterization", weight 4 {
        Hacktivists "hacktivists" 20,
        UnwittingInsider "unwitting_insider" 30,
        Criminal "criminal" 40,
        Unknown "unknown" 50,
        WittingInsider "witting_insider" 65,
        Apt "apt" 80,
        AptTargeted "apt_targeted" 100,
    }
}

question! {
    /// What happened to information.
    InformationImpact: "information_impact", weight 2 {
        NoImpact "no_impact" 0,
        SuspectedButNotIdentified "suspected_but_not_identified" 10,
        PrivacyDataLoss "privacy_data_loss" 20,
        ProprietaryInformationLoss "proprietary_information_loss" 50,
        DestructionOfNonCriticalSystem "destruction_of_non_critical_system" 60,
        CriticalSystemsDataBreach "critical_systems_data_breach" 70,
        CoreCredentialCompromise "core_credential_compromise" 80,
        DestructionOfCriticalSystem "destruction_of_critical_system" 100,
    }
}

question! {
    /// What it takes to recover.
    Recoverability: "recoverability", weight 4 {
        Regular "regular" 20,
        Supplemented "supplemented" 40,
        Extended "extended" 60,
        NotRecoverable "not_recoverable" 100,
    }
}

question! {
    /// How much other sectors depend on the one that was hit. It follows from the sector and is never asked.
    CrossSectorDependency: "cross_sector_dependency", weight 3 {
        AgricultureAndFood "agriculture_and_food" 20,
        BankingAndFinance "banking_and_finance" 35,
        Chemical "chemical" 20,
        CommercialFacilities "commercial_facilities" 30,
        Communications "communications" 75,
        CriticalManufacturing "critical_manufacturing" 50,
        Dams "dams" 25,
        DefenseIndustrialBase "defense_industrial_base" 35,
        EmergencyServices "emergency_services" 25,
        Energy "energy" 100,
        GovernmentFacilities "government_facilities" 40,
        HealthcareAndPublicHealth "healthcare_and_public_health" 30,
        InformationTechnology "information_technology" 80,
        NuclearReactorsMaterialsAndWaste "nuclear_reactors_materials_and_waste" 15,
        TransportationSystems "transportation_systems" 75,
        Water "water" 60,
    }
}

question! {
    /// What may come of it yet.
    PotentialImpact: "potential_impact", weight 6 {
        Minimal "minimal" 0,
        Low "low" 25,
        Moderate "moderate" 50,
        High "high" 75,
        Severe "severe" 100,
    }
}

/// The raw sum when every question has its lowest answer: score 0.
pub const S_MIN: u32 = 325;
/// The raw sum when every question has its highest answer: score 100.
pub const S_MAX: u32 = 3400;

impl CrossSectorDependency {
    /// The answer that follows from the sector that was hit.
    pub fn of(sector: Sector) -> Self {
        match sector {
            Sector::Health => Self::HealthcareAndPublicHealth,
            Sector::Energy => Self::Energy,
            Sector::Government => Self::GovernmentFacilities,
            Sector::Registries | Sector::DigitalInfrastructure => Self::InformationTechnology,
            Sector::Transport => Self::TransportationSystems,
            Sector::Finance => Self::BankingAndFinance,
            Sector::Telecom => Self::Communications,
            Sector::Water => Self::Water,
            Sector::Education | Sector::Other => Self::CommercialFacilities,
        }
    }
}

/// Declares the answers once, as they are asked for and as they are kept.
macro_rules! answers {
    ($($(#[$doc:meta])* $member:ident: $question:ty,)+) => {
        /// What an institution answered of the seven questions it is asked. Left out and `unknown` count alike when the
        /// interval of a score is made.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        pub struct ImpactAnswers {
            $(
                $(#[$doc])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[schema(nullable = false)]
                pub $member: Option<$question>,
            )+
        }

        /// Answers to the questions of the National Cyber Incident Scoring System, as far as they are known.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct ImpactAnswersInput {
            $(
                $(#[$doc])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[schema(nullable = false)]
                pub $member: Option<$question>,
            )+
        }

        impl From<ImpactAnswersInput> for ImpactAnswers {
            fn from(input: ImpactAnswersInput) -> Self {
                Self { $($member: input.$member),+ }
            }
        }

        impl ImpactAnswers {
            /// Whether nothing at all was answered.
            pub fn is_empty(&self) -> bool {
                *self == Self::default()
            }

            /// These answers, and those of `earlier` where these say nothing.
            #[must_use]
            pub fn or(self, earlier: Self) -> Self {
                Self { $($member: self.$member.or(earlier.$member)),+ }
            }

            /// Takes one answer back, by the code of its question; false when there is no such question.
            pub fn clear(&mut self, category: &str) -> bool {
                match category {
                    $(<$question>::CATEGORY => self.$member = None,)+
                    _ => return false,
                }
                true
            }
        }
    };
}

answers! {
    /// What the incident does to services.
    functional_impact: FunctionalImpact,
    /// How far the attacker has come.
    observed_activity: ObservedActivity,
    /// The innermost place where the attacker was seen.
    location_of_observed_activity: LocationOfObservedActivity,
    /// Who is believed to be behind it.
    actor_characterization: ActorCharacterization,
    /// What happened to information.
    information_impact: InformationImpact,
    /// What it takes to recover.
    recoverability: Recoverability,
    /// What may come of it yet.
    potential_impact: PotentialImpact,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ends<T: Scored>() -> (u32, u32) {
        assert!(T::ALL.iter().all(|option| option.value() <= 100));
        (T::WEIGHT * T::lowest(), T::WEIGHT * T::highest())
    }

    #[test]
    fn the_ends_of_the_scale_follow_from_the_tables() {
        let all = [
            ends::<FunctionalImpact>(),
            ends::<ObservedActivity>(),
            ends::<LocationOfObservedActivity>(),
            ends::<ActorCharacterization>(),
            ends::<InformationImpact>(),
            ends::<Recoverability>(),
            ends::<CrossSectorDependency>(),
            ends::<PotentialImpact>(),
        ];
        assert_eq!(all.iter().map(|(low, _)| low).sum::<u32>(), S_MIN);
        assert_eq!(all.iter().map(|(_, high)| high).sum::<u32>(), S_MAX);
    }

    #[test]
    fn the_worked_sums_hold() {
        let hospital = FunctionalImpact::DenialOfCriticalServicesOrLossOfControl.contribution()
            + ObservedActivity::Effect.contribution()
            + LocationOfObservedActivity::Level2BusinessNetwork.contribution()
            + ActorCharacterization::Criminal.contribution()
            + InformationImpact::PrivacyDataLoss.contribution()
            + Recoverability::Supplemented.contribution()
            + CrossSectorDependency::of(Sector::Health).contribution()
            + PotentialImpact::High.contribution();
        assert_eq!(hospital, 2160);
        let ministry = FunctionalImpact::NoImpactToServices.contribution()
            + ObservedActivity::Engage.contribution()
            + LocationOfObservedActivity::Level1BusinessDmz.contribution()
            + ActorCharacterization::Unknown.contribution()
            + InformationImpact::NoImpact.contribution()
            + Recoverability::Regular.contribution()
            + CrossSectorDependency::of(Sector::Government).contribution()
            + PotentialImpact::Low.contribution();
        assert_eq!(ministry, 1140);
    }

    #[test]
    fn later_answers_cover_earlier_ones_one_by_one() {
        let earlier = ImpactAnswers {
            recoverability: Some(Recoverability::Regular),
            potential_impact: Some(PotentialImpact::Low),
            ..Default::default()
        };
        let later = ImpactAnswers { recoverability: Some(Recoverability::Extended), ..Default::default() };
        let mut merged = later.or(earlier);
        assert_eq!(merged.recoverability, Some(Recoverability::Extended));
        assert_eq!(merged.potential_impact, Some(PotentialImpact::Low));
        assert!(merged.clear("recoverability") && merged.clear("potential_impact"));
        assert!(merged.is_empty());
        assert!(!merged.clear("cross_sector_dependency"));
    }

    fn answers() -> impl Strategy<Value = ImpactAnswers> {
        let functional = prop::option::of(prop::sample::select(FunctionalImpact::ALL));
        let actor = prop::option::of(prop::sample::select(ActorCharacterization::ALL));
        let potential = prop::option::of(prop::sample::select(PotentialImpact::ALL));
        (functional, actor, potential).prop_map(|(functional_impact, actor_characterization, potential_impact)| {
            ImpactAnswers { functional_impact, actor_characterization, potential_impact, ..Default::default() }
        })
    }

    proptest! {
        #[test]
        fn merging_reports_one_by_one_or_together_comes_to_the_same(a in answers(), b in answers(), c in answers()) {
            prop_assert_eq!(c.or(b).or(a), c.or(b.or(a)));
            prop_assert_eq!(a.or(a), a);
            prop_assert_eq!(a.or(ImpactAnswers::default()), a);
        }
    }
}
