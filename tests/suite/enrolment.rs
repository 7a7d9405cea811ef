//! One-time codes: `POST /v1/clients` with `enrolment`, `POST /v1/clients/{id}/enrolment`, `POST /oauth2/enrol`.

use zvit_tests::client::Account;
use zvit_tests::directory::{ALPHA, GRID, HOSPITAL};
use zvit_tests::feed::everything;
use zvit_tests::program::zvit;
use zvit_tests::{
    Answer, Client, Database, Server, Store, Value, both, both_stores, eventually, fresh, in_parallel, json,
};

/// The public key of RFC 8037, appendix A.2, and its thumbprint (A.3).
const KEY: &str = r#"{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const THUMBPRINT: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

fn key() -> Value {
    serde_json_of(KEY)
}

fn serde_json_of(text: &str) -> Value {
    text.parse().expect("JSON")
}

/// The public key of RFC 7517, appendix A.1.
fn other_key() -> Value {
    json!({
        "kty": "EC", "crv": "P-256",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    })
}

#[track_caller]
fn invite(server: &Server, role: &str, owner: &str) -> Answer {
    let body = json!({"role": role, "owner": owner, "name": "Нова лікарня", "enrolment": true});
    server.coordinator().post("/v1/clients").fresh_key().json(body).expect(201)
}

fn trade(base: &str, body: Value) -> Answer {
    Client::anonymous(base).post("/oauth2/enrol").json(body).send()
}

#[track_caller]
fn refused(answer: Answer, error: &str) -> Answer {
    let status = if error == "invalid_grant" { 403 } else { 400 };
    refused_by(answer, status, error)
}

/// What could be read, but can't be what it should be.
#[track_caller]
fn unprocessable(answer: Answer) -> Answer {
    refused_by(answer, 422, "invalid_request")
}

#[track_caller]
fn refused_by(answer: Answer, status: u16, error: &str) -> Answer {
    let answer = answer.expect(status).with("/error", error).without("/client_secret");
    assert!(answer.header("content-type").starts_with("application/json"), "{answer}");
    assert!(answer.header("cache-control").contains("no-store"), "{answer}");
    let described = answer.str("/error_description");
    assert!(!described.is_empty() && described.is_ascii() && !described.contains('"'), "{answer}");
    answer
}

fn new_code(server: &Server, client_id: &str, body: Value) -> Answer {
    server.coordinator().post(&format!("/v1/clients/{client_id}/enrolment")).fresh_key().json(body).send()
}

fn token(base: &str, account: &Account) -> Answer {
    Client::anonymous(base)
        .post("/oauth2/token")
        .header("authorization", &account.basic())
        .form(&[("grant_type", "client_credentials")])
        .send()
}

both!(a_code_becomes_a_secret_that_the_coordinator_never_sees, |server| {
    let made = invite(server, "institution", HOSPITAL).without("/client_secret").with("/spare", false);
    assert!(made.header("cache-control").contains("no-store"), "{made}");
    let code = made.string("/enrolment/code");
    assert_eq!(code.len(), 25, "four groups of five and a check character\n{made}");
    let life = zvit_domain_seconds(made.str("/enrolment/expires_at")) - zvit_tests::now().as_seconds();
    assert!((71 * 3600..=72 * 3600).contains(&life), "72 hours\n{made}");
    let path = format!("/v1/clients/{}", made.str("/client_id"));
    server.coordinator().get(&path).expect(200).without("/enrolment").without("/client_secret");

    let given = trade(&server.base, json!({"code": code})).expect(200).without("/kid");
    assert!(given.header("cache-control").contains("no-store"), "{given}");
    let given = given.with("/role", "institution").with("/owner", HOSPITAL).with("/client_id", made.str("/client_id"));
    let given = given.with("/issuer", "https://zvit.localhost");
    let given = given.with("/token_endpoint", "https://zvit.localhost/oauth2/token");
    let account = Account::read(&given.value);
    assert!(account.client_secret.len() >= 43, "32 random bytes\n{given}");
    // At once, in this process.
    token(&server.base, &account).expect(200);
    server.client(&account).get("/v1/me").expect(200).with("/role", "institution");

    let seen = server.coordinator().get(&path).expect(200).with("/credential_version", 1);
    let audit = json!(everything(&server.auditor(), "/v1/audit-events")).to_string();
    for place in [seen.text(), audit.clone(), server.log(), made.text(), json!(server.store.contents()).to_string()] {
        assert!(!place.contains(&account.client_secret), "the secret stands where it must not");
    }
    let bare = code.replace('-', "");
    for place in [audit.clone(), server.log(), json!(server.store.contents()).to_string()] {
        assert!(!place.contains(&code) && !place.contains(&bare), "the code stands where it must not");
    }
    assert!(audit.contains("enrolment_code_issued") && audit.contains("client_enrolled"), "{audit}");
});

