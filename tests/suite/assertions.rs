//! `private_key_jwt` at `/oauth2/token` (RFC 7521, RFC 7523).

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zvit_tests::directory::HOSPITAL;
use zvit_tests::key_pair::{ASSERTION_TYPE, ISSUER, ask_with, claims, register, unsigned};
use zvit_tests::{Answer, Client, Database, KeyPair, Server, Store, Value, both, eventually, in_parallel, json};

/// The hospital's client with a new key.
#[track_caller]
fn with_key(server: &Server, key: &KeyPair) -> String {
    register(&server.hospital(), key);
    server.hospital().account().client_id.clone()
}

#[track_caller]
fn refused(answer: Answer) -> Answer {
    let answer = answer.expect(401).with("/error", "invalid_client").without("/access_token");
    assert!(answer.header("www-authenticate").starts_with("Basic"), "{answer}");
    assert!(answer.header("cache-control").contains("no-store"), "{answer}");
    answer
}

fn changed(value: &Value, changes: &Value) -> Value {
    let mut value = value.clone();
    for (name, to) in changes.as_object().expect("changes") {
        match to {
            Value::Null => drop(value.as_object_mut().expect("an object").remove(name)),
            to => value[name] = to.clone(),
        }
    }
    value
}

both!(a_client_gets_a_token_with_a_key_of_either_kind, |server| {
    for (key, header) in [
        (KeyPair::es256("a"), json!({"alg": "ES256", "kid": "a"})),
        (KeyPair::eddsa("b"), json!({"alg": "EdDSA", "kid": "b", "typ": "client-authentication+jwt"})),
        // RFC 9864, as newer libraries name it.
        (KeyPair::eddsa("c"), json!({"alg": "Ed25519", "kid": "c"})),
    ] {
        let id = with_key(server, &key);
        let answer = ask_with(server, &key.signed(&header, &claims(&id))).expect(200).with("/token_type", "Bearer");
        let client = Client::with_token(&server.base, answer.str("/access_token"));
        client.get("/v1/me").expect(200).with("/client_id", id.as_str()).with("/owner/id", HOSPITAL);
        let named = [
            ("grant_type", "client_credentials"),
            ("client_id", &id),
            ("scope", "incidents:read"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &key.assertion(&id)),
        ];
        server.anyone().post("/oauth2/token").form(&named).expect(200).with("/scope", "incidents:read");
    }
    // The secret is still good beside them.
    let form = [("grant_type", "client_credentials")];
    let basic = server.hospital().account().basic();
    server.anyone().post("/oauth2/token").header("authorization", &basic).form(&form).expect(200);
});

both!(a_client_may_have_a_key_and_no_secret, |server| {
    let key = KeyPair::es256("only");
    let id = with_key(server, &key);
    server.store.execute(&format!("UPDATE clients SET secret_sha256 = NULL WHERE client_id = '{id}'"));
    server.store.execute("UPDATE gate SET clients_version = clients_version + 1");
    let basic = server.hospital().account().basic();
    let form = [("grant_type", "client_credentials")];
    eventually("the secret is gone", || {
        let answer = server.anyone().post("/oauth2/token").header("authorization", &basic).form(&form).send();
        (answer.status == 401).then_some(())
    });
    // The only key need not be named.
    ask_with(server, &key.signed(&json!({"alg": "ES256"}), &claims(&id))).expect(200);
});

