//! How far information may be passed on (Traffic Light Protocol 2.0 of FIRST) and what may be done with it (Permissible
//! Actions Protocol, PAP).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use crate::word::{Label, UnknownWord, Word, label_of};
use crate::words;

/// A label of the Traffic Light Protocol 2.0. Labels compare by how much they restrict: `Clear < … < Red`.
///
/// It is written out rather than made by `words!` because input may still say `white`, the name `clear` had in version
/// 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub enum Tlp {
    /// No limit on disclosure.
    #[serde(rename = "clear", alias = "white")]
    Clear,
    /// The community; no publicly accessible channel.
    #[serde(rename = "green")]
    Green,
    /// The recipient's organisation and its clients, where they need to know.
    #[serde(rename = "amber")]
    Amber,
    /// The recipient's organisation only, where it needs to know.
    #[serde(rename = "amber+strict")]
    AmberStrict,
    /// Named recipients only.
    #[serde(rename = "red")]
    Red,
}

impl Word for Tlp {
    const ALL: &'static [Self] = &[Self::Clear, Self::Green, Self::Amber, Self::AmberStrict, Self::Red];

    fn code(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::AmberStrict => "amber+strict",
            Self::Red => "red",
        }
    }

    fn label(self) -> Label {
        match self {
            Self::Clear => const { label_of("Tlp", "clear") },
            Self::Green => const { label_of("Tlp", "green") },
            Self::Amber => const { label_of("Tlp", "amber") },
            Self::AmberStrict => const { label_of("Tlp", "amber+strict") },
            Self::Red => const { label_of("Tlp", "red") },
        }
    }

    /// Also takes `white`.
    fn from_code(code: &str) -> Option<Self> {
        let code = if code == "white" { "clear" } else { code };
        Self::ALL.iter().copied().find(|tlp| tlp.code() == code)
    }
}

impl Tlp {
    /// How much the label restricts: 0 (clear) to 4 (red).
    pub fn rank(self) -> u8 {
        self as u8
    }

    /// The label with this rank.
    pub fn from_rank(rank: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|tlp| tlp.rank() == rank)
    }

    /// Id of the STIX 2.1 marking definition (OASIS TLP 2.0 extension).
    pub fn stix_marking_id(self) -> &'static str {
        match self {
            Self::Clear => "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
            Self::Green => "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
            Self::Amber => "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
            Self::AmberStrict => "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
            Self::Red => "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
        }
    }
}

impl std::fmt::Display for Tlp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::str::FromStr for Tlp {
    type Err = UnknownWord;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::from_code(code).ok_or(UnknownWord)
    }
}

/// The schema of a TLP label in a request: the five labels and `white`. It holds no value; [`Tlp`] is what is read.
#[derive(Clone, Copy, Debug)]
pub struct TlpInput;

impl utoipa::PartialSchema for TlpInput {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "Label of the Traffic Light Protocol 2.0; `white`, its name in version 1, is read as `clear`.",
            ))
            .enum_values(Some(Tlp::ALL.iter().map(|tlp| tlp.code()).chain(["white"])))
            .into()
    }
}

impl ToSchema for TlpInput {
    fn name() -> std::borrow::Cow<'static, str> {
        "TlpInput".into()
    }
}

words! {
    /// What a recipient may do with the information, from anything at all to nothing an attacker could notice.
    Pap {
        Clear "clear",
        Green "green",
        Amber "amber",
        Red "red",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_compare_by_how_much_they_restrict() {
        assert!(Tlp::Clear < Tlp::Green && Tlp::Green < Tlp::Amber);
        assert!(Tlp::Amber < Tlp::AmberStrict && Tlp::AmberStrict < Tlp::Red);
        for (rank, tlp) in (0_u8..).zip(Tlp::ALL) {
            assert_eq!(tlp.rank(), rank);
            assert_eq!(Tlp::from_rank(rank), Some(*tlp));
        }
        assert_eq!(Tlp::from_rank(5), None);
    }

    #[test]
    fn what_is_written_is_read_back_and_white_is_clear() {
        for tlp in Tlp::ALL {
            let json = serde_json::to_string(tlp).unwrap();
            assert_eq!(json, format!("\"{tlp}\""));
            assert_eq!(serde_json::from_str::<Tlp>(&json).unwrap(), *tlp);
            assert_eq!(tlp.code().parse(), Ok(*tlp));
        }
        assert_eq!(serde_json::from_str::<Tlp>("\"white\"").unwrap(), Tlp::Clear);
        assert_eq!("white".parse(), Ok(Tlp::Clear));
        assert_eq!("amber-strict".parse::<Tlp>(), Err(UnknownWord));
    }

    #[test]
    fn a_request_may_say_white_and_an_answer_never_does() {
        let request = serde_json::to_value(<TlpInput as utoipa::PartialSchema>::schema()).unwrap();
        let codes = ["clear", "green", "amber", "amber+strict", "red", "white"];
        assert_eq!(request["enum"], serde_json::json!(codes));
        let answer = serde_json::to_value(<Tlp as utoipa::PartialSchema>::schema()).unwrap();
        assert_eq!(answer["enum"], serde_json::json!(codes[..5]));
    }
}
