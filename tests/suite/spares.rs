//! Printed spares: for an institution whose servers are gone.

use zvit_tests::client::Account;
use zvit_tests::directory::{ALPHA, HOSPITAL};
use zvit_tests::feed::everything;
use zvit_tests::program::zvit;
use zvit_tests::{Answer, Client, Server, Value, both, json, report};

/// A spare of the hospital, traded from its code.
#[track_caller]
fn spare(server: &Server) -> Account {
    let body = json!({"role": "institution", "owner": HOSPITAL, "name": "Запасний", "spare": true, "enrolment": true});
    let made = server.coordinator().post("/v1/clients").fresh_key().json(body).expect(201).with("/spare", true);
    let given = server.anyone().post("/oauth2/enrol").json(json!({"code": made.str("/enrolment/code")})).expect(200);
    assert_eq!(given.at("/scopes"), &json!(["incidents:write"]));
    Account::read(&given.value)
}

fn token(server: &Server, client_id: &str, secret: &str) -> Answer {
    let account = Account {
        client_id: client_id.into(),
        client_secret: secret.into(),
        role: String::new(),
        owner: None,
        scopes: Vec::new(),
    };
    let call = server.anyone().post("/oauth2/token").header("authorization", &account.basic());
    call.form(&[("grant_type", "client_credentials")]).send()
}

fn events(server: &Server, kind: &str) -> Vec<Value> {
    everything(&server.auditor(), "/v1/audit-events").into_iter().filter(|event| event["type"] == kind).collect()
}

both!(its_secret_is_typed_however_people_type, |server| {
    let spare = spare(server);
    assert_eq!(spare.client_secret.len(), 25, "{}", spare.client_secret);
    let secret = &spare.client_secret;
    for typed in [secret.clone(), secret.to_lowercase(), secret.replace('-', ""), secret.replace('-', " ")] {
        token(server, &spare.client_id, &typed).expect(200).with("/scope", "incidents:write");
    }
    let swapped = if secret.starts_with('7') { "8" } else { "7" };
    token(server, &spare.client_id, &format!("{swapped}{}", &secret[1..])).expect(401).with("/error", "invalid_client");
    token(server, &spare.client_id, "").expect(401);
    // Others' secrets are taken to the letter.
    let hospital = server.hospital().account().clone();
    token(server, &hospital.client_id, &format!(" {}", hospital.client_secret)).expect(401);
});

both!(it_submits_reports_and_does_nothing_else, |server| {
    let client = server.client(&spare(server));
    let incident = client.submit(report("Усе зашифровано")).with("/institution/id", HOSPITAL);
    client.get("/v1/incidents").problem(403, "scope_lacking");
    client.get(&format!("/v1/incidents/{}", incident.str("/id"))).problem(403, "scope_lacking");
    client.get("/v1/clients").problem(403, "scope_lacking");
    server.hospital().get(&format!("/v1/incidents/{}", incident.str("/id"))).expect(200);
});

both!(its_use_alerts_the_coordinator, |server| {
    let spare = spare(server);
    assert!(events(server, "spare_credential_used").is_empty());
    for _ in 0..3 {
        token(server, &spare.client_id, &spare.client_secret).expect(200);
    }
    let noted = events(server, "spare_credential_used");
    assert_eq!(noted.len(), 1, "once in ten minutes\n{noted:#?}");
    assert_eq!(noted[0]["object_id"], json!(spare.client_id));
    assert_eq!(noted[0]["data"]["owner"], json!(HOSPITAL));
    token(server, &spare.client_id, "wrong").expect(401);
    let log = server.log();
    let warned = log.lines().filter(|line| line.contains("WARN") && line.contains(&spare.client_id)).count();
    assert_eq!(warned, 3, "{log}");
    let typed = spare.client_secret.replace('-', "");
    assert!(!log.contains(&spare.client_secret) && !log.contains(&typed), "the secret stands in the log");
});

both!(what_it_reports_is_marked_for_those_who_handle_it, |server| {
    let client = server.client(&spare(server));
    let incident = client.submit(report("Зв’язку немає"));
    let path = format!("/v1/incidents/{}/timeline", incident.str("/id"));
    let marks = |party: Client| {
        let items = everything(&party, &path);
        items.iter().filter(|event| event["type"] == "submitted_with_spare").count()
    };
    assert_eq!((marks(server.coordinator()), marks(server.alpha()), marks(server.hospital())), (1, 1, 0));
    let update = json!({"stage": "update", "affected_users": 3});
    client.post(&format!("/v1/incidents/{}/reports", incident.str("/id"))).fresh_key().json(update).expect(201);
    assert_eq!((marks(server.coordinator()), marks(server.alpha()), marks(server.hospital())), (2, 2, 0));
    let item = json!({"items": [{"idempotency_key": "spare-item-1", "report": Value::from(report("Ще одна"))}]});
    let batch = client.post("/v1/incidents/batch").json(item).expect(200);
    let timeline = format!("/v1/incidents/{}/timeline", batch.str("/items/0/id"));
    let items = everything(&server.coordinator(), &timeline);
    assert!(items.iter().any(|event| event["type"] == "submitted_with_spare"), "{items:#?}");
    assert!(server.log().lines().any(|line| line.contains("WARN") && line.contains(incident.str("/id"))));
    // What comes the usual way has no mark.
    let usual = server.hospital().submit(report("Звичайне"));
    let usual = everything(&server.coordinator(), &format!("/v1/incidents/{}/timeline", usual.str("/id")));
    assert!(usual.iter().all(|event| event["type"] != "submitted_with_spare"), "{usual:#?}");
});

