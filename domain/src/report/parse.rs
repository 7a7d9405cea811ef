//! From what was sent to what it means, with everything that is wrong with it at once.

use serde::{Deserialize, Serialize};

use super::content::{Change, Contact, Content};
use super::faults;
use super::input::{ContactInput, IndicatorInput, OnBehalfOf, ReportFields};
use crate::fault::Fault;
use crate::indicator::IndicatorType;
use crate::taxonomy::Classification;
use crate::time::{Time, TimeFault};
use crate::vocabulary::Stage;

/// Nothing that is reported here began before computers were networked as they are now: 2000-01-01T00:00:00Z.
const EARLIEST_MICROS: i64 = 946_684_800_000_000;
/// Clocks differ by so much without anybody noticing.
const UNNOTICED_S: i64 = 5 * 60;
/// Further ahead than a wrong time zone could put it.
const FUTURE_S: i64 = 24 * 3_600;

/// What a report is read against.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// When it was received.
    pub now: Time,
    /// What the incident knows already; none for an initial report. The order of times is judged against it too.
    pub current: Option<&'a Content>,
}

/// An indicator that a report names, in its one written form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewIndicator {
    /// What kind of thing it is.
    pub r#type: IndicatorType,
    /// The value as [`IndicatorType::parse`] writes it.
    pub value: String,
    /// The value as it was sent, where that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
    /// What it was seen doing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// It is taken back rather than added.
    #[serde(default)]
    pub retracted: bool,
}

/// What a report says and what is wrong with it. With any fault, the rest is what could be understood all the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// The members that change the incident's content.
    pub change: Change,
    /// JSON Pointers of members to remove first; each is one that [`Content::clear`] takes.
    pub clear: Vec<String>,
    /// Indicators, each type and value once, the last mention standing.
    pub indicators: Vec<NewIndicator>,
    /// The institution the coordinator reports for.
    pub on_behalf_of: Option<OnBehalfOf>,
    /// How the institution reported to the coordinator.
    pub reported_via: Option<String>,
    /// When the institution reported to the coordinator.
    pub notified_at: Option<Time>,
    /// Everything that is wrong, by JSON Pointer into the report.
    pub faults: Vec<Fault>,
    /// What was taken but looks odd.
    pub warnings: Vec<Fault>,
}

/// Reads a report whose shape fits its schema. Optional texts of nothing but blanks count as left out, texts of one
/// line lose the blanks around them, and what a list says twice counts once.
pub fn parse(fields: &ReportFields, circumstances: &Circumstances<'_>) -> Parsed {
    let mut reader = Reader { now: circumstances.now, faults: Vec::new(), warnings: Vec::new() };
    let change = Change {
        description: reader.description(fields),
        title: reader.line("/title", fields.title.as_deref()),
        language: reader.language(fields.language.as_deref()),
        became_aware_at: reader.time("/became_aware_at", fields.became_aware_at.as_deref()),
        detected_at: reader.time("/detected_at", fields.detected_at.as_deref()),
        started_at: reader.time("/started_at", fields.started_at.as_deref()),
        sector: fields.sector,
        danger_to_life: fields.danger_to_life,
        classification: reader.classification(fields),
        affected_systems: fields.affected_systems,
        affected_users: fields.affected_users,
        suspected_malicious: fields.suspected_malicious,
        cross_border: fields.cross_border,
        measures_taken: reader.text("/measures_taken", fields.measures_taken.as_deref()),
        tlp: fields.tlp,
        pap: fields.pap,
        contact: fields.contact.as_ref().and_then(|contact| reader.contact(contact)),
        external_ref: reader.line("/external_ref", fields.external_ref.as_deref()),
        exercise: fields.exercise,
        other_sectors: once_each(fields.other_sectors.as_deref()),
        affected_services: reader.services(fields),
        regions: once_each(fields.regions.as_deref()),
        symptoms: once_each(fields.symptoms.as_deref()),
        data_types: once_each(fields.data_types.as_deref()),
        assistance_requested: once_each(fields.assistance_requested.as_deref()),
        impact: fields.impact.unwrap_or_default().into(),
    };
    let clear = reader.clear(fields);
    reader.order(&change, &clear, circumstances.current);
    let indicators = reader.indicators(fields);
    reader.unregistered(fields);
    Parsed {
        reported_via: reader.line("/reported_via", fields.reported_via.as_deref()),
        notified_at: reader.time("/notified_at", fields.notified_at.as_deref()),
        on_behalf_of: fields.on_behalf_of.clone(),
        change,
        clear,
        indicators,
        faults: reader.faults,
        warnings: reader.warnings,
    }
}

