//! `zvit institutions import`.

use std::path::PathBuf;

use zvit_tests::client::Account;
use zvit_tests::directory::{FREE_EDRPOU, HOSPITAL_EDRPOU, WRONG_EDRPOU};
use zvit_tests::feed::everything;
use zvit_tests::program::{Finished, zvit};
use zvit_tests::{Server, Store, both, both_stores, eventually, json, report};

const HEADER: &str = "edrpou;name_uk;name_en;sector;other_sectors;region;services;contact_name;contact_phone";

fn file(store: &Store, text: &str) -> PathBuf {
    let path = store.directory().join(format!("import-{}.csv", zvit_tests::fresh()));
    std::fs::write(&path, text).expect("the table is written");
    path
}

fn import(store: &Store, text: &str, flags: &[&str]) -> Finished {
    let path = file(store, text).display().to_string();
    let mut arguments: Vec<String> = ["institutions", "import", &path].map(str::to_owned).to_vec();
    arguments.extend(flags.iter().map(|flag| (*flag).to_owned()));
    arguments.extend(store.flags());
    zvit(&arguments)
}

/// A line of an institution that nobody knows yet.
fn line(number: u32) -> String {
    let code = zvit_domain::edrpou::Edrpou::from_prefix(&format!("99{number:05}")).expect("a code");
    format!(
        "{};Лікарня № {number};Hospital {number};health;government;UA-30;Пологове=health;Олена;+380 44 000 00 00",
        code.as_str()
    )
}

fn table(lines: &[String]) -> String {
    format!("\u{FEFF}{HEADER}\r\n{}\r\n", lines.join("\r\n"))
}

both!(a_table_becomes_institutions_that_enrol_with_their_codes, |server| {
    let printed = import(&server.store, &table(&[line(1), line(2)]), &["--json", "--spares"]).expect(0).json();
    assert_eq!(printed.as_array().map(Vec::len), Some(2), "{printed}");
    let made = &printed[0];
    let path = format!("/v1/institutions/{}", made["institution_id"].as_str().expect("an id"));
    // Known to the running service soon.
    let institution = eventually("the server learns of the institution", || {
        let answer = server.coordinator().get(&path).send();
        (answer.status == 200).then_some(answer)
    });
    let institution = institution.with("/name_uk", made["name_uk"].clone()).with("/edrpou", made["edrpou"].clone());
    let institution = institution.with("/services", json!([{"name": "Пологове", "sector": "health"}]));
    institution.with("/contacts/0/phone", "+380 44 000 00 00").with("/other_sectors", json!(["government"]));

    let given = server.anyone().post("/oauth2/enrol").json(json!({"code": made["code"]})).expect(200);
    let given = given.with("/client_id", made["client_id"].clone()).with("/owner", made["institution_id"].clone());
    let incident = server.client(&Account::read(&given.value)).submit(report("Перше повідомлення"));
    assert_eq!(incident.at("/institution/id"), &made["institution_id"]);
    let spare = Account {
        client_id: made["spare"]["client_id"].as_str().expect("an id").into(),
        client_secret: made["spare"]["secret"].as_str().expect("a secret").to_lowercase(),
        role: "institution".into(),
        owner: None,
        scopes: Vec::new(),
    };
    server.client(&spare).submit(report("З паперу"));

    let audit = json!(everything(&server.auditor(), "/v1/audit-events")).to_string();
    let stored = json!(server.store.contents()).to_string();
    for secret in [&made["code"], &made["spare"]["secret"]].map(|secret| secret.as_str().expect("a text")) {
        for form in [secret.to_owned(), secret.replace('-', "")] {
            assert!(!audit.contains(&form) && !stored.contains(&form) && !server.log().contains(&form));
        }
    }
    assert_eq!(audit.matches("institution_created").count() - 5, 2, "{audit}");
});

