use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::Strategy;

use super::*;
use crate::directory::{DutyHours, DutyWindow, Weekday};
use crate::word::Word;

fn word<T: Word>() -> impl Strategy<Value = T> {
    select(T::ALL)
}

/// Few sectors and kinds, so that teams and incidents meet often.
const SECTORS: [Sector; 3] = [Sector::Health, Sector::Energy, Sector::Water];

prop_compose! {
    fn any_team(number: u128)(
        sectors in subsequence(SECTORS.to_vec(), 1..=3),
        assistance in subsequence(Assistance::ALL.to_vec(), 0..=4),
        languages in subsequence(vec!["uk".to_owned(), "en".to_owned()], 0..=2),
        tlp_ceiling in word::<Tlp>(),
        (capacity, surge_capacity) in (0u32..8, 0u32..4),
        priority in 0i32..3,
        (active, observer, accepts_exercises) in (prop::bool::weighted(0.9), prop::bool::weighted(0.1), any::<bool>()),
        asleep in prop::bool::weighted(0.2),
    ) -> TeamEntry {
        with(number, |entry| {
            entry.active = active;
            if observer {
                entry.participant.as_mut().unwrap().role = ParticipantRole::Observer;
            }
            let team = &mut entry.team;
            (team.sectors, team.assistance, team.languages) = (sectors, assistance, languages);
            (team.tlp_ceiling, team.capacity, team.surge_capacity) = (tlp_ceiling, capacity, surge_capacity);
            (team.priority, team.accepts_exercises) = (priority, accepts_exercises);
            team.duty_hours = asleep.then(|| DutyHours {
                time_zone: "Europe/Kyiv".into(),
                // Noon in Kyiv when these incidents come in.
                windows: vec![DutyWindow { days: vec![Weekday::Mon], from: "13:00".into(), to: "12:00".into() }],
            });
        })
    }
}

pub(super) fn any_teams() -> impl Strategy<Value = Vec<TeamEntry>> {
    (0..8u128).prop_flat_map(|count| (1..=count).map(any_team).collect::<Vec<_>>())
}

prop_compose! {
    fn any_rule(number: usize)(
        role in word::<AssignmentRole>(),
        sectors in subsequence(SECTORS.to_vec(), 0..=2),
        level_min in option::of(0u8..=5),
        asked in subsequence(Assistance::ALL.to_vec(), 0..=2),
        pool in option::of((
            subsequence(SECTORS.to_vec(), 0..=2),
            subsequence(Assistance::ALL.to_vec(), 0..=2),
            subsequence(vec!["uk".to_owned(), "en".to_owned()], 0..=1),
        )),
        teams in vec(1..8u128, 1..4),
        strategy in word::<super::super::Strategy>(),
    ) -> Rule {
        let listed = if pool.is_none() { teams.into_iter().map(id).collect() } else { Vec::new() };
        Rule {
            id: format!("rule-{number}"),
            name: "rule".into(),
            when: When { sectors, level_min, assistance: asked, ..When::default() },
            assign: Assign {
                role,
                teams: listed,
                pool: pool.map(|(sectors, assistance, languages)| Pool { sectors, assistance, languages }),
                strategy,
                acknowledge_within_minutes: None,
                escalate_to: None,
            },
        }
    }
}

pub(super) fn any_rules() -> impl Strategy<Value = RuleSet> {
    ((0..5usize).prop_flat_map(|count| (0..count).map(any_rule).collect::<Vec<_>>()), word::<ActOn>())
        .prop_map(|(list, act_on)| RuleSet { act_on, ..rules(list) })
}

/// An incident with lists of its own.
#[derive(Clone, Debug)]
pub(super) struct Incident {
    sector: Sector,
    levels: (u8, u8),
    assistance: Vec<Assistance>,
    tlp: Tlp,
    language: Option<&'static str>,
    exercise: bool,
    excluded: Vec<Uuid>,
}

impl Incident {
    pub(super) fn input(&self) -> RoutingInput<'_> {
        RoutingInput {
            sector: self.sector,
            level: self.levels.0,
            level_high: self.levels.1,
            assistance: &self.assistance,
            tlp: self.tlp,
            language: self.language,
            exercise: self.exercise,
            excluded: &self.excluded,
            ..incident()
        }
    }
}

