//! Floods over HTTP: thousands of reports within an hour, and what the coordinator and the teams see of it meanwhile.

#![allow(clippy::print_stdout, reason = "the distribution is there to be looked at, with --nocapture")]

use std::collections::{BTreeMap, BTreeSet};

use zvit_domain::edrpou::Edrpou;
use zvit_tests::feed::Follower;
use zvit_tests::{Server, Store, Value, both_stores, eventually, in_parallel, json};

const OWN: &str = "01920000-0000-7003-8000-0000000000ff";
const SECTORS: [&str; 4] = ["health", "energy", "government", "registries"];
const INSTITUTIONS: usize = 8;

fn institution(number: usize) -> String {
    format!("01920000-0000-7002-8000-{number:012}")
}

fn team(number: usize) -> String {
    format!("01920000-0000-7003-8000-{number:012}")
}

/// What a flood goes through: who reports, who can take how much, and how it comes in.
struct Flood {
    teams: Vec<Value>,
    /// Portions of reports, with so many seconds between them.
    portions: usize,
    of: usize,
    apart_s: i64,
    /// What each team does between two portions: so many cases acknowledged, so many resolved.
    acknowledged: usize,
    resolved: usize,
}

fn partner(number: usize, more: Value) -> Value {
    let mut team = json!({
        "id": team(number), "participant": "EE", "name": format!("Test Team {number:02}"), "sectors": SECTORS,
        "assistance": ["incident_response"], "languages": ["en", "uk"], "tlp_ceiling": "amber", "capacity": 10, "priority": 10,
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        team[name] = value.clone();
    }
    team
}

impl Flood {
    fn directory(&self) -> Value {
        let institutions: Vec<Value> = (1..=INSTITUTIONS)
            .map(|number| {
                let edrpou = Edrpou::from_prefix(&format!("99{number:05}")).expect("seven digits");
                json!({
                    "id": institution(number), "edrpou": edrpou.as_str(), "name_uk": format!("Тестова установа {number}"),
                    "name_en": format!("Test Institution {number}"), "sector": SECTORS[number % SECTORS.len()], "region": "UA-30",
                })
            })
            .collect();
        let mut teams = self.teams.clone();
        teams.push(json!({
            "id": OWN, "participant": "UA", "name": "Test Front Office", "coordinator": true, "sectors": SECTORS,
            "assistance": ["incident_response"], "languages": ["uk"], "tlp_ceiling": "red", "capacity": 1, "priority": 100,
        }));
        // Nobody lets a case expire within a flood: who is slow is another test's matter.
        let assign =
            json!({"role": "lead", "pool": {}, "strategy": "least_loaded", "acknowledge_within_minutes": 1440});
        json!({
            "participants": [
                {"id": "01920000-0000-7001-8000-000000000001", "code": "UA", "name_uk": "Україна", "name_en": "Ukraine", "role": "beneficiary"},
                {"id": "01920000-0000-7001-8000-000000000002", "code": "EE", "name_uk": "Естонія", "name_en": "Estonia", "role": "donor"},
            ],
            "institutions": institutions,
            "teams": teams,
            "routing_rules": {"act_on": "score", "max_tries": 5, "rules": [
                {"id": "lead-any", "name": "Least loaded", "when": {}, "assign": assign},
            ]},
        })
    }
}

/// One in ten is a danger to life (level 4), one in five denies a critical service (level 3).
fn report(number: usize) -> Value {
    let mut report =
        json!({"description": format!("Подія {number}"), "external_ref": format!("F-{number}"), "tlp": "green"});
    match number % 10 {
        3 => report["danger_to_life"] = json!(true),
        1 | 6 => report["symptoms"] = json!(["service_down"]),
        _ => {}
    }
    report
}

fn weight(level: i64) -> i64 {
    match level {
        ..=2 => 1,
        3 => 2,
        _ => 4,
    }
}

/// A team's id, what it takes, and what it takes in an emergency.
fn limits(team: &Value) -> (&str, i64, i64) {
    let (id, capacity) = (team["id"].as_str().expect("an id"), team["capacity"].as_i64().expect("a capacity"));
    (id, capacity, capacity + team["surge_capacity"].as_i64().unwrap_or(0))
}

/// An incident as the coordinator sees it.
#[derive(Clone)]
struct Seen {
    id: String,
    level: i64,
    received_at: String,
    waiting: bool,
    /// Whoever leads it now: team, case and its state.
    leads: Vec<(String, String, String)>,
}

impl Seen {
    fn of(item: &Value) -> Self {
        let held = item["assignments"].as_array().into_iter().flatten().filter(|one| {
            let state = one["state"].as_str().unwrap_or_default();
            one["role"] == "lead" && ["assigned", "acknowledged", "in_progress", "resolved"].contains(&state)
        });
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        Self {
            id: text(&item["id"]),
            level: item["level"].as_i64().expect("a level"),
            received_at: text(&item["received_at"]),
            waiting: item["status"] == "waiting",
            leads: held.map(|one| (text(&one["team"]["id"]), text(&one["id"]), text(&one["state"]))).collect(),
        }
    }

    fn lead(&self) -> &(String, String, String) {
        assert_eq!(self.leads.len(), 1, "{} has exactly one lead: {:?}", self.id, self.leads);
        &self.leads[0]
    }

    fn is_open(&self) -> bool {
        self.lead().2 != "resolved"
    }

    fn place(&self) -> (i64, &str, &str) {
        (-self.level, &self.received_at, &self.id)
    }
}

/// All incidents by id, and how much of its capacity every partner has in use.
struct Picture {
    incidents: BTreeMap<String, Seen>,
    loads: BTreeMap<String, i64>,
}

impl Picture {
    fn of(follower: &Follower, teams: &[Value]) -> Self {
        let incidents: BTreeMap<String, Seen> =
            follower.latest.iter().map(|(id, item)| (id.clone(), Seen::of(item))).collect();
        let mut loads: BTreeMap<String, i64> =
            teams.iter().map(|team| (team["id"].as_str().expect("an id").to_owned(), 0)).collect();
        for one in incidents.values().filter(|one| one.is_open()) {
            if let Some(load) = loads.get_mut(&one.lead().0) {
                *load += weight(one.level);
            }
        }
        Self { incidents, loads }
    }

    fn waiting(&self) -> Vec<&Seen> {
        let mut waiting: Vec<&Seen> = self.incidents.values().filter(|one| one.waiting).collect();
        waiting.sort_by(|one, other| one.place().cmp(&other.place()));
        waiting
    }

    /// Nobody has more than it may have.
    fn check_capacity(&self, teams: &[Value]) {
        for team in teams {
            let (id, capacity, surge) = limits(team);
            let load = self.loads[id];
            assert!(load <= surge, "{id} has {load} of {surge}");
            let plain: i64 = self
                .incidents
                .values()
                .filter(|one| one.is_open() && one.lead().0 == id && one.level < 4)
                .map(|one| weight(one.level))
                .sum();
            assert!(plain <= capacity, "{id} has {plain} of {capacity} without what may go beyond it");
        }
    }

    /// Whether something waits that somebody could take.
    fn is_any_idle(&self, teams: &[Value]) -> bool {
        let waiting: BTreeSet<i64> = self.waiting().iter().map(|one| one.level).collect();
        teams.iter().any(|team| {
            let (id, capacity, surge) = limits(team);
            let limit = |level: i64| if level >= 4 { surge } else { capacity };
            waiting.iter().any(|level| self.loads[id] + weight(*level) <= limit(*level))
        })
    }

    /// What was given out since then was before what still waits, among those that take up the same room.
    fn check_order(&self, before: &Self) {
        let alike = |level: i64| (weight(level), level >= 4);
        let still: Vec<&Seen> = before.waiting().into_iter().filter(|one| self.incidents[&one.id].waiting).collect();
        for given in before.waiting().into_iter().filter(|one| !self.incidents[&one.id].waiting) {
            let first = still.iter().find(|one| alike(one.level) == alike(given.level));
            let is_in_order = first.is_none_or(|first| given.place() < first.place());
            assert!(is_in_order, "{} of level {} was given out before its turn", given.id, given.level);
        }
    }

    fn show(&self, what: &str, teams: &[Value]) {
        println!("{what}: {} incidents, {} waiting", self.incidents.len(), self.waiting().len());
        println!("{:<14} {:>8} {:>6} {:>6} {:>6}", "team", "capacity", "surge", "led", "load");
        for team in teams {
            let id = team["id"].as_str().expect("an id");
            let led = self.incidents.values().filter(|one| one.lead().0 == id).count();
            let (name, surge) = (team["name"].as_str().expect("a name"), team["surge_capacity"].as_i64().unwrap_or(0));
            println!("{name:<14} {:>8} {surge:>6} {led:>6} {:>6}", team["capacity"], self.loads[id]);
        }
    }
}

/// A portion in batches, each institution its own; the ids that were given.
fn send(server: &Server, flood: &Flood, portion: usize) -> Vec<String> {
    let each = flood.of.div_ceil(INSTITUTIONS).min(500);
    let ids = in_parallel(INSTITUTIONS, |number| {
        let client = server.owned_by(&institution(number + 1), "institution");
        let first = portion * flood.of + number * each;
        let last = (first + each).min((portion + 1) * flood.of);
        let items: Vec<Value> = (first..last)
            .map(|number| json!({"idempotency_key": format!("flood-{number:06}"), "report": report(number)}))
            .collect();
        let answer = client.post("/v1/incidents/batch").json(json!({"items": items})).expect(200);
        let id = |item: &Value| {
            assert_eq!(item["status"], 201, "{item}");
            item["id"].as_str().expect("an id").to_owned()
        };
        answer.list("/items").iter().map(id).collect::<Vec<_>>()
    });
    ids.concat()
}

/// Every team takes up some of its cases and is through with others.
fn work(server: &Server, flood: &Flood, picture: &Picture) {
    let of = |team: &str, states: &[&str]| -> Vec<String> {
        let own = picture.incidents.values().map(Seen::lead);
        own.filter(|(of, _, state)| of == team && states.contains(&state.as_str()))
            .map(|(_, case, _)| case.clone())
            .collect()
    };
    in_parallel(flood.teams.len(), |number| {
        let id = flood.teams[number]["id"].as_str().expect("an id");
        let client = server.owned_by(id, "team");
        let fresh = of(id, &["assigned"]);
        for case in fresh.iter().take(flood.acknowledged) {
            server.verb(&client, case, "acknowledge", json!({})).expect(200);
        }
        for case in of(id, &["acknowledged"]).iter().chain(&fresh).take(flood.resolved.min(flood.acknowledged)) {
            server.verb(&client, case, "resolve", json!({"outcome": "contained", "summary": "Готово"})).expect(200);
        }
    });
}

/// The picture once every place that got free is filled again: the first four at once, the others within a second or so.
fn settled(follower: &mut Follower, flood: &Flood) -> Picture {
    eventually("nothing waits that somebody could take", || {
        follower.catch_up();
        let picture = Picture::of(follower, &flood.teams);
        picture.check_capacity(&flood.teams);
        (!picture.is_any_idle(&flood.teams)).then_some(picture)
    })
}

/// The flood, portion by portion, and what it looks like meanwhile.
fn run(store: &std::sync::Arc<Store>, flood: &Flood, what: &str) {
    let Some(store) = Store::seeded_with(store.database, &flood.directory()) else { return };
    let server = Server::start_with(&store, &["--client-rate", "100000", "--client-burst", "100000"]);
    let mut follower = Follower::new(&server.coordinator(), "/v1/incidents/feed", 200);
    let mut accepted = BTreeSet::new();
    let mut before: Option<Picture> = None;
    for portion in 0..flood.portions {
        for id in send(&server, flood, portion) {
            assert!(accepted.insert(id.clone()), "{id} was given twice");
        }
        let picture = settled(&mut follower, flood);
        if let Some(before) = &before {
            picture.check_order(before);
        }
        work(&server, flood, &picture);
        server.pass(flood.apart_s);
        follower.ask(&server.coordinator());
        before = Some(picture);
    }
    let picture = settled(&mut follower, flood);
    picture.check_order(&before.expect("a portion"));
    let there: BTreeSet<String> = picture.incidents.keys().cloned().collect();
    assert!(there == accepted, "{} were accepted, {} are there", accepted.len(), there.len());
    assert_eq!(accepted.len(), flood.portions * flood.of);
    check_teams(&server, flood, &picture);
    picture.show(what, &flood.teams);
}

/// Each team has in its own feed what the coordinator says it leads, and the service counts its load alike.
fn check_teams(server: &Server, flood: &Flood, picture: &Picture) {
    let counted = server.coordinator().get("/v1/statistics").expect(200);
    for team in &flood.teams {
        let id = team["id"].as_str().expect("an id");
        let led: BTreeSet<&str> =
            picture.incidents.values().filter(|one| one.lead().0 == id).map(|one| one.id.as_str()).collect();
        let mut follower = Follower::new(&server.owned_by(id, "team"), "/v1/cases", 200);
        follower.catch_up();
        let has: BTreeSet<&str> = follower.latest.values().filter_map(|case| case["incident"]["id"].as_str()).collect();
        assert_eq!(has, led, "{id}");
        let load = counted.list("/teams").iter().find(|one| one["team"]["id"] == id).expect("the team");
        assert_eq!(load["weighted_load"], picture.loads[id], "{load}");
    }
}

both_stores!(three_thousand_reports_within_an_hour_fill_twenty_teams_of_ten_and_wait_in_order, |store| {
    // Every fourth team takes emergencies beyond its capacity.
    let teams = (1..=20)
        .map(|number| partner(number, json!({"surge_capacity": if number % 4 == 0 { 4 } else { 0 }})))
        .collect();
    let flood = Flood { teams, portions: 6, of: 500, apart_s: 600, acknowledged: 3, resolved: 2 };
    run(store, &flood, "3,000 within an hour");
});

mod ten_thousand {
    use super::*;

    fn flood() -> Flood {
        let teams = (1..=60)
            .map(|number| {
                let more = json!({"capacity": 5 + number * 7 % 26, "surge_capacity": number % 3 * 4});
                partner(number, more)
            })
            .collect();
        Flood { teams, portions: 20, of: 500, apart_s: 3_600, acknowledged: 2, resolved: 1 }
    }

    fn on(database: zvit_tests::Database) {
        zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
        let Some(store) = Store::empty(database) else { return };
        run(&store, &flood(), "10,000 in twenty hours");
    }

    #[test]
    fn ten_thousand_reports_go_through_sixty_teams_on_sqlite() {
        on(zvit_tests::Database::Sqlite);
    }

    #[test]
    fn ten_thousand_reports_go_through_sixty_teams_on_postgres() {
        on(zvit_tests::Database::Postgres);
    }
}
