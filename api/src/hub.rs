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
    stopping: watch::Sender<bool>,
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

    /// Waits until the feed is past `position`, at most for `patience`, and not when the process stops. Says whether it is.
    pub async fn wait(&self, owner: Uuid, position: i64, patience: Duration) -> bool {
        let mut newest = self.sender(owner, watch::Sender::subscribe);
        let mut stopping = self.stopping.subscribe();
        tokio::select! {
            biased;
            moved = newest.wait_for(|newest| *newest > position) => moved.is_ok(),
            _ = stopping.wait_for(|stopping| *stopping) => false,
            () = tokio::time::sleep(patience) => false,
        }
    }

    /// Ends every waiting, now and from now on: the process stops.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
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

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3_600);

    #[tokio::test]
    async fn who_waits_is_woken_by_what_moves_and_by_the_stop() {
        let hub = Hub::default();
        let owner = Uuid::from_u128(1);
        let moved = Moved { feeds: vec![(owner, 7)], ..Moved::default() };
        let (is_moved, ()) = tokio::join!(hub.wait(owner, 6, LONG), async { hub.publish(&moved) });
        assert!(is_moved);
        let (is_moved, ()) = tokio::join!(hub.wait(owner, 7, LONG), async { hub.stop() });
        assert!(!is_moved, "nothing was new");
        assert!(!hub.wait(owner, 7, LONG).await, "nobody waits in a process that stops");
        assert!(hub.wait(owner, 6, LONG).await, "what is new is told all the same");
    }
}
