//! What can be wrong with a set of routing rules.

use std::collections::BTreeSet;

use uuid::Uuid;

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
                faults.add(format!("{at}/name"), "required", "the rule needs a name", "правило повинне мати назву");
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
        faults.add(
            at,
            "invalid_format",
            "an id has 1 to 64 lower-case letters, digits, - and _, a letter or digit first",
            "ідентифікатор складається з 1–64 малих латинських літер, цифр, знаків - та _ і починається з літери або цифри",
        );
    }
    if RESERVED_RULE_IDS.contains(&id) {
        faults.add(
            at,
            "reserved",
            "this id is kept for the service itself",
            "цей ідентифікатор зарезервовано для самої служби",
        );
    }
    if !is_new {
        faults.add(at, "duplicate", "another rule has this id", "інше правило вже має такий ідентифікатор");
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
        faults.add(
            at,
            "nothing_to_bring",
            "a support rule names the assistance it brings: in its pool, or in `when` if it lists teams",
            "правило підтримки називає допомогу, яку воно надає: у `pool` або, якщо команди перелічено, у `when`",
        );
    }
}

fn check_teams(faults: &mut Faults, at: &str, assign: &Assign, teams: &BTreeSet<Uuid>) {
    match (assign.teams.is_empty(), assign.pool.is_some()) {
        (true, false) => {
            faults.add(at, "required", "give either `teams` or a `pool`", "вкажіть або `teams`, або `pool`")
        }
        (false, true) => {
            faults.add(at, "conflict", "give `teams` or a `pool`, not both", "вкажіть щось одне: `teams` або `pool`");
        }
        _ => {}
    }
    faults.length(&format!("{at}/teams"), assign.teams.len(), TEAMS_MAX);
    let mut seen = BTreeSet::new();
    for (i, team) in assign.teams.iter().enumerate() {
        let at = format!("{at}/teams/{i}");
        if !seen.insert(team) {
            faults.add(at, "duplicate", "the team is listed twice", "команду вказано двічі");
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
            faults.add(
                format!("{at}/languages/{i}"),
                "invalid_format",
                "a language is an ISO 639 code such as uk or en",
                "мову позначають кодом ISO 639, наприклад uk або en",
            );
        }
    }
}

/// Collects faults.
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, at: impl Into<String>, code: &'static str, en: &str, uk: &str) {
        self.0.push(Fault::new(at, code, en, uk));
    }

    fn range(&mut self, at: &str, value: u32, least: u32, most: u32) {
        if !(least..=most).contains(&value) {
            let (en, uk) = (format!("must be {least} to {most}"), format!("має бути від {least} до {most}"));
            self.add(at, "out_of_range", &en, &uk);
        }
    }

    fn length(&mut self, at: &str, count: usize, most: usize) {
        if count > most {
            let (en, uk) = (format!("at most {most}"), format!("не більше ніж {most}"));
            self.add(at, if at.ends_with("/name") { "too_long" } else { "too_many_items" }, &en, &uk);
        }
    }

    fn unknown_team(&mut self, at: String) {
        self.add(at, "unknown_team", "there is no such team", "такої команди немає");
    }
}
