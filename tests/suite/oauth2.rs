//! `/oauth2/token`, `/.well-known/*`, and how strictly a token is read.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zvit_tests::client::Account;
use zvit_tests::{Answer, Client, Database, Server, Value, both, both_stores, json};

const ISSUER: &str = "https://zvit.localhost";

fn account(server: &Server) -> Account {
    server.hospital().account().clone()
}

fn ask(server: &Server, authorization: Option<&str>, form: &[(&str, &str)]) -> Answer {
    let call = server.anyone().post("/oauth2/token").form(form);
    match authorization {
        Some(value) => call.header("authorization", value),
        None => call,
    }
    .send()
}

/// An error of RFC 6749, section 5.2.
#[track_caller]
fn refused(answer: Answer, status: u16, error: &str) -> Answer {
    let answer = answer.expect(status).with("/error", error);
    assert!(answer.header("content-type").starts_with("application/json"), "{answer}");
    assert!(answer.header("cache-control").contains("no-store"), "{answer}");
    assert!(!answer.str("/error_description").is_empty(), "{answer}");
    answer.without("/access_token")
}

pub(crate) fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

both!(a_client_gets_a_token_by_basic_or_by_form, |server| {
    let account = account(server);
    let by_header = ask(server, Some(&account.basic()), &[("grant_type", "client_credentials")]);
    let by_form = ask(
        server,
        None,
        &[
            ("grant_type", "client_credentials"),
            ("client_id", &account.client_id),
            ("client_secret", &account.client_secret),
        ],
    );
    for answer in [by_header, by_form] {
        let answer = answer.expect(200).with("/token_type", "Bearer").with("/expires_in", 600);
        assert!(answer.header("cache-control").contains("no-store"), "{answer}");
        let mut granted: Vec<&str> = answer.str("/scope").split(' ').collect();
        granted.sort_unstable();
        assert_eq!(granted, ["incidents:read", "incidents:write"], "without `scope` all the client has is granted");
        Client::with_token(&server.base, answer.str("/access_token"))
            .get("/v1/me")
            .expect(200)
            .with("/role", "institution");
    }
});

both!(every_role_is_granted_its_own_scopes, |server| {
    let expected = [
        ("institution", "incidents:read incidents:write"),
        ("team", "cases:read cases:write"),
        ("observer", "statistics:read"),
        ("donor", "statistics:read"),
        ("auditor", "audit:read statistics:read"),
        (
            "coordinator",
            "audit:read cases:read directory:read directory:write incidents:read incidents:write routing:read routing:write \
             statistics:read triage:write",
        ),
    ];
    for (role, client) in server.one_of_each_role() {
        let answer = ask(server, Some(&client.account().basic()), &[("grant_type", "client_credentials")]).expect(200);
        let mut granted: Vec<&str> = answer.str("/scope").split(' ').collect();
        granted.sort_unstable();
        let wanted = expected.iter().find(|(name, _)| *name == role).expect("a role").1;
        let mut printed = client.account().scopes.clone();
        printed.sort_unstable();
        assert_eq!(granted, printed, "{role}: what seed printed");
        // More readable scopes may come; what api.md names must be there, and nothing else may write.
        for scope in wanted.split(' ') {
            assert!(granted.contains(&scope), "{role}: {scope} is missing in {granted:?}");
        }
        for scope in &granted {
            assert!(
                scope.ends_with(":read") && role == "coordinator" || wanted.split(' ').any(|one| one == *scope),
                "{role}: {scope} is too much"
            );
        }
    }
});

both!(a_client_may_ask_for_less_but_not_for_more, |server| {
    let account = account(server);
    let less =
        ask(server, Some(&account.basic()), &[("grant_type", "client_credentials"), ("scope", "incidents:read")]);
    let less = less.expect(200).with("/scope", "incidents:read");
    let client = Client::with_token(&server.base, less.str("/access_token"));
    client.get("/v1/incidents").expect(200);
    client.post("/v1/incidents").json(json!({"description": "…"})).problem(403, "scope_lacking");
    for scope in ["cases:read", "incidents:read cases:read", "no-such-scope"] {
        refused(
            ask(server, Some(&account.basic()), &[("grant_type", "client_credentials"), ("scope", scope)]),
            400,
            "invalid_scope",
        );
    }
});

both!(a_wrong_secret_and_an_unknown_client_look_the_same, |server| {
    let account = account(server);
    let wrong = Account { client_secret: "x".repeat(43), ..account.clone() };
    let unknown = Account { client_id: "no-such-client".into(), ..account.clone() };
    let form = [("grant_type", "client_credentials")];
    let mut answers = Vec::new();
    for account in [&wrong, &unknown] {
        let answer = refused(ask(server, Some(&account.basic()), &form), 401, "invalid_client");
        assert!(answer.header("www-authenticate").starts_with("Basic"), "{answer}");
        answers.push(answer.value.clone());
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &account.client_id),
            ("client_secret", &account.client_secret),
        ];
        answers.push(refused(ask(server, None, &form), 401, "invalid_client").value.clone());
    }
    assert!(answers.windows(2).all(|pair| pair[0]["error"] == pair[1]["error"]), "{answers:?}");
    refused(ask(server, None, &form), 401, "invalid_client");
    refused(ask(server, Some("Basic %%%"), &form), 401, "invalid_client");
});

