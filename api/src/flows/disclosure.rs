//! What a team is shown of an incident. The rule is [`zvit_domain::disclosure`]; here it is applied.
//!
//! Whatever shows a team something of an incident asks [`of`], or [`of_team`] where no case is at hand: a member of a view is
//! left out unless [`Disclosure::has`] its part; what is only words (reports, messages, attachments, translations) is
//! refused by [`Disclosure::require`]. For messages and attachments [`check_conversation`] says which.

use uuid::Uuid;
use zvit_db::conn::Tx;
use zvit_db::rows::{AssignmentRow, IncidentRow};
use zvit_domain::disclosure::{
    COMMON_FROM, Codes, Part, Parts, SizeBand, Standing, brought_by_name, brought_by_rule, summary,
};
use zvit_domain::region::Region;
use zvit_domain::routing::{MANUAL_RULE, called_for};
use zvit_domain::taxonomy::Classification;
use zvit_domain::vocabulary::{AssignmentRole, Assistance, Role, Sector};
use zvit_domain::word::Word;
use zvit_texts::text;

use super::held::place_filled;
use super::hold;
use super::record::{Record, state};
use super::show::{indicator, institution, role};
use super::team_indicators::seen_by;
use super::withdrawal::withdrawal;
use crate::actor::Actor;
use crate::memory::Directory;
use crate::problem::{Code, Problem};
use crate::views::{CaseIncident, GeneratedSummary, Indicator};
use crate::vocabularies::LEVELS;

/// What one team is shown of one incident.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Disclosure {
    parts: Parts,
    minimal: bool,
}

impl Disclosure {
    /// The codes that every team sees of its cases, and nothing else.
    pub fn codes_only() -> Self {
        Self { parts: Parts::default(), minimal: true }
    }

    /// Whether the team is shown this part.
    pub fn has(self, part: Part) -> bool {
        self.parts.has(part)
    }

    /// Whether it is shown codes only, until it acknowledges.
    pub fn is_minimal(self) -> bool {
        self.minimal
    }

    /// The parts it is shown.
    pub fn parts(self) -> Parts {
        self.parts
    }

    /// Refuses what belongs to a part that the team is not shown.
    ///
    /// # Errors
    /// 403, saying what opens it.
    pub fn require(self, part: Part) -> Result<(), Problem> {
        if self.has(part) { Ok(()) } else { Err(self.withheld()) }
    }

    fn withheld(self) -> Problem {
        let problem = Problem::new(Code::DisclosureWithheld);
        if self.minimal {
            problem.because(text!("disclosure-before-acknowledging"))
        } else {
            problem.because(text!("disclosure-of-support"))
        }
    }
}

/// What the team of this assignment is shown of the incident.
pub fn of(record: &Record, row: &AssignmentRow, directory: &Directory) -> Disclosure {
    let assistance = brought(record, row, directory);
    let standing = Standing {
        tlp: record.tlp(),
        role: role(row),
        acknowledged: row.acknowledged_at.is_some(),
        assistance: &assistance,
        grants: Parts::read(&row.grants),
    };
    Disclosure { parts: standing.parts(), minimal: standing.is_minimal() }
}

/// The kinds of help a supporting team brings: what it was asked for; else what the rule that chose it calls for; else, where a
/// person named it, what the report asks for.
pub fn brought(record: &Record, row: &AssignmentRow, directory: &Directory) -> Vec<Assistance> {
    if let Some(codes) = &row.assistance {
        return codes.split_whitespace().filter_map(Assistance::from_code).collect();
    }
    let team = directory.teams.iter().find(|entry| entry.id == row.team_id.0);
    let gives = team.map(|entry| entry.team.assistance.clone()).unwrap_or_default();
    let asked = &record.content.assistance_requested;
    match place_filled(row) {
        place if place == MANUAL_RULE => brought_by_name(&gives, asked),
        place => brought_by_rule(&gives, called_for(&directory.rules, &place), asked),
    }
}

/// What a team is shown of an incident by the cases it holds of it; nothing where it holds none.
///
/// # Errors
/// The store's.
pub fn of_team(
    tx: &mut Tx<'_>,
    directory: &Directory,
    team: Uuid,
    incident: &IncidentRow,
) -> Result<Disclosure, Problem> {
    let record = Record::load(tx, incident.clone())?;
    Ok(of_holder(&record, directory, team))
}

