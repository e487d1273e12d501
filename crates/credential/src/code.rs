//! The code: bytes ↔ what a QR symbol carries. zlib (RFC 1950), base45 (RFC 9285), and a prefix that says which version it is.

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};
use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};

/// What every code begins with; of the characters that QR packs two into eleven bits.
pub const PREFIX: &str = "SM1:";
/// The largest QR symbol that a mid-range camera reads from another phone's screen.
pub const LARGEST_VERSION: u8 = 22;
/// Longer texts are not looked at.
const LONGEST: usize = 2048;
/// Codes that unpack to more bytes are not ours.
const MOST: usize = 2048;

/// What is no code, or makes none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// It begins with another prefix: some other code.
    #[error("not the code of an electronic ID card")]
    OtherCode,
    /// The prefix is right and the rest is damaged, or longer than any card.
    #[error("the code is damaged")]
    Damaged,
    /// It does not fit into the largest symbol.
    #[error("the card does not fit into a code")]
    TooLong,
}

/// The text of a code.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    format!("{PREFIX}{}", base45::encode(compress_to_vec_zlib(bytes, 10)))
}

/// The bytes of a code.
pub fn decode(text: &str) -> Result<Vec<u8>, CodeError> {
    let body = text.strip_prefix(PREFIX).ok_or(CodeError::OtherCode)?;
    if body.len() > LONGEST {
        return Err(CodeError::Damaged);
    }
    let packed = base45::decode(body).map_err(|_| CodeError::Damaged)?;
    // Lower case and the like would be a second way to write the same.
    if base45::encode(&packed) != body {
        return Err(CodeError::Damaged);
    }
    inflate(&packed, MOST).ok_or(CodeError::Damaged)
}

/// Unpacks a zlib stream of at most so many bytes; `None` where it is damaged, larger, or followed by something.
pub(crate) fn inflate(packed: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; most];
    let flags = inflate_flags::TINFL_FLAG_PARSE_ZLIB_HEADER | inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, read, written) = decompress(&mut DecompressorOxide::new(), packed, &mut bytes, 0, flags);
    bytes.truncate(written);
    (status == TINFLStatus::Done && read == packed.len()).then_some(bytes)
}

/// A QR symbol (ISO/IEC 18004).
#[derive(Clone, PartialEq, Eq)]
pub struct Symbol(QrCode);

impl std::fmt::Debug for Symbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Symbol(version {})", self.version())
    }
}

impl Symbol {
    /// The smallest symbol for a text, with level M or, where that costs no larger one, better.
    pub fn of(text: &str) -> Result<Self, CodeError> {
        let segments = QrSegment::make_segments(text);
        let (smallest, largest) = (Version::new(1), Version::new(LARGEST_VERSION));
        QrCode::encode_segments_advanced(&segments, QrCodeEcc::Medium, smallest, largest, None::<Mask>, true)
            .map(Self)
            .map_err(|_| CodeError::TooLong)
    }

    /// 1 to 40.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.0.version().value()
    }

    /// Modules a side, without the quiet zone (which is four modules wide).
    #[must_use]
    pub fn side(&self) -> usize {
        usize::try_from(self.0.size()).unwrap_or(0)
    }

    /// Whether a module is dark; outside there is none.
    #[must_use]
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        i32::try_from(x).is_ok_and(|x| i32::try_from(y).is_ok_and(|y| self.0.get_module(x, y)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        // EC-4
        #[test]
        fn what_was_encoded_is_decoded(bytes in proptest::collection::vec(any::<u8>(), 0..700)) {
            prop_assert_eq!(decode(&encode(&bytes)), Ok(bytes));
        }

        #[test]
        fn any_text_is_answered(text in "(SM1:)?[0-9A-Z $%*+./:a-z-]{0,300}") {
            let _ = decode(&text);
        }
    }

    // EC-4: what unpacks without end costs nothing
    #[test]
    fn a_bomb_is_damage() {
        assert_eq!(decode(&encode(&vec![0; 1 << 20])), Err(CodeError::Damaged));
        assert_eq!(decode("HC1:6BF"), Err(CodeError::OtherCode));
        let mut longer = compress_to_vec_zlib(b"card", 10);
        longer.push(0);
        assert_eq!(decode(&format!("{PREFIX}{}", base45::encode(longer))), Err(CodeError::Damaged));
    }
}