/// Seconds since 1970 of an RFC 3339 time.
fn zvit_domain_seconds(text: &str) -> i64 {
    zvit_domain::time::Time::parse(text).expect("a time").as_seconds()
}

both!(a_code_is_read_as_people_type_it, |server| {
    for retype in [
        |code: &str| code.to_lowercase(),
        |code: &str| code.replace('-', ""),
        |code: &str| format!("  {} ", code.replace('-', " ")),
        |code: &str| code.replace('0', "o").replace('1', "I"),
        |code: &str| code.replace('0', "О").replace('1', "l").replace('A', "А"),
    ] {
        let code = invite(server, "institution", HOSPITAL).string("/enrolment/code");
        trade(&server.base, json!({"code": retype(&code)})).expect(200);
    }
});

both!(a_slip_is_told_and_costs_nothing, |server| {
    let code = invite(server, "team", ALPHA).string("/enrolment/code");
    let first = if code.starts_with('7') { "8" } else { "7" };
    let slip = format!("{first}{}", &code[1..]);
    let answer = unprocessable(trade(&server.base, json!({"code": slip})));
    assert!(answer.str("/error_description").contains("mistyped"), "{answer}");
    for shape in ["7KQ4M", "UUUUU-UUUUU-UUUUU-UUUUU-U", "лікарня"] {
        unprocessable(trade(&server.base, json!({"code": shape})));
    }
    trade(&server.base, json!({"code": code})).expect(200).with("/role", "team");
});

both!(unknown_used_and_expired_codes_look_the_same, |server| {
    let used = invite(server, "institution", HOSPITAL).string("/enrolment/code");
    trade(&server.base, json!({"code": used})).expect(200);
    let expired = invite(server, "institution", HOSPITAL);
    server.store.execute(&match server.store.database {
        Database::Sqlite => {
            format!("UPDATE enrolment_codes SET expires_at = 1 WHERE client_id = '{}'", expired.str("/client_id"))
        }
        Database::Postgres => {
            format!("UPDATE enrolment_codes SET expires_at = now() WHERE client_id = '{}'", expired.str("/client_id"))
        }
    });
    // Well-formed and nobody's.
    let unknown = "00000-00000-00000-00001";
    let unknown = (b'0'..=b'9').chain(b'A'..=b'Z').map(|check| format!("{unknown}{}", char::from(check)));
    let unknown: Vec<Answer> = unknown
        .map(|code| trade(&server.base, json!({"code": code})))
        .filter(|answer| answer.value["error"] == "invalid_grant")
        .collect();
    let unknown = unknown.into_iter().next().expect("one check character fits");
    let mut answers = vec![
        refused(trade(&server.base, json!({"code": used})), "invalid_grant"),
        refused(trade(&server.base, json!({"code": used, "key": key()})), "invalid_grant"),
        refused(trade(&server.base, json!({"code": expired.str("/enrolment/code")})), "invalid_grant"),
    ];
    answers.push(unknown);
    assert!(answers.windows(2).all(|pair| pair[0].value == pair[1].value), "{answers:?}");
});

