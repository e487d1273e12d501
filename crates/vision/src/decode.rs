//! Stage 1: bytes → photo. The format is told by content, never by name; EXIF orientation is applied.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, RgbImage};
use shiming_identity::document::Pixels;

use crate::picture::Photo;

/// Why bytes are not a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// None of the formats that are read here.
    #[error("not a JPEG, PNG or WebP picture")]
    Format,
    /// The format is right, the content is not, or it ends early.
    #[error("the picture is damaged")]
    Damaged,
    /// More pixels than allowed; nothing was allocated for them.
    #[error("{width}×{height} pixels are more than {max_megapixels} megapixels")]
    TooManyPixels {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// The bound.
        max_megapixels: u16,
    },
}

impl DecodeError {
    /// Its stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Format => "unknown_format",
            Self::Damaged => "damaged",
            Self::TooManyPixels { .. } => "too_many_pixels",
        }
    }
}

/// No side of a picture may be longer; the codecs' own bound for JPEG and well above any phone's.
const MAX_SIDE: u32 = 65_535;

/// Decodes a JPEG, PNG or WebP picture (RN-3, RN-4).
///
/// The header is read first: a picture of more pixels than `pixels` allows is refused before memory for it is taken.
pub fn decode(bytes: &[u8], pixels: &Pixels) -> Result<Photo, DecodeError> {
    let Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) = image::guess_format(bytes) else {
        return Err(DecodeError::Format);
    };
    let most = u64::from(pixels.max_megapixels) * 1_000_000;
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    // 16-bit RGBA is the widest pixel; what the codec needs besides is bounded by a fixed allowance.
    limits.max_alloc = Some(most * 8 + 64 * 1024 * 1024);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refuse(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > most {
        return Err(DecodeError::TooManyPixels { width, height, max_megapixels: pixels.max_megapixels });
    }
    if width == 0 || height == 0 {
        return Err(DecodeError::Damaged);
    }
    // A broken EXIF block does not make the pixels unreadable.
    let orientation = decoder.orientation().ok();
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| refuse(&error))?;
    if let Some(orientation) = orientation {
        image.apply_orientation(orientation);
    }
    Ok(Photo::new(over_white(image)))
}

fn refuse(error: &ImageError) -> DecodeError {
    match error {
        ImageError::Unsupported(_) => DecodeError::Format,
        _ => DecodeError::Damaged,
    }
}

/// RGB with 8 bits; transparent pixels as they would look on paper.
fn over_white(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let image = image.into_rgba8();
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let [r, g, b, a] = image.get_pixel(x, y).0.map(u16::from);
        image::Rgb([r, g, b].map(|v| ((v * a + 255 * (255 - a)) / 255) as u8))
    })
}

#[cfg(test)]
mod tests {
    use image::{ExtendedColorType, ImageEncoder as _};

    use super::*;

    const PIXELS: Pixels = Pixels { min_document_width: 480, max_megapixels: 1 };

    /// 40 × 20: red left half, blue right half, the top left quarter green.
    fn flag() -> RgbImage {
        RgbImage::from_fn(40, 20, |x, y| {
            image::Rgb(match (x < 20, y < 10) {
                (true, true) => [20, 200, 20],
                (true, false) => [200, 20, 20],
                (false, _) => [20, 20, 200],
            })
        })
    }

    /// An EXIF block that holds nothing but the orientation.
    fn exif(orientation: u8) -> Vec<u8> {
        let mut block = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        block.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
        block
    }

    fn jpeg(image: &RgbImage, orientation: Option<u8>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 95);
        if let Some(orientation) = orientation {
            encoder.set_exif_metadata(exif(orientation)).unwrap();
        }
        encoder.write_image(image, image.width(), image.height(), ExtendedColorType::Rgb8).unwrap();
        bytes
    }

    fn encoded(format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        flag().write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn greenest_corner(photo: &Photo) -> (bool, bool) {
        let (w, h) = (photo.width(), photo.height());
        let corners = [(3, 3), (w - 4, 3), (3, h - 4), (w - 4, h - 4)];
        let (x, y) = corners.into_iter().max_by_key(|&(x, y)| photo.image().get_pixel(x, y).0[1]).unwrap();
        (x > w / 2, y > h / 2)
    }

    // RN-1, RN-4
    #[test]
    fn all_three_formats_are_read_by_their_content() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let photo = decode(&encoded(format), &PIXELS).unwrap();
            assert_eq!((photo.width(), photo.height()), (40, 20), "{format:?}");
            assert_eq!(greenest_corner(&photo), (false, false), "{format:?}");
        }
        assert_eq!(decode(b"GIF89a\x01\0\x01\0\0\0\0;", &PIXELS).unwrap_err(), DecodeError::Format);
        assert_eq!(decode(b"", &PIXELS).unwrap_err(), DecodeError::Format);
    }

    // RN-4: EXIF 2.32 table 6, "Orientation"
    #[test]
    fn all_eight_orientations_are_applied() {
        // Where row 0, column 0 of the stored picture belongs: (right, bottom).
        let first_pixel = [
            (1, (false, false)),
            (2, (true, false)),
            (3, (true, true)),
            (4, (false, true)),
            (5, (false, false)),
            (6, (true, false)),
            (7, (true, true)),
            (8, (false, true)),
        ];
        for (orientation, corner) in first_pixel {
            let photo = decode(&jpeg(&flag(), Some(orientation)), &PIXELS).unwrap();
            let size = if orientation > 4 { (20, 40) } else { (40, 20) };
            assert_eq!((photo.width(), photo.height()), size, "{orientation}");
            assert_eq!(greenest_corner(&photo), corner, "{orientation}");
        }
    }

    #[test]
    fn a_senseless_orientation_leaves_the_picture_as_it_is() {
        let photo = decode(&jpeg(&flag(), Some(77)), &PIXELS).unwrap();
        assert_eq!(greenest_corner(&photo), (false, false));
    }

    // RN-3: the bound on pixels
    #[test]
    fn a_header_that_promises_too_many_pixels_is_refused() {
        // The size fields of a PNG's IHDR chunk (its CRC made right again) and of a JPEG's SOF0 segment.
        let mut png = encoded(ImageFormat::Png);
        png[16..24].copy_from_slice(&[0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50]);
        let crc = crc32(&png[12..29]);
        png[29..33].copy_from_slice(&crc.to_be_bytes());
        let mut jpeg = jpeg(&flag(), None);
        let sof = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
        jpeg[sof + 5..sof + 9].copy_from_slice(&[0xC3, 0x50, 0xC3, 0x50]);
        for bytes in [png, jpeg] {
            assert_eq!(
                decode(&bytes, &PIXELS).unwrap_err(),
                DecodeError::TooManyPixels { width: 50_000, height: 50_000, max_megapixels: 1 }
            );
        }
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
        })
    }

    #[test]
    fn transparent_pixels_look_like_paper() {
        let mut bytes = Cursor::new(Vec::new());
        image::RgbaImage::from_pixel(2, 2, image::Rgba([0, 0, 0, 0])).write_to(&mut bytes, ImageFormat::Png).unwrap();
        assert_eq!(decode(&bytes.into_inner(), &PIXELS).unwrap().image().get_pixel(0, 0).0, [255; 3]);
    }
}
