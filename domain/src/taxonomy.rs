//! The Reference Security Incident Taxonomy (RSIT), version 1.3: 11 classes and 39 types.
//!
//! Codes and English names are those of ENISA's Reference Security Incident Taxonomy Task Force, published under CC0
//! 1.0. The Ukrainian labels are this project's own.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::word::{Label, label_of};
use crate::words;

words! {
    /// The class of an incident: what kind of thing happened.
    IncidentClass {
        AbusiveContent "abusive-content",
        MaliciousCode "malicious-code",
        InformationGathering "information-gathering",
        IntrusionAttempts "intrusion-attempts",
        Intrusions "intrusions",
        Availability "availability",
        InformationContentSecurity "information-content-security",
        Fraud "fraud",
        Vulnerable "vulnerable",
        Other "other",
        Test "test",
    }
}

/// A type of incident within its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncidentType {
    /// The class it belongs to.
    pub class: IncidentClass,
    /// The code, unique within the class (`other` and `test` are also codes of classes).
    pub code: &'static str,
    /// The label.
    pub label: Label,
}

macro_rules! entry {
    ($class:ident $code:literal) => {
        IncidentType {
            class: IncidentClass::$class,
            code: $code,
            label: label_of(concat!("IncidentType-", stringify!($class)), $code),
        }
    };
}

/// Every type, class by class in the order of the taxonomy.
pub const TYPES: &[IncidentType] = &[
    entry!(AbusiveContent "spam"),
    entry!(AbusiveContent "harmful-speech"),
    entry!(AbusiveContent "violence"),
    entry!(MaliciousCode "infected-system"),
    entry!(MaliciousCode "c2-server"),
    entry!(MaliciousCode "malware-distribution"),
    entry!(MaliciousCode "malware-configuration"),
    entry!(InformationGathering "scanner"),
    entry!(InformationGathering "sniffing"),
    entry!(InformationGathering "social-engineering"),
    entry!(IntrusionAttempts "ids-alert"),
    entry!(IntrusionAttempts "brute-force"),
    entry!(IntrusionAttempts "exploit"),
    entry!(Intrusions "privileged-account-compromise"),
    entry!(Intrusions "unprivileged-account-compromise"),
    entry!(Intrusions "application-compromise"),
    entry!(Intrusions "system-compromise"),
    entry!(Intrusions "burglary"),
    entry!(Availability "dos"),
    entry!(Availability "ddos"),
    entry!(Availability "misconfiguration"),
    entry!(Availability "sabotage"),
    entry!(Availability "outage"),
    entry!(InformationContentSecurity "unauthorised-information-access"),
    entry!(InformationContentSecurity "unauthorised-information-modification"),
    entry!(InformationContentSecurity "data-loss"),
    entry!(InformationContentSecurity "data-leak"),
    entry!(Fraud "unauthorised-use-of-resources"),
    entry!(Fraud "copyright"),
    entry!(Fraud "masquerade"),
    entry!(Fraud "phishing"),
    entry!(Vulnerable "weak-crypto"),
    entry!(Vulnerable "ddos-amplifier"),
    entry!(Vulnerable "potentially-unwanted-accessible"),
    entry!(Vulnerable "information-disclosure"),
    entry!(Vulnerable "vulnerable-system"),
    entry!(Other "other"),
    entry!(Other "undetermined"),
    entry!(Test "test"),
];

impl IncidentClass {
    /// The types of this class.
    pub fn types(self) -> impl Iterator<Item = &'static IncidentType> {
        TYPES.iter().filter(move |t| t.class == self)
    }

    /// The type of this class with that code.
    pub fn find_type(self, code: &str) -> Option<&'static IncidentType> {
        self.types().find(|t| t.code == code)
    }
}

/// Class and, where it is known, type of an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Classification {
    /// The class.
    pub class: IncidentClass,
    /// The type: one of the class's own.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 64, example = "ddos")]
    pub r#type: Option<String>,
}

/// The type does not belong to the class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no type of this class")]
pub struct TypeNotOfClass;

impl Classification {
    /// Class and type, checked against each other.
    ///
    /// # Errors
    /// [`TypeNotOfClass`] when the class has no such type.
    pub fn new(class: IncidentClass, r#type: Option<&str>) -> Result<Self, TypeNotOfClass> {
        match r#type {
            Some(code) if class.find_type(code).is_none() => Err(TypeNotOfClass),
            other => Ok(Self { class, r#type: other.map(str::to_owned) }),
        }
    }

    /// What an incident is until somebody knows better.
    pub fn undetermined() -> Self {
        Self { class: IncidentClass::Other, r#type: Some("undetermined".to_owned()) }
    }

    /// The MISP machine tag: `rsit:availability="ddos"`, or `rsit:availability` while the type is open.
    pub fn rsit_tag(&self) -> String {
        match &self.r#type {
            Some(code) => format!("rsit:{}=\"{code}\"", self.class),
            None => format!("rsit:{}", self.class),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::word::Word;

    #[test]
    fn the_taxonomy_is_whole() {
        assert_eq!(IncidentClass::ALL.len(), 11);
        assert_eq!(TYPES.len(), 39);
        let pairs: BTreeSet<_> = TYPES.iter().map(|t| (t.class, t.code)).collect();
        assert_eq!(pairs.len(), 39, "a type stands twice");
        assert!(IncidentClass::ALL.iter().all(|class| class.types().next().is_some()));
    }

    #[test]
    fn every_type_has_both_labels() {
        for t in TYPES {
            assert!(!t.label.en().is_empty(), "{}", t.code);
            assert!(t.label.uk().chars().any(|c| ('\u{400}'..='\u{4ff}').contains(&c)), "{}", t.code);
        }
    }

    #[test]
    fn a_type_is_taken_only_with_its_own_class() {
        assert!(Classification::new(IncidentClass::Availability, Some("ddos")).is_ok());
        assert!(Classification::new(IncidentClass::Availability, None).is_ok());
        assert_eq!(Classification::new(IncidentClass::Fraud, Some("ddos")), Err(TypeNotOfClass));
        assert_eq!(Classification::new(IncidentClass::Fraud, Some("")), Err(TypeNotOfClass));
    }

    #[test]
    fn the_tag_is_written_as_misp_writes_it() {
        let whole = Classification::new(IncidentClass::Availability, Some("ddos")).unwrap();
        assert_eq!(whole.rsit_tag(), "rsit:availability=\"ddos\"");
        let open = Classification::new(IncidentClass::MaliciousCode, None).unwrap();
        assert_eq!(open.rsit_tag(), "rsit:malicious-code");
    }

    #[test]
    fn in_json_it_is_class_and_type() {
        let whole = Classification::undetermined();
        let json = serde_json::to_string(&whole).unwrap();
        assert_eq!(json, r#"{"class":"other","type":"undetermined"}"#);
        assert_eq!(serde_json::from_str::<Classification>(&json).unwrap(), whole);
    }

    proptest! {
        #[test]
        fn a_pair_is_taken_exactly_when_it_stands_in_the_table(
            class in prop::sample::select(IncidentClass::ALL),
            code in prop_oneof![prop::sample::select(TYPES).prop_map(|t| t.code.to_owned()), any::<String>()],
        ) {
            let stands = TYPES.iter().any(|t| t.class == class && t.code == code);
            prop_assert_eq!(Classification::new(class, Some(&code)).is_ok(), stands);
        }
    }
}
