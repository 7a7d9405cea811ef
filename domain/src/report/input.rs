//! What is sent: the initial report and the reports that follow it.
//!
//! The schemas made from these types are the one definition of their limits: the server checks incoming JSON against
//! them before anything is read into these types. What a schema can't say is judged in `parse`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::impact::ImpactAnswersInput;
use crate::indicator::IndicatorType;
use crate::region::Region;
use crate::taxonomy::IncidentClass;
use crate::time::Time;
use crate::tlp::{Pap, Tlp, TlpInput};
use crate::vocabulary::{Assistance, DataType, Sector, Stage, Symptom};
use crate::words;

words! {
    /// What a further report is: the next stage, or an update.
    FollowUpStage {
        Preliminary "preliminary",
        Interim "interim",
        Final "final",
        Update "update",
    }
}

impl From<FollowUpStage> for Stage {
    fn from(stage: FollowUpStage) -> Self {
        match stage {
            FollowUpStage::Preliminary => Self::Preliminary,
            FollowUpStage::Interim => Self::Interim,
            FollowUpStage::Final => Self::Final,
            FollowUpStage::Update => Self::Update,
        }
    }
}

/// RSIT class and type, as the reporter sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassificationInput {
    /// The class.
    pub class: IncidentClass,
    /// The type: one of the class's own.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200, example = "ddos")]
    pub r#type: Option<String>,
}

/// One indicator of compromise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorInput {
    /// What kind of thing it is.
    #[serde(rename = "type")]
    pub r#type: IndicatorType,
    /// The value; it may be defanged, such as `203.0.113[.]7`.
    #[schema(min_length = 1, max_length = 200, example = "203.0.113[.]7")]
    pub value: String,
    /// What it was seen doing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub description: Option<String>,
    /// In a follow-up: takes back an indicator that was reported earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub retracted: Option<bool>,
}

/// Whom to reach about the incident.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactInput {
    /// Name of the person or office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub name: Option<String>,
    /// Function, such as "duty officer".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub role: Option<String>,
    /// Telephone, best in international form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200, example = "+380 44 000 00 00")]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200, example = "duty@hospital.example")]
    pub email: Option<String>,
}

/// Id of an institution in the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(
    value_type = String,
    format = Uuid,
    pattern = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
    min_length = 36,
    max_length = 36
)]
pub struct InstitutionId(pub Uuid);

/// An institution that isn't in the directory yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnregisteredInstitution {
    /// Its name as given over the telephone.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The number to call it back on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 40, pattern = r"^\+?[0-9 ()-]{3,40}$")]
    pub phone: Option<String>,
}

/// The institution the coordinator reports for: its id, or name and telephone of one that isn't in the directory yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum OnBehalfOf {
    /// An institution in the directory.
    Institution(InstitutionId),
    /// One that isn't there yet.
    Unregistered(UnregisteredInstitution),
}

/// The name of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(max_length = 200)]
pub struct ServiceName(pub String);

/// A JSON Pointer (RFC 6901) to a member of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(max_length = 200, example = "/contact")]
pub struct MemberPointer(pub String);

