//! Stage 6: the image-format parameters (RN-3) held against a photo, and applied to it (RN-4).

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder as _, RgbImage};
use shiming_identity::document::{FormatMode, FormatParameters, PictureFormat};

use crate::geometry::Quad;
use crate::picture::Frame;
use crate::quality::{Measured, below};
use crate::rectify::rectify;
use crate::refusal::Reason;

/// Holds the document's position, pixels and quality against the parameters: the first that even conversion cannot
/// mend, or, in mode [`FormatMode::Reshoot`], the first that is not satisfied as the photo is.
#[must_use]
pub fn check(format: &FormatParameters, quad: &Quad, measured: Measured) -> Option<Reason> {
    let [top, _, bottom, _] = quad.sides();
    let position = &format.position;
    if top.min(bottom) < f32::from(format.pixels.min_document_width) * 0.98
        || measured.coverage < position.min_coverage_percent
    {
        return Some(Reason::TooSmall);
    }
    if measured.perspective > position.max_perspective_percent {
        return Some(Reason::TooSteep);
    }
    if format.mode == FormatMode::Reshoot {
        let [x, y] = crate::geometry::minus(quad.0[1], quad.0[0]);
        if measured.tilt_degrees > position.max_tilt_degrees || x <= y.abs() {
            return Some(Reason::Tilted);
        }
    }
    below(measured, format.quality_floor)
}

/// Rotates, crops, takes the perspective away and resizes: the document alone, upright, at the format's size.
#[must_use]
pub fn convert(frame: &Frame<'_>, quad: &Quad, format: &FormatParameters) -> Option<RgbImage> {
    rectify(frame, quad, u32::from(format.size.width), u32::from(format.size.height))
}

/// Encodes the converted picture as the format asks. It stays on the phone (DC-1).
#[must_use]
pub fn encode(flat: &RgbImage, format: &FormatParameters) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let encoder = match format.format.kind {
        PictureFormat::Jpeg => JpegEncoder::new_with_quality(&mut bytes, format.format.quality.clamp(1, 100)),
    };
    encoder.write_image(flat, flat.width(), flat.height(), ExtendedColorType::Rgb8).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use shiming_identity::document::{DocumentKind, layouts};

    use super::*;
    use crate::picture::Photo;

    const GOOD: Measured =
        Measured { sharpness: 60, brightness: 150, glare: 0, coverage: 40, tilt_degrees: 3, perspective: 104 };

    fn format() -> FormatParameters {
        layouts(DocumentKind::CnResidentId).remove(0).format
    }

    fn quad() -> Quad {
        Quad([[100.0, 100.0], [900.0, 100.0], [900.0, 605.0], [100.0, 605.0]])
    }

    // RN-4: each parameter, in mode "convert"
    #[test]
    fn every_parameter_that_conversion_cannot_mend_is_refused() {
        let refused = |change: fn(&mut Measured)| {
            let mut measured = GOOD;
            change(&mut measured);
            check(&format(), &quad(), measured)
        };
        assert_eq!(refused(|_| {}), None);
        assert_eq!(refused(|m| m.coverage = 5), Some(Reason::TooSmall));
        assert_eq!(refused(|m| m.perspective = 140), Some(Reason::TooSteep));
        assert_eq!(refused(|m| m.brightness = 20), Some(Reason::TooDark));
        assert_eq!(refused(|m| m.brightness = 250), Some(Reason::TooBright));
        assert_eq!(refused(|m| m.glare = 20), Some(Reason::Glare));
        assert_eq!(refused(|m| m.sharpness = 3), Some(Reason::Blurred));
        assert_eq!(refused(|m| m.tilt_degrees = 30), None);
        assert_eq!(check(&format(), &quad().scaled(0.5), GOOD), Some(Reason::TooSmall));
    }

    // RN-4: mode "reshoot" asks for another shot where mode "convert" rotates
    #[test]
    fn reshoot_refuses_what_convert_mends() {
        let mut format = format();
        for turned in [quad().turned(2), quad().turned(1)] {
            assert_eq!(check(&format, &turned, GOOD).filter(|reason| *reason == Reason::Tilted), None);
        }
        format.mode = FormatMode::Reshoot;
        format.pixels.min_document_width = 100;
        assert_eq!(check(&format, &quad(), GOOD), None);
        assert_eq!(check(&format, &quad(), Measured { tilt_degrees: 30, ..GOOD }), Some(Reason::Tilted));
        for turned in [quad().turned(1), quad().turned(2), quad().turned(3)] {
            assert_eq!(check(&format, &turned, GOOD), Some(Reason::Tilted));
        }
    }

    // RN-4: resize, crop, re-encode; an operator's change of size is obeyed
    #[test]
    fn the_formatted_picture_has_the_asked_size_and_encoding() {
        let photo = Photo::new(RgbImage::from_pixel(1000, 700, image::Rgb([200, 210, 220])));
        let mut format = format();
        format.size.width = 640;
        format.size.height = 404;
        let flat = convert(&photo.frame(), &quad(), &format).unwrap();
        let bytes = encode(&flat, &format).unwrap();
        assert_eq!(image::guess_format(&bytes).unwrap(), image::ImageFormat::Jpeg);
        let again = crate::decode::decode(&bytes, &format.pixels).unwrap();
        assert_eq!((again.width(), again.height()), (640, 404));
    }
}
