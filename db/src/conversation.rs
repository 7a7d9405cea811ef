//! What the parties of an incident say to each other: messages, translations, proposals of triage.

use diesel::prelude::*;
use uuid::Uuid;

use crate::conn::Tx;
use crate::error::{Result, StoreError};
use crate::on;
use crate::rows::{MessageRow, TranslationRow, TriageProposalRow};
use crate::schema::{messages, translations, triage_proposals};
use crate::types::Id;

/// Who reads the messages of an incident. It becomes part of every WHERE clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The institution the incident belongs to: what is for all, its own words to the coordinator, and the answers to them.
    Institution,
    /// An institution that reported the incident for another: what is for all.
    Representative,
    /// An assigned team: what is for all or for responders, its own words to the coordinator, and the answers to them.
    Team(Uuid),
    /// An assigned team to which the conversation is not disclosed: its own words, and what answers them in confidence.
    TeamAlone(Uuid),
    /// The coordinator: everything.
    Coordinator,
}

/// Runs the query that `$page` makes of a connection and of what the reader sees. What is confidential is seen by the side that wrote
/// it and by the side that it answers.
macro_rules! as_seen {
    ($tx:ident, $reader:expr, $page:ident) => {{
        let private = || messages::visibility.eq("coordinator");
        let by_team = |team| messages::author_role.eq("team").and(messages::author_owner.assume_not_null().eq(Id(team)));
        let to_team = |team| {
            messages::side_role.assume_not_null().eq("team").and(messages::side_owner.assume_not_null().eq(Id(team)))
        };
        match $reader {
            Reader::Coordinator => on!($tx, c => $page!(c, messages::visibility.ne("")))?,
            Reader::Institution => on!($tx, c => $page!(c, messages::visibility.eq("all").or(private().and(
                messages::author_role.eq("institution").or(messages::side_role.assume_not_null().eq("institution"))
            ))))?,
            Reader::Representative => on!($tx, c => $page!(c, messages::visibility.eq("all")))?,
            Reader::Team(team) => on!($tx, c => $page!(c, messages::visibility
                .eq_any(["all", "responders"])
                .or(private().and(by_team(team).or(to_team(team))))))?,
            Reader::TeamAlone(team) => on!($tx, c => $page!(c, by_team(team).or(private().and(to_team(team)))))?,
        }
    }};
}

/// The messages about one incident that the reader may see, oldest first, after `after`.
///
/// # Errors
/// The database's own.
pub fn messages_of(
    tx: &mut Tx<'_>,
    incident: Uuid,
    reader: Reader,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<MessageRow>> {
    let after = Id(after.unwrap_or(Uuid::nil()));
    macro_rules! page {
        ($c:ident, $seen:expr) => {
            messages::table
                .filter(messages::incident_id.eq(Id(incident)))
                .filter(messages::id.gt(after))
                .filter($seen)
                .order(messages::id)
                .limit(limit)
                .load(*$c)
        };
    }
    Ok(as_seen!(tx, reader, page))
}

/// One message of an incident, if the reader may see it.
///
/// # Errors
/// The database's own.
pub fn message(tx: &mut Tx<'_>, incident: Uuid, reader: Reader, id: Uuid) -> Result<Option<MessageRow>> {
    // What stands just after the id before it, and is it.
    let before = Uuid::from_u128(id.as_u128().wrapping_sub(1));
    let found = messages_of(tx, incident, reader, Some(before), 1)?;
    Ok(found.into_iter().find(|row| row.id.0 == id))
}

/// The translations of an incident that the reader may see, oldest first, after `after`: those of texts of these `kinds`, of messages
/// as far as it may read them.
///
/// # Errors
/// The database's own.
pub fn translations_of(
    tx: &mut Tx<'_>,
    incident: Uuid,
    (reader, kinds): (Reader, &[&str]),
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<TranslationRow>> {
    let after = Id(after.unwrap_or(Uuid::nil()));
    macro_rules! page {
        ($c:ident, $seen:expr) => {
            translations::table
                .filter(translations::incident_id.eq(Id(incident)))
                .filter(translations::id.gt(after))
                .filter(translations::kind.eq_any(kinds))
                .filter(translations::message_id.is_null().or(translations::message_id.assume_not_null().eq_any(
                    messages::table.filter(messages::incident_id.eq(Id(incident))).filter($seen).select(messages::id),
                )))
                .order(translations::id)
                .limit(limit)
                .load(*$c)
        };
    }
    Ok(as_seen!(tx, reader, page))
}

/// The translations of these messages, oldest first.
///
/// # Errors
/// The database's own.
pub fn translations_of_messages(tx: &mut Tx<'_>, ids: &[Id]) -> Result<Vec<TranslationRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on!(tx, c => translations::table
        .filter(translations::message_id.assume_not_null().eq_any(ids))
        .order(translations::id)
        .load(*c))?)
}

/// The proposals about one incident, oldest first, after `after`; with a team, only its own.
///
/// # Errors
/// The database's own.
pub fn proposals_of(
    tx: &mut Tx<'_>,
    incident: Uuid,
    team: Option<Uuid>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<TriageProposalRow>> {
    let after = Id(after.unwrap_or(Uuid::nil()));
    macro_rules! page {
        ($c:ident) => {{
            let mut query = triage_proposals::table
                .filter(triage_proposals::incident_id.eq(Id(incident)))
                .filter(triage_proposals::id.gt(after))
                .order(triage_proposals::id)
                .limit(limit)
                .into_boxed();
            if let Some(team) = team {
                query = query.filter(triage_proposals::team_id.eq(Id(team)));
            }
            query.load(*$c)
        }};
    }
    Ok(on!(tx, c => page!(c))?)
}

/// One proposal.
///
/// # Errors
/// The database's own.
pub fn proposal(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<TriageProposalRow>> {
    Ok(on!(tx, c => triage_proposals::table.find(Id(id)).first(*c).optional())?)
}

/// Writes what was decided on a proposal.
///
/// # Errors
/// `NotFound` when it isn't there, else the database's own.
pub fn decide(tx: &mut Tx<'_>, row: &TriageProposalRow) -> Result<()> {
    let changed = on!(tx, c => diesel::update(triage_proposals::table.find(row.id))
        .set((
            triage_proposals::state.eq(&row.state),
            triage_proposals::decided_at.eq(row.decided_at),
            triage_proposals::decided_by.eq(&row.decided_by),
            triage_proposals::decision_reason.eq(&row.decision_reason),
        ))
        .execute(*c))?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}
