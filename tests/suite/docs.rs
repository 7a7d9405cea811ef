//! `/openapi.json` and `/docs/`.

use std::collections::BTreeSet;

use zvit_tests::program::zvit;
use zvit_tests::{Server, Value, both};

/// Every operation of the document with its method in upper case.
pub(crate) fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("a path item") {
            if matches!(method.as_str(), "get" | "post" | "put" | "delete" | "patch") {
                found.push((method.to_uppercase(), path.clone(), operation.clone()));
            }
        }
    }
    found
}

both!(the_document_is_served_to_anyone_and_is_what_the_program_prints, |server| {
    let answer = server.anyone().get("/openapi.json").expect(200);
    assert!(answer.header("content-type").starts_with("application/json"), "{answer}");
    assert!(answer.str("/openapi").starts_with("3.1"), "{}", answer.str("/openapi"));
    let printed = zvit(["openapi"]).expect(0).json();
    assert_eq!(answer.value["paths"], printed["paths"]);
    assert_eq!(answer.value["components"], printed["components"]);
});

both!(the_pages_at_docs_need_nothing_from_elsewhere, |server| {
    let moved = server.anyone().get("/docs").send();
    assert!((301..=308).contains(&moved.status), "{moved}");
    assert!(moved.header("location").ends_with("/docs/"), "{moved}");
    let page = server.anyone().get("/docs/").expect(200);
    assert!(page.header("content-type").starts_with("text/html"), "{page}");
    assert!(page.text().contains("swagger-ui"), "{page}");
    let mut files = BTreeSet::new();
    for attribute in ["src=\"", "href=\""] {
        for rest in page.text().split(attribute).skip(1) {
            files.insert(rest.split('"').next().unwrap_or_default().to_owned());
        }
    }
    assert!(!files.is_empty(), "{page}");
    for file in files {
        assert!(!file.contains("://") && !file.starts_with("//"), "{file} comes from elsewhere");
        let path =
            if file.starts_with('/') { file.clone() } else { format!("/docs/{}", file.trim_start_matches("./")) };
        server.anyone().get(&path).expect(200);
    }
    server.anyone().get("/docs/no-such-file.js").problem(404, "not_found");
});

both!(the_start_page_says_in_the_visitors_language_where_to_go, |server| {
    for (address, prefers, language) in [
        ("/", "uk-UA,uk;q=0.9,en;q=0.8", "uk"),
        ("/", "en-GB", "en"),
        ("/?lang=uk", "en", "uk"),
        ("/?lang=en", "uk", "en"),
        ("/?lang=de", "uk", "uk"),
    ] {
        let page = server.anyone().get(address).header("Accept-Language", prefers).expect(200);
        assert!(page.text().contains(&format!("<html lang=\"{language}\">")), "{address} {prefers}\n{page}");
        assert_eq!(page.header("content-language"), language, "{page}");
        assert!(page.header("vary").contains("Accept-Language"), "{page}");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'sha256-"), "{page}");
        for link in page.text().split("href=\"/").skip(1).filter_map(|rest| rest.split('"').next()) {
            server.anyone().get(&format!("/{link}")).expect(200);
        }
        let again = server.anyone().get(address).header("Accept-Language", prefers);
        again.header("If-None-Match", page.header("etag")).expect(304);
    }
    server.anyone().post("/").json(zvit_tests::json!({})).problem(405, "method_not_allowed");
});

/// The example of the document is what a newcomer copies first, so it must work as it stands.
#[test]
fn every_example_of_a_request_is_accepted() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let store = zvit_tests::Store::seeded(zvit_tests::Database::Sqlite).expect("SQLite is always there");
    let server = Server::start(&store);
    let document = server.anyone().get("/openapi.json").expect(200).value;
    let body = &document["paths"]["/v1/incidents"]["post"]["requestBody"]["content"]["application/json"];
    let mut examples: Vec<Value> =
        body["examples"].as_object().into_iter().flatten().map(|(_, example)| example["value"].clone()).collect();
    examples.extend(body.get("example").cloned());
    assert!(!examples.is_empty(), "the first thing a newcomer looks for");
    for example in examples {
        let caller = if example.get("on_behalf_of").is_some() { server.coordinator() } else { server.hospital() };
        caller.post("/v1/incidents").fresh_key().json(example).expect(201);
    }
}

both!(every_example_of_a_code_is_one_that_is_read, |server| {
    fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::String(text) => found.push(text),
            Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
            Value::Object(members) => members.values().for_each(|member| texts(member, found)),
            _ => {}
        }
    }
    let document = server.anyone().get("/openapi.json").expect(200).value;
    let mut found = Vec::new();
    texts(&document, &mut found);
    let is_code = |word: &&str| word.len() == 25 && word.split('-').map(str::len).eq([5, 5, 5, 5, 1]);
    let codes: Vec<&str> = found.iter().flat_map(|text| text.split(['`', '"', ' '])).filter(is_code).collect();
    assert!(codes.len() >= 3, "{codes:?}");
    for code in codes {
        assert!(zvit_domain::typeable::normalize(code).is_ok(), "{code}");
    }
});
