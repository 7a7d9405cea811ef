//! How many requests who may make: failures count against the address, and only failures are refused for it; who has proved
//! who it is has a limit of its own.

use zvit_tests::key_pair::{ask_with, register};
use zvit_tests::{Answer, KeyPair, Server, both, both_stores, in_parallel, json, report};

/// Few failures: `"token-failures";q=5;w=5`.
const FEW_FAILURES: [&str; 4] = ["--token-failure-rate", "1", "--token-failure-burst", "5"];

fn ask(server: &Server, authorization: &str) -> Answer {
    server
        .anyone()
        .post("/oauth2/token")
        .header("authorization", authorization)
        .form(&[("grant_type", "client_credentials")])
        .send()
}

fn wrong(server: &Server) -> String {
    let mut account = server.hospital().account().clone();
    account.client_secret = "x".repeat(43);
    account.basic()
}

/// Reads `"name";r=1;t=2` as the number behind a letter.
#[track_caller]
fn number(answer: &Answer, header: &str, letter: &str) -> u32 {
    let field = answer.header(header).to_owned();
    let found = field.split(';').find_map(|part| part.strip_prefix(letter)?.strip_prefix('='));
    found.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no {letter} in {header}: {field}\n{answer}"))
}

#[track_caller]
fn is_rate_limited(answer: &Answer, policy: &str) {
    assert_eq!(answer.status, 429, "{answer}");
    assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds >= 1), "{answer}");
    assert!(answer.header("ratelimit-policy").starts_with(&format!("\"{policy}\";q=")), "{answer}");
    assert_eq!(number(answer, "ratelimit", "r"), 0, "{answer}");
}

both_stores!(guessing_secrets_never_locks_the_true_client_out, |store| {
    let server = Server::start_with(store, &FEW_FAILURES);
    let (right, wrong) = (server.hospital().account().basic(), wrong(&server));
    // Ten thousand guesses at the client's own secret, from its own address, while it goes on asking for tokens.
    let outcomes = in_parallel(10, |thread| {
        (0..1_000)
            .map(|round| {
                if thread == 0 && round % 10 == 0 {
                    ask(&server, &right).expect(200).without("/error");
                }
                let answer = ask(&server, &wrong);
                assert!(answer.header("cache-control").contains("no-store"), "{answer}");
                match answer.status {
                    401 => drop(answer.with("/error", "invalid_client")),
                    _ => {
                        is_rate_limited(&answer, "token-failures");
                        assert!(answer.find_header("content-type").is_some_and(|kind| kind.contains("json")));
                        assert!(!answer.str("/error").is_empty());
                        return 429;
                    }
                }
                401
            })
            .collect::<Vec<u16>>()
    });
    let refused = outcomes.iter().flatten().filter(|status| **status == 429).count();
    assert!(refused > 9_000, "only {refused} of 10,000 guesses were refused");
    assert_eq!(ask(&server, &right).status, 200);
    // Nor has anybody else at this address been touched.
    server.grid().submit(report("Сусід працює далі"));
    server.alpha().get("/v1/cases").expect(200);
});

both_stores!(what_fails_counts_against_the_address_and_what_is_proved_does_not, |store| {
    let server = Server::start_with(store, &["--address-rate", "1", "--address-burst", "20"]);
    let (hospital, alpha) = (server.hospital(), server.alpha());
    hospital.get("/v1/me").expect(200);
    alpha.get("/v1/me").expect(200);
    let forged = |number: usize| {
        let request = server.anyone().get("/v1/cases").header("authorization", "Bearer forged");
        request.header("x-forwarded-for", &format!("203.0.113.{number}")).send()
    };
    let answers: Vec<Answer> = (0..60).map(forged).collect();
    assert_eq!(answers[0].status, 401, "{}", answers[0]);
    let refused: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 429).collect();
    assert!(refused.len() >= 30, "a forged address is no other address: {} were refused", refused.len());
    for answer in refused {
        is_rate_limited(answer, "address");
        assert_eq!(answer.str("/code"), "rate_limited", "{answer}");
    }
    // Without a token, and where none is needed.
    is_rate_limited(&server.anyone().get("/v1/cases").send(), "address");
    is_rate_limited(&server.anyone().get("/openapi.json").send(), "address");
    is_rate_limited(&server.anyone().get("/nowhere").send(), "address");
    server.anyone().get("/healthz").expect(200);
    // Who proves who it is goes on, from the same address, as often as its own limit allows.
    for number in 0..50 {
        hospital.submit(report(&format!("Звіт {number}")));
        let answer = alpha.get("/v1/cases").expect(200);
        assert!(answer.header("ratelimit-policy").starts_with("\"client\";"), "{answer}");
    }
    assert_eq!(ask(&server, &hospital.account().basic()).status, 200);
});

