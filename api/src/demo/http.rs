//! Calls to the service, as any client makes them: a token from `/oauth2/token`, then JSON over HTTPS.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::{Method, Request};
use ureq::tls::Certificate;
use ureq::{Agent, AsSendBody};

use super::DemoFault;
use crate::net::client::{Trust, local_agent};
use crate::seed::MadeClient;

/// Nothing here takes so long.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Items of a page: small enough that lists have several.
const PAGE: usize = 20;

/// The service at an address, and the tokens that were got from it.
pub(super) struct Service {
    agent: Agent,
    base: String,
    tokens: Mutex<HashMap<String, String>>,
}

/// The service, called as one client.
pub(super) struct Session<'a> {
    service: &'a Service,
    client: &'a MadeClient,
}

/// An answer with a status below 400.
pub(super) struct Answer {
    call: String,
    etag: Option<String>,
    body: String,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
struct Page<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

impl Service {
    /// The service at this address, which must show this very certificate (PEM).
    pub(super) fn at(address: SocketAddr, certificate: &Path) -> Result<Self, DemoFault> {
        let pem = std::fs::read(certificate).map_err(DemoFault::Place)?;
        let root = Certificate::from_pem(&pem).map_err(|error| DemoFault::Defect(error.to_string()))?;
        let agent = local_agent(Trust::Only(root), TIMEOUT);
        Ok(Self { agent, base: format!("https://{address}"), tokens: Mutex::default() })
    }

    /// A session of this client, with tokens of its own (`client_secret_basic`).
    pub(super) fn session<'a>(&'a self, client: &'a MadeClient) -> Session<'a> {
        Session { service: self, client }
    }

    fn token(&self, client: &MadeClient) -> Result<String, DemoFault> {
        let known = self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(&client.client_id).cloned();
        known.map_or_else(|| self.new_token(client), Ok)
    }

    fn new_token(&self, client: &MadeClient) -> Result<String, DemoFault> {
        let basic = STANDARD.encode(format!("{}:{}", client.client_id, client.client_secret));
        let headers = [("Authorization", format!("Basic {basic}")), form_header()];
        let answer = self.send(Method::POST, "/oauth2/token", &headers, "grant_type=client_credentials")?;
        let token = answer.read::<Token>()?.access_token;
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).insert(client.client_id.clone(), token.clone());
        Ok(token)
    }

    fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, String)],
        body: impl AsSendBody,
    ) -> Result<Answer, DemoFault> {
        let call = format!("{method} {path}");
        let unreachable = |error: String| DemoFault::Unreachable { call: call.clone(), error };
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(body).map_err(|error| unreachable(error.to_string()))?;
        let mut response = self.agent.run(request).map_err(|error| unreachable(error.to_string()))?;
        let text = response.body_mut().read_to_string().map_err(|error| unreachable(error.to_string()))?;
        let status = response.status().as_u16();
        if status >= 400 {
            return Err(DemoFault::Refused { call, status, detail: said(&text) });
        }
        let etag = response.headers().get("etag").and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(Answer { call, etag, body: text })
    }
}

fn form_header() -> (&'static str, String) {
    ("Content-Type", "application/x-www-form-urlencoded".to_owned())
}

/// The words of a problem document (RFC 9457), with the places it names.
fn said(text: &str) -> String {
    let Ok(problem) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    let member = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut parts: Vec<String> = ["detail", "title", "error_description", "error"]
        .iter()
        .find_map(|name| member(&problem, name))
        .into_iter()
        .collect();
    for error in problem.get("errors").and_then(Value::as_array).into_iter().flatten() {
        parts.push(format!(
            "{} {}",
            member(error, "pointer").unwrap_or_default(),
            member(error, "detail").unwrap_or_default()
        ));
    }
    parts.join("; ")
}

impl Session<'_> {
    /// One call; where the token has ended, once more with a new one.
    fn call(
        &self,
        method: &Method,
        path: &str,
        headers: &[(&str, String)],
        body: Option<&Value>,
    ) -> Result<Answer, DemoFault> {
        let send = |token: String| {
            let mut all = vec![("Authorization", format!("Bearer {token}")), english()];
            all.extend(headers.iter().cloned());
            match body {
                Some(body) => self.service.send(method.clone(), path, &all, body.to_string()),
                None => self.service.send(method.clone(), path, &all, ()),
            }
        };
        match send(self.service.token(self.client)?) {
            Err(DemoFault::Refused { status: 401, .. }) => send(self.service.new_token(self.client)?),
            answered => answered,
        }
    }

    /// Reads.
    pub(super) fn get(&self, path: &str) -> Result<Answer, DemoFault> {
        self.call(&Method::GET, path, &[], None)
    }

    /// Reads a list to its end, page by page.
    pub(super) fn list<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, DemoFault> {
        let mut items = Vec::new();
        let mut next = format!("{path}?limit={PAGE}");
        loop {
            let page: Page<T> = self.get(&next)?.read()?;
            items.extend(page.items);
            match page.next_cursor {
                Some(cursor) => next = format!("{path}?limit={PAGE}&cursor={cursor}"),
                None => return Ok(items),
            }
        }
    }

    /// Sends JSON, with one more header.
    pub(super) fn send(
        &self,
        method: Method,
        path: &str,
        header: (&str, String),
        body: &Value,
    ) -> Result<Answer, DemoFault> {
        let json = ("Content-Type", "application/json".to_owned());
        self.call(&method, path, &[json, header], Some(body))
    }

    /// Posts JSON under an idempotency key.
    pub(super) fn post(&self, path: &str, key: &str, body: &Value) -> Result<Answer, DemoFault> {
        self.send(Method::POST, path, ("Idempotency-Key", key.to_owned()), body)
    }
}

fn english() -> (&'static str, String) {
    ("Accept-Language", "en".to_owned())
}

impl Answer {
    /// The body as what it should be.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, DemoFault> {
        serde_json::from_str(&self.body)
            .map_err(|error| DemoFault::Unreadable { call: self.call.clone(), error: error.to_string() })
    }

    /// Its version, for `If-Match`.
    pub(super) fn etag(&self) -> Result<String, DemoFault> {
        self.etag.clone().ok_or_else(|| DemoFault::Unreadable { call: self.call.clone(), error: "no ETag".into() })
    }
}
