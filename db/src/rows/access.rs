//! Who may call: clients, their keys and codes, and the keys that sign tokens.

use super::*;

rows! {
    /// A machine account.
    pub struct ClientRow => clients {
        client_id: String as Text,
        role: String as Text,
        owner: Option<Id> as Nullable<Uid>,
        name: String as Text,
        scopes: String as Text,
        secret_sha256: Option<Vec<u8>> as Nullable<Binary>,
        active: bool as Bool,
        credential_version: i32 as Integer,
        version: i64 as BigInt,
        created_at: At as Moment,
        updated_at: At as Moment,
        spare: bool as Bool,
        rate_per_second: Option<i32> as Nullable<Integer>,
        rate_burst: Option<i32> as Nullable<Integer>,
    }
}

rows! {
    /// A public key of a client.
    pub struct ClientKeyRow => client_keys {
        client_id: String as Text,
        kid: String as Text,
        alg: String as Text,
        jwk: Json as JsonDoc,
        created_at: At as Moment,
    }
}

rows! {
    /// A client assertion that was used.
    pub struct AssertionIdRow => assertion_ids {
        client_id: String as Text,
        jti_sha256: Vec<u8> as Binary,
        expires_at: At as Moment,
    }
}

rows! {
    /// An access token that was revoked.
    pub struct RevokedTokenRow => revoked_tokens {
        jti: String as Text,
        expires_at: At as Moment,
    }
}

rows! {
    /// A one-time code for enrolment.
    pub struct EnrolmentCodeRow => enrolment_codes {
        code_sha256: Vec<u8> as Binary,
        client_id: String as Text,
        created_at: At as Moment,
        expires_at: At as Moment,
        used_at: Option<At> as Nullable<Moment>,
        key_thumbprint: Option<String> as Nullable<Text>,
    }
}

rows! {
    /// A key that signs access tokens.
    pub struct SigningKeyRow => signing_keys {
        kid: String as Text,
        state: String as Text,
        pkcs8: Vec<u8> as Binary,
        public_x: String as Text,
        created_at: At as Moment,
        use_from: Option<At> as Nullable<Moment>,
        retired_at: Option<At> as Nullable<Moment>,
    }
}
