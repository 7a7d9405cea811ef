//! The program `zvit` beside its server: seed, migrate, client create, and how it starts and stops.

use std::sync::Arc;

use zvit_tests::client::Account;
use zvit_tests::directory::{ALPHA, FRONT_OFFICE, GRID, HOSPITAL};
use zvit_tests::postgres::cluster;
use zvit_tests::program::{Finished, zvit};
use zvit_tests::{Client, Database, Server, Store, both_stores, eventually, json, report};

fn run(store: &Store, arguments: &[&str]) -> Finished {
    zvit(arguments.iter().map(|argument| (*argument).to_owned()).chain(store.flags()))
}

fn empty(like: &Arc<Store>) -> Arc<Store> {
    Store::empty(like.database).expect("the database is there")
}

both_stores!(seed_makes_a_store_and_prints_every_client, |store| {
    let fresh = empty(store);
    let file = zvit_tests::store::directory_file();
    let finished = run(&fresh, &["seed", file.to_str().unwrap()]).expect(0);
    let accounts: Vec<Account> = finished.json().as_array().unwrap().iter().map(Account::read).collect();
    for role in ["institution", "team", "coordinator", "observer", "donor", "auditor"] {
        assert!(accounts.iter().any(|account| account.role == role), "no client for {role}\n{finished}");
    }
    for owner in [HOSPITAL, GRID, ALPHA, FRONT_OFFICE] {
        assert!(
            accounts.iter().any(|account| account.owner.as_deref() == Some(owner)),
            "no client for {owner}\n{finished}"
        );
    }
    assert!(
        accounts
            .iter()
            .all(|account| (account.role == "coordinator") == account.owner.is_none() || account.role == "auditor"),
        "{finished}"
    );
    let server = Server::start(&fresh);
    let hospital = accounts.iter().find(|account| account.owner.as_deref() == Some(HOSPITAL)).unwrap();
    server.client(hospital).submit(report("Перше повідомлення")).with("/status", "assigned");
});

both_stores!(seed_demo_leaves_a_store_with_data_alone, |store| {
    store.untouched(|| {
        let finished = run(store, &["seed", "--demo"]).expect(2);
        assert!(finished.stdout.is_empty(), "{finished}");
        assert!(!finished.stderr.is_empty(), "{finished}");
    });
});

both_stores!(seed_demo_fills_an_empty_store, |store| {
    let fresh = empty(store);
    let accounts = run(&fresh, &["seed", "--demo"]).expect(0).json();
    assert!(accounts.as_array().is_some_and(|list| list.len() > 44), "24 institutions, 20 teams, and the rest");
    run(&fresh, &["seed", "--demo"]).expect(2);
});

both_stores!(a_seed_file_with_faults_changes_nothing, |store| {
    let fresh = empty(store);
    // Whoever opens a store first makes its signing key; that is no part of the seed.
    drop(Server::start(&fresh));
    let directory = fresh.directory().join("faulty.json");
    fresh.untouched(|| {
        for text in ["", "{", "[]", r#"{"institutions": [{"name_uk": "Без решти"}]}"#, r#"{"unknown": 1}"#] {
            std::fs::write(&directory, text).unwrap();
            let finished = run(&fresh, &["seed", directory.to_str().unwrap()]);
            assert!(finished.status.is_some_and(|status| status != 0), "{finished}");
            assert!(
                finished.stdout.is_empty() && !finished.stderr.is_empty() && !finished.stderr.contains("panicked"),
                "{finished}"
            );
        }
        let finished = run(&fresh, &["seed", "/no/such/file.json"]);
        assert!(
            finished.status.is_some_and(|status| status != 0) && finished.stderr.contains("/no/such/file.json"),
            "{finished}"
        );
    });
});

both_stores!(migrate_can_be_run_any_number_of_times, |store| {
    let fresh = empty(store);
    for _ in 0..2 {
        run(&fresh, &["migrate"]).expect(0);
    }
    assert_eq!(fresh.tables(), store.tables());
    store.untouched(|| run(store, &["migrate"]).expect(0));
});

both_stores!(several_may_prepare_one_store_at_once, |store| {
    for _ in 0..3 {
        let fresh = empty(store);
        for finished in zvit_tests::in_parallel(8, |_| run(&fresh, &["migrate"])) {
            finished.expect(0);
        }
        assert_eq!(fresh.tables(), store.tables());
    }
});

both_stores!(client_create_prints_what_seed_prints, |store| {
    let file = run(store, &["client", "create", "--role", "institution", "--owner", HOSPITAL, "--json"]).expect(0);
    let printed = file.json();
    let one = printed.as_array().and_then(|list| list.first()).unwrap_or(&printed).clone();
    let account = Account::read(&one);
    assert_eq!((account.role.as_str(), account.owner.as_deref()), ("institution", Some(HOSPITAL)));
    assert_eq!(account.scopes.len(), 2, "{file}");
    let server = Server::start(store);
    Client::of(&server.base, &account).get("/v1/me").expect(200).with("/role", "institution");
    let coordinator = run(store, &["client", "create", "--role", "coordinator", "--json"]).expect(0).json();
    assert!(!coordinator.to_string().contains("\"owner\""), "absent for the coordinator: {coordinator}");
});

