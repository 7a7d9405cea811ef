use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::impact::{PotentialImpact, Recoverability};
use crate::taxonomy::IncidentClass;

fn known() -> Content {
    Content {
        description: "Сервери зашифровано".to_owned(),
        title: Some("Шифрувальник".to_owned()),
        regions: vec![Region::Lvivska, Region::KyivCity],
        classification: Some(Classification::undetermined()),
        contact: Some(Contact { phone: Some("+380".to_owned()), ..Default::default() }),
        impact: ImpactAnswers {
            recoverability: Some(Recoverability::Regular),
            potential_impact: Some(PotentialImpact::Low),
            ..Default::default()
        },
        ..Default::default()
    }
}

#[test]
fn what_is_left_out_stays() {
    let mut content = known();
    content.merge(Change::default(), &[]);
    assert_eq!(content, known());
}

#[test]
fn lists_and_structures_are_replaced_and_answers_are_merged() {
    let mut content = known();
    let classification = Classification::new(IncidentClass::MaliciousCode, None).unwrap();
    content.merge(
        Change {
            regions: Some(vec![Region::Odeska]),
            classification: Some(classification.clone()),
            contact: Some(Contact { name: Some("Черговий".to_owned()), ..Default::default() }),
            impact: ImpactAnswers { recoverability: Some(Recoverability::Extended), ..Default::default() },
            ..Default::default()
        },
        &[],
    );
    assert_eq!(content.regions, [Region::Odeska]);
    assert_eq!(content.classification, Some(classification));
    assert_eq!(content.contact.unwrap().phone, None);
    assert_eq!(content.impact.recoverability, Some(Recoverability::Extended));
    assert_eq!(content.impact.potential_impact, Some(PotentialImpact::Low));
    assert_eq!(content.title.as_deref(), Some("Шифрувальник"));
}

#[test]
fn an_empty_list_is_a_statement_too() {
    let mut content = known();
    content.merge(Change { regions: Some(Vec::new()), ..Default::default() }, &[]);
    assert!(content.regions.is_empty());
}

#[test]
fn what_is_cleared_can_be_set_anew_by_the_same_report() {
    let mut content = known();
    let change = Change {
        impact: ImpactAnswers { potential_impact: Some(PotentialImpact::High), ..Default::default() },
        ..Default::default()
    };
    content.merge(
        change,
        &["/impact".to_owned(), "/contact".to_owned(), "/regions".to_owned(), "/description".to_owned()],
    );
    assert_eq!(content.impact.recoverability, None);
    assert_eq!(content.impact.potential_impact, Some(PotentialImpact::High));
    assert!(content.contact.is_none() && content.regions.is_empty());
    assert_eq!(content.description, "Сервери зашифровано");
}

#[test]
fn what_is_stored_holds_only_what_was_said() {
    let content = Content { description: "x".to_owned(), ..Default::default() };
    assert_eq!(serde_json::to_value(&content).unwrap(), json!({"description": "x"}));
    let json = serde_json::to_string(&known()).unwrap();
    assert_eq!(serde_json::from_str::<Content>(&json).unwrap(), known());
    assert_eq!(serde_json::from_str::<Content>("{}").unwrap(), Content::default());
}

proptest! {
    #[test]
    fn no_pointer_is_too_odd(pointer in any::<String>()) {
        let mut content = known();
        if !content.clear(&pointer) {
            prop_assert_eq!(content, known());
        }
    }
}
