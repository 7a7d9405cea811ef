//! `Caller<P>`: a client that proved who it is and may do what the operation asks.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;

use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web};
use uuid::Uuid;
use zvit_domain::time::Time;
use zvit_domain::vocabulary::Role;

use crate::actor::Actor;
use crate::clock;
use crate::denials::{self, Denial};
use crate::input::acting_person;
use crate::memory::{Client, Clients, Directory};
use crate::permission::{OnHold, Operation, Permission, Rule};
use crate::problem::{Code, Problem, RequestId};
use crate::state::App;
use crate::token::{self, Claims};

/// The caller of an operation, with the permission `P` checked.
#[derive(Debug, Clone)]
pub struct Caller<P> {
    actor: Actor,
    scopes: Vec<String>,
    /// When it was let in.
    at: Time,
    /// When its token was made, in seconds since 1970.
    issued_at: i64,
    permission: PhantomData<P>,
}

impl<P> Deref for Caller<P> {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.actor
    }
}

impl<P> Caller<P> {
    /// The caller as one who acts.
    pub fn actor(&self) -> Actor {
        self.actor.clone()
    }

    /// The scopes of its token.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// The scopes of its token that the client holds at this moment: a scope may be taken away while a body arrives.
    pub fn scopes_now(&self, app: &App) -> Vec<String> {
        let clients = app.clients();
        let held = clients.by_id.get(&self.actor.client_id).map(|client| client.scopes.as_slice()).unwrap_or_default();
        self.scopes.iter().filter(|scope| held.contains(scope)).cloned().collect()
    }

    /// How old its token is at `now`, in seconds.
    pub fn token_age_s(&self, now: Time) -> i64 {
        now.as_seconds().saturating_sub(self.issued_at)
    }

    /// The caller's institution, team or participant.
    ///
    /// # Errors
    /// 403 for a client without one.
    pub fn owner(&self) -> Result<Uuid, Problem> {
        self.actor.owner.ok_or_else(|| Problem::new(Code::ScopeLacking))
    }

    /// Whether the caller is the coordinator.
    pub fn is_coordinator(&self) -> bool {
        self.actor.role == Role::Coordinator
    }
}

/// The client id of a request whose client proved who it is, for the log.
#[derive(Debug, Clone)]
pub struct LoggedClient(pub String);

impl<P: Permission> FromRequest for Caller<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let now = clock::now();
        let caller = judge::<P>(req, now, Counting::Counted);
        if caller.is_ok() {
            let _ = req.extensions_mut().insert(Admission { again: judge_again::<P>, at: now });
        }
        ready(caller)
    }
}

/// What a request was let in with, for whoever waits on its behalf: authority may be taken away in the meantime.
#[derive(Debug, Clone, Copy)]
pub struct Admission {
    again: fn(&HttpRequest, Time) -> Result<(), Problem>,
    at: Time,
}

impl Admission {
    /// Judges the caller of the request again, if it had one: see [`Caller::let_in_again`].
    ///
    /// # Errors
    /// As when it was let in.
    pub fn holds(request: &HttpRequest) -> Result<(), Problem> {
        let admission = request.extensions().get::<Self>().copied();
        admission.map_or(Ok(()), |admission| (admission.again)(request, admission.at))
    }
}

impl<P: Permission> Caller<P> {
    /// Judges the caller again, after a wait in which it may have been shut out; it counts once. Time alone shuts nobody out: a
    /// token that ends while its holder waits was good when it was shown.
    ///
    /// # Errors
    /// As when it was let in.
    pub fn let_in_again(&self, req: &HttpRequest) -> Result<(), Problem> {
        judge_again::<P>(req, self.at)
    }

    /// Takes note of a refusal that the operation itself came to.
    pub fn note_refusal(&self, app: &App, problem: &Problem) {
        if let Some(client) = app.clients().by_id.get(&self.actor.client_id).filter(|_| denials::is_noted(problem)) {
            let (client_id, code) = (self.actor.client_id.as_str(), problem.code().code());
            let denial = Denial { client_id, client, code, operation: P::OPERATION.id };
            app.denials.note(&denial, &app.directory(), clock::now());
        }
    }
}

/// Whether a judgement counts against the client's limit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counting {
    Counted,
    Uncounted,
}

fn judge_again<P: Permission>(req: &HttpRequest, at: Time) -> Result<(), Problem> {
    judge::<P>(req, at, Counting::Uncounted).map(drop)
}

