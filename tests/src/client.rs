//! A small client: one machine account, its token, and calls that read as they are meant.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Method, Request};

use crate::answer::Answer;
use crate::run::fresh;
use crate::tls;

/// A machine account as `seed` and `client create` print it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Its role.
    pub role: String,
    /// The institution, team or participant it belongs to.
    pub owner: Option<String>,
    /// What it may ask for.
    pub scopes: Vec<String>,
}

impl Account {
    /// Reads one element of the output.
    #[track_caller]
    pub fn read(value: &Value) -> Self {
        let text =
            |name: &str| value[name].as_str().unwrap_or_else(|| panic!("{name} was expected in {value}")).to_owned();
        Self {
            client_id: text("client_id"),
            client_secret: text("client_secret"),
            role: text("role"),
            owner: value["owner"].as_str().map(str::to_owned),
            scopes: value["scopes"]
                .as_array()
                .unwrap_or_else(|| panic!("scopes was expected in {value}"))
                .iter()
                .map(|scope| scope.as_str().expect("a scope is a text").to_owned())
                .collect(),
        }
    }

    /// `Authorization: Basic …` with this account's id and secret.
    pub fn basic(&self) -> String {
        format!("Basic {}", STANDARD.encode(format!("{}:{}", self.client_id, self.client_secret)))
    }
}

/// Talks to one server, with the token of one account or none.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    base: String,
    account: Option<Account>,
    token: Arc<Mutex<Option<String>>>,
}

fn agent(base: &str) -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .allow_non_standard_methods(true)
        .max_idle_connections_per_host(64)
        .proxy(None)
        .tls_config(tls::config(base))
        .build()
        .into()
}

impl Client {
    /// A client without a token.
    pub fn anonymous(base: &str) -> Self {
        Self { agent: agent(base), base: base.to_owned(), account: None, token: Arc::default() }
    }

    /// A client that fetches its token when it first needs it.
    pub fn of(base: &str, account: &Account) -> Self {
        Self { account: Some(account.clone()), ..Self::anonymous(base) }
    }

    /// A client with this very token.
    pub fn with_token(base: &str, token: &str) -> Self {
        Self { token: Arc::new(Mutex::new(Some(token.to_owned()))), ..Self::anonymous(base) }
    }

    /// The same account at another server of the same store, with the same token.
    pub fn at(&self, base: &str) -> Self {
        Self { agent: agent(base), base: base.to_owned(), ..self.clone() }
    }

    /// The account behind it.
    pub fn account(&self) -> &Account {
        self.account.as_ref().expect("this client has an account")
    }

    /// The id of the institution, team or participant behind it.
    pub fn owner(&self) -> &str {
        self.account().owner.as_deref().expect("this client has an owner")
    }

    /// Its token, fetched once.
    #[track_caller]
    pub fn token(&self) -> Option<String> {
        let mut held = self.token.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let (None, Some(account)) = (&*held, &self.account) {
            *held = Some(self.fetch_token(account, None));
        }
        held.clone()
    }

    /// Lets the next call fetch a token anew.
    pub fn forget_token(&self) {
        self.token.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    }

    /// Another client of the same account whose token has only these scopes.
    #[track_caller]
    pub fn only(&self, scope: &str) -> Self {
        let token = self.fetch_token(self.account(), Some(scope));
        Self { token: Arc::new(Mutex::new(Some(token))), ..self.clone() }
    }

    #[track_caller]
    fn fetch_token(&self, account: &Account, scope: Option<&str>) -> String {
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend(scope.map(|scope| ("scope", scope)));
        let answer = Self::anonymous(&self.base)
            .post("/oauth2/token")
            .header("authorization", &account.basic())
            .form(&form)
            .send();
        answer.expect(200).string("/access_token")
    }

    /// A call by any method.
    pub fn call(&self, method: &str, path: &str) -> Call {
        Call {
            client: self.clone(),
            method: Method::from_bytes(method.as_bytes()).expect("a method"),
            path: path.to_owned(),
            headers: HeaderMap::new(),
            body: None,
            authorized: true,
        }
    }

    /// GET.
    pub fn get(&self, path: &str) -> Call {
        self.call("GET", path)
    }

