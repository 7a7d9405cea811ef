//! `/v1/clients/{id}/keys`: the public keys that clients prove themselves with.

use zvit_tests::client::Account;
use zvit_tests::directory::HOSPITAL;
use zvit_tests::feed::everything;
use zvit_tests::key_pair::{ask_with, register};
use zvit_tests::run::fresh;
use zvit_tests::{Answer, Client, KeyPair, Server, Value, both, eventually, json};

use crate::threats_tokens::Forge;

fn keys_path(client: &Client) -> String {
    format!("/v1/clients/{}/keys", client.account().client_id)
}

#[track_caller]
fn add(by: &Client, to: &Client, key: &Value) -> Answer {
    by.post(&keys_path(to)).fresh_key().json(key.clone()).send()
}

/// A client of the hospital with these scopes.
#[track_caller]
fn sister(server: &Server, scopes: &[&str]) -> Client {
    let body = json!({"role": "institution", "owner": HOSPITAL, "name": "Друга система", "scopes": scopes});
    let made = server.coordinator().post("/v1/clients").fresh_key().json(body).expect(201);
    server.client(&Account::read(&made.value))
}

/// The token an assertion of this key is given.
#[track_caller]
fn token_of(server: &Server, client: &Client, key: &KeyPair) -> Client {
    let answer = ask_with(server, &key.assertion(&client.account().client_id)).expect(200);
    Client::with_token(&server.base, answer.str("/access_token"))
}

fn without_secret(server: &Server, client: &Client) {
    let id = &client.account().client_id;
    server.store.execute(&format!("UPDATE clients SET secret_sha256 = NULL WHERE client_id = '{id}'"));
}

both!(keys_are_registered_listed_and_removed, |server| {
    let hospital = server.hospital();
    let (one, two) = (KeyPair::es256("2026-11"), KeyPair::eddsa("a/b+c%2F?#"));
    let made = add(&hospital, &hospital, &one.public()).expect(201).with("/kid", "2026-11").with("/alg", "ES256");
    assert_eq!(made.header("location"), format!("{}/2026%2D11", keys_path(&hospital)));
    assert!(made.value.as_object().expect("an object").len() == 3 && made.has("/created_at"), "{made}");
    let made = add(&hospital, &hospital, &two.public()).expect(201).with("/alg", "EdDSA");
    let list = hospital.get(&keys_path(&hospital)).expect(200).without("/next_cursor");
    assert_eq!(list.list("/items").iter().map(|item| &item["kid"]).collect::<Vec<_>>(), ["2026-11", "a/b+c%2F?#"]);
    let first = hospital.get(&format!("{}?limit=1", keys_path(&hospital))).expect(200);
    let rest = hospital.get(&format!("{}?limit=1&cursor={}", keys_path(&hospital), first.str("/next_cursor")));
    assert_eq!(rest.expect(200).without("/next_cursor").list("/items")[0], list.list("/items")[1]);

    // A name that has to be escaped leads back to its key.
    hospital.call("DELETE", made.header("location")).expect(204);
    let hospital = Client::of(&server.base, server.hospital().account());
    hospital.call("DELETE", made.header("location")).problem(404, "not_found");
    assert_eq!(hospital.get(&keys_path(&hospital)).expect(200).list("/items").len(), 1);
    let events = everything(&server.auditor(), "/v1/audit-events");
    let kinds: Vec<&str> = events.iter().filter_map(|event| event["type"].as_str()).collect();
    assert!(kinds.ends_with(&["client_key_added", "client_key_added", "client_key_removed"]), "{kinds:?}");
    assert!(events.iter().any(|event| event["data"]["kid"] == "2026-11"), "{events:#?}");
});

