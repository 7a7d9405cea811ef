//! The wrap that speaks for all within it: request ids, and errors of every origin as problem documents.

use std::future::{Ready, ready};

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::{InternalError, PathError};
use actix_web::http::header::{
    CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, STRICT_TRANSPORT_SECURITY, VARY,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use uuid::Uuid;
use zvit_domain::word::{Language, Text};

use super::{Code, OauthError, Problem, language};
use crate::limits::capacity::{is_oauth, routed_path};

/// The header that carries the request id, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How a report can be made when the API refuses it: the duty line in both languages. As `web::Data` of the application it
/// is added to every problem that intake answers with.
#[derive(Clone, Debug)]
pub struct DutyLine(pub Text);

/// The id of the request at hand: the caller's own if it is short and plain, else a new UUIDv7.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

impl RequestId {
    fn of(request: &ServiceRequest) -> Self {
        let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
        Self(given.filter(|id| is_plain(id)).map_or_else(|| Uuid::now_v7().to_string(), str::to_owned))
    }
}

/// `^[A-Za-z0-9._-]{1,64}$`: what can stand in a log line as it is.
fn is_plain(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

impl FromRequest for RequestId {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(request.extensions().get::<Self>().cloned().unwrap_or_else(|| Self(Uuid::now_v7().to_string()))))
    }
}

/// Where answers hold words in the caller's language: the warnings of incidents, and refusals of single items.
const IN_LANGUAGE: [&str; 3] = ["/v1/incidents", "/v1/assignments", "/v1/triage-proposals"];

/// What of the request is needed to answer it with a problem. (The request itself can't be kept while it is being routed.)
struct Asked {
    id: RequestId,
    language: Language,
    path: String,
    is_intake: bool,
    is_oauth: bool,
    is_https: bool,
    duty_line: Option<Text>,
    in_language: bool,
}

impl Asked {
    fn of(request: &ServiceRequest) -> Self {
        let (path, routed) = (request.path().to_owned(), routed_path(request.request()));
        let is_intake =
            request.method() == Method::POST && (routed == "/v1/incidents" || routed.starts_with("/v1/incidents/"));
        let is_oauth = is_oauth(routed);
        let duty_line = request.app_data::<web::Data<DutyLine>>().map(|line| line.0.clone());
        Self {
            id: RequestId::of(request),
            language: language::preferred(request.headers()),
            path,
            is_intake,
            is_oauth,
            is_https: request.app_config().secure(),
            duty_line,
            in_language: IN_LANGUAGE.iter().any(|start| routed.starts_with(start)),
        }
    }

    fn render(&self, problem: &Problem) -> HttpResponse {
        if let Some(cause) = &problem.0.cause {
            // The path is the caller's word; the line about the request has its route.
            log::error!("request {}: {}: {cause}", self.id.0, problem.code().code());
        }
        if self.is_oauth && !matches!(problem.code(), Code::NotFound | Code::MethodNotAllowed) {
            return OauthError::from(problem.clone()).error_response();
        }
        let needs_support = self.is_intake || problem.code() == Code::InstitutionOnHold;
        let problem = match &self.duty_line {
            Some(line) if needs_support => problem.clone().text("support", line.clone()),
            _ => problem.clone(),
        };
        let body = problem.body(self.language, Some(&self.path), Some(&self.id.0));
        problem.response(&body, self.language)
    }

    /// The inner cause of a refusal that is not rendered here.
    fn log_oauth(&self, error: Option<&Error>) {
        if let Some(cause) = error.and_then(|error| error.as_error::<OauthError>()).and_then(OauthError::cause) {
            log::error!("request {}: {cause}", self.id.0);
        }
    }

    /// Says which language an answer is in and that it depends on what was asked for. A kept answer is in that of its first caller.
    fn tell_language(&self, response: &mut HttpResponse<impl MessageBody>) {
        let headers = response.headers_mut();
        if !self.in_language || headers.get(CONTENT_TYPE).is_none_or(|kind| kind != "application/json") {
            return;
        }
        headers.insert(VARY, HeaderValue::from_static("Accept-Language"));
        if !headers.contains_key("idempotency-replayed") {
            headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(self.language.code()));
        }
    }

    fn sign(&self, response: &mut HttpResponse<impl MessageBody>) {
        if let Ok(id) = HeaderValue::try_from(self.id.0.as_str()) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        if self.is_https {
            // RFC 6797, section 7.2: on HTTPS only. Elsewhere it is the proxy's to say.
            let year = HeaderValue::from_static("max-age=31536000");
            response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, year);
        }
    }
}