/// The items of a list in their order, each once.
fn once_each<T: Copy + PartialEq>(list: Option<&[T]>) -> Option<Vec<T>> {
    let mut unique = Vec::new();
    for item in list? {
        if !unique.contains(item) {
            unique.push(*item);
        }
    }
    Some(unique)
}

struct Reader {
    now: Time,
    faults: Vec<Fault>,
    warnings: Vec<Fault>,
}

impl Reader {
    fn text(&mut self, pointer: &str, text: Option<&str>) -> Option<String> {
        let text = text?;
        if text.contains('\0') {
            self.faults.push(faults::nul_character(pointer));
            return None;
        }
        (!text.trim().is_empty()).then(|| text.to_owned())
    }

    fn line(&mut self, pointer: &str, text: Option<&str>) -> Option<String> {
        self.text(pointer, text.map(str::trim))
    }

    fn description(&mut self, fields: &ReportFields) -> Option<String> {
        let faults_before = self.faults.len();
        let text = self.text("/description", fields.description.as_deref());
        let stated = fields.stage == Stage::Initial || fields.description.is_some();
        if stated && text.is_none() && self.faults.len() == faults_before {
            self.faults.push(faults::blank("/description"));
        }
        text
    }

    /// A language tag with its first part in lower case. `ua`, the country's code, is what many write for Ukrainian.
    fn language(&mut self, text: Option<&str>) -> Option<String> {
        let text = self.line("/language", text)?;
        let (primary, rest) = text.split_at(text.find('-').unwrap_or(text.len()));
        let primary_fits = matches!(primary.len(), 2 | 3) && primary.bytes().all(|b| b.is_ascii_alphabetic());
        let rest_fits = rest
            .split('-')
            .skip(1)
            .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
        if !(primary_fits && rest_fits && text.len() <= 35) {
            self.faults.push(faults::language_malformed("/language"));
            return None;
        }
        let primary = primary.to_ascii_lowercase();
        Some(format!("{}{rest}", if primary == "ua" { "uk" } else { &primary }))
    }

    fn time(&mut self, pointer: &str, text: Option<&str>) -> Option<Time> {
        let time = match Time::parse(text?.trim()) {
            Ok(time) => time,
            Err(fault) => {
                self.faults.push(match fault {
                    TimeFault::NoOffset => faults::time_without_offset(pointer),
                    TimeFault::Malformed => faults::time_malformed(pointer),
                });
                return None;
            }
        };
        if time < Time::from_micros(EARLIEST_MICROS) {
            self.faults.push(faults::time_too_early(pointer));
            return None;
        }
        if time > self.now.plus_seconds(FUTURE_S) {
            self.faults.push(faults::time_in_future(pointer));
            return None;
        }
        if time > self.now.plus_seconds(UNNOTICED_S) {
            self.warnings.push(faults::time_ahead(pointer));
        }
        Some(time)
    }

    /// Started, detected, became aware: in this order. The fault is at the earlier one of a pair if this report states
    /// it, so that the time the clocks run from is the last to be doubted; what only earlier reports said is nobody's
    /// fault now.
    fn order(&mut self, change: &Change, clear: &[String], current: Option<&Content>) {
        let known = |member: &str, stated: Option<Time>, before: fn(&Content) -> Option<Time>| {
            let cleared = clear.iter().any(|pointer| pointer.strip_prefix('/') == Some(member));
            stated.or_else(|| current.filter(|_| !cleared).and_then(before))
        };
        let times = [
            ("started_at", change.started_at, known("started_at", change.started_at, |c| c.started_at)),
            ("detected_at", change.detected_at, known("detected_at", change.detected_at, |c| c.detected_at)),
            (
                "became_aware_at",
                change.became_aware_at,
                known("became_aware_at", change.became_aware_at, |c| c.became_aware_at),
            ),
        ];
        let [started, detected, became_aware] = times;
        for (earlier, laters) in
            [(started, [Some(detected), Some(became_aware)]), (detected, [Some(became_aware), None])]
        {
            let wrong = laters.into_iter().flatten().find(|later| earlier.2.zip(later.2).is_some_and(|(e, l)| e > l));
            if let Some(later) = wrong {
                let Some(place) = [earlier, later].iter().find(|time| time.1.is_some()).map(|time| time.0) else {
                    continue;
                };
                self.faults.push(faults::time_order(&format!("/{place}"), earlier.0, later.0));
            }
        }
    }

