//! The reporting stages and their clocks (Resolution 1533 of the Cabinet of Ministers of Ukraine, 26 November 2025):
//! when each stage is due, what has come in, and which stage may come next.
//!
//! The clocks of an exercise stand still and are shown to nobody; should it prove real, they go on from what came in meanwhile.
//! An empty list is taken in its stride by every function here.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::Time;
use crate::vocabulary::{Stage, StageState};

/// How long after becoming aware each stage is due, in seconds. The defaults are those of the Resolution: 1 hour, 24
/// hours, 72 hours, 30 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clocks {
    /// The initial notification.
    pub initial_s: u32,
    /// The preliminary report.
    pub preliminary_s: u32,
    /// The interim report.
    pub interim_s: u32,
    /// The final report.
    pub final_s: u32,
}

impl Default for Clocks {
    fn default() -> Self {
        Self { initial_s: 3_600, preliminary_s: 24 * 3_600, interim_s: 72 * 3_600, final_s: 30 * 24 * 3_600 }
    }
}

impl Clocks {
    /// When a stage is due for somebody who became aware at `start`; an update never is.
    pub fn due_at(&self, stage: Stage, start: Time) -> Option<Time> {
        let seconds = match stage {
            Stage::Initial => self.initial_s,
            Stage::Preliminary => self.preliminary_s,
            Stage::Interim => self.interim_s,
            Stage::Final => self.final_s,
            Stage::Update => return None,
        };
        Some(start.plus_seconds(i64::from(seconds)))
    }
}

/// One stage's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deadline {
    /// The stage.
    pub stage: Stage,
    /// When it is due.
    pub due_at: Time,
    /// Where it stands.
    pub state: StageState,
    /// When it came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub submitted_at: Option<Time>,
    /// The later stage that came in its place: it was never given itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub covered_by: Option<Stage>,
    /// Whether the institution was told that it is due soon: kept in the store and shown to nobody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(ignore)]
    pub reminded: bool,
}

/// The reminder of a stage comes when a tenth of its time is left.
const REMINDER_SHARE: i64 = 10;
/// And not later than this before it is due.
const REMINDER_LEAST_S: i64 = 15 * 60;

impl Deadline {
    /// As parties are shown it.
    #[must_use]
    pub fn shown(&self) -> Self {
        Self { reminded: false, ..self.clone() }
    }

    /// When the institution is told that it is due soon, where its clock began at `start`; none once that was said, or when
    /// nothing is waited for.
    pub fn remind_at(&self, start: Time) -> Option<Time> {
        let ahead = (self.due_at.seconds_since(start) / REMINDER_SHARE).max(REMINDER_LEAST_S);
        (self.state == StageState::Pending && !self.reminded).then(|| self.due_at.plus_seconds(-ahead))
    }

    /// The state a submission at `at` gives: at the very moment it is due is still in time.
    fn judge(&mut self, at: Time) {
        self.submitted_at = Some(at);
        self.state = if at <= self.due_at { StageState::Submitted } else { StageState::Late };
    }
}

/// The moment the clocks run from: when the institution became aware, else when the report came in. A stated time more
/// than five minutes ahead of the receipt is a slip of the reporter's clock and doesn't move the deadlines.
pub fn clock_start(became_aware_at: Option<Time>, received_at: Time) -> Time {
    const TOLERANCE_S: i64 = 5 * 60;
    became_aware_at.filter(|stated| *stated <= received_at.plus_seconds(TOLERANCE_S)).unwrap_or(received_at)
}

/// The four clocks of a new incident, all pending.
pub fn open(start: Time, clocks: &Clocks) -> Vec<Deadline> {
    [Stage::Initial, Stage::Preliminary, Stage::Interim, Stage::Final]
        .into_iter()
        .filter_map(|stage| {
            let due_at = clocks.due_at(stage, start)?;
            let (submitted_at, covered_by) = (None, None);
            Some(Deadline { stage, due_at, state: StageState::Pending, submitted_at, covered_by, reminded: false })
        })
        .collect()
}

