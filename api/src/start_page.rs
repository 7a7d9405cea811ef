//! The page at `/`: what this is and where to go, for people who come by with a browser. One document for each language, written
//! once at the start, with its style in it and nothing that would be loaded or run.

use std::fmt::{self, Write};

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use zvit_domain::word::{Label, Language, Text};
use zvit_texts::{label, text};

use crate::html::Escaped;
use crate::input::{AcceptLanguage, IfNoneMatch, etag};
use crate::problem::Problem;
use crate::token::LIFETIME_S;

const STYLE: &str = include_str!("start_page/style.css");

/// A letter on a square, so that browsers don't ask for an icon that isn't there.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' \
                    height='32' rx='6' fill='%230b57a4'/%3E%3Cpath d='M8 8h16v3L13 21h11v3H8v-3l11-10H8z' fill='%23ffd84d'/%3E%3C/svg%3E";

/// The document in each language.
#[derive(Debug, Clone)]
pub struct StartPages {
    policy: String,
    pages: Vec<(Language, Page)>,
}

#[derive(Debug, Clone)]
struct Page {
    text: Bytes,
    tag: String,
}

impl StartPages {
    /// Writes the documents. The issuer is the address that clients call; the duty line is named where one was stated.
    pub fn new(issuer: &str, duty_line: Option<&Text>) -> Self {
        let page = |language| {
            let mut text = String::new();
            // Writing to a String can't fail.
            let _ = document(&mut text, Say(language), issuer.trim_end_matches('/'), duty_line);
            let tag = etag(URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes())));
            (language, Page { text: text.into(), tag })
        };
        let hash = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        Self { policy, pages: Language::ALL.map(page).into() }
    }

    fn of(&self, language: Language) -> Option<&Page> {
        self.pages.iter().find(|(own, _)| *own == language).map(|(_, page)| page)
    }
}

/// Serves the page.
pub fn configure(app: &mut ServiceConfig) {
    app.route("/", web::get().to(start_page));
}

/// In the language that the address asks for (`/?lang=uk`), else in the one the browser prefers.
async fn start_page(
    request: HttpRequest,
    pages: web::Data<StartPages>,
    preferred: AcceptLanguage,
    if_none_match: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let language = asked(request.query_string()).unwrap_or(preferred.0);
    let page = pages.of(language).ok_or_else(Problem::not_found)?;
    let is_known = if_none_match.matches(&page.tag);
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((ETAG, page.tag.as_str()))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .insert_header((VARY, "Accept-Language"))
        .insert_header((CONTENT_LANGUAGE, language.code()))
        .insert_header((CONTENT_SECURITY_POLICY, pages.policy.as_str()))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((REFERRER_POLICY, "no-referrer"));
    if is_known {
        return Ok(response.finish());
    }
    Ok(response.insert_header((CONTENT_TYPE, "text/html; charset=utf-8")).body(page.text.clone()))
}

fn asked(query: &str) -> Option<Language> {
    let wanted = query.split('&').find_map(|pair| pair.strip_prefix("lang="))?;
    Language::from_code(wanted)
}

/// The words of the page in one language.
#[derive(Debug, Clone, Copy)]
struct Say(Language);

impl Say {
    fn of(self, label: Label) -> &'static str {
        label.in_language(self.0)
    }

    fn title(self) -> &'static str {
        self.of(label!("start-title"))
    }
}

fn document(page: &mut String, say: Say, issuer: &str, duty_line: Option<&Text>) -> fmt::Result {
    write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Zvit – {}</title>\n\
         <link rel=\"icon\" href=\"{ICON}\">\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">{}</a>\n",
        say.0.code(),
        say.title(),
        say.of(label!("start-skip"))
    )?;
    switch(page, say)?;
    writeln!(page, "<main id=\"main\">\n<h1>{}</h1>", say.title())?;
    writeln!(
        page,
        "<p>{}</p>\n<p class=\"quiet\">{}</p>",
        say.of(label!("start-what-this-is")),
        say.of(label!("start-interface"),)
    )?;
    if let Some(line) = duty_line {
        writeln!(
            page,
            "<p class=\"call\"><strong>{}</strong> <span>{}</span></p>",
            say.of(label!("start-duty-line")),
            Escaped(line.in_language(say.0))
        )?;
    }
    ways(page, say)?;
    steps(page, say, issuer)?;
    page.write_str("</main>\n</body>\n</html>\n")
}

