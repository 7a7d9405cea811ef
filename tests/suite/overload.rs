//! Too much at once: turned away at once and politely, and nothing that was taken is lost.

use std::sync::Mutex;

use zvit_tests::feed::page;
use zvit_tests::{Database, Server, Store, both, both_stores, eventually, in_parallel, json, report};

both_stores!(a_full_queue_turns_reports_away_at_once, |store| {
    let server = Server::start_with(store, &["--queue", "1", "--batch", "1"]);
    let hospital = server.hospital();
    hospital.get("/v1/incidents").expect(200);
    let answers = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        // While the store stands still one report is with the writer and one waits; all others are told to come back.
        server.store.while_nobody_can_write(|| {
            for number in 0..8 {
                let (hospital, answers) = (&hospital, &answers);
                scope.spawn(move || {
                    let answer =
                        hospital.post("/v1/incidents").fresh_key().json(report(&format!("Черга {number}"))).send();
                    answers.lock().unwrap().push(answer);
                });
            }
            eventually("all but two are turned away", || (answers.lock().unwrap().len() >= 6).then_some(()));
            hospital.get("/v1/incidents").expect(200);
        });
    });
    let answers = answers.into_inner().unwrap();
    let accepted = answers.iter().filter(|answer| answer.status == 201).count();
    assert!((1..=2).contains(&accepted), "{accepted} were accepted");
    for refused in answers.into_iter().filter(|answer| answer.status != 201) {
        let refused = refused.problem(503, "overloaded");
        assert!(refused.header("retry-after").parse::<u32>().is_ok(), "{refused}");
        assert!(refused.has("/support"), "a report can always be made by telephone\n{refused}");
    }
    assert_eq!(server.store.count("incidents"), i64::try_from(accepted).unwrap());
});

both!(held_polls_neither_starve_the_intake_nor_miss_the_news, |server| {
    let alpha = server.alpha();
    let cursor = page(&alpha, "/v1/cases", 50, None).string("/next_cursor");
    let poll = format!("/v1/cases?cursor={cursor}&wait=30");
    let answers = std::thread::scope(|scope| {
        let polls = scope.spawn(|| in_parallel(40, |_| alpha.get(&poll).expect(200)));
        let incident = server.hospital().submit(report("Новина для всіх"));
        (polls.join().expect("every poll is answered"), incident)
    });
    let (answers, incident) = answers;
    for answer in answers {
        answer.with("/items/0/incident/id", incident.str("/id"));
    }
});

both!(many_small_and_large_requests_at_once_are_all_answered, |server| {
    let (hospital, alpha) = (server.hospital(), server.alpha());
    let answers = in_parallel(16, |number| match number % 4 {
        0 => {
            let items: Vec<_> = (0..50)
                .map(|n| json!({"idempotency_key": format!("batch-{number}-{n}"), "report": {"description": format!("Пакет {number}, {n}")}}))
                .collect();
            hospital.post("/v1/incidents/batch").json(json!({"items": items})).expect(200).list("/items").len()
        }
        1 => {
            alpha.get("/v1/cases?limit=200").expect(200);
            0
        }
        _ => (0..5).map(|n| hospital.submit(report(&format!("Звіт {number}, {n}"))).list("/assignments").len()).sum(),
    });
    let accepted: usize = answers.iter().sum();
    assert_eq!(accepted, 4 * 50 + 8 * 5);
    assert_eq!(server.store.count("incidents"), i64::try_from(accepted).unwrap());
});

#[test]
fn a_poll_held_at_one_server_hears_of_what_another_took() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let Some(store) = Store::seeded(Database::Postgres) else { return };
    let (one, other) = (Server::start(&store), Server::start(&store));
    let alpha = one.alpha();
    let cursor = page(&alpha, "/v1/cases", 50, None).string("/next_cursor");
    let begun = std::time::Instant::now();
    let answer = std::thread::scope(|scope| {
        let poll = scope.spawn(|| alpha.get(&format!("/v1/cases?cursor={cursor}&wait=30")).expect(200));
        other.hospital().submit(report("Прийнято деінде"));
        poll.join().expect("the poll is answered")
    });
    assert_eq!(answer.list("/items").len(), 1, "{answer}");
    assert!(begun.elapsed().as_secs() < 29, "the news did not end the poll");
}
