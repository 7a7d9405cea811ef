//! The newest position of every feed, in memory: an unchanged poll costs no query, and a waiting one is woken by the commit.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::watch;
use uuid::Uuid;
use zvit_db::change::Moved;

/// The coordinator's feed has no owner of its own.
pub const COORDINATOR: Uuid = Uuid::nil();

/// Newest positions, by owner.
#[derive(Debug, Default)]
pub struct Hub {
    feeds: RwLock<HashMap<Uuid, watch::Sender<i64>>>,
}

impl Hub {
    /// Takes note of what moved. Positions only rise: late notices change nothing.
    pub fn publish(&self, moved: &Moved) {
        for (owner, position) in moved.feeds.iter().copied().chain([(COORDINATOR, moved.coordinator)]) {
            self.sender(owner, |sender| {
                sender.send_if_modified(|newest| {
                    let rises = position > *newest;
                    *newest = position.max(*newest);
                    rises
                });
            });
        }
    }

    /// The newest position known here.
    pub fn position(&self, owner: Uuid) -> i64 {
        self.sender(owner, |sender| *sender.borrow())
    }

    /// Waits until the feed is past `position`, at most for `patience`. Says whether it is.
    pub async fn wait(&self, owner: Uuid, position: i64, patience: Duration) -> bool {
        let mut newest = self.sender(owner, watch::Sender::subscribe);
        let moved = newest.wait_for(|newest| *newest > position);
        matches!(tokio::time::timeout(patience, moved).await, Ok(Ok(_)))
    }

    fn sender<T>(&self, owner: Uuid, use_it: impl FnOnce(&watch::Sender<i64>) -> T) -> T {
        {
            let feeds = self.feeds.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(sender) = feeds.get(&owner) {
                return use_it(sender);
            }
        }
        let mut feeds = self.feeds.write().unwrap_or_else(PoisonError::into_inner);
        use_it(feeds.entry(owner).or_insert_with(|| watch::Sender::new(0)))
    }
}
