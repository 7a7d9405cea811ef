//! The life of keys as a play: moments pass, the service looks now and then, somebody rotates, and all the while tokens are
//! issued and must verify.

use proptest::prelude::*;

use super::*;

fn key(kid: &str, state: KeyState, from: i64) -> KeyTimes {
    let from = at(from);
    KeyTimes { kid: kid.into(), state, created_at: from, use_from: Some(from), retired_at: None }
}

fn at(seconds: i64) -> Time {
    Time::from_micros(seconds * 1_000_000)
}

const DAYS_90: MaxAge = MaxAge(Some(90 * DAY_S));

#[test]
fn a_store_without_keys_gets_one_that_signs() {
    assert_eq!(due(at(0), &[], DAYS_90), [Step::CreateActive]);
    assert_eq!(due(at(0), &[], MaxAge::NEVER), [Step::CreateActive]);
    assert_eq!(due_at(&[], DAYS_90), None);
}

#[test]
fn the_next_key_takes_over_at_its_moment_and_not_before() {
    let keys = [key("old", KeyState::Active, 0), key("new", KeyState::Next, 1_000)];
    assert_eq!(due(at(999), &keys, DAYS_90), []);
    assert_eq!(due(at(1_000), &keys, DAYS_90), [Step::Activate("new".into()), Step::Retire("old".into())]);
    assert_eq!(due_at(&keys, DAYS_90), Some(at(1_000)));
}

#[test]
fn a_next_key_takes_over_early_when_nobody_signs() {
    let keys = [key("new", KeyState::Next, 1_000)];
    assert_eq!(due(at(1), &keys, DAYS_90), [Step::Activate("new".into())]);
}

#[test]
fn a_next_key_that_a_wrong_clock_put_off_is_brought_forward() {
    let keys = |from| [key("old", KeyState::Active, 0), key("new", KeyState::Next, from)];
    assert_eq!(due(at(0), &keys(LEAD_S + LEAD_SPREAD_S), DAYS_90), []);
    assert_eq!(due(at(0), &keys(LEAD_S + LEAD_SPREAD_S + 1), DAYS_90), [Step::Bring("new".into())]);
    assert_eq!(due(at(0), &keys(LEAD_S), DAYS_90), [], "it is in time afterwards");
}

#[test]
fn a_key_is_replaced_at_its_age_or_never() {
    let keys = [key("old", KeyState::Active, 0)];
    assert_eq!(due(at(90 * DAY_S - 1), &keys, DAYS_90), []);
    assert_eq!(due(at(90 * DAY_S), &keys, DAYS_90), [Step::CreateNext]);
    assert_eq!(due_at(&keys, DAYS_90), Some(at(90 * DAY_S)));
    assert_eq!(due(at(9_000 * DAY_S), &keys, MaxAge::days(0)), []);
    assert_eq!(due_at(&keys, MaxAge::days(0)), None);
}

#[test]
fn a_retired_key_goes_when_its_last_token_has_ended() {
    let mut old = key("old", KeyState::Retired, 0);
    let active = key("new", KeyState::Active, 1_000);
    old.retired_at = Some(at(1_000));
    let keys = [old.clone(), active.clone()];
    assert_eq!(due(at(1_000 + RETIRED_FOR_S - 1), &keys, DAYS_90), []);
    assert_eq!(due(at(1_000 + RETIRED_FOR_S), &keys, DAYS_90), [Step::Delete("old".into())]);
    assert_eq!(due_at(&keys, DAYS_90), Some(at(1_000 + RETIRED_FOR_S)));
    // One of whom nobody knows since when it is retired begins to be so now.
    old.retired_at = None;
    assert_eq!(due(at(5_000), &[old, active], DAYS_90), [Step::Retire("old".into())]);
}

#[test]
fn of_several_active_keys_one_stays() {
    let keys = [key("one", KeyState::Active, 5), key("two", KeyState::Active, 7)];
    assert_eq!(due(at(10), &keys, DAYS_90), [Step::Retire("one".into())]);
}

/// What happens in the play.
#[derive(Debug, Clone)]
enum Act {
    /// So many seconds pass.
    Pass(i64),
    /// A process looks what is due.
    Look,
    /// `zvit keys rotate`.
    Rotate,
    /// `zvit keys rotate --now`.
    Replace,
}

/// The store, and what the world knows of it.
#[derive(Default)]
struct Play {
    now: i64,
    keys: Vec<KeyTimes>,
    made: usize,
    /// Keys that were published in good time before they signed, or needn't have been.
    emergency: Vec<String>,
    /// Tokens: the key, and the end.
    tokens: Vec<(String, i64)>,
}

impl Play {
    fn make(&mut self, state: KeyState) -> String {
        self.made += 1;
        let kid = format!("key-{}", self.made);
        let lead = if state == KeyState::Next { LEAD_S } else { 0 };
        let use_from = Some(at(self.now + lead));
        self.keys.push(KeyTimes { kid: kid.clone(), state, created_at: at(self.now), use_from, retired_at: None });
        kid
    }

