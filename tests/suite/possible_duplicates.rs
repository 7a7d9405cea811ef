//! `possible_duplicates` in the answer to a report.

use zvit_tests::{both, json, report};

both!(the_answer_names_what_was_reported_already, |server| {
    let text = "Сервери реєстратури зашифровано вночі";
    let first = server.hospital().submit(report(text)).without("/possible_duplicates");
    let second = server.hospital().submit(report(text));
    assert_eq!(second.str("/possible_duplicates/0/id"), first.str("/id"));
    assert_eq!(second.at("/possible_duplicates/0/why"), &json!(["words"]));
    let path = format!("/v1/incidents/{}", second.str("/id"));
    server.hospital().get(&path).expect(200).without("/possible_duplicates");
    server.grid().submit(report(text)).without("/possible_duplicates");
    server.hospital().submit(report("Фішингові листи працівникам")).without("/possible_duplicates");
    server.hospital().submit(report(text).with("exercise", true)).without("/possible_duplicates");
});

both!(what_is_older_than_a_day_is_not_named, |server| {
    let text = "Сервери реєстратури зашифровано вночі";
    server.hospital().submit(report(text));
    server.pass(25 * 3_600);
    server.hospital().submit(report(text)).without("/possible_duplicates");
});
