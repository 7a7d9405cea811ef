//! Files that belong to an incident.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_domain::conversation::AttachmentKind;
use zvit_domain::time::Time;

use super::{Author, lists};

/// Where a file is that is too large to be kept here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExternalLocation {
    /// Its address, as it was given. Nobody here has looked at it.
    #[schema(max_length = 2000, example = "https://files.example/dump.raw")]
    pub url: String,
}

/// The bytes of a file.
// Without a length: it would count characters, and clients generated for Go would try to, and not compile.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct FileBytes(pub Vec<u8>);

/// A file that belongs to an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    /// Its id.
    pub id: Uuid,
    /// Its name, without a path.
    #[schema(max_length = 200, example = "proxy.log")]
    pub filename: String,
    /// Its size in bytes.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub size: u64,
    /// SHA-256 of its bytes, hexadecimal.
    #[schema(min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
    /// What it is.
    pub kind: AttachmentKind,
    /// Whether opening it may do harm: then it leaves as a ZIP with the password `infected`.
    pub hazardous: bool,
    /// When it was sent.
    pub uploaded_at: Time,
    /// Who sent it.
    pub uploaded_by: Author,
    /// Where it is, if not here: then there is no content to fetch from this service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub external_location: Option<ExternalLocation>,
}

lists! {
    /// Attachments, oldest first.
    AttachmentList of Attachment;
}
