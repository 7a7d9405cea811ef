//! What can be wrong with a set of routing rules.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::word::Text;
use zvit_texts::text;

use super::rules::{Assign, Pool, Rule, RuleSet};
use super::{COORDINATOR_RULE, DEFAULT_RULE, MANUAL_RULE, REQUESTED_RULE};
use crate::fault::Fault;
use crate::vocabulary::AssignmentRole;

/// Ids no rule may have, because decisions use them for what is not a rule of the document.
pub const RESERVED_RULE_IDS: [&str; 4] = [DEFAULT_RULE, COORDINATOR_RULE, MANUAL_RULE, REQUESTED_RULE];

const RULES_MAX: usize = 200;
const TEAMS_MAX: usize = 200;
const NAME_MAX: usize = 200;
const LANGUAGES_MAX: usize = 20;

impl RuleSet {
    /// All faults of the document, pointers from its root; `teams` are the ids of the teams there are.
    pub fn check(&self, teams: &BTreeSet<Uuid>) -> Vec<Fault> {
        let mut faults = Faults(Vec::new());
        faults.range("/max_tries", self.max_tries, 1, 50);
        faults.length("/rules", self.rules.len(), RULES_MAX);
        let mut ids = BTreeSet::new();
        for (i, rule) in self.rules.iter().enumerate() {
            let at = format!("/rules/{i}");
            check_id(&mut faults, &format!("{at}/id"), &rule.id, ids.insert(rule.id.as_str()));
            let name = rule.name.chars().count();
            if rule.name.trim().is_empty() {
                faults.add(format!("{at}/name"), "required", text!("rule-name-needed"));
            }
            faults.length(&format!("{at}/name"), name, NAME_MAX);
            check_when(&mut faults, &format!("{at}/when"), rule);
            check_assign(&mut faults, &format!("{at}/assign"), rule, teams);
        }
        faults.0
    }
}

fn check_id(faults: &mut Faults, at: &str, id: &str, is_new: bool) {
    let well_formed = (1..=64).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
        && id.starts_with(|c: char| c.is_ascii_alphanumeric());
    if !well_formed {
        faults.add(at, "invalid_format", text!("rule-id-malformed"));
    }
    if RESERVED_RULE_IDS.contains(&id) {
        faults.add(at, "reserved", text!("rule-id-reserved"));
    }
    if !is_new {
        faults.add(at, "duplicate", text!("rule-id-twice"));
    }
}

fn check_when(faults: &mut Faults, at: &str, rule: &Rule) {
    let when = &rule.when;
    if let Some(level) = when.level_min {
        faults.range(&format!("{at}/level_min"), u32::from(level), 0, 5);
    }
    faults.length(&format!("{at}/sectors"), when.sectors.len(), 11);
    faults.length(&format!("{at}/classes"), when.classes.len(), 11);
    faults.length(&format!("{at}/symptoms"), when.symptoms.len(), 20);
    faults.length(&format!("{at}/regions"), when.regions.len(), 27);
    faults.length(&format!("{at}/assistance"), when.assistance.len(), 4);
}

fn check_assign(faults: &mut Faults, at: &str, rule: &Rule, teams: &BTreeSet<Uuid>) {
    let assign = &rule.assign;
    check_teams(faults, at, assign, teams);
    if let Some(pool) = &assign.pool {
        check_pool(faults, &format!("{at}/pool"), pool);
    }
    if let Some(minutes) = assign.acknowledge_within_minutes {
        faults.range(&format!("{at}/acknowledge_within_minutes"), minutes, 1, 43_200);
    }
    if assign.escalate_to.is_some_and(|team| !teams.contains(&team)) {
        faults.unknown_team(format!("{at}/escalate_to"));
    }
    if assign.role == AssignmentRole::Support && assign.brings(&rule.when).is_empty() {
        faults.add(at, "nothing_to_bring", text!("rule-brings-nothing"));
    }
}

fn check_teams(faults: &mut Faults, at: &str, assign: &Assign, teams: &BTreeSet<Uuid>) {
    match (assign.teams.is_empty(), assign.pool.is_some()) {
        (true, false) => faults.add(at, "required", text!("rule-teams-needed")),
        (false, true) => {
            faults.add(at, "conflict", text!("rule-teams-or-pool"));
        }
        _ => {}
    }
    faults.length(&format!("{at}/teams"), assign.teams.len(), TEAMS_MAX);
    let mut seen = BTreeSet::new();
    for (i, team) in assign.teams.iter().enumerate() {
        let at = format!("{at}/teams/{i}");
        if !seen.insert(team) {
            faults.add(at, "duplicate", text!("rule-team-twice"));
        } else if !teams.contains(team) {
            faults.unknown_team(at);
        }
    }
}

fn check_pool(faults: &mut Faults, at: &str, pool: &Pool) {
    faults.length(&format!("{at}/sectors"), pool.sectors.len(), 11);
    faults.length(&format!("{at}/assistance"), pool.assistance.len(), 4);
    faults.length(&format!("{at}/languages"), pool.languages.len(), LANGUAGES_MAX);
    for (i, language) in pool.languages.iter().enumerate() {
        if !(2..=3).contains(&language.len()) || !language.bytes().all(|b| b.is_ascii_lowercase()) {
            faults.add(format!("{at}/languages/{i}"), "invalid_format", text!("rule-language-malformed"));
        }
    }
}

/// Collects faults.
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, at: impl Into<String>, code: &'static str, detail: Text) {
        self.0.push(Fault::at(at, code, detail));
    }

    fn range(&mut self, at: &str, value: u32, least: u32, most: u32) {
        if !(least..=most).contains(&value) {
            self.add(at, "out_of_range", text!("rule-out-of-range", least = least, most = most));
        }
    }

    fn length(&mut self, at: &str, count: usize, most: usize) {
        if count > most {
            let code = if at.ends_with("/name") { "too_long" } else { "too_many_items" };
            self.add(at, code, text!("rule-at-most", most = most));
        }
    }

    fn unknown_team(&mut self, at: String) {
        self.add(at, "unknown_team", text!("rule-team-unknown"));
    }
}
