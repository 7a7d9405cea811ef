//! How much is at work at once, by what it is for: when there is too much, everything else gives way to intake.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::Method;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::settings::LimitSettings;

/// As long as for a connection itself.
const READER_WAIT: Duration = Duration::from_secs(2);

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A report. Never turned away for its number: connections and the writer's queue bound it. Who has no good token is
    /// refused before the body, so what stays at work here was proved.
    Intake,
    /// What proves nothing yet: all of `/oauth2/*`, and health. Never turned away either, and nobody else gives way to it:
    /// whoever only drips bodies would shut everybody out.
    Unproved,
    /// Everything else.
    Other,
}

impl Class {
    /// The class of a request, by its [`routed_path`].
    pub fn of(method: &Method, path: &str) -> Self {
        if is_oauth(path) || matches!(path, "/healthz" | "/readyz") {
            return Self::Unproved;
        }
        let is_intake = match path {
            "/v1/incidents" | "/v1/incidents/batch" => method == Method::POST,
            _ => {
                let incident = path.strip_prefix("/v1/incidents/").and_then(|rest| rest.strip_suffix("/reports"));
                method == Method::POST && incident.is_some_and(|id| !id.is_empty() && !id.contains('/'))
            }
        };
        if is_intake { Self::Intake } else { Self::Other }
    }
}

/// The path as the router reads it, `%6f` as `o`: what is decided by the raw one is decided otherwise than it is routed.
pub fn routed_path(request: &HttpRequest) -> &str {
    request.match_info().as_str()
}

/// Whether a [`routed_path`] belongs to what speaks RFC 6749.
pub fn is_oauth(path: &str) -> bool {
    path.starts_with("/oauth2/")
}

/// How much is at work, and how much may be.
#[derive(Debug)]
pub struct Capacity {
    intake: AtomicUsize,
    unproved: AtomicUsize,
    others: AtomicUsize,
    waiting: AtomicUsize,
    connections: AtomicUsize,
    /// Connections to the database for what isn't intake.
    readers: Semaphore,
    max_requests: usize,
    max_others: usize,
    max_waiting: usize,
    crowded_from: usize,
}

impl Capacity {
    /// Nothing is at work.
    pub fn new(settings: &LimitSettings, max_connections: usize, readers: usize) -> Self {
        Self {
            intake: AtomicUsize::new(0),
            unproved: AtomicUsize::new(0),
            others: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            readers: Semaphore::new(settings.not_reserved(readers)),
            max_requests: settings.max_requests,
            max_others: settings.not_reserved(settings.max_requests),
            max_waiting: settings.max_waiting_polls,
            // From four fifths on room is made.
            crowded_from: max_connections.saturating_mul(4).div_ceil(5).max(1),
        }
    }

    /// A place for a request, until it is dropped; none when there is no room for its class.
    pub fn enter(self: &Arc<Self>, class: Class) -> Option<AtWork> {
        let (counter, has_room) = match class {
            Class::Intake => (&self.intake, true),
            Class::Unproved => (&self.unproved, true),
            Class::Other => (&self.others, self.intake.load(Ordering::Relaxed) < self.max_requests),
        };
        let before = counter.fetch_add(1, Ordering::Relaxed);
        let place = AtWork { capacity: Arc::clone(self), class };
        (has_room && (class != Class::Other || before < self.max_others)).then_some(place)
    }

    /// Leave to wait for news, until it is dropped: who waits isn't at work. None when too many wait already, or when
    /// connections are short.
    pub fn wait(self: &Arc<Self>) -> Option<Waiting> {
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        self.others.fetch_sub(1, Ordering::Relaxed);
        let place = Waiting(Arc::clone(self));
        (before < self.max_waiting && !self.is_crowded()).then_some(place)
    }

    /// Leave to read from the store for what isn't intake, so that a connection is always left for intake (if there are several
    /// at all). None when it isn't there in time.
    pub async fn read(&self) -> Option<SemaphorePermit<'_>> {
        tokio::time::timeout(READER_WAIT, self.readers.acquire()).await.ok()?.ok()
    }

    /// Notes an open connection, until it is dropped.
    pub fn connect(self: &Arc<Self>) -> Connected {
        self.connections.fetch_add(1, Ordering::Relaxed);
        Connected(Arc::clone(self))
    }

    /// Whether so many connections are open that soon none can be opened any more.
    pub fn is_crowded(&self) -> bool {
        self.connections.load(Ordering::Relaxed) >= self.crowded_from
    }
}

/// A request at work.
#[derive(Debug)]
pub struct AtWork {
    capacity: Arc<Capacity>,
    class: Class,
}

