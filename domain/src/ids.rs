//! The name of an incident for people: short enough for the telephone, checked against slips, and telling nothing about
//! how many incidents there are.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Crockford's base 32: no I, L, O, U, so that nothing looks or sounds like something else.
pub(crate) const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The value every reference's weighted sum has: not zero, so that a row of noughts is no reference, and such that the
/// example `UA-2026-7KQ4-M` is one.
const SUM: u8 = 9;

/// An incident's reference, such as `UA-2026-7KQ4-M`: the year, a block of random symbols and a check symbol.
///
/// The check symbol gives the weighted sum of all symbols one fixed value in the field of 32 elements, the weights
/// being successive powers of its generator. So every single wrong symbol and every swap of two symbols (of neighbours,
/// and of any others too, as there are fewer than 31) is found, also where the year or the check symbol itself is hit.
///
/// Four symbols give about a million references a year. Whoever stores them asks for a longer block when one is taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    value_type = String,
    pattern = "^UA-[0-9]{4}-[0-9A-HJKMNP-TV-Z]{4,12}-[0-9A-HJKMNP-TV-Z]$",
    max_length = 22,
    example = "UA-2026-7KQ4-M"
)]
pub struct Reference(String);

/// Why a text is no reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceFault {
    /// Not a year, a block and a check symbol.
    #[error("a reference looks like UA-2026-7KQ4-M")]
    Malformed,
    /// Well-formed, but the check symbol doesn't fit: something was misheard or mistyped.
    #[error("the check symbol does not fit")]
    Check,
}

impl Reference {
    /// The usual number of random symbols.
    pub const SYMBOLS: usize = 4;
    /// The largest number of random symbols: what 64 random bits fill.
    pub const MAX_SYMBOLS: usize = 12;

    /// Makes a reference from random bits. `symbols` is brought into 4..=12 and `year` into 0..=9999.
    pub fn generate(year: i16, random: u64, symbols: usize) -> Self {
        let symbols = symbols.clamp(Self::SYMBOLS, Self::MAX_SYMBOLS);
        let mut bits = random;
        let block: String = (0..symbols)
            .map(|_| {
                let value = bits & 31;
                bits >>= 5;
                symbol(value as u8)
            })
            .collect();
        Self::assemble(&format!("{:04}", year.clamp(0, 9999)), &block)
    }

    fn assemble(year: &str, block: &str) -> Self {
        let check = symbol(times_generator(weighted_sum(year.bytes().chain(block.bytes()))) ^ SUM);
        Self(format!("UA-{year}-{block}-{check}"))
    }

    /// Reads a reference as people write it: in either case, with or without dashes, blanks and `UA`, with O for 0 and
    /// I or L for 1, and with Cyrillic letters that look like Latin ones.
    ///
    /// # Errors
    /// [`ReferenceFault`] when it has another shape or the check symbol doesn't fit.
    pub fn parse(text: &str) -> Result<Self, ReferenceFault> {
        // Longest true form with a separator after every symbol; anything longer isn't worth looking at.
        if text.len() > 128 {
            return Err(ReferenceFault::Malformed);
        }
        let written: String = text.chars().filter(|c| !is_separator(*c)).flat_map(char::to_uppercase).collect();
        let rest = ["UA", "УА", "UА", "УA"].iter().find_map(|start| written.strip_prefix(start)).unwrap_or(&written);
        let symbols: String = rest.chars().map(read_symbol).collect::<Option<_>>().ok_or(ReferenceFault::Malformed)?;
        let (year, tail) = symbols.split_at_checked(4).ok_or(ReferenceFault::Malformed)?;
        let (block, _) = tail.split_at_checked(tail.len().saturating_sub(1)).ok_or(ReferenceFault::Malformed)?;
        if !year.bytes().all(|b| b.is_ascii_digit()) || !(Self::SYMBOLS..=Self::MAX_SYMBOLS).contains(&block.len()) {
            return Err(ReferenceFault::Malformed);
        }
        if weighted_sum(symbols.bytes()) != SUM {
            return Err(ReferenceFault::Check);
        }
        Ok(Self::assemble(year, block))
    }

    /// The reference in its one written form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

pub(crate) fn symbol(value: u8) -> char {
    ALPHABET.get(usize::from(value & 31)).map_or('0', |byte| char::from(*byte))
}

pub(crate) fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '‐' | '‑' | '‒' | '–' | '—' | '−' | '_' | '.' | '/')
}

/// One upper-case character as the symbol that was meant.
pub(crate) fn read_symbol(c: char) -> Option<char> {
    let meant = match c {
        'O' | 'О' => '0',
        'I' | 'L' | 'І' => '1',
        'З' => '3',
        'А' => 'A',
        'В' => 'B',
        'С' => 'C',
        'Е' => 'E',
        'Н' => 'H',
        'К' => 'K',
        'М' => 'M',
        'Р' => 'P',
        'Т' => 'T',
        'Х' => 'X',
        'У' => 'Y',
        other => other,
    };
    u8::try_from(meant).is_ok_and(|byte| ALPHABET.contains(&byte)).then_some(meant)
}

