//! What is above a team's TLP ceiling isn't there for it: the same service, once without and once with such an incident, and
//! all that can be read is the same to the byte. Time stands still and ids are counted, so nothing else can differ.

use zvit_tests::directory::{ALPHA, CHARLIE};
use zvit_tests::feed::{everything, page};
use zvit_tests::{Answer, Client, Server, Store, Value, both, both_stores, json, report};

/// What an answer shows, but for what is another at every call.
type Seen = (String, u16, Vec<(String, String)>, Vec<u8>);

fn seen(answer: &Answer) -> Seen {
    let headers = answer.headers.iter().filter(|(name, _)| {
        !["date", "x-request-id"].contains(&name.as_str()) && !name.as_str().starts_with("ratelimit")
    });
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    headers.sort();
    let path = answer.url.split_once("127.0.0.1:").map_or(answer.url.as_str(), |(_, rest)| rest);
    let path = path.split_once('/').map_or("", |(_, path)| path);
    (format!("{} /{path}", answer.method), answer.status, headers, answer.bytes.clone())
}

fn get(client: &Client, path: &str, into: &mut Vec<Seen>) -> Answer {
    let answer = client.get(path).header("x-request-id", "the-same").send();
    into.push(seen(&answer));
    answer
}

/// A list from its beginning, one by one and then all at once.
fn pages(client: &Client, path: &str, into: &mut Vec<Seen>) {
    for limit in [1, 200] {
        let mut cursor = None;
        loop {
            let after = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let page = get(client, &format!("{path}?limit={limit}{after}"), into);
            let read = page.value["items"].as_array().map_or(0, Vec::len);
            cursor = page.value["next_cursor"].as_str().map(str::to_owned);
            if read == 0 || cursor.is_none() {
                break;
            }
        }
    }
}

/// The course of a few incidents, as both runs have it.
fn course(server: &Server) {
    let hospital = server.hospital();
    let texts = ["Не відкривається реєстр", "Зашифровано сервери", "Фішинг", "Немає зв’язку", "Підозра"];
    let cases: Vec<(String, String)> = texts
        .iter()
        .map(|text| {
            let made = hospital.submit(report(text).with("assistance_requested", json!(["satellite_communications"])));
            assert_eq!(made.str("/assignments/0/team/id"), ALPHA, "{made}");
            (made.string("/id"), made.string("/assignments/0/id"))
        })
        .collect();
    let alpha = server.alpha();
    server.verb(&alpha, &cases[0].1, "acknowledge", json!({"external_ref": "A-1"})).expect(200);
    server.verb(&alpha, &cases[1].1, "decline", json!({"reason": "Немає людей"})).expect(200);
    server.verb(&alpha, &cases[2].1, "start", json!({})).expect(200);
    let follow_up = |id: &str, body: Value| {
        hospital.post(&format!("/v1/incidents/{id}/reports")).fresh_key().json(body).expect(201);
    };
    follow_up(&cases[0].0, json!({"stage": "preliminary", "measures_taken": "Від’єднано"}));
    // Above alpha's ceiling from now on, within bravo's: alpha is told to forget it.
    follow_up(&cases[3].0, json!({"stage": "update", "tlp": "amber+strict"}));
    hospital.submit(report("Лише спільноті").with("tlp", "green"));
    server.grid().submit(report("Диспетчерська").with("external_ref", "G-1"));
    server.registry().submit(report("Реєстр прав"));
    // That a team first has a case is noted when it reads it: before anything else happens, in both runs.
    server.receive_everything();
}

/// Everything that a team, or an institution, can read, and what it is told about ids it may not know.
fn all_reads(client: &Client, hidden: &[String]) -> Vec<Seen> {
    let mut read = Vec::new();
    let is_team = client.account().role == "team";
    get(client, "/v1/me", &mut read);
    get(client, "/v1/vocabularies", &mut read);
    let lists: &[&str] = if is_team { &["/v1/cases"] } else { &["/v1/incidents", "/v1/incidents/feed"] };
    for list in lists {
        pages(client, list, &mut read);
    }
    for state in ["assigned", "acknowledged", "in_progress", "declined", "revoked"].iter().filter(|_| is_team) {
        get(client, &format!("/v1/cases?state={state}"), &mut read);
    }
    for item in everything(client, lists[0]) {
        let own = item["id"].as_str().expect("an id");
        let incident = if is_team { item["incident"]["id"].as_str() } else { Some(own) };
        get(client, &if is_team { format!("/v1/cases/{own}") } else { format!("/v1/incidents/{own}") }, &mut read);
        for part in ["timeline", "reports"] {
            if let Some(incident) = incident {
                pages(client, &format!("/v1/incidents/{incident}/{part}"), &mut read);
            }
        }
    }
    for id in hidden {
        for path in [format!("/v1/cases/{id}"), format!("/v1/incidents/{id}")] {
            let foreign = if is_team { "/v1/incidents/" } else { "/v1/cases/" };
            if !path.starts_with(foreign) {
                get(client, &path, &mut read);
            }
        }
        for part in ["timeline", "reports"] {
            get(client, &format!("/v1/incidents/{id}/{part}"), &mut read);
        }
        let write = if is_team { format!("/v1/cases/{id}/acknowledge") } else { format!("/v1/incidents/{id}/reports") };
        let body = if is_team { json!({}) } else { json!({"stage": "update", "description": "Ще"}) };
        let call = client.post(&write).key("the-same-key").header("x-request-id", "the-same").json(body);
        read.push(seen(&call.send()));
    }
    read
}