/// The same, of a record at hand.
pub fn of_holder(record: &Record, directory: &Directory, team: Uuid) -> Disclosure {
    let held = record.assignments.iter().filter(|row| row.team_id.0 == team && state(row).is_held());
    let each = held.map(|row| of(record, row, directory));
    each.reduce(|one, other| Disclosure { parts: one.parts.or(other.parts), minimal: one.minimal && other.minimal })
        .unwrap_or_default()
}

/// Refuses a team that is not shown a part of the incident; institution and coordinator are shown all of it.
///
/// # Errors
/// 403, saying what opens it; the store's.
pub fn check(
    tx: &mut Tx<'_>,
    directory: &Directory,
    actor: &Actor,
    incident: &IncidentRow,
    part: Part,
) -> Result<(), Problem> {
    match (actor.role, actor.owner) {
        (Role::Team, Some(team)) => of_team(tx, directory, team, incident)?.require(part),
        _ => Ok(()),
    }
}

/// What the one who acts may read of the messages and attachments of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// What its side is meant to read.
    Conversation,
    /// What this team wrote and sent itself, and what answers it in confidence: it supports, and the rest is not disclosed to it.
    OwnWords(Uuid),
}

impl Heard {
    /// Hides what another than who hears only its own words has sent, as the lists do.
    ///
    /// # Errors
    /// 404.
    pub fn check_owner(self, owner: Uuid) -> Result<(), Problem> {
        match self {
            Self::OwnWords(team) if team != owner => Err(Problem::not_found()),
            _ => Ok(()),
        }
    }
}

/// The same, where it may read any of it.
///
/// # Errors
/// 403 for a team that is shown codes only, saying what opens it; the store's.
pub fn check_conversation(
    tx: &mut Tx<'_>,
    directory: &Directory,
    actor: &Actor,
    incident: &IncidentRow,
) -> Result<Heard, Problem> {
    let (Role::Team, Some(team)) = (actor.role, actor.owner) else { return Ok(Heard::Conversation) };
    let disclosed = of_team(tx, directory, team, incident)?;
    if disclosed.is_minimal() { Err(disclosed.withheld()) } else { Ok(heard(disclosed, team)) }
}

/// What a team to which this much is disclosed may read of it.
pub fn heard(disclosed: Disclosure, team: Uuid) -> Heard {
    if disclosed.has(Part::Conversation) { Heard::Conversation } else { Heard::OwnWords(team) }
}