prop_compose! {
    pub(super) fn any_incident()(
        sector in select(&SECTORS[..]),
        (level, above) in (0u8..=5, 0u8..=5),
        assistance in subsequence(Assistance::ALL.to_vec(), 0..=3),
        tlp in word::<Tlp>(),
        language in option::of(select(&["uk", "en", "de"][..])),
        exercise in prop::bool::weighted(0.1),
        excluded in vec((1..8u128).prop_map(id), 0..2),
    ) -> Incident {
        Incident { sector, levels: (level, level.max(above)), assistance, tlp, language, exercise, excluded }
    }
}

pub(super) fn any_loads() -> impl Strategy<Value = Loads> {
    prop::collection::btree_map((1..10u128).prop_map(id), (0u32..8, 0u32..8).prop_map(|(w, c)| load(w, c)), 0..8)
}

fn any_turns() -> impl Strategy<Value = RoundRobin> {
    prop::collection::btree_map((0..5usize).prop_map(|n| format!("rule-{n}")), 0u64..9, 0..4)
}

fn entry(teams: &[TeamEntry], team: Uuid) -> Option<&TeamEntry> {
    teams.iter().find(|entry| entry.id == team)
}

/// Stated apart from the code under test: what must never be chosen, whatever the rules say.
fn may_work(entry: &TeamEntry, incident: &Incident) -> bool {
    let team = &entry.team;
    entry.active
        && entry.participant.as_ref().is_some_and(|participant| participant.role != ParticipantRole::Observer)
        && team.duty_hours.is_none()
        && team.sectors.contains(&incident.sector)
        && incident.tlp <= team.tlp_ceiling
        && (!incident.exercise || team.accepts_exercises)
        && !incident.excluded.contains(&entry.id)
}

