//! The doors: what it costs to be let in. Tokens by secret and by assertion, the checks of a token and of an assertion by
//! themselves, and TLS.

use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::rc::Rc;
use std::time::{Duration, Instant};

use zvit_api::clock;
use zvit_api::token::{Assertion, Claims, ClientKeyInput, ClientKeys, KeySet, SigningKey, issue, verify};
use zvit_tests::key_pair::{ASSERTION_TYPE, ISSUER, KeyPair, register};
use zvit_tests::{Database, fresh};

use crate::connection::Connection;
use crate::directory::institution;
use crate::figures::{Rows, median};
use crate::floor::Floor;
use crate::load::Request;
use crate::stand::Stand;
use crate::{Plan, names};

/// Connections that ask for tokens, and that are opened and closed.
pub const FEW: usize = 16;
/// Connections that are kept.
pub const MANY: usize = 64;

/// Assertions that are signed for each second of a cell: more than are used.
const SIGNED_PER_SECOND: f64 = 15_000.0;
/// However long the cell is.
const SIGNED_AT_MOST: usize = 200_000;
/// Assertions live for a minute; the service's tolerance for wrong clocks isn't used.
const ASSERTION_AGE: Duration = Duration::from_secs(50);

/// What was measured beside the rows.
#[derive(Debug, Default)]
pub struct Doors {
    /// The checks by themselves.
    pub costs: Vec<Cost>,
    /// What client and server agreed on for TLS.
    pub agreed: Option<String>,
}

/// What something costs that is done within a process.
#[derive(Debug)]
pub struct Cost {
    /// What it is.
    pub name: &'static str,
    rounds: Vec<f64>,
}

impl Cost {
    /// Nanoseconds.
    pub fn median(&self) -> f64 {
        median(self.rounds.iter().copied())
    }
}

/// Runs all cells, each once per round.
pub fn run(plan: &Plan, rows: &mut Rows, floor: &Floor, stands: &[Stand], workers: &str) -> Doors {
    let clients: Vec<Clients> = stands.iter().filter(|_| plan.includes_connections(FEW)).map(Clients::of).collect();
    let schemes = Schemes::start(plan, workers);
    let checks = Checks::new();
    let mut doors = Doors { agreed: schemes.as_ref().and_then(|schemes| agreed(&schemes.https)), ..Doors::default() };
    for round in 1..=plan.rounds {
        eprintln!("doors, round {round}");
        if plan.includes_connections(FEW) {
            let token = floor.token();
            let bare = floor.load(FEW, plan.time, 200).run(&|_| Request::get("/authenticated", &token, ""));
            rows.add(names::AUTHENTICATED, FEW, bare);
            for clients in &clients {
                clients.ask(plan, rows);
            }
        }
        if let Some(schemes) = &schemes {
            schemes.compare(plan, rows);
        }
        checks.run(plan.time / 4, &mut doors.costs);
    }
    doors
}

/// As many clients as there are connections, each with a secret and two keys.
struct Clients<'a> {
    stand: &'a Stand,
    es256: Rc<Vec<Signer>>,
    eddsa: Rc<Vec<Signer>>,
}

struct Signer {
    client_id: String,
    key: KeyPair,
}

impl<'a> Clients<'a> {
    /// Registers their keys.
    fn of(stand: &'a Stand) -> Self {
        let signers = |make: &dyn Fn() -> KeyPair| {
            let signer = |number| {
                let client = stand.server.client(stand.account("institution", Some(&institution(number))));
                let key = make();
                register(&client, &key);
                Signer { client_id: client.account().client_id.clone(), key }
            };
            Rc::new((0..FEW).map(signer).collect())
        };
        let (es256, eddsa) = (signers(&|| KeyPair::es256("bench-p256")), signers(&|| KeyPair::eddsa("bench-ed25519")));
        Self { stand, es256, eddsa }
    }

    /// Asks for tokens in each way.
    fn ask(&self, plan: &Plan, rows: &mut Rows) {
        let names = names::Tokens::of(self.stand.database());
        self.stand.tidy();
        let load = self.stand.load(FEW, plan.time, 200);
        rows.add(names.secret, FEW, load.run(&|number| self.by_secret(number)));
        for (name, signers) in [(names.es256, &self.es256), (names.eddsa, &self.eddsa)] {
            self.stand.tidy();
            let assertions = Rc::new(Assertions::sign(signers, plan.time));
            let next: Rc<dyn Fn() -> Vec<u8>> = {
                let assertions = Rc::clone(&assertions);
                Rc::new(move || assertions.next())
            };
            rows.add(name, FEW, load.run(&|_| Request::made_by(Rc::clone(&next))));
            if assertions.late.get() > 0 {
                eprintln!("! {} assertions were signed while the load ran", assertions.late.get());
            }
        }
    }

    fn by_secret(&self, number: usize) -> Request {
        let account = self.stand.account("institution", Some(&institution(number)));
        let headers = format!("Authorization: {}\r\n", account.basic());
        Request::form("/oauth2/token", &headers, "grant_type=client_credentials")
    }
}

/// Requests with assertions that are signed before a cell, as the signing would take the cores from the service. When they
/// run out or grow old, more are signed on the way.
struct Assertions {
    signers: Rc<Vec<Signer>>,
    signed: RefCell<Vec<Vec<u8>>>,
    until: Instant,
    turn: Cell<usize>,
    late: Cell<u64>,
}

