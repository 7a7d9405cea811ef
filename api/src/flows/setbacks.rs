//! Incidents that a duty can't do its work for, as something of them can't be read: they are passed over for a while, so that
//! nobody stands behind them. Each process remembers its own; one that begins anew tries them all again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::conn::Tx;
use zvit_db::error::{Result, StoreError};
use zvit_db::incidents;
use zvit_domain::time::Time;

use super::record::Record;

/// After so long it is tried again, and said again if it still fails.
const RETRY_AFTER_S: i64 = 600;

/// So many are remembered for each kind of work; beyond, whoever is due first is tried sooner.
const KEPT: usize = 1_000;

/// What could not be done for an incident, as the log says it.
pub type Work = &'static str;

/// What failed lately, and when it is to be tried again.
#[derive(Debug, Default)]
pub struct Setbacks {
    retry_at: Mutex<HashMap<Work, HashMap<Uuid, Time>>>,
}

impl Setbacks {
    /// The incidents to be passed over for now.
    pub fn standing(&self, work: Work, now: Time) -> Vec<Uuid> {
        let mut all = self.retry_at.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(of_it) = all.get_mut(work) else { return Vec::new() };
        // A clock that was set back must not keep anything waiting for longer.
        of_it.retain(|_, at| (1..=RETRY_AFTER_S).contains(&at.seconds_since(now)));
        of_it.keys().copied().collect()
    }

    /// Remembers and logs that it failed.
    pub fn note(&self, work: Work, incident: Uuid, error: &StoreError, now: Time) {
        log::error!("incident {incident}: {work}: {error}; it is passed over for {RETRY_AFTER_S} seconds");
        let mut all = self.retry_at.lock().unwrap_or_else(PoisonError::into_inner);
        let of_it = all.entry(work).or_default();
        if of_it.len() >= KEPT
            && let Some(first) = of_it.iter().min_by_key(|(_, at)| **at).map(|(id, _)| *id)
        {
            of_it.remove(&first);
        }
        of_it.insert(incident, now.plus_seconds(RETRY_AFTER_S));
    }

    /// Does the same to each of these incidents, in their order, each once; one that it can't be done to is undone, noted and
    /// passed over. Says to how many it was done.
    ///
    /// # Errors
    /// When the store as a whole can't be used.
    pub fn one_by_one(
        &self,
        change: &mut Change<'_>,
        ids: &[Uuid],
        work: Work,
        act: impl Fn(&mut Change<'_>, &mut Record) -> Result<()>,
    ) -> Result<usize> {
        let mut done = Vec::new();
        let mut count = 0;
        for id in ids {
            if done.contains(id) {
                continue;
            }
            done.push(*id);
            let acted = change.attempt(|change| {
                let row = incidents::find_all(&mut change.tx, &[*id])?.pop().ok_or(StoreError::NotFound)?;
                let mut record = Record::load(&mut change.tx, row)?;
                act(change, &mut record)
            });
            match acted {
                Ok(()) => count += 1,
                Err(error) if error.is_outage() => return Err(error),
                Err(error) => self.note(work, *id, &error, change.now),
            }
        }
        Ok(count)
    }

    /// Reads these incidents, in no order; one that can't be read is noted and left out.
    ///
    /// # Errors
    /// When the store as a whole can't be used.
    pub fn readable(&self, tx: &mut Tx<'_>, ids: &[Uuid], work: Work, now: Time) -> Result<HashMap<Uuid, Record>> {
        let mut read = |ids: &[Uuid]| incidents::find_all(tx, ids).and_then(|rows| Record::load_all(tx, rows));
        let records = match read(ids) {
            Ok(records) => records,
            Err(error) if error.is_outage() => return Err(error),
            Err(_) => {
                let mut records = Vec::new();
                for id in ids {
                    match read(&[*id]) {
                        Ok(one) => records.extend(one),
                        Err(error) if error.is_outage() => return Err(error),
                        Err(error) => self.note(work, *id, &error, now),
                    }
                }
                records
            }
        };
        Ok(records.into_iter().map(|record| (record.id(), record)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_micros(seconds * 1_000_000)
    }

    fn failed() -> StoreError {
        StoreError::Failed("unreadable".into())
    }

    #[test]
    fn what_failed_is_passed_over_for_a_while_and_for_that_work_alone() {
        let (setbacks, id) = (Setbacks::default(), Uuid::from_u128(1));
        setbacks.note("clocks", id, &failed(), at(100));
        assert_eq!(setbacks.standing("clocks", at(100)), [id]);
        assert_eq!(setbacks.standing("clocks", at(99 + RETRY_AFTER_S)), [id]);
        assert!(setbacks.standing("queue", at(100)).is_empty());
        assert!(setbacks.standing("clocks", at(100 + RETRY_AFTER_S)).is_empty());
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nothing_waiting() {
        let (setbacks, id) = (Setbacks::default(), Uuid::from_u128(1));
        setbacks.note("clocks", id, &failed(), at(1_000_000));
        assert!(setbacks.standing("clocks", at(5)).is_empty());
    }

    #[test]
    fn no_more_are_remembered_than_there_is_room_for() {
        let setbacks = Setbacks::default();
        for number in 0..KEPT + 10 {
            setbacks.note(
                "clocks",
                Uuid::from_u128(number as u128),
                &failed(),
                at(i64::try_from(number).unwrap() / 100),
            );
        }
        let standing = setbacks.standing("clocks", at(20));
        assert_eq!(standing.len(), KEPT);
        assert!(standing.contains(&Uuid::from_u128((KEPT + 9) as u128)), "the newest is among them");
    }
}
