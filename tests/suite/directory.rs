//! `/v1/participants`, `/v1/institutions`, `/v1/teams`: who is who.

use zvit_tests::directory::{
    ALPHA, BRAVO, DONOR, FREE_EDRPOU, FRONT_OFFICE, GREEN, HOSPITAL, HOSPITAL_EDRPOU, OBSERVER, WRONG_EDRPOU,
};
use zvit_tests::feed::everything;
use zvit_tests::{Value, both, json, report};

const KINDS: [&str; 3] = ["participants", "institutions", "teams"];

fn new_participant() -> Value {
    json!({"code": "NL", "name_uk": "Нідерланди", "name_en": "Netherlands", "role": "donor"})
}

fn new_institution() -> Value {
    json!({
        "edrpou": FREE_EDRPOU, "name_uk": "Друга тестова лікарня", "name_en": "Second Test Hospital", "sector": "health",
        "other_sectors": ["education"], "services": [{"name": "Архів знімків (тест)", "sector": "health"}], "region": "UA-46",
        "infrastructure_category": "III", "contacts": [{"name": "Черговий", "phone": "+380 00 000 00 02"}]
    })
}

fn new_team() -> Value {
    json!({
        "name": "Test Team Echo", "participant_id": DONOR, "sectors": ["health"], "assistance": ["incident_response"],
        "languages": ["en"], "tlp_ceiling": "amber", "capacity": 5,
        "duty_hours": {"time_zone": "Europe/Tallinn", "windows": [{"days": ["mon", "tue"], "from": "08:00", "to": "20:00"}]}
    })
}

fn new(kind: &str) -> Value {
    match kind {
        "participants" => new_participant(),
        "institutions" => new_institution(),
        _ => new_team(),
    }
}

both!(an_entry_is_made_read_changed_and_put_to_rest, |server| {
    let coordinator = server.coordinator();
    for kind in KINDS {
        let list = format!("/v1/{kind}");
        let before = everything(&coordinator, &list).len();
        let made = coordinator.post(&list).fresh_key().json(new(kind)).expect(201);
        let path = format!("{list}/{}", made.str("/id"));
        assert_eq!(made.header("location"), path);
        for (name, value) in new(kind).as_object().unwrap() {
            assert_eq!(made.value.get(name), Some(value), "{kind} {name}\n{made}");
        }
        let read = coordinator.get(&path).expect(200);
        assert_eq!(read.value, made.value);
        assert_eq!(read.etag(), made.etag());
        assert!(coordinator.get(&path).header("if-none-match", &read.etag()).expect(304).bytes.is_empty());
        assert_eq!(everything(&coordinator, &list).len(), before + 1);

        let mut changed = new(kind);
        let name = if kind == "teams" { "name" } else { "name_en" };
        changed[name] = json!("Renamed");
        coordinator.put(&path).json(changed.clone()).problem(428, "precondition_required");
        coordinator.put(&path).if_match("\"0-stale\"").json(changed.clone()).problem(412, "precondition_failed");
        let put = coordinator
            .put(&path)
            .if_match(&read.etag())
            .json(changed.clone())
            .expect(200)
            .with(&format!("/{name}"), "Renamed");
        assert_ne!(put.etag(), read.etag());
        coordinator.put(&path).if_match(&read.etag()).json(changed).problem(412, "precondition_failed");

        coordinator.post(&format!("{path}/deactivate")).fresh_key().json(json!({})).faults(&["/reason"]);
        let off = coordinator
            .post(&format!("{path}/deactivate"))
            .fresh_key()
            .json(json!({"reason": "Реорганізація"}))
            .expect(200);
        let off = off.with("/active", false);
        coordinator
            .post(&format!("{path}/activate"))
            .fresh_key()
            .json(json!({"reason": "Відновлено"}))
            .expect(200)
            .with("/active", true);
        drop(off);
    }
});

