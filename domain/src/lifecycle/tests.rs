use super::*;
use crate::word::Word;
use proptest::prelude::*;

/// One team's case.
#[derive(Clone, Debug)]
struct Case {
    state: CaseState,
    holder: Holder,
}

/// An incident with its leads, as the service keeps them.
#[derive(Clone, Debug)]
struct Model {
    ending: Option<Ending>,
    cases: Vec<Case>,
}

impl Model {
    fn new() -> Self {
        Self { ending: None, cases: vec![Case { state: CaseState::Assigned, holder: Holder::Partner }] }
    }

    fn lead(&self) -> Option<Lead> {
        let held = self.cases.iter().rev().find(|case| case.state.is_held());
        held.map(|case| Lead { state: case.state, waiting: false })
    }

    fn status(&self) -> IncidentStatus {
        self.ending.map_or_else(|| status_by_lead(self.lead()), Ending::status)
    }

    /// Routing gives an incident without a team to somebody in the same change.
    fn route(&mut self, to_own: bool) {
        if self.lead().is_none() {
            let holder = if to_own { Holder::Coordinator } else { Holder::Partner };
            self.cases.push(Case { state: CaseState::Assigned, holder });
        }
    }
}

#[derive(Clone, Debug)]
enum Call {
    Case(CaseVerb, usize, bool),
    Incident(IncidentVerb),
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        4 => (prop::sample::select(CaseVerb::ALL), 0..4_usize, any::<bool>()).prop_map(|(verb, case, own)| Call::Case(verb, case, own)),
        1 => prop::sample::select(IncidentVerb::ALL).prop_map(Call::Incident),
    ]
}

proptest! {
    /// Whatever is called in whatever order: a defined status, and never an incident without a team.
    #[test]
    fn no_sequence_of_calls_reaches_an_undefined_state(calls in prop::collection::vec(call(), 0..40)) {
        let mut model = Model::new();
        for call in calls {
            let before = model.clone();
            match call {
                Call::Case(verb, place, own) => {
                    let Some(case) = model.cases.get_mut(place) else { continue };
                    match verb.apply(case.state, case.holder) {
                        Ok(Step::To(state)) => {
                            prop_assert_eq!(state, verb.goal());
                            prop_assert_ne!(state, case.state);
                            case.state = state;
                            model.route(own);
                        }
                        Ok(Step::AlreadyThere) if verb == CaseVerb::Acknowledge => {
                            prop_assert!(matches!(case.state, CaseState::Acknowledged | CaseState::InProgress));
                        }
                        Ok(Step::AlreadyThere) => prop_assert_eq!(case.state, verb.goal()),
                        Err(_) => {}
                    }
                }
                Call::Incident(verb) => match verb.apply(model.status()) {
                    Ok(Step::To(ending)) => {
                        prop_assert!(ending.is_some() || verb == IncidentVerb::Reopen);
                        model.ending = ending;
                        let held = model.cases.iter_mut().rev().find(|case| case.state.is_held());
                        if verb == IncidentVerb::Reopen
                            && let Some(case) = held
                            && let Ok(Step::To(state)) = CaseVerb::Reopen.apply(case.state, case.holder)
                        {
                            case.state = state;
                        }
                    }
                    Ok(Step::AlreadyThere) | Err(_) => {
                        prop_assert_eq!(model.ending, before.ending);
                    }
                },
            }
            prop_assert_ne!(model.status(), IncidentStatus::Received, "an incident always has a team");
            prop_assert!(model.cases.iter().filter(|case| case.state.is_open()).count() <= model.cases.len());
            for (old, new) in before.cases.iter().zip(&model.cases) {
                // What a team has lost it never gets back under the same assignment.
                prop_assert!(old.state.is_held() || old.state == new.state);
            }
        }
    }
}

