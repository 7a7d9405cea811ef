//! What advances from report to report of a batch, and the rows that it writes in the end.

use std::collections::{HashMap, HashSet};

use serde_json::json;
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::error::{Result, StoreError};
use zvit_db::rows::{AnswerRow, AssignmentRow, FeedRow, IncidentRow, IndicatorRow, NoticeRow, ReportRow};
use zvit_db::types::{At, Id, Json};
use zvit_db::{feeds, incidents};
use zvit_domain::deadline::{self, Clocks};
use zvit_domain::ids::Reference;
use zvit_domain::report::Content;
use zvit_domain::routing::{Loads, Roster, RoundRobin, route};
use zvit_domain::triage::{RuleData, TriageInput, triage};
use zvit_domain::vocabulary::{IncidentStatus, InfrastructureCategory, Stage};

use super::super::assign::{about_assigned, assignment, loads_of, note_assigned, round_robin};
use super::super::event::{Event, note_spare};
use super::super::held::routing_input;
use super::super::hold;
use super::super::idempotency::Kept;
use super::super::notices::{self, Occasion, Recipient};
use super::super::record::{Record, is_exercise, state};
use super::super::reference::references;
use super::super::similar::{self, Recent};
use super::{Answer, Submission, external_ref_exists, note_triage, tlp_above_every_ceiling, unknown_institution};
use crate::actor::Actor;
use crate::clock;
use crate::memory::{Directory, Institution};

#[derive(Default)]
pub(super) struct Rows {
    incidents: Vec<IncidentRow>,
    reports: Vec<ReportRow>,
    indicators: Vec<IndicatorRow>,
    assignments: Vec<AssignmentRow>,
    pub(super) answers: Vec<AnswerRow>,
    notices: Vec<NoticeRow>,
}

/// What advances from item to item.
pub(super) struct Batch {
    references: Vec<Reference>,
    external_refs: HashMap<(Uuid, String), Uuid>,
    feeds: HashMap<Uuid, FeedRow>,
    moved: HashSet<Uuid>,
    loads: Loads,
    turns: RoundRobin,
    turns_moved: bool,
    recent: Recent,
    pub(super) rows: Rows,
}

impl Batch {
    pub(super) fn open(
        change: &mut Change<'_>,
        directory: &Directory,
        reporters: &[Uuid],
        items: &[Submission],
    ) -> Result<Self> {
        let mut owners: Vec<Uuid> =
            reporters.iter().copied().chain(directory.teams.iter().map(|team| team.id)).collect();
        owners.sort_unstable();
        owners.dedup();
        let rows = feeds::of(&mut change.tx, &owners)?;
        let loads = loads_of(&rows);
        let external: Vec<String> = items.iter().filter_map(|item| item.parsed.change.external_ref.clone()).collect();
        let taken = incidents::with_external_refs(&mut change.tx, reporters, &external)?;
        let feeds: HashMap<Uuid, FeedRow> = rows.into_iter().map(|row| (row.owner.0, row)).collect();
        let asking: Vec<Uuid> = items
            .iter()
            .zip(reporters)
            .filter(|(item, institution)| similar::asks(item, **institution, directory))
            .map(|(_, institution)| *institution)
            .collect();
        Ok(Self {
            references: references(change, items.len())?,
            external_refs: taken.into_iter().map(|(owner, external, id)| ((owner, external), id)).collect(),
            recent: Recent::read(change, &asking, &feeds)?,
            feeds,
            moved: HashSet::new(),
            loads,
            turns: round_robin(change)?,
            turns_moved: false,
            rows: Rows::default(),
        })
    }

