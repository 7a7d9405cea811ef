//! Triage from outside: the sector that was hit, the score and its interval, floors.

use zvit_tests::{Answer, Value, both, json, report};

fn codes(incident: &Answer, pointer: &str) -> Vec<String> {
    incident.list(pointer).iter().map(|item| item["code"].as_str().unwrap_or_default().to_owned()).collect()
}

both!(the_sector_is_what_was_hit_not_who_reports, |server| {
    // A ministry reports that its register is down: by the name of the service, by word, and not at all.
    let by_service = server
        .ministry()
        .submit(report("Реєстр не відповідає").with("affected_services", json!(["Реєстр актів (тест)"])));
    let by_service = by_service.with("/sector", "registries").with("/triage/sector", "registries");
    let by_word = server
        .ministry()
        .submit(report("Реєстр не відповідає").with("sector", "registries"))
        .with("/sector", "registries");
    let own = server.ministry().submit(report("Сайт не відповідає")).with("/sector", "government");
    for incident in [&by_service, &by_word] {
        assert!(
            codes(incident, "/triage/factors").iter().any(|code| code.contains("sector")),
            "the difference is a named factor\n{incident}"
        );
    }
    assert_eq!(
        codes(&own, "/triage/factors")
            .iter()
            .filter(|code| code.contains("mismatch") || code.contains("differs"))
            .count(),
        0,
        "{own}"
    );
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
    let incident = server.hospital().submit(
        report("Усі сервери зашифровано").with("symptoms", json!(["files_encrypted"])).with("impact", answers.clone()),
    );
    assert!(incident.int("/level") >= 3, "critical services are denied\n{incident}");
    // RSIT counts ransomware among the unauthorised modifications.
    incident
        .with("/classification/class", "information-content-security")
        .with("/classification/type", "unauthorised-information-modification");
    let lives = server.hospital().submit(report("Апарати не працюють").with("danger_to_life", true));
    assert!(lives.int("/level") >= 4, "{lives}");
    assert!(
        codes(&lives, "/triage/factors").iter().any(|code| code.contains("danger_to_life")),
        "a floor is a named factor\n{lives}"
    );
    let control = server
        .grid()
        .submit(report("Вимикачі вмикає хтось інший").with("symptoms", json!(["process_control_affected"])));
    assert!(control.int("/level") >= 4, "{control}");
    let register = server.registry().submit(report("Реєстр знищено").with("symptoms", json!(["data_destroyed"])));
    assert!(register.int("/level") >= 4, "{register}");
});

both!(the_published_cases_score_what_they_score_everywhere, |server| {
    let cases = [
        (
            server.hospital(),
            59.6748,
            [
                "denial_of_critical_services_or_loss_of_control",
                "effect",
                "level_2_business_network",
                "criminal",
                "privacy_data_loss",
                "supplemented",
                "high",
            ],
        ),
        (
            server.grid(),
            93.4959,
            [
                "denial_of_critical_services_or_loss_of_control",
                "effect",
                "level_6_critical_systems",
                "apt_targeted",
                "destruction_of_critical_system",
                "extended",
                "severe",
            ],
        ),
        (
            server.ministry(),
            26.5041,
            ["no_impact_to_services", "engage", "level_1_business_dmz", "unknown", "no_impact", "regular", "low"],
        ),
        (
            server.grid(),
            100.0,
            [
                "denial_of_critical_services_or_loss_of_control",
                "effect",
                "level_7_safety_systems",
                "apt_targeted",
                "destruction_of_critical_system",
                "not_recoverable",
                "severe",
            ],
        ),
    ];
    let questions = [
        "functional_impact",
        "observed_activity",
        "location_of_observed_activity",
        "actor_characterization",
        "information_impact",
        "recoverability",
        "potential_impact",
    ];
    for (client, score, answers) in cases {
        let answers: serde_json::Map<String, Value> =
            questions.iter().zip(answers).map(|(question, answer)| ((*question).to_owned(), json!(answer))).collect();
        let incident =
            client.submit(report(&format!("Випадок на {score}")).with("impact", answers)).with("/triage/score", score);
        let contributions: f64 =
            incident.list("/triage/factors").iter().filter_map(|factor| factor["contribution"].as_f64()).sum();
        assert!(contributions > 0.0, "{incident}");
        assert!(
            incident.at("/triage/score_low").as_f64() <= Some(score)
                && Some(score) <= incident.at("/triage/score_high").as_f64(),
            "{incident}"
        );
    }
});