/// The wrap around all that can refuse (`.wrap(from_fn(problem::edge))`): gives every request an id, renders every
/// [`Problem`] in the caller's language, and turns what the framework itself refuses into problems. Answers of `/oauth2/*` in
/// the form of RFC 6749 pass unchanged.
///
/// # Errors
/// An error of an inner wrap comes out as one that carries the finished answer.
pub async fn edge<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let asked = Asked::of(&request);
    request.extensions_mut().insert(asked.id.clone());
    let response = match next.call(request).await {
        Ok(response) => response,
        Err(error) => return Err(answer_to_error(&asked, error)),
    };
    asked.log_oauth(response.response().error());
    let Some(problem) = problem_of(response.response()) else {
        let mut response = response.map_into_left_body();
        asked.tell_language(response.response_mut());
        asked.sign(response.response_mut());
        return Ok(response);
    };
    let mut rendered = asked.render(&problem);
    keep_headers(response.response(), &mut rendered);
    asked.sign(&mut rendered);
    Ok(response.into_response(rendered.map_into_boxed_body()).map_into_right_body())
}

/// Headers that inner wraps have set (rate limits, say) stay, unless the problem says otherwise.
fn keep_headers<B>(old: &HttpResponse<B>, new: &mut HttpResponse<BoxBody>) {
    for (name, value) in old.headers() {
        if name != CONTENT_TYPE && name != CONTENT_LENGTH && !new.headers().contains_key(name) {
            new.headers_mut().append(name.clone(), value.clone());
        }
    }
}

fn answer_to_error(asked: &Asked, error: Error) -> Error {
    if error.as_error::<OauthError>().is_some() {
        asked.log_oauth(Some(&error));
        let mut response = error.error_response();
        asked.sign(&mut response);
        return InternalError::from_response(error, response).into();
    }
    let problem = of_error(&error).unwrap_or_else(|| Problem::internal(&error));
    let mut response = asked.render(&problem);
    asked.sign(&mut response);
    InternalError::from_response(problem, response).into()
}

/// The problem that a finished answer stands for, if it does.
fn problem_of<B>(response: &HttpResponse<B>) -> Option<Problem> {
    let status = response.status();
    if let Some(error) = response.error() {
        return of_error(error);
    }
    // Without an error and without a JSON body it is an answer of the framework, such as its own 404.
    let is_json =
        response.headers().get(CONTENT_TYPE).and_then(|t| t.to_str().ok()).is_some_and(|t| t.contains("json"));
    ((status.is_client_error() || status.is_server_error()) && !is_json).then(|| of_status(status))
}

fn of_error(error: &Error) -> Option<Problem> {
    if error.as_error::<OauthError>().is_some() {
        return None;
    }
    if let Some(problem) = error.as_error::<Problem>() {
        return Some(problem.clone());
    }
    if error.as_error::<PathError>().is_some() {
        return Some(Problem::not_found());
    }
    let status = error.as_response_error().status_code();
    Some(if status.is_client_error() { of_status(status) } else { Problem::internal(error) })
}

