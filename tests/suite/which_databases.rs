//! Whether this run covers both databases; said out loud, since half a run looks like a whole one otherwise.

use zvit_tests::postgres;
use zvit_tests::scratch::say_loudly;

#[test]
fn postgresql_is_tested_or_its_absence_is_said_aloud() {
    // Fails by itself when PostgreSQL is required and missing.
    if postgres::cluster().is_none() {
        say_loudly("PostgreSQL WAS NOT TESTED: every test named on_postgres has passed without doing anything");
    }
}
