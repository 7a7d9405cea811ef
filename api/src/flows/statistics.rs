//! Statistics: counted month by month, protected month by month for outsiders, and put together.

use uuid::Uuid;
use zvit_db::conn::Tx;
use zvit_db::error::Result;
use zvit_db::types::At;
use zvit_db::{feeds, statistics as db};
use zvit_domain::deadline::Clocks;
use zvit_domain::routing::TeamEntry;
use zvit_domain::statistics::{Breakdown, Counts, Month, TIMES_FROM, percentiles, protect, rounded_duration, sum};
use zvit_domain::taxonomy::IncidentClass;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::{Assistance, Stage, StageState};
use zvit_domain::word::Word;

use crate::memory::Directory;
use crate::views::{
    ClassFigure, HelpFigure, LevelFigure, MonthFigure, RegionFigure, SectorFigure, StageFigure, Statistics,
    StatisticsPeriod, StatisticsTotals, TeamFigure, TeamRef, TimeFigure,
};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The coordinator: everything, to the last incident.
    Coordinator,
    /// A donor, by its participant.
    Donor(Uuid),
    /// Anybody else who may.
    Outsider,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Who asks.
    pub reader: Reader,
    /// The first month.
    pub from: Month,
    /// The last one.
    pub until: Month,
    /// The present moment.
    pub now: Time,
    /// The reporting clocks.
    pub clocks: Clocks,
}

impl Asked {
    fn is_exact(&self) -> bool {
        self.reader == Reader::Coordinator
    }

    fn is_asked_for_help_of(&self, team: &TeamEntry) -> bool {
        match self.reader {
            Reader::Coordinator => true,
            Reader::Donor(participant) => team.team.participant_id == Some(participant),
            Reader::Outsider => false,
        }
    }
}

/// One month as it was counted.
struct Counted {
    month: Month,
    counts: Counts,
    /// What isn't told to outsiders: withdrawn and merged incidents, late and overdue stages.
    withdrawn: u64,
    merged: u64,
    missed: Vec<(Stage, StageState, u64)>,
}

/// Puts the statistics together.
///
/// # Errors
/// The store's.
pub fn statistics(tx: &mut Tx<'_>, directory: &Directory, asked: &Asked) -> Result<Statistics> {
    let helpers: Vec<&TeamEntry> = directory.teams.iter().filter(|team| asked.is_asked_for_help_of(team)).collect();
    let mut months = Vec::new();
    for month in asked.from.to(asked.until) {
        months.push(count(tx, month, &helpers)?);
    }
    let span = (asked.from.start(), asked.until.end());
    let mut acknowledge = Vec::new();
    for (received, assigned, acknowledged) in db::acknowledged(tx, span)? {
        add_to(&mut months, received, Breakdown::Acknowledged);
        acknowledge.push(acknowledged.0.seconds_since(assigned.0));
    }
    let mut resolve = Vec::new();
    for (received, resolved) in db::resolved(tx, span)? {
        add_to(&mut months, received, Breakdown::Resolved);
        resolve.push(resolved.0.seconds_since(received.0));
    }
    if !asked.is_exact() {
        // From here on nothing else is known of what goes out.
        for month in &mut months {
            month.counts = protect(&month.counts);
        }
    }
    let counts = sum(months.iter().map(|month| &month.counts));
    let told = Told { counts: &counts, is_exact: asked.is_exact() };
    Ok(Statistics {
        period: StatisticsPeriod { from: asked.from.to_string(), until: asked.until.to_string() },
        rounded: !asked.is_exact(),
        totals: totals(&told, &months),
        by_sector: told.each(Breakdown::Sector, |sector, count, suppressed| SectorFigure { sector, count, suppressed }),
        by_level: (0..=5_u8)
            .map(|level| {
                let (count, suppressed) = told.count(Breakdown::Level, &level.to_string());
                LevelFigure { level, count, suppressed }
            })
            .collect(),
        by_region: told.each(Breakdown::Region, |region, count, suppressed| RegionFigure { region, count, suppressed }),
        by_class: told.each(Breakdown::Class, |class: IncidentClass, count, suppressed| ClassFigure {
            class,
            count,
            suppressed,
        }),
        by_month: months.iter().map(|month| by_month(month, asked.is_exact())).collect(),
        time_to_acknowledge: time(&told, Breakdown::Acknowledged, acknowledge),
        time_to_resolve: time(&told, Breakdown::Resolved, resolve),
        stages: [Stage::Initial, Stage::Preliminary, Stage::Interim, Stage::Final]
            .into_iter()
            .map(|stage| if asked.is_exact() { exact_stage(&months, stage) } else { told_stage(&months, stage, asked) })
            .collect(),
        teams: if asked.is_exact() { Some(teams(tx, directory)?) } else { None },
        help: (asked.reader != Reader::Outsider).then(|| {
            told.each(Breakdown::Help, |assistance: Assistance, count, suppressed| HelpFigure {
                assistance,
                count,
                suppressed,
            })
        }),
    })
}

