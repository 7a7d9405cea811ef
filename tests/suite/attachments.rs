//! `/v1/incidents/{id}/attachments`: files sent in a stream, kept by their hash, given out as downloads only.

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zvit_tests::feed::everything;
use zvit_tests::raw::Connection;
use zvit_tests::{
    Answer, Call, Client, Server, Store, Value, both, both_stores, eventually, fresh, in_parallel, json, report, sha256,
};

use crate::messages::Scene;

const MIB: usize = 1024 * 1024;

/// Bytes that no two sizes share.
fn bytes(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at.wrapping_mul(2_654_435_761) >> 7) as u8).collect()
}

fn digest_of(bytes: &[u8]) -> Vec<u8> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref().to_vec()
}

fn sending(client: &Client, path: &str, content: &[u8]) -> Call {
    client.post(path).fresh_key().body("application/octet-stream", content)
}

/// Sends a file as the hospital does.
#[track_caller]
pub(crate) fn attach(client: &Client, incident: &str, content: &[u8]) -> Answer {
    let path = format!("/v1/incidents/{incident}/attachments?filename=proxy.log&kind=log");
    sending(client, &path, content).expect(201)
}

/// Every file in the attachments' directory, on its way or in its place.
fn files(store: &Store) -> Vec<PathBuf> {
    fn all(directory: &Path, into: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(directory).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() { all(&path, into) } else { into.push(path) }
        }
    }
    let mut found = Vec::new();
    all(&store.directory().join("attachments"), &mut found);
    found
}

#[track_caller]
fn content(client: &Client, id: &str) -> Answer {
    client.get(&format!("/v1/attachments/{id}/content")).expect(200)
}

