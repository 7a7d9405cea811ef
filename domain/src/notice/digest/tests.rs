use proptest::prelude::*;

use super::*;

/// A notice that comes in: seconds after the one before, for which contact, over which channel, of which level.
#[derive(Debug, Clone)]
struct Coming {
    after_s: i64,
    contact: u8,
    channel: Channel,
    level: Option<u8>,
}

fn coming() -> impl Strategy<Value = Coming> {
    let channel = prop_oneof![4 => Just(Channel::Email), 1 => Just(Channel::Webhook)];
    (0..120_i64, 0..3_u8, channel, prop::option::weighted(0.95, 0..=5_u8))
        .prop_map(|(after_s, contact, channel, level)| Coming { after_s, contact, channel, level })
}

/// What became of the notices by their places: singly with the moment, or in which digest.
#[derive(Debug, Default)]
struct Outcome {
    singly: BTreeMap<usize, Time>,
    digests: BTreeMap<(u8, Time), Vec<usize>>,
}

/// As the outbox does it: the window is made anew from what is stored, each time.
fn play(coming: &[Coming]) -> (Outcome, Vec<Time>) {
    let (mut outcome, mut now, mut moments) =
        (Outcome::default(), Time::from_micros(1_795_000_000_000_000), Vec::new());
    for (place, notice) in coming.iter().enumerate() {
        now = now.plus_seconds(notice.after_s);
        moments.push(now);
        let end = window_end(now);
        let before = outcome.singly.iter().filter(|(_, at)| **at >= end.plus_seconds(-WINDOW_S));
        let passed = before.map(|(place, _)| (coming[*place].contact, coming[*place].channel.to_string()));
        let mut window = Window::after(passed.collect::<Vec<_>>());
        match window.judge((notice.contact, notice.channel.to_string()), notice.channel, notice.level) {
            Way::Singly => drop(outcome.singly.insert(place, now)),
            Way::Gathered => outcome.digests.entry((notice.contact, end)).or_default().push(place),
        }
    }
    (outcome, moments)
}

proptest! {
    #[test]
    fn each_notice_is_told_singly_or_in_exactly_one_digest(coming in prop::collection::vec(coming(), 0..200)) {
        let (outcome, _) = play(&coming);
        let mut told: Vec<usize> = outcome.singly.keys().copied().chain(outcome.digests.values().flatten().copied()).collect();
        told.sort_unstable();
        prop_assert_eq!(told, (0..coming.len()).collect::<Vec<_>>());
        for ((contact, _), members) in &outcome.digests {
            prop_assert!(members.iter().all(|place| coming[*place].contact == *contact));
        }
    }

    #[test]
    fn what_is_grave_or_for_a_machine_is_never_held(coming in prop::collection::vec(coming(), 0..200)) {
        let (outcome, _) = play(&coming);
        for place in outcome.digests.values().flatten() {
            let notice = &coming[*place];
            prop_assert!(notice.level.is_some_and(|level| level < NEVER_HELD_FROM) && notice.channel == Channel::Email);
        }
    }

    #[test]
    fn a_window_lets_few_through_and_holds_nothing_for_longer_than_it_lasts(coming in prop::collection::vec(coming(), 0..200)) {
        let (outcome, moments) = play(&coming);
        let mut lesser = BTreeMap::<_, usize>::new();
        for (place, at) in &outcome.singly {
            let notice = &coming[*place];
            if notice.channel == Channel::Email && notice.level.is_some_and(|level| level < NEVER_HELD_FROM) {
                *lesser.entry((notice.contact, window_end(*at))).or_default() += 1;
            }
        }
        prop_assert!(lesser.values().all(|count| *count <= SINGLE_AT_MOST));
        for ((contact, end), members) in &outcome.digests {
            let full = outcome.singly.iter().filter(|(place, at)| {
                coming[**place].contact == *contact && coming[**place].channel == Channel::Email && window_end(**at) == *end
            });
            prop_assert!(full.count() >= SINGLE_AT_MOST, "nothing is held without need");
            for place in members {
                prop_assert!(moments[*place] < *end && *end <= moments[*place].plus_seconds(WINDOW_S));
            }
        }
    }

    #[test]
    fn a_digest_counts_all_and_names_the_gravest(levels in prop::collection::vec((0..=3_u8, prop::option::of(0..1_000_i64)), 1..60)) {
        let gathered = levels.iter().enumerate().map(|(place, (level, deadline))| Gathered {
            reference: Some(format!("{level}-{place}")),
            level: Some(*level),
            deadline: deadline.map(Time::from_micros),
            of_case: true,
        });
        let (digest, level, deadline) = Digest::of(gathered.collect());
        prop_assert_eq!(digest.count, levels.len());
        prop_assert_eq!(digest.references.len(), levels.len().min(REFERENCES_AT_MOST));
        prop_assert_eq!(level, levels.iter().map(|(level, _)| *level).max());
        prop_assert_eq!(deadline, levels.iter().filter_map(|(_, deadline)| deadline.map(Time::from_micros)).min());
        let named: Vec<u8> = digest.references.iter().map(|name| name[..1].parse().unwrap()).collect();
        prop_assert!(named.windows(2).all(|pair| pair[0] >= pair[1]) && named.first() == level.as_ref());
        prop_assert_eq!(digest.listed().contains("(+"), levels.len() > REFERENCES_AT_MOST);
    }
}
