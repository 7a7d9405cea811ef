//! Enrolment: a one-time code becomes a credential.

use actix_web::http::header::{CACHE_CONTROL, PRAGMA};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_db::{clients as store, credentials};
use zvit_domain::time::Time;
use zvit_domain::typeable;

use crate::auth::{Caller, LoggedClient};
use crate::clock;
use crate::flows::clients::Issued;
use crate::flows::enrolment::{
    Enrolled, EnrolmentKey, IssuedCode, Refusal, code_sha256, issue, may_trade, repeated, trade,
};
use crate::flows::idempotency::{Kept, once};
use crate::input::{Body, IdempotencyKey, OauthBody, Schemas, etag};
use crate::intake::request_key;
use crate::oauth_request::{OauthCode, OauthError, OauthErrorBody};
use crate::permission::IssueEnrolmentCode;
use crate::problem::{Place, Problem, RequestId};
use crate::routes::clients::{Client, find, with_issued};
use crate::state::App;
use crate::token::ClientKeyInput;

/// A description holds so many bytes at most.
const DESCRIBED: usize = 480;

/// A code, and the key to be registered for it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentInput {
    /// The code as it stands on the sheet; case, hyphens and blanks don't matter.
    #[schema(min_length = 1, max_length = 100, example = "7KQ4M-2XW9T-0B3ZC-HJ5VN-5")]
    pub code: String,
    /// The public key that the client will prove itself with (RFC 7523). Without it the client gets a secret.
    #[serde(default)]
    #[schema(nullable = false)]
    pub key: Option<EnrolmentKeyInput>,
}

/// A public key as one JWK (RFC 7517), as it is registered for a client; what follows from the rest may be left out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentKeyInput {
    /// `EC` with the curve P-256, `OKP` with Ed25519.
    #[schema(max_length = 8, pattern = "^(EC|OKP)$", example = "OKP")]
    pub kty: String,
    /// The curve.
    #[schema(max_length = 16, pattern = "^(P-256|Ed25519)$", example = "Ed25519")]
    pub crv: String,
    /// The public key, or its x coordinate: 32 bytes, base64url without padding.
    #[schema(min_length = 43, max_length = 43, pattern = "^[A-Za-z0-9_-]{43}$")]
    pub x: String,
    /// The y coordinate; of `EC` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 43, max_length = 43, pattern = "^[A-Za-z0-9_-]{43}$")]
    pub y: Option<String>,
    /// The name by which assertions state the key; left out, its thumbprint (RFC 7638).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 100, pattern = "^[!-~]{1,100}$")]
    pub kid: Option<String>,
    /// `ES256` with P-256; `EdDSA`, or `Ed25519` as RFC 9864 has it, with Ed25519. Left out, what goes with the curve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 16, pattern = "^(ES256|EdDSA|Ed25519)$")]
    pub alg: Option<String>,
    /// What it is for: `sig`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 8, pattern = "^sig$", example = "sig")]
    pub r#use: Option<String>,
}

