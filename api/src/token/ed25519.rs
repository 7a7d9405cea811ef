//! Which 32 bytes may be a client's public key on Ed25519. The library looks no further than their number before it verifies
//! with them. That they are a point of the curve at all is not asked: half of all wrong bytes are one, and what is none verifies
//! nothing. But a point of small order "signs" every message for anybody.

/// The points of small order, without the sign bit, and the two encodings that are not reduced and mean such points: those that
/// libsodium refuses (`ge25519_has_small_order`).
const SMALL_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// Whether these bytes may be a client's public key.
pub(super) fn is_sound(bytes: &[u8]) -> bool {
    let mut plain = bytes.to_vec();
    if let Some(last) = plain.last_mut() {
        *last &= 0x7f;
    }
    bytes.len() == 32 && !SMALL_ORDER.contains(&crate::hex(&plain).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, ParsedPublicKey};

    #[test]
    fn a_point_of_small_order_signs_for_anybody_and_is_refused() {
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let signature = [neutral, [0; 32]].concat();
        let key = ParsedPublicKey::new(&ED25519, neutral).unwrap();
        assert!(key.verify_sig(b"whatever", &signature).is_ok(), "why this has to be looked at");
        assert!(!is_sound(&neutral));
        neutral[31] = 0x80;
        assert!(!is_sound(&neutral), "the sign bit makes no difference");
    }

    #[test]
    fn real_keys_are_sound_and_other_lengths_are_not() {
        let key = Ed25519KeyPair::generate().unwrap();
        let public = key.public_key().as_ref();
        assert!(is_sound(public) && !is_sound(&public[1..]) && !is_sound(&[public, public].concat()) && !is_sound(&[]));
    }
}
