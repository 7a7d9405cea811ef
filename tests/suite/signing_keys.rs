//! `zvit keys`: signing keys are rotated beside the running service, and no valid token is refused meanwhile.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zvit_tests::feed::everything;
use zvit_tests::program::{Finished, zvit};
use zvit_tests::{Client, Database, Server, Store, Value, both, both_stores, eventually, json, now, stamp};

fn keys(store: &Store, arguments: &[&str]) -> Finished {
    zvit(["keys"].iter().chain(arguments).map(|argument| (*argument).to_owned()).chain(store.flags()))
}

#[track_caller]
fn listed(store: &Store) -> BTreeMap<String, String> {
    let printed = keys(store, &["list", "--json"]).expect(0).json();
    let text = |key: &Value, name: &str| key[name].as_str().expect("a text").to_owned();
    printed.as_array().expect("an array").iter().map(|key| (text(key, "kid"), text(key, "state"))).collect()
}

/// Moves a moment of the keys in one state, as if so many seconds had passed, and has every process read the keys again.
fn move_time(store: &Store, state: &str, column: &str, seconds: i64) {
    let moment = match store.database {
        Database::Sqlite => now().plus_seconds(seconds).as_micros().to_string(),
        Database::Postgres => format!("'{}'", stamp(seconds)),
    };
    store.execute(&format!("UPDATE signing_keys SET {column} = {moment} WHERE state = '{state}'"));
    store.execute("UPDATE gate SET clients_version = clients_version + 1");
}

fn kid(token: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().expect("a header")).expect("base64url");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    header["kid"].as_str().expect("a kid").to_owned()
}

#[track_caller]
fn fresh_token(server: &Server) -> String {
    let answer = server
        .anyone()
        .post("/oauth2/token")
        .header("authorization", &server.hospital().account().basic())
        .form(&[("grant_type", "client_credentials")]);
    answer.expect(200).string("/access_token")
}

fn published(server: &Server) -> Vec<String> {
    let answer = server.anyone().get("/.well-known/jwks.json").expect(200);
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    answer.list("/keys").iter().map(|key| key["kid"].as_str().expect("a kid").to_owned()).collect()
}

#[track_caller]
fn everywhere(servers: &[&Server], what: &str, holds: impl Fn(&Server) -> bool) {
    for server in servers {
        eventually(what, || holds(server).then_some(()));
    }
}

both!(no_valid_token_is_refused_during_a_rotation, |server| {
    rotate_under_load(&[server]);
});

#[test]
fn no_valid_token_is_refused_during_a_rotation_of_two_servers() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let Some(store) = Store::seeded(Database::Postgres) else { return };
    let (one, other) = (Server::start(&store), Server::start(&store));
    rotate_under_load(&[&one, &other]);
}

fn rotate_under_load(servers: &[&Server]) {
    let store = &servers[0].store;
    let first = fresh_token(servers[0]);
    let old = kid(&first);
    assert_eq!(listed(store), BTreeMap::from([(old.clone(), "active".into())]));
    // The first and the latest token of each key: all of them are good for ten minutes.
    let tokens = Mutex::new(BTreeMap::from([(old.clone(), (first.clone(), first.clone()))]));
    let (is_over, rounds) = (AtomicBool::new(false), AtomicUsize::new(0));
    let some_rounds = || {
        let before = rounds.load(Ordering::SeqCst);
        eventually("tokens are used meanwhile", || (rounds.load(Ordering::SeqCst) > before + 3).then_some(()));
    };
    let new = std::thread::scope(|scope| {
        let users: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    while !is_over.load(Ordering::SeqCst) {
                        use_tokens(servers, &tokens);
                        rounds.fetch_add(1, Ordering::SeqCst);
                    }
                })
            })
            .collect();
        // A failure of a user must end the test, not leave the others running for ever.
        let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let new = play_the_rotation(servers, &old, &some_rounds);
            some_rounds();
            new
        }));
        is_over.store(true, Ordering::SeqCst);
        for user in users {
            user.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
        played.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    let used: Vec<String> = tokens.into_inner().unwrap().into_keys().collect();
    assert!(used.contains(&old) && used.contains(&new), "{used:?}");

    move_time(store, "retired", "retired_at", -3_600);
    everywhere(servers, "the retired key goes", |server| published(server) == [new.clone()]);
    assert_eq!(store.count("signing_keys"), 1, "private part and all");
    for server in servers {
        Client::with_token(&server.base, &first).get("/v1/me").problem(401, "token_invalid");
        Client::with_token(&server.base, &fresh_token(server)).get("/v1/me").expect(200);
    }
    each_step_was_done_once(servers[0], &old, &new);
}