/// Horner's sum of the symbols' values over GF(32); bytes outside the alphabet count as 0 and never get here.
pub(crate) fn weighted_sum(symbols: impl Iterator<Item = u8>) -> u8 {
    symbols.fold(0, |sum, byte| {
        let value = ALPHABET.iter().position(|b| *b == byte).and_then(|at| u8::try_from(at).ok()).unwrap_or(0);
        times_generator(sum) ^ value
    })
}

/// Multiplication by x in GF(2)[x] / (x^5 + x^2 + 1), whose powers run through all 31 elements but zero.
pub(crate) fn times_generator(value: u8) -> u8 {
    let doubled = value << 1;
    if doubled & 0b10_0000 == 0 { doubled } else { doubled ^ 0b10_0101 }
}

impl TryFrom<String> for Reference {
    type Error = ReferenceFault;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.0
    }
}

impl std::str::FromStr for Reference {
    type Err = ReferenceFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn replaced(text: &str, at: usize, with: u8) -> String {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] = with;
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_reference_has_the_shape_people_are_told() {
        let reference = Reference::generate(2026, 0, Reference::SYMBOLS);
        assert!(reference.as_str().starts_with("UA-2026-0000-"));
        assert_eq!(reference.as_str().len(), "UA-2026-7KQ4-M".len());
        assert_eq!(Reference::generate(2026, u64::MAX, 6).as_str().len(), "UA-2026-7KQ4XY-M".len());
        assert_eq!(Reference::generate(-5, 1, 99).as_str().len(), 22);
        assert!(Reference::parse("UA-2026-7KQ4-M").is_ok(), "the example of the schema holds");
    }

    #[test]
    fn it_is_read_as_people_write_it() {
        // 1, 0 and 0 in the block: what is taken for I, L and O.
        let reference = Reference::generate(2026, 0b01010_00000_00000_00001, 4);
        assert!(reference.as_str().starts_with("UA-2026-100A-"));
        let check = reference.as_str().chars().last().unwrap();
        for block in ["100A", "iOoa", "lO0A", "L00a", "І0О А", "1-0-0-A"] {
            for text in [
                format!("UA-2026-{block}-{check}"),
                format!("ua2026{block}{check}"),
                format!("  2o26 {block} {check} "),
                format!("уа–2О26–{block}–{check}"),
            ] {
                assert_eq!(Reference::parse(&text).as_ref(), Ok(&reference), "{text}");
            }
        }
    }

    #[test]
    fn what_has_another_shape_is_malformed() {
        for bad in ["", "UA", "UA-2026", "UA-2026-7KQ-M", "UA-20X6-7KQ4-M", "UA-2026-7KU4-M", "UA-2026-7KQ4!M", "🦊"]
        {
            assert_eq!(Reference::parse(bad), Err(ReferenceFault::Malformed), "{bad}");
        }
        assert_eq!(Reference::parse(&"0".repeat(18)), Err(ReferenceFault::Malformed));
        assert_eq!(Reference::parse(&"A".repeat(4000)), Err(ReferenceFault::Malformed));
    }

    #[test]
    fn the_generator_runs_through_the_whole_field() {
        let mut value = 1;
        for step in 1..=31 {
            value = times_generator(value);
            assert_eq!(value == 1, step == 31);
        }
    }

    proptest! {
        #[test]
        fn what_is_made_is_read_back(year in 0..=9999_i16, random in any::<u64>(), symbols in 4..=12_usize) {
            let reference = Reference::generate(year, random, symbols);
            prop_assert_eq!(Reference::parse(reference.as_str()), Ok(reference.clone()));
            let bare: String = reference.as_str().chars().filter(|c| *c != '-').collect();
            prop_assert_eq!(Reference::parse(&bare.to_lowercase()), Ok(reference));
        }

        #[test]
        fn every_single_slip_is_found(year in 1000..=9999_i16, random in any::<u64>(), symbols in 4..=12_usize) {
            let reference = Reference::generate(year, random, symbols);
            let text = reference.as_str();
            for (at, byte) in text.bytes().enumerate().skip(3).filter(|(_, byte)| *byte != b'-') {
                for other in ALPHABET.iter().filter(|other| **other != byte) {
                    prop_assert!(Reference::parse(&replaced(text, at, *other)).is_err());
                }
            }
        }

        #[test]
        fn every_swap_of_neighbours_is_found(year in 1000..=9999_i16, random in any::<u64>(), symbols in 4..=12_usize) {
            let reference = Reference::generate(year, random, symbols);
            let bare: Vec<u8> = reference.as_str().bytes().skip(3).filter(|byte| *byte != b'-').collect();
            for at in 0..bare.len() - 1 {
                let mut swapped = bare.clone();
                swapped.swap(at, at + 1);
                if swapped != bare {
                    prop_assert!(Reference::parse(&String::from_utf8(swapped).unwrap()).is_err());
                }
            }
        }

        #[test]
        fn no_text_is_too_odd(text in any::<String>()) {
            let _ = Reference::parse(&text);
        }
    }
}
