//! What the authorization server says of itself (RFC 8414).

use serde::Serialize;
use utoipa::ToSchema;

use crate::oauth_request::CLIENT_CREDENTIALS;
use crate::token::SIGNING_ALGORITHMS;

/// The ways in which a client may prove who it is, at every endpoint that asks.
const AUTH_METHODS: [&str; 3] = ["client_secret_basic", "client_secret_post", "private_key_jwt"];

/// Metadata of the authorization server (RFC 8414). Only what holds is claimed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuthorizationServer)]
pub struct Metadata {
    /// Who issues the tokens; their `iss` and `aud`.
    #[schema(max_length = 500, example = "https://zvit.localhost")]
    issuer: String,
    /// Where tokens are given.
    #[schema(max_length = 500)]
    token_endpoint: String,
    /// Where the keys are that verify them.
    #[schema(max_length = 500)]
    jwks_uri: String,
    /// Every scope there is.
    #[schema(max_items = 50)]
    scopes_supported: Vec<String>,
    /// None: there is no authorization endpoint and no person logs in.
    #[schema(max_items = 10)]
    response_types_supported: Vec<String>,
    /// `client_credentials`.
    #[schema(max_items = 10)]
    grant_types_supported: Vec<String>,
    /// How clients may prove who they are.
    #[schema(max_items = 10)]
    token_endpoint_auth_methods_supported: Vec<String>,
    /// How the assertions of `private_key_jwt` may be signed; `Ed25519` is RFC 9864's name of `EdDSA` over that curve.
    #[schema(max_items = 10)]
    token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Where tokens are revoked (RFC 7009).
    #[schema(max_length = 500)]
    revocation_endpoint: String,
    /// How clients may prove there who they are.
    #[schema(max_items = 10)]
    revocation_endpoint_auth_methods_supported: Vec<String>,
    /// How assertions may be signed there.
    #[schema(max_items = 10)]
    revocation_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// The documentation for people.
    #[schema(max_length = 500)]
    service_documentation: String,
}

impl Metadata {
    /// The document of the issuer, whose endpoints hang below its own address.
    pub fn new(issuer: &str, scopes: &[&str]) -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let base = issuer.trim_end_matches('/');
        Self {
            issuer: issuer.to_owned(),
            token_endpoint: format!("{base}/oauth2/token"),
            jwks_uri: format!("{base}/.well-known/jwks.json"),
            scopes_supported: words(scopes),
            response_types_supported: Vec::new(),
            grant_types_supported: words(&[CLIENT_CREDENTIALS]),
            token_endpoint_auth_methods_supported: words(&AUTH_METHODS),
            token_endpoint_auth_signing_alg_values_supported: words(&SIGNING_ALGORITHMS),
            revocation_endpoint: format!("{base}/oauth2/revoke"),
            revocation_endpoint_auth_methods_supported: words(&AUTH_METHODS),
            revocation_endpoint_auth_signing_alg_values_supported: words(&SIGNING_ALGORITHMS),
            service_documentation: format!("{base}/docs/"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_claims_only_what_holds() {
        let metadata = serde_json::to_value(Metadata::new("https://zvit.localhost", &["a"])).unwrap();
        assert_eq!(metadata["token_endpoint"], "https://zvit.localhost/oauth2/token");
        assert_eq!(metadata["revocation_endpoint"], "https://zvit.localhost/oauth2/revoke");
        assert_eq!(metadata["response_types_supported"], serde_json::json!([]));
        assert!(metadata.get("authorization_endpoint").is_none());
    }
}