both!(a_file_comes_back_to_the_byte_as_a_download, |server| {
    let scene = Scene::of(server);
    let sent = bytes(3 * MIB + 17);
    let path = scene.path("attachments?filename=..%2F%D0%B7%D0%B2%D1%96%D1%82.exe&kind=document&hazardous=false");
    let made = sending(&server.hospital(), &path, &sent).expect(201);
    let id = made.string("/id");
    made.clone().with("/filename", "звіт.exe").with("/size", sent.len()).with("/kind", "document");
    assert_eq!((made.str("/sha256"), made.at("/hazardous")), (sha256::hex(&sent).as_str(), &json!(false)));
    assert_eq!(made.header("location"), format!("/v1/attachments/{id}/content"));
    for party in [server.hospital(), server.alpha(), server.bravo(), server.coordinator()] {
        let fetched = content(&party, &id);
        assert!(fetched.bytes == sent, "{}", fetched.bytes.len());
        for (name, value) in [
            ("content-type", "application/octet-stream"),
            ("content-disposition", "attachment; filename*=UTF-8''%D0%B7%D0%B2%D1%96%D1%82.exe"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(fetched.header(name), value);
        }
        assert!(fetched.header("content-security-policy").contains("sandbox"));
        let digest = format!("sha-256=:{}:", STANDARD.encode(digest_of(&sent)));
        assert_eq!(fetched.header("content-digest"), digest);
        assert_eq!(everything(&party, &scene.path("attachments")), std::slice::from_ref(&made.value));
        let events = everything(&party, &scene.path("timeline"));
        assert_eq!(events.iter().filter(|event| event["type"] == "attachment_added").count(), 1);
    }
    let changes = server.bravo().get(&format!("/v1/cases/{}", scene.bravo_case)).expect(200);
    assert!(changes.list("/changes").iter().any(|change| change["kind"] == "attachment"), "{changes}");
});

both!(whoever_is_no_party_finds_no_file, |server| {
    let scene = Scene::of(server);
    let id = attach(&server.hospital(), &scene.incident, b"secret").string("/id");
    let path = scene.path("attachments?filename=x&kind=log");
    for stranger in [server.grid(), server.charlie()] {
        stranger.get(&format!("/v1/attachments/{id}/content")).problem(404, "not_found");
        stranger.get(&scene.path("attachments")).problem(404, "not_found");
        sending(&stranger, &path, b"x").problem(404, "not_found");
    }
    for outsider in [server.observer(), server.auditor()] {
        outsider.get(&format!("/v1/attachments/{id}/content")).problem(403, "scope_lacking");
        sending(&outsider, &path, b"x").problem(403, "scope_lacking");
    }
    server.verb(&server.bravo(), &scene.bravo_case, "decline", json!({"reason": "Немає людей"})).expect(200);
    server.bravo().get(&format!("/v1/attachments/{id}/content")).problem(404, "not_found");
    server.coordinator().get("/v1/attachments/01920000-0000-7abc-8def-0000000000ff/content").problem(404, "not_found");
    assert_eq!(files(&server.store).len(), 1);
});

both!(a_hazardous_file_leaves_in_an_archive_with_a_password, |server| {
    let scene = Scene::of(server);
    let sent = bytes(MIB + 3);
    let path = scene.path("attachments?filename=%D0%B2%D1%96%D1%80%D1%83%D1%81.dll&kind=malware_sample&hazardous=true");
    let id = sending(&server.hospital(), &path, &sent).expect(201).with("/hazardous", true).string("/id");
    let fetched = content(&server.alpha(), &id);
    assert!(
        fetched.header("content-disposition").ends_with("%D1%96%D1%80%D1%83%D1%81.dll.zip"),
        "{}",
        fetched.header("content-disposition")
    );
    assert!(!fetched.bytes.windows(64).any(|window| window == &sent[..64]), "its bytes are not in it as they are");
    let mut archive = zip::ZipArchive::new(Cursor::new(fetched.bytes)).expect("a ZIP");
    assert!(archive.by_index(0).is_err(), "it needs the password");
    let mut opened = archive.by_index_decrypt(0, b"infected").expect("the password");
    assert_eq!(opened.name().expect("a name"), "вірус.dll");
    let mut read = Vec::new();
    opened.read_to_end(&mut read).expect("it is read");
    assert!(read == sent);
    assert_eq!(files(&server.store).len(), 1, "the archive is not kept");
});

both!(what_is_refused_leaves_nothing_behind, |server| {
    let scene = Scene::of(server);
    let (hospital, path) = (server.hospital(), scene.path("attachments?filename=x.log&kind=log"));
    let content = bytes(300 * 1024);
    server.store.untouched(|| {
        let wrong = format!("sha-256=:{}:", STANDARD.encode(digest_of(b"else")));
        sending(&hospital, &path, &content).header("content-digest", &wrong).problem(422, "digest_mismatch");
        sending(&hospital, &path, &content).header("content-digest", "sha-256=:x:").faults(&["header Content-Digest"]);
        sending(&hospital, &path, b"").problem(422, "validation_failed");
        hospital.post(&path).body("application/octet-stream", "x").problem(422, "idempotency_key_required");
        for media_type in ["application/json", "multipart/form-data; boundary=x", "text/plain", "image/svg+xml"] {
            hospital.post(&path).fresh_key().body(media_type, "x").problem(415, "unsupported_media_type");
        }
        let bad = scene.path("attachments?kind=virus&hazardous=maybe&path=x");
        let places = ["parameter kind", "parameter hazardous", "parameter path", "parameter filename"];
        let mut named = sending(&hospital, &bad, b"x").expect(422).places();
        named.sort();
        assert_eq!(named, {
            let mut places = places.map(str::to_owned);
            places.sort();
            places
        });
        sending(&hospital, &scene.path("attachments?filename=&kind=log"), b"x").faults(&["parameter filename"]);
    });
    assert!(files(&server.store).is_empty(), "{:?}", files(&server.store));
    let right = format!("md5=:AAAA:, sha-256=:{}:", STANDARD.encode(digest_of(&content)));
    sending(&hospital, &path, &content).header("content-digest", &right).expect(201);
});

both!(a_file_has_32_mib_at_most, |server| {
    let scene = Scene::of(server);
    let path = scene.path("attachments?filename=dump.raw&kind=memory_image");
    let most = bytes(32 * MIB);
    let id = sending(&server.hospital(), &path, &most).expect(201).with("/size", most.len()).string("/id");
    assert!(content(&server.alpha(), &id).bytes == most);
    let more = bytes(32 * MIB + 1);
    sending(&server.hospital(), &path, &more).problem(413, "payload_too_large");
    // Without a length it is noticed on the way.
    let mut connection = Connection::open(&server.base);
    begin_chunked(&mut connection, &server.hospital(), &path);
    for piece in more.chunks(MIB) {
        if !connection.send(&chunk(piece)) {
            break;
        }
    }
    let _ = connection.send(b"0\r\n\r\n");
    connection.answer().problem(413, "payload_too_large");
    assert_eq!(files(&server.store).len(), 1);
});

fn chunk(piece: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat()
}

fn begin_chunked(connection: &mut Connection, client: &Client, path: &str) {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: zvit.localhost\r\nAuthorization: Bearer {}\r\nIdempotency-Key: {}\r\n\
         Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
        client.token().expect("a token"),
        fresh()
    );
    assert!(connection.send(head.as_bytes()));
}

