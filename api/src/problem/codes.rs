//! Every problem the service can answer with: its stable code and its HTTP status. Its title is the text with the key
//! `problem-<code>`.
//!
//! This table is the only place where statuses stand. A new kind of refusal is a new row here.

use zvit_domain::word::{Language, label_of};

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident $code:literal $status:literal,)+) => {
        /// The kind of a problem: `code` never changes once it has been published, titles may be reworded.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$meta])* #[doc = concat!("`", $code, "`")] $name,)+
        }

        impl Code {
            /// Every code, in the order of its status.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable code in snake_case, for machines.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status),+ }
            }

            /// The title: the same for every problem of this kind.
            pub fn title(self, language: Language) -> &'static str {
                let title = match self { $(Self::$name => const { label_of("Problem", $code) }),+ };
                title.in_language(language)
            }
        }
    };
}

codes! {
    MalformedJson "malformed_json" 400,
    BadEncoding "bad_encoding" 400,
    /// What the HTTP layer itself could not read.
    BadRequest "bad_request" 400,
    TokenMissing "token_missing" 401,
    TokenInvalid "token_invalid" 401,
    TokenExpired "token_expired" 401,
    /// The token was revoked, the client disabled, or its credentials renewed after the token had been issued.
    TokenRevoked "token_revoked" 401,
    ScopeLacking "scope_lacking" 403,
    InstitutionOnHold "institution_on_hold" 403,
    /// The scope would do, but not for what was asked, such as reporting for an institution one does not represent.
    Forbidden "forbidden" 403,
    /// The case is the team's, but this part of the incident is not shown to it: not yet, or not for its kind of help.
    DisclosureWithheld "disclosure_withheld" 403,
    NotFound "not_found" 404,
    MethodNotAllowed "method_not_allowed" 405,
    RequestTimeout "request_timeout" 408,
    StageOrder "stage_order" 409,
    StageAlreadySubmitted "stage_already_submitted" 409,
    DuplicateEdrpou "duplicate_edrpou" 409,
    ExternalRefExists "external_ref_exists" 409,
    StateConflict "state_conflict" 409,
    RulesUnsafe "rules_unsafe" 409,
    IdempotencyInProgress "idempotency_in_progress" 409,
    SelfChange "self_change" 409,
    AlreadyExists "already_exists" 409,
    QuotaExceeded "quota_exceeded" 409,
    CursorExpired "cursor_expired" 410,
    PreconditionFailed "precondition_failed" 412,
    PayloadTooLarge "payload_too_large" 413,
    UriTooLong "uri_too_long" 414,
    UnsupportedMediaType "unsupported_media_type" 415,
    RangeNotSatisfiable "range_not_satisfiable" 416,
    ValidationFailed "validation_failed" 422,
    IdempotencyKeyRequired "idempotency_key_required" 422,
    IdempotencyKeyInvalid "idempotency_key_invalid" 422,
    IdempotencyKeyReused "idempotency_key_reused" 422,
    DigestMismatch "digest_mismatch" 422,
    PreconditionRequired "precondition_required" 428,
    RateLimited "rate_limited" 429,
    HeadersTooLarge "headers_too_large" 431,
    Internal "internal" 500,
    Unavailable "unavailable" 503,
    Overloaded "overloaded" 503,
    AttachmentsUnavailable "attachments_unavailable" 503,
    StoreUnavailable "store_unavailable" 503,
}

impl Code {
    /// The code that stands for a status which the HTTP layer chose by itself.
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            401 => Self::TokenInvalid,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            405 => Self::MethodNotAllowed,
            408 => Self::RequestTimeout,
            413 => Self::PayloadTooLarge,
            414 => Self::UriTooLong,
            415 => Self::UnsupportedMediaType,
            416 => Self::RangeNotSatisfiable,
            422 => Self::ValidationFailed,
            429 => Self::RateLimited,
            431 => Self::HeadersTooLarge,
            503 => Self::Unavailable,
            400..=499 => Self::BadRequest,
            _ => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_snake_case_and_titled_in_both_languages() {
        let codes: BTreeSet<_> = Code::ALL.iter().map(|code| code.code()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.code().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{code:?}");
            assert!((400..600).contains(&code.status()), "{code:?}");
            assert!(code.title(Language::En).is_ascii() && !code.title(Language::Uk).is_ascii(), "{code:?}");
        }
    }
}
