//! Deadlines that pass while the service is away: nobody could acknowledge, so nobody loses a case for it.

use zvit_tests::directory::ALPHA;
use zvit_tests::{Server, both_stores, eventually, json, report};

use crate::escalation::{eventually_not_led_by, lead, steps};

const HOUR: i64 = 3_600;

both_stores!(after_an_outage_every_team_has_time_to_acknowledge, |store| {
    let mut server = Server::start(store);
    let id = server.hospital().submit(report("Шифрувальник")).string("/id");
    assert_eq!(lead(&server, &id)["team"]["id"], ALPHA);
    // That somebody looks at the store is noted as soon as the service runs.
    eventually("the store is looked at", || (store.count("liveness") == 1).then_some(()));
    server.kill();
    server.pass(2 * HOUR);
    let again = Server::start(store);
    let extended = eventually("the team gets time", || steps(&again, &id, "deadline_extended").pop());
    assert_eq!(extended["reason"], "service_was_away");
    let held = lead(&again, &id);
    assert_eq!((&held["team"]["id"], &held["state"]), (&json!(ALPHA), &json!("assigned")));
    assert!(steps(&again, &id, "expired").is_empty());
    // Once only, and not for ever.
    again.pass(11 * 60);
    eventually_not_led_by(&again, &id, ALPHA);
    assert_eq!(steps(&again, &id, "deadline_extended").len(), 1);
});

both_stores!(a_restart_is_no_outage, |store| {
    let mut server = Server::start(store);
    let id = server.hospital().submit(report("Шифрувальник")).string("/id");
    eventually("the store is looked at", || (store.count("liveness") == 1).then_some(()));
    let looked_at = store.contents().remove("liveness");
    server.kill();
    let again = Server::start(store);
    eventually("the store is looked at again", || (store.contents().remove("liveness") != looked_at).then_some(()));
    again.pass(16 * 60);
    eventually_not_led_by(&again, &id, ALPHA);
    assert!(steps(&again, &id, "deadline_extended").is_empty());
});
