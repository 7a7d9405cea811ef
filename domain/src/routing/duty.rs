//! Who is on duty at a given moment.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use zvit_texts::text;

use crate::directory::{Availability, DutyHours, DutyWindow, TeamInput, Weekday};
use crate::fault::Fault;
use crate::time::Time;

/// Minutes of a day.
const DAY: u32 = 24 * 60;

/// The weekday and minute that a clock on the team's wall shows.
struct WallClock {
    day: u32,
    minute: u32,
}

/// Whether a team with these duty hours is on duty at `now`.
///
/// The wall clock of the team's time zone decides, so an hour that daylight saving leaves out is nobody's duty and one that
/// it repeats counts both times. A time zone nobody knows means off duty: the directory refuses such names.
pub fn is_on_duty(hours: &DutyHours, now: Time) -> bool {
    on_duty(hours, &TimeZoneDatabase::bundled(), now)
}

fn on_duty(hours: &DutyHours, zones: &TimeZoneDatabase, now: Time) -> bool {
    if hours.windows.is_empty() {
        return true;
    }
    let Ok(zone) = zones.get(&hours.time_zone) else { return false };
    let clock = wall_clock(zone, now);
    hours.windows.iter().any(|window| holds(window, &clock))
}

/// Whether the team as a whole is on duty: its own word first, while that holds, then its duty hours, else around the clock.
pub(super) fn team_on_duty(team: &TeamInput, zones: &TimeZoneDatabase, now: Time) -> bool {
    match availability(team, now) {
        Some(availability) => availability.on_duty,
        None => team.duty_hours.as_ref().is_none_or(|hours| on_duty(hours, zones, now)),
    }
}

/// The team's temporary word, while it holds.
pub(super) fn availability(team: &TeamInput, now: Time) -> Option<&Availability> {
    team.availability.as_ref().filter(|availability| availability.until.is_none_or(|until| now < until))
}

/// Where a team stands at a moment: by its own word while that holds, else by its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// Whether it is on duty.
    pub on_duty: bool,
    /// Weighted open lead cases it takes.
    pub capacity: u32,
    /// Its own word, if one holds.
    pub word: Option<&'a Availability>,
}

/// Where the team stands at `now`.
pub fn standing_at(team: &TeamInput, now: Time) -> Standing<'_> {
    let word = availability(team, now);
    Standing {
        on_duty: team_on_duty(team, &TimeZoneDatabase::bundled(), now),
        capacity: word.and_then(|word| word.capacity).unwrap_or(team.capacity),
        word,
    }
}

fn wall_clock(zone: TimeZone, now: Time) -> WallClock {
    let local = now.timestamp().to_zoned_datetime(zone);
    WallClock {
        day: u32::from(local.weekday().to_monday_zero_offset().unsigned_abs()),
        minute: u32::from(local.hour().unsigned_abs()) * 60 + u32::from(local.minute().unsigned_abs()),
    }
}

/// Whether the clock stands within the window, which may reach into the following day.
fn holds(window: &DutyWindow, clock: &WallClock) -> bool {
    let (Some(from), Some(to)) = (minute_of_day(&window.from), minute_of_day(&window.to)) else { return false };
    let begins_on = |day: u32| window.days.iter().any(|listed| *listed as u32 == day);
    let overnight = to <= from;
    let from_today = begins_on(clock.day) && clock.minute >= from && (overnight || clock.minute < to);
    let from_yesterday = overnight && begins_on((clock.day + 6) % 7) && clock.minute < to;
    from_today || from_yesterday
}

/// `HH:MM`, 00:00 to 24:00, as minutes of the day.
fn minute_of_day(text: &str) -> Option<u32> {
    let &[h1, h2, b':', m1, m2] = text.as_bytes() else { return None };
    let number = |tens: u8, ones: u8| -> Option<u32> {
        Some(char::from(tens).to_digit(10)? * 10 + char::from(ones).to_digit(10)?)
    };
    let (hour, minute) = (number(h1, h2)?, number(m1, m2)?);
    (minute < 60 && hour * 60 + minute <= DAY).then_some(hour * 60 + minute)
}

/// What is wrong with duty hours: an unknown time zone, a malformed time, a window without days. Pointers start at
/// `pointer`, where the duty hours stand in their document.
pub fn check_duty_hours(hours: &DutyHours, pointer: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    if TimeZoneDatabase::bundled().get(&hours.time_zone).is_err() {
        faults.push(Fault::at(format!("{pointer}/time_zone"), "unknown_time_zone", text!("duty-zone-unknown")));
    }
    for (i, window) in hours.windows.iter().enumerate() {
        let at = |member: &str| format!("{pointer}/windows/{i}/{member}");
        if window.days.is_empty() {
            faults.push(Fault::at(at("days"), "required", text!("duty-day-needed")));
        }
        for (member, text, last) in [("from", &window.from, DAY - 1), ("to", &window.to, DAY)] {
            if minute_of_day(text).is_none_or(|minute| minute > last) {
                faults.push(Fault::at(at(member), "invalid_format", text!("duty-time-malformed")));
            }
        }
    }
    faults
}

const _: () = assert!(Weekday::Mon as u32 == 0 && Weekday::Sun as u32 == 6, "weekdays count from Monday");
