//! When it is told that incidents wait because every team that fits is full, and when that it is over. A few incidents that come
//! and go must not wake somebody each time.

use crate::time::Time;

/// It is over once nothing has waited for so many seconds. What waits again before belongs to the same overload, and nobody is
/// told of it anew.
pub const OVER_AFTER_S: i64 = 600;

/// An overload that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overload {
    /// Since when incidents wait.
    pub began_at: Time,
    /// Since when nothing waits any more.
    pub quiet_since: Option<Time>,
}

/// What is to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It begins, and is told.
    Begin,
    /// Nothing waits any more; that is kept and not told.
    Quieten,
    /// Something waits again, before it was over; that is kept and not told.
    GoOn,
    /// It is over, and told.
    End,
}

/// What is to be done, given what was told so far and whether anything waits at `now`; nothing, most of the time.
pub fn step(known: Option<Overload>, waits: bool, now: Time) -> Option<Step> {
    match (known.map(|known| known.quiet_since), waits) {
        (None, true) => Some(Step::Begin),
        (Some(None), false) => Some(Step::Quieten),
        (Some(Some(_)), true) => Some(Step::GoOn),
        (Some(Some(since)), false) if now.seconds_since(since) >= OVER_AFTER_S => Some(Step::End),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Looks once a second, as the service does; gives what was told, and when.
    fn told(waits: impl Fn(i64) -> bool, seconds: i64) -> Vec<(i64, Step)> {
        let (mut known, mut told): (Option<Overload>, _) = (None, Vec::new());
        for second in 0..seconds {
            let now = Time::from_micros(second * 1_000_000);
            let step = step(known, waits(second), now);
            known = match (step, known) {
                (Some(Step::Begin), _) => Some(Overload { began_at: now, quiet_since: None }),
                (Some(Step::Quieten), Some(known)) => Some(Overload { quiet_since: Some(now), ..known }),
                (Some(Step::GoOn), Some(known)) => Some(Overload { quiet_since: None, ..known }),
                (Some(Step::End), _) => None,
                (_, known) => known,
            };
            told.extend(step.filter(|step| matches!(step, Step::Begin | Step::End)).map(|step| (second, step)));
        }
        told
    }

    #[test]
    fn who_waits_for_a_second_now_and_then_is_told_of_once() {
        let told = told(|second| second < 6_000 && second % 599 == 0, 10_000);
        assert_eq!(told, [(0, Step::Begin), (599 * 10 + 1 + OVER_AFTER_S, Step::End)]);
    }

    #[test]
    fn after_ten_quiet_minutes_it_is_told_anew() {
        let told = told(|second| [5, 1_000].contains(&second), 3_000);
        let ends = |begins: i64| begins + 1 + OVER_AFTER_S;
        assert_eq!(told, [(5, Step::Begin), (ends(5), Step::End), (1_000, Step::Begin), (ends(1_000), Step::End)]);
    }

    proptest! {
        #[test]
        fn begin_and_end_take_turns_and_no_two_begins_are_closer_than_the_quiet_between(
            moments in prop::collection::btree_set(0..5_000_i64, 0..40),
        ) {
            let told = told(|second| moments.contains(&second), 6_000);
            prop_assert_eq!(told.is_empty(), moments.is_empty());
            for (place, (_, step)) in told.iter().enumerate() {
                prop_assert_eq!(*step, if place % 2 == 0 { Step::Begin } else { Step::End });
            }
            for pair in told.windows(2).filter(|pair| pair[0].1 == Step::End) {
                prop_assert!(pair[1].0 > pair[0].0);
            }
            for (end, _) in told.iter().filter(|(_, step)| *step == Step::End) {
                prop_assert!(moments.iter().all(|moment| moment > end || end - moment >= OVER_AFTER_S));
            }
        }
    }
}