#[test]
fn the_table_of_cases_holds_cell_by_cell() {
    use CaseState as S;
    use CaseVerb as V;
    let table: &[(V, &[S])] = &[
        (V::Acknowledge, &[S::Assigned]),
        (V::Start, &[S::Assigned, S::Acknowledged]),
        (V::Resolve, &[S::Assigned, S::Acknowledged, S::InProgress]),
        (V::Decline, &[S::Assigned, S::Acknowledged, S::InProgress]),
        (V::HandOver, &[S::Assigned, S::Acknowledged, S::InProgress]),
        (V::Expire, &[S::Assigned]),
        (V::Revoke, &[S::Assigned, S::Acknowledged, S::InProgress, S::Resolved]),
        (V::Reopen, &[S::Resolved]),
    ];
    assert_eq!(table.len(), V::ALL.len());
    for (verb, from) in table {
        for state in S::ALL {
            let expected = if from.contains(state) {
                Ok(Step::To(verb.goal()))
            } else if (*state == verb.goal() && *verb != V::Reopen)
                || (*verb, *state) == (V::Acknowledge, S::InProgress)
            {
                Ok(Step::AlreadyThere)
            } else {
                Err(Refusal::State)
            };
            assert_eq!(verb.apply(*state, Holder::Partner), expected, "{verb} from {state}");
        }
    }
}

#[test]
fn the_coordinators_team_neither_declines_nor_expires() {
    for state in CaseState::ALL {
        for verb in [CaseVerb::Decline, CaseVerb::Expire] {
            assert_eq!(verb.apply(*state, Holder::Coordinator), Err(Refusal::StandsLast));
        }
    }
    assert_eq!(CaseVerb::HandOver.apply(CaseState::Assigned, Holder::Coordinator), Ok(Step::To(CaseState::HandedOver)));
}

#[test]
fn what_has_ended_ends_no_other_way() {
    use IncidentStatus as S;
    use IncidentVerb as V;
    assert_eq!(V::Close.apply(S::Withdrawn), Err(Refusal::State));
    assert_eq!(V::Withdraw.apply(S::Closed), Err(Refusal::State));
    assert_eq!(V::Merge.apply(S::Closed), Ok(Step::To(Some(Ending::Merged))));
    assert_eq!(V::Merge.apply(S::Withdrawn), Err(Refusal::State));
    assert_eq!(V::Reopen.apply(S::Merged), Err(Refusal::State));
    for over in [S::Closed, S::Withdrawn, S::Resolved] {
        assert_eq!(V::Reopen.apply(over), Ok(Step::To(None)));
    }
    for open in [S::Received, S::Waiting, S::Assigned, S::InProgress] {
        assert_eq!(V::Reopen.apply(open), Ok(Step::AlreadyThere));
        assert_eq!(V::Close.apply(open), Ok(Step::To(Some(Ending::Closed))));
    }
    assert_eq!(V::Close.apply(S::Closed), Ok(Step::AlreadyThere));
}

#[test]
fn only_what_is_merged_has_a_merger_to_take_back() {
    for status in IncidentStatus::ALL {
        let expected = if *status == IncidentStatus::Merged { Ok(Step::To(None)) } else { Err(Refusal::State) };
        assert_eq!(take_merger_back(*status), expected, "{status}");
    }
}

#[test]
fn what_nobody_works_on_takes_in_nothing_that_somebody_works_on() {
    use IncidentStatus as S;
    for duplicate in S::ALL {
        for ended in [S::Closed, S::Withdrawn, S::Merged] {
            assert!(!can_take_in(ended, *duplicate), "{duplicate} into {ended}");
        }
        for open in [S::Received, S::Waiting, S::Assigned, S::InProgress] {
            assert!(can_take_in(open, *duplicate), "{duplicate} into {open}");
        }
        let is_done = matches!(duplicate, S::Resolved | S::Closed);
        assert_eq!(can_take_in(S::Resolved, *duplicate), is_done, "{duplicate}");
    }
}

#[test]
fn support_is_called_in_by_who_has_taken_the_case_up() {
    for state in CaseState::ALL {
        let expected = matches!(state, CaseState::Acknowledged | CaseState::InProgress);
        assert_eq!(may_request_support(*state), expected, "{state}");
    }
}
