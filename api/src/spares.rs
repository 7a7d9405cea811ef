//! Use of printed spares. The paper may be stolen, so the coordinator hears of every use.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::json;
use zvit_domain::time::Time;
use zvit_domain::word::Language;

use crate::actor::Actor;
use crate::flows::event::Event;
use crate::memory::Client;
use crate::state::App;

/// One event per client in so many seconds: a client that asks for tokens in a row is one use.
const QUIET_S: i64 = 600;

/// When each spare's use was last noted by this process.
#[derive(Debug, Default)]
pub struct SpareUse(Mutex<HashMap<String, Time>>);

impl SpareUse {
    /// Whether this use is to be noted: none was within the last ten minutes.
    fn is_news(&self, client_id: &str, now: Time) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.retain(|_, at| (0..QUIET_S).contains(&now.seconds_since(*at)));
        if noted.contains_key(client_id) {
            return false;
        }
        noted.insert(client_id.to_owned(), now);
        true
    }

    fn forget(&self, client_id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(client_id);
    }
}

/// Tells that a spare was given a token. Its holder is in need, so the token doesn't wait for a store that can't be written;
/// the next use is noted then.
pub async fn note_token(app: &App, client_id: &str, client: &Client, request_id: Option<String>, now: Time) {
    log::warn!("a token was given to the printed spare {client_id}");
    if !app.spares.is_news(client_id, now) {
        return;
    }
    let name = client.owner.and_then(|owner| app.directory().owner_name(owner)).unwrap_or_else(|| client.name.clone());
    let actor = Actor {
        role: client.role,
        client_id: client_id.to_owned(),
        owner: client.owner,
        name,
        request_id,
        acting_person: None,
        spare: true,
        language: Language::Uk,
    };
    let noted = app
        .change(move |change, _| {
            Event::other("spare_credential_used", "client", &actor.client_id)
                .with(json!({"owner": actor.owner}))
                .note(change, &actor);
            Ok(())
        })
        .await;
    if let Err(problem) = noted {
        log::error!("the use of the spare {client_id} could not be noted: {problem}");
        app.spares.forget(client_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_within_ten_minutes_are_one() {
        let uses = SpareUse::default();
        let start = Time::from_micros(1_800_000_000_000_000);
        assert!(uses.is_news("a", start) && uses.is_news("b", start));
        assert!(!uses.is_news("a", start.plus_seconds(599)));
        assert!(uses.is_news("a", start.plus_seconds(600)));
        assert!(!uses.is_news("a", start.plus_seconds(700)), "counted from the last one that was noted");
        uses.forget("a");
        assert!(uses.is_news("a", start.plus_seconds(700)));
        assert_eq!(uses.0.lock().unwrap().len(), 1, "what is over is forgotten");
    }
}
