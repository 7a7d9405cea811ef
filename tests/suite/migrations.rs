//! The store's shape: the same on both databases, and every step can be taken back.

use zvit_db::migrate;
use zvit_tests::{Database, Store, both_stores};

both_stores!(migrations_go_up_down_and_up_again, |store| {
    let fresh = Store::empty(store.database).expect("the database is there");
    let mut conn = fresh.connect();
    assert!(migrate::is_pending(&mut conn).unwrap(), "an empty store has everything before it");
    assert!(!migrate::up(&mut conn).unwrap().is_empty());
    assert!(!migrate::is_pending(&mut conn).unwrap());
    let first = fresh.tables();
    assert!(first.contains_key("incidents"), "{first:?}");
    assert!(migrate::up(&mut conn).unwrap().is_empty(), "a second time there is nothing to do");

    migrate::down(&mut conn).unwrap();
    assert_eq!(fresh.tables().len(), 0, "nothing is left: {:?}", fresh.tables());

    migrate::up(&mut conn).unwrap();
    assert_eq!(fresh.tables(), first);
});

both_stores!(a_served_store_has_the_shape_of_the_migrations, |store| {
    let fresh = Store::empty(store.database).expect("the database is there");
    migrate::up(&mut fresh.connect()).unwrap();
    assert_eq!(store.tables(), fresh.tables());
    assert!(!migrate::is_pending(&mut store.connect()).unwrap());
});

#[test]
fn both_databases_have_the_same_tables_and_columns() {
    let Some(postgres) = Store::empty(Database::Postgres) else { return };
    let sqlite = Store::empty(Database::Sqlite).expect("SQLite is always there");
    for store in [&postgres, &sqlite] {
        migrate::up(&mut store.connect()).unwrap();
    }
    assert_eq!(sqlite.tables(), postgres.tables());
}

both_stores!(the_index_of_keys_that_expire_is_made_in_a_step_of_its_own, |store| {
    let fresh = Store::empty(store.database).expect("the database is there");
    let done = migrate::up(&mut fresh.connect()).unwrap();
    assert!(done.iter().any(|version| version.contains("20261123000003")), "{done:?}");
    let indexes = match store.database {
        Database::Sqlite => "SELECT name AS line FROM sqlite_master WHERE name = 'idempotency_keys_expires_at'",
        Database::Postgres => {
            "SELECT indexname AS line FROM pg_indexes WHERE indexname = 'idempotency_keys_expires_at'"
        }
    };
    assert_eq!(fresh.lines(indexes), ["idempotency_keys_expires_at"]);
});
