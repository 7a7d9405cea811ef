//! Client secrets: random, shown once, stored as SHA-256. A slow hash would add nothing, as nobody can guess 32 random bytes.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zvit_domain::typeable;

use super::KeyFault;

/// A secret that must not get into logs.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps what a client has shown.
    pub fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The secret itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A new secret: 32 random bytes as 43 characters of base64url.
///
/// # Errors
/// When the system has no randomness to give.
pub fn new_secret() -> Result<Secret, KeyFault> {
    let mut bytes = [0_u8; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| KeyFault::new("no randomness"))?;
    Ok(Secret(URL_SAFE_NO_PAD.encode(bytes)))
}

/// A new secret that people can type, in its normal form: a one-time code, or the secret of a printed spare.
///
/// # Errors
/// When the system has no randomness to give.
pub fn new_typeable() -> Result<Secret, KeyFault> {
    let mut bytes = [0_u8; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| KeyFault::new("no randomness"))?;
    Ok(Secret(typeable::generate(u128::from_le_bytes(bytes))))
}

/// What was typed, in the normal form that is stored as a hash; as it is, where it has none and so can't match.
pub fn as_typed(shown: &Secret) -> Secret {
    typeable::normalize(&shown.0).map_or_else(|_| shown.clone(), Secret)
}

/// SHA-256 of a secret: what is stored.
pub fn hash_secret(secret: &Secret) -> [u8; 32] {
    let mut hash = [0_u8; 32];
    hash.copy_from_slice(digest(&SHA256, secret.0.as_bytes()).as_ref());
    hash
}

/// Whether the secret is the one behind the stored hash; takes as long either way. For an unknown client compare with any 32
/// bytes, so that it can't be told from a known one by the time.
pub fn secret_matches(given: &Secret, stored: &[u8]) -> bool {
    verify_slices_are_equal(&hash_secret(given), stored).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_secret_is_known_however_it_is_typed() {
        let secret = new_typeable().unwrap();
        let printed = typeable::grouped(secret.expose()).to_lowercase();
        assert!(!secret_matches(&Secret::new(printed.clone()), &hash_secret(&secret)));
        assert!(secret_matches(&as_typed(&Secret::new(printed)), &hash_secret(&secret)));
        assert_eq!(as_typed(&Secret::new("x y".into())).expose(), "x y");
        assert_ne!(new_typeable().unwrap().expose(), secret.expose());
    }

    #[test]
    fn a_secret_is_known_by_its_hash_and_never_printed() {
        let secret = new_secret().unwrap();
        assert_eq!(secret.expose().len(), 43);
        assert!(secret_matches(&secret, &hash_secret(&secret)));
        assert!(!secret_matches(&new_secret().unwrap(), &hash_secret(&secret)));
        assert!(!secret_matches(&secret, &[]) && !secret_matches(&secret, &hash_secret(&secret)[..31]));
        assert_eq!(format!("{secret:?}"), "[redacted]");
    }
}