both_stores!(client_create_refuses_what_does_not_fit, |store| {
    store.untouched(|| {
        for arguments in [
            &["client", "create", "--role", "institution", "--json"][..],
            &["client", "create", "--role", "institution", "--owner", ALPHA, "--json"],
            &["client", "create", "--role", "team", "--owner", "01920000-0000-7003-8000-0000000000ff", "--json"],
            &["client", "create", "--role", "king", "--json"],
            &["client", "create", "--role", "team", "--owner", "x", "--json"],
        ] {
            let finished = run(store, arguments);
            assert!(finished.status.is_some_and(|status| status != 0), "{finished}");
            assert!(
                finished.stdout.is_empty() && !finished.stderr.is_empty() && !finished.stderr.contains("panicked"),
                "{finished}"
            );
        }
        let nobody = "01920000-0000-7003-8000-0000000000ff";
        let finished = run(store, &["client", "create", "--role", "team", "--owner", nobody]).expect(2);
        assert!(finished.stderr.contains("owner: The directory has no entry"), "{finished}");
    });
});

both_stores!(serve_makes_an_empty_store_ready, |store| {
    let fresh = empty(store);
    let server = Server::start(&fresh);
    server.anyone().get("/readyz").expect(200);
    assert_eq!(fresh.tables(), store.tables());
    let account = server.another_account("coordinator", None);
    let coordinator = Client::of(&server.base, &account);
    let answer = eventually("the server learns of the client", || {
        let token = server
            .anyone()
            .post("/oauth2/token")
            .header("authorization", &account.basic())
            .form(&[("grant_type", "client_credentials")])
            .send();
        (token.status == 200).then(|| coordinator.get("/v1/institutions").expect(200))
    });
    assert_eq!(answer.list("/items").len(), 0);
});

both_stores!(the_issuer_is_said_once_and_kept, |store| {
    let fresh = empty(store);
    drop(Server::start_with(&fresh, &["--issuer", "https://zvit.example"]));
    let server = Server::start(&fresh);
    server.anyone().get("/.well-known/oauth-authorization-server").expect(200).with("/issuer", "https://zvit.example");
});

both_stores!(a_stop_lets_what_is_under_way_finish, |store| {
    let mut server = Server::start(store);
    let (hospital, alpha) = (server.hospital(), server.alpha());
    let cursor = alpha.get("/v1/cases").expect(200).string("/next_cursor");
    let answers = std::thread::scope(|scope| {
        let poll = scope.spawn(|| alpha.get(&format!("/v1/cases?cursor={cursor}&wait=30")).try_send());
        let senders: Vec<_> = (0..4)
            .map(|number| {
                let hospital = &hospital;
                scope.spawn(move || {
                    let mut answers = Vec::new();
                    while let Ok(answer) = hospital
                        .post("/v1/incidents")
                        .fresh_key()
                        .json(report(&format!("Перед зупинкою {number} {}", answers.len())))
                        .try_send()
                    {
                        answers.push(answer);
                        if answers.last().is_some_and(|answer| answer.status != 201) {
                            break;
                        }
                    }
                    answers
                })
            })
            .collect();
        eventually("there is something under way", || (store.count("incidents") > 4).then_some(()));
        server.terminate();
        let status = server.wait();
        assert!(status.success(), "{status}\n{}", server.log());
        drop(poll.join().unwrap());
        senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect::<Vec<_>>()
    });
    let accepted = answers.iter().filter(|answer| answer.status == 201).count();
    assert!(answers.iter().all(|answer| [201, 503].contains(&answer.status)));
    assert!(store.count("incidents") >= i64::try_from(accepted).unwrap(), "{accepted} accepted");
});

#[test]
fn tls_to_postgresql_is_refused_plainly_where_it_is_not_built_in() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    for mode in ["require", "verify-ca", "verify-full"] {
        let url = format!("postgres://nobody@127.0.0.1:1/zvit?sslmode={mode}");
        for command in ["serve", "migrate"] {
            let finished = zvit([command, "--database-url", &url]);
            assert!(finished.status.is_some_and(|status| status != 0), "{finished}");
            assert!(finished.stderr.contains("postgres-tls") && finished.stderr.contains("sslmode"), "{finished}");
        }
    }
}

