use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::impact::{PotentialImpact, Recoverability};
use crate::word::Word;

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

#[test]
fn what_only_adds_is_kept_and_the_rest_is_named() {
    let content = Content { tlp: Some(Tlp::Amber), danger_to_life: Some(true), ..known() };
    let mut change = Change {
        tlp: Some(Tlp::Red),
        exercise: Some(true),
        external_ref: Some("H-1".to_owned()),
        danger_to_life: Some(false),
        classification: Some(Classification::new(IncidentClass::Test, None).unwrap()),
        regions: Some(vec![Region::Lvivska]),
        symptoms: Some(Vec::new()),
        affected_users: Some(3),
        description: Some("nothing happened".to_owned()),
        title: Some("All is well".to_owned()),
        contact: Some(Contact { phone: Some("the attacker's".to_owned()), ..Default::default() }),
        ..Default::default()
    };
    let content = Content {
        title: Some("Servers down".to_owned()),
        contact: Some(Contact { phone: Some("the hospital's".to_owned()), ..Default::default() }),
        ..content
    };
    let left_out = change.only_add_to(&content);
    let expected = ["/tlp", "/exercise", "/external_ref", "/danger_to_life", "/classification", "/contact", "/title"];
    assert_eq!(left_out, [&expected[..], &["/description", "/regions"]].concat());
    assert_eq!(change, Change { symptoms: Some(Vec::new()), affected_users: Some(3), ..Default::default() });
    let mut more = Change {
        tlp: Some(Tlp::Amber),
        danger_to_life: Some(true),
        regions: Some(vec![Region::Odeska, Region::KyivCity, Region::Lvivska]),
        ..Default::default()
    };
    assert!(more.only_add_to(&content).is_empty(), "what is the same is no loss");
    assert_eq!((more.danger_to_life, more.regions.map(|list| list.len())), (Some(true), Some(3)));
}

fn some_regions() -> impl Strategy<Value = Vec<Region>> {
    let some = vec![Region::Lvivska, Region::KyivCity, Region::Odeska, Region::Kharkivska];
    proptest::sample::subsequence(some, 0..=4)
}

fn some_tlp() -> impl Strategy<Value = Option<Tlp>> {
    proptest::option::of(proptest::sample::select(Tlp::ALL.to_vec()))
}

proptest! {
    #[test]
    fn what_only_adds_never_takes_away(
        tlp in some_tlp(), said_tlp in some_tlp(),
        exercise in any::<Option<bool>>(), said_exercise in any::<Option<bool>>(),
        danger in any::<Option<bool>>(), said_danger in any::<Option<bool>>(),
        regions in some_regions(), said_regions in proptest::option::of(some_regions()),
    ) {
        let before = Content { tlp, exercise, danger_to_life: danger, regions, ..known() };
        let mut change = Change {
            tlp: said_tlp,
            exercise: said_exercise,
            danger_to_life: said_danger,
            regions: said_regions,
            ..Default::default()
        };
        change.only_add_to(&before);
        let mut after = before.clone();
        after.merge(change, &[]);
        prop_assert_eq!((after.tlp, after.exercise), (before.tlp, before.exercise));
        prop_assert!(after.danger_to_life == before.danger_to_life || after.danger_to_life == Some(true));
        prop_assert!(before.regions.iter().all(|region| after.regions.contains(region)));
    }

    #[test]
    fn no_pointer_is_too_odd(pointer in any::<String>()) {
        let mut content = known();
        if !content.clear(&pointer) {
            prop_assert_eq!(content, known());
        }
    }
}
