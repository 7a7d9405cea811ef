//! What is measured: a seeded store with a server on it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use zvit_tests::client::{Account, Client};
use zvit_tests::program::zvit;
use zvit_tests::{Database, Server, Store, scratch};

use crate::connection::Door;
use crate::cpu::{Meter, postmaster};
use crate::directory::{self, INSTITUTIONS};
use crate::load::{Load, Request};

/// Access tokens live ten minutes; older ones are fetched anew before a cell.
const TOKEN_AGE: Duration = Duration::from_secs(300);

/// One client, at one address, stands for many here: what is measured is the work, not its refusal.
const UNLIMITED: [&str; 12] = [
    "--client-rate",
    "100000",
    "--client-burst",
    "100000",
    "--address-rate",
    "1000000",
    "--address-burst",
    "1000000",
    "--token-failure-rate",
    "1000000",
    "--token-failure-burst",
    "1000000",
];

/// A store with a server on it.
pub struct Stand {
    /// The server.
    pub server: Server,
    /// Its address.
    pub door: Door,
    tokens: RefCell<HashMap<String, (Instant, String)>>,
}

/// A store that was seeded with the directory of the measurements; none without PostgreSQL.
pub fn store(database: Database) -> Option<Arc<Store>> {
    let mut store = Store::empty(database)?;
    let file = scratch::root().join("bench-directory.json");
    std::fs::write(&file, directory::seed().to_string()).expect("the directory is written");
    let arguments = ["seed".to_owned(), file.display().to_string()];
    let made = zvit(arguments.into_iter().chain(store.flags())).expect(0).json();
    let accounts = made.as_array().expect("a list of accounts").iter().map(Account::read).collect();
    Arc::get_mut(&mut store).expect("nobody else has the store yet").accounts = accounts;
    Some(store)
}

impl Stand {
    /// A fresh store with a server, started with these flags; none without PostgreSQL.
    pub fn new(database: Database, flags: &[&str]) -> Option<Self> {
        Some(Self::on(&store(database)?, flags))
    }

    /// A server on a store.
    pub fn on(store: &Arc<Store>, flags: &[&str]) -> Self {
        let server = Server::start_with(store, &[&UNLIMITED, flags].concat());
        let (scheme, address) = server.base.split_once("://").expect("a base");
        let address = address.parse().expect("an address");
        let door = if scheme == "https" {
            let certificate = std::fs::read(store.directory().join("tls-cert.pem")).expect("the certificate");
            Door::tls(address, &certificate)
        } else {
            Door::plain(address)
        };
        Self { server, door, tokens: RefCell::default() }
    }

    /// Which database it is on.
    pub fn database(&self) -> Database {
        self.server.store.database
    }

    /// Its processes.
    pub fn meter(&self) -> Meter {
        let database = if self.database() == Database::Postgres { postmaster() } else { None };
        Meter { server: self.server.pid(), database }
    }

    /// The account of this owner, or the first with the role when there is no owner.
    pub fn account(&self, role: &str, owner: Option<&str>) -> &Account {
        let of = |account: &&Account| account.role == role && (owner.is_none() || account.owner.as_deref() == owner);
        self.server.store.accounts.iter().find(of).expect("seed made the account")
    }

    /// A token of that account.
    pub fn token(&self, role: &str, owner: Option<&str>) -> String {
        let account = self.account(role, owner);
        let mut tokens = self.tokens.borrow_mut();
        if let Some((_, token)) = tokens.get(&account.client_id).filter(|(at, _)| at.elapsed() < TOKEN_AGE) {
            return token.clone();
        }
        let token = Client::of(&self.server.base, account).token().expect("a client with an account has a token");
        tokens.insert(account.client_id.clone(), (Instant::now(), token.clone()));
        token
    }

    /// The report of an institution, for the connection of this number.
    pub fn report(&self, number: usize) -> Request {
        let number = number % INSTITUTIONS;
        let token = self.token("institution", Some(&directory::institution(number)));
        Request::report("/v1/incidents", &token, &directory::report(number))
    }

    /// A load on it.
    pub fn load(&self, connections: usize, time: Duration, expected: u16) -> Load {
        Load { door: self.door.clone(), connections, time, expected, meter: self.meter(), anew: false }
    }

    /// Does before a cell what PostgreSQL would do in the background at some time: the cluster of the tests has no
    /// autovacuum, and a checkpoint would fall into one cell and not into another.
    pub fn tidy(&self) {
        tidy(&self.server.store);
    }
}

/// See [`Stand::tidy`].
pub fn tidy(store: &Store) {
    if store.database == Database::Postgres {
        store.execute("VACUUM (ANALYZE) feeds, gate");
        store.execute("CHECKPOINT");
    }
}