both!(a_connection_that_breaks_leaves_nothing_behind, |server| {
    let scene = Scene::of(server);
    let path = scene.path("attachments?filename=x.log&kind=log");
    let mut connection = Connection::open(&server.base);
    begin_chunked(&mut connection, &server.hospital(), &path);
    assert!(connection.send(&chunk(&bytes(MIB))));
    eventually("it comes in", || (!files(&server.store).is_empty()).then_some(()));
    drop(connection);
    eventually("nothing is left of it", || files(&server.store).is_empty().then_some(()));
    assert!(everything(&server.hospital(), &scene.path("attachments")).is_empty());
});

both_stores!(a_server_killed_within_an_upload_serves_nothing_of_it, |store| {
    let mut server = Server::start(store);
    let scene = Scene::of(&server);
    let path = scene.path("attachments?filename=x.log&kind=log");
    let kept = attach(&server.hospital(), &scene.incident, b"kept").string("/id");
    let mut connection = Connection::open(&server.base);
    begin_chunked(&mut connection, &server.hospital(), &path);
    assert!(connection.send(&chunk(&bytes(MIB))));
    eventually("it comes in", || (files(store).len() == 2).then_some(()));
    server.kill();
    let orphan = store.directory().join("attachments").join("ab");
    std::fs::create_dir_all(&orphan).expect("a directory");
    std::fs::write(orphan.join(format!("ab{}", "0".repeat(62))), b"a file whose row was never written")
        .expect("a file");
    let server = Server::start(store);
    let listed = everything(&server.hospital(), &scene.path("attachments"));
    assert_eq!(listed.iter().map(|one| one["id"].clone()).collect::<Vec<_>>(), [json!(kept)]);
    assert_eq!(files(store).len(), 3);
    // What may still be on its way is let be; an hour later it is not.
    server.pass(3 * 3_600);
    eventually("what was left is swept away", || (files(store).len() == 1).then_some(()));
    assert_eq!(content(&server.hospital(), &kept).bytes, b"kept");
});

both!(a_file_is_sent_once_with_a_key, |server| {
    let scene = Scene::of(server);
    let (path, key) = (scene.path("attachments?filename=x.log&kind=log"), fresh());
    let send = |path: &str, content: &[u8]| {
        server.hospital().post(path).key(&key).body("application/octet-stream", content).send()
    };
    let first = send(&path, b"one").expect(201);
    let again = send(&path, b"one").expect(201);
    assert_eq!((again.header("idempotency-replayed"), &again.value), ("true", &first.value));
    send(&path, b"two").problem(422, "idempotency_key_reused");
    send(&scene.path("attachments?filename=y.log&kind=log"), b"one").problem(422, "idempotency_key_reused");
    assert_eq!(everything(&server.hospital(), &scene.path("attachments")).len(), 1);
    eventually("what came in for nothing is gone", || (files(&server.store).len() == 1).then_some(()));
    // The same bytes sent anew are another attachment, and one file.
    let other = send_fresh(server, &path, b"one");
    assert_ne!(other.str("/id"), first.str("/id"));
    assert_eq!(files(&server.store).len(), 1);
});

