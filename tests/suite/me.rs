//! `/v1/me`.

use zvit_tests::{both, json};

both!(a_client_learns_who_it_is_and_what_it_may, |server| {
    for (role, client) in server.one_of_each_role() {
        let me = client.get("/v1/me").expect(200).with("/role", role);
        let mut scopes: Vec<_> = me.list("/scopes").to_vec();
        scopes.sort_by_key(ToString::to_string);
        let mut held: Vec<_> = client.account().scopes.iter().map(|scope| json!(scope)).collect();
        held.sort_by_key(ToString::to_string);
        assert_eq!(scopes, held, "{me}");
        assert!(me.at("/limits").is_object(), "{me}");
        match &client.account().owner {
            Some(owner) => assert!(me.text().contains(owner.as_str()), "the owner is named\n{me}"),
            None => assert!(!me.has("/owner"), "the coordinator's clients have no owner\n{me}"),
        }
    }
});

both!(it_shows_the_scopes_of_the_token_not_of_the_client, |server| {
    let me = server.hospital().only("incidents:read").get("/v1/me").expect(200);
    assert_eq!(me.list("/scopes"), [json!("incidents:read")], "{me}");
});