impl Drop for AtWork {
    fn drop(&mut self) {
        let counter = match self.class {
            Class::Intake => &self.capacity.intake,
            Class::Unproved => &self.capacity.unproved,
            Class::Other => &self.capacity.others,
        };
        counter.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A poll that waits. It must be within an [`AtWork`] of the class [`Class::Other`].
#[derive(Debug)]
pub struct Waiting(Arc<Capacity>);

impl Drop for Waiting {
    fn drop(&mut self) {
        // Back at work, whether there is room or not: its answer is due.
        self.0.others.fetch_add(1, Ordering::Relaxed);
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An open connection.
#[derive(Debug)]
pub struct Connected(Arc<Capacity>);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::settings::LimitArgs;

    fn capacity(max_requests: usize, waiting: usize, connections: usize) -> Arc<Capacity> {
        let stated =
            LimitArgs { max_requests: Some(max_requests), max_waiting_polls: Some(waiting), ..LimitArgs::default() };
        Arc::new(Capacity::new(&stated.or(&LimitArgs::default()), connections, 8))
    }

    #[test]
    fn what_is_intake_goes_by_method_and_path() {
        for path in ["/v1/incidents", "/v1/incidents/batch", "/v1/incidents/7/reports"] {
            assert_eq!(Class::of(&Method::POST, path), Class::Intake, "{path}");
            assert_eq!(Class::of(&Method::GET, path), Class::Other, "{path}");
        }
        for path in ["/v1/incidents/7/close", "/v1/incidents//reports", "/v1/incidents/7/8/reports", "/v1/cases"] {
            assert_eq!(Class::of(&Method::POST, path), Class::Other, "{path}");
        }
        for path in ["/healthz", "/oauth2/token", "/oauth2/enrol", "/oauth2/revoke"] {
            assert_eq!(Class::of(&Method::POST, path), Class::Unproved, "{path}");
        }
    }

    #[test]
    fn what_is_encoded_is_read_as_it_is_routed() {
        for (uri, class) in [("/%6fauth2/token", Class::Unproved), ("/v1/%69ncidents?x=%2F", Class::Intake)] {
            let request = actix_web::test::TestRequest::post().uri(uri).to_http_request();
            assert_eq!(Class::of(request.method(), routed_path(&request)), class, "{uri}");
        }
    }

    #[test]
    fn what_is_unproved_takes_nobodys_place() {
        let capacity = capacity(4, 0, 100);
        let dripping: Vec<AtWork> = (0..40).filter_map(|_| capacity.enter(Class::Unproved)).collect();
        assert_eq!(dripping.len(), 40);
        let held: Vec<AtWork> = (0..4).filter_map(|_| capacity.enter(Class::Other)).collect();
        assert_eq!(held.len(), 3, "its whole share");
        assert!(capacity.enter(Class::Intake).is_some());
    }

    #[test]
    fn others_have_three_quarters_and_intake_is_never_turned_away() {
        let capacity = capacity(4, 0, 100);
        let held: Vec<AtWork> = (0..3).filter_map(|_| capacity.enter(Class::Other)).collect();
        assert_eq!(held.len(), 3);
        assert!(capacity.enter(Class::Other).is_none());
        let reports: Vec<AtWork> = (0..9).filter_map(|_| capacity.enter(Class::Intake)).collect();
        assert_eq!(reports.len(), 9);
        drop(held);
        assert!(capacity.enter(Class::Other).is_none(), "reports have taken all there is");
        drop(reports);
        assert!(capacity.enter(Class::Other).is_some(), "what was refused holds no place");
    }

    #[test]
    fn who_waits_is_not_at_work_and_only_so_many_wait() {
        let capacity = capacity(4, 2, 100);
        let polls: Vec<AtWork> = (0..2).filter_map(|_| capacity.enter(Class::Other)).collect();
        let waiting: Vec<Waiting> = polls.iter().filter_map(|_| capacity.wait()).collect();
        assert_eq!(waiting.len(), 2);
        let more: Vec<AtWork> = (0..3).filter_map(|_| capacity.enter(Class::Other)).collect();
        assert_eq!(more.len(), 3, "the two that wait take no place");
        assert!(capacity.wait().is_none());
        drop((more, waiting));
        let more: Vec<AtWork> = (0..3).filter_map(|_| capacity.enter(Class::Other)).collect();
        assert_eq!(more.len(), 1, "the two are back at work");
        drop((more, polls));
        assert!((0..3).map(|_| capacity.enter(Class::Other)).collect::<Vec<_>>().iter().all(Option::is_some));
    }

    #[test]
    fn from_four_fifths_of_the_connections_on_nobody_waits() {
        let capacity = capacity(4, 10, 5);
        let _poll = capacity.enter(Class::Other);
        let mut open: Vec<Connected> = (0..3).map(|_| capacity.connect()).collect();
        assert!(!capacity.is_crowded() && capacity.wait().is_some());
        open.push(capacity.connect());
        assert!(capacity.is_crowded() && capacity.wait().is_none());
        drop(open);
        assert!(!capacity.is_crowded());
    }
}
