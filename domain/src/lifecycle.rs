//! The state machines of a case and of an incident, written down once.
//!
//! A case is one team's assignment to one incident.
//!
//! | from | verb | to |
//! | --- | --- | --- |
//! | assigned | acknowledge | acknowledged |
//! | assigned, acknowledged | start | in_progress |
//! | assigned, acknowledged, in_progress | resolve | resolved |
//! | assigned, acknowledged, in_progress | decline (a partner's team only) | declined |
//! | assigned, acknowledged, in_progress | hand over | handed_over |
//! | assigned | expire (a partner's team only) | expired |
//! | assigned, acknowledged, in_progress, resolved | revoke | revoked |
//! | resolved | reopen | in_progress |
//!
//! An incident's status follows its lead until it ends.
//!
//! | from | verb | to |
//! | --- | --- | --- |
//! | received, waiting, assigned, in_progress, resolved | close | closed |
//! | received, waiting, assigned, in_progress, resolved | withdraw | withdrawn, or a request that lead or coordinator confirms |
//! | received, waiting, assigned, in_progress, resolved, closed | merge | merged |
//! | resolved, closed, withdrawn | reopen | what its lead says |
//! | merged | take the merger back | what its lead says |

use crate::vocabulary::{CaseState, IncidentStatus};
use crate::words;

/// From this level on an institution can't withdraw its report alone: a lead or the coordinator confirms.
pub const WITHDRAWAL_CONFIRMED_FROM: u8 = 3;

words! {
    /// What can be done with a case.
    CaseVerb {
        Acknowledge "acknowledge",
        Start "start",
        Resolve "resolve",
        Decline "decline",
        HandOver "hand_over",
        Expire "expire",
        Revoke "revoke",
        Reopen "reopen",
    }
}

words! {
    /// What can be done with an incident as a whole.
    IncidentVerb {
        Close "close",
        Withdraw "withdraw",
        Merge "merge",
        Reopen "reopen",
    }
}

words! {
    /// Where the withdrawal of an incident stands.
    WithdrawalState {
        Requested "requested",
        Confirmed "confirmed",
        Rejected "rejected",
    }
}

/// Whose team holds the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A partner's.
    Partner,
    /// The coordinator's own, which stands last: it can neither decline nor run out of time.
    Coordinator,
}

/// What a verb does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<S> {
    /// It leads to this state.
    To(S),
    /// It is in effect already: nothing changes, and the answer is the same again.
    AlreadyThere,
}

/// Why a verb is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not from this state.
    #[error("not possible from this state")]
    State,
    /// The coordinator's own team stands last for every incident.
    #[error("the coordinator's own team stands last")]
    StandsLast,
}

impl CaseVerb {
    /// The state it leads to.
    pub fn goal(self) -> CaseState {
        match self {
            Self::Acknowledge => CaseState::Acknowledged,
            Self::Start | Self::Reopen => CaseState::InProgress,
            Self::Resolve => CaseState::Resolved,
            Self::Decline => CaseState::Declined,
            Self::HandOver => CaseState::HandedOver,
            Self::Expire => CaseState::Expired,
            Self::Revoke => CaseState::Revoked,
        }
    }

    fn starts_from(self, from: CaseState) -> bool {
        match self {
            Self::Acknowledge | Self::Expire => from == CaseState::Assigned,
            Self::Start => matches!(from, CaseState::Assigned | CaseState::Acknowledged),
            Self::Resolve | Self::Decline | Self::HandOver => from.is_open(),
            Self::Revoke => from.is_held(),
            Self::Reopen => from == CaseState::Resolved,
        }
    }

    /// What it does to a case in this state.
    ///
    /// # Errors
    /// [`Refusal::StandsLast`] before [`Refusal::State`], as it holds in every state.
    pub fn apply(self, from: CaseState, holder: Holder) -> Result<Step<CaseState>, Refusal> {
        if holder == Holder::Coordinator && matches!(self, Self::Decline | Self::Expire) {
            return Err(Refusal::StandsLast);
        }
        if from == self.goal() && self != Self::Reopen {
            return Ok(Step::AlreadyThere);
        }
        if self.starts_from(from) { Ok(Step::To(self.goal())) } else { Err(Refusal::State) }
    }
}

/// How an incident ended; until then its status follows its lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Done with.
    Closed,
    /// A false alarm.
    Withdrawn,
    /// Told as part of another incident.
    Merged,
}

