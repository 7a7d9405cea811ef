//! The Reference Security Incident Taxonomy (RSIT), version 1.3: 11 classes and 39 types.
//!
//! Codes and English names are those of ENISA's Reference Security Incident Taxonomy Task Force, published under CC0
//! 1.0. The Ukrainian labels are this project's own.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words;

words! {
    /// The class of an incident: what kind of thing happened.
    IncidentClass {
        AbusiveContent "abusive-content" "Abusive Content" "Неприйнятний вміст",
        MaliciousCode "malicious-code" "Malicious Code" "Шкідливий програмний код",
        InformationGathering "information-gathering" "Information Gathering" "Збирання інформації",
        IntrusionAttempts "intrusion-attempts" "Intrusion Attempts" "Спроби втручання",
        Intrusions "intrusions" "Intrusions" "Втручання",
        Availability "availability" "Availability" "Порушення доступності",
        InformationContentSecurity "information-content-security"
            "Information Content Security" "Порушення безпеки інформації",
        Fraud "fraud" "Fraud" "Шахрайство",
        Vulnerable "vulnerable" "Vulnerable" "Вразливість",
        Other "other" "Other" "Інше",
        Test "test" "Test" "Тест",
    }
}

/// A type of incident within its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncidentType {
    /// The class it belongs to.
    pub class: IncidentClass,
    /// The code, unique within the class (`other` and `test` are also codes of classes).
    pub code: &'static str,
    /// Label in English.
    pub label_en: &'static str,
    /// Label in Ukrainian.
    pub label_uk: &'static str,
}

const fn entry(
    class: IncidentClass,
    code: &'static str,
    label_en: &'static str,
    label_uk: &'static str,
) -> IncidentType {
    IncidentType { class, code, label_en, label_uk }
}

/// Every type, class by class in the order of the taxonomy.
pub const TYPES: &[IncidentType] = &[
    entry(IncidentClass::AbusiveContent, "spam", "Spam", "Спам"),
    entry(IncidentClass::AbusiveContent, "harmful-speech", "Harmful Speech", "Шкідливі висловлювання"),
    entry(
        IncidentClass::AbusiveContent,
        "violence",
        "(Child) Sexual Exploitation/Sexual/Violent Content",
        "Матеріали сексуального характеру, сексуальної експлуатації (зокрема дітей) чи насильства",
    ),
    entry(IncidentClass::MaliciousCode, "infected-system", "Infected System", "Заражена система"),
    entry(IncidentClass::MaliciousCode, "c2-server", "C2 Server", "Командний сервер (C2)"),
    entry(
        IncidentClass::MaliciousCode,
        "malware-distribution",
        "Malware Distribution",
        "Поширення шкідливого програмного забезпечення",
    ),
    entry(
        IncidentClass::MaliciousCode,
        "malware-configuration",
        "Malware Configuration",
        "Конфігурація шкідливого програмного забезпечення",
    ),
    entry(IncidentClass::InformationGathering, "scanner", "Scanning", "Сканування"),
    entry(IncidentClass::InformationGathering, "sniffing", "Sniffing", "Перехоплення мережевого трафіку"),
    entry(IncidentClass::InformationGathering, "social-engineering", "Social Engineering", "Соціальна інженерія"),
    entry(
        IncidentClass::IntrusionAttempts,
        "ids-alert",
        "Exploitation of Known Vulnerabilities",
        "Експлуатація відомих вразливостей",
    ),
    entry(IncidentClass::IntrusionAttempts, "brute-force", "Login Attempts", "Спроби підбору облікових даних"),
    entry(IncidentClass::IntrusionAttempts, "exploit", "New Attack Signature", "Нова сигнатура атаки"),
    entry(
        IncidentClass::Intrusions,
        "privileged-account-compromise",
        "Privileged Account Compromise",
        "Компрометація привілейованого облікового запису",
    ),
    entry(
        IncidentClass::Intrusions,
        "unprivileged-account-compromise",
        "Unprivileged Account Compromise",
        "Компрометація непривілейованого облікового запису",
    ),
    entry(IncidentClass::Intrusions, "application-compromise", "Application Compromise", "Компрометація застосунку"),
    entry(IncidentClass::Intrusions, "system-compromise", "System Compromise", "Компрометація системи"),
    entry(IncidentClass::Intrusions, "burglary", "Burglary", "Фізичне проникнення"),
    entry(IncidentClass::Availability, "dos", "Denial of Service", "Відмова в обслуговуванні (DoS)"),
    entry(
        IncidentClass::Availability,
        "ddos",
        "Distributed Denial of Service",
        "Розподілена відмова в обслуговуванні (DDoS)",
    ),
    entry(IncidentClass::Availability, "misconfiguration", "Misconfiguration", "Помилкове налаштування"),
    entry(IncidentClass::Availability, "sabotage", "Sabotage", "Саботаж"),
    entry(IncidentClass::Availability, "outage", "Outage", "Перебій у роботі"),
    entry(
        IncidentClass::InformationContentSecurity,
        "unauthorised-information-access",
        "Unauthorised Access to Information",
        "Несанкціонований доступ до інформації",
    ),
    entry(
        IncidentClass::InformationContentSecurity,
        "unauthorised-information-modification",
        "Unauthorised Modification of Information",
        "Несанкціонована зміна інформації",
    ),
    entry(IncidentClass::InformationContentSecurity, "data-loss", "Data Loss", "Втрата даних"),
    entry(
        IncidentClass::InformationContentSecurity,
        "data-leak",
        "Leak of Confidential Information",
        "Витік конфіденційної інформації",
    ),
    entry(
        IncidentClass::Fraud,
        "unauthorised-use-of-resources",
        "Unauthorised Use of Resources",
        "Несанкціоноване використання ресурсів",
    ),
    entry(IncidentClass::Fraud, "copyright", "Copyright", "Порушення авторського права"),
    entry(IncidentClass::Fraud, "masquerade", "Masquerade", "Видавання себе за іншу особу"),
    entry(IncidentClass::Fraud, "phishing", "Phishing", "Фішинг"),
    entry(IncidentClass::Vulnerable, "weak-crypto", "Weak Cryptography", "Слабка криптографія"),
    entry(IncidentClass::Vulnerable, "ddos-amplifier", "DDoS Amplifier", "Підсилювач DDoS-атак"),
    entry(
        IncidentClass::Vulnerable,
        "potentially-unwanted-accessible",
        "Potentially Unwanted Accessible Services",
        "Потенційно небажані загальнодоступні сервіси",
    ),
    entry(IncidentClass::Vulnerable, "information-disclosure", "Information Disclosure", "Розкриття інформації"),
    entry(IncidentClass::Vulnerable, "vulnerable-system", "Vulnerable System", "Вразлива система"),
    entry(IncidentClass::Other, "other", "Uncategorised", "Некласифікований інцидент"),
    entry(IncidentClass::Other, "undetermined", "Undetermined", "Не визначено"),
    entry(IncidentClass::Test, "test", "Test", "Тест"),
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
            assert!(!t.label_en.is_empty(), "{}", t.code);
            assert!(t.label_uk.chars().any(|c| ('\u{400}'..='\u{4ff}').contains(&c)), "{}", t.code);
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
