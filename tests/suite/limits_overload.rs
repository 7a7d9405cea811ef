//! When there is too much, everything else gives way to reports.

use zvit_tests::feed::page;
use zvit_tests::raw::Connection;
use zvit_tests::{Answer, Client, Server, both_stores, eventually, fresh, json, report};

#[track_caller]
fn end_of_feed(team: &Client) -> String {
    page(team, "/v1/cases", 50, None).string("/next_cursor")
}

fn request(method: &str, path: &str, token: &str, more: &str) -> Vec<u8> {
    format!("{method} {path} HTTP/1.1\r\nHost: zvit.localhost\r\nAuthorization: Bearer {token}\r\n{more}\r\n")
        .into_bytes()
}

both_stores!(others_are_shed_while_reports_are_taken, |store| {
    let server = Server::start_with(store, &["--max-requests", "4", "--reserved-for-intake", "50", "--workers", "2"]);
    let (hospital, alpha, coordinator) = (server.hospital(), server.alpha(), server.coordinator());
    let ids: Vec<String> = (0..3).map(|n| hospital.submit(report(&format!("Звіт {n}"))).string("/id")).collect();
    alpha.get("/v1/me").expect(200);
    let token = coordinator.token().unwrap();
    // Two changes whose bodies never come to their end are at work for as long as they keep up the rate.
    let park = || {
        let mut connection = Connection::open(&server.base);
        let head = "Content-Type: application/json\r\nContent-Length: 60000\r\n";
        let path = format!("/v1/incidents/{}/close", ids[0]);
        assert!(connection.send(&request("POST", &path, &token, head)));
        connection.send(&[b' '; 40_000]);
        connection
    };
    let mut slow = [park(), park()];
    let shed = eventually("polls are shed", || {
        // One that came while an answered request was still on its way out was shed itself.
        slow.iter_mut().filter(|connection| connection.is_answered()).for_each(|connection| *connection = park());
        let answer = alpha.get("/v1/cases").send();
        (answer.status == 503).then_some(answer)
    });
    let shed = shed.problem(503, "overloaded");
    assert!(shed.header("retry-after").parse::<u32>().is_ok(), "{shed}");
    // What is taken: reports, follow-ups, batches, tokens, health.
    for number in 0..20 {
        hospital.post("/v1/incidents").fresh_key().json(report(&format!("Під навантаженням {number}"))).expect(201);
    }
    let follow_up = json!({"stage": "update", "measures_taken": "Ізольовано"});
    hospital.post(&format!("/v1/incidents/{}/reports", ids[1])).fresh_key().json(follow_up).expect(201);
    let items = json!({"items": [{"idempotency_key": fresh(), "report": {"description": "Пакет"}}]});
    hospital.post("/v1/incidents/batch").json(items).expect(200).with("/items/0/status", 201);
    hospital.only("incidents:read");
    server.anyone().get("/healthz").expect(200);
    server.anyone().get("/readyz").expect(200);
    alpha.get("/v1/cases").problem(503, "overloaded");
    // When they are done there is room again.
    for connection in &mut slow {
        connection.send(&[b' '; 20_000]);
        connection.answer().expect(400);
    }
    eventually("polls are answered again", || (alpha.get("/v1/cases").send().status == 200).then_some(()));
});

