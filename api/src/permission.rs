//! Who may call what: scopes by role, and one table with a row for every operation of the document.
//!
//! How to add an operation:
//!
//! 1. Give it a row in `permission/table.rs`: type, `operation_id`, method, path, the scopes of which any one will do, the
//!    roles if scopes don't say enough, whose things it touches, and whether an institution on hold may still call it. An
//!    operation that needs no token stands under `public`, without a type.
//! 2. Put `Caller<ThatType>` into the handler's signature. Nothing is said in the handler's annotations: the document's
//!    `security` is made from the table.
//! 3. Register the handler in `routes.rs`.
//!
//! A row without an operation, or an operation without a row, and the service does not start: `contract::finish` says which.
//! A handler that carries another operation's type answers 500 in debug builds. `tests/suite/authorization.rs` calls every row.

mod table;

use zvit_domain::vocabulary::Role;

pub use table::*;

/// Every scope there is, with what it allows, as the OpenAPI document shows it.
pub const SCOPES: &[(&str, &str)] = &[
    ("incidents:read", "Read incidents: an institution its own, the coordinator all."),
    ("incidents:write", "Report incidents, follow them up, withdraw false alarms."),
    ("cases:read", "Read the cases given to the team."),
    (
        "cases:write",
        "Acknowledge, decline, work on, hand over and resolve the team's cases, ask for support, decide on withdrawals; state the team's availability.",
    ),
    ("directory:read", "Read participants, institutions, teams and clients."),
    ("directory:write", "Change participants, institutions, teams and clients."),
    ("routing:read", "Read the routing rules."),
    ("routing:write", "Change and simulate the routing rules."),
    ("triage:write", "Override triage, assign, revoke, close and reopen."),
    ("audit:read", "Read the audit trail."),
    ("statistics:read", "Read statistics, in which no incident can be recognised."),
];

/// The scopes a client of this role may hold.
pub fn scopes_of(role: Role) -> &'static [&'static str] {
    match role {
        Role::Institution => &["incidents:read", "incidents:write"],
        Role::Team => &["cases:read", "cases:write"],
        Role::Observer | Role::Donor => &["statistics:read"],
        Role::Auditor => &["audit:read", "statistics:read"],
        Role::Coordinator => &[
            "incidents:read",
            "incidents:write",
            "cases:read",
            "directory:read",
            "directory:write",
            "routing:read",
            "routing:write",
            "triage:write",
            "audit:read",
            "statistics:read",
        ],
    }
}

/// What an operation asks of its caller; it stands in the handler's signature as `Caller<GetCase>`.
pub trait Permission: 'static {
    /// Its row of the table.
    const OPERATION: &'static Operation;
}

/// An operation of the document, and who may call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// Its `operationId`.
    pub id: &'static str,
    /// The HTTP method, in upper case.
    pub method: &'static str,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
}

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody: no token is looked at.
    Public,
    /// Clients with a token that fits.
    Clients(Rule),
}

/// What a token must fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The token holds at least one of these scopes; none at all means that any client may call.
    pub scopes: &'static [&'static str],
    /// The client has one of these roles; none at all means that scopes say enough.
    pub roles: &'static [Role],
    /// Whose things it may then touch.
    pub ownership: Ownership,
    /// Whether an institution on hold may still call it.
    pub on_hold: OnHold,
}

/// Whose things an operation reads or changes. Scopes are coarse verbs; this is what the queries see to: what isn't the
/// caller's is 404.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// Nothing that belongs to anybody.
    Nobodys,
    /// An institution reports for itself and for those it represents, the coordinator for any.
    ReportsFor,
    /// An institution's own incidents; the coordinator's all.
    OwnIncidents,
    /// An institution's own incidents and those it reported for one that it represents; the coordinator's all.
    ReportedIncidents,
    /// What belongs to an incident: its institution (to read it, also the one that reported it on that one's behalf), the teams that hold it and may see its TLP label, the coordinator.
    PartiesOfIncident,
    /// The incidents that the caller's own team leads; the coordinator's all.
    LedIncidents,
    /// The cases of the caller's own team.
    OwnCases,
    /// What belongs to the caller's own institution or team; the coordinator's all.
    OwnOrCoordinator,
    /// The service as a whole; the scope is only given to those who run or audit it.
    WholeService,
}

