//! Stores: one per test, copied from a template that was migrated and seeded once, by the program itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use zvit_db::conn::{Conn, DatabaseUrl, Tx};
use zvit_db::error::StoreError;
use zvit_db::on;

use crate::client::Account;
use crate::directory;
use crate::postgres::{self, Cluster, cluster};
use crate::program::zvit;
use crate::scratch::{self, Directory};

/// The two databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file.
    Sqlite,
    /// A PostgreSQL database.
    Postgres,
}

/// A store of a test's own; it goes away with the test.
#[allow(missing_debug_implementations, reason = "a cluster has nothing to show")]
pub struct Store {
    /// Which database it is on.
    pub database: Database,
    /// What `seed` printed: every account there is.
    pub accounts: Vec<Account>,
    place: Place,
    directory: Directory,
}

enum Place {
    /// In the data directory.
    File,
    Postgres {
        cluster: &'static Cluster,
        name: String,
        _turn: postgres::Place,
    },
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

struct Template {
    accounts: Vec<Account>,
    /// The data directory on SQLite, the name of the database on PostgreSQL.
    source: String,
}

impl Store {
    /// A migrated and seeded store; none when there is no PostgreSQL.
    pub fn seeded(database: Database) -> Option<Arc<Self>> {
        let template = template(database)?;
        let store = Self::new(database, Some(template))?;
        Some(Arc::new(store))
    }

    /// A migrated store, seeded with another directory than the test directory; none when there is no PostgreSQL.
    pub fn seeded_with(database: Database, directory: &serde_json::Value) -> Option<Arc<Self>> {
        let mut store = Self::new(database, None)?;
        let file = store.directory.path().join("directory.json");
        std::fs::write(&file, directory.to_string()).expect("the directory is written");
        let flags = store.flags();
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        store.accounts = seed(&file, &flags);
        Some(Arc::new(store))
    }

    /// A store that nobody has touched yet; none when there is no PostgreSQL.
    pub fn empty(database: Database) -> Option<Arc<Self>> {
        Self::new(database, None).map(Arc::new)
    }

    fn new(database: Database, template: Option<&Template>) -> Option<Self> {
        let directory = Directory::new("store");
        let place = match database {
            Database::Sqlite => {
                if let Some(template) = template {
                    copy(Path::new(&template.source), directory.path());
                }
                Place::File
            }
            Database::Postgres => {
                let cluster = cluster()?;
                let turn = postgres::Place::take();
                let name = format!("zvit_test_{}_{}", std::process::id(), scratch::number());
                cluster.create(&name, template.map(|template| template.source.as_str()));
                Place::Postgres { cluster, name, _turn: turn }
            }
        };
        let accounts = template.map(|template| template.accounts.clone()).unwrap_or_default();
        Some(Self { database, accounts, place, directory })
    }

    /// The flags that lead the program here.
    pub fn flags(&self) -> Vec<String> {
        match &self.place {
            Place::File => vec!["--data-dir".into(), self.directory.path().display().to_string()],
            Place::Postgres { cluster, name, .. } => vec!["--database-url".into(), cluster.url(name)],
        }
    }

    /// A directory that lives as long as the store: the data directory, on SQLite.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Where the store is, for `zvit_db`.
    pub fn url(&self) -> DatabaseUrl {
        match &self.place {
            Place::File => {
                DatabaseUrl::Sqlite(self.sqlite_file().unwrap_or_else(|| self.directory.path().join("test.sqlite3")))
            }
            Place::Postgres { cluster, name, .. } => cluster.url(name).parse().expect("a PostgreSQL URL"),
        }
    }

    /// Changes a setting of the PostgreSQL database (`ALTER DATABASE … what`) and drops every connection to it, as new ones
    /// have the setting and old ones not.
    ///
    /// # Panics
    /// On SQLite.
    pub fn alter_database(&self, what: &str) {
        let Place::Postgres { cluster, name, .. } = &self.place else { panic!("SQLite has no such setting") };
        cluster.alter_database(name, what);
        cluster.disconnect(name);
    }

    /// The same, but connections that are open stay so.
    ///
    /// # Panics
    /// On SQLite.
    pub fn alter_database_for_new_connections(&self, what: &str) {
        let Place::Postgres { cluster, name, .. } = &self.place else { panic!("SQLite has no such setting") };
        cluster.alter_database(name, what);
    }