both_stores!(each_client_has_a_limit_of_its_own, |store| {
    let server = Server::start_with(store, &["--client-rate", "1", "--client-burst", "30"]);
    let (hospital, grid) = (server.hospital(), server.grid());
    let me = hospital.get("/v1/me").expect(200).with("/rate_limit", json!({"per_second": 1, "burst": 30}));
    assert_eq!(me.header("ratelimit-policy"), "\"client\";q=30;w=30", "{me}");
    let before = number(&me, "ratelimit", "r");
    let next = hospital.get("/v1/me").expect(200);
    assert!(number(&next, "ratelimit", "r") < before + 2 && number(&next, "ratelimit", "t") >= 1, "{next}");
    let answers: Vec<Answer> = (0..60).map(|_| hospital.get("/v1/me").send()).collect();
    let refused: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 429).collect();
    assert!(refused.len() >= 15, "{} were refused", refused.len());
    for answer in refused {
        is_rate_limited(answer, "client");
        assert_eq!(answer.str("/code"), "rate_limited", "{answer}");
    }
    let refused = server.store.untouched(|| hospital.post("/v1/incidents").json(report("Забагато")).send());
    is_rate_limited(&refused, "client");
    assert!(refused.has("/support"), "a report can always be made by telephone\n{refused}");
    grid.submit(report("Сусіда це не стосується"));
});

both_stores!(a_poll_that_waits_counts_once, |store| {
    let server = Server::start_with(store, &["--client-rate", "1", "--client-burst", "1000"]);
    let alpha = server.alpha();
    let cursor = zvit_tests::feed::page(&alpha, "/v1/cases", 50, None).string("/next_cursor");
    server.hospital().submit(report("Новина"));
    let left = |answer: Answer| number(&answer.expect(200), "ratelimit", "r");
    let polls: Vec<u32> =
        (0..40).map(|_| left(alpha.get(&format!("/v1/cases?wait=30&cursor={cursor}")).send())).collect();
    assert!(polls[0] - polls[39] <= 39, "{polls:?}");
});

both_stores!(an_assertion_above_the_limit_costs_the_store_nothing, |store| {
    let server = Server::start_with(store, &["--client-rate", "1", "--client-burst", "10"]);
    let (hospital, key) = (server.hospital(), KeyPair::es256("a"));
    register(&hospital, &key);
    let id = &hospital.account().client_id;
    let answers: Vec<Answer> = (0..30).map(|_| ask_with(&server, &key.assertion(id))).collect();
    let taken = answers.iter().filter(|answer| answer.status == 200).count();
    let refused = answers.iter().filter(|answer| answer.status == 429);
    refused.for_each(|answer| is_rate_limited(answer, "client"));
    assert!((1..25).contains(&taken), "{taken} were taken");
    assert_eq!(server.store.count("assertion_ids"), i64::try_from(taken).unwrap());
});

both_stores!(a_batch_counts_as_more_than_one_request, |store| {
    let server = Server::start_with(store, &["--client-rate", "1", "--client-burst", "30"]);
    let hospital = server.hospital();
    let items: Vec<_> = (0..500)
        .map(|n| json!({"idempotency_key": format!("batch-{n:05}"), "report": {"description": format!("Звіт {n}")}}))
        .collect();
    let batch = json!({ "items": items });
    let before = number(&hospital.get("/v1/me").expect(200), "ratelimit", "r");
    let answer = hospital.post("/v1/incidents/batch").json(batch.clone()).expect(200);
    let after = number(&answer, "ratelimit", "r");
    assert!(after + 3 <= before, "{before} before, {after} after 500 items");
    let answers: Vec<u16> =
        (0..6).map(|_| hospital.post("/v1/incidents/batch").json(batch.clone()).send().status).collect();
    assert!(answers.contains(&429), "{answers:?}");
});

