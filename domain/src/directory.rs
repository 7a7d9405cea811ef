//! Who is who: participants of the mechanism, institutions that report, and partner response teams.
//!
//! Each kind has an `…Input` (what a coordinator or a seed file says) and is stored as that input beside an id, a version
//! and whether it is active.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::notice::{Channel, Occasion};
use crate::region::Region;
use crate::time::Time;
use crate::tlp::Tlp;
use crate::vocabulary::{Assistance, InfrastructureCategory, ParticipantRole, Sector};

/// A state or body of the mechanism.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParticipantInput {
    /// Stable short code, upper case: ISO 3166-1 alpha-2 for states (`EE`), else an abbreviation (`EU`, `NATO`).
    #[schema(pattern = "^[A-Z]{2,8}$", example = "EE")]
    pub code: String,
    /// Name in Ukrainian.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub name_uk: String,
    /// Name in English.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub name_en: String,
    /// What the participant is to the mechanism. An observer is never routed an incident.
    pub role: ParticipantRole,
    /// First moment of the role; left out, it always held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub valid_from: Option<Time>,
    /// The role ends here; left out, it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub valid_until: Option<Time>,
}

impl ParticipantInput {
    /// Whether the role holds at `now`.
    pub fn is_valid_at(&self, now: Time) -> bool {
        self.valid_from.is_none_or(|from| from <= now) && self.valid_until.is_none_or(|until| now < until)
    }
}

/// A service that an institution has registered with the sector it belongs to: a report that names it is triaged there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisteredService {
    /// The name under which reports speak of it.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub name: String,
    /// The sector that is hit when this service is.
    pub sector: Sector,
}

/// How a person or office is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DirectoryContact {
    /// Name of the person or office.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub name: String,
    /// Function, such as "duty officer".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub role: Option<String>,
    /// Telephone in international form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 40, pattern = r"^\+?[0-9 ()-]{3,40}$")]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 254, pattern = r"^[^@\s]+@[^@\s]+$")]
    pub email: Option<String>,
    /// A tool that is called, beside the mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub webhook: Option<WebhookTarget>,
    /// Which notices it wants, by mail and webhook; an empty list is none. Left out, a team's contact is told of what can't wait
    /// (`assigned`, `half_deadline`, `overdue`, `overload`) and an institution's of nothing, as its mail may be read by the very
    /// attacker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 6)]
    pub notify: Option<Vec<Occasion>>,
}

/// A URL that is called with notices, signed as Standard Webhooks describes with the secret of the team or institution. A
/// notice may come more than once, with the same `webhook-id`; an answer other than 2xx is tried again for about half a day, 410 is
/// not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookTarget {
    /// `https://…`, at a port and an address that the service may call.
    #[schema(min_length = 8, max_length = 500, pattern = r"^https?://[^\s@#]+$", example = "https://soc.example/zvit")]
    pub url: String,
}

impl DirectoryContact {
    /// Where this contact is told of `occasion`; nowhere if it doesn't want to know. `by_default` is what it is told of when it
    /// says nothing about it.
    pub fn channels(&self, occasion: Occasion, by_default: &[Occasion]) -> impl Iterator<Item = (Channel, &str)> {
        let wanted = self.notify.as_deref().unwrap_or(by_default).contains(&occasion);
        self.targets().filter(move |_| wanted)
    }

    /// Every way to tell this contact something.
    pub fn targets(&self) -> impl Iterator<Item = (Channel, &str)> {
        let email = self.email.as_deref().map(|address| (Channel::Email, address));
        let webhook = self.webhook.as_ref().map(|webhook| (Channel::Webhook, webhook.url.as_str()));
        email.into_iter().chain(webhook)
    }
}

/// A Ukrainian body that reports incidents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InstitutionInput {
    /// Code in the Unified State Register of Enterprises and Organisations of Ukraine: eight digits, the last a check
    /// digit. May be missing only while the institution is provisional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[0-9]{8}$", min_length = 8, max_length = 8)]
    pub edrpou: Option<String>,
    /// Name in Ukrainian.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub name_uk: String,
    /// Name in English.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub name_en: String,
    /// The sector it mainly works in.
    pub sector: Sector,
    /// Further sectors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub other_sectors: Vec<Sector>,
    /// Services with the sector each belongs to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 200)]
    pub services: Vec<RegisteredService>,
    /// Seat, ISO 3166-2:UA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub region: Option<Region>,
    /// Category of critical infrastructure; left out, it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub infrastructure_category: Option<InfrastructureCategory>,
    /// Whom to call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub contacts: Vec<DirectoryContact>,
    /// Ids of institutions this one may report for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 500)]
    pub represents: Vec<Uuid>,
    /// Reported by telephone before it was on-boarded; later joined to a real entry.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub provisional: bool,
}

