//! The API's documentation for people: Swagger UI, built into the program, at `/docs/`, and the document it shows at
//! `/openapi.json`. Nothing is loaded from anywhere else.

use std::sync::Arc;

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpResponse, HttpResponseBuilder};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use utoipa_swagger_ui::Config;

use crate::input::{IfNoneMatch, etag};
use crate::problem::Problem;

/// Scripts come from here only and none stand in the page. Swagger UI sets styles on its elements and has its icons as `data:`
/// images; it talks to this service and to no other.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const INDEX: &str = include_str!("docs_ui/index.html");

/// The files that are ours, with their media type.
const OWN_FILES: [(&str, &str, &str); 2] = [
    ("swagger-initializer.js", "text/javascript; charset=utf-8", include_str!("docs_ui/swagger-initializer.js")),
    ("page.css", "text/css; charset=utf-8", include_str!("docs_ui/page.css")),
];

/// The files of Swagger UI that the page uses.
const FILES: [&str; 5] =
    ["swagger-ui.css", "index.css", "swagger-ui-bundle.js", "favicon-16x16.png", "favicon-32x32.png"];

/// The document with the tag of its version.
#[derive(Clone, Debug)]
struct Document {
    text: Bytes,
    tag: String,
}

/// Serves the document and its page; `text` is the document as JSON.
pub fn configure(app: &mut ServiceConfig, text: Bytes) {
    let tag = etag(URL_SAFE_NO_PAD.encode(digest(&SHA256, &text)));
    // One route per resource: then a wrong method falls through to the default service, which knows what is allowed.
    app.app_data(web::Data::new(Document { text, tag }))
        .route("/openapi.json", web::get().to(document))
        .route("/docs", web::get().to(to_page))
        .route("/docs/", web::get().to(page))
        .route("/docs/{file}", web::get().to(file));
}

async fn document(document: web::Data<Document>, if_none_match: IfNoneMatch) -> HttpResponse {
    let mut response =
        if if_none_match.matches(&document.tag) { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((ETAG, document.tag.as_str())).insert_header((CACHE_CONTROL, "no-cache"));
    response.insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if if_none_match.matches(&document.tag) {
        return response.finish();
    }
    response.insert_header((CONTENT_TYPE, "application/json")).body(document.text.clone())
}

async fn to_page() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((LOCATION, "/docs/")).finish()
}

async fn page() -> HttpResponse {
    safe("text/html; charset=utf-8").body(INDEX)
}

async fn file(name: web::Path<String>) -> Result<HttpResponse, Problem> {
    if let Some((_, media_type, text)) = OWN_FILES.iter().find(|(own, _, _)| *own == name.as_str()) {
        return Ok(safe(media_type).body(*text));
    }
    if !FILES.contains(&name.as_str()) {
        return Err(Problem::not_found());
    }
    let file = utoipa_swagger_ui::serve(&name, Arc::new(Config::default())).map_err(Problem::internal)?;
    let file = file.ok_or_else(Problem::not_found)?;
    Ok(safe(&file.content_type).body(file.bytes.into_owned()))
}

fn safe(media_type: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, media_type)).insert_header((CONTENT_SECURITY_POLICY, POLICY));
    response.insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff")).insert_header((REFERRER_POLICY, "no-referrer"));
    response.insert_header((CACHE_CONTROL, "no-cache"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App, dev::ServiceResponse};
    use serde_json::json;

    use crate::{contract, problem};

    async fn answer(request: TestRequest) -> ServiceResponse<impl actix_web::body::MessageBody> {
        let table = contract::routes_of(&json!({}));
        let app = App::new()
            .app_data(web::Data::new(table))
            .configure(|app| configure(app, Bytes::from_static(b"{\"openapi\":\"3.1.0\"}")))
            .default_service(web::to(contract::unmatched))
            .wrap(from_fn(problem::edge));
        call_service(&init_service(app).await, request.to_request()).await
    }

    #[actix_web::test]
    async fn the_page_and_everything_it_loads_is_served_from_here() {
        let page = answer(TestRequest::get().uri("/docs/")).await;
        assert!(page.headers().get(CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap().contains("script-src 'self';"));
        let page = String::from_utf8(read_body(page).await.to_vec()).unwrap();
        let links: Vec<&str> =
            page.split(['"']).filter(|part| [".js", ".css", ".png"].iter().any(|end| part.ends_with(end))).collect();
        assert_eq!(links.len(), 6);
        for link in links {
            let file = answer(TestRequest::get().uri(&format!("/docs/{link}"))).await;
            assert_eq!(file.status(), 200, "{link}");
            let kind = file.headers().get(CONTENT_TYPE).unwrap().to_str().unwrap().to_owned();
            assert!(
                ["text/javascript", "text/css", "image/png"].iter().any(|known| kind.starts_with(known)),
                "{link}: {kind}"
            );
            assert!(read_body(file).await.len() > 100, "{link}");
        }
        // `<script>` without `src` would be stopped by the policy; an address with a host would not be of here.
        assert!(!page.contains("<script>") && !page.contains("//"));
    }

    #[actix_web::test]
    async fn the_document_is_served_with_its_tag() {
        let first = answer(TestRequest::get().uri("/openapi.json")).await;
        let tag = first.headers().get(ETAG).unwrap().clone();
        assert_eq!(read_body(first).await, "{\"openapi\":\"3.1.0\"}");
        let again = answer(TestRequest::get().uri("/openapi.json").insert_header(("If-None-Match", tag))).await;
        assert_eq!(again.status(), 304);
    }

    #[actix_web::test]
    async fn other_files_and_methods_are_refused_as_everywhere() {
        let redirect = answer(TestRequest::get().uri("/docs")).await;
        assert_eq!(
            (redirect.status().as_u16(), redirect.headers().get(LOCATION).unwrap().to_str().unwrap()),
            (308, "/docs/")
        );
        for (request, status) in [
            (TestRequest::get().uri("/docs/nothing.js"), 404),
            (TestRequest::get().uri("/docs/..%2Fsecret"), 404),
            (TestRequest::post().uri("/docs/"), 405),
            (TestRequest::put().uri("/openapi.json"), 405),
        ] {
            let refused = answer(request).await;
            assert_eq!(refused.status(), status);
            assert_eq!(refused.headers().get(CONTENT_TYPE).unwrap(), problem::MEDIA_TYPE);
        }
    }
}
