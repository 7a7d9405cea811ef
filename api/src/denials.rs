//! Refusals worth knowing of: scopes that are lacking, credentials that were taken away, failed client authentication of a
//! client that exists, calls of institutions on hold. The first of a kind becomes an audit event within about a second,
//! repeats are counted and become one event a minute. Memory and audit are bounded: whoever wants to fill either only raises
//! a count.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::web;
use serde_json::json;
use zvit_domain::time::Time;
use zvit_domain::word::Language;

use crate::actor::Actor;
use crate::clock;
use crate::flows::event::Event;
use crate::memory::{Client, Directory};
use crate::problem::{Code, Problem};
use crate::state::App;

/// So many kinds are told apart at once; what comes above is counted together.
const MAX_KINDS: usize = 1_000;
/// So many of them of one client: one stolen token must not use up the place of all others.
const MAX_KINDS_OF_CLIENT: usize = 20;
/// Repeats are written so often.
const REPEAT_S: i64 = 60;
/// How often it is looked whether something is to be written.
const PERIOD: Duration = Duration::from_millis(500);
/// The operation of refusals that are counted together.
const SEVERAL: &str = "several";

/// A refusal.
#[derive(Debug, Clone, Copy)]
pub struct Denial<'a> {
    /// The client, as it named itself and was found to exist.
    pub client_id: &'a str,
    /// What is known of it.
    pub client: &'a Client,
    /// Stable code of the refusal.
    pub code: &'static str,
    /// The operation that was refused, by its `operationId`.
    pub operation: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Kind {
    /// Empty where clients are counted together.
    client_id: String,
    code: &'static str,
    operation: &'static str,
}

#[derive(Debug)]
struct Count {
    actor: Actor,
    pending: u64,
    last_at: Time,
    written_at: Option<Time>,
}

/// What is to be written: a kind of refusal, how often it came and when last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    actor: Actor,
    code: &'static str,
    operation: &'static str,
    count: u64,
    last_at: Time,
}

impl Due {
    fn kind(&self) -> Kind {
        let service = self.actor.role_code() == "service";
        let client_id = if service { String::new() } else { self.actor.client_id.clone() };
        Kind { client_id, code: self.code, operation: self.operation }
    }
}

/// The refusals that were not written yet, and those that were written a short while ago.
#[derive(Debug, Default)]
pub struct Denials(Mutex<HashMap<Kind, Count>>);

impl Denials {
    /// Takes note of a refusal. It costs no query and never waits.
    pub fn note(&self, denial: &Denial<'_>, directory: &Directory, now: Time) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = place(&counts, denial);
        let actor = || {
            if kind.client_id.is_empty() {
                Actor::service()
            } else {
                actor_of(denial.client_id, denial.client, directory)
            }
        };
        let count = counts.entry(kind.clone()).or_insert_with(|| Count {
            actor: actor(),
            pending: 0,
            last_at: now,
            written_at: None,
        });
        count.pending = count.pending.saturating_add(1);
        count.last_at = now;
    }

    /// What is to be written at `now`: what is new, repeats of a minute ago, and with `all` whatever is counted.
    pub fn take_due(&self, now: Time, all: bool) -> Vec<Due> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A moment still to come counts as long ago: the clock was set back, and must not silence the audit until then.
        let is_old = |at: Time| !(0..REPEAT_S).contains(&now.seconds_since(at));
        counts.retain(|_, count| count.pending > 0 || !count.written_at.is_none_or(is_old));
        let due =
            counts.iter_mut().filter(|(_, count)| count.pending > 0 && (all || count.written_at.is_none_or(is_old)));
        due.map(|(kind, count)| {
            count.written_at = Some(now);
            let pending = std::mem::take(&mut count.pending);
            let (actor, last_at) = (count.actor.clone(), count.last_at);
            Due { actor, code: kind.code, operation: kind.operation, count: pending, last_at }
        })
        .collect()
    }

    /// What could not be written counts again.
    fn put_back(&self, due: Vec<Due>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for due in due {
            if let Some(count) = counts.get_mut(&due.kind()) {
                count.pending = count.pending.saturating_add(due.count);
                count.written_at = None;
            }
        }
    }
}

/// Under which kind a refusal is counted.
fn place(counts: &HashMap<Kind, Count>, denial: &Denial<'_>) -> Kind {
    let kind = |client_id: &str, operation| Kind { client_id: client_id.to_owned(), code: denial.code, operation };
    let own = kind(denial.client_id, denial.operation);
    let fits = |kind: &Kind| counts.contains_key(kind) || counts.len() < MAX_KINDS;
    let of_client = || counts.keys().filter(|kind| kind.client_id == denial.client_id).count();
    if counts.contains_key(&own) || (counts.len() < MAX_KINDS && of_client() < MAX_KINDS_OF_CLIENT) {
        return own;
    }
    let several = kind(denial.client_id, SEVERAL);
    if fits(&several) { several } else { kind("", SEVERAL) }
}

fn actor_of(client_id: &str, client: &Client, directory: &Directory) -> Actor {
    let name = client.owner.and_then(|owner| directory.owner_name(owner)).unwrap_or_else(|| client.name.clone());
    Actor {
        role: client.role,
        client_id: client_id.to_owned(),
        owner: client.owner,
        name,
        request_id: None,
        acting_person: None,
        spare: client.spare,
        language: Language::En,
    }
}

