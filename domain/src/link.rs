//! Links between incidents: one attack, many victims.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::words;

words! {
    /// How one incident stands to another.
    LinkKind {
        DuplicateOf "duplicate_of",
        SameAttack "same_attack",
        CausedBy "caused_by",
        SplitFrom "split_from",
    }
}

impl LinkKind {
    /// Whether it says the same from either end.
    pub fn is_mutual(self) -> bool {
        self == Self::SameAttack
    }
}

/// Whether a link `from` → `to` would close a circle with those there are, all of one kind: nothing is its own cause, nor split
/// from what was split from it.
pub fn closes_a_circle(links: &[(Uuid, Uuid)], from: Uuid, to: Uuid) -> bool {
    let mut onward: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for (start, end) in links {
        onward.entry(*start).or_default().push(*end);
    }
    let (mut open, mut seen) = (vec![to], BTreeSet::new());
    while let Some(place) = open.pop() {
        if place == from {
            return true;
        }
        if seen.insert(place) {
            open.extend(onward.get(&place).into_iter().flatten());
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(number: u8) -> Uuid {
        Uuid::from_u128(u128::from(number))
    }

    #[test]
    fn a_circle_is_found_over_any_number_of_steps() {
        assert!(closes_a_circle(&[], id(1), id(1)));
        let chain = [(id(1), id(2)), (id(2), id(3)), (id(3), id(4))];
        assert!(closes_a_circle(&chain, id(4), id(1)));
        assert!(closes_a_circle(&chain, id(2), id(1)));
        assert!(!closes_a_circle(&chain, id(1), id(4)));
        assert!(!closes_a_circle(&chain, id(4), id(5)));
    }

    proptest! {
        /// Links that are taken in only where they close no circle can be put in an order in which each leads onward.
        #[test]
        fn what_is_taken_in_never_leads_back(tries in prop::collection::vec((0..12_u8, 0..12_u8), 0..60)) {
            let mut links: Vec<(Uuid, Uuid)> = Vec::new();
            for (from, to) in tries {
                if !closes_a_circle(&links, id(from), id(to)) {
                    links.push((id(from), id(to)));
                }
            }
            // Kahn's algorithm: whoever nothing leads to is taken away, until nothing is left.
            let mut left = links;
            while !left.is_empty() {
                let before = left.len();
                let ends: BTreeSet<Uuid> = left.iter().map(|(_, to)| *to).collect();
                left.retain(|(from, _)| ends.contains(from));
                prop_assert!(left.len() < before, "a circle: {left:?}");
            }
        }
    }
}