/// The languages, each by its own name.
fn switch(page: &mut String, say: Say) -> fmt::Result {
    let label = say.of(label!("start-language"));
    writeln!(page, "<header>\n<span class=\"name\">Zvit</span>\n<nav aria-label=\"{label}\"><ul>")?;
    for language in Language::ALL {
        let (code, name) = (language.code(), Say(language).of(label!("start-own-name")));
        if language == say.0 {
            writeln!(page, "<li><span aria-current=\"true\">{name}</span></li>")?;
        } else {
            writeln!(page, "<li><a href=\"/?lang={code}\" lang=\"{code}\" hreflang=\"{code}\">{name}</a></li>")?;
        }
    }
    writeln!(page, "</ul></nav>\n</header>")
}

fn ways(page: &mut String, say: Say) -> fmt::Result {
    writeln!(page, "<h2>{}</h2>\n<ul class=\"ways\">", say.of(label!("start-ways")))?;
    for (address, name, said) in [
        ("/docs/", say.of(label!("start-docs")), say.of(label!("start-docs-said"))),
        ("/openapi.json", say.of(label!("start-document")), say.of(label!("start-document-said"))),
        (
            "/.well-known/oauth-authorization-server",
            say.of(label!("start-tokens")),
            say.of(label!("start-tokens-said")),
        ),
        ("/readyz", say.of(label!("start-state")), say.of(label!("start-state-said"))),
    ] {
        writeln!(page, "<li><a href=\"{address}\">{name}</a><p>{said}</p></li>")?;
    }
    writeln!(page, "</ul>")
}

fn steps(page: &mut String, say: Say, issuer: &str) -> fmt::Result {
    let issuer = Escaped(issuer);
    writeln!(page, "<h2>{}</h2>\n<ol>", say.of(label!("start-steps")))?;
    writeln!(page, "<li>{}</li>", say.of(label!("start-credentials"),))?;
    writeln!(
        page,
        "<li>{}<pre>curl -u \"$CLIENT_ID:$CLIENT_SECRET\" -d grant_type=client_credentials \\\n  {issuer}/oauth2/token</pre></li>",
        text!("start-token", minutes = LIFETIME_S / 60).in_language(say.0)
    )?;
    writeln!(
        page,
        "<li>{}<pre>curl {issuer}/v1/incidents \\\n  -H \"Authorization: Bearer $TOKEN\" -H \"Content-Type: application/json\" \\\n  \
         -H \"Idempotency-Key: $(uuidgen)\" -d '{{\"description\": \"{}\"}}'</pre></li>",
        say.of(label!("start-report"),),
        say.of(label!("start-example"))
    )?;
    writeln!(page, "<li>{}</li>", say.of(label!("start-accepted"),))?;
    writeln!(page, "</ol>\n<p>{}</p>", say.of(label!("start-teams"),))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(language: Language, duty_line: Option<&Text>) -> String {
        let pages = StartPages::new("https://zvit.example/", duty_line);
        String::from_utf8(pages.of(language).unwrap().text.to_vec()).unwrap()
    }

    #[test]
    fn the_address_decides_the_language_and_else_the_browser_does() {
        for (query, language) in [
            ("lang=uk", Some(Language::Uk)),
            ("x=1&lang=en", Some(Language::En)),
            ("", None),
            ("lang=", None),
            ("lang=%75k", None),
            ("lang=de", None),
        ] {
            assert_eq!(asked(query), language, "{query}");
        }
    }

    #[test]
    fn the_duty_line_is_named_where_there_is_one_and_can_do_no_harm() {
        let line = Text::new("call <b>1</b>", "телефонуйте <b>1</b>");
        assert!(text(Language::En, Some(&line)).contains("call &lt;b&gt;1&lt;/b&gt;"));
        assert!(text(Language::Uk, Some(&line)).contains("телефонуйте &lt;b&gt;1"));
        assert!(!text(Language::En, None).contains("class=\"call\""));
    }

    #[test]
    fn nothing_is_run_or_loaded_and_no_version_is_told() {
        assert!(!STYLE.contains("url(") && !STYLE.contains("</") && !STYLE.contains("@import"));
        for language in Language::ALL {
            let page = text(language, None);
            for part in ["<script", "src=", " style=", " on", "url("] {
                let part_of_markup =
                    page.split('<').filter(|tag| tag.split('>').next().is_some_and(|t| t.contains(part)));
                assert_eq!(part_of_markup.count(), 0, "{part}");
            }
            assert!(!page.contains(env!("CARGO_PKG_VERSION")));
            assert!(page.contains("https://zvit.example/oauth2/token"));
        }
    }
}