both!(a_code_registers_a_key_and_the_same_trade_may_be_repeated, |server| {
    let made = invite(server, "institution", HOSPITAL);
    let body = json!({"code": made.str("/enrolment/code"), "key": key()});
    let given = trade(&server.base, body.clone()).expect(200).with("/kid", THUMBPRINT).without("/client_secret");
    let count = server.store.count("client_keys");
    assert_eq!(trade(&server.base, body).expect(200).value, given.value, "its answer may have been lost");
    assert_eq!(server.store.count("client_keys"), count);
    let code = made.str("/enrolment/code");
    refused(trade(&server.base, json!({"code": code, "key": other_key()})), "invalid_grant");
    refused(trade(&server.base, json!({"code": code})), "invalid_grant");
    let kept = server.store.lines("SELECT kid || ' ' || alg AS line FROM client_keys");
    assert_eq!(kept, [format!("{THUMBPRINT} EdDSA")]);

    // A further code takes the place of the key.
    let again = new_code(server, made.str("/client_id"), json!({"reason": "Ключ загублено"})).expect(200);
    let named = json!({"code": again.str("/enrolment/code"), "key": {"kid": "нова", "kty": "EC"}});
    refused(trade(&server.base, named), "invalid_request");
    let mut named = other_key();
    named["kid"] = json!("k-1");
    trade(&server.base, json!({"code": again.str("/enrolment/code"), "key": named})).expect(200).with("/kid", "k-1");
    assert_eq!(server.store.lines("SELECT kid || ' ' || alg AS line FROM client_keys"), ["k-1 ES256"]);
    // With the first key gone, so is the answer that named it.
    refused(trade(&server.base, json!({"code": code, "key": key()})), "invalid_grant");
});

both!(a_key_is_checked_before_the_code_is_used, |server| {
    let made = invite(server, "institution", HOSPITAL);
    let code = made.str("/enrolment/code");
    let with = |name: &str, value: Value| {
        let mut key = other_key();
        key[name] = value;
        key
    };
    server.store.untouched(|| {
        for (bad, word) in [
            (with("d", json!("AAAA")), "private"),
            (with("y", json!("4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyI")), "curve"),
            (with("x", json!("AAAA")), "/key/x"),
            (with("kty", json!("RSA")), "/key/kty"),
            (with("alg", json!("HS256")), "/key/alg"),
            (with("use", json!("enc")), "/key/use"),
            (with("more", json!(1)), "a member too much"),
            (json!("x"), "/key"),
            (Value::Null, "/key"),
        ] {
            let answer = trade(&server.base, json!({"code": code, "key": bad}));
            let answer = if word == "curve" { unprocessable(answer) } else { refused(answer, "invalid_request") };
            assert!(answer.str("/error_description").contains(word), "{word}\n{answer}");
        }
    });
    trade(&server.base, json!({"code": code, "key": other_key()})).expect(200);
});

both!(a_malformed_body_is_told_in_the_form_of_rfc_6749, |server| {
    let anyone = server.anyone();
    refused(anyone.post("/oauth2/enrol").form(&[("code", "x")]).send(), "invalid_request");
    for body in
        [json!({}), json!([]), json!({"code": 7}), json!({"code": "x", "more": 1}), json!({"code": "x".repeat(101)})]
    {
        refused(trade(&server.base, body), "invalid_request");
    }
    let deep = format!("{{\"code\": {}{}}}", "[".repeat(40), "]".repeat(40));
    for text in ["", "{", "{\"code\": \"a\", \"code\": \"b\"}", &deep] {
        let bytes =
            zvit_tests::raw::request("POST", "/oauth2/enrol", &[("Content-Type", "application/json")], text.as_bytes());
        refused(zvit_tests::raw::exchange(&server.base, &bytes), "invalid_request");
    }
    trade(&server.base, json!({"code": "x".repeat(300_000)})).expect(413).with("/error", "invalid_request");
});

