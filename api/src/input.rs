//! What comes in: bodies, query parameters, path ids and headers, each judged by the OpenAPI document that describes it.
//!
//! Extractors here don't refuse by themselves (but for [`PathId`], and headers longer than the document allows): they hold what came, and the handler asks them in the order
//! in which refusals are due: 401, 403, 404, then 415/413, 400/422, 428, 412, 409.

mod acting_person;
mod body;
mod check;
mod describe;
mod form;
mod headers;
mod json;
mod path;
mod prune;
mod query;
mod range;
mod schemas;
mod upload;

pub(crate) use acting_person::MAX_ENCODED as MAX_ACTING_PERSON;
pub use acting_person::{ACTING_PERSON, acting_person};
pub use body::{BATCH_LIMIT, BatchBody, Body, JSON_LIMIT, OauthBody};
pub use check::Checked;
pub(crate) use form::{decode, pairs};
pub use headers::{AcceptLanguage, IdempotencyKey, IfMatch, IfNoneMatch, Prefer, etag, weak_etag};
pub(crate) use headers::{KEY_LENGTH, MAX_DIGEST, MAX_PREFER, MAX_TAGS};
pub(crate) use json::escape;
pub(crate) use json::parse as parse_json;
pub use path::{PathId, path_id, path_text};
pub use query::{DEFAULT_LIMIT, MAX_LIMIT, Query, default_limit};
pub(crate) use range::MAX_RANGE;
pub use range::{Part, Range};
pub(crate) use schemas::references;
pub use schemas::{Schemas, SchemasFault};
pub use upload::Upload;
