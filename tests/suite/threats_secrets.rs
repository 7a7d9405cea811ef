//! Secrets and tokens go one way: no answer and no line of the log repeats them.

use zvit_tests::client::Account;
use zvit_tests::walk::Walk;
use zvit_tests::{Answer, both, fresh, json, report};

#[track_caller]
fn is_silent(answer: &Answer, secrets: &[&str]) {
    let headers = answer.headers.values().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let said = headers.collect::<Vec<_>>().join("\n") + &answer.text();
    for secret in secrets {
        assert!(!said.contains(secret), "{secret} comes back\n{answer}");
    }
}

both!(no_answer_and_no_log_repeats_a_secret, |server| {
    let coordinator = server.coordinator();
    let incident = server.hospital().submit(report("Подія"));
    let (id, case) = (incident.string("/id"), incident.string("/assignments/0/id"));
    let key = fresh();
    let body = json!({"role": "auditor", "name": "Новий"});
    let make = || coordinator.post("/v1/clients").key(&key).json(body.clone()).send();
    let made = make().expect(201);
    let account = Account::read(&made.value);
    assert_eq!(made.header("cache-control"), "no-store");
    let again = make().expect(201).without("/client_secret");
    assert_eq!(again.header("idempotency-replayed"), "true");
    let rotated = coordinator.post(&format!("/v1/clients/{}/rotate-secret", account.client_id)).send().expect(200);
    assert_eq!(rotated.header("cache-control"), "no-store");
    let secrets = [account.client_secret, rotated.string("/client_secret")];
    assert_ne!(secrets[0], secrets[1]);
    let tokens: Vec<String> = server.one_of_each_role().into_iter().filter_map(|(_, client)| client.token()).collect();
    let mut hidden: Vec<&str> = secrets.iter().map(String::as_str).collect();
    hidden.extend(server.store.accounts.iter().map(|account| account.client_secret.as_str()));
    hidden.extend(tokens.iter().map(|token| token.rsplit('.').next().expect("a signature")));
    hidden.extend(["secret_sha256", "client_secret\"", "pkcs8", "\"private_key\"", "\"d\":"]);
    let walk = Walk::of(&server.anyone());
    for operation in walk.operations().iter().filter(|one| one.method == "GET") {
        for (_, client) in server.one_of_each_role() {
            for target in [id.as_str(), &case, &account.client_id, client.account().owner.as_deref().unwrap_or("x")] {
                let answer = client.get(&operation.at(target)).send();
                // The document names the member; it holds none.
                is_silent(&answer, &hidden);
            }
        }
    }
    is_silent(&again, &hidden);
    let stored = server.store.contents();
    for (table, rows) in &stored {
        for secret in &secrets {
            assert!(!rows.iter().any(|row| row.contains(secret.as_str())), "a secret stands in {table}");
        }
    }
    let log = server.log();
    for secret in hidden.iter().filter(|secret| secret.len() > 30) {
        assert!(!log.contains(secret), "{secret} stands in the log");
    }
});

const MARKER: &str = "zZ9plural-secret-Z8alpha";

