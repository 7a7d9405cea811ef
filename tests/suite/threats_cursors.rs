//! Cursors that were bent, made up, or given to somebody else.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zvit_tests::directory::{GRID, HOSPITAL};
use zvit_tests::{Client, Server, both, both_stores, fresh, json, report};

struct List {
    client: Client,
    path: String,
    cursor: String,
}

/// Every list with a true cursor into its middle.
fn lists(server: &Server) -> Vec<List> {
    let (hospital, grid, coordinator) = (server.hospital(), server.grid(), server.coordinator());
    let mut ids = Vec::new();
    for number in 0..3 {
        ids.push(hospital.submit(report(&format!("Лікарня {number}"))).string("/id"));
        grid.submit(report(&format!("Мережі {number}")));
    }
    for id in &ids {
        for _ in 0..2 {
            let path = format!("/v1/incidents/{id}/reports");
            hospital.post(&path).key(&fresh()).json(json!({"stage": "update", "description": "Ще"})).expect(201);
        }
    }
    let rules = coordinator.get("/v1/routing-rules").expect(200);
    let conversation = |id: &str| {
        for _ in 0..2 {
            let message = json!({"text": "Ще", "visibility": "all"});
            hospital.post(&format!("/v1/incidents/{id}/messages")).key(&fresh()).json(message).expect(201);
            crate::attachments::attach(&hospital, id, b"content");
        }
    };
    conversation(&ids[0]);
    conversation(&ids[1]);
    let restored = json!({"restore": rules.int("/version"), "reason": "Перевірка"});
    coordinator.put("/v1/routing-rules").if_match(&rules.etag()).json(restored).expect(200);
    let part = |id: &str, part: &str| format!("/v1/incidents/{id}/{part}");
    let mut places = vec![
        (hospital.clone(), "/v1/incidents".to_owned()),
        (hospital.clone(), "/v1/incidents/feed".into()),
        (hospital.clone(), part(&ids[0], "reports")),
        (hospital.clone(), part(&ids[1], "reports")),
        (hospital.clone(), part(&ids[0], "messages")),
        (hospital.clone(), part(&ids[1], "messages")),
        (hospital.clone(), part(&ids[0], "attachments")),
        (hospital, part(&ids[0], "timeline")),
        (grid.clone(), "/v1/incidents".into()),
        (grid, "/v1/incidents/feed".into()),
        (server.alpha(), "/v1/cases".into()),
        (server.bravo(), "/v1/cases".into()),
    ];
    for path in [
        "/v1/incidents",
        "/v1/incidents/feed",
        "/v1/participants",
        "/v1/institutions",
        "/v1/teams",
        "/v1/clients",
        "/v1/audit-events",
        "/v1/routing-rules/versions",
    ] {
        places.push((coordinator.clone(), path.into()));
    }
    let cursor = |(client, path): (Client, String)| {
        let cursor = client.get(&format!("{path}?limit=1")).expect(200).string("/next_cursor");
        List { client, path, cursor }
    };
    places.into_iter().map(cursor).collect()
}

/// No item is of another institution than the one that asks.
#[track_caller]
fn is_its_own(list: &List, answer: &zvit_tests::Answer) {
    let role = list.client.account().role.clone();
    for item in answer.list("/items") {
        if let (Some(id), "institution") = (item["institution"]["id"].as_str(), role.as_str()) {
            assert_eq!(id, list.client.owner(), "{answer}");
        }
        if let (Some(id), "team") = (item["team"]["id"].as_str(), role.as_str()) {
            assert_eq!(id, list.client.owner(), "{answer}");
        }
    }
    let other = if list.client.account().owner.as_deref() == Some(HOSPITAL) { GRID } else { HOSPITAL };
    assert!(role != "institution" || !answer.text().contains(other), "{answer}");
}

both!(a_cursor_is_good_where_it_was_given_out_and_nowhere_else, |server| {
    let lists = lists(server);
    for (at, list) in lists.iter().enumerate() {
        for (of, other) in lists.iter().enumerate() {
            let answer = list.client.get(&format!("{}?cursor={}", list.path, other.cursor)).send();
            if at == of {
                is_its_own(list, &answer.expect(200));
            } else {
                answer.faults(&["parameter cursor"]);
            }
        }
    }
});

both!(a_bent_cursor_shows_nothing_that_a_true_one_would_not, |server| {
    let lists = lists(server);
    server.receive_everything();
    server.store.untouched(|| {
        for list in &lists {
            let bytes = URL_SAFE_NO_PAD.decode(&list.cursor).expect("base64url");
            let mut bent: Vec<Vec<u8>> = Vec::new();
            for at in 0..bytes.len() {
                for bit in [0, 3, 7] {
                    let mut other = bytes.clone();
                    other[at] ^= 1 << bit;
                    bent.push(other);
                }
                bent.push(bytes[..at].to_vec());
            }
            let (head, place) = bytes.split_at(14);
            for filling in [0, 0x27, 0x25, 0x7f, 0x80, 0xff] {
                bent.push([head, vec![filling; place.len()].as_slice()].concat());
            }
            for made_up in [
                b"\0".as_slice(),
                b"a\0b",
                b"\xff\xfe",
                b"' OR 1=1 --",
                &[0; 150],
                &[b'z'; 150],
                &i64::MAX.to_be_bytes(),
                &i64::MIN.to_be_bytes(),
                &[],
            ] {
                bent.push([head, made_up].concat());
            }
            for bytes in bent {
                let cursor = URL_SAFE_NO_PAD.encode(&bytes);
                let answer = list.client.get(&format!("{}?cursor={cursor}", list.path)).send();
                assert!([200, 410, 422].contains(&answer.status), "{}: {bytes:x?}\n{answer}", list.path);
                if answer.status == 200 {
                    is_its_own(list, &answer);
                } else {
                    let (status, code) = (answer.status, answer.string("/code"));
                    assert!(["cursor_expired", "validation_failed"].contains(&code.as_str()), "{answer}");
                    answer.problem(status, &code);
                }
            }
            for text in [
                format!("{}=", list.cursor),
                format!("{}%20", list.cursor),
                list.cursor.to_lowercase() + "A",
                list.cursor.repeat(2),
                format!(".{}", list.cursor),
            ] {
                let answer = list.client.get(&format!("{}?cursor={text}", list.path)).send();
                assert!([200, 410, 422].contains(&answer.status), "{}: {text}\n{answer}", list.path);
            }
        }
    });
});

both_stores!(a_cursor_of_another_store_is_told_so, |store| {
    let server = Server::start(store);
    let lists = lists(&server);
    let Some(other) = zvit_tests::Store::empty(store.database) else { return };
    let file = zvit_tests::store::directory_file();
    let arguments = ["seed".to_owned(), file.display().to_string()];
    let seeded = zvit_tests::program::zvit(arguments.into_iter().chain(other.flags())).expect(0).json();
    let accounts: Vec<_> = seeded.as_array().expect("accounts").iter().map(zvit_tests::client::Account::read).collect();
    let elsewhere = Server::start(&other);
    for list in lists.iter().filter(|list| !list.path.starts_with("/v1/incidents/0")) {
        let account = list.client.account();
        let same =
            accounts.iter().find(|one| one.owner == account.owner && one.role == account.role).expect("an account");
        let answer = elsewhere.client(same).get(&format!("{}?cursor={}", list.path, list.cursor)).send();
        answer.problem(410, "cursor_expired");
    }
});
