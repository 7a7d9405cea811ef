//! The one place that reads the clock, and the one that makes ids (UUIDv7 begins with the time).

use std::sync::Mutex;

use uuid::timestamp::context::ContextV7;
use uuid::{Timestamp, Uuid};
use zvit_domain::time::Time;

static CONTEXT: Mutex<ContextV7> = Mutex::new(ContextV7::new());

/// Now, to the microsecond.
#[allow(clippy::disallowed_methods, reason = "this is the edge that hands time to everything else")]
pub fn now() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Time::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// A new UUIDv7 (RFC 9562) of this moment; ids of one process rise strictly.
pub fn new_id(now: Time) -> Uuid {
    let seconds = u64::try_from(now.as_seconds()).unwrap_or(0);
    let nanos = u32::try_from(now.as_micros().rem_euclid(1_000_000) * 1_000).unwrap_or(0);
    // A poisoned lock only means that another thread died; the counter behind it is still good.
    let context = CONTEXT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    Uuid::new_v7(Timestamp::from_unix(&*context, seconds, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_moment_rise() {
        let moment = now();
        let ids: Vec<Uuid> = (0..1000).map(|_| new_id(moment)).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