/// Notes that `stage` came in at `at`. Earlier stages that were skipped count as given with it, since they can't be
/// given any more and the later report says more than they would have. A stage that is in already stays as it is.
pub fn submit(deadlines: &mut [Deadline], stage: Stage, at: Time) {
    if stage == Stage::Update {
        return;
    }
    for deadline in deadlines.iter_mut().filter(|d| d.stage <= stage && d.submitted_at.is_none()) {
        deadline.judge(at);
        deadline.covered_by = (deadline.stage != stage).then_some(stage);
    }
}

/// Marks what is still pending past its time as overdue, and names those stages.
pub fn mark_overdue(deadlines: &mut [Deadline], now: Time) -> Vec<Stage> {
    deadlines
        .iter_mut()
        .filter(|d| d.state == StageState::Pending && d.due_at < now)
        .map(|d| {
            d.state = StageState::Overdue;
            d.stage
        })
        .collect()
}

/// When the next stage is due, and when the institution is to be told of the next one that will be: what the worker looks for.
pub fn next_moments(deadlines: &[Deadline], start: Time) -> (Option<Time>, Option<Time>) {
    let pending = deadlines.iter().filter(|deadline| deadline.state == StageState::Pending);
    let due = pending.map(|deadline| deadline.due_at).min();
    (due, deadlines.iter().filter_map(|deadline| deadline.remind_at(start)).min())
}

/// Marks the stages whose reminder is due at `now` as reminded of, and gives those that can still come in time.
pub fn mark_reminded(deadlines: &mut [Deadline], start: Time, now: Time) -> Vec<Deadline> {
    let mut soon = Vec::new();
    for deadline in deadlines {
        if deadline.remind_at(start).is_some_and(|at| at <= now) {
            deadline.reminded = true;
            soon.extend((deadline.due_at >= now).then(|| deadline.clone()));
        }
    }
    soon
}

/// Counts the clocks anew from `start`. What came in is judged again; what is not yet due again is pending again. What
/// is now past its time stays pending until [`mark_overdue`] says so, so that it is announced like any other.
pub fn restart(deadlines: &mut [Deadline], start: Time, clocks: &Clocks, now: Time) {
    for deadline in deadlines {
        if let Some(due_at) = clocks.due_at(deadline.stage, start).filter(|due_at| *due_at != deadline.due_at) {
            deadline.due_at = due_at;
            deadline.reminded = false;
        }
        match deadline.submitted_at {
            Some(at) => deadline.judge(at),
            None if deadline.due_at >= now => deadline.state = StageState::Pending,
            None => {}
        }
    }
}

/// Why a stage can't come now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StageFault {
    /// It is in already; each stage comes once.
    #[error("this stage has been submitted already")]
    AlreadySubmitted,
    /// A later stage is in.
    #[error("a later stage has been submitted already")]
    StepBack,
}

