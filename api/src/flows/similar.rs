//! Incidents of the same institution that a new report may be about: a hint in its answer, so that what was reported already is
//! followed up rather than reported again.

use std::collections::HashMap;

use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::error::Result;
use zvit_db::institutions::{RecentRow, recent};
use zvit_db::rows::FeedRow;
use zvit_domain::similarity::{Features, MAX_NAMED, likeness};
use zvit_domain::time::Time;
use zvit_domain::vocabulary::{IncidentStatus, Role};
use zvit_domain::word::Word;

use super::hold;
use super::record::Record;
use super::submit::Submission;
use crate::memory::Directory;
use crate::views::PossibleDuplicate;

/// Reports of the last day are compared.
const WINDOW_S: i64 = 24 * 3_600;
/// Of an institution those that stand so near to the end of its feed: a flood must not make each report slower than the one
/// before it.
const LOOKED_AT: i64 = 50;

/// One incident to compare with.
#[derive(Debug)]
struct Known {
    id: Uuid,
    reference: String,
    status: String,
    received_at: Time,
    exercise: bool,
    features: Features,
}

/// What the institutions of a batch reported lately.
#[derive(Debug, Default)]
pub(super) struct Recent(HashMap<Uuid, Vec<Known>>);

/// Whether the answer to it shows whom it happened to, and to whom it may be shown: not to who may hold stolen credentials, nor
/// to who reports for another. Items of a batch are answered too briefly for it.
pub(super) fn asks(item: &Submission, institution: Uuid, directory: &Directory) -> bool {
    let is_single = item.key.of.operation == "POST /v1/incidents";
    let is_own = item.actor.role == Role::Coordinator || item.actor.owner == Some(institution);
    is_single && is_own && !hold::is_untrusted(directory, &item.actor)
}

impl Recent {
    /// Reads what these institutions reported lately: one query for a batch.
    pub(super) fn read(change: &mut Change<'_>, institutions: &[Uuid], feeds: &HashMap<Uuid, FeedRow>) -> Result<Self> {
        let mut after: Vec<(Uuid, i64)> = institutions
            .iter()
            .filter_map(|id| feeds.get(id).map(|feed| (*id, feed.position.saturating_sub(LOOKED_AT))))
            .collect();
        after.sort_unstable();
        after.dedup();
        if after.is_empty() {
            return Ok(Self::default());
        }
        let since = change.now.plus_seconds(-WINDOW_S);
        let mut known = Self(after.iter().map(|(owner, _)| (*owner, Vec::new())).collect());
        for row in recent(&mut change.tx, &after, since)? {
            let owner = row.institution_id.0;
            known.0.entry(owner).or_default().push(Known::from(row));
        }
        Ok(known)
    }

    /// Those that are like this one, the likest first, then the newest.
    pub(super) fn like(&self, record: &Record) -> Vec<PossibleDuplicate> {
        let own = Features::from_text(&record.row.features);
        let known = self.0.get(&record.row.institution_id.0).into_iter().flatten();
        let mut alike: Vec<PossibleDuplicate> = known
            .filter(|known| known.exercise == record.row.exercise && known.id != record.id())
            .filter_map(|known| likeness(&own, &known.features).map(|why| known.shown(why)))
            .collect();
        alike.sort_by_key(|found| (std::cmp::Reverse(found.why.len()), std::cmp::Reverse(found.id)));
        alike.truncate(MAX_NAMED);
        alike
    }

    /// A report of the same batch is known to those that come after it.
    pub(super) fn learn(&mut self, record: &Record) {
        if let Some(known) = self.0.get_mut(&record.row.institution_id.0) {
            known.push(Known {
                id: record.id(),
                reference: record.row.reference.clone(),
                status: record.row.status.clone(),
                received_at: record.row.received_at.0,
                exercise: record.row.exercise,
                features: Features::from_text(&record.row.features),
            });
        }
    }
}

impl From<RecentRow> for Known {
    fn from(row: RecentRow) -> Self {
        Self {
            id: row.id.0,
            reference: row.reference,
            status: row.status,
            received_at: row.received_at.0,
            exercise: row.exercise,
            features: Features::from_text(&row.features),
        }
    }
}

impl Known {
    fn shown(&self, why: Vec<zvit_domain::similarity::Likeness>) -> PossibleDuplicate {
        PossibleDuplicate {
            id: self.id,
            reference: self.reference.clone(),
            status: IncidentStatus::from_code(&self.status).unwrap_or(IncidentStatus::Received),
            received_at: self.received_at,
            why,
        }
    }
}