both!(a_lost_secret_is_renewed_without_the_coordinator_seeing_it, |server| {
    let made = invite(server, "institution", HOSPITAL);
    let first = Account::read(&trade(&server.base, json!({"code": made.str("/enrolment/code")})).expect(200).value);
    let client = Client::of(&server.base, &first);
    client.get("/v1/me").expect(200);
    let unused = new_code(server, &first.client_id, json!({})).expect(200).string("/enrolment/code");
    // Until it is traded, what was there stays good.
    client.get("/v1/me").expect(200);
    let issued = new_code(server, &first.client_id, json!({"reason": "Секрет загублено"})).expect(200);
    let issued = issued.without("/client_secret");
    refused(trade(&server.base, json!({"code": unused})), "invalid_grant");
    let given = trade(&server.base, json!({"code": issued.str("/enrolment/code")})).expect(200);
    let second = Account::read(&given.value);
    assert_ne!(first.client_secret, second.client_secret);
    client.get("/v1/me").problem(401, "token_revoked");
    token(&server.base, &first).expect(401);
    token(&server.base, &second).expect(200);
    let events = everything(&server.auditor(), "/v1/audit-events");
    assert!(events.iter().any(|event| event["reason"] == "Секрет загублено"), "{events:#?}");
    let enrolled = events.iter().find(|event| event["type"] == "client_enrolled").expect("an event");
    assert_eq!(enrolled["actor"]["id"], json!(first.client_id), "the client itself did it");
});

both!(a_code_of_who_may_not_act_is_refused, |server| {
    let act = |path: &str| server.coordinator().post(path).fresh_key().json(json!({"reason": "Перевірка"})).expect(200);
    let made = invite(server, "institution", HOSPITAL);
    let id = made.str("/client_id");
    act(&format!("/v1/institutions/{HOSPITAL}/deactivate"));
    refused(trade(&server.base, json!({"code": made.str("/enrolment/code")})), "invalid_grant");
    new_code(server, id, json!({})).problem(409, "state_conflict");
    act(&format!("/v1/institutions/{HOSPITAL}/activate"));
    refused(trade(&server.base, json!({"code": made.str("/enrolment/code")})), "invalid_grant");
    let made = new_code(server, id, json!({})).expect(200);
    act(&format!("/v1/clients/{id}/deactivate"));
    refused(trade(&server.base, json!({"code": made.str("/enrolment/code")})), "invalid_grant");
    new_code(server, id, json!({})).problem(409, "state_conflict");
    act(&format!("/v1/clients/{id}/activate"));
    refused(trade(&server.base, json!({"code": made.str("/enrolment/code")})), "invalid_grant");
    let code = new_code(server, id, json!({})).expect(200);
    trade(&server.base, json!({"code": code.str("/enrolment/code")})).expect(200);
});

both!(a_new_code_is_the_coordinators_and_never_for_oneself, |server| {
    let own = server.coordinator().account().client_id.clone();
    new_code(server, &own, json!({})).problem(409, "self_change");
    new_code(server, "no-such-client", json!({})).problem(404, "not_found");
    let id = server.hospital().account().client_id.clone();
    new_code(server, &id, json!({"reason": "", "more": 1})).faults(&["/more", "/reason"]);
    let path = format!("/v1/clients/{id}/enrolment");
    server.coordinator().post(&path).json(json!({})).problem(422, "idempotency_key_required");
    server.coordinator().post(&path).fresh_key().send().expect(200);
    server.hospital().post(&path).fresh_key().json(json!({})).problem(403, "scope_lacking");
});

