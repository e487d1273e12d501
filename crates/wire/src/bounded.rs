//! Strings and byte strings with an upper bound that deserialization enforces.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Why a value does not fit its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BoundError {
    /// More characters or bytes than the field takes.
    #[error("longer than {max}")]
    TooLong {
        /// The bound.
        max: usize,
    },
    /// A control, bidirectional or line-breaking character.
    #[error("a control character")]
    Control,
    /// Not base64url without padding.
    #[error("not base64url")]
    Encoding,
    /// A byte string of another length than the field has.
    #[error("not {expected} bytes")]
    Length {
        /// The only length allowed.
        expected: usize,
    },
}

/// At most `MAX` Unicode scalar values, none of them a control or bidirectional character.
///
/// Its `Debug` shows the length only: texts of this crate are mostly personal data.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// Takes `text` if it fits.
    pub fn new(text: impl Into<String>) -> Result<Self, BoundError> {
        let text = text.into();
        check(&text, MAX)?;
        Ok(Self(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text itself.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Kept out of the generic type: there is one copy of it in a binary.
fn check(text: &str, max: usize) -> Result<(), BoundError> {
    if text.chars().nth(max).is_some() {
        return Err(BoundError::TooLong { max });
    }
    if text.chars().any(is_control) { Err(BoundError::Control) } else { Ok(()) }
}

/// C0 and C1 controls, line and paragraph separators, and the characters that change the direction of text.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

impl<const MAX: usize> fmt::Debug for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} chars)", self.0.chars().count())
    }
}

impl<const MAX: usize> Serialize for Text<MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// Exactly `LEN` bytes, written as base64url without padding (RFC 4648 §5). `Debug` shows no content.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bytes<const LEN: usize>(pub [u8; LEN]);

impl<const LEN: usize> Bytes<LEN> {
    /// Decodes base64url.
    pub fn from_base64url(text: &str) -> Result<Self, BoundError> {
        // The length is checked first so that an oversized string is never decoded.
        if text.len() != LEN.div_ceil(3) * 4 - (3 - LEN % 3) % 3 {
            return Err(BoundError::Length { expected: LEN });
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BoundError::Encoding)?;
        bytes.try_into().map(Self).map_err(|_| BoundError::Length { expected: LEN })
    }

    /// Encodes as base64url.
    #[must_use]
    pub fn to_base64url(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl<const LEN: usize> fmt::Debug for Bytes<LEN> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bytes({LEN})")
    }
}

impl<const LEN: usize> Serialize for Bytes<LEN> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_base64url())
    }
}

impl<'de, const LEN: usize> Deserialize<'de> for Bytes<LEN> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_base64url(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_counts_characters_not_bytes() {
        assert!(Text::<2>::new("𫖯䶮").is_ok());
        assert_eq!(Text::<2>::new("一二三"), Err(BoundError::TooLong { max: 2 }));
        assert_eq!(Text::<9>::new("a\u{202E}b"), Err(BoundError::Control));
    }

    #[test]
    fn bytes_have_one_length() {
        for text in ["", "AA", "AAAA", "AAAAA", "A===", "!!!!"] {
            assert_eq!(Bytes::<3>::from_base64url(text).is_ok(), text == "AAAA", "{text}");
        }
        assert!(Bytes::<65>::from_base64url(&Bytes([4u8; 65]).to_base64url()).is_ok());
        assert!(Bytes::<32>::from_base64url(&Bytes([4u8; 32]).to_base64url()).is_ok());
        assert!(Bytes::<16>::from_base64url(&Bytes([4u8; 16]).to_base64url()).is_ok());
    }

    #[test]
    fn debug_shows_nothing_personal() {
        assert_eq!(format!("{:?}", Text::<9>::new("张三").unwrap()), "Text(2 chars)");
    }
}
