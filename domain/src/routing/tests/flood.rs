//! Very many incidents, and many days of them: nobody is filled beyond capacity while another could take one, what waits goes
//! out by level and age, and nothing is lost.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::*;
use crate::directory::{DutyHours, DutyWindow, Weekday};
use crate::word::Word;

/// The same numbers in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    /// The place of a weight among weights.
    fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut left = self.roll(weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            if left < *weight {
                return place;
            }
            left -= weight;
        }
        0
    }
}

struct Case {
    team: Uuid,
    role: AssignmentRole,
    rule: String,
    state: CaseState,
    waiting: bool,
    acknowledge_by: Option<Time>,
    /// Whether its team will acknowledge it, and then be done.
    done_at: Option<Time>,
}

struct Incident {
    sector: Sector,
    level: u8,
    tlp: Tlp,
    received: Time,
    cases: Vec<Case>,
}

impl Incident {
    fn input(&self) -> RoutingInput<'_> {
        let expired = |case: &&Case| case.role == AssignmentRole::Lead && case.state == CaseState::Expired;
        RoutingInput {
            sector: self.sector,
            level: self.level,
            level_high: self.level,
            tlp: self.tlp,
            became_aware_at: self.received,
            expiries: u32::try_from(self.cases.iter().filter(expired).count()).unwrap(),
            ..incident()
        }
    }

    fn lead(&self) -> &Case {
        let mut leads = self.cases.iter().filter(|case| case.role == AssignmentRole::Lead && case.state.is_held());
        let lead = leads.next().expect("an incident is never without a lead");
        assert!(leads.next().is_none(), "one team leads");
        lead
    }

    /// Stated apart from the code under test.
    fn may_go_to(&self, entry: &TeamEntry, now: Time) -> bool {
        entry.active
            && entry.team.sectors.contains(&self.sector)
            && self.tlp <= entry.team.tlp_ceiling
            && entry.team.duty_hours.as_ref().is_none_or(|hours| is_on_duty(hours, now))
            && !self.cases.iter().any(|case| case.team == entry.id && case.state == CaseState::Expired)
    }

    fn fits(&self, entry: &TeamEntry, loads: &Loads) -> bool {
        let surge = if self.level >= 4 { entry.team.surge_capacity } else { 0 };
        loads.get(&entry.id).map_or(0, |load| load.weighted) + weight(self.level) <= entry.team.capacity + surge
    }
}

struct World {
    teams: Rc<[TeamEntry]>,
    rules: RuleSet,
    loads: Loads,
    turns: RoundRobin,
    incidents: Vec<Incident>,
    open: BTreeSet<usize>,
    dice: Dice,
    /// Per team: cases led, and its highest load.
    led: BTreeMap<Uuid, (u32, u32)>,
    most_waiting: usize,
}

impl World {
    fn new(teams: Vec<TeamEntry>, rules: RuleSet) -> Self {
        Self {
            teams: teams.into(),
            rules,
            loads: Loads::new(),
            turns: RoundRobin::new(),
            incidents: Vec::new(),
            open: BTreeSet::new(),
            dice: Dice(0x9E37_79B9_7F4A_7C15),
            led: BTreeMap::new(),
            most_waiting: 0,
        }
    }

    /// Hours of work for a case that is taken up; none for one that nobody acknowledges.
    fn fate(&mut self, team: Uuid, now: Time, lapses: u64) -> Option<Time> {
        let hours = 1 + self.dice.roll(7);
        let lapses = team != id(OWN) && self.dice.roll(100) < lapses;
        (!lapses).then(|| now.plus_seconds(i64::try_from(hours * 3_600).unwrap()))
    }