/// Whether a refusal is one of those that are noted.
pub fn is_noted(problem: &Problem) -> bool {
    matches!(problem.code(), Code::ScopeLacking | Code::Forbidden | Code::InstitutionOnHold | Code::TokenRevoked)
}

impl App {
    /// Takes note of a failed authentication at the token endpoint, if there is such a client.
    pub fn note_failed_authentication(&self, client_id: &str, operation: &'static str) {
        if let Some(client) = self.clients().by_id.get(client_id) {
            let denial = Denial { client_id, client, code: "invalid_client", operation };
            self.denials.note(&denial, &self.directory(), clock::now());
        }
    }

    /// Writes what is due; what can't be written is tried again.
    pub async fn write_denials(&self, all: bool) {
        let due = self.denials.take_due(clock::now(), all);
        if due.is_empty() {
            return;
        }
        let written = due.clone();
        let result = self
            .change(move |change, _| {
                for due in written {
                    Event::other("access_denied", "client", &due.actor.client_id)
                        .with(json!({"code": due.code, "operation": due.operation, "count": due.count, "last_at": due.last_at}))
                        .note(change, &due.actor);
                }
                Ok(())
            })
            .await;
        if let Err(problem) = result {
            log::warn!("refusals could not be written to the audit: {problem}");
            self.denials.put_back(due);
        }
    }
}

/// The task of the service that writes refusals, until it is aborted.
pub async fn run(app: web::Data<App>) {
    let mut ticks = tokio::time::interval(PERIOD);
    loop {
        ticks.tick().await;
        app.write_denials(false).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zvit_domain::vocabulary::Role;

    fn client() -> Client {
        Client {
            role: Role::Team,
            owner: None,
            name: "Team".into(),
            scopes: Vec::new(),
            secret_sha256: None,
            client_keys: crate::token::ClientKeys::default(),
            spare: false,
            rate: None,
            active: true,
            credential_version: 1,
        }
    }

    fn note(denials: &Denials, client_id: &str, operation: &'static str, second: i64) {
        let denial = Denial { client_id, client: &client(), code: "scope_lacking", operation };
        denials.note(&denial, &Directory::default(), Time::from_micros(second * 1_000_000));
    }

    fn due(denials: &Denials, second: i64) -> Vec<(String, &'static str, u64)> {
        let due = denials.take_due(Time::from_micros(second * 1_000_000), false);
        due.into_iter().map(|due| (due.actor.client_id, due.operation, due.count)).collect()
    }

    #[test]
    fn the_first_is_due_at_once_and_repeats_once_a_minute() {
        let denials = Denials::default();
        note(&denials, "a", "get_me", 0);
        assert_eq!(due(&denials, 0), [("a".to_owned(), "get_me", 1)]);
        for second in 1..=59 {
            note(&denials, "a", "get_me", second);
            assert!(due(&denials, second).is_empty());
        }
        assert_eq!(due(&denials, 60), [("a".to_owned(), "get_me", 59)]);
        assert!(due(&denials, 300).is_empty());
        assert!(denials.0.lock().unwrap().is_empty(), "nothing is kept of what is over");
    }

    #[test]
    fn a_clock_that_is_set_back_silences_nothing() {
        let denials = Denials::default();
        note(&denials, "a", "get_me", 10_000);
        assert_eq!(due(&denials, 10_000).len(), 1);
        note(&denials, "a", "get_me", 5_000);
        assert_eq!(due(&denials, 5_000), [("a".to_owned(), "get_me", 1)]);
        note(&denials, "a", "get_me", 5_001);
        assert!(due(&denials, 5_059).is_empty(), "from there on once a minute again");
        assert_eq!(due(&denials, 5_060), [("a".to_owned(), "get_me", 1)]);
    }

    #[test]
    fn one_client_can_neither_fill_memory_nor_crowd_out_others() {
        let denials = Denials::default();
        let operations: Vec<&'static str> =
            (0..100).map(|number| &*Box::leak(format!("operation_{number}").into_boxed_str())).collect();
        for operation in &operations {
            note(&denials, "a", operation, 0);
        }
        note(&denials, "b", "get_me", 0);
        let written = due(&denials, 0);
        assert_eq!(written.len(), MAX_KINDS_OF_CLIENT + 2);
        assert!(written.contains(&("a".to_owned(), SEVERAL, 80)) && written.contains(&("b".to_owned(), "get_me", 1)));
        for number in 0..5_000 {
            note(&denials, &format!("client-{number}"), "get_me", 1);
        }
        assert!(denials.0.lock().unwrap().len() <= MAX_KINDS + 1);
        let total: u64 = due(&denials, 1).iter().map(|(_, _, count)| count).sum();
        assert_eq!(total, 5_000, "none is forgotten");
    }

    #[test]
    fn what_could_not_be_written_is_due_again() {
        let denials = Denials::default();
        note(&denials, "a", "get_me", 0);
        let due = denials.take_due(Time::from_micros(0), false);
        note(&denials, "a", "get_me", 1);
        denials.put_back(due);
        assert_eq!(super::tests::due(&denials, 2), [("a".to_owned(), "get_me", 2)]);
    }
}
