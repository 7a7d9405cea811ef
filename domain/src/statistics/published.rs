//! What outsiders are told of one month, decided once.

use serde::{Deserialize, Serialize};

use super::{Breakdown, Counts, TIMES_FROM, protect, round, rounded_duration};
use crate::vocabulary::Stage;
use crate::word::Word;

/// How long something took, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Durations {
    /// From the first report to the first acknowledgement by a lead, once for each incident.
    pub acknowledge: Vec<i64>,
    /// From the first report to the end of the lead's work.
    pub resolve: Vec<i64>,
}

/// What is published of one month, for good: later changes to its incidents don't reach it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    counts: Vec<(Breakdown, String, u64)>,
    durations: Durations,
    complete: Vec<Stage>,
}

impl Published {
    /// What may be published of a month. Each incident stands in `durations` once at most. `complete` are the stages that are
    /// due for every incident of the month; of others nothing is told.
    pub fn of(counts: &Counts, durations: Durations, complete: &[Stage]) -> Self {
        let is_complete = |code: &str| complete.iter().any(|stage| stage.code() == code);
        let counts = protect(counts).into_iter().filter_map(|((breakdown, code), count)| {
            let is_told = !matches!(breakdown, Breakdown::InTime | Breakdown::Due) || is_complete(&code);
            is_told.then_some((breakdown, code, count))
        });
        Self {
            counts: counts.collect(),
            durations: Durations {
                acknowledge: protect_durations(durations.acknowledge),
                resolve: protect_durations(durations.resolve),
            },
            complete: complete.to_vec(),
        }
    }

    /// The same with nothing but this breakdown.
    #[must_use]
    pub fn only(self, breakdown: Breakdown) -> Self {
        let counts = self.counts.into_iter().filter(|(of, ..)| *of == breakdown).collect();
        Self { counts, ..Self::default() }
    }

    /// The published counts.
    pub fn counts(&self) -> Counts {
        self.counts.iter().map(|(breakdown, code, count)| ((*breakdown, code.clone()), *count)).collect()
    }

    /// What the median of a period takes from this month.
    pub fn durations(&self) -> &Durations {
        &self.durations
    }

    /// Whether this stage was due for every incident of the month.
    pub fn is_complete(&self, stage: Stage) -> bool {
        self.complete.contains(&stage)
    }
}

/// None unless enough incidents stand behind them: whoever takes the month away from a period takes away a group that was told
/// by itself.
fn protect_durations(mut durations: Vec<i64>) -> Vec<i64> {
    let is_told = round(u64::try_from(durations.len()).unwrap_or(0)) >= TIMES_FROM;
    if !is_told {
        return Vec::new();
    }
    // In order, so that what is kept doesn't say whose duration is whose. Rounding first gives the same percentiles.
    durations.iter_mut().for_each(|seconds| *seconds = rounded_duration(*seconds));
    durations.sort_unstable();
    durations
}
