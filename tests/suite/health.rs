//! `/healthz` and `/readyz`.

use zvit_tests::{Server, both, eventually};

both!(a_running_server_is_alive_and_ready, |server| {
    for path in ["/healthz", "/readyz"] {
        let answer = server.anyone().get(path).expect(200);
        assert!(answer.header("content-type").starts_with("application/json"), "{answer}");
        server.anyone().post(path).problem(405, "method_not_allowed");
    }
});

#[test]
fn a_server_whose_database_is_gone_is_alive_but_not_ready() {
    zvit_tests::program::use_program(env!("CARGO_BIN_EXE_zvit-under-test"));
    let (Some(cluster), Some(store)) =
        (zvit_tests::postgres::cluster(), zvit_tests::Store::seeded(zvit_tests::Database::Postgres))
    else {
        return;
    };
    let server = Server::start(&store);
    let name = store
        .flags()
        .last()
        .and_then(|url| url.rsplit('/').next().map(|name| name.split('?').next().unwrap_or(name).to_owned()))
        .unwrap();
    cluster.drop_database(&name);
    let answer = eventually("the server notices", || {
        let answer = server.anyone().get("/readyz").send();
        (answer.status != 200).then_some(answer)
    });
    answer.problem(503, "store_unavailable");
    server.anyone().get("/healthz").expect(200);
    let refused =
        server.hospital().post("/v1/incidents").fresh_key().json(zvit_tests::report("Сервери не відповідають"));
    // Without the store not even a token is to be had; with one that was fetched before, the report is turned away.
    let token = server
        .anyone()
        .post("/oauth2/token")
        .header("authorization", &server.hospital().account().basic())
        .form(&[("grant_type", "client_credentials")])
        .send();
    if token.status == 200 {
        let answer = refused.expect(503);
        assert!(!answer.header("retry-after").is_empty());
        assert!(answer.has("/support"), "{answer}");
    } else {
        assert_eq!(token.status, 503, "{token}");
    }
}