both!(a_malformed_request_for_a_token_is_told_so_as_rfc_6749_has_it, |server| {
    let account = account(server);
    let basic = account.basic();
    refused(ask(server, Some(&basic), &[]), 400, "invalid_request");
    refused(ask(server, Some(&basic), &[("grant_type", "password")]), 400, "unsupported_grant_type");
    let twice = [
        ("grant_type", "client_credentials"),
        ("client_id", account.client_id.as_str()),
        ("client_secret", account.client_secret.as_str()),
    ];
    refused(ask(server, Some(&basic), &twice), 400, "invalid_request");
    let repeated = [("grant_type", "client_credentials"), ("grant_type", "client_credentials")];
    refused(ask(server, Some(&basic), &repeated), 400, "invalid_request");
    // RFC 6749, section 3.2: what it doesn't know is ignored.
    let others =
        [("grant_type", "client_credentials"), ("resource", "https://a.example"), ("resource", "https://b.example")];
    ask(server, Some(&basic), &others).expect(200);
    let json = server
        .anyone()
        .post("/oauth2/token")
        .header("authorization", &basic)
        .json(json!({"grant_type": "client_credentials"}));
    refused(json.send(), 400, "invalid_request");
    let long = [("grant_type", "client_credentials"), ("scope", &*"x".repeat(100_000))];
    let answer = ask(server, Some(&basic), &long);
    assert!([400, 413].contains(&answer.status), "{answer}");
});

both!(a_token_says_what_rfc_9068_asks_for, |server| {
    let client = server.hospital();
    let (one, other) = (client.only("incidents:read").token().unwrap(), client.token().unwrap());
    let header = part(&other, 0);
    assert_eq!(header["typ"], "at+jwt");
    assert_eq!(header["alg"], "EdDSA");
    let claims = part(&other, 1);
    let id = client.account().client_id.clone();
    for (name, value) in [("iss", ISSUER), ("aud", ISSUER), ("sub", &*id), ("client_id", &*id)] {
        assert_eq!(claims[name], value, "{name} in {claims}");
    }
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
    assert!(claims["nbf"].is_i64() && claims["cv"].is_i64(), "{claims}");
    assert_ne!(claims["jti"], part(&one, 1)["jti"]);
    let keys = server.anyone().get("/.well-known/jwks.json").expect(200);
    let key = keys
        .list("/keys")
        .iter()
        .find(|key| key["kid"] == header["kid"])
        .unwrap_or_else(|| panic!("the key is not there\n{keys}"));
    assert_eq!((&key["kty"], &key["crv"]), (&json!("OKP"), &json!("Ed25519")));
    for key in keys.list("/keys") {
        for private in ["d", "p", "q", "k"] {
            assert!(key.get(private).is_none(), "a private member stands in the open\n{keys}");
        }
    }
});

both!(the_metadata_lead_a_client_to_its_token, |server| {
    let metadata = server.anyone().get("/.well-known/oauth-authorization-server").expect(200).with("/issuer", ISSUER);
    assert!(metadata.str("/token_endpoint").ends_with("/oauth2/token"), "{metadata}");
    assert!(metadata.str("/jwks_uri").ends_with("/.well-known/jwks.json"), "{metadata}");
    assert!(metadata.list("/grant_types_supported").contains(&json!("client_credentials")), "{metadata}");
    for method in ["client_secret_basic", "client_secret_post"] {
        assert!(metadata.list("/token_endpoint_auth_methods_supported").contains(&json!(method)), "{metadata}");
    }
    assert!(metadata.list("/scopes_supported").contains(&json!("incidents:write")), "{metadata}");
});

both!(without_a_token_nothing_is_told, |server| {
    let missing = server.anyone().get("/v1/incidents").problem(401, "token_missing");
    assert!(missing.header("www-authenticate").starts_with("Bearer"), "{missing}");
    for bad in ["Bearer", "Bearer ", "Basic eDp5", "Bearer not.a.token", "Bearer a.b.c.d", "Bearer x y"] {
        let answer = server.anyone().get("/v1/incidents").header("authorization", bad).send();
        assert_eq!(answer.status, 401, "{bad}: {answer}");
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{answer}");
        assert!(["token_missing", "token_invalid"].contains(&answer.str("/code")), "{answer}");
    }
});

