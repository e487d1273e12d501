//! Files → photos.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Cursor, Read as _};

use image::{ImageFormat, ImageReader, Limits};
use shiming_identity::document::Pixels;
use shiming_vision::{DecodeError, Photo, decode};

/// Files of more bytes are refused: twice what 50 megapixels take without compression.
const MOST_BYTES: u64 = 300 * 1024 * 1024;

/// Why there is no photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoPhoto {
    /// The file cannot be read, or is a folder.
    Unreadable,
    /// More than [`MOST_BYTES`].
    TooLarge,
    /// What is in it is no picture that can be decoded.
    Undecodable(DecodeError),
}

impl NoPhoto {
    /// Its stable name.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "file_unreadable",
            Self::TooLarge => "file_too_large",
            Self::Undecodable(error) => error.code(),
        }
    }
}

/// The photo in `file`, whatever its name says it is.
pub(crate) fn open(file: &OsStr, pixels: Pixels) -> Result<Photo, NoPhoto> {
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file that is too large, also where its size is not known beforehand.
    File::open(file)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|_| NoPhoto::Unreadable)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(NoPhoto::TooLarge);
    }
    if matches!(image::guess_format(&bytes), Ok(ImageFormat::Bmp)) {
        return open_bmp(&bytes, pixels).map_err(NoPhoto::Undecodable);
    }
    decode(&bytes, &pixels).map_err(NoPhoto::Undecodable)
}

/// BMP, which phones do not make and scanners do: decoded here, so that no browser has to load a decoder for it.
fn open_bmp(bytes: &[u8], pixels: Pixels) -> Result<Photo, DecodeError> {
    let reader = || ImageReader::with_format(Cursor::new(bytes), ImageFormat::Bmp);
    let (width, height) = reader().into_dimensions().map_err(|_| DecodeError::Damaged)?;
    let most = u64::from(pixels.max_megapixels) * 1_000_000;
    if u64::from(width) * u64::from(height) > most {
        return Err(DecodeError::TooManyPixels { width, height, max_megapixels: pixels.max_megapixels });
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(most * 8);
    let mut reader = reader();
    reader.limits(limits);
    let image = reader.decode().map_err(|_| DecodeError::Damaged)?;
    Ok(Photo::new(image.into_rgb8()))
}
