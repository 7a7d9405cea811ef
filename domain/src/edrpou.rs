//! Codes of the Unified State Register of Enterprises and Organisations of Ukraine (EDRPOU).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use zvit_texts::text;

use crate::fault::Fault;

/// An EDRPOU code: eight digits, the last of which is a check digit. Leading zeros belong to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[0-9]{8}$", min_length = 8, max_length = 8)]
pub struct Edrpou(String);

/// Why a text is no EDRPOU code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EdrpouFault {
    /// Not exactly eight ASCII digits.
    #[error("an EDRPOU code has exactly eight digits")]
    NotEightDigits,
    /// The eighth digit does not follow from the other seven: one of them is mistyped.
    #[error("the check digit does not fit the other seven digits")]
    CheckDigit,
}

impl EdrpouFault {
    /// This fault at a place of an input.
    pub fn at(self, pointer: impl Into<String>) -> Fault {
        match self {
            Self::NotEightDigits => Fault::at(pointer, "edrpou_malformed", text!("edrpou-malformed")),
            Self::CheckDigit => Fault::at(pointer, "edrpou_check_digit", text!("edrpou-check-digit")),
        }
    }
}

impl Edrpou {
    /// Reads a code; blanks around it are ignored.
    ///
    /// # Errors
    /// [`EdrpouFault`] when it isn't eight digits or the check digit is wrong.
    pub fn parse(text: &str) -> Result<Self, EdrpouFault> {
        let text = text.trim();
        let (prefix, last) = text.split_at_checked(7).ok_or(EdrpouFault::NotEightDigits)?;
        let stated = match last.as_bytes() {
            [digit] if digit.is_ascii_digit() => digit - b'0',
            _ => return Err(EdrpouFault::NotEightDigits),
        };
        match check_digit(prefix) {
            None => Err(EdrpouFault::NotEightDigits),
            Some(expected) if expected != stated => Err(EdrpouFault::CheckDigit),
            Some(_) => Ok(Self(text.to_owned())),
        }
    }

    /// The code that begins with these seven digits; none when they aren't seven digits.
    pub fn from_prefix(prefix: &str) -> Option<Self> {
        check_digit(prefix).map(|digit| Self(format!("{prefix}{digit}")))
    }

    /// The eight digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The check digit for the first seven digits of a code; none when they aren't seven ASCII digits.
///
/// The digits are weighted and summed modulo 11. Codes from 30000000 to 59999999 have other weights than the rest.
/// Where the remainder is 10, every weight grows by 2; where it is 10 again, the register writes 0.
pub fn check_digit(prefix: &str) -> Option<u8> {
    const BASE: [u32; 7] = [1, 2, 3, 4, 5, 6, 7];
    const SHIFTED: [u32; 7] = [7, 1, 2, 3, 4, 5, 6];

    let bytes: [u8; 7] = prefix.as_bytes().try_into().ok()?;
    if !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let weights = if matches!(bytes, [b'3'..=b'5', ..]) { SHIFTED } else { BASE };
    let remainder = |added: u32| {
        let sum: u32 = bytes.iter().zip(weights).map(|(byte, weight)| u32::from(byte - b'0') * (weight + added)).sum();
        sum % 11
    };
    let digit = match remainder(0) {
        10 => remainder(2) % 10,
        first => first,
    };
    u8::try_from(digit).ok()
}

impl TryFrom<String> for Edrpou {
    type Error = EdrpouFault;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Edrpou> for String {
    fn from(code: Edrpou) -> Self {
        code.0
    }
}

impl std::str::FromStr for Edrpou {
    type Err = EdrpouFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl std::fmt::Display for Edrpou {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Codes of public bodies as the register publishes them; they serve only to try the check digit.
    const PUBLISHED: [&str; 21] = [
        "00012925", "42032422", "00100227", "20077720", "24584661", "37471933", "43220851", "34620942", "00026620",
        "00013480", "00015622", "00032684", "39787008", "00034051", "38621185", "37567866", "00032106", "00032129",
        "14360570", "40075815", "32855961",
    ];

    /// The rule stated a second way: over the number, with the second sum derived from the first.
    fn expected(seven: u32) -> u32 {
        let digit = |place: u32| seven / 10_u32.pow(6 - place) % 10;
        let shifted = (3_000_000..6_000_000).contains(&seven);
        let sum: u32 = (0..7).map(|i| digit(i) * if shifted { (i + 6) % 7 + 1 } else { i + 1 }).sum();
        let digits: u32 = (0..7).map(digit).sum();
        match (sum % 11, (sum + 2 * digits) % 11) {
            (first @ 0..=9, _) => first,
            (_, second @ 0..=9) => second,
            _ => 0,
        }
    }

    #[test]
    fn published_codes_are_taken() {
        for code in PUBLISHED {
            assert_eq!(Edrpou::parse(code).unwrap().as_str(), code);
        }
    }

    #[test]
    fn what_is_not_eight_digits_is_told_from_a_wrong_check_digit() {
        for bad in ["", "1234567", "123456789", "0001292a", "٠٠٠١٢٩٢٥", "0001-925", "éééé", "+0012925"] {
            assert_eq!(Edrpou::parse(bad), Err(EdrpouFault::NotEightDigits), "{bad}");
        }
        assert_eq!(Edrpou::parse("00012926"), Err(EdrpouFault::CheckDigit));
        assert_eq!(Edrpou::parse(" 00012925\n").unwrap().as_str(), "00012925");
    }

    #[test]
    fn where_both_sums_leave_ten_the_check_digit_is_zero() {
        let twice = (0..10_000_000_u32)
            .step_by(7)
            .find(|seven| {
                let text = format!("{seven:07}");
                let weighted = |added: usize| {
                    text.bytes().enumerate().map(|(i, b)| usize::from(b - b'0') * (i + 1 + added)).sum::<usize>() % 11
                };
                !(3_000_000..6_000_000).contains(seven) && weighted(0) == 10 && weighted(2) == 10
            })
            .unwrap();
        assert_eq!(check_digit(&format!("{twice:07}")), Some(0));
        assert!(Edrpou::parse(&format!("{twice:07}0")).is_ok());
    }

    #[test]
    fn json_reads_only_true_codes() {
        assert_eq!(serde_json::from_str::<Edrpou>("\"00012925\"").unwrap().as_str(), "00012925");
        assert!(serde_json::from_str::<Edrpou>("\"00012926\"").is_err());
        assert_eq!(serde_json::to_string(&Edrpou::parse("00012925").unwrap()).unwrap(), "\"00012925\"");
    }

    proptest! {
        #[test]
        fn the_check_digit_is_the_one_the_rule_gives(seven in 0..10_000_000_u32) {
            let prefix = format!("{seven:07}");
            let digit = check_digit(&prefix).unwrap();
            prop_assert_eq!(u32::from(digit), expected(seven));
            for last in 0..10 {
                prop_assert_eq!(Edrpou::parse(&format!("{prefix}{last}")).is_ok(), last == digit);
            }
            prop_assert_eq!(String::from(Edrpou::from_prefix(&prefix).unwrap()), format!("{prefix}{digit}"));
        }

        #[test]
        fn no_text_is_too_odd(text in any::<String>()) {
            let _ = Edrpou::parse(&text);
        }
    }
}
