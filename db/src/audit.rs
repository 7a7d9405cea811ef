//! Audit events, and the timelines read from them.

use diesel::prelude::*;
use uuid::Uuid;
use zvit_domain::time::Time;

use crate::conn::Tx;
use crate::error::Result;
use crate::on;
use crate::rows::AuditRow;
use crate::schema::audit_events;
use crate::types::{At, Id, Json};

/// Who may see an event beside the coordinator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Institution and assigned teams.
    All,
    /// The institution.
    Institution,
    /// Assigned teams.
    Responders,
    /// Only the team the event is about.
    Team,
    /// Nobody else.
    Coordinator,
}

impl Audience {
    /// As stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Institution => "institution",
            Self::Responders => "responders",
            Self::Team => "team",
            Self::Coordinator => "coordinator",
        }
    }
}

/// Who reads a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The institution the incident belongs to.
    Institution,
    /// An assigned team.
    Team(Uuid),
    /// An assigned team that is not shown the whole course: only what happened to its own assignment.
    TeamAlone(Uuid),
    /// The coordinator.
    Coordinator,
}

/// What an audit list is narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Kind of event.
    pub kind: Option<String>,
    /// Events about this incident.
    pub incident: Option<Uuid>,
    /// Events by this client.
    pub actor_id: Option<String>,
    /// At or after.
    pub since: Option<Time>,
}

/// An incident's events after `after`, oldest first, as far as the reader may see them.
///
/// # Errors
/// The database's own.
pub fn timeline(tx: &mut Tx<'_>, incident: Uuid, reader: Reader, after: i64, limit: i64) -> Result<Vec<AuditRow>> {
    let of = audit_events::incident_id.eq(Some(Id(incident)));
    Ok(match reader {
        Reader::Coordinator => on!(tx, c => audit_events::table
            .filter(of)
            .filter(audit_events::position.gt(after))
            .order(audit_events::position)
            .limit(limit)
            .load(*c))?,
        Reader::Institution => on!(tx, c => audit_events::table
            .filter(of)
            .filter(audit_events::audience.eq_any([Audience::All.code(), Audience::Institution.code()]))
            .filter(audit_events::position.gt(after))
            .order(audit_events::position)
            .limit(limit)
            .load(*c))?,
        Reader::Team(team) => on!(tx, c => audit_events::table
            .filter(of)
            .filter(
                audit_events::audience
                    .eq_any([Audience::All.code(), Audience::Responders.code()])
                    .or(audit_events::audience.eq(Audience::Team.code()).and(audit_events::team_id.assume_not_null().eq(Id(team)))),
            )
            .filter(audit_events::position.gt(after))
            .order(audit_events::position)
            .limit(limit)
            .load(*c))?,
        Reader::TeamAlone(team) => on!(tx, c => audit_events::table
            .filter(of)
            .filter(audit_events::audience.eq_any([Audience::All.code(), Audience::Responders.code(), Audience::Team.code()]))
            .filter(audit_events::team_id.eq(Some(Id(team))))
            .filter(audit_events::position.gt(after))
            .order(audit_events::position)
            .limit(limit)
            .load(*c))?,
    })
}

/// What was noted each time an incident was judged, by the rules or by a person.
///
/// # Errors
/// The database's own.
pub fn judgements(tx: &mut Tx<'_>, incident: Uuid) -> Result<Vec<Json>> {
    Ok(on!(tx, c => audit_events::table
        .filter(audit_events::incident_id.eq(Some(Id(incident))))
        .filter(audit_events::kind.eq_any(["triaged", "triage_overridden"]))
        .select(audit_events::data)
        .load(*c))?)
}

/// Events after `after`, oldest first.
///
/// # Errors
/// The database's own.
pub fn page(tx: &mut Tx<'_>, filter: &Filter, after: i64, limit: i64) -> Result<Vec<AuditRow>> {
    macro_rules! page {
        ($c:ident) => {{
            let mut query = audit_events::table
                .filter(audit_events::position.gt(after))
                .order(audit_events::position)
                .limit(limit)
                .into_boxed();
            if let Some(kind) = &filter.kind {
                query = query.filter(audit_events::kind.eq(kind));
            }
            if let Some(incident) = filter.incident {
                query = query.filter(audit_events::incident_id.eq(Some(Id(incident))));
            }
            if let Some(actor) = &filter.actor_id {
                query = query.filter(audit_events::actor_id.eq(actor));
            }
            if let Some(since) = filter.since {
                query = query.filter(audit_events::at.ge(At(since)));
            }
            query.load(*$c)
        }};
    }
    Ok(on!(tx, c => page!(c))?)
}