/// The key that signs tokens, as the store holds it.
pub(crate) fn signing_key(server: &Server) -> (String, Ed25519KeyPair) {
    let query = match server.store.database {
        Database::Sqlite => "SELECT kid || ' ' || hex(pkcs8) AS line FROM signing_keys WHERE state = 'active'",
        Database::Postgres => {
            "SELECT kid || ' ' || encode(pkcs8, 'hex') AS line FROM signing_keys WHERE state = 'active'"
        }
    };
    let lines = server.store.lines(query);
    let (kid, hex) = lines.first().and_then(|line| line.split_once(' ')).expect("an active key");
    let bytes: Vec<u8> =
        (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hexadecimal")).collect();
    (kid.to_owned(), Ed25519KeyPair::from_pkcs8_maybe_unchecked(&bytes).expect("a key"))
}

pub(crate) fn signed(key: &Ed25519KeyPair, header: &Value, claims: &Value) -> String {
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes()).as_ref());
    format!("{text}.{signature}")
}

both!(a_token_is_judged_strictly_even_with_a_true_signature, |server| {
    let (kid, key) = signing_key(server);
    let token = server.hospital().token().unwrap();
    let (header, claims) = (part(&token, 0), part(&token, 1));
    assert_eq!(header["kid"], kid.as_str());
    let now = zvit_tests::now().as_seconds();
    let use_it = |token: &str| Client::with_token(&server.base, token).get("/v1/me").send();
    use_it(&signed(&key, &header, &claims)).expect(200);

    let changed = |value: &Value, name: &str, to: Value| {
        let mut value = value.clone();
        match to {
            Value::Null => drop(value.as_object_mut().unwrap().remove(name)),
            to => value[name] = to,
        }
        value
    };
    for (name, to) in [
        ("iss", json!("https://elsewhere.example")),
        ("iss", Value::Null),
        ("aud", json!("https://elsewhere.example")),
        ("aud", json!([ISSUER, "https://elsewhere.example"])),
        ("aud", json!(7)),
        ("aud", Value::Null),
        ("sub", Value::Null),
        ("sub", json!("no-such-client")),
        ("client_id", json!("no-such-client")),
        ("exp", Value::Null),
        ("exp", json!("soon")),
        ("nbf", json!(now + 600)),
        ("nbf", Value::Null),
        ("cv", json!(claims["cv"].as_i64().unwrap() - 1)),
        ("cv", json!(claims["cv"].as_i64().unwrap() + 1)),
    ] {
        let answer = use_it(&signed(&key, &header, &changed(&claims, name, to.clone())));
        assert_eq!(answer.status, 401, "{name} = {to}: {answer}");
        assert!(answer.header("www-authenticate").contains("invalid_token"), "{name} = {to}: {answer}");
        assert!(answer.str("/code").starts_with("token_"), "{answer}");
    }
    let expired = changed(&changed(&claims, "exp", json!(now - 60)), "nbf", json!(now - 660));
    use_it(&signed(&key, &header, &expired)).problem(401, "token_expired");

    for (name, to) in [
        ("typ", json!("JWT")),
        ("typ", Value::Null),
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("kid", json!("no-such-key")),
        ("crit", json!(["b64"])),
        ("crit", json!(["exp"])),
    ] {
        let answer = use_it(&signed(&key, &changed(&header, name, to.clone()), &claims));
        assert_eq!(answer.status, 401, "{name} = {to}: {answer}");
    }

    let foreign = Ed25519KeyPair::generate().expect("a key");
    assert_ne!(foreign.public_key().as_ref(), key.public_key().as_ref());
    use_it(&signed(&foreign, &header, &claims)).problem(401, "token_invalid");
    let unsigned = signed(&key, &changed(&header, "alg", json!("none")), &claims);
    use_it(&format!("{}.", unsigned.rsplit_once('.').unwrap().0)).problem(401, "token_invalid");
    let more = changed(&claims, "scope", json!("incidents:read incidents:write directory:write"));
    let (head, rest) = token.split_once('.').unwrap();
    let tampered = format!("{head}.{}.{}", URL_SAFE_NO_PAD.encode(more.to_string()), rest.split_once('.').unwrap().1);
    use_it(&tampered).problem(401, "token_invalid");
});

both_stores!(tokens_outlive_a_restart, |store| {
    let server = Server::start(store);
    let token = server.hospital().token().unwrap();
    drop(server);
    let server = Server::start(store);
    Client::with_token(&server.base, &token).get("/v1/me").expect(200);
});

#[test]
fn servers_that_share_a_database_share_their_tokens() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let Some(store) = zvit_tests::Store::seeded(Database::Postgres) else { return };
    let (one, other) = (Server::start(&store), Server::start(&store));
    one.hospital().at(&other.base).get("/v1/me").expect(200);
    other.alpha().at(&one.base).get("/v1/me").expect(200);
}
