//! What a team is shown of an incident: everything, what its kind of help needs, or before it has acknowledged only codes.
//!
//! | team | sees |
//! | --- | --- |
//! | any, before it acknowledges, TLP amber+strict or red | codes only |
//! | lead | everything |
//! | support | institution, contact, what its kinds of help need, and what it was granted |
//!
//! The codes (sector, level, class, symptoms, help asked for, language, TLP label, size bands, a summary made of these) are no
//! [`Part`]: every team on the incident sees them. A region is one where at least [`COMMON_FROM`] institutions share it.

mod summary;

pub use summary::{Codes, SizeBand, summary};

use crate::tlp::Tlp;
use crate::vocabulary::{AssignmentRole, Assistance};
use crate::word::Word;
use crate::words;

/// From this label on a team sees only codes until it has acknowledged.
pub const MINIMAL_FROM: Tlp = Tlp::AmberStrict;

/// So many institutions of the directory share sector and region before the region stops pointing at one of them.
pub const COMMON_FROM: usize = 5;

words! {
    /// A part of an incident that a team is shown or not.
    Part {
        Institution "institution",
        Contact "contact",
        Title "title",
        Description "description",
        MeasuresTaken "measures_taken",
        Services "services",
        Regions "regions",
        AffectedSystems "affected_systems",
        AffectedUsers "affected_users",
        Indicators "indicators",
        IncidentType "incident_type",
        Circumstances "circumstances",
        Times "times",
        Triage "triage",
        ExternalRef "external_ref",
        Reports "reports",
        Conversation "conversation",
        Course "course",
    }
}

/// A set of parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts(u32);

impl Parts {
    /// None of them.
    pub const NONE: Self = Self(0);

    /// All of them.
    pub fn all() -> Self {
        Part::ALL.iter().copied().collect()
    }

    /// Whether it is one of them.
    pub fn has(self, part: Part) -> bool {
        self.0 & bit(part) != 0
    }

    /// Those of either set.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of them are also in the other set.
    pub fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Each of them, in the order of the vocabulary.
    pub fn iter(self) -> impl Iterator<Item = Part> {
        Part::ALL.iter().copied().filter(move |part| self.has(*part))
    }

    /// Reads codes with blanks between them; a code of a later version is passed over.
    pub fn read(codes: &str) -> Self {
        codes.split_whitespace().filter_map(Part::from_code).collect()
    }

    /// Their codes with blanks between them.
    pub fn write(self) -> String {
        self.iter().map(Part::code).collect::<Vec<_>>().join(" ")
    }
}

fn bit(part: Part) -> u32 {
    1 << (part as u32)
}

impl FromIterator<Part> for Parts {
    fn from_iter<I: IntoIterator<Item = Part>>(parts: I) -> Self {
        Self(parts.into_iter().fold(0, |set, part| set | bit(part)))
    }
}

/// What decides how much a team sees.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// The incident's label.
    pub tlp: Tlp,
    /// What the team is to the incident.
    pub role: AssignmentRole,
    /// Whether the team has acknowledged, now or before it gave the case away.
    pub acknowledged: bool,
    /// The kinds of help it brings.
    pub assistance: &'a [Assistance],
    /// What it was granted beyond them.
    pub grants: Parts,
}

impl Standing<'_> {
    /// Whether only codes are shown until the team acknowledges. No grant changes that.
    pub fn is_minimal(&self) -> bool {
        !self.acknowledged && self.tlp >= MINIMAL_FROM
    }

    /// The parts that are shown.
    pub fn parts(&self) -> Parts {
        match self.role {
            _ if self.is_minimal() => Parts::NONE,
            AssignmentRole::Lead => Parts::all(),
            AssignmentRole::Support => {
                self.assistance.iter().fold(reach(), |parts, kind| parts.or(needs(*kind))).or(self.grants)
            }
        }
    }
}

/// What every support team gets: whom it helps, and whom to call there.
fn reach() -> Parts {
    [Part::Institution, Part::Contact].into_iter().collect()
}

/// What a kind of help can't be given without.
pub fn needs(kind: Assistance) -> Parts {
    let parts: &[Part] = match kind {
        Assistance::IncidentResponse => Part::ALL,
        Assistance::CyberDefenseTechnology => &[Part::IncidentType, Part::AffectedSystems, Part::Services],
        Assistance::SatelliteCommunications => {
            &[Part::Regions, Part::Services, Part::AffectedSystems, Part::AffectedUsers]
        }
        Assistance::ContinuousAssistance => &[Part::Regions],
    };
    parts.iter().copied().collect()
}

/// The kinds of help that a support team brings whom rules chose: of what the rule calls for (`called_for`; empty where it calls
/// for none) what the team gives, and of that what the report asks for, as far as any of it is left each time.
pub fn brought_by_rule(gives: &[Assistance], called_for: &[Assistance], asked: &[Assistance]) -> Vec<Assistance> {
    let kinds = match (common(gives, called_for), called_for) {
        (_, []) => gives.to_vec(),
        (none, called_for) if none.is_empty() => called_for.to_vec(),
        (some, _) => some,
    };
    let fitting = common(&kinds, asked);
    if fitting.is_empty() { kinds } else { fitting }
}

/// The same for a team that a person named without saying for what: never more than the report asks for, where it asks.
pub fn brought_by_name(gives: &[Assistance], asked: &[Assistance]) -> Vec<Assistance> {
    match (common(gives, asked), asked) {
        (_, []) => gives.to_vec(),
        (none, asked) if none.is_empty() => asked.to_vec(),
        (some, _) => some,
    }
}