both!(it_takes_nothing_from_what_is_known, |server| {
    let hospital = server.hospital();
    let id = hospital.submit(report("Шифрувальник").with("external_ref", "H-1")).string("/id");
    let case = server.case_of(&server.alpha(), &id);
    server.verb(&server.alpha(), &case, "acknowledge", json!({})).expect(200);
    let path = format!("/v1/incidents/{id}/reports");
    hospital.post(&path).fresh_key().json(json!({"stage": "final"})).expect(201);
    let client = server.client(&spare(server));
    let body = json!({"stage": "final", "tlp": "red", "exercise": true, "clear": ["/impact"], "affected_users": 5});
    let answer = client.post(&path).fresh_key().json(body).expect(201);
    assert!(!answer.text().contains("not_applied"), "{answer}");
    let after = server.coordinator().get(&format!("/v1/incidents/{id}")).expect(200).with("/affected_users", 5);
    let after = after.with("/exercise", false);
    assert!(after.at("/tlp") != &json!("red") && after.text().contains("not_applied"), "{after}");
    server.alpha().get(&format!("/v1/cases/{case}")).expect(200).with("/state", "acknowledged");

    // A reference that is taken is left out, and who sends it is told nothing.
    let again = client.submit(report("Ще раз").with("external_ref", "H-1")).with("/external_ref", "H-1");
    assert!(!again.text().contains("not_applied"), "{again}");
    let stored = server.coordinator().get(&format!("/v1/incidents/{}", again.str("/id"))).expect(200);
    let stored = stored.without("/external_ref");
    assert!(stored.text().contains("not_applied"), "{stored}");
    let key = zvit_tests::fresh();
    client.post("/v1/incidents").key(&key).json(report("Перше")).expect(201);
    let reused = client.post("/v1/incidents").key(&key).json(report("Друге"));
    reused.problem(422, "idempotency_key_reused").without("/incident_id");
});

both!(the_coordinator_makes_it_by_code_only, |server| {
    let make = |body: Value| server.coordinator().post("/v1/clients").fresh_key().json(body).send();
    server.store.untouched(|| {
        let body = json!({"role": "institution", "owner": HOSPITAL, "name": "x", "spare": true});
        make(body).faults(&["/enrolment"]);
        let body = json!({"role": "team", "owner": ALPHA, "name": "x", "spare": true, "enrolment": true});
        make(body).faults(&["/role"]);
        let body = json!({"role": "institution", "owner": HOSPITAL, "name": "x", "spare": true, "enrolment": true,
            "scopes": ["incidents:read", "incidents:write"]});
        make(body).faults(&["/scopes"]);
    });
    let spare = spare(server);
    let path = format!("/v1/clients/{}", spare.client_id);
    let tag = server.coordinator().get(&path).expect(200).with("/spare", true).etag();
    let wider = json!({"name": "x", "scopes": ["incidents:read"]});
    server.coordinator().put(&path).if_match(&tag).json(wider).faults(&["/scopes"]);
    let rotate = server.coordinator().post(&format!("{path}/rotate-secret")).fresh_key();
    rotate.json(json!({})).problem(409, "state_conflict").without("/client_secret");
    let listed = everything(&server.coordinator(), "/v1/clients");
    assert_eq!(listed.iter().filter(|client| client["spare"] == json!(true)).count(), 1);

    // A new code renews it, with a secret and not with a key.
    let issued = server.coordinator().post(&format!("{path}/enrolment")).fresh_key().json(json!({})).expect(200);
    let key = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let code = issued.str("/enrolment/code");
    let trade = |body: Value| server.anyone().post("/oauth2/enrol").json(body).send();
    trade(json!({"code": code, "key": key})).expect(422).with("/error", "invalid_request");
    let renewed = trade(json!({"code": code})).expect(200);
    token(server, &spare.client_id, &spare.client_secret).expect(401);
    token(server, &spare.client_id, renewed.str("/client_secret")).expect(200);
});

both!(the_command_line_prints_it_as_a_sheet, |server| {
    let mut arguments: Vec<String> =
        ["client", "create", "--spare", "--owner", HOSPITAL, "--duty-line", "+380 44 000 00 00"]
            .map(str::to_owned)
            .to_vec();
    arguments.extend(server.store.flags());
    let sheet = zvit(&arguments).expect(0).stdout;
    assert!(sheet.contains("+380 44 000 00 00") && sheet.contains("https://zvit.localhost/oauth2/token"), "{sheet}");
    assert!(sheet.find("Запасний").unwrap() < sheet.find("spare").unwrap(), "Ukrainian first\n{sheet}");
    arguments.push("--json".into());
    let printed = zvit(&arguments).expect(0).json();
    let made = Account::read(&printed[0]);
    assert_eq!((printed[0]["spare"].clone(), made.scopes.clone()), (json!(true), vec!["incidents:write".to_owned()]));
    zvit_tests::eventually("the server learns of the spare", || {
        (token(server, &made.client_id, &made.client_secret.to_lowercase()).status == 200).then_some(())
    });
    let mut wrong = arguments.clone();
    wrong.extend(["--role".into(), "team".into()]);
    zvit(&wrong).expect(2);
});