fn judge<P: Permission>(req: &HttpRequest, now: Time, counting: Counting) -> Result<Caller<P>, Problem> {
    let app = req.app_data::<web::Data<App>>().ok_or_else(|| Problem::internal("no state in the application"))?;
    if cfg!(debug_assertions) && req.match_pattern().as_deref() != Some(P::OPERATION.path) {
        return Err(Problem::internal(format!("this handler carries the permission of {}", P::OPERATION.id)));
    }
    if !app.is_fresh() {
        return Err(Problem::unavailable(2));
    }
    let token = bearer(req)?;
    let clients = app.clients();
    let claims = token::verify(token, &clients.keys, app.issuer(), now)?;
    let client = clients.by_id.get(&claims.client_id).ok_or_else(Problem::token_invalid)?;
    let directory = app.directory();
    if claims.sub != claims.client_id {
        return Err(Problem::token_invalid());
    }
    let note = |problem: &Problem| {
        if denials::is_noted(problem) {
            let (client_id, code) = (claims.client_id.as_str(), problem.code().code());
            let denial = Denial { client_id, client, code, operation: P::OPERATION.id };
            app.denials.note(&denial, &directory, now);
        }
    };
    check_standing(client, claims.cv, &directory)
        .and_then(|()| check_revoked(&clients, &claims.jti))
        .inspect_err(note)?;
    let _ = req.extensions_mut().insert(LoggedClient(claims.client_id.clone()));
    if counting == Counting::Counted {
        app.limits.count_client(req, &claims.client_id, client.rate)?;
    }
    let scopes = may_call(P::OPERATION, client, &claims, &directory).inspect_err(note)?;
    let acting_person = if P::OPERATION.changes() { acting_person(req.headers())? } else { None };
    let name = client.owner.and_then(|owner| directory.owner_name(owner)).unwrap_or_else(|| client.name.clone());
    let actor = Actor {
        role: client.role,
        client_id: claims.client_id,
        owner: client.owner,
        name,
        request_id: req.extensions().get::<RequestId>().map(|id| id.0.clone()),
        acting_person,
        spare: client.spare,
        language: crate::problem::language::preferred(req.headers()),
    };
    Ok(Caller { actor, scopes, at: now, issued_at: claims.iat, permission: PhantomData })
}

/// The scopes with which the client may call the operation: those of its token, as far as the client still holds them.
fn may_call(
    operation: &Operation,
    client: &Client,
    claims: &Claims,
    directory: &Directory,
) -> Result<Vec<String>, Problem> {
    let held = claims.scope.split_whitespace().filter(|scope| client.scopes.iter().any(|held| held == scope));
    let scopes: Vec<String> = held.map(str::to_owned).collect();
    let rule = operation.rule().ok_or_else(|| Problem::internal("a public operation asks for a token"))?;
    if !rule.admits(client.role, &scopes) {
        return Err(rule
            .scopes
            .first()
            .map_or_else(|| Problem::new(Code::ScopeLacking), |scope| Problem::scope_lacking(scope)));
    }
    check_hold(rule, client, directory)?;
    Ok(scopes)
}

fn check_standing(client: &Client, credential_version: i64, directory: &Directory) -> Result<(), Problem> {
    let owner_active = client.owner.is_none_or(|owner| directory.owner_is_active(owner));
    let holds = client.active && owner_active && credential_version == i64::from(client.credential_version);
    if holds { Ok(()) } else { Err(Problem::token_revoked()) }
}

fn check_revoked(clients: &Clients, token_id: &str) -> Result<(), Problem> {
    if clients.revoked.contains(token_id) { Err(Problem::token_revoked()) } else { Ok(()) }
}

fn check_hold(rule: &Rule, client: &Client, directory: &Directory) -> Result<(), Problem> {
    let on_hold = client.owner.is_some_and(|owner| directory.is_on_hold(owner));
    if on_hold && rule.on_hold == OnHold::Refused { Err(Problem::institution_on_hold()) } else { Ok(()) }
}

/// RFC 6750 section 2.1: one `Authorization: Bearer …` header, nowhere else.
fn bearer(req: &HttpRequest) -> Result<&str, Problem> {
    let mut headers = req.headers().get_all(AUTHORIZATION);
    let header = headers.next().ok_or_else(Problem::token_missing)?;
    if headers.next().is_some() {
        return Err(Problem::token_invalid());
    }
    let text = header.to_str().map_err(|_| Problem::token_invalid())?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim_start_matches(' ')),
        _ => Err(Problem::token_missing()),
    }
}
