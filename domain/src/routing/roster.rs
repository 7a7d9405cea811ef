//! The teams at one moment, with what can be said of each before any incident is looked at.

use jiff::tz::TimeZoneDatabase;
use uuid::Uuid;

use super::duty;
use super::exclusion::{Exclusion, Exclusions};
use super::{Loads, weight};
use crate::directory::{ParticipantInput, TeamInput};
use crate::time::Time;
use crate::tlp::Tlp;
use crate::vocabulary::{Assistance, ParticipantRole, Sector};
use crate::word::Word;

/// A team of the directory with the participant it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamEntry {
    /// Its id.
    pub id: Uuid,
    /// Whether it is active in the directory.
    pub active: bool,
    /// Its participant; none for the coordinator's own team, and for a participant that is deactivated.
    pub participant: Option<ParticipantInput>,
    /// The team.
    pub team: TeamInput,
}

/// There is no coordinator's own team, so nobody to take what no partner can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the directory has no team of the coordinator")]
pub struct NoCoordinatorTeam;

/// A team with the facts about it that no incident changes.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub(super) id: Uuid,
    pub(super) team: &'a TeamInput,
    /// What excludes it whatever the incident is.
    pub(super) standing: Exclusions,
    /// Nobody there would notice a case: passed over while another team can take it.
    pub(super) silent: bool,
    /// A bit for each sector it serves.
    pub(super) sectors: u16,
    /// A bit for each kind of help it gives.
    pub(super) assistance: Kinds,
    /// Capacity for ordinary cases, and for those that may use the surge as well.
    pub(super) capacity: u32,
    pub(super) surge: u32,
}

/// Kinds of help, a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kinds {
    pub(super) const NONE: Self = Self(0);

    pub(super) fn of(kinds: &[Assistance]) -> Self {
        Self(kinds.iter().fold(0, |bits, kind| bits | 1 << *kind as u8))
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn less(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) fn count(self) -> u32 {
        self.0.count_ones()
    }

    pub(super) fn contains(self, kind: Assistance) -> bool {
        self.0 & 1 << kind as u8 != 0
    }
}

/// The bit of one sector.
pub(super) fn sector_bit(sector: Sector) -> u16 {
    1 << sector as u16
}

fn sector_bits(sectors: &[Sector]) -> u16 {
    sectors.iter().fold(0, |bits, sector| bits | sector_bit(*sector))
}

/// The teams at one moment. Made once for a batch of incidents: duty hours and time zones are worked out here.
#[derive(Debug)]
pub struct Roster<'a> {
    /// In the order of the ids, whatever order the teams came in.
    members: Vec<Member<'a>>,
    /// Place of the coordinator's own team among the members.
    coordinator: usize,
}

impl<'a> Roster<'a> {
    /// The teams as they stand at `now`.
    ///
    /// # Errors
    /// [`NoCoordinatorTeam`] when none of them is the coordinator's own.
    pub fn new(teams: &'a [TeamEntry], now: Time) -> Result<Self, NoCoordinatorTeam> {
        let zones = TimeZoneDatabase::bundled();
        let mut members: Vec<Member<'a>> = teams.iter().map(|entry| Member::new(entry, &zones, now)).collect();
        members.sort_by_key(|member| member.id);
        members.dedup_by_key(|member| member.id);
        // Should there be several, an active one comes first; it takes cases even if all are deactivated.
        let is_own = |member: &Member<'_>| member.team.coordinator;
        let is_active = |id: Uuid| teams.iter().any(|entry| entry.id == id && entry.active);
        let coordinator = members
            .iter()
            .position(|member| is_own(member) && is_active(member.id))
            .or_else(|| members.iter().position(is_own))
            .ok_or(NoCoordinatorTeam)?;
        Ok(Self { members, coordinator })
    }

    /// The same, where of these partner teams nobody would notice a case: their tools don't poll and nobody can be told.
    #[must_use]
    pub fn with_silent(mut self, is_silent: impl Fn(Uuid) -> bool) -> Self {
        for member in &mut self.members {
            member.silent = !member.team.coordinator && is_silent(member.id);
        }
        self
    }

    /// Sectors that are served by a partner team with room for at least the lightest case: where there is none, nothing that
    /// waits can move.
    pub fn sectors_with_room(&self, loads: &Loads) -> Vec<Sector> {
        let has_room = |member: &&Member<'_>| {
            let weighted = loads.get(&member.id).map_or(0, |load| load.weighted);
            member.standing.is_empty() && weighted.saturating_add(weight(0)) <= member.surge
        };
        let served = self.members.iter().filter(has_room).fold(0, |bits, member| bits | member.sectors);
        Sector::ALL.iter().copied().filter(|sector| served & sector_bit(*sector) != 0).collect()
    }

    /// Id of the coordinator's own team.
    pub fn coordinator(&self) -> Uuid {
        self.members.get(self.coordinator).map(|member| member.id).unwrap_or_default()
    }

    /// Number of teams.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are no teams; never so, since there is always one of the coordinator.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Whether the label is above the ceiling of every active partner team. False when there is none: then a wider label
    /// would not help.
    pub fn is_above_every_ceiling(&self, tlp: Tlp) -> bool {
        let away = [Exclusion::Inactive, Exclusion::ParticipantInactive, Exclusion::ParticipantObserver];
        let mut partners = self
            .members
            .iter()
            .filter(|member| !member.team.coordinator && !away.iter().any(|reason| member.standing.contains(*reason)))
            .peekable();
        partners.peek().is_some() && partners.all(|member| tlp > member.team.tlp_ceiling)
    }

    pub(super) fn members(&self) -> &[Member<'a>] {
        &self.members
    }

    pub(super) fn coordinator_place(&self) -> usize {
        self.coordinator
    }

    pub(super) fn place(&self, id: Uuid) -> Option<usize> {
        self.members.binary_search_by_key(&id, |member| member.id).ok()
    }
}

impl<'a> Member<'a> {
    fn new(entry: &'a TeamEntry, zones: &TimeZoneDatabase, now: Time) -> Self {
        let team = &entry.team;
        let mut standing = Exclusions::NONE;
        if team.coordinator {
            standing.add_if(true, Exclusion::Coordinator);
        } else {
            let participant = entry.participant.as_ref();
            let valid = participant.is_some_and(|participant| participant.is_valid_at(now));
            let observer = participant.is_some_and(|participant| participant.role == ParticipantRole::Observer);
            standing.add_if(!entry.active, Exclusion::Inactive);
            standing.add_if(!valid, Exclusion::ParticipantInactive);
            standing.add_if(observer, Exclusion::ParticipantObserver);
            standing.add_if(!duty::team_on_duty(team, zones, now), Exclusion::OffDuty);
        }
        let declared = duty::availability(team, now).and_then(|availability| availability.capacity);
        let capacity = declared.unwrap_or(team.capacity);
        Self {
            id: entry.id,
            team,
            standing,
            silent: false,
            sectors: sector_bits(&team.sectors),
            assistance: Kinds::of(&team.assistance),
            capacity,
            surge: capacity.saturating_add(team.surge_capacity),
        }
    }
}
