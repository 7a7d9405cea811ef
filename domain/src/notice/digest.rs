//! How many notices a contact is sent one by one: what comes beyond its measure is gathered into one digest.
//!
//! In an attack on many, hundreds of incidents are given to one team within minutes. Its duty officer is to be woken, not buried. So
//! a window of ten minutes lets five mails about the same occasion through to one contact, and one digest tells of the rest when it
//! turns. What is grave is never held back. Webhooks are read by machines, and are not gathered at all.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Channel;
use crate::time::Time;

/// Windows are so long, and all turn at the same moments. Shorter than half of the shortest time to acknowledge that the levels which
/// can be held back are usually given.
pub const WINDOW_S: i64 = 600;

/// So many notices are sent one by one to a contact about an occasion within a window.
pub const SINGLE_AT_MOST: usize = 5;

/// From this level on nothing is held back.
pub const NEVER_HELD_FROM: u8 = 4;

/// So many references stand in a digest.
pub const REFERENCES_AT_MOST: usize = 20;

/// How a notice is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By itself, now.
    Singly,
    /// In the digest of this window.
    Gathered,
}

/// When the window of `now` turns: later than `now`, and no later than by the length of a window.
pub fn window_end(now: Time) -> Time {
    let since = now.as_micros().rem_euclid(WINDOW_S * 1_000_000);
    Time::from_micros(now.as_micros() - since).plus_seconds(WINDOW_S)
}

/// What was let through within a window, by `K`: a contact and an occasion.
#[derive(Debug, Clone)]
pub struct Window<K> {
    passed: BTreeMap<K, usize>,
}

impl<K: Ord> Window<K> {
    /// A window in which these were let through before.
    pub fn after(passed: impl IntoIterator<Item = K>) -> Self {
        let mut window = Self { passed: BTreeMap::new() };
        for key in passed {
            *window.passed.entry(key).or_default() += 1;
        }
        window
    }

    /// Judges a notice and counts it. Grave ones count as well: who got five of them has been woken.
    pub fn judge(&mut self, key: K, channel: Channel, level: Option<u8>) -> Way {
        let passed = self.passed.entry(key).or_default();
        // What has no level is about the service as a whole: there is one of it.
        let may_be_held = channel == Channel::Email && level.is_some_and(|level| level < NEVER_HELD_FROM);
        if may_be_held && *passed >= SINGLE_AT_MOST {
            return Way::Gathered;
        }
        *passed += 1;
        Way::Singly
    }
}

/// What a digest says beside the highest level and the earliest deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// So many notices.
    pub count: usize,
    /// The references of the first of them.
    pub references: Vec<String>,
    /// Whether they are about cases, so that the link leads there.
    pub of_cases: bool,
}

/// A notice that is gathered, as far as its digest tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gathered {
    /// The incident's reference.
    pub reference: Option<String>,
    /// Its level.
    pub level: Option<u8>,
    /// Until when something must be done.
    pub deadline: Option<Time>,
    /// Whether it is about a case.
    pub of_case: bool,
}

impl Digest {
    /// Of these notices: with the highest level and the earliest deadline. Gravest first, so that none of those is left out for a
    /// lesser one.
    pub fn of(mut notices: Vec<Gathered>) -> (Self, Option<u8>, Option<Time>) {
        notices.sort_by_key(|one| (std::cmp::Reverse(one.level), one.deadline.is_none(), one.deadline));
        let level = notices.iter().filter_map(|one| one.level).max();
        let deadline = notices.iter().filter_map(|one| one.deadline).min();
        let of_cases = notices.iter().all(|one| one.of_case);
        let count = notices.len();
        let references = notices.into_iter().filter_map(|one| one.reference).take(REFERENCES_AT_MOST).collect();
        (Self { count, references, of_cases }, level, deadline)
    }

    /// The references with commas between, and how many more there are.
    pub fn listed(&self) -> String {
        let listed = self.references.join(", ");
        match self.count.saturating_sub(self.references.len()) {
            more if more > 0 && !listed.is_empty() => format!("{listed} (+{more})"),
            _ => listed,
        }
    }
}

#[cfg(test)]
mod tests;
