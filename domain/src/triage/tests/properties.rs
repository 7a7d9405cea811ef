use proptest::prelude::*;
use proptest::sample::select;

use super::*;

fn any_word<T: Word>() -> impl Strategy<Value = T> {
    select(T::ALL)
}

prop_compose! {
    fn any_answers()(
        functional_impact in proptest::option::of(any_word()),
        observed_activity in proptest::option::of(any_word()),
        location_of_observed_activity in proptest::option::of(any_word()),
        actor_characterization in proptest::option::of(any_word()),
        information_impact in proptest::option::of(any_word()),
        recoverability in proptest::option::of(any_word()),
        potential_impact in proptest::option::of(any_word()),
    ) -> ImpactAnswers {
        ImpactAnswers {
            functional_impact, observed_activity, location_of_observed_activity, actor_characterization,
            information_impact, recoverability, potential_impact,
        }
    }
}

prop_compose! {
    fn any_content()(
        impact in any_answers(),
        sector in proptest::option::of(any_word()),
        other_sectors in proptest::collection::vec(any_word(), 0..3),
        symptoms in proptest::collection::vec(any_word(), 0..4),
        danger_to_life in proptest::option::of(any::<bool>()),
    ) -> Content {
        Content { impact, sector, other_sectors, symptoms, danger_to_life, ..Content::default() }
    }
}

/// `answer` raised to `to`, where that is graver.
fn raised<T: Scored>(answer: &mut Option<T>, to: T) -> bool {
    let graver = answer.is_some_and(|stated| stated.value() <= to.value());
    if graver {
        *answer = Some(to);
    }
    graver
}

fn raise(answers: &mut ImpactAnswers, question: usize, option: usize) -> bool {
    fn at<T: Word>(option: usize) -> T {
        T::ALL[option % T::ALL.len()]
    }
    match question {
        0 => raised(&mut answers.functional_impact, at(option)),
        1 => raised(&mut answers.observed_activity, at(option)),
        2 => raised(&mut answers.location_of_observed_activity, at(option)),
        3 => raised(&mut answers.actor_characterization, at(option)),
        4 => raised(&mut answers.information_impact, at(option)),
        5 => raised(&mut answers.recoverability, at(option)),
        _ => raised(&mut answers.potential_impact, at(option)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_graver_answer_never_lowers_score_or_level(
        content in any_content(), own in any_word(), category in any_word(), question in 0usize..7, option in 0usize..8,
    ) {
        let milder = triage(&TriageInput { category, ..input(&content, own) }, RuleData::current());
        let mut graver = content.clone();
        prop_assume!(raise(&mut graver.impact, question, option));
        let graver = triage(&TriageInput { category, ..input(&graver, own) }, RuleData::current());
        prop_assert!(graver.score >= milder.score);
        prop_assert!(graver.level >= milder.level);
    }

    #[test]
    fn the_interval_holds_the_score_and_the_level(content in any_content(), own in any_word(), category in any_word()) {
        let triage = triage(&TriageInput { category, ..input(&content, own) }, RuleData::current());
        prop_assert!((0.0..=100.0).contains(&triage.score));
        prop_assert!(triage.score_low <= triage.score && triage.score <= triage.score_high);
        prop_assert!(triage.level_low <= triage.level && triage.level <= triage.level_high && triage.level_high <= 5);
    }

    #[test]
    fn floors_hold_and_contributions_add_up(content in any_content(), own in any_word(), category in any_word()) {
        let triage = triage(&TriageInput { category, ..input(&content, own) }, RuleData::current());
        for floor in triage.factors.iter().filter_map(|factor| factor.level_min) {
            prop_assert!(triage.level >= floor && triage.level_low >= floor);
        }
        if content.danger_to_life == Some(true) {
            prop_assert!(triage.level >= 4);
        }
        // Nine figures of four decimals each.
        let sum: f64 = triage.factors.iter().map(|factor| factor.contribution).sum();
        prop_assert!((sum - triage.score).abs() <= 10.0 * 0.000_05, "{sum} against {}", triage.score);
    }

    #[test]
    fn the_same_report_is_triaged_the_same_way(content in any_content(), own in any_word(), category in any_word()) {
        let input = TriageInput { category, ..input(&content, own) };
        prop_assert_eq!(triage(&input, RuleData::current()), triage(&input, RuleData::current()));
    }

    #[test]
    fn answering_an_open_question_never_widens_the_interval(content in any_content(), own in any_word(), answers in any_answers()) {
        let before = run(&content, own);
        let mut more = content.clone();
        more.impact = content.impact.or(answers);
        // A stated `unknown` keeps its question open, so it can't widen anything either.
        let after = run(&more, own);
        prop_assert!(before.score_low <= after.score_low && after.score_high <= before.score_high);
    }
}
