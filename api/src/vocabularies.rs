//! Every word with its labels, for tools that show or choose them.

use serde::Serialize;
use utoipa::ToSchema;
use zvit_domain::conversation::{AttachmentKind, ProposalState, TranslatedText, Visibility};
use zvit_domain::disclosure::{Part, SizeBand};
use zvit_domain::impact::{
    ActorCharacterization, FunctionalImpact, InformationImpact, LocationOfObservedActivity, ObservedActivity,
    PotentialImpact, Recoverability, Scored,
};
use zvit_domain::indicator::IndicatorType;
use zvit_domain::region::Region;
use zvit_domain::taxonomy::IncidentClass;
use zvit_domain::tlp::{Pap, Tlp};
use zvit_domain::vocabulary::{
    AssignmentRole, Assistance, CaseState, DataType, IncidentStatus, InfrastructureCategory, ParticipantRole, Role,
    Sector, Stage, StageState, Symptom,
};
use zvit_domain::word::{Label, Word};
use zvit_texts::label;

use crate::routes::cases::Outcome;

/// A word with its labels.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Term {
    /// The code.
    #[schema(max_length = 64)]
    pub code: String,
    /// The label in Ukrainian.
    #[schema(max_length = 200)]
    pub label_uk: String,
    /// The label in English.
    #[schema(max_length = 200)]
    pub label_en: String,
}

/// An RSIT class with its types.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClassTerm {
    /// The code.
    #[schema(max_length = 64)]
    pub code: String,
    /// The label in Ukrainian.
    #[schema(max_length = 200)]
    pub label_uk: String,
    /// The label in English.
    #[schema(max_length = 200)]
    pub label_en: String,
    /// The types of this class.
    #[schema(max_items = 100)]
    pub types: Vec<Term>,
}

/// A region.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RegionTerm {
    /// ISO 3166-2.
    #[schema(max_length = 8, example = "UA-30")]
    pub code: String,
    /// The name in Ukrainian.
    #[schema(max_length = 200)]
    pub label_uk: String,
    /// The name in English.
    #[schema(max_length = 200)]
    pub label_en: String,
    /// Code in the codifier of administrative units (KATOTTH).
    #[schema(max_length = 32)]
    pub katotth: String,
}

/// A severity level.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LevelTerm {
    /// 0 to 5.
    #[schema(minimum = 0, maximum = 5)]
    pub level: u8,
    /// The label in Ukrainian.
    #[schema(max_length = 200)]
    pub label_uk: String,
    /// The label in English.
    #[schema(max_length = 200)]
    pub label_en: String,
    /// The colour it is shown in.
    #[schema(max_length = 16, example = "orange")]
    pub colour: String,
    /// The smallest NCISS score of this level.
    #[schema(minimum = 0, maximum = 100)]
    pub score_min: i32,
}

/// A question of the scoring system with its possible answers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImpactTerm {
    /// The member of `impact`.
    #[schema(max_length = 64)]
    pub code: String,
    /// The label in Ukrainian.
    #[schema(max_length = 200)]
    pub label_uk: String,
    /// The label in English.
    #[schema(max_length = 200)]
    pub label_en: String,
    /// The answers.
    #[schema(max_items = 50)]
    pub options: Vec<Term>,
}

