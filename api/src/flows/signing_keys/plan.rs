//! When signing keys change their state: a function of the moment and of the keys, and of nothing else.
//!
//! A key is published as `next`, signs as `active`, verifies on as `retired`, and is deleted, private part and all. The old
//! one hands over to the new one in a single step, so that there is one active key at every moment.

use zvit_domain::time::Time;

use crate::token::LIFETIME_S;

/// A next key is published for so long before it signs. The JWKS may be cached for [`JWKS_MAX_AGE_S`], so every verifier has
/// the key by then.
pub const LEAD_S: i64 = 600;

/// For so long may the JWKS be cached.
pub const JWKS_MAX_AGE_S: i64 = 300;

/// A retired key verifies for so long: the life of a token, and a minute for processes that learn of the change later and
/// for clocks that differ.
pub const RETIRED_FOR_S: i64 = LIFETIME_S + 60;

/// So much later than [`LEAD_S`] may a next key begin, for clocks that differ.
const LEAD_SPREAD_S: i64 = 60;

const _: () = assert!(LEAD_S > JWKS_MAX_AGE_S);

/// Seconds of a day.
const DAY_S: i64 = 86_400;

/// The state of a signing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, but doesn't sign yet.
    Next,
    /// Signs.
    Active,
    /// Verifies what it has signed.
    Retired,
}

impl KeyState {
    /// As stored and shown.
    pub fn code(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }

    /// From what is stored.
    pub fn read(code: &str) -> Option<Self> {
        [Self::Next, Self::Active, Self::Retired].into_iter().find(|state| state.code() == code)
    }
}

/// A signing key as far as time matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTimes {
    /// Its id.
    pub kid: String,
    /// Its state.
    pub state: KeyState,
    /// When it was made, and so published.
    pub created_at: Time,
    /// From when on it signs; it is the beginning of its age, too.
    pub use_from: Option<Time>,
    /// Since when it only verifies.
    pub retired_at: Option<Time>,
}

impl KeyTimes {
    fn begins(&self) -> Time {
        self.use_from.unwrap_or(self.created_at)
    }

    /// When it is deleted, if it is retired.
    fn ends(&self) -> Option<Time> {
        self.retired_at.map(|at| at.plus_seconds(RETIRED_FOR_S))
    }
}

/// One thing to do, now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The next key takes over after [`LEAD_S`]: a clock that ran ahead has put it off too far.
    Bring(String),
    /// The key signs from now on.
    Activate(String),
    /// The key only verifies from now on.
    Retire(String),
    /// The key goes.
    Delete(String),
    /// A key is to be made that signs at once, as there is none.
    CreateActive,
    /// A key is to be made that takes over after [`LEAD_S`], as the active one is old enough.
    CreateNext,
}

/// At which age of the active key the next one is made: so many days, and never by itself at 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxAge(Option<i64>);

impl MaxAge {
    /// So many days; 0 is never.
    pub fn days(days: u32) -> Self {
        Self((days > 0).then(|| i64::from(days).saturating_mul(DAY_S)))
    }

    /// No key is replaced for its age.
    pub const NEVER: Self = Self(None);
}

/// The active key: of several, which is no state that any step leads to, the one that began last.
fn active(keys: &[KeyTimes]) -> Option<&KeyTimes> {
    in_state(keys, KeyState::Active).max_by_key(|key| (key.begins(), &key.kid))
}

/// The next key that is first to take over.
pub fn next(keys: &[KeyTimes]) -> Option<&KeyTimes> {
    in_state(keys, KeyState::Next).min_by_key(|key| (key.begins(), &key.kid))
}

/// Whether the next key begins later than it would have if it were made at `now`: whoever made it had a clock that ran ahead.
pub fn is_too_far(next: &KeyTimes, now: Time) -> bool {
    next.state == KeyState::Next && next.begins() > now.plus_seconds(LEAD_S + LEAD_SPREAD_S)
}

fn in_state(keys: &[KeyTimes], state: KeyState) -> impl Iterator<Item = &KeyTimes> {
    keys.iter().filter(move |key| key.state == state)
}

/// What is to be done at `now`, in this order and in one change.
pub fn due(now: Time, keys: &[KeyTimes], max_age: MaxAge) -> Vec<Step> {
    let mut steps = Vec::new();
    let (active, next) = (active(keys), next(keys));
    let signs = match (active, next) {
        (None, None) => {
            steps.push(Step::CreateActive);
            None
        }
        // Without an active key nobody gets a token: better too early.
        (None, Some(next)) => Some(next),
        (Some(_), Some(next)) if next.begins() <= now => Some(next),
        (Some(active), Some(next)) if is_too_far(next, now) => {
            steps.push(Step::Bring(next.kid.clone()));
            Some(active)
        }
        (Some(active), next) => {
            if next.is_none() && is_old(active, max_age, now) {
                steps.push(Step::CreateNext);
            }
            Some(active)
        }
    };
    steps.extend(signs.filter(|key| key.state == KeyState::Next).map(|key| Step::Activate(key.kid.clone())));
    let others = in_state(keys, KeyState::Active).filter(|key| signs.is_none_or(|signs| signs.kid != key.kid));
    steps.extend(others.map(|key| Step::Retire(key.kid.clone())));
    for key in in_state(keys, KeyState::Retired) {
        match key.ends() {
            Some(end) if end <= now => steps.push(Step::Delete(key.kid.clone())),
            Some(_) => {}
            None => steps.push(Step::Retire(key.kid.clone())),
        }
    }
    steps
}

fn is_old(active: &KeyTimes, max_age: MaxAge, now: Time) -> bool {
    max_age.0.is_some_and(|max_age| active.begins().plus_seconds(max_age) <= now)
}

/// The first moment at which something is due; it may have passed.
pub fn due_at(keys: &[KeyTimes], max_age: MaxAge) -> Option<Time> {
    let (active, next) = (active(keys), next(keys));
    let take_over = next.map(KeyTimes::begins);
    let of_age = active.filter(|_| next.is_none()).zip(max_age.0).map(|(key, age)| key.begins().plus_seconds(age));
    let ends = in_state(keys, KeyState::Retired).filter_map(KeyTimes::ends);
    take_over.into_iter().chain(of_age).chain(ends).min()
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
