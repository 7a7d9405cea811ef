//! Who may call what: scopes by role, and the permission each operation asks for.

use zvit_domain::vocabulary::Role;

/// Every scope there is, with what it allows (shown in the OpenAPI document).
pub const SCOPES: &[(&str, &str)] = &[
    ("incidents:read", "Read one's own incidents; the coordinator reads all"),
    ("incidents:write", "Submit reports and follow-ups"),
    ("cases:read", "Read the cases assigned to one's own team"),
    ("cases:write", "Acknowledge, decline, start, hand over and resolve one's own cases"),
    ("directory:read", "Read participants, institutions, teams and clients"),
    ("directory:write", "Change participants, institutions, teams and clients"),
    ("routing:read", "Read the routing rules"),
    ("routing:write", "Change and simulate the routing rules"),
    ("triage:write", "Override triage, assign, revoke and close"),
    ("audit:read", "Read audit events"),
    ("statistics:read", "Read figures in which no incident can be recognised"),
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

/// What an operation asks of its caller; it stands in the handler's signature as `Caller<ReadCases>`.
pub trait Permission: 'static {
    /// The caller holds at least one of these scopes; none at all means that any client may call.
    const SCOPES: &'static [&'static str];
    /// The caller has one of these roles; none at all means that scopes say enough.
    const ROLES: &'static [Role] = &[];
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident: [$($scope:literal),*] $([$($role:ident),+])?;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $name;
            impl Permission for $name {
                const SCOPES: &'static [&'static str] = &[$($scope),*];
                $(const ROLES: &'static [Role] = &[$(Role::$role),+];)?
            }
        )+
    };
}

permissions! {
    /// Any client with a valid token.
    AnyClient: [];
    /// Submit an incident or a follow-up.
    SubmitIncidents: ["incidents:write"];
    /// Read incidents.
    ReadIncidents: ["incidents:read"];
    /// Read what belongs to an incident: its institution, assigned teams, the coordinator.
    ReadIncidentParts: ["incidents:read", "cases:read"];
    /// Follow the team's cases. The coordinator has no team, so the role is asked too.
    ReadCases: ["cases:read"] [Team];
    /// Move the team's cases.
    WriteCases: ["cases:write"] [Team];
    /// Read the directory.
    ReadDirectory: ["directory:read"];
    /// Change the directory.
    WriteDirectory: ["directory:write"];
    /// Read the keys of clients: the coordinator any, an institution or a team those of its own.
    ReadClientKeys: ["directory:read", "incidents:read", "incidents:write", "cases:read", "cases:write"] [Institution, Team, Coordinator];
    /// Change the keys of clients: the coordinator any, an institution or a team those of its own.
    WriteClientKeys: ["directory:write", "incidents:write", "cases:write"] [Institution, Team, Coordinator];
    /// Read routing rules.
    ReadRouting: ["routing:read"];
    /// Change routing rules, simulate.
    WriteRouting: ["routing:write"];
    /// Override triage, assign, revoke, close.
    WriteTriage: ["triage:write"];
    /// Read audit events.
    ReadAudit: ["audit:read"];
}
