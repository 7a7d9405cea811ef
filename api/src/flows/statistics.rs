//! Statistics: counted month by month, protected month by month for outsiders, and put together.

mod count;
mod publish;

use uuid::Uuid;
use zvit_db::conn::Tx;
use zvit_db::error::Result;
use zvit_db::feeds;
use zvit_domain::routing::TeamEntry;
use zvit_domain::statistics::{
    Breakdown, Counts, Durations, Month, Published, TIMES_FROM, percentiles, rounded_duration, sum,
};
use zvit_domain::taxonomy::IncidentClass;
use zvit_domain::vocabulary::{Assistance, Stage, StageState};
use zvit_domain::word::Word;

pub use publish::publish;

use self::count::{Counted, Leads, count};
use self::publish::{EVERYBODY, published};
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
}

impl Asked {
    fn is_exact(&self) -> bool {
        self.reader == Reader::Coordinator
    }
}

/// One month as it is told.
struct Figures {
    month: Month,
    counts: Counts,
    durations: Durations,
    /// Of the coordinator's alone.
    counted: Option<Counted>,
    /// Of outsiders': what was published.
    published: Option<Published>,
}

impl Figures {
    fn of(&self, breakdown: Breakdown, code: &str) -> u64 {
        self.counts.get(&(breakdown, code.to_owned())).copied().unwrap_or(0)
    }
}

/// The statistics, or what has to be published first: month and audience, for [`publish`].
#[derive(Debug)]
pub enum Found {
    /// Here they are.
    All(Box<Statistics>),
    /// These are due, and nobody has asked for them yet.
    Unpublished(Vec<Publication>),
}

/// Puts the statistics together.
///
/// # Errors
/// The store's.
pub fn statistics(tx: &mut Tx<'_>, directory: &Directory, asked: &Asked) -> Result<Found> {
    let months = match asked.reader {
        Reader::Coordinator => as_it_is(tx, directory, asked)?,
        _ => match as_published(tx, asked)? {
            (months, missing) if missing.is_empty() => months,
            (_, missing) => return Ok(Found::Unpublished(missing)),
        },
    };
    let teams = if asked.is_exact() { Some(teams(tx, directory)?) } else { None };
    Ok(Found::All(Box::new(tell_all(&months, teams, asked))))
}

/// Every month as it is, to the last incident.
fn as_it_is(tx: &mut Tx<'_>, directory: &Directory, asked: &Asked) -> Result<Vec<Figures>> {
    let helpers: Vec<&TeamEntry> = directory.teams.iter().collect();
    let figures = |month: Month| {
        let counted = count(tx, month, &helpers, Leads::All)?;
        let (counts, durations) = (counted.counts.clone(), counted.durations.clone());
        Ok(Figures { month, counts, durations, counted: Some(counted), published: None })
    };
    asked.from.to(asked.until).map(figures).collect()
}

/// A month, and to whom it is told.
pub type Publication = (Month, Uuid);

/// Every month as it was published, and those that are not yet.
fn as_published(tx: &mut Tx<'_>, asked: &Asked) -> Result<(Vec<Figures>, Vec<Publication>)> {
    let months: Vec<Month> = asked.from.to(asked.until).collect();
    let mut figures: Vec<Figures> = Vec::new();
    let mut missing = Vec::new();
    for (month, told) in months.iter().zip(published(tx, &months, EVERYBODY)?) {
        match told {
            None => missing.push((*month, EVERYBODY)),
            Some(told) => figures.push(Figures {
                month: *month,
                counts: told.counts(),
                durations: told.durations().clone(),
                counted: None,
                published: Some(told),
            }),
        }
    }
    if let Reader::Donor(donor) = asked.reader {
        for (month, told) in months.iter().zip(published(tx, &months, donor)?) {
            match (told, figures.iter_mut().find(|one| one.month == *month)) {
                (None, _) => missing.push((*month, donor)),
                (Some(told), Some(figures)) => figures.counts.extend(told.counts()),
                (Some(_), None) => {}
            }
        }
    }
    Ok((figures, missing))
}

