//! `/.well-known/oauth-authorization-server` (RFC 8414): every claim is tried.

use std::collections::BTreeSet;

use zvit_tests::key_pair::{ASSERTION_TYPE, ISSUER, claims, register};
use zvit_tests::{Answer, Client, KeyPair, Server, both, json};

/// The path of one of the addresses; the host is the issuer's, not that of the test.
#[track_caller]
fn path<'a>(metadata: &'a Answer, name: &str) -> &'a str {
    metadata.str(name).strip_prefix(ISSUER).unwrap_or_else(|| panic!("{name} is not below the issuer\n{metadata}"))
}

#[track_caller]
fn words<'a>(metadata: &'a Answer, name: &str) -> Vec<&'a str> {
    metadata.list(name).iter().map(|word| word.as_str().expect("a word")).collect()
}

/// Asks an endpoint as the hospital, authenticated in this way.
fn ask(server: &Server, path: &str, method: &str, key: (&KeyPair, &str), more: &[(&str, &str)]) -> Answer {
    let account = server.hospital().account().clone();
    let header = json!({"alg": key.1, "kid": key.0.kid});
    let assertion = key.0.signed(&header, &claims(&account.client_id));
    let mut form = more.to_vec();
    let call = server.anyone().post(path);
    match method {
        "client_secret_basic" => return call.header("authorization", &account.basic()).form(&form).send(),
        "client_secret_post" => {
            form.extend([("client_id", &*account.client_id), ("client_secret", &*account.client_secret)]);
        }
        "private_key_jwt" => {
            form.extend([("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &*assertion)]);
        }
        other => panic!("the test doesn't know {other}"),
    }
    call.form(&form).send()
}

both!(every_claim_holds, |server| {
    let metadata = server.anyone().get("/.well-known/oauth-authorization-server").expect(200).with("/issuer", ISSUER);
    let (token, revoke) = (path(&metadata, "/token_endpoint"), path(&metadata, "/revocation_endpoint"));
    let (ec, ed) = (KeyPair::es256("ec"), KeyPair::eddsa("ed"));
    register(&server.hospital(), &ec);
    register(&server.hospital(), &ed);
    let key = |alg: &str| if alg == "ES256" { &ec } else { &ed };

    let methods = words(&metadata, "/token_endpoint_auth_methods_supported");
    let algorithms = words(&metadata, "/token_endpoint_auth_signing_alg_values_supported");
    assert_eq!(methods, words(&metadata, "/revocation_endpoint_auth_methods_supported"));
    assert_eq!(algorithms, words(&metadata, "/revocation_endpoint_auth_signing_alg_values_supported"));
    assert_eq!(methods, ["client_secret_basic", "client_secret_post", "private_key_jwt"]);
    for grant in words(&metadata, "/grant_types_supported") {
        for method in &methods {
            for alg in &algorithms {
                let key = (key(alg), *alg);
                let given = ask(server, token, method, key, &[("grant_type", grant)]).expect(200);
                let client = Client::with_token(&server.base, given.str("/access_token"));
                client.get("/v1/me").expect(200);
                ask(server, revoke, method, key, &[("token", given.str("/access_token"))]).expect(200);
                client.get("/v1/me").problem(401, "token_revoked");
            }
        }
    }
    for alg in ["none", "HS256", "ES384", "ES512", "RS256", "PS256", "Ed448", "ML-DSA-44"] {
        assert!(!algorithms.contains(&alg), "{alg}");
        for key in [&ec, &ed] {
            let answer = ask(server, token, "private_key_jwt", (key, alg), &[("grant_type", "client_credentials")]);
            answer.expect(401).with("/error", "invalid_client");
        }
    }
    let jwt_bearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    for grant in ["password", "authorization_code", "refresh_token", jwt_bearer] {
        let answer = ask(server, token, "client_secret_basic", (&ec, "ES256"), &[("grant_type", grant)]);
        answer.expect(400).with("/error", "unsupported_grant_type");
    }
    assert!(metadata.list("/response_types_supported").is_empty() && !metadata.has("/authorization_endpoint"));

    let held: BTreeSet<String> =
        server.one_of_each_role().into_iter().flat_map(|(_, client)| client.account().scopes.clone()).collect();
    let claimed: BTreeSet<String> = words(&metadata, "/scopes_supported").into_iter().map(str::to_owned).collect();
    assert_eq!(held, claimed, "every scope is somebody's");
    server.anyone().get(path(&metadata, "/jwks_uri")).expect(200);
    server.anyone().get(path(&metadata, "/service_documentation")).expect(200);

    let known = [
        "issuer",
        "token_endpoint",
        "token_endpoint_auth_methods_supported",
        "token_endpoint_auth_signing_alg_values_supported",
        "revocation_endpoint",
        "revocation_endpoint_auth_methods_supported",
        "revocation_endpoint_auth_signing_alg_values_supported",
        "jwks_uri",
        "scopes_supported",
        "response_types_supported",
        "grant_types_supported",
        "service_documentation",
    ];
    for name in metadata.value.as_object().expect("an object").keys() {
        assert!(known.contains(&name.as_str()), "{name} is claimed and not tried here");
    }
});