fn send_fresh(server: &Server, path: &str, content: &[u8]) -> Answer {
    sending(&server.hospital(), path, content).expect(201)
}

both_stores!(each_party_has_a_quota_of_its_own, |store| {
    let server = Server::start_with(store, &["--attachment-quota-mb", "2"]);
    let scene = Scene::of(&server);
    let path = scene.path("attachments?filename=x.log&kind=log");
    sending(&server.hospital(), &path, &bytes(1_500_000)).expect(201);
    let refused = sending(&server.hospital(), &path, &bytes(600_000)).problem(409, "quota_exceeded");
    assert!(refused.str("/detail").contains("2 MB"), "{}", refused.str("/detail"));
    // Nor without saying beforehand how much it will be.
    let mut connection = Connection::open(&server.base);
    begin_chunked(&mut connection, &server.hospital(), &path);
    assert!(connection.send(&chunk(&bytes(600_000))) && connection.send(b"0\r\n\r\n"));
    connection.answer().problem(409, "quota_exceeded");
    assert_eq!(files(store).len(), 1);
    // It holds for all of its incidents, and for nobody else.
    let other = server.hospital().submit(report("Інша подія")).string("/id");
    let other = format!("/v1/incidents/{other}/attachments?filename=x.log&kind=log");
    sending(&server.hospital(), &other, &bytes(600_001)).problem(409, "quota_exceeded");
    sending(&server.hospital(), &other, &bytes(400_000)).expect(201);
    for client in [server.alpha(), server.coordinator()] {
        sending(&client, &path, &bytes(1_900_000)).expect(201);
    }
    sending(&server.alpha(), &path, &bytes(200_000)).problem(409, "quota_exceeded");
    let elsewhere = json!({"filename": "disk.raw", "kind": "disk_image", "url": "https://files.example/disk.raw", "sha256": "0".repeat(64), "size": 1_000_000_000_000_u64});
    server.hospital().post(&scene.path("attachments/external")).fresh_key().json(elsewhere).expect(201);
});

both_stores!(many_at_once_do_not_get_past_the_quota, |store| {
    let server = Server::start_with(store, &["--attachment-quota-mb", "1"]);
    let scene = Scene::of(&server);
    let path = scene.path("attachments?filename=x.log&kind=log");
    let hospital = server.hospital();
    let _ = hospital.token();
    let statuses = in_parallel(4, |number| sending(&hospital, &path, &bytes(400_000 + number)).send().status);
    let taken = statuses.iter().filter(|status| **status == 201).count();
    assert!(taken == 2 && statuses.iter().all(|status| [201, 409].contains(status)), "{statuses:?}");
    eventually("the others leave no file", || (files(store).len() == 2).then_some(()));
});

both_stores!(two_servers_share_one_directory, |store| {
    let (one, other) = (Server::start(store), Server::start(store));
    let scene = Scene::of(&one);
    let sent = bytes(MIB);
    let id = attach(&one.hospital(), &scene.incident, &sent).string("/id");
    assert!(content(&other.alpha(), &id).bytes == sent);
    let back = attach(&other.alpha(), &scene.incident, &sent).string("/id");
    assert!(content(&one.hospital(), &back).bytes == sent);
    assert_eq!(files(store).len(), 1, "the same bytes stand once");
});

both!(a_file_that_was_spoilt_is_never_taken_for_the_whole, |server| {
    let scene = Scene::of(server);
    let sent = bytes(MIB);
    let plain = attach(&server.hospital(), &scene.incident, &sent).string("/id");
    let path = scene.path("attachments?filename=x.dll&kind=malware_sample&hazardous=true");
    let hazardous = sending(&server.hospital(), &path, &sent).expect(201).string("/id");
    let file = files(&server.store).pop().expect("a file");
    let mut spoilt = sent.clone();
    spoilt[MIB - 1] ^= 1;
    std::fs::write(&file, &spoilt).expect("it is spoilt");
    let broken = server.alpha().get(&format!("/v1/attachments/{plain}/content")).try_send();
    assert!(broken.is_err(), "the connection breaks off before its end");
    server.alpha().get(&format!("/v1/attachments/{hazardous}/content")).problem(503, "attachments_unavailable");
    eventually("it is in the log", || server.log().contains("no longer what it was").then_some(()));
    std::fs::remove_file(&file).expect("it is gone");
    server.alpha().get(&format!("/v1/attachments/{plain}/content")).problem(503, "attachments_unavailable");
    // Who still has it, mends it.
    attach(&server.hospital(), &scene.incident, &sent);
    assert!(content(&server.alpha(), &plain).bytes == sent);
});

