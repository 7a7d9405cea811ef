//! What the document says about itself: the introduction, servers, tags, security schemes.

use serde_json::{Value, json};

use crate::permission::SCOPES;

const INTRODUCTION: &str = r#"Zvit (звіт, "report") takes reports of cyber incidents from Ukrainian institutions, triages them by sector and severity, routes each to a partner response team, and lets that team's tools poll for it.

## From nothing to the first report

1. **Get credentials.** The coordinator creates a client and hands over `client_id` and `client_secret`. The secret is shown once. Better still, register a public key (`POST /v1/clients/{id}/keys`) and sign for your tokens (`private_key_jwt`): then no secret is ever sent.
2. **Get a token.** It lives ten minutes; ask again when it has expired.

   ```sh
   TOKEN=$(curl -s -u "$CLIENT_ID:$CLIENT_SECRET" -d grant_type=client_credentials \
     http://127.0.0.1:8080/oauth2/token | jq -r .access_token)
   ```
3. **Report.** Only `description` is mandatory: what is left out becomes a named assumption and can follow later.

   ```sh
   curl -s http://127.0.0.1:8080/v1/incidents \
     -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \
     -H "Idempotency-Key: $(uuidgen)" \
     -d '{"description": "The civil-status register has been unreachable since 04:10; files are encrypted."}'
   ```
4. **Follow it.** The answer names the incident, its level, the team and the deadlines; `GET /v1/incidents/{id}` shows where it stands.

A response team polls `GET /v1/cases?wait=30`, keeps `next_cursor`, and acknowledges what it is given.

## What holds everywhere

- JSON in UTF-8. Times are RFC 3339: any offset comes in, UTC goes out. Optional members are absent, never null.
- Requests are read strictly: an unknown member is refused. Answers may gain members and words at any time, so clients ignore what they don't know.
- Every refusal is a problem document (RFC 9457) with a stable `code`; all faults of a request are listed at once under `errors`. Titles and details come in Ukrainian where `Accept-Language` prefers it, else in English.
- What belongs to somebody else is answered like what does not exist: 404.
- `Idempotency-Key` makes a retry safe: the same key with the same body gets the first answer again.
- `X-Request-Id` is taken from the request or made up, and returned; name it when asking for help.
- Requests are limited by client, and by address where nobody has proved who it is. `RateLimit-Policy` says to how many, `RateLimit` what remains of them.
- 429 and 503 say in `Retry-After` when to try again."#;

/// Tags in the order in which they are shown, with the paths they stand for: the longest beginning counts.
const TAGS: [(&str, &str, &[&str]); 10] = [
    (
        "incidents",
        "Reporting incidents and following them: for institutions and the coordinator.",
        &["/v1/incidents", "/v1/attachments"],
    ),
    ("cases", "The work of response teams: a feed to poll, and what a team says about each case.", &["/v1/cases"]),
    (
        "triage",
        "The coordinator's hand on triage and assignments.",
        &[
            "/v1/incidents/{id}/triage",
            "/v1/incidents/{id}/assignments",
            "/v1/incidents/{id}/close",
            "/v1/assignments",
            "/v1/incidents/{id}/triage-proposals",
            "/v1/triage-proposals",
        ],
    ),
    ("routing", "The rules by which incidents find their teams.", &["/v1/routing"]),
    (
        "directory",
        "Participants, institutions, teams and clients.",
        &["/v1/participants", "/v1/institutions", "/v1/teams", "/v1/clients"],
    ),
    ("statistics", "Figures for observers and donors.", &["/v1/statistics"]),
    ("audit", "Who changed what, and when.", &["/v1/audit"]),
    ("client", "What a client can learn about itself and about the words in use.", &["/v1/me", "/v1/vocabularies"]),
    ("tokens", "Access tokens (OAuth 2.0) and the keys that verify them.", &["/oauth2", "/.well-known"]),
    ("service", "Whether the service is well, and this document.", &["/"]),
];

/// The tag of a path.
pub(super) fn tag_of(path: &str) -> &'static str {
    let length = |beginnings: &[&str]| {
        beginnings.iter().filter(|start| path.starts_with(**start)).map(|start| start.len()).max()
    };
    let best = TAGS.iter().filter_map(|(tag, _, beginnings)| length(beginnings).map(|length| (length, *tag))).max();
    best.map_or("service", |(_, tag)| tag)
}

/// `info`.
pub(super) fn info() -> Value {
    json!({
        "title": "Zvit",
        "summary": "Incident reports in, response teams out.",
        "description": INTRODUCTION,
        "contact": { "name": "The Zvit project", "url": "https://zvit.example", "email": "integrators@zvit.example" },
        "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        "version": env!("CARGO_PKG_VERSION"),
    })
}

/// `servers`.
pub(super) fn servers() -> Value {
    json!([
        { "url": "https://zvit.example", "description": "Production: put in the host of your deployment.", "x-internal": false },
        { "url": "https://127.0.0.1:8080", "description": "Local: a service on your own machine, as `zvit demo` starts it.", "x-internal": true },
        { "url": "/", "description": "Local or production: the service that this document was fetched from.", "x-internal": false },
    ])
}

/// `tags`, those that are in use.
pub(super) fn tags(is_used: impl Fn(&str) -> bool) -> Value {
    TAGS.iter()
        .filter(|(name, _, _)| is_used(name))
        .map(|(name, said, _)| json!({ "name": name, "description": said }))
        .collect()
}

/// `components.securitySchemes`.
pub(super) fn security_schemes() -> Value {
    let scopes: serde_json::Map<String, Value> =
        SCOPES.iter().map(|(name, said)| ((*name).to_owned(), json!(said))).collect();
    json!({
        "bearerAuth": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "An access token of `POST /oauth2/token`, sent as `Authorization: Bearer <token>`. A JWT as RFC 9068 has it, made and judged as RFC8725 asks.",
        },
        "oauth2": {
            "type": "oauth2",
            "description": "The same token (a JWT, by RFC8725), fetched with the client's id and secret. Ask for no scope to get every scope that the client holds.",
            "flows": { "clientCredentials": { "tokenUrl": "/oauth2/token", "scopes": scopes } },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_the_tag_of_its_longest_beginning() {
        for (path, tag) in [
            ("/v1/incidents/{id}", "incidents"),
            ("/v1/incidents/{id}/triage", "triage"),
            ("/v1/incidents/feed", "incidents"),
            ("/v1/routing-rules/versions", "routing"),
            ("/v1/routing/simulate", "routing"),
            ("/v1/teams/{id}/availability", "directory"),
            ("/v1/audit-events", "audit"),
            ("/.well-known/jwks.json", "tokens"),
            ("/healthz", "service"),
        ] {
            assert_eq!(tag_of(path), tag, "{path}");
        }
    }
}
