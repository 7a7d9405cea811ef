//! A running server: a child process on a port of its own.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex};

use crate::client::{Account, Client};
use crate::directory as d;
use crate::program;
use crate::run::{eventually, fresh};
use crate::scratch::{self, Watched};
use crate::store::Store;

/// A server on a store. It is killed when it goes away, and shows its log when the test fails.
#[allow(missing_debug_implementations, reason = "a process has nothing to show")]
pub struct Server {
    /// `http://127.0.0.1:…` or `https://127.0.0.1:…`
    pub base: String,
    /// What it serves.
    pub store: Arc<Store>,
    child: Child,
    log: PathBuf,
    clients: Mutex<HashMap<String, Client>>,
    _watched: Watched,
}

impl Server {
    /// Starts a server and waits until it is ready.
    #[track_caller]
    pub fn start(store: &Arc<Store>) -> Self {
        Self::start_with(store, &[])
    }

    /// Starts a server with further flags and waits until it is ready. Where these turn HTTPS on, all clients trust what
    /// stands in its certificate file.
    #[track_caller]
    pub fn start_with(store: &Arc<Store>, flags: &[&str]) -> Self {
        Self::start_in(store, flags, &[])
    }

    /// Starts a server with further flags and environment variables.
    #[track_caller]
    pub fn start_in(store: &Arc<Store>, flags: &[&str], environment: &[(&str, &str)]) -> Self {
        let log = scratch::root().join(format!("server-{}.log", scratch::number()));
        let out = std::fs::File::create(&log).expect("a log file");
        let mut command = program::command();
        command.arg("serve").args(store.flags()).args(flags).envs(environment.iter().copied());
        // The suite's teams have no contacts, and most never poll: none is to be passed over for that.
        if !flags.contains(&"--silent-after-minutes") {
            command.args(["--silent-after-minutes", "0"]);
        }
        if !flags.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0", "--rehearsal-clock"]).arg(clock_of(store));
        }
        if !flags.contains(&"--attachments-dir") {
            command.arg("--attachments-dir").arg(store.directory().join("attachments"));
        }
        let mut trusted = flags.iter().skip_while(|flag| **flag != "--tls-cert").nth(1).map(PathBuf::from);
        if flags.contains(&"self-signed") {
            command.arg("--tls-dir").arg(store.directory());
            trusted = Some(store.directory().join("tls-cert.pem"));
        }
        command.stdout(out.try_clone().expect("a second handle")).stderr(out);
        let child = command.spawn().expect("the program starts");
        let watched = Watched::new(child.id(), program::path());
        let mut server = Self {
            base: String::new(),
            store: Arc::clone(store),
            child,
            log,
            clients: Mutex::default(),
            _watched: watched,
        };
        server.base = eventually("the server says where it listens", || {
            if let Some(status) = server.child.try_wait().expect("a child") {
                panic!("the server ended with {status}: {command:?}");
            }
            listening_on(&server.log)
        });
        if let Some(path) = trusted {
            crate::tls::trust(&server.base, &std::fs::read(path).expect("the certificate"));
        }
        eventually("the server is ready", || {
            let answer = server.anyone().get("/readyz").try_send().ok()?;
            (answer.status == 200).then_some(())
        });
        server
    }

    /// Puts the clock of every server on this store ahead by so many seconds more. Tokens are fetched anew where they are
    /// next needed, as the old ones may have ended. What is due by then is done soon after, not at once: wait for it with
    /// [`eventually`].
    #[track_caller]
    pub fn pass(&self, seconds: i64) {
        let file = clock_of(&self.store);
        let ahead: i64 = std::fs::read_to_string(&file).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
        let next = file.with_extension("next");
        std::fs::write(&next, (ahead + seconds).to_string()).expect("the clock is written");
        std::fs::rename(&next, &file).expect("the clock is put ahead");
        for client in self.clients.lock().unwrap_or_else(std::sync::PoisonError::into_inner).values() {
            client.forget_token();
        }
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends the process at once, as a power cut of the process would (SIGKILL), and waits until it is gone.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks the process to stop (SIGTERM).
    pub fn terminate(&self) {
        let done = Command::new("sh").args(["-c", "kill -TERM \"$1\"", "sh"]).arg(self.pid().to_string()).status();
        assert!(done.is_ok_and(|status| status.success()), "the server can't be signalled");
    }

    /// Waits until the process has ended by itself.
    pub fn wait(&mut self) -> ExitStatus {
        eventually("the server ends", || self.child.try_wait().expect("a child"))
    }

    /// What the server wrote so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Shows the end of the log, where libtest shows it with the failed test.
    pub fn show_log(&self) {
        let log = self.log();
        let tail: Vec<&str> = log.lines().rev().take(80).collect();
        eprintln!("--- log of the server at {} ({} lines)", self.base, log.lines().count());
        for line in tail.iter().rev() {
            eprintln!("{line}");
        }
        eprintln!("--- end of the log");
    }

    /// A client without a token.
    pub fn anyone(&self) -> Client {
        Client::anonymous(&self.base)
    }

    /// The client of an account; always the same one, so that it has one token.
    pub fn client(&self, account: &Account) -> Client {
        let mut clients = self.clients.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        clients.entry(account.client_id.clone()).or_insert_with(|| Client::of(&self.base, account)).clone()
    }

    /// A seeded account by its owner.
    #[track_caller]
    pub fn owned_by(&self, owner: &str, role: &str) -> Client {
        let found =
            self.store.accounts.iter().find(|account| account.owner.as_deref() == Some(owner) && account.role == role);
        self.client(found.unwrap_or_else(|| panic!("seed printed no {role} of {owner}: {:?}", self.store.accounts)))
    }

    /// A seeded account by its role alone.
    #[track_caller]
    pub fn with_role(&self, role: &str) -> Client {
        let found = self.store.accounts.iter().find(|account| account.role == role);
        self.client(found.unwrap_or_else(|| panic!("seed printed no {role}: {:?}", self.store.accounts)))
    }

    /// Makes another account by `zvit client create`.
    #[track_caller]
    pub fn another_account(&self, role: &str, owner: Option<&str>) -> Account {
        let mut arguments = vec!["client".to_owned(), "create".into(), "--role".into(), role.into()];
        if let Some(owner) = owner {
            arguments.extend(["--owner".into(), owner.into()]);
        }
        arguments.push("--json".into());
        arguments.extend(self.store.flags());
        let finished = program::zvit(&arguments).expect(0);
        let json = finished.json();
        Account::read(json.as_array().and_then(|list| list.first()).unwrap_or(&json))
    }
}

