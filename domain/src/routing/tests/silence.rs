//! Teams nobody of whom would notice a case.

use super::*;
use crate::directory::{DirectoryContact, WebhookTarget};
use crate::notice::{Channel, Occasion};

/// Routes among these teams and the coordinator's own, where those listed are silent.
fn decide_with_silent(set: &RuleSet, teams: &[TeamEntry], loads: &Loads, silent: &[u128]) -> Decision {
    let mut teams = teams.to_vec();
    teams.push(own_team());
    let roster = Roster::new(&teams, now()).unwrap().with_silent(|team| silent.iter().any(|one| id(*one) == team));
    route(&incident(), set, &roster, loads, &RoundRobin::new(), now())
}

fn any() -> RuleSet {
    rules(vec![lead("any")])
}

#[test]
fn a_silent_team_is_passed_over_while_another_can_take_it() {
    let decision = decide_with_silent(&any(), &[team(1), team(2)], &Loads::from([(id(2), load(5, 5))]), &[1]);
    assert_eq!(decision.lead.team, id(2), "though it has more to do");
    assert_eq!(excluded(&decision.lead, 1), ["silent"]);
}

#[test]
fn a_silent_team_takes_it_where_nobody_else_can() {
    let full = with(2, |entry| entry.team.capacity = 0);
    let decision = decide_with_silent(&any(), &[team(1), full], &Loads::new(), &[1]);
    assert_eq!((decision.lead.team, decision.lead.waiting), (id(1), false));
    assert!(excluded(&decision.lead, 1).is_empty());
    assert_eq!(excluded(&decision.lead, 2), ["at_capacity"]);
    let all = decide_with_silent(&any(), &[team(1), team(2)], &Loads::from([(id(1), load(5, 5))]), &[1, 2]);
    assert_eq!(all.lead.team, id(2), "among silent ones the usual order holds");
}

#[test]
fn another_rule_is_tried_before_a_silent_team() {
    let mut first = lead("first");
    first.assign.pool = None;
    first.assign.teams = vec![id(1)];
    let set = rules(vec![first, lead("second")]);
    let decision = decide_with_silent(&set, &[team(1), team(2)], &Loads::new(), &[1]);
    assert_eq!((decision.lead.team, decision.lead.rule_id.as_str()), (id(2), "second"));
    assert_eq!(decision.lead.why.rules, ["first", "second"]);
    let alone = decide_with_silent(&set, &[team(1)], &Loads::new(), &[1]);
    assert_eq!((alone.lead.team, alone.lead.rule_id.as_str()), (id(1), "first"));
    assert_eq!(alone.lead.why.rules, ["first"]);
}

#[test]
fn a_silent_team_keeps_what_it_has() {
    let mut teams = vec![team(1), team(2)];
    teams.push(own_team());
    let roster = Roster::new(&teams, now()).unwrap().with_silent(|team| team == id(1));
    let held = Held {
        assignment_id: id(9),
        team: id(1),
        role: AssignmentRole::Lead,
        rule_id: "any",
        state: CaseState::Assigned,
    };
    let changes = reroute(&incident(), &any(), &roster, &[held], &Loads::new(), &RoundRobin::new(), now());
    assert!(changes.is_empty(), "{changes:?}");
}

#[test]
fn the_coordinators_team_is_never_silent() {
    let decision = decide_with_silent(&any(), &[], &Loads::new(), &[OWN]);
    assert_eq!(decision.lead.team, id(OWN));
    assert!(excluded(&decision.lead, OWN).is_empty());
}

#[test]
fn a_telephone_wakes_nobody_by_itself() {
    let contact = |email: Option<&str>| DirectoryContact {
        name: "Duty".into(),
        phone: Some("+1 000".into()),
        email: email.map(str::to_owned),
        ..DirectoryContact::default()
    };
    for (contacts, works) in
        [(vec![], false), (vec![contact(None)], false), (vec![contact(None), contact(Some("duty@x.example"))], true)]
    {
        assert_eq!(with(1, |entry| entry.team.contacts = contacts).team.has_working_contact(|_| true), works);
    }
}

#[test]
fn a_contact_works_by_a_channel_that_is_open() {
    let webhook = Some(WebhookTarget { url: "https://soc.example/zvit".into() });
    let contact = DirectoryContact {
        name: "Duty".into(),
        email: Some("duty@x.example".into()),
        webhook,
        ..DirectoryContact::default()
    };
    let team = with(1, |entry| entry.team.contacts = vec![contact.clone()]).team;
    assert!(!team.has_working_contact(|_| false));
    assert!(team.has_working_contact(|channel| channel == Channel::Webhook));
    let deaf = DirectoryContact { notify: Some(vec![Occasion::Message]), ..contact };
    assert!(!with(1, |entry| entry.team.contacts = vec![deaf]).team.has_working_contact(|_| true));
}

#[test]
fn there_is_room_where_a_partner_can_take_the_lightest_case() {
    let mut teams = vec![
        with(1, |entry| (entry.team.capacity, entry.team.sectors) = (1, vec![Sector::Health])),
        with(2, |entry| (entry.active, entry.team.sectors) = (false, vec![Sector::Water])),
        with(3, |entry| {
            (entry.team.capacity, entry.team.surge_capacity) = (0, 4);
            entry.team.sectors = vec![Sector::Energy];
        }),
    ];
    teams.push(own_team());
    let roster = Roster::new(&teams, now()).unwrap();
    assert_eq!(roster.sectors_with_room(&Loads::new()), [Sector::Health, Sector::Energy]);
    let loads = Loads::from([(id(1), load(1, 1)), (id(3), load(4, 1))]);
    assert!(roster.sectors_with_room(&loads).is_empty());
}
