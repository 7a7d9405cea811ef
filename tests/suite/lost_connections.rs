//! The database drops every connection, as it does when it is restarted or fails over.

use zvit_tests::{Database, Server, Store, eventually, json, report};

#[test]
fn a_server_finds_its_way_back_to_the_database_by_itself() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let Some(store) = Store::seeded(Database::Postgres) else { return };
    let server = Server::start(&store);
    let hospital = server.hospital();
    let before = hospital.submit(report("До обриву"));
    store.lines(
        "SELECT pg_terminate_backend(pid)::text AS line FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    let report = json!({"description": "Після обриву"});
    let after = eventually("reports are taken again", || {
        let answer = hospital.post("/v1/incidents").key("after-the-break").json(report.clone()).send();
        // Until then a sender is told to come back; never that it did something wrong, nor that the server is broken.
        assert!([201, 503].contains(&answer.status), "{answer}");
        (answer.status == 201).then_some(answer)
    });
    assert_ne!(after.str("/id"), before.str("/id"));
    for id in [before.str("/id"), after.str("/id")] {
        eventually("incidents are read again", || {
            (hospital.get(&format!("/v1/incidents/{id}")).send().status == 200).then_some(())
        });
    }
    eventually("the server says that it is ready", || {
        (server.anyone().get("/readyz").send().status == 200).then_some(())
    });
    assert_eq!(store.count("incidents"), 2);
}

#[test]
fn a_writer_on_a_server_that_became_read_only_looks_for_another_one() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let Some(store) = Store::seeded(Database::Postgres) else { return };
    let server = Server::start(&store);
    let hospital = server.hospital();
    hospital.submit(report("До зміни"));
    let send = |key: &str| {
        let answer = hospital.post("/v1/incidents").key(key).json(report("Після зміни")).send();
        assert!([201, 503].contains(&answer.status), "{answer}");
        answer.status
    };
    // Whatever connection is opened now can only read, as on a standby, and goes on so for as long as it is open.
    store.alter_database("SET default_transaction_read_only = on");
    for turn in 0..3 {
        eventually("a report is turned away", || (send(&format!("while-read-only-{turn}")) == 503).then_some(()));
    }
    eventually("the writer was told that it can't write", || server.log().contains("read-only").then_some(()));
    // Another server has taken over: only who connects anew gets there.
    store.alter_database_for_new_connections("RESET default_transaction_read_only");
    eventually("reports are taken again", || (send("after-the-change") == 201).then_some(()));
}
