//! SHA-256, for what the service says about bytes it was sent.

/// The digest in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