fn common(one: &[Assistance], other: &[Assistance]) -> Vec<Assistance> {
    one.iter().copied().filter(|kind| other.contains(kind)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Parts in which an institution or a person wrote something in its own words.
    const FREE_TEXT: &[Part] = &[
        Part::Institution,
        Part::Contact,
        Part::Title,
        Part::Description,
        Part::MeasuresTaken,
        Part::Services,
        Part::Indicators,
        Part::Triage,
        Part::ExternalRef,
        Part::Reports,
        Part::Conversation,
        Part::Course,
    ];

    fn parts() -> impl Strategy<Value = Parts> {
        prop::collection::vec(prop::sample::select(Part::ALL), 0..8).prop_map(|parts| parts.into_iter().collect())
    }

    fn kinds() -> impl Strategy<Value = Vec<Assistance>> {
        prop::collection::vec(prop::sample::select(Assistance::ALL), 0..4)
    }

    fn tlp() -> impl Strategy<Value = Tlp> {
        prop::sample::select(Tlp::ALL)
    }

    fn role() -> impl Strategy<Value = AssignmentRole> {
        prop::sample::select(AssignmentRole::ALL)
    }

    proptest! {
        #[test]
        fn neither_acknowledging_nor_a_grant_nor_a_wider_label_hides_anything(
            (tlp, wider) in (tlp(), tlp()), role in role(), acknowledged: bool,
            (assistance, more) in (kinds(), kinds()), (grants, granted) in (parts(), parts()),
        ) {
            let standing = Standing { tlp, role, acknowledged, assistance: &assistance, grants };
            let seen = standing.parts();
            let both = [assistance.clone(), more].concat();
            let further = [
                Standing { acknowledged: true, ..standing },
                Standing { grants: grants.or(granted), ..standing },
                Standing { role: AssignmentRole::Lead, ..standing },
                Standing { tlp: wider.min(tlp), ..standing },
                Standing { assistance: &both, ..standing },
            ];
            for one in further {
                prop_assert!(seen.is_within(one.parts()), "{:?}", one);
            }
        }

        #[test]
        fn above_amber_no_words_are_shown_before_the_team_acknowledges(
            tlp in prop::sample::select(&[Tlp::AmberStrict, Tlp::Red][..]), role in role(), assistance in kinds(), grants in parts(),
        ) {
            let standing = Standing { tlp, role, acknowledged: false, assistance: &assistance, grants };
            prop_assert!(standing.is_minimal());
            prop_assert!(FREE_TEXT.iter().all(|part| !standing.parts().has(*part)));
            prop_assert_eq!(standing.parts(), Parts::NONE);
        }

        #[test]
        fn a_support_team_gets_what_it_was_granted_and_no_part_that_nobody_named(
            tlp in tlp(), assistance in kinds(), grants in parts(),
        ) {
            let standing = Standing { tlp, role: AssignmentRole::Support, acknowledged: true, assistance: &assistance, grants };
            prop_assert!(grants.is_within(standing.parts()));
            prop_assert!(standing.parts().has(Part::Contact));
            if !assistance.contains(&Assistance::IncidentResponse) {
                for part in [Part::Title, Part::Description, Part::Indicators, Part::Reports, Part::Conversation] {
                    prop_assert_eq!(standing.parts().has(part), grants.has(part));
                }
            }
        }

        #[test]
        fn support_brings_nothing_beyond_what_was_called_or_asked_for(
            (gives, called_for, asked) in (kinds(), kinds(), kinds()),
        ) {
            let is_within = |kinds: &[Assistance], bounds: &[Assistance]| kinds.iter().all(|kind| bounds.contains(kind));
            let by_rule = brought_by_rule(&gives, &called_for, &asked);
            let bounds = if called_for.is_empty() { &gives } else { &called_for };
            prop_assert!(is_within(&by_rule, bounds));
            prop_assert_eq!(by_rule.is_empty(), gives.is_empty() && called_for.is_empty());
            let by_name = brought_by_name(&gives, &asked);
            let bounds = if asked.is_empty() { &gives } else { &asked };
            prop_assert!(is_within(&by_name, bounds));
            prop_assert_eq!(by_name.is_empty(), gives.is_empty() && asked.is_empty());
        }

        #[test]
        fn sets_are_read_as_they_are_written(parts in parts()) {
            prop_assert_eq!(Parts::read(&parts.write()), parts);
            prop_assert_eq!(parts.iter().collect::<Parts>(), parts);
            prop_assert!(parts.is_within(Parts::all()));
        }
    }

    #[test]
    fn up_to_amber_a_lead_sees_everything_at_once() {
        for tlp in [Tlp::Clear, Tlp::Green, Tlp::Amber] {
            let lead =
                Standing { tlp, role: AssignmentRole::Lead, acknowledged: false, assistance: &[], grants: Parts::NONE };
            assert_eq!(lead.parts(), Parts::all(), "{tlp}");
        }
    }

    #[test]
    fn the_table_of_needs_holds() {
        let names = |kind| needs(kind).iter().map(Part::code).collect::<Vec<_>>();
        assert_eq!(
            names(Assistance::SatelliteCommunications),
            ["services", "regions", "affected_systems", "affected_users"]
        );
        assert_eq!(names(Assistance::CyberDefenseTechnology), ["services", "affected_systems", "incident_type"]);
        assert_eq!(names(Assistance::ContinuousAssistance), ["regions"]);
        assert_eq!(needs(Assistance::IncidentResponse), Parts::all());
    }

    #[test]
    fn every_part_has_a_place_in_the_set() {
        assert_eq!(Parts::all().iter().count(), Part::ALL.len());
        assert!(Part::ALL.len() <= 32, "a set holds 32");
        assert_eq!(Parts::read("title of_a_later_version contact").write(), "contact title");
    }
}
