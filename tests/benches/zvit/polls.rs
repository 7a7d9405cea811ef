//! Reading: a poll that finds nothing new, and pages of fifty.

use crate::directory::team;
use crate::figures::Rows;
use crate::floor::Floor;
use crate::load::Request;
use crate::stand::Stand;
use crate::{Plan, names};
use zvit_tests::Client;

/// Connections of every cell here.
pub const CONNECTIONS: usize = 64;

/// A feed read to its end.
#[derive(Debug)]
pub struct End {
    /// The cursor after the last item.
    pub cursor: String,
    /// The entity tag of the page that had nothing new.
    pub etag: String,
}

/// Reads a team's feed to its end.
pub fn end_of_feed(stand: &Stand, token: &str) -> End {
    let client = Client::with_token(&stand.server.base, token);
    let mut cursor: Option<String> = None;
    loop {
        let from = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page = client.get(&format!("/v1/cases?limit=200{from}")).expect(200);
        let next = page.string("/next_cursor");
        if page.list("/items").is_empty() {
            return End { cursor: next, etag: page.etag() };
        }
        cursor = Some(next);
    }
}

/// Runs all cells, each once per round.
pub fn run(plan: &Plan, rows: &mut Rows, floor: &Floor, stands: &[Stand]) {
    for round in 1..=plan.rounds {
        eprintln!("polls and pages, round {round}");
        let token = floor.token();
        let load = floor.load(CONNECTIONS, plan.time, 200);
        rows.add(names::AUTHENTICATED, CONNECTIONS, load.run(&|_| Request::get("/authenticated", &token, "")));
        for stand in stands {
            let names = names::Reading::of(stand.database());
            let team = stand.token("team", Some(&team(0)));
            let end = end_of_feed(stand, &team);
            let poll = Request::get(
                &format!("/v1/cases?cursor={}", end.cursor),
                &team,
                &format!("If-None-Match: {}\r\n", end.etag),
            );
            let load = |expected| stand.load(CONNECTIONS, plan.time, expected);
            rows.add(names.unchanged, CONNECTIONS, load(304).run(&|_| poll.clone()));
            let cases = Request::get("/v1/cases?limit=50", &team, "");
            rows.add(names.cases, CONNECTIONS, load(200).run(&|_| cases.clone()));
            let coordinator = stand.token("coordinator", None);
            let incidents = Request::get("/v1/incidents?limit=50", &coordinator, "");
            rows.add(names.incidents, CONNECTIONS, load(200).run(&|_| incidents.clone()));
        }
    }
}