    fn classification(&mut self, fields: &ReportFields) -> Option<Classification> {
        let input = fields.classification.as_ref()?;
        let code = self.line("/classification/type", input.r#type.as_deref());
        match Classification::new(input.class, code.as_deref()) {
            Ok(classification) => Some(classification),
            Err(_) => {
                self.faults.push(faults::type_not_of_class("/classification/type", input.class));
                None
            }
        }
    }

    fn contact(&mut self, input: &ContactInput) -> Option<Contact> {
        let mut contact = Contact {
            name: self.line("/contact/name", input.name.as_deref()),
            role: self.line("/contact/role", input.role.as_deref()),
            phone: self.line("/contact/phone", input.phone.as_deref()),
            email: self.line("/contact/email", input.email.as_deref()),
        };
        if contact.phone.as_ref().is_some_and(|phone| phone.chars().filter(char::is_ascii_digit).count() < 3) {
            self.faults.push(faults::phone_implausible("/contact/phone"));
            contact.phone = None;
        }
        if contact.email.as_ref().is_some_and(|email| !is_plausible_email(email)) {
            self.faults.push(faults::email_implausible("/contact/email"));
            contact.email = None;
        }
        (contact != Contact::default()).then_some(contact)
    }

    fn services(&mut self, fields: &ReportFields) -> Option<Vec<String>> {
        let mut services: Vec<String> = Vec::new();
        for (at, service) in fields.affected_services.as_ref()?.iter().enumerate() {
            if let Some(name) = self.line(&format!("/affected_services/{at}"), Some(&service.0))
                && !services.contains(&name)
            {
                services.push(name);
            }
        }
        Some(services)
    }

    fn clear(&mut self, fields: &ReportFields) -> Vec<String> {
        let mut pointers = Vec::new();
        for (at, pointer) in fields.clear.iter().enumerate() {
            // Whether a member can be removed doesn't depend on what it holds.
            if Content::default().clear(&pointer.0) {
                pointers.push(pointer.0.clone());
            } else {
                self.faults.push(faults::cannot_clear(&format!("/clear/{at}")));
            }
        }
        pointers
    }

    fn indicators(&mut self, fields: &ReportFields) -> Vec<NewIndicator> {
        let mut read: Vec<NewIndicator> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for (at, input) in fields.indicators.iter().flatten().enumerate() {
            let Some(indicator) = self.indicator(at, input, fields.stage) else { continue };
            match places.insert((indicator.r#type, indicator.value.clone()), read.len()) {
                Some(place) => {
                    places.insert((indicator.r#type, indicator.value.clone()), place);
                    if let Some(earlier) = read.get_mut(place) {
                        *earlier = indicator;
                    }
                }
                None => read.push(indicator),
            }
        }
        read
    }

    fn indicator(&mut self, at: usize, input: &IndicatorInput, stage: Stage) -> Option<NewIndicator> {
        let description = match &input.description {
            Some(text) => self.line(&format!("/indicators/{at}/description"), Some(text)),
            None => None,
        };
        let retracted = input.retracted == Some(true);
        if retracted && stage == Stage::Initial {
            self.faults.push(faults::nothing_to_retract(&format!("/indicators/{at}/retracted")));
        }
        let place = || format!("/indicators/{at}/value");
        if input.value.contains('\0') {
            self.faults.push(faults::nul_character(&place()));
            return None;
        }
        match input.r#type.parse(&input.value) {
            Ok(value) => {
                let original = (value != input.value).then(|| input.value.clone());
                Some(NewIndicator { r#type: input.r#type, value, original, description, retracted })
            }
            Err(fault) => {
                self.faults.push(fault.at(place()));
                None
            }
        }
    }

    fn unregistered(&mut self, fields: &ReportFields) {
        if let Some(OnBehalfOf::Unregistered(institution)) = &fields.on_behalf_of {
            if self.line("/on_behalf_of/name", Some(&institution.name)).is_none() && !institution.name.contains('\0') {
                self.faults.push(faults::blank_name("/on_behalf_of/name"));
            }
            self.line("/on_behalf_of/phone", institution.phone.as_deref());
        }
    }
}

/// Something at something, without blanks. More would refuse addresses that work.
fn is_plausible_email(text: &str) -> bool {
    let sides = text.rsplit_once('@');
    sides.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !local.contains('@'))
        && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests;
