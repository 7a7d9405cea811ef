//! Client authentication at `/oauth2/*`: the same at every endpoint, by secret or by assertion.

use actix_web::{HttpMessage, HttpRequest};
use zvit_domain::time::Time;

use crate::actor::Actor;
use crate::auth::LoggedClient;
use crate::flows::tokens::use_assertion;
use crate::memory::Client;
use crate::oauth_request::{Credentials, OauthCode, OauthError};
use crate::problem::language::preferred;
use crate::state::App;
use crate::token::{Assertion, AssertionFault, Proved, as_typed, secret_matches};

/// A client that proved who it is.
#[derive(Debug, Clone)]
pub struct ProvedClient {
    /// Its id.
    pub client_id: String,
    /// What is known of it.
    pub client: Client,
}

impl ProvedClient {
    /// The client as one who acts.
    pub fn actor(&self, app: &App, request: &HttpRequest) -> Actor {
        let owner_name = self.client.owner.and_then(|owner| app.directory().owner_name(owner));
        Actor {
            role: self.client.role,
            client_id: self.client_id.clone(),
            owner: self.client.owner,
            name: owner_name.unwrap_or_else(|| self.client.name.clone()),
            request_id: request.extensions().get::<crate::problem::RequestId>().map(|id| id.0.clone()),
            acting_person: None,
            spare: self.client.spare,
            language: preferred(request.headers()),
        }
    }
}

/// Lets a client in by what it shows. Whatever is wrong, the answer is the same and takes the same work: unknown, disabled, or
/// a wrong proof.
///
/// # Errors
/// `invalid_client`, which the audit is told of when there is a client of that name; 503 when the store has not been heard of
/// lately, or can't note the use of an assertion; 429 above the client's limit.
pub async fn authenticate(
    app: &App,
    request: &HttpRequest,
    credentials: Credentials,
    operation: &'static str,
    now: Time,
) -> Result<ProvedClient, OauthError> {
    if !app.is_fresh() {
        return Err(OauthError::unavailable(2));
    }
    let stated = credentials.stated_client();
    let proved = prove(app, request, credentials, now).await;
    if let (Err(error), Some(stated)) = (&proved, stated)
        && error.code() == OauthCode::InvalidClient
    {
        app.note_failed_authentication(&stated, operation);
    }
    proved
}

async fn prove(
    app: &App,
    request: &HttpRequest,
    credentials: Credentials,
    now: Time,
) -> Result<ProvedClient, OauthError> {
    match credentials {
        Credentials::Secret { client_id, secret } => {
            let known = app.clients().by_id.get(&client_id).cloned();
            // For an unknown client the comparison is made too, with bytes that nothing hashes to.
            let stored = known.as_ref().and_then(|client| client.secret_sha256.as_deref()).unwrap_or(&[0; 32]);
            let shown = if known.as_ref().is_some_and(|client| client.spare) { as_typed(&secret) } else { secret };
            let matches = secret_matches(&shown, stored);
            let client = usable(app, client_id, known).filter(|_| matches).ok_or_else(OauthError::invalid_client)?;
            count(app, request, &client)?;
            Ok(client)
        }
        Credentials::Assertion { client_id, assertion } => {
            let (proved_client, proved) = judge(app, client_id.as_deref(), assertion.expose(), now)?;
            // Before anything is written: whoever is above its limit costs the store nothing.
            count(app, request, &proved_client)?;
            let id = proved_client.client_id.clone();
            // In the places that are kept for reports: without a token there is no report.
            if !app.take_in(0, move |change, _| Ok(use_assertion(change, &id, &proved)?)).await? {
                return Err(OauthError::unusable_assertion(
                    "this assertion was used before: make a new one, with a jti of its own, for every request",
                ));
            }
            Ok(proved_client)
        }
    }
}

/// Counts the request against the limit of the client that has proved it.
fn count(app: &App, request: &HttpRequest, proved: &ProvedClient) -> Result<(), OauthError> {
    let _ = request.extensions_mut().insert(LoggedClient(proved.client_id.clone()));
    Ok(app.limits.count_client(request, &proved.client_id, proved.client.rate)?)
}

/// The client of an assertion, if it is a good one. Whether it was used before is not known yet.
fn judge(app: &App, stated: Option<&str>, assertion: &str, now: Time) -> Result<(ProvedClient, Proved), OauthError> {
    let assertion = Assertion::read(assertion).map_err(|_| OauthError::invalid_client())?;
    // RFC 7521, section 4.2: a client_id beside the assertion names the same client.
    if stated.is_some_and(|stated| stated != assertion.client_id()) {
        return Err(OauthError::invalid_client());
    }
    let known = app.clients().by_id.get(assertion.client_id()).cloned();
    let proved = assertion.verify(known.as_ref().map(|client| &client.client_keys), app.issuer(), now);
    let client = usable(app, assertion.client_id().to_owned(), known).ok_or_else(OauthError::invalid_client)?;
    match proved {
        Ok(proved) => Ok((client, proved)),
        Err(AssertionFault::WrongTime(why)) => Err(OauthError::unusable_assertion(format!(
            "the times of the assertion do not hold: {why}; the time here is {now}"
        ))),
        Err(AssertionFault::Invalid(_)) => Err(OauthError::invalid_client()),
    }
}

/// The client, if it and its owner may do anything at all.
fn usable(app: &App, client_id: String, known: Option<Client>) -> Option<ProvedClient> {
    let directory = app.directory();
    known
        .filter(|client| client.active && client.owner.is_none_or(|owner| directory.owner_is_active(owner)))
        .map(|client| ProvedClient { client_id, client })
}
