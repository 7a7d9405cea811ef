//! Counting one month, as the store has it now.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;
use zvit_db::conn::Tx;
use zvit_db::error::Result;
use zvit_db::statistics as db;
use zvit_db::types::{At, Id};
use zvit_domain::routing::TeamEntry;
use zvit_domain::statistics::{Breakdown, Counts, Durations, Month};
use zvit_domain::vocabulary::{Assistance, Stage, StageState};
use zvit_domain::word::Word;

/// One month as it was counted.
pub(super) struct Counted {
    pub(super) counts: Counts,
    pub(super) durations: Durations,
    /// What isn't told to outsiders: withdrawn and merged incidents, late and overdue stages.
    pub(super) withdrawn: u64,
    pub(super) merged: u64,
    missed: Vec<(Stage, StageState, u64)>,
}

/// Which resolved cases are counted where an incident had several leads one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leads {
    /// Every lead case.
    All,
    /// The last of each incident, so that as many incidents stand behind a time as cases.
    Last,
}

/// Counts one month, and what these teams helped with.
pub(super) fn count(tx: &mut Tx<'_>, month: Month, helpers: &[&TeamEntry], leads: Leads) -> Result<Counted> {
    let span = (month.start(), month.end());
    let (counts, durations) = (Counts::new(), Durations::default());
    let mut counted = Counted { counts, durations, withdrawn: 0, merged: 0, missed: Vec::new() };
    for alike in db::alike(tx, span)? {
        counted.add_alike(&alike);
    }
    for row in db::stages(tx, span)? {
        let count = number(row.count);
        let Some(stage) = Stage::from_code(&row.stage) else { continue };
        counted.add(Breakdown::Due, stage.code(), count);
        match StageState::from_code(&row.state) {
            Some(StageState::Submitted) => counted.add(Breakdown::InTime, stage.code(), count),
            Some(state) => counted.missed.push((stage, state, count)),
            None => {}
        }
    }
    counted.durations = Durations {
        acknowledge: until_first(&db::acknowledged(tx, span)?),
        resolve: seconds(db::resolved(tx, span)?, leads),
    };
    counted.add(Breakdown::Acknowledged, "", counted.durations.acknowledge.len() as u64);
    counted.add(Breakdown::Resolved, "", counted.durations.resolve.len() as u64);
    if !helpers.is_empty() {
        let ids: Vec<Uuid> = helpers.iter().map(|team| team.id).collect();
        for row in db::help(tx, span, &ids)? {
            let team = helpers.iter().find(|team| team.id == row.team.0);
            let offered = team.map_or(&[][..], |team| &team.team.assistance);
            for kind in kinds_of_help(row.assistance.as_deref(), &row.role, offered) {
                counted.add(Breakdown::Help, kind.code(), number(row.count));
            }
        }
    }
    Ok(counted)
}

/// How long it took each incident until the first of its rows, which come with the earliest first.
fn until_first(rows: &[(Id, At, At)]) -> Vec<i64> {
    let mut seen = HashSet::new();
    let first = rows.iter().filter(|(incident, ..)| seen.insert(incident.0));
    first.map(|(_, from, until)| until.0.seconds_since(from.0)).collect()
}

/// How long each took; the rows come with the latest last.
fn seconds(rows: Vec<(Id, At, At)>, leads: Leads) -> Vec<i64> {
    let taken = |(_, from, until): &(Id, At, At)| until.0.seconds_since(from.0);
    match leads {
        Leads::All => rows.iter().map(taken).collect(),
        Leads::Last => rows.iter().map(|row| (row.0, taken(row))).collect::<HashMap<_, _>>().into_values().collect(),
    }
}

/// All that was asked for, where that was said; else response is what a lead gives, and a supporting team the first it offers.
fn kinds_of_help(stated: Option<&str>, role: &str, offered: &[Assistance]) -> Vec<Assistance> {
    let mut kinds: Vec<Assistance> =
        stated.unwrap_or_default().split_whitespace().filter_map(Assistance::from_code).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() {
        let is_response = role == "lead" && offered.contains(&Assistance::IncidentResponse);
        let first = offered.first().copied().filter(|_| !is_response);
        kinds.push(first.unwrap_or(Assistance::IncidentResponse));
    }
    kinds
}

fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

impl Counted {
    fn add_alike(&mut self, alike: &db::Alike) {
        let count = number(alike.count);
        match alike.status.as_str() {
            "withdrawn" => self.withdrawn += count,
            "merged" => self.merged += count,
            _ => {
                self.add(Breakdown::Total, "", count);
                self.add(Breakdown::Sector, &alike.sector, count);
                self.add(Breakdown::Level, &alike.level.to_string(), count);
                self.add(Breakdown::Class, &alike.class, count);
                for region in alike.regions.split_whitespace() {
                    self.add(Breakdown::Region, region, count);
                }
            }
        }
    }

    fn add(&mut self, breakdown: Breakdown, code: &str, count: u64) {
        *self.counts.entry((breakdown, code.to_owned())).or_default() += count;
    }

    pub(super) fn missed(&self, stage: Stage, state: StageState) -> u64 {
        self.missed.iter().filter(|(s, t, _)| (*s, *t) == (stage, state)).map(|(_, _, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zvit_domain::time::Time;

    #[test]
    fn help_is_of_every_kind_that_was_asked_for_or_of_what_is_offered() {
        use Assistance::{ContinuousAssistance, IncidentResponse, SatelliteCommunications};
        let both = [SatelliteCommunications, IncidentResponse];
        let stated = "satellite_communications continuous_assistance satellite_communications";
        let mut told = kinds_of_help(Some(stated), "support", &[IncidentResponse]);
        told.sort_unstable_by_key(|kind| kind.code());
        assert_eq!(told, [ContinuousAssistance, SatelliteCommunications]);
        assert_eq!(kinds_of_help(Some("satellite_communications"), "lead", &[]), [SatelliteCommunications]);
        assert_eq!(kinds_of_help(None, "lead", &both), [IncidentResponse]);
        assert_eq!(kinds_of_help(None, "lead", &[SatelliteCommunications]), [SatelliteCommunications]);
        assert_eq!(kinds_of_help(None, "support", &both), [SatelliteCommunications]);
        assert_eq!(kinds_of_help(Some("something"), "support", &[]), [IncidentResponse]);
    }

    #[test]
    fn the_first_acknowledgement_of_an_incident_is_the_one_that_counts() {
        let at = |seconds: i64| At(Time::from_micros(seconds * 1_000_000));
        let (one, other) = (Id(Uuid::from_u128(1)), Id(Uuid::from_u128(2)));
        let rows = [(one, at(0), at(10)), (other, at(5), at(30)), (one, at(0), at(50))];
        assert_eq!(until_first(&rows), [10, 25]);
    }

    #[test]
    fn an_incident_that_had_several_leads_counts_once_where_incidents_are_counted() {
        let at = |seconds: i64| At(Time::from_micros(seconds * 1_000_000));
        let rows = vec![(Id(Uuid::nil()), at(0), at(10)), (Id(Uuid::nil()), at(20), at(50))];
        assert_eq!(seconds(rows.clone(), Leads::All), [10, 30]);
        assert_eq!(seconds(rows, Leads::Last), [30]);
    }
}