both!(only_a_whole_public_key_is_taken, |server| {
    let hospital = server.hospital();
    let (ec, ed) = (KeyPair::es256("a").public(), KeyPair::eddsa("b").public());
    let with = |key: &Value, name: &str, to: Value| {
        let mut key = key.clone();
        match to {
            Value::Null => drop(key.as_object_mut().expect("an object").remove(name)),
            to => key[name] = to,
        }
        key
    };
    server.store.untouched(|| {
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            let place = format!("/{private}");
            let answer = add(&hospital, &hospital, &with(&ec, private, json!("AAAA"))).faults(&[&place]);
            assert_eq!(answer.str("/errors/0/code"), "private_member", "{answer}");
            assert!(!answer.text().contains("AAAA"), "a private key is not repeated\n{answer}");
        }
        for (key, place) in [
            (with(&ec, "more", json!(1)), "/more"),
            (with(&ec, "crv", json!("P-384")), "/crv"),
            (with(&ec, "crv", json!("Ed25519")), "/crv"),
            (with(&ec, "kty", json!("RSA")), "/kty"),
            (with(&ec, "y", Value::Null), "/y"),
            (with(&ec, "x", json!("AAAA")), "/x"),
            (with(&ec, "y", json!("A".repeat(43))), "/x"),
            (with(&ec, "alg", json!("EdDSA")), "/alg"),
            (with(&ec, "alg", json!("RS256")), "/alg"),
            (with(&ec, "alg", Value::Null), "/alg"),
            (with(&ec, "use", json!("enc")), "/use"),
            (with(&ec, "kid", json!("")), "/kid"),
            (with(&ec, "kid", json!("a b")), "/kid"),
            (with(&ec, "kid", json!("ключ")), "/kid"),
            (with(&ec, "kid", json!("k".repeat(101))), "/kid"),
            (with(&ec, "kid", Value::Null), "/kid"),
            (with(&ed, "y", ec["y"].clone()), "/y"),
            (with(&ed, "crv", json!("P-256")), "/crv"),
            (with(&ed, "x", json!("A".repeat(42))), "/x"),
            (with(&ed, "x", json!("A".repeat(43))), "/x"),
            (with(&ed, "alg", json!("ES256")), "/alg"),
        ] {
            add(&hospital, &hospital, &key).faults(&[place]);
        }
        // All at once, each at its place.
        let faulty = with(&with(&with(&ec, "kid", json!("a b")), "crv", json!("Ed25519")), "d", json!("AAAA"));
        add(&hospital, &hospital, &faulty).faults(&["/crv", "/d", "/kid"]);
        add(&hospital, &hospital, &with(&with(&ed, "alg", json!("ES256")), "y", json!("x"))).faults(&["/alg", "/y"]);
        add(&hospital, &hospital, &json!([])).problem(422, "validation_failed");
        hospital.post(&keys_path(&hospital)).json(ec.clone()).problem(422, "idempotency_key_required");
    });
    add(&hospital, &hospital, &with(&with(&ec, "use", json!("sig")), "kid", json!("k".repeat(100)))).expect(201);
    add(&hospital, &hospital, &with(&ed, "alg", json!("Ed25519"))).expect(201).with("/alg", "EdDSA");
});

both!(a_key_is_registered_once_and_a_client_has_ten, |server| {
    let hospital = server.hospital();
    let key = KeyPair::es256("1");
    let path = keys_path(&hospital);
    let first = hospital.post(&path).key("register-1").json(key.public()).expect(201);
    let again = hospital.post(&path).key("register-1").json(key.public()).expect(201);
    assert_eq!((again.bytes, again.headers.get("idempotency-replayed").is_some()), (first.bytes, true));
    add(&hospital, &hospital, &KeyPair::eddsa("1").public()).problem(409, "already_exists");
    // Another client's names are its own.
    register(&server.alpha(), &KeyPair::es256("1"));
    for number in 2..=10 {
        register(&hospital, &KeyPair::eddsa(&number.to_string()));
    }
    add(&hospital, &hospital, &KeyPair::eddsa("11").public()).problem(409, "state_conflict");
    assert_eq!(hospital.get(&path).expect(200).list("/items").len(), 10);
});

