//! Who does something, for the audit and for idempotency.

use uuid::Uuid;
use zvit_domain::vocabulary::Role;
use zvit_domain::word::{Language, Word};

/// What the service calls itself; client ids are UUIDs, so no client has this one.
const SERVICE: &str = "zvit";

/// The one who acts: a client, on behalf of its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The client's role.
    pub role: Role,
    /// The client.
    pub client_id: String,
    /// Institution, team or participant; none for the coordinator and the auditor.
    pub owner: Option<Uuid>,
    /// Name of the owner, else of the client.
    pub name: String,
    /// The request, for finding it in the log.
    pub request_id: Option<String>,
    /// The person who acts, as the client says: kept in the audit, proof of nothing.
    pub acting_person: Option<String>,
    /// It showed a printed spare, which may be stolen paper.
    pub spare: bool,
    /// The language of what it is told.
    pub language: Language,
}

impl Actor {
    /// What its idempotency keys belong to.
    pub fn key_owner(&self) -> Uuid {
        self.owner.unwrap_or(Uuid::nil())
    }

    /// The role as events name it.
    pub fn role_code(&self) -> &'static str {
        if self.is_service() { "service" } else { self.role.code() }
    }

    /// Whether it is the service itself.
    pub fn is_service(&self) -> bool {
        self.client_id == SERVICE
    }

    /// The service itself: decisions nobody asked for by name.
    pub fn service() -> Self {
        Self {
            role: Role::Coordinator,
            client_id: SERVICE.into(),
            owner: None,
            name: "Zvit".into(),
            request_id: None,
            acting_person: None,
            spare: false,
            language: Language::En,
        }
    }
}
