//! References for people: drawn at random, none of them used before.

use zvit_db::change::Change;
use zvit_db::error::{Result, StoreError};
use zvit_db::incidents;
use zvit_domain::ids::Reference;

use crate::clock;

/// As many references as there are items, none of them taken; a collision is answered with a longer one.
pub(super) fn references(change: &mut Change<'_>, count: usize) -> Result<Vec<Reference>> {
    let year = change.now.year();
    let mut free: Vec<Reference> = Vec::with_capacity(count);
    let mut symbols = Reference::SYMBOLS;
    while free.len() < count {
        let drawn: Vec<Reference> = (free.len()..count).map(|_| draw(year, symbols)).collect::<Result<_>>()?;
        let codes: Vec<String> = drawn.iter().map(|reference| reference.as_str().to_owned()).collect();
        let taken = incidents::references_taken(&mut change.tx, &codes)?;
        for reference in drawn {
            if !free.contains(&reference) && !taken.iter().any(|code| code == reference.as_str()) {
                free.push(reference);
            }
        }
        symbols = (symbols + 1).min(Reference::MAX_SYMBOLS);
    }
    Ok(free)
}

fn draw(year: i16, symbols: usize) -> Result<Reference> {
    let random = clock::random().map_err(|error| StoreError::Failed(format!("no random numbers: {error}")))?;
    Ok(Reference::generate(year, random, symbols))
}