    fn put(&mut self, place: usize, choice: &Choice, now: Time, lapses: u64) {
        let before = self.loads.clone();
        let one = &self.incidents[place];
        if choice.role == AssignmentRole::Lead {
            let free = |entry: &&TeamEntry| one.may_go_to(entry, now) && one.fits(entry, &before);
            let chosen = self.teams.iter().find(|entry| entry.id == choice.team && !entry.team.coordinator);
            match chosen {
                Some(entry) => assert!(free(&entry), "{} gets what it can't take", entry.team.name),
                None if one.input().expiries >= self.rules.max_tries => {}
                None => {
                    let missed = self.teams.iter().filter(|entry| !entry.team.coordinator).find(free);
                    assert!(missed.is_none(), "{missed:?} is free");
                }
            }
        }
        choice.add_to(one.level, &mut self.loads);
        let done_at = self.fate(choice.team, now, lapses);
        self.incidents[place].cases.push(Case {
            team: choice.team,
            role: choice.role,
            rule: choice.rule_id.clone(),
            state: CaseState::Assigned,
            waiting: choice.waiting,
            acknowledge_by: choice.acknowledge_by,
            done_at,
        });
        let load = self.loads.get(&choice.team).map_or(0, |load| load.weighted);
        let (led, highest) = self.led.entry(choice.team).or_default();
        *led += 1;
        *highest = load.max(*highest);
    }

    fn receive(&mut self, sector: Sector, level: u8, tlp: Tlp, now: Time, lapses: u64) {
        let one = Incident { sector, level, tlp, received: now, cases: Vec::new() };
        let roster = Roster::new(&self.teams, now).unwrap();
        let decision = route(&one.input(), &self.rules, &roster, &self.loads, &self.turns, now);
        self.turns.extend(decision.round_robin.clone());
        self.incidents.push(one);
        self.open.insert(self.incidents.len() - 1);
        for choice in decision.choices() {
            self.put(self.incidents.len() - 1, choice, now, lapses);
        }
    }

    fn end(&mut self, place: usize, number: usize, state: CaseState) {
        let one = &mut self.incidents[place];
        let level = one.level;
        let case = &mut one.cases[number];
        case.state = state;
        let load = self.loads.get_mut(&case.team).unwrap();
        load.open_cases -= 1;
        if case.role == AssignmentRole::Lead {
            load.weighted -= weight(level);
        }
    }

    /// Brings one incident in line again; the team that leads it then, if another.
    fn again(&mut self, place: usize, roster: &Roster<'_>, now: Time, lapses: u64) -> Option<Uuid> {
        let changes = {
            let one = &self.incidents[place];
            let held: Vec<Held<'_>> = (one.cases.iter().zip(0_u128..))
                .map(|(case, number)| Held {
                    assignment_id: id(number),
                    team: case.team,
                    role: case.role,
                    rule_id: &case.rule,
                    state: case.state,
                })
                .collect();
            reroute(&one.input(), &self.rules, roster, &held, &self.loads, &self.turns, now)
        };
        for gone in &changes.revoke {
            self.end(place, usize::try_from(gone.assignment_id.as_u128()).unwrap(), CaseState::Revoked);
        }
        self.turns.extend(changes.round_robin.clone());
        for choice in &changes.add {
            self.put(place, choice, now, lapses);
        }
        changes.add.first().map(|choice| choice.team)
    }

    fn is_awake(&self, entry: &TeamEntry, now: Time) -> bool {
        !entry.team.coordinator && entry.team.duty_hours.as_ref().is_none_or(|hours| is_on_duty(hours, now))
    }

    fn waiting(&self) -> Vec<usize> {
        self.open.iter().copied().filter(|place| self.incidents[*place].lead().waiting).collect()
    }