    fn look(&mut self, max_age: MaxAge) {
        for step in due(at(self.now), &self.keys, max_age) {
            let now = at(self.now);
            let mut change = |kid: &str, state, retired_at| {
                let key = self.keys.iter_mut().find(|key| key.kid == kid).expect("a key that is there");
                (key.state, key.retired_at) = (state, retired_at);
                if state == KeyState::Active {
                    key.use_from = Some(now);
                }
            };
            match step {
                Step::Bring(kid) => {
                    let key = self.keys.iter_mut().find(|key| key.kid == kid).expect("a key that is there");
                    key.use_from = Some(now.plus_seconds(LEAD_S));
                }
                Step::Activate(kid) => change(&kid, KeyState::Active, None),
                Step::Retire(kid) => change(&kid, KeyState::Retired, Some(now)),
                Step::Delete(kid) => self.keys.retain(|key| key.kid != kid),
                Step::CreateNext => drop(self.make(KeyState::Next)),
                Step::CreateActive => {
                    let kid = self.make(KeyState::Active);
                    self.emergency.push(kid);
                }
            }
        }
    }

    fn act(&mut self, act: &Act, max_age: MaxAge) {
        match act {
            Act::Pass(seconds) => self.now += seconds,
            Act::Look => self.look(max_age),
            Act::Rotate if next(&self.keys).is_none() => drop(self.make(KeyState::Next)),
            Act::Rotate => {}
            Act::Replace => {
                self.keys.clear();
                self.tokens.clear();
                let kid = self.make(KeyState::Active);
                self.emergency.push(kid);
            }
        }
    }

    /// Whoever asks now gets a token, and every token that has not ended is good.
    fn check(&mut self) -> Result<(), TestCaseError> {
        let active: Vec<&KeyTimes> = in_state(&self.keys, KeyState::Active).collect();
        prop_assert_eq!(active.len(), 1, "{:?}", self.keys);
        prop_assert!(in_state(&self.keys, KeyState::Next).count() <= 1, "{:?}", self.keys);
        let signs = active[0];
        let published = self.now - signs.created_at.as_seconds();
        prop_assert!(
            published >= JWKS_MAX_AGE_S || self.emergency.contains(&signs.kid),
            "{} s: {:?}",
            published,
            signs
        );
        self.tokens.push((signs.kid.clone(), self.now + LIFETIME_S));
        let now = self.now;
        self.tokens.retain(|(_, end)| *end > now);
        for (kid, end) in &self.tokens {
            prop_assert!(self.keys.iter().any(|key| key.kid == *kid), "{kid} is gone before {end}: {:?}", self.keys);
        }
        Ok(())
    }
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0_i64..900).prop_map(Act::Pass),
        1 => (0_i64..200 * DAY_S).prop_map(Act::Pass),
        6 => Just(Act::Look),
        2 => Just(Act::Rotate),
        1 => Just(Act::Replace),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    /// From the first key on there is exactly one active key, each token verifies within its life, and each key is published for
    /// longer than the JWKS may be kept before it signs, except where there was no key or none to be trusted.
    #[test]
    fn no_token_is_refused_whatever_happens_when(acts in prop::collection::vec(any_act(), 1..80), days in 0_u32..100) {
        let max_age = MaxAge::days(days);
        let mut play = Play::default();
        play.look(max_age);
        play.check()?;
        for act in &acts {
            play.act(act, max_age);
            play.check()?;
        }
    }

    /// Once a moment is reached nothing is left to do at it, and what comes next comes when it is said.
    #[test]
    fn what_is_due_is_said_beforehand(acts in prop::collection::vec(any_act(), 1..80), days in 0_u32..100) {
        let max_age = MaxAge::days(days);
        let mut play = Play::default();
        play.look(max_age);
        for act in &acts {
            play.act(act, max_age);
            play.look(max_age);
            play.look(max_age);
            prop_assert_eq!(due(at(play.now), &play.keys, max_age), []);
            match due_at(&play.keys, max_age) {
                Some(moment) => {
                    prop_assert!(moment > at(play.now));
                    prop_assert_ne!(due(moment, &play.keys, max_age), []);
                    let before = Time::from_micros(moment.as_micros() - 1);
                    prop_assert_eq!(due(before, &play.keys, max_age), []);
                }
                None => prop_assert_eq!(due(at(play.now + 10_000 * DAY_S), &play.keys, max_age), []),
            }
        }
    }

    /// However far a clock ran ahead when the next key was made, it takes over within the lead and a minute, and every token is
    /// good meanwhile.
    #[test]
    fn a_clock_that_ran_ahead_keeps_no_key_back(ahead in 0_i64..100_000 * DAY_S, days in 0_u32..100) {
        let max_age = MaxAge::days(days);
        let mut play = Play::default();
        play.look(max_age);
        play.now = ahead;
        let kid = play.make(KeyState::Next);
        play.now = 0;
        // Published long enough: the moment of its making is that of the wrong clock.
        play.keys.iter_mut().for_each(|key| key.created_at = at(0));
        play.look(max_age);
        play.check()?;
        prop_assert!(in_state(&play.keys, KeyState::Active).all(|key| key.kid != kid));
        play.now = LEAD_S + LEAD_SPREAD_S;
        play.look(max_age);
        play.check()?;
        prop_assert!(in_state(&play.keys, KeyState::Active).all(|key| key.kid == kid));
    }
}