fn has_room(entry: &TeamEntry, incident: &Incident, loads: &Loads) -> bool {
    let level = incident.levels.0;
    let surge = if level >= 4 { entry.team.surge_capacity } else { 0 };
    loads.get(&entry.id).map_or(0, |load| load.weighted) + weight(level) <= entry.team.capacity + surge
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn there_is_always_a_lead_and_nobody_excluded_is_chosen(
        teams in any_teams(), set in any_rules(), one in any_incident(), loads in any_loads(), turns in any_turns(),
    ) {
        let decision = decide_in_turn(&one.input(), &set, &teams, &loads, &turns);
        for choice in decision.choices() {
            let view = choice.why.candidates.iter().find(|view| view.team == choice.team);
            prop_assert!(view.is_some_and(|view| view.rank == Some(1) && view.excluded_by.is_empty()), "{choice:?}");
            let Some(entry) = entry(&teams, choice.team) else {
                prop_assert_eq!((choice.team, choice.role), (id(OWN), AssignmentRole::Lead));
                continue;
            };
            prop_assert!(may_work(entry, &one), "{choice:?}");
            if choice.role == AssignmentRole::Lead {
                prop_assert!(has_room(entry, &one, &loads));
            }
        }
        prop_assert!(decision.lead.waiting == decision.lead.acknowledge_by.is_none());
    }

    #[test]
    fn no_two_roles_go_to_one_team(
        teams in any_teams(), set in any_rules(), one in any_incident(), loads in any_loads(), turns in any_turns(),
    ) {
        let decision = decide_in_turn(&one.input(), &set, &teams, &loads, &turns);
        let distinct: BTreeSet<_> = decision.choices().map(|choice| choice.team).collect();
        prop_assert_eq!(distinct.len(), decision.supports.len() + 1);
        prop_assert!(decision.supports.iter().all(|choice| choice.role == AssignmentRole::Support));
    }

    #[test]
    fn the_coordinators_team_leads_only_if_no_partner_could(
        teams in any_teams(), set in any_rules(), one in any_incident(), loads in any_loads(),
    ) {
        // Without help asked for, the default rule takes whoever may work and has room.
        let one = Incident { assistance: Vec::new(), ..one };
        let decision = decide(&one.input(), &set, &teams, &loads);
        let able: Vec<_> = teams.iter().filter(|entry| may_work(entry, &one)).collect();
        let free = able.iter().any(|entry| has_room(entry, &one, &loads));
        prop_assert_eq!(decision.lead.team == id(OWN), !free);
        prop_assert_eq!(decision.lead.waiting, !free && !able.is_empty());
    }

    #[test]
    fn the_same_facts_give_the_same_decision_in_any_order(
        (teams, shuffled) in any_teams().prop_flat_map(|teams| (Just(teams.clone()), Just(teams).prop_shuffle())),
        set in any_rules(), one in any_incident(), loads in any_loads(), turns in any_turns(),
    ) {
        let first = decide_in_turn(&one.input(), &set, &teams, &loads, &turns);
        prop_assert_eq!(&first, &decide_in_turn(&one.input(), &set, &teams, &loads, &turns));
        prop_assert_eq!(&first, &decide_in_turn(&one.input(), &set, &shuffled, &loads, &turns));
    }

    #[test]
    fn routing_again_right_away_changes_nothing(
        teams in any_teams(), set in any_rules(), one in any_incident(), loads in any_loads(), turns in any_turns(),
    ) {
        let mut teams = teams;
        teams.push(own_team());
        let roster = Roster::new(&teams, now()).unwrap();
        let decision = route(&one.input(), &set, &roster, &loads, &turns, now());
        let (mut loads, mut turns) = (loads, turns);
        decision.apply(one.levels.0, &mut loads, &mut turns);
        let current: Vec<_> = decision
            .choices()
            .map(|choice| Held {
                assignment_id: choice.team,
                team: choice.team,
                role: choice.role,
                rule_id: &choice.rule_id,
                state: CaseState::Assigned,
            })
            .collect();
        let changes = reroute(&one.input(), &set, &roster, &current, &loads, &turns, now());
        prop_assert!(changes.is_empty(), "{decision:?}\n{changes:?}");
    }

    #[test]
    fn re_routing_leaves_exactly_one_lead_and_no_team_twice(
        teams in any_teams(), set in any_rules(), before in any_incident(), after in any_incident(),
        loads in any_loads(), states in vec(word::<CaseState>(), 6),
    ) {
        let mut teams = teams;
        teams.push(own_team());
        let roster = Roster::new(&teams, now()).unwrap();
        let turns = RoundRobin::new();
        let decision = route(&before.input(), &set, &roster, &loads, &turns, now());
        let current: Vec<_> = decision
            .choices()
            .zip(&states)
            .map(|(choice, state)| Held {
                assignment_id: choice.team,
                team: choice.team,
                role: choice.role,
                rule_id: &choice.rule_id,
                state: *state,
            })
            .collect();
        prop_assume!(states[0] != CaseState::Resolved);
        let changes = reroute(&after.input(), &set, &roster, &current, &loads, &turns, now());
        let gone: BTreeSet<_> = changes.revoke.iter().map(|gone| gone.team).collect();
        for held in current.iter().filter(|held| held.state.is_taken_up() && gone.contains(&held.team)) {
            let ceiling = entry(&teams, held.team).unwrap().team.tlp_ceiling;
            prop_assert!(after.tlp > ceiling, "only the label takes back what was taken up");
        }
        let staying = current.iter().filter(|held| held.state.is_held() && !gone.contains(&held.team));
        let now_on: Vec<_> = staying
            .map(|held| (held.team, held.role))
            .chain(changes.add.iter().map(|choice| (choice.team, choice.role)))
            .collect();
        prop_assert_eq!(now_on.iter().filter(|(_, role)| *role == AssignmentRole::Lead).count(), 1);
        let distinct: BTreeSet<_> = now_on.iter().map(|(team, _)| *team).collect();
        prop_assert_eq!(distinct.len(), now_on.len(), "{:?}", now_on);
    }

    #[test]
    fn a_batch_never_overfills_a_team(
        teams in any_teams(), set in any_rules(), incidents in vec(any_incident(), 1..20),
    ) {
        let (mut loads, mut turns) = (Loads::new(), RoundRobin::new());
        for one in &incidents {
            let decision = decide_in_turn(&one.input(), &set, &teams, &loads, &turns);
            decision.apply(one.levels.0, &mut loads, &mut turns);
        }
        for entry in &teams {
            let weighted = loads.get(&entry.id).map_or(0, |load| load.weighted);
            prop_assert!(weighted <= entry.team.capacity + entry.team.surge_capacity);
        }
    }
}
