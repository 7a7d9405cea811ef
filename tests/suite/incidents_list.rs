//! `GET /v1/incidents`: the list with its filters.

use zvit_tests::feed::everything;
use zvit_tests::{Client, both, json, report};

fn titles(client: &Client, query: &str) -> Vec<String> {
    everything(client, &format!("/v1/incidents?{query}"))
        .iter()
        .map(|incident| incident["title"].as_str().unwrap_or_default().to_owned())
        .collect()
}

both!(each_filter_narrows_and_together_they_narrow_more, |server| {
    let hospital = server.hospital();
    hospital.submit(
        report("…")
            .with("title", "Шифрувальник у лабораторії")
            .with("symptoms", json!(["files_encrypted"]))
            .with("regions", json!(["UA-30"])),
    );
    hospital.submit(
        report("…")
            .with("title", "Фішинг")
            .with("classification", json!({"class": "fraud", "type": "phishing"}))
            .with("regions", json!(["UA-46", "UA-30"])),
    );
    let third = hospital.submit(
        report("…")
            .with("title", "Немає зв’язку")
            .with("danger_to_life", true)
            .with("sector", "telecom")
            .with("external_ref", "АБВ-7"),
    );
    let team = server.owned_by(third.str("/assignments/0/team/id"), "team");
    server.verb(&team, third.str("/assignments/0/id"), "start", json!({})).expect(200);

    let reference = third.string("/reference");
    for (query, expected) in [
        ("", vec!["Немає зв’язку", "Фішинг", "Шифрувальник у лабораторії"]),
        ("sector=telecom", vec!["Немає зв’язку"]),
        ("sector=health", vec!["Фішинг", "Шифрувальник у лабораторії"]),
        ("level_min=4", vec!["Немає зв’язку"]),
        ("level_min=0", vec!["Немає зв’язку", "Фішинг", "Шифрувальник у лабораторії"]),
        ("class=fraud", vec!["Фішинг"]),
        ("class=information-content-security", vec!["Шифрувальник у лабораторії"]),
        ("region=UA-30", vec!["Фішинг", "Шифрувальник у лабораторії"]),
        ("region=UA-46", vec!["Фішинг"]),
        ("region=UA-05", vec![]),
        ("status=in_progress", vec!["Немає зв’язку"]),
        ("status=assigned", vec!["Фішинг", "Шифрувальник у лабораторії"]),
        ("region=UA-30&class=fraud", vec!["Фішинг"]),
        ("region=UA-46&class=availability", vec![]),
        ("text=%D1%88%D0%B8%D1%84%D1%80", vec!["Шифрувальник у лабораторії"]),
        ("text=%D0%9B%D0%90%D0%91%D0%9E%D0%A0%20%D1%88%D0%B8%D1%84", vec!["Шифрувальник у лабораторії"]),
        ("text=%D0%B0%D0%B1%D0%B2-7", vec!["Немає зв’язку"]),
        ("text=%D0%B1%D0%BE%D1%80%D0%B0", vec![]),
        ("text=%25", vec![]),
        ("text=%27%20OR%201=1--", vec![]),
    ] {
        assert_eq!(titles(&hospital, query), expected, "{query}");
    }
    assert_eq!(titles(&hospital, &format!("text={reference}")), ["Немає зв’язку"]);
    let since = third.string("/received_at");
    assert!(titles(&hospital, &format!("since={since}")).contains(&"Немає зв’язку".to_owned()));
    assert_eq!(titles(&hospital, "since=2099-01-01T00:00:00Z"), Vec::<String>::new());
});

both!(pages_show_everything_once_newest_change_first, |server| {
    let hospital = server.hospital();
    let ids: Vec<String> =
        (0..23).map(|number| hospital.submit(report(&format!("Подія {number}"))).string("/id")).collect();
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = hospital.get(&format!("/v1/incidents?limit=5{cursor}")).expect(200);
        assert!(page.list("/items").len() <= 5);
        seen.extend(page.list("/items").iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        match page.value.get("next_cursor") {
            Some(next) => cursor = format!("&cursor={}", next.as_str().unwrap()),
            None => break,
        }
    }
    let newest_first: Vec<String> = ids.iter().rev().cloned().collect();
    assert_eq!(seen, newest_first);
    // What changes comes to the front.
    let first = &ids[0];
    let case = server.case_of(&server.alpha(), first);
    server.verb(&server.alpha(), &case, "acknowledge", json!({})).expect(200);
    let page = hospital.get("/v1/incidents?limit=1").expect(200).with("/items/0/id", first.as_str());
    assert!(page.has("/next_cursor"));
});

both!(a_wrong_query_is_refused_with_every_parameter_named, |server| {
    let hospital = server.hospital();
    for query in ["limit=0", "limit=201", "limit=-1", "limit=ten", "limit="] {
        hospital.get(&format!("/v1/incidents?{query}")).faults(&["parameter limit"]);
    }
    for (query, parameter) in [
        ("cursor=%21%21", "cursor"),
        ("cursor=AAAA", "cursor"),
        ("cursor=", "cursor"),
        ("status=broken", "status"),
        ("sector=magic", "sector"),
        ("level_min=6", "level_min"),
        ("level_min=-1", "level_min"),
        ("class=virus", "class"),
        ("region=UA-99", "region"),
        ("since=yesterday", "since"),
        ("since=2026-01-01T00:00:00", "since"),
        ("colour=red", "colour"),
        ("text=%00", "text"),
    ] {
        hospital.get(&format!("/v1/incidents?{query}")).faults(&[&format!("parameter {parameter}")]);
    }
    hospital.get("/v1/incidents?limit=0&sector=magic&colour=red&level_min=9").faults(&[
        "parameter colour",
        "parameter level_min",
        "parameter limit",
        "parameter sector",
    ]);
});

both!(a_team_may_not_list_incidents, |server| {
    server.alpha().get("/v1/incidents").problem(403, "scope_lacking");
    server.observer().get("/v1/incidents").problem(403, "scope_lacking");
});

both!(the_coordinator_lists_all_and_an_institution_its_own, |server| {
    server.hospital().submit(report("Лікарня"));
    server.grid().submit(report("Мережа"));
    assert_eq!(everything(&server.coordinator(), "/v1/incidents").len(), 2);
    assert_eq!(everything(&server.hospital(), "/v1/incidents").len(), 1);
    assert_eq!(everything(&server.water(), "/v1/incidents").len(), 0);
});