    fn sqlite_file(&self) -> Option<PathBuf> {
        std::fs::read_dir(self.directory.path()).ok()?.filter_map(|entry| Some(entry.ok()?.path())).find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "sqlite3" || extension == "sqlite" || extension == "db")
        })
    }

    /// A connection of the test's own.
    #[track_caller]
    pub fn connect(&self) -> Conn {
        zvit_db::conn::open(&self.url()).expect("the store opens")
    }

    /// The only column of a query, as text; it must be named `line`.
    #[track_caller]
    pub fn lines(&self, query: &str) -> Vec<String> {
        let mut conn = self.connect();
        let lines: Vec<Line> =
            on!(conn.plain(), c => sql_query(query).load(c)).unwrap_or_else(|error| panic!("{query}: {error}"));
        lines.into_iter().map(|line| line.line).collect()
    }

    /// Runs a statement behind the service's back, to bring about what else only time would.
    #[track_caller]
    pub fn execute(&self, statement: &str) {
        let mut conn = self.connect();
        on!(conn.plain(), c => sql_query(statement).execute(c)).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    /// Runs `work` while nobody else can write: as if the disk stood still. The service waits for a few seconds at most.
    pub fn while_nobody_can_write<T>(&self, work: impl FnOnce() -> T) -> T {
        let done: Result<T, StoreError> = self.connect().write(|mut tx| {
            if let Tx::Pg(c) = &mut tx {
                sql_query("SELECT id FROM gate FOR UPDATE").execute(*c)?;
            }
            Ok(work())
        });
        done.expect("the lock is given")
    }

    /// How many rows a table has.
    #[track_caller]
    pub fn count(&self, table: &str) -> i64 {
        let mut conn = self.connect();
        let query = format!("SELECT count(*) AS count FROM {table}");
        let count: Count =
            on!(conn.plain(), c => sql_query(&query).get_result(c)).unwrap_or_else(|error| panic!("{query}: {error}"));
        count.count
    }

    /// Every table with its columns (`name type`), without the one that counts migrations.
    #[track_caller]
    pub fn tables(&self) -> BTreeMap<String, Vec<String>> {
        let query = match self.database {
            Database::Sqlite => {
                "SELECT t.name || ' ' || c.name AS line FROM sqlite_schema t, pragma_table_info(t.name) c \
                 WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.name"
            }
            Database::Postgres => {
                "SELECT (table_name || ' ' || column_name)::text AS line FROM information_schema.columns \
                 WHERE table_schema = 'public' ORDER BY table_name, column_name"
            }
        };
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in self.lines(query) {
            let (table, column) = line.split_once(' ').expect("table and column");
            if table != "__diesel_schema_migrations" {
                tables.entry(table.to_owned()).or_default().push(column.to_owned());
            }
        }
        tables
    }

    /// Everything the store holds, table by table, row by row.
    #[track_caller]
    pub fn contents(&self) -> BTreeMap<String, Vec<String>> {
        self.tables()
            .into_iter()
            .map(|(table, columns)| {
                let query = match self.database {
                    Database::Sqlite => {
                        let columns: Vec<String> =
                            columns.iter().map(|column| format!("'{column}=' || quote({column})")).collect();
                        format!("SELECT {} AS line FROM {table} ORDER BY 1", columns.join(" || ' ' || "))
                    }
                    Database::Postgres => format!("SELECT row_to_json(t)::text AS line FROM {table} t ORDER BY 1"),
                };
                let lines = self.lines(&query);
                (table, lines)
            })
            .collect()
    }

    /// Runs `work` and asserts that the store holds the same afterwards, to the last column. The service may note refusals
    /// in the audit meanwhile: it does so by itself, a moment later.
    #[track_caller]
    pub fn untouched<T>(&self, work: impl FnOnce() -> T) -> T {
        let before = without_denials(self.contents());
        let result = work();
        let after = without_denials(self.contents());
        for (table, rows) in &after {
            let old = before.get(table).cloned().unwrap_or_default();
            let new: Vec<_> = rows.iter().filter(|row| !old.contains(row)).collect();
            let gone: Vec<_> = old.iter().filter(|row| !rows.contains(row)).collect();
            assert!(
                new.is_empty() && gone.is_empty(),
                "the table {table} should not have changed\nnew: {new:#?}\ngone: {gone:#?}"
            );
        }
        result
    }
}

/// The contents without the refusals in the audit, and without the number of events, which counts them too; and without the
/// polls of teams and that somebody looks, which the service writes down by itself, now and then.
fn without_denials(mut contents: BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
    for noted_by_itself in ["team_polls", "liveness"] {
        contents.remove(noted_by_itself);
    }
    if let Some(events) = contents.get_mut("audit_events") {
        events.retain(|row| !row.contains("access_denied"));
    }
    for row in contents.get_mut("gate").into_iter().flatten() {
        if let Some((before, rest)) = row.split_once("audit_position") {
            let rest =
                rest.trim_start_matches(|c: char| !c.is_ascii_digit()).trim_start_matches(|c: char| c.is_ascii_digit());
            *row = format!("{before}{rest}");
        }
    }
    contents
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Place::Postgres { cluster, name, .. } = &self.place {
            cluster.drop_database(name);
        }
    }
}

/// Made once per run and database.
fn template(database: Database) -> Option<&'static Template> {
    static SQLITE: OnceLock<Template> = OnceLock::new();
    static POSTGRES: OnceLock<Option<Template>> = OnceLock::new();
    match database {
        Database::Sqlite => Some(SQLITE.get_or_init(|| {
            let source = scratch::root().join("template").display().to_string();
            Template { accounts: seed(&directory_file(), &["--data-dir", &source]), source }
        })),
        Database::Postgres => POSTGRES
            .get_or_init(|| {
                let cluster = cluster()?;
                let source = format!("zvit_template_{}", std::process::id());
                cluster.create_template(&source);
                Some(Template { accounts: seed(&directory_file(), &["--database-url", &cluster.url(&source)]), source })
            })
            .as_ref(),
    }
}

/// Seeds a store with the directory in a file.
fn seed(file: &Path, flags: &[&str]) -> Vec<Account> {
    let arguments = ["seed", file.to_str().expect("a plain path")];
    let finished = zvit(arguments.iter().chain(flags)).expect(0);
    let accounts = finished.json();
    accounts
        .as_array()
        .unwrap_or_else(|| panic!("an array was expected\n{finished}"))
        .iter()
        .map(Account::read)
        .collect()
}

/// The test directory as a file.
pub fn directory_file() -> PathBuf {
    let path = scratch::root().join("directory.json");
    if !path.exists() {
        let draft = scratch::root().join(format!("directory-{}.json", scratch::number()));
        std::fs::write(&draft, directory::DOCUMENT).expect("the directory is written");
        std::fs::rename(&draft, &path).expect("the directory gets its name");
    }
    path
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("the template is there") {
        let entry = entry.expect("an entry");
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("the template is copied");
        }
    }
}