/// Declares the vocabularies that are plain lists of words.
macro_rules! vocabularies {
    ($($(#[$doc:meta])* $name:ident: $word:ty,)+) => {
        /// Every vocabulary.
        #[derive(Debug, Clone, Serialize, ToSchema)]
        pub struct Vocabularies {
            $($(#[$doc])* #[schema(max_items = 200)] pub $name: Vec<Term>,)+
            /// RSIT classes and their types.
            #[schema(max_items = 50)]
            pub classes: Vec<ClassTerm>,
            /// Regions of Ukraine.
            #[schema(max_items = 50)]
            pub regions: Vec<RegionTerm>,
            /// Severity levels.
            #[schema(max_items = 6)]
            pub levels: Vec<LevelTerm>,
            /// The questions of the scoring system.
            #[schema(max_items = 20)]
            pub impact: Vec<ImpactTerm>,
        }

        /// Every vocabulary, as it is now.
        pub fn all() -> Vocabularies {
            Vocabularies {
                $($name: terms::<$word>(),)+
                classes: IncidentClass::ALL.iter().map(class).collect(),
                regions: Region::ALL.iter().map(region).collect(),
                levels: levels(),
                impact: impact(),
            }
        }
    };
}

vocabularies! {
    /// Sectors.
    sectors: Sector,
    /// Symptoms.
    symptoms: Symptom,
    /// Kinds of assistance.
    assistance: Assistance,
    /// TLP labels.
    tlp: Tlp,
    /// PAP labels.
    pap: Pap,
    /// Stages of reporting.
    stages: Stage,
    /// States of a stage.
    stage_states: StageState,
    /// Statuses of an incident.
    incident_statuses: IncidentStatus,
    /// States of a case.
    case_states: CaseState,
    /// What a team is to an incident.
    assignment_roles: AssignmentRole,
    /// How a case can end.
    outcomes: Outcome,
    /// Types of indicators.
    indicator_types: IndicatorType,
    /// Kinds of data.
    data_types: DataType,
    /// Categories of critical infrastructure.
    infrastructure_categories: InfrastructureCategory,
    /// Roles of clients.
    roles: Role,
    /// Roles of participants.
    participant_roles: ParticipantRole,
    /// Who may see a message.
    visibilities: Visibility,
    /// Kinds of attachments.
    attachment_kinds: AttachmentKind,
    /// Texts that can be translated.
    translated_texts: TranslatedText,
    /// States of a proposal.
    proposal_states: ProposalState,
    /// Parts of an incident that a team is shown or not.
    disclosure_parts: Part,
    /// Size bands.
    size_bands: SizeBand,
}

fn term<W: Word>(word: &W) -> Term {
    Term { code: word.code().into(), label_uk: word.label_uk().into(), label_en: word.label_en().into() }
}

fn terms<W: Word>() -> Vec<Term> {
    W::ALL.iter().map(term).collect()
}

fn class(class: &IncidentClass) -> ClassTerm {
    let types = class.types().map(|kind| Term {
        code: kind.code.into(),
        label_uk: kind.label.uk().into(),
        label_en: kind.label.en().into(),
    });
    ClassTerm {
        code: class.code().into(),
        label_uk: class.label_uk().into(),
        label_en: class.label_en().into(),
        types: types.collect(),
    }
}

fn region(region: &Region) -> RegionTerm {
    RegionTerm {
        code: region.code().into(),
        label_uk: region.label_uk().into(),
        label_en: region.label_en().into(),
        katotth: region.katotth().into(),
    }
}

/// Level, Ukrainian and English label, colour, smallest score.
pub const LEVELS: [(u8, &str, &str, &str, i32); 6] = [
    level(0, label!("level-0"), "white", 0),
    level(1, label!("level-1"), "green", 20),
    level(2, label!("level-2"), "yellow", 40),
    level(3, label!("level-3"), "orange", 60),
    level(4, label!("level-4"), "red", 80),
    level(5, label!("level-5"), "black", 100),
];

const fn level(
    level: u8,
    label: Label,
    colour: &'static str,
    score_min: i32,
) -> (u8, &'static str, &'static str, &'static str, i32) {
    (level, label.uk(), label.en(), colour, score_min)
}

fn levels() -> Vec<LevelTerm> {
    LEVELS
        .iter()
        .map(|(level, uk, en, colour, score_min)| LevelTerm {
            level: *level,
            label_uk: (*uk).into(),
            label_en: (*en).into(),
            colour: (*colour).into(),
            score_min: *score_min,
        })
        .collect()
}

fn question<W: Word + Scored>() -> ImpactTerm {
    ImpactTerm {
        code: W::CATEGORY.into(),
        label_uk: W::CATEGORY_LABEL.uk().into(),
        label_en: W::CATEGORY_LABEL.en().into(),
        options: terms::<W>(),
    }
}

fn impact() -> Vec<ImpactTerm> {
    vec![
        question::<FunctionalImpact>(),
        question::<ObservedActivity>(),
        question::<LocationOfObservedActivity>(),
        question::<ActorCharacterization>(),
        question::<InformationImpact>(),
        question::<Recoverability>(),
        question::<PotentialImpact>(),
    ]
}
