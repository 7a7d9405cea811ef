//! Limits against abuse and overload, from the outside in: what a request may look like ([`hygiene`]), how many may be at work
//! ([`capacity`]), and how many a caller may make ([`rate`]).
//!
//! Who has proved who it is counts against a limit of its own and never against its address, which hospitals share. What
//! fails counts against the address, and when that is used up only what fails is refused: guessing locks nobody out.

mod addresses;
pub mod capacity;
mod edge;
pub mod hygiene;
pub mod rate;
pub mod settings;
pub mod shape;

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use actix_web::HttpMessage;
use governor::clock::MonotonicClock;

use crate::net::address::CallerAddress;
use crate::problem::Problem;
use addresses::Addresses;
use capacity::Capacity;
pub use edge::{close_edge, limits_edge};
use rate::{Bucket, Policy, Rate, Verdict};
use settings::LimitSettings;

/// Items of a batch that cost as much as one request.
const ITEMS_PER_REQUEST: usize = 50;

/// Requests that a change of credentials costs more than another: every process reads all clients again for it.
pub const COST_OF_CREDENTIALS: u32 = 100;

/// What the store last said when it was asked whether it answers, and when: nobody's questions can be a load on it.
pub type Readiness = tokio::sync::Mutex<Option<(Instant, Result<(), Problem>)>>;

/// Every limit of the process, with what is used of it.
#[derive(Debug)]
pub struct Limits {
    /// How much is at work.
    pub capacity: Arc<Capacity>,
    /// Whether the store answers, as it was last seen.
    pub readiness: Readiness,
    default_rate: Rate,
    /// As many as there are clients; nobody else gets here.
    clients: RwLock<HashMap<String, Arc<Bucket>>>,
    addresses: Addresses,
    token_failures: Addresses,
}

impl Limits {
    /// Nothing is used yet.
    pub fn new(settings: &LimitSettings, max_connections: usize, readers: usize) -> Self {
        Self {
            capacity: Arc::new(Capacity::new(settings, max_connections, readers)),
            readiness: Readiness::default(),
            default_rate: settings.client(),
            clients: RwLock::default(),
            addresses: Addresses::new(Policy::Address, settings.address(), &MonotonicClock),
            token_failures: Addresses::new(Policy::TokenFailures, settings.token_failure(), &MonotonicClock),
        }
    }

    /// What holds for a client: its own rate, where it has one.
    pub fn rate_of(&self, own: Option<Rate>) -> Rate {
        own.unwrap_or(self.default_rate)
    }

    /// Notes that the request is made by this client, which has proved it, and counts it against the client's limit.
    ///
    /// # Errors
    /// 429 when that is used up.
    pub fn count_client(&self, request: &impl HttpMessage, client_id: &str, own: Option<Rate>) -> Result<(), Problem> {
        self.take(request, client_id, own, NonZeroU32::MIN)
    }

    /// Counts the items of a batch: every 50, or the rest of them, as one request more.
    ///
    /// # Errors
    /// 429 when the client's limit is used up; then none of them may be taken in.
    pub fn count_items(
        &self,
        request: &impl HttpMessage,
        client_id: &str,
        own: Option<Rate>,
        items: usize,
    ) -> Result<(), Problem> {
        let more = u32::try_from(items.div_ceil(ITEMS_PER_REQUEST)).unwrap_or(u32::MAX);
        NonZeroU32::new(more).map_or(Ok(()), |more| self.take(request, client_id, own, more))
    }

    /// Counts what is dear to every process ([`COST_OF_CREDENTIALS`]) against the client. More than half of what a client has at
    /// once is never asked for, so that one with a small limit can still do it.
    ///
    /// # Errors
    /// 429 when the client's limit is used up; then it may not be done.
    pub fn count_cost(
        &self,
        request: &impl HttpMessage,
        client_id: &str,
        own: Option<Rate>,
        requests: u32,
    ) -> Result<(), Problem> {
        let most = self.rate_of(own).burst.get() / 2;
        NonZeroU32::new(requests.min(most)).map_or(Ok(()), |more| self.take(request, client_id, own, more))
    }

    /// Counts a guess at what only a read of the store can judge, before that read and whatever comes of it.
    ///
    /// # Errors
    /// 429 when the address has used up what it may fail.
    pub fn count_guess(&self, request: &impl HttpMessage) -> Result<(), Problem> {
        let verdict = self.count_token_failure(request);
        let _ = request.extensions_mut().insert(verdict);
        verdict.wait_s.map_or(Ok(()), |seconds| Err(Problem::rate_limited(seconds)))
    }

    fn take(
        &self,
        request: &impl HttpMessage,
        client_id: &str,
        own: Option<Rate>,
        requests: NonZeroU32,
    ) -> Result<(), Problem> {
        let verdict = self.bucket(client_id, self.rate_of(own)).take(requests);
        // The answer's headers are made of it.
        let _ = request.extensions_mut().insert(verdict);
        verdict.wait_s.map_or(Ok(()), |seconds| Err(Problem::rate_limited(seconds)))
    }

    /// The client's bucket; a new one when its rate was changed.
    fn bucket(&self, client_id: &str, rate: Rate) -> Arc<Bucket> {
        let known = self.clients.read().unwrap_or_else(PoisonError::into_inner).get(client_id).map(Arc::clone);
        if let Some(bucket) = known.filter(|bucket| bucket.rate() == rate) {
            return bucket;
        }
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = clients.get(client_id).filter(|bucket| bucket.rate() == rate) {
            return Arc::clone(bucket);
        }
        let bucket = Arc::new(Bucket::new(Policy::Client, rate, MonotonicClock));
        clients.insert(client_id.to_owned(), Arc::clone(&bucket));
        bucket
    }

    fn count_address(&self, request: &impl HttpMessage) -> Verdict {
        self.addresses.take(CallerAddress::of(request).0)
    }

    fn count_token_failure(&self, request: &impl HttpMessage) -> Verdict {
        self.token_failures.take(CallerAddress::of(request).0)
    }
}

#[cfg(test)]
mod tests;
