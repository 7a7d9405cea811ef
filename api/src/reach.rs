//! Through which channels people can be told of a case: mail where some process of the store has a mail server, a webhook where
//! its owner has a secret to sign with. A contact that can't be told makes nobody notice a new case.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;
use zvit_db::conn::Tx;
use zvit_db::error::Result;
use zvit_db::{mail_means, notices};
use zvit_domain::notice::Channel;
use zvit_domain::time::Time;

use crate::flows::unsent::PATIENCE_S;

#[derive(Debug, Default)]
struct Known {
    /// This process has a mail server.
    own_mail_server: bool,
    /// When some process last said that it has one.
    mail_server_seen: Option<Time>,
    /// Teams and institutions that have a secret for webhooks.
    signers: HashSet<Uuid>,
}

/// What is known of the channels.
#[derive(Debug, Default)]
pub struct Reach {
    known: Mutex<Known>,
}

/// What the store knows of them.
#[derive(Debug)]
pub struct Stored {
    mail_server_seen: Option<Time>,
    signers: HashSet<Uuid>,
}

impl Stored {
    /// Reads it.
    ///
    /// # Errors
    /// The store's.
    pub fn read(tx: &mut Tx<'_>) -> Result<Self> {
        let mail_server_seen = mail_means::find(tx)?.seen_at.map(|seen| seen.0);
        Ok(Self { mail_server_seen, signers: notices::signers(tx)?.into_iter().collect() })
    }
}

impl Reach {
    /// Whether this process has a mail server.
    pub fn has_mail_server(&self, has: bool) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).own_mail_server = has;
    }

    /// What the store was found to know.
    pub fn hear(&self, stored: Stored) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        (known.mail_server_seen, known.signers) = (stored.mail_server_seen, stored.signers);
    }

    /// Whether something can be sent to `owner` this way at `now`.
    pub fn is_open(&self, channel: Channel, owner: Uuid, now: Time) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match channel {
            Channel::Email => {
                let is_recent = |seen: Time| now.seconds_since(seen) < PATIENCE_S;
                known.own_mail_server || known.mail_server_seen.is_some_and(is_recent)
            }
            Channel::Webhook => known.signers.contains(&owner),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEAM: Uuid = Uuid::from_u128(1);

    fn at(second: i64) -> Time {
        Time::from_micros(second * 1_000_000)
    }

    #[test]
    fn mail_is_open_where_a_process_has_a_server_or_lately_had_one() {
        let reach = Reach::default();
        assert!(!reach.is_open(Channel::Email, TEAM, at(0)));
        reach.hear(Stored { mail_server_seen: Some(at(0)), signers: HashSet::new() });
        assert!(reach.is_open(Channel::Email, TEAM, at(PATIENCE_S - 1)));
        assert!(!reach.is_open(Channel::Email, TEAM, at(PATIENCE_S)), "it hasn't been heard of for long");
        reach.has_mail_server(true);
        assert!(reach.is_open(Channel::Email, TEAM, at(PATIENCE_S)), "one's own is there");
    }

    #[test]
    fn a_webhook_is_open_to_whom_has_a_secret() {
        let reach = Reach::default();
        assert!(!reach.is_open(Channel::Webhook, TEAM, at(0)));
        reach.hear(Stored { mail_server_seen: None, signers: HashSet::from([TEAM]) });
        assert!(reach.is_open(Channel::Webhook, TEAM, at(0)));
        assert!(!reach.is_open(Channel::Webhook, Uuid::from_u128(2), at(0)));
    }
}
