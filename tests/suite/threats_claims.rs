//! Tokens with a true signature that say too much, something else or two things, that come another way, or whose time is over.
//! What a token says when all is well, and single wrong claims: `oauth2.rs`.

use zvit_tests::client::Account;
use zvit_tests::directory::{ALPHA, DELTA, HOSPITAL};
use zvit_tests::run::pause;
use zvit_tests::{Client, both, json, raw, report};

use crate::threats_tokens::{Forge, check_refusal};

both!(claims_mean_one_thing_or_nothing, |server| {
    let forge = Forge::at(server);
    let now = zvit_tests::now().as_seconds();
    let grid = server.grid().account().client_id.clone();
    let cv = forge.claims["cv"].as_i64().expect("an integer");
    for (name, to) in [
        ("exp", json!(-1)),
        ("exp", json!(0)),
        ("exp", json!(1e300)),
        ("exp", json!(now as f64 + 600.5)),
        ("exp", json!(u64::MAX)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(now + 365 * 86_400)),
        ("exp", json!((now + 600).to_string())),
        ("exp", json!([now + 600])),
        ("exp", json!(true)),
        ("nbf", json!(now + 3_600)),
        ("nbf", json!("0")),
        ("nbf", json!(i64::MAX)),
        ("iat", json!(now + 3_600)),
        ("iat", json!(-1)),
        ("iat", json!("now")),
        ("aud", json!(["https://zvit.localhost"])),
        ("aud", json!("https://zvit.localhost/")),
        ("aud", json!("HTTPS://ZVIT.LOCALHOST")),
        ("aud", json!({"https://zvit.localhost": 1})),
        ("iss", json!(["https://zvit.localhost"])),
        ("iss", json!("https://zvit.localhost ")),
        ("sub", json!(grid)),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("client_id", json!(grid)),
        ("client_id", json!([forge.claims["client_id"]])),
        ("client_id", json!(forge.claims["client_id"].as_str().expect("a text").to_uppercase() + " ")),
        ("cv", json!(cv + 1)),
        ("cv", json!(cv - 1)),
        ("cv", json!(cv.to_string())),
        ("cv", json!(cv as f64 + 0.5)),
        ("cv", json!(cv + (1_i64 << 32))),
        ("cv", json!(-cv)),
        ("jti", json!("")),
        ("jti", json!(1)),
        ("scope", json!(["incidents:read"])),
        ("scope", json!(7)),
    ] {
        forge.refused(&forge.with_claim(name, to.clone()), &format!("{name} = {to}"));
    }
    // Said twice, the first reader and the second might believe different things.
    let whole = forge.claims.to_string();
    for (name, to) in [
        ("exp", json!(now + 600)),
        ("sub", json!(grid)),
        ("client_id", json!(grid)),
        ("scope", json!("audit:read")),
        ("aud", forge.claims["aud"].clone()),
        ("cv", json!(cv)),
        ("iss", forge.claims["iss"].clone()),
    ] {
        let text = json!(name);
        let before = format!("{{{text}:{to},{}", &whole[1..]);
        let behind = format!("{},{text}:{to}}}", &whole[..whole.len() - 1]);
        let escaped =
            format!("{},\"\\u{:04x}{}\":{to}}}", &whole[..whole.len() - 1], u32::from(name.as_bytes()[0]), &name[1..]);
        for claims in [before, behind, escaped] {
            forge.refused(&forge.signed(&forge.header.to_string(), &claims), &format!("{name} twice"));
        }
    }
    let header = forge.header.to_string();
    for (name, to) in [("alg", "none"), ("alg", "EdDSA"), ("typ", "at+jwt"), ("kid", forge.kid.as_str())] {
        for twice in [
            format!("{{\"{name}\":\"{to}\",{}", &header[1..]),
            format!("{},\"{name}\":\"{to}\"}}", &header[..header.len() - 1]),
        ] {
            forge.refused(&forge.signed(&twice, &whole), &format!("{name} twice"));
        }
    }
});

both!(a_scope_that_the_client_does_not_hold_opens_nothing, |server| {
    let forge = Forge::at(server);
    let everything = "incidents:read incidents:write cases:read cases:write directory:read directory:write routing:read \
                      routing:write triage:write audit:read statistics:read *";
    let client = Client::with_token(&server.base, &forge.with_claim("scope", json!(everything)));
    client.get("/v1/incidents").expect(200);
    for path in ["/v1/audit-events", "/v1/clients", "/v1/institutions", "/v1/routing-rules", "/v1/cases"] {
        client.get(path).problem(403, "scope_lacking");
    }
    let scopes = client.get("/v1/me").expect(200);
    assert_eq!(scopes.list("/scopes").len(), 2, "{scopes}");
    for scope in [
        "",
        " ",
        "INCIDENTS:READ",
        "incidents:*",
        "incidents",
        "incidents:read,incidents:write",
        "incidents:readx",
        "openid",
    ] {
        Client::with_token(&server.base, &forge.with_claim("scope", json!(scope)))
            .get("/v1/incidents")
            .problem(403, "scope_lacking");
    }
});