/// A weekday, ISO 8601 order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// One weekly window of duty, in the wall-clock time of the team's time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyWindow {
    /// Days on which the window begins.
    #[schema(min_items = 1, max_items = 7)]
    pub days: Vec<Weekday>,
    /// Begin, `HH:MM`.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", min_length = 5, max_length = 5, example = "08:00")]
    pub from: String,
    /// End, `HH:MM`, not included; at or before `from` it lies on the following day. `24:00` is midnight.
    #[schema(pattern = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", min_length = 5, max_length = 5, example = "20:00")]
    pub to: String,
}

/// When a team is on duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyHours {
    /// IANA time zone, such as `Europe/Tallinn`; daylight saving follows it.
    #[schema(min_length = 1, max_length = 64, example = "Europe/Tallinn")]
    pub time_zone: String,
    /// Weekly windows; none at all means around the clock.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub windows: Vec<DutyWindow>,
}

/// A temporary word of the team itself, above its duty hours and capacity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Availability {
    /// On duty or not.
    pub on_duty: bool,
    /// Capacity meanwhile, in weighted open cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 100_000)]
    pub capacity: Option<u32>,
    /// It holds until then; left out, until changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub until: Option<Time>,
}

/// A partner response team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamInput {
    /// Name.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub name: String,
    /// The participant it belongs to; left out only for the coordinator's own team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub participant_id: Option<Uuid>,
    /// The coordinator's own team, which always stands last and ignores capacity, duty and TLP ceiling. There is one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub coordinator: bool,
    /// Sectors it serves.
    #[schema(max_items = 11)]
    pub sectors: Vec<Sector>,
    /// Kinds of assistance it gives.
    #[schema(max_items = 4)]
    pub assistance: Vec<Assistance>,
    /// Working languages, ISO 639-1, lower case.
    #[schema(max_items = 20)]
    pub languages: Vec<String>,
    /// The most restricted TLP label it may see.
    pub tlp_ceiling: Tlp,
    /// Weighted open lead cases it takes (weight 1 at levels 0–2, 2 at 3, 4 at 4–5).
    #[schema(minimum = 0, maximum = 100_000)]
    pub capacity: u32,
    /// What levels 4–5 may use beyond `capacity`.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[schema(minimum = 0, maximum = 100_000)]
    pub surge_capacity: u32,
    /// When it is on duty; left out, around the clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub duty_hours: Option<DutyHours>,
    /// Order among equals: smaller goes first.
    #[serde(default = "default_priority")]
    #[schema(minimum = 0, maximum = 10_000, default = 100)]
    pub priority: i32,
    /// Takes part in exercises.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accepts_exercises: bool,
    /// Whom to wake.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub contacts: Vec<DirectoryContact>,
    /// The team's temporary word on duty and capacity. A replacement that leaves it out leaves it as it is: it is the team's own,
    /// and has an address of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub availability: Option<Availability>,
}

impl TeamInput {
    /// The most that the team may itself say it takes, in weighted open lead cases, its surge aside: twice what its entry gives it.
    /// Else whoever has got hold of a team's credentials could draw every incident to it.
    pub fn most_by_own_word(&self) -> u32 {
        self.capacity.saturating_mul(2)
    }

    /// Whether somebody of the team can be told of a case although no tool of theirs polls: a contact wants to know, by a channel
    /// that is open.
    pub fn has_working_contact(&self, is_open: impl Fn(Channel) -> bool) -> bool {
        let channels = self.contacts.iter().flat_map(|one| one.channels(Occasion::Assigned, Occasion::URGENT));
        channels.into_iter().any(|(channel, _)| is_open(channel))
    }
}

fn is_zero(value: &u32) -> bool {
    *value == 0
}

fn default_priority() -> i32 {
    100
}
