//! What is looked for every second is found in the order of an index, by reading the index alone, however much lies beside it.

use std::sync::{Arc, Mutex};

use diesel::connection::{Connection, InstrumentationEvent, SimpleConnection};
use diesel::deserialize::{self, QueryableByName};
use diesel::pg::Pg;
use diesel::row::NamedRow;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel::{RunQueryDsl, sql_query};
use uuid::Uuid;
use zvit_db::conn::{Conn, Tx};
use zvit_db::{escalation, waiting};
use zvit_tests::{Store, both_stores, now};

/// One line of a plan.
struct Step(String);

impl QueryableByName<Pg> for Step {
    fn build<'a>(row: &impl NamedRow<'a, Pg>) -> deserialize::Result<Self> {
        Ok(Self(NamedRow::get::<Text, String>(row, "QUERY PLAN")?))
    }
}

impl QueryableByName<Sqlite> for Step {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        Ok(Self(NamedRow::get::<Text, String>(row, "detail")?))
    }
}

/// The plan of the statement that `work` runs, as the database makes it for the very text.
#[track_caller]
fn plan(store: &Store, work: impl FnOnce(&mut Tx<'_>)) -> String {
    let mut conn = store.connect();
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let noting = Arc::clone(&seen);
    let note = move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            noting.lock().unwrap().push(query.to_string());
        }
    };
    match &mut conn {
        Conn::Sqlite(c) => c.set_instrumentation(note),
        Conn::Pg(c) => c.set_instrumentation(note),
    }
    work(&mut conn.plain());
    let text = seen.lock().unwrap().first().cloned().expect("a statement was run");
    let text = text.split(" -- binds").next().unwrap().trim().to_owned();
    let steps: Vec<Step> = match &mut conn {
        Conn::Sqlite(c) => sql_query(format!("EXPLAIN QUERY PLAN {text}")).load(c).unwrap(),
        Conn::Pg(c) => {
            // A table of a test is so small that reading all of it would be cheaper; a store's is not.
            c.batch_execute(
                "SET enable_seqscan = off; SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan",
            )
            .unwrap();
            c.batch_execute(&format!("PREPARE asked AS {text}")).unwrap();
            let values = (1..20).take_while(|number| text.contains(&format!("${number}"))).map(|_| "NULL");
            let values = values.collect::<Vec<_>>().join(", ");
            sql_query(format!("EXPLAIN EXECUTE asked({values})")).load(c).unwrap()
        }
    };
    steps.into_iter().map(|step| step.0).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn is_in_order_of(plan: &str, index: &str) {
    let by_it = [format!("USING COVERING INDEX {index}"), format!("Index Only Scan using {index}")];
    assert!(by_it.iter().any(|words| plan.contains(words)), "{index}\n{plan}");
    assert!(!plan.contains("Sort") && !plan.contains("TEMP B-TREE"), "{plan}");
}

both_stores!(what_waits_is_read_in_the_order_of_its_index, |store| {
    let passed = [Uuid::from_u128(1), Uuid::from_u128(2)];
    for passed in [&[][..], &passed] {
        let plan = plan(store, |tx| drop(waiting::in_order(tx, &["health", "water"], passed, 50).unwrap()));
        is_in_order_of(&plan, "incidents_waiting");
    }
    is_in_order_of(&plan(store, |tx| assert!(!waiting::is_any(tx).unwrap())), "incidents_waiting");
});

both_stores!(what_is_overdue_is_read_in_the_order_of_its_index, |store| {
    let passed = [Uuid::from_u128(1), Uuid::from_u128(2)];
    for passed in [&[][..], &passed] {
        let plan = plan(store, |tx| drop(escalation::overdue(tx, now(), Uuid::from_u128(3), passed, 25).unwrap()));
        is_in_order_of(&plan, "assignments_expiring");
    }
});