fn of_status(status: StatusCode) -> Problem {
    match Code::of_status(status.as_u16()) {
        Code::NotFound => Problem::not_found(),
        Code::Internal => Problem::internal(format_args!("the framework answered {status}")),
        code => Problem::new(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::middleware::from_fn;
    use actix_web::{App, test};
    use serde_json::Value;

    async fn refused() -> Result<HttpResponse, Problem> {
        Err(Problem::method_not_allowed(&["GET"]).text("support", Text::new("call", "дзвоніть")))
    }

    async fn broken() -> Result<HttpResponse, Problem> {
        Err(Problem::internal("secret: table foo"))
    }

    async fn json(_: web::Json<Value>) -> HttpResponse {
        HttpResponse::Ok().finish()
    }

    async fn inner_wrap(
        request: ServiceRequest,
        next: Next<impl MessageBody>,
    ) -> Result<ServiceResponse<impl MessageBody>, Error> {
        if request.path() == "/inner" {
            return Err(Problem::overloaded(3).into());
        }
        let mut response = next.call(request).await?;
        response.headers_mut().insert(HeaderName::from_static("ratelimit"), HeaderValue::from_static("kept"));
        Ok(response)
    }

    async fn answer(request: test::TestRequest) -> (u16, Vec<(String, String)>, Value) {
        let app = App::new()
            .app_data(web::Data::new(DutyLine(Text::new("duty line", "чергова лінія"))))
            .route("/refused", web::get().to(refused))
            .route("/broken", web::get().to(broken))
            .route("/oauth2/token", web::get().to(broken))
            .route("/fine", web::get().to(HttpResponse::Ok))
            .route("/v1/incidents", web::post().to(json))
            .route(
                "/number/{n}",
                web::get().to(|n: web::Path<u8>| async move { HttpResponse::Ok().body(n.to_string()) }),
            )
            .wrap(from_fn(inner_wrap))
            .wrap(from_fn(edge));
        let app = test::init_service(app).await;
        let response = match test::try_call_service(&app, request.to_request()).await {
            Ok(response) => response.into_parts().1.map_into_boxed_body(),
            Err(error) => error.error_response(),
        };
        let headers = response.headers().iter().map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned())).collect();
        let status = response.status().as_u16();
        let body = actix_web::body::to_bytes(response.into_body()).await.ok().unwrap();
        (status, headers, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    fn has(headers: &[(String, String)], name: &str, value: &str) -> bool {
        headers.iter().any(|(n, v)| n == name && v == value)
    }

    #[actix_web::test]
    async fn a_problem_is_rendered_in_the_callers_language_with_its_headers() {
        let request = test::TestRequest::get().uri("/refused?x=1");
        let (status, headers, body) =
            answer(request.insert_header(("Accept-Language", "uk")).insert_header(("X-Request-Id", "a.b-1"))).await;
        assert_eq!(status, 405);
        assert!(
            has(&headers, "content-type", MEDIA)
                && has(&headers, "allow", "GET")
                && has(&headers, "x-request-id", "a.b-1")
        );
        assert!(has(&headers, "ratelimit", "kept") && has(&headers, "content-language", "uk"));
        assert_eq!(body["instance"], "/refused");
        assert_eq!(body["request_id"], "a.b-1");
        assert_eq!(body["title"], "Цей метод тут не дозволено");
        assert_eq!(body["support"], "дзвоніть");
    }

    const MEDIA: &str = "application/problem+json";

    #[actix_web::test]
    async fn internal_text_never_leaves() {
        let (status, _, body) = answer(test::TestRequest::get().uri("/broken")).await;
        assert_eq!((status, &body["code"]), (500, &Value::from("internal")));
        assert!(!body.to_string().contains("secret"));
    }

    #[actix_web::test]
    async fn errors_of_the_framework_and_of_inner_wraps_are_problems_too() {
        for (uri, expected, code) in
            [("/nowhere", 404, "not_found"), ("/number/x", 404, "not_found"), ("/inner", 503, "overloaded")]
        {
            let (status, headers, body) = answer(test::TestRequest::get().uri(uri)).await;
            assert_eq!((status, body["code"].as_str()), (expected, Some(code)), "{uri}");
            assert!(
                has(&headers, "content-type", MEDIA)
                    && headers.iter().any(|(n, v)| n == "x-request-id" && v.len() == 36),
                "{uri}"
            );
        }
        let (status, _, body) =
            answer(test::TestRequest::post().uri("/v1/incidents").insert_header(("Content-Type", "application/json")))
                .await;
        assert_eq!((status, &body["code"]), (400, &Value::from("bad_request")));
        assert_eq!(body["support"], "duty line");
    }

    #[actix_web::test]
    async fn the_token_endpoint_speaks_rfc_6749_whatever_fails() {
        let (status, headers, body) = answer(test::TestRequest::get().uri("/oauth2/token")).await;
        assert_eq!((status, &body["error"]), (500, &Value::from("server_error")));
        assert!(has(&headers, "cache-control", "no-store") && !body.to_string().contains("secret"));
        let (status, _, body) = answer(test::TestRequest::get().uri("/%6fauth2/token")).await;
        assert_eq!((status, &body["error"]), (500, &Value::from("server_error")));
        let (status, _, body) = answer(test::TestRequest::get().uri("/oauth2/nothing")).await;
        assert_eq!((status, &body["code"]), (404, &Value::from("not_found")));
    }

    #[actix_web::test]
    async fn an_answer_that_is_fine_only_gets_an_id() {
        let (status, headers, body) =
            answer(test::TestRequest::get().uri("/fine").insert_header(("X-Request-Id", "no blanks"))).await;
        assert_eq!((status, body), (200, Value::Null));
        assert!(!has(&headers, "x-request-id", "no blanks"));
    }
}
