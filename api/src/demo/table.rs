//! The outcome as a table for people.

use std::fmt::Write;

use zvit_domain::word::Word;

use super::figures::Figures;
use super::outcome::{Outcome, Shown};
use super::text::{Paint, counted, level_of, pad, pad_left, width_of, wrap};

const GAP: &str = "  ";
const REFERENCE: usize = 14;
const LEVEL: usize = 13;
const SCORE: usize = 18;
const STATUS: usize = 13;
/// The story stands so far in.
const INDENT: usize = 2;
/// With less room beside the left part, team and reason go below it.
const LEAST_RIGHT: usize = 36;
/// What the reader should know of it.
const NOTE: &str = "Institutions, teams and people are invented; the reports retell publicly known attacks of the years named. \
                    ✓ the lead team has acknowledged; +2 two more teams support it.";
/// No bar is longer.
const BAR: usize = 40;

/// The columns of one table.
struct Columns {
    sector: usize,
    left: usize,
    /// Columns for team and reason; none when they go below.
    right: Option<usize>,
    width: usize,
}

impl Columns {
    fn of(incidents: &[&Shown], width: usize) -> Self {
        let sector = incidents.iter().map(|shown| width_of(shown.incident.sector.label_en())).max().unwrap_or(0);
        let left = REFERENCE + LEVEL + SCORE + sector + STATUS + 4 * GAP.len();
        let right = width.checked_sub(left + GAP.len()).filter(|right| *right >= LEAST_RIGHT);
        Self { sector, left, right, width }
    }
}

/// One incident after the other: on the left what it is, on the right who has it and why.
pub(super) fn incidents(outcome: &Outcome, paint: &Paint, width: usize) -> String {
    let incidents = outcome.by_gravity();
    let columns = Columns::of(&incidents, width);
    let mut page = format!("\n{}\n", paint.bold(&format!("{}, gravest first", counted(incidents.len(), "incident"))));
    for line in wrap(NOTE, width) {
        let _ = writeln!(page, "{}", paint.dim(&line));
    }
    page.push('\n');
    let heading = [
        pad("reference", REFERENCE),
        pad(" level", LEVEL),
        pad_left("score [low–high]", SCORE),
        pad("sector", columns.sector),
        pad("status", STATUS),
    ];
    let right = if columns.right.is_some() { "team, and why" } else { "" };
    let _ = writeln!(page, "{}", paint.bold(format!("{}{GAP}{right}", heading.join(GAP)).trim_end()));
    let _ = writeln!(page, "{}", paint.dim(&"─".repeat(columns.width)));
    for shown in incidents {
        incident(&mut page, shown, &columns, paint);
    }
    page
}

fn incident(page: &mut String, shown: &Shown, columns: &Columns, paint: &Paint) {
    let mut left = vec![(row(shown, columns), row_painted(shown, columns, paint))];
    let below = columns.right.map_or(columns.width, |_| columns.left) - INDENT;
    for line in wrap(&story(shown), below) {
        let line = format!("{}{line}", " ".repeat(INDENT));
        left.push((line.clone(), paint.dim(&line)));
    }
    let Some(right_width) = columns.right else {
        for (_, painted) in left {
            let _ = writeln!(page, "{}", painted.trim_end());
        }
        let indent = 2 * INDENT;
        for (line, painted) in right(shown, columns.width - indent, paint) {
            let _ = writeln!(page, "{}{}", " ".repeat(indent), painted.unwrap_or(line));
        }
        return;
    };
    let (mut left, mut right) = (left.into_iter(), right(shown, right_width, paint).into_iter());
    loop {
        let (one, other) = (left.next(), right.next());
        if one.is_none() && other.is_none() {
            return;
        }
        let (plain, painted) = one.unwrap_or_default();
        let filled = format!("{painted}{}", " ".repeat(columns.left.saturating_sub(width_of(&plain))));
        let line =
            other.map_or_else(|| painted, |(plain, painted)| format!("{filled}{GAP}{}", painted.unwrap_or(plain)));
        let _ = writeln!(page, "{}", line.trim_end());
    }
}

/// The cells of the left part, each filled up to its width.
fn cells(shown: &Shown, columns: &Columns) -> [String; 5] {
    let (incident, triage) = (&shown.incident, &shown.incident.triage);
    [
        pad(&incident.reference, REFERENCE),
        pad(&format!(" {} {}", incident.level, level_of(incident.level).0), LEVEL),
        pad_left(&format!("{:.1} [{:.1}–{:.1}]", triage.score, triage.score_low, triage.score_high), SCORE),
        pad(incident.sector.label_en(), columns.sector),
        pad(&status(shown), STATUS),
    ]
}

fn status(shown: &Shown) -> String {
    let tick = if shown.is_acknowledged() { " ✓" } else { "" };
    format!("{}{tick}", shown.incident.status.code().replace('_', " "))
}

fn row(shown: &Shown, columns: &Columns) -> String {
    cells(shown, columns).join(GAP)
}

fn row_painted(shown: &Shown, columns: &Columns, paint: &Paint) -> String {
    let [reference, level, score, sector, status] = cells(shown, columns);
    [paint.bold(&reference), paint.level(shown.incident.level, &level), score, sector, status].join(GAP)
}