/// Counts one month.
fn count(tx: &mut Tx<'_>, month: Month, helpers: &[&TeamEntry]) -> Result<Counted> {
    let span = (month.start(), month.end());
    let mut counted = Counted { month, counts: Counts::new(), withdrawn: 0, merged: 0, missed: Vec::new() };
    for alike in db::alike(tx, span)? {
        let count = number(alike.count);
        match alike.status.as_str() {
            "withdrawn" => counted.withdrawn += count,
            "merged" => counted.merged += count,
            _ => {
                counted.add(Breakdown::Total, "", count);
                counted.add(Breakdown::Sector, &alike.sector, count);
                counted.add(Breakdown::Level, &alike.level.to_string(), count);
                counted.add(Breakdown::Class, &alike.class, count);
                for region in alike.regions.split_whitespace() {
                    counted.add(Breakdown::Region, region, count);
                }
            }
        }
    }
    for row in db::stages(tx, span)? {
        match (Stage::from_code(&row.stage), StageState::from_code(&row.state)) {
            (Some(stage), Some(StageState::Submitted)) => {
                counted.add(Breakdown::InTime, stage.code(), number(row.count));
            }
            (Some(stage), Some(state)) => counted.missed.push((stage, state, number(row.count))),
            _ => {}
        }
    }
    if !helpers.is_empty() {
        let ids: Vec<Uuid> = helpers.iter().map(|team| team.id).collect();
        for row in db::help(tx, span, &ids)? {
            let team = helpers.iter().find(|team| team.id == row.team.0);
            let kind =
                kind_of_help(row.assistance.as_deref(), &row.role, team.map_or(&[], |team| &team.team.assistance));
            counted.add(Breakdown::Help, kind.code(), number(row.count));
        }
    }
    Ok(counted)
}

/// What was asked for, where that was said; else response is what a lead gives, and a supporting team the first it offers.
fn kind_of_help(stated: Option<&str>, role: &str, offered: &[Assistance]) -> Assistance {
    let first = offered.first().copied().unwrap_or(Assistance::IncidentResponse);
    match stated.and_then(|codes| codes.split_whitespace().next()).and_then(Assistance::from_code) {
        Some(kind) => kind,
        None if role == "lead" && offered.contains(&Assistance::IncidentResponse) => Assistance::IncidentResponse,
        None => first,
    }
}

fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

fn add_to(months: &mut [Counted], received: At, breakdown: Breakdown) {
    let of = Month::of(received.0);
    if let Some(month) = months.iter_mut().find(|month| month.month == of) {
        month.add(breakdown, "", 1);
    }
}

impl Counted {
    fn add(&mut self, breakdown: Breakdown, code: &str, count: u64) {
        *self.counts.entry((breakdown, code.to_owned())).or_default() += count;
    }

    fn of(&self, breakdown: Breakdown, code: &str) -> u64 {
        self.counts.get(&(breakdown, code.to_owned())).copied().unwrap_or(0)
    }

    fn missed(&self, stage: Stage, state: StageState) -> u64 {
        self.missed.iter().filter(|(s, t, _)| (*s, *t) == (stage, state)).map(|(_, _, count)| count).sum()
    }
}

/// The counts that may be told.
struct Told<'a> {
    counts: &'a Counts,
    is_exact: bool,
}

impl Told<'_> {
    fn count(&self, breakdown: Breakdown, code: &str) -> (Option<u64>, Option<bool>) {
        tell(self.counts.get(&(breakdown, code.to_owned())).copied().unwrap_or(0), self.is_exact)
    }

    fn each<W: Word, F>(&self, of: Breakdown, figure: impl Fn(W, Option<u64>, Option<bool>) -> F) -> Vec<F> {
        W::ALL
            .iter()
            .map(|word| {
                let (count, suppressed) = self.count(of, word.code());
                figure(*word, count, suppressed)
            })
            .collect()
    }
}

/// To outsiders nought is no different from what is too small.
fn tell(count: u64, is_exact: bool) -> (Option<u64>, Option<bool>) {
    if count > 0 || is_exact { (Some(count), None) } else { (None, Some(true)) }
}