both!(every_flaw_is_answered_like_an_unknown_client, |server| {
    let (key, other) = (KeyPair::es256("a"), KeyPair::eddsa("b"));
    let id = with_key(server, &key);
    let (header, good) = (key.header(), claims(&id));
    let sign = |header: &Value, claims: &Value| key.signed(header, claims);
    let unknown = refused(ask_with(server, &key.assertion("no-such-client"))).value;
    let hmac = |alg: &str| {
        let message = unsigned(&changed(&header, &json!({"alg": alg})), &good);
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.public_bytes()), message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
    };
    let none = unsigned(&changed(&header, &json!({"alg": "none"})), &good);
    let mut bad = vec![
        ("another key".to_owned(), other.signed(&json!({"alg": "EdDSA", "kid": "a"}), &good)),
        ("another key of that name".to_owned(), KeyPair::es256("a").assertion(&id)),
        ("an unknown kid".to_owned(), KeyPair::es256("z").assertion(&id)),
        ("none".to_owned(), format!("{none}.")),
        ("HS256".to_owned(), hmac("HS256")),
        ("HMAC as ES256".to_owned(), hmac("ES256")),
        ("no assertion".to_owned(), "a.b.c".to_owned()),
        ("too long".to_owned(), sign(&header, &changed(&good, &json!({"more": "x".repeat(9000)})))),
    ];
    for changes in [
        json!({"alg": "EdDSA"}),
        json!({"alg": "HS256"}),
        json!({"alg": "RS256"}),
        json!({"kid": "b"}),
        json!({"typ": "at+jwt"}),
        json!({"crit": ["exp"]}),
        json!({"jwk": key.public()}),
        json!({"jku": "https://evil.example/keys"}),
        json!({"x5c": ["AAAA"]}),
        json!({"x5u": "https://evil.example/cert"}),
    ] {
        bad.push((format!("header {changes}"), sign(&changed(&header, &changes), &good)));
    }
    for changes in [
        json!({"aud": null}),
        json!({"aud": 7}),
        json!({"aud": "https://elsewhere.example"}),
        json!({"aud": format!("{ISSUER}/oauth2/token")}),
        json!({"aud": [ISSUER, "https://elsewhere.example"]}),
        json!({"aud": []}),
        json!({"iss": "other"}),
        json!({"sub": "other"}),
        json!({"iss": null}),
        json!({"exp": null}),
        json!({"exp": "soon"}),
        json!({"jti": null}),
        json!({"jti": ""}),
        json!({"jti": "x".repeat(256)}),
    ] {
        bad.push((format!("claims {changes}"), sign(&header, &changed(&good, &changes))));
    }
    for (what, assertion) in bad {
        let answer = refused(ask_with(server, &assertion));
        assert_eq!(answer.value, unknown, "{what}: {answer}");
    }
    // None of them used it up.
    ask_with(server, &sign(&header, &good)).expect(200);
    ask_with(server, &sign(&header, &changed(&claims(&id), &json!({"aud": [ISSUER]})))).expect(200);
});

both!(a_wrong_time_is_told_the_right_one_once_the_signature_proved_true, |server| {
    let key = KeyPair::eddsa("a");
    let id = with_key(server, &key);
    let at = |iat: Option<i64>, nbf: Option<i64>, exp: i64| {
        // Between the two readings of the clock a second may turn: so times are five seconds off the limits.
        let now = zvit_tests::now().as_seconds();
        let date = |offset: Option<i64>| offset.map_or(Value::Null, |offset| json!(now + offset));
        let times = json!({"iat": date(iat), "nbf": date(nbf), "exp": now + exp});
        changed(&claims(&id), &times)
    };
    for (iat, nbf, exp) in [
        (Some(-10), None, 51),
        (Some(70), Some(70), 130),
        (Some(0), Some(70), 60),
        (Some(-125), None, -65),
        (None, None, 130),
    ] {
        let answer = refused(ask_with(server, &key.signed(&key.header(), &at(iat, nbf, exp))));
        let told = answer.str("/error_description");
        let year = &zvit_tests::now().to_string()[..5];
        assert!(told.contains(year) && told.contains("the time here is"), "{answer}");
        assert!(answer.header("date").ends_with("GMT"), "{answer}");
        let forged = KeyPair::eddsa("a").signed(&key.header(), &at(iat, nbf, exp));
        let answer = refused(ask_with(server, &forged));
        assert!(!answer.str("/error_description").contains("time"), "{answer}");
    }
    for (iat, nbf, exp) in [
        (Some(0), None, 60),
        (Some(50), Some(50), 110),
        (Some(-110), None, -50),
        (None, None, 110),
        (None, Some(0), 60),
    ] {
        ask_with(server, &key.signed(&key.header(), &at(iat, nbf, exp))).expect(200);
    }
});

