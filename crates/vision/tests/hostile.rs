//! Bytes and pictures that nobody meant to be read: nothing panics, nothing is accepted.
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "tests: what fails may stop them; sizes are small"
)]

mod common;

use std::sync::LazyLock;

use common::{READER, format_of, formats, inspect, photo, today};
use image::RgbImage;
use proptest::prelude::*;
use shiming_identity::document::{Pixels, Side};
use shiming_specimen::PhotoStyle;
use shiming_vision::{Frame, Photo, decode};

const PIXELS: Pixels = Pixels { min_document_width: 480, max_megapixels: 4 };

static JPEG: LazyLock<Vec<u8>> = LazyLock::new(|| photo(0, Side::Front, &PhotoStyle::phone(0)).jpeg);

/// The start of each format that is read, so that random bytes get past the front door.
const MAGIC: [&[u8]; 4] =
    [b"", b"\xFF\xD8\xFF\xE0\0\x10JFIF\0", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"RIFF\xFF\xFF\0\0WEBPVP8 "];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_decoded_or_refused(magic in 0..MAGIC.len(), bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let mut all = MAGIC[magic].to_vec();
        all.extend(bytes);
        let _ = decode(&all, &PIXELS);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_jpegs_are_decoded_or_refused(
        cut in 0.0..1.0f64,
        damage in prop::collection::vec((0.0..1.0f64, any::<u8>()), 0..12),
    ) {
        let mut bytes = JPEG[..(JPEG.len() as f64 * cut) as usize].to_vec();
        // Half of the damage goes to the headers.
        for (nth, (place, value)) in damage.into_iter().enumerate() {
            let reach = if nth % 2 == 0 { bytes.len().min(700) } else { bytes.len() };
            if let Some(byte) = bytes.get_mut((reach as f64 * place) as usize) {
                *byte = value;
            }
        }
        if let Ok(photo) = decode(&bytes, &PIXELS) {
            let _ = inspect(&photo.frame(), &format_of(Side::Front));
        }
    }

    #[test]
    fn frames_of_any_size_are_inspected(width in 1u32..420, height in 1u32..420, seed in any::<u32>(), coarse in 1u32..40) {
        let noise = RgbImage::from_fn(width, height, |x, y| {
            let cell = (x / coarse).wrapping_mul(73_856_093) ^ (y / coarse).wrapping_mul(19_349_663) ^ seed;
            image::Rgb(cell.wrapping_mul(2_654_435_761).to_be_bytes()[..3].try_into().unwrap())
        });
        for side in [Side::Front, Side::Back] {
            let _ = inspect(&Photo::new(noise.clone()).frame(), &format_of(side));
        }
    }
}

#[test]
fn frames_that_are_not_what_they_say_are_not_frames() {
    assert!(Frame::rgba(&[0; 16], 2, 2).is_some());
    assert!(Frame::rgba(&[0; 15], 2, 2).is_none());
    assert!(Frame::rgba(&[], 0, 0).is_none());
    assert!(Frame::rgba(&[0; 16], u32::MAX, u32::MAX).is_none());
    assert!(Frame::luma(&[0; 4], 2, 2).is_some());
}

// The same picture as RGBA, RGB and luma is the same document
#[test]
fn luma_and_rgba_frames_are_inspected_alike() {
    let photo = decode(&JPEG, &PIXELS).unwrap();
    let rgba: Vec<u8> = photo.image().pixels().flat_map(|p| [p.0[0], p.0[1], p.0[2], 255]).collect();
    let luma = image::imageops::grayscale(photo.image()).into_raw();
    let (width, height) = (photo.width(), photo.height());
    let format = format_of(Side::Front);
    let of_rgb = inspect(&photo.frame(), &format);
    assert_eq!(inspect(&Frame::rgba(&rgba, width, height).unwrap(), &format), of_rgb);
    let of_luma = inspect(&Frame::luma(&luma, width, height).unwrap(), &format);
    assert_eq!(of_luma.hint, of_rgb.hint);
}

// RN-4: no document is read where none is, and nothing hangs
#[test]
fn strange_pictures_are_refused() {
    let (width, height) = (640, 480);
    let pictures = [
        RgbImage::new(1, 1),
        RgbImage::new(1, 3000),
        RgbImage::new(3000, 2),
        RgbImage::from_pixel(width, height, image::Rgb([255; 3])),
        RgbImage::from_fn(width, height, |x, y| image::Rgb([(x ^ y) as u8; 3])),
        RgbImage::from_fn(width, height, |x, y| image::Rgb([if (x / 40 + y / 40) % 2 == 0 { 20 } else { 235 }; 3])),
        RgbImage::from_fn(width, height, |x, _| image::Rgb([(x * 255 / width) as u8, 90, 120])),
    ];
    for picture in pictures {
        let photo = Photo::new(picture);
        assert!(READER.read(&photo, &formats(), today()).is_err(), "{photo:?}");
        assert!(READER.read(&photo, &[], today()).is_err());
    }
}