    /// POST.
    pub fn post(&self, path: &str) -> Call {
        self.call("POST", path)
    }

    /// PUT.
    pub fn put(&self, path: &str) -> Call {
        self.call("PUT", path)
    }

    /// Submits a report as a new incident and asserts that it is taken.
    #[track_caller]
    pub fn submit(&self, report: impl Into<Value>) -> Answer {
        self.post("/v1/incidents").fresh_key().json(report).expect(201)
    }
}

/// A request that is being put together.
#[derive(Debug, Clone)]
pub struct Call {
    client: Client,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
    authorized: bool,
}

impl Call {
    /// Sets a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a header name");
        self.authorized &= name != "authorization";
        self.headers.insert(name, HeaderValue::from_str(value).expect("a header value"));
        self
    }

    /// Sets a header to bytes that need not be text.
    #[must_use]
    pub fn header_bytes(mut self, name: &str, value: &[u8]) -> Self {
        self.headers.insert(
            name.parse::<HeaderName>().expect("a header name"),
            HeaderValue::from_bytes(value).expect("a header value"),
        );
        self
    }

    /// Sends without a token.
    #[must_use]
    pub fn without_token(mut self) -> Self {
        self.authorized = false;
        self
    }

    /// A body of any kind.
    #[must_use]
    pub fn body(mut self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.header("content-type", media_type)
    }

    /// A JSON body.
    #[must_use]
    pub fn json(self, body: impl Into<Value>) -> Self {
        self.body("application/json", body.into().to_string())
    }

    /// A form body; names and values are plain words here, so only blanks and the like are escaped.
    #[must_use]
    pub fn form(self, members: &[(&str, &str)]) -> Self {
        let escape = |text: &str| text.bytes().map(escaped).collect::<String>();
        let body: Vec<String> =
            members.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
        self.body("application/x-www-form-urlencoded", body.join("&"))
    }

    /// `Idempotency-Key`.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// An `Idempotency-Key` that was never used.
    #[must_use]
    pub fn fresh_key(self) -> Self {
        self.key(&fresh())
    }

    /// `If-Match`.
    #[must_use]
    pub fn if_match(self, tag: &str) -> Self {
        self.header("if-match", tag)
    }

    /// `Prefer: handling=lenient`.
    #[must_use]
    pub fn lenient(self) -> Self {
        self.header("prefer", "handling=lenient")
    }

    /// `Accept-Language: uk`.
    #[must_use]
    pub fn in_ukrainian(self) -> Self {
        self.header("accept-language", "uk")
    }

    /// Sends it; a broken connection is a failure of the test.
    #[track_caller]
    pub fn send(self) -> Answer {
        let what = format!("{} {}{}", self.method, self.client.base, self.path);
        self.try_send().unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    /// Sends it and asserts the status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Answer {
        self.send().expect(status)
    }

    /// Sends it and asserts a problem.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Answer {
        self.send().problem(status, code)
    }

    /// Sends it and asserts 422 with faults at exactly these places.
    #[track_caller]
    pub fn faults(self, places: &[&str]) -> Answer {
        self.send().faults(places)
    }

    /// Sends it.
    ///
    /// # Errors
    /// When the connection can't be opened or breaks: the caller then doesn't know what became of the request.
    pub fn try_send(mut self) -> Result<Answer, ureq::Error> {
        if self.authorized
            && let Some(token) = self.client.token()
        {
            self = self.header("authorization", &format!("Bearer {token}"));
        }
        let url = format!("{}{}", self.client.base, self.path);
        let mut request = Request::new(());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = url.parse().expect("a URL");
        *request.headers_mut() = self.headers;
        let sent = self.body.as_deref().map(|body| String::from_utf8_lossy(body).into_owned()).unwrap_or_default();
        let mut response = match self.body {
            Some(body) => self.client.agent.run(request.map(|()| body))?,
            None => self.client.agent.run(request)?,
        };
        let bytes = response.body_mut().with_config().limit(256 << 20).read_to_vec()?;
        let value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer { method: self.method.to_string(), url, sent, status, headers, bytes, value })
    }
}

fn escaped(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    }
}