both_stores!(only_so_many_polls_wait_and_the_others_are_told_to_come_back, |store| {
    let server = Server::start_with(store, &["--max-waiting-polls", "2", "--max-requests", "4"]);
    let (alpha, hospital) = (server.alpha(), server.hospital());
    let cursor = end_of_feed(&alpha);
    let token = alpha.token().unwrap();
    hospital.get("/v1/me").expect(200);
    let path = format!("/v1/cases?cursor={cursor}&wait=30");
    let mut waiting: Vec<Connection> = (0..3)
        .map(|_| {
            let mut connection = Connection::open(&server.base);
            assert!(connection.send(&request("GET", &path, &token, "")));
            connection
        })
        .collect();
    let third = eventually("one of three finds no room to wait", || waiting.iter().position(Connection::is_answered));
    let told = waiting.swap_remove(third).answer().expect(200);
    assert_eq!(told.header("retry-after").parse::<u32>().ok(), Some(5), "{told}");
    assert!(told.list("/items").is_empty(), "{told}");
    assert_eq!(told.str("/next_cursor"), cursor, "{told}");
    assert!(waiting.iter().all(|poll| !poll.is_answered()), "those that wait go on waiting");
    // Those that wait take no room from what is at work, and hear the news.
    for _ in 0..10 {
        alpha.get("/v1/cases").expect(200);
    }
    let incident = hospital.submit(report("Новина"));
    for poll in &mut waiting {
        poll.answer().expect(200).with("/items/0/incident/id", incident.str("/id"));
    }
    alpha.get(&path).expect(200).with("/items/0/incident/id", incident.str("/id"));
});

both_stores!(short_connections_are_freed_by_everything_but_reports, |store| {
    let server = Server::start_with(store, &["--max-connections", "20", "--workers", "1"]);
    let (alpha, hospital) = (server.alpha(), server.hospital());
    let cursor = end_of_feed(&alpha);
    let (poller, reporter) = (alpha.token().unwrap(), hospital.token().unwrap());
    let path = format!("/v1/cases?cursor={cursor}&wait=30");
    let ask = |connection: &mut Connection, method: &str, path: &str, token: &str, body: &str| -> Answer {
        let more = format!(
            "Content-Type: application/json\r\nIdempotency-Key: {}\r\nContent-Length: {}\r\n",
            fresh(),
            body.len()
        );
        let mut bytes = request(method, path, token, if body.is_empty() { "" } else { &more });
        bytes.extend_from_slice(body.as_bytes());
        assert!(connection.send(&bytes));
        connection.answer()
    };
    let mut one = Connection::open(&server.base);
    let calm = ask(&mut one, "GET", "/v1/me", &reporter, "").expect(200);
    assert!(calm.find_header("connection") != Some("close"), "{calm}");
    // Idle ones, as many as it takes.
    let _idle: Vec<Connection> = (0..16)
        .map(|_| {
            let mut connection = Connection::open(&server.base);
            ask(&mut connection, "GET", "/healthz", &reporter, "").expect(200);
            connection
        })
        .collect();
    let taken = ask(&mut one, "POST", "/v1/incidents", &reporter, "{\"description\":\"Тісно\"}").expect(201);
    assert!(taken.find_header("connection") != Some("close"), "a reporter keeps its connection\n{taken}");
    let hurried = ask(&mut one, "GET", &path, &poller, "").expect(200);
    assert_eq!(hurried.header("connection"), "close", "{hurried}");
    one.expect_closed();
    let cursor = hurried.string("/next_cursor");
    let mut two = Connection::open(&server.base);
    let path = format!("/v1/cases?cursor={cursor}&wait=30");
    let hurried = ask(&mut two, "GET", &path, &poller, "").expect(200);
    assert_eq!((hurried.header("connection"), hurried.header("retry-after")), ("close", "5"), "{hurried}");
    two.expect_closed();
});

both_stores!(silent_requests_for_tokens_shut_nobody_out, |store| {
    let server = Server::start_with(store, &["--max-requests", "8", "--workers", "2"]);
    let coordinator = server.coordinator();
    coordinator.get("/v1/incidents").expect(200);
    let mut dripping: Vec<Connection> = (0..40)
        .map(|number| {
            let mut connection = Connection::open(&server.base);
            let path = if number % 2 == 0 { "/oauth2/token" } else { "/%6fauth2/token" };
            let head = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n";
            assert!(connection.send(&request("POST", path, "x", head)) && connection.send(b"grant_type="));
            connection
        })
        .collect();
    for _ in 0..10 {
        coordinator.get("/v1/incidents").expect(200);
    }
    server.alpha().get("/v1/cases").expect(200);
    for connection in &mut dripping {
        assert!(connection.send(b"x"), "they were at work all the time");
    }
});