both!(a_token_comes_in_one_header_and_nowhere_else, |server| {
    let forge = Forge::at(server);
    let token = &forge.token;
    let anyone = server.anyone();
    for path in [
        format!("/v1/me?access_token={token}"),
        format!("/v1/incidents?access_token={token}"),
        format!("/v1/incidents?token={token}"),
    ] {
        check_refusal(anyone.get(&path).send().expect(401), "");
    }
    for header in ["cookie", "x-access-token", "proxy-authorization", "x-authorization", "x-forwarded-authorization"] {
        for value in [format!("Bearer {token}"), format!("access_token={token}")] {
            check_refusal(anyone.get("/v1/me").header(header, &value).send().expect(401), token);
        }
    }
    let form = anyone.post("/v1/incidents").form(&[("access_token", token), ("description", "x")]);
    check_refusal(form.send().expect(401), token);
    for scheme in ["bearer", "BEARER", "bEaReR"] {
        anyone.get("/v1/me").header("authorization", &format!("{scheme} {token}")).expect(200);
    }
    for value in [
        token.clone(),
        format!("Bearer:{token}"),
        format!("Bearer\t{token}"),
        format!("Bearer{token}"),
        format!("Token {token}"),
        format!("JWT {token}"),
        format!("Bearer Bearer {token}"),
        format!("Bearer {token}, Bearer {token}"),
        format!("Basic {token}"),
        format!("Bearer access_token={token}"),
        format!("DPoP {token}"),
    ] {
        check_refusal(anyone.get("/v1/me").header("authorization", &value).send().expect(401), token);
    }
    for bytes in [b"Bearer \xff\xfe".as_slice(), "Bearer токен".as_bytes(), b"\xa0Bearer x", b"Bearer \xc0\xaf"] {
        let head = b"GET /v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ".as_slice();
        check_refusal(raw::exchange(&server.base, &[head, bytes, b"\r\n\r\n"].concat()).expect(401), "");
    }
    // Two of them, in either order: a proxy might have judged the other one.
    let true_one = format!("Bearer {token}");
    for pair in
        [[true_one.as_str(), "Bearer x"], ["Bearer x", &true_one], [&true_one, &true_one], ["Basic eDp5", &true_one]]
    {
        let headers = [("Authorization", pair[0]), ("authorization", pair[1])];
        let answer =
            raw::exchange(&server.base, &raw::request("GET", "/v1/me", &headers, b"")).problem(400, "bad_request");
        assert!(!answer.text().contains(token), "{answer}");
    }
});

both!(a_token_ends_with_what_it_stands_for, |server| {
    let coordinator = server.coordinator();
    let reason = json!({"reason": "Перевірка"});
    let make = |role: &str, owner: &str| {
        let body = json!({"role": role, "owner": owner, "name": "Тимчасовий"});
        Account::read(&coordinator.post("/v1/clients").fresh_key().json(body).expect(201).value)
    };
    // Its owner's end.
    for (path, account, list) in [
        (format!("/v1/institutions/{HOSPITAL}"), make("institution", HOSPITAL), "/v1/incidents"),
        (format!("/v1/teams/{DELTA}"), make("team", DELTA), "/v1/cases"),
    ] {
        let client = server.client(&account);
        client.get(list).expect(200);
        coordinator.post(&format!("{path}/deactivate")).json(reason.clone()).expect(200);
        client.get(list).problem(401, "token_revoked");
        let token = server.anyone().post("/oauth2/token").header("authorization", &account.basic());
        token.form(&[("grant_type", "client_credentials")]).expect(401).with("/error", "invalid_client");
        coordinator.post(&format!("{path}/activate")).json(reason.clone()).expect(200);
        client.get(list).problem(401, "token_revoked");
        Client::of(&server.base, &account).get(list).expect(200);
    }
    // The participant's end is that of its teams.
    let account = make("team", DELTA);
    let client = server.client(&account);
    client.get("/v1/cases").expect(200);
    let team = coordinator.get(&format!("/v1/teams/{DELTA}")).expect(200);
    let path = format!("/v1/participants/{}", team.str("/participant_id"));
    for verb in ["deactivate", "activate"] {
        coordinator.post(&format!("{path}/{verb}")).json(reason.clone()).expect(200);
        client.get("/v1/cases").problem(401, "token_revoked");
    }
    Client::of(&server.base, &account).get("/v1/cases").expect(200);
    // A scope taken away is gone from tokens that are out already.
    let account = make("institution", HOSPITAL);
    let (path, client) = (format!("/v1/clients/{}", account.client_id), server.client(&account));
    client.post("/v1/incidents").fresh_key().json(json!({"description": "Подія"})).expect(201);
    let tag = coordinator.get(&path).expect(200).etag();
    coordinator.put(&path).if_match(&tag).json(json!({"name": "Лише читає", "scopes": ["incidents:read"]})).expect(200);
    client.post("/v1/incidents").fresh_key().json(json!({"description": "Подія"})).problem(403, "scope_lacking");
    client.get("/v1/incidents").expect(200);
});

both!(who_is_shut_out_while_it_waits_is_told_nothing_more, |server| {
    let coordinator = server.coordinator();
    let reason = json!({"reason": "Перевірка"});
    let make = |role: &str, owner: &str| {
        let body = json!({"role": role, "owner": owner, "name": "Чекає"});
        Account::read(&coordinator.post("/v1/clients").fresh_key().json(body).expect(201).value)
    };
    let (team, institution) = (make("team", ALPHA), make("institution", HOSPITAL));
    let hospital = server.hospital();
    for (account, path) in [(team, "/v1/cases"), (institution, "/v1/incidents/feed")] {
        let client = server.client(&account);
        let cursor = client.get(path).expect(200).string("/next_cursor");
        let waiting = format!("{path}?wait=30&cursor={cursor}");
        let answer = std::thread::scope(|scope| {
            let poll = scope.spawn(|| client.get(&waiting).send());
            // Time to get there. If it comes too late it is refused at the door, which is right as well.
            (0..60).for_each(|_| pause());
            let path = format!("/v1/clients/{}/deactivate", account.client_id);
            coordinator.post(&path).json(reason.clone()).expect(200);
            hospital.submit(report("Не для нього"));
            poll.join().expect("an answer")
        });
        assert!(!answer.text().contains("Не для нього"), "{answer}");
        answer.problem(401, "token_revoked");
    }
});