    /// Gives out what waits, by level and then age; whoever is passed over could not have had the place.
    fn drain(&mut self, now: Time, lapses: u64) {
        let mut waiting = self.waiting();
        self.most_waiting = self.most_waiting.max(waiting.len());
        waiting.sort_by_key(|place| (Reverse(self.incidents[*place].level), self.incidents[*place].received, *place));
        let mut passed: Vec<usize> = Vec::new();
        let teams = Rc::clone(&self.teams);
        let roster = Roster::new(&teams, now).unwrap();
        let mut room = roster.sectors_with_room(&self.loads);
        let awake: Vec<&TeamEntry> = teams.iter().filter(|entry| self.is_awake(entry, now)).collect();
        for (number, place) in waiting.into_iter().enumerate() {
            let one = &self.incidents[place];
            let is_free = |entry: &&TeamEntry| one.fits(entry, &self.loads) && one.may_go_to(entry, now);
            let free = awake.iter().copied().any(|entry| is_free(&entry));
            // Where nobody is free, that the code says so too is tried out now and then only: it takes long.
            if !free && number % 50 > 0 {
                passed.push(place);
                continue;
            }
            let before = self.loads.clone();
            let has_room = room.contains(&one.sector);
            let moved = has_room.then(|| self.again(place, &roster, now, lapses)).flatten();
            assert_eq!(moved.is_some(), free, "what waits moves if and only if somebody is free");
            let Some(team) = moved else {
                passed.push(place);
                continue;
            };
            room = roster.sectors_with_room(&self.loads);
            let entry = teams.iter().find(|entry| entry.id == team).unwrap();
            for other in &passed {
                let other = &self.incidents[*other];
                assert!(!(other.fits(entry, &before) && other.may_go_to(entry, now)), "{} was before it", other.level);
            }
        }
    }

    /// What comes about by time alone: acknowledgements, expiries, work that is done.
    fn pass(&mut self, now: Time, lapses: u64) {
        let teams = Rc::clone(&self.teams);
        let roster = Roster::new(&teams, now).unwrap();
        for place in self.open.clone() {
            let (number, lead) = self.incidents[place]
                .cases
                .iter()
                .enumerate()
                .find(|(_, case)| case.role == AssignmentRole::Lead && case.state.is_open())
                .unwrap();
            if lead.waiting {
                continue;
            }
            match (lead.done_at, lead.acknowledge_by) {
                (Some(done), _) if done <= now => {
                    self.end(place, number, CaseState::Resolved);
                    self.open.remove(&place);
                }
                (Some(_), _) => self.incidents[place].cases[number].state = CaseState::InProgress,
                (None, Some(due)) if due <= now => {
                    self.end(place, number, CaseState::Expired);
                    self.again(place, &roster, now, lapses);
                }
                _ => {}
            }
        }
        self.drain(now, lapses);
    }

    fn show(&self, what: &str) {
        println!("{what}: {} incidents, at most {} waiting", self.incidents.len(), self.most_waiting);
        println!("{:<12} {:>8} {:>6} {:>6} {:>8}", "team", "capacity", "surge", "led", "highest");
        for entry in self.teams.iter() {
            let (led, highest) = self.led.get(&entry.id).copied().unwrap_or_default();
            let team = &entry.team;
            println!("{:<12} {:>8} {:>6} {led:>6} {highest:>8}", team.name, team.capacity, team.surge_capacity);
        }
    }

    /// Goes on, ten minutes at a time, until all is done.
    fn finish(&mut self, mut now: Time, lapses: u64) {
        for _ in 0..20_000 {
            if self.open.is_empty() {
                break;
            }
            now = now.plus_seconds(600);
            self.pass(now, lapses);
        }
        assert!(self.open.is_empty(), "{} incidents were never done", self.open.len());
        assert!(self.incidents.iter().all(|one| one.lead().state == CaseState::Resolved), "nothing is lost");
        assert!(self.loads.values().all(|load| *load == Load::default()), "{:?}", self.loads);
        for entry in self.teams.iter().filter(|entry| !entry.team.coordinator) {
            let highest = self.led.get(&entry.id).map_or(0, |(_, highest)| *highest);
            assert!(highest <= entry.team.capacity + entry.team.surge_capacity, "{entry:?}: {highest}");
        }
    }
}

const LABELS: [(Tlp, u64); 5] =
    [(Tlp::Clear, 5), (Tlp::Green, 25), (Tlp::Amber, 50), (Tlp::AmberStrict, 12), (Tlp::Red, 8)];

fn some_label(dice: &mut Dice) -> Tlp {
    LABELS[dice.weighted(&LABELS.map(|(_, weight)| weight))].0
}

fn some_level(dice: &mut Dice) -> u8 {
    u8::try_from(dice.weighted(&[10, 30, 30, 18, 9, 3])).unwrap()
}

