//! Why a team is no candidate.

use serde::de::{SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::word::Word;
use crate::words;

words! {
    /// One reason why a team is no candidate.
    Exclusion {
        Inactive "inactive",
        ParticipantInactive "participant_inactive",
        ParticipantObserver "participant_observer",
        OffDuty "off_duty",
        SectorNotServed "sector_not_served",
        AssistanceNotOffered "assistance_not_offered",
        LanguageNotSpoken "language_not_spoken",
        TlpAboveCeiling "tlp_above_ceiling",
        AtCapacity "at_capacity",
        Declined "declined",
        AlreadyAssigned "already_assigned",
        NotInPool "not_in_pool",
        ExerciseNotOptedIn "exercise_not_opted_in",
        Coordinator "coordinator",
        Silent "silent",
    }
}

/// All the reasons that exclude one team; empty for a candidate. In JSON an array of codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exclusions(u16);

impl Exclusions {
    /// No reason: a candidate.
    pub const NONE: Self = Self(0);

    /// Whether nothing excludes the team.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this is among the reasons.
    pub fn contains(self, reason: Exclusion) -> bool {
        self.0 & bit(reason) != 0
    }

    /// Whether this is the only reason.
    pub fn is_only(self, reason: Exclusion) -> bool {
        self.0 == bit(reason)
    }

    /// The reasons, in the order of the vocabulary.
    pub fn iter(self) -> impl Iterator<Item = Exclusion> {
        Exclusion::ALL.iter().copied().filter(move |reason| self.contains(*reason))
    }

    /// The codes of the reasons.
    pub fn codes(self) -> impl Iterator<Item = &'static str> {
        self.iter().map(Word::code)
    }

    pub(super) fn add_if(&mut self, holds: bool, reason: Exclusion) {
        if holds {
            self.0 |= bit(reason);
        }
    }

    #[must_use]
    pub(super) fn without(self, reason: Exclusion) -> Self {
        Self(self.0 & !bit(reason))
    }
}

impl From<Exclusion> for Exclusions {
    fn from(reason: Exclusion) -> Self {
        Self(bit(reason))
    }
}

fn bit(reason: Exclusion) -> u16 {
    1 << reason as u16
}

impl Serialize for Exclusions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let count = usize::try_from(self.0.count_ones()).unwrap_or_default();
        let mut list = serializer.serialize_seq(Some(count))?;
        for code in self.codes() {
            list.serialize_element(code)?;
        }
        list.end()
    }
}

impl<'de> Deserialize<'de> for Exclusions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Codes;
        impl<'de> Visitor<'de> for Codes {
            type Value = Exclusions;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an array of codes")
            }

            // A code of a newer version is passed over: an older program must still be able to read what was decided.
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Exclusions, A::Error> {
                let mut reasons = Exclusions::NONE;
                while let Some(code) = list.next_element::<std::borrow::Cow<'de, str>>()? {
                    if let Some(reason) = Exclusion::from_code(&code) {
                        reasons.add_if(true, reason);
                    }
                }
                Ok(reasons)
            }
        }
        deserializer.deserialize_seq(Codes)
    }
}