fn story(shown: &Shown) -> String {
    let mut parts = vec![shown.heading()];
    parts.extend(shown.incident.exercise.then(|| "exercise".to_owned()));
    parts.extend(shown.raised_by());
    parts.join(" · ")
}

/// Team and reason: each line plain, and painted where that differs.
fn right(shown: &Shown, width: usize, paint: &Paint) -> Vec<(String, Option<String>)> {
    let supports = shown.supports().count();
    let team = match (shown.lead(), supports) {
        (None, _) => "— nobody —".to_owned(),
        (Some(lead), 0) => lead.team.name.clone(),
        (Some(lead), more) => format!("{} +{more}", lead.team.name),
    };
    let why = wrap(&shown.why(), width).into_iter().map(|line| (line.clone(), Some(paint.dim(&line))));
    wrap(&team, width).into_iter().map(|line| (line, None)).chain(why).collect()
}

/// How many incidents of each level, gravest first.
pub(super) fn levels(outcome: &Outcome, paint: &Paint) -> String {
    let figures = Figures::of(outcome);
    let most = figures.by_level.values().copied().max().unwrap_or(0);
    let mut page = format!("{}\n", paint.bold("By level"));
    for (level, count) in figures.by_level.iter().rev() {
        let (name, name_uk, _) = level_of(*level);
        let chip = paint.level(*level, &pad(&format!(" {level} {name}"), LEVEL));
        let bar = "█".repeat(if most > BAR { count * BAR / most } else { *count });
        let _ = writeln!(page, "  {chip}  {}  {}  {bar}", pad(name_uk, 12), pad_left(&count.to_string(), 3));
    }
    page
}

/// What a team's numbers stand below; each is as wide as its heading and the gap before it.
const NUMBERS: [&str; 5] = ["lead", "support", "declined", "late", "handed on"];

/// What each team has, most leads first.
pub(super) fn teams(outcome: &Outcome, paint: &Paint, width: usize) -> String {
    let figures = Figures::of(outcome);
    let mut teams: Vec<_> = figures.by_team.iter().collect();
    teams.sort_by_key(|(name, team)| (std::cmp::Reverse((team.lead, team.support)), name.as_str()));
    let numbers = NUMBERS.iter().map(|heading| GAP.len() + width_of(heading)).sum::<usize>();
    let room = width.saturating_sub(INDENT + numbers);
    let name_width = teams.iter().map(|(name, _)| width_of(name)).max().unwrap_or(0).min(room);
    let heading = format!("{}{GAP}{}", pad("By team", name_width + INDENT), NUMBERS.join(GAP));
    let mut page = format!("{}\n", paint.bold(&heading));
    for (name, team) in teams {
        let counts = [team.lead, team.support, team.declined, team.late, team.handed_over];
        let cell = |(count, heading): (usize, &&str)| {
            let text = if count == 0 { "·".to_owned() } else { count.to_string() };
            format!("{GAP}{}", pad_left(&text, width_of(heading)))
        };
        let counts: String = counts.into_iter().zip(&NUMBERS).map(cell).collect();
        for (nth, line) in wrap(name, name_width).into_iter().enumerate() {
            let counts = if nth == 0 { counts.as_str() } else { "" };
            let line = format!("{}{}{counts}", " ".repeat(INDENT), pad(&line, name_width));
            let _ = writeln!(page, "{}", line.trim_end());
        }
    }
    page
}

/// The run in a few lines.
pub(super) fn summary(outcome: &Outcome, paint: &Paint, width: usize) -> String {
    let figures = Figures::of(outcome);
    let sectors: Vec<String> =
        figures.by_sector.iter().map(|(sector, count)| format!("{} {count}", sector.replace('_', " "))).collect();
    let seconds = f64::from(u32::try_from(figures.elapsed_ms).unwrap_or(u32::MAX)) / 1000.0;
    let sentence = format!(
        "{} sent, {} accepted, {} routed to a lead team, {} unassigned, {} waiting; {} declined, {} of them routed on; {} \
         not acknowledged in time; {} handed over; {} given support on request; {} acknowledged, {} resolved; {}, {} of the coordinator, {}; {} by the teams; {}; {seconds:.1} s.",
        counted(outcome.sent, "report"),
        figures.accepted,
        figures.routed,
        figures.unassigned,
        figures.waiting,
        figures.declined,
        figures.routed_on,
        figures.late,
        figures.handed_over,
        figures.supported,
        figures.acknowledged,
        figures.resolved,
        counted(figures.follow_ups, "follow-up report"),
        counted(figures.overridden, "decision"),
        counted(figures.exercises, "exercise"),
        counted(figures.polls, "poll"),
        counted(figures.mails, "mail"),
    );
    let mut page = format!("{}\n", paint.bold("In all"));
    for line in wrap(&sentence, width - INDENT)
        .into_iter()
        .chain(wrap(&format!("By sector: {}.", sectors.join(", ")), width - INDENT))
    {
        let _ = writeln!(page, "{}{line}", " ".repeat(INDENT));
    }
    page
}