both!(one_deals_with_the_keys_of_ones_own_clients, |server| {
    let (hospital, key) = (server.hospital(), KeyPair::es256("a").public());
    let sister = sister(server, &["incidents:read"]);
    add(&hospital, &sister, &key).expect(201);
    hospital.get(&keys_path(&sister)).expect(200);
    add(&server.alpha(), &server.alpha(), &key).expect(201);
    add(&server.coordinator(), &hospital, &key).expect(201);
    server.coordinator().get(&keys_path(&hospital)).expect(200);
    add(&server.coordinator(), &server.coordinator(), &key).expect(201);
    let nowhere = "/v1/clients/no-such-client/keys";
    server.store.untouched(|| {
        for stranger in [server.grid(), server.alpha()] {
            add(&stranger, &hospital, &json!({})).problem(404, "not_found");
            stranger.get(&keys_path(&hospital)).problem(404, "not_found");
            stranger.call("DELETE", &format!("{}/a", keys_path(&hospital))).problem(404, "not_found");
            stranger.get(nowhere).problem(404, "not_found");
        }
        // A client without an owner has no sisters.
        add(&hospital, &server.coordinator(), &key).problem(404, "not_found");
        for other in [server.observer(), server.donor(), server.auditor()] {
            add(&other, &other, &key).problem(403, "scope_lacking");
            other.get(&keys_path(&other)).problem(403, "scope_lacking");
        }
        let reader = server.coordinator().only("directory:read incidents:write");
        reader.get(&keys_path(&hospital)).expect(200);
        add(&reader, &hospital, &key).problem(403, "scope_lacking");
        let writer = server.coordinator().only("directory:write");
        writer.get(&keys_path(&hospital)).problem(403, "scope_lacking");
    });
});

both!(nobody_gains_a_scope_through_a_sisters_key, |server| {
    let hospital = server.hospital();
    let narrow = sister(server, &["incidents:write"]);
    let key = KeyPair::es256("a");
    add(&narrow, &hospital, &key.public()).problem(403, "forbidden");
    add(&hospital.only("incidents:write"), &hospital, &key.public()).problem(403, "forbidden");
    add(&hospital.only("incidents:read"), &hospital, &key.public()).problem(403, "scope_lacking");
    hospital.only("incidents:read").get(&keys_path(&hospital)).expect(200);
    add(&hospital, &hospital, &key.public()).expect(201);
    narrow.call("DELETE", &format!("{}/a", keys_path(&hospital))).problem(403, "forbidden");
    add(&narrow, &narrow, &key.public()).expect(201);
});

both!(a_printed_spare_deals_with_no_keys, |server| {
    let spare = sister(server, &["incidents:write"]);
    spare.get(&keys_path(&spare)).expect(200);
    server.store.execute(&format!("UPDATE clients SET spare = true WHERE client_id = '{}'", spare.account().client_id));
    server.store.execute("UPDATE gate SET clients_version = clients_version + 1");
    eventually("the server learns of it", || (spare.get(&keys_path(&spare)).send().status == 403).then_some(()));
    spare.get(&keys_path(&spare)).problem(403, "forbidden");
    add(&spare, &spare, &KeyPair::es256("a").public()).problem(403, "forbidden");
    spare.call("DELETE", &format!("{}/a", keys_path(&spare))).problem(403, "forbidden");
    eventually("the refusals are in the audit", || {
        let events = everything(&server.auditor(), "/v1/audit-events?type=access_denied");
        let denied = |operation: &str| {
            events.iter().any(|event| event["data"]["code"] == "forbidden" && event["data"]["operation"] == operation)
        };
        (denied("list_client_keys") && denied("add_client_key") && denied("remove_client_key")).then_some(())
    });
});

both!(nobody_changes_the_keys_of_a_printed_spare, |server| {
    let spare = sister(server, &["incidents:write"]);
    add(&spare, &spare, &KeyPair::es256("a").public()).expect(201);
    let id = &spare.account().client_id;
    server.store.execute(&format!("UPDATE clients SET spare = true WHERE client_id = '{id}'"));
    let (key, path) = (KeyPair::es256("b").public(), format!("{}/a", keys_path(&spare)));
    for (party, status, code) in [(server.hospital(), 403, "forbidden"), (server.coordinator(), 409, "state_conflict")]
    {
        add(&party, &spare, &key).problem(status, code);
        party.call("DELETE", &path).problem(status, code);
    }
    assert_eq!(server.store.count("client_keys"), 1);
});

both!(an_old_token_changes_no_keys, |server| {
    let hospital = server.hospital();
    let forge = Forge::at(server);
    let aged = |seconds: i64| {
        let made = zvit_tests::now().as_seconds() - seconds;
        Client::with_token(&server.base, &forge.made_at(made))
    };
    let path = keys_path(&hospital);
    let add = |by: &Client, kid: &str| by.post(&path).fresh_key().json(KeyPair::es256(kid).public()).send();
    add(&aged(30), "a").expect(201);
    let old = aged(90);
    old.get("/v1/me").expect(200);
    let refused = add(&old, "b").problem(403, "forbidden");
    assert!(refused.str("/detail").contains("get a new token"), "{refused}");
    old.call("DELETE", &format!("{path}/a")).problem(403, "forbidden");
    old.get(&path).expect(200);
    assert_eq!(server.store.count("client_keys"), 1);
});

