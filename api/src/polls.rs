//! When the tools of teams last asked for their cases: whose don't, and who has no contact that can be told, would not notice
//! a new one.
//!
//! A poll is remembered in memory and costs no query; some of it is written to the store now and then, so that the other
//! processes, and this one after a restart, know of it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;
use zvit_domain::time::Time;

/// After so many minutes without a poll a team is silent, unless the settings say another number.
pub const DEFAULT_SILENT_AFTER_MINUTES: u32 = 60;

/// A team's polls are written at most so often.
const WRITTEN_EVERY_S: i64 = 300;

#[derive(Debug, Clone, Copy)]
struct Polled {
    last: Time,
    /// The latest one that the store has.
    stored: Option<Time>,
}

/// The last poll of each team.
#[derive(Debug)]
pub struct Polls {
    silent_after_s: i64,
    teams: Mutex<HashMap<Uuid, Polled>>,
}

impl Default for Polls {
    fn default() -> Self {
        Self::new(DEFAULT_SILENT_AFTER_MINUTES)
    }
}

impl Polls {
    /// No polls yet. With 0 minutes nobody is ever silent.
    pub fn new(silent_after_minutes: u32) -> Self {
        Self { silent_after_s: i64::from(silent_after_minutes) * 60, teams: Mutex::default() }
    }

    /// A tool of the team asked for its cases.
    pub fn note(&self, team: Uuid, now: Time) {
        let mut teams = self.teams.lock().unwrap_or_else(PoisonError::into_inner);
        teams.entry(team).and_modify(|polled| polled.last = now).or_insert(Polled { last: now, stored: None });
    }

    /// Whether no tool of the team has polled for so long, or ever.
    pub fn is_silent(&self, team: Uuid, now: Time) -> bool {
        let teams = self.teams.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |polled: &Polled| now.seconds_since(polled.last) < self.silent_after_s;
        self.silent_after_s > 0 && !teams.get(&team).is_some_and(is_recent)
    }

    /// The polls that the store should be told.
    pub fn unwritten(&self) -> Vec<(Uuid, Time)> {
        let teams = self.teams.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due =
            |polled: &Polled| polled.stored.is_none_or(|stored| polled.last.seconds_since(stored) >= WRITTEN_EVERY_S);
        teams.iter().filter(|(_, polled)| is_due(polled)).map(|(team, polled)| (*team, polled.last)).collect()
    }

    /// These polls are in the store, written by whichever process.
    pub fn are_stored(&self, polls: &[(Uuid, Time)]) {
        let mut teams = self.teams.lock().unwrap_or_else(PoisonError::into_inner);
        for (team, at) in polls.iter().copied() {
            let polled = teams.entry(team).or_insert(Polled { last: at, stored: None });
            polled.last = polled.last.max(at);
            polled.stored = polled.stored.max(Some(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEAM: Uuid = Uuid::from_u128(1);

    fn at(second: i64) -> Time {
        Time::from_micros(second * 1_000_000)
    }

    #[test]
    fn a_team_is_silent_until_it_polls_and_again_an_hour_later() {
        let polls = Polls::default();
        assert!(polls.is_silent(TEAM, at(0)));
        polls.note(TEAM, at(10));
        assert!(!polls.is_silent(TEAM, at(10)) && !polls.is_silent(TEAM, at(3_609)));
        assert!(polls.is_silent(TEAM, at(3_610)));
        polls.are_stored(&[(TEAM, at(3_000))]);
        assert!(!polls.is_silent(TEAM, at(3_610)), "it polled another process");
        polls.are_stored(&[(TEAM, at(20))]);
        assert!(!polls.is_silent(TEAM, at(3_610)), "what is older changes nothing");
    }

    #[test]
    fn with_no_minutes_nobody_is_silent() {
        assert!(!Polls::new(0).is_silent(TEAM, at(0)));
    }

    #[test]
    fn few_polls_are_written() {
        let polls = Polls::default();
        polls.note(TEAM, at(0));
        assert_eq!(polls.unwritten(), [(TEAM, at(0))], "the first at once");
        polls.are_stored(&[(TEAM, at(0))]);
        polls.note(TEAM, at(299));
        assert!(polls.unwritten().is_empty());
        polls.note(TEAM, at(300));
        assert_eq!(polls.unwritten(), [(TEAM, at(300))]);
        polls.are_stored(&[(TEAM, at(280))]);
        assert!(polls.unwritten().is_empty(), "another process wrote one lately");
    }
}
