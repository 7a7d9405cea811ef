//! Statistics: numbers in which no incident can be recognised.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zvit_domain::region::Region;
use zvit_domain::taxonomy::IncidentClass;
use zvit_domain::vocabulary::{Assistance, Sector, Stage};

use super::TeamRef;

/// Statistics of the incidents received in a period. To observers, donors and auditors every figure is a sum over whole months
/// of counts rounded to 5; counts below 5 of a month are in none of the sums, and one category of each breakdown (`other`,
/// level 0) is never told. What they were told of a month stays as it was. `suppressed` says where nothing could be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Statistics {
    /// The months they are of.
    pub period: StatisticsPeriod,
    /// Whether counts are rounded and small ones suppressed.
    pub rounded: bool,
    /// All incidents together.
    pub totals: StatisticsTotals,
    /// By the sector that was hit.
    #[schema(max_items = 50)]
    pub by_sector: Vec<SectorFigure>,
    /// By severity level.
    #[schema(max_items = 6)]
    pub by_level: Vec<LevelFigure>,
    /// By region; an incident may be in several, and in none.
    #[schema(max_items = 50)]
    pub by_region: Vec<RegionFigure>,
    /// By RSIT class.
    #[schema(max_items = 50)]
    pub by_class: Vec<ClassFigure>,
    /// By the month in which they were received, in Kyiv time.
    #[schema(max_items = 24)]
    pub by_month: Vec<MonthFigure>,
    /// From the receipt of an incident's first report to the first acknowledgement by a lead: each incident counts once, however
    /// many leads it had.
    pub time_to_acknowledge: TimeFigure,
    /// From the first report to the end of the lead's work.
    pub time_to_resolve: TimeFigure,
    /// The reporting stages, and how many came in time. A stage that a later one came in place of (`covered_by`) is left out.
    #[schema(max_items = 4)]
    pub stages: Vec<StageFigure>,
    /// The load of every team at present; to the coordinator only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 10_000)]
    pub teams: Option<Vec<TeamFigure>>,
    /// Cases that were acknowledged, by the kind of help: to a donor those of its own teams, to the coordinator all. A case that
    /// brings several kinds counts once under each, so the counts may add up to more than there are cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 20)]
    pub help: Option<Vec<HelpFigure>>,
}

/// A span of whole months.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatisticsPeriod {
    /// The first month.
    #[schema(max_length = 7, pattern = "^[0-9]{4}-[0-9]{2}$", example = "2026-01")]
    pub from: String,
    /// The last month.
    #[schema(max_length = 7, pattern = "^[0-9]{4}-[0-9]{2}$", example = "2026-03")]
    pub until: String,
}

/// All incidents together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatisticsTotals {
    /// How many were received, without those withdrawn and merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub incidents: Option<u64>,
    /// How many were withdrawn as false alarms; to the coordinator only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub withdrawn: Option<u64>,
    /// How many are told as part of another; to the coordinator only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub merged: Option<u64>,
    /// True where the count can't be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub suppressed: Option<bool>,
}

/// Declares the figure of one category.
macro_rules! figures {
    ($($(#[$doc:meta])* $name:ident { $(#[$of_doc:meta])* $of:ident: $kind:ty })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        pub struct $name {
            $(#[$of_doc])*
            pub $of: $kind,
            /// How many.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
            pub count: Option<u64>,
            /// True where the count can't be told.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false)]
            pub suppressed: Option<bool>,
        }
    )+};
}

figures! {
    /// Incidents of a sector.
    SectorFigure {
        /// The sector.
        sector: Sector
    }
    /// Incidents of a severity level.
    LevelFigure {
        /// The level.
        #[schema(minimum = 0, maximum = 5)]
        level: u8
    }
    /// Incidents in a region.
    RegionFigure {
        /// The region.
        region: Region
    }
    /// Incidents of a class.
    ClassFigure {
        /// The class.
        class: IncidentClass
    }
    /// Incidents of a month.
    MonthFigure {
        /// The month.
        #[schema(max_length = 7, pattern = "^[0-9]{4}-[0-9]{2}$", example = "2026-01")]
        month: String
    }
    /// Help of a kind.
    HelpFigure {
        /// The kind.
        assistance: Assistance
    }
}

/// How long something took.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimeFigure {
    /// Of how many: of acknowledgement incidents; of resolution the coordinator is told the lead cases, others the incidents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub count: Option<u64>,
    /// Half of them took no longer, in seconds. The coordinator is told it whatever their number; to others it is that of the
    /// months in which ten and more are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub median_s: Option<i64>,
    /// Nine of ten took no longer, in seconds. The coordinator is told it whatever their number; to others it is that of the
    /// months in which ten and more are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub p90_s: Option<i64>,
    /// True where there are too few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub suppressed: Option<bool>,
}

/// How many reports of a stage came in time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StageFigure {
    /// The stage.
    pub stage: Stage,
    /// Reports that came in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub in_time: Option<u64>,
    /// Reports that came late; to the coordinator only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub late: Option<u64>,
    /// Reports that are overdue; to the coordinator only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub overdue: Option<u64>,
    /// The share that came in time, to two decimals, without reports that a later stage came in place of. To the coordinator: of
    /// those that came or are overdue. To others: of the months in which every report of this stage had become due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 1)]
    pub share_in_time: Option<f64>,
    /// True where nothing can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub suppressed: Option<bool>,
}

/// What a team has at present.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TeamFigure {
    /// The team.
    pub team: TeamRef,
    /// Whether it is active.
    pub active: bool,
    /// Unfinished cases, lead and support.
    #[schema(minimum = 0)]
    pub open_cases: i32,
    /// Unfinished lead cases by their weight: 1 at levels 0 to 2, 2 at 3, 4 at 4 and 5.
    #[schema(minimum = 0)]
    pub weighted_load: i32,
    /// How much of that it takes.
    #[schema(minimum = 0, maximum = 100_000)]
    pub capacity: u32,
    /// What levels 4 and 5 may use beyond it.
    #[schema(minimum = 0, maximum = 100_000)]
    pub surge_capacity: u32,
}

/// Statistics as comma-separated values (RFC 4180), UTF-8 with a byte-order mark before the first column's name.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(value_type = String, max_length = 4_000_000)]
pub struct StatisticsCsv(pub String);