both!(a_larger_file_is_named_where_it_is, |server| {
    let scene = Scene::of(server);
    let path = scene.path("attachments/external");
    let body = json!({
        "filename": "/mnt/memory.raw", "kind": "memory_image", "hazardous": true,
        "url": "https://files.example/memory.raw", "sha256": "AB".repeat(32), "size": 8_589_934_592_u64
    });
    let made = server.hospital().post(&path).fresh_key().json(body.clone()).expect(201);
    let made = made.with("/filename", "memory.raw").with("/sha256", "ab".repeat(32)).with("/size", 8_589_934_592_u64);
    assert_eq!(made.at("/external_location"), &json!({"url": "https://files.example/memory.raw"}));
    let listed = everything(&server.alpha(), &scene.path("attachments"));
    assert_eq!(listed, std::slice::from_ref(&made.value));
    server.alpha().get(&format!("/v1/attachments/{}/content", made.str("/id"))).problem(404, "not_found");
    let bent = |member: &str, value: Value| {
        let mut bent = body.clone();
        bent[member] = value;
        server.hospital().post(&path).fresh_key().json(bent).faults(&[&format!("/{member}")]);
    };
    server.store.untouched(|| {
        for url in [
            "http://files.example/x",
            "https://",
            "https://user:secret@files.example/x",
            "https://@files.example/x",
            "https://:@files.example/x",
            "https://files.example\\@elsewhere.example/x",
            "https:///files.example/x",
            &format!("https://files.example/{}", "x".repeat(2_000)),
            "javascript:alert(1)",
            "https:// x",
        ] {
            bent("url", json!(url));
        }
        bent("sha256", json!("zz".repeat(32)));
        bent("size", json!(0));
        bent("kind", json!("virus"));
        bent("filename", json!(" "));
        server.grid().post(&path).fresh_key().json(body.clone()).problem(404, "not_found");
    });
});

both!(who_is_shut_out_while_it_sends_leaves_nothing, |server| {
    let scene = Scene::of(server);
    let path = scene.path("attachments?filename=x.log&kind=log");
    let mut connection = Connection::open(&server.base);
    begin_chunked(&mut connection, &server.hospital(), &path);
    assert!(connection.send(&chunk(&bytes(MIB))));
    eventually("it comes in", || (!files(&server.store).is_empty()).then_some(()));
    let hold = format!("/v1/institutions/{}/hold", zvit_tests::directory::HOSPITAL);
    server.coordinator().post(&hold).json(json!({"reason": "Скриньку захоплено"})).expect(200);
    // Its own slowness is what makes the service ask again.
    let start = std::time::Instant::now();
    eventually("the sender is slow", || (start.elapsed() > std::time::Duration::from_millis(600)).then_some(()));
    assert!(connection.send(&chunk(b"the end")) && connection.send(b"0\r\n\r\n"));
    assert!([401, 403].contains(&connection.answer().status));
    eventually("nothing is left of it", || files(&server.store).is_empty().then_some(()));
});

