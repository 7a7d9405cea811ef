//! Statistics as a table (RFC 4180): one row for each figure, so that it can be filtered and summed in any spreadsheet.

use zvit_domain::word::Word;

use crate::problem::Problem;
use crate::views::{Statistics, StatisticsCsv, TimeFigure};

/// By this Excel knows that a file is UTF-8; without it Ukrainian comes out as other letters.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The columns.
const COLUMNS: [&str; 5] = ["breakdown", "category", "measure", "value", "suppressed"];

/// One figure.
struct Row<'a> {
    breakdown: &'static str,
    category: &'a str,
    measure: &'static str,
    value: Option<String>,
    suppressed: Option<bool>,
}

/// The table.
///
/// # Errors
/// When it can't be written: a defect.
pub fn write(statistics: &Statistics) -> Result<StatisticsCsv, Problem> {
    let begun = BYTE_ORDER_MARK.as_bytes().to_vec();
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(begun);
    table.write_record(COLUMNS).map_err(Problem::internal)?;
    let mut put = |row: Row<'_>| {
        let (value, category) = (row.value.unwrap_or_default(), harmless(row.category));
        let suppressed = if row.suppressed == Some(true) { "true" } else { "" };
        table.write_record([row.breakdown, &category, row.measure, &value, suppressed]).map_err(Problem::internal)
    };
    overall(statistics, &mut put)?;
    breakdowns(statistics, &mut put)?;
    times_and_stages(statistics, &mut put)?;
    teams(statistics, &mut put)?;
    let bytes = table.into_inner().map_err(|error| Problem::internal(error.to_string()))?;
    Ok(StatisticsCsv(String::from_utf8(bytes).map_err(Problem::internal)?))
}

/// A spreadsheet takes what begins so for a formula, and a team's name is free text (CWE-1236).
fn harmless(text: &str) -> String {
    let is_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

type Put<'a> = &'a mut dyn FnMut(Row<'_>) -> Result<(), Problem>;

fn text(value: Option<impl ToString>) -> Option<String> {
    value.map(|value| value.to_string())
}

fn overall(statistics: &Statistics, put: Put<'_>) -> Result<(), Problem> {
    let (period, totals) = (&statistics.period, &statistics.totals);
    for (measure, value) in [("from", &period.from), ("until", &period.until)] {
        put(Row { breakdown: "period", category: "", measure, value: Some(value.clone()), suppressed: None })?;
    }
    let row = |measure, value: Option<u64>, suppressed| Row {
        breakdown: "totals",
        category: "",
        measure,
        value: text(value),
        suppressed,
    };
    put(row("incidents", totals.incidents, totals.suppressed))?;
    for (measure, value) in [("withdrawn", totals.withdrawn), ("merged", totals.merged)] {
        if value.is_some() {
            put(row(measure, value, None))?;
        }
    }
    Ok(())
}

fn breakdowns(statistics: &Statistics, put: Put<'_>) -> Result<(), Problem> {
    let mut count = |breakdown, category: &str, count: Option<u64>, suppressed| {
        put(Row { breakdown, category, measure: "count", value: text(count), suppressed })
    };
    for one in &statistics.by_sector {
        count("by_sector", one.sector.code(), one.count, one.suppressed)?;
    }
    for one in &statistics.by_level {
        count("by_level", &one.level.to_string(), one.count, one.suppressed)?;
    }
    for one in &statistics.by_region {
        count("by_region", one.region.code(), one.count, one.suppressed)?;
    }
    for one in &statistics.by_class {
        count("by_class", one.class.code(), one.count, one.suppressed)?;
    }
    for one in &statistics.by_month {
        count("by_month", &one.month, one.count, one.suppressed)?;
    }
    for one in statistics.help.iter().flatten() {
        count("help", one.assistance.code(), one.count, one.suppressed)?;
    }
    Ok(())
}

fn times_and_stages(statistics: &Statistics, put: Put<'_>) -> Result<(), Problem> {
    let times: [(&'static str, &TimeFigure); 2] =
        [("time_to_acknowledge", &statistics.time_to_acknowledge), ("time_to_resolve", &statistics.time_to_resolve)];
    for (breakdown, time) in times {
        let told = [("count", text(time.count)), ("median_s", text(time.median_s)), ("p90_s", text(time.p90_s))];
        for (measure, value) in told {
            let suppressed = time.suppressed.filter(|_| value.is_none());
            put(Row { breakdown, category: "", measure, value, suppressed })?;
        }
    }
    for stage in &statistics.stages {
        let told = [
            ("in_time", text(stage.in_time)),
            ("late", text(stage.late)),
            ("overdue", text(stage.overdue)),
            ("share_in_time", text(stage.share_in_time)),
        ];
        for (measure, value) in told {
            if value.is_some() || measure == "in_time" {
                let suppressed = stage.suppressed.filter(|_| value.is_none());
                put(Row { breakdown: "stages", category: stage.stage.code(), measure, value, suppressed })?;
            }
        }
    }
    Ok(())
}

fn teams(statistics: &Statistics, put: Put<'_>) -> Result<(), Problem> {
    for one in statistics.teams.iter().flatten() {
        let told = [
            ("open_cases", one.open_cases.to_string()),
            ("weighted_load", one.weighted_load.to_string()),
            ("capacity", one.capacity.to_string()),
            ("surge_capacity", one.surge_capacity.to_string()),
        ];
        for (measure, value) in told {
            put(Row { breakdown: "teams", category: &one.team.name, measure, value: Some(value), suppressed: None })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_taken_for_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert!(harmless(text).starts_with('\''), "{text:?}");
        }
        assert_eq!(harmless("Команда = найкраща"), "Команда = найкраща");
    }
}
