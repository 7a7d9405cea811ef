use super::*;
use crate::directory::{DutyHours, DutyWindow, Weekday};

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

fn hours(time_zone: &str, days: &[Weekday], from: &str, to: &str) -> DutyHours {
    DutyHours {
        time_zone: time_zone.into(),
        windows: vec![DutyWindow { days: days.to_vec(), from: from.into(), to: to.into() }],
    }
}

fn on(hours: &DutyHours, at: &str) -> bool {
    is_on_duty(hours, Time::parse(at).unwrap())
}

#[test]
fn no_windows_mean_around_the_clock() {
    assert!(on(&DutyHours { time_zone: "Europe/Kyiv".into(), windows: Vec::new() }, "2026-01-01T03:00:00Z"));
}

#[test]
fn a_window_includes_its_begin_and_not_its_end() {
    let office = hours("Europe/Tallinn", &[Weekday::Mon], "08:00", "20:00");
    // 2026-11-23 is a Monday; Tallinn is two hours ahead of UTC in winter.
    assert!(!on(&office, "2026-11-23T05:59:59Z"));
    assert!(on(&office, "2026-11-23T06:00:00Z"));
    assert!(on(&office, "2026-11-23T17:59:59Z"));
    assert!(!on(&office, "2026-11-23T18:00:00Z"));
    assert!(!on(&office, "2026-11-24T10:00:00Z"));
}

#[test]
fn a_window_may_cross_midnight_and_the_end_of_the_week() {
    let night = hours("UTC", &[Weekday::Sun], "22:00", "06:00");
    assert!(on(&night, "2026-11-22T23:00:00Z"), "Sunday night");
    assert!(on(&night, "2026-11-23T05:59:00Z"), "into Monday");
    assert!(!on(&night, "2026-11-23T06:00:00Z"));
    assert!(!on(&night, "2026-11-22T05:00:00Z"), "Saturday's night is not listed");
}

#[test]
fn midnight_may_be_written_as_24_00_and_a_whole_day_as_the_same_time_twice() {
    let evening = hours("UTC", &[Weekday::Mon], "18:00", "24:00");
    assert!(on(&evening, "2026-11-23T23:59:59Z") && !on(&evening, "2026-11-24T00:00:00Z"));
    let until_midnight = hours("UTC", &[Weekday::Mon], "18:00", "00:00");
    assert!(on(&until_midnight, "2026-11-23T23:59:59Z") && !on(&until_midnight, "2026-11-24T00:00:00Z"));
    let day_and_night = hours("UTC", &[Weekday::Mon], "08:00", "08:00");
    assert!(on(&day_and_night, "2026-11-23T08:00:00Z") && on(&day_and_night, "2026-11-24T07:59:00Z"));
    assert!(!on(&day_and_night, "2026-11-24T08:00:00Z"));
}

#[test]
fn duty_follows_daylight_saving_in_spring() {
    // In Kyiv 03:00 became 04:00 on 2025-03-30 at 01:00 UTC: the hour from 03:00 never was.
    let lost_hour = hours("Europe/Kyiv", &WEEK, "03:00", "04:00");
    assert!(!on(&lost_hour, "2025-03-30T00:59:59Z") && !on(&lost_hour, "2025-03-30T01:00:00Z"));
    assert!(on(&lost_hour, "2025-03-29T01:30:00Z"), "the day before");
    assert!(on(&lost_hour, "2025-03-31T00:30:00Z"), "the day after, an hour earlier in UTC");

    let from_within = hours("Europe/Kyiv", &WEEK, "03:30", "08:00");
    assert!(!on(&from_within, "2025-03-30T00:59:59Z"));
    assert!(on(&from_within, "2025-03-30T01:00:00Z"), "the clock jumps from 02:59 to 04:00");

    let morning = hours("Europe/Warsaw", &WEEK, "08:00", "16:00");
    assert!(!on(&morning, "2025-03-29T06:30:00Z") && on(&morning, "2025-03-30T06:30:00Z"));
}

#[test]
fn duty_follows_daylight_saving_in_autumn() {
    // In Kyiv 04:00 became 03:00 on 2025-10-26 at 01:00 UTC: the hour from 03:00 was twice.
    let twice = hours("Europe/Kyiv", &WEEK, "03:00", "04:00");
    assert!(!on(&twice, "2025-10-25T23:59:59Z"));
    for at in ["2025-10-26T00:00:00Z", "2025-10-26T00:59:59Z", "2025-10-26T01:00:00Z", "2025-10-26T01:59:59Z"] {
        assert!(on(&twice, at), "{at}");
    }
    assert!(!on(&twice, "2025-10-26T02:00:00Z"));

    let night = hours("Europe/Warsaw", &WEEK, "22:00", "06:00");
    assert!(on(&night, "2025-10-26T04:30:00Z"), "05:30 by the new time");
    assert!(!on(&night, "2025-10-26T05:00:00Z"));
}

#[test]
fn a_zone_or_time_nobody_can_read_is_off_duty_and_named() {
    let mut broken = hours("Europe/Atlantis", &[Weekday::Mon], "08:00", "20:00");
    assert!(!on(&broken, "2026-11-23T10:00:00Z"));
    broken.windows.push(DutyWindow { days: Vec::new(), from: "24:00".into(), to: "8:00".into() });
    let faults: Vec<_> = check_duty_hours(&broken, "/duty_hours").into_iter().map(|f| (f.pointer, f.code)).collect();
    assert_eq!(
        faults,
        [
            ("/duty_hours/time_zone".into(), "unknown_time_zone"),
            ("/duty_hours/windows/1/days".into(), "required"),
            ("/duty_hours/windows/1/from".into(), "invalid_format"),
            ("/duty_hours/windows/1/to".into(), "invalid_format"),
        ]
    );
    assert!(check_duty_hours(&hours("Europe/Kyiv", &WEEK, "00:00", "24:00"), "").is_empty());
}

#[test]
fn the_teams_own_word_stands_above_its_hours_until_it_ends() {
    let set = rules(vec![lead("any")]);
    let says = |on_duty, until: Option<&str>| {
        with(1, |entry| {
            // Off duty on Mondays.
            entry.team.duty_hours = Some(hours("UTC", &[Weekday::Sun], "08:00", "20:00"));
            let until = until.map(|until| Time::parse(until).unwrap());
            entry.team.availability = Some(Availability { on_duty, capacity: None, until });
        })
    };
    let picked = |entry: TeamEntry| decide(&incident(), &set, &[entry], &Loads::new()).lead;
    assert_eq!(picked(says(true, None)).team, id(1));
    assert_eq!(picked(says(true, Some("2026-11-23T10:00:01Z"))).team, id(1));
    let ended = picked(says(true, Some("2026-11-23T10:00:00Z")));
    assert_eq!((ended.team, excluded(&ended, 1)), (id(OWN), vec!["off_duty"]));

    let around_the_clock = |entry: &mut TeamEntry| {
        entry.team.availability = Some(Availability { on_duty: false, capacity: None, until: None });
    };
    assert_eq!(excluded(&picked(with(1, around_the_clock)), 1), ["off_duty"]);
}