/// Puts together what is told.
fn tell_all(months: &[Figures], teams: Option<Vec<TeamFigure>>, asked: &Asked) -> Statistics {
    let counts = sum(months.iter().map(|month| &month.counts));
    let told = Told { counts: &counts, is_exact: asked.is_exact() };
    let durations =
        |of: fn(&Durations) -> &Vec<i64>| months.iter().flat_map(|month| of(&month.durations).clone()).collect();
    Statistics {
        period: StatisticsPeriod { from: asked.from.to_string(), until: asked.until.to_string() },
        rounded: !asked.is_exact(),
        totals: totals(&told, months),
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
        time_to_acknowledge: time(&told, Breakdown::Acknowledged, durations(|all| &all.acknowledge)),
        time_to_resolve: time(&told, Breakdown::Resolved, durations(|all| &all.resolve)),
        stages: [Stage::Initial, Stage::Preliminary, Stage::Interim, Stage::Final]
            .into_iter()
            .map(|stage| if asked.is_exact() { exact_stage(months, stage) } else { told_stage(months, stage) })
            .collect(),
        teams,
        help: (asked.reader != Reader::Outsider).then(|| {
            told.each(Breakdown::Help, |assistance: Assistance, count, suppressed| HelpFigure {
                assistance,
                count,
                suppressed,
            })
        }),
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

fn totals(told: &Told<'_>, months: &[Figures]) -> StatisticsTotals {
    let (incidents, suppressed) = told.count(Breakdown::Total, "");
    let counted = || months.iter().filter_map(|month| month.counted.as_ref());
    let all = |of: fn(&Counted) -> u64| told.is_exact.then(|| counted().map(of).sum());
    StatisticsTotals {
        incidents,
        withdrawn: all(|month| month.withdrawn),
        merged: all(|month| month.merged),
        suppressed,
    }
}

fn by_month(month: &Figures, is_exact: bool) -> MonthFigure {
    let (count, suppressed) = tell(month.of(Breakdown::Total, ""), is_exact);
    MonthFigure { month: month.month.to_string(), count, suppressed }
}

/// Of outsiders' months only those that may be told have any durations.
fn time(told: &Told<'_>, of: Breakdown, mut durations: Vec<i64>) -> TimeFigure {
    let (count, suppressed) = told.count(of, "");
    let is_enough = told.is_exact || count.is_some_and(|n| n >= TIMES_FROM);
    let Some((median, p90)) = percentiles(&mut durations).filter(|_| is_enough) else {
        return TimeFigure { count, suppressed: suppressed.or(Some(true)), ..TimeFigure::default() };
    };
    let round = |seconds: i64| if told.is_exact { seconds.max(0) } else { rounded_duration(seconds) };
    TimeFigure { count, median_s: Some(round(median)), p90_s: Some(round(p90)), suppressed }
}

fn exact_stage(months: &[Figures], stage: Stage) -> StageFigure {
    let in_time: u64 = months.iter().map(|month| month.of(Breakdown::InTime, stage.code())).sum();
    let counted = || months.iter().filter_map(|month| month.counted.as_ref());
    let missed = |state| counted().map(|month| month.missed(stage, state)).sum::<u64>();
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

/// What came in time among what was due for itself, of the months in which this stage was due for every incident.
fn told_stage(months: &[Figures], stage: Stage) -> StageFigure {
    let is_complete = |month: &&Figures| month.published.as_ref().is_some_and(|told| told.is_complete(stage));
    let of = |breakdown| months.iter().filter(is_complete).map(|month| month.of(breakdown, stage.code())).sum();
    let (in_time, suppressed) = tell(of(Breakdown::InTime), false);
    let share_in_time = in_time.and_then(|in_time| share(in_time, of(Breakdown::Due)));
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
}
