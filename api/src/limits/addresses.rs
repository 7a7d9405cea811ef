//! Buckets by address, in bounded memory.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};

use governor::RateLimiter;
use governor::clock::{Clock, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;

use super::rate::{Bucket, Policy, Rate, Verdict};

/// A lock for each, so that requests of different callers seldom wait for each other.
const SHARDS: usize = 64;
/// Addresses remembered in all. Only those are kept whose bucket is not full, so it takes as many active callers to get here.
const MOST: usize = 65_536;

/// A bucket for each address.
#[derive(Debug)]
pub(super) struct Addresses<C: Clock = MonotonicClock> {
    rate: Rate,
    policy: Policy,
    /// Random, so that nobody can choose addresses that meet in one shard.
    hasher: RandomState,
    most_per_shard: usize,
    shards: Vec<Shard<C>>,
}

#[derive(Debug)]
struct Shard<C: Clock> {
    limiter: RateLimiter<IpAddr, HashMapStateStore<IpAddr>, C, StateInformationMiddleware>,
    /// Shared by everybody while too many addresses are active.
    common: Bucket<C>,
    full: AtomicUsize,
}

impl<C: Clock + Clone> Addresses<C> {
    pub(super) fn new(policy: Policy, rate: Rate, clock: &C) -> Self {
        Self::with(policy, rate, clock, SHARDS, MOST / SHARDS)
    }

    fn with(policy: Policy, rate: Rate, clock: &C, shards: usize, most_per_shard: usize) -> Self {
        let shard = || Shard {
            limiter: RateLimiter::new(rate.quota(), HashMapStateStore::default(), clock.clone()),
            common: Bucket::new(policy, rate, clock.clone()),
            full: AtomicUsize::new(0),
        };
        let shards = std::iter::repeat_with(shard).take(shards).collect();
        Self { rate, policy, hasher: RandomState::new(), most_per_shard, shards }
    }

    /// Takes one from the bucket of the address.
    pub(super) fn take(&self, address: IpAddr) -> Verdict {
        let network = network(address);
        let index = usize::try_from(self.hasher.hash_one(network)).unwrap_or_default() % self.shards.len().max(1);
        let Some(shard) = self.shards.get(index) else {
            return Verdict::untouched(self.policy, self.rate);
        };
        if shard.is_full(self.most_per_shard) {
            return shard.common.take(NonZeroU32::MIN);
        }
        match shard.limiter.check_key(&network) {
            Ok(state) => Verdict::passed(self.policy, self.rate, &state),
            Err(until) => Verdict::refused(self.policy, self.rate, &until, shard.limiter.clock()),
        }
    }

    #[cfg(test)]
    fn remembered(&self) -> usize {
        self.shards.iter().map(|shard| shard.limiter.len()).sum()
    }
}

impl<C: Clock> Shard<C> {
    /// Whether there is no room. Who has used nothing lately is forgotten first; that costs as much as there are addresses, so
    /// while it doesn't help it is only tried as often.
    fn is_full(&self, most: usize) -> bool {
        if self.limiter.len() < most {
            return false;
        }
        if self.full.fetch_add(1, Ordering::Relaxed).is_multiple_of(most.max(1)) {
            self.limiter.retain_recent();
        }
        self.limiter.len() >= most
    }
}

/// Whoever has an IPv6 address has 2^64 of them: the whole /64 counts as one caller.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;
    use proptest::prelude::*;
    use std::time::Duration;

    fn passes(addresses: &Addresses<FakeRelativeClock>, address: &str) -> bool {
        addresses.take(address.parse().unwrap()).wait_s.is_none()
    }

    fn of_two(shards: usize, most: usize, clock: &FakeRelativeClock) -> Addresses<FakeRelativeClock> {
        Addresses::with(Policy::Address, Rate::new(1, 2), clock, shards, most)
    }

    #[test]
    fn an_ipv4_address_has_a_bucket_and_an_ipv6_network_has_one() {
        let addresses = of_two(8, 100, &FakeRelativeClock::default());
        for own in ["192.0.2.1", "192.0.2.2"] {
            assert_eq!(
                [passes(&addresses, own), passes(&addresses, own), passes(&addresses, own)],
                [true, true, false]
            );
        }
        assert!(passes(&addresses, "2001:db8::1") && passes(&addresses, "2001:db8::2:0:0:1"));
        assert!(!passes(&addresses, "2001:db8::ffff:ffff:ffff:ffff"), "the same /64");
        assert!(passes(&addresses, "2001:db8:0:1::1"), "another /64");
    }

    #[test]
    fn memory_is_bounded_and_the_idle_are_forgotten_first() {
        let clock = FakeRelativeClock::default();
        let addresses = of_two(1, 4, &clock);
        for last in 0..100 {
            addresses.take(IpAddr::from([192, 0, 2, last]));
        }
        assert_eq!(addresses.remembered(), 4);
        clock.advance(Duration::from_secs(10));
        let after: Vec<bool> = (0..20).map(|last| passes(&addresses, &format!("198.51.100.{last}"))).collect();
        assert!(addresses.remembered() <= 4 && after.contains(&true));
    }

    proptest! {
        /// However many addresses take part, none gets more than its burst at one moment, and memory stays bounded.
        #[test]
        fn nobody_gets_more_than_the_burst(callers in proptest::collection::vec(0u8..12, 0..80)) {
            let addresses = of_two(2, 3, &FakeRelativeClock::default());
            let mut passed = std::collections::HashMap::new();
            for caller in callers {
                if addresses.take(IpAddr::from([10, 0, 0, caller])).wait_s.is_none() {
                    *passed.entry(caller).or_insert(0) += 1;
                }
            }
            // Two of its own, and two that are common.
            prop_assert!(passed.values().all(|count| *count <= 4), "{passed:?}");
            prop_assert!(addresses.remembered() <= 6);
        }
    }
}
