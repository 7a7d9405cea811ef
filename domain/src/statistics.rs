//! What may be told of incidents in numbers to those who may know none of them.
//!
//! # How an outsider's figures are protected
//!
//! The figures of one month are protected by themselves, and any longer period is the sum of what is published of its months.
//! So periods that overlap say no more together than the months do, and there is no difference to take between them.
//!
//! Within a month every count is rounded to the nearest 5, and one below 5 isn't published; nobody is told whether such a
//! count is nought or four. That alone would not do: sectors, levels and classes count the same incidents, so their sums bind
//! one another, and where one breakdown is at its upper end and another at its lower, a small count can be worked out. So of
//! each breakdown one category is never published, however large ([`is_held_back`]). Whatever is published, one incident more
//! may always have been in that category and one less in a small one: no small count follows from all published figures
//! together, even for somebody who knows this rule. The tests try it out on every small table.
//!
//! Times are protected in the same way: a month gives its own to the median of a period only where enough incidents of that very
//! month stand behind them ([`Published`]). And a month is published once: what changes in it later changes nothing that
//! was told, as the difference of two publications would be the one incident that changed.

mod published;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

pub use published::{Durations, Published};

use crate::taxonomy::IncidentClass;
use crate::time::Time;
use crate::vocabulary::Sector;
use crate::word::Word;

/// Counts are rounded to multiples of this, and below it they aren't published.
pub const STEP: u64 = 5;

/// Times are told where at least so many cases stand behind them; to outsiders so many incidents of one month, as rounded.
pub const TIMES_FROM: u64 = 10;

/// A month is published to outsiders so many days after its end: its last incidents have had the 30 days until their final
/// report is due, and some more.
pub const PUBLISHED_AFTER_DAYS: i64 = 35;

/// Outsiders are told times to so many seconds.
pub const TIMES_STEP_S: i64 = 300;

/// Months are those of Ukraine.
const ZONE: &str = "Europe/Kyiv";

/// A calendar month in Ukraine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// Reads `YYYY-MM`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let is_plain = year.len() == 4 && month.len() == 2 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let read = Self { year: year.parse().ok()?, month: month.parse().ok()? };
        (is_plain && (1..=12).contains(&read.month)).then_some(read)
    }

    /// The month that a moment is in.
    pub fn of(time: Time) -> Self {
        let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
        let date = time.timestamp().to_zoned_datetime(zone);
        Self { year: date.year(), month: date.month() }
    }

    /// The last month that is published to outsiders at this moment.
    pub fn last_published(now: Time) -> Self {
        Self::of(now.plus_seconds(-PUBLISHED_AFTER_DAYS * 86_400)).plus(-1)
    }

    /// Its first moment.
    pub fn start(self) -> Time {
        let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
        let date = Date::new(self.year, self.month, 1).and_then(|date| date.to_zoned_datetime(zone));
        // Years have four digits, so every first of a month is a date.
        Time::from_micros(date.map_or(0, |at| at.timestamp().as_microsecond()))
    }

    /// The first moment after it.
    pub fn end(self) -> Time {
        self.plus(1).start()
    }

    /// So many months later, or earlier.
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        let count = i32::from(self.year) * 12 + i32::from(self.month) - 1 + months;
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
        Self { year: i16::try_from(year).unwrap_or(self.year), month: i8::try_from(month).unwrap_or(1) }
    }

    /// The months from this one to `last`, both among them.
    pub fn to(self, last: Self) -> impl Iterator<Item = Self> {
        (0..).map(move |n| self.plus(n)).take_while(move |month| *month <= last)
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// A breakdown of what happened: one figure for each category, by its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Breakdown {
    /// All together, under the empty code.
    Total,
    /// By sector.
    Sector,
    /// By level.
    Level,
    /// By class.
    Class,
    /// By region; an incident may be in several, and in none.
    Region,
    /// Stages that came in time, by stage.
    InTime,
    /// Stages that were due for themselves, by stage: no later one came in their place.
    Due,
    /// Incidents that a lead acknowledged, under the empty code.
    Acknowledged,
    /// Lead cases that were resolved, under the empty code.
    Resolved,
    /// Cases acknowledged, by the kind of help: one that brings several counts under each.
    Help,
}

/// The counts of a month, or of a period, by breakdown and code. What isn't there is nought, or isn't published.
pub type Counts = BTreeMap<(Breakdown, String), u64>;

/// Whether a category is never published to outsiders: the one of its breakdown that takes up whatever is left over. The
/// breakdowns that have none are bound by no sum: their categories overlap, or what isn't in them is told nowhere.
pub fn is_held_back(breakdown: Breakdown, code: &str) -> bool {
    match breakdown {
        Breakdown::Sector => code == Sector::Other.code(),
        Breakdown::Level => code == "0",
        Breakdown::Class => code == IncidentClass::Other.code(),
        _ => false,
    }
}

/// What may be published of one month's counts: of a month with few incidents nothing, as one of them may count several times
/// among cases and help.
pub fn protect(month: &Counts) -> Counts {
    let total = month.get(&(Breakdown::Total, String::new())).copied().unwrap_or(0);
    let published = month
        .iter()
        .filter(|((breakdown, code), count)| total >= STEP && **count >= STEP && !is_held_back(*breakdown, code));
    published.map(|(key, count)| (key.clone(), round(*count))).collect()
}

fn round(count: u64) -> u64 {
    (count + STEP / 2) / STEP * STEP
}

/// Adds up the counts of months.
pub fn sum<'a>(months: impl IntoIterator<Item = &'a Counts>) -> Counts {
    let mut total = Counts::new();
    for (key, count) in months.into_iter().flatten() {
        *total.entry(key.clone()).or_default() += count;
    }
    total
}

/// Median and ninetieth percentile of durations, by nearest rank; none of nothing. It puts them in order.
pub fn percentiles(durations: &mut [i64]) -> Option<(i64, i64)> {
    durations.sort_unstable();
    let rank = |percent: usize| {
        let place = (durations.len() * percent).div_ceil(100).max(1) - 1;
        durations.get(place).copied()
    };
    Some((rank(50)?, rank(90)?))
}

/// A duration as outsiders are told it.
pub fn rounded_duration(seconds: i64) -> i64 {
    (seconds.max(0) + TIMES_STEP_S / 2) / TIMES_STEP_S * TIMES_STEP_S
}

#[cfg(test)]
mod tests;
