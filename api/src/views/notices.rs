//! Notices and the secrets of webhooks, as they are shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zvit_domain::ids::Reference;
use zvit_domain::notice::{Channel, NoticeState, Occasion};
use zvit_domain::time::Time;

/// Whose contact is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoticeRecipient {
    /// `team` or `institution`.
    #[schema(max_length = 64, example = "team")]
    pub kind: String,
    /// Its id.
    pub id: Uuid,
    /// Its name.
    #[schema(max_length = 200)]
    pub name: String,
}

/// What a notice tells that is about several at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoticeDigest {
    /// So many notices were gathered into it that were still needed when it was sent first.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub count: u32,
    /// The references of the gravest of them.
    #[schema(max_items = 20, value_type = Vec<Reference>)]
    pub references: Vec<String>,
}

/// A notice to one address of a contact. It said reference, level, deadline and a link, and nothing else. A digest tells of several:
/// then level and deadline are the highest and the earliest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    /// Its id: `webhook-id` of the call, and the first part of `Message-ID` of the mail, at every try.
    pub id: Uuid,
    /// What it is about.
    pub occasion: Occasion,
    /// How it travels.
    pub channel: Channel,
    /// The e-mail address or the URL.
    #[schema(max_length = 500)]
    pub target: String,
    /// Whose contact is told.
    pub recipient: NoticeRecipient,
    /// The incident it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub incident_id: Option<Uuid>,
    /// The case it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub case_id: Option<Uuid>,
    /// The incident's reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 64)]
    pub reference: Option<String>,
    /// The incident's level when it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 5)]
    pub level: Option<u8>,
    /// Until when something is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub deadline: Option<Time>,
    /// Whether it is about an exercise.
    pub exercise: bool,
    /// What became of it.
    pub state: NoticeState,
    /// The digest that tells of it, when it was gathered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub digest_id: Option<Uuid>,
    /// What it tells, when it is a digest that went out or was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub digest: Option<NoticeDigest>,
    /// Tries so far.
    #[schema(minimum = 0, maximum = 1000)]
    pub attempts: u32,
    /// When it was written.
    pub created_at: Time,
    /// When it is tried next; while it is being sent, when somebody else would take it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_try_at: Option<Time>,
    /// When the receiver took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sent_at: Option<Time>,
    /// Why the last try failed, or why it was given up or cancelled: a code, such as `no_mail_server`, `status_503`,
    /// `address_not_allowed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 64, example = "timed_out")]
    pub last_error: Option<String>,
}

/// A page of notices, the newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NoticeList {
    /// The notices.
    #[schema(max_items = 200)]
    pub items: Vec<Notice>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 256)]
    pub next_cursor: Option<String>,
}

/// What the webhooks of a team or an institution are signed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookSecret {
    /// The team or institution.
    pub owner: Uuid,
    /// The secret as libraries of Standard Webhooks take it. Shown once.
    #[schema(max_length = 128, example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: String,
    /// When it was made.
    pub created_at: Time,
    /// Until then calls are signed with the secret before it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub previous_until: Option<Time>,
}