#[test]
fn an_address_of_no_known_database_makes_no_file() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    for url in ["postgre://x/y", "mysql://x/y", "zvit.db", "/tmp/zvit.db", ""] {
        let finished = zvit(["migrate", "--database-url", url]);
        assert!(
            finished.status.is_some_and(|status| status != 0) && !finished.stderr.contains("panicked"),
            "{finished}"
        );
    }
    let made: Vec<_> = std::fs::read_dir(zvit_tests::scratch::root())
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    assert!(
        !made.iter().any(|name| name.contains("postgre:") || name.contains("mysql") || name.ends_with(".db")),
        "{made:?}"
    );
}

#[test]
fn a_database_that_can_not_be_reached_ends_the_start_with_words() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let finished =
        zvit(["serve", "--database-url", "postgres://nobody:geheim@127.0.0.1:1/zvit", "--listen", "127.0.0.1:0"]);
    assert!(finished.status.is_some_and(|status| status != 0), "{finished}");
    assert!(!finished.stderr.is_empty() && !finished.stderr.contains("panicked"), "{finished}");
    assert!(!finished.stderr.contains("geheim"), "the password is told\n{finished}");
}

#[test]
fn a_fault_in_the_settings_is_told_without_a_secret() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let config = zvit_tests::scratch::root().join(format!("faulty-{}.toml", std::process::id()));
    for (text, place) in [
        ("workers = 2\ndatabase_url = postgres://u:geheim@h/d\n", "line 2, column "),
        ("database_url = \"postgres://u:geheim@h/d\n", "line 1, column "),
        ("database_url = \"a\"\ndatabase_url = \"postgres://u:geheim@h/d\"\n", "line 2, column "),
        ("listen = \"postgres://u:geheim@h/d\"\n", ""),
        ("readers = \"geheim, expected geheim\"\n", ""),
        ("tls = \"geheim\"\n", ""),
        ("token_rate = \"geheim\"\n", ""),
        ("behind_proxy = [\"geheim\"]\n", ""),
    ] {
        std::fs::write(&config, text).unwrap();
        let finished = zvit(["migrate", "--config", config.to_str().unwrap()]).expect(2);
        assert!(!finished.stderr.contains("geheim"), "the secret is told\n{finished}");
        assert!(finished.stderr.contains(place) && finished.stderr.contains(".toml"), "{finished}");
    }
    std::fs::remove_file(&config).unwrap();
    for url in ["postgres://u:geh@geheim@127.0.0.1:1/d", "postgres://u:geheim/x@h/d", "postgres://u:geheim%zz@h/d"] {
        let finished = zvit(["migrate", "--database-url", url]);
        assert!(finished.status.is_some_and(|status| status != 0), "{finished}");
        assert!(!finished.stderr.contains("geheim"), "the password is told\n{finished}");
        assert!(finished.stderr.contains("postgres://user:password@host"), "{finished}");
    }
    // libpq itself would name a parameter that it doesn't know.
    let finished = zvit(["migrate", "--database-url", "postgres://u@127.0.0.1:1/d?geheim=x"]);
    assert!(!finished.stderr.contains("geheim") && finished.stderr.contains("postgres://user"), "{finished}");
}

#[test]
fn every_setting_is_documented_with_its_variable() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let help = zvit(["serve", "--help"]).expect(0).stdout;
    for word in [
        "--listen",
        "--data-dir",
        "--database-url",
        "--issuer",
        "--duty-line",
        "ZVIT_LISTEN",
        "ZVIT_DATA_DIR",
        "ZVIT_DATABASE_URL",
        "ZVIT_ISSUER",
        "ZVIT_DUTY_LINE",
        "--signing-key-days",
        "ZVIT_SIGNING_KEY_DAYS",
        "--tls-cert",
        "ZVIT_TLS_CERT",
        "ZVIT_TLS_KEY",
        "ZVIT_TLS_DIR",
        "--behind-proxy",
        "ZVIT_BEHIND_PROXY",
        "127.0.0.1:8080",
        "--config",
    ] {
        assert!(help.contains(word), "{word} is not in\n{help}");
    }
    let help = zvit(["--help"]).expect(0).stdout;
    for word in ["serve", "migrate", "seed", "client", "institutions", "keys", "openapi", "demo", "ready"] {
        assert!(help.contains(word), "{word} is not in\n{help}");
    }
}

both_stores!(a_setting_may_come_from_the_environment_or_a_file, |store| {
    let config = store.directory().join("zvit.toml");
    std::fs::write(&config, "duty_line = \"+380 00 000 77 77\"\n").unwrap();
    let server = Server::start_with(store, &["--config", config.to_str().unwrap()]);
    let refused = server.hospital().post("/v1/incidents").json(json!({})).faults(&["/description"]);
    assert!(refused.str("/support").contains("+380 00 000 77 77"), "{refused}");
});

#[test]
fn a_private_cluster_lets_nothing_be_lost() {
    if cluster().is_none() {
        return;
    }
    let store = Store::empty(Database::Postgres).expect("the database is there");
    for setting in ["fsync", "full_page_writes"] {
        assert_eq!(store.lines(&format!("SELECT current_setting('{setting}') AS line")), ["on"]);
    }
}
