//! A body that the schema has judged, for the caller to take strictly or leniently.

use std::collections::BTreeSet;

use actix_web::web::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;
use zvit_domain::fault::Fault;
use zvit_texts::text;

use super::json::escape;
use super::prune::{Places, ROUNDS, Repaired};
use super::schemas::Schemas;
use crate::problem::Problem;

/// A lenient report is taken with so many faults at most: each stays with the incident as a warning.
const LENIENT_FAULTS: usize = 200;

/// A value with the faults that the schema found in what came.
///
/// Faulty members are not in `value`: optional ones are gone, mandatory ones hold placeholders. So the rules of the field can
/// look at the rest, and [`Checked::strict`] names all faults of both kinds at once; the placeholders never get further,
/// because both ways of taking the value refuse them.
#[derive(Clone)]
pub struct Checked<T> {
    /// What could be read.
    pub value: T,
    /// The bytes as they came.
    pub raw: Bytes,
    /// What `value` was read from.
    pub json: Value,
    /// Every fault that the schema found, in the order of the body.
    pub faults: Vec<Fault>,
    mandatory: BTreeSet<String>,
    places: Places,
    schemas: Schemas,
    name: String,
}

impl<T> Checked<T> {
    /// The faults at members that can't be left out.
    pub fn mandatory(&self) -> Vec<Fault> {
        self.faults.iter().filter(|fault| self.mandatory.contains(&fault.pointer)).cloned().collect()
    }

    /// A fault of what could be read, placed in the body as it came: items that were taken out count again.
    pub fn placed(&self, mut fault: Fault) -> Fault {
        fault.pointer = self.places.original(&fault.pointer);
        fault
    }

    /// Whether the member at `pointer` can't be left out, neither by itself nor with what it stands in.
    pub fn is_mandatory(&self, pointer: &str) -> bool {
        self.mandatory.contains(pointer) || !self.schemas.is_optional(&self.name, pointer)
    }

    /// The value, if neither the schema nor the rules of the field (`semantic`) found a fault.
    ///
    /// # Errors
    /// 422 with all faults of both kinds.
    pub fn strict(self, semantic: Vec<Fault>) -> Result<T, Problem> {
        let (value, faults) = self.merged(semantic);
        if faults.is_empty() { Ok(value) } else { Err(faults.into()) }
    }

    /// The value and what is to be warned of (RFC 7240, `Prefer: handling=lenient`).
    ///
    /// # Errors
    /// 422 with all faults, if any of them is at a member that can't be left out.
    pub fn lenient(self, semantic: Vec<Fault>) -> Result<(T, Vec<Fault>), Problem> {
        let is_refused = semantic.iter().chain(&self.faults).any(|fault| self.is_mandatory(&fault.pointer));
        let (value, faults) = self.merged(semantic);
        if is_refused { Err(faults.into()) } else { Ok((value, faults)) }
    }

    /// The faults of the schema, then those others that are not about the same member.
    fn merged(self, semantic: Vec<Fault>) -> (T, Vec<Fault>) {
        let semantic: Vec<Fault> = semantic.into_iter().map(|fault| self.placed(fault)).collect();
        let mut faults = self.faults;
        let known: BTreeSet<String> = faults.iter().map(|fault| fault.pointer.clone()).collect();
        faults.extend(semantic.into_iter().filter(|fault| !enclosing(&fault.pointer).any(|at| known.contains(at))));
        (self.value, faults)
    }
}

/// A pointer and those of everything that it stands in, up to the whole document.
fn enclosing(pointer: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(pointer), |at| at.rsplit_once('/').map(|(outer, _)| outer))
}

impl Schemas {
    /// Judges a JSON value as a `T` by the component schema of that name. `raw` is only passed through.
    ///
    /// # Errors
    /// 422 where nothing can be made of it as a `T`.
    pub fn check<T: DeserializeOwned + ToSchema>(&self, value: Value, raw: Bytes) -> Result<Checked<T>, Problem> {
        let name = self.request_name(&T::name());
        let name = name.ok_or_else(|| {
            Problem::internal(format_args!("{} is no request schema of the OpenAPI document", T::name()))
        })?;
        // So many faults are no slip of a form: nothing is mended, leniently or not.
        let first = self.faults(&name, &value);
        if first.len() > LENIENT_FAULTS {
            return Err(first.into());
        }
        let Repaired { value: mut json, mut faults, mut mandatory, mut places } = self.repair(&name, value);
        for _ in 0..ROUNDS {
            match serde_path_to_error::deserialize::<_, T>(&json) {
                Ok(value) => {
                    return Ok(Checked { value, raw, json, faults, mandatory, places, schemas: self.clone(), name });
                }
                Err(fault) => {
                    let fault = unreadable(&fault);
                    places.note(&json);
                    let original = places.original(&fault.pointer);
                    mandatory.extend(self.take_out(&name, &mut json, &mut places, std::slice::from_ref(&fault)));
                    faults.push(Fault { pointer: original, ..fault });
                }
            }
        }
        Err(faults.into())
    }
}

/// What the schema let pass and the type did not: the last line, met only where the two differ.
fn unreadable(fault: &serde_path_to_error::Error<serde_json::Error>) -> Fault {
    use serde_path_to_error::Segment;
    let segments = fault.path().iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Map { key } => Some(format!("/{}", escape(key))),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    Fault::at(segments.collect::<String>(), "not_allowed", text!("value-not-possible"))
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