impl EnrolmentKeyInput {
    /// The key with all that is stored of it, judged.
    fn read(self) -> Result<EnrolmentKey, OauthError> {
        let Self { kty, crv, x, y, kid, alg, r#use } = self;
        let alg = alg.unwrap_or_else(|| if kty == "EC" { "ES256" } else { "EdDSA" }.to_owned());
        let mut input = ClientKeyInput { kty, crv, x, y, kid: kid.clone().unwrap_or_default(), alg, r#use };
        let thumbprint = input.thumbprint();
        input.kid = kid.unwrap_or_else(|| thumbprint.clone());
        match input.read() {
            Ok(key) => Ok(EnrolmentKey { input, key, thumbprint }),
            Err(faults) => {
                let faults = faults.iter().map(|fault| format!("/key{}: {}", fault.pointer, fault.detail.en()));
                let words = plain(&faults.collect::<Vec<_>>().join(" "));
                Err(OauthError::new(OauthCode::Unprocessable, words))
            }
        }
    }
}

/// A client that has its credential.
#[derive(Debug, Serialize, ToSchema)]
pub struct Enrolment {
    /// Its id.
    #[schema(max_length = 64)]
    pub client_id: String,
    /// Its secret, shown this once; absent where a key was registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 128)]
    pub client_secret: Option<String>,
    /// The id of its key; absent where it got a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 128)]
    pub kid: Option<String>,
    /// Its role.
    #[schema(max_length = 64)]
    pub role: String,
    /// Institution, team or participant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub owner: Option<Uuid>,
    /// What it may ask for.
    #[schema(max_items = 20)]
    pub scopes: Vec<String>,
    /// Where it gets tokens.
    #[schema(max_length = 500)]
    pub token_endpoint: String,
    /// The issuer: the audience of its assertions.
    #[schema(max_length = 500)]
    pub issuer: String,
}

impl Enrolment {
    fn new(enrolled: Enrolled, issuer: &str) -> Self {
        let client = enrolled.client;
        let secret = enrolled
            .secret
            .map(|secret| if client.spare { typeable::grouped(secret.expose()) } else { secret.expose().to_owned() });
        Self {
            client_id: client.client_id,
            client_secret: secret,
            kid: enrolled.kid,
            role: client.role,
            owner: client.owner.map(|owner| owner.0),
            scopes: client.scopes.split_whitespace().map(str::to_owned).collect(),
            token_endpoint: format!("{}/oauth2/token", issuer.trim_end_matches('/')),
            issuer: issuer.to_owned(),
        }
    }
}

/// Trade a one-time code for a credential
///
/// The code comes from the coordinator, on paper or by telephone. Send it with a public key, which is then registered for the
/// client, or alone, and the answer shows the client's secret, once. Either takes the place of all the client had before. A
/// code works once; only a trade for a key may be repeated with the same key, in case its answer was lost. Every trade, good or
/// not, counts against what the address may fail at the token endpoint.
#[utoipa::path(
    tag = "oauth2", operation_id = "enrol_client",
    request_body(content = EnrolmentInput, example = json!({"code": "7KQ4M-2XW9T-0B3ZC-HJ5VN-5"})),
    responses(
        (status = 200, description = "The client, with its secret or the id of its key", body = Enrolment),
        (status = 400, description = "`invalid_request`: the body is malformed", body = OauthErrorBody),
        (status = 403, description = "`invalid_grant`: the code is unknown, used or expired", body = OauthErrorBody),
        (status = 422, description = "`invalid_request`: a character of the code was mistyped, or the key can't be one", body = OauthErrorBody),
        (status = 503, description = "No code can be traded right now", body = OauthErrorBody),
    ),
)]
#[post("/oauth2/enrol")]
pub async fn enrol_client(
    request: HttpRequest,
    request_id: RequestId,
    body: OauthBody,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, OauthError> {
    let (code, key) = read(&body, &schemas)?;
    if !app.is_fresh() {
        return Err(OauthError::unavailable(2));
    }
    // Before the store is asked, and whatever it says: the good trades of an address are few.
    app.limits.count_guess(&request)?;
    let enrolled = take(&app, code, key, request_id.0).await?;
    let _ = request.extensions_mut().insert(LoggedClient(enrolled.client.client_id.clone()));
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((PRAGMA, "no-cache"))
        .json(Enrolment::new(enrolled, app.issuer())))
}

/// The hash of the code and the checked key.
fn read(body: &OauthBody, schemas: &Schemas) -> Result<(Vec<u8>, Option<EnrolmentKey>), OauthError> {
    let (value, raw) = body.value().map_err(described)?;
    // Before the schema calls a private member merely unknown: whoever sends it must hear what that means.
    if value.get("key").is_some_and(ClientKeyInput::has_private_member) {
        return Err(invalid(
            "key holds private members: send the public key alone, and make a new pair, as this one was sent",
        ));
    }
    let input: EnrolmentInput =
        schemas.check(value, raw).and_then(|checked| checked.strict(Vec::new())).map_err(described)?;
    let code = typeable::normalize(&input.code).map_err(|fault| match fault {
        typeable::TypeableFault::Check => unprocessable("a character of the code was mistyped"),
        typeable::TypeableFault::Malformed => {
            unprocessable("a code has 21 letters and digits: 20 and a check character")
        }
    })?;
    let key = input.key.map(EnrolmentKeyInput::read).transpose()?;
    Ok((code_sha256(&code), key))
}

async fn take(app: &App, code: Vec<u8>, key: Option<EnrolmentKey>, request_id: String) -> Result<Enrolled, OauthError> {
    let now = clock::now();
    let (sought, with) = (code.clone(), key.clone());
    // Whatever is wrong with a code costs one read and the same answer; guesses never reach the writer.
    let directory = app.directory();
    let found = app
        .read(move |tx| {
            let code = credentials::find_code(tx, &sought)?.filter(|code| may_trade(code, with.as_ref(), now));
            let Some(code) = code else { return Ok(Some(Err(Refusal::Code))) };
            if code.used_at.is_some() { repeated(tx, &directory, &code, with.as_ref()).map(Some) } else { Ok(None) }
        })
        .await?;
    if let Some(answer) = found {
        return answer.map_err(refused);
    }
    let traded = app
        .change(move |change, memory| {
            let directory = memory.directory_for(change)?;
            trade(change, &directory, &code, key.as_ref(), Some(request_id))
        })
        .await?;
    traded.map_err(refused)
}