both!(an_edrpou_code_belongs_to_one_institution, |server| {
    let coordinator = server.coordinator();
    let mut taken = new_institution();
    taken["edrpou"] = json!(HOSPITAL_EDRPOU);
    server.store.untouched(|| {
        coordinator.post("/v1/institutions").fresh_key().json(taken.clone()).problem(409, "duplicate_edrpou");
    });
    let other = coordinator.post("/v1/institutions").fresh_key().json(new_institution()).expect(201);
    let path = format!("/v1/institutions/{}", other.str("/id"));
    coordinator.put(&path).if_match(&other.etag()).json(taken).problem(409, "duplicate_edrpou");
});

both!(an_entry_is_checked_to_its_last_member, |server| {
    let coordinator = server.coordinator();
    let faults = |kind: &str, changes: &[(&str, Value)], places: &[&str]| {
        let mut body = new(kind);
        for (name, value) in changes {
            if *value == json!("<absent>") {
                drop(body.as_object_mut().unwrap().remove(*name))
            } else {
                body[*name] = value.clone()
            }
        }
        coordinator.post(&format!("/v1/{kind}")).fresh_key().json(body).faults(places);
    };
    server.store.untouched(|| {
        faults("institutions", &[("edrpou", json!(WRONG_EDRPOU))], &["/edrpou"]);
        faults("institutions", &[("edrpou", json!("1234567"))], &["/edrpou"]);
        faults("institutions", &[("edrpou", json!("<absent>"))], &["/edrpou"]);
        faults(
            "institutions",
            &[("region", json!("UA-99")), ("sector", json!("magic")), ("name_uk", json!(""))],
            &["/name_uk", "/region", "/sector"],
        );
        faults(
            "institutions",
            &[("infrastructure_category", json!("V")), ("services", json!([{"name": "x"}]))],
            &["/infrastructure_category", "/services/0/sector"],
        );
        faults("institutions", &[("represents", json!(["x"])), ("unknown", json!(1))], &["/represents/0", "/unknown"]);
        faults(
            "teams",
            &[("tlp_ceiling", json!("purple")), ("capacity", json!(-1)), ("sectors", json!(["x"]))],
            &["/capacity", "/sectors/0", "/tlp_ceiling"],
        );
        faults("teams", &[("participant_id", json!("01920000-0000-7001-8000-0000000000ff"))], &["/participant_id"]);
        faults("teams", &[("duty_hours", json!({"time_zone": "Mars/Olympus"}))], &["/duty_hours/time_zone"]);
        let mut second = new_team();
        second["coordinator"] = json!(true);
        coordinator.post("/v1/teams").fresh_key().json(second).problem(409, "already_exists");
        faults("participants", &[("code", json!("n")), ("role", json!("king"))], &["/code", "/role"]);
        for kind in KINDS {
            coordinator.post(&format!("/v1/{kind}")).json(new(kind)).problem(422, "idempotency_key_required");
        }
    });
});

both!(a_provisional_institution_needs_no_code_yet, |server| {
    let mut body = new_institution();
    body.as_object_mut().unwrap().remove("edrpou");
    body["provisional"] = json!(true);
    server.coordinator().post("/v1/institutions").fresh_key().json(body).expect(201).with("/provisional", true);
});

both!(routing_follows_the_directory_at_once, |server| {
    let coordinator = server.coordinator();
    let path = format!("/v1/teams/{ALPHA}");
    coordinator.post(&format!("{path}/deactivate")).fresh_key().json(json!({"reason": "Відпустка"})).expect(200);
    server.hospital().submit(report("Без альфи")).with("/assignments/0/team/id", BRAVO);
    coordinator.post(&format!("{path}/activate")).fresh_key().json(json!({"reason": "Повернулися"})).expect(200);
    server.hospital().submit(report("З альфою")).with("/assignments/0/team/id", ALPHA);
    // An observer is never routed an incident: a team whose participant becomes one is passed over.
    let estonia = coordinator.get(&format!("/v1/participants/{DONOR}")).expect(200);
    let observer = json!({"code": "EE", "name_uk": "Естонія", "name_en": "Estonia", "role": "observer"});
    coordinator.put(&format!("/v1/participants/{DONOR}")).if_match(&estonia.etag()).json(observer).expect(200);
    server.hospital().submit(report("Без спостерігачів")).with("/assignments/0/team/id", BRAVO);
});

