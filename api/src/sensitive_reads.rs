//! Reads above TLP amber: which client read which incident is noted in the audit before the answer goes out, once an hour.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::json;
use uuid::Uuid;
use zvit_db::audit::Audience;
use zvit_db::rows::IncidentRow;
use zvit_domain::time::Time;
use zvit_domain::tlp::Tlp;

use crate::actor::Actor;
use crate::clock;
use crate::flows::event::Event;
use crate::problem::Problem;
use crate::state::App;

/// A repeated read is noted again after so long.
const REPEAT_S: i64 = 3_600;
/// So many reads are remembered; when there are more, they are noted more often, never less.
const MAX_REMEMBERED: usize = 50_000;

/// An incident whose reading is to be noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sensitive {
    incident: Uuid,
    tlp: Tlp,
}

/// Of these incidents those above TLP amber that are not the reader's own.
pub fn sensitive<'a>(rows: impl IntoIterator<Item = &'a IncidentRow>, reader: Option<Uuid>) -> Vec<Sensitive> {
    let above = |row: &IncidentRow| {
        // A label that can't be read is not one to be lenient about.
        let tlp = row.tlp.parse().unwrap_or(Tlp::Red);
        (tlp > Tlp::Amber && reader != Some(row.institution_id.0)).then_some(Sensitive { incident: row.id.0, tlp })
    };
    rows.into_iter().filter_map(above).collect()
}

/// Within the last hour. A moment still to come is none: the clock was set back, and must not silence the audit until then.
fn is_recent(at: Time, now: Time) -> bool {
    (0..REPEAT_S).contains(&now.seconds_since(at))
}

/// Who read what within the last hour.
#[derive(Debug, Default)]
pub struct SensitiveReads(Mutex<HashMap<(String, Uuid), Time>>);

impl SensitiveReads {
    /// Those of the reads that are not noted yet.
    fn unknown(&self, client_id: &str, reads: Vec<Sensitive>, now: Time) -> Vec<Sensitive> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known =
            |read: &Sensitive| known.get(&(client_id.to_owned(), read.incident)).is_some_and(|at| is_recent(*at, now));
        reads.into_iter().filter(|read| !is_known(read)).collect()
    }

    fn remember(&self, client_id: &str, reads: &[Sensitive], now: Time) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() + reads.len() > MAX_REMEMBERED {
            known.retain(|_, at| is_recent(*at, now));
        }
        if known.len() + reads.len() > MAX_REMEMBERED {
            known.clear();
        }
        known.extend(reads.iter().map(|read| ((client_id.to_owned(), read.incident), now)));
    }
}

impl App {
    /// Notes reads that are about to be answered. Costs nothing where there are none.
    ///
    /// # Errors
    /// 503 when they can't be noted: then the answer must not go out.
    pub async fn note_reads(
        &self,
        actor: &Actor,
        operation: &'static str,
        reads: Vec<Sensitive>,
    ) -> Result<(), Problem> {
        if reads.is_empty() {
            return Ok(());
        }
        let now = clock::now();
        let new = self.sensitive_reads.unknown(&actor.client_id, reads, now);
        if new.is_empty() {
            return Ok(());
        }
        let (reader, noted) = (actor.clone(), new.clone());
        self.change(move |change, _| {
            for read in noted {
                Event::incident("incident_read", read.incident)
                    .seen_by(Audience::Coordinator)
                    .with(json!({"operation": operation, "tlp": read.tlp}))
                    .note(change, &reader);
            }
            Ok(())
        })
        .await?;
        self.sensitive_reads.remember(&actor.client_id, &new, now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(number: u128) -> Sensitive {
        Sensitive { incident: Uuid::from_u128(number), tlp: Tlp::Red }
    }

    fn at(second: i64) -> Time {
        Time::from_micros(second * 1_000_000)
    }

    #[test]
    fn a_read_is_known_for_an_hour_to_its_client_only() {
        let reads = SensitiveReads::default();
        reads.remember("a", &[read(1)], at(0));
        assert_eq!(reads.unknown("a", vec![read(1), read(2)], at(3_599)), [read(2)]);
        assert_eq!(reads.unknown("b", vec![read(1)], at(1)), [read(1)]);
        assert_eq!(reads.unknown("a", vec![read(1)], at(3_600)), [read(1)]);
    }

    #[test]
    fn a_clock_that_is_set_back_hides_no_read() {
        let reads = SensitiveReads::default();
        reads.remember("a", &[read(1)], at(10_000));
        assert_eq!(reads.unknown("a", vec![read(1)], at(9_999)), [read(1)]);
        reads.remember("a", &[read(1)], at(9_999));
        assert_eq!(reads.unknown("a", vec![read(1)], at(10_000)), []);
    }

    #[test]
    fn so_many_are_remembered_and_no_more() {
        let reads = SensitiveReads::default();
        for number in 0..(MAX_REMEMBERED as u128 + 10) {
            reads.remember("a", &[read(number)], at(0));
        }
        let known = reads.0.lock().unwrap();
        assert!(!known.is_empty() && known.len() <= MAX_REMEMBERED);
    }
}