impl Ending {
    /// The status it stands for.
    pub fn status(self) -> IncidentStatus {
        match self {
            Self::Closed => IncidentStatus::Closed,
            Self::Withdrawn => IncidentStatus::Withdrawn,
            Self::Merged => IncidentStatus::Merged,
        }
    }

    /// The ending that a status stands for, if it is one.
    pub fn of(status: IncidentStatus) -> Option<Self> {
        match status {
            IncidentStatus::Closed => Some(Self::Closed),
            IncidentStatus::Withdrawn => Some(Self::Withdrawn),
            IncidentStatus::Merged => Some(Self::Merged),
            _ => None,
        }
    }
}

/// The lead of an incident, as far as its status depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lead {
    /// Where its case stands.
    pub state: CaseState,
    /// Whether the coordinator's team only keeps the incident until a place gets free.
    pub waiting: bool,
}

/// The status of an incident that has not ended.
pub fn status_by_lead(lead: Option<Lead>) -> IncidentStatus {
    match lead {
        Some(lead) => match lead.state {
            CaseState::Assigned if lead.waiting => IncidentStatus::Waiting,
            CaseState::Assigned | CaseState::Acknowledged => IncidentStatus::Assigned,
            CaseState::InProgress => IncidentStatus::InProgress,
            CaseState::Resolved => IncidentStatus::Resolved,
            CaseState::Declined | CaseState::Expired | CaseState::HandedOver | CaseState::Revoked => {
                IncidentStatus::Received
            }
        },
        None => IncidentStatus::Received,
    }
}

impl IncidentVerb {
    /// How the incident stands ended afterwards: `None` is not at all, its lead says.
    ///
    /// # Errors
    /// When it isn't possible from this status.
    pub fn apply(self, from: IncidentStatus) -> Result<Step<Option<Ending>>, Refusal> {
        let ending = Ending::of(from);
        match self {
            Self::Close => ended_by(ending, Ending::Closed, &[]),
            Self::Withdraw => ended_by(ending, Ending::Withdrawn, &[]),
            Self::Merge => ended_by(ending, Ending::Merged, &[Ending::Closed]),
            Self::Reopen => match (ending, from) {
                (Some(Ending::Merged), _) => Err(Refusal::State),
                (Some(_), _) | (None, IncidentStatus::Resolved) => Ok(Step::To(None)),
                (None, _) => Ok(Step::AlreadyThere),
            },
        }
    }
}

fn ended_by(now: Option<Ending>, goal: Ending, also_from: &[Ending]) -> Result<Step<Option<Ending>>, Refusal> {
    match now {
        None => Ok(Step::To(Some(goal))),
        Some(ending) if ending == goal => Ok(Step::AlreadyThere),
        Some(ending) if also_from.contains(&ending) => Ok(Step::To(Some(goal))),
        Some(_) => Err(Refusal::State),
    }
}

/// What taking a merger back does: nothing else brings a merged incident back.
///
/// # Errors
/// When it isn't merged.
pub fn take_merger_back(from: IncidentStatus) -> Result<Step<Option<Ending>>, Refusal> {
    if from == IncidentStatus::Merged { Ok(Step::To(None)) } else { Err(Refusal::State) }
}

/// Whether a withdrawal is only asked for, and lead or coordinator decides: once somebody works on it, or when it is grave. An
/// attacker with stolen credentials must not be able to send help away.
pub fn withdrawal_needs_confirmation(level: u8, lead: Option<Lead>) -> bool {
    let taken_up = lead.is_some_and(|lead| lead.state.is_taken_up() || lead.state == CaseState::Resolved);
    taken_up || level >= WITHDRAWAL_CONFIRMED_FROM
}

#[cfg(test)]
mod tests {
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
                } else if *state == verb.goal() && *verb != V::Reopen {
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
        assert_eq!(
            CaseVerb::HandOver.apply(CaseState::Assigned, Holder::Coordinator),
            Ok(Step::To(CaseState::HandedOver))
        );
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
    fn a_withdrawal_is_confirmed_once_somebody_works_on_it_or_when_it_is_grave() {
        let lead = |state| Some(Lead { state, waiting: false });
        assert!(!withdrawal_needs_confirmation(2, lead(CaseState::Assigned)));
        assert!(withdrawal_needs_confirmation(2, lead(CaseState::Acknowledged)));
        assert!(withdrawal_needs_confirmation(0, lead(CaseState::InProgress)));
        assert!(withdrawal_needs_confirmation(3, lead(CaseState::Assigned)));
        assert!(!withdrawal_needs_confirmation(0, None));
    }
}