both!(a_repeated_answer_has_no_code_in_it, |server| {
    let body = json!({"role": "team", "owner": ALPHA, "name": "Ще один", "enrolment": true});
    let key = fresh();
    let call = || server.coordinator().post("/v1/clients").key(&key).json(body.clone()).expect(201);
    let first = call();
    assert!(first.has("/enrolment/code"), "{first}");
    let second = call().without("/enrolment").with("/client_id", first.str("/client_id"));
    assert_eq!(second.header("idempotency-replayed"), "true");
    let (key, path) = (fresh(), format!("/v1/clients/{}/enrolment", first.str("/client_id")));
    let call = || server.coordinator().post(&path).key(&key).json(json!({})).expect(200);
    let code = call().string("/enrolment/code");
    call().without("/enrolment");
    trade(&server.base, json!({"code": code})).expect(200);
});

both!(of_fifty_trades_at_once_one_succeeds, |server| {
    let code = invite(server, "institution", HOSPITAL).string("/enrolment/code");
    let answers = in_parallel(50, |_| trade(&server.base, json!({"code": code})));
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers {
        if answer.status != 200 {
            refused(answer, "invalid_grant");
        }
    }
});

#[test]
fn of_fifty_trades_at_two_servers_one_succeeds() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let Some(store) = Store::seeded(Database::Postgres) else { return };
    let (one, other) = (Server::start(&store), Server::start(&store));
    let code = invite(&one, "institution", HOSPITAL).string("/enrolment/code");
    let answers =
        in_parallel(50, |number| trade(if number % 2 == 0 { &one.base } else { &other.base }, json!({"code": code})));
    let given: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(given.len(), 1);
    let account = Account::read(&given[0].value);
    for server in [&one, &other] {
        eventually("the credential works", || (token(&server.base, &account).status == 200).then_some(()));
    }
}

both_stores!(the_command_line_gives_a_code_too, |store| {
    let server = Server::start(store);
    let mut arguments: Vec<String> =
        ["client", "create", "--role", "team", "--owner", ALPHA, "--enrolment"].map(str::to_owned).to_vec();
    arguments.extend(store.flags());
    let shown = zvit(&arguments).expect(0).stdout;
    assert!(shown.contains("code:") && !shown.contains("client_secret"), "{shown}");
    arguments.push("--json".into());
    let printed = zvit(&arguments).expect(0).json();
    let made = &printed[0];
    assert!(made.get("client_secret").is_none() && made["expires_at"].is_string(), "{printed}");
    let given = trade(&server.base, json!({"code": made["code"]})).expect(200).with("/role", "team");
    assert_eq!(made["client_id"], given.value["client_id"]);
    token(&server.base, &Account::read(&given.value)).expect(200);
});

both!(a_hold_takes_back_the_codes_that_are_on_their_way, |server| {
    let (held, other) = (invite(server, "institution", HOSPITAL), invite(server, "institution", GRID));
    let hold = format!("/v1/institutions/{HOSPITAL}/hold");
    server.coordinator().post(&hold).fresh_key().json(json!({"reason": "Поштову скриньку зламано"})).expect(200);
    refused(trade(&server.base, json!({"code": held.str("/enrolment/code")})), "invalid_grant");
    trade(&server.base, json!({"code": other.str("/enrolment/code")})).expect(200);
    // Once the right hands are known: before the release.
    let issued = new_code(server, held.str("/client_id"), json!({})).expect(200);
    trade(&server.base, json!({"code": issued.str("/enrolment/code")})).expect(200);
});

both_stores!(every_trade_counts_against_its_address_and_a_repeated_one_writes_nothing, |store| {
    let server = Server::start_with(store, &["--token-failure-rate", "1", "--token-failure-burst", "5"]);
    let made = invite(&server, "institution", HOSPITAL);
    let body = json!({"code": made.str("/enrolment/code"), "key": key()});
    trade(&server.base, body.clone()).expect(200);
    let statuses: Vec<u16> =
        server.store.untouched(|| (0..30).map(|_| trade(&server.base, body.clone()).status).collect());
    assert_eq!(statuses[0], 200, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 429)) && statuses.contains(&429), "{statuses:?}");
});