both!(a_coordinator_gives_itself_no_more_than_its_token_holds, |server| {
    let coordinator = server.coordinator();
    let narrow = coordinator.only("directory:write");
    narrow.post(&keys_path(&coordinator)).fresh_key().json(KeyPair::es256("a").public()).problem(403, "forbidden");
    add(&narrow, &server.hospital(), &KeyPair::es256("a").public()).expect(201);
    add(&coordinator, &coordinator, &KeyPair::es256("a").public()).expect(201);
});

both!(what_takes_a_clients_credentials_away_takes_its_keys, |server| {
    let (coordinator, hospital, alpha) = (server.coordinator(), server.hospital(), server.alpha());
    let key = KeyPair::es256("planted");
    for (client, verb) in [(&hospital, "rotate-secret"), (&alpha, "deactivate")] {
        register(client, &key);
        let id = &client.account().client_id;
        let path = format!("/v1/clients/{id}");
        let call = coordinator.post(&format!("{path}/{verb}")).fresh_key();
        call.json(if verb == "deactivate" { json!({"reason": "Перевірка"}) } else { json!({}) }).expect(200);
        if verb == "deactivate" {
            coordinator.post(&format!("{path}/activate")).json(json!({"reason": "Перевірка"})).expect(200);
        }
        ask_with(server, &key.assertion(id)).expect(401).with("/error", "invalid_client");
        assert!(coordinator.get(&format!("{path}/keys")).expect(200).list("/items").is_empty());
        let events = everything(&server.auditor(), "/v1/audit-events?type=client_key_removed");
        assert!(events.iter().any(|event| event["object_id"] == json!(id) && event["data"]["kid"] == "planted"));
    }
});

both!(a_removed_key_ends_its_tokens_and_an_added_one_ends_none, |server| {
    let hospital = server.hospital();
    let (one, two) = (KeyPair::es256("1"), KeyPair::eddsa("2"));
    register(&hospital, &one);
    let by_key = token_of(server, &hospital, &one);
    register(&hospital, &two);
    by_key.get("/v1/me").expect(200);
    hospital.get("/v1/me").expect(200);
    server.coordinator().call("DELETE", &format!("{}/1", keys_path(&hospital))).expect(204);
    by_key.get("/v1/me").problem(401, "token_revoked");
    hospital.get("/v1/me").problem(401, "token_revoked");
    ask_with(server, &one.assertion(&hospital.account().client_id)).expect(401).with("/error", "invalid_client");
    token_of(server, &hospital, &two).get("/v1/me").expect(200);
});

both!(a_client_does_not_lock_itself_out, |server| {
    let hospital = server.hospital();
    let (one, two) = (KeyPair::es256("1"), KeyPair::eddsa("2"));
    register(&hospital, &one);
    without_secret(server, &hospital);
    let path = |kid: &str| format!("{}/{kid}", keys_path(&hospital));
    let me = token_of(server, &hospital, &one);
    me.call("DELETE", &path("1")).problem(409, "self_change");
    me.post(&keys_path(&hospital)).fresh_key().json(two.public()).expect(201);
    me.call("DELETE", &path("1")).expect(204);
    let me = token_of(server, &hospital, &two);
    me.call("DELETE", &path("2")).problem(409, "self_change");
    // The coordinator may shut it out.
    server.coordinator().call("DELETE", &path("2")).expect(204);
    me.get("/v1/me").problem(401, "token_revoked");
});

both!(a_kept_answer_goes_with_the_key_it_told_of, |server| {
    let coordinator = server.coordinator();
    let path = format!("/v1/clients/{}/keys", server.hospital().account().client_id);
    let (key, public) = (fresh(), KeyPair::es256("k+1/a").public());
    let add = || coordinator.post(&path).key(&key).json(public.clone()).send().expect(201);
    let made = add();
    assert_eq!(add().header("idempotency-replayed"), "true");
    let kept = server.store.count("idempotency_keys");
    coordinator.call("DELETE", made.header("location")).send().expect(204);
    assert_eq!(server.store.count("idempotency_keys"), kept - 1);
    assert!(add().find_header("idempotency-replayed").is_none(), "it is made again, not only said");
});
