//! Answers that are kept, and repeated to whoever asks again with the same key.

use serde::Serialize;
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::idempotency::{self, KeyOf};
use zvit_db::rows::AnswerRow;
use zvit_db::types::{At, Id};

use crate::problem::{Code, ErrorItem, Problem};
use zvit_texts::text;

/// A derived key holds so long: a blind retry is caught, an equal report of another day is not.
pub const DERIVED_KEY_LIFE_S: i64 = 15 * 60;

/// An answer as it goes out, now or again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// HTTP status: 2xx.
    pub status: u16,
    /// The body, JSON.
    pub body: String,
    /// The `Location` header.
    pub location: Option<String>,
    /// The `ETag` header.
    pub etag: Option<String>,
    /// The incident that was made or changed.
    pub incident_id: Option<Uuid>,
    /// Whether it was given before.
    pub replayed: bool,
}

impl Kept {
    /// A fresh answer.
    ///
    /// # Errors
    /// When the body can't be JSON: a defect.
    pub fn new(status: u16, body: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self {
            status,
            body: serde_json::to_string(body)?,
            location: None,
            etag: None,
            incident_id: None,
            replayed: false,
        })
    }

    /// With the address of what was made.
    #[must_use]
    pub fn at(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }

    /// With the version of what was made.
    #[must_use]
    pub fn tagged(mut self, etag: String) -> Self {
        self.etag = Some(etag);
        self
    }

    /// With the incident it is about.
    #[must_use]
    pub fn about(mut self, incident: Uuid) -> Self {
        self.incident_id = Some(incident);
        self
    }
}

/// The key of a request, with what makes its body the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// Owner, operation, key.
    pub of: KeyOf,
    /// SHA-256 of the body's bytes; of the canonical body where the key is derived.
    pub body_sha256: Vec<u8>,
    /// Made by the server from the body.
    pub derived: bool,
}

impl RequestKey {
    /// The answer kept under this key, as a row.
    pub fn row(&self, kept: &Kept, change: &Change<'_>) -> AnswerRow {
        AnswerRow {
            owner: Id(self.of.owner),
            operation: self.of.operation.clone(),
            key: self.of.key.clone(),
            body_sha256: self.body_sha256.clone(),
            status: i32::from(kept.status),
            body: kept.body.clone(),
            location: kept.location.clone(),
            etag: kept.etag.clone(),
            incident_id: kept.incident_id.map(Id),
            created_at: At(change.now),
            expires_at: self.derived.then(|| At(change.now.plus_seconds(DERIVED_KEY_LIFE_S))),
            replays: 0,
        }
    }

    /// The same key with another body.
    pub fn reused(&self, incident: Option<Uuid>) -> Problem {
        let problem = Problem::new(Code::IdempotencyKeyReused).because(text!("key-reused")).error(ErrorItem::header(
            "Idempotency-Key",
            "idempotency_key_reused",
            text!("key-reused-before"),
        ));
        match incident {
            Some(id) => problem.extension("incident_id", id),
            None => problem,
        }
    }
}

/// Reads a kept answer.
pub fn kept(row: &AnswerRow) -> Kept {
    Kept {
        status: u16::try_from(row.status).unwrap_or(200),
        body: row.body.clone(),
        location: row.location.clone(),
        etag: row.etag.clone(),
        incident_id: row.incident_id.map(|id| id.0),
        replayed: true,
    }
}

/// Whether a kept answer no longer counts.
pub fn is_expired(row: &AnswerRow, change: &Change<'_>) -> bool {
    row.expires_at.is_some_and(|at| at.0 <= change.now)
}

/// Answers from what is kept, or does the work and keeps its answer, in the same change.
///
/// # Errors
/// `idempotency_key_reused` when the key was used with another body; else what `work` answers, which is not kept.
pub fn once(
    change: &mut Change<'_>,
    key: Option<&RequestKey>,
    work: impl FnOnce(&mut Change<'_>) -> Result<Kept, Problem>,
) -> Result<Kept, Problem> {
    let Some(key) = key else { return work(change) };
    if let Some(row) = idempotency::find(&mut change.tx, std::slice::from_ref(&key.of))?.first() {
        if !is_expired(row, change) {
            if row.body_sha256 != key.body_sha256 {
                return Err(key.reused(row.incident_id.map(|id| id.0)));
            }
            idempotency::note_replay(&mut change.tx, row)?;
            return Ok(kept(row));
        }
        idempotency::forget(&mut change.tx, row)?;
    }
    let answer = work(change)?;
    let row = key.row(&answer, change);
    AnswerRow::insert_all(&mut change.tx, vec![row])?;
    Ok(answer)
}