/// Clients by the names of the test directory.
#[allow(missing_docs, reason = "the names are those of the test directory")]
impl Server {
    #[track_caller]
    pub fn hospital(&self) -> Client {
        self.owned_by(d::HOSPITAL, "institution")
    }
    #[track_caller]
    pub fn grid(&self) -> Client {
        self.owned_by(d::GRID, "institution")
    }
    #[track_caller]
    pub fn ministry(&self) -> Client {
        self.owned_by(d::MINISTRY, "institution")
    }
    #[track_caller]
    pub fn registry(&self) -> Client {
        self.owned_by(d::REGISTRY, "institution")
    }
    #[track_caller]
    pub fn water(&self) -> Client {
        self.owned_by(d::WATER, "institution")
    }
    #[track_caller]
    pub fn alpha(&self) -> Client {
        self.owned_by(d::ALPHA, "team")
    }
    #[track_caller]
    pub fn bravo(&self) -> Client {
        self.owned_by(d::BRAVO, "team")
    }
    #[track_caller]
    pub fn charlie(&self) -> Client {
        self.owned_by(d::CHARLIE, "team")
    }
    #[track_caller]
    pub fn delta(&self) -> Client {
        self.owned_by(d::DELTA, "team")
    }
    #[track_caller]
    pub fn green(&self) -> Client {
        self.owned_by(d::GREEN, "team")
    }
    #[track_caller]
    pub fn front_office(&self) -> Client {
        self.owned_by(d::FRONT_OFFICE, "team")
    }
    #[track_caller]
    pub fn coordinator(&self) -> Client {
        self.with_role("coordinator")
    }
    #[track_caller]
    pub fn observer(&self) -> Client {
        self.with_role("observer")
    }
    #[track_caller]
    pub fn donor(&self) -> Client {
        self.with_role("donor")
    }
    #[track_caller]
    pub fn auditor(&self) -> Client {
        self.with_role("auditor")
    }

    /// A client of each role, by the role's name.
    #[track_caller]
    pub fn one_of_each_role(&self) -> Vec<(&'static str, Client)> {
        vec![
            ("institution", self.hospital()),
            ("team", self.alpha()),
            ("coordinator", self.coordinator()),
            ("observer", self.observer()),
            ("donor", self.donor()),
            ("auditor", self.auditor()),
        ]
    }
}

/// Cases as a team sees them, for tests that follow one incident.
impl Server {
    /// The id of the case that `team` has of an incident.
    #[track_caller]
    pub fn case_of(&self, team: &Client, incident: &str) -> String {
        let cases = crate::feed::everything(team, "/v1/cases");
        let found = cases.iter().find(|case| case["incident"]["id"] == incident);
        found
            .and_then(|case| case["id"].as_str())
            .unwrap_or_else(|| panic!("no case of {incident} in {cases:#?}"))
            .to_owned()
    }

    /// Lets every team read its cases, so that receiving one for the first time, which is noted, lies behind.
    #[track_caller]
    pub fn receive_everything(&self) {
        for team in [self.alpha(), self.bravo(), self.charlie(), self.delta(), self.green(), self.front_office()] {
            crate::feed::everything(&team, "/v1/cases");
        }
        eventually("every delivery is noted", || {
            let open =
                "assignments WHERE first_delivered_at IS NULL AND state IN ('assigned', 'acknowledged', 'in_progress')";
            (self.store.count(open) == 0).then_some(())
        });
    }

    /// Calls a verb on a case with a body, and a key of its own.
    #[track_caller]
    pub fn verb(&self, team: &Client, case: &str, verb: &str, body: serde_json::Value) -> crate::Answer {
        team.post(&format!("/v1/cases/{case}/{verb}")).key(&fresh()).json(body).send()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            self.show_log();
        }
        let _ = std::fs::remove_file(&self.log);
    }
}

fn clock_of(store: &Store) -> PathBuf {
    store.directory().join("seconds-ahead")
}

fn listening_on(log: &Path) -> Option<String> {
    let text = std::fs::read_to_string(log).ok()?;
    let start = text.find("listening on http")? + "listening on ".len();
    let rest = &text[start..];
    // The line may still be on its way.
    let end = rest.find(char::is_whitespace)?;
    Some(rest[..end].trim().trim_end_matches('/').replace("0.0.0.0", "127.0.0.1"))
}
