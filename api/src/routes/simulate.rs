//! Trying out the routing rules: nothing is changed.

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_db::{feeds, incidents};
use zvit_domain::fault::Fault;
use zvit_domain::report::{Circumstances, Content, ReportFields, ReportInput, parse};
use zvit_domain::routing::{Decision, Loads, Roster, RoundRobin, RuleSet, Why, route};
use zvit_domain::time::Time;
use zvit_domain::triage::{RuleData, TriageInput, triage};
use zvit_domain::vocabulary::{InfrastructureCategory, Sector};
use zvit_texts::text;

use crate::auth::Caller;
use crate::clock;
use crate::flows::assign::loads;
use crate::flows::held::routing_input;
use crate::flows::record::{Record, is_exercise, state};
use crate::flows::rules::faults;
use crate::input::{Body, Schemas};
use crate::memory::Directory;
use crate::permission::SimulateRouting;
use crate::problem::Problem;
use crate::reply;
use crate::state::App;
use crate::views::TeamRef;

/// What is to be tried out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SimulationInput {
    /// A report: where would it go?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub report: Option<ReportInput>,
    /// The institution that the report would come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub institution_id: Option<Uuid>,
    /// The newest incidents, so many of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 500)]
    pub last: Option<u32>,
    /// Rules to try; left out, those that hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub draft: Option<RuleSet>,
}

/// Where one incident would go.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SimulatedRouting {
    /// The incident; absent for a report that was sent along.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub incident_id: Option<Uuid>,
    /// Its reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 32)]
    pub reference: Option<String>,
    /// Its sector.
    pub sector: Sector,
    /// Its level.
    #[schema(minimum = 0, maximum = 5)]
    pub level: u8,
    /// Who leads it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub current_lead: Option<TeamRef>,
    /// Who would lead it.
    pub lead: TeamRef,
    /// Who would support.
    #[schema(max_items = 200)]
    pub supports: Vec<TeamRef>,
    /// Whether that would be another lead.
    pub changed: bool,
    /// Whether it would wait because every team that fits is full.
    pub waiting: bool,
    /// Why.
    pub why: Why,
}

/// What would change.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Simulation {
    /// The incidents, newest first.
    #[schema(max_items = 500)]
    pub items: Vec<SimulatedRouting>,
    /// How many were looked at.
    #[schema(minimum = 0)]
    pub considered: i32,
    /// How many would have another lead.
    #[schema(minimum = 0)]
    pub changed: i32,
    /// How many the coordinator's own team would lead.
    #[schema(minimum = 0)]
    pub to_coordinator: i32,
}

/// Try out the routing rules
///
/// A report, or the newest incidents, against the rules that hold or a draft, with the teams and loads of this moment. Each
/// incident is looked at by itself; nothing is changed.
#[utoipa::path(
    tag = "routing", operation_id = "simulate_routing",
    request_body(content = SimulationInput, example = json!({"last": 100})),
    responses((status = 200, description = "What would happen", body = Simulation)),
)]
#[post("/v1/routing/simulate")]
pub async fn simulate_routing(
    _caller: Caller<SimulateRouting>,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let checked = body.json::<SimulationInput>(&schemas)?;
    let (directory, now) = (app.directory(), clock::now());
    let semantic = simulation_faults(&checked.value, &directory, now);
    let input = checked.strict(semantic)?;
    let simulation = app
        .read(move |tx| {
            let loads = loads(tx, &directory)?;
            let turns: RoundRobin = feeds::gate(tx)?.round_robin.read()?;
            let roster = directory.roster(now)?;
            let trial = Trial {
                directory: &directory,
                rules: input.draft.as_ref().unwrap_or(&directory.rules),
                roster: &roster,
                loads: &loads,
                turns: &turns,
                now,
            };
            let items = match &input.report {
                Some(report) => vec![trial.report(report, input.institution_id)],
                None => {
                    let rows = incidents::newest(tx, i64::from(input.last.unwrap_or(100)))?;
                    Record::load_all(tx, rows)?.iter().map(|record| trial.record(record)).collect()
                }
            };
            let count = |wanted: &dyn Fn(&SimulatedRouting) -> bool| {
                i32::try_from(items.iter().filter(|item| wanted(item)).count()).unwrap_or(0)
            };
            let own = roster.coordinator();
            Ok(Simulation {
                considered: count(&|_| true),
                changed: count(&|item| item.changed),
                to_coordinator: count(&|item| item.lead.id == own),
                items,
            })
        })
        .await?;
    reply::json(&simulation)
}