/// Refuses a team that may not yet write messages or add attachments: it has not acknowledged what it sees only codes of. A
/// support team may speak although it does not read what others say.
///
/// # Errors
/// As [`check`].
pub fn check_may_speak(
    tx: &mut Tx<'_>,
    directory: &Directory,
    actor: &Actor,
    incident: &IncidentRow,
) -> Result<(), Problem> {
    match (actor.role, actor.owner) {
        (Role::Team, Some(team)) => {
            let disclosed = of_team(tx, directory, team, incident)?;
            if disclosed.is_minimal() { Err(disclosed.withheld()) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

/// The regions that point at no single institution: at least [`COMMON_FROM`] of the directory share them and the sector.
fn common_regions(regions: &[Region], sector: Sector, directory: &Directory) -> Vec<Region> {
    let is_common = |region: &&Region| directory.neighbours(sector, **region) >= COMMON_FROM;
    regions.iter().filter(is_common).copied().collect()
}

/// The incident as a team sees it to which this much is disclosed.
pub fn case_incident(
    record: &Record,
    row: &AssignmentRow,
    disclosure: Disclosure,
    directory: &Directory,
) -> CaseIncident {
    let content = &record.content;
    let (systems, users) = (content.affected_systems, content.affected_users);
    let shown = |part| disclosure.has(part);
    let handled = !disclosure.minimal;
    let around = shown(Part::Circumstances);
    CaseIncident {
        id: record.id(),
        reference: record.row.reference.clone(),
        status: record.status(),
        received_at: record.row.received_at.0,
        // What others may not know of moves neither the case nor its time.
        updated_at: row.updated_at.0,
        resolved_at: record.row.resolved_at.map(|at| at.0),
        closed_at: record.row.closed_at.map(|at| at.0),
        withdrawal: withdrawal(record).filter(|_| shown(Part::Description)),
        summary: in_one_line(record),
        sector: record.triage.sector,
        level: record.triage.level,
        classification: classification(record, disclosure),
        symptoms: content.symptoms.clone(),
        assistance_requested: content.assistance_requested.clone(),
        language: content.language.as_deref().map(|tag| if handled { tag } else { primary(tag) }.to_owned()),
        tlp: record.tlp(),
        affected_systems_band: systems.map(|number| SizeBand::of(number.into())),
        affected_users_band: users.map(SizeBand::of),
        exercise: record.row.exercise,
        pap: content.pap.filter(|_| handled),
        submitted_on_hold: (handled && hold::is_marked(record)).then_some(true),
        regions: regions(record, disclosure, directory),
        report_sha256: shown(Part::Reports).then(|| crate::hex(&record.row.report_sha256)),
        institution: shown(Part::Institution).then(|| institution(record, directory)),
        contact: content.contact.clone().filter(|_| shown(Part::Contact)),
        title: content.title.clone().filter(|_| shown(Part::Title)),
        description: shown(Part::Description).then(|| content.description.clone()),
        measures_taken: content.measures_taken.clone().filter(|_| shown(Part::MeasuresTaken)),
        affected_services: shown(Part::Services).then(|| content.affected_services.clone()),
        affected_systems: systems.filter(|_| shown(Part::AffectedSystems)),
        affected_users: users.filter(|_| shown(Part::AffectedUsers)),
        indicators: shown(Part::Indicators).then(|| indicators(record, row.team_id.0, directory)),
        other_sectors: around.then(|| content.other_sectors.clone()),
        danger_to_life: content.danger_to_life.filter(|_| around),
        data_types: around.then(|| content.data_types.clone()),
        suspected_malicious: content.suspected_malicious.filter(|_| around),
        cross_border: content.cross_border.filter(|_| around),
        impact: around.then_some(content.impact),
        became_aware_at: shown(Part::Times).then(|| record.became_aware_at()),
        detected_at: content.detected_at.filter(|_| shown(Part::Times)),
        started_at: content.started_at.filter(|_| shown(Part::Times)),
        deadlines: shown(Part::Times).then(|| record.shown_deadlines()),
        triage: shown(Part::Triage).then(|| record.triage.clone()),
        external_ref: content.external_ref.clone().filter(|_| shown(Part::ExternalRef)),
    }
}

/// What every team is shown of the incident, apart from moments of its own case; the regions as stated, as which of them
/// are told depends on the directory.
pub(super) fn codes(record: &Record) -> impl PartialEq + use<> {
    let content = &record.content;
    (
        (record.status(), record.row.resolved_at, record.row.closed_at, record.row.exercise, record.tlp()),
        (record.triage.sector, record.triage.level, record.classification().class, content.symptoms.clone()),
        (content.assistance_requested.clone(), content.language.as_deref().map(|tag| primary(tag).to_owned())),
        content.affected_systems.map(|number| SizeBand::of(number.into())),
        content.affected_users.map(SizeBand::of),
        content.regions.clone(),
    )
}

/// Parts of which more is shown than stands in the case, or than what is read with an incident's row can tell.
const BEYOND_THE_CASE: &[Part] =
    &[Part::Description, Part::Indicators, Part::Reports, Part::Conversation, Part::Course];

/// Whether a support team is shown the same after a change as before, as far as that can be told from the incident's row; where it
/// can't, it is not. It judges by the kinds of help kept with the assignment, and by no names: none of them changes with an incident.
pub(super) fn shows_the_same(before: &Record, after: &Record, row: &AssignmentRow) -> bool {
    if role(row) == AssignmentRole::Lead || row.assistance.is_none() {
        return false;
    }
    let nobody = Directory::default();
    let (old, new) = (of(before, row, &nobody), of(after, row, &nobody));
    let is_little = !BEYOND_THE_CASE.iter().any(|part| new.has(*part));
    let seen = |record, disclosed| case_incident(record, row, disclosed, &nobody);
    // Which regions are told depends on the directory.
    let are_regions_told = new.has(Part::Regions) || before.content.regions == after.content.regions;
    is_little
        && are_regions_told
        && old == new
        && before.row.institution_id == after.row.institution_id
        && seen(before, old) == seen(after, new)
}

fn indicators(record: &Record, team: Uuid, directory: &Directory) -> Vec<Indicator> {
    seen_by(record, directory, Some(team)).map(|row| indicator(row, directory)).collect()
}

fn regions(record: &Record, disclosure: Disclosure, directory: &Directory) -> Option<Vec<Region>> {
    let stated = &record.content.regions;
    if disclosure.has(Part::Regions) {
        return Some(stated.clone());
    }
    Some(common_regions(stated, record.triage.sector, directory)).filter(|common| !common.is_empty())
}

fn classification(record: &Record, disclosure: Disclosure) -> Classification {
    let whole = record.classification();
    if disclosure.has(Part::IncidentType) { whole } else { Classification { r#type: None, ..whole } }
}

/// Of a language tag only the language: what follows may be anything.
fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

fn in_one_line(record: &Record) -> GeneratedSummary {
    let content = &record.content;
    let level = record.triage.level;
    let called = LEVELS.iter().find(|(known, ..)| *known == level).map_or(("", ""), |(_, uk, en, ..)| (*en, *uk));
    let text = summary(&Codes {
        sector: record.triage.sector,
        level,
        level_called: called,
        class: record.classification().class,
        symptoms: &content.symptoms,
        assistance: &content.assistance_requested,
        systems: content.affected_systems.map(|number| SizeBand::of(number.into())),
        users: content.affected_users.map(SizeBand::of),
        tlp: record.tlp(),
    });
    GeneratedSummary { uk: text.uk().to_owned(), en: text.en().to_owned() }
}

/// Whether this assignment can be given more than its kind of help needs: the team supports, and holds the case.
///
/// # Errors
/// 409 when the assignment is over, or leads.
pub fn check_can_be_granted(row: &AssignmentRow) -> Result<(), Problem> {
    let why = match (state(row).is_held(), role(row)) {
        (true, AssignmentRole::Support) => return Ok(()),
        (true, AssignmentRole::Lead) => text!("grant-to-lead"),
        (false, _) => text!("grant-to-nobody"),
    };
    Err(Problem::new(Code::StateConflict).because(why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Institution;
    use zvit_domain::directory::InstitutionInput;

    fn directory(sharing: usize, alter: impl Fn(usize, &mut Institution)) -> Directory {
        let mut directory = Directory::default();
        for number in 0..sharing {
            let entry: InstitutionInput = serde_json::from_value(serde_json::json!({
                "name_uk": "Лікарня", "name_en": "Hospital", "sector": "health", "region": "UA-30",
            }))
            .unwrap();
            let id = Uuid::from_u128(number as u128);
            let mut institution = Institution { id, active: true, on_hold: false, joined_to: None, entry };
            alter(number, &mut institution);
            directory.institutions.insert(id, institution);
        }
        directory.count_neighbours();
        directory
    }

    #[test]
    fn a_region_is_common_from_five_active_institutions_of_the_sector_on() {
        let seen =
            |directory: &Directory, sector| common_regions(&[Region::KyivCity, Region::Lvivska], sector, directory);
        assert_eq!(seen(&directory(5, |_, _| {}), Sector::Health), [Region::KyivCity]);
        assert_eq!(seen(&directory(4, |_, _| {}), Sector::Health), []);
        assert_eq!(seen(&directory(5, |_, _| {}), Sector::Energy), []);
        assert_eq!(seen(&directory(5, |number, one| one.active = number > 0), Sector::Health), []);
        assert_eq!(seen(&directory(5, |number, one| one.entry.provisional = number == 0), Sector::Health), []);
        let moved = directory(5, |number, one| one.entry.region = Some(Region::Lvivska).filter(|_| number == 0));
        assert_eq!(seen(&moved, Sector::Health), []);
        let second = directory(5, |_, one| {
            one.entry.sector = Sector::Government;
            one.entry.other_sectors = vec![Sector::Health];
        });
        assert_eq!(seen(&second, Sector::Health), [Region::KyivCity]);
    }

    #[test]
    fn of_a_language_tag_only_the_language_is_told() {
        assert_eq!(primary("uk"), "uk");
        assert_eq!(primary("uk-x-hospital"), "uk");
    }
}