both!(a_team_that_is_away_or_full_is_passed_over, |server| {
    let path = format!("/v1/teams/{ALPHA}");
    let coordinator = server.coordinator();
    let put = |member: &str, value: Value| {
        let read = coordinator.get(&path).expect(200);
        let mut team = read.value.clone();
        for own in ["id", "active", "version", "created_at", "updated_at"] {
            team.as_object_mut().unwrap().remove(own);
        }
        team[member] = value;
        coordinator.put(&path).if_match(&read.etag()).json(team).expect(200);
    };
    put("availability", json!({"on_duty": false, "until": zvit_tests::stamp(3_600)}));
    server.hospital().submit(report("Альфа не на зміні")).with("/assignments/0/team/id", BRAVO);
    put("availability", json!({"on_duty": false, "until": zvit_tests::stamp(-3_600)}));
    server.hospital().submit(report("Альфа знову на зміні")).with("/assignments/0/team/id", ALPHA);
    put("capacity", json!(1));
    server.hospital().submit(report("Альфа зайнята")).with("/assignments/0/team/id", BRAVO);
    put("capacity", json!(100));
    put("sectors", json!(["energy"]));
    server.hospital().submit(report("Альфа не береться за лікарні")).with("/assignments/0/team/id", BRAVO);
});

both!(the_coordinators_team_can_not_be_put_to_rest, |server| {
    let path = format!("/v1/teams/{FRONT_OFFICE}/deactivate");
    let answer = server.coordinator().post(&path).fresh_key().json(json!({"reason": "Спроба"})).send();
    assert_eq!(answer.status, 409, "no incident is ever unassigned\n{answer}");
});

both!(lists_go_by_pages_and_know_no_offsets, |server| {
    let coordinator = server.coordinator();
    for (kind, count) in [("participants", 5), ("institutions", 5), ("teams", 6)] {
        let mut seen = std::collections::BTreeSet::new();
        let mut cursor = String::new();
        loop {
            let page = coordinator.get(&format!("/v1/{kind}?limit=2{cursor}")).expect(200);
            for item in page.list("/items") {
                assert!(seen.insert(item["id"].as_str().unwrap().to_owned()), "{page}");
            }
            match page.value["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen.len(), count, "{kind}");
        coordinator.get(&format!("/v1/{kind}?offset=2")).faults(&["parameter offset"]);
        coordinator.get(&format!("/v1/{kind}?limit=0&page=3")).faults(&["parameter limit", "parameter page"]);
        coordinator.get(&format!("/v1/{kind}?cursor=x")).faults(&["parameter cursor"]);
    }
});

both!(only_the_coordinator_has_the_directory, |server| {
    for (role, client) in server.one_of_each_role() {
        if role == "coordinator" {
            continue;
        }
        for (kind, id) in [("participants", OBSERVER), ("institutions", HOSPITAL), ("teams", GREEN)] {
            client.get(&format!("/v1/{kind}")).problem(403, "scope_lacking");
            client.get(&format!("/v1/{kind}/{id}")).problem(403, "scope_lacking");
            client.post(&format!("/v1/{kind}")).fresh_key().json(new(kind)).problem(403, "scope_lacking");
            client.put(&format!("/v1/{kind}/{id}")).if_match("\"1\"").json(new(kind)).problem(403, "scope_lacking");
            client
                .post(&format!("/v1/{kind}/{id}/deactivate"))
                .fresh_key()
                .json(json!({"reason": "…"}))
                .problem(403, "scope_lacking");
        }
    }
    for kind in KINDS {
        for id in ["01920000-0000-7000-8000-0000000000ff", "x"] {
            server.coordinator().get(&format!("/v1/{kind}/{id}")).problem(404, "not_found");
        }
    }
    // An id of one kind is none of another.
    server.coordinator().get(&format!("/v1/teams/{HOSPITAL}")).problem(404, "not_found");
});
