//! Reporting clocks that run out: what became overdue is written, what soon will be is told.

use serde_json::json;
use zvit_db::audit::Audience;
use zvit_db::change::Change;
use zvit_db::clocks;
use zvit_db::error::Result;
use zvit_domain::deadline::{mark_overdue, mark_reminded};
use zvit_domain::vocabulary::Stage;

use super::event::Event;
use super::notices::{About, Occasion, Recipient, announce};
use super::record::Record;
use super::setbacks::Work;
use crate::actor::Actor;
use crate::memory::Directory;

/// The work on reporting clocks, where it fails.
pub const CLOCKS: Work = "its reporting clocks";

/// Writes what is due by now, for at most so many incidents of either kind. Says for how many there was something to write. One
/// that can't be read holds nobody up.
///
/// # Errors
/// The store's.
pub fn advance(change: &mut Change<'_>, directory: &Directory, limit: i64) -> Result<usize> {
    let now = change.now;
    let passed = directory.setbacks.standing(CLOCKS, now);
    let ids = clocks::due(&mut change.tx, now, &passed, limit)?;
    directory.setbacks.one_by_one(change, &ids, CLOCKS, |change, record| {
        let runs = !record.is_over();
        let overdue = if runs { mark_overdue(&mut record.deadlines, now) } else { Vec::new() };
        if runs {
            remind(change, directory, record)?;
        }
        if overdue.is_empty() {
            // Nothing of it is shown, so nobody's version or feed moves.
            record.settle_clocks()?;
            clocks::keep(&mut change.tx, &record.row)
        } else {
            tell_overdue(change, directory, record, &overdue)?;
            record.save(change, &["overdue"], &Actor::service())
        }
    })
}

fn remind(change: &mut Change<'_>, directory: &Directory, record: &mut Record) -> Result<()> {
    let (start, institution) = (record.clock_start(), record.row.institution_id.0);
    for deadline in mark_reminded(&mut record.deadlines, start, change.now) {
        Event::incident("stage_due_soon", record.id())
            .seen_by(Audience::Institution)
            .with(json!({"stage": deadline.stage, "due_at": deadline.due_at}))
            .note(change, &Actor::service());
        let about = About { deadline: Some(deadline.due_at), ..about(record) };
        announce(change, directory, Occasion::StageDueSoon, Recipient::Institution(institution), &about)?;
    }
    Ok(())
}

fn tell_overdue(change: &mut Change<'_>, directory: &Directory, record: &Record, overdue: &[Stage]) -> Result<()> {
    let due_at = record.deadlines.iter().filter(|one| overdue.contains(&one.stage)).map(|one| one.due_at).min();
    Event::incident("stage_overdue", record.id())
        .seen_by(Audience::Institution)
        .with(json!({"stages": overdue, "due_at": due_at}))
        .note(change, &Actor::service());
    let about = About { deadline: due_at, ..about(record) };
    for recipient in [Recipient::Institution(record.row.institution_id.0), Recipient::Coordinator] {
        announce(change, directory, Occasion::Overdue, recipient, &about)?;
    }
    Ok(())
}

fn about(record: &Record) -> About<'_> {
    About {
        incident: Some(record.id()),
        reference: Some(&record.row.reference),
        level: Some(record.triage.level),
        case: None,
        deadline: None,
    }
}