fn simulation_faults(input: &SimulationInput, directory: &Directory, now: Time) -> Vec<Fault> {
    let mut found = Vec::new();
    if let Some(report) = &input.report {
        let parsed = parse(&ReportFields::from(report.clone()), &Circumstances { now, current: None });
        found.extend(parsed.faults.into_iter().map(|fault| fault.under("/report")));
        if input.last.is_some() {
            found.push(Fault::at("/last", "not_with_report", text!("report-or-last")));
        }
    }
    if let Some(id) = input.institution_id
        && !directory.institutions.contains_key(&id)
    {
        found.push(Fault::at("/institution_id", "unknown_institution", text!("institution-unknown")));
    }
    if let Some(draft) = &input.draft {
        found.extend(faults(draft, directory).into_iter().map(|fault| fault.under("/draft")));
    }
    found
}

struct Trial<'a> {
    directory: &'a Directory,
    rules: &'a RuleSet,
    roster: &'a Roster<'a>,
    loads: &'a Loads,
    turns: &'a RoundRobin,
    now: Time,
}

impl Trial<'_> {
    fn report(&self, report: &ReportInput, institution: Option<Uuid>) -> SimulatedRouting {
        let parsed = parse(&ReportFields::from(report.clone()), &Circumstances { now: self.now, current: None });
        let mut content = Content::default();
        content.merge(parsed.change, &[]);
        let entry =
            institution.and_then(|id| self.directory.institutions.get(&id)).map(|institution| &institution.entry);
        let judged = triage(
            &TriageInput {
                content: &content,
                institution_sector: entry.map_or(Sector::Other, |entry| entry.sector),
                institution_services: entry.map_or(&[], |entry| &entry.services),
                category: entry.and_then(|entry| entry.infrastructure_category).unwrap_or(InfrastructureCategory::None),
            },
            RuleData::current(),
        );
        let class = zvit_domain::triage::classify(&content, RuleData::current()).0.class;
        let input = zvit_domain::routing::RoutingInput {
            sector: judged.sector,
            level: judged.level,
            level_high: judged.level_high,
            class,
            symptoms: &content.symptoms,
            regions: &content.regions,
            assistance: &content.assistance_requested,
            tlp: content.tlp.unwrap_or(crate::flows::record::DEFAULT_TLP),
            language: content.language.as_deref(),
            exercise: is_exercise(&content),
            became_aware_at: content.became_aware_at.unwrap_or(self.now),
            already: &[],
            excluded: &[],
            expiries: 0,
            reassign_resolved: false,
        };
        let decision = route(&input, self.rules, self.roster, self.loads, self.turns, self.now);
        self.shown(decision, None, (judged.sector, judged.level), None)
    }

    fn record(&self, record: &Record) -> SimulatedRouting {
        let class = record.classification().class;
        let excluded: Vec<Uuid> =
            record.assignments.iter().filter(|row| !state(row).is_held()).map(|row| row.team_id.0).collect();
        let decision = route(
            &routing_input(record, class, &[], &excluded),
            self.rules,
            self.roster,
            self.loads,
            self.turns,
            self.now,
        );
        let current = record.lead().map(|row| row.team_id.0);
        self.shown(decision, Some(record), (record.triage.sector, record.triage.level), current)
    }

    fn shown(
        &self,
        decision: Decision,
        record: Option<&Record>,
        (sector, level): (Sector, u8),
        current: Option<Uuid>,
    ) -> SimulatedRouting {
        let team = |id: Uuid| TeamRef { id, name: self.directory.team_name(id) };
        SimulatedRouting {
            incident_id: record.map(Record::id),
            reference: record.map(|record| record.row.reference.clone()),
            sector,
            level,
            current_lead: current.map(team),
            lead: team(decision.lead.team),
            supports: decision.supports.iter().map(|choice| team(choice.team)).collect(),
            changed: current.is_some_and(|current| current != decision.lead.team),
            waiting: decision.lead.waiting,
            why: decision.lead.why,
        }
    }
}
