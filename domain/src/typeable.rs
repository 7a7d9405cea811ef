//! Secrets that people type from paper: one-time codes for enrolment and the secrets of printed spares.
//!
//! These are plain functions over text, and whoever calls them keeps the text where it can't get into a log.

use crate::ids::{is_separator, read_symbol, symbol, times_generator, weighted_sum};

/// Random symbols, of five bits each.
pub const SYMBOLS: usize = 20;

/// Bits of randomness.
pub const BITS: usize = SYMBOLS * 5;

/// Symbols with the check symbol.
pub const LENGTH: usize = SYMBOLS + 1;

/// Symbols per group as it is printed.
const GROUP: usize = 5;

/// The value that the weighted sum of all symbols has: not zero, so that a row of noughts is nothing.
const SUM: u8 = 21;

/// More characters than this are no code with separators, so they aren't looked at.
const MAX_WRITTEN: usize = 200;

/// Why a text is not such a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TypeableFault {
    /// Another number of symbols, or a character that is no symbol.
    #[error("not 21 letters and digits")]
    Malformed,
    /// Well-formed, but the check symbol doesn't fit.
    #[error("a character was mistyped")]
    Check,
}

/// The secret of the lowest [`BITS`] bits of `random`, in its one normal form: [`LENGTH`] symbols of Crockford's base 32 without
/// separators, the last of them a check symbol.
///
/// The check symbol is that of [`crate::ids::Reference`]: it brings a sum, weighted with different powers of the generator of
/// GF(32), to a fixed value, so every single wrong symbol and every swap of two symbols is noticed.
pub fn generate(random: u128) -> String {
    let mut bits = random;
    let mut text = String::with_capacity(LENGTH);
    for _ in 0..SYMBOLS {
        text.push(symbol((bits & 31) as u8));
        bits >>= 5;
    }
    text.push(symbol(times_generator(weighted_sum(text.bytes())) ^ SUM));
    text
}

/// Reads what was typed, into the normal form: either case, hyphens and blanks anywhere or nowhere, O for 0, I and L for 1, and
/// Cyrillic letters that look like Latin ones.
///
/// # Errors
/// [`TypeableFault`] when it has another shape or the check symbol doesn't fit.
pub fn normalize(typed: &str) -> Result<String, TypeableFault> {
    if typed.len() > MAX_WRITTEN {
        return Err(TypeableFault::Malformed);
    }
    let symbols = typed.chars().filter(|c| !is_separator(*c)).flat_map(char::to_uppercase).map(read_symbol);
    let text: String = symbols.collect::<Option<_>>().ok_or(TypeableFault::Malformed)?;
    if text.len() != LENGTH {
        return Err(TypeableFault::Malformed);
    }
    if weighted_sum(text.bytes()) == SUM { Ok(text) } else { Err(TypeableFault::Check) }
}

/// A normal form as it is printed: groups of five with hyphens between, the check symbol last.
pub fn grouped(normal: &str) -> String {
    let mut text = String::with_capacity(normal.len() + normal.len() / GROUP);
    for (at, symbol) in normal.chars().enumerate() {
        if at > 0 && at % GROUP == 0 {
            text.push('-');
        }
        text.push(symbol);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ids::ALPHABET;

    #[test]
    fn it_has_the_shape_that_people_are_told() {
        let printed = grouped(&generate(0));
        assert!(printed.starts_with("00000-00000-00000-00000-"), "{printed}");
        assert_eq!(printed.len(), 25);
        assert_eq!(BITS, 100);
        assert_eq!(normalize(&"0".repeat(LENGTH)), Err(TypeableFault::Check), "a row of noughts is nothing");
    }

    #[test]
    fn every_bit_counts() {
        let nothing = generate(0);
        for bit in 0..BITS {
            assert_ne!(generate(1 << bit), nothing, "bit {bit}");
        }
        assert_eq!(generate(1 << BITS), nothing);
    }

    #[test]
    fn it_is_read_as_people_type_it() {
        // 1, 0 and A first: what is taken for I, L, O and their Cyrillic doubles.
        let code = generate(0b01010_00000_00001);
        assert!(code.starts_with("10A"), "{code}");
        let rest = &code[3..];
        for first in ["10A", "iOa", "l0A", "L oa", "І0А", "1-0–а", "1О A"] {
            for typed in [format!("{first}{rest}"), format!("  {first} {}\n", grouped(rest).to_lowercase())] {
                assert_eq!(normalize(&typed).as_ref(), Ok(&code), "{typed}");
            }
        }
    }

    #[test]
    fn what_has_another_shape_is_malformed() {
        let code = generate(u128::MAX);
        for bad in
            ["", "-", &code[1..], &format!("{code}0"), &code.replacen(|_| true, "U", 1), &"7".repeat(10_000), "🦊"]
        {
            assert_eq!(normalize(bad), Err(TypeableFault::Malformed), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_made_is_read_back(random in any::<u128>()) {
            let code = generate(random);
            prop_assert_eq!(normalize(&code), Ok(code.clone()));
            prop_assert_eq!(normalize(&grouped(&code).to_lowercase()), Ok(code));
        }

        #[test]
        fn every_single_slip_is_noticed(random in any::<u128>()) {
            let code = generate(random);
            for (at, byte) in code.bytes().enumerate() {
                for other in ALPHABET.iter().filter(|other| **other != byte) {
                    let mut slip = code.clone().into_bytes();
                    slip[at] = *other;
                    prop_assert_eq!(normalize(&String::from_utf8(slip).unwrap()), Err(TypeableFault::Check));
                }
            }
        }

        #[test]
        fn every_swap_of_two_symbols_is_noticed(random in any::<u128>()) {
            let code = generate(random).into_bytes();
            for one in 0..LENGTH {
                for other in one + 1..LENGTH {
                    let mut swapped = code.clone();
                    swapped.swap(one, other);
                    if swapped != code {
                        prop_assert_eq!(normalize(&String::from_utf8(swapped).unwrap()), Err(TypeableFault::Check));
                    }
                }
            }
        }

        #[test]
        fn no_text_is_too_odd(text in any::<String>()) {
            let _ = normalize(&text);
        }
    }
}
