//! Keyed hashes: look-up keys for data that is stored encrypted, names that say nothing, and stored codes.
//!
//! Everything is HMAC-SHA-256 over `purpose ‖ 0x00 ‖ value`, where the purpose is a constant without a zero byte: hashes
//! for different purposes never meet, under one key or several.

use std::fmt;

use crate::http_signature::KeyId;
use crate::secret::{Secret, equal};

/// What a hash is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A phone line.
    Line,
    /// A phone's public key.
    Device,
    /// A client's network address.
    Address,
    /// A SIM card's ICCID.
    Sim,
    /// A person's ID number.
    Holder,
    /// A person's name, by its key: however it is written (RC-4).
    Name,
    /// The token of a capture link.
    Link,
    /// The code that a device is enrolled with (EC-5).
    Enrolment,
    /// The token of an offer of a card (EC-3).
    Offer,
    /// What a relying party may know a holder by (EC-4).
    Reference,
    /// The verification code of a certificate (NC-5).
    Certificate,
    /// A person's bearer credential.
    Credential,
    /// A request, under its idempotency key.
    Request,
    /// A stored code; only by [`CodeHash`].
    Code,
}

impl Purpose {
    fn tag(self) -> &'static [u8] {
        match self {
            Self::Line => b"shiming line",
            Self::Device => b"shiming device",
            Self::Address => b"shiming address",
            Self::Sim => b"shiming sim",
            Self::Holder => b"shiming holder",
            Self::Name => b"shiming name",
            Self::Link => b"shiming link",
            Self::Enrolment => b"shiming enrolment",
            Self::Offer => b"shiming offer",
            Self::Certificate => b"shiming certificate",
            Self::Reference => b"shiming reference",
            Self::Credential => b"shiming credential",
            Self::Request => b"shiming request",
            Self::Code => b"shiming code",
        }
    }
}

/// A key for look-ups, with the name that is stored beside every hash, so that keys can rotate: look under the new key
/// and the old one while a rotation runs.
#[derive(Clone, Debug)]
pub struct LookupKey {
    /// Its name.
    pub id: KeyId,
    /// The secret.
    pub secret: Secret,
}

/// A keyed hash and the name of its key. Tells nothing of the value to whoever lacks the key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lookup {
    /// The key's name.
    pub key_id: KeyId,
    /// The hash.
    pub hash: [u8; 32],
}

impl LookupKey {
    /// The hash of `value` for `purpose`.
    #[must_use]
    pub fn hash(&self, purpose: Purpose, value: &[u8]) -> Lookup {
        Lookup { key_id: self.id.clone(), hash: self.secret.hmac(&[purpose.tag(), &[0], value]) }
    }
}

/// `key-id:hexadecimal`
impl fmt::Display for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.key_id.as_str())?;
        self.hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A code as it is stored: bound to its registration, useless without the key (CB-5). `Debug` shows nothing.
#[derive(Clone, Copy)]
pub struct CodeHash([u8; 32]);

impl CodeHash {
    /// The hash of `code` for the registration with this id.
    #[must_use]
    pub fn of(key: &Secret, registration: &[u8; 16], code: &str) -> Self {
        // The id has a fixed length, so the code needs no length of its own.
        Self(key.hmac(&[Purpose::Code.tag(), &[0], registration, code.as_bytes()]))
    }

    /// A stored hash.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// For storing.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 32] {
        self.0
    }

    /// Whether `code` is the code, in constant time (CB-5).
    #[must_use]
    pub fn matches(&self, key: &Secret, registration: &[u8; 16], code: &str) -> bool {
        equal(&self.0, &Self::of(key, registration, code).0)
    }
}

impl fmt::Debug for CodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn key(name: &str, byte: u8) -> LookupKey {
        LookupKey { id: KeyId::new(name).unwrap(), secret: Secret::new([byte; 32]).unwrap() }
    }

    #[test]
    fn purposes_and_keys_part_hashes() {
        let purposes = [
            Purpose::Line,
            Purpose::Device,
            Purpose::Address,
            Purpose::Sim,
            Purpose::Holder,
            Purpose::Link,
            Purpose::Enrolment,
            Purpose::Offer,
            Purpose::Reference,
            Purpose::Credential,
            Purpose::Request,
            Purpose::Code,
        ];
        let hashes: HashSet<[u8; 32]> = purposes
            .iter()
            .flat_map(|purpose| [key("a", 1), key("b", 2)].map(|key| key.hash(*purpose, b"13800000002").hash))
            .collect();
        assert_eq!(hashes.len(), 2 * purposes.len());
        assert!(purposes.iter().all(|purpose| !purpose.tag().contains(&0)));
    }

    #[test]
    fn printed_with_the_key_s_name() {
        let text = key("2026-11", 1).hash(Purpose::Line, b"x").to_string();
        let (name, hash) = text.split_once(':').unwrap();
        assert_eq!((name, hash.len()), ("2026-11", 64));
    }

    // CB-5
    #[test]
    fn a_code_belongs_to_one_registration() {
        let secret = Secret::new([3; 32]).unwrap();
        let stored = CodeHash::from_bytes(CodeHash::of(&secret, &[1; 16], "042137").to_bytes());
        assert!(stored.matches(&secret, &[1; 16], "042137"));
        assert!(!stored.matches(&secret, &[1; 16], "042138"));
        assert!(!stored.matches(&secret, &[1; 16], "42137"));
        assert!(!stored.matches(&secret, &[2; 16], "042137"));
        assert!(!stored.matches(&Secret::new([4; 32]).unwrap(), &[1; 16], "042137"));
        assert_eq!(format!("{stored:?}"), "CodeHash(…)");
    }

    proptest! {
        #[test]
        fn the_hash_is_a_function_of_the_value(a: Vec<u8>, b: Vec<u8>) {
            let key = key("k", 9);
            prop_assert_eq!(key.hash(Purpose::Line, &a) == key.hash(Purpose::Line, &b), a == b);
        }
    }
}