impl Assertions {
    fn sign(signers: &Rc<Vec<Signer>>, time: Duration) -> Self {
        let until = Instant::now() + ASSERTION_AGE;
        let signers = Rc::clone(signers);
        let own = Self { signers, signed: RefCell::default(), until, turn: Cell::new(0), late: Cell::new(0) };
        // A cell has a start that doesn't count.
        let count = ((time.as_secs_f64() * 1.125 + 0.1) * SIGNED_PER_SECOND) as usize;
        own.signed.replace((0..count.min(SIGNED_AT_MOST)).map(|_| own.another()).collect());
        own
    }

    fn another(&self) -> Vec<u8> {
        let turn = self.turn.replace(self.turn.get() + 1);
        let signer = &self.signers[turn % self.signers.len()];
        let kind = ASSERTION_TYPE.replace(':', "%3A");
        let assertion = signer.key.assertion(&signer.client_id);
        let body = format!("grant_type=client_credentials&client_assertion_type={kind}&client_assertion={assertion}");
        Request::form("/oauth2/token", "", &body).into_bytes()
    }

    fn next(&self) -> Vec<u8> {
        let signed = if Instant::now() < self.until { self.signed.borrow_mut().pop() } else { None };
        signed.unwrap_or_else(|| {
            self.late.set(self.late.get() + 1);
            self.another()
        })
    }
}

/// Two servers that differ in nothing but TLS.
struct Schemes {
    plain: Stand,
    https: Stand,
}

impl Schemes {
    /// On SQLite alone: TLS knows nothing of the store.
    fn start(plan: &Plan, workers: &str) -> Option<Self> {
        let database = plan.databases().find(|database| *database == Database::Sqlite)?;
        let plain = Stand::new(database, &["--workers", workers])?;
        let https = Stand::new(database, &["--workers", workers, "--tls", "self-signed"])?;
        Some(Self { plain, https })
    }

    fn compare(&self, plan: &Plan, rows: &mut Rows) {
        let sides = [(&self.plain, names::PLAIN), (&self.https, names::HTTPS)];
        if plan.includes_connections(FEW) {
            let once = Request::anyones_get("/healthz", "Connection: close\r\n");
            for (stand, names) in sides {
                let mut load = stand.load(FEW, plan.time, 200);
                load.anew = true;
                rows.add(names.once, FEW, load.run(&|_| once.clone()));
            }
        }
        if plan.includes_connections(MANY) {
            for (stand, names) in sides {
                let me = Request::get("/v1/me", &stand.token("institution", Some(&institution(0))), "");
                rows.add(names.kept, MANY, stand.load(MANY, plan.time, 200).run(&|_| me.clone()));
            }
        }
    }
}

fn agreed(stand: &Stand) -> Option<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { Connection::open(&stand.door).await.expect("the server takes the connection").agreed() })
}

/// What is done for every request with a token and for every assertion, without a server around it.
struct Checks {
    key: SigningKey,
    keys: KeySet,
    claims: Claims,
    es256: (String, ClientKeys),
    eddsa: (String, ClientKeys),
}

impl Checks {
    fn new() -> Self {
        let key = SigningKey::generate().expect("a key");
        let keys = KeySet::new([(key.kid.clone(), key.public_x.clone())]).expect("a set of keys");
        let scopes = ["incidents:read", "incidents:write"].map(str::to_owned);
        let claims = Claims::new(ISSUER, &fresh(), &scopes, 1, fresh(), clock::now());
        let with_keys = |pair: KeyPair| {
            let input: ClientKeyInput = serde_json::from_value(pair.public()).expect("a public key");
            let mut keys = ClientKeys::default();
            keys.push(input.read().expect("a sound key"));
            (pair.assertion(&fresh()), keys)
        };
        let (es256, eddsa) = (with_keys(KeyPair::es256("bench")), with_keys(KeyPair::eddsa("bench")));
        Self { key, keys, claims, es256, eddsa }
    }

    /// Each for so long. They were all made at one time and are judged by it.
    fn run(&self, time: Duration, costs: &mut Vec<Cost>) {
        let now = zvit_domain::time::Time::from_micros(self.claims.iat * 1_000_000);
        let token = issue(&self.key, &self.claims).expect("a token");
        let sign = || drop(issue(black_box(&self.key), black_box(&self.claims)).expect("a token"));
        let verify = || drop(verify(black_box(&token), &self.keys, ISSUER, now).expect("a good token"));
        let assertion = |(text, keys): &(String, ClientKeys)| {
            let read = Assertion::read(black_box(text)).expect("an assertion");
            drop(read.verify(Some(keys), ISSUER, now).expect("a good assertion"));
        };
        let works: [(&str, &dyn Fn()); 4] = [
            ("an access token, signed (EdDSA)", &sign),
            ("an access token, verified (EdDSA)", &verify),
            ("an assertion, read and verified, ES256", &|| assertion(&self.es256)),
            ("an assertion, read and verified, EdDSA", &|| assertion(&self.eddsa)),
        ];
        for (name, work) in works {
            let nanoseconds = nanoseconds(time, work);
            match costs.iter_mut().find(|cost| cost.name == name) {
                Some(cost) => cost.rounds.push(nanoseconds),
                None => costs.push(Cost { name, rounds: vec![nanoseconds] }),
            }
        }
    }
}

/// How long it takes, done again and again.
fn nanoseconds(time: Duration, work: &dyn Fn()) -> f64 {
    /// Between two looks at the clock, so that looking costs next to nothing.
    const STEP: u64 = 16;
    let start = Instant::now();
    let mut done = 0;
    while start.elapsed() < time {
        for _ in 0..STEP {
            work();
        }
        done += STEP;
    }
    start.elapsed().as_secs_f64() * 1e9 / done as f64
}
