//! The state machines of a case and of an incident, written down once.
//!
//! A case is one team's assignment to one incident.
//!
//! | from | verb | to |
//! | --- | --- | --- |
//! | assigned | acknowledge | acknowledged |
//! | assigned, acknowledged | start | in_progress |
//! | assigned, acknowledged, in_progress | resolve | resolved |
//! | assigned, acknowledged, in_progress | decline (a partner's team only) | declined |
//! | assigned, acknowledged, in_progress | hand over | handed_over |
//! | assigned | expire (a partner's team only) | expired |
//! | assigned, acknowledged, in_progress, resolved | revoke | revoked |
//! | resolved | reopen | in_progress |
//!
//! A lead calls in support from acknowledged and in_progress; its case stays as it is.
//!
//! A verb whose state is reached already changes nothing; acknowledging what is in progress neither.
//!
//! An incident's status follows its lead until it ends.
//!
//! | from | verb | to |
//! | --- | --- | --- |
//! | received, waiting, assigned, in_progress, resolved | close | closed |
//! | received, waiting, assigned, in_progress, resolved | withdraw | withdrawn, or a request that lead or coordinator confirms |
//! | received, waiting, assigned, in_progress, resolved, closed | merge | merged |
//! | resolved, closed, withdrawn | reopen | what its lead says |
//! | merged | take the merger back | what its lead says |
//!
//! What another is merged into is still worked on: [`can_take_in`].

#[cfg(test)]
mod tests;

use crate::vocabulary::{CaseState, IncidentStatus};
use crate::words;

words! {
    /// What can be done with a case.
    CaseVerb {
        Acknowledge "acknowledge",
        Start "start",
        Resolve "resolve",
        Decline "decline",
        HandOver "hand_over",
        Expire "expire",
        Revoke "revoke",
        Reopen "reopen",
    }
}

words! {
    /// What can be done with an incident as a whole.
    IncidentVerb {
        Close "close",
        Withdraw "withdraw",
        Merge "merge",
        Reopen "reopen",
    }
}

words! {
    /// Where the withdrawal of an incident stands.
    WithdrawalState {
        Requested "requested",
        Confirmed "confirmed",
        Rejected "rejected",
    }
}

/// Whose team holds the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A partner's.
    Partner,
    /// The coordinator's own, which stands last: it can neither decline nor run out of time.
    Coordinator,
}

/// What a verb does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<S> {
    /// It leads to this state.
    To(S),
    /// It is in effect already: nothing changes, and the answer is the same again.
    AlreadyThere,
}

/// Why a verb is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not from this state.
    #[error("not possible from this state")]
    State,
    /// The coordinator's own team stands last for every incident.
    #[error("the coordinator's own team stands last")]
    StandsLast,
}

impl CaseVerb {
    /// The state it leads to.
    pub fn goal(self) -> CaseState {
        match self {
            Self::Acknowledge => CaseState::Acknowledged,
            Self::Start | Self::Reopen => CaseState::InProgress,
            Self::Resolve => CaseState::Resolved,
            Self::Decline => CaseState::Declined,
            Self::HandOver => CaseState::HandedOver,
            Self::Expire => CaseState::Expired,
            Self::Revoke => CaseState::Revoked,
        }
    }

    fn starts_from(self, from: CaseState) -> bool {
        match self {
            Self::Acknowledge | Self::Expire => from == CaseState::Assigned,
            Self::Start => matches!(from, CaseState::Assigned | CaseState::Acknowledged),
            Self::Resolve | Self::Decline | Self::HandOver => from.is_open(),
            Self::Revoke => from.is_held(),
            Self::Reopen => from == CaseState::Resolved,
        }
    }

    /// What it does to a case in this state.
    ///
    /// # Errors
    /// [`Refusal::StandsLast`] before [`Refusal::State`], as it holds in every state.
    pub fn apply(self, from: CaseState, holder: Holder) -> Result<Step<CaseState>, Refusal> {
        if holder == Holder::Coordinator && matches!(self, Self::Decline | Self::Expire) {
            return Err(Refusal::StandsLast);
        }
        // Who works on it has acknowledged it: the answer to the first try may have got lost, and a colleague begun meanwhile.
        let is_implied = self == Self::Acknowledge && from == CaseState::InProgress;
        if is_implied || (from == self.goal() && self != Self::Reopen) {
            return Ok(Step::AlreadyThere);
        }
        if self.starts_from(from) { Ok(Step::To(self.goal())) } else { Err(Refusal::State) }
    }
}