impl Ownership {
    /// The rule in words, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Nobodys => "nothing that belongs to anybody",
            Self::ReportsFor => "reports for oneself and those one represents; the coordinator for any institution",
            Self::OwnIncidents => "one's own incidents; the coordinator all",
            Self::ReportedIncidents => {
                "one's own incidents, and those one reported for an institution one represents; the coordinator all"
            }
            Self::PartiesOfIncident => {
                "the incident's institution (to read, also who reported it on its behalf), the teams that hold it, the coordinator"
            }
            Self::LedIncidents => "incidents one's own team leads; the coordinator all",
            Self::OwnCases => "the cases of one's own team",
            Self::OwnOrCoordinator => "what belongs to one's own institution or team; the coordinator all",
            Self::WholeService => "the whole service",
        }
    }
}

/// What an operation is to an institution on hold, whose credentials may be in an attacker's hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnHold {
    /// It may still call it: nothing can be learned or undone by it.
    Allowed,
    /// 403 `institution_on_hold`.
    Refused,
}

impl Operation {
    /// What a token must fit; none where no token is asked for.
    pub fn rule(&self) -> Option<&Rule> {
        match &self.access {
            Access::Public => None,
            Access::Clients(rule) => Some(rule),
        }
    }

    /// Whether a client of this role that holds these scopes may call it (a public one: anybody).
    pub fn admits(&self, role: Role, scopes: &[impl AsRef<str>]) -> bool {
        self.rule().is_none_or(|rule| rule.admits(role, scopes))
    }

    /// Whether a client of this role that holds every scope of its role may call it.
    pub fn admits_role(&self, role: Role) -> bool {
        self.admits(role, scopes_of(role))
    }

    /// Whether it changes something.
    pub fn changes(&self) -> bool {
        self.method != "GET"
    }
}

impl Rule {
    /// Whether a client of this role that holds these scopes fits.
    pub fn admits(&self, role: Role, scopes: &[impl AsRef<str>]) -> bool {
        let holds = self.scopes.is_empty() || scopes.iter().any(|held| self.scopes.contains(&held.as_ref()));
        holds && (self.roles.is_empty() || self.roles.contains(&role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use zvit_domain::word::Word;

    #[test]
    fn each_operation_stands_once_and_asks_for_scopes_that_exist() {
        let ids: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.id).collect();
        let routes: BTreeSet<_> = OPERATIONS.iter().map(|operation| (operation.method, operation.path)).collect();
        assert_eq!((ids.len(), routes.len()), (OPERATIONS.len(), OPERATIONS.len()));
        for operation in OPERATIONS {
            let Some(rule) = operation.rule() else {
                assert!(!operation.path.starts_with("/v1/"), "{} is public", operation.id);
                continue;
            };
            assert!(operation.path.starts_with("/v1/"), "{}", operation.id);
            for scope in rule.scopes {
                assert!(SCOPES.iter().any(|(known, _)| known == scope), "{}: {scope}", operation.id);
            }
            assert!(Role::ALL.iter().any(|role| operation.admits_role(*role)), "nobody may call {}", operation.id);
            assert!(!rule.ownership.words().is_empty());
        }
    }

    #[test]
    fn on_hold_nothing_can_be_read_but_what_everybody_knows() {
        let open: Vec<_> = OPERATIONS
            .iter()
            .filter(|operation| operation.rule().is_some_and(|rule| rule.on_hold == OnHold::Allowed))
            .map(|operation| operation.id)
            .collect();
        assert_eq!(open, ["get_me", "get_vocabularies", "submit_incident_batch", "submit_incident", "add_report"]);
    }
}
