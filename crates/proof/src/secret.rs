//! Shared secrets.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Least length of a secret, bytes: the output of the hash (RFC 2104 §3).
pub const MIN_SECRET_BYTES: usize = 32;
/// Block length of SHA-256, bytes.
const BLOCK: usize = 64;

/// A secret of at least 32 bytes for HMAC-SHA-256. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Secret {
    bytes: Vec<u8>,
}

/// Why something is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Shorter than [`MIN_SECRET_BYTES`].
    #[error("shorter than {MIN_SECRET_BYTES} bytes")]
    TooShort,
    /// Not base64url without padding.
    #[error("not base64url")]
    Encoding,
}

impl Secret {
    /// Takes random bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, SecretError> {
        let bytes = bytes.into();
        if bytes.len() < MIN_SECRET_BYTES { Err(SecretError::TooShort) } else { Ok(Self { bytes }) }
    }

    /// Reads base64url without padding, the way that secrets are configured.
    pub fn from_base64url(text: &str) -> Result<Self, SecretError> {
        Self::new(URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| SecretError::Encoding)?)
    }

    /// HMAC-SHA-256 (RFC 2104) over the parts one after another.
    #[must_use]
    pub fn hmac(&self, parts: &[&[u8]]) -> [u8; 32] {
        // The padded block is what `new_from_slice` would make; given as a block it cannot fail.
        let mut block = [0u8; BLOCK];
        if self.bytes.len() > BLOCK {
            block[..32].copy_from_slice(&Sha256::digest(&self.bytes));
        } else {
            block[..self.bytes.len()].copy_from_slice(&self.bytes);
        }
        let mut mac = Hmac::<Sha256>::new(&block.into());
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The bytes, for the hash of the legacy session key only.
    pub(crate) fn expose(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Whether two byte strings are equal, in a time that depends on their lengths only.
pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        use std::fmt::Write as _;
        bytes.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
    }

    // RFC 4231 §4.7, §4.8: keys longer than a block are hashed first. (Its short keys are below our least length.)
    #[test]
    fn hmac_sha_256_vectors() {
        let long = Secret::new([0xaa; 131]).unwrap();
        assert_eq!(
            hex(&long.hmac(&[b"Test Using Larger Than Block-Size Key ", b"- Hash Key First"])),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn short_or_unreadable_secrets_are_refused() {
        assert_eq!(Secret::new([1; 31]).err(), Some(SecretError::TooShort));
        assert_eq!(Secret::from_base64url("AAAA").err(), Some(SecretError::TooShort));
        assert_eq!(Secret::from_base64url("not base64!").err(), Some(SecretError::Encoding));
        assert!(Secret::from_base64url(&"A".repeat(43)).is_ok());
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::new([7; 32]).unwrap()), "Secret(…)");
    }
}