both!(files_elsewhere_are_named_to_a_limit, |server| {
    let scene = Scene::of(server);
    let other = server.hospital().submit(report("Інша подія")).string("/id");
    let naming = |client: &Client, incident: &str| {
        let body = json!({"filename": "disk.raw", "kind": "disk_image", "url": "https://files.example/disk.raw", "sha256": "0".repeat(64), "size": 9});
        client.post(&format!("/v1/incidents/{incident}/attachments/external")).fresh_key().json(body)
    };
    let hospital = server.hospital();
    hospital.token();
    in_parallel(4, |_| (0..25).for_each(|_| drop(naming(&hospital, &scene.incident).expect(201))));
    naming(&hospital, &scene.incident).problem(409, "quota_exceeded");
    // No party fills another's room, nor that of another incident.
    naming(&server.alpha(), &scene.incident).expect(201);
    naming(&hospital, &other).expect(201);
    // As if it had named 2,000 at many incidents.
    let id = if server.store.database == zvit_tests::Database::Sqlite { "randomblob(16)" } else { "gen_random_uuid()" };
    server.store.execute(&format!(
        "INSERT INTO attachments SELECT {id}, a.incident_id, a.owner, a.uploaded_role, a.uploaded_name, a.filename, a.kind, \
         a.hazardous, a.size, a.sha256, a.external_url, a.uploaded_at FROM attachments a CROSS JOIN attachments b \
         WHERE a.uploaded_role = 'institution' LIMIT 1898"
    ));
    naming(&hospital, &other).expect(201);
    let third = hospital.submit(report("Третя подія")).string("/id");
    naming(&hospital, &third).problem(409, "quota_exceeded");
    naming(&server.coordinator(), &third).expect(201);
});

both!(a_download_that_broke_off_goes_on_where_it_did, |server| {
    let scene = Scene::of(server);
    let sent = bytes(MIB + 17);
    let id = attach(&server.hospital(), &scene.incident, &sent).string("/id");
    let path = format!("/v1/attachments/{id}/content");
    let alpha = server.alpha();
    let whole = alpha.get(&path).expect(200);
    let (tag, size) = (whole.etag(), sent.len());
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let part = |range: &str| alpha.get(&path).header("range", range).header("if-range", &tag).send();
    for (range, from, to) in [
        ("bytes=1000-".to_owned(), 1000, size),
        ("bytes=0-0".to_owned(), 0, 1),
        (format!("bytes={}-{}", MIB - 1, MIB + 1), MIB - 1, MIB + 2),
        ("bytes=-17".to_owned(), MIB, size),
        (format!("bytes=5-{}", 2 * size), 5, size),
    ] {
        let answer = part(&range).expect(206);
        assert!(answer.bytes == sent[from..to], "{range}: {}", answer.bytes.len());
        assert_eq!(answer.header("content-range"), format!("bytes {from}-{}/{size}", to - 1), "{range}");
        assert_eq!(answer.header("repr-digest"), whole.header("content-digest"));
        assert_eq!((answer.find_header("content-digest"), answer.etag()), (None, tag.clone()));
        assert!(answer.header("content-disposition").starts_with("attachment;"));
    }
    for range in ["bytes=0-1,5-6", "bytes=9-3", "rows=1-2"] {
        assert!(part(range).expect(200).bytes == sent, "{range}");
    }
    let other = alpha.get(&path).header("range", "bytes=5-").header("if-range", "\"other\"").expect(200);
    assert!(other.bytes == sent, "a part of another version is no use");
    let past = part(&format!("bytes={size}-"));
    assert_eq!(past.header("content-range"), format!("bytes */{size}"));
    past.problem(416, "range_not_satisfiable");
    let known = alpha.get(&path).header("if-none-match", &tag).expect(304);
    assert!(known.bytes.is_empty() && known.etag() == tag);
    // Whoever may not have the whole gets no part of it, nor learns that it is the same.
    let stranger = server.grid();
    stranger.get(&path).header("range", "bytes=0-1").problem(404, "not_found");
    stranger.get(&path).header("if-none-match", &tag).problem(404, "not_found");
});

both!(an_archive_is_always_sent_whole, |server| {
    let scene = Scene::of(server);
    let upload = scene.path("attachments?filename=x.exe&kind=malware_sample");
    let id = sending(&server.hospital(), &upload, b"sample").expect(201).string("/id");
    let path = format!("/v1/attachments/{id}/content");
    let answer = server.alpha().get(&path).header("range", "bytes=0-1").expect(200);
    assert!(answer.bytes.starts_with(b"PK") && answer.find_header("etag").is_none(), "{answer}");
});