/// Each server is asked for a token and shown the first and the latest one of each key.
fn use_tokens(servers: &[&Server], tokens: &Mutex<BTreeMap<String, (String, String)>>) {
    for server in servers {
        let token = fresh_token(server);
        let held = {
            let mut tokens = tokens.lock().unwrap();
            let pair = tokens.entry(kid(&token)).or_insert_with(|| (token.clone(), token.clone()));
            pair.1 = token;
            tokens.clone()
        };
        for (kid, (first, latest)) in held {
            for token in [first, latest] {
                let answer = Client::with_token(&server.base, &token).get("/v1/me").send();
                assert_eq!(answer.status, 200, "a valid token of {kid} is refused\n{answer}");
            }
        }
    }
}

/// The rotation: prepared by command, carried out by a server. Gives the new key.
fn play_the_rotation(servers: &[&Server], old: &str, some_rounds: &impl Fn()) -> String {
    let store = &servers[0].store;
    let rotated = keys(store, &["rotate", "--json"]).expect(0).json();
    let new = rotated["kid"].as_str().expect("a kid").to_owned();
    assert_eq!((&rotated["changed"], new == old), (&json!(true), false), "{rotated}");
    let use_from = zvit_domain::time::Time::parse(rotated["use_from"].as_str().expect("a moment")).expect("a moment");
    assert!(use_from.seconds_since(now()) >= 300, "verifiers may keep the key set for so long: {rotated}");
    let again = keys(store, &["rotate", "--json"]).expect(0).json();
    assert_eq!((&again["changed"], &again["kid"]), (&json!(false), &json!(new)), "{again}");
    assert!(keys(store, &["rotate"]).expect(0).stdout.contains(&new));
    everywhere(servers, "the next key is published", |server| published(server).contains(&new));
    some_rounds();
    for server in servers {
        assert_eq!(kid(&fresh_token(server)), old, "the next key doesn't sign yet");
    }
    move_time(store, "next", "use_from", -1);
    everywhere(servers, "the next key takes over", |server| kid(&fresh_token(server)) == new);
    let states = listed(store);
    assert_eq!(states, BTreeMap::from([(new.clone(), "active".into()), (old.to_owned(), "retired".into())]));
    for server in servers {
        let mut both = published(server);
        both.sort();
        assert!(both.iter().eq(states.keys()), "the retired key verifies: {both:?}");
    }
    new
}

fn each_step_was_done_once(server: &Server, old: &str, new: &str) {
    let events: Vec<Value> = everything(&server.auditor(), "/v1/audit-events")
        .into_iter()
        .filter(|event| event["object_type"] == "signing_key")
        .collect();
    let of = |kid: &str| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let own = events.iter().filter(|event| event["object_id"] == kid);
        own.map(|event| (text(&event["type"]), text(&event["actor"]["name"]))).collect()
    };
    let pair = |kind: &str, actor: &str| (format!("signing_key_{kind}"), actor.to_owned());
    assert_eq!(
        of(old),
        [pair("created", "Zvit"), pair("activated", "Zvit"), pair("retired", "Zvit"), pair("deleted", "Zvit")]
    );
    assert_eq!(of(new), [pair("created", "command line"), pair("activated", "Zvit")]);
    assert!(events.iter().all(|event| event["actor"]["role"] == "service"), "{events:#?}");
}