fn refused(refusal: Refusal) -> OauthError {
    match refusal {
        Refusal::Code => OauthError::new(OauthCode::InvalidGrant, "the code is unknown, used or expired"),
        Refusal::KeyForSpare => unprocessable("this code is for a printed spare: send it without a key"),
    }
}

fn invalid(description: &'static str) -> OauthError {
    OauthError::new(OauthCode::InvalidRequest, description)
}

fn unprocessable(description: &'static str) -> OauthError {
    OauthError::new(OauthCode::Unprocessable, description)
}

/// A refusal of the body in the form of RFC 6749, with the faults in words.
fn described(problem: Problem) -> OauthError {
    let description = match problem.status() {
        415 => "send the body as application/json, UTF-8".to_owned(),
        400 => "the body can't be read as JSON: one object, no member twice, nested 32 deep at most".to_owned(),
        422 => {
            // The name of a member that nobody knows is the caller's own text, and may be a secret in the wrong place.
            let faults = problem.error_items().iter().filter_map(|item| match &item.place {
                Place::Pointer(_) if item.code == "unknown_member" => Some("There is a member too much.".to_owned()),
                Place::Pointer(pointer) => Some(format!("{pointer}: {}", item.detail.en())),
                _ => None,
            });
            plain(&faults.collect::<Vec<_>>().join(" "))
        }
        _ => return problem.into(),
    };
    OauthError::new(OauthCode::InvalidRequest, description)
}

/// What RFC 6749, section 5.2, lets stand in a description: visible ASCII and blanks, without quotes and backslashes.
fn plain(text: &str) -> String {
    let allowed = |c: char| if matches!(c, ' '..='~') && c != '"' && c != '\\' { c } else { '?' };
    text.chars().map(allowed).take(DESCRIBED).collect()
}

/// A one-time code, good for 72 hours.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EnrolmentCode {
    /// The code: 20 characters and a check character, in groups.
    #[schema(max_length = 64, example = "7KQ4M-2XW9T-0B3ZC-HJ5VN-5")]
    pub code: String,
    /// It is good until then.
    pub expires_at: Time,
}

impl From<IssuedCode> for EnrolmentCode {
    fn from(issued: IssuedCode) -> Self {
        Self { code: issued.code.expose().to_owned(), expires_at: issued.expires_at }
    }
}

/// Why a code is issued.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentCodeInput {
    /// For the audit, such as a lost secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 2000, pattern = r"\S")]
    pub reason: Option<String>,
}

/// The reason and the bytes it came in; no body at all gives none.
fn reason(body: &Body, schemas: &Schemas) -> Result<(Option<String>, web::Bytes), Problem> {
    if body.is_empty() {
        return Ok((None, web::Bytes::new()));
    }
    let checked = body.json::<EnrolmentCodeInput>(schemas)?;
    let raw = checked.raw.clone();
    Ok((checked.strict(Vec::new())?.reason, raw))
}

/// Issue a one-time code for a client
///
/// The client trades it at POST /oauth2/enrol for a new secret, or for the registration of a key, which then takes the place of
/// all it had before; until then that stays good. Codes of the client that were not used are taken back. The answer shows the
/// code once, and not when it is repeated to the same Idempotency-Key. A client can't do this for itself.
#[utoipa::path(
    tag = "directory", operation_id = "issue_enrolment_code",
    params(
        ("id" = String, Path, description = "Its client_id", max_length = 64),
        ("Idempotency-Key" = String, Header, description = "8 to 128 visible characters, the same for every repetition", min_length = 8, max_length = 128),
    ),
    request_body(content = EnrolmentCodeInput, example = json!({"reason": "The secret was lost"})),
    responses((status = 200, description = "The client, with its code", body = Client, headers(("ETag" = String, description = "Its version")))),
)]
#[post("/v1/clients/{id}/enrolment")]
pub async fn issue_enrolment_code(
    caller: Caller<IssueEnrolmentCode>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Body,
    schemas: web::Data<Schemas>,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let id = find(&app, &request).await?.client_id;
    let (reason, raw) = reason(&body, &schemas)?;
    let key = request_key(&caller, format!("POST /v1/clients/{id}/enrolment"), key.required()?, &raw);
    let actor = caller.actor();
    let (answer, issued) = app
        .change(move |change, memory| {
            let mut made = None;
            let answer = once(change, Some(&key), |change| {
                let row = store::find(&mut change.tx, &id)?.ok_or_else(Problem::not_found)?;
                let directory = memory.directory_for(change)?;
                made = Some(Issued::Code(issue(change, &directory, &actor, &row, reason.as_deref())?));
                Ok(Kept::new(200, &Client::from(&row))?.tagged(etag(row.version)))
            })?;
            Ok((answer, made))
        })
        .await?;
    with_issued(answer, issued)
}