/// Declares the members both kinds of report share, once: `ReportInput`, `FollowUpInput` and `ReportFields` are made of
/// them.
macro_rules! reports {
    ($($(#[$attribute:meta])* $member:ident: $type:ty,)+) => {
        /// An initial report. Only `description` is mandatory; whatever is left out becomes a named assumption.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct ReportInput {
            /// What happened, in your own words.
            #[schema(min_length = 1, max_length = 20_000)]
            pub description: String,
            $(
                $(#[$attribute])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[schema(nullable = false)]
                pub $member: Option<$type>,
            )+
            /// For the coordinator: the institution that reported by telephone or on paper.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false)]
            pub on_behalf_of: Option<OnBehalfOf>,
            /// For the coordinator: how the institution reported, such as `telephone`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false, max_length = 200)]
            pub reported_via: Option<String>,
            /// For the coordinator: when the institution reported.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false, value_type = Option<Time>)]
            pub notified_at: Option<String>,
        }

        /// A report that follows the initial one. It may carry any member anew; what is left out stays as it was, lists
        /// replace the earlier ones, and indicators are added.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct FollowUpInput {
            /// Which stage this is. Preliminary, interim and final come once each and in this order.
            pub stage: FollowUpStage,
            /// What happened, in your own words.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false, min_length = 1, max_length = 20_000)]
            pub description: Option<String>,
            $(
                $(#[$attribute])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[schema(nullable = false)]
                pub $member: Option<$type>,
            )+
            /// Members to remove, such as `/contact` or `/impact/recoverability`. They are removed before the others
            /// are set.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false, max_items = 50)]
            pub clear: Option<Vec<MemberPointer>>,
        }

        /// What either kind of report says, before its texts are read as times, indicators and so on.
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs, reason = "the members are documented where they are sent")]
        pub struct ReportFields {
            pub stage: Stage,
            pub description: Option<String>,
            $(pub $member: Option<$type>,)+
            pub on_behalf_of: Option<OnBehalfOf>,
            pub reported_via: Option<String>,
            pub notified_at: Option<String>,
            pub clear: Vec<MemberPointer>,
        }

        impl From<ReportInput> for ReportFields {
            fn from(input: ReportInput) -> Self {
                Self {
                    stage: Stage::Initial,
                    description: Some(input.description),
                    $($member: input.$member,)+
                    on_behalf_of: input.on_behalf_of,
                    reported_via: input.reported_via,
                    notified_at: input.notified_at,
                    clear: Vec::new(),
                }
            }
        }

        impl From<FollowUpInput> for ReportFields {
            fn from(input: FollowUpInput) -> Self {
                Self {
                    stage: input.stage.into(),
                    description: input.description,
                    $($member: input.$member,)+
                    on_behalf_of: None,
                    reported_via: None,
                    notified_at: None,
                    clear: input.clear.unwrap_or_default(),
                }
            }
        }
    };
}

reports! {
    /// A short title.
    #[schema(max_length = 200)]
    title: String,
    /// The language of the texts (BCP 47, such as `uk` or `en`).
    #[schema(max_length = 200, example = "uk")]
    language: String,
    /// When you became aware of the incident; the reporting clocks run from here. Left out, it is the time of receipt.
    #[schema(value_type = Option<Time>)]
    became_aware_at: String,
    /// When it was detected.
    #[schema(value_type = Option<Time>)]
    detected_at: String,
    /// When it began, as far as is known.
    #[schema(value_type = Option<Time>)]
    started_at: String,
    /// The sector that was hit, if it isn't your own.
    sector: Sector,
    /// Further sectors that were hit.
    #[schema(max_items = 50)]
    other_sectors: Vec<Sector>,
    /// Services that were hit, by the names you use for them.
    #[schema(max_items = 20)]
    affected_services: Vec<ServiceName>,
    /// Regions that were hit.
    #[schema(max_items = 27)]
    regions: Vec<Region>,
    /// What is seen, in plain words.
    #[schema(max_items = 50)]
    symptoms: Vec<Symptom>,
    /// Whether lives are in danger.
    danger_to_life: bool,
    /// RSIT class and type, as you see them.
    classification: ClassificationInput,
    /// Answers to the questions of the scoring system.
    impact: ImpactAnswersInput,
    /// Number of systems affected.
    #[schema(minimum = 0, maximum = 2_147_483_647)]
    affected_systems: u32,
    /// Number of users affected.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    affected_users: u64,
    /// Kinds of data touched.
    #[schema(max_items = 50)]
    data_types: Vec<DataType>,
    /// Whether you suspect an attack.
    suspected_malicious: bool,
    /// Whether other countries are affected.
    cross_border: bool,
    /// Indicators of compromise.
    #[schema(max_items = 1_000)]
    indicators: Vec<IndicatorInput>,
    /// What has been done so far.
    #[schema(max_length = 20_000)]
    measures_taken: String,
    /// The help you ask for.
    #[schema(max_items = 50)]
    assistance_requested: Vec<Assistance>,
    /// How far the report may be passed on. Left out, it is amber.
    #[schema(value_type = Option<TlpInput>)]
    tlp: Tlp,
    /// What may be done with the report's content.
    pap: Pap,
    /// Whom to reach.
    contact: ContactInput,
    /// Your own number for the incident; it may stand once only.
    #[schema(max_length = 200)]
    external_ref: String,
    /// Whether it is an exercise: no clocks, no statistics, only teams that take part in exercises.
    exercise: bool,
}

#[cfg(test)]
mod tests;