#[test]
fn three_thousand_within_an_hour_fill_twenty_teams_of_ten_and_wait_in_order() {
    let mut teams: Vec<TeamEntry> = (1..=20).map(team).collect();
    teams.push(own_team());
    let mut world = World::new(teams, rules(vec![lead("any")]));
    let begin = now();
    for number in 0..3_000_i64 {
        let (level, at) = (some_level(&mut world.dice), begin.plus_seconds(number * 6 / 5));
        world.receive(Sector::Health, level, Tlp::Green, at, 0);
        if number % 500 == 499 {
            world.drain(at, 0);
        }
    }
    let (waiting, end) = (world.waiting(), begin.plus_seconds(3_600));
    assert_eq!(world.open.len(), 3_000, "all are there");
    let full: u32 = world.loads.iter().filter(|(team, _)| **team != id(OWN)).map(|(_, load)| load.weighted).sum();
    assert_eq!(full, 200, "every place of every team is taken");
    let led: u32 = world.led.iter().filter(|(team, _)| **team != id(OWN)).map(|(_, (led, _))| led).sum();
    assert_eq!(waiting.len() + usize::try_from(led).unwrap(), 3_000, "who isn't with a partner waits");
    world.finish(end, 0);
    world.show("3,000 within an hour");
}

/// Sixty teams in four time zones: a third around the clock, the others by day or by night.
fn realistic(dice: &mut Dice) -> Vec<TeamEntry> {
    let zones = ["Europe/Kyiv", "Europe/Tallinn", "Europe/London", "America/New_York"];
    let ceilings = [(Tlp::Green, 1), (Tlp::Amber, 5), (Tlp::AmberStrict, 3), (Tlp::Red, 2)];
    let weekdays = vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
    let mut teams: Vec<TeamEntry> = (1..=60)
        .map(|number| {
            with(number, |entry| {
                let team = &mut entry.team;
                team.sectors = Sector::ALL.iter().copied().filter(|_| dice.roll(3) == 0).collect();
                team.tlp_ceiling = ceilings[dice.weighted(&ceilings.map(|(_, weight)| weight))].0;
                team.capacity = u32::try_from(5 + dice.roll(26)).unwrap();
                team.surge_capacity = u32::try_from(dice.roll(3) * 4).unwrap();
                team.duty_hours = (dice.roll(3) > 0).then(|| {
                    let by_day = dice.roll(2) == 0;
                    let (from, to) = if by_day { ("08:00", "20:00") } else { ("20:00", "08:00") };
                    let window = DutyWindow { days: weekdays.clone(), from: from.into(), to: to.into() };
                    let zone = zones[usize::try_from(dice.roll(4)).unwrap()];
                    DutyHours { time_zone: zone.into(), windows: vec![window] }
                });
            })
        })
        .collect();
    teams.push(own_team());
    teams
}

#[test]
fn ten_thousand_go_through_a_realistic_directory_and_nothing_is_lost() {
    let mut dice = Dice(7);
    let mut world = World::new(realistic(&mut dice), RuleSet::default());
    // Four days; on the second one a wave of 3,000 within two hours.
    let mut at = now();
    for ticks in 0..576_u32 {
        let count = if (180..192).contains(&ticks) { 250 } else { u32::from(ticks % 24 != 0) * 13 };
        for _ in 0..count {
            let sector = Sector::ALL[dice.weighted(&[5, 5, 4, 4, 2, 2, 1, 1, 1, 1, 1])];
            let (level, tlp) = (some_level(&mut dice), some_label(&mut dice));
            if world.incidents.len() < 10_000 {
                world.receive(sector, level, tlp, at, 10);
            }
        }
        at = at.plus_seconds(600);
        world.pass(at, 10);
    }
    assert_eq!(world.incidents.len(), 10_000);
    assert!(world.most_waiting > 100, "the wave was more than all could take");
    let tried = world.incidents.iter().filter(|one| one.input().expiries > 0).count();
    assert!(tried > 500, "many were let expire and had another team: {tried}");
    world.finish(at, 10);
    world.show("10,000 in four days");
}