both!(a_key_that_became_known_is_replaced_at_once, |server| {
    let token = fresh_token(server);
    let old = kid(&token);
    let use_it = || Client::with_token(&server.base, &token).get("/v1/me").send();
    use_it().expect(200);
    let next = keys(&server.store, &["rotate", "--json"]).expect(0).json();
    let replaced =
        keys(&server.store, &["rotate", "--now", "--reason", "Ключ бачили в журналі", "--json"]).expect(0).json();
    let new = replaced["kid"].as_str().expect("a kid").to_owned();
    assert!(new != old && replaced["kid"] != next["kid"], "{replaced}");
    let refused = eventually("the old token is refused", || {
        let answer = use_it();
        (answer.status != 200).then_some(answer)
    });
    refused.problem(401, "token_invalid");
    assert_eq!(published(server), std::slice::from_ref(&new));
    assert_eq!(listed(&server.store), BTreeMap::from([(new.clone(), "active".into())]));
    let token = fresh_token(server);
    assert_eq!(kid(&token), new);
    Client::with_token(&server.base, &token).get("/v1/me").expect(200);
    let coordinator = Client::of(&server.base, server.coordinator().account());
    let events = everything(&coordinator, "/v1/audit-events");
    let gone: Vec<&Value> = events.iter().filter(|event| event["type"] == "signing_key_deleted").collect();
    assert_eq!(gone.len(), 2, "the active one and the next one: {gone:#?}");
    assert!(gone.iter().all(|event| event["reason"] == "Ключ бачили в журналі"), "{gone:#?}");
});

/// The seed of every private key there is: PKCS#8 of Ed25519 begins with 16 bytes that are always the same.
fn seeds(store: &Store) -> Vec<Vec<u8>> {
    let hex = match store.database {
        Database::Sqlite => "lower(hex(pkcs8))",
        Database::Postgres => "encode(pkcs8, 'hex')",
    };
    let read = |line: &String| {
        (16..48).map(|at| u8::from_str_radix(&line[2 * at..2 * at + 2], 16).expect("hexadecimal")).collect()
    };
    store.lines(&format!("SELECT {hex} AS line FROM signing_keys")).iter().map(read).collect()
}

#[test]
fn a_deleted_key_is_not_left_in_the_file() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let store = Store::seeded(Database::Sqlite).expect("a store");
    let holds = |seed: &[u8]| {
        // The last connection that closes has brought the write-ahead log into the file.
        let files = std::fs::read_dir(store.directory()).expect("the data directory");
        let files = files.map(|file| file.expect("a file").path()).filter(|path| path.is_file());
        let mut contents = files.map(|path| std::fs::read(path).expect("a readable file"));
        contents.any(|bytes| bytes.windows(seed.len()).any(|part| part == seed))
    };
    let old = seeds(&store).remove(0);
    assert!(holds(&old), "it can be found while it is there");
    let mut server = Server::start(&store);
    keys(&store, &["rotate"]).expect(0);
    move_time(&store, "next", "use_from", -1);
    eventually("the old key is retired", || listed(&store).values().any(|state| state == "retired").then_some(()));
    move_time(&store, "retired", "retired_at", -3_600);
    eventually("the old key goes", || (store.count("signing_keys") == 1).then_some(()));
    server.terminate();
    server.wait();
    let new = seeds(&store).remove(0);
    assert!(new != old && holds(&new));
    assert!(!holds(&old), "the private part is still in the file");
}

both_stores!(an_emergency_needs_a_reason_and_a_reason_an_emergency, |store| {
    store.untouched(|| {
        for arguments in [
            &["rotate", "--now"][..],
            &["rotate", "--reason", "Так"],
            &["rotate", "--now", "--reason", " "],
            &["revoke"],
            &[],
        ] {
            let finished = keys(store, arguments);
            assert_eq!(finished.status, Some(2), "{finished}");
            assert!(finished.stdout.is_empty() && !finished.stderr.contains("panicked"), "{finished}");
        }
    });
});

both_stores!(the_list_shows_no_private_part, |store| {
    keys(store, &["rotate"]).expect(0);
    let plain = keys(store, &["list"]).expect(0).stdout;
    let printed = keys(store, &["list", "--json"]).expect(0);
    for key in printed.json().as_array().expect("an array") {
        let mut names: Vec<&str> = key.as_object().expect("an object").keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["created_at", "kid", "state", "use_from"], "{key}");
        for name in ["kid", "state", "created_at", "use_from"] {
            assert!(plain.contains(key[name].as_str().expect("a text")), "{name} of {key} is not in\n{plain}");
        }
    }
    for seed in seeds(store) {
        let hex: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
        for shown in [&plain, &printed.stdout] {
            assert!(!shown.contains(&hex) && !shown.contains(&URL_SAFE_NO_PAD.encode(&seed)), "{shown}");
        }
    }
});

