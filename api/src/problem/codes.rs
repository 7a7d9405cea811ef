//! Every problem the service can answer with: its stable code, its HTTP status and its title in both languages.
//!
//! This table is the only place where statuses stand. A new kind of refusal is a new row here.

use zvit_domain::word::Language;

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident $code:literal $status:literal $en:literal $uk:literal,)+) => {
        /// The kind of a problem: `code` never changes once it has been published, titles may be reworded.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$meta])* #[doc = $en] $name,)+
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
                match (self, language) {
                    $((Self::$name, Language::En) => $en, (Self::$name, Language::Uk) => $uk,)+
                }
            }
        }
    };
}

codes! {
    MalformedJson "malformed_json" 400 "The body can't be read as JSON" "Тіло запиту не вдається прочитати як JSON",
    BadEncoding "bad_encoding" 400 "The body is not UTF-8" "Тіло запиту не в кодуванні UTF-8",
    /// What the HTTP layer itself could not read.
    BadRequest "bad_request" 400 "The request can't be understood" "Запит не вдалося зрозуміти",
    TokenMissing "token_missing" 401 "An access token is needed" "Потрібен токен доступу",
    TokenInvalid "token_invalid" 401 "The access token is not valid" "Токен доступу недійсний",
    TokenExpired "token_expired" 401 "The access token has expired" "Строк дії токена доступу минув",
    /// The token was revoked, the client disabled, or its credentials renewed after the token had been issued.
    TokenRevoked "token_revoked" 401 "The access token has been revoked" "Токен доступу відкликано",
    ScopeLacking "scope_lacking" 403 "The access token lacks the scope for this" "Токен доступу не має потрібного дозволу",
    InstitutionOnHold "institution_on_hold" 403 "Access of the institution is on hold" "Доступ установи призупинено",
    /// The scope would do, but not for what was asked, such as reporting for an institution one does not represent.
    Forbidden "forbidden" 403 "This client may not do that" "Цьому клієнтові це не дозволено",
    /// The case is the team's, but this part of the incident is not shown to it: not yet, or not for its kind of help.
    DisclosureWithheld "disclosure_withheld" 403 "This part of the incident is not disclosed to the team" "Цю частину інциденту команді не розкрито",
    NotFound "not_found" 404 "Not found" "Не знайдено",
    MethodNotAllowed "method_not_allowed" 405 "The method is not allowed here" "Цей метод тут не дозволено",
    RequestTimeout "request_timeout" 408 "The request arrived too slowly" "Запит надходив надто повільно",
    StageOrder "stage_order" 409 "The stage precedes one already submitted" "Цей етап передує вже поданому",
    StageAlreadySubmitted "stage_already_submitted" 409 "The stage has already been submitted" "Цей етап уже подано",
    DuplicateEdrpou "duplicate_edrpou" 409 "The EDRPOU code is already registered" "Цей код ЄДРПОУ вже зареєстровано",
    ExternalRefExists "external_ref_exists" 409 "The external reference is already in use" "Цей зовнішній номер уже використано",
    StateConflict "state_conflict" 409 "The present state does not allow this" "Поточний стан цього не дозволяє",
    RulesUnsafe "rules_unsafe" 409 "Too many incidents would be left to the default team" "Забагато інцидентів потрапило б до резервної команди",
    IdempotencyInProgress "idempotency_in_progress" 409 "The first request with this key is still being handled" "Перший запит із цим ключем ще обробляється",
    SelfChange "self_change" 409 "A client may not disable or renew itself" "Клієнт не може вимкнути сам себе чи оновити власні облікові дані",
    AlreadyExists "already_exists" 409 "It already exists" "Такий запис уже існує",
    QuotaExceeded "quota_exceeded" 409 "The quota for attachments is used up" "Квоту на вкладення вичерпано",
    CursorExpired "cursor_expired" 410 "The cursor belongs to another store" "Курсор належить іншому сховищу",
    PreconditionFailed "precondition_failed" 412 "The resource has changed meanwhile" "Ресурс тим часом змінився",
    PayloadTooLarge "payload_too_large" 413 "The body is too large" "Тіло запиту завелике",
    UriTooLong "uri_too_long" 414 "The address is too long" "Адреса запиту задовга",
    UnsupportedMediaType "unsupported_media_type" 415 "The media type is not accepted" "Цей тип вмісту не приймається",
    ValidationFailed "validation_failed" 422 "The request has faults" "Запит містить помилки",
    IdempotencyKeyRequired "idempotency_key_required" 422 "The header Idempotency-Key is needed" "Потрібен заголовок Idempotency-Key",
    IdempotencyKeyInvalid "idempotency_key_invalid" 422 "The header Idempotency-Key is malformed" "Заголовок Idempotency-Key має неправильний формат",
    IdempotencyKeyReused "idempotency_key_reused" 422 "The key was used with another body" "Цей ключ уже використано з іншим тілом запиту",
    DigestMismatch "digest_mismatch" 422 "The bytes are not those of the digest" "Вміст не відповідає контрольній сумі",
    PreconditionRequired "precondition_required" 428 "The header If-Match is needed" "Потрібен заголовок If-Match",
    RateLimited "rate_limited" 429 "Too many requests" "Забагато запитів",
    HeadersTooLarge "headers_too_large" 431 "The headers are too large" "Заголовки запиту завеликі",
    Internal "internal" 500 "Something went wrong on our side" "Сталася помилка на нашому боці",
    Unavailable "unavailable" 503 "Not available at the moment" "Тимчасово недоступно",
    Overloaded "overloaded" 503 "Too busy at the moment" "Сервіс тимчасово перевантажений",
    AttachmentsUnavailable "attachments_unavailable" 503 "Attachments can't be kept at the moment" "Вкладення тимчасово недоступні",
    StoreUnavailable "store_unavailable" 503 "The store can't be reached at the moment" "Сховище тимчасово недоступне",
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
