//! Whether 32 bytes are a public key of Ed25519. The library looks no further than their length before it verifies with them;
//! but what is registered should be told wrong at once, and a point of small order "signs" for anybody.

/// Encodings (without the sign bit) of the points of small order, and of the two that are not reduced but would be read as such:
/// RFC 7748, section 7, speaks of checking for them; the list is that of the library `libsodium`.
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