both_stores!(a_key_that_is_old_enough_gets_a_successor_by_itself, |store| {
    let server = Server::start_with(store, &["--signing-key-days", "30"]);
    let old = kid(&fresh_token(&server));
    move_time(store, "active", "use_from", -30 * 86_400);
    let states = eventually("the next key is made", || {
        let states = listed(store);
        (states.len() == 2).then_some(states)
    });
    assert_eq!(states[&old], "active");
    let next = states.iter().find(|(_, state)| *state == "next").expect("a next key").0.clone();
    eventually("it is published", || published(&server).contains(&next).then_some(()));
    move_time(store, "next", "use_from", -1);
    eventually("it takes over", || (kid(&fresh_token(&server)) == next).then_some(()));
    assert_eq!(listed(store)[&old], "retired");
});

both_stores!(what_has_expired_is_cleared_away, |store| {
    let moment = |seconds: i64| match store.database {
        Database::Sqlite => now().plus_seconds(seconds).as_micros().to_string(),
        Database::Postgres => format!("TIMESTAMPTZ '{}'", stamp(seconds)),
    };
    // More than one change takes at once, and no two of one moment.
    let step = if store.database == Database::Sqlite { "n * 1000" } else { "n * INTERVAL '1 millisecond'" };
    store.execute(&format!(
        "INSERT INTO revoked_tokens (jti, expires_at) \
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1300) \
         SELECT 'old-' || n, {} + {step} FROM numbers",
        moment(-3_600)
    ));
    store.execute(&format!("INSERT INTO revoked_tokens (jti, expires_at) VALUES ('young', {})", moment(3_600)));
    let bytes = if store.database == Database::Sqlite { "X'00'" } else { "'\\x00'" };
    for (client, seconds) in [("old", -60), ("young", 3_600)] {
        store.execute(&format!(
            "INSERT INTO assertion_ids (client_id, jti_sha256, expires_at) VALUES ('{client}', {bytes}, {})",
            moment(seconds)
        ));
    }
    let _server = Server::start(store);
    for table in ["revoked_tokens", "assertion_ids"] {
        eventually("only what still counts is left", || (store.count(table) == 1).then_some(()));
    }
    assert_eq!(store.lines("SELECT jti AS line FROM revoked_tokens"), ["young"]);
    assert_eq!(store.lines("SELECT client_id AS line FROM assertion_ids"), ["young"]);
});

both!(a_next_key_that_a_wrong_clock_put_off_takes_over_in_time, |server| {
    let made = keys(&server.store, &["rotate", "--json"]).expect(0).json();
    let use_from = || {
        let listed = keys(&server.store, &["list", "--json"]).expect(0).json();
        let next = listed.as_array().unwrap().iter().find(|key| key["state"] == "next").expect("a next key").clone();
        zvit_domain::time::Time::parse(next["use_from"].as_str().expect("a moment")).expect("a moment")
    };
    // Without the service: the command finds it put off.
    move_time(&server.store, "next", "use_from", 400 * 86_400);
    let again = keys(&server.store, &["rotate", "--json"]).expect(0).json();
    assert_eq!(again["kid"], made["kid"], "no further key is made");
    assert!(use_from().seconds_since(now()) <= 660, "{again}");
    // And the service does by itself, within its interval.
    move_time(&server.store, "next", "use_from", 400 * 86_400);
    eventually("it is brought forward", || (use_from().seconds_since(now()) <= 660).then_some(()));
    let events = everything(&server.auditor(), "/v1/audit-events");
    assert!(events.iter().any(|event| event["type"] == "signing_key_brought_forward"), "{events:#?}");
});

both!(one_entry_that_can_not_be_read_shuts_nobody_else_out, |server| {
    let store = &server.store;
    let account = server.alpha().account().clone();
    keys(store, &["rotate"]).expect(0);
    store.execute(&format!("UPDATE clients SET role = 'wizard' WHERE client_id = '{}'", account.client_id));
    store.execute("UPDATE signing_keys SET public_x = 'x' WHERE state = 'next'");
    store.execute("UPDATE gate SET clients_version = clients_version + 1");
    let ask = || {
        let call = server.anyone().post("/oauth2/token").header("authorization", &account.basic());
        call.form(&[("grant_type", "client_credentials")]).send()
    };
    eventually("the client is unknown", || (ask().status == 401).then_some(()));
    eventually("the unreadable key isn't used", || (published(server).len() == 1).then_some(()));
    Client::with_token(&server.base, &fresh_token(server)).get("/v1/me").expect(200);
    server.anyone().get("/readyz").expect(200);
    assert!(server.log().contains(&account.client_id), "it is told about\n{}", server.log());
});