both_stores!(every_fault_of_every_line_is_named_and_nothing_is_written, |store| {
    let server = Server::start(store);
    let bad = table(&[
        line(1),
        format!("{WRONG_EDRPOU};;A;hospital;;;x;;"),
        line(2),
        line(1),
        format!("{HOSPITAL_EDRPOU};А;A;health;;;;;call me"),
    ]);
    let counts = || ["directory", "clients", "enrolment_codes", "audit_events"].map(|table| store.count(table));
    let before = counts();
    let told = import(store, &bad, &["--lang", "en"]).expect(2);
    assert!(told.stdout.is_empty(), "{told}");
    for place in [
        "line 3, column edrpou",
        "line 3, column name_uk",
        "line 3, column sector",
        "line 3, column services",
        "line 5, column edrpou",
        "line 6, column contact_name",
        "line 6, column contact_phone",
    ] {
        assert!(told.stderr.contains(place), "{place}\n{told}");
    }
    assert!(!told.stderr.contains("\nline 2"), "a line without faults\n{told}");
    let told = import(store, &bad, &[]).expect(2);
    assert!(told.stderr.contains("рядок 3, стовпець edrpou"), "{told}");
    // What only the store knows.
    let registered = table(&[line(3), format!("{HOSPITAL_EDRPOU};А;A;health;;;;;")]);
    for flags in [&["--lang", "en"][..], &["--lang", "en", "--dry-run"]] {
        let told = import(store, &registered, flags).expect(2);
        assert!(told.stderr.contains("line 3, column edrpou: This EDRPOU code is registered"), "{told}");
    }
    import(store, "colour,name_uk\n", &["--lang", "en"]).expect(2);
    import(store, "", &[]).expect(2);
    assert_eq!(counts(), before);
    drop(server);
});

both_stores!(a_dry_run_only_checks, |store| {
    drop(Server::start(store));
    store.untouched(|| {
        let told = import(store, &table(&[line(1), line(2)]), &["--dry-run", "--lang", "en"]).expect(0);
        assert!(told.stdout.contains("institutions: 2"), "{told}");
        let told = import(store, &table(&[line(1)]), &["--dry-run", "--json"]).expect(0);
        assert!(told.stdout.is_empty(), "{told}");
    });
});

both_stores!(sheets_are_for_the_printer_or_for_files, |store| {
    let line_of = ["--duty-line", "+380 44 111 11 11"];
    let sheets = import(store, &table(&[line(1), line(2)]), &[&line_of[..], &["--spares"]].concat()).expect(0).stdout;
    let pages: Vec<&str> = sheets.split('\u{c}').collect();
    assert_eq!(pages.len(), 2, "{sheets}");
    for (page, name) in pages.iter().zip(["Лікарня № 1", "Лікарня № 2"]) {
        assert!(page.contains(name) && page.contains("+380 44 111 11 11") && page.contains("8<"), "{page}");
        assert!(page.contains("https://zvit.localhost/oauth2/enrol"), "{page}");
    }
    let dir = store.directory().join("sheets");
    let flags = ["--sheets", dir.to_str().expect("a plain path")];
    let told = import(store, &table(&[line(3), line(4)]), &flags).expect(0);
    assert!(!told.stdout.contains("curl"), "{told}");
    let names = || {
        let mut names: Vec<String> = std::fs::read_dir(&dir)
            .expect("the directory is made")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let written = names();
    assert_eq!(written.len(), 2, "{written:?}");
    #[cfg(unix)]
    for name in &written {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(dir.join(name)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    // A sheet is never overwritten, and none is left of an import that failed.
    let before = store.count("directory");
    import(store, &table(&[line(5), line(3)]), &flags).expect(1);
    import(store, &table(&[line(5), format!("{HOSPITAL_EDRPOU};А;A;health;;;;;")]), &flags).expect(2);
    assert_eq!((names(), store.count("directory")), (written, before));
});

both_stores!(a_file_with_commas_and_quotation_marks_is_read_too, |store| {
    let text = format!("name_en,name_uk,sector,edrpou\n\"A, B\",\"Заклад \"\"Б\"\"\",water,{FREE_EDRPOU}\n");
    let printed = import(store, &text, &["--json"]).expect(0).json();
    assert_eq!(printed[0]["name_uk"], "Заклад \"Б\"");
    assert!(printed[0].get("spare").is_none(), "{printed}");
});

both_stores!(a_large_table_is_taken_in_one_go, |store| {
    let lines: Vec<String> = (0..3_000).map(line).collect();
    let printed = import(store, &table(&lines), &["--json"]).expect(0).json();
    assert_eq!(printed.as_array().map(Vec::len), Some(3_000));
    assert_eq!(store.count("enrolment_codes"), 3_000);
});
