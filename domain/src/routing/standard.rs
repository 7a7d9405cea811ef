//! The rule set that a new store begins with.

use super::rules::{ActOn, Assign, Pool, Rule, RuleSet, Strategy, When};
use crate::vocabulary::{AssignmentRole, Assistance, Sector};
use crate::word::Word;

/// Minutes within which a case of this level is to be acknowledged where its rule says nothing.
pub fn acknowledge_minutes(level: u8) -> u32 {
    match level {
        0..=1 => 240,
        2 => 60,
        3 => 30,
        _ => 15,
    }
}

/// The four sectors the service triages by, each with a rule per urgency, and a team with terminals for whoever asks for
/// satellite communications. Other sectors go to the implicit `default` rule.
impl Default for RuleSet {
    fn default() -> Self {
        let sectors = [Sector::Health, Sector::Energy, Sector::Government, Sector::Registries];
        let mut rules: Vec<Rule> =
            sectors.into_iter().flat_map(|sector| [4, 3, 2, 0].map(|level_min| lead_rule(sector, level_min))).collect();
        rules.push(satellite_rule());
        Self { act_on: ActOn::Score, max_tries: 5, rules }
    }
}

fn lead_rule(sector: Sector, level_min: u8) -> Rule {
    let (id, name) = match level_min {
        0 => (sector.code().to_owned(), sector.label_en().to_owned()),
        level => {
            (format!("{}-level-{level}", sector.code()), format!("{}, level {level} and above", sector.label_en()))
        }
    };
    Rule {
        id,
        name,
        when: When { sectors: vec![sector], level_min: (level_min > 0).then_some(level_min), ..When::default() },
        assign: Assign {
            role: AssignmentRole::Lead,
            teams: Vec::new(),
            pool: Some(Pool { sectors: vec![sector], ..Pool::default() }),
            strategy: Strategy::LeastLoaded,
            acknowledge_within_minutes: Some(acknowledge_minutes(level_min)),
            escalate_to: None,
        },
    }
}

fn satellite_rule() -> Rule {
    let satellite = vec![Assistance::SatelliteCommunications];
    Rule {
        id: "satellite-support".to_owned(),
        name: "Satellite communications for whoever asks for them".to_owned(),
        when: When { assistance: satellite.clone(), ..When::default() },
        assign: Assign {
            role: AssignmentRole::Support,
            teams: Vec::new(),
            pool: Some(Pool { assistance: satellite, ..Pool::default() }),
            strategy: Strategy::LeastLoaded,
            acknowledge_within_minutes: Some(60),
            escalate_to: None,
        },
    }
}