fn teams_below(server: &Server) -> Vec<(&'static str, Client)> {
    vec![
        ("alpha", server.alpha()),
        ("bravo", server.bravo()),
        ("delta", server.delta()),
        ("green", server.green()),
        ("front office", server.front_office()),
        ("grid", server.grid()),
        ("registry", server.registry()),
        ("water", server.water()),
    ]
}

both_stores!(an_incident_above_the_ceiling_changes_no_byte_of_what_a_team_reads, |store| {
    let Some(other) = Store::seeded(store.database) else { return };
    let moment = zvit_tests::now().as_micros().to_string();
    let flags = ["--rehearsal-moment", moment.as_str()];
    // With the hidden incident first, so that the run without it can be asked for its ids.
    let with = Server::start_with(store, &flags);
    course(&with);
    let hidden = with.hospital().submit(
        report("Зашифровано сервери")
            .with("tlp", "red")
            .with("assistance_requested", json!(["incident_response", "satellite_communications"])),
    );
    assert_eq!(hidden.str("/assignments/0/team/id"), CHARLIE, "{hidden}");
    let ids = [hidden.string("/id"), hidden.string("/assignments/0/id")];
    let without = Server::start_with(&other, &flags);
    course(&without);
    for ((name, client), (_, same)) in teams_below(&with).into_iter().zip(teams_below(&without)) {
        let (there, not_there) = (all_reads(&client, &ids), all_reads(&same, &ids));
        assert_eq!(there.len(), not_there.len(), "{name}");
        for (one, other) in there.iter().zip(&not_there) {
            let shown =
                |seen: &Seen| format!("{} {} {:?}\n{}", seen.0, seen.1, seen.2, String::from_utf8_lossy(&seen.3));
            assert!(one == other, "{name}: with it\n{}\nwithout it\n{}", shown(one), shown(other));
        }
    }
    // Whoever may see it does: the comparison can tell.
    assert_ne!(all_reads(&with.charlie(), &ids), all_reads(&without.charlie(), &ids));
    assert_ne!(all_reads(&with.hospital(), &ids), all_reads(&without.hospital(), &ids));
});

both!(the_last_word_about_a_lost_case_says_nothing_of_the_incident, |server| {
    let incident = server.hospital().submit(report("Таємниця").with("title", "Таємниця"));
    let (id, case) = (incident.string("/id"), incident.string("/assignments/0/id"));
    server.verb(&server.alpha(), &case, "acknowledge", json!({})).expect(200);
    let narrower = json!({"stage": "update", "tlp": "red"});
    server.hospital().post(&format!("/v1/incidents/{id}/reports")).fresh_key().json(narrower).expect(201);
    let feed = page(&server.alpha(), "/v1/cases", 50, None);
    let mut members: Vec<&String> = feed.at("/items/0").as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["at", "forget", "id", "reference", "state"], "{feed}");
    let lost = feed.clone().with("/items/0/id", case.as_str()).with("/items/0/reference", incident.str("/reference"));
    lost.with("/items/0/state", "revoked").with("/items/0/forget", true);
    for path in
        [format!("/v1/cases/{case}"), format!("/v1/incidents/{id}/timeline"), format!("/v1/incidents/{id}/reports")]
    {
        server.alpha().get(&path).problem(404, "not_found");
    }
});

both_stores!(a_rehearsal_that_stands_still_repeats_itself_and_can_still_be_put_ahead, |store| {
    let Some(other) = Store::seeded(store.database) else { return };
    let moment = zvit_tests::now().as_micros().to_string();
    let made: Vec<Answer> = [store, &other]
        .into_iter()
        .map(|store| {
            let server = Server::start_with(store, &["--rehearsal-moment", moment.as_str()]);
            let first = server.hospital().submit(report("Подія"));
            server.pass(60);
            let second = server.hospital().submit(report("Подія"));
            assert_ne!(first.str("/received_at"), second.str("/received_at"));
            assert_ne!(first.str("/reference"), second.str("/reference"));
            second
        })
        .collect();
    assert_eq!(made[0].bytes, made[1].bytes);
});
