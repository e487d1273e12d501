//! Codes in pictures: a frame of a camera, a photo of a phone's screen.

use rxing::common::HybridBinarizer;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BinaryBitmap, DecodeHints, Luma8LuminanceSource, Reader as _};

/// Pictures with a longer side are not looked at, pixels: whoever has a larger one makes it smaller.
pub const LONGEST_SIDE: u32 = 4096;

/// The text of the QR symbol (ISO/IEC 18004) in a picture: `width` × `height` bytes of luma, row by row. `None` where no
/// symbol is found, or none that is whole.
#[must_use]
pub fn text_in(luma: Vec<u8>, width: u32, height: u32) -> Option<String> {
    let bytes = usize::try_from(u64::from(width) * u64::from(height)).ok()?;
    if width.max(height) > LONGEST_SIDE || bytes == 0 || luma.len() != bytes {
        return None;
    }
    let source = Luma8LuminanceSource::new(luma, width, height).ok()?;
    let hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
    let found = QrReader.decode_with_hints(&mut BinaryBitmap::new(HybridBinarizer::new(source)), &hints);
    Some(found.ok()?.getText().to_owned())
}
