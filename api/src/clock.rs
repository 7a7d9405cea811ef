//! The one place that reads the clock, and the one that makes ids (UUIDv7 begins with the time).
//!
//! In a rehearsal (the demonstration, the tests) the clock can be put ahead, so that what takes hours can be shown at once.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};

use uuid::timestamp::context::ContextV7;
use uuid::{Timestamp, Uuid};
use zvit_domain::time::Time;

static CONTEXT: Mutex<ContextV7> = Mutex::new(ContextV7::new());

/// By so many seconds the demonstration has put the clock ahead.
static AHEAD_S: AtomicI64 = AtomicI64::new(0);

/// A file that says so in a rehearsal of several processes.
static AHEAD_FILE: OnceLock<PathBuf> = OnceLock::new();

/// The moment at which the clock stands still in a rehearsal that is to be repeated exactly.
static STANDS_AT: OnceLock<Time> = OnceLock::new();

/// What ids and references are counted by in such a rehearsal.
static DRAWN: AtomicU64 = AtomicU64::new(0);

/// Now, to the microsecond.
#[allow(clippy::disallowed_methods, reason = "this is the edge that hands time to everything else")]
pub fn now() -> Time {
    if let Some(moment) = STANDS_AT.get() {
        return moment.plus_seconds(seconds_ahead());
    }
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Time::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)).plus_seconds(seconds_ahead())
}

/// Puts the clock of this process ahead, for a rehearsal; it never goes back.
pub fn put_ahead(seconds: u32) {
    AHEAD_S.fetch_add(i64::from(seconds), Ordering::Relaxed);
}

/// From now on the clock is ahead by as many seconds as this file says whenever it is asked; a missing file says none. Only
/// the first call counts.
pub fn follow(file: PathBuf) {
    let _ = AHEAD_FILE.set(file);
}

/// From now on the clock stands at this moment, put ahead at most, and ids and references follow from how many there were
/// before: two runs that are asked the same answer the same. Only the first call counts.
pub fn stand_at(moment: Time) {
    let _ = STANDS_AT.set(moment);
}

/// The next number of a rehearsal that is to be repeated exactly.
fn counted() -> Option<u64> {
    STANDS_AT.get().map(|_| DRAWN.fetch_add(1, Ordering::Relaxed))
}

/// Sixty-four random bits, for what people read; never for secrets.
///
/// # Errors
/// When the system has no randomness.
pub fn random() -> Result<u64, getrandom::Error> {
    // An odd factor spreads the numbers without ever giving one twice.
    counted().map_or_else(getrandom::u64, |number| Ok(number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}

/// Whether this is a rehearsal, so that the clock may jump.
pub fn is_rehearsal() -> bool {
    AHEAD_FILE.get().is_some() || AHEAD_S.load(Ordering::Relaxed) != 0
}

/// By so much the clock is ahead; none outside rehearsals.
pub fn seconds_ahead() -> i64 {
    let told = AHEAD_FILE.get().and_then(|file| std::fs::read_to_string(file).ok()?.trim().parse().ok());
    AHEAD_S.load(Ordering::Relaxed) + told.unwrap_or(0)
}

/// A new UUIDv7 (RFC 9562) of this moment; ids of one process rise strictly.
pub fn new_id(now: Time) -> Uuid {
    if let Some(number) = counted() {
        return numbered_id(now, number);
    }
    let seconds = u64::try_from(now.as_seconds()).unwrap_or(0);
    let nanos = u32::try_from(now.as_micros().rem_euclid(1_000_000) * 1_000).unwrap_or(0);
    // A poisoned lock only means that another thread died; the counter behind it is still good.
    let context = CONTEXT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    Uuid::new_v7(Timestamp::from_unix(&*context, seconds, nanos))
}

/// The id of this moment that stands at this place among all.
fn numbered_id(now: Time, number: u64) -> Uuid {
    let millis = u64::try_from(now.as_micros().div_euclid(1_000)).unwrap_or(0);
    let mut rest = [0; 10];
    // Version and variant are written into the first bytes; a counter never gets that far.
    for (place, byte) in rest.iter_mut().skip(3).zip(number.to_be_bytes().into_iter().skip(1)) {
        *place = byte;
    }
    uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid()
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

    #[test]
    fn counted_ids_rise_too_and_are_the_same_again() {
        let moment = Time::from_micros(1_800_000_000_000_000);
        let ids: Vec<Uuid> = (0..1000).map(|number| numbered_id(moment, number)).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(numbered_id(moment, 7), ids[7]);
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        assert!(numbered_id(moment.plus_seconds(1), 0) > ids[999]);
    }
}
