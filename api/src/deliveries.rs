//! When a team's tool first had a case in an answer: noted once for each assignment, so that the institution is told who
//! received its report and when. A poll with nothing new, or with what was delivered before, costs nothing here.

use std::time::Duration;

use actix_web::web;
use serde_json::json;
use tokio::time::{sleep, timeout};
use uuid::Uuid;
use zvit_db::change::Change;
use zvit_db::delivery::{Place, note, undelivered};
use zvit_db::error::StoreError;
use zvit_db::feeds;
use zvit_db::rows::AssignmentRow;

use crate::actor::Actor;
use crate::flows::event::Event;
use crate::memory::Directory;
use crate::problem::Problem;
use crate::state::App;

/// The answer waits at most so long for the note, so that who reads the incident right after it finds it there. Under a flood
/// of reports it goes out before.
const PATIENCE: Duration = Duration::from_secs(1);

/// So often the note is tried where the writer is full or the store away, with a pause between.
const ATTEMPTS: usize = 10;
const PAUSE: Duration = Duration::from_secs(3);

/// So many are noted in one change. After an outage many teams ask at once, each for a page; reports must find their way in between.
const AT_ONCE: usize = 50;

/// Of these rows those that go out for the first time.
pub fn new_to_team<'a>(rows: impl IntoIterator<Item = &'a AssignmentRow>) -> Vec<Uuid> {
    rows.into_iter().filter(|row| row.first_delivered_at.is_none()).map(|row| row.id.0).collect()
}

/// Notes that these assignments are in an answer to `actor`, if there are any. The answer does not depend on it.
pub async fn note_delivered(app: &web::Data<App>, actor: &Actor, ids: Vec<Uuid>) {
    if ids.is_empty() {
        return;
    }
    let (app, actor) = (app.clone(), actor.clone());
    // A caller that goes away takes this future with it, but not the note.
    let noted = tokio::spawn(async move {
        if attempt(&app, &actor, &ids).await.is_err() {
            tokio::spawn(try_again(app, actor, ids));
        }
    });
    let _ = timeout(PATIENCE, noted).await;
}

async fn try_again(app: web::Data<App>, actor: Actor, ids: Vec<Uuid>) {
    for _ in 1..ATTEMPTS {
        sleep(PAUSE).await;
        if attempt(&app, &actor, &ids).await.is_ok() {
            return;
        }
    }
    log::error!("{} deliveries could not be noted; they will be when the team asks for the cases again", ids.len());
}

/// What one that failed had noted is passed over by the next.
async fn attempt(app: &App, actor: &Actor, ids: &[Uuid]) -> Result<(), Problem> {
    for some in ids.chunks(AT_ONCE) {
        let (actor, ids) = (actor.clone(), some.to_vec());
        app.change(move |change, memory| {
            let directory = memory.directory_for(change)?;
            Ok(deliver(change, &directory, &actor, &ids)?)
        })
        .await?;
    }
    Ok(())
}

/// Writes the moment of those that nobody of the team had before. The institution's and the coordinator's feeds move; the
/// team's doesn't, as nothing of what it sees changes.
fn deliver(change: &mut Change<'_>, directory: &Directory, actor: &Actor, ids: &[Uuid]) -> Result<(), StoreError> {
    let found = undelivered(&mut change.tx, ids)?;
    if found.is_empty() {
        return Ok(());
    }
    let mut owners: Vec<Uuid> = found.iter().map(|of| of.institution).collect();
    owners.sort_unstable();
    owners.dedup();
    let mut feeds = feeds::of(&mut change.tx, &owners)?;
    let mut places: Vec<Place> = Vec::with_capacity(found.len());
    for of in &found {
        if places.iter().any(|place| place.incident == of.incident) {
            continue;
        }
        let feed = feeds.iter_mut().find(|feed| feed.owner.0 == of.institution).ok_or(StoreError::NotFound)?;
        feed.position += 1;
        let (institution_position, position) = (feed.position, change.next_position());
        places.push(Place { incident: of.incident, institution_position, position });
    }
    for feed in &mut feeds {
        feed.gate_position = change.gate.position;
    }
    change.put_feeds(feeds)?;
    let assignments: Vec<Uuid> = found.iter().map(|of| of.assignment).collect();
    note(&mut change.tx, &assignments, &places, change.now)?;
    for of in found {
        Event::assignment("delivered", of.incident, of.assignment, of.team)
            .with(json!({
                "assignment_id": of.assignment,
                "team": {"id": of.team, "name": directory.team_name(of.team)},
                "first_delivered_at": change.now,
            }))
            .note(change, actor);
    }
    Ok(())
}
