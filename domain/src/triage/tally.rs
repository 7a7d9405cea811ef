//! Adds up the answers: once as they are used, once each at the mild and the grave end of what is open.

use zvit_texts::text;

use crate::impact::{ImpactAnswers, S_MAX, S_MIN, Scored};
use crate::vocabulary::Symptom;
use crate::word::{Text, Word};

use super::outcome::{Assumption, Factor};

/// A sign seen, and the answers it speaks for.
pub(super) struct Cause<'a> {
    /// The symptom; none for danger to life, which is a member of its own.
    pub(super) symptom: Option<Symptom>,
    /// What it says about the questions.
    pub(super) answers: &'a ImpactAnswers,
}

impl Cause<'_> {
    fn name(&self) -> Text {
        match self.symptom {
            Some(symptom) => symptom.label().into(),
            None => text!("danger-to-life"),
        }
    }
}

/// The running sums of weight times value, and what explains them.
pub(super) struct Tally {
    pub(super) sum: u32,
    pub(super) low: u32,
    pub(super) high: u32,
    pub(super) factors: Vec<Factor>,
    pub(super) assumptions: Vec<Assumption>,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self { sum: 0, low: 0, high: 0, factors: Vec::with_capacity(14), assumptions: Vec::with_capacity(11) }
    }

    /// Takes one question: the stated answer, else the gravest that a sign speaks for, else the usual one. Whatever the
    /// institution did not answer, or answered with `unknown`, leaves the whole range of the question open.
    pub(super) fn question<T: Scored>(
        &mut self,
        stated: Option<T>,
        causes: &[Cause<'_>],
        pick: impl Fn(&ImpactAnswers) -> Option<T>,
        usual: T,
    ) -> T {
        let option = stated.unwrap_or_else(|| {
            let mut gravest: Option<(T, &Cause<'_>)> = None;
            for cause in causes {
                let Some(option) = pick(cause.answers) else { continue };
                if gravest.is_none_or(|(known, _)| option.value() > known.value()) {
                    gravest = Some((option, cause));
                }
            }
            let option = gravest.map_or(usual, |(option, _)| option);
            self.assumptions.push(Assumption::answer(option, gravest.map(|(_, cause)| cause.name())));
            option
        });
        self.sum += option.contribution();
        match stated.filter(|answer| !answer.is_unknown()) {
            Some(answer) => {
                self.low += answer.contribution();
                self.high += answer.contribution();
            }
            None => {
                self.low += T::WEIGHT * T::lowest();
                self.high += T::WEIGHT * T::highest();
            }
        }
        self.factors.push(Factor::answer(option));
        option
    }

    /// Takes an answer that is known without being asked for.
    pub(super) fn known<T: Scored>(&mut self, option: T) {
        self.question(Some(option), &[], |_| None, option);
    }
}

/// The score of a raw sum, 0 to 100, not rounded. Sums beyond the scale are brought to its ends.
pub fn score_of_sum(sum: u32) -> f64 {
    f64::from(above_minimum(sum)) * 100.0 / f64::from(S_MAX - S_MIN)
}

/// The level of a raw sum before any floor: bands of 20 points from 0, and 5 only at the very top.
pub fn level_of_sum(sum: u32) -> u8 {
    // In whole numbers, so that a score on the edge of a band is never a rounding error below it.
    let fifths = above_minimum(sum) * 5 / (S_MAX - S_MIN);
    u8::try_from(fifths).unwrap_or(5)
}

fn above_minimum(sum: u32) -> u32 {
    sum.clamp(S_MIN, S_MAX) - S_MIN
}
