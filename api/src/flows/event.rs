//! Noting events: for the audit, and for the timeline of the incident they belong to.

use serde_json::Value;
use uuid::Uuid;
use zvit_db::audit::Audience;
use zvit_db::change::Change;
use zvit_db::rows::AuditRow;
use zvit_db::types::{At, Id, Json};

use crate::actor::Actor;
use crate::clock;

/// A spare that submits may be stolen paper: those who handle the incident see it in the timeline, and the log warns.
pub fn note_spare(change: &mut Change<'_>, actor: &Actor, incident: Uuid, stage: &str) {
    if !actor.spare {
        return;
    }
    log::warn!("the printed spare {} submitted a report ({stage}) to incident {incident}", actor.client_id);
    Event::incident("submitted_with_spare", incident)
        .seen_by(Audience::Responders)
        .with(serde_json::json!({"stage": stage}))
        .note(change, actor);
}

/// An event about to be noted.
#[derive(Debug)]
pub struct Event<'a> {
    kind: &'static str,
    audience: Audience,
    object: (&'static str, String),
    incident: Option<Uuid>,
    team: Option<Uuid>,
    reason: Option<&'a str>,
    data: Value,
}

impl<'a> Event<'a> {
    /// Something happened to an incident; unless said otherwise, all parties see it.
    pub fn incident(kind: &'static str, id: Uuid) -> Self {
        Self {
            kind,
            audience: Audience::All,
            object: ("incident", id.to_string()),
            incident: Some(id),
            team: None,
            reason: None,
            data: Value::Object(serde_json::Map::new()),
        }
    }

    /// Something happened to an assignment of an incident.
    pub fn assignment(kind: &'static str, incident: Uuid, assignment: Uuid, team: Uuid) -> Self {
        Self { object: ("assignment", assignment.to_string()), team: Some(team), ..Self::incident(kind, incident) }
    }

    /// Something happened to a notice: its recipient sees it beside the coordinator, unless only the latter need know.
    pub fn notice(
        kind: &'static str,
        id: Uuid,
        incident: Option<Uuid>,
        team: Option<Uuid>,
        only_coordinator: bool,
    ) -> Self {
        let audience = match (only_coordinator, incident, team) {
            (true, ..) | (_, None, _) => Audience::Coordinator,
            (_, _, Some(_)) => Audience::Team,
            (_, _, None) => Audience::Institution,
        };
        Self { audience, incident, team, ..Self::other(kind, "notice", id) }
    }

    /// Something happened to the directory, the rules or a client; only the coordinator sees it.
    pub fn other(kind: &'static str, object: &'static str, id: impl ToString) -> Self {
        Self {
            kind,
            audience: Audience::Coordinator,
            object: (object, id.to_string()),
            incident: None,
            team: None,
            reason: None,
            data: Value::Object(serde_json::Map::new()),
        }
    }

    /// Who may see it.
    #[must_use]
    pub fn seen_by(mut self, audience: Audience) -> Self {
        self.audience = audience;
        self
    }

    /// Only this team sees it, beside the coordinator.
    #[must_use]
    pub fn for_team(mut self, team: Uuid) -> Self {
        (self.audience, self.team) = (Audience::Team, Some(team));
        self
    }

    /// Why it was done.
    #[must_use]
    pub fn because(mut self, reason: Option<&'a str>) -> Self {
        self.reason = reason;
        self
    }

    /// Particulars: an object.
    #[must_use]
    pub fn with(mut self, data: Value) -> Self {
        self.data = data;
        self
    }

    /// Notes it in the change.
    pub fn note(self, change: &mut Change<'_>, actor: &Actor) {
        let row = AuditRow {
            position: 0,
            id: Id(clock::new_id(change.now)),
            at: At(change.now),
            kind: self.kind.into(),
            audience: self.audience.code().into(),
            actor_role: actor.role_code().into(),
            actor_id: actor.client_id.clone(),
            actor_name: actor.name.clone(),
            object_kind: self.object.0.into(),
            object_id: self.object.1,
            incident_id: self.incident.map(Id),
            team_id: self.team.map(Id),
            reason: self.reason.map(str::to_owned),
            request_id: actor.request_id.clone(),
            data: Json(self.data.to_string()),
            acting_person: actor.acting_person.clone(),
        };
        change.event(row);
    }
}