    #[allow(clippy::too_many_arguments, reason = "what a decision depends on, each by name")]
    pub(super) fn take(
        &mut self,
        change: &mut Change<'_>,
        item: &Submission,
        institution: Uuid,
        directory: &Directory,
        roster: &Roster<'_>,
        rule_data: &RuleData,
        clocks: &Clocks,
    ) -> Result<Answer> {
        let Some(institution) = directory.institutions.get(&institution) else {
            return Ok(Err(unknown_institution()));
        };
        let external = item.parsed.change.external_ref.clone().map(|external| (institution.id, external));
        let amended;
        let item = match external.and_then(|external| self.external_refs.get(&external)) {
            Some(_) if hold::is_untrusted(directory, &item.actor) => {
                amended = hold::without_reference(item);
                &amended
            }
            Some(existing) => return Ok(Err(external_ref_exists(*existing))),
            None => item,
        };
        let mut record = self.record(change, item, institution, rule_data, clocks)?;
        self.note_report(change, item, &mut record);
        if hold::is_held(directory, &item.actor) {
            hold::mark(change, &mut record, &item.actor);
        }
        self.assign(change, &mut record, directory, roster)?;
        self.place(change, &mut record)?;
        if let Some(external) = &item.parsed.change.external_ref {
            self.external_refs.insert((institution.id, external.clone()), record.id());
        }
        let mut incident = record.incident(directory, item.actor.language, item.actor.role);
        if similar::asks(item, institution.id, directory) {
            incident.possible_duplicates = self.recent.like(&record);
        }
        self.recent.learn(&record);
        let answer = Kept::new(201, &incident)?
            .at(format!("/v1/incidents/{}", record.id()))
            .tagged(crate::input::etag(record.row.version))
            .about(record.id());
        self.rows.incidents.push(record.row);
        self.rows.indicators.extend(record.indicators);
        self.rows.assignments.extend(record.assignments);
        Ok(Ok(answer))
    }

    /// The incident: content, triage, clocks.
    fn record(
        &mut self,
        change: &Change<'_>,
        item: &Submission,
        institution: &Institution,
        rule_data: &RuleData,
        clocks: &Clocks,
    ) -> Result<Record> {
        let now = change.now;
        let mut content = Content::default();
        content.merge(item.parsed.change.clone(), &[]);
        let judged = triage(
            &TriageInput {
                content: &content,
                institution_sector: institution.entry.sector,
                institution_services: &institution.entry.services,
                category: institution.entry.infrastructure_category.unwrap_or(InfrastructureCategory::None),
            },
            rule_data,
        );
        let mut deadlines = deadline::open(deadline::clock_start(content.became_aware_at, now), clocks);
        deadline::submit(&mut deadlines, Stage::Initial, now);
        let reference = self.references.pop().ok_or_else(|| StoreError::Failed("no reference left".into()))?;
        let row = IncidentRow {
            id: Id(clock::new_id(now)),
            reference: reference.as_str().to_owned(),
            institution_id: Id(institution.id),
            status: IncidentStatus::Received.to_string(),
            sector: String::new(),
            level: 0,
            class: String::new(),
            tlp: String::new(),
            exercise: false,
            external_ref: None,
            regions: String::new(),
            search_text: String::new(),
            received_at: At(now),
            updated_at: At(now),
            version: 1,
            institution_position: 0,
            coordinator_position: 0,
            next_due_at: None,
            report_sha256: item.body_sha256.clone(),
            content: Json(String::new()),
            triage: Json(String::new()),
            deadlines: Json(String::new()),
            warnings: Json(String::new()),
            remind_at: None,
            resolved_at: None,
            closed_at: None,
            withdrawal: None,
            merged_into: None,
            features: String::new(),
            moved_at: None,
            submitted_by: item.actor.owner.filter(|own| *own != institution.id).map(Id),
        };
        let mut record = Record::new(row, content, judged, deadlines, item.warnings.clone());
        for indicator in &item.parsed.indicators {
            record.add_indicator(indicator, now);
        }
        Ok(record)
    }