both!(errors_of_the_token_endpoint_repeat_nothing_that_was_sent, |server| {
    let client_id = server.hospital().account().client_id.clone();
    let anyone = server.anyone();
    let basic =
        Account { client_id: client_id.clone(), client_secret: MARKER.into(), ..server.hospital().account().clone() }
            .basic();
    let grant = ("grant_type", "client_credentials");
    let post = || anyone.post("/oauth2/token");
    let answers = vec![
        post().form(&[grant, ("client_id", &client_id), ("client_secret", MARKER)]).send(),
        post().form(&[grant, ("client_id", MARKER), ("client_secret", MARKER)]).send(),
        post().form(&[("grant_type", MARKER)]).send(),
        post().form(&[grant, ("scope", MARKER)]).header("authorization", &server.hospital().account().basic()).send(),
        post().form(&[grant, (MARKER, MARKER), (MARKER, "x")]).send(),
        post().form(&[grant]).header("authorization", &basic).send(),
        post().form(&[grant]).header("authorization", MARKER).send(),
        post().form(&[grant]).header("authorization", &format!("Basic {MARKER}")).send(),
        post().form(&[grant]).header("authorization", &format!("Bearer {MARKER}")).send(),
        post().body(MARKER, MARKER).send(),
        post().body("application/x-www-form-urlencoded", format!("%zz{MARKER}=%ff")).send(),
        post().json(json!({"client_secret": MARKER})).send(),
        anyone.post(&format!("/oauth2/token?client_secret={MARKER}")).form(&[grant]).send(),
        anyone.get(&format!("/oauth2/token?client_secret={MARKER}")).send(),
        anyone.post("/oauth2/nothing").form(&[("client_secret", MARKER)]).send(),
        anyone.get("/v1/me").header("authorization", &format!("Bearer {MARKER}")).send(),
        anyone.get("/v1/me").header("cookie", MARKER).send(),
        server.hospital().get(&format!("/v1/incidents?{MARKER}=1&limit={MARKER}")).header("x-marker", MARKER).send(),
    ];
    for (number, answer) in answers.iter().enumerate() {
        assert!((400..500).contains(&answer.status), "{number}: {answer}");
        // The name of an unknown parameter is told: it is a name.
        if number + 1 < answers.len() {
            is_silent(answer, &[MARKER, &basic]);
        }
    }
    // Neither a query string nor a body gets into the log.
    assert!(!server.log().contains(MARKER), "what was sent stands in the log");
});

both!(a_client_can_not_be_told_from_none_by_asking_for_tokens, |server| {
    let coordinator = server.coordinator();
    let make = || {
        let body = json!({"role": "auditor", "name": "Новий"});
        Account::read(&coordinator.post("/v1/clients").fresh_key().json(body).expect(201).value)
    };
    let (known, disabled) = (make(), make());
    coordinator
        .post(&format!("/v1/clients/{}/deactivate", disabled.client_id))
        .json(json!({"reason": "Перевірка"}))
        .expect(200);
    let seen = |account: &Account, by_header: bool| {
        let call = server.anyone().post("/oauth2/token");
        let grant = ("grant_type", "client_credentials");
        let answer = if by_header {
            call.form(&[grant]).header("authorization", &account.basic()).expect(401)
        } else {
            call.form(&[grant, ("client_id", &account.client_id), ("client_secret", &account.client_secret)])
                .expect(401)
        };
        let mut headers: Vec<String> = answer
            .headers
            .iter()
            .filter(|(name, _)| !["date", "x-request-id", "ratelimit"].contains(&name.as_str()))
            .map(|(name, value)| format!("{name}: {value:?}"))
            .collect();
        headers.sort();
        (headers, answer.text())
    };
    for by_header in [true, false] {
        let nobody = seen(&Account { client_id: fresh(), ..known.clone() }, by_header);
        for secret in ["x", "", &"x".repeat(43), &"x".repeat(10_000), "' OR 1=1 --", "%00", "ї"] {
            if secret.is_empty() && !by_header {
                continue;
            }
            let wrong = Account { client_secret: secret.into(), ..known.clone() };
            assert_eq!(seen(&wrong, by_header), nobody, "a wrong secret");
            let wrong = Account { client_secret: secret.into(), ..disabled.clone() };
            assert_eq!(seen(&wrong, by_header), nobody, "a disabled client with a wrong secret");
        }
        assert_eq!(seen(&disabled, by_header), nobody, "a disabled client with its secret");
        for id in ["' OR '1'='1", "x' UNION SELECT 1 --", "*", "%", "coordinator", "zvit"] {
            assert_eq!(seen(&Account { client_id: id.into(), ..known.clone() }, by_header), nobody, "{id}");
        }
    }
});