/// Whether `stage` may follow the stages that are in: initial, preliminary, interim and final come once each and in
/// this order, some may be skipped, and an update may come at any time. After the final report only updates come.
///
/// # Errors
/// [`StageFault`] when the stage, or a later one, is in.
pub fn may_follow(submitted: &[Stage], stage: Stage) -> Result<(), StageFault> {
    if stage == Stage::Update {
        return Ok(());
    }
    match submitted.iter().copied().filter(|s| *s != Stage::Update).max() {
        _ if submitted.contains(&stage) => Err(StageFault::AlreadySubmitted),
        Some(latest) if latest > stage => Err(StageFault::StepBack),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: i64 = 3_600;

    fn at(hours: i64) -> Time {
        Time::parse("2026-11-23T02:10:00Z").unwrap().plus_seconds(hours * HOUR)
    }

    fn states(deadlines: &[Deadline]) -> Vec<StageState> {
        deadlines.iter().map(|d| d.state).collect()
    }

    #[test]
    fn stages_are_due_after_1_h_24_h_72_h_and_30_days() {
        let due: Vec<i64> =
            open(at(0), &Clocks::default()).iter().map(|d| d.due_at.seconds_since(at(0)) / HOUR).collect();
        assert_eq!(due, [1, 24, 72, 720]);
    }

    #[test]
    fn a_stage_is_in_time_up_to_the_moment_it_is_due() {
        let mut deadlines = open(at(0), &Clocks::default());
        submit(&mut deadlines, Stage::Initial, at(1));
        submit(&mut deadlines, Stage::Preliminary, at(25));
        submit(&mut deadlines, Stage::Update, at(26));
        assert_eq!(
            states(&deadlines),
            [StageState::Submitted, StageState::Late, StageState::Pending, StageState::Pending]
        );
        submit(&mut deadlines, Stage::Initial, at(30));
        assert_eq!(deadlines[0].submitted_at, Some(at(1)), "a stage comes once");
    }

    #[test]
    fn a_later_stage_covers_those_it_skips() {
        let mut deadlines = open(at(0), &Clocks::default());
        submit(&mut deadlines, Stage::Initial, at(0));
        submit(&mut deadlines, Stage::Final, at(48));
        assert_eq!(
            states(&deadlines),
            [StageState::Submitted, StageState::Late, StageState::Submitted, StageState::Submitted]
        );
        let covered: Vec<Option<Stage>> = deadlines.iter().map(|d| d.covered_by).collect();
        assert_eq!(covered, [None, Some(Stage::Final), Some(Stage::Final), None], "what was not given itself says so");
    }

    #[test]
    fn overdue_is_said_once_and_a_late_report_ends_it() {
        let mut deadlines = open(at(0), &Clocks::default());
        submit(&mut deadlines, Stage::Initial, at(0));
        assert!(mark_overdue(&mut deadlines, at(24)).is_empty(), "the moment it is due is not past it");
        assert_eq!(mark_overdue(&mut deadlines, at(80)), [Stage::Preliminary, Stage::Interim]);
        assert!(mark_overdue(&mut deadlines, at(81)).is_empty());
        submit(&mut deadlines, Stage::Preliminary, at(82));
        assert_eq!(deadlines[1].state, StageState::Late);
        assert_eq!(deadlines[2].state, StageState::Overdue);
    }

    #[test]
    fn another_start_judges_everything_anew() {
        let clocks = Clocks::default();
        let mut deadlines = open(at(0), &clocks);
        submit(&mut deadlines, Stage::Initial, at(3));
        mark_overdue(&mut deadlines, at(30));
        assert_eq!(states(&deadlines)[..2], [StageState::Late, StageState::Overdue]);
        restart(&mut deadlines, at(20), &clocks, at(30));
        assert_eq!(states(&deadlines)[..2], [StageState::Submitted, StageState::Pending]);
        assert_eq!(deadlines[1].due_at, at(44));
        restart(&mut deadlines, at(0), &clocks, at(30));
        assert_eq!(
            states(&deadlines)[..2],
            [StageState::Late, StageState::Pending],
            "overdue is announced, not implied"
        );
    }

    #[test]
    fn a_stage_is_reminded_of_once_with_a_tenth_of_its_time_left() {
        let clocks = Clocks::default();
        let mut deadlines = open(at(0), &clocks);
        submit(&mut deadlines, Stage::Initial, at(0));
        let tenth = at(24).plus_seconds(-24 * 360);
        assert_eq!(next_moments(&deadlines, at(0)), (Some(at(24)), Some(tenth)));
        assert!(mark_reminded(&mut deadlines, at(0), tenth.plus_seconds(-1)).is_empty());
        let soon = mark_reminded(&mut deadlines, at(0), tenth);
        assert_eq!(soon.iter().map(|d| d.stage).collect::<Vec<_>>(), [Stage::Preliminary]);
        assert!(mark_reminded(&mut deadlines, at(0), at(24)).is_empty());
        assert_eq!(next_moments(&deadlines, at(0)).1, Some(at(72).plus_seconds(-72 * 360)));
        restart(&mut deadlines, at(2), &clocks, at(23));
        assert!(!deadlines[1].reminded, "another moment is another reminder");
        restart(&mut deadlines, at(2), &clocks, at(23));
        mark_reminded(&mut deadlines, at(2), at(25));
        restart(&mut deadlines, at(2), &clocks, at(25));
        assert!(deadlines[1].reminded, "the same moment is not");
    }

    #[test]
    fn what_is_past_is_not_said_to_be_due_soon() {
        let mut deadlines = open(at(0), &Clocks::default());
        assert!(mark_reminded(&mut deadlines, at(0), at(80)).is_empty());
        assert_eq!(next_moments(&deadlines, at(0)), (Some(at(1)), Some(at(648))));
        assert_eq!(deadlines[0].shown(), Deadline { reminded: false, ..deadlines[0].clone() });
    }

    #[test]
    fn short_times_are_reminded_of_a_quarter_of_an_hour_ahead() {
        let clocks = Clocks { preliminary_s: 3_600, ..Clocks::default() };
        let deadlines = open(at(0), &clocks);
        assert_eq!(deadlines[1].remind_at(at(0)), Some(at(1).plus_seconds(-900)));
    }

    #[test]
    fn a_start_ahead_of_the_receipt_does_not_move_the_clocks() {
        assert_eq!(clock_start(None, at(5)), at(5));
        assert_eq!(clock_start(Some(at(2)), at(5)), at(2));
        assert_eq!(clock_start(Some(at(5).plus_seconds(300)), at(5)), at(5).plus_seconds(300));
        assert_eq!(clock_start(Some(at(5).plus_seconds(301)), at(5)), at(5));
    }

    #[test]
    fn stages_go_forward_only() {
        let in_already = [Stage::Initial, Stage::Update, Stage::Interim];
        assert_eq!(may_follow(&in_already, Stage::Final), Ok(()));
        assert_eq!(may_follow(&in_already, Stage::Update), Ok(()));
        assert_eq!(may_follow(&in_already, Stage::Interim), Err(StageFault::AlreadySubmitted));
        assert_eq!(may_follow(&in_already, Stage::Preliminary), Err(StageFault::StepBack));
        let closed = [Stage::Initial, Stage::Final];
        assert_eq!(may_follow(&closed, Stage::Interim), Err(StageFault::StepBack));
        assert_eq!(may_follow(&closed, Stage::Final), Err(StageFault::AlreadySubmitted));
        assert_eq!(may_follow(&closed, Stage::Update), Ok(()));
    }

    #[test]
    fn without_clocks_nothing_is_judged() {
        let mut none: Vec<Deadline> = Vec::new();
        submit(&mut none, Stage::Final, at(1));
        restart(&mut none, at(2), &Clocks::default(), at(3));
        assert!(mark_overdue(&mut none, at(4)).is_empty());
    }

    proptest! {
        #[test]
        fn a_state_always_follows_from_the_times(
            events in prop::collection::vec((0..4_u8, 0..1000_i64), 0..12),
            start in 0..200_i64,
        ) {
            let clocks = Clocks::default();
            let mut deadlines = open(at(0), &clocks);
            let mut now = at(0);
            for (what, hours) in events {
                now = now.plus_seconds(hours * HOUR);
                match what {
                    0 => submit(&mut deadlines, Stage::Preliminary, now),
                    1 => submit(&mut deadlines, Stage::Final, now),
                    2 => { mark_overdue(&mut deadlines, now); }
                    _ => restart(&mut deadlines, at(start), &clocks, now),
                }
                for d in &deadlines {
                    match (d.state, d.submitted_at) {
                        (StageState::Submitted, Some(at)) => prop_assert!(at <= d.due_at),
                        (StageState::Late, Some(at)) => prop_assert!(at > d.due_at),
                        (StageState::Overdue, None) => prop_assert!(now > d.due_at),
                        (StageState::Pending, None) => {}
                        other => prop_assert!(false, "{other:?}"),
                    }
                }
            }
        }
    }
}
