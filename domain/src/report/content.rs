//! What an incident's reports have said so far, and how a further report changes it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::impact::ImpactAnswers;
use crate::region::Region;
use crate::taxonomy::{Classification, IncidentClass};
use crate::time::Time;
use crate::tlp::{Pap, Tlp};
use crate::vocabulary::{Assistance, DataType, Sector, Symptom};

/// Whom to reach about the incident. At least one member is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Contact {
    /// Name of the person or office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub name: Option<String>,
    /// Function, such as "duty officer".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub role: Option<String>,
    /// Telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub email: Option<String>,
}

/// Declares the members of [`Content`] and [`Change`] once: `one` is a value that may be missing, `many` a list that
/// may be empty. `description` and `impact` follow rules of their own and stand outside.
macro_rules! members {
    (
        one { $($(#[$one_doc:meta])* $one:ident: $one_type:ty,)+ }
        many { $($(#[$many_doc:meta])* $many:ident: $many_type:ty,)+ }
    ) => {
        /// Everything an incident's reports say, later ones over earlier ones. Indicators are kept apart, one by one.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
        pub struct Content {
            /// What happened, in the institution's own words.
            #[serde(default)]
            #[schema(max_length = 20_000)]
            pub description: String,
            $(
                $(#[$one_doc])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[schema(nullable = false)]
                pub $one: Option<$one_type>,
            )+
            $(
                $(#[$many_doc])*
                #[serde(default, skip_serializing_if = "Vec::is_empty")]
                pub $many: Vec<$many_type>,
            )+
            /// The answers to the questions of the scoring system.
            #[serde(default, skip_serializing_if = "ImpactAnswers::is_empty")]
            pub impact: ImpactAnswers,
        }

        /// What one report says. A member that is `None` was left out and changes nothing.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct Change {
            /// What happened, in the institution's own words.
            pub description: Option<String>,
            $($(#[$one_doc])* pub $one: Option<$one_type>,)+
            $($(#[$many_doc])* pub $many: Option<Vec<$many_type>>,)+
            /// The answers this report gives; others keep what was said before.
            pub impact: ImpactAnswers,
        }

        impl Content {
            /// Takes a whole member back; false when there is none of that name.
            fn clear_member(&mut self, member: &str) -> bool {
                match member {
                    "impact" => self.impact = ImpactAnswers::default(),
                    $(stringify!($one) => self.$one = None,)+
                    $(stringify!($many) => self.$many = Vec::new(),)+
                    _ => return false,
                }
                true
            }

            fn take(&mut self, change: Change) {
                if let Some(description) = change.description {
                    self.description = description;
                }
                $(if change.$one.is_some() { self.$one = change.$one; })+
                $(if let Some(list) = change.$many { self.$many = list; })+
                self.impact = change.impact.or(self.impact);
            }
        }

        impl Change {
            /// Leaves out every list that lacks something the incident's list has.
            fn keep_lists(&mut self, content: &Content, left_out: &mut Vec<&'static str>) {
                $(
                    let loses = |list: &Vec<$many_type>| !content.$many.iter().all(|known| list.contains(known));
                    if self.$many.as_ref().is_some_and(loses) {
                        self.$many = None;
                        left_out.push(concat!("/", stringify!($many)));
                    }
                )+
            }
        }
    };
}

impl Content {
    /// Takes in what a further report says. First what `clear` points at is removed, then the members of `change` take
    /// the place of the earlier ones: what is left out stays, lists replace, contact and classification are replaced
    /// whole, and `impact` answer by answer. A pointer that [`Content::clear`] refuses changes nothing.
    pub fn merge(&mut self, change: Change, clear: &[String]) {
        for pointer in clear {
            self.clear(pointer);
        }
        self.take(change);
    }

    /// Removes what a JSON Pointer names: a whole member other than `/description`, or one answer such as
    /// `/impact/recoverability`. False, and nothing changed, for any other pointer.
    pub fn clear(&mut self, pointer: &str) -> bool {
        match pointer.strip_prefix('/').map(|path| path.split_once('/').unwrap_or((path, ""))) {
            Some(("impact", answer)) if !answer.is_empty() => self.impact.clear(answer),
            Some((member, "")) if !pointer.ends_with('/') => self.clear_member(member),
            _ => false,
        }
    }
}

impl Change {
    /// Leaves out what would narrow, widen or take back something the incident has: for reports that may come from an
    /// attacker. Gives the JSON Pointers of what was left out; what says the same as before is not among them.
    pub fn only_add_to(&mut self, content: &Content) -> Vec<&'static str> {
        let mut left_out = Vec::new();
        leave_out(&mut self.tlp, &content.tlp, "/tlp", &mut left_out);
        leave_out(&mut self.exercise, &content.exercise, "/exercise", &mut left_out);
        leave_out(&mut self.external_ref, &content.external_ref, "/external_ref", &mut left_out);
        if self.danger_to_life == Some(false) {
            leave_out(&mut self.danger_to_life, &content.danger_to_life, "/danger_to_life", &mut left_out);
        }
        // This class is an exercise by another name.
        if self.classification.as_ref().is_some_and(|said| said.class == IncidentClass::Test) {
            leave_out(&mut self.classification, &content.classification, "/classification", &mut left_out);
        }
        // Above all the telephone at which somebody is called back about such a report must not come from the report.
        keep_known(&mut self.contact, &content.contact, "/contact", &mut left_out);
        keep_known(&mut self.title, &content.title, "/title", &mut left_out);
        keep_known(&mut self.became_aware_at, &content.became_aware_at, "/became_aware_at", &mut left_out);
        if !content.description.is_empty() {
            leave_out(&mut self.description, &Some(content.description.clone()), "/description", &mut left_out);
        }
        self.keep_lists(content, &mut left_out);
        left_out
    }
}

/// What is known stays; what isn't may be told.
fn keep_known<T: PartialEq>(
    said: &mut Option<T>,
    known: &Option<T>,
    pointer: &'static str,
    left_out: &mut Vec<&'static str>,
) {
    if known.is_some() {
        leave_out(said, known, pointer, left_out);
    }
}

fn leave_out<T: PartialEq>(
    said: &mut Option<T>,
    known: &Option<T>,
    pointer: &'static str,
    left_out: &mut Vec<&'static str>,
) {
    if said.is_some() && said != known {
        left_out.push(pointer);
    }
    *said = None;
}

members! {
    one {
        /// A short title.
        title: String,
        /// The language the texts are written in (BCP 47, such as `uk`).
        language: String,
        /// When the institution became aware of the incident; the reporting clocks run from here.
        became_aware_at: Time,
        /// When it was detected.
        detected_at: Time,
        /// When it began, as far as is known.
        started_at: Time,
        /// The sector that was hit.
        sector: Sector,
        /// Whether lives are in danger.
        danger_to_life: bool,
        /// Class and type, as the institution sees them.
        classification: Classification,
        /// Number of systems affected.
        affected_systems: u32,
        /// Number of users affected, below 2^53.
        affected_users: u64,
        /// Whether an attack is suspected.
        suspected_malicious: bool,
        /// Whether other countries are affected.
        cross_border: bool,
        /// What has been done so far.
        measures_taken: String,
        /// How far the report may be passed on; amber when nothing is said.
        tlp: Tlp,
        /// What may be done with it.
        pap: Pap,
        /// Whom to reach.
        contact: Contact,
        /// The institution's own number for it.
        external_ref: String,
        /// Whether it is an exercise.
        exercise: bool,
    }
    many {
        /// Further sectors that were hit.
        other_sectors: Sector,
        /// Services that were hit, by the names the institution uses.
        affected_services: String,
        /// Regions that were hit.
        regions: Region,
        /// What is seen.
        symptoms: Symptom,
        /// Kinds of data touched.
        data_types: DataType,
        /// The help that is asked for.
        assistance_requested: Assistance,
    }
}

#[cfg(test)]
mod tests;