    fn note_report(&mut self, change: &mut Change<'_>, item: &Submission, record: &mut Record) {
        let now = change.now;
        self.rows.reports.push(ReportRow {
            id: Id(clock::new_id(now)),
            incident_id: record.row.id,
            stage: Stage::Initial.to_string(),
            received_at: At(now),
            client_id: item.actor.client_id.clone(),
            sha256: item.body_sha256.clone(),
            body: item.body.clone(),
            warnings: Json::of(&item.warnings).unwrap_or_else(|_| Json("[]".into())),
        });
        Event::incident("incident_submitted", record.id())
            .with(
                json!({"reference": record.row.reference, "stage": "initial", "sha256": crate::hex(&item.body_sha256)}),
            )
            .note(change, &item.actor);
        note_spare(change, &item.actor, record.id(), "initial");
        note_triage(change, record);
    }

    /// Routes the incident and puts the chosen teams on it.
    fn assign(
        &mut self,
        change: &mut Change<'_>,
        record: &mut Record,
        directory: &Directory,
        roster: &Roster<'_>,
    ) -> Result<()> {
        let class = record.classification().class;
        let decision = route(
            &routing_input(record, class, &[], &[]),
            &directory.rules,
            roster,
            &self.loads,
            &self.turns,
            change.now,
        );
        let level = record.triage.level;
        self.turns_moved |= !decision.round_robin.is_empty();
        decision.apply(level, &mut self.loads, &mut self.turns);
        let (service, own) = (Actor::service(), directory.coordinator_team()?);
        for choice in decision.choices() {
            let mut row = assignment(choice, record.id(), level, own, change.now)?;
            let feed =
                self.feeds.get_mut(&choice.team).ok_or_else(|| StoreError::Failed("a team has no feed".into()))?;
            feed.position += 1;
            feed.weighted_load += row.weight;
            feed.open_cases += 1;
            self.moved.insert(choice.team);
            row.position = feed.position;
            row.rule_version = change.gate.rules_version;
            note_assigned(change, &service, &row, directory, None);
            self.rows.notices.extend(notices::rows(
                directory,
                Occasion::Assigned,
                Recipient::Team(choice.team),
                &about_assigned(record, &row),
                is_exercise(&record.content),
                change.now,
            ));
            record.assignments.push(row);
        }
        if decision.tlp_above_every_ceiling {
            record.warnings.push(tlp_above_every_ceiling());
        }
        Ok(())
    }

    /// Gives the incident its place in the feeds.
    fn place(&mut self, change: &mut Change<'_>, record: &mut Record) -> Result<()> {
        debug_assert!(record.assignments.iter().any(|row| row.role == "lead" && state(row).is_held()));
        let owner = record.row.institution_id.0;
        let feed = self.feeds.get_mut(&owner).ok_or_else(|| StoreError::Failed("an institution has no feed".into()))?;
        feed.position += 1;
        self.moved.insert(owner);
        record.row.institution_position = feed.position;
        record.row.coordinator_position = change.next_position();
        record.follow_status();
        record.settle(change.now)
    }

    pub(super) fn write(self, change: &mut Change<'_>) -> Result<()> {
        let Self { rows, feeds, moved, turns, turns_moved, .. } = self;
        IncidentRow::insert_all(&mut change.tx, rows.incidents)?;
        ReportRow::insert_all(&mut change.tx, rows.reports)?;
        IndicatorRow::insert_all(&mut change.tx, rows.indicators)?;
        AssignmentRow::insert_all(&mut change.tx, rows.assignments)?;
        AnswerRow::insert_all(&mut change.tx, rows.answers)?;
        NoticeRow::insert_all(&mut change.tx, rows.notices)?;
        let gate_position = change.gate.position;
        let moved =
            feeds.into_values().filter(|row| moved.contains(&row.owner.0)).map(|row| FeedRow { gate_position, ..row });
        change.put_feeds(moved.collect())?;
        if turns_moved {
            change.gate.round_robin = Json::of(&turns)?;
        }
        Ok(())
    }
}