both!(an_assertion_counts_once, |server| {
    let key = KeyPair::es256("a");
    let id = with_key(server, &key);
    let assertion = key.assertion(&id);
    ask_with(server, &assertion).expect(200);
    let again = refused(ask_with(server, &assertion));
    assert!(again.str("/error_description").contains("used before"), "{again}");
    // The same jti in another assertion is the same.
    let one = claims(&id);
    ask_with(server, &key.signed(&key.header(), &one)).expect(200);
    refused(ask_with(server, &key.signed(&key.header(), &changed(&one, &json!({"more": 1})))));
    // Another client's jti is its own affair.
    let alpha = KeyPair::es256("a");
    register(&server.alpha(), &alpha);
    let same = changed(&claims(&server.alpha().account().client_id), &json!({"jti": one["jti"]}));
    ask_with(server, &alpha.signed(&alpha.header(), &same)).expect(200);
    assert_eq!(server.store.count("assertion_ids"), 3);
    // What was used is used for every endpoint that takes it.
    let fresh = key.assertion(&id);
    let form = [("token", "x"), ("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &*fresh)];
    server.anyone().post("/oauth2/revoke").form(&form).expect(200);
    refused(ask_with(server, &fresh));
});

both!(twenty_at_once_with_one_assertion_get_one_token, |server| {
    let key = KeyPair::eddsa("a");
    let assertion = key.assertion(&with_key(server, &key));
    let answers = in_parallel(20, |_| ask_with(server, &assertion));
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        refused(answer);
    }
});

#[test]
fn an_assertion_used_at_one_server_is_used_at_the_other() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let Some(store) = Store::seeded(Database::Postgres) else { return };
    let (one, other) = (Server::start(&store), Server::start(&store));
    let key = KeyPair::es256("a");
    let id = with_key(&one, &key);
    eventually("the other server learns of the key", || {
        (ask_with(&other, &key.assertion(&id)).status == 200).then_some(())
    });
    let assertion = key.assertion(&id);
    ask_with(&one, &assertion).expect(200);
    refused(ask_with(&other, &assertion));
    let assertion = key.assertion(&id);
    let answers = in_parallel(20, |number| ask_with(if number % 2 == 0 { &one } else { &other }, &assertion));
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

both!(a_client_authenticates_in_one_way_at_a_time, |server| {
    let key = KeyPair::es256("a");
    let id = with_key(server, &key);
    let account = server.hospital().account().clone();
    let assertion = key.assertion(&id);
    let form = |more: &[(&str, &str)]| {
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &*assertion),
        ];
        form.extend(more);
        server.anyone().post("/oauth2/token").form(&form)
    };
    form(&[]).header("authorization", &account.basic()).expect(400).with("/error", "invalid_request");
    form(&[("client_id", &account.client_id), ("client_secret", &account.client_secret)])
        .expect(400)
        .with("/error", "invalid_request");
    refused(form(&[("client_id", "somebody-else")]).send());
    let lone = |name: &str, value: &str| {
        let form = [("grant_type", "client_credentials"), ("client_id", &*id), (name, value)];
        server.anyone().post("/oauth2/token").form(&form).send()
    };
    lone("client_assertion", &assertion).expect(400).with("/error", "invalid_request");
    lone("client_assertion_type", ASSERTION_TYPE).expect(400).with("/error", "invalid_request");
    let saml = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"),
        ("client_assertion", &*assertion),
    ];
    refused(server.anyone().post("/oauth2/token").form(&saml).send());
    // It was not used up by any of them.
    form(&[("client_id", &id)]).expect(200);
});

both!(the_key_of_a_disabled_client_opens_nothing, |server| {
    let key = KeyPair::eddsa("a");
    let id = with_key(server, &key);
    let act = |path: &str| {
        let call = server.coordinator().post(&format!("/v1/{path}")).fresh_key();
        call.json(json!({"reason": "Перевірка"})).expect(200)
    };
    let late = changed(&claims(&id), &json!({"exp": 60, "iat": 0}));
    let shut_out = || {
        let answer = refused(ask_with(server, &key.signed(&key.header(), &late)));
        assert!(!answer.str("/error_description").contains("time"), "who is shut out is told nothing\n{answer}");
        let assertion = key.assertion(&id);
        refused(ask_with(server, &assertion));
        assertion
    };
    act(&format!("institutions/{HOSPITAL}/deactivate"));
    let assertion = shut_out();
    act(&format!("institutions/{HOSPITAL}/activate"));
    ask_with(server, &assertion).expect(200);
    // With the client itself its keys go: they come back by hand or not at all.
    act(&format!("clients/{id}/deactivate"));
    let assertion = shut_out();
    act(&format!("clients/{id}/activate"));
    refused(ask_with(server, &assertion));
    server.coordinator().post(&format!("/v1/clients/{id}/keys")).fresh_key().json(key.public()).expect(201);
    ask_with(server, &assertion).expect(200);
});
