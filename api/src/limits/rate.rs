//! One bucket: so many requests a second, and a burst on top of it.

use std::num::NonZeroU32;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::{StateInformationMiddleware, StateSnapshot};
use governor::state::{InMemoryState, NotKeyed};
use governor::{NotUntil, Quota, RateLimiter};

/// How much of something is let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second, in the long run.
    pub per_second: NonZeroU32,
    /// Requests at once, after a silence.
    pub burst: NonZeroU32,
}

impl Rate {
    /// A rate; nothing is ever closed altogether, so zero counts as one.
    pub fn new(per_second: u32, burst: u32) -> Self {
        let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self { per_second: at_least_one(per_second), burst: at_least_one(burst) }
    }

    /// A client's own rate, as its row has it: both columns or none.
    pub fn of_columns(per_second: Option<i32>, burst: Option<i32>) -> Option<Self> {
        Some(Self::new(u32::try_from(per_second?).ok()?, u32::try_from(burst?).ok()?))
    }

    pub(super) fn quota(self) -> Quota {
        Quota::per_second(self.per_second).allow_burst(self.burst)
    }

    /// Seconds until so many requests are regained.
    fn seconds_for(self, requests: u32) -> u32 {
        requests.div_ceil(self.per_second.get())
    }
}

/// Whose limit it is, as the field `RateLimit-Policy` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// What a client may do that has proved who it is.
    Client,
    /// What an address may do without proof.
    Address,
    /// How often an address may fail to get a token.
    TokenFailures,
}

impl Policy {
    fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Address => "address",
            Self::TokenFailures => "token-failures",
        }
    }
}

/// What a limit said to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Seconds until another attempt makes sense, if this one was too much.
    pub wait_s: Option<u64>,
    policy: Policy,
    rate: Rate,
    remaining: u32,
}

impl Verdict {
    pub(super) fn passed(policy: Policy, rate: Rate, state: &StateSnapshot) -> Self {
        Self { wait_s: None, policy, rate, remaining: state.remaining_burst_capacity() }
    }

    pub(super) fn untouched(policy: Policy, rate: Rate) -> Self {
        Self { wait_s: None, policy, rate, remaining: rate.burst.get() }
    }

    pub(super) fn refused<C: Clock>(policy: Policy, rate: Rate, until: &NotUntil<C::Instant>, clock: &C) -> Self {
        let wait = until.wait_time_from(clock.now());
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Self { wait_s: Some(seconds.max(1)), policy, rate, remaining: 0 }
    }

    /// The field `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers): quota and window in seconds.
    pub fn policy_field(&self) -> String {
        let burst = self.rate.burst.get();
        format!("\"{}\";q={burst};w={}", self.policy.name(), self.rate.seconds_for(burst).max(1))
    }

    /// The field `RateLimit`: what remains, and the seconds until all of it is there again.
    pub fn state_field(&self) -> String {
        let used = self.rate.burst.get().saturating_sub(self.remaining);
        format!("\"{}\";r={};t={}", self.policy.name(), self.remaining, self.rate.seconds_for(used))
    }
}

/// The bucket of one client.
#[derive(Debug)]
pub(super) struct Bucket<C: Clock = MonotonicClock> {
    rate: Rate,
    policy: Policy,
    limiter: RateLimiter<NotKeyed, InMemoryState, C, StateInformationMiddleware>,
}

impl<C: Clock> Bucket<C> {
    pub(super) fn new(policy: Policy, rate: Rate, clock: C) -> Self {
        let limiter = RateLimiter::direct_with_clock(rate.quota(), clock).with_middleware();
        Self { rate, policy, limiter }
    }

    pub(super) fn rate(&self) -> Rate {
        self.rate
    }

    /// Takes so many at once, or none. Who wants more than there ever is takes all there is.
    pub(super) fn take(&self, requests: NonZeroU32) -> Verdict {
        match self.limiter.check_n(requests.min(self.rate.burst)) {
            Ok(Ok(state)) => Verdict::passed(self.policy, self.rate, &state),
            Ok(Err(until)) => Verdict::refused(self.policy, self.rate, &until, self.limiter.clock()),
            // Not reached: no more than the burst is asked for.
            Err(_) => Verdict { wait_s: Some(1), policy: self.policy, rate: self.rate, remaining: 0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;
    use std::time::Duration;

    fn take(bucket: &Bucket<FakeRelativeClock>, requests: u32) -> Verdict {
        bucket.take(NonZeroU32::new(requests).unwrap())
    }

    #[test]
    fn a_burst_passes_and_what_is_used_comes_back_with_time() {
        let clock = FakeRelativeClock::default();
        let bucket = Bucket::new(Policy::Client, Rate::new(5, 20), clock.clone());
        let first = take(&bucket, 1);
        assert_eq!(first.policy_field(), "\"client\";q=20;w=4");
        assert_eq!((first.state_field().as_str(), first.wait_s), ("\"client\";r=19;t=1", None));
        assert_eq!(take(&bucket, 19).state_field(), "\"client\";r=0;t=4");
        let refused = take(&bucket, 1);
        assert_eq!((refused.wait_s, refused.state_field().as_str()), (Some(1), "\"client\";r=0;t=4"));
        assert_eq!(take(&bucket, 12).wait_s, Some(3), "twelve are there again after 2.4 seconds");
        clock.advance(Duration::from_millis(1000));
        assert_eq!(take(&bucket, 5).wait_s, None);
        assert!(take(&bucket, 1).wait_s.is_some());
    }

    #[test]
    fn what_is_more_than_a_burst_takes_a_whole_one() {
        let bucket = Bucket::new(Policy::Client, Rate::new(1, 3), FakeRelativeClock::default());
        assert_eq!(take(&bucket, 11).wait_s, None);
        assert!(take(&bucket, 1).wait_s.is_some());
    }
}
