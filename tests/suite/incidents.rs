//! `POST /v1/incidents` and `GET /v1/incidents/{id}`: what becomes of a report.

use zvit_domain::ids::Reference;
use zvit_domain::time::Time;
use zvit_tests::directory::{ALPHA, BRAVO, CHARLIE, DELTA, FRONT_OFFICE, GREEN, HOSPITAL, REGISTRY};
use zvit_tests::report::{Report, complete};
use zvit_tests::{Answer, Server, Value, both, hours_ago, json, report, sha256, stamp};

/// The team that has this role, or none.
fn team(incident: &Answer, role: &str) -> Option<String> {
    let assignment = incident.list("/assignments").iter().find(|one| one["role"] == role && one["state"] == "assigned")?;
    assignment["team"]["id"].as_str().map(str::to_owned)
}

#[track_caller]
fn lead(incident: &Answer) -> String {
    team(incident, "lead").unwrap_or_else(|| panic!("there is no lead\n{incident}"))
}

fn codes(incident: &Answer, pointer: &str) -> Vec<String> {
    incident.list(pointer).iter().map(|item| item["code"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Makes every partner team but those blind to TLP red.
fn deactivate(server: &Server, team: &str) {
    server.coordinator().post(&format!("/v1/teams/{team}/deactivate")).fresh_key().json(json!({"reason": "Навчання"})).expect(200);
}

both!(a_description_is_enough, |server| {
    let hospital = server.hospital();
    let body = r#"{"description":"На всіх комп’ютерах приймального відділення файли не відкриваються."}"#;
    let incident = hospital.post("/v1/incidents").fresh_key().body("application/json", body).expect(201);
    let id = incident.string("/id");
    assert_eq!(incident.header("location"), format!("/v1/incidents/{id}"));
    incident.etag();
    assert!(uuid_version(&id) == Some('7'), "ids are UUIDv7: {id}");
    assert!(Reference::parse(incident.str("/reference")).is_ok_and(|r| r.as_str() == incident.str("/reference")), "{incident}");
    let incident = incident
        .with("/status", "assigned")
        .with("/sector", "health")
        .with("/tlp", "amber")
        .with("/institution/id", HOSPITAL)
        .with("/institution/name_uk", "Тестова лікарня")
        .with("/institution/name_en", "Test Hospital")
        .with("/classification/class", "other")
        .with("/classification/type", "undetermined")
        .with("/report_sha256", sha256::hex(body.as_bytes()));
    assert_eq!(lead(&incident), ALPHA, "the first by priority that may see amber\n{incident}");
    assert!(incident.list("/triage/assumptions").len() >= 8, "everything left out is a named assumption\n{incident}");
    for assumption in incident.list("/triage/assumptions") {
        for member in ["code", "assumed", "detail"] {
            assert!(assumption[member].as_str().is_some_and(|text| !text.is_empty()), "{member}\n{incident}");
        }
    }
    for factor in incident.list("/triage/factors") {
        assert!(factor["code"].is_string() && factor["contribution"].is_number(), "{factor}\n{incident}");
    }
    assert_eq!(incident.int("/level"), incident.int("/triage/level"));
    assert!(incident.at("/triage/score_low").as_f64() < incident.at("/triage/score_high").as_f64(), "unknown is not low\n{incident}");
    assert!(!incident.str("/triage/rule_version").is_empty());
    let again = hospital.get(&format!("/v1/incidents/{id}")).expect(200);
    assert_eq!(again.value, incident.value, "what was answered is what is kept");
    assert_eq!(again.etag(), incident.etag());
});

fn uuid_version(id: &str) -> Option<char> {
    id.chars().nth(14)
}

both!(a_complete_report_is_kept_as_it_was_told, |server| {
    let told = Value::from(complete());
    let incident = server.registry().submit(told.clone());
    for member in [
        "title", "description", "language", "sector", "other_sectors", "affected_services", "regions", "symptoms", "danger_to_life",
        "classification", "impact", "affected_systems", "affected_users", "data_types", "suspected_malicious", "cross_border",
        "measures_taken", "assistance_requested", "tlp", "pap", "contact", "became_aware_at", "detected_at", "started_at",
    ] {
        assert_eq!(incident.value.get(member), told.get(member), "{member}\n{incident}");
    }
    assert_eq!(incident.at("/triage/score_low"), incident.at("/triage/score_high"), "all is answered\n{incident}");
    assert_eq!(incident.at("/triage/score"), incident.at("/triage/score_low"), "{incident}");
    let values: Vec<&str> = incident.list("/indicators").iter().filter_map(|indicator| indicator["value"].as_str()).collect();
    assert_eq!(values, ["203.0.113.7", "http://evil.example/drop"], "normalised\n{incident}");
    assert!(!incident.has("/warnings") || incident.list("/warnings").is_empty(), "{incident}");
});

both!(what_is_left_out_is_absent_and_never_null, |server| {
    fn no_nulls(value: &Value, path: &str) {
        match value {
            Value::Null => panic!("{path} is null"),
            Value::Array(items) => items.iter().enumerate().for_each(|(at, item)| no_nulls(item, &format!("{path}/{at}"))),
            Value::Object(members) => members.iter().for_each(|(name, member)| no_nulls(member, &format!("{path}/{name}"))),
            _ => {}
        }
    }
    let incident = server.hospital().submit(report("Не працює сервер"));
    no_nulls(&incident.value, "");
    no_nulls(&zvit_tests::feed::page(&server.alpha(), "/v1/cases", 10, None).value, "");
});

both!(the_sector_is_what_was_hit_not_who_reports, |server| {
    // A ministry reports that its register is down: by the name of the service, by word, and not at all.
    let by_service = server.ministry().submit(report("Реєстр не відповідає").with("affected_services", json!(["Реєстр актів (тест)"])));
    let by_service = by_service.with("/sector", "registries").with("/triage/sector", "registries");
    let by_word = server.ministry().submit(report("Реєстр не відповідає").with("sector", "registries")).with("/sector", "registries");
    let own = server.ministry().submit(report("Сайт не відповідає")).with("/sector", "government");
    for incident in [&by_service, &by_word] {
        assert!(codes(incident, "/triage/factors").iter().any(|code| code.contains("sector")), "the difference is a named factor\n{incident}");
    }
    assert_eq!(codes(&own, "/triage/factors").iter().filter(|code| code.contains("mismatch") || code.contains("differs")).count(), 0, "{own}");
});

both!(a_hospital_with_encrypted_servers_is_not_left_at_medium, |server| {
    let answers = json!({
        "functional_impact": "denial_of_critical_services_or_loss_of_control",
        "observed_activity": "effect",
        "location_of_observed_activity": "level_2_business_network",
        "actor_characterization": "criminal",
        "information_impact": "destruction_of_critical_system",
        "recoverability": "extended",
        "potential_impact": "moderate"
    });
    let incident = server.hospital().submit(report("Усі сервери зашифровано").with("symptoms", json!(["files_encrypted"])).with("impact", answers.clone()));
    assert!(incident.int("/level") >= 3, "critical services are denied\n{incident}");
    // RSIT counts ransomware among the unauthorised modifications.
    incident.with("/classification/class", "information-content-security").with("/classification/type", "unauthorised-information-modification");
    let lives = server.hospital().submit(report("Апарати не працюють").with("danger_to_life", true));
    assert!(lives.int("/level") >= 4, "{lives}");
    assert!(codes(&lives, "/triage/factors").iter().any(|code| code.contains("danger_to_life")), "a floor is a named factor\n{lives}");
    let control = server.grid().submit(report("Вимикачі вмикає хтось інший").with("symptoms", json!(["process_control_affected"])));
    assert!(control.int("/level") >= 4, "{control}");
    let register = server.registry().submit(report("Реєстр знищено").with("symptoms", json!(["data_destroyed"])));
    assert!(register.int("/level") >= 4, "{register}");
});

both!(the_published_cases_score_what_they_score_everywhere, |server| {
    let cases = [
        (server.hospital(), 59.6748, ["denial_of_critical_services_or_loss_of_control", "effect", "level_2_business_network", "criminal", "privacy_data_loss", "supplemented", "high"]),
        (server.grid(), 93.4959, ["denial_of_critical_services_or_loss_of_control", "effect", "level_6_critical_systems", "apt_targeted", "destruction_of_critical_system", "extended", "severe"]),
        (server.ministry(), 26.5041, ["no_impact_to_services", "engage", "level_1_business_dmz", "unknown", "no_impact", "regular", "low"]),
        (server.grid(), 100.0, ["denial_of_critical_services_or_loss_of_control", "effect", "level_7_safety_systems", "apt_targeted", "destruction_of_critical_system", "not_recoverable", "severe"]),
    ];
    let questions = [
        "functional_impact", "observed_activity", "location_of_observed_activity", "actor_characterization", "information_impact",
        "recoverability", "potential_impact",
    ];
    for (client, score, answers) in cases {
        let answers: serde_json::Map<String, Value> = questions.iter().zip(answers).map(|(question, answer)| ((*question).to_owned(), json!(answer))).collect();
        let incident = client.submit(report(&format!("Випадок на {score}")).with("impact", answers)).with("/triage/score", score);
        let contributions: f64 = incident.list("/triage/factors").iter().filter_map(|factor| factor["contribution"].as_f64()).sum();
        assert!(contributions > 0.0, "{incident}");
        assert!(incident.at("/triage/score_low").as_f64() <= Some(score) && Some(score) <= incident.at("/triage/score_high").as_f64(), "{incident}");
    }
});

both!(any_offset_comes_in_and_utc_goes_out, |server| {
    let aware = zvit_tests::now().plus_seconds(-3_600);
    let kyiv = aware.plus_seconds(2 * 3_600).to_string().replace('Z', "+02:00");
    let incident = server.hospital().submit(report("Зник зв’язок").with("became_aware_at", kyiv));
    let incident = incident.with("/became_aware_at", aware.to_string());
    let due: Vec<(String, i64)> = incident
        .list("/deadlines")
        .iter()
        .map(|deadline| {
            let due = Time::parse(deadline["due_at"].as_str().unwrap()).unwrap();
            (deadline["stage"].as_str().unwrap().to_owned(), due.seconds_since(aware) / 3_600)
        })
        .collect();
    let expected = [("initial", 1), ("preliminary", 24), ("interim", 72), ("final", 720)].map(|(stage, hours)| (stage.to_owned(), hours));
    assert_eq!(due, expected, "counted from becoming aware\n{incident}");
    assert!(["submitted", "late"].contains(&incident.str("/deadlines/0/state")), "{incident}");
    incident.with("/deadlines/1/state", "pending").without("/deadlines/1/submitted_at");
});

both!(a_report_that_comes_late_says_so, |server| {
    let late = server.hospital().submit(report("Учора вранці").with("became_aware_at", hours_ago(20)));
    late.with("/deadlines/0/state", "late");
    let in_time = server.hospital().submit(report("Щойно").with("became_aware_at", stamp(-60)));
    in_time.with("/deadlines/0/state", "submitted");
});

both!(a_clock_that_runs_ahead_is_borne_with, |server| {
    let hospital = server.hospital();
    let a_little = hospital.submit(report("Годинник поспішає").with("became_aware_at", stamp(240)));
    assert!(!a_little.has("/warnings") || a_little.list("/warnings").is_empty(), "{a_little}");
    let far = hospital.submit(report("Годинник поспішає на добу").with("became_aware_at", stamp(20 * 3_600)));
    assert_eq!(far.list("/warnings").len(), 1, "{far}");
    assert!(far.list("/warnings")[0]["pointer"] == "/became_aware_at", "{far}");
    let received = Time::parse(far.str("/received_at")).unwrap();
    let due = Time::parse(far.str("/deadlines/0/due_at")).unwrap();
    assert_eq!(due.seconds_since(received), 3_600, "clocks run from the receipt\n{far}");
    let beyond = hospital.post("/v1/incidents").json(report("Годинник поспішає на два дні").with("became_aware_at", stamp(49 * 3_600)));
    beyond.faults(&["/became_aware_at"]);
});

both!(lenient_handling_takes_the_report_and_keeps_what_is_wrong_with_it, |server| {
    let hospital = server.hospital();
    let odd = report("Лікарня без серверів")
        .with("tlp", "purple")
        .with("regions", json!(["UA-30", "UA-99"]))
        .with("affected_users", -5)
        .with("became_aware_at", "учора")
        .with("something_else", true);
    hospital.post("/v1/incidents").fresh_key().json(&odd).faults(&["/affected_users", "/became_aware_at", "/regions/1", "/something_else", "/tlp"]);
    let incident = hospital.post("/v1/incidents").fresh_key().lenient().json(&odd).expect(201);
    assert_eq!(incident.header("preference-applied"), "handling=lenient");
    let mut places: Vec<&str> = incident.list("/warnings").iter().filter_map(|warning| warning["pointer"].as_str()).collect();
    places.sort_unstable();
    assert_eq!(places, ["/affected_users", "/became_aware_at", "/regions/1", "/something_else", "/tlp"], "{incident}");
    let reports = hospital.get(&format!("/v1/incidents/{}/reports", incident.str("/id"))).expect(200);
    assert!(reports.text().contains("purple") && reports.text().contains("учора"), "kept verbatim\n{reports}");
    let incident = incident.with("/tlp", "amber");
    assert!(!lead(&incident).is_empty());
    // Only the description can't be done without.
    hospital.post("/v1/incidents").fresh_key().lenient().json(json!({"tlp": "amber"})).faults(&["/description"]);
    hospital.post("/v1/incidents").fresh_key().lenient().json(json!({"description": 7, "tlp": "purple"})).problem(422, "validation_failed");
    hospital.post("/v1/incidents").fresh_key().lenient().body("application/json", "{").problem(400, "malformed_json");
});

both!(white_is_taken_for_clear_and_the_label_goes_with_the_incident, |server| {
    server.hospital().submit(report("Можна показувати всім").with("tlp", "white")).with("/tlp", "clear");
    server.hospital().submit(report("Лише адресатам").with("tlp", "amber+strict")).with("/tlp", "amber+strict");
});

both!(nobody_sees_more_than_the_label_allows, |server| {
    let hospital = server.hospital();
    let green = hospital.submit(report("Фішинговий лист").with("tlp", "green"));
    assert_eq!(lead(&green), GREEN, "{green}");
    assert_eq!(lead(&hospital.submit(report("Внутрішнє").with("tlp", "amber"))), ALPHA);
    assert_eq!(lead(&hospital.submit(report("Суворо внутрішнє").with("tlp", "amber+strict"))), BRAVO);
    let red = hospital.submit(report("Лише для адресата").with("tlp", "red"));
    assert_eq!(lead(&red), CHARLIE);
    for (other, name) in [(server.alpha(), "alpha"), (server.bravo(), "bravo"), (server.green(), "green")] {
        let cases = other.get("/v1/cases?limit=200").expect(200);
        assert!(!cases.text().contains("Лише для адресата"), "{name} sees red\n{cases}");
    }
});

both!(a_label_above_every_ceiling_goes_to_the_coordinator_and_is_said, |server| {
    deactivate(server, CHARLIE);
    let red = server.hospital().submit(report("Лише для адресата").with("tlp", "red"));
    assert_eq!(lead(&red), FRONT_OFFICE, "no incident is ever unassigned\n{red}");
    let said = red.text().to_lowercase();
    assert!(said.contains("tlp_above_every_ceiling") || said.contains("tlp_above"), "the 201 says so and how to widen it\n{red}");
});

both!(a_full_team_leaves_the_incident_waiting_at_the_coordinator, |server| {
    let water = server.water();
    for number in 0..2 {
        let incident = water.submit(report(&format!("Насосна станція {number}")).with("tlp", "red").with("impact", mild()));
        assert_eq!(lead(&incident), CHARLIE, "{incident}");
        incident.with("/status", "assigned");
    }
    let third = water.submit(report("Насосна станція 3").with("tlp", "red").with("impact", mild()));
    assert_eq!(lead(&third), FRONT_OFFICE, "{third}");
    let third = third.with("/status", "waiting");
    let assignment = &third.list("/assignments")[0];
    assert!(assignment.get("acknowledge_by").is_none(), "no clock runs while it waits\n{third}");
    let emergency = water.submit(report("Отруєно воду").with("tlp", "red").with("danger_to_life", true));
    assert_eq!(lead(&emergency), CHARLIE, "levels 4 and 5 may use the surge\n{emergency}");
});

/// Answers that leave an incident at level 2 or below, where it weighs 1.
fn mild() -> Value {
    json!({
        "functional_impact": "no_impact", "observed_activity": "prepare", "location_of_observed_activity": "level_1_business_dmz",
        "actor_characterization": "hacktivists", "information_impact": "no_impact", "recoverability": "regular", "potential_impact": "minimal"
    })
}

both!(whoever_asks_for_satellite_terminals_gets_a_second_team, |server| {
    let incident = server.grid().submit(report("Зв’язку з підстанціями немає").with("assistance_requested", json!(["satellite_communications"])));
    assert_eq!(team(&incident, "support").as_deref(), Some(DELTA), "{incident}");
    assert!([ALPHA, BRAVO].contains(&lead(&incident).as_str()), "{incident}");
    let case = server.delta().get("/v1/cases").expect(200);
    assert_eq!(case.list("/items").len(), 1, "{case}");
    case.with("/items/0/role", "support").with("/items/0/incident/id", incident.str("/id"));
});

both!(least_loaded_and_round_robin_share_the_work, |server| {
    let grid: Vec<String> = (0..4).map(|n| lead(&server.grid().submit(report(&format!("Підстанція {n}"))))).collect();
    assert_eq!(grid.iter().filter(|team| *team == ALPHA).count(), 2, "{grid:?}");
    let registry: Vec<String> = (0..4).map(|n| lead(&server.registry().submit(report(&format!("Реєстр {n}"))))).collect();
    assert_ne!(registry[0], registry[1]);
    assert_eq!(registry[..2], registry[2..], "in turn: {registry:?}");
});

both!(an_institution_is_told_which_team_but_not_who_else_was_asked, |server| {
    let incident = server.hospital().submit(report("Не працює сервер"));
    let own = incident.at("/assignments/0");
    assert!(own["why"]["rules"].as_array().is_some_and(|rules| rules.contains(&json!("lead-health"))), "{incident}");
    assert!(own["why"].get("candidates").is_none(), "{incident}");
    assert!(own["acknowledge_by"].is_string(), "{incident}");
    let seen = server.coordinator().get(&format!("/v1/incidents/{}", incident.str("/id"))).expect(200);
    let candidates = seen.list("/assignments/0/why/candidates");
    assert!(candidates.iter().any(|one| one["team"] == GREEN && one["excluded_by"].as_array().is_some_and(|list| !list.is_empty())), "{seen}");
    assert!(candidates.iter().any(|one| one["team"] == ALPHA && one["excluded_by"].as_array().is_some_and(Vec::is_empty)), "{seen}");
});

both!(an_exercise_has_no_clocks_and_troubles_only_those_who_take_part, |server| {
    for exercise in [report("Навчання: шифрувальник").with("exercise", true), report("Перевірка").with("classification", json!({"class": "test"}))] {
        let incident = server.energy_exercise(exercise);
        assert!(incident.list("/deadlines").is_empty(), "{incident}");
        assert!([ALPHA, FRONT_OFFICE].contains(&lead(&incident).as_str()), "bravo did not opt in\n{incident}");
    }
});

trait Exercise {
    fn energy_exercise(&self, exercise: Report) -> Answer;
}

impl Exercise for Server {
    /// Energy goes to alpha and bravo in turn, so two in a row would reach bravo if it took part.
    fn energy_exercise(&self, exercise: Report) -> Answer {
        self.grid().submit(exercise.clone());
        self.grid().submit(exercise)
    }
}

both!(the_coordinator_reports_for_an_institution_that_telephones, |server| {
    let coordinator = server.coordinator();
    let told = report("Телефонують із лікарні: немає світла і серверів").with("reported_via", "telephone").with("notified_at", stamp(-600));
    let incident = coordinator.submit(told.clone().with("on_behalf_of", HOSPITAL)).with("/institution/id", HOSPITAL).with("/sector", "health");
    let reports = server.hospital().get(&format!("/v1/incidents/{}/reports", incident.str("/id"))).expect(200);
    assert!(reports.text().contains("telephone") && reports.text().contains("notified_at"), "{reports}");
    let unknown = coordinator.submit(told.clone().with("on_behalf_of", json!({"name": "Сільська амбулаторія", "phone": "+380 00 000 00 09"})));
    let provisional = unknown.string("/institution/id");
    let entry = coordinator.get(&format!("/v1/institutions/{provisional}")).expect(200).with("/provisional", true);
    assert!(entry.text().contains("Сільська амбулаторія"), "{entry}");
    coordinator.post("/v1/incidents").fresh_key().json(&told).faults(&["/on_behalf_of"]);
    let nobody = told.with("on_behalf_of", "01920000-0000-7002-8000-0000000000ff");
    coordinator.post("/v1/incidents").fresh_key().json(nobody).faults(&["/on_behalf_of"]);
});

both!(an_institution_reports_only_for_those_it_represents, |server| {
    let for_the_registry = report("Реєстр не відповідає").with("on_behalf_of", REGISTRY);
    let incident = server.ministry().submit(for_the_registry.clone()).with("/institution/id", REGISTRY);
    server.registry().get(&format!("/v1/incidents/{}", incident.str("/id"))).expect(200);
    let refused = server.hospital().post("/v1/incidents").fresh_key().json(for_the_registry).send();
    assert!([403, 422].contains(&refused.status), "{refused}");
    let unregistered = report("Хтось інший").with("on_behalf_of", json!({"name": "Хтось"}));
    let refused = server.hospital().post("/v1/incidents").fresh_key().json(unregistered).send();
    assert!([403, 422].contains(&refused.status), "{refused}");
});

both!(a_repeated_external_reference_leads_to_the_incident, |server| {
    let hospital = server.hospital();
    let first = hospital.submit(report("Перше").with("external_ref", "HD-2231")).with("/external_ref", "HD-2231");
    let conflict = hospital.post("/v1/incidents").fresh_key().json(report("Друге").with("external_ref", "HD-2231"));
    conflict.problem(409, "external_ref_exists").with("/incident_id", first.str("/id"));
    // Another institution counts by itself.
    server.grid().submit(report("Інша установа").with("external_ref", "HD-2231"));
    assert_eq!(server.store.count("incidents"), 2);
});

both!(an_unchanged_incident_costs_no_second_reading, |server| {
    let hospital = server.hospital();
    let incident = hospital.submit(report("Не працює сервер"));
    let path = format!("/v1/incidents/{}", incident.str("/id"));
    let tag = incident.etag();
    assert!(hospital.get(&path).header("if-none-match", &tag).expect(304).bytes.is_empty());
    assert!(hospital.get(&path).header("if-none-match", &format!("\"x\", {tag}")).expect(304).bytes.is_empty());
    let case = server.case_of(&server.alpha(), incident.str("/id"));
    server.verb(&server.alpha(), &case, "acknowledge", json!({})).expect(200);
    let changed = hospital.get(&path).header("if-none-match", &tag).expect(200);
    assert_ne!(changed.etag(), tag, "bumped with its assignments");
    changed.with("/assignments/0/state", "acknowledged");
});

both!(an_incident_that_is_not_there_and_a_malformed_id_are_not_found, |server| {
    for id in ["01920000-0000-7000-8000-000000000000", "not-an-id", "0", "%00", "UA-2026-7KQ4-M", "01920000000070008000000000000000"] {
        server.hospital().get(&format!("/v1/incidents/{id}")).problem(404, "not_found");
    }
});

both!(with_a_duty_line_every_refusal_of_a_report_says_whom_to_call, store |store| {
    let server = Server::start_with(store, &["--duty-line", "+380 00 000 11 22"]);
    let hospital = server.hospital();
    let en = hospital.post("/v1/incidents").json(json!({})).faults(&["/description"]);
    assert!(en.str("/support").contains("+380 00 000 11 22"), "{en}");
    let uk = hospital.post("/v1/incidents").in_ukrainian().json(json!({})).faults(&["/description"]);
    assert!(uk.str("/support").contains("+380 00 000 11 22"), "{uk}");
    hospital.post("/v1/incidents").without_token().json(json!({})).problem(401, "token_missing").at("/support");
    hospital.post("/v1/incidents").body("text/plain", "x").problem(415, "unsupported_media_type").at("/support");
    hospital.get("/v1/incidents?limit=0").problem(422, "validation_failed").without("/support");
});