fn totals(told: &Told<'_>, months: &[Counted]) -> StatisticsTotals {
    let (incidents, suppressed) = told.count(Breakdown::Total, "");
    let all = |of: fn(&Counted) -> u64| told.is_exact.then(|| months.iter().map(of).sum());
    StatisticsTotals {
        incidents,
        withdrawn: all(|month| month.withdrawn),
        merged: all(|month| month.merged),
        suppressed,
    }
}

fn by_month(month: &Counted, is_exact: bool) -> MonthFigure {
    let (count, suppressed) = tell(month.of(Breakdown::Total, ""), is_exact);
    MonthFigure { month: month.month.to_string(), count, suppressed }
}

fn time(told: &Told<'_>, of: Breakdown, mut durations: Vec<i64>) -> TimeFigure {
    let (count, suppressed) = told.count(of, "");
    let Some((median, p90)) = percentiles(&mut durations).filter(|_| count.is_some_and(|n| n >= TIMES_FROM)) else {
        return TimeFigure { count, suppressed: suppressed.or(Some(true)), ..TimeFigure::default() };
    };
    let round = |seconds: i64| if told.is_exact { seconds.max(0) } else { rounded_duration(seconds) };
    TimeFigure { count, median_s: Some(round(median)), p90_s: Some(round(p90)), suppressed }
}

fn exact_stage(months: &[Counted], stage: Stage) -> StageFigure {
    let in_time: u64 = months.iter().map(|month| month.of(Breakdown::InTime, stage.code())).sum();
    let missed = |state| months.iter().map(|month| month.missed(stage, state)).sum::<u64>();
    let (late, overdue) = (missed(StageState::Late), missed(StageState::Overdue));
    StageFigure {
        stage,
        in_time: Some(in_time),
        late: Some(late),
        overdue: Some(overdue),
        share_in_time: share(in_time, in_time + late + overdue),
        suppressed: None,
    }
}

/// What came in time among all that is told of the months in which this stage can't be due any more.
fn told_stage(months: &[Counted], stage: Stage, asked: &Asked) -> StageFigure {
    let is_over = |month: &&Counted| asked.clocks.due_at(stage, month.month.end()).is_some_and(|due| due <= asked.now);
    let (mut in_time, mut all) = (0, 0);
    for month in months.iter().filter(is_over) {
        in_time += month.of(Breakdown::InTime, stage.code());
        all += month.of(Breakdown::Total, "");
    }
    let (in_time, suppressed) = tell(in_time, false);
    let share_in_time = in_time.and_then(|in_time| share(in_time, all));
    StageFigure { stage, in_time, late: None, overdue: None, share_in_time, suppressed }
}

/// To two decimals; rounding may put the part above the whole.
fn share(part: u64, whole: u64) -> Option<f64> {
    let hundredths = part.min(whole).saturating_mul(100).saturating_add(whole / 2).checked_div(whole)?;
    Some(f64::from(u32::try_from(hundredths).unwrap_or(100)) / 100.0)
}

fn teams(tx: &mut Tx<'_>, directory: &Directory) -> Result<Vec<TeamFigure>> {
    let ids: Vec<Uuid> = directory.teams.iter().map(|team| team.id).collect();
    let rows = feeds::of(tx, &ids)?;
    let figure = |team: &TeamEntry| {
        let load = rows.iter().find(|row| row.owner.0 == team.id);
        TeamFigure {
            team: TeamRef { id: team.id, name: team.team.name.clone() },
            active: team.active,
            open_cases: load.map_or(0, |row| row.open_cases),
            weighted_load: load.map_or(0, |row| row.weighted_load),
            capacity: team.team.capacity,
            surge_capacity: team.team.surge_capacity,
        }
    };
    Ok(directory.teams.iter().map(figure).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_above_one_and_none_of_nothing() {
        assert_eq!((share(0, 0), share(5, 10), share(10, 5), share(1, 3)), (None, Some(0.5), Some(1.0), Some(0.33)));
    }

    #[test]
    fn help_is_of_the_kind_that_was_asked_for_or_is_offered() {
        use Assistance::{IncidentResponse, SatelliteCommunications};
        let both = [SatelliteCommunications, IncidentResponse];
        assert_eq!(kind_of_help(Some("satellite_communications"), "lead", &[]), SatelliteCommunications);
        assert_eq!(kind_of_help(None, "lead", &both), IncidentResponse);
        assert_eq!(kind_of_help(None, "support", &both), SatelliteCommunications);
        assert_eq!(kind_of_help(Some("something"), "support", &[]), IncidentResponse);
    }
}
