//! What a request that no handler takes is answered: 405 where its path exists with other methods, else 404. (The framework's
//! own answer to a wrong method is 404.)

use std::collections::BTreeMap;

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use super::sides::is_method;
use crate::problem::Problem;

/// Paths that are served without being operations of the document.
const OUTSIDE_THE_DOCUMENT: [(&str, &str); 5] =
    [("/", "GET"), ("/openapi.json", "GET"), ("/docs", "GET"), ("/docs/", "GET"), ("/docs/{file}", "GET")];

/// The methods of every path.
#[derive(Clone, Debug, Default)]
pub struct RouteTable(Vec<Route>);

#[derive(Clone, Debug)]
struct Route {
    /// Literal segments; a parameter is `None`.
    segments: Vec<Option<String>>,
    methods: Vec<String>,
}

/// The route table of a document.
pub fn routes_of(document: &Value) -> RouteTable {
    let mut methods: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let names = item.as_object().into_iter().flatten().map(|(name, _)| name).filter(|name| is_method(name));
        methods.entry(path).or_default().extend(names.map(|name| name.to_ascii_uppercase()));
    }
    for (path, method) in OUTSIDE_THE_DOCUMENT {
        let known = methods.entry(path).or_default();
        if !known.iter().any(|name| name == method) {
            known.push(method.to_owned());
        }
    }
    let segment = |text: &str| if text.starts_with('{') { None } else { Some(text.to_owned()) };
    let route =
        |(path, methods): (&str, Vec<String>)| Route { segments: path.split('/').map(segment).collect(), methods };
    RouteTable(methods.into_iter().map(route).collect())
}

impl RouteTable {
    /// The refusal for a request that reached no handler.
    pub fn answer(&self, method: &Method, path: &str) -> Problem {
        let segments: Vec<&str> = path.split('/').collect();
        let matching = self.0.iter().filter(|route| route.matches(&segments));
        // `/v1/incidents/feed` is the feed and not the incident of that name.
        let closest = matching.max_by_key(|route| route.segments.iter().filter(|segment| segment.is_some()).count());
        match closest {
            Some(route) if !route.methods.iter().any(|name| name == method.as_str()) => {
                let mut methods: Vec<&str> = route.methods.iter().map(String::as_str).collect();
                methods.sort_unstable();
                Problem::method_not_allowed(&methods)
            }
            _ => Problem::not_found(),
        }
    }
}

impl Route {
    fn matches(&self, segments: &[&str]) -> bool {
        let fits = |(own, given): (&Option<String>, &&str)| own.as_ref().map_or(!given.is_empty(), |own| own == given);
        self.segments.len() == segments.len() && self.segments.iter().zip(segments).all(fits)
    }
}

/// The default service of the application (`.default_service(web::to(contract::unmatched))`), which finds the table in the
/// application's data.
///
/// # Errors
/// Always: 405 or 404.
pub async fn unmatched(request: HttpRequest, routes: web::Data<RouteTable>) -> Result<HttpResponse, Problem> {
    Err(routes.answer(request.method(), request.path()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Code;
    use serde_json::json;

    #[test]
    fn a_known_path_is_405_and_an_unknown_one_404() {
        let document = json!({"paths": {
            "/v1/incidents": {"get": {}, "post": {}, "parameters": []},
            "/v1/incidents/{id}": {"get": {}},
            "/v1/incidents/feed": {"get": {}},
            "/v1/incidents/batch": {"post": {}},
            "/v1/incidents/{id}/withdraw": {"post": {}}
        }});
        let routes = routes_of(&document);
        let answer = |method: &Method, path: &str| {
            let problem = routes.answer(method, path);
            (problem.code() == Code::MethodNotAllowed)
                .then(|| problem.body(zvit_domain::word::Language::En, None, None).to_string())
        };
        for (method, path, allowed) in [
            (Method::PUT, "/v1/incidents", "GET, POST"),
            (Method::PUT, "/v1/incidents/batch", "POST"),
            (Method::DELETE, "/v1/incidents/feed", "GET"),
            (Method::POST, "/v1/incidents/x", "GET"),
            (Method::GET, "/v1/incidents/x/withdraw", "POST"),
            (Method::POST, "/openapi.json", "GET"),
            (Method::POST, "/", "GET"),
        ] {
            assert!(answer(&method, path).is_some_and(|body| body.contains(&format!("{allowed}."))), "{method} {path}");
        }
        for path in
            ["/", "/v1", "/v1/incidents/", "/v1/incidents//withdraw", "/v1/incidents/x/y", "/v1/incidents/x/withdraw/z"]
        {
            assert!(answer(&Method::GET, path).is_none(), "{path}");
        }
    }
}
