//! Opening the store: brought up to date, with an issuer and a key to sign with.

use zvit_db::change::{Change, Moved};
use zvit_db::conn::{Conn, DatabaseUrl};
use zvit_db::error::StoreError;
use zvit_db::store;

use crate::clock;
use crate::config::DEFAULT_ISSUER;
use crate::flows::signing_keys;
use crate::problem::{Place, Problem};

/// Why the store can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SetupFault {
    /// The store's own.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store has another issuer than the one that was asked for.
    #[error("this store's issuer is {stored}, not {asked}: tokens and clients' settings are bound to it")]
    Issuer {
        /// In the store.
        stored: String,
        /// Asked for.
        asked: String,
    },
    /// A change was refused.
    #[error("{}", in_words(.0))]
    Refused(Problem),
    /// There is data already.
    #[error("the store has data already; nothing was changed")]
    NotEmpty,
}

/// The refusal as whoever sits at a terminal can use it: with each fault and its place.
fn in_words(problem: &Problem) -> String {
    let faults = problem.error_items().iter().filter_map(|item| match &item.place {
        Place::Pointer(pointer) => Some(format!("{}: {}", pointer.trim_start_matches('/'), item.detail.en())),
        _ => None,
    });
    let faults: Vec<String> = faults.collect();
    if faults.is_empty() { problem.to_string() } else { faults.join("; ") }
}

impl From<Problem> for SetupFault {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

/// A store that is ready for work.
#[allow(missing_debug_implementations, reason = "holds a connection")]
pub struct Ready {
    /// A connection that may write.
    pub conn: Conn,
    /// The issuer.
    pub issuer: String,
    /// Identity of the store.
    pub store_id: uuid::Uuid,
}

/// Opens the store; an empty one is made.
///
/// # Errors
/// When it can't be opened or brought up to date, or has another issuer.
pub fn open(url: &DatabaseUrl, issuer: Option<&str>) -> Result<Ready, SetupFault> {
    let mut conn = store::prepare(url, clock::new_id(clock::now()))?;
    let (issuer, store_id) = change(&mut conn, |change| {
        signing_keys::ensure(change)?;
        let stored = match (&change.gate.issuer, issuer) {
            (None, asked) => {
                let issuer = asked.unwrap_or(DEFAULT_ISSUER).trim_end_matches('/').to_owned();
                change.gate.issuer = Some(issuer.clone());
                issuer
            }
            (Some(stored), Some(asked)) if stored != asked.trim_end_matches('/') => {
                return Err(SetupFault::Issuer { stored: stored.clone(), asked: asked.to_owned() });
            }
            (Some(stored), _) => stored.clone(),
        };
        Ok((stored, change.gate.store_id.0))
    })?;
    Ok(Ready { conn, issuer, store_id })
}

/// Makes a change on a connection of one's own: for commands beside the service, whose writer goes on.
///
/// # Errors
/// What `work` answers; the store's.
pub fn change<T, E: From<StoreError>>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Change<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let (answer, _): (T, Moved) = conn.write(|tx| {
        let mut change = Change::begin(tx, clock::now())?;
        let answer = work(&mut change)?;
        Ok::<_, E>((answer, change.finish()?))
    })?;
    Ok(answer)
}