both!(a_changed_limit_holds_at_once_and_is_shown, |server| {
    let (coordinator, hospital) = (server.coordinator(), server.hospital());
    hospital.get("/v1/me").expect(200).with("/rate_limit", json!({"per_second": 500, "burst": 2000}));
    let path = format!("/v1/clients/{}", hospital.account().client_id);
    let before = coordinator.get(&path).expect(200).without("/rate_limit");
    let narrow = json!({"per_second": 1, "burst": 3});
    let update = json!({"name": before.str("/name"), "scopes": before.at("/scopes"), "rate_limit": narrow});
    let after = coordinator.put(&path).if_match(&before.etag()).json(update).expect(200);
    assert_eq!(after.at("/rate_limit"), &narrow, "{after}");
    let me = hospital.get("/v1/me").expect(200);
    assert_eq!(me.at("/rate_limit"), &narrow, "{me}");
    let answers: Vec<u16> = (0..20).map(|_| hospital.get("/v1/me").send().status).collect();
    assert!(answers.contains(&429), "{answers:?}");
    let events = zvit_tests::feed::everything(&server.auditor(), "/v1/audit-events");
    assert!(events.iter().any(|event| event["data"]["rate_limit"] == narrow), "{events:#?}");
    // Left out, it is again what holds for all; at once, and with a full bucket.
    let update = json!({"name": before.str("/name"), "scopes": before.at("/scopes")});
    coordinator.put(&path).if_match(&after.etag()).json(update).expect(200).without("/rate_limit");
    for _ in 0..20 {
        hospital.get("/v1/me").expect(200);
    }
});

both!(a_client_is_made_with_a_limit_and_limits_have_limits, |server| {
    let coordinator = server.coordinator();
    let make = |rate: zvit_tests::Value| {
        let body = json!({"name": "Система заявок", "role": "auditor", "rate_limit": rate});
        coordinator.post("/v1/clients").fresh_key().json(body).send()
    };
    let made = make(json!({"per_second": 7, "burst": 70})).expect(201);
    assert_eq!(made.at("/rate_limit"), &json!({"per_second": 7, "burst": 70}), "{made}");
    server.store.untouched(|| {
        make(json!({"per_second": 0, "burst": 100_001})).faults(&["/rate_limit/burst", "/rate_limit/per_second"]);
        make(json!({"per_second": 5})).faults(&["/rate_limit/burst"]);
        make(json!({"per_second": 5, "burst": 5, "window": 5})).faults(&["/rate_limit/window"]);
        make(json!(null)).faults(&["/rate_limit"]);
    });
});

both_stores!(limits_are_set_by_flag_or_file_and_are_checked, |store| {
    let config = store.directory().join("limits.toml");
    let path = config.to_str().unwrap();
    std::fs::write(&config, "client_rate = 7\nclient_burst = 70\nmax_waiting_polls = 3\n").unwrap();
    let server = Server::start_with(store, &["--config", path, "--client-burst", "80"]);
    let me = server.hospital().get("/v1/me").expect(200);
    assert_eq!(me.at("/rate_limit"), &json!({"per_second": 7, "burst": 80}), "{me}");
    let start = |flags: &[&str]| {
        let mut arguments = vec!["serve".to_owned(), "--listen".into(), "127.0.0.1:0".into()];
        arguments.extend(flags.iter().map(|flag| (*flag).to_owned()));
        arguments.extend(store.flags());
        zvit_tests::program::zvit(arguments)
    };
    let refused = start(&["--reserved-for-intake", "91"]);
    assert!(refused.status != Some(0) && refused.stderr.contains("reserved_for_intake must be 0 to 90"), "{refused}");
    std::fs::write(&config, "client_rates = 7\n").unwrap();
    let refused = start(&["--config", path]);
    assert!(refused.status != Some(0) && refused.stderr.contains("client_rates"), "{refused}");
    let help = zvit_tests::program::zvit(["serve", "--help"]).expect(0).stdout;
    for name in [
        "client-rate",
        "client-burst",
        "address-rate",
        "address-burst",
        "token-failure-rate",
        "token-failure-burst",
        "max-requests",
        "reserved-for-intake",
        "max-waiting-polls",
        "queue-bytes",
    ] {
        let variable = format!("ZVIT_{}", name.to_uppercase().replace('-', "_"));
        assert!(help.contains(&format!("--{name} ")) && help.contains(&variable), "{name}\n{help}");
    }
});

both_stores!(what_was_proved_is_answered_however_much_the_address_has_used_up, |store| {
    let flags = [&FEW_FAILURES[..], &["--address-rate", "1", "--address-burst", "5"]].concat();
    let server = Server::start_with(store, &flags);
    let hospital = server.hospital();
    let (token, basic) = (hospital.token().unwrap(), hospital.account().basic());
    let request = server.anyone().post("/oauth2/revoke").header("authorization", &basic);
    request.form(&[("token", token.as_str())]).expect(200);
    for _ in 0..30 {
        server.anyone().get("/v1/me").header("authorization", "Bearer forged").send();
    }
    is_rate_limited(&server.anyone().get("/v1/me").header("authorization", "Bearer forged").send(), "address");
    for _ in 0..20 {
        let answer = server.anyone().get("/v1/me").header("authorization", &format!("Bearer {token}")).send();
        answer.problem(401, "token_revoked");
    }
});
