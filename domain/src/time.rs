//! Points in time: UTC, to the microsecond, so that both databases keep exactly what was said.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time, UTC, in whole microseconds (what PostgreSQL's `timestamptz` holds).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

/// Why a text is not a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeFault {
    /// A date and time without `Z` or `+02:00`: which moment is meant can't be known.
    #[error("no offset from UTC")]
    NoOffset,
    /// Not an RFC 3339 date and time.
    #[error("not an RFC 3339 date and time")]
    Malformed,
}

/// The smallest and largest microsecond counts taken: year 1 to the end of 9999-12-30T21 (RFC 3339 has four digits for the
/// year, and jiff keeps room at the end for the widest offset).
const RANGE: std::ops::RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_207_199_999_999;

impl Time {
    /// From microseconds since 1970-01-01T00:00:00Z; outside years 1..9999 it is brought to the nearest end.
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.clamp(*RANGE.start(), *RANGE.end()))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down (a JWT's NumericDate).
    pub fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This moment moved by so many seconds; never past the ends of the range.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_micros(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Seconds from `earlier` to this moment, rounded down; negative when this moment is earlier.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).div_euclid(1_000_000)
    }

    /// The calendar year in UTC.
    pub fn year(self) -> i16 {
        self.timestamp().to_zoned_datetime(TimeZone::UTC).year()
    }

    /// The moment on the clocks of an IANA time zone, as `2026-11-23 04:10`; none for an unknown zone.
    pub fn in_zone(self, zone: &str) -> Option<String> {
        let zone = TimeZone::get(zone).ok()?;
        Some(self.timestamp().to_zoned_datetime(zone).strftime("%Y-%m-%d %H:%M").to_string())
    }

    /// The same to the second and with the offset from UTC, so that it can be taken for no other: `2026-11-23 04:10:00 +02:00`.
    pub fn in_zone_with_offset(self, zone: &str) -> Option<String> {
        let zone = TimeZone::get(zone).ok()?;
        Some(self.timestamp().to_zoned_datetime(zone).strftime("%Y-%m-%d %H:%M:%S %:z").to_string())
    }

    /// The same moment as a `jiff` timestamp.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Reads RFC 3339 with any offset.
    ///
    /// # Errors
    /// [`TimeFault::NoOffset`] where only the offset is missing, else [`TimeFault::Malformed`].
    pub fn parse(text: &str) -> Result<Self, TimeFault> {
        // jiff reads more than RFC 3339 (ISO 8601 basic forms, zone annotations); the shape is checked first.
        if !is_rfc3339_shape(text) {
            // With a `Z` put after it, is it a time? Then only the offset was missing.
            let with_offset = format!("{text}Z");
            let is_time = is_rfc3339_shape(&with_offset) && with_offset.parse::<Timestamp>().is_ok();
            return Err(if is_time { TimeFault::NoOffset } else { TimeFault::Malformed });
        }
        let at: Timestamp = text.parse().map_err(|_| TimeFault::Malformed)?;
        let micros = at.as_nanosecond().div_euclid(1_000);
        match i64::try_from(micros) {
            Ok(micros) if RANGE.contains(&micros) => Ok(Self(micros)),
            _ => Err(TimeFault::Malformed),
        }
    }
}

/// `2026-11-23T04:10:00[.digits](Z|+02:00)`: RFC 3339 section 5.6, `T` and `Z` in either case, or a blank for `T`.
fn is_rfc3339_shape(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |from: usize, to: usize| bytes.get(from..to).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let at = |i: usize, set: &[u8]| bytes.get(i).is_some_and(|b| set.contains(b));
    let date = digits(0, 4) && at(4, b"-") && digits(5, 7) && at(7, b"-") && digits(8, 10) && at(10, b"Tt ");
    let time = digits(11, 13) && at(13, b":") && digits(14, 16) && at(16, b":") && digits(17, 19);
    if !(date && time) {
        return false;
    }
    let mut next = 19;
    if at(next, b".") {
        next += 1;
        let start = next;
        while bytes.get(next).is_some_and(u8::is_ascii_digit) {
            next += 1;
        }
        if next == start || next - start > 9 {
            return false;
        }
    }
    let rest = bytes.get(next..).unwrap_or_default();
    match rest {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', hours @ .., b':', m1, m2] => {
            let is_hour = matches!(hours, [b'0' | b'1', b'0'..=b'9'] | [b'2', b'0'..=b'3']);
            is_hour && matches!((m1, m2), (b'0'..=b'5', b'0'..=b'9'))
        }
        _ => false,
    }
}

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.timestamp(), f)
    }
}

impl std::fmt::Debug for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Time {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .max_length(Some(64))
            .into()
    }
}

impl utoipa::ToSchema for Time {
    fn name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_offset_in_utc_out() {
        let time = Time::parse("2026-11-23T04:10:00+02:00").unwrap();
        assert_eq!(time.to_string(), "2026-11-23T02:10:00Z");
        assert_eq!(Time::parse("2026-11-23T02:10:00.1234567Z").unwrap().to_string(), "2026-11-23T02:10:00.123456Z");
    }

    #[test]
    fn a_missing_offset_is_told_from_nonsense() {
        assert_eq!(Time::parse("2026-11-23T04:10:00"), Err(TimeFault::NoOffset));
        for bad in [
            "",
            "yesterday",
            "2026-13-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-01-01T00:00:00+25:00",
            "20261123T041000Z",
            "2026-11-23T04:10:00+02:00[Europe/Kyiv]",
        ] {
            assert_eq!(Time::parse(bad), Err(TimeFault::Malformed), "{bad}");
        }
    }

    #[test]
    fn an_hour_that_the_clocks_show_twice_is_told_apart_by_its_offset() {
        let kyiv = |text: &str| Time::parse(text).unwrap().in_zone_with_offset("Europe/Kyiv");
        assert_eq!(kyiv("2026-10-25T00:30:00Z").as_deref(), Some("2026-10-25 03:30:00 +03:00"));
        assert_eq!(kyiv("2026-10-25T01:30:59.999999Z").as_deref(), Some("2026-10-25 03:30:59 +02:00"));
        assert_eq!(Time::from_micros(0).in_zone_with_offset("Nowhere/Else"), None);
    }

    #[test]
    fn what_is_written_is_read_back() {
        for micros in [0, 1, -1, 1_790_000_000_123_456, *RANGE.start(), *RANGE.end()] {
            let time = Time::from_micros(micros);
            assert_eq!(Time::parse(&time.to_string()), Ok(time));
        }
    }
}