/// How an incident ended; until then its status follows its lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Done with.
    Closed,
    /// A false alarm.
    Withdrawn,
    /// Told as part of another incident.
    Merged,
}

impl Ending {
    /// The status it stands for.
    pub fn status(self) -> IncidentStatus {
        match self {
            Self::Closed => IncidentStatus::Closed,
            Self::Withdrawn => IncidentStatus::Withdrawn,
            Self::Merged => IncidentStatus::Merged,
        }
    }

    /// The ending that a status stands for, if it is one.
    pub fn of(status: IncidentStatus) -> Option<Self> {
        match status {
            IncidentStatus::Closed => Some(Self::Closed),
            IncidentStatus::Withdrawn => Some(Self::Withdrawn),
            IncidentStatus::Merged => Some(Self::Merged),
            _ => None,
        }
    }
}

/// The lead of an incident, as far as its status depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lead {
    /// Where its case stands.
    pub state: CaseState,
    /// Whether the coordinator's team only keeps the incident until a place gets free.
    pub waiting: bool,
}

/// The status of an incident that has not ended.
pub fn status_by_lead(lead: Option<Lead>) -> IncidentStatus {
    match lead {
        Some(lead) => match lead.state {
            CaseState::Assigned if lead.waiting => IncidentStatus::Waiting,
            CaseState::Assigned | CaseState::Acknowledged => IncidentStatus::Assigned,
            CaseState::InProgress => IncidentStatus::InProgress,
            CaseState::Resolved => IncidentStatus::Resolved,
            CaseState::Declined | CaseState::Expired | CaseState::HandedOver | CaseState::Revoked => {
                IncidentStatus::Received
            }
        },
        None => IncidentStatus::Received,
    }
}

impl IncidentVerb {
    /// How the incident stands ended afterwards: `None` is not at all, its lead says.
    ///
    /// # Errors
    /// When it isn't possible from this status.
    pub fn apply(self, from: IncidentStatus) -> Result<Step<Option<Ending>>, Refusal> {
        let ending = Ending::of(from);
        match self {
            Self::Close => ended_by(ending, Ending::Closed, &[]),
            Self::Withdraw => ended_by(ending, Ending::Withdrawn, &[]),
            Self::Merge => ended_by(ending, Ending::Merged, &[Ending::Closed]),
            Self::Reopen => match (ending, from) {
                (Some(Ending::Merged), _) => Err(Refusal::State),
                (Some(_), _) | (None, IncidentStatus::Resolved) => Ok(Step::To(None)),
                (None, _) => Ok(Step::AlreadyThere),
            },
        }
    }
}

fn ended_by(now: Option<Ending>, goal: Ending, also_from: &[Ending]) -> Result<Step<Option<Ending>>, Refusal> {
    match now {
        None => Ok(Step::To(Some(goal))),
        Some(ending) if ending == goal => Ok(Step::AlreadyThere),
        Some(ending) if also_from.contains(&ending) => Ok(Step::To(Some(goal))),
        Some(_) => Err(Refusal::State),
    }
}

/// What taking a merger back does: nothing else brings a merged incident back.
///
/// # Errors
/// When it isn't merged.
pub fn take_merger_back(from: IncidentStatus) -> Result<Step<Option<Ending>>, Refusal> {
    if from == IncidentStatus::Merged { Ok(Step::To(None)) } else { Err(Refusal::State) }
}

/// Whether an incident can go on for another one that is merged into it: somebody works on it, or will. An incident that is done
/// takes in only what is done as well: else the team that works on the duplicate would be the last one to do so.
pub fn can_take_in(survivor: IncidentStatus, duplicate: IncidentStatus) -> bool {
    match survivor {
        IncidentStatus::Resolved => matches!(duplicate, IncidentStatus::Resolved | IncidentStatus::Closed),
        _ => Ending::of(survivor).is_none(),
    }
}

/// Whether a lead whose case is in this state may call in others: it has taken the case up. Before, it may itself be shown only
/// codes, and must not have the incident opened to more teams.
pub fn may_request_support(case: CaseState) -> bool {
    case.is_taken_up()
}
