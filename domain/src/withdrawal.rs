//! When an institution can't withdraw its report alone, and lead or coordinator confirm: once somebody works on it, or when it is
//! grave. An attacker with stolen credentials must not be able to send help away, nor to talk the incident down first.

use crate::lifecycle::Lead;
use crate::vocabulary::CaseState;

/// From this gravity on a withdrawal has to be confirmed.
pub const CONFIRMED_FROM: u8 = 3;

/// How grave an incident counts for its withdrawal. `decided` is the level that a person set, which holds until a person takes
/// it back; without one it is the highest level there ever was, as a report can lower the level of `now`.
pub fn gravity(decided: Option<u8>, now: u8, before: impl IntoIterator<Item = u8>) -> u8 {
    decided.unwrap_or_else(|| before.into_iter().fold(now, u8::max))
}

/// Whether a withdrawal is only asked for. `taken_up` says whether any team has acknowledged, now or before it gave the case
/// away.
pub fn needs_confirmation(gravity: u8, taken_up: bool, lead: Option<Lead>) -> bool {
    let worked_on = lead.is_some_and(|lead| lead.state.is_taken_up() || lead.state == CaseState::Resolved);
    taken_up || worked_on || gravity >= CONFIRMED_FROM
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_withdrawal_is_confirmed_once_somebody_works_on_it_or_when_it_is_grave() {
        let lead = |state| Some(Lead { state, waiting: false });
        assert!(!needs_confirmation(2, false, lead(CaseState::Assigned)));
        assert!(needs_confirmation(2, true, lead(CaseState::Assigned)));
        assert!(needs_confirmation(2, false, lead(CaseState::Acknowledged)));
        assert!(needs_confirmation(0, false, lead(CaseState::InProgress)));
        assert!(needs_confirmation(0, false, lead(CaseState::Resolved)));
        assert!(needs_confirmation(3, false, lead(CaseState::Assigned)));
        assert!(!needs_confirmation(0, false, None));
    }

    proptest! {
        #[test]
        fn no_report_makes_an_incident_less_grave(now in 0..=5_u8, before in prop::collection::vec(0..=5_u8, 0..8)) {
            let gravity = gravity(None, now, before.clone());
            prop_assert!(gravity >= now && before.iter().all(|level| gravity >= *level));
            prop_assert!(gravity == now || before.contains(&gravity));
        }

        #[test]
        fn what_a_person_decided_holds(decided in 0..=5_u8, now in 0..=5_u8, before in prop::collection::vec(0..=5_u8, 0..8)) {
            prop_assert_eq!(gravity(Some(decided), now, before), decided);
        }
    }
}
